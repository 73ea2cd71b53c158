//! Whether a recording holds what was played: normalised cross-correlation, pure Rust.

/// The lag at which a recording is most like its reference, and how much.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Match {
    /// -1 to 1; 1 is equal but for the level.
    pub likeness: f64,
    /// Samples by which the recording is later.
    pub lag: isize,
}

/// Compares `recorded` with `reference` (same rate) at every lag from `-max_lag` to `max_lag`.
/// The search is done at a twelfth of the rate and then refined.
pub fn best_match(reference: &[f32], recorded: &[f32], max_lag: usize) -> Match {
    const FACTOR: isize = 12;
    let coarse = (thin(reference, FACTOR as usize), thin(recorded, FACTOR as usize));
    let limit = max_lag as isize / FACTOR;
    let around = search(&coarse.0, &coarse.1, -limit..=limit).lag * FACTOR;
    search(reference, recorded, around - FACTOR..=around + FACTOR)
}

/// Reads a WAV file's first channel as floats, with its sample rate.
#[allow(dead_code)] // Not every test reads a file.
pub fn read_wav(path: &std::path::Path) -> (Vec<f32>, u32) {
    let mut reader = hound::WavReader::open(path).expect("a complete WAV file");
    let spec = reader.spec();
    assert_eq!((spec.sample_format, spec.bits_per_sample), (hound::SampleFormat::Int, 16));
    let samples = reader
        .samples::<i16>()
        .step_by(usize::from(spec.channels))
        .map(|sample| f32::from(sample.expect("a sample")) / 32_768.0)
        .collect();
    (samples, spec.sample_rate)
}

fn search(reference: &[f32], recorded: &[f32], lags: impl Iterator<Item = isize>) -> Match {
    let at = |lag| Match { likeness: likeness(reference, recorded, lag), lag };
    lags.map(at).max_by(|a, b| a.likeness.total_cmp(&b.likeness)).expect("a lag")
}

fn likeness(reference: &[f32], recorded: &[f32], lag: isize) -> f64 {
    let skip = |samples: &[f32], by: isize| samples.len().min(by.max(0) as usize);
    let recorded = &recorded[skip(recorded, lag)..];
    let reference = &reference[skip(reference, -lag)..];
    let (mut cross, mut a, mut b) = (0.0_f32, 1e-9_f32, 1e-9_f32);
    for (x, y) in reference.iter().zip(recorded) {
        cross += x * y;
        a += x * x;
        b += y * y;
    }
    f64::from(cross) / (f64::from(a) * f64::from(b)).sqrt()
}

fn thin(samples: &[f32], factor: usize) -> Vec<f32> {
    samples.chunks_exact(factor).map(|chunk| chunk.iter().sum::<f32>() / factor as f32).collect()
}

#[test]
fn finds_a_late_and_quiet_copy_and_nothing_else() {
    let mut state = 1_u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / 8_388_608.0 - 1.0
    };
    let white: Vec<f32> = (0..24_000).map(|_| noise()).collect();
    let reference: Vec<f32> =
        white.windows(24).map(|window| window.iter().sum::<f32>() / 6.0).collect();
    let mut copy = vec![0.0; 1_000];
    copy.extend(reference.iter().map(|sample| sample * 0.1));
    let found = best_match(&reference, &copy, 3_000);
    assert!(found.lag == 1_000 && found.likeness > 0.999, "{found:?}");
    let other: Vec<f32> = (0..24_000).map(|_| noise()).collect();
    assert!(best_match(&reference, &other, 3_000).likeness < 0.2);
}
