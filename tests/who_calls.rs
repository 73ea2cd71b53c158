//! Who is shown to call: proven by a contact's card, claimed by the caller, or nobody known.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/baresip.rs"]
mod baresip;
#[path = "support/instance.rs"]
mod instance;
#[path = "support/sipp.rs"]
mod sipp;

use std::time::Duration;

use baresip::{Baresip, Setup};
use dovetail::lab::{ConfigOptions, Contact, Lab, LabBuilder, User};
use instance::Instance;
use serde_json::{Value, json};
use sipp::{Caller, Invite};

const PATIENCE: Duration = Duration::from_secs(30);
const ALICE: &str = "sip:alice@cusax.test";

/// Alice knows bob by an old card, carol and dave by new ones; eve and mallory not at all.
fn people() -> LabBuilder {
    let alice = User::new("alice", "secret")
        .contact(Contact::new("bob").name("Bob Brown"))
        .contact("carol")
        .contact("dave");
    Lab::builder()
        .user(alice)
        .user(User::new("bob", "secret").contact("alice").vcard_temp_tel("sip:bob@CUSAX.Test:5060"))
        .user(
            User::new("carol", "secret").contact("alice").vcard4_tel("sip:c%61rol@cusax.test;x=y"),
        )
        .user(
            User::new("dave", "secret")
                .contact("alice")
                .sip_user("+13035551212")
                .vcard4_tel("tel:+1-(303)-555-1212"),
        )
        .user(User::new("eve", "secret"))
        .user(User::new("mallory", "secret").tel("sip:mallory@cusax.test"))
}

/// Alice's instance, once it knows the cards of `contacts`.
async fn alice(lab: &Lab, contacts: &[&str]) -> Instance {
    let config = lab.config_toml("alice", &ConfigOptions::default()).unwrap();
    let mut alice = Instance::start(&config).await;
    alice.online("phone").await;
    for contact in contacts {
        let jid = format!("{contact}@cusax.test");
        let known = |event: &Value| {
            event["contact"]["jid"] == jid && event["contact"]["can"]["audio"] == true
        };
        alice.wait_event(known, PATIENCE).await;
    }
    alice
}

/// The call as it begins to ring.
async fn ringing(alice: &mut Instance) -> Value {
    alice.wait_event(|event| event["call"]["state"] == "incoming", PATIENCE).await["call"].take()
}

/// The peer, once the verdict is this one.
async fn peer(alice: &mut Instance, binding: &'static str) -> Value {
    let bound = move |event: &Value| event["call"]["peer"]["binding"] == binding;
    alice.wait_event(bound, PATIENCE).await["call"]["peer"].take()
}

async fn decline(alice: &mut Instance, call: &Value) {
    alice.call("call.decline", json!({ "call": call["id"] })).await;
    alice.wait_event(|event| event["call"]["state"] == "ended", PATIENCE).await;
    alice.forget_events();
}

#[tokio::test]
async fn a_contact_is_verified_by_either_card_however_the_address_is_written() {
    let lab = people().start().await.unwrap();
    let mut alice = alice(&lab, &["bob", "carol", "dave"]).await;
    for (who, name) in [("bob", "Bob Brown"), ("carol", "carol"), ("dave", "dave")] {
        let mut phone = Baresip::start(&lab, who, Setup::default()).await;
        phone.dial(ALICE).await;
        let call = ringing(&mut alice).await;
        let peer = &call["peer"];
        println!("{peer}");
        assert_eq!(peer["binding"], "verified", "{call}");
        assert_eq!(peer["jid"], format!("{who}@cusax.test"));
        assert_eq!(peer["display"], name);
        assert_eq!(peer["uri"], lab.aor(who).unwrap());
        assert_eq!(
            peer["why"],
            format!("Verified by {name}'s contact card: it names exactly this address.")
        );
        decline(&mut alice, &call).await;
        phone.event("CALL_CLOSED").await;
        let history = alice.call("history", json!({ "with": peer["jid"] })).await;
        assert_eq!(history.as_array().unwrap().len(), 1, "{history}");
    }
}

