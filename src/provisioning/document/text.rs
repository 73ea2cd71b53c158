//! Texts and URIs of a document, made safe.

use url::Url;

use crate::model::address::{self, SipTarget};

/// The longest label, in characters.
pub const MAX_LABEL: usize = 80;

/// A text for the user on one line: control characters, bidirectional overrides and invisible
/// characters are taken out, the rest is cut at [`MAX_LABEL`]. `None` when nothing is left.
pub fn label(text: &str) -> Option<String> {
    let shown = |c: &char| !address::is_forbidden(*c);
    let text: String = text.chars().filter(shown).collect();
    let text: String = text.trim().chars().take(MAX_LABEL).collect();
    let text = text.trim_end();
    (!text.is_empty()).then(|| text.to_owned())
}

/// An identifier of an account: `[a-z0-9_-]{1,32}`.
pub(super) fn id(text: &str) -> Result<String, &'static str> {
    let fits = (1..=32).contains(&text.len())
        && text.bytes().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte)
        });
    if fits { Ok(text.to_owned()) } else { Err("must be 1 to 32 of a–z, 0–9, _ and -") }
}

/// A web address: `https`, with a host, without a user.
pub(super) fn https(text: &str) -> Result<Url, &'static str> {
    let url = Url::parse(text).map_err(|_| "is not a web address")?;
    let fits = url.scheme() == "https"
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none();
    if fits { Ok(url) } else { Err("must be an https address without a user in it") }
}

/// A SIP URI to send to.
pub(super) fn sip_target(text: &str) -> Result<SipTarget, String> {
    SipTarget::parse(text).map_err(|problem| format!("must be a sip or sips address. {problem}"))
}

/// A `sip:` or `sips:` URI with whatever it has.
pub(super) fn sip_uri(text: &str) -> Result<String, &'static str> {
    address::is_sip_uri(text).then(|| text.to_owned()).ok_or("must be a sip or sips address")
}

/// A server for STUN or TURN (RFC 7064, RFC 7065).
pub(super) fn relay(text: &str, schemes: [&str; 2]) -> Result<String, String> {
    let problem = || format!("must be a {} or {} address", schemes[0], schemes[1]);
    let (scheme, rest) = text.split_once(':').ok_or_else(problem)?;
    let plain = rest.split('?').next().unwrap_or_default();
    let known = schemes.iter().any(|known| scheme.eq_ignore_ascii_case(known));
    // The host and port of a SIP URI have the same syntax.
    let fits =
        known && !plain.contains(['@', ';']) && SipTarget::parse(&format!("sip:{plain}")).is_ok();
    if fits { Ok(text.to_owned()) } else { Err(problem()) }
}

/// A host.
pub(super) fn host(text: &str) -> Result<String, &'static str> {
    address::host(text).map_err(|_| "must be a host, such as “chat.example.com”")
}

/// A name for authentication.
pub(super) fn username(text: &str) -> Result<String, &'static str> {
    let fits = (1..=256).contains(&text.chars().count())
        && !text.chars().any(address::is_forbidden)
        && text.trim() == text;
    if fits { Ok(text.to_owned()) } else { Err("must be a name of at most 256 characters") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_cleaned_and_cut() {
        assert_eq!(label("Example\u{202e}\u{0} Phone\n").as_deref(), Some("Example Phone"));
        assert_eq!(label("a\u{2066}b\u{2069}c\u{200f}").as_deref(), Some("abc"));
        assert_eq!(label(" \u{202e}\u{7} "), None);
        assert_eq!(label(&"é".repeat(100)), Some("é".repeat(80)));
    }

    #[test]
    fn schemes_that_nobody_asked_for_are_refused() {
        for bad in
            ["http://a.example/", "file:///etc/passwd", "data:,x", "x", "https://u:p@a.example/"]
        {
            assert!(https(bad).is_err(), "{bad}");
        }
        assert!(https("https://a.example/x?y").is_ok());
        for bad in ["tel:+123", "http://x", "sip:", "file:x", "sip:a@b c"] {
            assert!(sip_uri(bad).is_err(), "{bad}");
        }
        assert!(sip_uri("sips:vm@a.example").is_ok());
        for bad in ["turn:a.example", "stun:", "stun:a@b", "http:a", "stun:a b"] {
            assert!(relay(bad, ["stun", "stuns"]).is_err(), "{bad}");
        }
        assert!(relay("stun:stun.example.com:3478", ["stun", "stuns"]).is_ok());
        assert!(relay("turns:t.example?transport=tcp", ["turn", "turns"]).is_ok());
    }
}
