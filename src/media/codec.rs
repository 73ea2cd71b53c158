//! Codecs, between frames of 48 kHz mono and RTP payloads: Opus (RFC 6716, RFC 7587) and G.711.

use opus::{Application, Bitrate, Channels};

use super::frame::SAMPLE_RATE;
use super::resample::Resampler;
use super::stretch::Concealer;
use super::{MediaError, g711};
use crate::sdp::{Codec, CodecPlan};

/// The longest packet that is decoded: 120 ms.
pub const MAX_SAMPLES: usize = 5_760;

const BITRATE: i32 = 32_000;
const COMPLEXITY: i32 = 9;

/// Sound to payloads.
pub struct Encoder {
    kind: EncoderKind,
    samples: usize,
    waiting: Vec<f32>,
}

enum EncoderKind {
    Opus(opus::Encoder),
    G711(Box<Compressor>),
}

struct Compressor {
    law: Codec,
    resampler: Resampler,
    octets: Vec<u8>,
}

impl Encoder {
    /// An encoder for what was agreed on. The peer's `maxaveragebitrate`, `cbr`, `usedtx` and
    /// `useinbandfec` are followed (RFC 7587 §6.1).
    ///
    /// # Errors
    /// libopus or the resampler refuses.
    pub fn new(plan: &CodecPlan) -> Result<Self, MediaError> {
        let samples = (plan.ptime_ms.clamp(10, 60) * (SAMPLE_RATE / 1_000)) as usize;
        let kind = match plan.codec {
            Codec::Opus => EncoderKind::Opus(opus_encoder(&plan.remote_fmtp).map_err(codec_error)?),
            law @ (Codec::Pcmu | Codec::Pcma) => EncoderKind::G711(Box::new(Compressor {
                law,
                resampler: resampler(SAMPLE_RATE, law.clock_rate())?,
                octets: Vec::with_capacity(MAX_SAMPLES),
            })),
        };
        Ok(Self { kind, samples, waiting: Vec::with_capacity(2 * MAX_SAMPLES) })
    }

    /// Tells the encoder how many per cent of its packets get lost on the way.
    pub fn expect_loss(&mut self, pct: i32) {
        if let EncoderKind::Opus(encoder) = &mut self.kind {
            // It stays as it was if libopus refuses.
            let _ = encoder.set_packet_loss_perc(pct.clamp(0, 50));
        }
    }

    /// Forgets sound that does not fill a packet yet; how much, in samples at the RTP clock.
    pub fn clear(&mut self) -> u32 {
        let samples = match &mut self.kind {
            EncoderKind::Opus(_) => self.waiting.len(),
            EncoderKind::G711(g711) => g711.octets.drain(..).len(),
        };
        self.waiting.clear();
        samples as u32
    }

    /// Takes sound, and gives `send` each payload that is complete.
    ///
    /// # Errors
    /// libopus refuses.
    pub fn push(&mut self, sound: &[f32], mut send: impl FnMut(&[u8])) -> Result<(), MediaError> {
        match &mut self.kind {
            EncoderKind::Opus(encoder) => {
                self.waiting.extend_from_slice(sound);
                let mut payload = [0; 1_275];
                while let Some(packet) = self.waiting.get(..self.samples) {
                    let length = encoder.encode_float(packet, &mut payload).map_err(codec_error)?;
                    self.waiting.drain(..self.samples);
                    send(payload.get(..length).unwrap_or_default());
                }
            }
            EncoderKind::G711(g711) => {
                let Compressor { law, resampler, octets } = &mut **g711;
                resampler.push(sound, |samples| {
                    octets.extend(samples.iter().map(|sample| compress(*law, *sample)));
                });
                let length = self.samples / 6;
                while let Some(payload) = octets.get(..length) {
                    send(payload);
                    octets.drain(..length);
                }
            }
        }
        Ok(())
    }
}

/// Payloads to sound.
pub struct Decoder {
    kind: DecoderKind,
    sound: Vec<f32>,
}

