//! What happens to contacts: roster pushes, presence, requests, cards.

use std::collections::HashSet;
use std::sync::Arc;

use super::command::{CommandError, ContactCommand, Evidence, Reply};
use super::event::{Event, NoticeLevel};
use super::linker::{Link, Seen, links_of};
use super::roster::{Facts, Key};
use super::{Core, Keep, Output};
use crate::model::BareJid;
use crate::model::account::{AccountKind, AccountState};
use crate::model::address::DialPlan;
use crate::model::contact::{Contact, Number, NumberSource, Subscription};
use crate::model::id::AccountId;
use crate::model::person::Person;
use crate::model::presence::Show;
use crate::model::time::Now;
use crate::model::vcard::{Tel, Vcard};
use crate::xmpp::{ReachAddress, RosterCommand, RosterItem, VcardError, XmppCommand, XmppEvent};

impl Core {
    pub(super) fn on_contact_command(
        &mut self,
        now: Now,
        command: ContactCommand,
    ) -> Result<Reply, CommandError> {
        let (account, command) = match command {
            ContactCommand::Evidence(jid) => return self.evidence(&jid),
            ContactCommand::Add { account, jid, name, groups } => {
                let account = match account {
                    Some(account) => self.chat_account(&account)?,
                    None => self.first_chat_account()?,
                };
                (account, RosterCommand::Add { jid, name, groups })
            }
            ContactCommand::Remove(jid) => {
                (self.account_listing(&jid)?, RosterCommand::Remove(jid))
            }
            ContactCommand::Accept(jid) => (self.account_asked(&jid)?, RosterCommand::Accept(jid)),
            ContactCommand::Deny(jid) => (self.account_asked(&jid)?, RosterCommand::Deny(jid)),
            ContactCommand::Blocked => return Ok(Reply::Blocked(self.block_lists())),
            ContactCommand::Block(jid) => (self.account_to_block(&jid)?, RosterCommand::Block(jid)),
            ContactCommand::Unblock(jid) => {
                (self.account_blocking(&jid)?, RosterCommand::Unblock(jid))
            }
        };
        if !self.accounts.is_online(&account) {
            return Err(CommandError::NotConnected("Chat is not connected.".to_owned()));
        }
        if let RosterCommand::Accept(jid) | RosterCommand::Deny(jid) = &command {
            self.answered_request(now, &account, jid);
        }
        self.outputs.push_back(Output::Xmpp(account, XmppCommand::Roster(command)));
        Ok(Reply::Done {})
    }

    /// Why a contact's numbers count as theirs, or do not (C45).
    fn evidence(&self, jid: &BareJid) -> Result<Reply, CommandError> {
        self.account_listing(jid)?;
        let name = self.roster.name_of(jid).unwrap_or_else(|| jid.to_string());
        let all = self.linker.numbers(&jid.into()).iter().map(|link| {
            let proof = link.proof();
            let why = proof.why(&name, Some(jid.as_str()));
            Evidence { uri: link.number.uri.clone(), proof, why }
        });
        Ok(Reply::Evidence(all.collect()))
    }

    pub(super) fn on_presence_command(
        &mut self,
        show: Show,
        status: String,
    ) -> Result<Reply, CommandError> {
        self.presence = (show, status);
        self.changed = true;
        let all: Vec<(AccountId, AccountState)> = self
            .accounts
            .of_kind(AccountKind::Xmpp)
            .map(|record| (record.view.id.clone(), record.view.state))
            .collect();
        for (id, state) in all {
            if state == AccountState::Online {
                self.send_presence(&id);
            } else {
                self.presence_missed.insert(id);
            }
        }
        Ok(Reply::Done {})
    }

    /// Announces what the user set last.
    pub(super) fn send_presence(&mut self, account: &AccountId) {
        self.presence_missed.remove(account);
        let (show, status) = self.announced_on(account);
        let command = XmppCommand::Presence { show, status };
        self.outputs.push_back(Output::Xmpp(account.clone(), command));
    }

    pub(super) fn first_chat_account(&self) -> Result<AccountId, CommandError> {
        let first = self.accounts.of_kind(AccountKind::Xmpp).next();
        first
            .map(|record| record.view.id.clone())
            .ok_or_else(|| CommandError::NotConnected("There is no chat account.".to_owned()))
    }

