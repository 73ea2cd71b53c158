//! A call that comes in (CUSAX C35–C45): it rings at once under the bare address; identity
//! never delays ringing, and a late verdict updates the same call.

use super::calls::{CALLS_AT_ONCE, CALLS_IN_SIGHT, Record, Stage, new_call};
use super::command::{CommandError, Reply};
use super::linker::{Identity, VCARD_DEADLINE};
use super::{Core, Output, RequestId};
use crate::model::BareJid;
use crate::model::address::{AddressKey, Dialable};
use crate::model::call::{Binding, CallState, Direction, EndReason, Peer};
use crate::model::id::{AccountId, CallId};
use crate::model::time::Now;
use crate::sdp;
use crate::sip::{IncomingCall, SipCommand};

/// SIP: this kind of session cannot be had here (RFC 3261 §21.4.26).
const NOT_ACCEPTABLE_HERE: u16 = 488;
/// SIP: busy here (RFC 3261 §21.4.24).
const BUSY: u16 = 486;
/// SIP: declined (RFC 3261 §21.6.2).
const DECLINE: u16 = 603;

impl Core {
    pub(super) fn on_incoming_call(
        &mut self,
        now: Now,
        account: &AccountId,
        incoming: IncomingCall,
    ) {
        let id = incoming.call.clone();
        let refuse =
            |status| Output::Sip(account.clone(), SipCommand::Refuse { call: id.clone(), status });
        if self.calls.live_count() >= CALLS_AT_ONCE || self.calls.list.len() >= CALLS_IN_SIGHT {
            self.outputs.push_back(refuse(BUSY));
            return;
        }
        if incoming.offer.as_deref().is_some_and(|offer| !self.can_answer(account, offer)) {
            self.outputs.push_back(refuse(NOT_ACCEPTABLE_HERE));
            return;
        }
        let address = incoming.asserted.first().unwrap_or(&incoming.from).clone();
        let plan = self.plan_of(Some(account));
        let callers: Vec<AddressKey> = if incoming.asserted.is_empty() {
            std::slice::from_ref(&incoming.from)
        } else {
            &incoming.asserted
        }
        .iter()
        .filter_map(|uri| Dialable::parse(uri, &plan).ok())
        .map(|dialable| dialable.key)
        .collect();
        let chat = self.related_chat(account);
        let identity = if incoming.by_proxy {
            Identity::begin(&self.linker, &callers, &incoming.impp, |jid| {
                self.roster.lists(chat.as_ref(), jid)
            })
        } else {
            Identity::around_provider(&self.linker, &callers, &incoming.impp)
        };
        let display = callers.first().map_or_else(|| address.clone(), AddressKey::to_string);
        let peer =
            Peer { uri: address, display, jid: None, binding: Binding::None, why: String::new() };
        let call = new_call(now, id.clone(), account, Direction::In, peer);
        let session = self.random_session();
        let mut record = Record::new(call, Stage::Ringing, chat, session);
        record.identity = Some(identity);
        record.identity_until = Some(now.steady + VCARD_DEADLINE);
        record.remote_offer = incoming.offer;
        self.calls.list.push(record);
        self.show_verdict(&id);
        self.ask_for_card(now, &id);
        self.tell_call(&id);
    }

    /// Whether an offer can be met at all; asked before ringing, so that nobody runs to a
    /// telephone that cannot answer.
    fn can_answer(&mut self, account: &AccountId, offer: &[u8]) -> bool {
        let local = self.media_towards(account, ([127, 0, 0, 1], 16_384).into(), 1, 1);
        local.is_some_and(|local| match sdp::answer(offer, &local, None, &mut self.random) {
            Ok(_) => true,
            Err(error) => {
                tracing::info!(%error, "an incoming call was refused");
                false
            }
        })
    }

    /// Fetches the one card that the verdict waits for.
    fn ask_for_card(&mut self, now: Now, id: &CallId) {
        let Ok(record) = self.calls.live(id) else { return };
        let wanted = record.identity.as_ref().and_then(|identity| identity.need_vcard().cloned());
        let (Some(jid), Some(chat)) = (wanted, record.chat.clone()) else { return };
        self.roster.want_cards_now(&chat, &jid);
        self.fetch_cards(now);
    }

    /// Puts the verdict as it stands on the call.
    fn show_verdict(&mut self, id: &CallId) {
        let Ok(record) = self.calls.live(id) else { return };
        let Some(identity) = &record.identity else { return };
        let verdict = identity.verdict().clone();
        let name = verdict.jid().and_then(|jid| self.roster.name_of(jid));
        let listing = verdict.jid().and_then(|jid| self.roster.account_listing(jid)).cloned();
        let Ok(record) = self.calls.live(id) else { return };
        if record.chat.is_none() && verdict.binding() == Binding::Verified {
            // No relation says whose contacts these are: the contact does.
            record.chat = listing;
        }
        let peer = &mut record.call.peer;
        peer.binding = verdict.binding();
        peer.jid = verdict.jid().map(BareJid::to_string);
        peer.why = verdict.why(name.as_deref());
        if peer.binding == Binding::Verified
            && let Some(name) = name
        {
            peer.display = name;
        }
    }

