//! `dovetail check-provider` against real servers: a good service, and the same broken in one
//! way after another.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/checks.rs"]
mod checks;

use checks::Said;
use dovetail::lab::provider::Provider;
use dovetail::lab::web::Answer;
use dovetail::lab::{Cert, ConfigOptions, Digest, Lab, LabBuilder, Tel, User};
use serde_json::json;
use tempfile::TempDir;

const PASSWORD: &str = "alice-secret-17";
const INPUT: &str = "alice-secret-17\nbob-secret-17\n";

/// A service, and a profile that finds it.
struct Service {
    lab: Lab,
    provider: Provider,
    profile: TempDir,
}

fn alice() -> User {
    User::new("alice", PASSWORD).tel("sip:alice@cusax.test")
}

fn good() -> LabBuilder {
    Lab::builder().sip_digest(Digest::Sha256).sip_stun()
}

impl Service {
    async fn start(plan: LabBuilder, alice: User) -> Self {
        Self::start_showing(plan, alice, Cert::Valid).await
    }

    async fn start_showing(plan: LabBuilder, alice: User, web: Cert) -> Self {
        let bob = User::new("bob", "bob-secret-17").tel("sip:bob@cusax.test");
        let lab = plan.user(alice).user(bob).start().await.unwrap();
        let provider = lab.provider_showing("Example Phone", web).await.unwrap();
        let profile = TempDir::new().unwrap();
        let config = provider.config_toml(&ConfigOptions::default());
        std::fs::write(profile.path().join("config.toml"), config).unwrap();
        Self { lab, provider, profile }
    }

    async fn check(&self, options: &[&str]) -> Said {
        let profile = self.profile.path().to_owned();
        let mut all = vec!["check-provider".to_owned(), "alice@cusax.test".to_owned()];
        all.extend(options.iter().map(|option| (*option).to_owned()));
        let run = move || {
            let all: Vec<&str> = all.iter().map(String::as_str).collect();
            checks::run(&profile, &all, INPUT)
        };
        tokio::task::spawn_blocking(run).await.unwrap()
    }

    /// All of it, as JSON.
    async fn whole(&self) -> Said {
        self.check(&["--password-stdin", "--call", "--json"]).await
    }
}

#[tokio::test]
async fn a_good_service_is_ok_throughout() {
    let service = Service::start(good(), alice()).await;
    let stun = format!("stun:{}", service.lab.sip(dovetail::model::account::Transport::Udp));
    let pages = service.lab.pages("Example Phone");
    let pages = pages.with("alice", |document| {
        document["accounts"][1]["stun"] = json!([stun]);
        document["accounts"][1]["auth"]["min_algorithm"] = json!("SHA-256");
    });
    service.provider.web.answer(move |asked| pages.answer(asked));
    let said = service.whole().await;
    assert_eq!(said.complaints(), Vec::<String>::new(), "{}", said.out);
    assert_eq!(said.status, 0);
    for (part, item) in [
        ("provider", "webfinger"),
        ("provider", "document"),
        ("chat", "port"),
        ("chat", "tls"),
        ("chat", "sign-in"),
        ("telephony", "port"),
        ("telephony", "tls"),
        ("telephony", "stun"),
        ("telephony", "sign-in"),
        ("together", "card"),
        ("together", "call-info"),
    ] {
        assert!(
            said.verdicts(part, item).contains(&"ok".to_owned()),
            "{part} {item}: {}",
            said.out
        );
    }
    assert!(!said.out.contains(PASSWORD) && !said.err.contains(PASSWORD));
    // The same as a table, and by way of the other user.
    let second = ["--password-stdin", "--call", "--second", "bob@cusax.test"];
    let said = service.check(&second).await;
    assert_eq!(said.status, 0, "{}{}", said.out, said.err);
    for words in
        ["Set-up\n", "Chat\n", "Telephony\n", "Together\n", "a call arrived with xmpp:alice"]
    {
        assert!(said.out.contains(words), "{words} in\n{}", said.out);
    }
    // Nothing is kept.
    let kept: Vec<_> = std::fs::read_dir(service.profile.path()).unwrap().collect();
    assert_eq!(kept.len(), 1, "{kept:?}");
}

#[tokio::test]
async fn without_a_password_nothing_is_signed_in_to() {
    let service = Service::start(good(), alice()).await;
    let said = service.check(&["--json"]).await;
    assert_eq!(said.verdicts("provider", "document")[0], "not-tested", "{}", said.out);
    for part in ["chat", "telephony"] {
        assert_eq!(said.verdicts(part, "sign-in"), ["not-tested"], "{}", said.out);
    }
    assert_eq!(said.verdicts("together", "call-info"), ["not-tested"]);
    let usage = service.check(&["--call"]).await;
    assert_eq!(usage.status, 2, "{}", usage.err);
}