enum DecoderKind {
    Opus(opus::Decoder),
    G711(Box<Expander>),
}

struct Expander {
    law: Codec,
    resampler: Resampler,
    linear: Vec<f32>,
    concealer: Concealer,
}

impl Decoder {
    /// # Errors
    /// libopus or the resampler refuses.
    pub fn new(codec: Codec) -> Result<Self, MediaError> {
        let kind = match codec {
            Codec::Opus => DecoderKind::Opus(
                opus::Decoder::new(SAMPLE_RATE, Channels::Mono).map_err(codec_error)?,
            ),
            law @ (Codec::Pcmu | Codec::Pcma) => DecoderKind::G711(Box::new(Expander {
                law,
                resampler: resampler(law.clock_rate(), SAMPLE_RATE)?,
                linear: Vec::with_capacity(MAX_SAMPLES),
                concealer: Concealer::default(),
            })),
        };
        Ok(Self { kind, sound: vec![0.0; MAX_SAMPLES] })
    }

    /// Decodes a payload to the end of `out`; returns its duration in samples at the RTP clock,
    /// 0 when it was not valid. A G.711 stream may change its law by the static payload type.
    pub fn decode(&mut self, payload_type: u8, payload: &[u8], out: &mut Vec<f32>) -> u32 {
        match &mut self.kind {
            DecoderKind::Opus(decoder) => {
                let samples = decoder.decode_float(payload, &mut self.sound, false).unwrap_or(0);
                out.extend_from_slice(self.sound.get(..samples).unwrap_or_default());
                samples as u32
            }
            DecoderKind::G711(g711) => {
                let Expander { law, resampler, linear, concealer } = &mut **g711;
                let law = match payload_type {
                    0 => Codec::Pcmu,
                    8 => Codec::Pcma,
                    _ => *law,
                };
                linear.clear();
                linear.extend(payload.iter().take(960).map(|code| expand(law, *code)));
                let start = out.len();
                resampler.push(linear, |samples| out.extend_from_slice(samples));
                concealer.good(out.get_mut(start..).unwrap_or_default());
                linear.len() as u32
            }
        }
    }

    /// Makes up the sound of a lost packet of so many samples at 48 kHz; from the copy in the
    /// packet that follows, if there is one.
    pub fn conceal(&mut self, following: Option<&[u8]>, samples: usize, out: &mut Vec<f32>) {
        let start = out.len();
        out.resize(start + samples.min(MAX_SAMPLES), 0.0);
        let Some(gap) = out.get_mut(start..) else {
            return;
        };
        match &mut self.kind {
            DecoderKind::Opus(decoder) => {
                // libopus conceals by itself when the packet carries no copy.
                let (payload, fec) = following.map_or((&[][..], false), |payload| (payload, true));
                if decoder.decode_float(payload, gap, fec).is_err() {
                    gap.fill(0.0);
                }
            }
            DecoderKind::G711(g711) => g711.concealer.fill(gap),
        }
    }
}

fn opus_encoder(fmtp: &str) -> Result<opus::Encoder, opus::Error> {
    let parameter = |name: &str| {
        fmtp.split(';').find_map(|pair| {
            let (key, value) = pair.split_once('=')?;
            key.trim().eq_ignore_ascii_case(name).then(|| value.trim().parse::<i32>().ok())?
        })
    };
    let limit = parameter("maxaveragebitrate").filter(|rate| (6_000..=510_000).contains(rate));
    let mut encoder = opus::Encoder::new(SAMPLE_RATE, Channels::Mono, Application::Voip)?;
    encoder.set_bitrate(Bitrate::Bits(limit.map_or(BITRATE, |limit| limit.min(BITRATE))))?;
    encoder.set_complexity(COMPLEXITY)?;
    encoder.set_vbr(parameter("cbr") != Some(1))?;
    encoder.set_inband_fec(parameter("useinbandfec") == Some(1))?;
    // Copies for a loss that nobody reports would cost 0.15 of PESQ at this rate.
    encoder.set_packet_loss_perc(0)?;
    Ok(encoder)
}

