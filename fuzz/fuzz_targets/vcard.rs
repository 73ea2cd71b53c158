//! Address books as strangers write them: what is taken from one can be kept, is written in both
//! versions, and read back as what it was.

#![no_main]

use std::sync::Arc;

use dovetail::book::vcf::{self, Version};
use dovetail::book::{import, text};
use dovetail::model::address::DialPlan;
use dovetail::model::book::BookEntry;
use dovetail::model::id::BookId;
use libfuzzer_sys::fuzz_target;

fn read(text: &str) -> Option<vcf::Cards> {
    let mut next = 0u32;
    let cards = vcf::read(text, || {
        next += 1;
        BookId::new(next.to_string())
    });
    cards.ok()
}

/// What a reader of the file sees.
fn shown(entries: &[BookEntry]) -> Vec<String> {
    entries.iter().map(|entry| entry.name.clone()).collect()
}

fuzz_target!(|data: &[u8]| {
    let Some(cards) = read(&text::decode(data)) else { return };
    for entry in &cards.entries {
        assert!(entry.check().is_ok(), "{entry:?}");
    }
    for version in [Version::V3, Version::V4] {
        let written = vcf::write(&cards.entries, version);
        let again = read(&written).map(|cards| cards.entries).unwrap_or_default();
        assert_eq!(shown(&again), shown(&cards.entries), "{written}");
    }
    // Taken in twice, the second time changes nothing.
    let plan = DialPlan::default();
    let first = import::plan(cards.clone(), std::iter::empty(), &plan);
    let book: Vec<Arc<BookEntry>> = first.add.into_iter().map(Arc::new).collect();
    let second = import::plan(cards, &book, &plan);
    assert!(second.add.len() + second.change.len() <= book.len());
});
