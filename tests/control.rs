//! The remote control and the command line, as scripts meet them.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/baresip.rs"]
mod baresip;
#[path = "support/chat.rs"]
mod chat;
#[path = "support/instance.rs"]
mod instance;

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use baresip::{Baresip, Setup};
use chat::ChatPeer;
use dovetail::lab::{ConfigOptions, Lab, User};
use instance::Instance;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio_xmpp::Stanza;
use tokio_xmpp::parsers::presence;

const PATIENCE: Duration = Duration::from_secs(30);

/// Runs the program to its end.
fn dovetail(profile: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dovetail"));
    command.arg("--profile").arg(profile).args(arguments).env("XDG_RUNTIME_DIR", profile);
    command.env_remove("RUST_LOG").stdin(std::process::Stdio::null()).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// What a script may send by mistake, and the answer: its id and code.
fn mistakes() -> Vec<(Vec<u8>, Value, i64)> {
    let long = json!({ "jsonrpc": "2.0", "id": 1, "method": "status", "x": "y".repeat(1 << 20) });
    let request = |id: u32, method: &str, params: Value| {
        json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }).to_string()
    };
    vec![
        (b"{\"jsonrpc\": \"2.0\", ".to_vec(), Value::Null, -32700),
        (b"{\"jsonrpc\": \"2.0\", \"id\": \"\xff\"}".to_vec(), Value::Null, -32700),
        (b"[]".to_vec(), Value::Null, -32600),
        (b"{\"id\": 7, \"method\": \"status\"}".to_vec(), json!(7), -32600),
        (long.to_string().into(), Value::Null, -32600),
        (request(8, "nothing", json!({})).into(), json!(8), -32601),
        (request(9, "call.nothing", json!({})).into(), json!(9), -32601),
        (request(10, "call", json!({})).into(), json!(10), -32602),
        (request(11, "call", json!({ "to": 5 })).into(), json!(11), -32602),
        (request(12, "status", json!({ "tow": "x" })).into(), json!(12), -32602),
        (request(13, "status", json!(["x"])).into(), json!(13), -32602),
    ]
}

fn check(answer: &Value, id: &Value, code: i64, line: &[u8]) {
    let line = String::from_utf8_lossy(&line[..line.len().min(100)]);
    assert_eq!(answer["id"], *id, "{line}: {answer}");
    assert_eq!(answer["error"]["code"], code, "{line}: {answer}");
    assert!(!answer["error"]["message"].as_str().unwrap().is_empty());
}

#[tokio::test]
async fn a_mistake_gets_its_code_and_the_connection_goes_on() {
    let mut instance = Instance::start("").await;
    for (line, id, code) in mistakes() {
        instance.send_line(&line).await;
        let answer = instance.read_line(PATIENCE).await.expect("an answer");
        check(&answer, &id, code, &line);
        let status = instance.call("status", json!({})).await;
        assert_eq!(status, json!({ "accounts": [], "overall": "offline" }));
    }
    // Neither an empty line nor a notification has an answer.
    instance.send_line("").await;
    instance.send_line(json!({ "jsonrpc": "2.0", "method": "nothing" }).to_string()).await;
    instance.call("status", json!({})).await;
    assert!(instance.quit().await.0.success());
}

#[tokio::test]
async fn the_socket_serves_likewise_and_is_for_the_user_alone() {
    let mut instance = Instance::start("").await;
    instance.call("status", json!({})).await;
    let socket = instance.profile().join("dovetail.sock");
    let (input, mut output) = UnixStream::connect(&socket).await.unwrap().into_split();
    let mode = std::fs::metadata(&socket).unwrap().permissions().mode();
    assert_eq!(mode & 0o7777, 0o600, "{mode:o}");
    let mut lines = BufReader::new(input).lines();
    for (line, id, code) in mistakes() {
        output.write_all(&[&line[..], b"\n"].concat()).await.unwrap();
        let answer = lines.next_line().await.unwrap().unwrap();
        check(&serde_json::from_str(&answer).unwrap(), &id, code, &line);
    }
    assert!(instance.quit().await.0.success());
    assert!(!socket.exists());
}