fn compress(law: Codec, sample: f32) -> u8 {
    let linear = (sample * 32_768.0).round().clamp(-32_768.0, 32_767.0) as i16;
    if law == Codec::Pcma { g711::encode_alaw(linear) } else { g711::encode_ulaw(linear) }
}

fn expand(law: Codec, code: u8) -> f32 {
    let linear = if law == Codec::Pcma { g711::decode_alaw(code) } else { g711::decode_ulaw(code) };
    f32::from(linear) / 32_768.0
}

fn resampler(from: u32, to: u32) -> Result<Resampler, MediaError> {
    Resampler::new(from, to)
        .ok_or_else(|| MediaError::Codec("the sample rate is not supported".to_owned()))
}

fn codec_error(error: opus::Error) -> MediaError {
    MediaError::Codec(error.description().to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn plan(codec: Codec, ptime_ms: u32) -> CodecPlan {
        CodecPlan {
            codec,
            send_payload_type: 96,
            receive_payload_type: 96,
            ptime_ms,
            remote_fmtp: "useinbandfec=1; maxaveragebitrate=24000".to_owned(),
        }
    }

    #[test]
    fn a_tone_comes_through_in_every_packet_length() {
        for codec in [Codec::Opus, Codec::Pcmu, Codec::Pcma] {
            for ptime in [10, 20, 40, 60] {
                let mut encoder = Encoder::new(&plan(codec, ptime)).unwrap();
                let mut decoder = Decoder::new(codec).unwrap();
                let tone: Vec<f32> = (0..48_000)
                    .map(|n| (n as f32 * 440.0 * std::f32::consts::TAU / 48_000.0).sin() * 0.5)
                    .collect();
                let mut out = Vec::new();
                for frame in tone.chunks(960) {
                    encoder
                        .push(frame, |payload| {
                            let samples = decoder.decode(96, payload, &mut out);
                            assert_eq!(samples, codec.clock_rate() / 1_000 * ptime);
                        })
                        .unwrap();
                }
                let settled = &out[24_000..40_000];
                let rms =
                    (settled.iter().map(|s| s * s).sum::<f32>() / settled.len() as f32).sqrt();
                assert!((rms - 0.354).abs() < 0.03, "{codec:?} {ptime}: {rms}");
            }
        }
    }

    #[test]
    fn a_gap_is_filled_with_sound() {
        for codec in [Codec::Opus, Codec::Pcmu] {
            let mut encoder = Encoder::new(&plan(codec, 20)).unwrap();
            let mut decoder = Decoder::new(codec).unwrap();
            let mut out = Vec::new();
            for n in 0..20 {
                let frame: Vec<f32> = (0..960)
                    .map(|i| {
                        ((n * 960 + i) as f32 * 200.0 * std::f32::consts::TAU / 48_000.0).sin()
                            * 0.5
                    })
                    .collect();
                encoder
                    .push(&frame, |payload| {
                        decoder.decode(96, payload, &mut out);
                    })
                    .unwrap();
            }
            out.clear();
            decoder.conceal(None, 960, &mut out);
            let rms = (out.iter().map(|s| s * s).sum::<f32>() / 960.0).sqrt();
            assert!(out.len() == 960 && rms > 0.1, "{codec:?} {rms}");
        }
    }

    proptest! {
        #[test]
        fn any_payload_is_survived(payload in proptest::collection::vec(any::<u8>(), 0..200), lost: bool) {
            for codec in [Codec::Opus, Codec::Pcma] {
                let mut decoder = Decoder::new(codec).unwrap();
                let mut out = Vec::new();
                decoder.decode(0, &payload, &mut out);
                decoder.conceal(lost.then_some(&payload[..]), 960, &mut out);
                prop_assert!(out.len() <= 2 * MAX_SAMPLES);
            }
        }
    }
}
