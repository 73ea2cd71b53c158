//! Relations: by hand, proposed, and what follows (CUSAX C13, C14, C30).

use super::*;
use crate::model::relation::{Pair, RelationSource, Relations};

fn pair() -> Pair {
    Pair { xmpp: CHAT.into(), sip: PHONE.into() }
}

fn unrelated() -> Config {
    let mut config = config();
    (config.sip[0].related_to, config.sip[0].chat) = (None, true);
    config
}

fn set(world: &mut World, both_or_none: Option<bool>, chat_waits: Option<bool>) {
    let set = RelationCommand::Set { pair: pair(), both_or_none, chat_waits };
    world.ask(Command::Relation(set)).unwrap();
}

fn started(world: &World) -> Vec<&str> {
    let start = |output: &&Output| matches!(output, Output::Start(_));
    let all = world.said.iter().filter(start).map(|output| match output {
        Output::Start(id) => id.as_str(),
        _ => "",
    });
    all.collect()
}

fn own_card(world: &mut World, tel: &str) {
    let cards = Ok(vec![card(tel)]);
    world.xmpp(XmppEvent::Vcards { jid: jid("alice@cusax.test"), cards });
}

fn failed(retry_in: Option<Duration>) -> SipEvent {
    let fault = Fault::Refused("sip.cusax.test".to_owned());
    SipEvent::Registration(Registration::Failed { fault, retry_in })
}

fn chat_sent(world: &mut World) -> Vec<XmppCommand> {
    let said = std::mem::take(&mut world.said);
    let chat = |output: Output| match output {
        Output::Xmpp(_, command @ (XmppCommand::Connect | XmppCommand::Disconnect)) => {
            Some(command)
        }
        _ => None,
    };
    said.into_iter().filter_map(chat).collect()
}

fn reason(world: &mut World, account: &str) -> String {
    let accounts = world.core.snapshot().accounts;
    let account = accounts.into_iter().find(|a| a.id == account.into()).unwrap();
    account.reason.unwrap_or_default()
}

#[test]
fn a_relation_is_set_kept_shown_and_removed() {
    let mut world = World::new(&unrelated());
    world.chat_online();
    world.phone_online();
    assert!(world.core.snapshot().relations.is_empty());
    set(&mut world, None, None);
    let snapshot = world.core.snapshot();
    assert_eq!(snapshot.relations[0].by, RelationSource::User);
    assert_eq!(snapshot.accounts[0].related_to, Some(PHONE.into()));
    assert_eq!(snapshot.accounts[1].related_to, Some(CHAT.into()));
    // The defaults of the draft apply at once: no messages over SIP (C8).
    assert!(!snapshot.accounts[1].features.chat);
    assert!(world.sent_to_sip().contains(&&SipCommand::SetChat(false)));
    let kept: Relations = world
        .said
        .iter()
        .rev()
        .find_map(|output| match output {
            Output::Keep(Keep::Relations(kept)) => Some((**kept).clone()),
            _ => None,
        })
        .unwrap();
    let mut next = World { core: Core::new(&unrelated(), [7; 32]), said: Vec::new(), ..world };
    next.feed(Input::Kept(Kept { relations: kept, ..Kept::default() }));
    next.feed(Input::Start);
    assert_eq!(next.core.snapshot().accounts[1].related_to, Some(CHAT.into()));
    assert!(next.sent_to_sip().contains(&&SipCommand::SetChat(false)));
    next.ask(Command::Relation(RelationCommand::Remove(pair()))).unwrap();
    let snapshot = next.core.snapshot();
    assert!(snapshot.relations.is_empty() && snapshot.accounts[1].features.chat);
    assert_eq!(snapshot.accounts[0].related_to, None);
    assert!(next.ask(Command::Relation(RelationCommand::Remove(pair()))).is_err());
}

#[test]
fn the_configuration_s_relation_is_removed_for_good() {
    let mut world = World::new(&config());
    assert_eq!(world.core.snapshot().relations[0].by, RelationSource::Configuration);
    world.ask(Command::Relation(RelationCommand::Remove(pair()))).unwrap();
    assert!(world.core.snapshot().relations.is_empty());
    let wrong = Pair { xmpp: PHONE.into(), sip: CHAT.into() };
    let set = RelationCommand::Set { pair: wrong, both_or_none: None, chat_waits: None };
    assert!(world.ask(Command::Relation(set)).is_err());
}

#[test]
fn what_belongs_together_is_proposed_once() {
    let mut world = World::new(&unrelated());
    world.chat_online();
    world.phone_online();
    own_card(&mut world, "sip:somebody@cusax.test");
    assert!(world.core.snapshot().proposals.is_empty());
    own_card(&mut world, "SIP:alice@cusax.test:5060");
    let [proposal] = &world.core.snapshot().proposals[..] else { panic!("one proposal") };
    assert_eq!(proposal.pair, pair());
    assert!(proposal.why.contains("sip:alice@cusax.test"), "{}", proposal.why);
    world.ask(Command::Relation(RelationCommand::Refuse(pair()))).unwrap();
    assert!(world.core.snapshot().proposals.is_empty());
    set(&mut world, None, None);
    world.ask(Command::Relation(RelationCommand::Remove(pair()))).unwrap();
    assert!(world.core.snapshot().proposals.is_empty(), "who removed it is not asked again");
}

