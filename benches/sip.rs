//! The telephony side, measured: messages read and written a second; and, beside baresip in the
//! same run with the same instruments, the times from start to registered and from dialling to
//! the first sound, and memory. Prints tables; asserts nothing. Needs Kamailio and baresip.
//!
//! `cargo bench --bench sip` (under five minutes)
//!
//! What is measured, of both programs in turns and on one machine, the release build of ours:
//! - start to registered: from starting the process until it says that it is registered. Both
//!   answer one challenge. Ours runs a shell command for its password, as configured; baresip has
//!   its password in a file, and its lines are made to come one by one.
//! - dial to INVITE on the wire: from writing the command into a control connection (a Unix
//!   socket of ours, TCP of baresip's) until the first octets of the request reach a relay
//!   that stands before the proxy, each program with its own.
//! - dial to 200: until the program says on that connection that the call is established.
//! - dial to first RTP at the other side: until its first packet reaches the telephone that was
//!   called: a bare SIP account in this process, which answers both at once. When a caller heard
//!   its first packet neither program tells, so that is not measured.
//! - memory: two seconds after it registered, and two seconds into the last call: the resident
//!   set, and what of it is anonymous (the rest is the program's file, which the system can drop).
//!
//! Of n times the 99th percentile is the nearest rank: of fewer than a hundred the largest.

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
use dovetail::config::{Config, Profile};
use dovetail::lab::{ConfigOptions, Lab, User, ports, process};
use dovetail::model::account::Transport;
use dovetail::sip::actor::{SipSettings, spawn};
use dovetail::sip::wire::{parse_datagram, write};
use dovetail::sip::{Registration, SipCommand, SipEvent};
use instance::Instance;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tap::Tap;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{UdpSocket, UnixStream};
use tokio::sync::mpsc;
use zeroize::Zeroizing;

/// How often the programs start, and how often they call: ours knows of no more than 64 calls
/// within 32 seconds.
const STARTS: usize = 20;
const CALLS: usize = 60;
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a program rests before its memory is read.
const REST: Duration = Duration::from_secs(2);
/// How long a program that is registered and has nothing to do is watched.
const IDLE: Duration = Duration::from_secs(20);
/// Between two calls.
const PAUSE: Duration = Duration::from_millis(100);

fn main() {
    state("before");
    println!("| | messages/s |\n| --- | --- |");
    speed();
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        for transport in [Transport::Udp, Transport::Tls] {
            compare(transport).await;
        }
    });
    state("after");
}

