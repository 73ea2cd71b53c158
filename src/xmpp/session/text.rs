//! Text from and to the network: bounded, and free of what does not belong into text.

/// The text without control characters other than line breaks and tabs, cut at a character
/// that keeps it within `bytes`.
pub(super) fn clean(text: &str, bytes: usize) -> String {
    let allowed = |c: &char| matches!(c, '\n' | '\t') || !(c.is_control() || is_not_xml(*c));
    let mut clean = String::with_capacity(text.len().min(bytes));
    for c in text.chars().filter(allowed) {
        if clean.len() + c.len_utf8() > bytes {
            break;
        }
        clean.push(c);
    }
    clean
}

/// The same on one line, and without what makes a name look like another: bidirectional
/// overrides, line separators.
pub(in crate::xmpp) fn line(text: &str, bytes: usize) -> String {
    let text: String = text
        .chars()
        .map(|c| if matches!(c, '\n' | '\t' | '\u{2028}' | '\u{2029}') { ' ' } else { c })
        .filter(|c| !is_override(*c))
        .collect();
    clean(&text, bytes).trim().to_owned()
}

fn is_override(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn is_not_xml(c: char) -> bool {
    matches!(c, '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_bounded_at_a_character() {
        assert_eq!(clean("aéé", 4), "aé");
        assert_eq!(clean("a\0b\u{7f}\u{ffff}\nc\r", 100), "ab\nc");
        assert_eq!(line("  a\nb\u{1b}[0m ", 100), "a b[0m");
        assert_eq!(line("\u{202e}bob\u{2028}b", 100), "bob b");
    }
}
