//! A provider's document, as a real web server gives it and as it plays every trick of
//! `docs/provisioning.md`; and, with real servers of both sides, an address and a password that
//! sign in to both.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/instance.rs"]
mod instance;

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dovetail::lab::certificate::Authority;
use dovetail::lab::web::{Answer, Asked, Web};
use dovetail::lab::{Cert, Lab, User};
use dovetail::model::account::Transport;
use instance::{Instance, RpcError};
use serde_json::{Value, json};
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(30);
const JRD: &str = "application/jrd+json";
const CUSAX: &str = "application/vnd.cusax+json";
const REL: &str = "https://cusax.example/rel/provisioning";
const WELL_KNOWN: &str = "/.well-known/cusax-provisioning";
const PASSWORD: &str = "correct horse staple";

/// The web side of a provider: its domain, and another that it has nothing to do with.
struct Site {
    home: TempDir,
    own: Web,
    other: Web,
}

impl Site {
    async fn start(kind: Cert) -> Self {
        let home = tempfile::tempdir().unwrap();
        let authority = Authority::new("Web").unwrap();
        std::fs::write(home.path().join("ca.pem"), authority.pem()).unwrap();
        let names = ["cusax.test", "prov.cusax.test"];
        let own = Web::start(&authority, kind, &names, home.path()).await.unwrap();
        let other = Web::start(&authority, Cert::Valid, &["other.test"], home.path());
        let other = other.await.unwrap();
        Self { home, own, other }
    }

    /// A configuration that finds this site, and nothing more.
    fn config(&self) -> String {
        format!(
            "[provisioning]\nca_file = \"{}\"\n[provisioning.hosts]\n\
             \"cusax.test\" = \"{own}\"\n\"prov.cusax.test\" = \"{own}\"\n\"other.test\" = \"{other}\"\n\
             [audio]\ninput = \"null\"\noutput = \"null\"\n",
            self.home.path().join("ca.pem").display(),
            own = self.own.address,
            other = self.other.address,
        )
    }

    /// WebFinger leads to this address.
    fn webfinger(href: &str) -> Answer {
        let link = json!({ "rel": REL, "type": CUSAX, "href": href });
        Answer::json(JRD, &json!({ "subject": "acct:alice@cusax.test", "links": [link] }))
    }

    /// The domain's server: WebFinger says one thing, the well-known place another, and a
    /// document is at `prov.cusax.test/d`.
    fn answers(&self, webfinger: Answer, well_known: Answer, document: Answer) {
        self.own.answer(move |asked| match asked.target.split('?').next().unwrap() {
            "/.well-known/webfinger" => webfinger.clone(),
            WELL_KNOWN => well_known.clone(),
            _ => document.clone(),
        });
    }

    /// The one document, wherever it is asked for.
    fn gives(&self, document: Answer) {
        self.answers(Self::webfinger("https://prov.cusax.test/d"), Answer::new(404), document);
    }
}

fn document() -> Value {
    json!({
        "cusax": 1, "serial": 42, "service": { "name": "Example\u{202e} Phone" },
        "accounts": [
            { "id": "chat", "kind": "xmpp", "address": "alice@cusax.test",
              "servers": [{ "host": "127.0.0.1", "port": 1 }],
              "auth": { "secret": "same" } },
            { "id": "phone", "kind": "sip", "address": "sip:alice@cusax.test",
              "outbound": ["sip:127.0.0.1:1;transport=tls;lr"],
              "auth": { "username": "alice", "secret": "same" },
              "media": { "srtp": "mandatory" } },
        ],
        "relations": [{ "xmpp": "chat", "sip": "phone", "domains": ["cusax.test"] }],
        "features": { "disable": [{ "account": "phone", "features": ["chat"], "lock": true }] },
    })
}

fn given(document: &Value) -> Answer {
    Answer::json(CUSAX, document)
}

async fn look(instance: &mut Instance) -> Result<Value, RpcError> {
    instance.try_call("provision", json!({ "address": "alice@cusax.test" })).await
}

