//! A live contact: a headless instance of this same program, driven over JSON-RPC.

use std::io;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// How long after seeing the user online the contact calls.
const BEFORE_CALLING: Duration = Duration::from_secs(60);
/// How long a contact may take to sign out.
const FAREWELL: Duration = Duration::from_secs(5);

/// How a contact behaves.
#[derive(Debug, Clone)]
pub(super) struct Manners {
    /// What it says to the first message; later ones are echoed after it.
    pub greeting: &'static str,
    /// Whom it calls a minute after seeing them online.
    pub calls: Option<String>,
}

impl Manners {
    pub(super) fn bob() -> Self {
        Self { greeting: "Hello! Call me, and you will hear yourself.", calls: None }
    }

    pub(super) fn carol() -> Self {
        Self { greeting: "Hi! I am about to call you.", calls: None }
    }
}

/// A running contact. Dropping it ends the process.
pub(super) struct Contact {
    process: Child,
    driver: JoinHandle<()>,
}

impl Contact {
    /// Starts the program on a profile and drives it.
    pub(super) fn start(profile: &Path, manners: Manners) -> io::Result<Self> {
        let log = std::fs::File::create(profile.join("headless.log"))?;
        let mut process = Command::new(std::env::current_exe()?)
            .arg("--headless")
            .arg("--profile")
            .arg(profile)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()?;
        let (Some(input), Some(output)) = (process.stdin.take(), process.stdout.take()) else {
            return Err(io::Error::other("a contact has no standard input or output"));
        };
        let driver = Driver { input, manners, greeted: false, call_at: None, next_id: 0 };
        let driver = tokio::spawn(async move {
            if let Err(error) = driver.run(output).await {
                tracing::debug!(%error, "a contact ended");
            }
        });
        Ok(Self { process, driver })
    }

    /// Ends it in order: end of input, then a bounded wait.
    pub(super) async fn stop(mut self) {
        self.driver.abort();
        // The driver held the input; gone with it, the instance signs out by itself.
        let _ = self.driver.await;
        if tokio::time::timeout(FAREWELL, self.process.wait()).await.is_err() {
            let _ = self.process.kill().await;
        }
    }
}

struct Driver {
    input: ChildStdin,
    manners: Manners,
    greeted: bool,
    call_at: Option<Instant>,
    next_id: u64,
}

impl Driver {
    async fn run(mut self, output: ChildStdout) -> io::Result<()> {
        let mut lines = BufReader::new(output).lines();
        loop {
            let call_at = self.call_at;
            let never = std::future::pending::<()>();
            let time_to_call = async {
                match call_at {
                    Some(at) => tokio::time::sleep_until(at).await,
                    None => never.await,
                }
            };
            tokio::select! {
                line = lines.next_line() => match line? {
                    Some(line) => self.on_line(&line).await?,
                    None => return Ok(()),
                },
                () = time_to_call => {
                    self.call_at = None;
                    if let Some(to) = self.manners.calls.take() {
                        self.send("call", json!({ "to": to })).await?;
                    }
                }
            }
        }
    }

    async fn on_line(&mut self, line: &str) -> io::Result<()> {
        let Ok(message) = serde_json::from_str::<Value>(line) else { return Ok(()) };
        let event = &message["params"];
        match event["type"].as_str() {
            Some("message") if event["entry"]["direction"] == "in" => {
                let body = event["entry"]["body"].as_str().unwrap_or_default();
                let reply = if self.greeted {
                    format!("You wrote: {body}")
                } else {
                    self.manners.greeting.to_owned()
                };
                self.greeted = true;
                let to = event["with"].clone();
                self.send("message.send", json!({ "to": to, "body": reply })).await
            }
            Some("call") if event["call"]["state"] == "incoming" => {
                let call = event["call"]["id"].clone();
                self.send("call.answer", json!({ "call": call })).await
            }
            Some("contact") => {
                self.on_contact(&event["contact"]);
                Ok(())
            }
            Some("roster") => {
                for contact in event["roster"].as_array().into_iter().flatten() {
                    self.on_contact(contact);
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn on_contact(&mut self, contact: &Value) {
        let is_callee = self.manners.calls.as_deref() == contact["jid"].as_str();
        let is_here = contact["presence"]["show"] != "offline";
        if is_callee && is_here && self.call_at.is_none() {
            self.call_at = Some(Instant::now() + BEFORE_CALLING);
        }
    }

    async fn send(&mut self, method: &str, params: Value) -> io::Result<()> {
        self.next_id += 1;
        let id = self.next_id;
        let line = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        self.input.write_all(format!("{line}\n").as_bytes()).await?;
        self.input.flush().await
    }
}
