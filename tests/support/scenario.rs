//! A real sipp that plays a scenario of `tests/sipp`: bob, at the lab's Kamailio over UDP.
//!
//! The scenarios are sipp's own XML, but for lines that begin with `@` and stand for the header
//! fields that are the same everywhere:
//!
//! | line | what it stands for |
//! | --- | --- |
//! | `@first METHOD N` | the head of a request outside of a dialog, CSeq N |
//! | `@next METHOD N` | of one in the dialog that sipp began |
//! | `@back METHOD N` | of one in the dialog that the other side began, after `@remember` |
//! | `@hop METHOD N K` | of the ACK to a refusal or a CANCEL of the INVITE K steps before |
//! | `@answer STATUS TEXT` | of a response to a request that has a To tag |
//! | `@answer-first STATUS TEXT` | of a response that brings the To tag |
//! | `@remember` | an action that keeps who calls |
//! | `@check HEADER: PATTERN` | an action that fails unless the header field is like that |
//! | `@check-text PATTERN` | the same of the whole message |
//! | `@sdp DIRECTION VERSION` | a session description, and the end of the message |
//! | `@end` | the end of a message without a body |
//! | `@login FIELD` | INVITE, 407, ACK, and INVITE with credentials, fields and an offer |
//! | `@invite PATTERN` | waits for an INVITE like that, and keeps it |
//! | `@reply STATUS TEXT TAG` | of a response to the INVITE kept; TAG ends the To tag |
//! | `@stray METHOD N` | of a request in no dialog at all |
//! | `@accept` | takes a call: INVITE, 180, 200 with an answer, ACK |
//! | `@bye` | waits for BYE and answers it |

// Each test file that includes this module uses its own part of it.
#![allow(dead_code)]

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use dovetail::lab::{Lab, LabError, guard, ports, process};
use dovetail::model::account::Transport;
use tempfile::TempDir;
use tokio::process::{Child, Command};

/// How long a scenario may take.
const LIMIT: Duration = Duration::from_secs(60);
const SCENARIOS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sipp");

/// A scenario under way. Dropping it ends it.
pub struct Sipp {
    name: String,
    child: Child,
    group: u32,
    home: TempDir,
}

impl Sipp {
    /// Plays one that begins: `user` of the lab calls `to`.
    pub fn call(lab: &Lab, user: &str, to: &str, scenario: &str) -> Self {
        let [port, media] = ports::free().unwrap();
        Self::play(lab, user, to, scenario, port, media)
    }

    /// Plays one that waits for a call to `user` of the lab, once registered.
    pub async fn wait(lab: &Lab, user: &str, scenario: &str) -> Self {
        let [port, media] = ports::free().unwrap();
        let own = lab.aor(user).unwrap();
        let to = format!("sip:{user}@127.0.0.1:{port}");
        Self::call(lab, user, &to, "register").done().await;
        Self::play(lab, user, &own, scenario, port, media)
    }

    /// Plays one that sipp brings along (`-sn`), with any other arguments.
    pub fn built_in(scenario: &str, port: u16, arguments: &[&str]) -> Self {
        let [media] = ports::free().unwrap();
        let mut all = vec!["-sn", scenario];
        all.extend(arguments);
        Self::spawn_in(home(), scenario, &all, port, media)
    }

    fn play(lab: &Lab, user: &str, to: &str, scenario: &str, port: u16, media: u16) -> Self {
        let text = std::fs::read_to_string(format!("{SCENARIOS}/{scenario}.xml")).unwrap();
        let home = home();
        let file = home.path().join("scenario.xml");
        std::fs::write(
            &file,
            complete(&text).replace("{me}", &lab.aor(user).unwrap()).replace("{to}", to),
        )
        .unwrap();
        let login = lab.sip_login(user).unwrap();
        let proxy = lab.sip(Transport::Udp).to_string();
        let file = file.display().to_string();
        let arguments = ["-sf", &file, "-au", &login.auth_name, "-ap", &login.password, &proxy];
        Self::spawn_in(home, scenario, &arguments, port, media)
    }

    fn spawn_in(home: TempDir, name: &str, arguments: &[&str], port: u16, media: u16) -> Self {
        let program = process::find("sipp")
            .ok_or(LabError::Missing { program: "sipp", packages: "sip-tester" })
            .unwrap();
        let log = std::fs::File::create(home.path().join("log")).unwrap();
        let child = Command::new(program)
            .args(["-i", "127.0.0.1", "-p", &port.to_string(), "-mp", &media.to_string()])
            .args(["-m", "1", "-nostdin", "-trace_err", "-trace_msg", "-timeout_error"])
            .args(["-timeout", &LIMIT.as_secs().to_string()])
            .args(arguments)
            .current_dir(home.path())
            .env("TERM", "dumb")
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let group = child.id().unwrap();
        guard::watch_group(group).unwrap();
        Self { name: name.to_owned(), child, group, home }
    }

