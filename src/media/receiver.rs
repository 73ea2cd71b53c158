//! The way in: RTP packets to frames.

use std::time::Duration;

use super::codec::Decoder;
use super::dtmf::Listener;
use super::frame::{FRAME, Frame};
use super::jitter::{Jitter, Pull};
use super::rtp::Header;
use super::srtp::Inbound;
use super::stats::{Block, Reception};
use super::stretch::{SHORTEN_NEEDS, shorten};
use super::{MediaError, SAMPLE_RATE};
use crate::sdp::{Codec, CodecPlan, EventPlan, MediaPlan, SrtpPlan};

/// A new SSRC takes over when the old one was silent for so long …
const SILENCE: Duration = Duration::from_millis(200);
/// … or when it has sent so many packets in a row.
const TAKE_OVER: u32 = 5;
/// So long after a packet of an event, missing sound is not lost: there was none.
const EVENT: Duration = Duration::from_millis(200);

/// What a packet was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// None of the call.
    Refused,
    /// Of the call.
    Heard,
    /// The first of a key that was pressed.
    Digit(char),
}

/// One stream that we receive.
pub struct Receiver {
    codec: CodecPlan,
    decoder: Decoder,
    jitter: Jitter,
    ready: Vec<f32>,
    source: Option<Source>,
    rival: Option<(u32, u32)>,
    events: Option<EventPlan>,
    keys: Listener,
    event_until: Duration,
    listens: bool,
    moved: bool,
    key: Option<SrtpPlan>,
    protection: Option<Inbound>,
    packets: u64,
    samples: u64,
    concealed: u64,
}

struct Source {
    ssrc: u32,
    last: Duration,
    reception: Reception,
}

impl Receiver {
    /// # Errors
    /// The codec or the keys are refused.
    pub fn new(plan: &MediaPlan) -> Result<Self, MediaError> {
        Ok(Self {
            decoder: Decoder::new(plan.codec.codec)?,
            jitter: Jitter::new(plan.codec.codec.clock_rate()),
            codec: plan.codec.clone(),
            ready: Vec::with_capacity(4 * super::codec::MAX_SAMPLES),
            source: None,
            rival: None,
            events: plan.telephone_event,
            keys: Listener::default(),
            event_until: Duration::ZERO,
            listens: true,
            moved: false,
            protection: protection(plan.srtp.as_ref())?,
            key: plan.srtp.clone(),
            packets: 0,
            samples: 0,
            concealed: 0,
        })
    }

    /// Goes on with a changed plan; what was received so far stays where codec and key stay.
    ///
    /// # Errors
    /// The codec or the keys are refused.
    pub fn change(&mut self, plan: &MediaPlan) -> Result<(), MediaError> {
        if plan.codec.codec != self.codec.codec {
            self.decoder = Decoder::new(plan.codec.codec)?;
            self.jitter = Jitter::new(plan.codec.codec.clock_rate());
            self.source = None;
        }
        let key = |key: Option<&SrtpPlan>| key.map(|key| (key.suite, key.remote_key.clone()));
        if key(plan.srtp.as_ref()) != key(self.key.as_ref()) {
            self.protection = protection(plan.srtp.as_ref())?;
            self.key.clone_from(&plan.srtp);
        }
        self.codec = plan.codec.clone();
        self.events = plan.telephone_event;
        Ok(())
    }

    /// Whether what comes is played and counted. When that begins again, nothing of before is
    /// played, and what came meanwhile is not missed.
    pub fn listen(&mut self, listens: bool) {
        if self.listens == listens {
            return;
        }
        self.listens = listens;
        self.jitter.reset();
        self.ready.clear();
        if let Some(source) = &mut self.source {
            source.reception.pause();
        }
    }

    /// The other side is elsewhere now: another stream may take over at once.
    pub fn expect_another(&mut self) {
        self.moved = true;
    }

    /// Whether packets are authenticated.
    pub fn is_protected(&self) -> bool {
        self.protection.is_some()
    }

    /// A packet from the wire; `accept` is asked whether its source may speak, once the packet is
    /// known to be valid (and authentic, when keys are in use).
    pub fn packet(
        &mut self,
        packet: &[u8],
        now: Duration,
        accept: impl FnOnce() -> bool,
    ) -> Arrival {
        let plain;
        let packet = match &mut self.protection {
            None => packet,
            Some(protection) => match protection.rtp(packet) {
                Some(decrypted) => {
                    plain = decrypted;
                    &plain
                }
                None => return Arrival::Refused,
            },
        };
        let Some((header, payload)) = Header::read(packet) else {
            return Arrival::Refused;
        };
        if !self.is_audio(header.payload_type) && !self.is_other(header.payload_type) {
            return Arrival::Refused;
        }
        if !accept() || !self.is_source(header.ssrc, now) {
            return Arrival::Refused;
        }
        if let Some(source) = &mut self.source {
            source.last = now;
        }
        if !self.listens {
            return Arrival::Heard;
        }
        self.packets = self.packets.saturating_add(1);
        self.take(header, payload, now)
    }

    fn take(&mut self, header: Header, payload: &[u8], now: Duration) -> Arrival {
        let clock_rate = self.codec.codec.clock_rate();
        let is_audio = self.is_audio(header.payload_type);
        let Some(Source { reception, .. }) = &mut self.source else {
            return Arrival::Refused;
        };
        if is_audio {
            reception.packet(header.sequence, header.timestamp, clock_rate, now);
            self.jitter.insert(header, payload, now);
            return Arrival::Heard;
        }
        // An event repeats its start as the timestamp: it has no place among sound.
        reception.untimed(header.sequence);
        if self.events.is_none_or(|event| event.receive_payload_type != header.payload_type) {
            return Arrival::Heard;
        }
        self.event_until = now.saturating_add(EVENT);
        self.keys.packet(&header, payload, now).map_or(Arrival::Heard, Arrival::Digit)
    }

