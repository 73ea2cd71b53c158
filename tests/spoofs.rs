//! Callers who pretend to be somebody else, over real servers of two providers: nothing that a
//! caller writes into the INVITE earns a contact's name (CUSAX C35, C37, C38).
//!
//! What is proven, and by whom: a caller's own provider asks for a password and lets users write
//! only their own address into From; the callee's provider takes from another's server only what
//! is of that provider's domain; the program believes its own provider, by the connection to it.
//! Where a provider is careless, its word is worth what it lets through, and no program of its
//! user's can tell: the tests named `a_careless_…` show just that.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/instance.rs"]
mod instance;
#[path = "support/scenario.rs"]
mod scenario;
#[path = "support/sipp.rs"]
mod sipp;
#[path = "support/who.rs"]
mod who;

use dovetail::lab::{ConfigOptions, Contact, Lab, LabBuilder, User};
use dovetail::model::account::Transport;
use instance::Instance;
use scenario::udp_address;
use serde_json::Value;
use sipp::{Caller, Invite};
use who::{ALICE, alice, alice_with, earns_no_name, entries, is_verified, never_rang};

const BOB: &str = "bob@cusax.test";
const EVE: &str = "sip:eve@cusax.test";
const MALLORY: &str = "sip:mallory@biloxi.test";

/// Alice knows bob and carol by their cards; not eve of the same provider, nor mallory of another.
fn people() -> LabBuilder {
    let alice = User::new("alice", "secret")
        .contact(Contact::new("bob").name("Bob Brown"))
        .contact("carol");
    Lab::builder()
        .second_domain("biloxi.test")
        .user(alice)
        .user(User::new("bob", "secret").contact("alice").tel("sip:bob@cusax.test"))
        .user(User::new("carol", "secret").contact("alice").tel("sip:carol@cusax.test"))
        .user(User::new("eve", "secret"))
        .user(User::new("mallory", "secret").at("biloxi.test").tel(MALLORY))
}

async fn knows_both(lab: &Lab) -> Instance {
    alice(lab, &[BOB, "carol@cusax.test"]).await
}

/// Either it is refused on the way, or it rings from the caller's own address and nobody's name.
async fn names_nobody(alice: &mut Instance, own: &str, caller: Caller, what: &str) {
    match caller.answered().await {
        Some(180) => {
            let peer = earns_no_name(alice, own, "none").await;
            assert_eq!(peer["jid"], Value::Null, "{what}");
            caller.declined().await;
        }
        status => {
            assert!(status.is_none_or(|status| status >= 400), "{status:?}: {what}");
            never_rang(alice).await;
        }
    }
}

