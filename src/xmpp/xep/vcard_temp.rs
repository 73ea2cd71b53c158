//! XEP-0054: vcard-temp, the card everybody has (CUSAX C18).

use tokio_xmpp::minidom::Element;
use tokio_xmpp::parsers::ns;

use crate::model::contact::NumberSource;
use crate::model::vcard::{Photo, Tel, Vcard};

/// The flags of a `TEL`, which are its types, in the order in which they are written.
const FLAGS: [&str; 12] = [
    "HOME", "WORK", "VOICE", "FAX", "PAGER", "MSG", "CELL", "VIDEO", "BBS", "MODEM", "ISDN", "PCS",
];

/// The payload that asks for a card.
pub fn request() -> Element {
    Element::bare("vCard", ns::VCARD)
}

/// Reads a card; `None` when the element is no card or an empty one, which both mean that
/// there is none.
pub fn parse(card: &Element) -> Option<Vcard> {
    if !card.is("vCard", ns::VCARD) || card.children().next().is_none() {
        return None;
    }
    let tels = card.children().filter(|child| child.is("TEL", ns::VCARD)).filter_map(tel);
    let name = card.get_child("FN", ns::VCARD).map(Element::text);
    Some(Vcard {
        full_name: name.as_deref().and_then(super::full_name),
        tels: tels.take(super::MAX_TELS).collect(),
        source: NumberSource::VcardTemp,
        photo: card.get_child("PHOTO", ns::VCARD).and_then(photo),
    })
}

/// Only what came with the card: where a photo is elsewhere (`EXTVAL`), nobody is told that we
/// look.
fn photo(photo: &Element) -> Option<Photo> {
    super::photo(&photo.get_child("BINVAL", ns::VCARD)?.text())
}

/// The card in an answer as it is stored; `None` when there is none.
pub fn stored(card: &Element) -> Option<Element> {
    (card.is("vCard", ns::VCARD) && card.children().next().is_some()).then(|| card.clone())
}

/// The card with these numbers instead of its own and everything else as it was, which stores
/// it; a new one under `name` where there is none.
pub fn with_tels(old: Option<&Element>, name: &str, tels: &[Tel]) -> Element {
    let card = old.cloned().unwrap_or_else(|| {
        let name = Element::builder("FN", ns::VCARD).append(name.to_owned()).build();
        Element::builder("vCard", ns::VCARD).append(name).build()
    });
    let best = tels.iter().map(|tel| tel.pref).min().filter(|pref| *pref < 100);
    let tels = tels.iter().map(|tel| tel_element(tel, Some(tel.pref) == best)).collect();
    super::with_replaced(card, |child| child.is("TEL", ns::VCARD), tels)
}

fn tel_element(tel: &Tel, best: bool) -> Element {
    let is_set = |flag: &&&str| tel.types.iter().any(|kind| kind.eq_ignore_ascii_case(flag));
    let flags = FLAGS.iter().filter(is_set).copied().chain(best.then_some("PREF"));
    let flags: Vec<Element> = flags.map(|flag| Element::bare(flag, ns::VCARD)).collect();
    let number = Element::builder("NUMBER", ns::VCARD).append(tel.value.as_str()).build();
    Element::builder("TEL", ns::VCARD).append_all(flags).append(number).build()
}

