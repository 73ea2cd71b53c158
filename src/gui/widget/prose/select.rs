//! Parts of a text by where they are seen: what the pointer is on, and the boxes of a part.

use std::ops::Range;

use iced::advanced::graphics::text::cosmic_text::Buffer;
use iced::{Point, Rectangle, Size};

/// The byte of the text that a point is nearest to. Lines of the buffer are those of the text.
pub fn offset(buffer: &Buffer, text: &str, point: Point) -> usize {
    // Above the text is its beginning, below it its end.
    if point.y < 0.0 {
        return 0;
    }
    match buffer.hit(point.x.max(0.0), point.y) {
        Some(cursor) => (begins(text, cursor.line) + cursor.index).min(text.len()),
        None => text.len(),
    }
}

/// The boxes of parts, in one piece where letters stand side by side. The text is gone through
/// once, however many parts there are: they are in order, and none reaches into the next.
pub fn boxes(buffer: &Buffer, text: &str, parts: &[Range<usize>]) -> Vec<Rectangle> {
    let mut all: Vec<Rectangle> = Vec::new();
    let breaks = text.match_indices('\n').map(|(at, _)| at + 1);
    let lines: Vec<usize> = std::iter::once(0).chain(breaks).collect();
    let within = |start: usize, end: usize| {
        let at = parts.partition_point(|part| part.end <= start);
        parts.get(at).is_some_and(|part| part.start < end)
    };
    for run in buffer.layout_runs() {
        let Some(line) = lines.get(run.line_i) else { break };
        let mut last: Option<Rectangle> = None;
        for glyph in run.glyphs {
            if !within(line + glyph.start, line + glyph.end) {
                continue;
            }
            last = Some(match last {
                Some(one) if (one.x + one.width - glyph.x).abs() < 0.5 => {
                    Rectangle { width: glyph.x + glyph.w - one.x, ..one }
                }
                other => {
                    all.extend(other);
                    let place = Point::new(glyph.x, run.line_top);
                    Rectangle::new(place, Size::new(glyph.w, run.line_height))
                }
            });
        }
        all.extend(last);
    }
    all
}

/// Where a line begins.
fn begins(text: &str, line: usize) -> usize {
    let before = line.checked_sub(1).and_then(|before| text.match_indices('\n').nth(before));
    before.map_or(0, |(at, _)| at + 1)
}

/// The word at a byte: letters and digits, else the one sign there.
pub fn word(text: &str, at: usize) -> Range<usize> {
    let at = text.floor_char_boundary(at.min(text.len()));
    let (before, after) = text.split_at(at);
    let of_word = |c: &char| c.is_alphanumeric() || *c == '_' || *c == '\'' || *c == '’';
    let length = |chars: &mut dyn Iterator<Item = char>| {
        chars.take_while(|c| of_word(c)).map(char::len_utf8).sum::<usize>()
    };
    let start = at - length(&mut before.chars().rev());
    let end = at + length(&mut after.chars());
    if start < end {
        return start..end;
    }
    at..at + after.chars().next().map_or(0, char::len_utf8)
}

/// The most places of a search that are shown in one message.
const MOST_HITS: usize = 500;

/// Where words of a search stand: each at the beginning of a word, as the history finds them.
pub fn hits<'a>(text: &str, words: impl Iterator<Item = &'a str>) -> Vec<Range<usize>> {
    let mut all: Vec<Range<usize>> = Vec::new();
    for wanted in words {
        let mut before = None;
        for (at, letter) in text.char_indices() {
            let begins = !before.is_some_and(char::is_alphanumeric) || !letter.is_alphanumeric();
            before = Some(letter);
            // Scripts without blanks have no beginnings of words.
            if (begins || !letter.is_ascii())
                && let Some(length) = starts(text.get(at..).unwrap_or_default(), wanted)
            {
                all.push(at..at + length);
                if all.len() >= MOST_HITS {
                    return in_order(all);
                }
            }
        }
    }
    in_order(all)
}

/// The same parts in order, those that touch as one.
fn in_order(mut parts: Vec<Range<usize>>) -> Vec<Range<usize>> {
    parts.sort_by_key(|part| part.start);
    let mut all: Vec<Range<usize>> = Vec::with_capacity(parts.len());
    for part in parts {
        match all.last_mut() {
            Some(last) if part.start <= last.end => last.end = last.end.max(part.end),
            _ => all.push(part),
        }
    }
    all
}

/// How much of the text is what is wanted, without case; none when it begins otherwise.
fn starts(text: &str, wanted: &str) -> Option<usize> {
    let mut wanted = wanted.chars().flat_map(char::to_lowercase).peekable();
    let mut length = 0;
    for letter in text.chars() {
        if wanted.peek().is_none() {
            break;
        }
        for lower in letter.to_lowercase() {
            let _ = wanted.next_if_eq(&lower)?;
        }
        length += letter.len_utf8();
    }
    (wanted.peek().is_none() && length > 0).then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_what_stands_between_signs() {
        let text = "don't ask, Zoë 日本";
        let at = |at: usize| text.get(word(text, at)).unwrap_or_default();
        assert_eq!(at(2), "don't");
        assert_eq!(at(9), "ask");
        assert_eq!(at(12), "Zoë");
        assert_eq!(at(text.len()), "日本");
        assert_eq!(word("", 3), 0..0);
        assert_eq!(word("a b", 1), 0..1);
    }

    #[test]
    fn what_is_found_is_in_order_and_bounded() {
        assert_eq!(hits("ab a abc", ["a", "ab"].into_iter()), [0..2, 3..4, 5..7]);
        assert_eq!(hits(&"a\n".repeat(4_000), std::iter::once("a")).len(), MOST_HITS);
    }

    #[test]
    fn what_is_looked_for_is_found_at_the_beginnings_of_words() {
        let found = |text: &str, words: &[&str]| {
            let hits = hits(text, words.iter().copied());
            hits.into_iter().map(|hit| text[hit].to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(found("Call me, recall Caller", &["call"]), ["Call", "Call"]);
        assert_eq!(found("ÄRGER ärger", &["ärg"]), ["ÄRG", "ärg"]);
        assert_eq!(found("東京都", &["京"]), ["京"]);
        assert_eq!(found("abc", &["", "abcd"]), [""; 0]);
    }

    #[test]
    fn lines_begin_after_their_breaks() {
        assert_eq!([begins("a\n\nb", 0), begins("a\n\nb", 1), begins("a\n\nb", 2)], [0, 2, 3]);
    }
}
