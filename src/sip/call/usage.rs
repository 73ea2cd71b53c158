//! What shares a call's dialog without being part of its session: transfers of either side
//! (RFC 5057). They last at most minutes longer than the session.

use std::time::Instant;

use super::super::CallEvent;
use super::super::agent::{ALLOW_EVENTS, Stack};
use super::super::dialog::DialogId;
use super::super::message::{Method, Request, Response};
use super::super::replaces::{ReferTarget, Replaces};
use super::super::text::before_params;
use super::super::transaction::{ClientKey, ServerKey};
use super::line::Line;
use super::referral::{Progress, Referral};
use super::session::Session;
use super::transfer::Transfer;
use super::{Call, Stage};
use crate::model::call::TransferState;

/// The usages of one call's dialog.
#[derive(Debug, Default)]
pub(super) struct Usages {
    /// What we asked for.
    transfer: Option<Transfer>,
    /// What the other side asks for.
    referral: Option<Referral>,
}

impl Usages {
    /// The dialog is still needed.
    pub fn are_on(&self) -> bool {
        self.transfer.as_ref().is_some_and(|transfer| !transfer.is_over())
            || self.referral.as_ref().is_some_and(|referral| !referral.is_over())
    }

    pub fn own(&self, key: &ClientKey) -> bool {
        self.transfer.as_ref().is_some_and(|transfer| transfer.owns(key))
            || self.referral.as_ref().is_some_and(|referral| referral.owns(key))
    }

    pub fn poll_timeout(&self) -> Option<Instant> {
        let transfer = self.transfer.as_ref().map(Transfer::poll_timeout);
        let referral = self.referral.as_ref().map(Referral::poll_timeout);
        [transfer, referral].into_iter().flatten().min()
    }
}

/// Whether a request in an answered call's dialog may be about a usage.
pub(super) fn concerns(method: &Method) -> bool {
    matches!(method, Method::Refer | Method::Notify | Method::Subscribe)
}

pub(super) fn on_request(
    line: &mut Line<'_>,
    session: &mut Session,
    key: &ServerKey,
    request: &Request,
) {
    if session.dialog_mut().accept(request).is_err() {
        return line.respond_status(key, request, 500);
    }
    let event = request.headers.get("Event").unwrap_or_default();
    let package = before_params(event);
    match request.method {
        Method::Refer if !session.is_on() => line.respond_status(key, request, 481),
        Method::Refer => {
            let busy = line.shared.usages.referral.as_ref().is_some_and(|old| !old.is_over());
            let started = Referral::start(line, session.dialog_mut(), key, request, busy);
            if started.is_some() {
                line.shared.usages.referral = started;
            }
        }
        _ if !package.eq_ignore_ascii_case("refer") => {
            let mut response = Response::to_request(request, 489, None);
            response.headers.set("Allow-Events", ALLOW_EVENTS);
            line.respond(key, response);
        }
        Method::Notify => match line.shared.usages.transfer.take() {
            Some(mut transfer) => {
                match transfer.is_about(event) {
                    true => transfer.on_notify(line, key, request),
                    false => line.respond_status(key, request, 481),
                }
                line.shared.usages.transfer = Some(transfer);
            }
            None => line.respond_status(key, request, 481),
        },
        _ => with_referral(line, |line, referral| match referral {
            Some(referral) => referral.on_subscribe(line, session.dialog_mut(), key, request),
            None => line.respond_status(key, request, 481),
        }),
    }
}

pub(super) fn on_response(
    line: &mut Line<'_>,
    session: &mut Session,
    key: &ClientKey,
    response: &Response,
) {
    if let Some(mut transfer) = line.shared.usages.transfer.take_if(|usage| usage.owns(key)) {
        transfer.on_response(line, session.dialog_mut(), response);
        line.shared.usages.transfer = Some(transfer);
    } else {
        with_referral(line, |line, referral| {
            if let Some(referral) = referral {
                referral.on_response(line, session.dialog_mut(), response);
            }
        });
    }
}

pub(super) fn on_no_answer(line: &mut Line<'_>, key: &ClientKey) {
    if let Some(mut transfer) = line.shared.usages.transfer.take_if(|usage| usage.owns(key)) {
        transfer.on_no_answer(line);
        line.shared.usages.transfer = Some(transfer);
    } else {
        with_referral(line, |_, referral| {
            if let Some(referral) = referral {
                referral.on_no_answer();
            }
        });
    }
}

pub(super) fn on_password(line: &mut Line<'_>, session: &mut Session) {
    if let Some(mut transfer) = line.shared.usages.transfer.take() {
        transfer.on_password(line, session.dialog_mut());
        line.shared.usages.transfer = Some(transfer);
    }
    with_referral(line, |line, referral| {
        if let Some(referral) = referral {
            referral.on_password(line, session.dialog_mut());
        }
    });
}

pub(super) fn handle_timeout(line: &mut Line<'_>, session: &mut Session) {
    if let Some(mut transfer) = line.shared.usages.transfer.take() {
        let gone = transfer.handle_timeout(line);
        line.shared.usages.transfer = (!gone).then_some(transfer);
    }
    with_referral(line, |line, referral| {
        if let Some(referral) = referral {
            referral.handle_timeout(line, session.dialog_mut());
        }
    });
}

