//! Sends back what was received, a moment later.

use std::collections::VecDeque;

use super::Source;
use crate::media::frame::{FRAME, Frame};

/// 0.7 s.
const DELAY_FRAMES: usize = 35;

/// See the module.
pub(super) struct Echo {
    waiting: VecDeque<Frame>,
}

impl Default for Echo {
    fn default() -> Self {
        let mut waiting = VecDeque::with_capacity(2 * DELAY_FRAMES);
        waiting.resize(DELAY_FRAMES, [0.0; FRAME]);
        Self { waiting }
    }
}

impl Source for Echo {
    fn read(&mut self, frame: &mut Frame) {
        match self.waiting.pop_front() {
            Some(heard) => *frame = heard,
            None => frame.fill(0.0),
        }
    }

    fn hear(&mut self, played: &Frame) {
        if self.waiting.len() < 2 * DELAY_FRAMES {
            self.waiting.push_back(*played);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_heard_comes_back_after_the_delay() {
        let mut echo = Echo::default();
        let mut out = [0.0; FRAME];
        for n in 1..=100_u16 {
            echo.hear(&[f32::from(n); FRAME]);
            echo.read(&mut out);
            assert_eq!(out[0], f32::from(n.saturating_sub(DELAY_FRAMES as u16)));
        }
    }
}
