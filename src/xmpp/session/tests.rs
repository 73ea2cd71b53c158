#![allow(clippy::unwrap_used, clippy::expect_used)]
use super::*;

use rand::SeedableRng;
use tokio_xmpp::minidom::Element;
use tokio_xmpp::parsers::iq::Iq;

use crate::model::account::Transport;
use crate::model::id::MessageId;
use crate::model::message::{ChatState, MessageState};
use crate::model::vcard::Vcard;
use crate::xmpp::{OutgoingMessage, PresenceUpdate, VcardError};

fn jid(text: &str) -> BareJid {
    BareJid::new(text).unwrap()
}

fn security() -> Security {
    Security { transport: Transport::Tls, tls: None, auth: "SCRAM-SHA-256".to_owned() }
}

/// A session on a virtual clock, and what it said.
struct World {
    session: Session,
    now: Now,
    sent: Vec<String>,
    events: Vec<XmppEvent>,
}

impl World {
    fn new() -> Self {
        let session = Session::new(jid("me@x.test"), StdRng::seed_from_u64(1));
        Self { session, now: Now::read(), sent: Vec::new(), events: Vec::new() }
    }

    /// Bound, with Bob (both), Carol (to) and Dave (from) in the roster.
    fn online() -> Self {
        let mut world = Self::new();
        world.begin();
        world.roster();
        world.events.clear();
        world.sent.clear();
        world
    }

    fn begin(&mut self) {
        self.session.begin(self.now, FullJid::new("me@x.test/desk").unwrap(), security());
        self.drain();
    }

    fn roster(&mut self) {
        let items = "<item jid='bob@x.test' subscription='both'/>\
                     <item jid='not a jid@@' subscription='both'/>\
                     <item jid='carol@x.test' subscription='to'/>\
                     <item jid='dave@x.test' subscription='from'/>";
        let id = self.id_of("jabber:iq:roster");
        self.xml(&format!(
            "<iq type='result' id='{id}'><query xmlns='jabber:iq:roster'>{items}</query></iq>"
        ));
    }

    fn drain(&mut self) {
        while let Some(output) = self.session.poll_output() {
            match output {
                Output::Send(stanza) => self.sent.push(match *stanza {
                    Stanza::Iq(iq) => String::from(&Element::from(iq)),
                    Stanza::Message(message) => String::from(&Element::from(message)),
                    Stanza::Presence(presence) => String::from(&Element::from(presence)),
                }),
                Output::Event(event) => self.events.push(event),
            }
        }
    }

    fn xml(&mut self, xml: &str) {
        let end = xml.find([' ', '>', '/']).unwrap();
        let whole = format!("{} xmlns='jabber:client'{}", &xml[..end], &xml[end..]);
        let element: Element = whole.parse().unwrap();
        let stanza = match element.name() {
            "iq" => Stanza::Iq(Iq::try_from(element).unwrap()),
            "message" => Stanza::Message(element.try_into().unwrap()),
            _ => Stanza::Presence(element.try_into().unwrap()),
        };
        self.session.receive(self.now, stanza);
        self.drain();
    }

    fn command(&mut self, command: XmppCommand) {
        self.session.command(self.now, command);
        self.drain();
    }

    fn message(&mut self, id: &str) {
        self.command(XmppCommand::Message(OutgoingMessage {
            id: MessageId::new(id),
            to: jid("bob@x.test"),
            body: "hi".to_owned(),
        }));
    }

    /// The server acknowledges the message.
    fn acknowledge(&mut self, id: &str) {
        let xml = format!("<message xmlns='jabber:client' id='{id}'/>");
        let stanza = Stanza::Message(xml.parse::<Element>().unwrap().try_into().unwrap());
        self.session.acknowledged(&stanza);
        self.drain();
    }

    fn wait(&mut self, seconds: u64) {
        self.now = self.now.plus(Duration::from_secs(seconds));
        self.session.handle_timeout(self.now);
        self.drain();
    }

    fn id_of(&self, needle: &str) -> String {
        let sent = self.sent.iter().rev().find(|xml| xml.contains(needle)).expect(needle);
        sent.parse::<Element>().unwrap().attr("id").unwrap().to_owned()
    }

    fn states(&mut self) -> Vec<(String, MessageState)> {
        let states = self.events.iter().filter_map(|event| match event {
            XmppEvent::MessageState { id, state, .. } => Some((id.to_string(), *state)),
            _ => None,
        });
        let states = states.collect();
        self.events.clear();
        states
    }

    fn only_event(&mut self) -> XmppEvent {
        assert_eq!(self.events.len(), 1, "{:?}", self.events);
        self.events.remove(0)
    }
}

