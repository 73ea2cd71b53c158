//! One agreed line: sender, receiver, reports, and which addresses they go to.

use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rand::Rng;
use tokio::net::UdpSocket;

use super::{Sockets, ways};
use crate::media::frame::Frame;
use crate::media::latch::Latch;
use crate::media::receiver::{Arrival, Receiver};
use crate::media::rtcp::{self, Clock, Reports};
use crate::media::rtp::is_rtcp;
use crate::media::sender::Sender;
use crate::media::stats::mos;
use crate::media::{MediaError, MediaEvent};
use crate::model::call::CallStats;
use crate::sdp::MediaPlan;

const FIRST_PORT: u16 = 16_384;
const LAST_PORT: u16 = 32_766;
const BIND_TRIES: u32 = 200;
const SECOND: Duration = Duration::from_secs(1);
/// What codec and packet add to the delay between mouth and ear, milliseconds.
const OWN_DELAY_MS: f32 = 47.0;

/// Nothing came for so long: the user should know (RFC 3550 has no such time; people wait less).
const SILENCE: Duration = Duration::from_secs(20);
/// Between two datagrams that keep a NAT's way open while we send nothing (RFC 6263 §4.1).
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// What waits to be told; a stranger cannot make it more.
const MAX_NEWS: usize = 64;

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
    next_keep_alive: Duration,
    last_heard: Duration,
    silent: bool,
    news: VecDeque<MediaEvent>,
}

impl Line {
    pub fn new(plan: MediaPlan, now: Duration) -> Result<Self, MediaError> {
        let mut random = rand::rng();
        let mut receiver = Receiver::new(&plan)?;
        receiver.listen(ways(plan.direction).1);
        Ok(Self {
            sender: Sender::new(&plan, &mut random)?,
            receiver,
            rtp: Latch::new(plan.remote),
            rtcp: Latch::new(plan.remote_rtcp),
            reports: Reports::default(),
            // Random, and of this call only (RFC 7022 §4.2).
            cname: format!("{:016x}", random.random::<u64>()),
            expected_loss_pct: 0.0,
            next_report: now.saturating_add(rtcp::interval(true, &mut random)),
            next_stats: now.saturating_add(SECOND),
            next_keep_alive: now.saturating_add(KEEP_ALIVE),
            last_heard: now,
            silent: false,
            news: VecDeque::with_capacity(MAX_NEWS),
            plan,
        })
    }

    pub fn change(&mut self, plan: MediaPlan, now: Duration) -> Result<(), MediaError> {
        let differs = plan.codec != self.plan.codec
            || plan.srtp != self.plan.srtp
            || plan.telephone_event != self.plan.telephone_event;
        if differs {
            self.sender.change(&plan, &mut rand::rng())?;
            self.receiver.change(&plan)?;
        }
        let remote_key = |plan: &MediaPlan| plan.srtp.as_ref().map(|srtp| srtp.remote_key.clone());
        if plan.remote != self.rtp.signalled() || remote_key(&plan) != remote_key(&self.plan) {
            self.receiver.expect_another();
        }
        if plan.remote != self.rtp.signalled() {
            self.rtp.move_to(plan.remote);
        }
        if plan.remote_rtcp != self.rtcp.signalled() {
            self.rtcp.move_to(plan.remote_rtcp);
        }
        self.receiver.listen(ways(plan.direction).1);
        self.plan = plan;
        self.heard(now);
        Ok(())
    }

    /// What the other side says is played.
    pub fn listens(&self) -> bool {
        ways(self.plan.direction).1
    }

    /// What we say is sent.
    pub fn talks(&self) -> bool {
        ways(self.plan.direction).0
    }

    /// Keys to send.
    pub fn press(&mut self, digits: &str) {
        if ways(self.plan.direction).0 {
            self.sender.press(digits);
        }
    }

    /// What there is to tell, oldest first; hand back by [`Line::untold`] what could not be.
    pub fn news(&mut self) -> Option<MediaEvent> {
        self.news.pop_front()
    }

    /// See [`Line::news`].
    pub fn untold(&mut self, event: MediaEvent) {
        self.news.push_front(event);
    }

    fn tell(&mut self, event: MediaEvent) {
        if self.news.len() < MAX_NEWS {
            self.news.push_back(event);
        }
    }

    fn heard(&mut self, now: Duration) {
        self.last_heard = now;
        if std::mem::take(&mut self.silent) {
            self.tell(MediaEvent::Silent(false));
        }
    }

    fn watch(&mut self, now: Duration) {
        let is_late = now.saturating_sub(self.last_heard) >= SILENCE;
        if is_late && !self.silent && ways(self.plan.direction).1 {
            self.silent = true;
            self.tell(MediaEvent::Silent(true));
        }
    }

    /// A packet on the RTP port.
    pub fn received(&mut self, packet: &[u8], source: SocketAddr, now: Duration) {
        if is_rtcp(packet) {
            self.control(packet, source, now);
            return;
        }
        let (latch, protected) = (&mut self.rtp, self.receiver.is_protected());
        match self.receiver.packet(packet, now, || latch.accept(source, protected)) {
            Arrival::Refused => {}
            Arrival::Heard => self.heard(now),
            Arrival::Digit(digit) => {
                self.heard(now);
                self.tell(MediaEvent::Digit(digit));
            }
        }
    }

    /// A packet on the RTCP port, or RTCP on the RTP port.
    pub fn control(&mut self, packet: &[u8], source: SocketAddr, now: Duration) {
        if !is_rtcp(packet) {
            return;
        }
        let Self { receiver, sender, reports, rtcp, plan, .. } = self;
        let (protected, mux) = (receiver.is_protected(), plan.rtcp_mux);
        let mut taken = false;
        receiver.rtcp(packet, |plain| {
            // With one port for both, RTP alone says where it is.
            if mux || rtcp.accept(source, protected) {
                taken = reports.read(plain, sender.ssrc(), clock(now));
            }
        });
        if taken {
            self.heard(now);
        }
    }

    /// The next frame to play.
    pub fn play(&mut self, now: Duration, frame: &mut Frame) {
        self.receiver.frame(now, frame);
    }

    /// Sends a frame, if the direction and the address allow it.
    pub fn send(&mut self, frame: &Frame, sockets: &Sockets) -> Result<(), MediaError> {
        let Some(to) = self.rtp.destination().filter(|_| ways(self.plan.direction).0) else {
            self.sender.hush();
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
        if now >= self.next_keep_alive {
            self.next_keep_alive = now.saturating_add(KEEP_ALIVE);
            self.keep_alive(sockets);
        }
        if now < self.next_stats {
            return None;
        }
        self.watch(now);
        self.next_stats = now.saturating_add(SECOND);
        self.receiver.refill();
        // Up at once, down over half a minute: loss comes back.
        let reported = self.reports.remote_loss_pct().unwrap_or_default();
        self.expected_loss_pct = reported.max(self.expected_loss_pct * 0.9);
        self.sender.expect_loss(self.expected_loss_pct);
        Some(self.stats())
    }

    /// Reports do this where they share the port.
    fn keep_alive(&self, sockets: &Sockets) {
        let destination = self.rtp.destination();
        if let Some(to) =
            destination.filter(|_| !self.plan.rtcp_mux && !ways(self.plan.direction).0)
        {
            // A packet that the network refuses is a lost packet.
            drop(sockets.rtp.try_send_to(&[], to));
        }
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

#[cfg(test)]
mod tests;
