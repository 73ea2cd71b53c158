//! Text of files and of people: read from bytes, made safe to show, folded for comparing.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// What Windows-1252 has where ISO 8859-1 has control characters.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// The text of a file: UTF-8 or, marked as such, UTF-16; what is neither is what Outlook and
/// old telephones write, Windows-1252.
pub fn decode(bytes: &[u8]) -> String {
    let utf16 = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    };
    if let Some(rest) = bytes.strip_prefix(&[0xff, 0xfe]) {
        return utf16(rest, u16::from_le_bytes);
    }
    if let Some(rest) = bytes.strip_prefix(&[0xfe, 0xff]) {
        return utf16(rest, u16::from_be_bytes);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => text.trim_start_matches('\u{feff}').to_owned(),
        Err(_) => bytes.iter().map(|byte| windows_1252(*byte)).collect(),
    }
}

fn windows_1252(byte: u8) -> char {
    let special = byte.checked_sub(0x80).and_then(|at| WINDOWS_1252.get(usize::from(at)));
    special.copied().unwrap_or(char::from(byte))
}

/// The text on one line, single blanks between its words, without control characters and
/// without what makes a name look like another (bidirectional overrides).
pub fn line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in text.split(|c: char| c.is_whitespace()) {
        let before = line.len();
        line.extend(word.chars().filter(|c| !c.is_control() && !is_override(*c)));
        if line.len() > before && before > 0 {
            line.insert(before, ' ');
        }
    }
    line
}

/// The same for text of several lines, whose blanks stay.
pub fn lines(text: &str) -> String {
    let allowed = |c: &char| matches!(c, '\n' | '\t') || !(c.is_control() || is_override(*c));
    let text = text.replace("\r\n", "\n").replace(['\r', '\u{2028}', '\u{2029}'], "\n");
    text.chars().filter(allowed).collect::<String>().trim().to_owned()
}

fn is_override(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// What names are compared by: lower case, without accents, compatible forms as one. Letters
/// that only look accented (`ø`, `ł`) are those that people type for them.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let plain = text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase);
    // Lower case can bring marks of its own: that of `İ` does.
    for c in plain.filter(|c| !is_combining_mark(*c)) {
        match c {
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'þ' => folded.push_str("th"),
            'ø' => folded.push('o'),
            'ł' => folded.push('l'),
            'đ' | 'ð' => folded.push('d'),
            'ı' => folded.push('i'),
            c => folded.push(c),
        }
    }
    folded
}

/// The words of a folded text.
pub fn words(folded: &str) -> impl Iterator<Item = &str> {
    folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn files_of_any_coding_are_read() {
        assert_eq!(decode("\u{feff}Jörg".as_bytes()), "Jörg");
        assert_eq!(decode(b"J\xf6rg O\x92Brien \x80"), "Jörg O’Brien €");
        let units: Vec<u8> = "Jörg".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decode(&[&[0xff, 0xfe], units.as_slice()].concat()), "Jörg");
        let units: Vec<u8> = "Jörg".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(decode(&[&[0xfe, 0xff], units.as_slice(), b"x"].concat()), "Jörg");
    }

    #[test]
    fn a_name_is_what_it_looks_like() {
        assert_eq!(line("  Bob\r\n\t Builder \u{202e}\u{1b}[0m"), "Bob Builder [0m");
        assert_eq!(line("\u{2028}"), "");
        assert_eq!(lines(" a\r\nb\rc\u{0}\td "), "a\nb\nc\td");
    }

    #[test]
    fn accents_and_cases_do_not_count() {
        for (one, other) in [
            ("Jörg", "JORG"),
            ("J\u{f6}rg", "Jo\u{308}rg"),
            ("Straße", "STRASSE"),
            ("Øystein Łukasz", "oystein lukasz"),
            ("İpek", "ipek"),
            ("ﬁ", "fi"),
            ("Ｂｏｂ", "bob"),
        ] {
            assert_eq!(fold(one), fold(other), "{one}");
        }
        assert_eq!(words("o'brien, bob-x").collect::<Vec<_>>(), ["o", "brien", "bob", "x"]);
    }
}
