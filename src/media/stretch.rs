//! Shortening sound and filling gaps in it without a click: both look for the lag at which
//! the sound repeats itself.

use super::frame::SAMPLE_RATE;

/// Shortest repetition that is looked for: 2.5 ms (400 Hz).
const MIN_LAG: usize = 120;
/// Longest repetition: 15 ms (67 Hz).
const MAX_LAG: usize = 720;
/// What is compared: 10 ms.
const WINDOW: usize = 480;
/// Every how many samples are compared: 12 kHz are enough for pitch.
const STEP: usize = 4;

/// Samples that [`shorten`] needs.
pub const SHORTEN_NEEDS: usize = 2 * MAX_LAG;

/// Takes one repetition (2.5 to 15 ms) out of the start of `samples`; returns how many samples
/// went. Nothing goes where the sound does not repeat itself, unless it is faint.
pub fn shorten(samples: &mut Vec<f32>) -> usize {
    let Some(head) = samples.get(..SHORTEN_NEEDS) else {
        return 0;
    };
    let (lag, likeness) = best_lag(|lag| (head, head.get(lag..).unwrap_or_default()));
    let energy = head.iter().map(|s| s * s).sum::<f32>() / head.len() as f32;
    if likeness < 0.6 && energy > 1e-5 {
        return 0;
    }
    let (first, second) = samples.split_at_mut(lag);
    let steps = lag as f32;
    for (index, (old, new)) in first.iter().zip(second.iter_mut()).enumerate() {
        let weight = index as f32 / steps;
        *new = old * (1.0 - weight) + *new * weight;
    }
    samples.drain(..lag);
    lag
}

/// Fills gaps by repeating what came last, fading to silence over 60 ms.
#[derive(Debug)]
pub struct Concealer {
    history: Vec<f32>,
    lag: usize,
    position: usize,
    filled: usize,
}

const HISTORY: usize = MAX_LAG + WINDOW;
const FADE: usize = SAMPLE_RATE as usize * 60 / 1_000;
const BLEND: usize = SAMPLE_RATE as usize * 5 / 1_000;

impl Default for Concealer {
    fn default() -> Self {
        Self { history: vec![0.0; HISTORY], lag: 0, position: 0, filled: 0 }
    }
}

impl Concealer {
    /// Fills a gap.
    pub fn fill(&mut self, out: &mut [f32]) {
        if self.lag == 0 {
            let end = self.history.len();
            let tail = |lag: usize| {
                self.history.get(end.saturating_sub(WINDOW + lag)..).unwrap_or_default()
            };
            let (lag, _) = best_lag(|lag| (tail(0), tail(lag)));
            (self.lag, self.position, self.filled) = (lag, 0, 0);
        }
        for sample in out {
            *sample = self.next_sample();
        }
    }

    /// Good sound: blends it with the end of a gap and remembers it.
    pub fn good(&mut self, samples: &mut [f32]) {
        if self.lag != 0 {
            for (index, sample) in samples.iter_mut().take(BLEND).enumerate() {
                let weight = index as f32 / BLEND as f32;
                *sample = *sample * weight + self.next_sample() * (1.0 - weight);
            }
            self.lag = 0;
        }
        let keep = samples.len().min(HISTORY);
        self.history.copy_within(keep.., 0);
        let start = HISTORY.saturating_sub(keep);
        if let (Some(to), Some(from)) =
            (self.history.get_mut(start..), samples.get(samples.len().saturating_sub(keep)..))
        {
            to.copy_from_slice(from);
        }
    }

    fn next_sample(&mut self) -> f32 {
        let index = (HISTORY.saturating_sub(self.lag)).saturating_add(self.position);
        let sample = self.history.get(index).copied().unwrap_or_default();
        let gain = 1.0 - self.filled.min(FADE) as f32 / FADE as f32;
        self.position = (self.position + 1) % self.lag.max(1);
        self.filled = self.filled.saturating_add(1).min(FADE);
        sample * gain
    }
}

/// The lag whose two windows are most alike, and how alike they are (-1 to 1).
fn best_lag<'a>(windows: impl Fn(usize) -> (&'a [f32], &'a [f32])) -> (usize, f32) {
    let mut best = (MIN_LAG, f32::MIN);
    for lag in (MIN_LAG..=MAX_LAG).step_by(STEP) {
        let (a, b) = windows(lag);
        let (mut cross, mut aa, mut bb) = (0.0, 1e-9, 1e-9);
        for (x, y) in a.iter().zip(b).take(WINDOW).step_by(STEP) {
            cross += x * y;
            aa += x * x;
            bb += y * y;
        }
        let likeness = cross / f32::sqrt(aa * bb);
        if likeness > best.1 {
            best = (lag, likeness);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(samples: usize) -> Vec<f32> {
        (0..samples)
            .map(|n| (n as f32 * 200.0 * std::f32::consts::TAU / 48_000.0).sin() * 0.5)
            .collect()
    }

    fn biggest_step(samples: &[f32]) -> f32 {
        samples.windows(2).map(|w| (w[0] - w[1]).abs()).fold(0.0, f32::max)
    }

    #[test]
    fn a_shortened_tone_stays_a_tone() {
        let mut samples = tone(4_800);
        let gone = shorten(&mut samples);
        assert_eq!((gone % 240, samples.len()), (0, 4_800 - gone));
        assert!(gone > 0 && biggest_step(&samples) < 0.02);
    }

    #[test]
    fn noise_is_not_shortened_unless_faint() {
        let mut state = 1_u32;
        let mut noise: Vec<f32> = (0..4_800)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 8) as f32 / 8_388_608.0 - 1.0
            })
            .collect();
        assert_eq!(shorten(&mut noise), 0);
        let mut faint: Vec<f32> = noise.iter().map(|s| s * 0.001).collect();
        assert!(shorten(&mut faint) > 0);
    }

    #[test]
    fn a_gap_in_a_tone_is_filled_smoothly_and_fades() {
        let mut concealer = Concealer::default();
        let mut sound = tone(4_800);
        concealer.good(&mut sound);
        let mut gap = vec![0.0; 4_800];
        concealer.fill(&mut gap);
        sound.extend(&gap);
        assert!(biggest_step(&sound) < 0.02);
        assert!(gap.iter().skip(FADE).all(|s| *s == 0.0));
        let mut next = tone(960);
        concealer.good(&mut next);
        assert!(next[0].abs() < 0.01);
    }
}
