//! The main flow comes, goes, and is asked whether it still lives.

use std::net::SocketAddr;
use std::time::Instant;

use super::super::transport::Ping;
use super::keep_alive::KeepAlive;
use super::probe::{Due, Probe};
use super::{Agent, FlowChange, Need};
use crate::model::account::Transport;
use crate::model::fault::Fault;

impl Agent {
    /// Takes a change of the main flow. Calls go on without it.
    pub fn handle_transport(&mut self, now: Instant, change: FlowChange) {
        if self.resting {
            return self.stack.need(Need::Disconnect);
        }
        match change {
            FlowChange::Up(flow) => {
                self.keep_alive = KeepAlive::start(now, &flow, self.stack.dice());
                self.stack.flow = Some(flow);
                self.stack.public = None;
                self.stack.outbound = false;
                self.probe = Probe::default();
                self.stack.transactions.flow_replaced();
                self.registration.flow_up(now, &mut self.stack);
                for call in self.calls.values_mut() {
                    call.on_flow_up(now, &mut self.stack);
                }
            }
            FlowChange::Down(fault) => {
                self.keep_alive = KeepAlive::default();
                self.stack.flow = None;
                self.registration.flow_down(now, &mut self.stack, fault);
            }
            FlowChange::Moved => {
                self.keep_alive = KeepAlive::default();
                self.stack.flow = None;
                self.registration.moved(&mut self.stack);
            }
        }
        self.settle(now);
    }

    /// The other end of the main flow answered a keep-alive; `mapped` is our address as it
    /// sees it, if it said so.
    pub fn handle_pong(&mut self, now: Instant, mapped: Option<SocketAddr>) {
        if self.stack.flow.is_some() && !self.keep_alive.pong(mapped) {
            self.stack.need(Need::Disconnect);
            self.handle_transport(now, FlowChange::Moved);
        }
    }

    /// The main flow is dead: nothing may be expected of it any more.
    pub(super) fn flow_died(&mut self, now: Instant) {
        self.stack.need(Need::Disconnect);
        let fault = Fault::Lost("the server does not answer any more".to_owned());
        self.handle_transport(now, FlowChange::Down(fault));
    }

    pub(super) fn run_probe(&mut self, now: Instant) {
        let Some((due, old)) = self.probe.handle_timeout(now) else { return };
        if let Some(old) = old {
            self.stack.transactions.forget(&old);
        }
        match due {
            Due::Dead => self.flow_died(now),
            Due::Register => self.registration.verify(now, &mut self.stack),
            Due::Options => {
                let key = self.registration.probe(now, &mut self.stack);
                self.probe.sent(now, key);
                // Where nothing listens any more, the system there says so at once.
                self.stack.need(Need::Ping(Ping::LineBreaks));
            }
        }
    }

    pub(super) fn is_udp(&self) -> bool {
        self.stack.flow.as_ref().is_some_and(|flow| flow.transport == Transport::Udp)
    }
}
