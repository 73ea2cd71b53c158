//! A call that comes in (CUSAX C35–C45): it rings at once under the bare address; identity
//! never delays ringing, and a late verdict updates the same call.

use super::calls::{CALLS_AT_ONCE, CALLS_IN_SIGHT, Record, Stage, new_call};
use super::command::{CommandError, Reply};
use super::event::NoticeLevel;
use super::linker::{Caller, Identity, Linker, VCARD_DEADLINE, Word};
use super::{Core, Output, RequestId};
use crate::media::MediaCommand;
use crate::model::BareJid;
use crate::model::address::{AddressKey, DialPlan, Dialable};
use crate::model::call::{Binding, Call, CallState, Direction, EndReason, MediaProtection, Peer};
use crate::model::id::{AccountId, CallId};
use crate::model::person::Person;
use crate::model::time::Now;
use crate::sdp::{self, SdpError};
use crate::sip::{IncomingCall, SipCommand};

/// SIP: this kind of session cannot be had here (RFC 3261 §21.4.26).
const NOT_ACCEPTABLE_HERE: u16 = 488;
/// SIP: there is no such call (RFC 3261 §21.4.19).
const GONE: u16 = 481;
/// SIP: busy here (RFC 3261 §21.4.24).
pub(super) const BUSY: u16 = 486;
/// SIP: declined (RFC 3261 §21.6.2).
pub(super) const DECLINE: u16 = 603;

impl Core {
    pub(super) fn on_incoming_call(
        &mut self,
        now: Now,
        account: &AccountId,
        incoming: IncomingCall,
    ) {
        let id = incoming.call.clone();
        if self.calls.list.len() >= CALLS_IN_SIGHT {
            let refuse = SipCommand::Refuse { call: id, status: BUSY };
            self.outputs.push_back(Output::Sip(account.clone(), refuse));
            return;
        }
        let is_full = self.calls.live_count() >= CALLS_AT_ONCE;
        let unusable = incoming.offer.as_deref().and_then(|offer| self.unusable(account, offer));
        let replaces = incoming.replaces.clone().filter(|_| incoming.by_proxy);
        let names_a_call = incoming.replaces.is_some();
        let record = self.incoming_record(now, account, incoming);
        self.calls.list.push(record);
        self.show_verdict(now, &id);
        let replaced = replaces.filter(|old| self.can_replace(account, old));
        if let Some(error) = unusable {
            self.refuse_call(now, &id, NOT_ACCEPTABLE_HERE, error.to_string());
        } else if let Some(old) = replaced {
            if let Ok(record) = self.calls.live(&id) {
                record.replaces = Some(old.clone());
            }
            if self.lets_in(&id) {
                self.ask_for_card(now, &id);
                self.take_over(&id, &old);
            } else {
                self.screen(now, &id);
            }
        } else if names_a_call {
            let words = "The call that this one was to go on from is over.";
            self.refuse_call(now, &id, GONE, words.to_owned());
        } else if is_full {
            let words = "Missed call: there were too many calls at once.";
            self.refuse_call(now, &id, BUSY, words.to_owned());
        } else {
            self.screen(now, &id);
        }
    }

