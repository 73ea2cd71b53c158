//! A real linphonec in a terminal of its own (`script` of util-linux), commanded as a person
//! would: it has no other door.

// Each test file that includes this module uses its own part of it.
#![allow(dead_code)]

use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use dovetail::lab::process::find;
use dovetail::lab::{Lab, LabError, guard, ports};
use dovetail::model::account::Transport;
use rustix::process::{Pid, Signal, kill_process_group};
use tempfile::TempDir;

/// What a real telephone on loopback never needs, even on a machine under load.
const LIMIT: Duration = Duration::from_secs(20);
/// How often its screen is looked at.
const POLL: Duration = Duration::from_millis(10);

/// How a telephone shall be.
#[derive(Debug, Clone)]
pub struct Setup {
    /// How it connects.
    pub transport: Transport,
    /// What it says: a 16-bit mono WAV file. Silence when not set.
    pub source: Option<PathBuf>,
    /// The only codec it has: `opus`, `PCMA` or `PCMU`. All when not set.
    pub codec: Option<&'static str>,
    /// `none` or `srtp`, which means SDES.
    pub encryption: &'static str,
    /// No call without encryption.
    pub is_encryption_needed: bool,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            transport: Transport::Udp,
            source: None,
            codec: None,
            encryption: "none",
            is_encryption_needed: false,
        }
    }
}

/// A running telephone. Dropping it ends it.
pub struct Linphone {
    terminal: Child,
    keyboard: ChildStdin,
    screen: Arc<Mutex<String>>,
    /// How much of the screen was asked for.
    read: usize,
    /// linphonec leads a group of its own, for it is at a terminal of its own.
    group: u32,
    home: TempDir,
}

impl Linphone {
    /// Starts one as `user` of `lab`, and waits until it is registered.
    pub async fn start(lab: &Lab, user: &str, setup: Setup) -> Self {
        let mut phone = Self::launch(lab, user, &setup).await;
        phone.type_line("soundcard use files");
        phone.see("Using wav files instead of soundcard").await;
        if let Some(source) = &setup.source {
            phone.type_line(&format!("play {}", source.display()));
        }
        phone.type_line(&format!("record {}", phone.recording().display()));
        let start = Instant::now();
        loop {
            phone.type_line("status register");
            let line =
                phone.see_one_of(&["registered, identity=", "registered=0", "registered=-1"]);
            if line.await == 0 {
                return phone;
            }
            assert!(start.elapsed() < LIMIT, "not registered\n{}\n{}", phone.screen(), phone.log());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    async fn launch(lab: &Lab, user: &str, setup: &Setup) -> Self {
        let home = tempfile::Builder::new().prefix("dovetail-linphone-").tempdir().unwrap();
        let path = |name: &str| home.path().join(name);
        std::fs::create_dir_all(path(".local/share/linphone")).unwrap();
        std::fs::write(path("linphonerc"), configuration(lab, user, setup)).unwrap();
        let linphonec = program("linphonec", "linphone-cli");
        let shell = format!(
            "echo $$ > {group}; exec {linphonec} -c {rc} -d 6 -l {log}",
            group = path("group").display(),
            linphonec = linphonec.display(),
            rc = path("linphonerc").display(),
            log = path("log").display(),
        );
        let mut terminal = Command::new(program("script", "bsdutils"))
            .args(["-qfc", &shell, "/dev/null"])
            .current_dir(home.path())
            .env("HOME", home.path())
            .env("TERM", "dumb")
            .env("SHELL", "/bin/sh")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .unwrap();
        guard::watch_group(terminal.id()).unwrap();
        let screen = Arc::new(Mutex::new(String::new()));
        watch(terminal.stdout.take().unwrap(), screen.clone());
        let keyboard = terminal.stdin.take().unwrap();
        // The group is known as soon as anything is to be seen.
        let mut phone = Self { terminal, keyboard, screen, read: 0, group: 0, home };
        phone.see("linphonec>").await;
        phone.group = std::fs::read_to_string(phone.home.path().join("group"))
            .unwrap()
            .trim()
            .parse()
            .unwrap();
        guard::watch_group(phone.group).unwrap();
        phone
    }

    /// Types a command, or digits to press while in a call.
    pub fn type_line(&mut self, line: &str) {
        use std::io::Write;
        self.keyboard.write_all(format!("{line}\n").as_bytes()).unwrap();
        self.keyboard.flush().unwrap();
    }

    /// Waits until this is to be seen, behind what was seen before.
    #[track_caller]
    pub fn see(&mut self, text: &str) -> impl Future<Output = ()> {
        let caller = std::panic::Location::caller();
        async move {
            if self.look(&[text]).await.is_none() {
                panic!("{caller}: “{text}” was not to be seen:\n{}\n{}", self.screen(), self.log());
            }
        }
    }

    /// The same for one of these; which one.
    #[track_caller]
    pub fn see_one_of(&mut self, texts: &[&str]) -> impl Future<Output = usize> {
        let caller = std::panic::Location::caller();
        async move {
            let Some(found) = self.look(texts).await else {
                panic!("{caller}: none of {texts:?} was to be seen:\n{}", self.screen());
            };
            found
        }
    }

    async fn look(&mut self, texts: &[&str]) -> Option<usize> {
        let start = Instant::now();
        while start.elapsed() < LIMIT {
            let screen = self.screen();
            let found = texts.iter().enumerate().filter_map(|(which, text)| {
                screen[self.read..].find(text).map(|at| (at, which, text.len()))
            });
            if let Some((at, which, length)) = found.min() {
                self.read += at + length;
                return Some(which);
            }
            tokio::time::sleep(POLL).await;
        }
        None
    }

    /// Waits until its log says this: not all that it learns is shown.
    #[track_caller]
    pub fn notes(&self, text: &str) -> impl Future<Output = ()> {
        let caller = std::panic::Location::caller();
        async move {
            let start = Instant::now();
            while !self.log().contains(text) {
                assert!(start.elapsed() < LIMIT, "{caller}: “{text}” is not in\n{}", self.log());
                tokio::time::sleep(POLL).await;
            }
        }
    }

    /// What was to be seen since the beginning.
    pub fn screen(&self) -> String {
        self.screen.lock().unwrap().clone()
    }

    /// The end of its log, without what the sound does.
    pub fn log(&self) -> String {
        let log = std::fs::read(self.home.path().join("log")).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = log
            .lines()
            .filter(|line| !["mediastreamer", "ortp-"].iter().any(|sound| line.contains(sound)))
            .collect();
        lines[lines.len().saturating_sub(150)..].join("\n")
    }

    /// The WAV file of what came in, complete once it has ended.
    pub fn recording(&self) -> PathBuf {
        self.home.path().join("heard.wav")
    }

    /// Ends it in an orderly way, so that its recording is complete; it stays until the drop.
    pub async fn quit(&mut self) {
        self.type_line("quit");
        let start = Instant::now();
        while self.terminal.try_wait().unwrap().is_none() {
            assert!(start.elapsed() < LIMIT, "linphonec does not end\n{}", self.screen());
            tokio::time::sleep(POLL).await;
        }
    }
}

impl Drop for Linphone {
    fn drop(&mut self) {
        for group in [self.group, self.terminal.id()] {
            // 0 is our own group: it has not begun yet.
            if let Some(id) = i32::try_from(group).ok().and_then(Pid::from_raw) {
                let _ = kill_process_group(id, Signal::KILL);
                guard::forget_group(group);
            }
        }
        let _ = self.terminal.wait();
    }
}

/// Keeps what is written on the screen, without the terminal's control sequences.
fn watch(mut output: impl std::io::Read + Send + 'static, screen: Arc<Mutex<String>>) {
    std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(count @ 1..) = output.read(&mut bytes) {
            let text = String::from_utf8_lossy(&bytes[..count]).replace('\r', "");
            screen.lock().unwrap().push_str(&text);
        }
    });
}

