//! vCard files in and out.

use proptest::prelude::*;

use super::super::{text, tidy};
use super::*;
use crate::book::vcf::{MAX_CARDS, VcfError};

fn all(file: &str) -> Vec<String> {
    read(file).entries.iter().map(shown).collect()
}

#[test]
fn cards_of_an_android_telephone() {
    let file = include_str!("../fixtures/android.vcf");
    assert_eq!(
        all(file),
        [
            "Jörg Müller | @ Bäckerei, Einkauf | xmpp:joerg@cusax.test | +49 170 1234567 [cell] #1 \
             | 030123456 [home voice] | 030-99 [work fax] | joerg@cusax.test [] \
             | \"Wohnt\\nin Köln\"",
            "Mailbox | *62 [cell]",
        ]
    );
    let skipped = skips(read(file));
    assert_eq!(skipped.len(), 1);
    assert!(skipped[0].starts_with("Jörg Müller: “no number at all” is no telephony address"));
}

#[test]
fn cards_of_an_iphone() {
    let file = include_str!("../fixtures/iphone.vcf");
    assert_eq!(
        all(file),
        ["Dr. John Appleseed | @ Orchard, Inc. | xmpp:john@cusax.test \
          | (888) 555-5512 [cell voice] #1 | (888) 555-1212 [home fax] \
          | +1 (408) 555-0100 [main] | +1 (408) 555-0101 [] | john@sip.cusax.test [work] \
          | \"Allergic to bees; likes apples, pears\\nand plums\""]
    );
    assert_eq!(skips(read(file)), ["Friends: It is a list of people, not a person."]);
    let uid = "5F7C0E2A-88B0-4E0D-9D21-0C9C1D1F2B11:ABPerson";
    assert_eq!(read(file).entries[0].uid.as_deref(), Some(uid));
}

#[test]
fn cards_of_outlook() {
    assert_eq!(
        all(include_str!("../fixtures/outlook.vcf")),
        [
            "Zoë O’Brien | @ Brien & Sons, Sales | (010) 123-4567 [work voice] \
             | +31 6 12345678 [cell voice] | +31 10 1234567 [] #1",
            "Front Desk | @ Front Desk | 1000 [work voice]",
        ]
    );
}

#[test]
fn cards_of_evolution() {
    assert_eq!(
        all(include_str!("../fixtures/evolution.vcf")),
        ["Łukasz Nowak | @ Fabryka, Dział Zakupów, Pokój 7 | xmpp:lukasz@cusax.test \
          | +48 22 555 12 12 [work voice] | tel:+48225551313 [home voice] \
          | sip:lukasz@cusax.test [work] | (Work) | (Chess, Saturdays) \
          | \"A line so long that it has to go on in the next one, as 3.0 wants it; \
          it is read as one\""]
    );
}

#[test]
fn cards_of_thunderbird() {
    assert_eq!(
        all(include_str!("../fixtures/thunderbird.vcf")),
        ["Ana Maria Silva | @ Pescas | xmpp:ana@cusax.test | xmpp:ana+work@cusax.test \
          | +351 21 555 1212 [work] | tel:+351-91-555-1212 [cell video] #1 \
          | sip:ana@cusax.test;transport=tls []"]
    );
}

#[test]
fn cards_of_nextcloud() {
    assert_eq!(
        all(include_str!("../fixtures/nextcloud.vcf")),
        ["Çelik Ağa | xmpp:celik@cusax.test | 0212 555 12 12 [home voice] \
          | +905555551212 [cell] #2 | (Family)"]
    );
}

#[test]
fn the_ends_of_lines_do_not_matter() {
    for file in [include_str!("../fixtures/android.vcf"), include_str!("../fixtures/iphone.vcf")] {
        assert_eq!(all(&file.replace('\n', "\r\n")), all(file));
    }
}

#[test]
fn a_card_without_an_end_costs_no_other() {
    let file = "BEGIN:VCARD\nFN:One\nTEL:1001\nbegin:vcard\nFN:Two\nTEL:1002\nEND:VCARD\nrubbish\n\
                BEGIN:VCARD\nVERSION:3.0\nno colon\nFN:Three\n;:\nTEL:1003";
    assert_eq!(all(file), ["One | 1001 []", "Two | 1002 []", "Three | 1003 []"]);
}

