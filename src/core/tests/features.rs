//! Which way a feature goes, and which rule decided (CUSAX C5, C6, C9, C29–C33).

use super::*;
use crate::core::features::{With, decide};
use crate::model::address::{DialPlan, Dialable};
use crate::model::feature::{DecidedBy, Feature, Match, Protocol, Rule};

const OFFICE: &str = "office";

fn rule(with: Option<Match>, protocol: Protocol) -> Rule {
    Rule { with, feature: Feature::Audio, protocol, account: None }
}

fn contact(text: &str) -> Option<Match> {
    Some(Match::Contact(text.to_owned()))
}

fn domain(text: &str) -> Option<Match> {
    Some(Match::Domain(text.to_owned()))
}

/// Two telephony accounts; the first is related to chat.
fn two_telephones() -> Config {
    let mut config = config();
    let mut office = config.sip[0].clone();
    office.id = OFFICE.into();
    office.aor = Aor::parse("sip:alice@office.test").unwrap();
    office.related_to = None;
    config.sip.push(office);
    config
}

fn both_online(config: &Config) -> World {
    let mut world = World::new(config);
    world.chat_online();
    world.phone_online();
    office_online(&mut world);
    world.xmpp(XmppEvent::Roster(vec![item("bob@cusax.test"), item("carol@cusax.test")]));
    let cards = Ok(vec![card("sip:bob@cusax.test")]);
    world.xmpp(XmppEvent::Vcards { jid: jid("bob@cusax.test"), cards });
    world
}

fn office_online(world: &mut World) {
    let registered =
        Registration::Registered { local: [127, 0, 0, 1].into(), security: tls("DIGEST-SHA-256") };
    world.feed(Input::Sip(OFFICE.into(), SipEvent::Registration(registered)));
}

fn set(world: &mut World, rule: Rule) -> Result<Reply, CommandError> {
    world.ask(Command::Feature(FeatureCommand::Set(rule)))
}

#[test]
fn the_narrowest_rule_decides() {
    use Protocol::{Sip, Xmpp};
    let bob = jid("bob@biloxi.test");
    let desk = Dialable::parse("sip:desk@biloxi.test", &DialPlan::default()).unwrap();
    let rules = |rules: &[(Option<Match>, Protocol)]| -> Vec<Rule> {
        rules.iter().map(|(with, protocol)| rule(with.clone(), *protocol)).collect()
    };
    let with = With::new(Some(&bob), Some(&desk)).of(Some(CHAT.into()));
    let device = Some(Match::Device("sip:desk@biloxi.test".to_owned()));
    let account = Some(Match::Account(CHAT.into()));
    let ladder = [
        (None, Xmpp),
        (account.clone(), Sip),
        (domain("biloxi.test"), Xmpp),
        (contact("bob@biloxi.test"), Sip),
        (device.clone(), Xmpp),
    ];
    for rungs in 0..=ladder.len() {
        let known = rules(&ladder[..rungs]);
        let decision = decide(Feature::Audio, &with, &known);
        let (by, protocol) = match rungs.checked_sub(1).map(|last| &ladder[last]) {
            None => (DecidedBy::Usual, Sip),
            Some((None, protocol)) => (DecidedBy::Default, *protocol),
            Some((Some(with), protocol)) => (DecidedBy::Rule(with.clone()), *protocol),
        };
        assert_eq!((&decision.by, decision.protocol), (&by, protocol), "{rungs}");
        // Their order in the list says nothing.
        let mut turned = known;
        turned.reverse();
        assert_eq!(decide(Feature::Audio, &with, &turned), decision);
    }
    // The acceptance of C9.
    let known = rules(&[(domain("biloxi.test"), Xmpp), (contact("bob@biloxi.test"), Sip)]);
    let of = |who: &str| decide(Feature::Audio, &With::new(Some(&jid(who)), None), &known);
    assert_eq!(of("bob@biloxi.test").protocol, Sip);
    assert_eq!(of("carol@biloxi.test").protocol, Xmpp);
    assert!(of("carol@biloxi.test").why.contains("everybody at biloxi.test"));
    assert_eq!(of("dave@cusax.test").by, DecidedBy::Usual);
    // Another feature's rule says nothing.
    assert_eq!(decide(Feature::Chat, &with, &rules(&ladder)).by, DecidedBy::Usual);
}

