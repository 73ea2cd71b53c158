//! What is heard besides calls, by the calls as they stand: the ring tone, that one more call
//! waits, that the other side rings, is busy or has hung up.

use super::calls::Stage;
use super::{Core, Output};
use crate::media::side::{SideCommand, Sounding};
use crate::model::call::{Call, CallState, Direction, EndReason};
use crate::model::presence::Show;
use crate::model::sound::{Ringing, Tone};

/// What of it is under way.
#[derive(Debug, Default)]
pub(super) struct Tones {
    /// How it rings.
    pub(super) ringing: Ringing,
    /// What goes on until it is told to end.
    on: Option<Sounding>,
    /// What a call that just ended is to be heard of.
    parting: Option<Tone>,
    /// Such a one was begun, and may still be heard.
    parted: bool,
    /// The number of the newest command.
    turn: u64,
}

impl Core {
    /// Lets be heard what there is to be heard now. Called after each input.
    pub(super) fn settle_tones(&mut self) {
        let parting = self.tones.parting.take();
        let is_live = self.calls.live_count() > 0;
        if is_live {
            self.end_test_for_call();
        }
        if let Some(wanted) = self.tone_now().and_then(|tone| self.sounding(tone)) {
            if self.tones.on.as_ref() != Some(&wanted) {
                (self.tones.on, self.tones.parted) = (Some(wanted.clone()), false);
                let _ = self.play(wanted);
            }
            return;
        }
        let was_on = self.tones.on.take().is_some();
        let parting = parting.filter(|_| !is_live).and_then(|tone| self.sounding(tone));
        // A new call is not to begin under the end of the last.
        let is_under = is_live && std::mem::take(&mut self.tones.parted);
        if let Some(parting) = parting {
            self.tones.parted = true;
            let _ = self.play(parting);
        } else if was_on || is_under {
            self.silence();
        }
    }

    /// A call ended: what the person is to hear of that.
    pub(super) fn part(&mut self, tone: Option<Tone>) {
        self.tones.parting = tone.or(self.tones.parting);
    }

    pub(super) fn next_turn(&mut self) -> u64 {
        self.tones.turn += 1;
        self.tones.turn
    }

    pub(super) fn play(&mut self, sounding: Sounding) -> u64 {
        self.stop_listening();
        let turn = self.next_turn();
        self.outputs.push_back(Output::Side(SideCommand::Play { turn, sounding }));
        turn
    }

    pub(super) fn silence(&mut self) {
        self.next_turn();
        self.outputs.push_back(Output::Side(SideCommand::Silence));
    }

    /// What goes on as long as the calls stand as they do.
    fn tone_now(&self) -> Option<Tone> {
        let live = || self.calls.list.iter().filter(|record| !record.is_over());
        let rings = live().any(|record| {
            matches!(record.stage, Stage::Ringing) && record.screened && !record.call.quiet
        });
        if rings && self.presence.0 != Show::Dnd {
            let is_talking = live().any(|record| !matches!(record.stage, Stage::Ringing));
            return match (is_talking, self.tones.ringing.on) {
                (true, _) => Some(Tone::Waiting),
                (false, on) => on.then_some(Tone::Ring),
            };
        }
        let is_heard = live().any(|record| record.call.state == CallState::Active);
        // What comes from the other side is its own ringback tone, or an announcement.
        let is_called = live().any(|record| {
            matches!(record.stage, Stage::Inviting)
                && record.call.state == CallState::Ringing
                && !record.has_media()
        });
        (is_called && !is_heard).then_some(Tone::Ringback)
    }

    /// Where a tone is heard and how loud; nowhere when there is no place for it.
    pub(super) fn sounding(&self, tone: Tone) -> Option<Sounding> {
        let rings = matches!(tone, Tone::Ring | Tone::RingOnce);
        let device = if rings { self.audio.rings_at() } else { self.audio.tones_at() };
        let gain = if rings { self.tones.ringing.volume.gain() } else { 1.0 };
        device.map(|device| Sounding { tone, device: device.clone(), gain })
    }
}

/// What the person hears of a call's end: that the other side is busy or hung up, that a call
/// cannot be had. Nothing of what they did themselves.
pub(super) fn parting(call: &Call, reason: &EndReason) -> Option<Tone> {
    let is_ours = call.direction == Direction::Out;
    match (reason, call.answered) {
        (EndReason::RemoteHangup | EndReason::NotConnected, Some(_)) => Some(Tone::Over),
        // Busy here, busy everywhere, declined (RFC 3261 §21).
        (EndReason::Refused { code: 486 | 600 | 603, .. }, None) if is_ours => Some(Tone::Busy),
        (EndReason::Refused { code: 487, .. }, _) => None,
        (EndReason::Refused { .. } | EndReason::NoAnswer | EndReason::NotConnected, None)
            if is_ours =>
        {
            Some(Tone::Failed)
        }
        _ => None,
    }
}