fn program(name: &'static str, packages: &'static str) -> PathBuf {
    find(name).ok_or(LabError::Missing { program: name, packages }).unwrap()
}

fn configuration(lab: &Lab, user: &str, setup: &Setup) -> String {
    let login = lab.sip_login(user).unwrap();
    let [plain, tls, media] = ports::free().unwrap();
    let transport = match setup.transport {
        Transport::Udp => "udp",
        Transport::Tcp => "tcp",
        Transport::Tls => "tls",
    };
    let proxy = format!("<sip:{};transport={transport};lr>", lab.sip(setup.transport));
    format!(
        "[sip]\n\
         sip_port={plain}\n\
         sip_tcp_port={plain}\n\
         sip_tls_port={tls}\n\
         use_ipv6=0\n\
         guess_hostname=0\n\
         contact=<sip:{user}@127.0.0.1:{plain}>\n\
         default_proxy=0\n\
         register_only_when_network_is_up=0\n\
         root_ca={ca}\n\
         verify_server_certs=1\n\
         verify_server_cn=0\n\
         media_encryption={encryption}\n\
         media_encryption_mandatory={mandatory}\n\
         inc_timeout=120\n\
         [proxy_0]\n\
         reg_proxy={proxy}\n\
         reg_route={proxy}\n\
         reg_identity={aor}\n\
         reg_expires=600\n\
         reg_sendregister=1\n\
         publish=0\n\
         [auth_info_0]\n\
         username={user}\n\
         userid={name}\n\
         passwd={password}\n\
         realm={domain}\n\
         domain={domain}\n\
         [net]\n\
         auto_net_state_mon=0\n\
         [video]\n\
         enabled=0\n\
         display=0\n\
         capture=0\n\
         [rtp]\n\
         audio_rtp_port={media}\n\
         [sound]\n\
         echocancellation=0\n\
         {codecs}",
        aor = lab.aor(user).unwrap(),
        ca = lab.ca_file().display(),
        encryption = setup.encryption,
        user = login.user,
        name = login.auth_name,
        password = login.password,
        domain = lab.domain(),
        mandatory = u8::from(setup.is_encryption_needed),
        codecs = codecs(setup.codec),
    )
}

/// All that Debian's mediastreamer has, or it would switch on what is not named.
fn codecs(only: Option<&str>) -> String {
    let all = [
        ("opus", 48_000, 2),
        ("speex", 32_000, 1),
        ("speex", 16_000, 1),
        ("speex", 8_000, 1),
        ("PCMU", 8_000, 1),
        ("PCMA", 8_000, 1),
        ("GSM", 8_000, 1),
        ("G722", 8_000, 1),
        ("iLBC", 8_000, 1),
        ("BV16", 8_000, 1),
        ("L16", 44_100, 2),
        ("L16", 44_100, 1),
    ];
    let sections = all.iter().enumerate().map(|(at, (name, rate, channels))| {
        let is_on = match only {
            Some(only) => *name == only,
            None => ["opus", "PCMU", "PCMA"].contains(name),
        };
        format!(
            "[audio_codec_{at}]\nmime={name}\nrate={rate}\nchannels={channels}\nenabled={}\n",
            u8::from(is_on),
        )
    });
    sections.collect()
}
