//! The way out: frames, and keys that are pressed, to RTP packets.

use rand::Rng;

use super::MediaError;
use super::codec::Encoder;
use super::dtmf::Keypad;
use super::frame::{FRAME, Frame};
use super::rtcp::Sent;
use super::rtp::{HEADER, Header, MAX_PACKET};
use super::srtp::Outbound;
use crate::sdp::{CodecPlan, EventPlan, MediaPlan, SrtpPlan, SrtpSuite};

/// Keys of before that are remembered.
const MAX_USED: usize = 8;

/// One stream that we send. Sequence, timestamp and key state go on over changes of the plan,
/// unless the clock or the key changes.
pub struct Sender {
    encoder: Encoder,
    codec: CodecPlan,
    wire: Wire,
    step: u32,
    clock_rate: u32,
    key: Option<SrtpPlan>,
    used: Vec<(SrtpSuite, zeroize::Zeroizing<Vec<u8>>)>,
    talking: bool,
    keypad: Keypad,
    events: Option<EventPlan>,
}

/// Payloads to packets.
struct Wire {
    header: Header,
    packet: [u8; MAX_PACKET],
    protection: Option<Outbound>,
    packets: u64,
    octets: u64,
}

impl Wire {
    fn new(srtp: Option<&SrtpPlan>, random: &mut impl Rng) -> Result<Self, MediaError> {
        let header = Header {
            marker: true,
            payload_type: 0,
            // Away from the wrap, where a lost first packet would desynchronise SRTP.
            sequence: random.random_range(0..0x4000),
            timestamp: random.random(),
            ssrc: random.random(),
        };
        let protection = protection(srtp)?;
        Ok(Self { header, packet: [0; MAX_PACKET], protection, packets: 0, octets: 0 })
    }

    /// Sends a payload under this header; the sequence number is ours.
    fn send(&mut self, header: Header, payload: &[u8], send: &mut impl FnMut(&[u8])) {
        let length = HEADER.saturating_add(payload.len());
        let Some(whole) = self.packet.get_mut(..length) else {
            return;
        };
        if header.write(whole).is_some() {
            if let Some(body) = whole.get_mut(HEADER..) {
                body.copy_from_slice(payload);
            }
            match &mut self.protection {
                None => send(whole),
                // Never in clear when it cannot be encrypted.
                Some(protection) => protection.rtp(whole).iter().for_each(|packet| send(packet)),
            }
            self.packets = self.packets.saturating_add(1);
            self.octets = self.octets.saturating_add(payload.len() as u64);
        }
        self.header.sequence = self.header.sequence.wrapping_add(1);
    }
}

impl Sender {
    /// # Errors
    /// The codec or the keys are refused.
    pub fn new(plan: &MediaPlan, random: &mut impl Rng) -> Result<Self, MediaError> {
        Ok(Self {
            encoder: Encoder::new(&plan.codec)?,
            codec: plan.codec.clone(),
            wire: Wire::new(plan.srtp.as_ref(), random)?,
            step: step(plan),
            clock_rate: plan.codec.codec.clock_rate(),
            key: plan.srtp.clone(),
            used: Vec::new(),
            talking: false,
            keypad: Keypad::default(),
            events: plan.telephone_event,
        })
    }

    /// Goes on with a changed plan.
    ///
    /// # Errors
    /// The codec or the keys are refused.
    pub fn change(&mut self, plan: &MediaPlan, random: &mut impl Rng) -> Result<(), MediaError> {
        let rate = plan.codec.codec.clock_rate();
        if plan.codec != self.codec {
            // What waits is of the old codec.
            self.settle();
            self.encoder = Encoder::new(&plan.codec)?;
            self.codec.clone_from(&plan.codec);
            self.step = step(plan);
        }
        if plan.telephone_event != self.events || rate != self.clock_rate {
            self.events = plan.telephone_event;
            self.keypad.cut();
            if self.events.is_none() {
                self.keypad.clear();
            }
        }
        let key = |key: Option<&SrtpPlan>| key.map(|key| (key.suite, key.local_key.clone()));
        let rekeys = key(plan.srtp.as_ref()) != key(self.key.as_ref());
        if rate != self.clock_rate || (rekeys && self.has_used(plan.srtp.as_ref())) {
            // Another clock is another stream, and a key that comes back must not meet its old
            // SSRC: packets of the same index would get the same key stream (RFC 3711 §9.1).
            let counts = (self.wire.packets, self.wire.octets);
            self.wire = Wire::new(plan.srtp.as_ref(), random)?;
            (self.wire.packets, self.wire.octets) = counts;
            (self.clock_rate, self.talking) = (rate, false);
        } else if rekeys {
            self.wire.protection = protection(plan.srtp.as_ref())?;
        }
        if rekeys {
            if let Some(old) = self.key.take().filter(|_| self.used.len() < MAX_USED) {
                self.used.push((old.suite, zeroize::Zeroizing::new(old.local_key)));
            }
            self.key.clone_from(&plan.srtp);
        }
        Ok(())
    }

