//! The telephony side, measured: messages read and written a second; and, beside baresip in the
//! same run with the same instruments, the times from start to registered and from dialling to
//! the first sound, memory, and what rest costs. Prints tables; asserts nothing. Needs Kamailio and baresip.
//!
//! `cargo bench --no-default-features --bench sip`
//!
//! Both callers are told to dial over their own control connection and tell there that the call
//! is established. A relay before the proxy sees the INVITE leave. Both call the same telephone:
//! a bare SIP account in this process that answers at once and notes the first RTP packet.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

#[path = "../tests/support/baresip.rs"]
mod baresip;
#[path = "../tests/support/instance.rs"]
mod instance;
#[path = "../tests/support/tap.rs"]
mod tap;

use std::ffi::OsString;
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use baresip::{Baresip, Setup};
use dovetail::config::Config;
use dovetail::lab::{ConfigOptions, Lab, User, ports, process};
use dovetail::model::account::Transport;
use dovetail::sip::actor::{SipSettings, spawn};
use dovetail::sip::wire::{parse_datagram, write};
use dovetail::sip::{Registration, SipCommand, SipEvent};
use instance::Instance;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tap::Tap;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use zeroize::Zeroizing;

/// How often the programs start, and how often they call.
const STARTS: usize = 20;
const CALLS: usize = 30;
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a program rests before its memory is read.
const REST: Duration = Duration::from_secs(2);
/// How long a program that is registered and has nothing to do is watched.
const IDLE: Duration = Duration::from_secs(20);

fn main() {
    println!("| | messages/s |\n| --- | --- |");
    speed();
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        for transport in [Transport::Udp, Transport::Tls] {
            compare(transport).await;
        }
    });
}

const SDP: &str = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 96 0 8 101\r\na=rtpmap:96 opus/48000/2\r\na=fmtp:96 useinbandfec=1\r\na=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n";

fn message(start: &str, method: &str, more: &str, body: &str) -> Vec<u8> {
    format!(
        "{start}\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK7c1f;rport\r\n\
         Max-Forwards: 70\r\nFrom: \"Alice\" <sip:alice@cusax.test>;tag=5f2a\r\n\
         To: <sip:bob@cusax.test>\r\nCall-ID: 0b5e6a7c@192.0.2.1\r\nCSeq: 1 {method}\r\n\
         Contact: <sip:alice@192.0.2.1:5060>\r\n{more}Content-Length: {}\r\n\r\n{body}",
        body.len(),
    )
    .into_bytes()
}

fn speed() {
    let invite = message(
        "INVITE sip:bob@cusax.test SIP/2.0",
        "INVITE",
        "Call-Info: <xmpp:alice@cusax.test> ;purpose=impp\r\nAllow: INVITE, ACK, CANCEL, BYE\r\nSupported: timer\r\nContent-Type: application/sdp\r\n",
        SDP,
    );
    let registered = message("SIP/2.0 200 OK", "REGISTER", "Expires: 600\r\n", "");
    let options = message("OPTIONS sip:bob@cusax.test SIP/2.0", "OPTIONS", "", "");
    for (name, bytes) in
        [("INVITE with SDP", invite), ("200 to REGISTER", registered), ("OPTIONS", options)]
    {
        let message = parse_datagram(&bytes).unwrap();
        row(
            &format!("{name}, {} octets, read", bytes.len()),
            per_second(|| {
                std::hint::black_box(parse_datagram(std::hint::black_box(&bytes)).is_ok());
            }),
        );
        row(
            &format!("{name}, written"),
            per_second(|| {
                std::hint::black_box(write(std::hint::black_box(&message)));
            }),
        );
    }
    println!();
}

fn row(what: &str, value: f64) {
    println!("| {what} | {value:.0} |");
}

fn per_second(mut once: impl FnMut()) -> f64 {
    let begun = Instant::now();
    let mut count = 0_u32;
    while begun.elapsed() < Duration::from_secs(1) {
        (0..100).for_each(|_| once());
        count += 100;
    }
    f64::from(count) / begun.elapsed().as_secs_f64()
}

/// What is measured of one program.
#[derive(Default)]
struct Figures {
    registered: Vec<Duration>,
    invite: Vec<Duration>,
    established: Vec<Duration>,
    sound: Vec<Duration>,
    idle: f64,
    in_call: f64,
    /// Processor time of an idle minute, in seconds.
    idle_minute: f64,
}

