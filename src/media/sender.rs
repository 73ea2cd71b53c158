//! The way out: frames to RTP packets.

use rand::Rng;

use super::MediaError;
use super::codec::Encoder;
use super::frame::{FRAME, Frame};
use super::rtcp::Sent;
use super::rtp::{HEADER, Header, MAX_PACKET};
use super::srtp::Outbound;
use crate::sdp::{MediaPlan, SrtpPlan};

/// One stream that we send. Sequence, timestamp and key state go on over changes of the plan,
/// unless the clock or the key changes.
pub struct Sender {
    encoder: Encoder,
    header: Header,
    step: u32,
    clock_rate: u32,
    packet: [u8; MAX_PACKET],
    key: Option<SrtpPlan>,
    protection: Option<Outbound>,
    packets: u64,
    octets: u64,
    talking: bool,
}

impl Sender {
    /// # Errors
    /// The codec or the keys are refused.
    pub fn new(plan: &MediaPlan, random: &mut impl Rng) -> Result<Self, MediaError> {
        Ok(Self {
            encoder: Encoder::new(&plan.codec)?,
            header: Header {
                marker: true,
                payload_type: plan.codec.send_payload_type,
                // Away from the wrap, where a lost first packet would desynchronise SRTP.
                sequence: random.random_range(0..0x4000),
                timestamp: random.random(),
                ssrc: random.random(),
            },
            step: step(plan),
            clock_rate: plan.codec.codec.clock_rate(),
            packet: [0; MAX_PACKET],
            protection: protection(plan.srtp.as_ref())?,
            key: plan.srtp.clone(),
            packets: 0,
            octets: 0,
            talking: false,
        })
    }

    /// Goes on with a changed plan.
    ///
    /// # Errors
    /// The codec or the keys are refused.
    pub fn change(&mut self, plan: &MediaPlan, random: &mut impl Rng) -> Result<(), MediaError> {
        if plan.codec.codec.clock_rate() != self.clock_rate {
            let packets = (self.packets, self.octets);
            *self = Self::new(plan, random)?;
            (self.packets, self.octets) = packets;
            return Ok(());
        }
        self.encoder = Encoder::new(&plan.codec)?;
        self.header.payload_type = plan.codec.send_payload_type;
        self.step = step(plan);
        let key = |key: Option<&SrtpPlan>| key.map(|key| (key.suite, key.local_key.clone()));
        if key(plan.srtp.as_ref()) != key(self.key.as_ref()) {
            self.protection = protection(plan.srtp.as_ref())?;
            self.key.clone_from(&plan.srtp);
        }
        Ok(())
    }

    /// Encodes a frame; `send` gets each packet as it goes on the wire.
    ///
    /// # Errors
    /// The codec fails.
    pub fn frame(&mut self, frame: &Frame, mut send: impl FnMut(&[u8])) -> Result<(), MediaError> {
        let Self { encoder, header, packet, protection, packets, octets, talking, step, .. } = self;
        encoder.push(frame, |payload| {
            header.marker = !std::mem::replace(talking, true);
            let length = HEADER.saturating_add(payload.len());
            let Some(whole) = packet.get_mut(..length) else {
                return;
            };
            if header.write(whole).is_some() {
                if let Some(body) = whole.get_mut(HEADER..) {
                    body.copy_from_slice(payload);
                }
                match protection {
                    None => send(whole),
                    // Never in clear when it cannot be encrypted.
                    Some(protection) => {
                        protection.rtp(whole).iter().for_each(|packet| send(packet))
                    }
                }
                *packets = packets.saturating_add(1);
                *octets = octets.saturating_add(payload.len() as u64);
            }
            header.sequence = header.sequence.wrapping_add(1);
            header.timestamp = header.timestamp.wrapping_add(*step);
        })
    }

    /// A frame's time passes without sending.
    pub fn skip(&mut self) {
        self.talking = false;
        let samples = FRAME as u32 / (super::SAMPLE_RATE / self.clock_rate.max(1)).max(1);
        self.header.timestamp = self.header.timestamp.wrapping_add(samples);
    }

    /// Protects a compound RTCP packet and gives it to `send`.
    pub fn rtcp(&mut self, compound: &[u8], send: impl FnOnce(&[u8])) {
        match &mut self.protection {
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
        self.header.ssrc
    }

    /// Packets in all.
    pub fn packets(&self) -> u64 {
        self.packets
    }

    /// What a sender report says; `None` before the first packet.
    pub fn sent(&self) -> Option<Sent> {
        (self.packets > 0).then_some(Sent {
            timestamp: self.header.timestamp,
            packets: self.packets as u32,
            octets: self.octets as u32,
        })
    }
}

fn step(plan: &MediaPlan) -> u32 {
    plan.codec.ptime_ms.clamp(10, 60) * (plan.codec.codec.clock_rate() / 1_000)
}

fn protection(srtp: Option<&SrtpPlan>) -> Result<Option<Outbound>, MediaError> {
    srtp.map(|srtp| Outbound::new(srtp.suite, &srtp.local_key)).transpose()
}
