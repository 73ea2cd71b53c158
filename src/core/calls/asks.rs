//! What the other side wants called: nothing remote starts a call that may cost unasked (CUSAX
//! C59, C67).

use crate::core::Core;
use crate::core::command::{CommandError, Cue};
use crate::core::cost::{Assessment, Named};
use crate::core::event::NoticeLevel;
use crate::core::linker::Identity;
use crate::core::outgoing::Begin;
use crate::model::BareJid;
use crate::model::address::{Aor, Dialable};
use crate::model::binding::BindingState;
use crate::model::call::{Ask, AskKind, Binding, Direction, EndReason};
use crate::model::id::{AccountId, CallId};
use crate::model::time::Now;
use crate::sip::SipCommand;

use super::record::Stage;

/// How often one call follows where it is sent on to: more is a circle.
const REDIRECTS: u8 = 5;

impl Core {
    /// 3xx: the person is reached elsewhere.
    pub(super) fn on_redirected(&mut self, now: Now, id: &CallId, targets: &[String]) {
        let Ok(record) = self.calls.live(id) else { return };
        if !matches!(record.stage, Stage::Inviting) || record.call.ask.is_some() {
            return;
        }
        record.redirects = record.redirects.saturating_add(1);
        let is_circle = record.redirects > REDIRECTS;
        let account = record.call.account.clone();
        let plan = self.plan_of(Some(&account));
        let read = |uri: &String| Some((uri.clone(), Dialable::parse(uri, &plan).ok()?));
        let found = targets.iter().find_map(read).filter(|_| !is_circle);
        let Some((uri, target)) = found else {
            let text = if is_circle {
                "The call is sent from one address to the next in a circle."
            } else {
                "The person is reached elsewhere, but no address was given that can be called."
            };
            if let Ok(record) = self.calls.live(id) {
                record.farewell = Some(text.to_owned());
            }
            return self.end_call(now, id, EndReason::LocalHangup, true);
        };
        let Some(assessment) = self.assess(&account, &target, Named::Peer) else { return };
        if let Some(reason) = assessment.blocked {
            if let Ok(record) = self.calls.live(id) {
                record.farewell = Some(format!("The person is reached elsewhere. {reason}"));
            }
            return self.end_call(now, id, EndReason::LocalHangup, true);
        }
        match self.cues_of(assessment, &target) {
            cues if cues.is_empty() => self.follow(id, uri, &target),
            cues => self.ask_user(id, AskKind::Redirect, uri, &target, cues),
        }
    }

    fn follow(&mut self, id: &CallId, uri: String, target: &Dialable) {
        let peer = self.peer_of_target(target);
        let Ok(account) = self.calls.live(id).map(|record| record.call.account.clone()) else {
            return;
        };
        let cost = self.assess(&account, target, Named::Peer).map(|assessment| assessment.class);
        if let Ok(record) = self.calls.live(id) {
            record.call.cost = cost;
            let from = std::mem::replace(&mut record.call.peer, peer);
            record.bare.clone_from(&target.display);
            record.call.via = Some(format!("Sent on from {}.", from.display));
            record.called = Some(target.key.clone());
            record.identity = None;
        }
        // A server may know of no `tel:` URI, and a `maddr` leads elsewhere than was judged:
        // it is dialled as the user's own addresses are.
        let dial_as = target.uri.clone();
        self.ask_sip(id, |call| SipCommand::Follow { call, target: uri, dial_as });
        self.tell_call(id);
    }

    /// REFER: the other side wants us to call somebody else.
    pub(super) fn on_referral(&mut self, now: Now, id: &CallId, to: String) {
        let Ok(record) = self.calls.live(id) else { return };
        let is_free = matches!(record.stage, Stage::Running) && record.call.ask.is_none();
        let by_proxy = record.by_proxy;
        let (account, peer) = (record.call.account.clone(), record.call.peer.clone());
        let target = Dialable::parse(&to, &self.plan_of(Some(&account))).ok().filter(|_| is_free);
        let Some(target) = target else {
            return self.ask_sip(id, |call| SipCommand::RefuseReferral { call });
        };
        let Some(assessment) = self.assess(&account, &target, Named::Peer) else { return };
        if let Some(reason) = assessment.blocked {
            let text = format!("{} wanted to transfer you. {reason}", peer.display);
            self.notice(NoticeLevel::Warning, text);
            return self.ask_sip(id, |call| SipCommand::RefuseReferral { call });
        }
        let cues = self.cues_of(assessment, &target);
        let is_known = peer.binding == Binding::Verified
            || (by_proxy && self.is_in_service(&account, &peer.uri));
        // Who is on hold does not take the user out of another call.
        let is_trusted = is_known && self.has_floor(id);
        if !cues.is_empty() || !is_trusted {
            return self.ask_user(id, AskKind::Transfer, to, &target, cues);
        }
        let text = format!("{} transfers you to {}.", peer.display, target.display);
        match self.begin_referred(now, id, target) {
            Ok(()) => self.notice(NoticeLevel::Info, text),
            Err(error) => self.notice(NoticeLevel::Warning, error.to_string()),
        }
    }

