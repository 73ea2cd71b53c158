//! Hold and resume, and which call has the microphone: never two at once (RFC 3264 §8.4).

use std::time::{Duration, Instant};

use crate::core::command::CommandError;
use crate::core::event::NoticeLevel;
use crate::core::{Core, Output};
use crate::media::MediaCommand;
use crate::model::call::MediaDirection;
use crate::model::id::CallId;
use crate::model::time::Now;
use crate::sdp;
use crate::sip::SipCommand;

use super::record::Stage;

/// How often in a row an offer of ours may cross one of theirs.
const CROSSINGS: u8 = 5;
/// When a new address of ours that the other side did not take is told again, and how often.
const MOVE_AGAIN: Duration = Duration::from_secs(10);
const MOVES: u8 = 6;

/// What our side wants of a session, and what was agreed on.
#[derive(Debug, Default)]
pub(in crate::core) struct Hold {
    /// The other side is to wait.
    pub wanted: bool,
    /// So it was agreed on last.
    pub agreed: bool,
    /// So it says in our `Record::offer`.
    pub offered: bool,
    /// The dialog is confirmed: changes may be offered.
    pub confirmed: bool,
    /// Our address is another since the last offer.
    pub moved: bool,
    /// When the other side is told again of our address, which it did not take.
    pub move_at: Option<Instant>,
    /// It was told that a change without encryption was refused.
    pub was_told_kept: bool,
    /// How often in a row it did not.
    move_failures: u8,
    /// Our offer that is under way.
    under_way: Option<Change>,
    /// How often in a row it crossed theirs.
    crossed: u8,
}

#[derive(Debug)]
struct Change {
    offer: sdp::Offer,
    holds: bool,
    moves: bool,
}

impl Hold {
    /// Nothing of ours is heard, or is to be.
    pub(in crate::core) fn is_on(&self) -> bool {
        self.wanted || self.agreed
    }

    /// What we offer or answer with.
    pub(super) fn direction(&self) -> MediaDirection {
        if self.wanted { MediaDirection::Sendonly } else { MediaDirection::Sendrecv }
    }
}

impl Core {
    pub(super) fn hold_call(&mut self, id: &CallId) -> Result<(), CommandError> {
        self.calls.answered(id)?.hold.wanted = true;
        if self.has_floor(id) {
            self.calls.floor = None;
        }
        self.set_microphone(id);
        self.renegotiate(id);
        Ok(())
    }

    pub(super) fn resume_call(&mut self, id: &CallId) -> Result<(), CommandError> {
        self.calls.answered(id)?;
        self.take_floor(id);
        self.set_microphone(id);
        self.renegotiate(id);
        Ok(())
    }

    pub(super) fn mute_call(&mut self, id: &CallId, on: bool) -> Result<(), CommandError> {
        let record = self.calls.live(id)?;
        record.call.muted = on;
        let speaks = matches!(record.stage, Stage::Running) && !record.hold.is_on();
        if !on && speaks && !self.has_floor(id) {
            self.take_floor(id);
        }
        self.set_microphone(id);
        self.tell_call(id);
        Ok(())
    }

    pub(super) fn has_floor(&self, id: &CallId) -> bool {
        self.calls.floor.as_ref() == Some(id)
    }

    /// Another call has the microphone.
    pub(in crate::core) fn others_have_floor(&self, id: &CallId) -> bool {
        self.calls.floor.as_ref().is_some_and(|floor| floor != id)
    }

    /// Gives a call the microphone; whoever else had it is held.
    pub(in crate::core) fn take_floor(&mut self, id: &CallId) {
        let others: Vec<CallId> = self
            .calls
            .list
            .iter()
            .filter(|record| record.call.id != *id && !record.hold.wanted)
            .filter(|record| matches!(record.stage, Stage::Inviting | Stage::Running))
            .map(|record| record.call.id.clone())
            .collect();
        self.calls.floor = Some(id.clone());
        if let Ok(record) = self.calls.live(id) {
            record.hold.wanted = false;
        }
        for other in others {
            if let Ok(record) = self.calls.live(&other) {
                record.hold.wanted = true;
            }
            self.set_microphone(&other);
            self.renegotiate(&other);
        }
    }

    pub(super) fn leave_floor(&mut self, id: &CallId) {
        if self.has_floor(id) {
            self.calls.floor = None;
        }
    }

    /// Lets the microphone be heard or not, as the call's state wants it.
    pub(in crate::core) fn set_microphone(&mut self, id: &CallId) {
        let has_floor = self.has_floor(id);
        let Ok(record) = self.calls.live(id) else { return };
        if matches!(record.stage, Stage::Ringing | Stage::Preparing { .. }) {
            // There is no session yet; the one that begins is told then.
            return;
        }
        let off = record.call.muted || record.hold.is_on() || !has_floor;
        if off != record.microphone_off {
            record.microphone_off = off;
            self.outputs.push_back(Output::Media(id.clone(), MediaCommand::Mute(off)));
        }
    }

