//! The program itself, headless, driven over JSON-RPC on its standard input and output
//! (`docs/control.md`).

// Each test file that includes this module uses its own part of it.
#![allow(dead_code)]

use std::collections::VecDeque;
use std::ffi::OsString;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use dovetail::lab::guard;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::{Instant, timeout_at};

/// How long an answer to a call may take on a machine under load.
const CALL_LIMIT: Duration = Duration::from_secs(20);

/// A running instance with a profile of its own. Dropping it kills it.
pub struct Instance {
    child: Child,
    input: Option<ChildStdin>,
    output: Lines<BufReader<ChildStdout>>,
    next_id: u64,
    /// Events that nobody has asked for yet.
    pending: VecDeque<Value>,
    _group: Group,
    profile: TempDir,
}

/// Its process group, as the lab's guard knows it.
struct Group(u32);

impl Drop for Group {
    fn drop(&mut self) {
        guard::forget_group(self.0);
    }
}

/// What a call failed with.
#[derive(Debug, Clone, PartialEq)]
pub struct RpcError {
    /// JSON-RPC's or the application's code.
    pub code: i64,
    /// The text for a person.
    pub message: String,
    /// The application's further facts, such as `kind`.
    pub data: Value,
}

impl Instance {
    /// Starts one with this `config.toml` in a fresh profile.
    pub async fn start(config: &str) -> Self {
        Self::start_with(config, Vec::new()).await
    }

    /// The same, with more in its environment.
    pub async fn start_with(config: &str, more: Vec<(&str, OsString)>) -> Self {
        let profile = tempfile::Builder::new().prefix("dovetail-profile-").tempdir().unwrap();
        std::fs::write(profile.path().join("config.toml"), config).unwrap();
        Self::spawn(profile, more)
    }

    /// Starts one with this profile.
    pub async fn start_in(profile: TempDir) -> Self {
        Self::spawn(profile, Vec::new())
    }

    /// The same, with more in its environment.
    pub async fn start_in_with(profile: TempDir, more: Vec<(&str, OsString)>) -> Self {
        Self::spawn(profile, more)
    }

