//! The address book's own room (CUSAX C27): vCard files in and out, what an import would change,
//! the search over contacts and book. Pure; [`crate::core`] keeps the entries.

pub mod import;
pub mod search;
pub mod text;
pub mod vcf;

use crate::model::book::BookEntry;

/// Makes of what somebody wrote what is kept: names on one line, no blanks around, no doubles.
/// Whether it can be kept, [`BookEntry::check`] says.
pub fn tidy(entry: &mut BookEntry) {
    let some = |text: &Option<String>, tidy: fn(&str) -> String| {
        text.as_deref().map(tidy).filter(|text| !text.is_empty())
    };
    entry.name = text::line(&entry.name);
    entry.organisation = some(&entry.organisation, text::line);
    entry.note = some(&entry.note, text::lines);
    entry.uid = some(&entry.uid, text::line);
    entry.categories = unique(entry.categories.iter().map(|name| text::line(name)));
    entry.categories.retain(|name| !name.is_empty());
    let mut jids = Vec::with_capacity(entry.jids.len());
    for jid in std::mem::take(&mut entry.jids) {
        if !jids.contains(&jid) {
            jids.push(jid);
        }
    }
    entry.jids = jids;
    for mut address in std::mem::take(&mut entry.addresses) {
        address.value = address.value.trim().to_owned();
        address.types = unique(address.types.iter().map(|name| name.trim().to_ascii_lowercase()));
        match entry.addresses.iter_mut().find(|known| known.value == address.value) {
            Some(known) => {
                known.types = unique(known.types.drain(..).chain(address.types));
                known.pref = known.pref.min(address.pref);
            }
            None => entry.addresses.push(address),
        }
    }
}

/// Each text once, in the order of their first.
fn unique(texts: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for text in texts {
        if !all.contains(&text) {
            all.push(text);
        }
    }
    all
}

#[cfg(test)]
mod tests;
