//! The address book's people in the index of addresses (CUSAX C27): an entry that names a contact
//! of the roster adds its addresses to theirs, any other stands for itself.

use std::collections::BTreeSet;

use super::{Book, BookChange};
use crate::core::Core;
use crate::core::linker::Link;
use crate::model::BareJid;
use crate::model::address::DialPlan;
use crate::model::book::BookEntry;
use crate::model::contact::NumberSource;
use crate::model::id::BookId;
use crate::model::person::Person;
use crate::model::time::Now;
use crate::model::vcard::Tel;

impl Book {
    /// What the book says of a contact's addresses.
    pub(in crate::core) fn links_of(&self, jid: &BareJid, plan: &DialPlan) -> Vec<Link> {
        self.entries_of(jid).flat_map(|entry| links(entry, plan)).collect()
    }

    /// What the book calls a contact.
    pub(in crate::core) fn name_of(&self, jid: &BareJid) -> Option<String> {
        self.entries_of(jid).next().map(|entry| entry.name.clone())
    }

    /// What the book calls one of its people.
    pub(in crate::core) fn name(&self, id: &BookId) -> Option<String> {
        self.get(id).map(|entry| entry.name.clone())
    }
}

/// An entry's addresses. What cannot be read by this plan is left out.
fn links(entry: &BookEntry, plan: &DialPlan) -> Vec<Link> {
    let tels = entry.addresses.iter().map(|address| Tel {
        value: address.value.clone(),
        types: address.types.clone(),
        pref: address.pref,
    });
    tels.filter_map(|tel| Link::new(&tel, NumberSource::AddressBook, plan).ok()).collect()
}

impl Core {
    /// Entries changed: who has which address now.
    pub(super) fn link_book(&mut self, now: Now, changed: &[BookChange]) {
        let entries =
            || changed.iter().flat_map(|change| change.before.iter().chain(&change.after));
        let jids: BTreeSet<BareJid> = entries().flat_map(|entry| entry.jids.clone()).collect();
        for jid in jids {
            if let Some(account) = self.roster.account_listing(&jid).cloned() {
                self.link_contact(now, &account, &jid);
            }
        }
        let ids: BTreeSet<BookId> = entries().map(|entry| entry.id.clone()).collect();
        self.link_people(now, &ids);
    }

    /// Somebody came into the roster, or left it: entries that name them.
    pub(in crate::core) fn link_book_of(&mut self, now: Now, jid: &BareJid) {
        let ids: BTreeSet<BookId> =
            self.book.entries_of(jid).map(|entry| entry.id.clone()).collect();
        self.link_people(now, &ids);
    }

    fn link_people(&mut self, now: Now, ids: &BTreeSet<BookId>) {
        let plan = self.plan_of(None);
        let mut is_news = false;
        for id in ids {
            let alone = self
                .book
                .get(id)
                .filter(|entry| !entry.jids.iter().any(|jid| self.roster.lists(None, jid)));
            let links = alone.map(|entry| links(entry, &plan)).unwrap_or_default();
            is_news |= self.linker.set_numbers(&Person::Book(id.clone()), links);
        }
        if is_news {
            self.index_for_calls(now);
        }
    }
}
