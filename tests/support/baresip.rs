//! A real baresip, commanded over its control connection (`ctrl_tcp`).

// Each test file that includes this module uses its own part of it.
#![allow(dead_code)]

use std::collections::VecDeque;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use dovetail::lab::process::{Process, find};
use dovetail::lab::{Lab, LabError, ports};
use dovetail::model::account::Transport;
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio_util::codec::Framed;

use netstring::Netstring;

/// What a real phone on loopback never needs, even on a machine under load.
const LIMIT: Duration = Duration::from_secs(20);

/// How a phone shall be.
#[derive(Debug, Clone)]
pub struct Setup {
    /// How it connects.
    pub transport: Transport,
    /// What it sends: a 16-bit mono WAV file. A tone when not set.
    pub source: Option<PathBuf>,
    /// Codecs in baresip's spelling, such as `PCMU/8000/1,opus/48000/2`. All when not set.
    pub codecs: Option<&'static str>,
    /// `srtp`, `srtp-mand` or `dtls_srtp`. None when not set.
    pub encryption: Option<&'static str>,
    /// `manual`, `early` (183 with sound) or `auto`: at once.
    pub answer_mode: &'static str,
    /// Write every SIP message into the log.
    pub trace: bool,
    /// More account parameters, each beginning with a semicolon.
    pub account: String,
    /// More lines of the configuration.
    pub config: String,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            transport: Transport::Udp,
            source: None,
            codecs: None,
            encryption: None,
            answer_mode: "manual",
            trace: false,
            account: String::new(),
            config: String::new(),
        }
    }
}

/// A running phone. Dropping it ends it.
pub struct Baresip {
    control: Framed<TcpStream, Netstring>,
    /// Events that nobody has asked for yet.
    pending: VecDeque<Value>,
    process: Process,
    home: TempDir,
}

impl Baresip {
    /// Starts one as `user` of `lab`, and waits until it is registered.
    pub async fn start(lab: &Lab, user: &str, setup: Setup) -> Self {
        let mut phone = Self::launch(lab, &setup).await;
        phone.command("uanew", &account(lab, user, &setup)).await;
        let result = phone.event_of(&["REGISTER_OK", "REGISTER_FAIL"]).await;
        assert_eq!(result["type"], "REGISTER_OK", "{result}\n{}", phone.process.tail());
        phone
    }

    /// Starts one, signs in, and tells the event that ends the attempt.
    pub async fn try_register(lab: &Lab, account: &str, setup: Setup) -> Value {
        let mut phone = Self::launch(lab, &setup).await;
        phone.command("uanew", account).await;
        phone.event_of(&["REGISTER_OK", "REGISTER_FAIL"]).await
    }

    /// Starts one without an account; `uanew` brings some. Another program may take its port in
    /// the moment before it does.
    pub async fn launch(lab: &Lab, setup: &Setup) -> Self {
        let mut attempts = 0;
        loop {
            match Self::try_launch(lab, setup).await {
                Ok(phone) => return phone,
                Err(LabError::Ended { tail, .. })
                    if tail.contains("Address already in use") && attempts < 3 =>
                {
                    attempts += 1;
                }
                Err(error) => panic!("{error}"),
            }
        }
    }

    async fn try_launch(lab: &Lab, setup: &Setup) -> Result<Self, LabError> {
        let home = tempfile::Builder::new().prefix("dovetail-baresip-").tempdir().unwrap();
        let [port, control] = ports::free().unwrap();
        std::fs::write(
            home.path().join("config"),
            configuration(lab, setup, port, control, home.path()),
        )
        .unwrap();
        for empty in ["accounts", "contacts"] {
            std::fs::write(home.path().join(empty), "").unwrap();
        }
        let program = find("baresip")
            .ok_or(LabError::Missing { program: "baresip", packages: "baresip-core" })
            .unwrap();
        let mut command = Command::new(program);
        let _ = command.arg("-f").arg(home.path()).current_dir(home.path());
        if setup.trace {
            let _ = command.arg("-s");
        }
        let mut process = Process::spawn("baresip", command, &home.path().join("log")).unwrap();
        let mut stream = None;
        process
            .until(LIMIT, async || {
                stream = TcpStream::connect((Ipv4Addr::LOCALHOST, control)).await.ok();
                stream.is_some()
            })
            .await?;
        let control = Framed::new(stream.unwrap(), Netstring);
        Ok(Self { control, pending: VecDeque::new(), process, home })
    }

