//! The address book: kept, told, taken from files, searched with the contacts.

use std::sync::Arc;

use serde_json::{Value, json};

use super::*;
use crate::book::search::FoundKind;
use crate::book::vcf;
use crate::model::book::{BookAddress, BookEntry, BookError, MAX_ENTRIES};
use crate::model::id::BookId;

fn patch(name: &str, jids: &[&str], addresses: &[&str]) -> BookPatch {
    BookPatch {
        name: Some(name.to_owned()),
        jids: Some(jids.iter().map(|text| jid(text)).collect()),
        addresses: Some(addresses.iter().map(|text| BookAddress::new(*text)).collect()),
        ..BookPatch::default()
    }
}

fn ask(world: &mut World, command: BookCommand) -> Result<BookReply, CommandError> {
    match world.ask(Command::Book(command))? {
        Reply::Book(reply) => Ok(reply),
        other => panic!("not of the book: {other:?}"),
    }
}

fn set(world: &mut World, patch: BookPatch) -> Result<Arc<BookEntry>, CommandError> {
    match ask(world, BookCommand::Set(Box::new(patch)))? {
        BookReply::Entry(entry) => Ok(entry),
        other => panic!("no entry: {other:?}"),
    }
}

/// As the hub does it.
fn import(world: &mut World, text: &str, apply: bool) -> Value {
    let from = CardsFrom::Text(text.to_owned());
    let request = world.begin(Command::Book(BookCommand::Import { from, apply }));
    let asked = Output::ReadCards { request, from: CardsFrom::Text(text.to_owned()), apply };
    assert_eq!(world.said.pop(), Some(asked));
    let mut next = 0;
    let read = vcf::read(text, || {
        next += 1;
        BookId::new(format!("c{next}"))
    });
    world.feed(Input::Cards { request, apply, read: Ok(read.unwrap()) });
    let reply = world.reply(request).expect("an answer").unwrap();
    serde_json::to_value(reply).unwrap()
}

/// What the faces were told of the book.
fn told(world: &mut World) -> Vec<Value> {
    let of_book = |output: &Output| match output {
        Output::Event(event) => match **event {
            Event::Book { .. } | Event::BookChanged { .. } => serde_json::to_value(event).ok(),
            _ => None,
        },
        _ => None,
    };
    let told = world.said.iter().filter_map(of_book).collect();
    world.said.clear();
    told
}

fn kept(world: &World) -> Vec<&KeepBook> {
    let keeps = world.said.iter().filter_map(|output| match output {
        Output::Keep(Keep::Book(keep)) => Some(keep),
        _ => None,
    });
    keeps.collect()
}

fn names(world: &mut World) -> Vec<String> {
    world.core.snapshot().book.iter().map(|entry| entry.name.clone()).collect()
}

#[test]
fn an_entry_is_added_changed_and_removed_and_each_time_kept_and_told() {
    let mut world = World::signed_in(None);
    world.said.clear();
    let bob = set(&mut world, patch(" Bob ", &["bob@cusax.test"], &["1002"])).unwrap();
    assert_eq!((bob.name.as_str(), bob.uid.is_some()), ("Bob", true));
    assert_eq!(kept(&world), [&KeepBook { put: vec![bob.clone()], remove: Vec::new() }]);
    let entry = serde_json::to_value(&*bob).unwrap();
    assert_eq!(told(&mut world), [json!({ "type": "book", "entry": entry })]);
    assert!(world.core.take_changed());

    let note = BookPatch {
        id: Some(bob.id.clone()),
        note: Some(Some("tall".to_owned())),
        ..BookPatch::default()
    };
    let tall = set(&mut world, note.clone()).unwrap();
    assert_eq!(*tall, BookEntry { note: Some("tall".to_owned()), ..(*bob).clone() });
    assert_eq!(told(&mut world).len(), 1);
    // What changes nothing is neither kept nor told.
    set(&mut world, note).unwrap();
    assert!(kept(&world).is_empty() && told(&mut world).is_empty());
    let none = BookPatch { id: Some(bob.id.clone()), note: Some(None), ..BookPatch::default() };
    assert_eq!(set(&mut world, none).unwrap(), bob);

    set(&mut world, patch("ann", &[], &["1003"])).unwrap();
    assert_eq!(names(&mut world), ["ann", "Bob"]);
    world.said.clear();
    let remove = Command::Book(BookCommand::Remove(bob.id.clone()));
    assert_eq!(world.ask(remove.clone()), Ok(Reply::Done {}));
    assert_eq!(kept(&world), [&KeepBook { put: Vec::new(), remove: vec![bob.id.clone()] }]);
    assert_eq!(told(&mut world), [json!({ "type": "book", "entry": entry, "removed": true })]);
    assert_eq!(world.ask(remove), Err(BookError::Unknown(bob.id.clone()).into()));
    assert_eq!(names(&mut world), ["ann"]);
}

