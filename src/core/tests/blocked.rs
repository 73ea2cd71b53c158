//! Whom servers keep away: shown, and asked of the account that it is about.

use super::*;
use crate::core::command::ContactCommand;
use crate::xmpp::RosterCommand;

const EVE: &str = "eve@evil.test";

fn shown(world: &mut World) -> (Option<bool>, Vec<String>) {
    let snapshot = world.core.snapshot();
    let list = &snapshot.blocked[0];
    assert_eq!((snapshot.blocked.len(), &list.account), (1, &CHAT.into()));
    (list.offered, list.jids.iter().map(ToString::to_string).collect())
}

fn asked(world: &World) -> Vec<&RosterCommand> {
    let commands = world.said.iter().filter_map(|output| match output {
        Output::Xmpp(_, XmppCommand::Roster(command)) => Some(command),
        _ => None,
    });
    commands.collect()
}

#[test]
fn the_list_is_shown_once_the_server_has_said_it_and_told_once() {
    let mut world = World::signed_in(None);
    assert_eq!(shown(&mut world), (None, Vec::new()));
    world.said.clear();
    for _ in 0..2 {
        world.xmpp(XmppEvent::Blocked(Some(vec![jid(EVE)])));
    }
    assert_eq!(shown(&mut world), (Some(true), vec![EVE.to_owned()]));
    let told = |output: &&Output| matches!(output, Output::Event(event) if matches!(**event, Event::Blocked { .. }));
    assert_eq!(world.said.iter().filter(told).count(), 1);
    let Ok(Reply::Blocked(lists)) = world.ask(Command::Contact(ContactCommand::Blocked)) else {
        panic!("no list")
    };
    assert_eq!(lists, world.core.snapshot().blocked);
}

#[test]
fn nobody_is_blocked_where_the_server_blocks_nobody_and_never_oneself() {
    let mut world = World::signed_in(None);
    let block = |address: &str| Command::Contact(ContactCommand::Block(jid(address)));
    for own in ["alice@cusax.test", "cusax.test"] {
        assert!(matches!(world.ask(block(own)), Err(CommandError::Refused(_))), "{own}");
    }
    world.said.clear();
    assert_eq!(world.ask(block(EVE)), Ok(Reply::Done {}));
    assert_eq!(world.ask(block("evil.test")), Ok(Reply::Done {}));
    let unblock = || Command::Contact(ContactCommand::Unblock(jid(EVE)));
    assert_eq!(world.ask(unblock()), Ok(Reply::Done {}));
    let wanted = [
        RosterCommand::Block(jid(EVE)),
        RosterCommand::Block(jid("evil.test")),
        RosterCommand::Unblock(jid(EVE)),
    ];
    assert_eq!(asked(&world), wanted.iter().collect::<Vec<_>>());
    world.xmpp(XmppEvent::Blocked(None));
    assert_eq!(shown(&mut world), (Some(false), Vec::new()));
    for command in [block(EVE), unblock()] {
        let text = "The server of this account blocks nobody.".to_owned();
        assert_eq!(world.ask(command), Err(CommandError::Refused(text)));
    }
}
