//! The roster as the contact list (CUSAX C16): who is there, how they can be reached.

mod names;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::model::BareJid;
use crate::model::contact::{Can, Contact, Number};
use crate::model::id::AccountId;
use crate::model::message::ChatState;
use crate::model::presence::{Presence, Show};
use crate::model::vcard::{Photo, Vcard};
use crate::xmpp::{PresenceUpdate, ReachAddress, RosterItem};

/// Resources of one contact that are kept.
const RESOURCES: usize = 16;
/// Hints of one contact that count.
const HINTS: usize = 8;
/// People outside the roster who wait for an answer to their request.
const STRANGERS: usize = 100;
/// Cards asked for at once on one account (C39: no storm of fetches).
const FETCHES_AT_ONCE: usize = 4;
/// What the photos of all contacts may hold, in bytes: strangers decide how much there is.
const PHOTOS: usize = 8 << 20;
/// How long a card counts as known before a contact's coming online asks for it again.
const CARD_FRESH: Duration = Duration::from_secs(300);
/// How long we wait for a card before another is asked for.
const CARD_PATIENCE: Duration = Duration::from_secs(15);

/// Roster key: whose, whom.
pub(super) type Key = (AccountId, BareJid);

/// All contacts of all accounts.
#[derive(Debug, Default)]
pub(super) struct Roster {
    pub(super) records: BTreeMap<Key, Record>,
    /// A roster was received.
    pub(super) known: BTreeSet<AccountId>,
    /// Accounts that have, or had, a record: so that nobody has to look through all of them.
    accounts: BTreeSet<AccountId>,
    /// Whose cards are wanted, in order; `wanted` holds the same for look-ups.
    waiting: BTreeMap<AccountId, VecDeque<BareJid>>,
    wanted: BTreeSet<Key>,
    asked: BTreeMap<Key, Instant>,
    view: Option<Arc<[Arc<Contact>]>>,
    names: names::Names,
    /// How much the photos hold, or more, in bytes.
    photos: usize,
}

/// One contact.
#[derive(Debug)]
pub(super) struct Record {
    pub item: RosterItem,
    /// False for somebody who only asks to see our presence.
    pub listed: bool,
    pub asks: bool,
    pub full_name: Option<String>,
    /// What the user's address book calls them.
    pub book_name: Option<String>,
    /// As they came last.
    pub cards: Vec<Vcard>,
    pub numbers: Vec<Number>,
    /// The photo on them, as long as there is room for it.
    pub photo: Option<Photo>,
    pub cards_at: Option<Instant>,
    pub chat_state: Option<ChatState>,
    resources: Vec<Resource>,
    /// Where they say to be reached, by no resource in particular (XEP-0152).
    pub reach: Vec<ReachAddress>,
    /// As the faces were last told.
    pub view: Option<Arc<Contact>>,
    /// The name under which it is counted among all.
    counted: Option<String>,
}

#[derive(Debug)]
struct Resource {
    name: Option<String>,
    show: Show,
    status: String,
    priority: i8,
    reach: Vec<ReachAddress>,
}

impl Record {
    pub(super) fn new(item: RosterItem, listed: bool) -> Self {
        Self {
            item,
            listed,
            asks: false,
            full_name: None,
            book_name: None,
            cards: Vec::new(),
            numbers: Vec::new(),
            photo: None,
            cards_at: None,
            chat_state: None,
            resources: Vec::new(),
            reach: Vec::new(),
            view: None,
            counted: None,
        }
    }

    /// Takes a resource's presence; whether the contact came online by it.
    pub(super) fn presence(&mut self, update: PresenceUpdate) -> bool {
        let was_away = self.resources.is_empty();
        match update.resource {
            None if update.show == Show::Offline => self.resources.clear(),
            ref resource => self.resources.retain(|old| old.name != *resource),
        }
        if update.show == Show::Offline {
            if self.resources.is_empty() {
                self.chat_state = None;
            }
            return false;
        }
        if self.resources.len() >= RESOURCES {
            self.resources.pop();
        }
        self.resources.push(Resource {
            name: update.resource,
            show: update.show,
            status: update.status,
            priority: update.priority,
            reach: update.reach,
        });
        self.resources.sort_by_key(|resource| std::cmp::Reverse(resource.priority));
        was_away
    }

