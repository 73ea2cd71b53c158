//! The task that looks for documents, asks again for the one that holds, and applies what the
//! user agreed to.

mod apply;
mod by_hand;
mod look;

use std::path::PathBuf;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};

use self::look::Pending;
pub(crate) use self::look::candidate;
use super::plan::{Candidate, Provided, UserFile, provided};
use super::record::{Record, RecordError};
use super::refresh::{self, Last};
use super::status::{Outcome, State, Status};
use crate::config::{ConfigError, Profile};
use crate::core::Input;
use crate::core::command::{CommandError, ProvisionCommand, Reply};
use crate::model::id::AccountId;
use crate::model::time::{Now, Timestamp};
use crate::secrets::SessionPasswords;

/// Jobs that may wait.
const QUEUE: usize = 16;

/// What is known at the start.
#[derive(Debug, Clone)]
pub struct Provisioning {
    paths: Paths,
    applied: Option<Candidate>,
    /// What holds.
    pub provided: Provided,
}

/// Where the files are.
#[derive(Debug, Clone)]
struct Paths {
    config: PathBuf,
    record: PathBuf,
}

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The user's.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// What a provider set up.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The document that was kept.
    #[error("{}: what your provider set up cannot be used: {error}. Move it away to go on without.", path.display())]
    Document {
        /// Which file.
        path: PathBuf,
        /// Why.
        error: super::document::DocumentError,
    },
}

impl Provisioning {
    /// Reads a profile's settings and what a provider set up in it.
    ///
    /// # Errors
    /// When a file is there and cannot be used.
    pub fn load(profile: &Profile) -> Result<Self, LoadError> {
        let paths = Paths { config: profile.config_path(), record: profile.provisioned_path() };
        let kept = Record::load(&paths.record)?.map(Candidate::kept).transpose();
        let applied =
            kept.map_err(|error| LoadError::Document { path: paths.record.clone(), error })?;
        let provided = paths.held(applied.as_ref())?;
        Ok(Self { paths, applied, provided })
    }

    /// The STUN servers that a provider names for an account, as `stun:host:port`.
    pub fn stun(&self, account: &AccountId) -> Vec<String> {
        let document = self.applied.as_ref().map(|applied| &applied.record.document);
        let accounts = document.and_then(|document| document["accounts"].as_array());
        let found = accounts.into_iter().flatten().find(|it| it["id"] == account.as_str());
        let servers = found.and_then(|account| account["stun"].as_array());
        let servers = servers.into_iter().flatten();
        servers.filter_map(|server| server.as_str().map(str::to_owned)).collect()
    }

    /// What the faces are told first.
    pub fn status(&self) -> Status {
        status_of(self.applied.as_ref())
    }

    /// Starts the task; what holds goes to the hub by `inbox`.
    /// `passwords` takes those that are kept for this run alone.
    pub fn spawn(self, inbox: mpsc::Sender<Input>, passwords: SessionPasswords) -> Provisioner {
        let (jobs, queue) = mpsc::channel(QUEUE);
        let service = Service {
            paths: self.paths,
            applied: self.applied,
            pending: None,
            inbox,
            passwords,
            asked: None,
            due: None,
        };
        Provisioner { jobs, task: tokio::spawn(service.run(queue)) }
    }
}

impl Paths {
    /// What holds by the user's file as it is now.
    fn held(&self, applied: Option<&Candidate>) -> Result<Provided, ConfigError> {
        let text = crate::config::text(&self.config)?.unwrap_or_default();
        provided(applied, &UserFile { text: &text, path: &self.config })
    }
}

fn status_of(applied: Option<&Candidate>) -> Status {
    let Some(Candidate { record, document, .. }) = applied else { return Status::default() };
    Status {
        state: State::Applied,
        service: document.service.name.clone(),
        support: document.service.support.as_ref().map(ToString::to_string),
        address: record.address.clone(),
        url: Some(record.url.clone()),
        serial: Some(document.serial),
        asked: Some(record.asked),
        ..Status::default()
    }
}

/// Something to do.
#[derive(Debug)]
pub enum Job {
    /// A face asks.
    Command(ProvisionCommand, oneshot::Sender<Result<Reply, CommandError>>),
    /// A provider's server says that its document changed.
    CheckSync,
}

/// The way to the task.
#[derive(Debug)]
pub struct Provisioner {
    jobs: mpsc::Sender<Job>,
    task: JoinHandle<()>,
}

