//! One call: an INVITE session from the first message to the last (RFC 3261 §13–§15).

mod accept;
mod dtmf;
mod incoming;
mod line;
mod outgoing;
mod redirect;
mod referral;
mod reliable;
mod session;
mod timer;
mod transfer;
mod usage;

use std::time::Instant;

use super::agent::Stack;
use super::message::{Request, Response};
use super::transaction::{ClientKey, ServerKey};
use super::{PlaceCall, SipCommand};
use crate::model::id::CallId;

use super::dialog::DialogId;
use incoming::Incoming;
use line::{Line, Shared};
use outgoing::Outgoing;
use session::Session;

pub(super) use referral::Progress;
pub(super) use usage::Replaceable;

/// What our INVITE accepts in answers.
const ACCEPT_SDP: &str = super::body::SDP;

/// One call. Everything it says goes through the [`Stack`].
#[derive(Debug)]
pub struct Call {
    shared: Shared,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    /// Our INVITE has no 2xx yet.
    Outgoing(Box<Outgoing>),
    /// An INVITE that we have not answered yet.
    Incoming(Box<Incoming>),
    /// Answered, on until the last BYE and the last repeated 2xx.
    Session(Box<Session>),
    /// Nothing more can come.
    Over,
}

/// What a stage turns into.
#[derive(Debug)]
enum Next {
    Stay,
    Session(Box<Session>),
    Over,
}