async fn compare(transport: Transport) {
    let lab = Lab::builder()
        .sip_only()
        .user(User::new("alice", "secret"))
        .user(User::new("bob", "secret"))
        .user(User::new("carol", "secret"))
        .start()
        .await
        .unwrap();
    let server = lab.sip(transport);
    let tap = match transport {
        Transport::Udp => Tap::udp(server).await,
        Transport::Tcp | Transport::Tls => Tap::tcp(server).await,
    };
    let bob = Callee::start(&lab).await;
    let (mut ours, mut theirs) = (Figures::default(), Figures::default());
    // In turns, so that what else the machine does meets both.
    for _ in 0..STARTS {
        ours.registered.push(our_start(&lab, transport).await);
        theirs.registered.push(their_start(&lab, transport).await);
    }
    our_calls(&lab, transport, &tap, &bob, &mut ours).await;
    their_calls(&lab, transport, &tap, &bob, &mut theirs).await;

    println!("| over {transport:?} | ours: median, p99 | baresip: median, p99 | ratio |");
    println!("| --- | --- | --- | --- |");
    times("start to registered", &mut ours.registered, &mut theirs.registered);
    times("dial to INVITE on the wire", &mut ours.invite, &mut theirs.invite);
    times("dial to 200", &mut ours.established, &mut theirs.established);
    times("dial to first RTP at the other side", &mut ours.sound, &mut theirs.sound);
    for (what, ours, theirs) in [
        ("memory, idle", ours.idle, theirs.idle),
        ("memory, in a call", ours.in_call, theirs.in_call),
    ] {
        println!("| {what} | {ours:.1} MiB | {theirs:.1} MiB | {:.2} |", ours / theirs);
    }
    println!(
        "| processor time of an idle minute | {:.2} s | {:.2} s | |",
        ours.idle_minute, theirs.idle_minute,
    );
    println!();
}

fn times(what: &str, ours: &mut [Duration], theirs: &mut [Duration]) {
    let told = |all: &mut [Duration]| {
        all.sort();
        let at = |part: f64| all[((all.len() - 1) as f64 * part).round() as usize];
        (at(0.5), at(0.99), all.len())
    };
    let ((ours, our_worst, count), (theirs, their_worst, _)) = (told(ours), told(theirs));
    let ms = |time: Duration| time.as_secs_f64() * 1000.0;
    println!(
        "| {what} (n = {count}) | {:.1} ms, {:.1} ms | {:.1} ms, {:.1} ms | {:.2} |",
        ms(ours),
        ms(our_worst),
        ms(theirs),
        ms(their_worst),
        ms(ours) / ms(theirs),
    );
}

fn options(transport: Transport) -> ConfigOptions {
    ConfigOptions { transport, srtp: "off", ..ConfigOptions::default() }
}

fn quiet() -> Vec<(&'static str, OsString)> {
    vec![("RUST_LOG", "warn".into())]
}

async fn our_start(lab: &Lab, transport: Transport) -> Duration {
    let config = lab.config_toml("carol", &options(transport)).unwrap();
    let begun = Instant::now();
    let mut carol = Instance::start_with(&config, quiet()).await;
    carol.online("phone").await;
    let time = begun.elapsed();
    carol.quit().await;
    time
}

/// Told by the line that baresip prints; its output is made to come line by line.
async fn their_start(lab: &Lab, transport: Transport) -> Duration {
    let setup = Setup { transport, ..Setup::default() };
    let home = tempfile::tempdir().unwrap();
    let [port, control] = ports::free().unwrap();
    let config = baresip::configuration(lab, &setup, port, control, home.path());
    std::fs::write(home.path().join("config"), config).unwrap();
    std::fs::write(home.path().join("accounts"), baresip::account(lab, "carol", &setup)).unwrap();
    std::fs::write(home.path().join("contacts"), "").unwrap();
    let mut command = tokio::process::Command::new(process::find("baresip").unwrap());
    command.arg("-f").arg(home.path()).current_dir(home.path());
    command.env("LD_PRELOAD", "/usr/libexec/coreutils/libstdbuf.so").env("_STDBUF_O", "L");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    let begun = Instant::now();
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let registered = async {
        while let Some(line) = lines.next_line().await.unwrap() {
            if line.contains("200 OK") {
                return begun.elapsed();
            }
        }
        panic!("baresip ended");
    };
    let time = tokio::time::timeout(PATIENCE, registered).await.expect("baresip registers");
    // It unregisters: the registrar holds few bindings of one user.
    let id = child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
    kill_process(id.unwrap(), Signal::TERM).unwrap();
    let _ = tokio::time::timeout(PATIENCE, child.wait()).await;
    time
}

