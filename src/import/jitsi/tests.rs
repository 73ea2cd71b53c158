#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::config::{Config, DtmfMode, MAX_ACCOUNTS as MOST, SrtpPolicy};
use crate::model::id::AccountId;

/// As Jitsi writes it: one service whose halves are joined, and what else gathers in years.
const FILE: &str = r"#Sat Mar 14 09:26:53 CET 2026
net.java.sip.communicator.impl.credentialsstorage.MASTER=c2VjcmV0
net.java.sip.communicator.impl.gui.main.width=312
net.java.sip.communicator.impl.protocol.irc.acc1400000000005=acc1400000000005
net.java.sip.communicator.impl.protocol.irc.acc1400000000005.ACCOUNT_UID=IRC\:al@irc.cusax.test
net.java.sip.communicator.impl.protocol.irc.acc1400000000005.PROTOCOL_NAME=IRC
net.java.sip.communicator.impl.protocol.irc.acc1400000000005.USER_ID=al
net.java.sip.communicator.impl.protocol.jabber.acc1400000000001=acc1400000000001
net.java.sip.communicator.impl.protocol.jabber.acc1400000000001.ACCOUNT_UID=Jabber\:alice@cusax.test@cusax.test
net.java.sip.communicator.impl.protocol.jabber.acc1400000000001.CALLING_DISABLED=true
net.java.sip.communicator.impl.protocol.jabber.acc1400000000001.ENCRYPTED_PASSWORD=aHVudGVyMg\=\=
net.java.sip.communicator.impl.protocol.jabber.acc1400000000001.IS_SERVER_OVERRIDDEN=false
net.java.sip.communicator.impl.protocol.jabber.acc1400000000001.PROTOCOL_NAME=Jabber
net.java.sip.communicator.impl.protocol.jabber.acc1400000000001.SERVER_ADDRESS=cusax.test
net.java.sip.communicator.impl.protocol.jabber.acc1400000000001.SERVER_PORT=5222
net.java.sip.communicator.impl.protocol.jabber.acc1400000000001.USER_ID=Alice@cusax.test
net.java.sip.communicator.impl.protocol.sip.acc1400000000002=acc1400000000002
net.java.sip.communicator.impl.protocol.sip.acc1400000000002.ACCOUNT_UID=SIP\:alice@cusax.test
net.java.sip.communicator.impl.protocol.sip.acc1400000000002.AUTHORIZATION_NAME=1001
net.java.sip.communicator.impl.protocol.sip.acc1400000000002.DEFAULT_ENCRYPTION=true
net.java.sip.communicator.impl.protocol.sip.acc1400000000002.DTMF_METHOD=SIP_INFO_DTMF
net.java.sip.communicator.impl.protocol.sip.acc1400000000002.ENCRYPTION_PROTOCOL.SDES=0
net.java.sip.communicator.impl.protocol.sip.acc1400000000002.ENCRYPTION_PROTOCOL_STATUS.SDES=true
net.java.sip.communicator.impl.protocol.sip.acc1400000000002.ENCRYPTION_PROTOCOL_STATUS.ZRTP=false
net.java.sip.communicator.impl.protocol.sip.acc1400000000002.PASSWORD=aHVudGVyMg\=\=
net.java.sip.communicator.impl.protocol.sip.acc1400000000002.PREFERRED_TRANSPORT=TLS
net.java.sip.communicator.impl.protocol.sip.acc1400000000002.PROTOCOL_NAME=SIP
net.java.sip.communicator.impl.protocol.sip.acc1400000000002.PROXY_ADDRESS=edge.cusax.test
net.java.sip.communicator.impl.protocol.sip.acc1400000000002.PROXY_AUTO_CONFIG=false
net.java.sip.communicator.impl.protocol.sip.acc1400000000002.PROXY_PORT=5061
net.java.sip.communicator.impl.protocol.sip.acc1400000000002.SAVP_OPTION=1
net.java.sip.communicator.impl.protocol.sip.acc1400000000002.SERVER_ADDRESS=cusax.test
net.java.sip.communicator.impl.protocol.sip.acc1400000000002.USER_ID=alice@cusax.test
net.java.sip.communicator.impl.protocol.sip.acc1400000000002.cusax.XMPP_ACCOUNT_ID=acc1400000000001
net.java.sip.communicator.impl.protocol.sip.acc1399999999999.USER_ID=removed@cusax.test
net.java.sip.communicator.plugin.otr.autoInit=false
";