#[tokio::test]
async fn one_call_from_the_command_line() {
    let mut instance = Instance::start("").await;
    instance.call("status", json!({})).await;
    let profile = instance.profile().to_owned();
    for (arguments, status) in [
        (&["rpc", "status"][..], 0),
        (&["rpc", "history", r#"{"with": "bob@cusax.test"}"#], 0),
        (&["rpc", "nothing"], 1),
        (&["rpc", "message.send", r#"{"to": "bob@cusax.test", "body": "x"}"#], 1),
        (&["rpc", "status", "{"], 2),
        (&["rpc"], 2),
        (&["rpc", "status", "{}", "more"], 2),
        (&["--nonsense"], 2),
        (&["--headless", "rpc", "status"], 2),
    ] {
        let output = dovetail(&profile, arguments);
        assert_eq!(output.status.code(), Some(status), "{arguments:?}: {output:?}");
        // Results and errors are for scripts to read, and of one line.
        assert_eq!(output.stderr.is_empty(), status < 2, "{arguments:?}: {output:?}");
        if status < 2 {
            let line = text(&output.stdout).strip_suffix('\n').unwrap();
            let value: Value = serde_json::from_str(line).unwrap();
            assert_eq!(value["code"].is_null(), status == 0, "{value}");
        } else {
            assert!(output.stdout.is_empty(), "{output:?}");
        }
    }
    let (_, profile) = instance.quit().await;
    let output = dovetail(profile.path(), &["rpc", "status"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(text(&output.stderr), "dovetail: No Dovetail runs with this profile.\n");
}

#[test]
fn version_and_help() {
    let profile = tempfile::tempdir().unwrap();
    let output = dovetail(profile.path(), &["--version"]);
    assert!(output.status.success());
    assert_eq!(text(&output.stdout), concat!("dovetail ", env!("CARGO_PKG_VERSION"), "\n"));
    let output = dovetail(profile.path(), &["--help"]);
    assert!(output.status.success());
    for word in ["--headless", "--profile", "--demo", "rpc"] {
        assert!(text(&output.stdout).contains(word), "{output:?}");
    }
}

#[test]
fn a_mistake_in_the_configuration_is_named_and_the_file_left_alone() {
    for (config, words) in [
        ("[[sip]]\naor = \"sip:a@x.test\"\nsrpt = \"off\"\n", "line 3: sip.srpt"),
        ("[[sip]]\naor = \"sip:a@x.test\"\nsrtp = \"maybe\"\n", "line 3: sip.srtp"),
        ("[[xmpp]]\n\njid = 5\n", "line 3: xmpp.jid"),
        ("[[xmpp]]\njid = \"alice@x.test\"\npassword = \"secret\"\n", "line 3: xmpp.password"),
        ("[audio]\ninput = \n", "line 2"),
    ] {
        let profile = tempfile::tempdir().unwrap();
        let file = profile.path().join("config.toml");
        std::fs::write(&file, config).unwrap();
        let output = dovetail(profile.path(), &["--headless"]);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let error = text(&output.stderr);
        let named = format!("dovetail: {}, {words}", file.display());
        assert!(error.starts_with(&named), "{error}");
        assert!(!error.contains("secret"), "{error}");
        assert_eq!(error.lines().count(), 1, "{error}");
        assert!(output.stdout.is_empty());
        assert_eq!(std::fs::read_to_string(&file).unwrap(), config);
        let kept: Vec<_> = std::fs::read_dir(profile.path()).unwrap().collect();
        assert_eq!(kept.len(), 1, "{kept:?}");
    }
}

/// Alice and bob, who see each other.
async fn lab() -> Lab {
    Lab::builder()
        .user(User::new("alice", "secret").contact("bob"))
        .user(User::new("bob", "secret").contact("alice"))
        .start()
        .await
        .unwrap()
}

async fn alice(lab: &Lab) -> Instance {
    let config = lab.config_toml("alice", &ConfigOptions::default()).unwrap();
    let mut alice = Instance::start(&config).await;
    alice.online("chat").await;
    alice.online("phone").await;
    alice
}

/// Waits until alice is seen so.
async fn sees(bob: &mut ChatPeer, kind: presence::Type) {
    let alice = |stanza: &Stanza| match stanza {
        Stanza::Presence(presence) => {
            let from = presence.from.as_ref()?.to_bare();
            (from.as_str() == "alice@cusax.test" && presence.type_ == kind).then_some(())
        }
        _ => None,
    };
    bob.wait("alice's presence", alice).await;
}

#[tokio::test]
async fn a_second_instance_is_refused_and_the_first_not_disturbed() {
    let lab = lab().await;
    let mut alice = alice(&lab).await;
    let mut bob = Baresip::start(&lab, "bob", Setup::default()).await;
    let connections = || {
        let log = std::fs::read_to_string(lab.xmpp_log()).unwrap();
        log.matches("Client connected").count()
    };
    let before = connections();
    assert!(before > 0);
    let output = dovetail(alice.profile(), &["--headless"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert_eq!(text(&output.stderr), "dovetail: Dovetail already runs with this profile.\n");
    assert!(output.stdout.is_empty(), "{output:?}");

    bob.dial("sip:alice@cusax.test").await;
    alice.wait_event(|event| event["call"]["state"] == "incoming", PATIENCE).await;
    let status = dovetail(alice.profile(), &["rpc", "status"]);
    let status: Value = serde_json::from_slice(&status.stdout).unwrap();
    assert_eq!(status["overall"], "online");
    assert_eq!(connections(), before, "the second did not even connect");
}

#[tokio::test]
async fn what_is_left_of_a_killed_instance_does_not_bar_the_next() {
    let mut instance = Instance::start("").await;
    instance.call("status", json!({})).await;
    let profile = instance.kill().await;
    assert!(profile.path().join("dovetail.sock").exists());
    let mut instance = Instance::start_in(profile).await;
    instance.call("status", json!({})).await;
    assert!(dovetail(instance.profile(), &["rpc", "status"]).status.success());
}

#[tokio::test]
async fn an_end_by_signal_takes_leave() {
    let lab = lab().await;
    let mut alice = alice(&lab).await;
    let mut bob = ChatPeer::connect(&lab, "bob", "secret").await;
    sees(&mut bob, presence::Type::None).await;
    let mut phone = Baresip::start(&lab, "bob", Setup::default()).await;
    phone.dial("sip:alice@cusax.test").await;
    let call = alice.wait_event(|event| event["call"]["state"] == "incoming", PATIENCE).await;
    alice.call("call.answer", json!({ "call": call["call"]["id"] })).await;
    phone.event("CALL_ESTABLISHED").await;

    let (status, _profile) = alice.terminate().await;
    assert_eq!(status.code(), Some(0));
    phone.event("CALL_CLOSED").await;
    sees(&mut bob, presence::Type::Unavailable).await;
    phone.dial("sip:alice@cusax.test").await;
    let closed = phone.event("CALL_CLOSED").await;
    assert_eq!(closed["param"], "480 Temporarily Unavailable", "the binding is gone");
}
