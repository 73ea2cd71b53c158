//! What waits in the account's mailbox (RFC 3842): a subscription for our own address, and
//! NOTIFYs that the provider sends unasked.

mod summary;

use std::time::Instant;

use super::SipEvent;
use super::agent::{Owner, Stack};
use super::message::{Request, Response};
use super::subscription::{Package, Subscription};
use super::text::before_params;
use super::transaction::{ClientKey, ServerKey};
use crate::model::account::Mailbox as State;

/// The package and its body.
pub const MESSAGE_SUMMARY: Package = Package {
    event: "message-summary",
    accept: "application/simple-message-summary",
    expires: 3600,
};

/// See the module.
#[derive(Debug, Default)]
pub struct Mailbox {
    subscription: Option<Subscription>,
    told: Option<State>,
}

impl Mailbox {
    /// The account was registered: asks for the mailbox's state, or says where we are now. A
    /// provider that refused is asked again only here.
    pub fn registered(&mut self, now: Instant, stack: &mut Stack) {
        match self.subscription.as_mut().filter(|subscription| !subscription.is_over()) {
            Some(subscription) => subscription.refresh(now, stack),
            None => {
                let resource = stack.aor_uri();
                self.subscription = Some(Subscription::start(
                    now,
                    stack,
                    Owner::Mailbox,
                    MESSAGE_SUMMARY,
                    resource,
                ));
            }
        }
    }

    /// Unsubscribes.
    pub fn quit(&mut self, now: Instant, stack: &mut Stack) {
        if let Some(subscription) = &mut self.subscription {
            subscription.unsubscribe(now, stack);
        }
    }

    pub fn on_response(
        &mut self,
        now: Instant,
        stack: &mut Stack,
        key: &ClientKey,
        response: &Response,
    ) {
        if let Some(subscription) = &mut self.subscription {
            let ours = subscription.on_response(now, stack, key, response);
            // Not worth the flow of a call.
            if ours && response.status == 503 && !stack.in_call {
                stack.elsewhere();
            }
        }
    }

    pub fn on_no_answer(&mut self, now: Instant, stack: &mut Stack, key: &ClientKey) {
        if let Some(subscription) = &mut self.subscription {
            subscription.on_no_answer(now, stack, key);
        }
    }

    pub fn on_password(&mut self, now: Instant, stack: &mut Stack) {
        if let Some(subscription) = &mut self.subscription {
            subscription.on_password(now, stack);
        }
    }

    /// Takes a NOTIFY of our subscription. `false` for one that is not.
    pub fn on_notify(
        &mut self,
        now: Instant,
        stack: &mut Stack,
        key: &ServerKey,
        notify: &Request,
    ) -> bool {
        let Some(subscription) = self.subscription.as_mut().filter(|own| own.is_meant(notify))
        else {
            return false;
        };
        if let Some(body) = subscription.on_notify(now, stack, key, notify) {
            self.tell(stack, &body);
        }
        true
    }

    /// Takes a NOTIFY that nobody asked for, of our own provider. Gives its answer.
    pub fn on_unsolicited(&mut self, stack: &mut Stack, notify: &Request) -> Response {
        let media_type = notify.headers.get("Content-Type").unwrap_or(MESSAGE_SUMMARY.accept);
        let media_type = before_params(media_type);
        if !media_type.eq_ignore_ascii_case(MESSAGE_SUMMARY.accept) {
            let mut response = Response::to_request(notify, 415, None);
            response.headers.set("Accept", MESSAGE_SUMMARY.accept);
            return response;
        }
        self.tell(stack, &notify.body);
        Response::to_request(notify, 200, None)
    }

    pub fn poll_timeout(&self) -> Option<Instant> {
        self.subscription.as_ref().and_then(Subscription::poll_timeout)
    }

    pub fn handle_timeout(&mut self, now: Instant, stack: &mut Stack) {
        if let Some(subscription) = &mut self.subscription {
            subscription.handle_timeout(now, stack);
        }
    }

    fn tell(&mut self, stack: &mut Stack, body: &[u8]) {
        let Some(state) = summary::read(body) else {
            return tracing::debug!("a mailbox's state that cannot be read");
        };
        if self.told.as_ref() != Some(&state) {
            self.told = Some(state.clone());
            stack.emit(SipEvent::Mailbox(state));
        }
    }
}
