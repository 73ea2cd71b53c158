//! One agreed line: sender, receiver, reports, and which addresses they go to.

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rand::Rng;
use tokio::net::UdpSocket;

use super::{Sockets, ways};
use crate::media::MediaError;
use crate::media::frame::Frame;
use crate::media::latch::Latch;
use crate::media::receiver::Receiver;
use crate::media::rtcp::{self, Clock, Reports};
use crate::media::rtp::is_rtcp;
use crate::media::sender::Sender;
use crate::media::stats::mos;
use crate::model::call::CallStats;
use crate::sdp::MediaPlan;

const FIRST_PORT: u16 = 16_384;
const LAST_PORT: u16 = 32_766;
const BIND_TRIES: u32 = 200;
const SECOND: Duration = Duration::from_secs(1);
/// What codec and packet add to the delay between mouth and ear, milliseconds.
const OWN_DELAY_MS: f32 = 47.0;

/// Binds RTP to a random even port and RTCP to the next (RFC 3550 §11).
pub(super) async fn bind(local: IpAddr) -> Result<Sockets, MediaError> {
    let mut last = None;
    for _ in 0..BIND_TRIES {
        let port = rand::rng().random_range(FIRST_PORT / 2..=LAST_PORT / 2).saturating_mul(2);
        let bound = async {
            let rtp = UdpSocket::bind((local, port)).await?;
            let rtcp = UdpSocket::bind((local, port.saturating_add(1))).await?;
            Ok::<_, std::io::Error>(Sockets { rtp, rtcp })
        };
        match bound.await {
            Ok(sockets) => return Ok(sockets),
            Err(error) => last = Some(error),
        }
    }
    Err(MediaError::Socket(
        last.map_or_else(|| "none is free".to_owned(), |error| error.to_string()),
    ))
}

/// See the module.
pub(super) struct Line {
    plan: MediaPlan,
    sender: Sender,
    receiver: Receiver,
    rtp: Latch,
    rtcp: Latch,
    reports: Reports,
    cname: String,
    expected_loss_pct: f32,
    next_report: Duration,
    next_stats: Duration,
}

impl Line {
    pub fn new(plan: MediaPlan, now: Duration) -> Result<Self, MediaError> {
        let mut random = rand::rng();
        Ok(Self {
            sender: Sender::new(&plan, &mut random)?,
            receiver: Receiver::new(&plan)?,
            rtp: Latch::new(plan.remote),
            rtcp: Latch::new(plan.remote_rtcp),
            reports: Reports::default(),
            // Random, and of this call only (RFC 7022 §4.2).
            cname: format!("{:016x}", random.random::<u64>()),
            expected_loss_pct: 0.0,
            next_report: now.saturating_add(rtcp::interval(true, &mut random)),
            next_stats: now.saturating_add(SECOND),
            plan,
        })
    }

    pub fn change(&mut self, plan: MediaPlan) -> Result<(), MediaError> {
        if plan.codec != self.plan.codec || plan.srtp != self.plan.srtp {
            self.sender.change(&plan, &mut rand::rng())?;
            self.receiver.change(&plan)?;
        }
        if plan.remote != self.rtp.signalled() {
            self.rtp = Latch::new(plan.remote);
        }
        if plan.remote_rtcp != self.rtcp.signalled() {
            self.rtcp = Latch::new(plan.remote_rtcp);
        }
        self.plan = plan;
        Ok(())
    }

    /// A packet on the RTP port.
    pub fn received(&mut self, packet: &[u8], source: SocketAddr, now: Duration) {
        if is_rtcp(packet) {
            self.control(packet, source, now);
            return;
        }
        let (latch, protected) = (&mut self.rtp, self.receiver.is_protected());
        self.receiver.packet(packet, now, || latch.accept(source, protected));
    }

    /// A packet on the RTCP port, or RTCP on the RTP port.
    pub fn control(&mut self, packet: &[u8], source: SocketAddr, now: Duration) {
        if !is_rtcp(packet) {
            return;
        }
        let Self { receiver, sender, reports, rtcp, plan, .. } = self;
        let (protected, mux) = (receiver.is_protected(), plan.rtcp_mux);
        receiver.rtcp(packet, |plain| {
            // With one port for both, RTP alone says where it is.
            if mux || rtcp.accept(source, protected) {
                reports.read(plain, sender.ssrc(), clock(now));
            }
        });
    }

    /// The next frame to play.
    pub fn play(&mut self, now: Duration, frame: &mut Frame) {
        self.receiver.frame(now, frame);
        if !ways(self.plan.direction).1 {
            frame.fill(0.0);
        }
    }

    /// Sends a frame, if the direction and the address allow it.
    pub fn send(&mut self, frame: &Frame, sockets: &Sockets) -> Result<(), MediaError> {
        let Some(to) = self.rtp.destination().filter(|_| ways(self.plan.direction).0) else {
            self.sender.skip();
            return Ok(());
        };
        // A packet that the network refuses is a lost packet.
        self.sender.frame(frame, |packet| drop(sockets.rtp.try_send_to(packet, to)))
    }

    pub fn skip(&mut self) {
        self.sender.skip();
    }

    /// Reports and figures whose time has come.
    pub fn housekeeping(&mut self, now: Duration, sockets: &Sockets) -> Option<CallStats> {
        if now >= self.next_report {
            self.next_report = now.saturating_add(rtcp::interval(false, &mut rand::rng()));
            self.report(now, sockets, false);
        }
        if now < self.next_stats {
            return None;
        }
        self.next_stats = now.saturating_add(SECOND);
        self.receiver.refill();
        // Up at once, down over half a minute: loss comes back.
        let reported = self.reports.remote_loss_pct().unwrap_or_default();
        self.expected_loss_pct = reported.max(self.expected_loss_pct * 0.9);
        self.sender.expect_loss(self.expected_loss_pct);
        Some(self.stats())
    }

    /// The last report, with BYE.
    pub fn goodbye(&mut self, now: Duration, sockets: &Sockets) {
        self.report(now, sockets, true);
    }

    fn stats(&self) -> CallStats {
        let rtt_ms = self.reports.rtt_ms().unwrap_or_default();
        let jitter_buffer_ms = self.receiver.buffer_ms();
        let delay = rtt_ms / 2.0 + jitter_buffer_ms + OWN_DELAY_MS;
        let concealed_pct = self.receiver.concealed_pct();
        let packets_in = self.receiver.packets();
        CallStats {
            rtt_ms,
            jitter_ms: self.receiver.jitter_ms(),
            loss_pct: self.receiver.loss_pct(),
            concealed_pct,
            jitter_buffer_ms,
            mos: if packets_in == 0 {
                0.0
            } else {
                mos(self.plan.codec.codec, delay, concealed_pct)
            },
            packets_in,
            packets_out: self.sender.packets(),
        }
    }

    fn report(&mut self, now: Duration, sockets: &Sockets, bye: bool) {
        let mux = self.plan.rtcp_mux;
        let (socket, latch) =
            if mux { (&sockets.rtp, &self.rtp) } else { (&sockets.rtcp, &self.rtcp) };
        let Some(to) = latch.destination() else {
            return;
        };
        let (ssrc, sent, remote) = (self.sender.ssrc(), self.sender.sent(), self.receiver.report());
        if let Some(compound) = self.reports.write(ssrc, &self.cname, sent, remote, clock(now), bye)
        {
            self.sender.rtcp(&compound, |packet| drop(socket.try_send_to(packet, to)));
        }
    }
}

fn clock(now: Duration) -> Clock {
    Clock::new(now, SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
}
