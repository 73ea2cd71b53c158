//! What a text is found by: its words, without case and accents. Scripts that put no blanks
//! between words are found by any part of them, pictures each by itself. Pure.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// A longer word is told by its beginning, in characters.
const LONGEST: usize = 40;
/// As much of a question counts, in characters.
const LONGEST_QUESTION: usize = 1_000;
/// From so many words on, a question is compared with the texts and not with the index alone.
const MOST_TERMS: usize = 24;

/// The smallest part of a text that can be found.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Atom {
    /// A word between blanks or punctuation.
    Word(String),
    /// A character of a script without blanks.
    Letter(char),
    /// An emoji or another sign.
    Sign(char),
}

/// The terms of a text as the index takes them, separated by blanks: words and signs as they
/// are, letters in pairs, and the last of a row of them by itself.
pub(super) fn terms(text: &str) -> String {
    let atoms = atoms(text);
    let mut terms = String::with_capacity(text.len() + 16);
    for (at, atom) in atoms.iter().enumerate() {
        if !terms.is_empty() {
            terms.push(' ');
        }
        match (atom, atoms.get(at + 1)) {
            (Atom::Word(word), _) => terms.push_str(word),
            (Atom::Sign(sign), _) => terms.push(*sign),
            (Atom::Letter(one), Some(Atom::Letter(two))) => terms.extend([*one, *two]),
            (Atom::Letter(one), _) => terms.push(*one),
        }
    }
    terms
}

/// What somebody looks for, from any text whatever.
#[derive(Debug)]
pub(super) struct Question {
    /// Each has to be found somewhere, as a whole.
    phrases: Vec<Vec<Atom>>,
    terms: Vec<Term>,
    /// What the index says is not enough.
    pub compare: bool,
}

#[derive(Debug, PartialEq, Eq)]
struct Term {
    text: String,
    /// Words that begin so are meant as well.
    begins: bool,
}

impl Question {
    /// Reads a question; `None` when there is nothing in it that could be found.
    pub fn read(text: &str) -> Option<Self> {
        let cut = text.char_indices().nth(LONGEST_QUESTION).map_or(text.len(), |(at, _)| at);
        let text = text.get(..cut).unwrap_or(text);
        let phrases: Vec<Vec<Atom>> =
            text.split_whitespace().map(atoms).filter(|phrase| !phrase.is_empty()).collect();
        if phrases.is_empty() {
            return None;
        }
        let mut terms: Vec<Term> = Vec::new();
        for term in phrases.iter().flat_map(|phrase| terms_of(phrase)) {
            if !terms.contains(&term) {
                terms.push(term);
            }
        }
        // The index knows no order: of one word, sign, letter or pair it knows all.
        let is_whole = |phrase: &Vec<Atom>| match phrase.as_slice() {
            [_] => true,
            [one, two] => matches!((one, two), (Atom::Letter(_), Atom::Letter(_))),
            _ => false,
        };
        let compare = terms.len() > MOST_TERMS || !phrases.iter().all(is_whole);
        terms.truncate(MOST_TERMS);
        Some(Self { phrases, terms, compare })
    }

    /// The question in the language of FTS5. Terms hold no quotation marks.
    pub fn expression(&self) -> String {
        let terms = self.terms.iter().map(|term| {
            let star = if term.begins { "*" } else { "" };
            format!("\"{}\"{star}", term.text)
        });
        terms.collect::<Vec<_>>().join(" AND ")
    }

    /// Whether this text answers it.
    pub fn is_answered_by(&self, text: &str) -> bool {
        let atoms = atoms(text);
        self.phrases.iter().all(|phrase| {
            atoms.windows(phrase.len()).any(|part| {
                let Some(((last, others), (heard, before))) =
                    phrase.split_last().zip(part.split_last())
                else {
                    return false;
                };
                others == before && is_meant(last, heard)
            })
        })
    }
}

