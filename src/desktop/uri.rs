//! An address that another program hands over: `sip:`, `sips:`, `tel:` (RFC 3261, RFC 3966) and
//! `xmpp:` (RFC 5122, XEP-0147). Pure. Whoever made it is a stranger: it shows something and
//! prepares something, and does nothing by itself.

use percent_encoding::percent_decode_str;

use crate::model::BareJid;
use crate::model::address::{AddressError, DialPlan, Dialable, is_forbidden};
use crate::model::link::jid_of;

/// The longest address that is taken, in bytes.
pub const MAX_URI: usize = 4096;
/// The most characters of a draft that an address brings.
const MAX_DRAFT: usize = 2000;

/// What an address wants shown.
#[derive(Clone, PartialEq, Eq)]
pub enum Target {
    /// The question whether to call somebody.
    Call {
        /// Whom, as it is dialled.
        to: String,
        /// The same as it is written, for people.
        shown: String,
    },
    /// A conversation.
    Chat {
        /// With whom.
        with: BareJid,
        /// Words for the composer; never sent by themselves.
        draft: Option<String>,
    },
}

/// Shows the kind only: whom somebody calls or writes to is nobody's business.
impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Call { .. } => "Call",
            Self::Chat { .. } => "Chat",
        })
    }
}

/// Why an address cannot be opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UriError {
    /// More than [`MAX_URI`].
    #[error("The address is longer than {MAX_URI} bytes, and that is none to open.")]
    TooLong,
    /// None of the four kinds.
    #[error("An address to open begins with sip:, sips:, tel: or xmpp:, and this one does not.")]
    Scheme,
    /// Not an address of telephony.
    #[error("The address cannot be called. {0}")]
    Call(AddressError),
    /// Not a chat address.
    #[error("After “xmpp:” stands no chat address, such as alice@example.com.")]
    Chat,
    /// A room.
    #[error("The address leads to a room, and Dovetail cannot join rooms yet.")]
    Room,
}

/// How much of the user part of an address is shown.
const MOST_USER: usize = 60;
/// And of its host, from its end.
const MOST_HOST: usize = 100;

impl Target {
    /// Reads an address.
    ///
    /// # Errors
    /// When it is none, or none that can be opened here.
    pub fn read(uri: &str) -> Result<Self, UriError> {
        if uri.len() > MAX_URI {
            return Err(UriError::TooLong);
        }
        let uri = uri.trim();
        let (scheme, rest) = uri.split_once(':').ok_or(UriError::Scheme)?;
        match scheme.to_ascii_lowercase().as_str() {
            "xmpp" => chat(rest),
            "sip" | "sips" | "tel" => call(uri),
            _ => Err(UriError::Scheme),
        }
    }
}

fn call(uri: &str) -> Result<Target, UriError> {
    match Dialable::parse(uri, &DialPlan::default()) {
        Ok(dialable) => {
            let shown = shown(uri, &dialable.uri);
            Ok(Target::Call { to: dialable.uri, shown })
        }
        // It has a meaning at the user's provider.
        Err(AddressError::LocalNumber) => {
            Ok(Target::Call { to: uri.to_owned(), shown: shown(uri, uri) })
        }
        Err(error) => Err(UriError::Call(error)),
    }
}

/// What a call would lead to, for people: of a SIP address always its host, which nothing before
/// it hides. `read` is the address as it was understood.
fn shown(typed: &str, read: &str) -> String {
    let after_scheme = |uri: &str| uri.split_once(':').map_or(uri, |(_, rest)| rest).to_owned();
    let rest = after_scheme(read);
    let text = match rest.split_once('@') {
        Some((user, host)) => {
            let host = host.split([';', '?']).next().unwrap_or_default();
            let begin: String = user.chars().take(MOST_USER).collect();
            let cut = if begin.len() < user.len() { "…" } else { "" };
            // The end of a host says whose it is.
            let skip = host.chars().count().saturating_sub(MOST_HOST);
            let end: String = host.chars().skip(skip).collect();
            let missing = if skip > 0 { "…" } else { "" };
            format!("{begin}{cut}@{missing}{end}")
        }
        // A number may be written with escapes for blanks; what follows is for no person.
        None => {
            let typed = after_scheme(typed);
            let number = typed.split([';', '?']).next().unwrap_or_default();
            percent_decode_str(number).decode_utf8_lossy().into_owned()
        }
    };
    text.chars().filter(|c| !is_forbidden(*c)).collect()
}

