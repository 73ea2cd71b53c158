//! What a 2xx of the registrar says (RFC 3261 §10.2.4, RFC 3608, RFC 5626 §4.2.1).

use std::time::{Duration, Instant};

use super::super::agent::{Stack, bracketed};
use super::super::message::{Headers, Response};
use super::super::value::NameAddr;
use super::{MAX_EXPIRES, Phase, Registration, State};
use crate::model::account::{Security, Transport};
use crate::model::fault::Fault;

/// Over UDP a server that was restarted in between has forgotten us, and nothing but a REGISTER
/// tells: the shortest and longest pause between two, in seconds. Streams break, and with a call
/// on the proxy is probed.
const CHECK: (f64, f64) = (60.0, 90.0);
/// Registrations in a row for an address that was seen to be another.
const MAX_MOVES: u8 = 2;
/// Identities that are kept of P-Associated-URI.
const MAX_IDENTITIES: usize = 16;

fn check_in(stack: &mut Stack) -> Duration {
    if stack.flow.as_ref().is_none_or(|flow| flow.transport != Transport::Udp) {
        return Duration::MAX;
    }
    let (least, most) = CHECK;
    let share = f64::from(stack.dice()) / f64::from(u32::MAX);
    Duration::from_secs_f64(least + (most - least) * share)
}

impl Registration {
    pub(super) fn on_success(&mut self, now: Instant, stack: &mut Stack, response: &Response) {
        if let Some(credentials) = &stack.credentials
            && self.auth.verify(response, credentials).is_err()
        {
            return self.fail(now, stack, Fault::Impostor, None);
        }
        stack.accepted(&mut self.auth, response);
        self.challenges = 0;
        self.attempt = 0;
        self.old.clear();
        self.take_identity(stack, &response.headers);
        stack.service_route =
            response.headers.list("Service-Route").into_iter().take(8).map(str::to_owned).collect();
        self.phase = Phase::Registered;
        let granted = self.granted(&response.headers);
        // 80–90 % of the lifetime, spread so that many clients do not come at once.
        let share = 0.8 + 0.1 * f64::from(stack.dice()) / f64::from(u32::MAX);
        let lifetime = Duration::from_secs(granted.into()).mul_f64(share);
        self.due = Some(now + lifetime.min(check_in(stack)));
        // Registered again at once for a new address, but not for one that changes each time.
        let moved = !stack.outbound && self.learn_address(stack, response);
        if moved && self.moves < MAX_MOVES {
            self.moves += 1;
            self.register(now, stack);
            return;
        }
        self.moves = 0;
        let Some(flow) = &stack.flow else { return };
        let state = State::Registered {
            local: flow.local.ip(),
            security: Security {
                transport: flow.transport,
                tls: flow.tls.clone(),
                auth: self.auth.mechanism().to_owned(),
            },
        };
        self.tell(stack, state);
    }

    /// What the registrar says about who and how we are.
    fn take_identity(&mut self, stack: &mut Stack, headers: &Headers) {
        let values = headers.list("P-Associated-URI").into_iter();
        let uris = values.filter_map(|value| value.parse::<NameAddr>().ok()).map(|value| value.uri);
        stack.identities = uris.take(MAX_IDENTITIES).collect();
        let required = headers.list("Require");
        let agreed = required.iter().any(|tag| tag.eq_ignore_ascii_case("outbound"));
        stack.outbound = agreed && self.reg_id;
        if stack.outbound {
            // The registrar knows us by the flow now: no address is written over.
            stack.public = None;
            let timer = headers.get("Flow-Timer").and_then(|text| text.trim().parse::<u64>().ok());
            let timer = timer.map(|seconds| Duration::from_secs(seconds.clamp(5, 3600)));
            self.agreed = Some(timer);
        }
    }

    /// Takes our address as the proxy sees it (RFC 3581) and says whether it is news.
    pub(super) fn learn_address(&self, stack: &mut Stack, response: &Response) -> bool {
        let Some(via) = response.headers.via() else { return false };
        let (host, port) = stack.local_address();
        let host = via.received().map_or(host, bracketed);
        let seen = (host, via.rport().unwrap_or(port));
        let news = seen != stack.public_address();
        stack.public = (seen != stack.local_address()).then_some(seen);
        news
    }

    /// The lifetime in seconds that the registrar gave to our Contact.
    fn granted(&self, headers: &Headers) -> u32 {
        let bound = self.bound.as_deref().and_then(|bound| bound.parse::<NameAddr>().ok());
        let ours =
            headers.list("Contact").into_iter().filter_map(|value| value.parse::<NameAddr>().ok());
        ours.filter(|value| bound.as_ref().is_some_and(|bound| bound.uri == value.uri))
            .find_map(|value| value.params.get("expires").and_then(|text| text.parse::<u32>().ok()))
            .or_else(|| headers.get("Expires").and_then(|text| text.trim().parse().ok()))
            .unwrap_or(self.expires)
            .clamp(10, MAX_EXPIRES)
    }
}