/// The last atom of a phrase may be the beginning of a word.
fn is_meant(asked: &Atom, heard: &Atom) -> bool {
    match (asked, heard) {
        (Atom::Word(asked), Atom::Word(heard)) if may_begin(asked) => heard.starts_with(asked),
        _ => asked == heard,
    }
}

/// One letter begins too many words; a syllable of Hangul does not.
fn may_begin(word: &str) -> bool {
    word.chars().nth(1).is_some() || word.chars().all(|c| c >= '\u{1100}')
}

fn terms_of(phrase: &[Atom]) -> Vec<Term> {
    let term = |text: String, begins| Term { text, begins };
    let mut terms = Vec::new();
    for (at, atom) in phrase.iter().enumerate() {
        let next = phrase.get(at + 1);
        let before = at.checked_sub(1).and_then(|at| phrase.get(at));
        match (atom, next) {
            (Atom::Word(word), next) => {
                terms.push(term(word.clone(), next.is_none() && may_begin(word)));
            }
            (Atom::Sign(sign), _) => terms.push(term(sign.to_string(), false)),
            (Atom::Letter(one), Some(Atom::Letter(two))) => {
                terms.push(term([*one, *two].iter().collect(), false));
            }
            // Within a row of letters the pair before has it.
            (Atom::Letter(one), _) if !matches!(before, Some(Atom::Letter(_))) => {
                terms.push(term(one.to_string(), next.is_none()));
            }
            (Atom::Letter(_), _) => {}
        }
    }
    terms
}

/// The parts of a text in their order.
fn atoms(text: &str) -> Vec<Atom> {
    let mut atoms = Vec::new();
    let mut word = String::new();
    let mut len = 0;
    fold(text, |c| {
        if is_unspaced(c) || is_sign(c) || !is_word(c) {
            if !word.is_empty() {
                atoms.push(Atom::Word(std::mem::take(&mut word)));
                len = 0;
            }
            if is_unspaced(c) {
                atoms.push(Atom::Letter(c));
            } else if is_sign(c) {
                atoms.push(Atom::Sign(c));
            }
        } else if len < LONGEST {
            word.push(c);
            len += 1;
        }
    });
    if !word.is_empty() {
        atoms.push(Atom::Word(word));
    }
    atoms
}

/// Gives the characters on in lower case, compatible forms as one, without accents; letters
/// that only look accented as those that people type for them.
fn fold(text: &str, mut give: impl FnMut(char)) {
    if text.is_ascii() {
        return text.chars().for_each(|c| give(c.to_ascii_lowercase()));
    }
    let plain = text.nfkd().filter(|c| !is_accent(*c)).nfc().flat_map(char::to_lowercase);
    // Lower case can bring marks of its own: that of `İ` does.
    for c in plain.filter(|c| !is_accent(*c)) {
        match c {
            'ß' => "ss".chars().for_each(&mut give),
            'æ' => "ae".chars().for_each(&mut give),
            'œ' => "oe".chars().for_each(&mut give),
            'þ' => "th".chars().for_each(&mut give),
            'ø' => give('o'),
            'ł' => give('l'),
            'đ' | 'ð' => give('d'),
            'ı' => give('i'),
            'ς' => give('σ'),
            c => give(c),
        }
    }
}

/// Marks that are often left out in writing, what joins emoji, and what gives them a colour.
/// Other marks (the vowels of Indian scripts, the voice marks of kana) make other words.
fn is_accent(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}' | '\u{fe00}'..='\u{fe0f}' | '\u{fe20}'..='\u{fe2f}'
        // Points of Hebrew and Arabic, and the stroke that only lengthens a word.
        | '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}' | '\u{5c2}' | '\u{5c4}' | '\u{5c5}'
        | '\u{5c7}' | '\u{610}'..='\u{61a}' | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}'
        | '\u{6d6}'..='\u{6dc}' | '\u{6df}'..='\u{6e4}' | '\u{6e7}' | '\u{6e8}'
        | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}'
        | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0020}'..='\u{e007f}')
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || (!c.is_ascii() && is_combining_mark(c))
}