    pub(super) fn account_listing(&self, jid: &BareJid) -> Result<AccountId, CommandError> {
        self.roster
            .account_of(jid)
            .cloned()
            .ok_or_else(|| CommandError::UnknownContact(jid.to_string()))
    }

    /// Where this address asks to see our presence; else where it is known.
    fn account_asked(&self, jid: &BareJid) -> Result<AccountId, CommandError> {
        let asked = self.roster.account_asked(jid).cloned();
        asked.map_or_else(|| self.account_listing(jid), Ok)
    }

    /// This account, if it is one for chat.
    fn chat_account(&self, account: &AccountId) -> Result<AccountId, CommandError> {
        let known = self.accounts.of_kind(AccountKind::Xmpp).any(|r| r.view.id == *account);
        let unknown = || CommandError::Refused(format!("“{account}” is not a chat account."));
        known.then(|| account.clone()).ok_or_else(unknown)
    }

    /// Takes the mark of a request away.
    fn answered_request(&mut self, now: Now, account: &AccountId, jid: &BareJid) {
        let listed = match self.roster.get_mut(account, jid) {
            Some(record) => {
                record.asks = false;
                record.listed
            }
            None => true,
        };
        if listed {
            self.contact_changed(account, jid);
        } else {
            self.contact_gone(now, account, jid);
        }
    }

    pub(super) fn on_roster_event(&mut self, now: Now, account: &AccountId, event: XmppEvent) {
        match event {
            XmppEvent::Roster(items) => self.on_roster(now, account, items),
            XmppEvent::RosterItem(item) => {
                let jid = item.jid.clone();
                self.list(now, account, item);
                self.roster.want_cards(now.steady, account, &jid);
                self.contact_changed(account, &jid);
            }
            XmppEvent::Blocked(jids) => self.on_blocked(account, jids),
            XmppEvent::RosterRemoved(jid) => self.contact_gone(now, account, &jid),
            XmppEvent::Presence(update) => {
                let jid = update.from.clone();
                let Some(record) = self.roster.get_mut(account, &jid) else { return };
                let before = record.hints();
                let came_online = record.presence(update);
                if record.listed && record.hints() != before {
                    self.link_contact(now, account, &jid);
                }
                // The request for a card would tell a stranger that we are there.
                if came_online && self.roster.lists(Some(account), &jid) {
                    self.roster.want_cards(now.steady, account, &jid);
                }
                self.contact_changed(account, &jid);
            }
            XmppEvent::Reachability { jid, addresses } => {
                let Some(record) = self.roster.get_mut(account, &jid) else { return };
                if record.listed && record.reach != addresses {
                    record.reach = addresses;
                    self.link_contact(now, account, &jid);
                }
            }
            XmppEvent::SubscriptionRequest { from, .. } => {
                let Some(record) = self.roster.asking(account, &from) else { return };
                if std::mem::replace(&mut record.asks, true) {
                    return;
                }
                self.contact_changed(account, &from);
                let text = format!("{from} asks to see when you are online.");
                self.notice(NoticeLevel::Info, text);
            }
            XmppEvent::ChatState { from, state } => {
                let Some(record) = self.roster.get_mut(account, &from) else { return };
                record.chat_state = Some(state);
                self.contact_changed(account, &from);
                self.tell(Event::ChatState { with: from.to_string(), state });
            }
            XmppEvent::Vcards { jid, cards } => self.on_cards(now, account, &jid, cards),
            XmppEvent::VcardChanged(jid) if self.roster.lists(Some(account), &jid) => {
                self.roster.cards_changed(account, &jid);
            }
            // The rest was taken before.
            _ => {}
        }
        self.fetch_cards(now);
    }

