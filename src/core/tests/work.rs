//! Long work is shown while it runs, and can be called off.

use super::*;
use crate::core::command::{BookCommand, CardsFrom, HistoryCommand, WorkCommand};
use crate::model::history::{Deleted, Scope};
use crate::model::id::WorkId;
use crate::model::work::{Work, WorkKind};

fn shown(world: &mut World) -> Vec<Work> {
    world.core.snapshot().work
}

fn cancel(world: &mut World, id: &WorkId) -> Result<Reply, CommandError> {
    world.ask(Command::Work(WorkCommand::Cancel(id.clone())))
}

fn export(world: &mut World) -> RequestId {
    let command = HistoryCommand::Export { path: None, scope: Scope::default() };
    world.begin(Command::History(command))
}

/// How often it was told of work of this kind, and whether the last word was that it is over.
fn told(world: &World, kind: WorkKind) -> (usize, bool) {
    let of_kind = |output: &Output| match output {
        Output::Event(event) => match &**event {
            Event::Work { work, ended } if work.kind == kind => Some(*ended),
            _ => None,
        },
        _ => None,
    };
    let all: Vec<bool> = world.said.iter().filter_map(of_kind).collect();
    (all.len(), all.last().copied().unwrap_or_default())
}

#[test]
fn an_export_tells_how_far_it_is_until_it_is_over() {
    let mut world = World::signed_in(None);
    let request = export(&mut world);
    let [work] = &shown(&mut world)[..] else { panic!("one work") };
    assert_eq!((work.kind, work.done, work.total), (WorkKind::HistoryExport, 0, None));
    world.feed(Input::Worked(request, 500, 2_000));
    let [work] = &shown(&mut world)[..] else { panic!("one work") };
    assert_eq!((work.done, work.total), (500, Some(2_000)));
    assert_eq!(world.ask(Command::Work(WorkCommand::List)), Ok(Reply::Work(vec![work.clone()])));
    world.feed(Input::WorkEnded(request));
    assert_eq!(shown(&mut world), []);
    assert_eq!(told(&world, WorkKind::HistoryExport), (3, true));
    // Late words of it bring nothing back.
    world.feed(Input::Worked(request, 600, 2_000));
    assert_eq!(shown(&mut world), []);
}

#[test]
fn an_export_is_called_off_by_whoever_is_at_it() {
    let mut world = World::signed_in(None);
    let request = export(&mut world);
    let id = shown(&mut world)[0].id.clone();
    assert_eq!(cancel(&mut world, &id), Ok(Reply::Done {}));
    assert!(world.said.contains(&Output::CallOff(request)));
    assert_eq!(shown(&mut world).len(), 1, "it is there until it has stopped");
    world.feed(Input::WorkEnded(request));
    assert_eq!(cancel(&mut world, &id), Err(CommandError::UnknownWork));
}

#[test]
fn an_import_that_was_called_off_changes_nothing() {
    let mut world = World::signed_in(None);
    let text = "BEGIN:VCARD\nVERSION:4.0\nFN:Eve\nTEL:tel:+15550100\nEND:VCARD\n";
    let from = CardsFrom::Text(text.to_owned());
    let request = world.begin(Command::Book(BookCommand::Import { from, apply: true }));
    let id = shown(&mut world)[0].id.clone();
    assert_eq!(cancel(&mut world, &id), Ok(Reply::Done {}));
    assert_eq!(world.reply(request), Some(Err(CommandError::Cancelled)));
    assert_eq!(shown(&mut world), []);
    let read = crate::book::vcf::read(text, || "b1".into()).unwrap();
    world.feed(Input::Cards { request, apply: true, read: Ok(read) });
    assert!(world.core.snapshot().book.is_empty());
    assert_eq!(world.reply(request), None, "it was answered once");
}

#[test]
fn a_deletion_is_shown_and_cannot_be_called_off() {
    let mut world = World::signed_in(None);
    let request = world.begin(Command::History(HistoryCommand::Delete(Scope::default())));
    let work = shown(&mut world)[0].clone();
    assert!(!work.can_cancel);
    assert!(matches!(cancel(&mut world, &work.id), Err(CommandError::Refused(_))));
    let done = Ok(Deleted { deleted: 1, waiting: 0 });
    world.feed(Input::Deleted { request, done, remains: None });
    assert_eq!(shown(&mut world), []);
}

/// A roster whose owners' cards nobody has read yet.
fn with_contacts(count: usize) -> (World, Vec<String>) {
    let mut world = World::new(&config());
    world.chat_online();
    let all: Vec<String> = (0..count).map(|n| format!("p{n:03}@cusax.test")).collect();
    world.xmpp(XmppEvent::Roster(all.iter().map(|jid| item(jid)).collect()));
    (world, all)
}

#[test]
fn the_cards_of_a_large_roster_are_counted() {
    let (mut world, all) = with_contacts(100);
    let work = shown(&mut world)[0].clone();
    assert_eq!((work.kind, work.done, work.total), (WorkKind::ContactCards, 0, Some(100)));
    for jid_of in &all[..50] {
        world.xmpp(XmppEvent::Vcards { jid: jid(jid_of), cards: Ok(Vec::new()) });
    }
    let work = shown(&mut world)[0].clone();
    assert_eq!((work.done, work.total), (50, Some(100)));
    for jid_of in &all[50..] {
        world.xmpp(XmppEvent::Vcards { jid: jid(jid_of), cards: Ok(Vec::new()) });
    }
    assert_eq!(shown(&mut world), []);
    assert!(told(&world, WorkKind::ContactCards).1);
    let (world, _) = with_contacts(5);
    assert_eq!(told(&world, WorkKind::ContactCards).0, 0, "a few are no long work");
}

#[test]
fn cards_that_nobody_waits_for_are_left_when_that_is_called_off() {
    let (mut world, all) = with_contacts(100);
    let id = shown(&mut world)[0].id.clone();
    let asked = |world: &World| {
        let fetch = |o: &&Output| matches!(o, Output::Xmpp(_, XmppCommand::FetchVcards(_)));
        world.said.iter().filter(fetch).count()
    };
    let before = asked(&world);
    assert_eq!(cancel(&mut world, &id), Ok(Reply::Done {}));
    for jid_of in &all[..before] {
        world.xmpp(XmppEvent::Vcards { jid: jid(jid_of), cards: Ok(Vec::new()) });
    }
    assert_eq!(asked(&world), before, "no more are asked for");
    assert_eq!(shown(&mut world), []);
    // Whoever comes online is read.
    world.xmpp(XmppEvent::Presence(crate::xmpp::PresenceUpdate {
        from: jid(&all[99]),
        resource: Some("x".to_owned()),
        show: Show::Online,
        status: String::new(),
        priority: 0,
        reach: Vec::new(),
    }));
    assert_eq!(asked(&world), before + 1);
}

#[test]
fn what_runs_is_bounded() {
    let mut world = World::signed_in(None);
    for _ in 0..100 {
        export(&mut world);
    }
    assert_eq!(shown(&mut world).len(), 32);
}