fn invite<'a>(by: &'a str, from: &'a str, headers: &'a [&'a str]) -> Invite<'a> {
    Invite { by, to: ALICE, from, headers }
}

#[tokio::test]
async fn a_forged_call_info_earns_no_name_from_inside_nor_through_another_domain() {
    let lab = people().start().await.unwrap();
    let mut alice = knows_both(&lab).await;
    for (by, own, from) in [
        ("eve", EVE, "\"Bob Brown\" <sip:eve@cusax.test>"),
        ("mallory", MALLORY, "\"Bob Brown\" <sip:mallory@biloxi.test>"),
    ] {
        for info in [
            "Call-Info: <xmpp:bob@cusax.test> ;purpose=impp",
            "Call-Info: <xmpp:bob@cusax.test/desk>;purpose=impp, <xmpp:carol@cusax.test>;purpose=impp",
            "Call-Info: <xmpp:nobody@biloxi.test>;purpose=impp, <xmpp:bob@cusax.test>;purpose=impp",
        ] {
            let caller = Caller::call(&lab, &invite(by, from, &[info]));
            let peer = earns_no_name(&mut alice, own, "claimed").await;
            assert_eq!(peer["jid"], BOB, "{info}: {peer}");
            caller.declined().await;
        }
        assert_eq!(entries(&mut alice, own).await, 3);
    }
    for contact in [BOB, "carol@cusax.test"] {
        assert_eq!(entries(&mut alice, contact).await, 0, "nothing of it is theirs");
    }
}

#[tokio::test]
async fn a_false_from_gets_through_neither_provider() {
    // It is refused by mallory's own; and by alice's, when mallory's does not look.
    for lab in [people(), people().sip_any_from_at("biloxi.test")] {
        let lab = lab.start().await.unwrap();
        let mut alice = knows_both(&lab).await;
        for from in [
            "\"Bob Brown\" <sip:bob@cusax.test>",
            "<sip:bob@CUSAX.Test:5060;transport=udp>",
            "<sips:bob@cusax.test>",
            "<sip:b%6Fb@cusax.test>",
        ] {
            let caller = Caller::call(&lab, &invite("mallory", from, &[]));
            caller.refused(403).await;
            never_rang(&mut alice).await;
        }
        // It was not for want of a way.
        let from = "\"Bob Brown\" <sip:mallory@biloxi.test>";
        let caller = Caller::call(&lab, &invite("mallory", from, &[]));
        earns_no_name(&mut alice, MALLORY, "none").await;
        caller.declined().await;
        assert_eq!(entries(&mut alice, BOB).await, 0);
    }
}

/// Two providers in a row that ask nobody: what they say of the caller is all that there is.
#[tokio::test]
async fn a_careless_provider_vouches_for_a_false_from() {
    let lab = people().sip_any_from().start().await.unwrap();
    let mut alice = knows_both(&lab).await;
    let caller = Caller::call(&lab, &invite("mallory", "<sip:bob@cusax.test>", &[]));
    is_verified(&mut alice, BOB, "Bob Brown").await;
    caller.declined().await;
    // Still it is the whole address that counts, and no claim beside it.
    let from = "<sip:bob@biloxi.test>";
    let info = &["Call-Info: <xmpp:bob@cusax.test>;purpose=impp"];
    let caller = Caller::call(&lab, &invite("mallory", from, info));
    earns_no_name(&mut alice, "sip:bob@biloxi.test", "claimed").await;
    caller.declined().await;
}

/// Header fields that a proxy might read as eve's, and the program as bob's.
#[tokio::test]
async fn a_from_that_two_readers_may_read_differently_names_nobody_else() {
    let lab = people().start().await.unwrap();
    let mut alice = knows_both(&lab).await;
    let odd = [
        "\"<sip:bob@cusax.test>\" <sip:eve@cusax.test>",
        "\"a\\\" <sip:bob@cusax.test> \\\"\" <sip:eve@cusax.test>",
        "\"\\\\\" <sip:eve@cusax.test> \" <sip:bob@cusax.test>",
        "sip:bob@cusax.test <sip:eve@cusax.test>",
        "sip:eve@cusax.test <sip:bob@cusax.test>",
        "<sip:eve@cusax.test>, <sip:bob@cusax.test>",
        "<sip:eve@cusax.test> <sip:bob@cusax.test>",
        "<sip:eve@cusax.test>;x=\"<sip:bob@cusax.test>\"",
        "<sip:eve@cusax.test>;x=<sip:bob@cusax.test>",
        "<sip:eve@cusax.test?x=<sip:bob@cusax.test>>",
        "<sip:eve@cusax.test;x=sip:bob@cusax.test>",
        "<sip:eve:sip:bob@cusax.test>",
        "<sip:eve;x=y@cusax.test:sip:bob@cusax.test>",
        "<sip:bob:eve@cusax.test>",
        "<sip:eve@cusax.test@cusax.test>",
        "<sip:bob@cusax.test@eve@cusax.test>",
        "<sip://eve@cusax.test/sip:bob@cusax.test>",
        "<sip:eve@cusax.test#sip:bob@cusax.test>",
        "<tel:sip:bob@cusax.test>",
        "sip:eve@cusax.test;x=y,<sip:bob@cusax.test>",
    ];
    let plain = "<sip:eve@cusax.test>";
    let more = [
        "From: <sip:bob@cusax.test>;tag=2",
        "f: <sip:bob@cusax.test>;tag=2",
        "From\t: <sip:bob@cusax.test>;tag=2",
        "From\n : <sip:bob@cusax.test>;tag=2",
        "Subject: a\n From: <sip:bob@cusax.test>;tag=2",
        "Remote-Party-ID: <sip:bob@cusax.test>;party=calling;screen=yes",
        "P-Preferred-Identity: <sip:bob@cusax.test>",
        "Reply-To: <sip:bob@cusax.test>",
        "Identity: bob",
    ];
    let odd = odd.into_iter().map(|from| (from, None));
    for (from, header) in odd.chain(more.into_iter().map(|header| (plain, Some(header)))) {
        let headers = Vec::from_iter(header);
        let caller = Caller::call(&lab, &invite("eve", from, &headers));
        names_nobody(&mut alice, EVE, caller, &format!("{from} {header:?}")).await;
    }
    assert_eq!(entries(&mut alice, BOB).await, 0);
}

/// Ways to write the header field that a proxy shall take away.
const IDENTITIES: [&str; 7] = [
    "P-Asserted-Identity: <sip:bob@cusax.test>",
    "P-Asserted-Identity: \"Bob Brown\" <sip:bob@cusax.test>, <tel:+13035551212>",
    "p-asserted-IDENTITY: sip:bob@cusax.test",
    "P-Asserted-Identity : <sip:bob@cusax.test>",
    "P-Asserted-Identity\t:\t<sip:bob@cusax.test>",
    "P-Asserted-Identity:\n <sip:bob@cusax.test>",
    "P-Asserted-Identity\n : <sip:bob@cusax.test>",
];

#[tokio::test]
async fn an_identity_that_a_caller_asserts_is_taken_away_by_the_proxy() {
    // One careful provider on the way is enough, when it is alice's.
    for lab in [people(), people().sip_any_identity_at("biloxi.test")] {
        let lab = lab.start().await.unwrap();
        let mut alice = knows_both(&lab).await;
        for (by, own) in [("eve", EVE), ("mallory", MALLORY)] {
            let from = format!("<{own}>");
            for header in IDENTITIES {
                let caller = Caller::call(&lab, &invite(by, &from, &[header]));
                names_nobody(&mut alice, own, caller, header).await;
            }
        }
        assert_eq!(entries(&mut alice, BOB).await, 0);
    }
}

/// RFC 3325: the account's own proxy answers for what it passes on.
#[tokio::test]
async fn a_careless_provider_vouches_for_an_asserted_identity() {
    let lab = people().sip_any_identity().start().await.unwrap();
    let mut alice = knows_both(&lab).await;
    for (by, own) in [("eve", EVE), ("mallory", MALLORY)] {
        let from = format!("<{own}>");
        let asserted = "P-Asserted-Identity: <sip:bob@cusax.test>";
        let caller = Caller::call(&lab, &invite(by, &from, &[asserted]));
        let peer = is_verified(&mut alice, BOB, "Bob Brown").await;
        assert_eq!(peer["uri"], "sip:bob@cusax.test");
        caller.declined().await;
        // It does not tell whose an address is: that is for the card to say.
        let asserted = "P-Asserted-Identity: \"Bob Brown\" <sip:nobody@cusax.test>";
        let info = "Call-Info: <xmpp:bob@cusax.test>;purpose=impp";
        let caller = Caller::call(&lab, &invite(by, &from, &[asserted, info]));
        earns_no_name(&mut alice, "sip:nobody@cusax.test", "claimed").await;
        caller.declined().await;
    }
}

#[tokio::test]
async fn what_comes_round_the_proxy_is_not_believed() {
    let lab = people().start().await.unwrap();
    let options = ConfigOptions { transport: Transport::Udp, ..ConfigOptions::default() };
    let mut alice = alice_with(&lab, &options, &[BOB, "carol@cusax.test"]).await;
    let telephone = udp_address(alice.id().unwrap());
    let asserted = "P-Asserted-Identity: <sip:bob@cusax.test>";
    let info = "Call-Info: <xmpp:bob@cusax.test>;purpose=impp";
    for (from, own, headers, binding) in [
        ("<sip:bob@cusax.test>", "sip:bob@cusax.test", &[][..], "claimed"),
        ("<sip:bob@cusax.test>", "sip:bob@cusax.test", &[asserted, info], "claimed"),
        ("<sip:eve@cusax.test>", EVE, &[asserted], "none"),
        ("<sip:eve@cusax.test>", EVE, &[info], "claimed"),
    ] {
        // Whatever Via and Route say of the way that it took.
        let proxy = lab.sip(Transport::Udp);
        let via = format!("Via: SIP/2.0/UDP {proxy};branch=z9hG4bKproxy");
        let route = format!("Record-Route: <sip:{proxy};lr>");
        let headers: Vec<&str> =
            headers.iter().copied().chain([via.as_str(), route.as_str()]).collect();
        let caller = Caller::straight(telephone, &invite("eve", from, &headers));
        let peer = earns_no_name(&mut alice, own, binding).await;
        if binding == "claimed" {
            let why = peer["why"].as_str().unwrap();
            assert!(why.contains("did not come by your provider"), "{peer}");
        }
        caller.declined().await;
    }
    assert_eq!(entries(&mut alice, BOB).await, 0);
}

#[tokio::test]
async fn a_stranger_s_address_in_call_info_is_not_asked_for_a_card() {
    let lab = people().xmpp_log_stanzas().start().await.unwrap();
    let mut alice = knows_both(&lab).await;
    // Mallory's card would even confirm the first; the second is a contact's.
    for info in [
        "Call-Info: <xmpp:mallory@biloxi.test>;purpose=impp",
        "Call-Info: <xmpp:mallory@biloxi.test>;purpose=impp, <xmpp:bob@cusax.test>;purpose=impp",
        "Call-Info: <xmpp:eve@cusax.test>;purpose=impp, <xmpp:biloxi.test>;purpose=impp",
    ] {
        let caller = Caller::call(&lab, &invite("mallory", "<sip:mallory@biloxi.test>", &[info]));
        earns_no_name(&mut alice, MALLORY, "claimed").await;
        caller.declined().await;
    }
    alice.quit().await;
    let log = std::fs::read_to_string(lab.xmpp_log()).unwrap();
    let asked = |whom: &str| log.contains(&format!("to='{whom}'"));
    assert!(asked(BOB), "{log}");
    for stranger in ["mallory@biloxi.test", "eve@cusax.test", "biloxi.test"] {
        assert!(!asked(stranger), "{stranger}: {log}");
    }
}