#[test]
fn chat_waits_for_telephony_until_it_is_wanted_anyway() {
    let mut config = config();
    config.xmpp[0].wait_for = Some(PHONE.into());
    let mut world = World::new(&config);
    assert_eq!(started(&world), [PHONE]);
    assert!(world.core.snapshot().relations[0].chat_waits);
    world.sip(failed(Some(Duration::from_secs(4))));
    let words = reason(&mut world, CHAT);
    assert!(words.starts_with("Waits until Telephony is connected."), "{words}");
    assert!(words.len() > 40, "the trouble is told: {words}");
    world.ask(Command::Account(AccountCommand::Connect(CHAT.into()))).unwrap();
    assert_eq!(started(&world), [PHONE, CHAT]);
    assert!(world.ask(Command::Account(AccountCommand::Connect("x".into()))).is_err());
    // Without anybody's word it goes as soon as telephony is registered.
    let mut world = World::new(&config);
    world.phone_online();
    assert_eq!(started(&world), [PHONE, CHAT]);
    // The user's word counts for more than the configuration's.
    let mut world = World::new(&config);
    set(&mut world, None, Some(false));
    assert_eq!(started(&world), [PHONE, CHAT]);
}

#[test]
fn both_or_none() {
    let mut world = World::new(&config());
    set(&mut world, Some(true), None);
    world.chat_online();
    world.phone_online();
    chat_sent(&mut world);
    // A short break is none.
    world.sip(failed(Some(Duration::from_secs(4))));
    world.later(Duration::from_secs(5));
    world.phone_online();
    world.later(Duration::from_secs(20));
    assert_eq!(chat_sent(&mut world), []);
    world.sip(failed(Some(Duration::from_secs(4))));
    world.later(Duration::from_secs(11));
    assert_eq!(chat_sent(&mut world), [XmppCommand::Disconnect]);
    world.xmpp(XmppEvent::Connection(XmppConnection::Closed));
    let words = reason(&mut world, CHAT);
    assert!(words.starts_with("Taken down, since Telephony is not connected."), "{words}");
    world.later(Duration::from_secs(60));
    assert_eq!(chat_sent(&mut world), []);
    assert!(!world.sent_to_sip().contains(&&SipCommand::Disconnect), "never both for each other");
    world.phone_online();
    assert_eq!(chat_sent(&mut world), [XmppCommand::Connect]);
    world.chat_online();
    assert_eq!(reason(&mut world, CHAT), "");
    // What needs the user takes no patience.
    world.sip(failed(None));
    assert_eq!(chat_sent(&mut world), [XmppCommand::Disconnect]);
    world.xmpp(XmppEvent::Connection(XmppConnection::Closed));
    // The user wants chat all the same.
    world.ask(Command::Account(AccountCommand::Connect(CHAT.into()))).unwrap();
    world.chat_online();
    world.later(Duration::from_secs(60));
    assert_eq!(chat_sent(&mut world), [XmppCommand::Connect]);
}

#[test]
fn with_both_or_none_chat_never_opens_before_telephony() {
    let mut world = World { core: Core::new(&config(), [7; 32]), ..World::new(&config()) };
    world.said.clear();
    let set = RelationCommand::Set { pair: pair(), both_or_none: Some(true), chat_waits: None };
    let relations = {
        world.ask(Command::Relation(set)).unwrap();
        world.core.snapshot().relations
    };
    let kept = Relations { set: relations, ..Relations::default() };
    let mut next = World { core: Core::new(&config(), [7; 32]), said: Vec::new(), ..world };
    next.feed(Input::Kept(Kept { relations: kept, ..Kept::default() }));
    next.feed(Input::Start);
    assert_eq!(started(&next), [PHONE]);
    next.sip(failed(None));
    assert_eq!(started(&next), [PHONE]);
    next.phone_online();
    assert_eq!(started(&next), [PHONE, CHAT]);
}

#[test]
fn a_call_is_not_cut_off_for_chat() {
    let mut world = World::new(&config());
    set(&mut world, Some(true), None);
    world.chat_online();
    world.phone_online();
    let call = world.talking("sip:bob@cusax.test");
    let fault = Fault::Refused("cusax.test".to_owned());
    world.xmpp(XmppEvent::Connection(XmppConnection::Failed { fault, retry_in: None }));
    world.later(Duration::from_secs(60));
    assert!(!world.sent_to_sip().contains(&&SipCommand::Disconnect));
    world.says(&call, CallEvent::Ended(EndReason::RemoteHangup));
    assert!(world.sent_to_sip().contains(&&SipCommand::Disconnect));
}

#[test]
fn the_word_to_connect_anyway_is_neither_a_retry_nor_for_good() {
    let mut world = World::new(&config());
    set(&mut world, Some(true), None);
    world.chat_online();
    world.phone_online();
    chat_sent(&mut world);
    let connect = || Command::Account(AccountCommand::Connect(CHAT.into()));
    // Chat alone failed and is tried again: that is no word about telephony.
    let fault = Fault::Refused("cusax.test".to_owned());
    let gone = XmppConnection::Failed { fault, retry_in: Some(Duration::from_secs(4)) };
    world.xmpp(XmppEvent::Connection(gone));
    world.ask(connect()).unwrap();
    world.chat_online();
    world.sip(failed(None));
    assert_eq!(chat_sent(&mut world), [XmppCommand::Connect, XmppCommand::Disconnect]);
    world.xmpp(XmppEvent::Connection(XmppConnection::Closed));
    world.ask(connect()).unwrap();
    world.chat_online();
    world.later(Duration::from_secs(60));
    assert_eq!(chat_sent(&mut world), [XmppCommand::Connect], "wanted anyway");
    // Who wants both or none after that is taken at their new word.
    set(&mut world, Some(true), None);
    assert_eq!(chat_sent(&mut world), [XmppCommand::Disconnect]);
}