    fn spawn(profile: TempDir, more: Vec<(&str, OsString)>) -> Self {
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(profile.path().join("stderr.log"))
            .unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_dovetail"))
            .arg("--headless")
            .arg("--profile")
            .arg(profile.path())
            .env("RUST_LOG", std::env::var("RUST_LOG").unwrap_or_else(|_| "dovetail=debug".into()))
            .env("XDG_RUNTIME_DIR", profile.path())
            .envs(more)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let group = Group(child.id().unwrap());
        guard::watch_group(group.0).unwrap();
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, input, output, next_id: 1, pending: VecDeque::new(), _group: group, profile }
    }

    /// Where everything of it lives.
    pub fn profile(&self) -> &Path {
        self.profile.path()
    }

    /// What it wrote to standard error.
    pub fn log(&self) -> String {
        let bytes = std::fs::read(self.profile.path().join("stderr.log")).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Its process id, while it runs.
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// Processor time that it has used, all threads together.
    pub fn processor_seconds(&self) -> f64 {
        processor_seconds(self.id().expect("it runs"))
    }

    /// Calls a method and returns its result.
    #[track_caller]
    pub fn call(&mut self, method: &str, params: Value) -> impl Future<Output = Value> {
        let caller = std::panic::Location::caller();
        async move {
            match self.try_call(method, params).await {
                Ok(result) => result,
                Err(error) => panic!("{caller}: {method}: {error:?}\n{}", self.log()),
            }
        }
    }

    /// Calls a method and returns its result or error.
    pub async fn try_call(&mut self, method: &str, params: Value) -> Result<Value, RpcError> {
        let id = self.next_id;
        self.next_id += 1;
        let line = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        self.send_line(line.to_string()).await;
        let deadline = Instant::now() + CALL_LIMIT;
        loop {
            let Some(mut line) = self.read(deadline).await else {
                panic!("no answer to {method}\n{}", self.log());
            };
            if line["method"] == "event" {
                self.pending.push_back(line["params"].take());
                continue;
            }
            assert_eq!(line["id"], id, "{line}");
            let error = &line["error"];
            if error.is_null() {
                return Ok(line["result"].take());
            }
            return Err(RpcError {
                code: error["code"].as_i64().unwrap(),
                message: error["message"].as_str().unwrap().to_owned(),
                data: error["data"].clone(),
            });
        }
    }

    /// Writes one raw line.
    pub async fn send_line(&mut self, line: impl AsRef<[u8]>) {
        let input = self.input.as_mut().expect("standard input is still open");
        input.write_all(line.as_ref()).await.unwrap();
        input.write_all(b"\n").await.unwrap();
        input.flush().await.unwrap();
    }

    /// Reads one raw line, or `None` at its end of output or after `limit`. Events that came
    /// before the last answer are not among them.
    pub async fn read_line(&mut self, limit: Duration) -> Option<Value> {
        self.read(Instant::now() + limit).await
    }

    /// Waits for an event (its `params`) that satisfies `wanted`, also among those that came
    /// already and were not asked for; the others stay for later.
    #[track_caller]
    pub fn wait_event(
        &mut self,
        wanted: impl Fn(&Value) -> bool,
        limit: Duration,
    ) -> impl Future<Output = Value> {
        let caller = std::panic::Location::caller();
        async move {
            if let Some(at) = self.pending.iter().position(&wanted) {
                return self.pending.remove(at).unwrap();
            }
            let deadline = Instant::now() + limit;
            while let Some(mut line) = self.read(deadline).await {
                let event = line["params"].take();
                if wanted(&event) {
                    return event;
                }
                self.pending.push_back(event);
            }
            panic!(
                "{caller}: the event did not come; others did:\n{}\n{}",
                self.pending.iter().map(|event| format!("{event}\n")).collect::<String>(),
                self.log(),
            )
        }
    }

    /// Waits until the account is online.
    #[track_caller]
    pub fn online(&mut self, account: &'static str) -> impl Future<Output = Value> {
        let online = move |event: &Value| {
            event["account"]["id"] == account && event["account"]["state"] == "online"
        };
        self.wait_event(online, CALL_LIMIT)
    }

    /// Forgets the events that came so far and were not asked for.
    pub fn forget_events(&mut self) {
        self.pending.clear();
    }

    /// The events that came so far and were not asked for.
    pub fn take_events(&mut self) -> Vec<Value> {
        self.pending.drain(..).collect()
    }

    /// Closes its standard input and waits for its end: the orderly one. Gives the profile back.
    pub async fn quit(mut self) -> (ExitStatus, TempDir) {
        drop(self.input.take());
        self.end().await
    }

    /// Asks it to end (SIGTERM) and waits for that. Gives the profile back.
    pub async fn terminate(self) -> (ExitStatus, TempDir) {
        use rustix::process::{Pid, Signal, kill_process};
        let id = self.child.id().and_then(|id| Pid::from_raw(i32::try_from(id).unwrap()));
        kill_process(id.expect("it runs"), Signal::TERM).unwrap();
        self.end().await
    }

    /// Kills it, so that it cannot clear anything up. Gives the profile back.
    pub async fn kill(mut self) -> TempDir {
        self.child.kill().await.unwrap();
        self.profile
    }

    async fn end(mut self) -> (ExitStatus, TempDir) {
        let status = tokio::time::timeout(CALL_LIMIT, self.child.wait()).await;
        let status = status.unwrap_or_else(|_| panic!("it does not end\n{}", self.log())).unwrap();
        (status, self.profile)
    }

    async fn read(&mut self, deadline: Instant) -> Option<Value> {
        let line = timeout_at(deadline, self.output.next_line()).await.ok()?.unwrap()?;
        Some(serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}")))
    }
}

/// Processor time that a process has used, all threads together.
pub fn processor_seconds(process: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    // Behind the name: state, ten more, then ticks in user and in system mode.
    let fields = stat.rsplit(')').next().unwrap().split_whitespace().skip(11).take(2);
    fields.map(|ticks| ticks.parse::<f64>().unwrap() / 100.0).sum()
}