    /// Where they say to be reached now, what their best resource says first (C24).
    pub(super) fn hints(&self) -> Vec<ReachAddress> {
        let of_resources = self.resources.iter().flat_map(|resource| &resource.reach);
        of_resources.chain(&self.reach).take(HINTS).cloned().collect()
    }

    fn shown_presence(&self) -> Presence {
        let Some(best) = self.resources.first() else { return Presence::default() };
        Presence {
            show: best.show,
            status: best.status.clone(),
            resources: self.resources.iter().filter_map(|r| r.name.clone()).collect(),
        }
    }

    /// The user's own name for the contact, in the roster or in the address book.
    fn given_name(&self) -> Option<&str> {
        self.item.name.as_deref().or(self.book_name.as_deref())
    }

    /// What the contact is called: by the user; else by their own card or address, which anybody
    /// may choose.
    fn calling_name(&self) -> &str {
        let own = || {
            let jid = &self.item.jid;
            jid.node().map_or_else(|| jid.as_str(), |node| node.as_str())
        };
        self.given_name().or(self.full_name.as_deref()).unwrap_or_else(own)
    }

    pub(super) fn contact(
        &self,
        account: &AccountId,
        name: String,
        connected: bool,
        now: Facts,
    ) -> Contact {
        Contact {
            account: account.clone(),
            jid: self.item.jid.clone(),
            name,
            groups: self.item.groups.clone(),
            subscription: self.item.subscription,
            asks: self.asks,
            presence: if connected { self.shown_presence() } else { Presence::default() },
            numbers: self.numbers.clone(),
            can: Can { chat: true, audio: now.telephony && !self.numbers.is_empty(), video: false },
            chat_state: self.chat_state,
            unread: now.unread,
            photo: self.photo.clone(),
        }
    }
}

/// What others know that a contact's view depends on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Facts {
    /// A telephony account for this contact is online.
    pub telephony: bool,
    /// Messages not yet looked at.
    pub unread: u32,
}

impl Roster {
    pub(super) fn get(&self, account: &AccountId, jid: &BareJid) -> Option<&Record> {
        self.records.get(&(account.clone(), jid.clone()))
    }

    pub(super) fn get_mut(&mut self, account: &AccountId, jid: &BareJid) -> Option<&mut Record> {
        self.records.get_mut(&(account.clone(), jid.clone()))
    }

    /// Puts a contact of the roster into it.
    pub(super) fn add(&mut self, account: &AccountId, item: RosterItem) {
        self.accounts.insert(account.clone());
        let key = (account.clone(), item.jid.clone());
        self.records.insert(key, Record::new(item, true));
    }

    /// The account that knows this address: best as a contact, else as somebody who asks to
    /// see our presence.
    pub(super) fn account_of(&self, jid: &BareJid) -> Option<&AccountId> {
        let knows = |account: &&AccountId| self.get(account, jid).is_some();
        self.account_listing(jid).or_else(|| self.accounts.iter().find(knows))
    }

    /// The account that has this address as a contact.
    pub(super) fn account_listing(&self, jid: &BareJid) -> Option<&AccountId> {
        self.accounts.iter().find(|account| self.get(account, jid).is_some_and(|r| r.listed))
    }

    /// The account on which this address asks to see our presence.
    pub(super) fn account_asked(&self, jid: &BareJid) -> Option<&AccountId> {
        self.accounts.iter().find(|account| self.get(account, jid).is_some_and(|r| r.asks))
    }

    /// Whether this address is a contact, of this account or of any.
    pub(super) fn lists(&self, account: Option<&AccountId>, jid: &BareJid) -> bool {
        match account {
            Some(account) => self.get(account, jid).is_some_and(|r| r.listed),
            None => self.account_listing(jid).is_some(),
        }
    }