#[test]
fn what_is_left_out_is_told_with_its_reason() {
    let many: String = (0..40).map(|n| format!("TEL:{}\n", 1000 + n)).collect();
    let long = "x".repeat(300);
    let file = format!(
        "BEGIN:VCARD\nTEL:1001\nEND:VCARD\n\
         BEGIN:VCARD\nFN:Ann\nEMAIL:ann@mail.test\nEND:VCARD\n\
         BEGIN:VCARD\nFN:Bob\nIMPP:xmpp:@\nTEL:1002\n{many}ORG:{long}\nEND:VCARD\n\
         BEGIN:VCARD\nFN:{long}\nTEL:1003\nEND:VCARD\n"
    );
    let cards = read(&file);
    assert_eq!(cards.entries.len(), 1);
    assert_eq!(cards.entries[0].addresses.len(), 32);
    assert_eq!(cards.entries[0].organisation.as_ref().unwrap().len(), 200);
    let told = skips(cards);
    for (told, expected) in told.iter().zip([
        "Card 1: An entry of the address book needs a name.",
        "Ann: An entry of the address book needs a telephony or a chat address.",
        "Bob: “xmpp:@” is no chat address.",
        "Bob: It has 40 addresses; only the first 32 are taken.",
        "Bob: Its organisation is cut at 200 characters.",
    ]) {
        assert_eq!(told, expected);
    }
    assert_eq!(told.len(), 6);
    assert!(told[5].ends_with("“name” is too long: at most 200 characters."), "{}", told[5]);
}

#[test]
fn files_are_bounded() {
    let none = |text: &str| vcf::read(text, || "1".into()).unwrap_err();
    assert_eq!(none("Dear Bob,\n"), VcfError::NoCard);
    assert_eq!(none(&"x".repeat(16 * 1024 * 1024 + 1)), VcfError::TooLarge);
    assert_eq!(none(&"BEGIN:VCARD\n".repeat(MAX_CARDS + 1)), VcfError::TooMany);
    let picture = format!("PHOTO;ENCODING=b:{}\n", "A".repeat(5 << 20));
    let lines = "X:\n".repeat(70_000);
    for much in [picture, lines] {
        let file = format!(
            "BEGIN:VCARD\nFN:Ann\nTEL:1001\n{much}END:VCARD\nBEGIN:VCARD\nFN:Bob\nTEL:1002\n"
        );
        let cards = read(&file);
        assert_eq!(cards.entries.iter().map(shown).collect::<Vec<_>>(), ["Bob | 1002 []"]);
        assert_eq!(skips(cards), ["Card 1: The card is too large, perhaps by its picture."]);
    }
    // Thousands of complaints are not all told.
    let bad = "BEGIN:VCARD\nEND:VCARD\n".repeat(1_500);
    let told = skips(read(&bad));
    assert_eq!((told.len(), told[1_000].split(':').next()), (1_001, Some("500 more")));
}

#[test]
fn the_forms_of_other_programs_are_written() {
    let mut bob = entry("7", "Bob; the, Builder", &["+1 303 555 1212", "sip:bob@cusax.test;x=1"]);
    bob.addresses[0].types = vec!["work".to_owned(), "voice".to_owned()];
    bob.addresses[1].pref = 1;
    bob.jids = vec![jid("bob o\\27h@cusax.test".replace(' ', "").as_str()), jid("bob@cusax.test")];
    bob.categories = vec!["Work".to_owned(), "Chess, Saturdays".to_owned()];
    bob.note = Some("one\ntwo".to_owned());
    assert_eq!(
        written(&[bob.clone()], Version::V4),
        "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Bob\\; the\\, Builder\r\nUID:7\r\n\
         TEL;TYPE=work,voice:+1 303 555 1212\r\n\
         TEL;VALUE=URI;PREF=1:sip:bob@cusax.test;x=1\r\n\
         IMPP:xmpp:bobo%5C27h@cusax.test\r\nIMPP:xmpp:bob@cusax.test\r\n\
         CATEGORIES:Work,Chess\\, Saturdays\r\nNOTE:one\\ntwo\r\nEND:VCARD\r\n"
    );
    assert_eq!(
        written(&[bob.clone()], Version::V3),
        "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Bob\\; the\\, Builder\r\n\
         N:;Bob\\; the\\, Builder;;;\r\nUID:7\r\n\
         TEL;TYPE=work,voice:+1 303 555 1212\r\n\
         IMPP;TYPE=pref:sip:bob@cusax.test;x=1\r\n\
         IMPP:xmpp:bobo%5C27h@cusax.test\r\nIMPP:xmpp:bob@cusax.test\r\n\
         CATEGORIES:Work,Chess\\, Saturdays\r\nNOTE:one\\ntwo\r\nEND:VCARD\r\n"
    );
    for version in [Version::V3, Version::V4] {
        let again = read(&written(&[bob.clone()], version)).entries;
        assert_eq!(again.iter().map(shown).collect::<Vec<_>>(), [shown(&bob)]);
    }
}

/// Text as people and programs write it, with what vCards have to escape and to fold.
fn words() -> impl Strategy<Value = String> {
    prop_oneof!["[ -~äöß\\\\;,:\"\n\t]{0,40}", "\\PC{0,60}", "([a-zé,;\\\\ ]{1,30} ){2,8}",]
}

