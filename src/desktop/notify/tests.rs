#![allow(clippy::unwrap_used)]

use super::super::Offer;
use super::*;
use crate::model::call::{Binding, CallStats, MediaInfo, Peer};

const BOB: &str = "bob@cusax.test";

/// What is told, step by step.
struct World {
    teller: Teller,
    snapshot: Snapshot,
    set: Notifications,
    looking: Looking,
    at: Timestamp,
    wanted: Wanted,
}

impl World {
    fn new() -> Self {
        let mut world = Self {
            teller: Teller::default(),
            snapshot: Snapshot::default(),
            set: Notifications::default(),
            looking: Looking::default(),
            at: Timestamp::from_unix_millis(1_000_000_000),
            wanted: Wanted::new(),
        };
        assert_eq!(world.go_on(), []);
        world
    }

    /// What there is to be told after this, as heading and text.
    fn go_on(&mut self) -> Vec<(String, String)> {
        let now = Arc::new(self.snapshot.clone());
        if let Some(wanted) = self.teller.follow(&now, &self.looking, &self.set, self.at) {
            self.wanted = wanted;
        }
        self.wanted.values().map(|note| (note.title.clone(), note.body.clone())).collect()
    }

    fn editions(&self) -> Vec<u64> {
        self.wanted.values().map(|note| note.edition).collect()
    }

    fn offers(&self) -> Vec<Offer> {
        let offers = self.wanted.values().flat_map(|note| &note.offers);
        offers.map(|(offer, _)| *offer).collect()
    }

    /// Somebody's timeline grows.
    fn entry(&mut self, with: &str, direction: Direction, body: &str, unread: u32) {
        let with: Party = with.parse().unwrap();
        let mut entries = self
            .snapshot
            .conversation(&with)
            .map(|known| known.entries.clone())
            .unwrap_or_default();
        entries.push(Arc::new(Entry {
            id: format!("{with} {}", entries.len()),
            kind: EntryKind::Message,
            with: with.to_string(),
            direction,
            at: self.at,
            body: Some(body.to_owned()),
            state: None,
            call: None,
            reason: None,
        }));
        let grown = Arc::new(Conversation { with: with.clone(), entries, unread });
        let others = self.snapshot.conversations.iter().filter(|talk| talk.with != with).cloned();
        self.snapshot.conversations = others.chain([grown]).collect();
    }

    fn call(&mut self, id: &str, state: CallState, reason: Option<&str>) {
        let peer = Peer {
            uri: "sip:+13035551212@cusax.test".to_owned(),
            display: "+13035551212".to_owned(),
            jid: Some("bob@cusax.test".to_owned()),
            binding: Binding::Claimed,
            why: String::new(),
            proof: None,
        };
        let call = Call {
            id: id.into(),
            account: "phone".into(),
            direction: Direction::In,
            state,
            peer,
            media: MediaInfo::default(),
            stats: CallStats::default(),
            muted: false,
            anonymous: false,
            quiet: false,
            missed: reason == Some("Missed call."),
            via: None,
            account_why: None,
            transfer: None,
            ask: None,
            cost: None,
            cue: None,
            started: None,
            answered: None,
            ended: None,
            end_reason: reason.map(ToOwned::to_owned),
        };
        self.snapshot.calls.retain(|known| known.id != call.id);
        self.snapshot.calls.push(call);
    }
}

fn told(title: &str, body: &str) -> Vec<(String, String)> {
    vec![(title.to_owned(), body.to_owned())]
}

#[test]
fn messages_of_one_person_are_one_notification_that_goes_when_they_are_read() {
    let mut world = World::new();
    world.entry(BOB, Direction::In, "Hello", 1);
    assert_eq!(world.go_on(), told(BOB, "Hello"));
    assert_eq!(world.offers(), [Offer::Open, Offer::Reply]);
    let first = world.editions();
    assert_eq!(world.go_on().len(), 1);
    assert_eq!(world.editions(), first, "told once");
    world.entry(BOB, Direction::In, "Are you there?\u{202E}", 2);
    assert_eq!(world.go_on(), told("bob@cusax.test · 2 new messages", "Are you there?"));
    let second = world.editions();
    assert_ne!(second, first);
    // What goes out from another device is not told; there it was read, too.
    world.entry(BOB, Direction::Out, "Yes", 2);
    world.go_on();
    assert_eq!(world.editions(), second);
    world.entry(BOB, Direction::Out, "Yes!", 0);
    assert_eq!(world.go_on(), []);
}

