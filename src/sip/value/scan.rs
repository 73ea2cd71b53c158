//! Cutting text at separators that quotation marks and angle brackets hide.

/// Cuts `text` at every `separator` (an ASCII character) outside `"…"` and `<…>`, and trims the
/// pieces. What follows an unbalanced mark is one piece.
pub fn split(text: &str, separator: u8) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut state = State::Plain;
    for (at, byte) in text.bytes().enumerate() {
        if byte == separator && state == State::Plain {
            pieces.push(text.get(start..at).unwrap_or_default().trim());
            start = at + 1;
        } else {
            state = state.after(byte);
        }
    }
    pieces.push(text.get(start..).unwrap_or_default().trim());
    pieces
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

/// Reads the quoted string that `text` starts with: its unescaped content and what follows.
/// `None` if it does not start with one or the closing mark is missing.
pub(crate) fn unquote_start(text: &str) -> Option<(String, &str)> {
    let inner = text.strip_prefix('"')?;
    let mut content = String::new();
    let mut escaped = false;
    for (at, letter) in inner.char_indices() {
        match letter {
            _ if escaped => {
                content.push(letter);
                escaped = false;
            }
            '\\' => escaped = true,
            '"' => return Some((content, inner.get(at + 1..).unwrap_or_default())),
            _ => content.push(letter),
        }
    }
    None
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
        let (back, rest) =
            unquote_start(&(quoted(text) + "rest")).map(|(a, b)| (a, b.to_owned())).unwrap();
        assert_eq!((back.as_str(), rest.as_str()), (text, "rest"));
        assert_eq!(unquote_start("\"abc\\\""), None);
    }
}
