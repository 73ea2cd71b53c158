//! Values in Lua's own notation, which is how Prosody keeps them.

/// A string literal, whatever bytes the text holds.
pub(super) fn quoted(text: &str) -> String {
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => literal.extend(['\\', character]),
            character if character.is_ascii_control() => {
                literal.push_str(&format!("\\{:03}", u32::from(character)));
            }
            character => literal.push(character),
        }
    }
    literal.push('"');
    literal
}

/// An XML element as Prosody serializes it. `extra` are further fields of the outermost table.
pub(super) fn element<I>(name: &str, namespace: &str, extra: &str, children: I) -> String
where
    I: IntoIterator<Item = String>,
{
    let children = children.into_iter().collect::<Vec<_>>().join("; ");
    format!(
        "{{ name = {}; attr = {{ xmlns = {} }}; {extra} {children} }}",
        quoted(name),
        quoted(namespace),
    )
}

/// An element that holds only text.
pub(super) fn text_element(name: &str, namespace: &str, text: &str) -> String {
    element(name, namespace, "", [quoted(text)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quoted_string_stays_one_string() {
        assert_eq!(quoted("a\"b\\c\nd"), r#""a\"b\\c\010d""#);
    }

    #[test]
    fn an_element_carries_its_namespace_and_children() {
        assert_eq!(
            text_element("FN", "vcard-temp", "Bob"),
            r#"{ name = "FN"; attr = { xmlns = "vcard-temp" };  "Bob" }"#,
        );
    }
}
