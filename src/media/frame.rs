//! The unit of sound inside a call.

/// Samples a second, everywhere between device and codec.
pub const SAMPLE_RATE: u32 = 48_000;

/// Samples in a frame: 20 ms.
pub const FRAME: usize = 960;

/// 20 ms of mono sound at 48 kHz, -1.0 to 1.0.
pub type Frame = [f32; FRAME];