#[test]
fn what_cannot_be_kept_is_refused_and_changes_nothing() {
    let mut world = World::signed_in(None);
    let bob = set(&mut world, patch("Bob", &[], &["1002"])).unwrap();
    world.said.clear();
    for (patch, kind) in [
        (patch("", &[], &["1003"]), "refused"),
        (patch("Ann", &[], &[]), "refused"),
        (patch("Ann", &[], &["mailto:ann@mail.test"]), "invalid-address"),
        (BookPatch { id: Some("no".into()), ..patch("Ann", &[], &["1003"]) }, "unknown-contact"),
        (BookPatch { id: Some(bob.id.clone()), ..patch("Bob", &[], &["sip:"]) }, "invalid-address"),
    ] {
        assert_eq!(set(&mut world, patch).unwrap_err().kind(), kind);
    }
    assert!(kept(&world).is_empty() && told(&mut world).is_empty());
    let BookReply::Entries(all) = ask(&mut world, BookCommand::List).unwrap() else { panic!() };
    assert_eq!(all, [bob]);
}

#[test]
fn an_import_is_shown_before_it_is_carried_out_whole() {
    let mut world = World::signed_in(None);
    let bob = set(&mut world, patch("Bob", &["bob@cusax.test"], &[])).unwrap();
    world.said.clear();
    let file = "BEGIN:VCARD\nFN:Robert\nIMPP:xmpp:bob@cusax.test\nTEL:1002\nEND:VCARD\n\
                BEGIN:VCARD\nFN:Ann\nTEL:1003\nTEL:none\nEND:VCARD\n";
    let shown = import(&mut world, file, false);
    assert_eq!(shown["add"][0]["name"], "Ann");
    assert_eq!(shown["change"][0]["before"], serde_json::to_value(&*bob).unwrap());
    assert_eq!(shown["change"][0]["after"]["addresses"][0]["value"], "1002");
    assert_eq!(shown["skip"][0]["what"], "Ann");
    assert!(kept(&world).is_empty() && told(&mut world).is_empty());
    assert_eq!(names(&mut world), ["Bob"]);

    assert_eq!(import(&mut world, file, true), shown);
    let [keep] = kept(&world)[..] else { panic!("kept at once") };
    assert_eq!((keep.put.len(), keep.remove.len()), (2, 0));
    assert_eq!(told(&mut world).len(), 2);
    assert_eq!(names(&mut world), ["Ann", "Bob"]);
    let again = import(&mut world, file, true);
    assert_eq!(
        (&again["add"], &again["change"], &again["same"]),
        (&json!([]), &json!([]), &json!(2))
    );
    assert!(kept(&world).is_empty() && told(&mut world).is_empty());
}

#[test]
fn of_many_changes_at_once_only_their_number_is_told() {
    let mut world = World::signed_in(None);
    world.said.clear();
    let file: String =
        (0..101).map(|n| format!("BEGIN:VCARD\nFN:N{n}\nTEL:12\nEND:VCARD\n")).collect();
    import(&mut world, &file, true);
    assert_eq!(told(&mut world), [json!({ "type": "book.changed", "count": 101 })]);
    assert_eq!(world.core.snapshot().book.len(), 101);
}

