//! From a vCard file to entries.

use calcard::common::IanaString;
use calcard::vcard::{
    VCard, VCardEntry, VCardParameter, VCardParameterName, VCardParameterValue, VCardProperty,
    VCardValue,
};
use calcard::{Entry, Parser};
use percent_encoding::percent_decode_str;

use super::{Cards, MAX_CARD, MAX_CARDS, MAX_FILE, MAX_LINES, Skipped, VcfError};
use crate::book::{text, tidy};
use crate::model::BareJid;
use crate::model::book::{
    BookAddress, BookEntry, BookError, BookSource, MAX_ADDRESSES, MAX_CATEGORIES, MAX_CATEGORY,
    MAX_JIDS, MAX_NAME, MAX_NOTE, MAX_TYPES, MAX_UID, NO_PREF, check_jid, is_type, uid_of,
};
use crate::model::id::BookId;

/// Reads a file's text ([`text::decode`]); `new_id` makes an identifier for each card. Pictures,
/// e-mail and postal addresses, dates are left out without a word: the book has no place for
/// them. What else is left out is told.
///
/// # Errors
/// When there is no card in it, or more than is read.
pub fn read(text: &str, mut new_id: impl FnMut() -> BookId) -> Result<Cards, VcfError> {
    if text.len() > MAX_FILE {
        return Err(VcfError::TooLarge);
    }
    let starts = card_starts(text);
    match starts.len() {
        0 => return Err(VcfError::NoCard),
        found if found > MAX_CARDS => return Err(VcfError::TooMany),
        _ => {}
    }
    let mut cards = Cards::default();
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    for (place, (start, end)) in starts.iter().copied().zip(ends).enumerate() {
        let place = format!("Card {}", place + 1);
        let card = text.get(start..end).unwrap_or_default();
        if let Some(entry) = read_card(card, &place, new_id(), &mut cards.skipped) {
            cards.entries.push(entry);
        }
    }
    Ok(cards)
}

/// Where each card begins. The parser would lose the card after one that has no end.
fn card_starts(text: &str) -> Vec<usize> {
    let mut at = 0;
    let mut starts = Vec::new();
    for line in text.split_inclusive('\n') {
        if line.trim_end().eq_ignore_ascii_case("BEGIN:VCARD") {
            starts.push(at);
            if starts.len() > MAX_CARDS {
                break;
            }
        }
        at += line.len();
    }
    starts
}

fn read_card(card: &str, place: &str, id: BookId, skipped: &mut Skipped) -> Option<BookEntry> {
    if card.len() > MAX_CARD || card.bytes().filter(|byte| *byte == b'\n').count() > MAX_LINES {
        skipped.add(place, "The card is too large, perhaps by its picture.");
        return None;
    }
    let Entry::VCard(card) = Parser::new(card).entry() else {
        skipped.add(place, "The card cannot be read.");
        return None;
    };
    let name = name_of(&card);
    let what = name.clone().unwrap_or_else(|| place.to_owned());
    if is_group(&card) {
        skipped.add(&what, "It is a list of people, not a person.");
        return None;
    }
    let Some(name) = name else {
        skipped.add(place, BookError::NoName);
        return None;
    };
    let mut entry = BookEntry {
        uid: texts(&card, &VCardProperty::Uid).next().filter(|uid| uid.len() <= MAX_UID),
        id,
        source: BookSource::File,
        name,
        organisation: card.property(&VCardProperty::Org).and_then(organisation),
        note: Some(texts(&card, &VCardProperty::Note).collect::<Vec<_>>().join("\n")),
        jids: Vec::new(),
        addresses: Vec::new(),
        categories: categories(&card),
    };
    for property in &card.entries {
        reach(property, &card, &mut entry, &what, skipped);
    }
    tidy(&mut entry);
    bound(&mut entry, &what, skipped);
    entry.uid.get_or_insert_with(|| uid_of(&entry.id));
    match entry.check() {
        Ok(()) => Some(entry),
        Err(error) => {
            skipped.add(&what, error);
            None
        }
    }
}

/// Cuts off what is more than an entry holds, and tells.
fn bound(entry: &mut BookEntry, what: &str, skipped: &mut Skipped) {
    let mut cut = |list: &str, found: usize, most: usize| {
        if found > most {
            skipped.add(what, format!("It has {found} {list}; only the first {most} are taken."));
        }
    };
    cut("addresses", entry.addresses.len(), MAX_ADDRESSES);
    cut("chat addresses", entry.jids.len(), MAX_JIDS);
    cut("categories", entry.categories.len(), MAX_CATEGORIES);
    entry.addresses.truncate(MAX_ADDRESSES);
    entry.jids.truncate(MAX_JIDS);
    entry.categories.truncate(MAX_CATEGORIES);
    for name in &mut entry.categories {
        *name = shortened(name, MAX_CATEGORY);
    }
    for (field, text, most) in
        [("organisation", &mut entry.organisation, MAX_NAME), ("note", &mut entry.note, MAX_NOTE)]
    {
        if let Some(text) = text.as_mut().filter(|text| text.chars().nth(most).is_some()) {
            *text = shortened(text, most);
            skipped.add(what, format!("Its {field} is cut at {most} characters."));
        }
    }
}

