//! What must never stand in a log: passwords, what digest authentication computes and is
//! computed from, keys of media, words of people. The real program signs in, chats, calls and is
//! refused, and its logs are read; so is a text that holds all of it, which proves the search.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/figures.rs"]
mod figures;
#[path = "support/instance.rs"]
mod instance;
#[path = "support/privacy.rs"]
mod privacy;
#[path = "support/tap.rs"]
mod tap;

use dovetail::model::account::Transport;
use privacy::{ANSWERED, ASKED, PAGED, PASSWORD, Secret, TONES, WRONG, day, digests, known, leaks};

/// No directive, so that the program takes its default.
const DEFAULT_LEVEL: &str = "dovetail=whatever-is-default";

fn assert_clean(logs: &str, secrets: &[Secret]) {
    if let Some(leak) = leaks(logs, secrets).first() {
        let line = logs.lines().find(|line| line.contains(&leak.text)).unwrap_or_default();
        panic!("a log holds a {}: {:?} in {line}", leak.kind, leak.text);
    }
}

#[tokio::test]
async fn nothing_secret_is_logged_at_the_default_level() {
    let day = day(DEFAULT_LEVEL, Transport::Udp, "off").await;
    assert!(day.logs.contains(" INFO "), "the default level says something: {}", day.logs);
    assert!(!day.logs.contains(" DEBUG "), "this is not the default level");
    let mut secrets = known();
    secrets.extend(digests(&day.wire));
    // The search finds what is there: the wire held it all, but for what goes over XMPP or TLS.
    let control =
        format!("{}{ASKED}{ANSWERED}{PAGED}{PASSWORD}{WRONG}{TONES}a=crypto:1 inline:k", day.wire);
    assert_eq!(leaks(&control, &secrets).len(), secrets.len());
    for kind in ["nonce", "response"] {
        let count = secrets.iter().filter(|secret| secret.kind == kind).count();
        assert!(count >= 2, "{count} values of {kind} were on the wire");
    }
    figures::tell(&format!(
        "log privacy: {} octets of logs at the default level searched for {} secrets, 0 found",
        day.logs.len(),
        secrets.len(),
    ));
    assert_clean(&day.logs, &secrets);
}

#[tokio::test]
async fn nothing_secret_is_logged_at_debug_level() {
    for (transport, srtp) in [(Transport::Udp, "off"), (Transport::Tls, "required")] {
        let day = day("debug", transport, srtp).await;
        assert!(day.logs.contains(" DEBUG "), "{}", day.logs);
        let mut secrets = known();
        secrets.extend(digests(&day.wire));
        figures::tell(&format!(
            "log privacy: {} octets of logs at debug level searched for {} secrets",
            day.logs.len(),
            secrets.len(),
        ));
        assert_clean(&day.logs, &secrets);
    }
}
