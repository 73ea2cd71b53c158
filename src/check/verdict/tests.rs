#![allow(clippy::unwrap_used)]
use super::*;
use crate::model::vcard::Tel;

fn facts() -> TlsFacts {
    TlsFacts {
        version: "TLSv1.3".to_owned(),
        cipher_suite: "TLS_AES_256_GCM_SHA384".to_owned(),
        peer_verified: true,
        ..TlsFacts::default()
    }
}

fn verdicts(lines: &[Line]) -> Vec<Verdict> {
    lines.iter().map(|line| line.verdict).collect()
}

#[test]
fn what_stands_at_a_port_is_told_from_what_stands_at_tls() {
    let look = |outcome| verdicts(&reached(Part::Chat, "example.com", "c:1", &outcome));
    assert_eq!(look(Ok(Some(facts()))), [Verdict::Ok, Verdict::Ok]);
    assert_eq!(look(Ok(None)), [Verdict::Ok, Verdict::Warning]);
    assert_eq!(look(Err(Fault::Refused("c:1".to_owned()))), [Verdict::Problem, Verdict::NotTested]);
    let gone = reached(Part::Chat, "example.com", "c:1", &Err(Fault::UnknownHost("c".to_owned())));
    assert_eq!((gone[0].item, gone[0].verdict), (Item::Dns, Verdict::Problem));
    for fault in [Fault::NoTls, CertificateFault::Expired.into()] {
        assert_eq!(look(Err(fault)), [Verdict::Ok, Verdict::Problem]);
    }
}

#[test]
fn a_sign_in_is_measured_by_what_the_document_promises() {
    let security = |auth: &str| {
        let auth = auth.to_owned();
        Ok(Security { transport: Transport::Tls, tls: Some(facts()), auth })
    };
    let look = |auth: &str, least: Option<&str>| {
        let promise = Promise { least: least.map(str::to_owned) };
        sign_in(Part::Telephony, &security(auth), &promise).verdict
    };
    assert_eq!(look("DIGEST-SHA-256", Some("SHA-256")), Verdict::Ok);
    assert_eq!(look("DIGEST-MD5", None), Verdict::Warning);
    assert_eq!(look("DIGEST-MD5", Some("SHA-256")), Verdict::Problem);
    let refused = sign_in(Part::Chat, &Err(Fault::WrongPassword), &Promise::default());
    assert_eq!(refused.verdict, Verdict::Problem);
    assert!(refused.advice.unwrap().contains("password"));
}

#[test]
fn a_card_has_to_name_the_own_address_in_both_forms() {
    let aor = Aor::parse("sip:alice@example.com").unwrap();
    let card = |source, value: &str| Vcard {
        full_name: None,
        tels: vec![Tel { value: value.to_owned(), types: Vec::new(), pref: 100 }],
        source,
        photo: None,
    };
    let (old, new) = (NumberSource::VcardTemp, NumberSource::Vcard4);
    let look = |cards| super::card(&aor, &Ok(cards)).verdict;
    let own = "SIP:alice@EXAMPLE.com";
    assert_eq!(look(vec![card(old, own), card(new, own)]), Verdict::Ok);
    assert_eq!(look(vec![card(old, own), card(new, "sip:bob@example.com")]), Verdict::Warning);
    assert_eq!(look(vec![card(old, "sip:bob@example.com")]), Verdict::Problem);
    assert_eq!(look(Vec::new()), Verdict::Problem);
    assert_eq!(super::card(&aor, &Err(VcardError::TimedOut)).verdict, Verdict::Problem);
}

#[test]
fn dns_that_leads_to_clear_text_is_advised_against() {
    let target = |transport| Target { transport, address: "192.0.2.1:5060".parse().unwrap() };
    let look = |transport| phone_dns("example.com", None, &Ok(vec![target(transport)]));
    assert_eq!(look(Transport::Tls).verdict, Verdict::Ok);
    let clear = look(Transport::Udp);
    assert_eq!(clear.verdict, Verdict::Warning);
    assert!(clear.advice.unwrap().contains("_sips._tcp.example.com"));
    let place = |host: &str, port| HostPort { host: host.to_owned(), port };
    let itself = chat_dns("example.com", None, &Ok(vec![(place("example.com", 5222), false)]));
    assert!(itself.found.contains("no SRV record"), "{itself:?}");
    let none = chat_dns("example.com", None, &Err(Fault::NotOffered("example.com".to_owned())));
    assert_eq!(none.verdict, Verdict::Problem);
}

#[test]
fn a_call_is_well_when_it_brings_the_sent_address() {
    let jid = |text: &str| BareJid::new(text).unwrap();
    let look = |arrived| call_info(&jid("alice@example.com"), &arrived).verdict;
    assert_eq!(look(Ok(vec![jid("alice@example.com")])), Verdict::Ok);
    assert_eq!(look(Ok(vec![jid("mallory@example.com")])), Verdict::Problem);
    assert_eq!(look(Ok(Vec::new())), Verdict::Problem);
    assert_eq!(look(Err(CallFault::TimedOut)), Verdict::Problem);
}
