//! Text from the network, made safe for showing: nothing in it moves the words around it,
//! hides what follows, or takes for ever to shape.

use std::ops::Range;

use crate::lang::retold;

/// The most characters of a message that are shaped at once.
const BODY_LIMIT: usize = 8_000;

/// The most characters of a name, an address or a status.
const LINE_LIMIT: usize = 200;

/// The most characters of a sentence of the core, which has names and addresses in it.
const TOLD_LIMIT: usize = 1_000;

/// A message's text: line breaks stay, other controls and bidirectional overrides go.
pub fn body(text: &str) -> String {
    clean(text, BODY_LIMIT, '\n')
}

/// The same with the places of its parts: `parts` are bytes of the text in order, the ranges
/// given back are theirs in what is shown. One that is not shown whole is left out, and those
/// after it.
pub fn body_with(text: &str, parts: &[Range<usize>]) -> (String, Vec<Range<usize>>) {
    let mut out = String::with_capacity(text.len().min(BODY_LIMIT));
    let mut shown: Vec<Range<usize>> = Vec::with_capacity(parts.len());
    let mut parts = parts.iter().peekable();
    let mut start = None;
    let mut count = 0;
    for (at, character) in text.char_indices() {
        if let Some(begun) = start.filter(|_| parts.peek().is_some_and(|part| part.end <= at)) {
            shown.push(begun..out.len());
            (start, _) = (None, parts.next());
        }
        if parts.peek().is_some_and(|part| part.start == at) {
            start = Some(out.len());
        }
        let Some(character) = kept(character, '\n') else { continue };
        if count >= BODY_LIMIT {
            out.push('…');
            return (out, shown);
        }
        count += 1;
        out.push(character);
    }
    shown.extend(start.map(|start| start..out.len()));
    (out, shown)
}

/// A name, an address or a status on one line.
pub fn line(text: &str) -> String {
    let cleaned = clean(text, LINE_LIMIT, ' ');
    cleaned.trim().to_owned()
}

/// What the core says, on one line and in the language of the window.
pub fn told(text: &str) -> String {
    // Before: the marks that set names apart are ours.
    retold(clean(text, TOLD_LIMIT, ' ').trim()).into_owned()
}

/// A name set into a sentence of ours: when its direction could differ, it is kept apart
/// (U+2068 … U+2069), so that it cannot reorder our words.
pub fn quoted(text: &str) -> String {
    let line = line(text);
    if line.is_ascii() { line } else { format!("\u{2068}{line}\u{2069}") }
}

fn clean(text: &str, limit: usize, line_break: char) -> String {
    let mut out = String::with_capacity(text.len().min(limit));
    for (count, character) in text.chars().filter_map(|c| kept(c, line_break)).enumerate() {
        if count >= limit {
            out.push('…');
            break;
        }
        out.push(character);
    }
    out
}

fn kept(character: char, line_break: char) -> Option<char> {
    match character {
        '\n' | '\u{2028}' | '\u{2029}' | '\u{85}' => Some(line_break),
        '\t' => Some(' '),
        // Marks, embeddings, overrides and isolates of direction; invisible separators.
        '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => {
            None
        }
        '\u{200B}' | '\u{2060}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' => None,
        control if control.is_control() => None,
        other => Some(other),
    }
}

/// At most two initials for an avatar; `?` when the name has no letter or digit.
pub fn initials(name: &str) -> String {
    let mut words = name
        .split(|c: char| c.is_whitespace() || matches!(c, '.' | '_' | '-' | '@'))
        .filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let Some(first) = words.next() else { return "?".to_owned() };
    let mut out: String = first.to_uppercase().collect();
    if name.contains(' ')
        && let Some(last) = words.next_back()
    {
        out.extend(last.to_uppercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_turns_or_hides_the_words_around() {
        assert_eq!(line("Bob\u{202E}moc.elpmaxe\u{2066}"), "Bobmoc.elpmaxe");
        assert_eq!(line(" a\nb\tc\u{7}\u{0} "), "a b c");
        assert_eq!(body("one\r\ntwo\u{2028}three"), "one\ntwo\nthree");
        assert_eq!(quoted("Bob"), "Bob");
        assert_eq!(quoted("עדה"), "\u{2068}עדה\u{2069}");
    }

    #[test]
    fn families_of_emoji_stay_together() {
        assert_eq!(body("👩\u{200D}👧"), "👩\u{200D}👧");
    }

    #[test]
    fn endless_text_is_cut() {
        assert_eq!(line(&"x".repeat(1_000)).chars().count(), 201);
        assert_eq!(body(&"x".repeat(1_000_000)).chars().count(), 8_001);
    }

    #[test]
    fn parts_of_a_text_are_found_again_in_what_is_shown() {
        let shown = |text: &str, parts: &[Range<usize>]| {
            let (out, ranges) = body_with(text, parts);
            assert_eq!(out, body(text));
            ranges.into_iter().map(|range| out[range].to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(shown("a\u{202E}b\r\ncd ef", &[7..9, 10..12]), ["cd", "ef"]);
        assert_eq!(shown("abcd", &[0..2, 2..4]), ["ab", "cd"]);
        assert_eq!(shown("é\u{200B}", std::slice::from_ref(&(0..2))), ["é"]);
        assert_eq!(shown("ab", &[]), [""; 0]);
        let long = "x".repeat(BODY_LIMIT + 10);
        let ends = [BODY_LIMIT - 2..BODY_LIMIT, BODY_LIMIT..BODY_LIMIT + 5];
        assert_eq!(shown(&long, &ends), ["xx"]);
        let over = BODY_LIMIT - 2..BODY_LIMIT + 1;
        assert_eq!(shown(&long, std::slice::from_ref(&over)), [""; 0]);
    }

    #[test]
    fn initials_come_from_words() {
        assert_eq!(initials("bob"), "B");
        assert_eq!(initials("Ada King Lovelace"), "AL");
        assert_eq!(initials("bob@xmpp.example.com"), "B");
        assert_eq!(initials("…"), "?");
        assert_eq!(initials(""), "?");
        assert_eq!(initials("ß"), "SS");
    }
}