#[tokio::test]
async fn an_address_is_compared_as_what_it_means() {
    let lab = people().sip_any_from().start().await.unwrap();
    let mut alice = alice(&lab, &["bob", "carol", "dave"]).await;
    for (from, jid) in [
        ("<sip:bob@CUSAX.TEST:5099;transport=udp>", Some("bob@cusax.test")),
        ("<sips:bob@cusax.test>", Some("bob@cusax.test")),
        ("<sip:Bob@cusax.test>", None),
        ("<sip:bob@cusax.test.evil.example>", None),
        ("<sip:bob%40cusax.test@evil.example>", None),
        ("<sip:%63arol@cusax.test>", Some("carol@cusax.test")),
        ("<sip:+1-303-555-1212@cusax.test;user=phone>", Some("dave@cusax.test")),
        ("<sip:+1%28303%295551212@cusax.test>", Some("dave@cusax.test")),
        ("<tel:+13035551212;ext=1>", None),
        ("<sip:13035551212@cusax.test>", None),
    ] {
        let caller = Caller::call(&lab, &Invite { by: "eve", to: ALICE, from, headers: &[] });
        let call = ringing(&mut alice).await;
        assert_eq!(call["peer"]["jid"].as_str(), jid, "{from}: {}", call["peer"]);
        let binding = if jid.is_some() { "verified" } else { "none" };
        assert_eq!(call["peer"]["binding"], binding, "{from}");
        decline(&mut alice, &call).await;
        caller.declined().await;
    }
}

/// It is dave's number however it is written; whether dave calls is for his provider to say.
#[tokio::test]
async fn a_number_before_anybody_s_domain_is_anybody_s() {
    let lab = people().sip_any_from().start().await.unwrap();
    let mut alice = alice(&lab, &["dave"]).await;
    for (from, shown) in [
        ("<sip:+1-303-555-1212@gw.example;user=phone>", "+13035551212"),
        ("<sip:+13035551212@cusax.test.gw.example;user=phone>", "+13035551212"),
        ("<tel:+1(303)5551212>", "+13035551212"),
    ] {
        let info = &["Call-Info: <xmpp:dave@cusax.test>;purpose=impp"];
        for headers in [&[][..], info] {
            let invite = Invite { by: "eve", to: ALICE, from, headers };
            let caller = Caller::call(&lab, &invite);
            let call = ringing(&mut alice).await;
            let peer = &call["peer"];
            assert_eq!((&peer["binding"], &peer["display"]), (&json!("claimed"), &json!(shown)));
            assert!(peer["why"].as_str().unwrap().contains("does not vouch for it"), "{peer}");
            decline(&mut alice, &call).await;
            caller.declined().await;
        }
    }
    let history = alice.call("history", json!({ "with": "dave@cusax.test" })).await;
    assert_eq!(history, json!([]), "nothing of it is dave's");
}

#[tokio::test]
async fn a_false_claim_is_shown_as_one_under_the_bare_address() {
    let lab = people().start().await.unwrap();
    let mut alice = alice(&lab, &["bob"]).await;
    let invite = Invite {
        by: "eve",
        to: ALICE,
        from: "\"Bob Brown\" <sip:eve@cusax.test>",
        headers: &["Call-Info: <xmpp:bob@cusax.test> ;purpose=impp"],
    };
    let caller = Caller::call(&lab, &invite);
    // It rings at once; while bob's card is looked at, bob is not named.
    let call = ringing(&mut alice).await;
    assert_eq!(call["peer"]["binding"], "none", "{call}");
    assert_eq!(call["peer"]["jid"], Value::Null);
    let peer = peer(&mut alice, "claimed").await;
    assert_eq!(peer["uri"], "sip:eve@cusax.test");
    assert_eq!(peer["display"], "sip:eve@cusax.test");
    assert_eq!(peer["jid"], "bob@cusax.test");
    assert_eq!(
        peer["why"],
        "The caller says it is bob@cusax.test, but that contact's card names another address. \
         Beware.",
    );

    // Nothing of it goes to bob: no words, no history.
    let words = json!({ "call": call["id"], "message": "call you back" });
    let error = alice.try_call("call.decline", words).await.unwrap_err();
    assert_eq!(error.data["kind"], "refused");
    decline(&mut alice, &call).await;
    caller.declined().await;
    let of = async |alice: &mut Instance, with: &str| {
        alice.call("history", json!({ "with": with })).await.as_array().unwrap().clone()
    };
    assert_eq!(of(&mut alice, "bob@cusax.test").await, [] as [Value; 0]);
    let [entry] = &of(&mut alice, "sip:eve@cusax.test").await[..] else { panic!("one entry") };
    assert_eq!(entry["call"]["peer"]["binding"], "claimed");
}