    /// Calls a SIP URI.
    pub async fn dial(&mut self, uri: &str) {
        self.command("dial", uri).await;
    }

    /// Answers the ringing call.
    pub async fn accept(&mut self) {
        self.command("accept", "").await;
    }

    /// Ends, cancels or declines the current call.
    pub async fn hangup(&mut self) {
        self.command("hangup", "").await;
    }

    /// Gives any of baresip's commands and returns what it answers.
    pub async fn command(&mut self, command: &str, params: &str) -> Value {
        let line = json!({ "command": command, "params": params, "token": "t" });
        self.control.send(line.to_string()).await.unwrap();
        loop {
            let line = self.read(command).await;
            if line["response"] != true {
                self.pending.push_back(line);
                continue;
            }
            assert_eq!(line["ok"], true, "{command} {params}: {line}\n{}", self.process.tail());
            return line;
        }
    }

    /// Waits for an event of this type: `CALL_INCOMING`, `CALL_RINGING`, `CALL_ESTABLISHED`,
    /// `CALL_CLOSED` …; events of other types stay for later.
    pub async fn event(&mut self, kind: &str) -> Value {
        self.event_of(&[kind]).await
    }

    /// Waits for an event of one of these types.
    pub async fn event_of(&mut self, kinds: &[&str]) -> Value {
        let wanted = |event: &Value| kinds.iter().any(|kind| event["type"] == *kind);
        if let Some(at) = self.pending.iter().position(wanted) {
            return self.pending.remove(at).unwrap();
        }
        let start = Instant::now();
        loop {
            let line = self.read(&kinds.join(" or ")).await;
            if wanted(&line) {
                return line;
            }
            self.pending.push_back(line);
            // Reports on the line come as long as the call is on.
            let late = start.elapsed() > LIMIT;
            assert!(!late, "{kinds:?} did not come: {:?}\n{}", self.pending, self.process.tail());
        }
    }

    /// The WAV files of what came in (`-dec`), complete once the call has closed.
    pub fn heard(&self) -> Vec<PathBuf> {
        self.recordings("-dec.wav")
    }

    /// The WAV files of what went out (`-enc`).
    pub fn said(&self) -> Vec<PathBuf> {
        self.recordings("-enc.wav")
    }

    /// Its log so far: the end of it.
    pub fn log(&self) -> String {
        self.process.tail()
    }

    /// Its log so far, all of it.
    pub fn whole_log(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(self.process.log()).unwrap()).into_owned()
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    fn recordings(&self, end: &str) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.home.path()).unwrap();
        let mut files: Vec<PathBuf> = entries
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.to_string_lossy().ends_with(end))
            .collect();
        files.sort();
        files
    }

    async fn read(&mut self, wanted: &str) -> Value {
        let line = tokio::time::timeout(LIMIT, self.control.next()).await;
        let Ok(Some(Ok(line))) = line else {
            panic!(
                "baresip: {wanted} did not come ({line:?}); before it: {:?}\n{}",
                self.pending,
                self.process.tail(),
            );
        };
        serde_json::from_str(&line).unwrap()
    }
}

