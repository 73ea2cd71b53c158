//! The body `application/simple-message-summary` (RFC 3842 §5.2).

use super::super::text::MAX_TEXT;
use super::super::uri::is_uri;
use crate::model::account::Mailbox;

/// The longest body that is read, in octets.
const MAX_BODY: usize = 16 * 1024;
/// The most lines that are read.
const MAX_LINES: usize = 64;

/// The mailbox's state; `None` when the body does not say whether something waits.
pub(super) fn read(body: &[u8]) -> Option<Mailbox> {
    let text = std::str::from_utf8(body.get(..body.len().min(MAX_BODY))?).ok()?;
    let mut mailbox = Mailbox::default();
    let mut waiting = None;
    // After the first empty line come headers of single messages.
    for line in text.lines().take(MAX_LINES).take_while(|line| !line.trim().is_empty()) {
        let Some((name, value)) = line.split_once(':') else { continue };
        let (name, value) = (name.trim(), value.trim());
        if name.eq_ignore_ascii_case("Messages-Waiting") {
            waiting = match value {
                _ if value.eq_ignore_ascii_case("yes") => Some(true),
                _ if value.eq_ignore_ascii_case("no") => Some(false),
                _ => None,
            };
        } else if name.eq_ignore_ascii_case("Message-Account") {
            mailbox.uri = account(value);
        } else if name.eq_ignore_ascii_case("Voice-Message")
            && let Some((new, old)) = counts(value)
        {
            (mailbox.new, mailbox.old) = (new, old);
        }
    }
    mailbox.waiting = waiting?;
    Some(mailbox)
}

/// What can be called to hear the messages.
fn account(value: &str) -> Option<String> {
    let uri = value.trim_start_matches('<').trim_end_matches('>').trim();
    let scheme = uri.split(':').next().unwrap_or_default().to_ascii_lowercase();
    let known = matches!(scheme.as_str(), "sip" | "sips" | "tel");
    (known && is_uri(uri) && uri.len() <= MAX_TEXT).then(|| uri.to_owned())
}

/// `new/old (urgent new/urgent old)`.
fn counts(value: &str) -> Option<(u32, u32)> {
    let plain = value.split('(').next().unwrap_or_default();
    let (new, old) = plain.split_once('/')?;
    Some((new.trim().parse().ok()?, old.trim().parse().ok()?))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn bodies_as_servers_write_them() {
        type Row = (&'static str, Option<(bool, u32, u32, Option<&'static str>)>);
        let table: [Row; 12] = [
            (
                "Messages-Waiting: yes\r\nMessage-Account: sip:alice@vmail.example.com\r\n\
                 Voice-Message: 2/8 (0/2)\r\n",
                Some((true, 2, 8, Some("sip:alice@vmail.example.com"))),
            ),
            ("Messages-Waiting: no\r\n", Some((false, 0, 0, None))),
            ("messages-waiting:YES\nvoice-message : 1 / 0\n", Some((true, 1, 0, None))),
            ("Messages-Waiting: yes\r\nVoice-Message: 3/0(1/0)", Some((true, 3, 0, None))),
            ("Messages-Waiting: yes\r\nFax-Message: 3/0\r\n", Some((true, 0, 0, None))),
            ("Messages-Waiting: yes\r\nVoice-Message: 99999999999/1", Some((true, 0, 0, None))),
            ("Messages-Waiting: yes\r\nVoice-Message: -1/1", Some((true, 0, 0, None))),
            ("Messages-Waiting: yes\r\nMessage-Account: http://x/", Some((true, 0, 0, None))),
            (
                "Messages-Waiting: no\r\nMessage-Account: <tel:+1555>\r\n\r\nMessages-Waiting: yes",
                Some((false, 0, 0, Some("tel:+1555"))),
            ),
            ("Messages-Waiting: perhaps\r\n", None),
            ("Voice-Message: 1/0\r\n", None),
            ("", None),
        ];
        for (body, expected) in table {
            let read = read(body.as_bytes());
            let read = read.as_ref().map(|m| (m.waiting, m.new, m.old, m.uri.as_deref()));
            assert_eq!(read, expected, "{body}");
        }
        assert_eq!(super::read(b"Messages-Waiting: yes\r\n\xff"), None);
    }
}