    /// Offers the session as it is wanted now, when it is not so and nothing is under way.
    pub(super) fn renegotiate(&mut self, id: &CallId) {
        let Ok(record) = self.calls.live(id) else { return };
        let hold = &record.hold;
        let is_free = hold.confirmed && hold.under_way.is_none() && record.offer.is_none();
        let is_due = hold.moved || hold.wanted != hold.agreed;
        if !matches!(record.stage, Stage::Running) || !is_free || !is_due {
            return;
        }
        let previous = record.sent.clone();
        let (holds, moves) = (hold.wanted, hold.moved);
        let Some(local) = self.local_media(id) else { return };
        match sdp::offer(&local, previous.as_deref(), &mut self.random) {
            Ok(offer) => {
                let sdp = offer.body.clone();
                if let Ok(record) = self.calls.live(id) {
                    record.hold.moved = false;
                    record.hold.under_way = Some(Change { offer, holds, moves });
                }
                self.ask_sip(id, |call| SipCommand::Reoffer { call, sdp });
            }
            Err(error) => {
                if let Ok(record) = self.calls.live(id) {
                    record.hold.moved = false;
                }
                self.change_failed(id, holds, &error.to_string());
            }
        }
    }

    pub(super) fn on_reanswered(&mut self, id: &CallId, answer: &[u8]) {
        let Ok(record) = self.calls.live(id) else { return };
        let Some(Change { offer, holds, moves }) = record.hold.under_way.take() else { return };
        match sdp::accept(&offer, answer) {
            Ok(plan) => {
                record.sent = Some(offer.body);
                record.hold.agreed = holds;
                record.hold.crossed = 0;
                if moves {
                    (record.hold.move_failures, record.hold.move_at) = (0, None);
                }
                self.run_media(id, plan);
                self.set_microphone(id);
                self.tell_call(id);
                self.renegotiate(id);
            }
            Err(error) => self.change_failed(id, holds, &error.to_string()),
        }
    }

    pub(super) fn on_reoffer_failed(&mut self, now: Now, id: &CallId, code: u16, text: &str) {
        let Ok(record) = self.calls.live(id) else { return };
        let hold = &mut record.hold;
        let Some(change) = hold.under_way.take() else { return };
        if change.moves {
            // Unheard by the other side until it knows.
            hold.move_failures = hold.move_failures.saturating_add(1);
            hold.move_at = (hold.move_failures <= MOVES).then(|| now.steady + MOVE_AGAIN);
        }
        if hold.move_at.is_some() && change.holds == hold.agreed {
            return self.renegotiate(id);
        }
        let why = match text {
            "" => format!("The other side refused it ({code})."),
            text => format!("The other side refused it ({code} {text})."),
        };
        self.change_failed(id, change.holds, &why);
    }

    pub(super) fn on_reoffer_again(&mut self, id: &CallId) {
        let Ok(record) = self.calls.live(id) else { return };
        let Some(change) = record.hold.under_way.take() else { return };
        record.hold.crossed = record.hold.crossed.saturating_add(1);
        if record.hold.crossed > CROSSINGS {
            let why = "Both sides keep changing the call at the same time.";
            return self.change_failed(id, change.holds, why);
        }
        record.hold.moved |= change.moves;
        self.renegotiate(id);
    }

    /// Other sides that did not take our address are told again.
    pub(super) fn moves_timeout(&mut self, now: Now) {
        let mut due = Vec::new();
        for record in &mut self.calls.list {
            if record.hold.move_at.take_if(|at| *at <= now.steady).is_some() {
                record.hold.moved = true;
                due.push(record.call.id.clone());
            }
        }
        for id in due {
            self.renegotiate(&id);
        }
    }

    /// The session stays as it was, and so does what is wanted of it.
    fn change_failed(&mut self, id: &CallId, holds: bool, why: &str) {
        let floor_is_free = self.calls.floor.is_none();
        let had_floor = self.has_floor(id);
        let Ok(record) = self.calls.live(id) else { return };
        record.hold.crossed = 0;
        let peer = record.call.peer.display.clone();
        let was_for_hold = record.hold.agreed != holds;
        if record.hold.wanted == holds {
            record.hold.wanted = record.hold.agreed;
        }
        let stays_held = record.hold.wanted;
        let text = match (was_for_hold, holds) {
            (true, true) if !had_floor && !stays_held => {
                // Who is to wait does not get to hear us by refusing it; nor while somebody else
                // has the microphone.
                record.call.muted = true;
                format!("{peer} could not be put on hold, and is muted instead. {why}")
            }
            (true, true) => format!("{peer} could not be put on hold. {why}"),
            (true, false) => format!("The call with {peer} could not be resumed. {why}"),
            (false, _) => format!("The call with {peer} could not be changed. {why}"),
        };
        if stays_held && had_floor {
            self.calls.floor = None;
        } else if !stays_held && floor_is_free {
            self.calls.floor = Some(id.clone());
        }
        self.set_microphone(id);
        self.notice(NoticeLevel::Warning, text);
        self.tell_call(id);
        self.renegotiate(id);
    }
}