    fn on_roster(&mut self, now: Now, account: &AccountId, items: Vec<RosterItem>) {
        let there: HashSet<&BareJid> = items.iter().map(|item| &item.jid).collect();
        let gone: Vec<BareJid> = self
            .roster
            .records
            .iter()
            .filter(|((owner, jid), record)| {
                owner == account && record.listed && !there.contains(jid)
            })
            .map(|((_, jid), _)| jid.clone())
            .collect();
        for jid in gone {
            self.contact_gone(now, account, &jid);
        }
        let mut there: Vec<BareJid> = Vec::with_capacity(items.len());
        for item in items {
            let jid = item.jid.clone();
            self.list(now, account, item);
            self.roster.want_cards(now.steady, account, &jid);
            there.push(jid);
        }
        // Names first: whether one is shown depends on the others'.
        let mut touched: Vec<Key> = Vec::new();
        for jid in there {
            touched.extend(self.roster.rename(account, &jid));
            touched.push((account.clone(), jid));
        }
        for (account, jid) in touched {
            self.renew_view(&account, &jid);
        }
        self.roster.known.insert(account.clone());
        self.roster.touch();
        let roster = self.roster.all();
        self.tell(Event::Roster { roster });
    }

    fn list(&mut self, now: Now, account: &AccountId, item: RosterItem) {
        let jid = item.jid.clone();
        let was_listed = self.roster.lists(Some(account), &jid);
        match self.roster.get_mut(account, &item.jid) {
            Some(record) => {
                if matches!(item.subscription, Subscription::From | Subscription::Both) {
                    record.asks = false;
                }
                record.item = item;
                record.listed = true;
            }
            None => self.roster.add(account, item),
        }
        if !was_listed && self.book.name_of(&jid).is_some() {
            self.link_contact(now, account, &jid);
            self.link_book_of(now, &jid);
        }
    }

    fn contact_gone(&mut self, now: Now, account: &AccountId, jid: &BareJid) {
        let Some((record, others)) = self.roster.remove(account, jid) else { return };
        for (account, jid) in others {
            self.tell_contact(&account, &jid);
        }
        if !self.roster.lists(None, jid) {
            let seen = self.linker.forget(jid, now.wall);
            self.keep_seen(jid, seen);
            self.link_book_of(now, jid);
            self.index_for_calls(now);
        }
        if let Some(view) = record.view {
            self.tell(Event::Contact { contact: Contact::clone(&view), removed: true });
        }
    }

    fn on_cards(
        &mut self,
        now: Now,
        account: &AccountId,
        jid: &BareJid,
        cards: Result<Vec<Vcard>, VcardError>,
    ) {
        self.roster.cards_came(account, jid);
        let came = cards.is_ok();
        match cards {
            // Of a stranger who asks to see our presence no card counts: it could name anybody's
            // number.
            Ok(cards) if self.roster.lists(Some(account), jid) => {
                self.learn_cards(now, account, jid, cards);
            }
            Ok(cards) if self.accounts.jid(account) == Some(jid) => {
                self.learn_own_card(account, cards);
            }
            Ok(_) => {}
            Err(error) => tracing::debug!(%jid, %error, "no card"),
        }
        self.cards_for_calls(now, account, jid, came);
    }

    /// Asks what our own card says.
    pub(super) fn fetch_own_card(&mut self, account: &AccountId) {
        let own = self.accounts.get(account).map(|record| record.view.address.clone());
        if let Some(own) = own.and_then(|address| BareJid::new(&address).ok()) {
            self.outputs.push_back(Output::Xmpp(account.clone(), XmppCommand::FetchVcards(own)));
        }
    }

    fn learn_cards(&mut self, now: Now, account: &AccountId, jid: &BareJid, mut cards: Vec<Vcard>) {
        let photo = cards.iter_mut().filter_map(|card| card.photo.take()).next();
        self.roster.picture(account, jid, photo);
        let Some(record) = self.roster.get_mut(account, jid) else { return };
        record.cards_at = Some(now.steady);
        record.full_name = cards.iter().find_map(|card| card.full_name.clone());
        record.cards = cards;
        self.link_contact(now, account, jid);
    }