    /// The call as it comes, with nothing decided.
    fn incoming_record(&mut self, now: Now, account: &AccountId, incoming: IncomingCall) -> Record {
        let hides = incoming.anonymous;
        let asserted = if hides { &[][..] } else { &incoming.asserted };
        let address = asserted.first().unwrap_or(&incoming.from).clone();
        let plan = self.plan_of(Some(account));
        let from = std::slice::from_ref(&incoming.from);
        let proxy = self.accounts.sip(account).and_then(|sip| sip.proxy.as_ref());
        let proxy = proxy.map(|proxy| proxy.host.to_ascii_lowercase());
        let vouches = |host: Option<&str>| {
            host.is_some_and(|host| plan.is_own(host) || proxy.as_deref() == Some(host))
                || incoming.from_proxy
        };
        let callers: Vec<Caller> = if asserted.is_empty() { from } else { asserted }
            .iter()
            // An address that its owner wants hidden proves nothing to anybody.
            .filter(|_| !hides)
            .filter_map(|uri| caller(uri, &plan, |host| vouches(host) || !asserted.is_empty()))
            .collect();
        let chat = self.related_chat(account);
        let identity = if incoming.by_proxy {
            Identity::begin(&self.linker, &callers, &incoming.impp, |jid| {
                self.roster.lists(chat.as_ref(), jid)
            })
        } else {
            Identity::around_provider(&self.linker, &callers, &incoming.impp)
        };
        let display = match callers.first() {
            _ if hides => "Anonymous".to_owned(),
            Some(caller) => caller.key.to_string(),
            None => address.clone(),
        };
        let peer = Peer {
            uri: address,
            display,
            jid: None,
            binding: Binding::None,
            why: String::new(),
            proof: None,
        };
        let call = new_call(now, incoming.call, account, Direction::In, peer);
        let via = via(incoming.referred_by.as_deref(), incoming.forwarded_by.as_deref())
            .filter(|_| incoming.by_proxy);
        let call = Call { anonymous: hides, via, ..call };
        let session = self.random_session();
        let mut record = Record::new(call, Stage::Ringing, chat, session);
        record.identity = Some(identity);
        record.identity_until = Some(now.steady + VCARD_DEADLINE);
        record.by_proxy = incoming.by_proxy;
        record.remote_offer = incoming.offer;
        record
    }

    /// Why an offer cannot be met at all; asked before ringing, so that nobody runs to a
    /// telephone that cannot answer.
    fn unusable(&mut self, account: &AccountId, offer: &[u8]) -> Option<SdpError> {
        let local = self.media_towards(account, ([127, 0, 0, 1], 16_384).into(), 1, 1);
        let Some(local) = local else { return Some(SdpError::UnprotectedSignalling) };
        let error = sdp::answer(offer, &local, None, &mut self.random).err()?;
        tracing::info!(%error, "an incoming call was refused");
        Some(error)
    }

    /// Whether a call of ours can go over into another one (RFC 3891).
    fn can_replace(&mut self, account: &AccountId, old: &CallId) -> bool {
        self.calls.answered(old).is_ok_and(|record| record.call.account == *account)
    }

    /// Answers at once and without ringing: for the user one call goes over into another.
    fn take_over(&mut self, id: &CallId, old: &CallId) {
        let Ok(before) = self.calls.live(old) else { return };
        let via = format!("Goes on from the call with {}.", before.call.peer.display);
        if let Ok(record) = self.calls.live(id) {
            record.call.via.get_or_insert(via);
            record.screened = true;
        }
        self.inherit(id, old);
        if self.begin_answer(None, id).is_err() {
            self.tell_call(id);
        }
    }

    /// The user's word on the call that goes over, mute and hold, holds for the next as well.
    fn inherit(&mut self, id: &CallId, old: &CallId) {
        let is_elsewhere = self.others_have_floor(old);
        let Ok(before) = self.calls.live(old) else { return };
        let (muted, holds) = (before.call.muted, before.hold.is_on());
        if let Ok(record) = self.calls.live(id) {
            record.call.muted |= muted;
            record.hold.wanted = holds || is_elsewhere;
        }
    }

    /// Whether a call that goes by itself may still be answered, now that there is sound for it:
    /// the user may have hung up what it goes on from, or the proof of who calls be gone.
    fn still_goes_by_itself(&mut self, id: &CallId) -> bool {
        let Ok(record) = self.calls.live(id) else { return false };
        if !matches!(record.stage, Stage::Answering { request: None }) {
            return true;
        }
        match record.replaces.clone() {
            Some(old) if self.calls.answered(&old).is_ok() => {
                self.inherit(id, &old);
                self.lets_in(id)
            }
            Some(_) => false,
            None => self.answers_contacts(id),
        }
    }

    /// It rings after all.
    fn ring_instead(&mut self, now: Now, id: &CallId) {
        let list = &self.calls.list;
        let on: Vec<CallId> =
            list.iter().filter(|call| !call.is_over()).map(|call| call.call.id.clone()).collect();
        let Ok(record) = self.calls.live(id) else { return };
        record.stage = Stage::Ringing;
        record.hold.wanted = false;
        record.replaces.take_if(|old| !on.contains(old));
        self.outputs.push_back(Output::Media(id.clone(), MediaCommand::Stop));
        self.screen(now, id);
    }