#[tokio::test]
async fn a_stranger_s_card_is_not_asked_for() {
    let lab = people().xmpp_log_stanzas().start().await.unwrap();
    let mut alice = alice(&lab, &["bob"]).await;
    // Mallory's card would even confirm the claim.
    let invite = Invite {
        by: "mallory",
        to: ALICE,
        from: "<sip:mallory@cusax.test>",
        headers: &["Call-Info: <xmpp:mallory@cusax.test>;purpose=impp"],
    };
    let caller = Caller::call(&lab, &invite);
    let call = ringing(&mut alice).await;
    let peer = &call["peer"];
    assert_eq!(peer["binding"], "claimed", "{peer}");
    assert_eq!(peer["display"], "sip:mallory@cusax.test");
    assert_eq!(
        peer["why"],
        "The caller says it is mallory@cusax.test, who is not among your contacts.",
    );
    decline(&mut alice, &call).await;
    caller.declined().await;
    alice.quit().await;
    let log = std::fs::read_to_string(lab.xmpp_log()).unwrap();
    let asked = |whom: &str| log.contains(&format!("to='{whom}@cusax.test'"));
    assert!(asked("bob"), "{log}");
    assert!(!asked("mallory"), "{log}");
}

#[tokio::test]
async fn nobody_known_is_nobody() {
    let lab = people().sip_any_from().start().await.unwrap();
    let mut alice = alice(&lab, &["bob"]).await;
    for (from, headers, binding) in [
        ("\"Bob Brown\" <sip:eve@cusax.test>", &[][..], "none"),
        ("\"Nobody\" <sip:anonymous@anonymous.invalid>", &[], "none"),
        // Who hides the address cannot prove to be bob.
        (
            "\"Bob Brown\" <sip:anonymous@anonymous.invalid>",
            &["Privacy: id", "Call-Info: <xmpp:bob@cusax.test>;purpose=impp"],
            "claimed",
        ),
    ] {
        let caller = Caller::call(&lab, &Invite { by: "eve", to: ALICE, from, headers });
        let call = ringing(&mut alice).await;
        assert_eq!(call["peer"]["binding"], binding, "{call}");
        let uri = from.split(['<', '>']).nth(1).unwrap();
        assert_eq!(call["peer"]["uri"], uri);
        let hides = uri.ends_with("anonymous.invalid");
        assert_eq!(call["anonymous"] == true, hides, "{call}");
        assert_eq!(call["peer"]["display"], if hides { "Anonymous" } else { uri });
        for name in ["Bob Brown", "Nobody"] {
            assert!(!call.to_string().contains(name), "{call}");
        }
        decline(&mut alice, &call).await;
        caller.declined().await;
    }
}

#[tokio::test]
async fn our_own_call_names_our_chat_address_if_there_is_one() {
    let lab = people().start().await.unwrap();
    let setup = || Setup { trace: true, ..Setup::default() };
    for related in [true, false] {
        let options = ConfigOptions { related, ..ConfigOptions::default() };
        let mut alice = Instance::start(&lab.config_toml("alice", &options).unwrap()).await;
        alice.online("chat").await;
        alice.online("phone").await;
        let mut eve = Baresip::start(&lab, "eve", setup()).await;
        alice.call("call", json!({ "to": "sip:eve@cusax.test" })).await;
        eve.event("CALL_INCOMING").await;
        let log = eve.whole_log();
        let at = log.find("INVITE sip:eve").unwrap_or_else(|| panic!("{log}"));
        let (head, _) = log[at..].split_once("\r\n\r\n").unwrap();
        let info: Vec<&str> = head.lines().filter(|line| line.starts_with("Call-Info")).collect();
        if related {
            assert_eq!(info, ["Call-Info: <xmpp:alice@cusax.test> ;purpose=impp"], "{head}");
        } else {
            assert!(!head.contains("xmpp:"), "{head}");
        }
    }
}