#[test]
fn what_the_person_looks_at_is_not_told_and_the_rest_is() {
    let mut world = World::new();
    world.looking = Looking { in_front: true, at: Some(BOB.parse().unwrap()) };
    world.entry(BOB, Direction::In, "Hello", 1);
    assert_eq!(world.go_on(), []);
    world.entry("zoe@cusax.test", Direction::In, "Hi", 1);
    assert_eq!(world.go_on(), told("zoe@cusax.test", "Hi"));
    world.looking.at = Some("zoe@cusax.test".parse().unwrap());
    assert_eq!(world.go_on(), [], "it is read now");
    world.looking.in_front = false;
    world.entry("zoe@cusax.test", Direction::In, "Hi again", 2);
    assert_eq!(world.go_on().len(), 1);
}

#[test]
fn nothing_is_told_to_who_wants_none_or_is_not_to_be_disturbed() {
    let mut world = World::new();
    world.set.text = false;
    world.entry(BOB, Direction::In, "Secret", 1);
    assert_eq!(world.go_on(), told(BOB, "New message"));
    world.set.messages = false;
    assert_eq!(world.go_on(), [], "what stands there goes");
    world.entry(BOB, Direction::In, "More", 2);
    assert_eq!(world.go_on(), []);
    world.set.messages = true;
    world.snapshot.presence = Show::Dnd;
    world.entry(BOB, Direction::In, "Even more", 3);
    assert_eq!(world.go_on(), []);
}

#[test]
fn what_an_archive_brings_is_no_news() {
    let mut world = World::new();
    world.entry(BOB, Direction::In, "Last week", 1);
    world.at = world.at.plus(NEWS + Duration::from_secs(1));
    assert_eq!(world.go_on(), []);
    world.entry(BOB, Direction::In, "Now", 2);
    assert_eq!(world.go_on().len(), 1);
}

#[test]
fn a_call_is_told_without_a_name_that_is_only_claimed() {
    let mut world = World::new();
    world.call("1", CallState::Incoming, None);
    let ringing = told("+13035551212", "Incoming call · Says it is bob@cusax.test · not verified");
    assert_eq!(world.go_on(), ringing);
    assert_eq!(world.offers(), [Offer::Open, Offer::Answer, Offer::Decline]);
    world.looking.in_front = true;
    assert_eq!(world.go_on(), [], "the window shows its card");
    world.looking.in_front = false;
    assert_eq!(world.go_on(), ringing, "and it rings still");
    world.call("1", CallState::Active, None);
    assert_eq!(world.go_on(), []);
    // One that is only shown does not ask for attention.
    world.call("2", CallState::Incoming, None);
    world.snapshot.calls.iter_mut().for_each(|call| call.quiet = true);
    assert_eq!(world.go_on(), []);
}

#[test]
fn missed_calls_of_one_address_are_counted_until_somebody_looks() {
    let mut world = World::new();
    for (id, body) in [("1", "Missed call"), ("2", "2 missed calls")] {
        world.call(id, CallState::Incoming, None);
        world.go_on();
        world.call(id, CallState::Ended, Some("Missed call."));
        assert_eq!(world.go_on(), told("+13035551212", body));
        assert_eq!(world.offers(), [Offer::Open, Offer::CallBack]);
        let before = world.editions();
        world.go_on();
        assert_eq!(world.editions(), before, "the ended call stays for a while");
    }
    world.looking.in_front = true;
    assert_eq!(world.go_on(), []);
    world.looking.in_front = false;
    let settled = [
        "You declined.",
        "Answered on another device.",
        "Missed call: you did not want to be disturbed.",
    ];
    for (n, reason) in settled.into_iter().enumerate() {
        world.call(&format!("settled {n}"), CallState::Ended, Some(reason));
        assert_eq!(world.go_on(), [], "{reason}");
    }
}

#[test]
fn strangers_cannot_fill_the_screen() {
    let mut world = World::new();
    for n in 0..100 {
        let long = "<b>x\n".repeat(10_000);
        world.entry(&format!("spam{n}@cusax.test"), Direction::In, &long, 1);
    }
    let all = world.go_on();
    assert_eq!(all.len(), AT_ONCE);
    assert!(all.iter().all(|(title, body)| title.len() < 300 && body.lines().count() <= 4));
    // A call is told of all the same.
    world.call("1", CallState::Incoming, None);
    assert_eq!(world.go_on().len(), AT_ONCE + 1);
}