    /// The contacts of an account.
    pub(super) fn listed(&self, account: &AccountId) -> Vec<BareJid> {
        let all = self.records.iter().filter(|((owner, _), r)| owner == account && r.listed);
        all.map(|((_, jid), _)| jid.clone()).collect()
    }

    /// The name under which a contact is shown.
    pub(super) fn name_of(&self, jid: &BareJid) -> Option<String> {
        let record = self.get(self.account_listing(jid)?, jid)?;
        Some(self.shown_name(record))
    }

    /// The name under which it is shown: of those that nobody but their owner gave, only one
    /// that no other contact has.
    pub(super) fn shown_name(&self, record: &Record) -> String {
        let name = record.calling_name();
        let is_clear = record.given_name().is_some() || self.names.is_free(name, &record.item.jid);
        if is_clear { name.to_owned() } else { record.item.jid.to_string() }
    }

    /// Takes note of a contact's photo; where there is no room for it there is none.
    pub(super) fn picture(&mut self, account: &AccountId, jid: &BareJid, photo: Option<Photo>) {
        let key = (account.clone(), jid.clone());
        let size = |photo: &Option<Photo>| photo.as_ref().map_or(0, |photo| photo.bytes().len());
        let Some(record) = self.records.get_mut(&key) else { return };
        record.photo = None;
        if self.photos + size(&photo) > PHOTOS {
            // Those of who is no contact any more are gone.
            self.photos = self.records.values().map(|record| size(&record.photo)).sum();
        }
        let photo = photo.filter(|photo| self.photos + photo.bytes().len() <= PHOTOS);
        self.photos += size(&photo);
        if let Some(record) = self.records.get_mut(&key) {
            record.photo = photo;
        }
    }

    /// Takes note of what a contact is called now. Returns whose name it may show or hide.
    pub(super) fn rename(&mut self, account: &AccountId, jid: &BareJid) -> Vec<Key> {
        let Some(record) = self.records.get_mut(&(account.clone(), jid.clone())) else {
            return Vec::new();
        };
        let name = record.listed.then(|| names::fold(record.calling_name()));
        if record.counted == name {
            return Vec::new();
        }
        let before = std::mem::replace(&mut record.counted, name.clone());
        let key = (account.clone(), jid.clone());
        let mut others = self.names.take(before, &key);
        others.extend(self.names.put(name, &key));
        others
    }

    /// Takes a contact out. Returns whose name that may show.
    pub(super) fn remove(
        &mut self,
        account: &AccountId,
        jid: &BareJid,
    ) -> Option<(Record, Vec<Key>)> {
        let key = (account.clone(), jid.clone());
        let mut record = self.records.remove(&key)?;
        self.touch();
        let others = self.names.take(record.counted.take(), &key);
        Some((record, others))
    }

    pub(super) fn all(&self) -> Vec<Contact> {
        self.sorted().iter().map(|contact| Contact::clone(contact)).collect()
    }

    fn sorted(&self) -> Vec<Arc<Contact>> {
        let mut all: Vec<Arc<Contact>> =
            self.records.values().filter_map(|record| record.view.clone()).collect();
        all.sort_by_cached_key(|contact| (contact.name.to_lowercase(), contact.jid.to_string()));
        all
    }

    /// All contacts, sorted by name.
    pub(super) fn view(&mut self) -> Arc<[Arc<Contact>]> {
        if self.view.is_none() {
            self.view = Some(self.sorted().into());
        }
        self.view.clone().unwrap_or_default()
    }

    pub(super) fn touch(&mut self) {
        self.view = None;
    }

    /// After a fresh sign-in nothing of the earlier presence holds. Returns whose hints went.
    pub(super) fn forget_presence(&mut self, account: &AccountId) -> Vec<BareJid> {
        let mut hinted = Vec::new();
        for ((_, jid), record) in self.records.iter_mut().filter(|((owner, _), _)| owner == account)
        {
            if !record.hints().is_empty() {
                hinted.push(jid.clone());
            }
            record.resources.clear();
            record.reach.clear();
            record.chat_state = None;
        }
        self.asked.retain(|(owner, _), _| owner != account);
        self.wanted.retain(|(owner, _)| owner != account);
        self.waiting.remove(account);
        hinted
    }