#[tokio::test]
async fn a_document_that_is_not_there_or_not_right_is_told_of() {
    let service = Service::start(good(), alice()).await;
    let pages = service.lab.pages("Example Phone");
    let all = pages.clone();
    service.provider.web.answer(move |asked| match asked.target.contains("webfinger") {
        true => all.answer(asked),
        false => Answer::new(404),
    });
    let said = service.whole().await;
    assert_eq!(said.status, 1, "{}", said.out);
    assert!(said.verdicts("provider", "document").contains(&"problem".to_owned()), "{}", said.out);
    assert!(said.out.contains("where there is nothing"), "{}", said.out);
    // What is wrong in it is told with its path, and the rest is tested.
    let broken = pages.with("alice", |document| {
        document["accounts"][1]["transport"] = json!("pigeon");
    });
    service.provider.web.answer(move |asked| broken.answer(asked));
    let said = service.whole().await;
    assert!(said.out.contains("accounts[1].transport"), "{}", said.out);
    assert_eq!(said.verdicts("chat", "sign-in"), ["ok"], "{}", said.out);
    assert_eq!(said.status, 1);
}

#[tokio::test]
async fn a_certificate_nobody_knows_is_told_of_on_the_side_that_shows_it() {
    let service = Service::start(good().sip_certificate(Cert::UnknownIssuer), alice()).await;
    let said = service.whole().await;
    assert_eq!(said.complaints(), ["telephony tls problem"], "{}", said.out);
    assert!(said.out.contains("fullchain.pem"), "{}", said.out);
    let service = Service::start(good().xmpp_certificate(Cert::WrongName), alice()).await;
    let said = service.whole().await;
    assert_eq!(said.complaints(), ["chat tls problem"], "{}", said.out);
    assert_eq!(said.verdicts("telephony", "sign-in"), ["ok"], "each side by itself");
    let service = Service::start_showing(good(), alice(), Cert::Expired).await;
    let said = service.whole().await;
    assert_eq!(said.verdicts("provider", "webfinger"), ["problem"], "{}", said.out);
    assert!(said.out.contains("Renew the certificate"), "{}", said.out);
}

#[tokio::test]
async fn what_could_be_better_is_a_warning_and_what_is_promised_is_not() {
    let service = Service::start(good().sip_digest(Digest::Md5), alice()).await;
    let said = service.whole().await;
    assert_eq!(said.complaints(), ["telephony sign-in warning"], "{}", said.out);
    assert_eq!(said.status, 0, "it works");
    assert!(said.out.contains("RFC 8760"), "{}", said.out);
    let pages = service.lab.pages("x").with("alice", |document| {
        document["accounts"][1]["auth"]["min_algorithm"] = json!("SHA-256");
    });
    service.provider.web.answer(move |asked| pages.answer(asked));
    let said = service.whole().await;
    assert_eq!(said.complaints(), ["telephony sign-in problem"], "{}", said.out);
}

#[tokio::test]
async fn a_card_that_does_not_lead_to_the_own_telephony_is_told_of() {
    let nothing = User::new("alice", PASSWORD);
    let service = Service::start(good(), nothing).await;
    assert_eq!(service.whole().await.complaints(), ["together card problem"]);
    let other = User::new("alice", PASSWORD).tel("sip:carol@cusax.test");
    let service = Service::start(good(), other).await;
    let said = service.whole().await;
    assert_eq!(said.complaints(), ["together card problem"]);
    assert!(said.out.contains("but sip:carol@cusax.test"), "{}", said.out);
    let half = User::new("alice", PASSWORD).vcard4_tel(Tel::new("sip:alice@cusax.test"));
    let service = Service::start(good(), half).await;
    assert_eq!(service.whole().await.complaints(), ["together card warning"]);
}

#[tokio::test]
async fn a_proxy_that_takes_call_info_away_is_found_out() {
    let service = Service::start(good().sip_without_call_info(), alice()).await;
    let said = service.whole().await;
    assert_eq!(said.complaints(), ["together call-info problem"], "{}", said.out);
    let second = ["--password-stdin", "--call", "--json", "--second", "bob@cusax.test"];
    let said = service.check(&second).await;
    assert_eq!(said.complaints(), ["together call-info problem"], "{}", said.out);
}

#[tokio::test]
async fn a_closed_port_and_a_wrong_password_are_told_of() {
    let mut service = Service::start(good(), alice()).await;
    service.lab.stop_sip().await;
    let said = service.whole().await;
    assert_eq!(said.complaints(), ["telephony port problem"], "{}", said.out);
    assert_eq!(said.verdicts("telephony", "sign-in"), ["not-tested"]);
    let wrong = alice().sip_password("another");
    let service = Service::start(good(), wrong).await;
    let pages = service.lab.pages("x").with("alice", |document| {
        document["accounts"][1]["auth"]["secret"] = json!("same");
    });
    service.provider.web.answer(move |asked| pages.answer(asked));
    let said = service.whole().await;
    assert_eq!(said.complaints(), ["telephony sign-in problem"], "{}", said.out);
    assert_eq!(said.status, 1);
}
