//! One file a XEP: its number in the first line, its tests inside. All of it is pure.

pub mod blocking;
pub mod caps;
pub mod carbons;
pub mod chat_states;
pub mod delay;
pub mod displayed_markers;
pub mod receipts;
pub mod software_version;
pub mod stream_management;
pub mod time;
pub mod vcard4;
pub mod vcard_temp;

use crate::model::vcard::Tel;

/// The most numbers taken from one card.
const MAX_TELS: usize = 32;
/// The longest number, and the longest name, in bytes.
const MAX_TEXT: usize = 256;

/// A card's number as it is meant: without the `tel:` that some servers put before a SIP URI.
/// `None` when there is nothing to dial.
fn tel(value: &str, mut types: Vec<String>, pref: u8) -> Option<Tel> {
    let value = value.trim();
    let bare = match value.split_at_checked(4) {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("tel:") && is_sip(rest) => rest,
        _ => value,
    };
    let known = bare.split_once(':').map_or(bare, |(_, rest)| rest);
    if known.is_empty() || bare.len() > MAX_TEXT || bare.chars().any(char::is_control) {
        return None;
    }
    // RFC 6350 §4: a type is a name. Faces show it beside the number.
    let is_name = |kind: &String| kind.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    types.retain(|kind| !kind.is_empty() && kind.len() <= 32 && is_name(kind));
    types.truncate(8);
    Some(Tel { value: bare.to_owned(), types, pref })
}

fn is_sip(uri: &str) -> bool {
    let scheme = uri.split_once(':').map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| {
        scheme.eq_ignore_ascii_case("sip") || scheme.eq_ignore_ascii_case("sips")
    })
}

/// A name worth showing: trimmed, not empty, bounded, and no other than it looks.
fn full_name(text: &str) -> Option<String> {
    Some(crate::xmpp::session::text::line(text, MAX_TEXT)).filter(|name| !name.is_empty())
}