/// One account's lines; those that have no value of their own get one.
fn account(package: &str, node: &str, lines: &[&str]) -> String {
    let prefix = format!("net.java.sip.communicator.impl.protocol.{package}.{node}");
    let own = lines.iter().map(|line| format!("{prefix}.{line}\n"));
    format!("{prefix}={node}\n{}", own.collect::<String>())
}

fn chat(node: &str, user: &str) -> String {
    let uid = format!("ACCOUNT_UID=Jabber\\:{user}@x.test");
    account("jabber", node, &[&format!("USER_ID={user}"), &uid])
}

fn phone(node: &str, user: &str, chat: &str) -> String {
    let joined = format!("cusax.XMPP_ACCOUNT_ID={chat}");
    account("sip", node, &[&format!("USER_ID={user}"), &joined])
}

fn parse(text: &str) -> Config {
    Config::parse(text, Path::new("/p/config.toml")).unwrap()
}

fn planned(file: &str, config: &str) -> Plan {
    plan(&read(file.as_bytes()).unwrap(), &parse(config))
}

/// The planned telephony account's other half, or the note that says why there is none.
fn other_half(plan: &Plan, index: usize) -> Result<&str, &Note> {
    let planned = &plan.sip[index];
    let unjoined = planned.notes.iter().find(|note| matches!(note, Note::Unjoined(_)));
    planned.account.related_to.as_ref().map(AccountId::as_str).ok_or_else(|| unjoined.unwrap())
}

#[test]
fn a_service_comes_over_with_its_halves_joined() {
    let plan = planned(FILE, "");
    let tables = plan.tables();
    assert_eq!(
        tables,
        r#"[[xmpp]]
id = "chat"
jid = "alice@cusax.test"

[[sip]]
id = "phone"
aor = "sip:alice@cusax.test"
proxy = "sip:edge.cusax.test:5061;transport=tls"
username = "1001"
srtp = "required"
related_to = "chat"
dtmf = "info"
"#
    );
    let text = plan.text(false);
    for line in [
        "Would add 2 accounts:",
        "  chat: Chat, alice@cusax.test",
        "    Note: Calls over it are off in Jitsi, and off here.",
        "  phone: Telephony, sip:alice@cusax.test",
        "    proxy: sip:edge.cusax.test:5061;transport=tls",
        "    name for authentication: 1001",
        "    calls: only encrypted ones",
        "    goes with: chat",
        "  al (IRC): Dovetail speaks XMPP and SIP, not IRC.",
    ] {
        assert!(text.lines().any(|known| known == line), "{line}\n{text}");
    }
    assert!(!text.contains("removed"), "{text}");
}

#[test]
fn no_password_is_looked_at() {
    let accounts = read(FILE.as_bytes()).unwrap();
    let plan = plan(&accounts, &Config::default());
    let all = format!("{accounts:?}{plan:?}{}{}", plan.text(true), plan.tables());
    assert!(!all.contains("aHVudGVyMg") && !all.contains("hunter2") && !all.contains("c2Vj"));
}

#[test]
fn what_is_there_is_not_added_again() {
    let first = planned(FILE, "").tables();
    let again = planned(FILE, &first);
    assert!(again.is_empty() && again.tables().is_empty());
    assert_eq!(again.skipped.len(), 3);
    assert_eq!(again.skipped[0].reason, Reason::There("chat".into()));
    assert_eq!(again.skipped[1].reason, Reason::There("phone".into()));
    assert!(again.skipped.iter().all(|skipped| skipped.notes.is_empty()));
    // Under other names, and with identifiers in the way.
    let there = "[[xmpp]]\njid='ALICE@cusax.test'\n[[sip]]\nid='chat'\naor='bob@cusax.test'\n\
                 [[sip]]\nid='phone'\naor='carol@cusax.test'\n";
    let plan = planned(FILE, there);
    assert_eq!(plan.skipped[0].reason, Reason::There("alice@cusax.test".into()));
    assert_eq!(plan.sip[0].account.id.as_str(), "phone-2");
    assert_eq!(other_half(&plan, 0), Ok("alice@cusax.test"));
    parse(&format!("{there}\n{}", plan.tables()));
}