fn shortened(text: &str, most: usize) -> String {
    text.chars().take(most).collect::<String>().trim_end().to_owned()
}

/// The name shown: `FN`, else what `N` is made of, else the organisation, else a nickname.
fn name_of(card: &VCard) -> Option<String> {
    let line = |name: String| Some(text::line(&name)).filter(|name| !name.is_empty());
    let from_parts = || {
        let part = |at| component(card.property(&VCardProperty::N)?, at);
        // Prefixes, given, additional and family names, suffixes (RFC 6350 §6.2.2).
        let parts = [3, 1, 2, 0, 4].into_iter().filter_map(part).collect::<Vec<_>>();
        line(parts.join(" "))
    };
    let named = || texts(card, &VCardProperty::Fn).find_map(line);
    let organised = || card.property(&VCardProperty::Org).and_then(organisation).and_then(line);
    let nicknamed = || texts(card, &VCardProperty::Nickname).find_map(line);
    named().or_else(from_parts).or_else(organised).or_else(nicknamed)
}

/// One component of a structured value, when there is something in it.
fn component(property: &VCardEntry, at: usize) -> Option<String> {
    let text = match property.values.get(at)? {
        VCardValue::Component(all) => all.join(" "),
        value => value.as_text()?.to_owned(),
    };
    Some(text).filter(|text| !text.trim().is_empty())
}

/// The organisation, with its units behind it.
fn organisation(property: &VCardEntry) -> Option<String> {
    let parts = (0..property.values.len()).filter_map(|at| component(property, at));
    Some(parts.collect::<Vec<_>>().join(", ")).filter(|text| !text.is_empty())
}

fn categories(card: &VCard) -> Vec<String> {
    let properties = card.entries.iter().filter(|p| p.name == VCardProperty::Categories);
    let values = properties.flat_map(|property| &property.values);
    values.filter_map(|value| value.as_text().map(str::to_owned)).collect()
}

/// The first value of each property of this name.
fn texts<'a>(card: &'a VCard, name: &'a VCardProperty) -> impl Iterator<Item = String> + 'a {
    let properties = card.entries.iter().filter(move |property| property.name == *name);
    properties.filter_map(|property| property.values.first()?.as_text().map(str::to_owned))
}

/// `KIND:group` (RFC 6350 §6.1.4), and how Apple writes it.
fn is_group(card: &VCard) -> bool {
    card.entries.iter().any(|property| {
        let is_kind = match &property.name {
            VCardProperty::Kind => true,
            VCardProperty::Other(name) => name.eq_ignore_ascii_case("X-ADDRESSBOOKSERVER-KIND"),
            _ => false,
        };
        let value = property.values.first().and_then(VCardValue::as_text);
        is_kind && value.is_some_and(|value| value.eq_ignore_ascii_case("group"))
    })
}

/// Where a property leads.
enum Way {
    Jid(String),
    Address(String),
    Nowhere,
}

/// Takes a property that says how somebody is reached.
fn reach(
    property: &VCardEntry,
    card: &VCard,
    entry: &mut BookEntry,
    what: &str,
    skipped: &mut Skipped,
) {
    let Some(value) = property.values.first().and_then(VCardValue::as_text) else { return };
    match way(property, value.trim()) {
        Way::Jid(text) => match BareJid::new(&bare(&text)) {
            Ok(jid) if check_jid(&jid).is_ok() => entry.jids.push(jid),
            _ => skipped.add(what, format!("“{}” is no chat address.", short(&text))),
        },
        Way::Address(value) => {
            let (types, pref) = (types(property, card), pref(property));
            let address = BookAddress { value, types, pref };
            match address.check() {
                Ok(()) => entry.addresses.push(address),
                Err(error) => skipped.add(what, error),
            }
        }
        Way::Nowhere => {}
    }
}

fn way(property: &VCardEntry, value: &str) -> Way {
    if value.is_empty() {
        return Way::Nowhere;
    }
    match &property.name {
        VCardProperty::Tel => Way::Address(value.to_owned()),
        VCardProperty::Impp => impp(property, value),
        VCardProperty::Other(name) if name.eq_ignore_ascii_case("X-JABBER") => {
            Way::Jid(value.to_owned())
        }
        VCardProperty::Other(name) if name.eq_ignore_ascii_case("X-SIP") => {
            Way::Address(value.to_owned())
        }
        _ => Way::Nowhere,
    }
}