#[test]
fn what_is_usual_is_what_the_draft_ships() {
    let world = World::new(&config()).core.snapshot();
    for decision in world.features {
        let side = match decision.feature {
            Feature::Chat | Feature::Groupchat | Feature::Presence | Feature::Files => {
                Protocol::Xmpp
            }
            _ => Protocol::Sip,
        };
        assert_eq!((decision.protocol, decision.by), (side, DecidedBy::Usual));
        assert_eq!(decision.ways.is_empty(), decision.why.contains("Not in this version"));
    }
}

#[test]
fn a_relation_decides_and_a_rule_decides_before_it() {
    let mut world = both_online(&two_telephones());
    let call = world.place("bob@cusax.test", false).unwrap();
    let placed = world.call(&call);
    assert_eq!(placed.account, PHONE.into());
    assert!(placed.account_why.unwrap().contains("belongs to your chat account alice@cusax.test"));
    // The same person by their number: the relation still decides (C31).
    let call = world.place("sip:bob@cusax.test", false).unwrap();
    assert_eq!(world.call(&call).account, PHONE.into());
    let office =
        Rule { account: Some(OFFICE.into()), ..rule(contact("bob@cusax.test"), Protocol::Sip) };
    set(&mut world, office).unwrap();
    for to in ["bob@cusax.test", "sip:bob@cusax.test"] {
        let call = world.place(to, true).unwrap();
        let placed = world.call(&call);
        assert_eq!(placed.account, OFFICE.into(), "{to}");
        assert_eq!(placed.account_why.unwrap(), "Your rule for bob@cusax.test.");
    }
    // What is asked for at the moment comes before all rules.
    let to = "bob@cusax.test".to_owned();
    let account = Some(PHONE.into());
    let (confirm, remember, linked, anonymous) = (true, false, false, false);
    let place = CallCommand::Place { to, account, confirm, remember, linked, anonymous };
    let id = world.begin(Command::Call(place));
    world.media_ready();
    let Reply::Call { call } = world.reply(id).unwrap().unwrap() else { panic!() };
    assert_eq!(world.call(&call).account_why.unwrap(), "You chose it.");
}

#[test]
fn without_a_relation_the_choice_is_the_user_s_and_honest() {
    let mut config = two_telephones();
    config.sip[0].related_to = None;
    let mut world = World::new(&config);
    world.phone_online();
    let Err(CommandError::ChoiceNeeded(choices)) = world.place("sip:zoe@cusax.test", false) else {
        panic!("no choice")
    };
    let shown: Vec<_> = choices.iter().map(|c| (c.account.as_str(), c.available)).collect();
    assert_eq!(shown, [(PHONE, true), (OFFICE, false)]);
    assert_eq!(choices[1].label, "sip:alice@office.test", "its state is said by the face, once");
    // "Always for this contact" is a rule.
    let zoe = contact("sip:zoe@cusax.test");
    set(&mut world, Rule { account: Some(PHONE.into()), ..rule(zoe, Protocol::Sip) }).unwrap();
    let call = world.place("sip:zoe@cusax.test", false).unwrap();
    assert_eq!(world.call(&call).account, PHONE.into());
    assert!(world.place("sip:other@cusax.test", false).is_err());
}

#[test]
fn rules_are_checked_told_and_kept() {
    let mut world = both_online(&two_telephones());
    for bad in [
        rule(None, Protocol::Xmpp),
        Rule { feature: Feature::Video, ..rule(None, Protocol::Sip) },
        Rule { account: Some(CHAT.into()), ..rule(None, Protocol::Sip) },
        rule(Some(Match::Account(PHONE.into())), Protocol::Sip),
        rule(domain("not a domain"), Protocol::Sip),
        rule(contact("@"), Protocol::Sip),
        Rule { feature: Feature::Presence, ..rule(domain("biloxi.test"), Protocol::Xmpp) },
    ] {
        assert!(set(&mut world, bad.clone()).is_err(), "{bad:?}");
    }
    assert!(world.core.snapshot().feature_rules.is_empty());
    set(&mut world, rule(domain(" Biloxi.TEST. "), Protocol::Sip)).unwrap();
    set(&mut world, rule(domain("biloxi.test"), Protocol::Sip)).unwrap();
    set(&mut world, rule(contact("SIPS:Zoe@CUSAX.test:5061"), Protocol::Sip)).unwrap();
    let rules = world.core.snapshot().feature_rules;
    let names: Vec<_> = rules.iter().filter_map(|rule| rule.with.clone()).collect();
    assert_eq!(names, [domain("biloxi.test").unwrap(), contact("sip:Zoe@cusax.test").unwrap()]);
    let kept = world.said.iter().rev().find_map(|output| match output {
        Output::Keep(Keep::Rules(rules)) => Some(rules.clone()),
        _ => None,
    });
    assert_eq!(kept.as_ref(), Some(&rules));
    let mut next = World::new(&two_telephones());
    next.feed(Input::Kept(Kept { rules, ..Kept::default() }));
    let list = Command::Feature(FeatureCommand::List { with: Some("sip:x@biloxi.test".into()) });
    let Reply::Features { features, .. } = next.ask(list).unwrap() else { panic!() };
    let audio = features.iter().find(|d| d.feature == Feature::Audio).unwrap();
    assert_eq!(audio.by, DecidedBy::Rule(Match::Domain("biloxi.test".to_owned())));
    let with = Some(Match::Domain("BILOXI.test".to_owned()));
    let unset = FeatureCommand::Unset { feature: Feature::Audio, with };
    next.ask(Command::Feature(unset)).unwrap();
    assert_eq!(next.core.snapshot().feature_rules.len(), 1);
}