#[test]
fn a_relation_is_found_by_node_and_by_uid() {
    let chats = chat("acc1", "a@x.test") + &chat("acc2", "b@x.test");
    for (named, half) in [
        ("acc1", "chat"),
        ("acc2", "chat-2"),
        (r"Jabber\:b@x.test@x.test", "chat-2"),
        ("Jabber:a@x.test@x.test", "chat"),
    ] {
        let plan = planned(&format!("{chats}{}", phone("acc3", "b@x.test", named)), "");
        assert_eq!(other_half(&plan, 0), Ok(half), "{named}");
        assert!(!plan.sip[0].account.chat);
    }
    // Without an ACCOUNT_UID, the one that Jitsi makes.
    let bare = account("jabber", "acc9", &["USER_ID=b@x.test", "SERVER_ADDRESS=x.test"]);
    let plan = planned(&(bare + &phone("acc3", "b@x.test", "Jabber:b@x.test@x.test")), "");
    assert_eq!(other_half(&plan, 0), Ok("chat"));
}

#[test]
fn a_relation_that_leads_nowhere_is_told() {
    let off = account("jabber", "acc2", &["USER_ID=b@x.test", "IS_ACCOUNT_DISABLED=true"]);
    let same = chat("acc5", "c@x.test").replace("Jabber\\:c", "Jabber\\:a");
    let chats = chat("acc1", "a@x.test") + &off + &same;
    for (named, why) in [
        ("acc7", Unjoined::Missing("acc7".into())),
        ("acc3", Unjoined::Missing("acc3".into())),
        ("a@x.test", Unjoined::Missing("a@x.test".into())),
        ("acc2", Unjoined::LeftOut("acc2".into())),
        ("Jabber:a@x.test@x.test", Unjoined::Several("Jabber:a@x.test@x.test".into())),
    ] {
        let plan = planned(&format!("{chats}{}", phone("acc3", "b@x.test", named)), "");
        assert_eq!(other_half(&plan, 0), Err(&Note::Unjoined(why)), "{named}");
    }
}

#[test]
fn two_telephony_accounts_for_one_chat_account_are_not_joined() {
    let one = chat("acc1", "a@x.test") + &phone("acc2", "a@x.test", "acc1");
    let two = one.clone() + &phone("acc3", "b@x.test", r"Jabber\:a@x.test@x.test");
    let plan = planned(&two, "");
    let shared = Note::Unjoined(Unjoined::Shared("chat".into()));
    assert_eq!(other_half(&plan, 0), Err(&shared));
    assert_eq!(other_half(&plan, 1), Err(&shared));
    assert!(plan.sip[0].account.chat, "each stands alone");
    // The same account twice is one.
    let plan = planned(&(one.clone() + &phone("acc3", "a@x.test", "acc1")), "");
    assert_eq!(other_half(&plan, 0), Ok("chat"));
    assert_eq!(plan.skipped[0].reason, Reason::Twice("phone".into()));
    // The user has joined it to another already.
    let there =
        "[[xmpp]]\nid='c'\njid='a@x.test'\n[[sip]]\nid='p'\naor='z@x.test'\nrelated_to='c'\n";
    let plan = planned(&one, there);
    let taken = Note::Unjoined(Unjoined::Taken("c".into(), "p".into()));
    assert_eq!(other_half(&plan, 0), Err(&taken));
}

#[test]
fn a_relation_of_an_account_that_is_there_is_told() {
    let file = chat("acc1", "a@x.test") + &phone("acc2", "a@x.test", "acc1");
    let plan = planned(&file, "[[sip]]\naor='a@x.test'\n");
    let told = Note::Unjoined(Unjoined::There("chat".into()));
    assert_eq!(plan.skipped[0].notes, [told]);
    assert!(plan.text(false).contains("related_to = \"chat\""));
    let whole = "[[xmpp]]\nid='c'\njid='a@x.test'\n[[sip]]\naor='a@x.test'\nrelated_to='c'\n";
    let plan = planned(&file, whole);
    assert!(plan.skipped.iter().all(|skipped| skipped.notes.is_empty()));
}