/// What else the machine did.
fn state(when: &str) {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load: Vec<&str> = load.split_whitespace().take(3).collect();
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let build = if cfg!(debug_assertions) { "debug" } else { "release" };
    println!("Load average {when}: {} ({cores} cores, {build} build)\n", load.join(" "));
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
    // As many fields as may be, none of them plain, in the largest datagram.
    let via = format!("v: SIP/2.0/UDP a.example;x=\"{}\"\r\n", "\\\\;,".repeat(48)).repeat(248);
    let worst = message("OPTIONS sip:bob@cusax.test SIP/2.0", "OPTIONS", &via, &"x".repeat(6_000));
    for (name, bytes) in [
        ("INVITE with SDP", invite),
        ("200 to REGISTER", registered),
        ("OPTIONS", options),
        ("worst: 256 fields", worst),
    ] {
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
    idle: Memory,
    /// Processor time of an idle minute, in seconds.
    idle_minute: f64,
    in_call: Memory,
}

/// In MiB: what is resident, and what of that is no file's (heap, stacks, changed data).
#[derive(Default)]
struct Memory {
    resident: f64,
    own: f64,
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
    let bob = Callee::start(&lab).await;
    let (mut ours, mut theirs) = (Figures::default(), Figures::default());
    // In turns, so that what else the machine does meets both.
    for _ in 0..STARTS {
        ours.registered.push(our_start(&lab, transport).await);
        theirs.registered.push(their_start(&lab, transport).await);
    }
    let mut our_phone = OurPhone::start(&lab, transport).await;
    let mut their_phone = TheirPhone::start(&lab, transport).await;
    tokio::time::sleep(REST).await;
    ours.idle = memory(our_phone.program.id().unwrap());
    theirs.idle = memory(their_phone.program.id());
    (ours.idle_minute, theirs.idle_minute) = tokio::join!(
        idle_minute(our_phone.program.id().unwrap()),
        idle_minute(their_phone.program.id()),
    );
    for number in 1..=CALLS {
        let last = number == CALLS;
        our_phone.call(&bob, &mut ours, last).await;
        their_phone.call(&bob, &mut theirs, last).await;
    }
    our_phone.program.quit().await;

    println!("| over {transport:?} | ours: median, p99 | baresip: median, p99 | ratio |");
    println!("| --- | --- | --- | --- |");
    times("start to registered", &mut ours.registered, &mut theirs.registered);
    times("dial to INVITE on the wire", &mut ours.invite, &mut theirs.invite);
    times("dial to 200", &mut ours.established, &mut theirs.established);
    times("dial to first RTP at the other side", &mut ours.sound, &mut theirs.sound);
    for (what, ours, theirs) in [
        ("idle, resident", ours.idle.resident, theirs.idle.resident),
        ("idle, of it not from files", ours.idle.own, theirs.idle.own),
        ("in a call, resident", ours.in_call.resident, theirs.in_call.resident),
        ("in a call, of it not from files", ours.in_call.own, theirs.in_call.own),
    ] {
        println!("| {what} | {ours:.1} MiB | {theirs:.1} MiB | {:.2} |", ours / theirs);
    }
    let (ours, theirs) = (ours.idle_minute, theirs.idle_minute);
    println!("| processor time of an idle minute | {ours:.2} s | {theirs:.2} s | |");
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
    vec![("RUST_LOG", std::env::var_os("RUST_LOG").unwrap_or_else(|| "warn".into()))]
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

async fn tap(lab: &Lab, transport: Transport) -> Tap {
    match transport {
        Transport::Udp => Tap::udp(lab.sip(transport)).await,
        Transport::Tcp | Transport::Tls => Tap::tcp(lab.sip(transport)).await,
    }
}

/// Ours, commanded over its control socket.
struct OurPhone {
    tap: Tap,
    program: Instance,
    commands: OwnedWriteHalf,
    lines: Lines<BufReader<OwnedReadHalf>>,
}

impl OurPhone {
    async fn start(lab: &Lab, transport: Transport) -> Self {
        let tap = tap(lab, transport).await;
        let config = lab.config_toml("alice", &options(transport)).unwrap();
        let config = config.replace(&lab.sip(transport).to_string(), &tap.address().to_string());
        let mut program = Instance::start_with(&config, quiet()).await;
        program.online("phone").await;
        let socket = Profile::choose(Some(program.profile())).unwrap().socket_path();
        let (input, commands) = UnixStream::connect(socket).await.unwrap().into_split();
        Self { tap, program, commands, lines: BufReader::new(input).lines() }
    }

    async fn say(&mut self, method: &str, params: Value) {
        let line = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        self.commands.write_all(format!("{line}\n").as_bytes()).await.unwrap();
    }

    /// Waits until a call is in this state; tells which.
    async fn call_is(&mut self, state: &str) -> Value {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        let mut others = Vec::new();
        while let Ok(line) = tokio::time::timeout_at(deadline, self.lines.next_line()).await {
            let line: Value = serde_json::from_str(&line.unwrap().expect("it runs")).unwrap();
            let call = &line["params"]["call"];
            if call["state"] == state {
                return call["id"].clone();
            }
            others.push(line);
        }
        let spoke = self.tap.spoke().map(|at| at.elapsed());
        panic!("never {state}; the request left {spoke:?} ago; {others:?}\n{}", self.program.log())
    }

    async fn call(&mut self, bob: &Callee, into: &mut Figures, last: bool) {
        self.tap.arm();
        bob.arm();
        let begun = Instant::now();
        self.say("call", json!({ "to": "sip:bob@cusax.test" })).await;
        let call = self.call_is("active").await;
        into.established.push(begun.elapsed());
        into.sound.push(bob.sound().await - begun);
        into.invite.push(self.tap.spoke().unwrap() - begun);
        if last {
            tokio::time::sleep(REST).await;
            into.in_call = memory(self.program.id().unwrap());
        }
        self.say("call.hangup", json!({ "call": call })).await;
        self.call_is("ended").await;
        // Its standard output must not fill up.
        while self.program.read_line(Duration::ZERO).await.is_some() {}
        tokio::time::sleep(PAUSE).await;
    }
}

/// baresip, commanded over its control connection.
struct TheirPhone {
    tap: Tap,
    program: Baresip,
    _tone: tempfile::NamedTempFile,
}

impl TheirPhone {
    async fn start(lab: &Lab, transport: Transport) -> Self {
        let tone = tempfile::Builder::new().suffix(".wav").tempfile().unwrap();
        hum(tone.path());
        let tap = tap(lab, transport).await;
        let source = Some(tone.path().to_path_buf());
        let setup = Setup { transport, source, ..Setup::default() };
        let mut program = Baresip::launch(lab, &setup).await;
        let account = baresip::account(lab, "alice", &setup);
        let account = account.replace(&lab.sip(transport).to_string(), &tap.address().to_string());
        program.command("uanew", &account).await;
        program.event("REGISTER_OK").await;
        Self { tap, program, _tone: tone }
    }

    async fn call(&mut self, bob: &Callee, into: &mut Figures, last: bool) {
        self.tap.arm();
        bob.arm();
        let begun = Instant::now();
        self.program.dial("sip:bob@cusax.test").await;
        self.program.event("CALL_ESTABLISHED").await;
        into.established.push(begun.elapsed());
        into.sound.push(bob.sound().await - begun);
        into.invite.push(self.tap.spoke().unwrap() - begun);
        if last {
            tokio::time::sleep(REST).await;
            into.in_call = memory(self.program.id());
        }
        self.program.hangup().await;
        self.program.event("CALL_CLOSED").await;
        tokio::time::sleep(PAUSE).await;
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

fn memory(process: u32) -> Memory {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let mib = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
    };
    Memory { resident: mib("VmRSS:"), own: mib("RssAnon:") }
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
            guard: Default::default(),
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