/// Of a script that puts no blanks between words.
fn is_unspaced(c: char) -> bool {
    c >= '\u{e00}'
        && matches!(c,
            '\u{e00}'..='\u{fff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
            | '\u{1950}'..='\u{19df}' | '\u{1a20}'..='\u{1aaf}' | '\u{2e80}'..='\u{2fdf}'
            | '\u{3005}'..='\u{3007}' | '\u{3021}'..='\u{3029}' | '\u{3031}'..='\u{3035}'
            | '\u{3041}'..='\u{312f}' | '\u{31a0}'..='\u{31bf}' | '\u{31f0}'..='\u{31ff}'
            | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{aa00}'..='\u{aadf}'
            | '\u{f900}'..='\u{faff}' | '\u{1b000}'..='\u{1b16f}' | '\u{20000}'..='\u{3ffff}')
        && is_word(c)
}

/// An emoji, an arrow, a sign.
fn is_sign(c: char) -> bool {
    c >= '\u{2190}'
        && matches!(c, '\u{2190}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}')
        && !is_word(c)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn finds(question: &str, text: &str) -> bool {
        Question::read(question).is_some_and(|question| question.is_answered_by(text))
    }

    #[test]
    fn words_are_found_without_case_and_accents_and_by_their_beginning() {
        for (question, text) in [
            ("cafe", "Zwei CAFÉS, bitte"),
            ("CAFÉ", "cafe"),
            ("strasse", "Straße 5"),
            ("oyst", "Øystein"),
            ("bitte zwei", "zwei Cafés, bitte"),
            ("don't", "I don’t know"),
            ("bob@cusax.test", "write to Bob@cusax.test."),
            ("σοφος", "ΣΟΦΌΣ σοφός"),
            ("ﬁn", "final"),
            ("مرحبا", "مَرْحَبًا"),
            ("김", "김치 있어요?"),
            ("नमस्ते", "नमस्ते दुनिया"),
            ("v2", "v2.1"),
            ("it's", "it's its"),
        ] {
            assert!(finds(question, text), "{question}");
        }
        for (question, text) in [
            ("afe", "café"),
            ("c", "café"),
            ("cusax bob@test", "bob@cusax.test"),
            ("zwei drei", "zwei"),
            ("नमसत", "नमस्ते"),
            ("はは", "ぱぱ"),
        ] {
            assert!(!finds(question, text), "{question}");
        }
    }

    #[test]
    fn scripts_without_blanks_and_emoji_are_found_by_any_part() {
        for (question, text) in [
            ("京", "我在北京"),
            ("北京", "我在北京工作"),
            ("在北京工", "我在北京工作"),
            ("カ", "ｶﾒﾗ"),
            ("ไทย", "ภาษาไทยง่าย"),
            ("iphone手机", "新的iPhone手机"),
            ("👍", "ok👍🏽"),
            ("👍🏿", "👍"),
            ("❤️", "I ❤ you"),
            ("👨‍👩‍👧", "our 👨‍👩‍👧!"),
            ("🇩🇪", "🇩🇪🇫🇷"),
        ] {
            assert!(finds(question, text), "{question}");
        }
        assert!(!finds("京北", "北京"));
        assert!(!finds("👎", "👍"));
    }

    #[test]
    fn no_text_is_an_error_and_terms_are_plain() {
        for text in ["", " ", "\"", "* OR", "a\" OR b", "NEAR(a b)", "-x ^y : {z}", "\0", "�", "(("]
        {
            if let Some(question) = Question::read(text) {
                let inner = question.expression();
                assert_eq!(inner.matches('"').count(), 2 * question.terms.len(), "{text}");
            }
        }
        assert!(Question::read("?! … \"'").is_none());
        assert!(Question::read(&"word ".repeat(5_000)).is_some());
        assert_eq!(terms("Ab-c 北京x 👍"), "ab c 北京 京 x 👍");
        assert_eq!(terms(&"x".repeat(100)).len(), LONGEST);
    }
}