#[test]
fn an_address_is_made_as_jitsi_makes_it() {
    for (user, server, aor) in [
        ("alice@a.test", "b.test", Some("sip:alice@a.test")),
        ("alice", "b.test", Some("sip:alice@b.test")),
        ("alice@", "B.test", Some("sip:alice@b.test")),
        ("+49 30", "b.test", None),
        ("alice", "", None),
        ("", "b.test", None),
        ("alice@b test", "", None),
    ] {
        let lines = [format!("USER_ID={user}"), format!("SERVER_ADDRESS={server}")];
        let plan = planned(&account("sip", "acc1", &lines.each_ref().map(String::as_str)), "");
        let made = plan.sip.first().map(|planned| planned.account.aor.to_string());
        assert_eq!(made.as_deref(), aor, "{user} {server}");
        assert_eq!(plan.skipped.len(), usize::from(aor.is_none()));
    }
    for (user, server, jid) in [
        ("alice@a.test", "b.test", Some("alice@a.test")),
        ("alice@a.test/desk", "", Some("alice@a.test")),
        ("alice", "b.test", Some("alice@b.test")),
        ("J\\u00f6rg@a.test", "", Some("jörg@a.test")),
        ("a.test", "", None),
        ("", "b.test", None),
        ("alice", "", None),
    ] {
        let lines = [format!("USER_ID={user}"), format!("SERVER_ADDRESS={server}")];
        let plan = planned(&account("jabber", "acc1", &lines.each_ref().map(String::as_str)), "");
        let made = plan.xmpp.first().map(|planned| planned.account.jid.to_string());
        assert_eq!(made.as_deref(), jid, "{user} {server}");
    }
}

#[test]
fn iso_8859_1_is_read() {
    let mut file = account("jabber", "acc1", &["USER_ID=j"]).into_bytes();
    file.truncate(file.len() - 1);
    file.extend_from_slice(b"\xf6rg@m\xfcnchen.test\n");
    let plan = plan(&read(&file).unwrap(), &Config::default());
    assert_eq!(plan.xmpp[0].account.jid.as_str(), "jörg@münchen.test");
}

#[test]
fn only_what_jitsi_itself_would_use_overrides_dns() {
    let lines = ["USER_ID=a@x.test", "SERVER_ADDRESS=h.x.test", "SERVER_PORT=5299"];
    let plan = planned(&account("jabber", "acc1", &lines), "");
    assert_eq!(plan.xmpp[0].account.server, None);
    for (server, port, made) in [
        ("h.x.test", "5299", Some("h.x.test:5299")),
        ("h.x.test", "many", Some("h.x.test:5222")),
        ("2001:db8::1", "5222", Some("[2001:db8::1]:5222")),
        ("h.x.test;lr", "5222", None),
        ("h.x.test:7", "5222", None),
        ("", "5222", None),
    ] {
        let (server, port) = (format!("SERVER_ADDRESS={server}"), format!("SERVER_PORT={port}"));
        let lines = ["USER_ID=a@x.test", "IS_SERVER_OVERRIDDEN=true", &server, &port];
        let plan = planned(&account("jabber", "acc1", &lines), "");
        let planned = &plan.xmpp[0];
        assert_eq!(planned.account.server.as_ref().map(ToString::to_string).as_deref(), made);
        let told = planned.notes.iter().any(|note| matches!(note, Note::Server(_)));
        assert_eq!(told, made.is_none(), "{server}");
    }

    let proxy = ["USER_ID=a@x.test", "PROXY_ADDRESS=p.x.test", "PREFERRED_TRANSPORT=TLS"];
    let plan = planned(&account("sip", "acc1", &proxy), "");
    assert_eq!(plan.sip[0].account.proxy, None);
    for (more, made, note) in [
        ("PROXY_PORT=5061", "sip:p.x.test:5061;transport=tls", None),
        ("PROXY_PORT=", "sip:p.x.test:5060;transport=tls", None),
        ("PREFERRED_TRANSPORT=tcp", "sip:p.x.test:5060;transport=tcp", Some("(TCP)")),
        ("PREFERRED_TRANSPORT=", "sip:p.x.test:5060;transport=udp", Some("(UDP)")),
        ("PROXY_ADDRESS=::1", "sip:[::1]:5060;transport=tls", None),
        ("PROXY_ADDRESS=a b", "", Some("no host")),
    ] {
        let lines = [proxy[0], proxy[1], proxy[2], "PROXY_AUTO_CONFIG=false", more];
        let plan = planned(&account("sip", "acc1", &lines), "");
        let planned = &plan.sip[0];
        let proxy = planned.account.proxy.as_ref().map(ToString::to_string);
        assert_eq!(proxy.unwrap_or_default(), made, "{more}");
        let text = plan.text(false);
        assert!(note.is_none_or(|note| text.contains(note)), "{text}");
    }
}