    /// Puts all that is known of a contact's addresses into the index, and into their view.
    pub(super) fn link_contact(&mut self, now: Now, account: &AccountId, jid: &BareJid) {
        let plan = self.dial_plan_for(account);
        let Some(record) = self.roster.get(account, jid) else { return };
        let domain = jid.domain().as_str();
        let is_own = self.accounts.jid(account).is_some_and(|own| own.domain() == jid.domain());
        let theirs =
            if is_own || plan.is_own(domain) { plan.clone() } else { plan.clone().for_others() };
        let mut links = links_of(&record.cards, &theirs);
        links.extend(hint_links(&record.hints(), &theirs));
        links.extend(self.book.links_of(jid, &plan));
        let learned = self.linker.learn(jid, links, now.wall);
        self.keep_seen(jid, learned.seen);
        let numbers: Vec<Number> = self
            .linker
            .numbers(&jid.into())
            .iter()
            .filter(|link| link.is_dialable())
            .map(|link| link.number.clone())
            .collect();
        let book_name = self.book.name_of(jid);
        if let Some(record) = self.roster.get_mut(account, jid) {
            record.numbers = numbers;
            record.book_name = book_name;
        }
        self.contact_changed(account, jid);
        if learned.changed {
            self.index_for_calls(now);
        }
    }

    /// Keeps what was seen of a contact's cards.
    pub(super) fn keep_seen(&mut self, jid: &BareJid, seen: Option<Seen>) {
        if let Some(seen) = seen {
            self.outputs.push_back(Output::Keep(Keep::Seen(jid.clone(), Box::new(seen))));
        }
    }

    /// What a person is called here.
    pub(super) fn name_of(&self, person: &Person) -> Option<String> {
        match person {
            Person::Jid(jid) => self.roster.name_of(jid),
            Person::Book(id) => self.book.name(id),
        }
    }

    /// How numbers of this chat account's contacts are read: as its telephony dials them.
    pub(super) fn dial_plan_for(&self, chat: &AccountId) -> DialPlan {
        self.plan_of(self.accounts.telephony_for(chat).map(|record| &record.view.id))
    }

    /// Asks for cards that are wanted, within the bound.
    pub(super) fn fetch_cards(&mut self, now: Now) {
        while let Some((account, jid)) = self.roster.next_fetch(now.steady) {
            self.outputs.push_back(Output::Xmpp(account, XmppCommand::FetchVcards(jid)));
        }
    }

    pub(super) fn roster_timeout(&mut self, now: Now) {
        self.roster.give_up_fetches(now.steady);
        self.fetch_cards(now);
    }

    /// Builds a contact's view anew; whether it differs from what the faces know.
    fn renew_view(&mut self, account: &AccountId, jid: &BareJid) -> bool {
        let facts = Facts {
            telephony: self
                .accounts
                .telephony_for(account)
                .is_some_and(|record| record.view.state == AccountState::Online),
            unread: self.chats.unread(&jid.into()),
        };
        let connected = self.accounts.is_online(account);
        let Some(name) = self.roster.get(account, jid).map(|record| self.roster.shown_name(record))
        else {
            return false;
        };
        let Some(record) = self.roster.get_mut(account, jid) else { return false };
        let view = record.contact(account, name, connected, facts);
        if record.view.as_deref() == Some(&view) {
            return false;
        }
        record.view = Some(Arc::new(view));
        self.roster.touch();
        true
    }

    /// Tells the faces of a contact, if anything about it is new.
    pub(super) fn contact_changed(&mut self, account: &AccountId, jid: &BareJid) {
        for (account, jid) in self.roster.rename(account, jid) {
            self.tell_contact(&account, &jid);
        }
        self.tell_contact(account, jid);
    }

    fn tell_contact(&mut self, account: &AccountId, jid: &BareJid) {
        if !self.renew_view(account, jid) {
            return;
        }
        let view = self.roster.get(account, jid).and_then(|record| record.view.clone());
        if let Some(view) = view {
            self.tell(Event::Contact { contact: Contact::clone(&view), removed: false });
        }
    }

    /// An account came or went: what that means for each contact.
    pub(super) fn refresh_contacts(&mut self, now: Now) {
        let keys: Vec<_> = self.roster.records.keys().cloned().collect();
        for (account, jid) in keys {
            self.contact_changed(&account, &jid);
        }
        self.fetch_cards(now);
    }
}

/// What somebody says to be reached at, to be tried in this order.
fn hint_links(hints: &[ReachAddress], plan: &DialPlan) -> Vec<Link> {
    let tels = hints.iter().zip(1u8..).map(|(hint, pref)| Tel {
        value: hint.uri.clone(),
        types: hint.description.iter().cloned().collect(),
        pref,
    });
    tels.filter_map(|tel| Link::new(&tel, NumberSource::Reachability, plan).ok()).collect()
}
