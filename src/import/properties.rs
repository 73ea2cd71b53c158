//! The `.properties` format of Java, as `java.util.Properties.load(InputStream)` reads it:
//! ISO 8859-1, `\uXXXX` for all else, `=`, `:` or a blank between key and value, a backslash at
//! the end to go on in the next line, `#` and `!` for comments. The last of several values
//! counts.

use std::collections::BTreeMap;
use std::fmt;

/// The longest file that is read, in bytes.
pub const MAX_LEN: usize = 1024 * 1024;
/// The most entries that are looked at.
pub const MAX_ENTRIES: usize = 50_000;
/// The most entries that are kept.
pub const MAX_KEPT: usize = 20_000;

/// What a file says. `Debug` shows no value: some of them are secrets.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Properties(BTreeMap<String, String>);

/// Why a file is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PropertiesError {
    /// Longer than [`MAX_LEN`].
    #[error("is longer than the {} KiB that are read", MAX_LEN / 1024)]
    TooLong,
    /// More than [`MAX_ENTRIES`] entries, or more than [`MAX_KEPT`] that would be kept.
    #[error("has more entries than any settings")]
    TooMany,
}

impl Properties {
    /// Reads a file and keeps the entries whose key `keep` wants. A broken `\u` escape is read
    /// as the letter `u`: Java would refuse the whole file, but one bad entry is no reason to
    /// lose the others.
    ///
    /// # Errors
    /// When a bound is exceeded. Everything else is some file.
    pub fn read(bytes: &[u8], keep: impl Fn(&str) -> bool) -> Result<Self, PropertiesError> {
        if bytes.len() > MAX_LEN {
            return Err(PropertiesError::TooLong);
        }
        let mut kept = BTreeMap::new();
        for (count, line) in Logical(Natural(bytes)).enumerate() {
            if count >= MAX_ENTRIES || kept.len() > MAX_KEPT {
                return Err(PropertiesError::TooMany);
            }
            let (key, value) = split(&line);
            let key = unescape(key);
            if keep(&key) {
                kept.insert(key, unescape(value));
            }
        }
        Ok(Self(kept))
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// The entries whose key begins with `prefix`, without it, in the order of their keys.
    pub fn under<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let from =
            self.0.range::<str, _>((std::ops::Bound::Included(prefix), std::ops::Bound::Unbounded));
        from.map_while(move |(key, value)| Some((key.strip_prefix(prefix)?, value.as_str())))
    }

    /// Whether nothing was kept.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Properties {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Properties({} entries)", self.0.len())
    }
}

/// Lines as they stand in the file, ended by LF, CR or both.
struct Natural<'a>(&'a [u8]);

impl<'a> Iterator for Natural<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        if self.0.is_empty() {
            return None;
        }
        let end = self.0.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
        let (line, rest) = self.0.split_at(end.unwrap_or(self.0.len()));
        self.0 = rest.strip_prefix(b"\r\n").or_else(|| rest.get(1..)).unwrap_or_default();
        Some(line)
    }
}

/// Entries: lines put together, without blank ones, comments and the blanks before them.
struct Logical<'a>(Natural<'a>);

impl Iterator for Logical<'_> {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        let begins = |line: &&[u8]| !matches!(line.first(), None | Some(b'#' | b'!'));
        let mut line = self.0.by_ref().map(without_blanks).find(begins)?;
        let mut whole = Vec::new();
        // An even number of backslashes is so many halves of themselves, and no sign to go on.
        while line.iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 1 {
            whole.extend_from_slice(&line[..line.len() - 1]);
            line = self.0.next().map(without_blanks).unwrap_or_default();
        }
        whole.extend_from_slice(line);
        Some(whole)
    }
}

fn is_blank(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t' | 0x0c)
}

fn without_blanks(line: &[u8]) -> &[u8] {
    let from = line.iter().position(|byte| !is_blank(byte)).unwrap_or(line.len());
    &line[from..]
}

/// Key and value, both still escaped.
fn split(line: &[u8]) -> (&[u8], &[u8]) {
    let mut escaped = false;
    let ends_key = |byte: &u8| {
        let ends = !escaped && (is_blank(byte) || matches!(byte, b'=' | b':'));
        escaped = !escaped && *byte == b'\\';
        ends
    };
    let (key, rest) = line.split_at(line.iter().position(ends_key).unwrap_or(line.len()));
    let rest = without_blanks(rest);
    match rest.split_first() {
        Some((b'=' | b':', value)) => (key, without_blanks(value)),
        _ => (key, rest),
    }
}

fn unescape(bytes: &[u8]) -> String {
    // UTF-16, for an escape may be half a character.
    let mut units = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'\\' {
            units.push(u16::from(byte));
            continue;
        }
        let Some((&escaped, after)) = rest.split_first() else { break };
        rest = after;
        units.push(match escaped {
            b't' => 0x09,
            b'n' => 0x0a,
            b'f' => 0x0c,
            b'r' => 0x0d,
            b'u' => match unit(rest) {
                Some(unit) => {
                    rest = &rest[4..];
                    unit
                }
                None => u16::from(b'u'),
            },
            other => u16::from(other),
        });
    }
    String::from_utf16_lossy(&units)
}

