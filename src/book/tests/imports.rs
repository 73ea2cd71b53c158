//! What an import would change.

use std::sync::Arc;

use super::super::import::{self, Import};
use super::*;
use crate::model::address::DialPlan;
use crate::model::book::MAX_ENTRIES;

fn plan(file: &str, book: &[BookEntry]) -> Import {
    let book: Vec<Arc<BookEntry>> = book.iter().cloned().map(Arc::new).collect();
    import::plan(read(file), &book, &DialPlan::default())
}

/// What the book is after the import.
fn applied(book: &[BookEntry], import: Import) -> Vec<BookEntry> {
    let changed = |entry: &BookEntry| {
        let change = import.change.iter().find(|change| change.after.id == entry.id);
        change.map_or_else(|| entry.clone(), |change| change.after.clone())
    };
    book.iter().map(changed).chain(import.add.iter().cloned()).collect()
}

fn after(import: &Import) -> Vec<String> {
    import.change.iter().map(|change| shown(&change.after)).collect()
}

#[test]
fn what_the_book_does_not_have_is_added_and_nothing_the_second_time() {
    let file = include_str!("../fixtures/thunderbird.vcf");
    let first = plan(file, &[]);
    assert_eq!((first.add.len(), first.change.len(), first.same), (1, 0, 0));
    let book = applied(&[], first);
    let second = plan(file, &book);
    assert_eq!((second.add.len(), second.change.len(), second.same), (0, 0, 1));
}

#[test]
fn by_its_uid_a_card_renews_an_entry_and_takes_nothing_away() {
    let mut known = entry("1", "Ana", &["xmpp:ana@home.test", "tel:+351915551212", "1002"]);
    known.uid = Some("8c1f2a52-2c0a-4f36-9d9e-0f2d7f8c9a10".to_owned());
    known.note = Some("from Porto".to_owned());
    known.organisation = Some("Old".to_owned());
    let file = include_str!("../fixtures/thunderbird.vcf");
    let import = plan(file, std::slice::from_ref(&known));
    assert_eq!(import.add, []);
    assert_eq!(
        after(&import),
        ["Ana Maria Silva | @ Pescas | xmpp:ana@home.test | xmpp:ana@cusax.test \
          | xmpp:ana+work@cusax.test | tel:+351-91-555-1212 [cell video] #1 | 1002 [] \
          | +351 21 555 1212 [work] | sip:ana@cusax.test;transport=tls [] | \"from Porto\""]
    );
    assert_eq!((&*import.change[0].before, &import.change[0].after.id), (&known, &known.id));
    assert_eq!(import.change[0].after.source, BookSource::User);
    let book = applied(&[known], import);
    assert_eq!(plan(file, &book).same, 1);
}

#[test]
fn by_a_chat_address_or_a_name_with_a_number_a_card_only_adds() {
    let mum = entry("1", "Mum", &["xmpp:ann@cusax.test"]);
    let bob = entry("2", "Bób", &["+1 303 555 1212"]);
    let other = entry("3", "Carol", &["+1 303 555 1212"]);
    let file = "BEGIN:VCARD\nFN:Ann Smith\nIMPP:xmpp:Ann@cusax.test\nTEL:1001\nORG:Home\nEND:VCARD\n\
                BEGIN:VCARD\nFN:bob\nTEL;TYPE=cell:tel:+1-303-555-1212\nNOTE:tall\nEND:VCARD\n\
                BEGIN:VCARD\nFN:Dave\nTEL:+13035551212\nEND:VCARD\n";
    let import = plan(file, &[mum, bob, other]);
    assert_eq!(
        after(&import),
        ["Mum | @ Home | xmpp:ann@cusax.test | 1001 []", "Bób | +1 303 555 1212 [cell] | \"tall\"",]
    );
    // A number alone makes nobody the same: families share one.
    assert_eq!(import.add.iter().map(shown).collect::<Vec<_>>(), ["Dave | +13035551212 []"]);
}

#[test]
fn cards_of_one_person_become_one_entry() {
    let file = "BEGIN:VCARD\nUID:a\nFN:Bob\nTEL:1001\nEND:VCARD\n\
                BEGIN:VCARD\nUID:a\nFN:Bob\nTEL:1002\nEND:VCARD\n\
                BEGIN:VCARD\nFN:Bob\nTEL:1002\nEND:VCARD\n";
    let import = plan(file, &[]);
    assert_eq!(import.add.iter().map(shown).collect::<Vec<_>>(), ["Bob | 1001 [] | 1002 []"]);
    assert_eq!(import.same, 1);
}

#[test]
fn an_entry_does_not_grow_beyond_its_bounds() {
    let numbers: Vec<String> = (0..32).map(|n| format!("{}", 1000 + n)).collect();
    let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
    let known = entry("1", "Bob", &numbers);
    let file = "BEGIN:VCARD\nUID:1\nFN:Bob\nTEL:2001\nEND:VCARD\n";
    let import = plan(file, &[known]);
    assert!(import.change.is_empty() && import.add.is_empty());
    assert_eq!(import.skip[0].what, "Bob");
    assert!(import.skip[0].why.contains("“addresses” has too many"), "{}", import.skip[0].why);
}

#[test]
fn a_full_book_takes_no_more_and_says_so() {
    let book: Vec<BookEntry> =
        (0..MAX_ENTRIES).map(|n| entry(&n.to_string(), &format!("N{n}"), &["12"])).collect();
    let file = "BEGIN:VCARD\nFN:Bob\nTEL:1001\nEND:VCARD\nBEGIN:VCARD\nFN:N7\nTEL:12\nTEL:13\n";
    let import = plan(file, &book);
    assert!(import.add.is_empty() && import.skip[0].why.contains("full"));
    assert_eq!(after(&import), ["N7 | 12 [] | 13 []"]);
}

#[test]
fn an_export_taken_in_again_changes_nothing() {
    let mut bob = entry("1", "Bob", &["xmpp:bob@cusax.test", "sip:bob@cusax.test", "1001"]);
    bob.addresses[0].pref = 3;
    bob.categories = vec!["Work".to_owned()];
    let book = [bob, entry("2", "Ann", &["1001"])];
    for version in [Version::V3, Version::V4] {
        let import = plan(&written(&book, version), &book);
        assert_eq!((import.add.len(), import.change.len(), import.same), (0, 0, 2));
    }
}