#[test]
fn what_is_different_here_is_told() {
    let all = "net.java.sip.communicator.impl.protocol.sip.MESSAGING_DISABLED=true\n";
    for (lines, note) in [
        (&["SERVER_ADDRESS=r.x.test"][..], Note::Registrar("r.x.test".into())),
        (&["AUTHORIZATION_NAME=a\\nb"], Note::Username),
        (&["CALLING_DISABLED=true"], Note::CallsOff),
        (&["CLIENT_TLS_CERTIFICATE=mine"], Note::Certificate),
        (&["DEFAULT_ENCRYPTION=false"], Note::EncryptionOff),
        (&["SAVP_OPTION=1"], Note::RequiredOtherwise),
        (&["SAVP_OPTION=2"], Note::Zrtp),
        (&["ENCRYPTION_PROTOCOL_STATUS.ENCRYPTION_PROTOCOL_STATUS.ZRTP=true"], Note::Zrtp),
        (&["DTMF_METHOD=INBAND_DTMF"], Note::DtmfInBand),
    ] {
        let lines = [&["USER_ID=a@x.test"], lines].concat();
        let plan = planned(&format!("{all}{}", account("sip", "acc1", &lines)), "");
        let planned = &plan.sip[0];
        assert!(planned.notes.contains(&note), "{lines:?}: {:?}", planned.notes);
        assert!(!planned.account.chat, "no messages over SIP");
        let required =
            if lines[1] == "SAVP_OPTION=1" { SrtpPolicy::Required } else { SrtpPolicy::Preferred };
        assert_eq!((planned.account.srtp, planned.account.dtmf), (required, DtmfMode::Rtp));
        assert_eq!(planned.account.username, None);
    }
    let plain = [
        "USER_ID=a@x.test",
        "AUTHORIZATION_NAME=a",
        "SAVP_OPTION=2",
        "ENCRYPTION_PROTOCOL_STATUS.SDES=true",
    ];
    assert_eq!(planned(&account("sip", "acc1", &plain), "").sip[0].notes, []);
    for (line, note) in [
        ("ALLOW_NON_SECURE=true", Note::AllowsPlain),
        ("BOSH_URL=https\\://x.test/bosh", Note::OverHttp),
        ("CALLING_DISABLED=true", Note::ChatCallsOff),
        ("CLIENT_TLS_CERTIFICATE=mine", Note::Certificate),
    ] {
        let plan = planned(&account("jabber", "acc1", &["USER_ID=a@x.test", line]), "");
        assert_eq!(plan.xmpp[0].notes, [note]);
    }
}

#[test]
fn what_cannot_be_added_is_left_out() {
    for (package, lines, reason) in [
        ("jabber", &["USER_ID=a@x.test", "ANONYMOUS_AUTH=true"][..], Reason::Anonymous),
        ("jabber", &["USER_ID=a@x.test", "IS_ACCOUNT_DISABLED=TRUE"], Reason::Off),
        ("sip", &["USER_ID=a@x.test", "IS_ACCOUNT_DISABLED=true"], Reason::Off),
        ("sip", &["USER_ID=a"], Reason::NoServer),
        ("ssh", &["USER_ID=a", "PROTOCOL_NAME=S\\u202eSH"], Reason::Protocol("SSH".into())),
    ] {
        let plan = planned(&account(package, "acc1", lines), "");
        assert!(plan.is_empty());
        assert_eq!(plan.skipped[0].reason, reason);
    }
    // What a service took away is gone.
    let gone = "net.java.sip.communicator.impl.protocol.sip.acc1=${null}\n";
    assert_eq!(
        planned(&format!("{}{gone}", phone("acc1", "a@x.test", "acc2")), ""),
        Plan::default()
    );
}

#[test]
fn no_more_are_added_than_are_served() {
    let file: String = (0..50).map(|n| chat(&format!("acc{n}"), &format!("u{n}@x.test"))).collect();
    let plan = planned(&file, "[[xmpp]]\njid='a@x.test'\n");
    assert_eq!(plan.xmpp.len(), MOST - 1);
    assert_eq!(plan.skipped[0].reason, Reason::TooMany(MOST));
    parse(&format!("[[xmpp]]\njid='a@x.test'\n{}", plan.tables()));
    let many: String =
        (0..=MAX_ACCOUNTS).map(|n| account("irc", &format!("acc{n}"), &[])).collect();
    assert_eq!(read(many.as_bytes()), Err(JitsiError::TooManyAccounts));
}

