//! The address book through the program itself: set, searched, written to a file and taken from
//! one, there again after a restart.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/instance.rs"]
mod instance;

use std::time::Duration;

use instance::Instance;
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(20);

/// Telephony that never connects, so that numbers have a place to mean something in.
const CONFIG: &str = r#"
[[sip]]
id = "phone"
aor = "sip:alice@cusax.test"
proxy = "sip:127.0.0.1:9;transport=tcp"
password_command = "echo x"
"#;

async fn ann(instance: &mut Instance) -> Value {
    let ann = json!({
        "name": "Ånn Smith", "organisation": "Bakery; Sons", "note": "one\ntwo",
        "jids": ["ann@cusax.test"],
        "addresses": [{ "value": "+1 303 555 1212", "types": ["work"], "pref": 2 }, "1002"],
        "categories": ["Work"],
    });
    instance.call("book.set", ann).await
}

async fn names(instance: &mut Instance) -> Vec<Value> {
    let book = instance.call("book", json!({})).await;
    book.as_array().unwrap().iter().map(|entry| entry["name"].clone()).collect()
}

async fn told(instance: &mut Instance, name: &str) -> Value {
    let of_name =
        |event: &Value| event["type"] == "book" && event["entry"]["name"].as_str() == Some(name);
    instance.wait_event(of_name, PATIENCE).await
}

#[tokio::test]
async fn an_entry_is_set_searched_and_there_after_a_restart() {
    let mut instance = Instance::start(CONFIG).await;
    let ann = ann(&mut instance).await;
    assert_eq!(told(&mut instance, "Ånn Smith").await["entry"], ann);
    assert_eq!(ann["addresses"][1], json!({ "value": "1002", "types": [], "pref": 100 }));
    for question in ["ann", "smith a", "303 555", "ann@cusax", "baker"] {
        let found = instance.call("search", json!({ "text": question })).await;
        assert_eq!(found[0]["id"], ann["id"], "{question}: {found}");
        let numbers: Vec<&Value> =
            found[0]["numbers"].as_array().unwrap().iter().map(|n| &n["uri"]).collect();
        let expected = ["sip:+13035551212@cusax.test;user=phone", "sip:1002@cusax.test"];
        assert_eq!(numbers, expected, "{found}");
    }
    let patch = json!({ "id": ann["id"], "organisation": null });
    let changed = instance.call("book.set", patch).await;
    assert_eq!((&changed["organisation"], &changed["note"]), (&Value::Null, &ann["note"]));

    let (status, profile) = instance.quit().await;
    assert!(status.success());
    let mut instance = Instance::start_in(profile).await;
    assert_eq!(instance.call("book", json!({})).await, json!([changed]));
    instance.call("book.remove", json!({ "id": ann["id"] })).await;
    let gone = |event: &Value| event["removed"] == true && event["entry"]["name"] == "Ånn Smith";
    instance.wait_event(gone, PATIENCE).await;
    let (_, profile) = instance.quit().await;
    let mut instance = Instance::start_in(profile).await;
    assert_eq!(instance.call("book", json!({})).await, json!([]));
    let log = instance.log();
    assert!(!log.contains("3035551212") && !log.contains("303 555") && !log.contains("Smith"));
}

#[tokio::test]
async fn an_import_shows_what_it_would_change_before_it_does() {
    let mut first = Instance::start("").await;
    let ann = ann(&mut first).await;
    let bob = json!({ "name": "Bob", "addresses": ["sip:bob@cusax.test"] });
    let bob = first.call("book.set", bob).await;
    let exported = first.call("book.export", json!({ "version": "3.0" })).await;
    let text = exported["text"].as_str().unwrap();
    assert!(text.starts_with("BEGIN:VCARD\r\nVERSION:3.0\r\n"), "{text}");
    // What it has, a book takes in without a change.
    let again = first.call("book.import", json!({ "text": text, "apply": true })).await;
    assert_eq!(again, json!({ "add": [], "change": [], "same": 2, "skip": [] }));

    // Another's gets all of it, over a file, with what a file may have besides.
    let mut second = Instance::start("").await;
    let path = second.profile().join("export.vcf");
    let more = "BEGIN:VCARD\nVERSION:3.0\nFN:Nobody\nEMAIL:no@mail.test\nEND:VCARD\n";
    std::fs::write(&path, format!("{text}{more}")).unwrap();
    let shown = second.call("book.import", json!({ "path": path })).await;
    assert!(names(&mut second).await.is_empty());
    let added = shown["add"].as_array().unwrap();
    assert_eq!(added.len(), 2);
    for (added, original) in added.iter().zip([&ann, &bob]) {
        for field in ["name", "uid", "organisation", "note", "jids", "addresses", "categories"] {
            assert_eq!(added[field], original[field], "{field}");
        }
    }
    assert_eq!(shown["skip"][0]["what"], "Nobody");
    let done = second.call("book.import", json!({ "path": path, "apply": true })).await;
    assert_eq!(done["add"].as_array().unwrap().len(), 2);
    told(&mut second, "Bob").await;
    assert_eq!(names(&mut second).await, ["Ånn Smith", "Bob"]);
    let (_, profile) = second.quit().await;
    let mut second = Instance::start_in(profile).await;
    assert_eq!(names(&mut second).await, ["Ånn Smith", "Bob"]);
}

#[tokio::test]
async fn what_is_wrong_is_said_and_changes_nothing() {
    let mut instance = Instance::start("").await;
    for (method, params, code, kind, words) in [
        ("book.set", json!({ "name": "Ann" }), 6, "refused", "a telephony or a chat address"),
        ("book.set", json!({ "addresses": ["1002"] }), 6, "refused", "needs a name"),
        (
            "book.set",
            json!({ "name": "Ann", "addresses": ["mailto:ann@mail.test"] }),
            7,
            "invalid-address",
            "“mailto:ann@mail.test” is no telephony address",
        ),
        ("book.remove", json!({ "id": "no" }), 2, "unknown-contact", "no such entry"),
        ("book.import", json!({ "path": "/none.vcf" }), 6, "refused", "There is no file"),
        ("book.import", json!({ "path": "none.vcf" }), 6, "refused", "from the root"),
        ("book.import", json!({ "text": "Dear Ann" }), 6, "refused", "no vCard"),
    ] {
        let error = instance.try_call(method, params).await.unwrap_err();
        assert_eq!((error.code, &error.data["kind"]), (code, &json!(kind)), "{error:?}");
        assert!(error.message.contains(words), "{error:?}");
    }
    let error = instance.try_call("book.set", json!({ "jids": ["@"] })).await.unwrap_err();
    assert_eq!(error.code, -32602);
    assert_eq!(instance.call("book", json!({})).await, json!([]));
}