impl Call {
    /// Sends an INVITE, with the headers that a REFER wants in it.
    pub fn place(
        now: Instant,
        stack: &mut Stack,
        place: PlaceCall,
        referred: Vec<(&'static str, String)>,
    ) -> Self {
        let mut shared = Shared::new(place.call.clone());
        shared.referred = referred;
        let outgoing = Outgoing::place(&mut Line { now, stack, shared: &mut shared }, &place);
        Self { shared, stage: Stage::Outgoing(Box::new(outgoing)) }
    }

    /// Rings: 180, and the event. `None` when the INVITE is not fit for a dialog; it is
    /// answered then. `replaces` is the call of ours that it takes over.
    pub fn ring(
        now: Instant,
        stack: &mut Stack,
        key: ServerKey,
        request: Request,
        trusted: bool,
        replaces: Option<CallId>,
    ) -> Option<Self> {
        let mut shared = Shared::new(CallId::new(stack.token()));
        shared.replaces = replaces;
        let mut line = Line { now, stack, shared: &mut shared };
        let incoming = Incoming::ring(&mut line, key, request, trusted)?;
        Some(Self { shared, stage: Stage::Incoming(Box::new(incoming)) })
    }

    /// Its identifier.
    pub fn id(&self) -> &CallId {
        &self.shared.id
    }

    /// The core was told that it is over; what is left is only for the other side's sake.
    pub fn is_ended(&self) -> bool {
        self.shared.ended
    }

    /// It rings here.
    pub fn is_incoming(&self) -> bool {
        matches!(self.stage, Stage::Incoming(_))
    }

    /// It came by our own proxy.
    pub fn is_trusted(&self) -> bool {
        matches!(&self.stage, Stage::Incoming(incoming) if incoming.is_trusted())
    }

    /// Nothing more can come, it may be forgotten.
    pub fn is_over(&self, stack: &Stack) -> bool {
        match &self.stage {
            Stage::Over => true,
            Stage::Session(session) => session.is_over(stack) && !self.shared.usages.are_on(),
            _ => false,
        }
    }

    /// Both sides know that it is over, though messages may still be repeated.
    pub fn is_settled(&self) -> bool {
        match &self.stage {
            Stage::Over => true,
            Stage::Session(session) => session.is_settled(),
            _ => false,
        }
    }

    /// Whether a request with this dialog id is ours.
    pub fn is_in(&self, dialog: &DialogId) -> bool {
        match &self.stage {
            Stage::Outgoing(outgoing) => outgoing.is_in(dialog),
            Stage::Incoming(incoming) => incoming.dialog().id() == dialog,
            Stage::Session(session) => session.dialog().id() == dialog,
            Stage::Over => false,
        }
    }

    /// Whether the INVITE of this transaction is this call's and can still be cancelled.
    pub fn rings_for(&self, invite: &ServerKey) -> bool {
        match &self.stage {
            Stage::Incoming(incoming) => incoming.key() == invite,
            // A change of the session is with the core already, which answers at once: the
            // CANCEL comes too late (RFC 3261 §9.2).
            Stage::Session(_) | Stage::Outgoing(_) | Stage::Over => false,
        }
    }

    /// Carries out a command that names this call. What does not fit its state is dropped.
    pub fn command(&mut self, now: Instant, stack: &mut Stack, command: SipCommand) {
        let line = &mut Line { now, stack, shared: &mut self.shared };
        let next = match (&mut self.stage, command) {
            (Stage::Outgoing(outgoing), SipCommand::Hangup(_)) => outgoing.give_up(line),
            (Stage::Outgoing(outgoing), SipCommand::Follow { target, dial_as, .. }) => {
                outgoing.follow(line, &target, dial_as)
            }
            (Stage::Outgoing(outgoing), SipCommand::Acknowledge { sdp, .. }) => {
                outgoing.acknowledge(line, &sdp)
            }
            (Stage::Outgoing(outgoing), SipCommand::AnswerReoffer { sdp, .. }) => {
                outgoing.answer_reoffer(line, sdp)
            }
            (Stage::Incoming(incoming), SipCommand::Answer { sdp, impp, .. }) => {
                incoming.answer(line, sdp, impp.as_ref())
            }
            (Stage::Incoming(incoming), SipCommand::Redirect { to, .. }) => {
                incoming.redirect(line, &to)
            }
            (Stage::Incoming(incoming), SipCommand::Refuse { status, .. }) => {
                incoming.refuse(line, status)
            }
            (Stage::Incoming(incoming), SipCommand::Hangup(_)) => incoming.refuse(line, 603),
            (Stage::Session(session), SipCommand::Hangup(_)) => session.hang_up(line),
            (Stage::Session(session), SipCommand::Acknowledge { sdp, .. }) => {
                session.acknowledge(line, sdp)
            }
            (Stage::Session(session), SipCommand::AnswerReoffer { sdp, .. }) => {
                session.answer_reoffer(line, sdp)
            }
            (Stage::Session(session), SipCommand::Reoffer { sdp, .. }) => session.offer(line, sdp),
            (Stage::Session(session), SipCommand::Digit { digit, .. }) => {
                session.digit(line, digit)
            }
            (_, command) => {
                tracing::debug!(call = %line.shared.id, ?command, "does not fit the call's state");
                Next::Stay
            }
        };
        self.go(next);
    }

    /// A response to one of its requests came.
    pub fn on_response(
        &mut self,
        now: Instant,
        stack: &mut Stack,
        key: &ClientKey,
        response: &Response,
    ) {
        let line = &mut Line { now, stack, shared: &mut self.shared };
        let next = match &mut self.stage {
            Stage::Session(session) if line.shared.usages.own(key) => {
                usage::on_response(line, session, key, response);
                Next::Stay
            }
            Stage::Outgoing(outgoing) => outgoing.on_response(line, key, response),
            Stage::Session(session) => session.on_response(line, key, response),
            Stage::Incoming(_) | Stage::Over => Next::Stay,
        };
        self.go(next);
    }

    /// One of its requests got no answer, or could not be sent.
    pub fn on_no_answer(&mut self, now: Instant, stack: &mut Stack, key: &ClientKey) {
        let line = &mut Line { now, stack, shared: &mut self.shared };
        let next = match &mut self.stage {
            Stage::Session(_) if line.shared.usages.own(key) => {
                usage::on_no_answer(line, key);
                Next::Stay
            }
            Stage::Outgoing(outgoing) => outgoing.on_no_answer(line, key),
            Stage::Session(session) => session.on_no_answer(line, key),
            Stage::Incoming(_) | Stage::Over => Next::Stay,
        };
        self.go(next);
    }

    /// A request in its dialog came.
    pub fn on_request(
        &mut self,
        now: Instant,
        stack: &mut Stack,
        key: &ServerKey,
        request: Request,
    ) {
        let line = &mut Line { now, stack, shared: &mut self.shared };
        let next = match &mut self.stage {
            Stage::Outgoing(outgoing) => outgoing.on_request(line, key, &request),
            Stage::Incoming(incoming) => incoming.on_request(line, key, &request),
            Stage::Session(session) if usage::concerns(&request.method) => {
                usage::on_request(line, session, key, &request);
                Next::Stay
            }
            Stage::Session(session) => session.on_request(line, key, request),
            Stage::Over => Next::Stay,
        };
        self.go(next);
    }

    /// The ACK to a 2xx in its dialog came.
    pub fn on_ack(&mut self, now: Instant, stack: &mut Stack, ack: &Request) {
        let line = &mut Line { now, stack, shared: &mut self.shared };
        let next = match &mut self.stage {
            Stage::Session(session) => session.on_ack(line, ack),
            _ => Next::Stay,
        };
        self.go(next);
    }

    /// The CANCEL of its INVITE came; it was answered already.
    pub fn on_cancel(&mut self, now: Instant, stack: &mut Stack, cancel: &Request) {
        let line = &mut Line { now, stack, shared: &mut self.shared };
        let next = match &mut self.stage {
            Stage::Incoming(incoming) => incoming.on_cancel(line, cancel),
            _ => Next::Stay,
        };
        self.go(next);
    }

    /// The password is there, or will not come.
    pub fn on_password(&mut self, now: Instant, stack: &mut Stack) {
        let line = &mut Line { now, stack, shared: &mut self.shared };
        let next = match &mut self.stage {
            Stage::Outgoing(outgoing) => outgoing.on_password(line),
            Stage::Session(session) => {
                usage::on_password(line, session);
                Next::Stay
            }
            _ => Next::Stay,
        };
        self.go(next);
    }

    /// The way to the proxy was made anew.
    pub fn on_flow_up(&mut self, now: Instant, stack: &mut Stack) {
        let line = &mut Line { now, stack, shared: &mut self.shared };
        if let Stage::Session(session) = &mut self.stage {
            session.on_flow_up(line);
        }
    }

    /// The account is registered anew: an INVITE that waits for that goes out.
    pub fn on_registered(&mut self, now: Instant, stack: &mut Stack) {
        if let Stage::Outgoing(outgoing) = &mut self.stage {
            outgoing.resume(&mut Line { now, stack, shared: &mut self.shared });
        }
    }

    /// It could not be registered.
    pub fn on_not_registered(&mut self, now: Instant, stack: &mut Stack) {
        let line = &mut Line { now, stack, shared: &mut self.shared };
        let next = match &mut self.stage {
            Stage::Outgoing(outgoing) => outgoing.not_moved(line),
            _ => Next::Stay,
        };
        self.go(next);
    }

    /// Our address may be another than the other side knows.
    pub fn watch_contact(&mut self, now: Instant, stack: &mut Stack) {
        let line = Line { now, stack, shared: &mut self.shared };
        if let Stage::Session(session) = &mut self.stage
            && line.stack.flow.is_some()
        {
            let soon = line.stack.transactions.timers().t1;
            session.watch_contact(now, &line.contact(), soon);
        }
    }

    /// When [`Self::handle_timeout`] is due.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let usages = self.shared.usages.poll_timeout();
        self.stage_timeout().into_iter().chain(usages).min()
    }

