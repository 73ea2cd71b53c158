//! One log tells the story of a call and of a message under one id, on both sides (strategy S9),
//! and nothing that was said.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/instance.rs"]
mod instance;
#[path = "support/privacy.rs"]
mod privacy;
#[path = "support/tap.rs"]
mod tap;

use std::collections::BTreeSet;

use dovetail::model::account::Transport;
use privacy::{Day, day, known, leaks};

/// The values of a field in a log.
fn values<'a>(logs: &'a str, field: &str) -> BTreeSet<&'a str> {
    let name = format!(" {field}=");
    let found = logs.match_indices(&name).map(|(at, _)| &logs[at + name.len()..]);
    found.filter_map(|rest| rest.split(|c: char| c.is_whitespace()).next()).collect()
}

/// The lines that name an id.
fn story<'a>(logs: &'a str, id: &str) -> Vec<&'a str> {
    logs.lines().filter(|line| line.contains(id)).collect()
}

#[tokio::test]
async fn a_call_and_a_message_have_one_story_each() {
    let Day { logs, wire } = day("dovetail=debug", Transport::Udp, "off").await;
    let calls = values(&logs, "call");
    let placed: Vec<_> = calls
        .iter()
        .map(|id| story(&logs, id))
        .filter(|lines| lines.iter().any(|line| line.contains("the core wants: Invite")))
        .collect();
    let [lines] = &placed[..] else { panic!("one call was placed: {calls:?}") };
    let has = |words: &str| lines.iter().any(|line| line.contains(words));
    for words in [
        "the core wants: Prepare",
        "the sound says: Prepared",
        "an INVITE goes out",
        "Call-Info names our chat address",
        "telephony says: Answered",
        "the core wants: Reoffer",
        "the core wants: Hangup",
        "telephony says: Ended",
    ] {
        assert!(has(words), "{words}: {lines:#?}");
    }
    // The id on the wire is in the same story, and the same at the other end.
    let on_the_wire = lines.iter().find(|line| line.contains("an INVITE goes out")).unwrap();
    let call_id = values(on_the_wire, "call_id").into_iter().next().unwrap();
    assert!(wire.contains(&format!("Call-ID: {call_id}")), "{call_id}");
    let theirs = story(&logs, call_id);
    assert!(theirs.iter().any(|line| line.contains("an INVITE came")), "{theirs:#?}");
    // A message, from the command to who got it.
    let messages = values(&logs, "message_id");
    let told = messages.iter().map(|id| story(&logs, id)).find(|lines| {
        let has = |words: &str| lines.iter().any(|line| line.contains(words));
        has("the core wants: Message") && has("chat says: Delivered") && has("chat says: Message")
    });
    assert!(told.is_some(), "{messages:?}");
    let secrets = known();
    let leaked = leaks(&logs, &secrets);
    assert!(leaked.is_empty(), "{leaked:?}");
}