/// What stood in the way.
async fn problem(instance: &mut Instance) -> (String, String) {
    let error = look(instance).await.expect_err("a problem");
    let nothing = instance.call("provision.status", json!({})).await;
    assert_eq!(nothing["state"], "none", "nothing changes: {error:?}");
    assert!(!instance.profile().join("provisioned.json").exists());
    (error.data["problem"].as_str().unwrap().to_owned(), error.message)
}

#[tokio::test]
async fn each_answer_of_a_domain_leads_to_the_next_place_or_stops() {
    let site = Site::start(Cert::Valid).await;
    let mut instance = Instance::start(&site.config()).await;
    let good = given(&document());
    // Found by WebFinger, among links of other relations.
    site.gives(good.clone());
    let found = look(&mut instance).await.unwrap();
    assert_eq!(found["preview"]["source"], "webfinger", "{found}");
    assert_eq!(found["preview"]["host"], "prov.cusax.test");
    assert_eq!(found["preview"]["service"], "Example Phone");
    let asked = site.own.asked();
    let wanted = "/.well-known/webfinger?resource=acct%3Aalice%40cusax.test\
                  &rel=https%3A%2F%2Fcusax.example%2Frel%2Fprovisioning";
    assert_eq!(asked[0].target, wanted);
    for request in &asked {
        let names: Vec<&str> = request.headers.keys().map(String::as_str).collect();
        assert_eq!(names, ["accept", "accept-encoding", "connection", "host", "user-agent"]);
        assert!(request.headers["user-agent"].starts_with("Dovetail/"));
    }
    assert_eq!(asked[1].headers["accept"], format!("{CUSAX}, application/json;q=0.5"));
    // A plain no leads on: to the well-known place, and to the wizard.
    let no_link = Answer::json(JRD, &json!({ "links": [] }));
    for no in [Answer::new(404), Answer::new(410), no_link] {
        site.answers(no, good.clone(), Answer::new(404));
        let found = look(&mut instance).await.unwrap();
        assert_eq!(found["preview"]["source"], "well-known", "{found}");
    }
    site.answers(Site::webfinger("https://prov.cusax.test/d"), good.clone(), Answer::new(404));
    assert_eq!(look(&mut instance).await.unwrap()["preview"]["source"], "well-known");
    // Whatever is not a plain no stops, with its own words, and nobody else is asked.
    let html = "<!doctype html><html><body>Welcome</body></html>";
    let link = json!({ "rel": REL, "type": "text/html", "href": "https://prov.cusax.test/d" });
    let cases = [
        (Answer::new(400), "network", "(400)"),
        (Answer::new(500), "network", "(500)"),
        (Answer::redirect("http://cusax.test/webfinger"), "unsafe", "not secure"),
        (Answer::redirect("https://127.0.0.1/webfinger"), "unsafe", "local network"),
        (Answer::redirect("https://localhost/webfinger"), "unsafe", "local network"),
        (Answer::redirect("/.well-known/webfinger"), "unsafe", "too many times"),
        (Answer::of("text/html", html), "malformed", "text/html"),
        (Answer::of(JRD, html), "malformed", "not JSON"),
        (Answer::json(JRD, &json!([])), "malformed", "not an object"),
        (Answer::json(JRD, &json!({ "links": [link] })), "malformed", "text/html"),
        (Site::webfinger("http://prov.cusax.test/d"), "malformed", "https"),
        (Answer::of(JRD, vec![b' '; 300 * 1024]), "malformed", "too long"),
        (Answer::of(JRD, "x").header("Content-Encoding", "gzip"), "malformed", "compressed"),
        (Answer::new(401).header("WWW-Authenticate", "Basic"), "network", "(401)"),
    ];
    site.own.asked();
    for (webfinger, kind, words) in cases {
        site.answers(webfinger, good.clone(), good.clone());
        let (found, text) = problem(&mut instance).await;
        assert_eq!(found, kind, "{text}");
        assert!(text.contains(words) && text.contains("cusax.test"), "{words}: {text}");
        let next = site.own.asked();
        assert!(next.iter().all(|asked| asked.target.contains("webfinger")), "{next:?}");
    }
    // WebFinger may be elsewhere; who answers there has shown a certificate.
    site.other.answer(|_| Site::webfinger("https://prov.cusax.test/d"));
    site.answers(Answer::redirect("https://other.test/w"), Answer::new(404), good);
    assert_eq!(look(&mut instance).await.unwrap()["preview"]["source"], "webfinger");
}

