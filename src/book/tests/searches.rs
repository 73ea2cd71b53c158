//! The search over contacts and book.

use std::sync::Arc;

use super::super::search::{Found, FoundKind, Indexed, search};
use super::*;
use crate::model::address::DialPlan;
use crate::model::contact::{Can, Contact, Number, NumberSource, Subscription};
use crate::model::id::AccountId;
use crate::model::presence::Presence;

fn contact(address: &str, name: &str, number: Option<&str>) -> Arc<Contact> {
    let number = number
        .map(|uri| Number::new(uri.to_owned(), uri.to_owned(), Vec::new(), NumberSource::Vcard4));
    Arc::new(Contact {
        account: AccountId::new("chat"),
        jid: jid(address),
        name: name.to_owned(),
        groups: Vec::new(),
        subscription: Subscription::Both,
        asks: false,
        presence: Presence::default(),
        numbers: number.into_iter().collect(),
        can: Can::default(),
        chat_state: None,
        unread: 0,
        photo: None,
    })
}

fn plan() -> DialPlan {
    DialPlan { provider_domain: Some("cusax.test".to_owned()), ..DialPlan::default() }
}

/// A roster and a book in which some are the same people.
fn found(question: &str) -> Vec<Found> {
    let contacts = [
        contact("bob@cusax.test", "Bob", Some("sip:bob@cusax.test")),
        contact("carol@cusax.test", "Caroline Jones", None),
    ];
    let mut jane = entry("3", "Jane Bobbin", &["sip:jane@other.test", "+49 170 1234567"]);
    jane.organisation = Some("Carpets & Sons".to_owned());
    let book = [
        entry("1", "Robert Weiß", &["xmpp:bob@cusax.test", "+1 303 555 1212", "1002"]),
        entry("2", "Zoë O’Brien", &["xmpp:zoe@cusax.test", "030 123456"]),
        jane,
    ];
    let book: Vec<Indexed> = book.into_iter().map(|one| Indexed::new(Arc::new(one))).collect();
    search(question, 50, &contacts, book.iter(), |_| plan())
}

fn names(question: &str) -> Vec<String> {
    found(question).into_iter().map(|one| one.name).collect()
}

#[test]
fn a_contact_of_the_book_is_found_once_with_the_numbers_of_both() {
    let all = found("bob");
    assert_eq!(all.len(), 2);
    let bob = &all[0];
    assert_eq!((bob.kind, bob.name.as_str()), (FoundKind::Contact, "Bob"));
    assert_eq!((&bob.id, &bob.account), (&Some("1".into()), &Some("chat".into())));
    let numbers: Vec<_> = bob.numbers.iter().map(|n| (n.uri.as_str(), n.source)).collect();
    assert_eq!(
        numbers,
        [
            ("sip:+13035551212@cusax.test;user=phone", NumberSource::AddressBook),
            ("sip:1002@cusax.test", NumberSource::AddressBook),
            ("sip:bob@cusax.test", NumberSource::Vcard4),
        ]
    );
    assert_eq!((all[1].kind, all[1].name.as_str()), (FoundKind::Book, "Jane Bobbin"));
    // By the name that the book has for him.
    assert_eq!(names("robert"), ["Bob"]);
}

#[test]
fn case_and_accents_do_not_count_and_words_are_found_by_their_beginning() {
    for (question, expected) in [
        ("zoe", vec!["Zoë O’Brien"]),
        ("ZOË", vec!["Zoë O’Brien"]),
        ("brien z", vec!["Zoë O’Brien"]),
        ("o'brien", vec!["Zoë O’Brien"]),
        ("weiss", vec!["Bob"]),
        ("jones caro", vec!["Caroline Jones"]),
        ("aroline", vec![]),
        ("bob jones", vec![]),
        ("   ", vec![]),
        ("&%", vec![]),
    ] {
        assert_eq!(names(question), expected, "{question}");
    }
}

#[test]
fn digits_are_compared_as_digits() {
    for (question, expected) in [
        ("+1303", vec!["Bob"]),
        ("(303) 555", vec!["Bob"]),
        ("0303 555-1212", vec!["Bob"]),
        ("001 303", vec!["Bob"]),
        ("100", vec!["Bob"]),
        ("030", vec!["Zoë O’Brien"]),
        ("0170 12", vec!["Jane Bobbin"]),
        ("tel:+49170", vec!["Jane Bobbin"]),
        ("7", vec![]),
        ("99999", vec![]),
    ] {
        assert_eq!(names(question), expected, "{question}");
    }
}

#[test]
fn addresses_are_found_by_their_beginning() {
    assert_eq!(names("zoe@cus"), ["Zoë O’Brien"]);
    assert_eq!(names("sip:jane@other"), ["Jane Bobbin"]);
    assert_eq!(names("jane@"), ["Jane Bobbin"]);
    assert_eq!(names("xmpp:carol"), ["Caroline Jones"]);
}

#[test]
fn the_best_come_first_and_no_more_than_fifty() {
    // Her name, before the organisation of somebody.
    assert_eq!(names("car"), ["Caroline Jones", "Jane Bobbin"]);
    let entries = (0..80).map(|n| entry(&n.to_string(), &format!("Bob {n:02}"), &["12"]));
    let exact = entry("x", "Bob", &["13"]);
    let book: Vec<Indexed> =
        entries.chain([exact]).map(|one| Indexed::new(Arc::new(one))).collect();
    let all = search("bob", 1_000, &[], book.iter(), |_| plan());
    assert_eq!(all.len(), 50);
    assert_eq!(
        all.iter().take(3).map(|one| one.name.as_str()).collect::<Vec<_>>(),
        ["Bob", "Bob 00", "Bob 01"]
    );
    assert_eq!(search("bob", 2, &[], book.iter(), |_| plan()).len(), 2);
}

#[test]
fn what_is_found_has_the_shape_that_is_promised() {
    let text = serde_json::to_string(&found("zoe")).unwrap();
    assert_eq!(
        text,
        concat!(
            r#"[{"kind":"book","name":"Zoë O’Brien","jid":"zoe@cusax.test","id":"2","#,
            r#""numbers":[{"uri":"sip:030123456@cusax.test","display":"030 123456","types":[],"#,
            r#""source":"address-book","verified":true}]}]"#,
        )
    );
}