    /// A call that the other side of another one wants; without it, that other side is told.
    fn begin_referred(
        &mut self,
        now: Now,
        by: &CallId,
        target: Dialable,
    ) -> Result<(), CommandError> {
        let record = self.calls.live(by)?;
        let anonymous = record.call.direction == Direction::Out && record.call.anonymous;
        let (from, muted) = (record.call.peer.display.clone(), record.call.muted);
        let calling = record.call.account.clone();
        let begin = Begin {
            request: None,
            chat: self.related_chat(&calling),
            calling,
            account_why: None,
            target,
            anonymous,
            referral: Some(by.clone()),
            via: Some(format!("Transferred by {from}.")),
        };
        let begun = self.begin_call(now, begin);
        if begun.is_err() {
            self.ask_sip(by, |call| SipCommand::RefuseReferral { call });
        } else if muted && let Some(record) = self.calls.list.last_mut() {
            // Nobody else opens the microphone that the user has closed.
            record.call.muted = true;
        }
        begun
    }

    /// Whether an address is of the account's own provider, which answers for who has it.
    fn is_in_service(&self, account: &AccountId, uri: &str) -> bool {
        let own = self.accounts.sip(account).map(|sip| sip.aor.host());
        Aor::parse(uri).is_ok_and(|aor| own.is_some_and(|own| own.eq_ignore_ascii_case(aor.host())))
    }

    /// What the user is to know before they agree; nothing where they need not.
    fn cues_of(&self, assessment: Assessment, target: &Dialable) -> Vec<Cue> {
        let must_ask = self.asking.must_ask(&assessment, &target.key);
        if must_ask { assessment.cues } else { Vec::new() }
    }

    fn ask_user(
        &mut self,
        id: &CallId,
        kind: AskKind,
        uri: String,
        target: &Dialable,
        cues: Vec<Cue>,
    ) {
        let display = self.peer_of_target(target).display;
        let cues = cues.into_iter().map(|cue| cue.text).collect();
        if let Ok(record) = self.calls.live(id) {
            record.call.ask = Some(Ask { kind, uri, display, cues });
        }
        self.tell_call(id);
    }

    /// The user's word on what the other side wants.
    pub(super) fn on_consent(
        &mut self,
        now: Now,
        id: &CallId,
        accept: bool,
    ) -> Result<(), CommandError> {
        let record = self.calls.live(id)?;
        let account = record.call.account.clone();
        let Some(ask) = record.call.ask.take() else {
            let text = "The other side of this call asks for nothing.";
            return Err(CommandError::Refused(text.to_owned()));
        };
        if ask.kind == AskKind::Unencrypted {
            self.on_unencrypted_consent(now, id, accept);
            return Ok(());
        }
        let plan = self.plan_of(Some(&account));
        let target = Dialable::parse(&ask.uri, &plan)
            .map_err(|_| CommandError::InvalidAddress(ask.uri.clone()))?;
        if accept {
            self.asking.agree(&target.key);
        }
        match (ask.kind, accept) {
            // Answered above.
            (AskKind::Unencrypted, _) => {}
            (AskKind::Redirect, true) => self.follow(id, ask.uri, &target),
            (AskKind::Redirect, false) => self.end_call(now, id, EndReason::LocalHangup, true),
            (AskKind::Transfer, true) => {
                self.tell_call(id);
                self.begin_referred(now, id, target)?;
            }
            (AskKind::Transfer, false) => {
                self.ask_sip(id, |call| SipCommand::RefuseReferral { call });
                self.tell_call(id);
            }
        }
        Ok(())
    }

    /// The answering side names chat addresses: hints as those of an incoming call (C37, C42),
    /// proven by the contact's card alone.
    pub(super) fn on_response_hints(&mut self, now: Now, id: &CallId, impp: &[BareJid]) {
        let Ok(record) = self.calls.live(id) else { return };
        // A card alone is not believed against what the other side says of itself.
        let state = record.call.peer.proof.as_ref().map(|proof| proof.state);
        let is_known = state > Some(BindingState::OneWay) || record.identity.is_some();
        let is_ours = record.call.direction == Direction::Out && !record.call.anonymous;
        let Some(called) = record.called.clone().filter(|_| is_ours && !is_known) else { return };
        if impp.is_empty() {
            return;
        }
        let chat = record.chat.clone();
        let identity = Identity::begin(&self.linker, &[called.into()], impp, |jid| {
            self.roster.lists(chat.as_ref(), jid)
        });
        let Ok(record) = self.calls.live(id) else { return };
        record.identity = Some(identity);
        record.identity_until = Some(now.steady + crate::core::linker::VCARD_DEADLINE);
        self.show_verdict(now, id);
        self.ask_for_card(now, id);
        self.tell_call(id);
    }
}
