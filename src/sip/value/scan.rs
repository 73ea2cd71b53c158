//! Cutting text at separators that quotation marks and angle brackets hide.

/// Cuts `text` at every `separator` (an ASCII character) outside `"…"` and `<…>`, and trims the
/// pieces. What follows an unbalanced mark is one piece.
pub fn split(text: &str, separator: u8) -> Vec<&str> {
    pieces(text, separator).collect()
}

/// The same, one by one.
pub(crate) fn pieces(text: &str, separator: u8) -> Pieces<'_> {
    Pieces { rest: Some(text), separator }
}

/// See [`pieces`].
pub(crate) struct Pieces<'a> {
    rest: Option<&'a str>,
    separator: u8,
}

impl<'a> Iterator for Pieces<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let text = self.rest.take()?;
        let mut state = State::Plain;
        for (at, byte) in text.bytes().enumerate() {
            if byte == self.separator && state == State::Plain {
                self.rest = text.get(at + 1..);
                return Some(text.get(..at).unwrap_or_default().trim());
            }
            state = state.after(byte);
        }
        Some(text.trim())
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Plain,
    Quoted,
    Escaped,
    Angle,
}

impl State {
    fn after(self, byte: u8) -> Self {
        match (self, byte) {
            (Self::Plain, b'"') | (Self::Escaped, _) => Self::Quoted,
            (Self::Plain, b'<') => Self::Angle,
            (Self::Quoted, b'\\') => Self::Escaped,
            (Self::Quoted, b'"') | (Self::Angle, b'>') => Self::Plain,
            (state, _) => state,
        }
    }
}

/// Cuts the quoted string off that `text` starts with: its content, still escaped, and what
/// follows. `None` if it does not start with one or the closing mark is missing.
pub(crate) fn quoted_start(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix('"')?;
    let mut escaped = false;
    for (at, byte) in inner.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some((inner.get(..at)?, inner.get(at + 1..)?)),
            _ => {}
        }
    }
    None
}

/// The content of a quoted string without its escapes.
pub(crate) fn unquoted(content: &str) -> String {
    let mut out = String::with_capacity(content.len());
    let mut letters = content.chars();
    while let Some(letter) = letters.next() {
        out.extend(if letter == '\\' { letters.next() } else { Some(letter) });
    }
    out
}

/// `text` as a quoted string.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for letter in text.chars() {
        if matches!(letter, '"' | '\\') {
            out.push('\\');
        }
        out.push(letter);
    }
    out.push('"');
    out
}

/// Whether `text` is a token (RFC 3261 §25.1).
pub(crate) fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.!%*_+`'~".contains(&byte))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn marks_hide_separators() {
        assert_eq!(
            split(r#" a , "b\",c" , <d,"e>,f"#, b','),
            ["a", r#""b\",c""#, r#"<d,"e>"#, "f"]
        );
        assert_eq!(split("", b','), [""]);
        assert_eq!(split("\"a,b", b','), ["\"a,b"]);
    }

    #[test]
    fn quotes_round_trip() {
        let text = "a \"b\" \\ c\u{e9}";
        let written = quoted(text) + "rest";
        let (content, rest) = quoted_start(&written).unwrap();
        assert_eq!((unquoted(content).as_str(), rest), (text, "rest"));
        assert_eq!(quoted_start("\"abc\\\""), None);
        assert_eq!(quoted_start("\"\\\u{e9}\""), Some(("\\\u{e9}", "")));
    }
}
