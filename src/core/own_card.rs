//! The user's own card (CUSAX C22, C23): the numbers by which others call, shown and changed,
//! with a warning where they lead to somebody else.

use super::command::{CardCommand, CommandError, Cue, CueKind, Reply};
use super::event::Event;
use super::{Core, Output, RequestId};
use crate::model::account::AccountKind;
use crate::model::address::{AddressKey, Dialable};
use crate::model::contact::NumberSource;
use crate::model::id::AccountId;
use crate::model::vcard::{OwnCard, Tel, Vcard};
use crate::xmpp::{CardStoreError, ReachAddress, XmppCommand};

/// The most numbers on the own card.
const MAX_TELS: usize = 16;

impl Core {
    /// Answered at once, except a change, which the server has to take.
    pub(super) fn on_card_command(&mut self, request: RequestId, command: CardCommand) {
        let done = match command {
            CardCommand::Get { account } => self
                .card_account(account)
                .and_then(|account| self.own_card(&account))
                .map(Reply::Card),
            CardCommand::Set { account, tels, confirm } => {
                match self.change_card(request, account, tels, confirm) {
                    Ok(()) => return,
                    Err(error) => Err(error),
                }
            }
        };
        self.outputs.push_back(Output::Reply(request, done));
    }

    fn card_account(&self, asked: Option<AccountId>) -> Result<AccountId, CommandError> {
        let mut chats = self.accounts.of_kind(AccountKind::Xmpp).map(|record| &record.view.id);
        let found = match &asked {
            Some(asked) => chats.find(|id| *id == asked),
            None => chats.next(),
        };
        found.cloned().ok_or_else(|| match asked {
            Some(asked) => CommandError::Refused(format!("“{asked}” is no chat account.")),
            None => CommandError::NotConnected("There is no chat account.".to_owned()),
        })
    }

    /// The own card as the faces show it.
    fn own_card(&self, account: &AccountId) -> Result<OwnCard, CommandError> {
        let Some(cards) = self.own_cards.get(account) else {
            let text = "Your contact card was not read yet.";
            return Err(CommandError::NotConnected(text.to_owned()));
        };
        let mut tels: Vec<Tel> = Vec::new();
        let best = |card: &&Vcard| card.source != NumberSource::Vcard4;
        let mut sorted: Vec<&Vcard> = cards.iter().collect();
        sorted.sort_by_key(best);
        for tel in sorted.iter().flat_map(|card| &card.tels) {
            if !tels.iter().any(|known| known.value == tel.value) && tels.len() < MAX_TELS {
                tels.push(tel.clone());
            }
        }
        let advice = self.card_advice(account, &tels);
        let name = cards.iter().find_map(|card| card.full_name.clone());
        let photo = cards.iter().find_map(|card| card.photo.clone());
        Ok(OwnCard { account: account.clone(), name, tels, advice, photo })
    }

    /// Own cards or relations changed: what is shown of the cards, and what they propose.
    pub(super) fn look_at_own_cards(&mut self) {
        self.shown_cards =
            self.own_cards.keys().filter_map(|account| self.own_card(account).ok()).collect();
        self.proposals = self.proposed();
        self.changed = true;
    }

    /// What is wrong with the numbers (S3): contacts cannot call, or call somebody else.
    fn card_advice(&self, account: &AccountId, tels: &[Tel]) -> Option<String> {
        let sip = self.accounts.telephony_for(account)?;
        let aor = &self.accounts.sip(&sip.view.id)?.aor;
        let plan = self.plan_of(Some(&sip.view.id));
        let own = AddressKey::Sip(aor.clone());
        let names = tels
            .iter()
            .any(|tel| Dialable::parse(&tel.value, &plan).is_ok_and(|found| found.key == own));
        (!names).then(|| {
            format!("Your contact card does not name {aor}: your contacts cannot call you there.")
        })
    }