    /// Waits until it was played to its end, with nothing unexpected.
    #[track_caller]
    pub fn done(mut self) -> impl Future<Output = ()> {
        let caller = std::panic::Location::caller();
        async move {
            let status = tokio::time::timeout(LIMIT, self.child.wait()).await;
            let is_done = matches!(&status, Ok(Ok(status)) if status.success());
            assert!(is_done, "{caller}: sipp {}: {status:?}\n{}", self.name, self.log());
        }
    }

    /// Waits until somebody listens on this TCP port; asking the port itself would be a connection.
    pub async fn listens(&self, port: u16) {
        let (begun, line) = (std::time::Instant::now(), format!(":{port:04X} 00000000:0000 0A "));
        while !std::fs::read_to_string("/proc/net/tcp").unwrap().contains(&line) {
            assert!(begun.elapsed() < LIMIT, "sipp {}\n{}", self.name, self.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until this was said on its wire.
    pub async fn heard(&self, words: &str) {
        let begun = std::time::Instant::now();
        while !self.log().contains(words) {
            assert!(begun.elapsed() < LIMIT, "sipp {}: no {words}\n{}", self.name, self.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Whether it has ended already.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// What it said and got, and what it wonders about.
    pub fn log(&self) -> String {
        let entries = std::fs::read_dir(self.home.path()).unwrap();
        let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        files.retain(|file| file.extension().is_some_and(|extension| extension == "log"));
        files.sort();
        files.iter().map(|file| text(file)).collect()
    }
}

impl Drop for Sipp {
    fn drop(&mut self) {
        guard::forget_group(self.group);
    }
}

fn home() -> TempDir {
    tempfile::Builder::new().prefix("dovetail-sipp-").tempdir().unwrap()
}

fn text(file: &Path) -> String {
    String::from_utf8_lossy(&std::fs::read(file).unwrap()).into_owned()
}

/// The UDP address that a running program takes requests from anybody at: its first on loopback
/// that is not connected to one peer.
pub fn udp_address(id: u32) -> SocketAddr {
    let sockets: Vec<String> = std::fs::read_dir(format!("/proc/{id}/fd"))
        .unwrap()
        .filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok())
        .filter_map(|link| {
            let link = link.to_string_lossy().into_owned();
            Some(link.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned())
        })
        .collect();
    let table = std::fs::read_to_string("/proc/net/udp").unwrap();
    let port = table.lines().skip(1).find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let is_own = sockets.iter().any(|socket| socket == fields[9]);
        let is_open = fields[2].ends_with(":0000");
        let port = (is_own && is_open).then(|| fields[1].split_once(':'))??.1;
        u16::from_str_radix(port, 16).ok()
    });
    SocketAddr::from(([127, 0, 0, 1], port.expect("a UDP socket")))
}

/// The whole of a scenario, as sipp reads it.
fn complete(text: &str) -> String {
    let text = expand(text);
    // sipp refuses a scenario with a variable that is only set.
    let kept = ["peer", "check"].map(|name| {
        let is_set = text.contains(&format!(r#"assign_to="{name}""#));
        if is_set { format!("<Reference variables=\"{name}\"/>\n") } else { String::new() }
    });
    text.replace("</scenario>", &format!("{}</scenario>", kept.concat()))
}

/// Replaces the lines that begin with `@`.
fn expand(text: &str) -> String {
    text.lines().map(|line| expand_line(line) + "\n").collect()
}

fn check(place: &str, pattern: &str) -> String {
    format!(
        r#"<action><ereg regexp="{pattern}" search_in="{place}" check_it="true" assign_to="check"/></action>"#
    )
}

fn expand_line(line: &str) -> String {
    let words: Vec<&str> = line.trim().split(' ').collect();
    match words[..] {
        ["@first", method, number] => head(method, number, "{to}", "<{to}>", ""),
        ["@hop", "CANCEL", number, back] => {
            head("CANCEL", number, "{to}", "<{to}>", "").replace("[branch]", &branch(back))
        }
        ["@hop", method, number, back] => {
            head(method, number, "{to}", "<{to}>[peer_tag_param]", "")
                .replace("[branch]", &branch(back))
        }
        ["@next", method, number] => {
            head(method, number, "[next_url]", "<{to}>[peer_tag_param]", "[routes]\n")
        }
        ["@stray", method, number] => {
            head(method, number, "[next_url]", "<{to}>;tag=nobody", "[routes]\n")
        }
        ["@back", method, number] => head(method, number, "[next_url]", "[$peer]", "[routes]\n"),
        ["@answer", status, ..] => response(status, &words[2..].join(" "), ""),
        ["@answer-first", status, ..] => {
            response(status, &words[2..].join(" "), ";tag=[pid]t[call_number]")
        }
        ["@remember"] => concat!(
            r#"<action><ereg regexp="[^ ].*" search_in="hdr" header="From:" "#,
            r#"check_it="true" assign_to="peer"/></action>"#,
        )
        .to_owned(),
        ["@check", header, ..] => {
            check(&format!(r#"hdr" header="{header}"#), &words[2..].join(" "))
        }
        ["@check-text", ..] => check("msg", &words[1..].join(" ")),
        ["@sdp", direction, version] => sdp(direction, version),
        ["@end"] => "Content-Length: 0\n".to_owned(),
        ["@login", ..] => {
            let more: String =
                words[1..].join(" ").split(" | ").map(|field| format!("{field}\n")).collect();
            expand(&LOGIN.replace("{more}", more.trim_start()))
        }
        ["@invite", ..] => INVITE.replace("{pattern}", &words[1..].join(" ")),
        ["@reply", status, reason, tag] => reply(status, reason, tag),
        ["@accept"] => expand(ACCEPT),
        ["@bye"] => expand(BYE),
        _ => line.to_owned(),
    }
}

fn head(method: &str, number: &str, uri: &str, to: &str, routes: &str) -> String {
    format!(
        "{method} {uri} SIP/2.0\n\
         Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\n\
         {routes}From: <{{me}}>;tag=[pid]t[call_number]\n\
         To: {to}\n\
         Call-ID: [call_id]\n\
         CSeq: {number} {method}\n\
         Contact: <sip:sipp@[local_ip]:[local_port]>\n\
         Max-Forwards: 70",
    )
}

/// That of the message so many steps before.
fn branch(back: &str) -> String {
    format!("[branch-{back}]")
}

fn response(status: &str, reason: &str, tag: &str) -> String {
    // Of a redirection the Contact is where to go.
    let contact = match status.starts_with('3') {
        true => "",
        false => "\nContact: <sip:sipp@[local_ip]:[local_port]>",
    };
    format!(
        "SIP/2.0 {status} {reason}\n\
         [last_Via:]\n\
         [last_Record-Route:]\n\
         [last_From:]\n\
         [last_To:]{tag}\n\
         [last_Call-ID:]\n\
         [last_CSeq:]{contact}",
    )
}

fn sdp(direction: &str, version: &str) -> String {
    format!(
        "Content-Type: application/sdp\n\
         Content-Length: [len]\n\
         \n\
         v=0\n\
         o=- 1 {version} IN IP4 [local_ip]\n\
         s=-\n\
         c=IN IP4 [media_ip]\n\
         t=0 0\n\
         m=audio [media_port] RTP/AVP 8 101\n\
         a=rtpmap:8 PCMA/8000\n\
         a=rtpmap:101 telephone-event/8000\n\
         a=fmtp:101 0-15\n\
         a={direction}",
    )
}

/// To the INVITE that `@invite` kept, whatever came since.
fn reply(status: &str, reason: &str, tag: &str) -> String {
    format!(
        "SIP/2.0 {status} {reason}\n\
         [$vias]\n\
         Record-Route: [$route]\n\
         From: [$peer]\n\
         To: <{{me}}>;tag=[pid]t[call_number]{tag}\n\
         [last_Call-ID:]\n\
         CSeq: [$number]\n\
         Contact: <sip:sipp@[local_ip]:[local_port]>",
    )
}

const LOGIN: &str = r#"
  <send retrans="500"><![CDATA[
@first INVITE 1
@sdp sendrecv 1
]]></send>
  <recv response="100" optional="true"/>
  <recv response="407" auth="true"/>
  <send><![CDATA[
@hop ACK 1 3
@end
]]></send>
  <send retrans="500"><![CDATA[
@first INVITE 2
{more}[authentication]
@sdp sendrecv 1
]]></send>
  <recv response="100" optional="true"/>
"#;

const INVITE: &str = r#"
  <recv request="INVITE" rrs="true">
    <action>
      <ereg regexp="{pattern}" search_in="msg" check_it="true" assign_to="check"/>
      <ereg regexp="Via: [^[:cntrl:]]+[[:space:]]+Via: [^[:cntrl:]]+" search_in="msg" check_it="true" assign_to="vias"/>
      <ereg regexp="[^ ].*" search_in="hdr" header="Record-Route:" check_it="true" assign_to="route"/>
      <ereg regexp="[^ ].*" search_in="hdr" header="From:" check_it="true" assign_to="peer"/>
      <ereg regexp="[^ ].*" search_in="hdr" header="CSeq:" check_it="true" assign_to="number"/>
    </action>
  </recv>
"#;

const ACCEPT: &str = r#"
  <recv request="INVITE" rrs="true">
@remember
  </recv>
  <send><![CDATA[
@answer-first 180 Ringing
@end
]]></send>
  <send retrans="500"><![CDATA[
@answer-first 200 OK
@sdp sendrecv 1
]]></send>
  <recv request="ACK"/>
"#;

const BYE: &str = r#"
  <recv request="BYE"/>
  <send><![CDATA[
@answer 200 OK
@end
]]></send>
"#;