/// Lends the referral, and forgets it once it is over.
fn with_referral(line: &mut Line<'_>, act: impl FnOnce(&mut Line<'_>, Option<&mut Referral>)) {
    let mut referral = line.shared.usages.referral.take();
    act(line, referral.as_mut());
    line.shared.usages.referral = referral.filter(|referral| !referral.is_over());
}

/// How a call answers to a Replaces that names its dialog (RFC 3891 §3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Replaceable {
    /// It is answered and goes on.
    Confirmed,
    /// It rings at the other side; we began it.
    Early,
    /// It rings here: nobody else may take that over.
    Never,
    /// It is over.
    Ended,
}

impl Call {
    /// Asks the other side to call `target` instead. `None`: there is no such address.
    pub fn refer(&mut self, now: Instant, stack: &mut Stack, target: Option<&ReferTarget>) {
        let line = &mut Line { now, stack, shared: &mut self.shared };
        let busy = line.shared.usages.transfer.as_ref().is_some_and(|old| !old.is_over());
        let failed = |code, text: &str| TransferState::Failed { code, text: text.to_owned() };
        let failure = match (&mut self.stage, target.and_then(ReferTarget::header)) {
            _ if busy => return tracing::debug!(call = %line.shared.id, "already in transfer"),
            (Stage::Session(session), Some(refer_to)) if session.is_on() => {
                let transfer = Transfer::start(line, session.dialog_mut(), refer_to);
                line.shared.usages.transfer = Some(transfer);
                return;
            }
            (Stage::Session(session), None) if session.is_on() => {
                failed(416, "A call cannot be transferred to this address")
            }
            _ => failed(481, "Only a call that was answered can be transferred"),
        };
        line.emit(CallEvent::Transfer(failure));
    }

    /// Whom a REFER must name so that somebody takes over this call's other side (RFC 5589
    /// §7.1); `None` unless it is answered.
    pub fn refer_target(&self) -> Option<ReferTarget> {
        let Stage::Session(session) = &self.stage else { return None };
        let dialog = session.dialog();
        let is_sip = |uri: &String| uri.parse::<super::super::uri::SipUri>().is_ok();
        let uri = dialog.remote_uri().filter(is_sip);
        session.is_on().then(|| ReferTarget {
            uri: uri.unwrap_or_else(|| dialog.remote_target().to_owned()),
            replaces: Some(Replaces::of_dialog(dialog.id())),
        })
    }

    /// The user agrees to what the other side asks for: headers for the new INVITE. `None`
    /// when nothing is asked, or not any more.
    pub fn consent(&mut self) -> Option<Vec<(&'static str, String)>> {
        self.shared.usages.referral.as_mut()?.consent()
    }

    /// The user does not want what the other side asks for.
    pub fn refuse_referral(&mut self, now: Instant, stack: &mut Stack) {
        self.with_session_referral(now, stack, |line, session, referral| {
            referral.refuse(line, session.dialog_mut());
        });
    }

    /// The call that the other side asked for went on.
    pub fn on_progress(&mut self, now: Instant, stack: &mut Stack, progress: Progress) {
        self.with_session_referral(now, stack, |line, session, referral| {
            referral.on_progress(line, session.dialog_mut(), progress);
        });
    }

    fn with_session_referral(
        &mut self,
        now: Instant,
        stack: &mut Stack,
        act: impl FnOnce(&mut Line<'_>, &mut Session, &mut Referral),
    ) {
        let line = &mut Line { now, stack, shared: &mut self.shared };
        let Stage::Session(session) = &mut self.stage else { return };
        with_referral(line, |line, referral| {
            if let Some(referral) = referral {
                act(line, session, referral);
            }
        });
    }

    /// Where requests in its dialog go; `None` while it has no answered dialog.
    pub fn next_hop(&self) -> Option<&str> {
        match &self.stage {
            Stage::Session(session) => Some(session.dialog().next_hop()),
            _ => None,
        }
    }

    /// Counts a request in its dialog that is not about the call. `false`: out of order.
    pub fn count(&mut self, request: &Request) -> bool {
        match &mut self.stage {
            Stage::Session(session) => session.dialog_mut().accept(request).is_ok(),
            _ => true,
        }
    }

    /// What a Replaces finds here; `None` when it names none of this call's dialogs.
    pub fn replaceable(&self, replaces: &Replaces) -> Option<Replaceable> {
        let (id, found): (&DialogId, _) = match &self.stage {
            Stage::Session(session) if session.is_on() => {
                (session.dialog().id(), Replaceable::Confirmed)
            }
            Stage::Session(session) => (session.dialog().id(), Replaceable::Ended),
            Stage::Incoming(incoming) => (incoming.dialog().id(), Replaceable::Never),
            Stage::Outgoing(outgoing) => {
                return outgoing.has_early(|id| replaces.names(id)).then_some(Replaceable::Early);
            }
            Stage::Over => return None,
        };
        replaces.names(id).then_some(found)
    }
}