    /// A record for somebody who asks to see our presence; `None` when too many ask.
    pub(super) fn asking(&mut self, account: &AccountId, jid: &BareJid) -> Option<&mut Record> {
        let key = (account.clone(), jid.clone());
        let strangers = self.records.values().filter(|record| !record.listed).count();
        if !self.records.contains_key(&key) && strangers >= STRANGERS {
            return None;
        }
        self.accounts.insert(account.clone());
        Some(self.records.entry(key).or_insert_with(|| {
            let item = RosterItem {
                jid: jid.clone(),
                name: None,
                groups: Vec::new(),
                subscription: Default::default(),
            };
            Record::new(item, false)
        }))
    }

    /// Puts a contact's cards on the list of what to fetch, unless they are fresh.
    pub(super) fn want_cards(&mut self, now: Instant, account: &AccountId, jid: &BareJid) {
        let fresh = self
            .get(account, jid)
            .and_then(|record| record.cards_at)
            .is_some_and(|at| now.saturating_duration_since(at) < CARD_FRESH);
        let key = (account.clone(), jid.clone());
        if !fresh && !self.asked.contains_key(&key) && self.wanted.insert(key) {
            self.waiting.entry(account.clone()).or_default().push_back(jid.clone());
        }
    }

    /// Puts them first, fresh or not: somebody waits for them.
    pub(super) fn want_cards_now(&mut self, account: &AccountId, jid: &BareJid) {
        if !self.asked.contains_key(&(account.clone(), jid.clone())) {
            self.cards_changed(account, jid);
        }
    }

    /// Puts changed cards first. An answer that is on its way may be older than the change, so
    /// that they are asked for once more after it.
    pub(super) fn cards_changed(&mut self, account: &AccountId, jid: &BareJid) {
        let waiting = self.waiting.entry(account.clone()).or_default();
        if !self.wanted.insert((account.clone(), jid.clone()))
            && let Some(place) = waiting.iter().position(|other| other == jid)
        {
            waiting.remove(place);
        }
        waiting.push_front(jid.clone());
    }

    /// The next card to ask for, within the bound.
    pub(super) fn next_fetch(&mut self, now: Instant) -> Option<Key> {
        let asked = &self.asked;
        let (account, jid) = self.waiting.iter_mut().find_map(|(account, waiting)| {
            if asked.keys().filter(|(owner, _)| owner == account).count() >= FETCHES_AT_ONCE {
                return None;
            }
            // At most the few that are under way are passed over.
            let place = waiting
                .iter()
                .position(|jid| !asked.contains_key(&(account.clone(), jid.clone())))?;
            Some((account.clone(), waiting.remove(place)?))
        })?;
        let key = (account, jid);
        self.wanted.remove(&key);
        self.asked.insert(key.clone(), now);
        Some(key)
    }

    /// How many cards are wanted, with those that are on their way.
    pub(super) fn cards_left(&self) -> u64 {
        let left = self.wanted.len().saturating_add(self.asked.len());
        u64::try_from(left).unwrap_or(u64::MAX)
    }

    /// Asks for no more cards than those that are on their way.
    pub(super) fn forget_wanted(&mut self) {
        self.wanted.clear();
        self.waiting.clear();
    }

    pub(super) fn cards_came(&mut self, account: &AccountId, jid: &BareJid) {
        self.asked.remove(&(account.clone(), jid.clone()));
    }

    /// When the oldest question for a card is given up.
    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.asked.values().min().map(|at| *at + CARD_PATIENCE)
    }

    pub(super) fn give_up_fetches(&mut self, now: Instant) {
        self.asked.retain(|_, at| now < *at + CARD_PATIENCE);
    }
}