    /// Fetches the one card that the verdict waits for.
    pub(super) fn ask_for_card(&mut self, now: Now, id: &CallId) {
        let Ok(record) = self.calls.live(id) else { return };
        let wanted = record.identity.as_ref().and_then(|identity| identity.need_vcard().cloned());
        let (Some(jid), Some(chat)) = (wanted, record.chat.clone()) else { return };
        self.roster.want_cards_now(&chat, &jid);
        self.fetch_cards(now);
    }

    /// A contact and the address of a call name each other: that is kept.
    fn meet(&mut self, now: Now, jid: &BareJid, address: &AddressKey) {
        let Some(seen) = self.linker.met(jid, address, now.wall) else { return };
        self.keep_seen(jid, Some(seen));
        if let Some(account) = self.roster.account_listing(jid).cloned() {
            self.link_contact(now, &account, jid);
        }
    }

    /// Puts the verdict as it stands on the call.
    pub(super) fn show_verdict(&mut self, now: Now, id: &CallId) {
        let Ok(record) = self.calls.live(id) else { return };
        let Some(identity) = &record.identity else { return };
        let verdict = identity.verdict().clone();
        let mutual = identity.mutual().map(|(jid, address)| (jid.clone(), address.clone()));
        if let Some((jid, address)) = mutual {
            self.meet(now, &jid, &address);
        }
        let person = verdict.person();
        let name = person.as_ref().and_then(|person| self.name_of(person));
        let why = verdict.why(|person| self.name_of(person));
        let jid = person.as_ref().and_then(Person::jid);
        let listing = jid.and_then(|jid| self.roster.account_listing(jid)).cloned();
        let Ok(record) = self.calls.live(id) else { return };
        if record.chat.is_none() && verdict.binding() == Binding::Verified {
            // No relation says whose contacts these are: the contact does.
            record.chat = listing;
        }
        let peer = &mut record.call.peer;
        peer.binding = verdict.binding();
        peer.jid = jid.map(BareJid::to_string);
        peer.proof = verdict.proof().cloned();
        peer.why = match record.call.direction {
            Direction::In => why,
            Direction::Out => why.replace("The caller", "The other side"),
        };
        peer.display = match (peer.binding, name) {
            (Binding::Verified, Some(name)) => name,
            _ => record.bare.clone(),
        };
    }

    /// A contact's card came, or could not be had: what that means for calls.
    pub(super) fn cards_for_calls(
        &mut self,
        now: Now,
        chat: &AccountId,
        jid: &BareJid,
        came: bool,
    ) {
        self.unpark(now, chat, jid);
        let jid = jid.clone();
        self.identify_again(now, |identity, linker| identity.on_vcard(linker, &jid, came));
    }

    /// The index changed: what that means for calls.
    pub(super) fn index_for_calls(&mut self, now: Now) {
        self.identify_again(now, Identity::on_index);
    }

    fn identify_again(&mut self, now: Now, mut decide: impl FnMut(&mut Identity, &Linker) -> bool) {
        let mut others = Vec::new();
        for record in self.calls.list.iter_mut().filter(|record| !record.is_over()) {
            if record.identity.as_mut().is_some_and(|identity| decide(identity, &self.linker)) {
                others.push(record.call.id.clone());
            }
        }
        for id in others {
            self.show_verdict(now, &id);
            self.ask_for_card(now, &id);
            self.tell_call(&id);
            self.screen_again(now, &id);
        }
    }