fn state(id: &str, state: MessageState) -> (String, MessageState) {
    (id.to_owned(), state)
}

const FORBIDDEN: &str = "<error type='auth'>\
    <forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>";

mod cards;
mod messages;
mod own_card;
mod personal;

#[test]
fn presence_waits_for_the_core_and_for_the_roster() {
    let mut world = World::new();
    world.begin();
    assert!(world.sent.iter().all(|xml| !xml.starts_with("<presence")));
    world.command(XmppCommand::Presence { show: Show::Away, status: "Lunch".to_owned() });
    assert!(world.sent.iter().all(|xml| !xml.starts_with("<presence")));
    world.roster();
    let presence = world.sent.last().unwrap();
    assert!(presence.contains("<show>away</show>") && presence.contains("Lunch"), "{presence}");
    assert!(presence.contains("http://jabber.org/protocol/caps"));
}

#[test]
fn presence_is_restored_in_a_new_session_and_not_repeated_in_a_resumed_one() {
    let mut world = World::online();
    world.command(XmppCommand::Presence { show: Show::Dnd, status: String::new() });
    world.session.suspend();
    world.sent.clear();
    world.session.resume(world.now, security());
    world.drain();
    assert!(world.sent.is_empty(), "{:?}", world.sent);
    world.begin();
    world.roster();
    assert!(world.sent.last().unwrap().contains("dnd"));
}

#[test]
fn a_server_without_a_roster_keeps_nobody_offline() {
    let mut world = World::new();
    world.command(XmppCommand::Presence { show: Show::Online, status: String::new() });
    world.begin();
    world.wait(31);
    assert!(world.sent.last().unwrap().starts_with("<presence"));
    assert!(world.events.iter().any(|event| matches!(event, XmppEvent::Notice(_))));
}

#[test]
fn only_the_own_account_pushes_the_roster() {
    let push = |from: &str| {
        format!(
            "<iq type='set' id='p' {from}><query xmlns='jabber:iq:roster'>\
             <item jid='eve@x.test' subscription='both'/></query></iq>"
        )
    };
    for from in ["", "from='me@x.test'"] {
        let mut world = World::online();
        world.xml(&push(from));
        assert!(
            matches!(world.only_event(), XmppEvent::RosterItem(item) if item.jid == jid("eve@x.test"))
        );
        assert!(
            world.sent[0].contains("type='result'") || world.sent[0].contains("type=\"result\"")
        );
    }
    for from in ["from='eve@x.test'", "from='x.test'", "from='me@x.test/other'"] {
        let mut world = World::online();
        world.xml(&push(from));
        assert!(world.events.is_empty(), "{from}");
        assert!(world.sent[0].contains("service-unavailable"));
    }
}

#[test]
fn only_who_was_asked_may_answer() {
    let mut world = World::new();
    world.begin();
    let id = world.id_of("jabber:iq:roster");
    let forged = format!(
        "<iq type='result' id='{id}' from='eve@x.test'><query xmlns='jabber:iq:roster'/></iq>"
    );
    world.events.clear();
    world.xml(&forged);
    assert!(world.events.is_empty());
    world.xml(&forged.replace("eve@x.test", "me@x.test"));
    assert_eq!(world.only_event(), XmppEvent::Roster(Vec::new()));
}

#[test]
fn questions_are_answered_and_unknown_ones_refused() {
    let mut world = World::online();
    let ask = |world: &mut World, from: &str, payload: &str| {
        world.sent.clear();
        world.xml(&format!("<iq type='get' id='q' from='{from}'>{payload}</iq>"));
        world.sent.remove(0)
    };
    let ping = "<ping xmlns='urn:xmpp:ping'/>";
    assert!(ask(&mut world, "x.test", ping).contains("result"));
    let disco = "<query xmlns='http://jabber.org/protocol/disco#info'/>";
    let answer = ask(&mut world, "eve@y.test/1", disco);
    assert!(answer.contains("urn:xmpp:receipts") && !answer.contains("jingle"));
    let version = "<query xmlns='jabber:iq:version'/>";
    assert!(ask(&mut world, "bob@x.test/1", version).contains("Dovetail"));
    assert!(ask(&mut world, "eve@y.test/1", version).contains("service-unavailable"));
    let time = "<time xmlns='urn:xmpp:time'/>";
    assert!(ask(&mut world, "dave@x.test/1", time).contains("<utc>"));
    assert!(ask(&mut world, "carol@x.test/1", time).contains("service-unavailable"));
    let jingle = "<jingle xmlns='urn:xmpp:jingle:1'/>";
    assert!(ask(&mut world, "bob@x.test/1", jingle).contains("service-unavailable"));
    world.sent.clear();
    world.session.receive_invalid(Some("bob@x.test/1"), Some("q"));
    world.drain();
    assert!(world.sent[0].contains("bad-request"));
}

