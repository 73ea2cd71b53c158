//! `ringing`, `audio.test` and its like.

use crate::model::sound::{RingingPatch, TestKind};

/// What is asked about sound besides calls and devices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AudioCommand {
    /// `ringing`, `ringing.set`
    Ringing(RingingPatch),
    /// `audio.test`
    Test(TestKind),
    /// `audio.test.hear`: enough was recorded.
    Hear,
    /// `audio.test.stop`
    Stop,
    /// `audio.levels`: the microphone is open for a few seconds from then on.
    Levels,
}
