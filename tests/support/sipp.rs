//! A real sipp as a caller who writes into the INVITE whatever suits the test.

// Each test file that includes this module uses its own part of it.
#![allow(dead_code)]

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use dovetail::lab::{Lab, LabError, guard, ports, process};
use dovetail::model::account::Transport;
use tempfile::TempDir;
use tokio::process::{Child, Command};

/// How long one call may take until it is refused.
const LIMIT: Duration = Duration::from_secs(40);

/// How often its log is looked at.
const POLL: Duration = Duration::from_millis(20);

/// What the INVITE says.
#[derive(Debug, Clone)]
pub struct Invite<'a> {
    /// Whose password opens the door: a user of the lab.
    pub by: &'a str,
    /// The callee's address-of-record.
    pub to: &'a str,
    /// `From`, without its tag.
    pub from: &'a str,
    /// More header fields, one a line; one that is folded goes on behind `\n `.
    pub headers: &'a [&'a str],
}

/// A call under way that waits for being declined. Dropping it ends the caller.
pub struct Caller {
    child: Child,
    group: u32,
    home: TempDir,
}

impl Caller {
    /// Calls over UDP, by the server of the caller's own account.
    pub fn call(lab: &Lab, invite: &Invite<'_>) -> Self {
        let server = lab.sip_of(invite.by, Transport::Udp).unwrap();
        Self::play(&scenario(lab, invite), server)
    }

    /// Calls straight to a telephone's own port over UDP, round every server. Nobody is asked
    /// for a password there.
    pub fn straight(telephone: SocketAddr, invite: &Invite<'_>) -> Self {
        Self::play(&straight(invite), telephone)
    }

    fn play(text: &str, to: SocketAddr) -> Self {
        let home = tempfile::Builder::new().prefix("dovetail-sipp-").tempdir().unwrap();
        let scenario = home.path().join("scenario.xml");
        std::fs::write(&scenario, text).unwrap();
        let [port, media] = ports::free().unwrap();
        let program = process::find("sipp")
            .ok_or(LabError::Missing { program: "sipp", packages: "sip-tester" })
            .unwrap();
        let log = std::fs::File::create(home.path().join("log")).unwrap();
        let child = Command::new(program)
            .arg("-sf")
            .arg(&scenario)
            .args(["-i", "127.0.0.1", "-p", &port.to_string(), "-mp", &media.to_string()])
            .args(["-key", "fold", " "])
            .args(["-m", "1", "-nostdin", "-trace_err", "-trace_msg", "-timeout_error"])
            .args(["-timeout", &LIMIT.as_secs().to_string()])
            .arg(to.to_string())
            .current_dir(home.path())
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let group = child.id().unwrap();
        guard::watch_group(group).unwrap();
        Self { child, group, home }
    }

    /// Waits until the call was declined with 603; anything else is a failure.
    pub async fn declined(mut self) {
        let status = tokio::time::timeout(LIMIT, self.child.wait()).await.unwrap().unwrap();
        assert_eq!(status, ExitStatus::default(), "{}", self.log());
    }

    /// Waits until the call was refused with this status.
    pub async fn refused(self, status: u16) {
        let (got, log) = self.ended().await;
        assert_eq!(got, status, "{log}");
    }

    /// Waits until the call was refused: with which status, and its log.
    pub async fn ended(mut self) -> (u16, String) {
        let _ = tokio::time::timeout(LIMIT, self.child.wait()).await.unwrap().unwrap();
        let log = self.log();
        let status = self.statuses(&log).filter(|status| *status >= 300 && *status != 407).last();
        (status.unwrap_or_else(|| panic!("no refusal\n{log}")), log)
    }

    /// Waits for an answer to the call itself: neither the question for a password nor a mere
    /// 100. `None` where a server does not even bear reading what it says: it has said it three
    /// times then, which takes a second and a half.
    pub async fn answered(&self) -> Option<u16> {
        let begun = Instant::now();
        loop {
            let log = self.log();
            let mut answers = self.statuses(&log).peekable();
            let is_ignored = answers.peek().is_none() && log.matches("message sent").count() > 2;
            if is_ignored {
                return None;
            }
            if let Some(status) = answers.find(|status| !matches!(status, 100 | 407)) {
                return Some(status);
            }
            assert!(begun.elapsed() < LIMIT, "no answer\n{log}");
            tokio::time::sleep(POLL).await;
        }
    }

