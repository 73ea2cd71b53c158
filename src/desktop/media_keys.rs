//! The keys of a headset or a keyboard for media. Desktops hand them on to whoever plays
//! something (MPRIS 2.2, <https://specifications.freedesktop.org/mpris-spec/latest/>), and so do
//! headsets by Bluetooth (BlueZ's AVRCP). Therefore a player is on the session's bus while a call
//! rings or is on, and at no other time: it would take the keys from what plays music.

use crate::desktop::status::{OnCall, Phase, Status};

#[cfg(all(unix, not(target_os = "macos")))]
mod bus;
#[cfg(all(unix, not(target_os = "macos")))]
pub use bus::{BusAddress, keys};

/// A key that was pressed. What it does is decided where calls are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Key {
    /// The one that most headsets and keyboards have.
    PlayPause,
    /// Play alone: a headset by Bluetooth sends it while nothing is said to play.
    Play,
    /// Pause alone: likewise while something plays.
    Pause,
    /// Stop.
    Stop,
}

/// A call as what plays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// With whom, as the window shows it.
    pub title: String,
    /// The microphone is heard; not while it rings, so that a headset's key says "play".
    pub plays: bool,
    /// It can be muted, unmuted or answered.
    pub can_play: bool,
}

impl Shown {
    /// The call that keys are meant for; none while nothing rings or goes on, or they are not
    /// wanted.
    pub fn of(status: &Status) -> Option<Self> {
        if !status.media_keys {
            return None;
        }
        let shown = |call: &&OnCall| call.phase != Phase::Quiet;
        let call = status.calls.iter().find(shown)?;
        Some(Self {
            title: call.with.clone(),
            plays: matches!(call.phase, Phase::On | Phase::Out) && !call.muted,
            can_play: call.phase != Phase::Rests,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::id::CallId;

    fn call(phase: Phase, muted: bool) -> OnCall {
        let with = format!("{phase:?}");
        OnCall { id: CallId::new("1"), with, phase, muted, answered: phase == Phase::On }
    }

    fn shown(calls: Vec<OnCall>) -> Option<Shown> {
        Shown::of(&Status { calls, ..Status::default() })
    }

    #[test]
    fn there_is_a_player_while_a_call_rings_or_is_on() {
        assert_eq!(shown(vec![]), None);
        assert_eq!(shown(vec![call(Phase::Quiet, false)]), None, "a stranger takes no keys");
        let calls = vec![call(Phase::On, false)];
        assert_eq!(Shown::of(&Status { calls, media_keys: false, ..Status::default() }), None);
        for (phase, muted, plays) in [
            (Phase::Rings, false, false),
            (Phase::On, false, true),
            (Phase::On, true, false),
            (Phase::Out, false, true),
            (Phase::Rests, false, false),
        ] {
            let shown = shown(vec![call(phase, muted), call(Phase::Quiet, false)]);
            let shown = shown.map(|shown| (shown.title, shown.plays));
            assert_eq!(shown, Some((format!("{phase:?}"), plays)));
        }
    }
}