    pub(super) fn identity_timeout(&mut self, now: Now) {
        let mut late = Vec::new();
        for record in &mut self.calls.list {
            if record.identity_until.is_some_and(|until| until <= now.steady) {
                record.identity_until = None;
                let identity = record.identity.as_mut();
                if identity.is_some_and(|identity| identity.on_deadline(&self.linker)) {
                    late.push(record.call.id.clone());
                }
            }
        }
        for id in late {
            self.show_verdict(now, &id);
            self.tell_call(&id);
            self.screen_again(now, &id);
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
        record.hold.wanted = false;
        self.begin_answer(Some(request), id)
    }

    /// Asks for sockets and devices; the 200 goes out when they are there.
    pub(super) fn begin_answer(
        &mut self,
        request: Option<RequestId>,
        id: &CallId,
    ) -> Result<(), CommandError> {
        let record = self.calls.live(id)?;
        let Some(local) = self.accounts.get(&record.call.account).and_then(|a| a.local) else {
            return Err(CommandError::NotConnected("Telephony is not connected.".to_owned()));
        };
        record.stage = Stage::Answering { request };
        record.ring_until = None;
        self.prepare_media(id, local);
        Ok(())
    }

    /// Sockets and devices are there: the 200 goes out.
    pub(super) fn send_answer(&mut self, now: Now, id: &CallId) {
        if !self.still_goes_by_itself(id) {
            return self.ring_instead(now, id);
        }
        let Some(local) = self.local_media(id) else {
            return self.end_call(now, id, EndReason::NotConnected, true);
        };
        let Ok(record) = self.calls.live(id) else { return };
        if let Stage::Answering { request: Some(request) } =
            std::mem::replace(&mut record.stage, Stage::Running)
        {
            self.outputs.push_back(Output::Reply(request, Ok(Reply::Done {})));
        }
        record.call.state = CallState::Active;
        record.call.answered = Some(now.wall);
        let holds = record.hold.wanted;
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
        record.hold.offered = holds;
        record.hold.agreed = holds && record.offer.is_none();
        let says_who = record.by_proxy && !record.call.anonymous;
        let (account, old) = (record.call.account.clone(), record.replaces.take());
        match sent {
            Ok((sdp, plan)) => {
                let impp = self.own_impp(&account).filter(|_| says_who);
                self.ask_sip(id, |call| SipCommand::Answer { call, sdp, impp });
                if let Some(old) = old {
                    let is_secure = plan.as_ref().is_none_or(|plan| plan.srtp.is_some());
                    self.went_over(now, &old, id, is_secure);
                }
                if !holds {
                    self.take_floor(id);
                }
                self.set_microphone(id);
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

    /// The call that another one took over from ends.
    fn went_over(&mut self, now: Now, old: &CallId, new: &CallId, is_secure: bool) {
        let Ok(record) = self.calls.live(new) else { return };
        let peer = record.call.peer.display.clone();
        let Ok(record) = self.calls.live(old) else { return };
        let was_secure = record.call.media.srtp != MediaProtection::None;
        record.farewell = Some(format!("The call went over to {peer}."));
        self.end_call(now, old, EndReason::LocalHangup, true);
        self.notice(NoticeLevel::Info, format!("You are now connected with {peer}."));
        if was_secure && !is_secure {
            self.tell_unprotected(&peer);
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
        // From the account whose roster has the contact: another would tell them of itself.
        let chat = to.as_ref().and_then(|to| {
            let related = record.chat.clone().filter(|chat| self.roster.lists(Some(chat), to));
            related.or_else(|| self.roster.account_listing(to).cloned())
        });
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

/// An address that a call comes from, with whose word it is; `is_ours` tells whether the own
/// provider speaks for a host.
fn caller(uri: &str, plan: &DialPlan, is_ours: impl Fn(Option<&str>) -> bool) -> Option<Caller> {
    let address = Dialable::parse(uri, plan).ok()?;
    // What is dialled for a `tel:` URI goes by the provider; its writer does not.
    let is_tel = uri.trim_start().get(..4).is_some_and(|text| text.eq_ignore_ascii_case("tel:"));
    let host = address.host().filter(|_| !is_tel);
    let word = match host {
        host if is_ours(host.as_deref()) => Word::Provider,
        Some(host) => Word::Host(host),
        None => Word::Caller,
    };
    Some(Caller { key: address.key, word })
}

/// How the call came here, as others say.
fn via(referred_by: Option<&str>, forwarded_by: Option<&str>) -> Option<String> {
    let referred = referred_by.map(|who| format!("Transferred by {who}."));
    let forwarded = forwarded_by.map(|who| format!("Forwarded by {who}."));
    let all: Vec<String> = referred.into_iter().chain(forwarded).collect();
    (!all.is_empty()).then(|| all.join(" "))
}
