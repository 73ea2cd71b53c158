#![allow(clippy::unwrap_used)]

mod files;
mod imports;
mod searches;

use super::vcf::{self, Cards, Version};
use crate::model::BareJid;
use crate::model::book::{BookAddress, BookEntry, BookSource, NO_PREF, uid_of};
use crate::model::id::BookId;

fn jid(text: &str) -> BareJid {
    BareJid::new(text).unwrap()
}

/// Somebody with these addresses: those with `xmpp:` before them are chat addresses.
fn entry(id: &str, name: &str, reached: &[&str]) -> BookEntry {
    let id = BookId::new(id);
    let mut entry = BookEntry {
        uid: Some(uid_of(&id)),
        id,
        source: BookSource::User,
        name: name.to_owned(),
        organisation: None,
        note: None,
        jids: Vec::new(),
        addresses: Vec::new(),
        categories: Vec::new(),
    };
    for address in reached {
        match address.strip_prefix("xmpp:") {
            Some(text) => entry.jids.push(jid(text)),
            None => entry.addresses.push(BookAddress::new(*address)),
        }
    }
    entry
}

/// Reads a file; its cards get the identifiers `c0`, `c1`, ….
fn read(text: &str) -> Cards {
    let mut next = 0;
    let id = || {
        next += 1;
        BookId::new(format!("c{}", next - 1))
    };
    vcf::read(text, id).unwrap()
}

/// An entry in one line, to compare it at a glance.
fn shown(entry: &BookEntry) -> String {
    let mut parts = vec![entry.name.clone()];
    parts.extend(entry.organisation.iter().map(|name| format!("@ {name}")));
    parts.extend(entry.jids.iter().map(|jid| format!("xmpp:{jid}")));
    for BookAddress { value, types, pref } in &entry.addresses {
        let pref = if *pref == NO_PREF { String::new() } else { format!(" #{pref}") };
        parts.push(format!("{value} [{}]{pref}", types.join(" ")));
    }
    parts.extend(entry.categories.iter().map(|name| format!("({name})")));
    parts.extend(entry.note.iter().map(|note| format!("{note:?}")));
    parts.join(" | ")
}

/// What was left out, in lines.
fn skips(cards: Cards) -> Vec<String> {
    let all = cards.skipped.into_all();
    all.iter().map(|skip| format!("{}: {}", skip.what, skip.why)).collect()
}

/// The same entry as a file brings it: under another id.
fn as_file(entry: &BookEntry, id: &str) -> BookEntry {
    BookEntry { id: BookId::new(id), source: BookSource::File, ..entry.clone() }
}

fn written(entries: &[BookEntry], version: Version) -> String {
    vcf::write(entries, version)
}