fn tel(tel: &Element) -> Option<Tel> {
    let number = tel.get_child("NUMBER", ns::VCARD)?.text();
    let types = FLAGS
        .iter()
        .filter(|flag| tel.has_child(**flag, ns::VCARD))
        .map(|flag| flag.to_lowercase())
        .collect();
    let pref = if tel.has_child("PREF", ns::VCARD) { 1 } else { 100 };
    super::tel(&number, types, pref)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;
    use crate::model::vcard::MAX_PHOTO;

    fn card(inner: &str) -> Option<Vcard> {
        parse(&format!("<vCard xmlns='vcard-temp'>{inner}</vCard>").parse().unwrap())
    }

    fn values(inner: &str) -> Vec<String> {
        card(inner).unwrap().tels.into_iter().map(|tel| tel.value).collect()
    }

    #[test]
    fn numbers_come_with_their_flags() {
        let card = card(
            "<FN> Alice\n</FN>\
             <TEL><WORK/><VOICE/><VIDEO/><PREF/><NUMBER>sip:alice@sip.example.com</NUMBER></TEL>\
             <TEL><CELL/><NUMBER> +1 303 555 1212 </NUMBER></TEL>",
        )
        .unwrap();
        assert_eq!(card.full_name.as_deref(), Some("Alice"));
        assert_eq!(card.source, NumberSource::VcardTemp);
        assert_eq!(
            card.tels,
            [
                Tel {
                    value: "sip:alice@sip.example.com".to_owned(),
                    types: vec!["work".to_owned(), "voice".to_owned(), "video".to_owned()],
                    pref: 1,
                },
                Tel {
                    value: "+1 303 555 1212".to_owned(),
                    types: vec!["cell".to_owned()],
                    pref: 100,
                },
            ]
        );
    }

    #[test]
    fn a_sip_uri_is_freed_of_a_tel_before_it_and_a_tel_uri_is_kept() {
        let tels = "<TEL><NUMBER>tel:sip:bob@x.test</NUMBER></TEL>\
                    <TEL><NUMBER>TEL:sips:bob@x.test</NUMBER></TEL>\
                    <TEL><NUMBER>tel:+13035551212</NUMBER></TEL>";
        assert_eq!(values(tels), ["sip:bob@x.test", "sips:bob@x.test", "tel:+13035551212"]);
    }

    #[test]
    fn no_number_is_no_tel() {
        let tels = "<TEL><HOME/><NUMBER/></TEL><TEL>123</TEL><TEL/>\
                    <TEL><NUMBER> </NUMBER></TEL><TEL><NUMBER>tel:</NUMBER></TEL>\
                    <TEL><NUMBER>tel:sip:</NUMBER></TEL>";
        assert!(values(tels).is_empty());
    }

    #[test]
    fn no_card_and_an_empty_card_are_the_same() {
        assert_eq!(card(""), None);
        assert_eq!(parse(&"<vCard xmlns='other'><FN>x</FN></vCard>".parse().unwrap()), None);
    }

    #[test]
    fn only_the_numbers_of_a_card_are_replaced_and_stand_in_order() {
        let number = |value: &str, types: &[&str], pref| Tel {
            value: value.to_owned(),
            types: types.iter().map(|kind| (*kind).to_owned()).collect(),
            pref,
        };
        let tels = [
            number("sip:alice@x.test", &["video", "voice", "textphone", "work"], 10),
            number("+1 303", &["cell"], 50),
        ];
        let old = "<vCard xmlns='vcard-temp'><FN>Alice</FN><TEL><NUMBER>1</NUMBER></TEL>\
            <PHOTO><BINVAL>AAAA</BINVAL></PHOTO><TEL><NUMBER>2</NUMBER></TEL></vCard>";
        let old: Element = old.parse().unwrap();
        let new = "<vCard xmlns='vcard-temp'><FN>Alice</FN>\
            <TEL><WORK/><VOICE/><VIDEO/><PREF/><NUMBER>sip:alice@x.test</NUMBER></TEL>\
            <TEL><CELL/><NUMBER>+1 303</NUMBER></TEL>\
            <PHOTO><BINVAL>AAAA</BINVAL></PHOTO></vCard>";
        assert_eq!(with_tels(Some(&old), "unused", &tels), new.parse().unwrap());
        let none = "<vCard xmlns='vcard-temp'><FN>Alice</FN>\
            <PHOTO><BINVAL>AAAA</BINVAL></PHOTO></vCard>";
        assert_eq!(with_tels(Some(&old), "unused", &[]), none.parse().unwrap());
        let fresh = parse(&with_tels(None, "alice@x.test", &tels)).unwrap();
        assert_eq!(fresh.full_name.as_deref(), Some("alice@x.test"));
        assert_eq!(fresh.tels[0].types, ["work", "voice", "video"]);
        assert_eq!(stored(&Element::bare("vCard", "vcard-temp")), None);
    }

    #[test]
    fn a_photo_comes_with_a_card_when_it_can_be_shown() {
        let photo = |bytes: &[u8]| {
            let text = STANDARD.encode(bytes);
            let lines: Vec<&str> =
                text.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).unwrap()).collect();
            let lines = lines.join("\n  ");
            card(&format!("<FN>A</FN><PHOTO><TYPE>x</TYPE><BINVAL>{lines}</BINVAL></PHOTO>"))
                .unwrap()
                .photo
        };
        let jpeg = |len| [&b"\xff\xd8\xff\xe0"[..], &vec![7; len - 4]].concat();
        assert_eq!(photo(&jpeg(1000)).unwrap().bytes(), jpeg(1000));
        assert_eq!(photo(b"\x89PNG\r\n\x1a\nrest").unwrap().bytes(), b"\x89PNG\r\n\x1a\nrest");
        assert!(photo(&jpeg(MAX_PHOTO)).is_some() && photo(&jpeg(MAX_PHOTO + 1)).is_none());
        assert_eq!(photo(b"GIF89a"), None);
        for other in ["<BINVAL>!</BINVAL>", "<EXTVAL>https://x.test/a.png</EXTVAL>", ""] {
            assert_eq!(card(&format!("<PHOTO>{other}</PHOTO>")).unwrap().photo, None);
        }
    }

    #[test]
    fn what_a_card_brings_is_bounded() {
        let tels = "<TEL><NUMBER>1</NUMBER></TEL>".repeat(100);
        assert_eq!(values(&tels).len(), 32);
        let long = format!("<TEL><NUMBER>{}</NUMBER></TEL>", "1".repeat(1000));
        assert!(values(&long).is_empty());
    }
}