/// The four hexadecimal digits at the beginning.
fn unit(bytes: &[u8]) -> Option<u16> {
    let digits = bytes.get(..4)?;
    digits.iter().try_fold(0, |unit, digit| {
        let digit = char::from(*digit).to_digit(16).and_then(|digit| u16::try_from(digit).ok())?;
        Some(unit << 4 | digit)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    fn read(text: &[u8]) -> Vec<(String, String)> {
        Properties::read(text, |_| true).unwrap().0.into_iter().collect()
    }

    fn one(text: &[u8]) -> (String, String) {
        let mut all = read(text);
        assert_eq!(all.len(), 1, "{all:?}");
        all.remove(0)
    }

    #[test]
    fn every_separator_is_known() {
        for text in
            ["a=b", "a:b", "a b", "a = b", " \t\x0ca\t:\tb", "a\x0cb", "a  =  b\r\n", "a=b\r"]
        {
            assert_eq!(one(text.as_bytes()), ("a".into(), "b".into()), "{text:?}");
        }
        assert_eq!(one(b"a==b"), ("a".into(), "=b".into()));
        assert_eq!(one(b"a : = b "), ("a".into(), "= b ".into()));
        assert_eq!(one(b"a"), ("a".into(), String::new()));
        assert_eq!(one(b"a="), ("a".into(), String::new()));
        assert_eq!(one(b"=b"), (String::new(), "b".into()));
    }

    #[test]
    fn comments_and_blank_lines_are_no_entries() {
        assert_eq!(one(b"# x=1 \\\n! y=2\r\r\n  \t\n\x0c#z\n a=b"), ("a".into(), "b".into()));
        assert!(read(b"").is_empty());
        assert!(read(b"\n\r\n#").is_empty());
    }

    #[test]
    fn a_backslash_goes_on_in_the_next_line() {
        assert_eq!(one(b"a=b,\\\n   c,\\\r\n\td"), ("a".into(), "b,c,d".into()));
        assert_eq!(one(b"a=b\\\n#c"), ("a".into(), "b#c".into()));
        assert_eq!(read(b"a=b\\\\\nc=d"), [("a".into(), "b\\".into()), ("c".into(), "d".into())]);
        assert_eq!(read(b"a=b\\\n\nc=d"), [("a".into(), "b".into()), ("c".into(), "d".into())]);
        assert_eq!(one(b"a=b\\"), ("a".into(), "b".into()));
    }

    #[test]
    fn escapes_are_read() {
        assert_eq!(one(b"a\\:b\\=c\\ d=e\\:\\t\\n\\q"), ("a:b=c d".into(), "e:\t\nq".into()));
        assert_eq!(one(b"a=\\u00e9\\u20AC\\ud83d\\ude00").1, "é€😀");
        assert_eq!(one(b"a=J\xf6rg").1, "Jörg");
        // Half a character, and escapes that are none.
        assert_eq!(one(b"a=\\ud83d!").1, "\u{fffd}!");
        assert_eq!(one(b"a=\\u12\\u+123\\u").1, "u12u+123u");
    }

    #[test]
    fn the_last_value_counts_and_only_what_is_wanted_is_kept() {
        assert_eq!(one(b"a=1\na=2").1, "2");
        let kept = Properties::read(b"x.a=1\nx.b=2\ny=3", |key| key != "x.a").unwrap();
        assert_eq!(kept.get("x.a"), None);
        assert_eq!(kept.under("x.").collect::<Vec<_>>(), [("b", "2")]);
        assert_eq!(format!("{kept:?}"), "Properties(2 entries)");
    }

    #[test]
    fn a_file_without_end_is_refused() {
        assert_eq!(
            Properties::read(&vec![b'a'; MAX_LEN + 1], |_| true),
            Err(PropertiesError::TooLong)
        );
        let many = "a\n".repeat(MAX_ENTRIES + 1);
        assert_eq!(Properties::read(many.as_bytes(), |_| true), Err(PropertiesError::TooMany));
        let many: String = (0..=MAX_KEPT + 1).map(|count| format!("{count}\n")).collect();
        assert_eq!(Properties::read(many.as_bytes(), |_| true), Err(PropertiesError::TooMany));
        assert!(Properties::read(many.as_bytes(), |_| false).unwrap().is_empty());
        assert_eq!(one(&vec![b'\\'; MAX_LEN]).0.len(), MAX_LEN / 2);
    }

    /// As `java.util.Properties.store` writes them.
    fn stored(text: &str) -> String {
        let mut out = String::new();
        for unit in text.encode_utf16() {
            match u8::try_from(unit) {
                Ok(byte @ (b' ' | b'=' | b':' | b'#' | b'!' | b'\\')) => {
                    out.push('\\');
                    out.push(char::from(byte));
                }
                Ok(byte @ 0x21..=0x7e) => out.push(char::from(byte)),
                _ => out.push_str(&format!("\\u{unit:04X}")),
            }
        }
        out
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = Properties::read(&bytes, |_| true);
        }

        #[test]
        fn bytes_with_meaning_are_read(text in "[a\\\\=: #!\n\ru0-9]{0,80}") {
            let _ = Properties::read(text.as_bytes(), |_| true);
        }

        #[test]
        fn what_java_stores_is_read_back(key in any::<String>(), value in any::<String>()) {
            let text = format!("#\n{}={}\n", stored(&key), stored(&value));
            prop_assert_eq!(one(text.as_bytes()), (key, value));
        }
    }
}
