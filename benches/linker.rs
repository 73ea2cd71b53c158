//! Who calls, and where a contact is called, among 100, 10,000 and 100,000 contacts; what the
//! index costs to build, to change and to keep.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

use std::hint::black_box;
use std::time::Instant;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use dovetail::core::linker::{Identity, Link, Linker};
use dovetail::model::BareJid;
use dovetail::model::address::{AddressKey, DialPlan, Dialable};
use dovetail::model::contact::NumberSource;
use dovetail::model::person::Person;
use dovetail::model::time::Timestamp;
use dovetail::model::vcard::Tel;

const SIZES: [u32; 3] = [100, 10_000, 100_000];
const START: Timestamp = Timestamp::from_unix_millis(0);

fn plan() -> DialPlan {
    DialPlan { provider_domain: Some("cusax.test".into()), ..DialPlan::default() }
}

fn key(text: &str) -> AddressKey {
    Dialable::parse(text, &plan()).unwrap().key
}

fn link(value: String) -> Link {
    let tel = Tel { value, types: vec!["voice".into()], pref: 100 };
    Link::new(&tel, NumberSource::Vcard4, &plan()).unwrap()
}

fn jid(n: u32) -> BareJid {
    BareJid::new(&format!("user{n}@cusax.test")).unwrap()
}

/// A SIP address and a telephone number, as most have.
fn numbers(n: u32) -> Vec<Link> {
    vec![link(format!("sip:user{n}@cusax.test")), link(format!("+1303{n:07}"))]
}

fn index(contacts: u32) -> Linker {
    let mut linker = Linker::new();
    for n in 0..contacts {
        linker.learn(&jid(n), numbers(n), START);
    }
    linker
}

/// What the process holds in memory now, in bytes; zero where that is not told.
fn resident() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = statm.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok());
    pages.unwrap_or(0) * 4096
}

fn look_ups(c: &mut Criterion) {
    let mut group = c.benchmark_group("linker");
    for size in SIZES {
        let mut linker = index(size);
        let n = size * 7 / 10;
        let (sip, phone) = (key(&format!("sip:user{n}@cusax.test")), key(&format!("+1303{n:07}")));
        let stranger = key("sip:eve@evil.test");
        let known = Person::from(jid(n));
        group.bench_function(BenchmarkId::new("identify a SIP address", size), |b| {
            b.iter(|| linker.identify(black_box(&sip)));
        });
        group.bench_function(BenchmarkId::new("identify a number", size), |b| {
            b.iter(|| linker.identify(black_box(&phone)));
        });
        group.bench_function(BenchmarkId::new("identify a stranger", size), |b| {
            b.iter(|| linker.identify(black_box(&stranger)));
        });
        group.bench_function(BenchmarkId::new("route", size), |b| {
            b.iter(|| black_box(linker.route(black_box(&known))));
        });
        let hints = [jid(n)];
        group.bench_function(
            BenchmarkId::new("the verdict on a call that names itself", size),
            |b| {
                let callers = [sip.clone().into()];
                b.iter(|| Identity::begin(&linker, &callers, &hints, |_| true));
            },
        );
        let (one, other) = (numbers(n), numbers(size + 1));
        let jid = jid(n);
        group.bench_function(BenchmarkId::new("learn two changes of a card", size), |b| {
            b.iter(|| {
                linker.learn(&jid, other.clone(), START);
                linker.learn(&jid, one.clone(), START)
            });
        });
    }
    group.bench_function("read an address", |b| {
        b.iter(|| Dialable::parse(black_box("sips:user70123@cusax.test:5061;x=y"), &plan()));
    });
    group.finish();
}

/// Not by criterion: once is what it costs.
fn build(_: &mut Criterion) {
    println!("\ncontacts | index built (ms) | a contact (µs) | memory a contact (bytes)");
    for size in SIZES {
        let cards: Vec<_> = (0..size).map(|n| (jid(n), numbers(n))).collect();
        let before = resident();
        let begun = Instant::now();
        let mut linker = Linker::new();
        for (jid, numbers) in &cards {
            linker.learn(jid, numbers.clone(), START);
        }
        let took = begun.elapsed();
        let grown = resident().saturating_sub(before);
        println!(
            "{size:>8} | {:>16.2} | {:>14.2} | {:>24}",
            took.as_secs_f64() * 1e3,
            took.as_secs_f64() * 1e6 / f64::from(size),
            grown / u64::from(size),
        );
        drop(black_box(linker));
    }
    println!();
}

criterion_group!(benches, build, look_ups);
criterion_main!(benches);
