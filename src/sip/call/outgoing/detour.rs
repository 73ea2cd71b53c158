//! An INVITE that one of the server's targets cannot serve goes to the next one as a transaction
//! of its own, the same but for its branch (RFC 3263 §4.3). The way there is the registration's.

use super::super::Next;
use super::super::line::Line;
use super::Outgoing;
use crate::model::call::EndReason;

/// The most targets that one INVITE goes on to.
const MAX_DETOURS: u8 = 8;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Detour {
    taken: u8,
    /// Somebody has rung: the target serves.
    pub rang: bool,
    /// The next target is being reached; if it is not, the call ends so.
    waiting: Option<EndReason>,
}

impl Outgoing {
    /// The target failed us: goes to the next one, or ends the call.
    pub(super) fn detour(&mut self, line: &mut Line<'_>, why: EndReason) -> Next {
        let may = !self.given_up && !self.detour.rang && self.detour.taken < MAX_DETOURS;
        if !may || !line.stack.elsewhere() {
            line.end(why);
            return Next::Over;
        }
        self.detour.taken += 1;
        self.detour.waiting = Some(why);
        self.key = None;
        Next::Stay
    }

    /// There is another target.
    pub fn resume(&mut self, line: &mut Line<'_>) {
        if self.detour.waiting.take().is_none() {
            return;
        }
        self.invite.headers.remove("Route");
        for route in &line.stack.service_route {
            self.invite.headers.push("Route", route.as_str());
        }
        self.transmit(line);
    }

    /// There is none after all.
    pub fn not_moved(&mut self, line: &mut Line<'_>) -> Next {
        match self.detour.waiting.take() {
            Some(why) => {
                line.end(why);
                Next::Over
            }
            None => Next::Stay,
        }
    }
}