/// `IMPP` (RFC 4770): by its scheme, or by the service that Apple and Nextcloud name. Other
/// services are none of ours.
fn impp(property: &VCardEntry, value: &str) -> Way {
    let service = property.params.iter().find_map(|parameter| match &parameter.name {
        VCardParameterName::ServiceType => text_of(parameter),
        VCardParameterName::Other(name) if name.eq_ignore_ascii_case("X-SERVICE-TYPE") => {
            text_of(parameter)
        }
        _ => None,
    });
    let service = service.unwrap_or_default().to_ascii_lowercase();
    let value = after_scheme(value, "x-apple").unwrap_or(value);
    let is = |scheme| after_scheme(value, scheme).is_some();
    if is("xmpp") {
        Way::Jid(value.to_owned())
    } else if is("sip") || is("sips") || is("tel") || (service == "sip" && !value.contains(':')) {
        Way::Address(value.to_owned())
    } else if matches!(service.as_str(), "jabber" | "xmpp") && !value.contains(':') {
        Way::Jid(value.to_owned())
    } else {
        Way::Nowhere
    }
}

fn after_scheme<'a>(value: &'a str, scheme: &str) -> Option<&'a str> {
    let (found, rest) = value.split_once(':')?;
    found.eq_ignore_ascii_case(scheme).then_some(rest)
}

/// The bare address of an `xmpp:` URI (RFC 5122), or of a JID as it is.
fn bare(text: &str) -> String {
    let (jid, is_uri) = match after_scheme(text, "xmpp") {
        Some(rest) => (rest, true),
        None => (text, false),
    };
    // Between `//` and the next `/` stands whose account is to be used (RFC 5122 §2.3); some mean
    // nothing by the `//`.
    let jid = jid.strip_prefix("//").map_or(jid, |rest| {
        rest.split_once('/').filter(|(_, jid)| jid.contains('@')).map_or(rest, |(_, jid)| jid)
    });
    // What follows is a question or a resource; escaped, neither sign is one.
    let jid = jid.split(['?', '#']).next().unwrap_or_default();
    let jid = jid.split('/').next().unwrap_or_default();
    if is_uri { percent_decode_str(jid).decode_utf8_lossy().into_owned() } else { jid.to_owned() }
}

/// The types in lower case, and the label that Apple gives a property of the same group
/// (`item1.X-ABLabel:_$!<Mobile>!$_`).
fn types(property: &VCardEntry, card: &VCard) -> Vec<String> {
    let is_type_parameter = |p: &&VCardParameter| p.name == VCardParameterName::Type;
    let named = property.params.iter().filter(is_type_parameter).filter_map(text_of);
    let label = property.group.as_ref().and_then(|group| {
        let of_group = |p: &&VCardEntry| {
            p.group.as_ref() == Some(group)
                && matches!(&p.name, VCardProperty::Other(n) if n.eq_ignore_ascii_case("X-ABLabel"))
        };
        let label = card.entries.iter().find(of_group)?.values.first()?.as_text()?;
        let plain = label.strip_prefix("_$!<").and_then(|rest| rest.strip_suffix(">!$_"));
        Some(plain.unwrap_or(label).to_owned())
    });
    let all = named.chain(label).map(|name| name.trim().to_ascii_lowercase());
    let mut types: Vec<String> = Vec::new();
    for name in all.filter(|name| is_type(name)) {
        if !types.contains(&name) && types.len() < MAX_TYPES {
            types.push(name);
        }
    }
    types
}

/// `PREF` (RFC 6350 §5.3); before that, `TYPE=pref` and a bare `PREF` meant the best.
fn pref(property: &VCardEntry) -> u8 {
    let numbered = property.params.iter().find_map(|parameter| {
        let number = match (&parameter.name, &parameter.value) {
            (VCardParameterName::Pref, VCardParameterValue::Integer(number)) => *number,
            (VCardParameterName::Pref, VCardParameterValue::Text(text)) => text.parse().ok()?,
            _ => return None,
        };
        u8::try_from(number).ok().filter(|number| (1..=100).contains(number))
    });
    let is_best = property.params.iter().any(|parameter| match &parameter.name {
        VCardParameterName::Pref => parameter.value == VCardParameterValue::Null,
        VCardParameterName::Type => {
            text_of(parameter).is_some_and(|name| name.eq_ignore_ascii_case("pref"))
        }
        _ => false,
    });
    numbered.unwrap_or(if is_best { 1 } else { NO_PREF })
}

fn text_of(parameter: &VCardParameter) -> Option<String> {
    match &parameter.value {
        VCardParameterValue::Text(text) => Some(text.clone()),
        VCardParameterValue::Type(name) => Some(name.as_str().to_owned()),
        _ => None,
    }
}

fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::bare;

    #[test]
    fn a_chat_address_is_found_in_its_uri() {
        for (text, jid) in [
            ("bob@cusax.test/phone", "bob@cusax.test"),
            ("xmpp:bob@cusax.test/phone?message;body=a/b", "bob@cusax.test"),
            ("XMPP://bob@cusax.test", "bob@cusax.test"),
            ("xmpp://alice@cusax.test/bob@cusax.test", "bob@cusax.test"),
            ("xmpp:b%C3%B6b%2B1@cusax.test", "böb+1@cusax.test"),
            ("b%2B@cusax.test", "b%2B@cusax.test"),
        ] {
            assert_eq!(bare(text), jid, "{text}");
        }
    }
}
