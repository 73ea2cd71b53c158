//! Words from the wire, made safe for showing.

use std::time::Duration;

use super::message::{Headers, Response};
use super::value::{NameAddr, Params};

/// The longest text that is taken over from the wire, in characters.
pub const MAX_TEXT: usize = 200;
/// Asserted identities that are looked at.
const MAX_ASSERTED: usize = 2;

/// `text` on one line without control, invisible and bidirectional characters, at most
/// [`MAX_TEXT`] characters.
pub fn safe(text: &str) -> String {
    let shown = |c: &char| !c.is_control() && !is_hidden(*c);
    let text: String = text.chars().filter(shown).take(MAX_TEXT).collect();
    text.trim().to_owned()
}

/// Why a request was refused: what the server says of it, else the reason phrase.
pub fn reason(response: &Response) -> String {
    told(&response.headers).unwrap_or_else(|| safe(&response.reason))
}

/// What a server says of a request to people: the text of the Warning (RFC 3261 §20.43), else that
/// of the Reason (RFC 3326, RFC 6432).
pub fn told(headers: &Headers) -> Option<String> {
    let warning = headers.get("Warning").and_then(|value| {
        let (_, rest) = value.split_once('"')?;
        rest.rsplit_once('"').map(|(text, _)| safe(text))
    });
    warning
        .filter(|text| !text.is_empty())
        .or_else(|| ended_because(headers).and_then(|(_, text)| text))
}

/// What the first Reason header says (RFC 3326): the SIP status, when that is its protocol, and
/// the text.
pub fn ended_because(headers: &Headers) -> Option<(Option<u16>, Option<String>)> {
    let value = headers.list("Reason").into_iter().next()?;
    let (protocol, rest) = value.split_once(';')?;
    let params = Params::parse(&format!(";{rest}")).ok()?;
    let sip = protocol.trim().eq_ignore_ascii_case("SIP");
    let cause = params.get("cause").filter(|_| sip).and_then(|cause| cause.trim().parse().ok());
    let text = params.get("text").map(safe).filter(|text| !text.is_empty());
    Some((cause, text))
}

/// The seconds that a Retry-After, or a parameter of its name, says; comment and parameters are
/// dropped. `most` bounds what is believed.
pub fn retry_after(value: &str, most: Duration) -> Option<Duration> {
    let digits: String = value.trim().chars().take_while(char::is_ascii_digit).take(20).collect();
    let seconds = digits.parse().ok().or((digits.len() > 10).then_some(u64::MAX))?;
    Some(Duration::from_secs(seconds).min(most))
}

/// What stands before the parameters of a value.
pub fn before_params(value: &str) -> &str {
    value.split(';').next().unwrap_or_default().trim()
}

/// A URI made safe for showing. What is left of one that was cut or cleaned could be somebody
/// else's address (`sip:bob:…@host` cut before its host ends), so it gets a mark that no
/// address has.
pub fn shown_uri(uri: &str) -> String {
    let shown = safe(uri);
    if shown == uri { shown } else { format!("… {shown}") }
}

/// The URIs of P-Asserted-Identity (RFC 3325), made safe for showing. Only what came by our
/// own proxy may be believed.
pub fn asserted(headers: &Headers) -> Vec<String> {
    let values = headers.list("P-Asserted-Identity").into_iter();
    values
        .filter_map(|value| value.parse::<NameAddr>().ok())
        .map(|value| shown_uri(&value.uri))
        .take(MAX_ASSERTED)
        .collect()
}

fn is_hidden(c: char) -> bool {
    matches!(
        c,
        '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}' | '\u{feff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_has_a_cause_and_a_text() {
        let mut headers = Headers::default();
        for (value, expected) in [
            ("SIP ;cause=603 ;text=\"Not now\\u{7}\"", Some((Some(603), Some("Not now")))),
            ("Q.850;cause=16;text=\"Terminated\"", Some((None, Some("Terminated")))),
            ("SIP;cause=200", Some((Some(200), None))),
            ("SIP", None),
            ("SIP;text=\"", None),
        ] {
            headers.set("Reason", value.replace("\\u{7}", "\u{7}"));
            let found = ended_because(&headers);
            let found = found.as_ref().map(|(cause, text)| (*cause, text.as_deref()));
            assert_eq!(found, expected, "{value}");
        }
    }

    #[test]
    fn text_is_bounded_and_on_one_line() {
        assert_eq!(safe(" a\r\nb\u{202e}c\u{7} "), "abc");
        assert_eq!(safe("a\u{2028}b\u{200b}\u{feff}\u{61c}\u{2060}c"), "abc");
        assert_eq!(safe(&"x".repeat(500)).chars().count(), MAX_TEXT);
    }
}