    /// Queues keys; drops them when the other side does not understand telephone-events.
    pub fn press(&mut self, digits: &str) {
        if let Some(events) = self.events {
            self.keypad.push(digits, events.remote_events);
        }
    }

    /// Encodes a frame; `send` gets each packet as it goes on the wire. While a key is pressed,
    /// its events go instead.
    ///
    /// # Errors
    /// The codec fails.
    pub fn frame(&mut self, frame: &Frame, mut send: impl FnMut(&[u8])) -> Result<(), MediaError> {
        if let Some(events) = self.events.filter(|_| self.keypad.is_busy()) {
            self.key_frame(events, &mut send);
            return Ok(());
        }
        let Self { encoder, wire, talking, step, codec, .. } = self;
        encoder.push(frame, |payload| {
            let marker = !std::mem::replace(talking, true);
            let payload_type = codec.send_payload_type;
            wire.send(Header { marker, payload_type, ..wire.header }, payload, &mut send);
            wire.header.timestamp = wire.header.timestamp.wrapping_add(*step);
        })
    }

    fn key_frame(&mut self, events: EventPlan, send: &mut impl FnMut(&[u8])) {
        self.settle();
        let samples = frame_samples(self.clock_rate);
        let duration = frame_samples(events.clock_rate);
        let at = self.wire.header.timestamp;
        if let Some(press) = self.keypad.turn(at, duration.try_into().unwrap_or(u16::MAX)) {
            let header = Header {
                marker: press.marker,
                payload_type: events.send_payload_type,
                timestamp: press.timestamp,
                ..self.wire.header
            };
            self.wire.send(header, &press.payload, send);
        }
        self.pass(samples);
    }

    /// A frame's time passes in which nothing may be sent; keys that wait are forgotten.
    pub fn hush(&mut self) {
        self.keypad.clear();
        self.skip();
    }

    /// A frame's time was slept over; keys that wait go later.
    pub fn skip(&mut self) {
        self.settle();
        self.pass(frame_samples(self.clock_rate));
    }

    fn pass(&mut self, samples: u32) {
        self.talking = false;
        self.wire.header.timestamp = self.wire.header.timestamp.wrapping_add(samples);
    }

    /// Forgets sound that does not fill a packet; its time passes.
    fn settle(&mut self) {
        let samples = self.encoder.clear();
        self.wire.header.timestamp = self.wire.header.timestamp.wrapping_add(samples);
    }

    /// Protects a compound RTCP packet and gives it to `send`.
    pub fn rtcp(&mut self, compound: &[u8], send: impl FnOnce(&[u8])) {
        match &mut self.wire.protection {
            None => send(compound),
            Some(protection) => {
                if let Some(packet) = protection.rtcp(compound) {
                    send(&packet);
                }
            }
        }
    }

    /// Prepares for loss on the way, in per cent.
    pub fn expect_loss(&mut self, pct: f32) {
        self.encoder.expect_loss(pct.round() as i32);
    }

    /// Our SSRC.
    pub fn ssrc(&self) -> u32 {
        self.wire.header.ssrc
    }

    /// Packets in all.
    pub fn packets(&self) -> u64 {
        self.wire.packets
    }

    /// What a sender report says; `None` before the first packet.
    pub fn sent(&self) -> Option<Sent> {
        (self.wire.packets > 0).then_some(Sent {
            timestamp: self.wire.header.timestamp,
            packets: self.wire.packets as u32,
            octets: self.wire.octets as u32,
        })
    }

    /// Whether a key was in use before; when nobody can tell any more, it was.
    fn has_used(&self, srtp: Option<&SrtpPlan>) -> bool {
        srtp.is_some_and(|new| {
            self.used.len() >= MAX_USED
                || self.used.iter().any(|(suite, key)| {
                    *suite == new.suite && key.as_slice() == new.local_key.as_slice()
                })
        })
    }
}

/// How long a frame lasts by this clock.
fn frame_samples(clock_rate: u32) -> u32 {
    FRAME as u32 / (super::SAMPLE_RATE / clock_rate.max(1)).max(1)
}

fn step(plan: &MediaPlan) -> u32 {
    plan.codec.ptime_ms.clamp(10, 60) * (plan.codec.codec.clock_rate() / 1_000)
}

fn protection(srtp: Option<&SrtpPlan>) -> Result<Option<Outbound>, MediaError> {
    srtp.map(|srtp| Outbound::new(srtp.suite, &srtp.local_key)).transpose()
}

#[cfg(test)]
mod tests;