fn chat(rest: &str) -> Result<Target, UriError> {
    let with = jid_of(rest).filter(|jid| jid.node().is_some()).ok_or(UriError::Chat)?;
    let rest = rest.split('#').next().unwrap_or_default();
    let mut query = rest.split_once('?').map_or("", |(_, query)| query).split(';');
    match query.next().unwrap_or_default() {
        "join" => Err(UriError::Room),
        "message" => {
            let body =
                query.filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == "body");
            Ok(Target::Chat { with, draft: body.and_then(|(_, body)| draft(body)) })
        }
        _ => Ok(Target::Chat { with, draft: None }),
    }
}

/// Words for the composer, without what hides or turns them.
fn draft(escaped: &str) -> Option<String> {
    let text = percent_decode_str(escaped).decode_utf8().ok()?.replace("\r\n", "\n");
    let shown = |c: &char| *c == '\n' || !is_forbidden(*c);
    let text: String = text.chars().filter(shown).take(MAX_DRAFT).collect();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn called(uri: &str) -> (String, String) {
        match Target::read(uri).unwrap() {
            Target::Call { to, shown } => (to, shown),
            Target::Chat { .. } => panic!("{uri} is no call"),
        }
    }

    fn written(uri: &str) -> (String, Option<String>) {
        match Target::read(uri).unwrap() {
            Target::Chat { with, draft } => (with.to_string(), draft),
            Target::Call { .. } => panic!("{uri} is no chat"),
        }
    }

    #[test]
    fn what_can_be_called_is_read() {
        for (uri, to, shown) in [
            ("sip:bob@cusax.test", "sip:bob@cusax.test", "bob@cusax.test"),
            ("SIPS:bob@cusax.test", "sips:bob@cusax.test", "bob@cusax.test"),
            ("tel:+1-303-555-1212", "tel:+13035551212", "+1-303-555-1212"),
            ("tel:+1%20303%20555%201212", "tel:+13035551212", "+1 303 555 1212"),
            (" tel:1002 ", "tel:1002", "1002"),
            ("sip:1002;x@evil.test;y?z=1", "sip:1002;x@evil.test;y", "1002;x@evil.test"),
        ] {
            assert_eq!(called(uri), (to.to_owned(), shown.to_owned()), "{uri}");
        }
        // Headers of a URI are not put into a call.
        let (to, shown) = called("sip:bob@cusax.test?Replaces=a%3Bb&Subject=x");
        assert_eq!((to.as_str(), shown.as_str()), ("sip:bob@cusax.test", "bob@cusax.test"));
    }

    #[test]
    fn a_conversation_comes_with_words_that_are_only_a_draft() {
        let bob = "bob@cusax.test".to_owned();
        assert_eq!(written("xmpp:bob@cusax.test"), (bob.clone(), None));
        assert_eq!(written("XMPP:bob@cusax.test/phone?subscribe"), (bob.clone(), None));
        let uri = "xmpp:bob@cusax.test?message;subject=x;body=See%20you%0D%0Aat%204%3F%E2%80%AE";
        assert_eq!(written(uri), (bob.clone(), Some("See you\nat 4?".to_owned())));
        // As whom to write is the user's own choice.
        assert_eq!(written("xmpp://eve@cusax.test/bob@cusax.test"), (bob.clone(), None));
        let (_, draft) = written(&format!("xmpp:bob@cusax.test?message;body={}", "x".repeat(3000)));
        assert_eq!(draft.unwrap().len(), MAX_DRAFT);
        for broken in ["body=%FF", "body=", "body=%20%0A", "text=x"] {
            assert_eq!(
                written(&format!("xmpp:bob@cusax.test?message;{broken}")).1,
                None,
                "{broken}"
            );
        }
    }

    #[test]
    fn what_cannot_be_opened_is_told_why() {
        let long = format!("sip:{}@cusax.test", "x".repeat(MAX_URI));
        for (uri, error) in [
            (long.as_str(), UriError::TooLong),
            ("", UriError::Scheme),
            ("bob@cusax.test", UriError::Scheme),
            ("https://cusax.test/", UriError::Scheme),
            ("file:///etc/passwd", UriError::Scheme),
            ("xmpp:", UriError::Chat),
            ("xmpp:cusax.test", UriError::Chat),
            ("xmpp:a b@@", UriError::Chat),
            ("xmpp:room@muc.cusax.test?join", UriError::Room),
            ("tel:", UriError::Call(AddressError::Empty)),
        ] {
            let read = Target::read(uri).unwrap_err();
            match (&read, &error) {
                (UriError::Call(_), UriError::Call(_)) => {}
                _ => assert_eq!(read, error, "{uri}"),
            }
            assert!(read.to_string().ends_with(['.', ',']), "{read}");
        }
        assert!(matches!(Target::read("sip:bob@cusax.test\nBye"), Err(UriError::Call(_))));
    }
}
