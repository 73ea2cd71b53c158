//! One file a XEP: its number in the first line, its tests inside. All of it is pure.

pub mod activity;
pub mod blocking;
pub mod caps;
pub mod carbons;
pub mod chat_states;
pub mod delay;
pub mod displayed_markers;
pub mod pep;
pub mod reachability;
pub mod receipts;
pub mod software_version;
pub mod stream_management;
pub mod time;
pub mod vcard4;
pub mod vcard_temp;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio_xmpp::minidom::{Element, Node};

use crate::model::vcard::{MAX_PHOTO, Photo, Tel};

/// The most numbers taken from one card, or put on one.
pub(in crate::xmpp) const MAX_TELS: usize = 32;
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

/// A photo as cards hold it: base64, in lines.
fn photo(text: &str) -> Option<Photo> {
    // Lines of 76 letters, their ends and some indentation at most.
    if text.len() > MAX_PHOTO / 3 * 4 + MAX_PHOTO / 4 {
        return None;
    }
    let text: String = text.split_ascii_whitespace().collect();
    Photo::new(&STANDARD.decode(text).ok()?)
}

/// A number as it is written on a card; `None` for what none can hold.
pub(in crate::xmpp) fn written(number: &Tel) -> Option<Tel> {
    let types = number.types.iter().map(|kind| kind.to_lowercase()).collect();
    let pref = if number.pref == 0 { 100 } else { number.pref.min(100) };
    let value = crate::xmpp::session::text::line(&number.value, MAX_TEXT);
    let whole = value == number.value.trim();
    tel(&value, types, pref).filter(|_| whole)
}

/// The element with `new` where the first of the children was that `is_old` picks out.
fn with_replaced(
    mut element: Element,
    is_old: impl Fn(&Element) -> bool,
    new: Vec<Element>,
) -> Element {
    let mut new = Some(new);
    for node in element.take_nodes() {
        if !matches!(&node, Node::Element(child) if is_old(child)) {
            element.append_node(node);
            continue;
        }
        for child in new.take().unwrap_or_default() {
            element.append_child(child);
        }
    }
    for child in new.unwrap_or_default() {
        element.append_child(child);
    }
    element
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
