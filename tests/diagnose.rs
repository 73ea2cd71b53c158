//! `dovetail diagnose`: what a user may attach to a report, from a profile that lived a day.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/instance.rs"]
mod instance;
#[path = "support/privacy.rs"]
mod privacy;
#[path = "support/tap.rs"]
mod tap;

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use dovetail::model::account::Transport;
use privacy::{known, leaks, live, without_colour};

fn diagnose(profile: &Path, output: &Path) -> (bool, String) {
    let done = Command::new(env!("CARGO_BIN_EXE_dovetail"))
        .arg("--profile")
        .arg(profile)
        .arg("diagnose")
        .arg("--output")
        .arg(output)
        .output()
        .unwrap();
    let said = [done.stdout, done.stderr].concat();
    (done.status.success(), String::from_utf8(said).unwrap())
}

#[tokio::test]
async fn a_day_s_report_names_states_and_nobody() {
    let living = live("dovetail=debug", Transport::Udp, "off").await;
    let profile = living.alice.profile().to_path_buf();
    // The window keeps such a log in a file.
    let log = without_colour(&living.alice.log());
    assert!(log.contains("bob@cusax.test"), "there is something to take out: {log}");
    std::fs::write(profile.join("dovetail.log"), log).unwrap();
    let outside = tempfile::tempdir().unwrap();
    let output = outside.path().join("report.txt");
    let (done, said) = diagnose(&profile, &output);
    assert!(done && said.contains("report.txt"), "{said}");
    let report = std::fs::read_to_string(&output).unwrap();
    assert_eq!(std::fs::metadata(&output).unwrap().permissions().mode() & 0o777, 0o600);
    for words in [
        "\"state\": \"online\"",
        "SCRAM-SHA-256",
        "DIGEST-",
        "xmpp[0].password_command = (set)",
        "history.sqlite",
        "whole.",
        "the core wants: Invite",
        "@cusax.test",
    ] {
        assert!(report.contains(words), "{words}: {report}");
    }
    let secrets = known();
    let found = leaks(&report, &secrets);
    assert!(found.is_empty(), "{found:?}");
    let lower = report.to_lowercase();
    for name in ["alice@", "bob@", "carol@"] {
        assert!(!lower.contains(name), "{name}: {report}");
    }
    // Nothing is overwritten.
    let (done, said) = diagnose(&profile, &output);
    assert!(!done && said.contains("cannot be written"), "{said}");
    assert_eq!(std::fs::read_to_string(&output).unwrap(), report);
    living.end().await;
}

#[test]
fn a_broken_configuration_is_told_by_its_place_alone() {
    let profile = tempfile::tempdir().unwrap();
    let output = profile.path().join("report.txt");
    for (n, (text, words)) in [
        ("[[xmpp]]\njid = \"a@b.test\"\npassword = \"hunter2\"\n", "Line 3: “xmpp.password”"),
        ("[[xmpp]]\njid = hunter2 = \"\n", "Line 2 is not TOML"),
    ]
    .into_iter()
    .enumerate()
    {
        std::fs::write(profile.path().join("config.toml"), text).unwrap();
        let output = output.with_extension(n.to_string());
        let (done, said) = diagnose(profile.path(), &output);
        assert!(done, "{said}");
        let report = std::fs::read_to_string(&output).unwrap();
        assert!(report.contains(words), "{report}");
        assert!(!report.contains("hunter2"), "{report}");
        assert!(report.contains("No Dovetail runs with this profile."), "{report}");
    }
}