    /// A compound RTCP packet in clear, if it is authentic.
    pub fn rtcp(&mut self, packet: &[u8], read: impl FnOnce(&[u8])) {
        match &mut self.protection {
            None => read(packet),
            Some(protection) => {
                if let Some(plain) = protection.rtcp(packet) {
                    read(&plain);
                }
            }
        }
    }

    /// Once a second.
    pub fn refill(&mut self) {
        if let Some(protection) = &mut self.protection {
            protection.refill();
        }
    }

    /// The next frame to play.
    pub fn frame(&mut self, now: Duration, frame: &mut Frame) {
        if !self.listens {
            frame.fill(0.0);
            return;
        }
        let mut idle = false;
        // Each turn adds sound or ends; the bound is for packets that hold next to none.
        for _ in 0..64 {
            let slow = self.jitter.is_slow(now);
            let wanted = if slow { FRAME + SHORTEN_NEEDS } else { FRAME };
            if self.ready.len() >= wanted || (idle && self.ready.len() >= FRAME) {
                if slow && shorten(&mut self.ready) > 0 && self.ready.len() < FRAME {
                    continue;
                }
                break;
            }
            idle = !self.decode_next(now);
            if idle && self.ready.len() < FRAME {
                break;
            }
        }
        self.samples = self.samples.saturating_add(FRAME as u64);
        let count = self.ready.len().min(FRAME);
        frame.fill(0.0);
        for (to, from) in frame.iter_mut().zip(self.ready.drain(..count)) {
            *to = from;
        }
    }

    /// Whom a report is about, and its figures; the fraction counts from the last call.
    pub fn report(&mut self) -> Option<(u32, Block)> {
        self.source.as_mut().map(|source| (source.ssrc, source.reception.report()))
    }

    /// Packets in all.
    pub fn packets(&self) -> u64 {
        self.packets
    }

    /// Inter-arrival jitter, milliseconds.
    pub fn jitter_ms(&self) -> f32 {
        let rate = self.codec.codec.clock_rate();
        self.source.as_ref().map_or(0.0, |source| source.reception.jitter_ms(rate))
    }

    /// Per cent lost on the way.
    pub fn loss_pct(&self) -> f32 {
        self.source.as_ref().map_or(0.0, |source| source.reception.loss_pct())
    }

    /// Per cent of the sound that was made up.
    pub fn concealed_pct(&self) -> f32 {
        if self.samples == 0 { 0.0 } else { self.concealed as f32 * 100.0 / self.samples as f32 }
    }

    /// What waits to be played, milliseconds.
    pub fn buffer_ms(&self) -> f32 {
        self.jitter.depth_ms() + self.ready.len() as f32 * 1_000.0 / SAMPLE_RATE as f32
    }

    /// Decodes or makes up one packet's sound; false when the other side is silent.
    fn decode_next(&mut self, now: Duration) -> bool {
        let scale = SAMPLE_RATE / self.codec.codec.clock_rate();
        let gap = (self.jitter.packet_samples() * scale) as usize;
        match self.jitter.pull(now) {
            Pull::Packet { payload_type, payload } => {
                let samples = self.decoder.decode(payload_type, payload, &mut self.ready);
                if samples == 0 {
                    self.decoder.conceal(None, gap, &mut self.ready);
                    self.concealed = self.concealed.saturating_add(gap as u64);
                    let usual = self.jitter.packet_samples();
                    self.jitter.played(usual);
                } else {
                    self.jitter.played(samples);
                }
                true
            }
            Pull::Missing { following: None } if now < self.event_until => {
                let silence = self.ready.len().saturating_add(gap);
                self.ready.resize(silence, 0.0);
                true
            }
            Pull::Missing { following } => {
                self.decoder.conceal(following, gap, &mut self.ready);
                self.concealed = self.concealed.saturating_add(gap as u64);
                true
            }
            Pull::Idle => false,
        }
    }

    /// The codec's payload type; beside G.711, its other law under its static number too.
    fn is_audio(&self, payload_type: u8) -> bool {
        payload_type == self.codec.receive_payload_type
            || (self.codec.codec != Codec::Opus && (payload_type == 0 || payload_type == 8))
    }

    /// Dynamic types and comfort noise belong to the stream and are counted, not played.
    fn is_other(&self, payload_type: u8) -> bool {
        payload_type >= 96 || payload_type == 13
    }

    fn is_source(&mut self, ssrc: u32, now: Duration) -> bool {
        match &self.source {
            Some(source) if source.ssrc == ssrc => {
                (self.rival, self.moved) = (None, false);
                return true;
            }
            Some(source) if !self.moved && now.saturating_sub(source.last) < SILENCE => {
                let count = match self.rival {
                    Some((rival, count)) if rival == ssrc => count.saturating_add(1),
                    _ => 1,
                };
                self.rival = Some((ssrc, count));
                if count < TAKE_OVER {
                    return false;
                }
            }
            _ => {}
        }
        (self.rival, self.moved) = (None, false);
        self.jitter.reset();
        self.keys.reset();
        self.source = Some(Source { ssrc, last: now, reception: Reception::default() });
        true
    }
}

fn protection(srtp: Option<&SrtpPlan>) -> Result<Option<Inbound>, MediaError> {
    srtp.map(|srtp| Inbound::new(srtp.suite, &srtp.remote_key)).transpose()
}