#[test]
fn text_to_somebody_known_by_a_number_goes_over_chat_or_as_a_rule_says() {
    let mut config = two_telephones();
    (config.sip[1].chat, config.sip[1].chat_is_set) = (true, true);
    let mut world = both_online(&config);
    world.ask(send("sip:bob@cusax.test", "over chat")).unwrap();
    assert_eq!(world.sent_messages(), ["over chat"]);
    world.ask(send("sip:zoe@cusax.test", "over SIP")).unwrap();
    let over_sip = |world: &World| {
        world.sent_to_sip().iter().filter(|c| matches!(c, SipCommand::Message(_))).count()
    };
    assert_eq!((world.sent_messages().len(), over_sip(&world)), (1, 1));
    let with = contact("bob@cusax.test");
    let over = Rule { feature: Feature::Chat, ..rule(with.clone(), Protocol::Sip) };
    set(&mut world, over).unwrap();
    world.ask(send("bob@cusax.test", "over SIP")).unwrap();
    world.ask(send("sip:bob@cusax.test", "over SIP")).unwrap();
    assert_eq!((world.sent_messages().len(), over_sip(&world)), (1, 3));
    // Nobody's number is guessed.
    let carol = Rule { feature: Feature::Chat, ..rule(contact("carol@cusax.test"), Protocol::Sip) };
    set(&mut world, carol).unwrap();
    let error = world.ask(send("carol@cusax.test", "lost?")).unwrap_err();
    assert!(error.to_string().starts_with("Your rule for carol@cusax.test."), "{error}");
}

#[test]
fn a_rule_for_messages_names_an_address_or_an_account_like_one_for_calls() {
    let mut config = two_telephones();
    for sip in &mut config.sip {
        (sip.chat, sip.chat_is_set) = (true, true);
    }
    let mut world = both_online(&config);
    let by = |world: &World| {
        let sent = world.said.iter().filter_map(|output| match output {
            Output::Sip(account, SipCommand::Message(_)) => Some(account.to_string()),
            _ => None,
        });
        sent.collect::<Vec<_>>()
    };
    // By the address alone: the person's chat address has no rule.
    let address =
        Rule { feature: Feature::Chat, ..rule(contact("sip:bob@cusax.test"), Protocol::Sip) };
    set(&mut world, address.clone()).unwrap();
    world.ask(send("sip:bob@cusax.test", "at home")).unwrap();
    assert_eq!(by(&world), [PHONE], "the account of the same domain");
    world.ask(send("bob@cusax.test", "over chat")).unwrap();
    assert_eq!(world.sent_messages(), ["over chat"]);
    // With the account that is to be used.
    let office = Rule {
        account: Some(OFFICE.into()),
        feature: Feature::Chat,
        ..rule(contact("bob@cusax.test"), Protocol::Sip)
    };
    set(&mut world, office).unwrap();
    world.ask(send("bob@cusax.test", "from the office")).unwrap();
    assert_eq!(by(&world), [PHONE, OFFICE]);
    // An account that is gone by now is not missed.
    let mut gone = World::new(&config);
    let rules = vec![Rule {
        account: Some("gone".into()),
        feature: Feature::Chat,
        ..rule(contact("bob@cusax.test"), Protocol::Xmpp)
    }];
    gone.feed(Input::Kept(Kept { rules, ..Kept::default() }));
    gone.chat_online();
    gone.xmpp(XmppEvent::Roster(vec![item("bob@cusax.test")]));
    gone.ask(send("bob@cusax.test", "over chat")).unwrap();
    assert_eq!(gone.sent_messages(), ["over chat"]);
}