    fn stage_timeout(&self) -> Option<Instant> {
        match &self.stage {
            Stage::Outgoing(outgoing) => outgoing.poll_timeout(),
            Stage::Incoming(incoming) => incoming.poll_timeout(self.shared.reliable.poll_timeout()),
            Stage::Session(session) => session.poll_timeout(),
            Stage::Over => None,
        }
    }

    /// Runs what is due.
    pub fn handle_timeout(&mut self, now: Instant, stack: &mut Stack) {
        let line = &mut Line { now, stack, shared: &mut self.shared };
        if let Stage::Session(session) = &mut self.stage {
            usage::handle_timeout(line, session);
        }
        if self.stage_timeout().is_none_or(|due| now < due) {
            return;
        }
        let line = &mut Line { now, stack, shared: &mut self.shared };
        let next = match &mut self.stage {
            Stage::Outgoing(outgoing) => outgoing.handle_timeout(line),
            Stage::Incoming(incoming) => incoming.handle_timeout(line),
            Stage::Session(session) => session.handle_timeout(line),
            Stage::Over => Next::Stay,
        };
        self.go(next);
    }

    fn go(&mut self, next: Next) {
        match next {
            Next::Stay => {}
            Next::Session(session) => self.stage = Stage::Session(session),
            Next::Over => self.stage = Stage::Over,
        }
    }
}