#[test]
fn another_file_is_told_apart() {
    for text in ["", "<html><body>Not found</body></html>", "org.example.key=1\n"] {
        assert_eq!(read(text.as_bytes()), Err(JitsiError::NotJitsi));
    }
    assert_eq!(
        planned("net.java.sip.communicator.plugin.x=1\n", "").text(false),
        "There is nothing to add.\n"
    );
}

#[test]
fn a_stranger_s_text_cannot_move_the_words_around_it() {
    let evil = "a\\u001b[2J\\nb\\u202e".to_owned() + &"x".repeat(500);
    let lines = [
        format!("USER_ID={evil}"),
        format!("PROTOCOL_NAME={evil}"),
        format!("AUTHORIZATION_NAME={evil}"),
        format!("SERVER_ADDRESS={evil}"),
        format!("PROXY_ADDRESS={evil}"),
        format!("cusax.XMPP_ACCOUNT_ID={evil}"),
        "PROXY_AUTO_CONFIG=false".to_owned(),
        "IS_SERVER_OVERRIDDEN=true".to_owned(),
    ];
    let mut lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    for _ in 0..2 {
        for package in ["jabber", "sip", "irc"] {
            let plan = planned(&account(package, "acc1", &lines), "");
            let text = plan.text(false);
            assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
            assert!(!text.contains('\u{202e}'));
            assert!(text.lines().all(|line| line.chars().count() < 600), "{text}");
        }
        lines[0] = "USER_ID=a@x.test";
    }
}

/// Files in which much is as Jitsi would have it and some of it is not.
fn files() -> impl Strategy<Value = String> {
    let text = prop_oneof![
        Just("a@x.test".to_owned()),
        Just("acc1".to_owned()),
        Just("true".to_owned()),
        Just("Jabber\\:a@x.test@x.test".to_owned()),
        "[ab@:.\\[\\]\\\\;% 0-9]{0,12}",
        "\\PC{0,8}",
    ];
    let key = prop::sample::select(vec![
        "USER_ID",
        "USER_ID",
        "USER_ID",
        "SERVER_ADDRESS",
        "SERVER_PORT",
        "ACCOUNT_UID",
        "IS_SERVER_OVERRIDDEN",
        "PROXY_ADDRESS",
        "PROXY_AUTO_CONFIG",
        "PREFERRED_TRANSPORT",
        "AUTHORIZATION_NAME",
        "SAVP_OPTION",
        "DTMF_METHOD",
        "PROTOCOL_NAME",
        "cusax.XMPP_ACCOUNT_ID",
        "cusax.XMPP_ACCOUNT_ID",
        "IS_ACCOUNT_DISABLED",
    ]);
    let package = prop::sample::select(vec!["jabber", "sip", "irc"]);
    let line = (package, 0..4u8, key, text);
    prop::collection::vec(line, 0..40).prop_map(|lines| {
        let mut file = String::new();
        for (package, node, key, text) in lines {
            file += &account(package, &format!("acc{node}"), &[&format!("{key}={text}")]);
        }
        file
    })
}

proptest! {
    #[test]
    fn whatever_is_planned_can_be_added_and_is_then_there(file in files()) {
        let there = "[[xmpp]]\nid='chat'\njid='b@x.test'\n[[sip]]\nid='phone'\naor='b@x.test'\n";
        if let Ok(accounts) = read(file.as_bytes()) {
            let plan = plan(&accounts, &parse(there));
            let config = parse(&format!("{there}\n{}", plan.tables()));
            let xmpp = plan.xmpp.iter().map(|planned| &planned.account);
            prop_assert!(config.xmpp[1..].iter().eq(xmpp));
            let sip = plan.sip.iter().map(|planned| &planned.account);
            prop_assert!(config.sip[1..].iter().eq(sip));
            let mut halves: Vec<_> = config.sip.iter().filter_map(|it| it.related_to.as_ref()).collect();
            halves.sort();
            prop_assert!(halves.windows(2).all(|two| two[0] != two[1]));
            prop_assert!(super::plan(&accounts, &config).is_empty());
            let text = plan.text(false);
            prop_assert!(text.chars().all(|c| c == '\n' || !c.is_control()));
        }
    }

    #[test]
    fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let file = [b"net.java.sip.communicator.x=1\n".as_slice(), &bytes].concat();
        let _ = plan(&read(&file).unwrap(), &Config::default()).text(true);
    }
}
