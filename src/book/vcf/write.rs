//! From entries to a vCard file.

use calcard::vcard::{
    VCardEntry, VCardParameter, VCardParameterValue, VCardProperty, VCardValue, VCardValueType,
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::Version;
use crate::model::BareJid;
use crate::model::book::{BookAddress, BookEntry, NO_PREF};

/// What stands as it is in the node and the domain of an `xmpp:` URI (RFC 5122 §2.2).
const JID: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'!')
    .remove(b'$')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b'@')
    .remove(b'[')
    .remove(b']')
    .remove(b':');

/// Writes a file that [`super::read()`] and other programs read: lines folded at 75 octets and
/// ended by CRLF, values escaped.
pub fn write<'a>(entries: impl IntoIterator<Item = &'a BookEntry>, version: Version) -> String {
    let mut text = String::new();
    for entry in entries {
        let number = match version {
            Version::V3 => "3.0",
            Version::V4 => "4.0",
        };
        text.push_str("BEGIN:VCARD\r\nVERSION:");
        text.push_str(number);
        text.push_str("\r\n");
        for property in properties(entry, version) {
            // As 4.0 in either case: for 3.0 the library adds a CHARSET that RFC 2426 §5 took
            // away, and nothing else here differs. Writing into a String does not fail.
            let _ = property.write_to(&mut text, true);
        }
        text.push_str("END:VCARD\r\n");
    }
    text
}

fn properties(entry: &BookEntry, version: Version) -> Vec<VCardEntry> {
    let one = |name, value: &str| VCardEntry::new(name).with_value(value.to_owned());
    let mut all = vec![one(VCardProperty::Fn, &entry.name)];
    if version == Version::V3 {
        // It must be there (RFC 2426 §3.1.2); which word of the name is which, nobody said.
        let parts = ["", entry.name.as_str(), "", "", ""].map(|part| part.to_owned().into());
        all.push(VCardEntry::new(VCardProperty::N).with_values(parts.into()));
    }
    if let Some(uid) = &entry.uid {
        all.push(one(VCardProperty::Uid, uid));
    }
    if let Some(organisation) = &entry.organisation {
        all.push(one(VCardProperty::Org, organisation));
    }
    all.extend(entry.addresses.iter().map(|address| telephony(address, version)));
    all.extend(entry.jids.iter().map(|jid| one(VCardProperty::Impp, &xmpp(jid))));
    if !entry.categories.is_empty() {
        let values: Vec<VCardValue> = entry.categories.iter().cloned().map(Into::into).collect();
        all.push(VCardEntry::new(VCardProperty::Categories).with_values(values));
    }
    if let Some(note) = &entry.note {
        all.push(one(VCardProperty::Note, note));
    }
    all
}

/// A SIP address is a `TEL` in 4.0, as CUSAX wants it; in 3.0, where a `TEL` is a number
/// (RFC 2426 §3.3.1), it is an `IMPP` (RFC 4770).
fn telephony(address: &BookAddress, version: Version) -> VCardEntry {
    let scheme = address.value.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
    let is_sip = matches!(scheme.as_deref(), Some("sip" | "sips"));
    let is_uri = is_sip || matches!(scheme.as_deref(), Some("tel" | "callto"));
    let name = match version {
        Version::V3 if is_sip => VCardProperty::Impp,
        _ => VCardProperty::Tel,
    };
    let mut property = VCardEntry::new(name).with_value(address.value.clone());
    if version == Version::V4 && is_uri {
        property.add_param(VCardParameter::value(VCardValueType::Uri));
    }
    for name in &address.types {
        property.add_param(VCardParameter::typ(name.clone()));
    }
    match (version, address.pref) {
        (_, NO_PREF) => {}
        (Version::V3, 1) => property.add_param(VCardParameter::typ("pref".to_owned())),
        // 3.0 has no word for it, and lets everybody pass over parameters that they do not know.
        (_, pref) => {
            let pref = VCardParameterValue::Integer(u32::from(pref));
            property.add_param(VCardParameter::pref(pref));
        }
    }
    property
}

fn xmpp(jid: &BareJid) -> String {
    format!("xmpp:{}", utf8_percent_encode(jid.as_str(), JID))
}