#[test]
fn presence_of_contacts_is_told_and_of_strangers_not() {
    let mut world = World::online();
    world.xml("<presence from='eve@y.test/1'/>");
    assert!(world.events.is_empty());
    world.xml("<presence from='bob@x.test/1'><show>xa</show><priority>-5</priority></presence>");
    let update = PresenceUpdate {
        from: jid("bob@x.test"),
        resource: Some("1".to_owned()),
        show: Show::Xa,
        status: String::new(),
        priority: -5,
        reach: Vec::new(),
    };
    assert_eq!(world.only_event(), XmppEvent::Presence(update));
    world.xml("<presence from='bob@x.test/1' type='unavailable'/>");
    assert!(
        matches!(world.only_event(), XmppEvent::Presence(update) if update.show == Show::Offline)
    );
}

#[test]
fn requests_are_told_once_each_and_are_bounded() {
    let mut world = World::online();
    let ask = "<presence type='subscribe' from='eve@y.test'><status>hi\u{85}</status></presence>";
    world.xml(ask);
    world.xml(ask);
    let text = "hi".to_owned();
    let told = XmppEvent::SubscriptionRequest { from: jid("eve@y.test"), text };
    assert_eq!(world.only_event(), told);
    world.command(XmppCommand::Roster(RosterCommand::Deny(jid("eve@y.test"))));
    assert!(world.sent[0].contains("unsubscribed"));
    world.xml(ask);
    assert_eq!(world.events.len(), 1);
    for nr in 0..200 {
        world.xml(&format!("<presence type='subscribe' from='n{nr}@y.test'/>"));
    }
    assert_eq!(world.events.len(), 100);
}

#[test]
fn a_refused_change_is_told_in_words() {
    let mut world = World::online();
    world.command(XmppCommand::Roster(RosterCommand::Block(jid("eve@y.test"))));
    let id = world.id_of("urn:xmpp:blocking");
    world.xml(&format!("<iq type='error' id='{id}'>{FORBIDDEN}</iq>"));
    let words = "eve@y.test was not blocked: forbidden.".to_owned();
    assert_eq!(world.only_event(), XmppEvent::Notice(words));
    world.session.end();
    world.command(XmppCommand::Roster(RosterCommand::Remove(jid("bob@x.test"))));
    assert!(matches!(world.only_event(), XmppEvent::Notice(_)));
}

#[test]
fn who_is_blocked_is_asked_for_and_followed() {
    let mut world = World::new();
    world.begin();
    let id = world.id_of("urn:xmpp:blocking");
    let list = "<blocklist xmlns='urn:xmpp:blocking'><item jid='eve@y.test'/></blocklist>";
    world.roster();
    world.events.clear();
    world.xml(&format!("<iq type='result' id='{id}'>{list}</iq>"));
    let told = |all: &[&str]| XmppEvent::Blocked(Some(all.iter().map(|one| jid(one)).collect()));
    assert_eq!(world.only_event(), told(&["eve@y.test"]));
    let mut push = |payload: &str, left: &[&str]| {
        world.xml(&format!("<iq type='set' id='p'>{payload}</iq>"));
        assert_eq!(world.only_event(), told(left), "{payload}");
    };
    let ns = "xmlns='urn:xmpp:blocking'";
    push(&format!("<block {ns}><item jid='z.test'/></block>"), &["eve@y.test", "z.test"]);
    push(&format!("<unblock {ns}><item jid='eve@y.test'/></unblock>"), &["z.test"]);
    push(&format!("<unblock {ns}/>"), &[]);
    // Nobody else speaks for our account.
    world.xml(&format!(
        "<iq type='set' id='q' from='eve@y.test/x'><block {ns}><item jid='a.test'/></block></iq>"
    ));
    assert!(world.events.is_empty());
}

#[test]
fn a_server_that_blocks_nobody_is_told_and_an_answer_that_is_late_is_not() {
    let mut world = World::new();
    world.begin();
    let id = world.id_of("urn:xmpp:blocking");
    world.events.clear();
    world.xml(&format!(
        "<iq type='error' id='{id}'><error type='cancel'><service-unavailable \
         xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"
    ));
    assert_eq!(world.only_event(), XmppEvent::Blocked(None));
    // What it never listed is nothing to follow.
    world.xml(
        "<iq type='set' id='p'><block xmlns='urn:xmpp:blocking'><item jid='a.test'/></block></iq>",
    );
    assert!(world.events.is_empty());
}
