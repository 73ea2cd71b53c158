//! Who calls, and where a contact is called, among 100,000 contacts.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use dovetail::core::linker::{Link, Linker};
use dovetail::model::BareJid;
use dovetail::model::address::{DialPlan, Dialable};
use dovetail::model::contact::NumberSource;
use dovetail::model::vcard::Tel;

const CONTACTS: u32 = 100_000;

fn plan() -> DialPlan {
    DialPlan { country: None, provider_domain: Some("cusax.test".into()) }
}

fn link(value: String) -> Link {
    let tel = Tel { value, types: vec!["voice".into()], pref: 100 };
    Link::new(&tel, NumberSource::Vcard4, &plan()).unwrap()
}

fn jid(n: u32) -> BareJid {
    BareJid::new(&format!("user{n}@cusax.test")).unwrap()
}

fn numbers(n: u32) -> Vec<Link> {
    vec![link(format!("sip:user{n}@cusax.test")), link(format!("+1303{n:07}"))]
}

fn bench(c: &mut Criterion) {
    let mut linker = Linker::new();
    for n in 0..CONTACTS {
        linker.set_numbers(&jid(n).into(), numbers(n));
    }
    let key = |text: &str| Dialable::parse(text, &plan()).unwrap().key;
    let (sip, phone, stranger) =
        (key("sip:user70123@cusax.test"), key("tel:+1-303-0070123"), key("sip:eve@evil.test"));
    let known = jid(70_123).into();
    c.bench_function("identify a SIP address", |b| b.iter(|| linker.identify(black_box(&sip))));
    c.bench_function("identify a number", |b| b.iter(|| linker.identify(black_box(&phone))));
    c.bench_function("identify a stranger", |b| b.iter(|| linker.identify(black_box(&stranger))));
    c.bench_function("route", |b| b.iter(|| black_box(linker.route(black_box(&known)))));
    c.bench_function("read an address", |b| {
        b.iter(|| Dialable::parse(black_box("sips:user70123@cusax.test:5061;x=y"), &plan()))
    });
    let (one, other) = (numbers(70_123), numbers(200_000));
    c.bench_function("change a contact's numbers twice", |b| {
        b.iter(|| {
            linker.set_numbers(&known, other.clone());
            linker.set_numbers(&known, one.clone())
        })
    });
}

criterion_group!(benches, bench);
criterion_main!(benches);