    fn change_card(
        &mut self,
        request: RequestId,
        account: Option<AccountId>,
        tels: Vec<Tel>,
        confirm: bool,
    ) -> Result<(), CommandError> {
        let account = self.card_account(account)?;
        if !self.accounts.is_online(&account) {
            return Err(CommandError::NotConnected("Chat is not connected.".to_owned()));
        }
        if self.own_card_waits.contains_key(&account) {
            return Err(CommandError::Refused("Your card is being changed already.".to_owned()));
        }
        if tels.len() > MAX_TELS {
            let text = format!("A card has room for {MAX_TELS} numbers.");
            return Err(CommandError::Refused(text));
        }
        let cues = self.foreign_numbers(&account, &tels)?;
        if !cues.is_empty() && !confirm {
            return Err(CommandError::ConfirmationNeeded(cues));
        }
        self.own_card_waits.insert(account.clone(), request);
        self.outputs.push_back(Output::Xmpp(account, XmppCommand::SetOwnTels(tels)));
        Ok(())
    }

    /// Numbers that do not lead to the user's own telephony (C23), and are new on the card.
    fn foreign_numbers(&self, chat: &AccountId, tels: &[Tel]) -> Result<Vec<Cue>, CommandError> {
        let telephony = self.accounts.telephony_for(chat);
        let plan = self.plan_of(telephony.map(|record| &record.view.id));
        let own = telephony.and_then(|record| self.accounts.sip(&record.view.id));
        let known = self.own_card(chat).map(|card| card.tels).unwrap_or_default();
        let mut cues = Vec::new();
        let is_new = |tel: &&Tel| !known.iter().any(|old| old.value == tel.value);
        for tel in tels.iter().filter(is_new) {
            let target = Dialable::parse(&tel.value, &plan)
                .map_err(|_| CommandError::InvalidAddress(tel.value.chars().take(80).collect()))?;
            let is_own = own.is_some_and(|sip| target.key == AddressKey::Sip(sip.aor.clone()));
            if let Some(sip) = own.filter(|_| !is_own) {
                let text = format!(
                    "{} is not your telephony address {}: who calls it by your card may reach \
                     somebody else, or pay for it.",
                    target.display, sip.aor
                );
                let kind = CueKind::UnverifiedNumber;
                cues.push(Cue::new(kind, text));
            }
        }
        Ok(cues)
    }

    /// The server took the change, or did not: the old card stays then.
    pub(super) fn on_own_tels_set(
        &mut self,
        account: &AccountId,
        done: Result<(), CardStoreError>,
    ) {
        if done.is_ok() {
            self.fetch_own_card(account);
        }
        let done = done.map(|()| Reply::Done {}).map_err(|error| match error {
            CardStoreError::NotConnected => CommandError::NotConnected(
                "Chat is not connected; your card is as it was.".to_owned(),
            ),
            error => CommandError::Refused(format!(
                "Your card is as it was: {}.",
                error.to_string().trim_end_matches('.')
            )),
        });
        if let Some(request) = self.own_card_waits.remove(account) {
            self.outputs.push_back(Output::Reply(request, done));
        }
    }

    /// What the own card says now.
    pub(super) fn learn_own_card(&mut self, account: &AccountId, cards: Vec<Vcard>) {
        self.accounts.full_name = cards.iter().find_map(|card| card.full_name.clone());
        let before = self.proposals.clone();
        self.own_cards.insert(account.clone(), cards);
        self.look_at_own_cards();
        if let Ok(card) = self.own_card(account) {
            self.tell(Event::Card { card });
        }
        if self.proposals != before {
            self.tell_relations();
        }
    }

    /// Tells contacts our telephony address, or no more (C26).
    pub(super) fn publish_addresses(&mut self) {
        for id in self.accounts.online_chats() {
            self.publish_address(&id);
        }
    }

    /// In a new session, where the user wants it.
    pub(super) fn renew_address(&mut self, account: &AccountId) {
        if self.telephony.publish_address {
            self.publish_address(account);
        }
    }

    fn publish_address(&mut self, account: &AccountId) {
        let sip = self.accounts.telephony_for(account);
        let aor = sip.and_then(|record| self.accounts.sip(&record.view.id)).map(|sip| &sip.aor);
        let own = aor.filter(|_| self.telephony.publish_address);
        let addresses = own.map(|aor| ReachAddress { uri: aor.to_string(), description: None });
        let command = XmppCommand::PublishReach(addresses.into_iter().collect());
        self.outputs.push_back(Output::Xmpp(account.clone(), command));
    }
}