/// The account line of `user`, as baresip reads it.
pub fn account(lab: &Lab, user: &str, setup: &Setup) -> String {
    let login = lab.sip_login(user).unwrap();
    let transport = match setup.transport {
        Transport::Udp => "udp",
        Transport::Tcp => "tcp",
        Transport::Tls => "tls",
    };
    let mut line = format!(
        "<{aor};transport={transport}>;auth_user={name};auth_pass={password};\
         outbound=\"sip:{proxy};transport={transport}\";regint=600;answermode={answer}{more}",
        aor = lab.aor(user).unwrap(),
        name = login.auth_name,
        password = login.password,
        proxy = lab.sip_of(user, setup.transport).unwrap(),
        answer = setup.answer_mode,
        more = setup.account,
    );
    if let Some(codecs) = setup.codecs {
        line.push_str(&format!(";audio_codecs={codecs}"));
    }
    if let Some(encryption) = setup.encryption {
        line.push_str(&format!(";mediaenc={encryption}"));
    }
    line
}

/// The `config` file: its own SIP port, and the port of its control connection.
pub fn configuration(lab: &Lab, setup: &Setup, port: u16, control: u16, home: &Path) -> String {
    let (source, rate) = match &setup.source {
        Some(file) => {
            let hound::WavSpec { sample_rate, channels, .. } =
                hound::WavReader::open(file).unwrap().spec();
            let rate = format!("ausrc_srate {sample_rate}\nausrc_channels {channels}\n");
            (format!("aufile,{}", file.display()), rate)
        }
        None => ("ausine,400".to_owned(), String::new()),
    };
    let modules = if cfg!(target_arch = "aarch64") { "aarch64" } else { "x86_64" };
    let modules = [
        PathBuf::from("/usr/lib/baresip/modules"),
        PathBuf::from(format!("/usr/lib/{modules}-linux-gnu/baresip/modules")),
    ]
    .into_iter()
    .find(|path| path.is_dir())
    .unwrap();
    format!(
        "poll_method epoll\n\
         sip_listen 127.0.0.1:{port}\n\
         sip_cafile {ca}\n\
         net_interface 127.0.0.1\n\
         rtp_ports 10000-19998\n\
         call_local_timeout 120\n\
         call_max_calls 4\n\
         audio_source {source}\n\
         {rate}\
         snd_path {home}\n\
         ctrl_tcp_listen 127.0.0.1:{control}\n\
         module_path {modules}\n\
         module opus.so\n\
         module g722.so\n\
         module g711.so\n\
         module aufile.so\n\
         module ausine.so\n\
         module sndfile.so\n\
         module srtp.so\n\
         module dtls_srtp.so\n\
         module stun.so\n\
         module ice.so\n\
         module_tmp uuid.so\n\
         module_app account.so\n\
         module_app menu.so\n\
         module_app ctrl_tcp.so\n\
         {more}",
        ca = lab.ca_file().display(),
        home = home.display(),
        modules = modules.display(),
        more = setup.config,
    )
}

/// `LENGTH:TEXT,`
mod netstring {
    use std::io;

    use tokio_util::bytes::{Buf, BytesMut};
    use tokio_util::codec::{Decoder, Encoder};

    pub struct Netstring;

    impl Decoder for Netstring {
        type Item = String;
        type Error = io::Error;

        fn decode(&mut self, source: &mut BytesMut) -> io::Result<Option<String>> {
            let bad = || io::Error::from(io::ErrorKind::InvalidData);
            let Some(colon) = source.iter().position(|byte| *byte == b':') else {
                return Ok(None);
            };
            let length = std::str::from_utf8(&source[..colon]).map_err(|_| bad())?;
            let length: usize = length.parse().map_err(|_| bad())?;
            if source.len() < colon + 1 + length + 1 {
                return Ok(None);
            }
            source.advance(colon + 1);
            let text = source.split_to(length);
            source.advance(1);
            Ok(Some(String::from_utf8_lossy(&text).into_owned()))
        }
    }

    impl Encoder<String> for Netstring {
        type Error = io::Error;

        fn encode(&mut self, text: String, target: &mut BytesMut) -> io::Result<()> {
            target.extend_from_slice(format!("{}:{text},", text.len()).as_bytes());
            Ok(())
        }
    }
}