#[test]
fn a_file_that_cannot_be_read_changes_nothing() {
    let mut world = World::signed_in(None);
    let from = CardsFrom::File("/none.vcf".into());
    let request = world.begin(Command::Book(BookCommand::Import { from, apply: true }));
    let error = CommandError::Refused("There is no file “/none.vcf”.".to_owned());
    world.said.clear();
    world.feed(Input::Cards { request, apply: true, read: Err(error.clone()) });
    assert_eq!(world.reply(request), Some(Err(error)));
    assert!(kept(&world).is_empty() && told(&mut world).is_empty());
}

#[test]
fn what_was_kept_is_there_again_and_no_more_than_the_book_holds() {
    let mut world = World::new(&config());
    let entry = |n: usize| -> BookEntry {
        let entry = json!({ "id": n.to_string(), "name": "Bob", "addresses": [{ "value": "12" }] });
        serde_json::from_value(entry).unwrap()
    };
    let book = (0..MAX_ENTRIES + 5).map(entry).collect();
    world.said.clear();
    world.feed(Input::Kept(Kept { book, ..Kept::default() }));
    assert!(kept(&world).is_empty(), "it is kept already");
    assert_eq!(world.core.snapshot().book.len(), MAX_ENTRIES);
    let full = set(&mut world, patch("Ann", &[], &["1003"])).unwrap_err();
    assert_eq!(full, BookError::Full.into());
}

#[test]
fn an_export_has_what_is_asked_for() {
    let mut world = World::signed_in(None);
    let bob = set(&mut world, patch("Bob", &["bob@cusax.test"], &[])).unwrap();
    set(&mut world, patch("Ann", &[], &["1003"])).unwrap();
    let mut export = |version, ids: Option<Vec<BookId>>| match ask(
        &mut world,
        BookCommand::Export { version, ids },
    ) {
        Ok(BookReply::Export { text }) => Ok(text),
        Ok(other) => panic!("no export: {other:?}"),
        Err(error) => Err(error),
    };
    let all = export(vcf::Version::V4, None).unwrap();
    assert!(all.find("FN:Ann").unwrap() < all.find("FN:Bob").unwrap(), "by name");
    let one = export(vcf::Version::V3, Some(vec![bob.id.clone()])).unwrap();
    assert!(one.contains("VERSION:3.0\r\nFN:Bob") && !one.contains("Ann"), "{one}");
    let unknown = export(vcf::Version::V4, Some(vec!["no".into()])).unwrap_err();
    assert_eq!(unknown.kind(), "unknown-contact");
}

#[test]
fn contacts_and_book_are_searched_together() {
    let mut world = World::signed_in(Some("sip:bob@cusax.test"));
    let robert = set(&mut world, patch("Robert", &["bob@cusax.test"], &["1002"])).unwrap();
    let bobby = set(&mut world, patch("Bobby", &[], &["1004"])).unwrap();
    let mut search = |text: &str| {
        let search = BookCommand::Search { text: text.to_owned(), limit: None };
        let BookReply::Found(found) = ask(&mut world, search).unwrap() else { panic!() };
        found
    };
    let found = search("bob");
    let ids: Vec<_> = found.iter().map(|one| (one.kind, one.id.clone().unwrap())).collect();
    // The book's word is the contact's name: who is called Bobby comes before bob's address.
    assert_eq!(ids, [(FoundKind::Book, bobby.id.clone()), (FoundKind::Contact, robert.id.clone())]);
    let numbers: Vec<_> = found[1].numbers.iter().map(|number| number.uri.as_str()).collect();
    assert_eq!(numbers, ["sip:1002@cusax.test", "sip:bob@cusax.test"]);
    assert_eq!(search("robert").len(), 1);
    assert_eq!(search("carol")[0].id, None);
}