impl Provisioner {
    /// Hands a job over. Never waits; a face whose job finds no room is told.
    pub fn send(&self, job: Job) {
        if let Err(mpsc::error::TrySendError::Full(Job::Command(_, reply))) =
            self.jobs.try_send(job)
        {
            let _ = reply.send(Err(CommandError::Internal("too much at once".to_owned())));
        }
    }

    /// Ends the task, whatever it waits for. Files are written whole or not at all.
    pub fn stop(self) {
        self.task.abort();
    }
}

struct Service {
    paths: Paths,
    applied: Option<Candidate>,
    pending: Option<Pending>,
    inbox: mpsc::Sender<Input>,
    passwords: SessionPasswords,
    /// When the document was last asked for in this run.
    asked: Option<Instant>,
    /// When it is asked for again.
    due: Option<Instant>,
}

impl Service {
    async fn run(mut self, mut jobs: mpsc::Receiver<Job>) {
        self.plan_refresh(false);
        loop {
            let due = self.due;
            tokio::select! {
                job = jobs.recv() => match job {
                    Some(Job::Command(command, reply)) => {
                        let _ = reply.send(self.carry_out(command).await);
                    }
                    Some(Job::CheckSync) => self.on_check_sync(),
                    None => return,
                },
                () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {
                    if self.pending.as_ref().is_some_and(|pending| pending.by_user) {
                        self.plan_refresh(true);
                        continue;
                    }
                    if let Err(error) = self.refresh().await {
                        tracing::warn!(%error, "the provider's document was not had");
                    }
                }
            }
        }
    }

    async fn carry_out(&mut self, command: ProvisionCommand) -> Result<Reply, CommandError> {
        let outcome = match command {
            ProvisionCommand::Status => return Ok(Reply::Provisioning(Box::new(self.status()))),
            ProvisionCommand::Look(look) => self.look(*look).await,
            ProvisionCommand::Apply(answers) => self.apply(answers).await,
            ProvisionCommand::Refresh => self.refresh().await,
            ProvisionCommand::Add(new) => self.add(*new).await,
        };
        outcome.map(Reply::Provision).map_err(|error| CommandError::Provision(Box::new(error)))
    }

    fn status(&self) -> Status {
        let mut status = status_of(self.applied.as_ref());
        status.next_in =
            self.due.map(|due| due.saturating_duration_since(Instant::now()).as_secs());
        if let Some(pending) = &self.pending {
            status.state = State::Waiting;
            status.preview = Some(Box::new(pending.plan.preview.clone()));
        }
        status
    }

    /// Tells every face how it stands, with a word.
    async fn tell(&self, message: Option<String>) {
        let status = Status { message, ..self.status() };
        let _ = self.inbox.send(Input::Provisioning(Box::new(status))).await;
    }

    /// When to ask again, after an attempt that `failed`, or at the start.
    fn plan_refresh(&mut self, failed: bool) {
        let Some(applied) = &self.applied else {
            self.due = None;
            return;
        };
        let last = match failed {
            true => Last::Failed,
            false => Last::Answered(since(applied.record.asked)),
        };
        let wait = refresh::wait(applied.document.service.refresh, last, rand::random());
        self.due = Some(Instant::now() + wait);
    }

    fn on_check_sync(&mut self) {
        if self.applied.is_none() {
            return;
        }
        let since = self.asked.map(|asked| asked.elapsed());
        if let Some(wait) = refresh::on_check_sync(since, rand::random()) {
            let soon = Instant::now() + wait;
            self.due = Some(self.due.map_or(soon, |due| due.min(soon)));
        }
    }

    /// Puts what was applied into effect.
    async fn hold(&mut self, applied: Candidate, provided: Provided) {
        self.applied = Some(applied);
        self.pending = None;
        let _ = self.inbox.send(Input::Provided(Box::new(provided))).await;
        self.plan_refresh(false);
    }
}

/// The time since a moment; `None` when the clock says that it is yet to come.
fn since(moment: Timestamp) -> Option<Duration> {
    let passed = Now::read().wall.to_utc() - moment.to_utc();
    Duration::try_from(passed).ok()
}

/// What an outcome says to somebody who did not ask for it.
fn word(outcome: &Outcome, service: Option<&str>) -> Option<String> {
    let service = service.unwrap_or("Your provider");
    match outcome {
        Outcome::Preview { .. } => {
            Some(format!("{service} wants to change your accounts. Look at the changes first."))
        }
        Outcome::Applied { changes } if !changes.is_empty() => {
            let words: Vec<&str> = changes.iter().map(|change| change.text.as_str()).collect();
            let words: String = words.join("; ").chars().take(400).collect();
            Some(format!("{service} changed your accounts: {words}."))
        }
        _ => None,
    }
}
