//! Transfers where two calls of an account meet: who is to be called, and whose place a call
//! takes (RFC 3891, RFC 5589).

use std::time::Instant;

use super::super::call::{Call, Replaceable};
use super::super::command::ReferTo;
use super::super::message::{Request, Response};
use super::super::replaces::{ReferTarget, Replaces};
use super::super::transaction::ServerKey;
use super::super::{CallEvent, PlaceCall};
use super::{Agent, target};
use crate::model::call::EndReason;
use crate::model::id::CallId;

impl Agent {
    /// Asks the other side of a call to call somebody else.
    pub(super) fn refer(&mut self, now: Instant, call: &CallId, to: &ReferTo) {
        let target = match to {
            ReferTo::Uri(uri) => target(uri).map(|uri| ReferTarget { uri, replaces: None }),
            ReferTo::Call(other) if other == call => None,
            ReferTo::Call(other) => self.calls.get(other).and_then(Call::refer_target),
        };
        match self.calls.get_mut(call) {
            Some(call) => call.refer(now, &mut self.stack, target.as_ref()),
            None => tracing::debug!(%call, "a transfer of a call that is over"),
        }
    }

    /// What a REFER wants in the INVITE of a new call, none for a call of the user's own. `None`
    /// when it came too late: the call is over then.
    pub(super) fn consent(&mut self, place: &PlaceCall) -> Option<Vec<(&'static str, String)>> {
        let Some(referral) = &place.referral else { return Some(Vec::new()) };
        let referred = self.calls.get_mut(referral).and_then(Call::consent);
        match referred {
            Some(_) => self.stack.watch(place.call.clone(), referral.clone()),
            None => {
                let text = "The other side does not wait for this call any more".to_owned();
                let reason = EndReason::Refused { code: 408, text, retry_after: None };
                self.stack.emit_call(&place.call, CallEvent::Ended(reason));
            }
        }
        referred
    }

    /// A call comes in. It may take the place of one of ours.
    pub(super) fn ring(&mut self, now: Instant, key: ServerKey, request: Request, trusted: bool) {
        let replaces = match self.replaced(&request, trusted) {
            Ok(replaces) => replaces,
            Err(status) => {
                let response = Response::to_request(&request, status, None);
                return self.stack.respond(now, &key, response);
            }
        };
        let call = Call::ring(now, &mut self.stack, key, request, trusted, replaces);
        if let Some(call) = call {
            self.calls.insert(call.id().clone(), call);
        }
    }

    /// The call of ours that an INVITE is to replace, or the status that refuses it (RFC 3891
    /// §3). Only our own proxy is trusted to have asked who that is.
    fn replaced(&self, invite: &Request, trusted: bool) -> Result<Option<CallId>, u16> {
        let Some(replaces) = Replaces::of_request(&invite.headers).map_err(|_| 400_u16)? else {
            return Ok(None);
        };
        if !trusted {
            return Err(403);
        }
        let named =
            |call: &Call| call.replaceable(&replaces).map(|found| (call.id().clone(), found));
        match self.calls.values().find_map(named) {
            Some((_, Replaceable::Confirmed)) if replaces.early_only => Err(486),
            Some((id, Replaceable::Confirmed | Replaceable::Early)) => Ok(Some(id)),
            Some((_, Replaceable::Ended)) => Err(603),
            Some((_, Replaceable::Never)) | None => Err(481),
        }
    }
}