#[tokio::test]
async fn without_a_document_there_is_a_form_for_both_sides() {
    let site = Site::start(Cert::Valid).await;
    let mut instance = Instance::start(&site.config()).await;
    let found = look(&mut instance).await.unwrap();
    assert_eq!(found["state"], "wizard", "{found}");
    assert_eq!(found["wizard"]["chat"]["address"], "alice@cusax.test");
    assert_eq!(found["wizard"]["telephony"]["address"], "sip:alice@cusax.test");
}

#[tokio::test]
async fn a_certificate_that_does_not_fit_stops() {
    for kind in
        [Cert::Expired, Cert::NotYetValid, Cert::WrongName, Cert::UnknownIssuer, Cert::SelfSigned]
    {
        let site = Site::start(kind).await;
        site.gives(given(&document()));
        let mut instance = Instance::start(&site.config()).await;
        let (found, text) = problem(&mut instance).await;
        assert_eq!(found, "certificate", "{kind:?}: {text}");
        assert!(site.own.asked().is_empty(), "{kind:?}: it was asked something");
    }
}

#[tokio::test]
async fn an_answer_that_does_not_end_is_given_up() {
    let site = Site::start(Cert::Valid).await;
    let mut instance = Instance::start(&site.config()).await;
    let mut slow = given(&document());
    slow.stalls_after = Some(40);
    site.gives(slow);
    let begun = std::time::Instant::now();
    let (found, text) = problem(&mut instance).await;
    assert_eq!(found, "network", "{text}");
    assert!(text.contains("did not answer in time"), "{text}");
    assert!((14..18).contains(&begun.elapsed().as_secs()), "{:?}", begun.elapsed());
    // One that never says how long it is ends at the bound.
    let mut endless = Answer::of(CUSAX, vec![b' '; 300 * 1024]);
    endless.body.splice(0..0, b"50000\r\n".iter().copied());
    site.gives(endless.header("Transfer-Encoding", "chunked"));
    assert_eq!(problem(&mut instance).await.0, "malformed");
}

#[tokio::test]
async fn a_document_that_cannot_be_used_changes_nothing() {
    let site = Site::start(Cert::Valid).await;
    let mut instance = Instance::start(&site.config()).await;
    let with = |key: &str, value: Value| {
        let mut document = document();
        document[key] = value;
        document
    };
    let deep = format!("{{\"cusax\":1,\"x\":{}{}}}", "[".repeat(17), "]".repeat(17));
    let many = with("x", json!(vec![1; 257]));
    let cases: Vec<(Answer, &str)> = vec![
        (Answer::of("text/html", "<html>"), "text/html"),
        (Answer::new(200), "none"),
        (Answer::of(CUSAX, "<html>"), "not JSON"),
        (Answer::of(CUSAX, "{\"cusax\":NaN}"), "not JSON"),
        (Answer::of(CUSAX, &b"{\"cusax\":\"\xff\"}"[..]), "UTF-8"),
        (Answer::of(CUSAX, "{\"cusax\":1,\"cusax\":1}"), "twice"),
        (Answer::of(CUSAX, deep), "deeper"),
        (given(&many), "more than 256"),
        (given(&with("x", json!("y".repeat(9_000)))), "8 KiB"),
        (Answer::of(CUSAX, vec![b' '; 300 * 1024]), "too long"),
        (given(&with("cusax", json!(2))), "another version"),
        (given(&with("accounts", json!([]))), "the service gave no account"),
        (given(&with("accounts", json!([{ "id": "!" }]))), "accounts[0].id"),
    ];
    for (answer, words) in cases {
        site.gives(answer);
        let (found, text) = problem(&mut instance).await;
        assert_eq!(found, "malformed", "{text}");
        assert!(text.contains(words) && text.contains("prov.cusax.test"), "{words}: {text}");
    }
}