    /// The statuses of all responses to this very call, in order.
    fn statuses<'a>(&self, log: &'a str) -> impl Iterator<Item = u16> + use<'a> {
        let call = format!("Call-ID: 1-{}@", self.group);
        let messages = log.split("\n-----").filter(move |message| message.contains(&call));
        let lines = messages.flat_map(str::lines).filter_map(|line| line.strip_prefix("SIP/2.0 "));
        lines.filter_map(|rest| rest.get(..3)?.parse().ok())
    }

    /// What it said and got, and what it wonders about.
    pub fn log(&self) -> String {
        let entries = std::fs::read_dir(self.home.path()).unwrap();
        let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        files.retain(|file| file.extension().is_none_or(|extension| extension == "log"));
        files.sort();
        files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect()
    }
}

impl Drop for Caller {
    fn drop(&mut self) {
        guard::forget_group(self.group);
    }
}

fn scenario(lab: &Lab, invite: &Invite<'_>) -> String {
    let login = lab.sip_login(invite.by).unwrap();
    let credentials =
        format!("[authentication username={} password={}]", login.auth_name, login.password);
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<scenario name="call">{first}{challenge}{ack_1}{second}{answers}{ack_2}</scenario>
"#,
        first = send(&request("INVITE", 1, invite, ""), true),
        challenge = answers(r#"<recv response="407" auth="true"/>"#),
        ack_1 = send(&request("ACK", 1, invite, ""), false),
        second = send(&request("INVITE", 2, invite, &credentials), true),
        answers = answers(r#"<recv response="603"/>"#),
        ack_2 = send(&request("ACK", 2, invite, ""), false),
    )
}

fn straight(invite: &Invite<'_>) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<scenario name="straight">{invite}{answers}{ack}</scenario>
"#,
        answers = answers(r#"<recv response="603"/>"#),
        ack = send(&request("ACK", 1, invite, ""), false),
        invite = send(&request("INVITE", 1, invite, ""), true),
    )
}

fn answers(last: &str) -> String {
    format!(r#"<recv response="100" optional="true"/><recv response="180" optional="true"/>{last}"#)
}

fn send(message: &str, is_repeated: bool) -> String {
    let again = if is_repeated { r#" retrans="500""# } else { "" };
    format!("<send{again}><![CDATA[\n{message}\n]]></send>\n")
}

fn request(method: &str, number: u8, invite: &Invite<'_>, credentials: &str) -> String {
    let Invite { to, from, .. } = invite;
    let is_invite = method == "INVITE";
    // An ACK to a refusal belongs to the INVITE and goes to where that went.
    let to_tag = if is_invite { "" } else { "[peer_tag_param]" };
    let mut lines = vec![
        format!("{method} {to} SIP/2.0"),
        "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]".to_owned(),
        format!("From: {from};tag=[pid]s[call_number]"),
        format!("To: <{to}>{to_tag}"),
        "Call-ID: [call_id]".to_owned(),
        format!("CSeq: {number} {method}"),
        "Contact: <sip:caller@[local_ip]:[local_port]>".to_owned(),
        "Max-Forwards: 70".to_owned(),
    ];
    if is_invite {
        // It takes blanks from the beginning of a line of its own.
        lines.extend(invite.headers.iter().map(|header| header.replace("\n ", "\n[fold]")));
        lines.extend((!credentials.is_empty()).then(|| credentials.to_owned()));
        lines.push("Content-Type: application/sdp".to_owned());
    }
    lines.extend(["Content-Length: [len]".to_owned(), String::new()]);
    if is_invite {
        lines.extend(
            [
                "v=0",
                "o=- 1 1 IN IP4 [local_ip]",
                "s=-",
                "c=IN IP4 [media_ip]",
                "t=0 0",
                "m=audio [media_port] RTP/AVP 8",
            ]
            .map(str::to_owned),
        );
    }
    lines.join("\n")
}