#[test]
fn a_log_would_show_neither_names_nor_digits() {
    let file =
        BookCommand::Import { from: CardsFrom::Text("TEL:+13035551212".into()), apply: true };
    let search = BookCommand::Search { text: "+1303".to_owned(), limit: None };
    let set = BookCommand::Set(Box::new(patch("Bob", &[], &["+13035551212"])));
    for command in [file, search, set] {
        let shown = format!("{:?}", Command::Book(command));
        assert!(!shown.contains("303") && !shown.contains("Bob"), "{shown}");
    }
}

mod links {
    //! Whose an address is by the user's own word (C27).

    use super::*;
    use crate::model::binding::BindingState;

    fn entry(world: &mut World, name: &str, jids: &[&str], addresses: &[&str]) -> BookId {
        set(world, patch(name, jids, addresses)).unwrap().id.clone()
    }

    #[test]
    fn somebody_of_the_book_is_named_without_a_chat_address() {
        let mut world = World::signed_in(None);
        let id = entry(&mut world, "Grandma", &[], &["+1 303 555 7777"]);
        let call = world.incoming("sip:+13035557777@cusax.test;user=phone", &[]);
        let peer = world.call(&call).peer;
        assert_eq!((peer.display.as_str(), peer.binding), ("Grandma", Binding::Verified));
        assert_eq!((peer.jid, peer.proof.unwrap().state), (None, BindingState::Book));
        assert!(peer.why.contains("your address book"), "{}", peer.why);
        // The entry goes while it rings, and the name with it.
        world.ask(Command::Book(BookCommand::Remove(id))).unwrap();
        assert_eq!(world.call(&call).peer.binding, Binding::None);
    }

    #[test]
    fn the_book_wins_over_cards_that_say_otherwise() {
        let mut world = World::signed_in(Some("sip:bob@cusax.test"));
        entry(&mut world, "Robert", &["bob@cusax.test"], &["sip:desk@cusax.test"]);
        let snapshot = world.core.snapshot();
        let bob = snapshot.contact(&jid("bob@cusax.test")).unwrap();
        assert_eq!((bob.name.as_str(), bob.numbers.len()), ("Robert", 2));
        let call = world.place("bob@cusax.test", false).unwrap();
        let peer = world.call(&call).peer;
        assert_eq!((peer.uri.as_str(), peer.display.as_str()), ("sip:desk@cusax.test", "Robert"));
        // Carol's card claims the line that the book says is Robert's.
        let cards = Ok(vec![card("sip:desk@cusax.test")]);
        world.xmpp(XmppEvent::Vcards { jid: jid("carol@cusax.test"), cards });
        let call = world.incoming("sip:desk@cusax.test", &["carol@cusax.test"]);
        let peer = world.call(&call).peer;
        assert_eq!(peer.jid.as_deref(), Some("bob@cusax.test"), "{}", peer.why);
    }

    #[test]
    fn an_entry_follows_its_contact_into_the_roster_and_out_of_it() {
        let mut world = World::signed_in(None);
        entry(&mut world, "Zoe", &["zoe@cusax.test"], &["sip:zoe@cusax.test"]);
        let named = |world: &mut World| {
            let call = world.incoming("sip:zoe@cusax.test", &[]);
            let peer = world.call(&call).peer;
            world.says(&call, CallEvent::Ended(EndReason::Cancelled));
            (peer.display, peer.jid)
        };
        let zoe = || "Zoe".to_owned();
        assert_eq!(named(&mut world), (zoe(), None));
        world.xmpp(XmppEvent::RosterItem(item("zoe@cusax.test")));
        assert_eq!(named(&mut world), (zoe(), Some("zoe@cusax.test".to_owned())));
        world.xmpp(XmppEvent::RosterRemoved(jid("zoe@cusax.test")));
        assert_eq!(named(&mut world), (zoe(), None));
    }

    #[test]
    fn two_entries_with_one_number_name_nobody() {
        let mut world = World::signed_in(None);
        for name in ["Mum", "Dad"] {
            entry(&mut world, name, &[], &["+1 303 555 7777"]);
        }
        let call = world.incoming("tel:+13035557777", &[]);
        assert_eq!(world.call(&call).peer.binding, Binding::None);
    }
}