    /// A contact's card came, or could not be had: what that means for calls.
    pub(super) fn cards_for_calls(&mut self, now: Now, chat: &AccountId, jid: &BareJid) {
        self.unpark(now, chat, jid);
        let keys: Vec<AddressKey> =
            self.linker.numbers(jid).iter().map(|link| link.key.clone()).collect();
        let ids: Vec<CallId> =
            self.calls.list.iter().map(|record| record.call.id.clone()).collect();
        for id in ids {
            let Ok(record) = self.calls.live(&id) else { continue };
            let Some(identity) = &mut record.identity else { continue };
            let by_card = identity.on_vcard(jid, &keys);
            if identity.on_index(&self.linker) || by_card {
                self.show_verdict(&id);
                self.ask_for_card(now, &id);
                self.tell_call(&id);
            }
        }
    }

    pub(super) fn identity_timeout(&mut self, now: Now) {
        let mut late = Vec::new();
        for record in &mut self.calls.list {
            if record.identity_until.is_some_and(|until| until <= now.steady) {
                record.identity_until = None;
                if record.identity.as_mut().is_some_and(Identity::on_deadline) {
                    late.push(record.call.id.clone());
                }
            }
        }
        for id in late {
            self.show_verdict(&id);
            self.tell_call(&id);
        }
    }

    /// Takes a call; `request` is answered once there are sockets and devices for it.
    pub(super) fn answer_call(&mut self, request: RequestId, id: &CallId) {
        if let Err(error) = self.try_answer(request, id) {
            self.outputs.push_back(Output::Reply(request, Err(error)));
        }
    }

    fn try_answer(&mut self, request: RequestId, id: &CallId) -> Result<(), CommandError> {
        let record = self.calls.live(id)?;
        if !matches!(record.stage, Stage::Ringing) {
            return Err(CommandError::Refused("This call does not wait for an answer.".to_owned()));
        }
        let Some(local) = self.accounts.get(&record.call.account).and_then(|a| a.local) else {
            return Err(CommandError::NotConnected("Telephony is not connected.".to_owned()));
        };
        record.stage = Stage::Answering { request };
        self.prepare_media(id, local);
        Ok(())
    }

    /// Sockets and devices are there: the 200 goes out.
    pub(super) fn send_answer(&mut self, now: Now, id: &CallId) {
        let Some(local) = self.local_media(id) else {
            return self.end_call(now, id, EndReason::NotConnected, true);
        };
        let Ok(record) = self.calls.live(id) else { return };
        if let Stage::Answering { request } = std::mem::replace(&mut record.stage, Stage::Running) {
            self.outputs.push_back(Output::Reply(request, Ok(Reply::Done {})));
        }
        record.call.state = CallState::Active;
        record.call.answered = Some(now.wall);
        let sent = match record.remote_offer.take() {
            Some(offer) => sdp::answer(&offer, &local, None, &mut self.random)
                .map(|(body, plan)| (body, Some(plan))),
            None => sdp::offer(&local, None, &mut self.random).map(|offer| {
                let body = offer.body.clone();
                record.offer = Some(offer);
                (body, None)
            }),
        };
        record.sent = sent.as_ref().ok().map(|(body, _)| body.clone());
        match sent {
            Ok((sdp, plan)) => {
                self.ask_sip(id, |call| SipCommand::Answer { call, sdp, impp: None });
                if let Some(plan) = plan {
                    self.run_media(id, plan);
                }
                self.tell_call(id);
            }
            Err(error) => {
                let status = NOT_ACCEPTABLE_HERE;
                self.ask_sip(id, |call| SipCommand::Refuse { call, status });
                self.end_call(now, id, EndReason::Media(error.to_string()), false);
            }
        }
    }

    pub(super) fn decline_call(
        &mut self,
        now: Now,
        id: &CallId,
        message: Option<String>,
    ) -> Result<(), CommandError> {
        let record = self.calls.live(id)?;
        if !matches!(record.stage, Stage::Ringing) {
            return Err(CommandError::Refused("This call is answered already.".to_owned()));
        }
        let peer = &record.call.peer;
        let to = match (peer.binding, &peer.jid) {
            (Binding::Verified, Some(jid)) => BareJid::new(jid).ok(),
            _ => None,
        };
        let chat = record.chat.clone();
        if let Some(message) = message {
            let (Some(chat), Some(to)) = (chat, to) else {
                let text = "A message can be sent only to a verified caller.";
                return Err(CommandError::Refused(text.to_owned()));
            };
            self.send_message(now, &chat, &to.into(), message)?;
        }
        self.ask_sip(id, |call| SipCommand::Refuse { call, status: DECLINE });
        self.end_call(now, id, EndReason::LocalHangup, false);
        Ok(())
    }
}