fn address() -> impl Strategy<Value = BookAddress> {
    let value = prop_oneof![
        "\\+[1-9][0-9 ()-]{4,14}[0-9]",
        "[0-9*#]{2,12}",
        "sips?:[a-z.%41+]{1,12}@[a-z]{1,10}\\.test(:5070)?(;transport=tcp|;x=[a-z,]{1,4})?",
        "tel:\\+[0-9-]{5,14}[0-9](;ext=[0-9]{1,4})?",
        "[a-z]{1,8}@[a-z]{1,60}\\.test",
    ];
    let types = proptest::collection::vec("[a-z][a-z0-9-]{0,12}", 0..5);
    let pref = prop_oneof![Just(NO_PREF), 1_u8..=100];
    (value, types, pref).prop_map(|(value, types, pref)| BookAddress { value, types, pref })
}

prop_compose! {
    fn any_entry()(
        name in words(),
        organisation in proptest::option::of(words()),
        note in proptest::option::of(words()),
        jids in proptest::collection::vec(
            "([a-zé0-9.+_!$()*=;,%~-]{1,12}|[a-z]{1,20}\\\\5c[a-z]{1,30})@[a-z]{1,9}\\.test", 0..4,
        ),
        addresses in proptest::collection::vec(address(), 0..6),
        categories in proptest::collection::vec(words(), 0..4),
        uid in proptest::option::of("[a-zA-Z0-9:-]{1,80}"),
    ) -> Option<BookEntry> {
        let mut entry = entry("1", &name, &[]);
        entry.uid = uid.or(entry.uid);
        (entry.organisation, entry.note) = (organisation, note);
        entry.jids = jids.iter().filter_map(|text| BareJid::new(text).ok()).collect();
        (entry.addresses, entry.categories) = (addresses, categories);
        tidy(&mut entry);
        entry.addresses.retain(|address| address.check().is_ok());
        entry.addresses.iter_mut().for_each(|address| address.types.retain(|t| t != "pref"));
        entry.check().is_ok().then_some(entry)
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(entries in proptest::collection::vec(any_entry(), 1..4)) {
        let entries: Vec<BookEntry> = entries.into_iter().flatten().collect();
        prop_assume!(!entries.is_empty());
        for version in [Version::V3, Version::V4] {
            let file = written(&entries, version);
            prop_assert!(file.split("\r\n").all(|line| line.len() <= 75), "{file}");
            prop_assert!(!file.replace("\r\n", "").contains(['\r', '\n']), "{file}");
            let cards = read(&file);
            let expected: Vec<BookEntry> =
                entries.iter().zip(0..).map(|(e, n)| as_file(e, &format!("c{n}"))).collect();
            let json = |all: &[BookEntry]| serde_json::to_string_pretty(all).unwrap();
            prop_assert_eq!(json(&cards.entries), json(&expected), "{}", file);
            prop_assert_eq!(skips(cards), Vec::<String>::new());
        }
    }

    #[test]
    fn tidying_twice_is_tidying_once(mut entry in any_entry()) {
        if let Some(entry) = &mut entry {
            let once = entry.clone();
            tidy(entry);
            prop_assert_eq!(shown(entry), shown(&once));
        }
    }

    #[test]
    fn no_bytes_make_it_fall_over(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let file = [b"BEGIN:VCARD\n", bytes.as_slice()].concat();
        let _ = vcf::read(&text::decode(&file), || "1".into());
        let _ = vcf::read(&text::decode(&bytes), || "1".into());
    }

    /// What is read is fit to be kept, whatever became of the file on its way.
    #[test]
    fn a_mangled_file_gives_only_what_can_be_kept(
        file in 0..6_usize,
        changes in proptest::collection::vec(
            (any::<prop::sample::Index>(), 0..30_usize, "[ -~\n=\u{e9}\u{0}]{0,12}|;ENCODING=QUOTED-PRINTABLE|BEGIN:VCARD\n|;VALUE=date:|TEL;PREF="),
            1..8,
        ),
    ) {
        let files = [
            include_str!("../fixtures/android.vcf"),
            include_str!("../fixtures/iphone.vcf"),
            include_str!("../fixtures/outlook.vcf"),
            include_str!("../fixtures/evolution.vcf"),
            include_str!("../fixtures/thunderbird.vcf"),
            include_str!("../fixtures/nextcloud.vcf"),
        ];
        let mut bytes = files[file].as_bytes().to_vec();
        for (at, len, text) in changes {
            let at = at.index(bytes.len().max(1)).min(bytes.len());
            let end = (at + len).min(bytes.len());
            bytes.splice(at..end, text.bytes());
        }
        if let Ok(cards) = vcf::read(&text::decode(&bytes), || "1".into()) {
            for entry in &cards.entries {
                prop_assert_eq!(entry.check(), Ok(()), "{}", shown(entry));
                let mut tidied = entry.clone();
                tidy(&mut tidied);
                prop_assert_eq!(shown(&tidied), shown(entry));
            }
        }
    }
}