async fn our_calls(lab: &Lab, transport: Transport, tap: &Tap, bob: &Callee, into: &mut Figures) {
    let config = lab.config_toml("alice", &options(transport)).unwrap();
    let config = config.replace(&lab.sip(transport).to_string(), &tap.address().to_string());
    let mut alice = Instance::start_with(&config, quiet()).await;
    alice.online("phone").await;
    let process = alice.id().unwrap();
    tokio::time::sleep(REST).await;
    into.idle = memory(process);
    into.idle_minute = idle_minute(process).await;
    let call_is = |state: &'static str| move |event: &Value| event["call"]["state"] == state;
    for number in 0..CALLS {
        tap.arm();
        bob.arm();
        let begun = Instant::now();
        let placed = alice.call("call", json!({ "to": "sip:bob@cusax.test" })).await;
        alice.wait_event(call_is("active"), PATIENCE).await;
        into.established.push(begun.elapsed());
        into.sound.push(bob.sound().await - begun);
        into.invite.push(tap.spoke().unwrap() - begun);
        if number + 1 == CALLS {
            tokio::time::sleep(REST).await;
            into.in_call = memory(process);
        }
        alice.call("call.hangup", json!({ "call": placed["call"] })).await;
        alice.wait_event(call_is("ended"), PATIENCE).await;
        alice.forget_events();
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    alice.quit().await;
}

async fn their_calls(lab: &Lab, transport: Transport, tap: &Tap, bob: &Callee, into: &mut Figures) {
    let tone = tempfile::Builder::new().suffix(".wav").tempfile().unwrap();
    hum(tone.path());
    let setup = Setup { transport, source: Some(tone.path().to_path_buf()), ..Setup::default() };
    let mut alice = Baresip::launch(lab, &setup).await;
    let account = baresip::account(lab, "alice", &setup);
    let account = account.replace(&lab.sip(transport).to_string(), &tap.address().to_string());
    alice.command("uanew", &account).await;
    alice.event("REGISTER_OK").await;
    tokio::time::sleep(REST).await;
    into.idle = memory(alice.id());
    into.idle_minute = idle_minute(alice.id()).await;
    for number in 0..CALLS {
        tap.arm();
        bob.arm();
        let begun = Instant::now();
        alice.dial("sip:bob@cusax.test").await;
        alice.event("CALL_ESTABLISHED").await;
        into.established.push(begun.elapsed());
        into.sound.push(bob.sound().await - begun);
        into.invite.push(tap.spoke().unwrap() - begun);
        if number + 1 == CALLS {
            tokio::time::sleep(REST).await;
            into.in_call = memory(alice.id());
        }
        alice.hangup().await;
        alice.event("CALL_CLOSED").await;
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Five minutes at the rate of the codec: baresip's own tone has only another.
fn hum(path: &Path) {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 8000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut file = hound::WavWriter::create(path, spec).unwrap();
    for sample in 0..300 * 8000_i32 {
        file.write_sample((sample % 20) as i16 * 400).unwrap();
    }
    file.finalize().unwrap();
}

/// Resident memory in MiB.
fn memory(process: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
}

/// Processor time of a minute, in seconds, by what [`IDLE`] takes.
async fn idle_minute(process: u32) -> f64 {
    let before = instance::processor_seconds(process);
    tokio::time::sleep(IDLE).await;
    (instance::processor_seconds(process) - before) * 60.0 / IDLE.as_secs_f64()
}

/// Bob: answers every call at once, and notes the first packet.
struct Callee {
    sound: Arc<Mutex<Option<Instant>>>,
    _commands: mpsc::Sender<SipCommand>,
}

impl Callee {
    async fn start(lab: &Lab) -> Self {
        let text = lab.config_toml("bob", &options(Transport::Udp)).unwrap();
        let config = Config::parse(&text, Path::new("/config.toml")).unwrap();
        let settings = SipSettings {
            account: config.sip[0].clone(),
            instance: uuid::Uuid::new_v4(),
            password: Arc::new(|| Box::pin(async { Ok(Zeroizing::new("secret".to_owned())) })),
        };
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let port = socket.local_addr().unwrap().port();
        let sound: Arc<Mutex<Option<Instant>>> = Arc::default();
        let noted = sound.clone();
        tokio::spawn(async move {
            let mut buffer = [0; 2048];
            while socket.recv(&mut buffer).await.is_ok() {
                noted.lock().unwrap().get_or_insert_with(Instant::now);
            }
        });
        let (commands, to_actor) = mpsc::channel(16);
        let (to_core, mut events) = mpsc::channel(16);
        spawn(settings, to_actor, to_core);
        while let Some(event) = events.recv().await {
            if matches!(event, SipEvent::Registration(Registration::Registered { .. })) {
                break;
            }
        }
        let answers = commands.clone();
        tokio::spawn(async move {
            while let Some(event) = events.recv().await {
                if let SipEvent::Incoming(incoming) = event {
                    let sdp = format!(
                        "v=0\r\no=- 2 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
                         m=audio {port} RTP/AVP 8\r\n"
                    );
                    let (call, sdp) = (incoming.call, sdp.into_bytes());
                    let _ = answers.send(SipCommand::Answer { call, sdp, impp: None }).await;
                }
            }
        });
        Self { sound, _commands: commands }
    }

    fn arm(&self) {
        *self.sound.lock().unwrap() = None;
    }

    async fn sound(&self) -> Instant {
        let begun = Instant::now();
        loop {
            if let Some(at) = *self.sound.lock().unwrap() {
                return at;
            }
            assert!(begun.elapsed() < PATIENCE, "no sound");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}