#[tokio::test]
async fn what_is_wrong_in_a_part_is_told_and_the_rest_applies() {
    let site = Site::start(Cert::Valid).await;
    let mut instance = Instance::start(&site.config()).await;
    let mut document = document();
    document["later"] = json!(1);
    document["accounts"][0]["label"] = json!(format!("\u{202e}Chat\u{7}{}", "x".repeat(100)));
    document["accounts"].as_array_mut().unwrap().extend([
        json!({ "id": "third", "kind": "sip", "address": "sip:a@cusax.test", "transport": "pigeon" }),
        json!({ "id": "fourth", "kind": "sip", "address": "sip:b@cusax.test", "voicemail": "http://x/" }),
        json!({ "id": "away", "kind": "xmpp", "address": "alice@elsewhere.test" }),
    ]);
    document["relations"].as_array_mut().unwrap().extend([
        json!({ "xmpp": "chat", "sip": "nobody" }),
        json!({ "xmpp": "chat", "sip": "phone" }),
    ]);
    site.gives(given(&document));
    let found = look(&mut instance).await.unwrap();
    let preview = &found["preview"];
    let remarks: String =
        preview["remarks"].as_array().unwrap().iter().map(|text| format!("{text}\n")).collect();
    for words in
        ["accounts[2].transport", "accounts[3].voicemail", "relations[1].sip", "relations[2].xmpp"]
    {
        assert!(remarks.contains(words), "{words} in\n{remarks}");
    }
    assert_eq!(preview["accounts"].as_array().unwrap().len(), 3);
    let label = preview["accounts"][0]["label"].as_str().unwrap();
    assert_eq!((label.chars().count(), &label[..5]), (80, "Chatx"));
    // The account of another domain waits for the user's word; without it the rest applies.
    assert_eq!(preview["consents"][0]["id"], "domain:elsewhere.test");
    let error = instance.try_call("provision.apply", json!({})).await.unwrap_err();
    assert_eq!(error.data["kind"], "confirmation-needed");
    assert_eq!(error.data["consents"][0]["id"], "domain:elsewhere.test");
    instance.call("provision.apply", json!({ "decline": ["domain:elsewhere.test"] })).await;
    let status = instance.call("status", json!({})).await;
    let ids: Vec<&str> =
        status["accounts"].as_array().unwrap().iter().map(|a| a["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["chat", "phone"]);
}

/// Credentials are asked for by the document's own host.
fn basic(asked: &Asked, document: &Value) -> Answer {
    use base64::Engine as _;
    let text = format!("alice@cusax.test:{PASSWORD}");
    let right = format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(text));
    match asked.headers.get("authorization") {
        Some(value) if *value == right => given(document),
        _ => Answer::new(401).header("WWW-Authenticate", "Basic realm=\"x\""),
    }
}

#[tokio::test]
async fn credentials_go_to_who_asks_for_them_and_to_nobody_else() {
    let site = Site::start(Cert::Valid).await;
    let mut instance = Instance::start(&site.config()).await;
    let with = json!({ "address": "alice@cusax.test", "password": PASSWORD });
    site.own.answer(|asked| match asked.target.contains("webfinger") {
        true => Site::webfinger("https://prov.cusax.test/d"),
        false => basic(asked, &document()),
    });
    let (found, _) = problem(&mut instance).await;
    assert_eq!(found, "password-needed");
    let wrong = json!({ "address": "alice@cusax.test", "password": "wrong" });
    let error = instance.try_call("provision", wrong).await.unwrap_err();
    assert_eq!(error.data["problem"], "wrong-password");
    site.own.asked();
    let found = instance.call("provision", with.clone()).await;
    assert_eq!(found["state"], "preview");
    let asked = site.own.asked();
    let carried: Vec<bool> =
        asked.iter().map(|asked| asked.headers.contains_key("authorization")).collect();
    assert_eq!(carried, [false, false, true], "only after it was asked for");
    // A document that is elsewhere: not even a host that asks gets them without a word.
    let ask = |_: &Asked| Answer::new(401).header("WWW-Authenticate", "Basic");
    site.other.answer(ask);
    site.own.answer(|_| Site::webfinger("https://other.test/d"));
    let error = instance.try_call("provision", with.clone()).await.unwrap_err();
    assert_eq!(
        (&error.data["problem"], &error.data["host"]),
        (&json!("confirm-host"), &json!("other.test"))
    );
    assert_eq!(error.data["kind"], "confirmation-needed");
    // A redirect after they were sent: the other origin asks, and sees nothing.
    site.own.answer(|asked| match asked.target.contains("webfinger") {
        true => Site::webfinger("https://prov.cusax.test/d"),
        false => match basic(asked, &document()).status {
            200 => Answer::redirect("https://other.test/d"),
            _ => basic(asked, &document()),
        },
    });
    let error = instance.try_call("provision", with.clone()).await.unwrap_err();
    assert_eq!(error.data["problem"], "confirm-host");
    // Without asking it may give a document, and the user is told whose it is.
    site.other.answer(|_| given(&document()));
    let found = instance.call("provision", with.clone()).await;
    assert_eq!(found["preview"]["consents"][0]["id"], "host:other.test");
    let seen = site.other.asked();
    assert_eq!(seen.len(), 3);
    for asked in &seen {
        assert!(!asked.headers.contains_key("authorization"), "{asked:?}");
        assert!(!format!("{asked:?}").contains("alice"), "{asked:?}");
    }
    // Once confirmed by name it gets them.
    site.other.answer(|asked| basic(asked, &document()));
    let mut confirmed = with.clone();
    confirmed["confirm"] = json!(["other.test"]);
    assert_eq!(instance.call("provision", confirmed).await["state"], "preview");
    let log = instance.log();
    assert!(!log.contains(PASSWORD) && !log.contains("Basic "), "{log}");
}

#[tokio::test]
async fn a_link_is_shown_in_full_and_confirmed_first() {
    let site = Site::start(Cert::Valid).await;
    let mut instance = Instance::start(&site.config()).await;
    site.gives(given(&document()));
    let link = "cusax:https://prov.cusax.test/d?user=alice";
    let error = instance.try_call("provision", json!({ "url": link })).await.unwrap_err();
    assert_eq!(error.data["problem"], "confirm-link");
    assert!(error.message.contains("https://prov.cusax.test/d?user=alice"), "{}", error.message);
    assert!(site.own.asked().is_empty());
    let confirmed = json!({ "url": link, "confirm": ["prov.cusax.test"] });
    let found = instance.call("provision", confirmed).await;
    assert_eq!(found["preview"]["source"], "link");
    for bad in ["http://prov.cusax.test/d", "cusax:file:///etc/passwd", "x"] {
        let params = json!({ "url": bad, "confirm": ["prov.cusax.test"] });
        let error = instance.try_call("provision", params).await.unwrap_err();
        assert_eq!(error.data["problem"], "input", "{bad}");
    }
}

fn held(instance: &Instance) -> Value {
    let text = std::fs::read_to_string(instance.profile().join("provisioned.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[tokio::test]
async fn a_later_edition_applies_and_an_earlier_one_does_not() {
    let site = Site::start(Cert::Valid).await;
    let mut instance = Instance::start(&site.config()).await;
    let current = Arc::new(Mutex::new(document()));
    let (shown, count) = (current.clone(), Arc::new(AtomicUsize::new(0)));
    let full = count.clone();
    site.own.answer(move |asked| {
        if asked.target.contains("webfinger") {
            return Site::webfinger("https://prov.cusax.test/d");
        }
        let document = shown.lock().unwrap().clone();
        let etag = format!("\"{}\"", document["serial"]);
        if asked.headers.get("if-none-match") == Some(&etag) {
            return Answer::new(304);
        }
        full.fetch_add(1, Ordering::Relaxed);
        given(&document).header("ETag", etag)
    });
    look(&mut instance).await.unwrap();
    let applied = instance.call("provision.apply", json!({})).await;
    assert_eq!(applied["state"], "applied");
    assert_eq!(instance.call("provision.refresh", json!({})).await["state"], "unchanged");
    assert_eq!(count.load(Ordering::Relaxed), 1, "what is known is not sent again");
    let status = instance.call("provision.status", json!({})).await;
    assert_eq!((&status["state"], &status["serial"]), (&json!("applied"), &json!(42)));
    assert!((86_000..96_000).contains(&status["next_in"].as_u64().unwrap()), "{status}");
    // An older edition is ignored, whatever it says.
    let mut older = document();
    older["serial"] = json!(41);
    older["features"] = json!({});
    *current.lock().unwrap() = older;
    let ignored = instance.call("provision.refresh", json!({})).await;
    assert_eq!(ignored, json!({ "state": "older", "serial": 41, "applied": 42 }));
    let error = instance
        .try_call("feature.set", json!({ "feature": "chat", "protocol": "sip" }))
        .await
        .unwrap_err();
    assert!(error.message.contains("set by your provider"), "{}", error.message);
    // A newer one that takes the lock away applies by itself.
    let mut newer = document();
    newer["serial"] = json!(43);
    newer["features"] = json!({});
    *current.lock().unwrap() = newer.clone();
    let applied = instance.call("provision.refresh", json!({})).await;
    assert_eq!(applied["state"], "applied", "{applied}");
    instance.call("feature.set", json!({ "feature": "chat", "protocol": "sip" })).await;
    // One that drops an account waits for the user's word, and switches it off.
    newer["serial"] = json!(44);
    newer["accounts"].as_array_mut().unwrap().pop();
    newer["relations"] = json!([]);
    *current.lock().unwrap() = newer;
    let waiting = instance.call("provision.refresh", json!({})).await;
    assert_eq!(waiting["preview"]["consents"][0]["id"], "remove:phone", "{waiting}");
    assert_eq!(held(&instance)["document"]["serial"], 43);
    let event = |event: &Value| event["type"] == "provisioning" && event["state"] == "waiting";
    instance.wait_event(event, PATIENCE).await;
    instance.call("provision.apply", json!({ "agree": ["remove:phone"] })).await;
    let off = |event: &Value| {
        event["account"]["id"] == "phone" && event["account"]["state"] == "disabled"
    };
    let off = instance.wait_event(off, PATIENCE).await;
    assert!(off["account"]["reason"].as_str().unwrap().contains("provider"), "{off}");
    // It is so after a new start as well.
    let (status, profile) = instance.quit().await;
    assert!(status.success());
    let mut instance = Instance::start_in(profile).await;
    let status = instance.call("status", json!({})).await;
    assert_eq!(status["accounts"][1]["state"], "disabled", "{status}");
    // The provider's server is away: what was set up stays.
    site.own.answer(|_| Answer::new(503));
    let error = instance.try_call("provision.refresh", json!({})).await.unwrap_err();
    assert_eq!(error.data["problem"], "network");
    assert_eq!(held(&instance)["document"]["serial"], 44);
}

/// Every file under a directory.
fn files(directory: &Path, all: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let entry = entry.unwrap();
        match entry.file_type().unwrap() {
            kind if kind.is_dir() => files(&entry.path(), all),
            kind if kind.is_file() => all.push(entry.path()),
            _ => {}
        }
    }
}

#[tokio::test]
async fn an_address_and_a_password_sign_in_to_both_sides() {
    let user = User::new("alice", PASSWORD).contact("bob").tel("sip:alice@cusax.test");
    let lab = Lab::builder().user(user).user(User::new("bob", "b")).start().await.unwrap();
    let site = Site::start(Cert::Valid).await;
    // One file with both authorities: that of the lab and that of the web.
    let both = site.home.path().join("ca.pem");
    let anchors = format!(
        "{}{}",
        std::fs::read_to_string(&both).unwrap(),
        std::fs::read_to_string(lab.ca_file()).unwrap()
    );
    std::fs::write(&both, anchors).unwrap();
    let mut given = document();
    given["accounts"][0]["servers"][0]["port"] = json!(lab.xmpp_starttls().port());
    let proxy = format!("sip:{};transport=tls;lr", lab.sip(Transport::Tls));
    given["accounts"][1]["outbound"] = json!([proxy]);
    given["policy"] = json!({ "delay_xmpp": true, "accept_strangers": "ask" });
    given["dialing"] =
        json!({ "country": "DE", "cost_rules": [{ "pattern": "+*", "class": "pstn" }] });
    site.own.answer(move |asked| match asked.target.contains("webfinger") {
        true => Site::webfinger("https://prov.cusax.test/d"),
        false => basic(asked, &given),
    });
    let mut instance = Instance::start(&site.config()).await;
    let typed = json!({ "address": "alice@cusax.test", "password": PASSWORD });
    let found = instance.call("provision", typed).await;
    assert_eq!(found["preview"]["consents"], json!([]), "no other question: {found}");
    assert!(found["preview"]["accounts"][1].get("asks_password").is_none());
    // Without a keyring the choice is the user's.
    instance.call("provision.apply", json!({ "keep_password": "session" })).await;
    instance.online("phone").await;
    instance.online("chat").await;
    let status = instance.call("status", json!({})).await;
    assert_eq!(status["overall"], "online", "{status}");
    assert_eq!(status["accounts"][0]["related_to"], "phone");
    assert_eq!(status["accounts"][1]["locked"], json!(["chat"]));
    assert_eq!(status["accounts"][1]["features"]["chat"], false);
    let relations = instance.call("relations", json!({})).await;
    let relation = &relations["relations"][0];
    assert_eq!((&relation["by"], &relation["chat_waits"]), (&json!("provider"), &json!(true)));
    assert_eq!(instance.call("telephony", json!({})).await["strangers"], "ask");
    let cost = json!({ "to": "+4930123456" });
    let asked = instance.try_call("call", cost).await.unwrap_err();
    assert_eq!(asked.data["cues"][0]["class"], "pstn", "{asked:?}");
    let told = instance.wait_event(
        |event| event["type"] == "provisioning" && event["state"] == "applied",
        PATIENCE,
    );
    assert_eq!(told.await["service"], "Example Phone");
    let profile = instance.profile().to_owned();
    let mut all = Vec::new();
    files(&profile, &mut all);
    assert!(all.iter().any(|path| path.ends_with("provisioned.json")));
    for path in all {
        let bytes = std::fs::read(&path).unwrap();
        let is_in = bytes.windows(PASSWORD.len()).any(|part| part == PASSWORD.as_bytes());
        assert!(!is_in, "{} holds the password", path.display());
    }
    // Their dial plan changes: nobody is signed out for it.
    instance.quit().await;
}

/// The account's next failure that says this.
async fn fails(instance: &mut Instance, account: &str, words: &str) {
    let failed = |event: &Value| {
        event["account"]["id"] == account
            && event["account"]["state"] == "failed"
            && event["account"]["reason"].as_str().is_some_and(|reason| reason.contains(words))
    };
    instance.wait_event(failed, PATIENCE).await;
}

#[tokio::test]
async fn what_a_provider_demands_of_the_servers_holds_on_both_sides() {
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject as _;
    use sha2::Digest as _;
    // The servers sign in by the old methods alone.
    let lab = Lab::builder().user(User::new("alice", PASSWORD)).xmpp_plain_only();
    let lab = lab.start().await.unwrap();
    let site = Site::start(Cert::Valid).await;
    let both = site.home.path().join("ca.pem");
    let anchors = [&both, &lab.ca_file()].map(|path| std::fs::read_to_string(path).unwrap());
    std::fs::write(&both, anchors.concat()).unwrap();
    let pin = |name: &str| {
        let file = lab.directory().join(name);
        let hash = sha2::Sha256::digest(CertificateDer::from_pem_file(file).unwrap());
        json!({ "pin_sha256": [format!("{hash:x}")] })
    };
    let mut given = document();
    given["accounts"][0]["servers"][0]["port"] = json!(lab.xmpp_starttls().port());
    let proxy = format!("sip:{};transport=tls;lr", lab.sip(Transport::Tls));
    given["accounts"][1]["outbound"] = json!([proxy]);
    given["accounts"][0]["auth"]["min_mechanism"] = json!("SCRAM-SHA-256");
    given["accounts"][1]["auth"]["min_algorithm"] = json!("SHA-256");
    // Each names the other's certificate.
    given["accounts"][0]["tls"] = pin("sip.pem");
    given["accounts"][1]["tls"] = pin("xmpp.pem");
    let current = Arc::new(Mutex::new(given.clone()));
    let shown = current.clone();
    site.own.answer(move |asked| match asked.target.contains("webfinger") {
        true => Site::webfinger("https://prov.cusax.test/d"),
        false => basic(asked, &shown.lock().unwrap()),
    });
    let mut instance = Instance::start(&site.config()).await;
    let typed = json!({ "address": "alice@cusax.test", "password": PASSWORD });
    instance.call("provision", typed).await;
    instance.call("provision.apply", json!({ "keep_password": "session" })).await;
    for account in ["chat", "phone"] {
        fails(&mut instance, account, "is not the one that your provider named").await;
    }
    given["serial"] = json!(43);
    given["accounts"][0]["tls"] = pin("xmpp.pem");
    given["accounts"][1]["tls"] = pin("sip.pem");
    *current.lock().unwrap() = given.clone();
    let applied = instance.call("provision.refresh", json!({})).await;
    assert_eq!(applied["state"], "applied", "{applied}");
    fails(&mut instance, "chat", "this account is to use SCRAM-SHA-256 at least").await;
    fails(&mut instance, "phone", "this account is to use SHA-256 digest at least").await;
    given["serial"] = json!(44);
    given["accounts"][0]["auth"]["min_mechanism"] = json!("PLAIN");
    given["accounts"][1]["auth"]["min_algorithm"] = json!("MD5");
    *current.lock().unwrap() = given;
    instance.forget_events();
    let applied = instance.call("provision.refresh", json!({})).await;
    assert_eq!(applied["state"], "applied", "{applied}");
    for account in ["chat", "phone"] {
        instance.online(account).await;
    }
    instance.quit().await;
}

#[tokio::test]
async fn a_changed_way_moves_the_account_and_a_user_s_own_setting_stays() {
    let lab = Lab::builder().user(User::new("alice", PASSWORD)).sip_only().start().await.unwrap();
    let site = Site::start(Cert::Valid).await;
    let both = site.home.path().join("ca.pem");
    let anchors = [&both, &lab.ca_file()].map(|path| std::fs::read_to_string(path).unwrap());
    std::fs::write(&both, anchors.concat()).unwrap();
    let mut phone = document();
    phone["accounts"].as_array_mut().unwrap().remove(0);
    phone["relations"] = json!([]);
    phone["features"] = json!({});
    let current = Arc::new(Mutex::new(phone.clone()));
    let shown = current.clone();
    site.own.answer(move |asked| match asked.target.contains("webfinger") {
        true => Site::webfinger("https://prov.cusax.test/d"),
        false => given(&shown.lock().unwrap()),
    });
    let own = format!("{}[[sip]]\nid = \"phone\"\nsrtp = \"preferred\"\n", site.config());
    // An account of which only the id is said has to be a provider's.
    let mut instance = Instance::start(&site.config()).await;
    let command = format!("printf %s '{PASSWORD}'");
    let typed = json!({ "address": "alice@cusax.test", "password_command": command });
    instance.call("provision", typed).await;
    instance.call("provision.apply", json!({})).await;
    let failed =
        |event: &Value| event["account"]["id"] == "phone" && event["account"]["state"] == "failed";
    instance.wait_event(failed, PATIENCE).await;
    std::fs::write(instance.profile().join("config.toml"), &own).unwrap();
    phone["serial"] = json!(43);
    phone["accounts"][0]["outbound"] =
        json!([format!("sip:{};transport=tls", lab.sip(Transport::Tls))]);
    *current.lock().unwrap() = phone;
    let applied = instance.call("provision.refresh", json!({})).await;
    assert_eq!(applied["state"], "applied", "{applied}");
    let text = applied.to_string();
    assert!(text.contains("way: by sip:127.0.0.1:1;transport=tls →"), "{text}");
    assert!(!text.contains("always encrypted"), "the user's own setting stays: {text}");
    instance.online("phone").await;
    let (_, profile) = instance.quit().await;
    let mut instance = Instance::start_in(profile).await;
    instance.online("phone").await;
}
