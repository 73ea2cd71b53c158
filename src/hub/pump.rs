//! The hub's task: one queue in, the core in the middle, every handle out.

use std::collections::{HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{broadcast, mpsc, oneshot, watch};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::actors::Actors;
use super::{Handle, Request, trace};
use crate::config::Config;
use crate::core::command::{CommandError, HistoryCommand, ProvisionCommand, Reply};
use crate::core::event::{Event, NoticeLevel};
use crate::core::snapshot::Snapshot;
use crate::core::{Core, Input, Kept, Output, RequestId};
use crate::media::meter::{Levels, Meter};
use crate::model::history::Scope;
use crate::model::time::Now;
use crate::provisioning::plan::Provided;
use crate::provisioning::service::{Job, Provisioner, Provisioning};
use crate::provisioning::status::Status;
use crate::store::{Note, Store, StoreError};
use crate::trust::Keeper;

/// How long the actors have to sign out.
const FAREWELL: Duration = Duration::from_secs(4);
/// Notices that wait for the first face, and how often it is looked for.
const UNSAID: usize = 16;
const LOOK: Duration = Duration::from_millis(200);
/// How often long work tells how far it is.
const TELL: Duration = Duration::from_millis(200);
/// Events that a slow face may fall behind before it misses some.
const EVENT_BACKLOG: usize = 4096;

/// The running hub.
#[derive(Debug)]
pub struct Hub {
    handle: Handle,
    quit: CancellationToken,
    task: tokio::task::JoinHandle<()>,
}

impl Hub {
    /// Starts the hub on the current runtime; accounts connect once `kept` is taken in.
    /// `installation` stands for this installation (RFC 5626 §4.1).
    pub fn start(config: Config, installation: Uuid, store: Store, kept: Kept) -> Self {
        Self::start_provided(config, installation, store, kept, None, None)
    }

    /// The same with what a provider set up, whose `config` is what holds by it, and with the file
    /// that keeps what is known of the servers' protection.
    pub fn start_provided(
        config: Config,
        installation: Uuid,
        store: Store,
        mut kept: Kept,
        provisioning: Option<Provisioning>,
        security: Option<&Path>,
    ) -> Self {
        let core = Core::new(&config, rand::random());
        let (snapshots, snapshot) = watch::channel(Arc::new(Snapshot::default()));
        let (events, _) = broadcast::channel(EVENT_BACKLOG);
        let (handle, requests) = Handle::with_ends(snapshot, events.clone());
        let quit = CancellationToken::new();
        let (inbox, inputs) = mpsc::channel(1024);
        let provided = provisioning.as_ref().map(|p| (p.provided.clone(), p.status()));
        let (mut trust, file, forgotten) = Keeper::load(security);
        let (trouble, untrusted) = mpsc::unbounded_channel();
        if let Some(file) = file {
            trust.start(file, trouble);
        }
        kept.guards = trust.guards(&config);
        let actors = Actors::new(config, installation, trust, inbox.clone(), handle.meter());
        let provisioner = provisioning.map(|p| p.spawn(inbox, actors.passwords()));
        let pump = Pump {
            core,
            actors,
            meter: handle.meter(),
            store,
            snapshots,
            events,
            unsaid: VecDeque::new(),
            notes_told: 0,
            pending: HashMap::new(),
            next_request: 0,
            running: HashMap::new(),
            store_behind: false,
            provisioner,
            forgotten: forgotten.map(|notice| notice.to_string()),
            untrusted,
        };
        tokio::spawn(super::rest::follow(handle.snapshot()));
        let task = tokio::spawn(pump.run((kept, provided), requests, inputs, quit.clone()));
        Self { handle, quit, task }
    }

    /// A face's way in.
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// Cancelling it begins what [`Self::stop`] does; faces then see the hub go.
    pub fn quit(&self) -> CancellationToken {
        self.quit.clone()
    }

    /// Hangs up, signs out, writes what is to be kept. Takes a few seconds at the most.
    pub async fn stop(self) {
        self.quit.cancel();
        let _ = self.task.await;
    }
}

struct Pump {
    core: Core,
    actors: Actors,
    meter: Arc<Meter>,
    store: Store,
    snapshots: watch::Sender<Arc<Snapshot>>,
    events: broadcast::Sender<Arc<Event>>,
    /// Notices from before there was a face.
    unsaid: VecDeque<Arc<Event>>,
    /// How many of the store's notes were passed on.
    notes_told: usize,
    pending: HashMap<RequestId, oneshot::Sender<Result<Reply, CommandError>>>,
    next_request: u64,
    /// What takes a while and can be called off.
    running: HashMap<RequestId, CancellationToken>,
    /// The store took nothing more, the last time it was asked.
    store_behind: bool,
    /// What a provider set up.
    provisioner: Option<Provisioner>,
    /// Why nothing is known of the servers' protection.
    forgotten: Option<String>,
    /// Why it cannot be kept.
    untrusted: mpsc::UnboundedReceiver<String>,
}

impl Pump {
    async fn run(
        mut self,
        (kept, provided): (Kept, Option<(Provided, Status)>),
        mut requests: mpsc::Receiver<Request>,
        mut inputs: mpsc::Receiver<Input>,
        quit: CancellationToken,
    ) {
        if let Some((provided, status)) = provided {
            self.feed(Input::Provided(Box::new(provided)));
            self.feed(Input::Provisioning(Box::new(status)));
        }
        self.feed(Input::Kept(kept));
        self.feed(Input::Start);
        if let Some(notice) = self.forgotten.take() {
            self.feed(Input::StoreNotice(NoticeLevel::Warning, notice));
        }
        let (mut trouble, mut notes) = (self.store.trouble(), self.store.notes());
        let first = trouble.borrow_and_update().clone();
        self.tell_trouble(first.as_ref());
        let first = notes.borrow_and_update().clone();
        self.tell_notes(&first);
        self.show();
        loop {
            let timeout = self.core.poll_timeout();
            let input = tokio::select! {
                () = quit.cancelled() => break,
                Some(input) = inputs.recv() => input,
                request = requests.recv() => match request {
                    Some(request) => self.accept(request),
                    None => break,
                },
                Ok(()) = trouble.changed() => {
                    let now = trouble.borrow_and_update().clone();
                    self.tell_trouble(now.as_ref());
                    continue;
                }
                Ok(()) = notes.changed() => {
                    let all = notes.borrow_and_update().clone();
                    self.tell_notes(&all);
                    continue;
                }
                Some(trouble) = self.untrusted.recv() =>
                    Input::StoreNotice(NoticeLevel::Error, trouble),
                () = tokio::time::sleep(LOOK), if !self.unsaid.is_empty() => {
                    self.say();
                    continue;
                }
                () = sleep_until(timeout.map_or_else(far, Instant::from_std)), if timeout.is_some() =>
                    Input::Timeout,
            };
            self.feed(input);
            // What is there already is taken before one snapshot is made of it all; not what
            // comes meanwhile, or a flood would keep commands, clocks and the end waiting.
            for _ in 0..inputs.len() {
                let Ok(input) = inputs.try_recv() else { break };
                self.feed(input);
            }
            self.show();
        }
        self.farewell(inputs).await;
    }

    fn accept(&mut self, request: Request) -> Input {
        let id = RequestId(self.next_request);
        self.next_request += 1;
        self.pending.insert(id, request.reply);
        Input::Command(id, request.command)
    }

    fn feed(&mut self, input: Input) {
        trace::input(&input);
        if let Input::WorkEnded(request) = &input {
            self.running.remove(request);
        }
        self.core.handle(Now::read(), input);
        while let Some(output) = self.core.poll_output() {
            trace::output(&output);
            self.carry_out(output);
        }
    }

    fn show(&mut self) {
        if self.core.take_changed() {
            let snapshot = Arc::new(self.core.snapshot());
            self.snapshots.send_replace(snapshot);
        }
    }

    fn carry_out(&mut self, output: Output) {
        match output {
            Output::Reply(request, reply) => {
                if let Some(waiting) = self.pending.remove(&request) {
                    // A face that has gone needs no answer.
                    let _ = waiting.send(reply);
                }
            }
            Output::Event(event) => {
                let event: Arc<Event> = Arc::from(event);
                let is_notice = matches!(*event, Event::Notice { .. });
                if is_notice && self.events.receiver_count() == 0 && self.unsaid.len() < UNSAID {
                    return self.unsaid.push_back(event);
                }
                // Nobody listening is no fault.
                let _ = self.events.send(event);
            }
            Output::Settings(config) => self.actors.settings(*config),
            Output::Guard(account, guard) => self.actors.guard(&account, *guard),
            Output::Start(account) => self.actors.start(&account),
            Output::Stop(account) => self.actors.stop(&account),
            Output::CallOff(request) => {
                if let Some(running) = self.running.get(&request) {
                    running.cancel();
                }
            }
            Output::Provision(request, command) => self.provision(request, command),
            Output::CheckSync => {
                if let Some(provisioner) = &self.provisioner {
                    provisioner.send(Job::CheckSync);
                }
            }
            Output::Xmpp(account, command) => self.actors.xmpp(&account, command),
            Output::Sip(account, command) => self.actors.sip(&account, command),
            Output::Media(call, command) => self.actors.media(&call, command),
            Output::Keep(keep) => self.keep(keep),
            Output::History(request, query) => self.answer_later(request, {
                let store = self.store.clone();
                async move {
                    let entries = super::keep::history(store, query).await;
                    entries
                        .map(Reply::History)
                        .map_err(|error| CommandError::Internal(error.to_string()))
                }
            }),
            Output::Archive(request, command) => self.archive(request, command),
            Output::Check { request, account, phone } => {
                let answer = self.actors.check(&account, phone);
                self.answer_unless_called_off(request, answer);
            }
            Output::Devices(request, audio) => self.answer_later(request, async move {
                let listed = tokio::task::spawn_blocking(move || super::devices::devices(&audio));
                listed.await.map_err(|error| CommandError::Internal(error.to_string()))
            }),
            Output::FindDevices => self.actors.report_later(async {
                let listed = tokio::task::spawn_blocking(crate::media::devices).await;
                Input::DevicesFound(listed.unwrap_or_default())
            }),
            Output::Side(command) => self.actors.side(command),
            Output::Levels(request, trouble) => {
                let Levels { input, output } = self.meter.take();
                let levels = Reply::Levels { input, output, trouble };
                self.answer_later(request, std::future::ready(Ok(levels)));
            }
            Output::Password { request, account, password, keep } => {
                self.actors.keep_password(request, account, password, keep);
            }
            Output::ForgetPassword(account) => self.actors.forget_password(&account),
            Output::ReadCards { request, from, apply } => self.actors.report_later(async move {
                let read = tokio::task::spawn_blocking(move || super::cards::read(from)).await;
                let read = match read {
                    Ok(read) => read.map_err(|error| CommandError::Refused(error.to_string())),
                    Err(error) => Err(CommandError::Internal(error.to_string())),
                };
                Input::Cards { request, apply, read }
            }),
        }
    }

    fn provision(&mut self, request: RequestId, command: ProvisionCommand) {
        let Some(waiting) = self.pending.remove(&request) else { return };
        match &self.provisioner {
            Some(provisioner) => provisioner.send(Job::Command(command, waiting)),
            None => {
                let text = "This instance has no profile to keep a provider's settings in.";
                let _ = waiting.send(Err(CommandError::Refused(text.to_owned())));
            }
        }
    }

    /// Once told, the trouble is told again only when it came back.
    fn keep(&mut self, keep: crate::core::Keep) {
        let error = super::keep::keep(&self.store, keep);
        let was_behind = std::mem::replace(&mut self.store_behind, error.is_some());
        if let Some(error) = error.filter(|_| !was_behind) {
            self.tell_trouble(Some(&error));
        }
    }

    /// Kept again is told by a note.
    fn tell_trouble(&mut self, error: Option<&StoreError>) {
        if let Some(error) = error {
            self.feed(Input::StoreNotice(NoticeLevel::Error, error.to_string()));
            self.show();
        }
    }

    fn tell_notes(&mut self, all: &[Note]) {
        for note in all.iter().skip(std::mem::replace(&mut self.notes_told, all.len())) {
            let level = if note.is_good() { NoticeLevel::Info } else { NoticeLevel::Warning };
            self.feed(Input::StoreNotice(level, note.to_string()));
        }
        self.show();
    }

    /// What nobody was there to hear.
    fn say(&mut self) {
        while self.events.receiver_count() > 0
            && let Some(event) = self.unsaid.pop_front()
        {
            let _ = self.events.send(event);
        }
    }

    fn archive(&mut self, request: RequestId, command: HistoryCommand) {
        let store = self.store.clone();
        match command {
            HistoryCommand::Search { text, scope, limit } => {
                self.answer_later(request, super::keep::search(store, text, scope, limit));
            }
            HistoryCommand::Count(scope) => {
                self.answer_later(request, super::keep::count(store, scope));
            }
            HistoryCommand::Export { path, scope } => self.export(request, path, scope),
            HistoryCommand::Delete(scope) => {
                // Asked for here, so that what is kept from now on comes after it.
                let (deleted, scrubbed) = (store.delete(scope), store.scrub());
                self.actors.report_later(async move {
                    let done = deleted.await.map_err(super::keep::refused);
                    let scrubbed = scrubbed.await.err().filter(|_| done.is_ok());
                    let remains = scrubbed.map(|error| super::keep::remains(&error));
                    Input::Deleted { request, done, remains }
                });
            }
        }
    }

    /// Writes the history out, and tells how far that is.
    fn export(&mut self, request: RequestId, path: Option<PathBuf>, scope: Scope) {
        let Some(waiting) = self.pending.remove(&request) else { return };
        let token = CancellationToken::new();
        self.running.insert(request, token.clone());
        let (store, inbox) = (self.store.clone(), self.actors.inbox());
        let mut told = Instant::now();
        let watch = move |done, total| {
            if told.elapsed() >= TELL {
                told = Instant::now();
                // A hub that is busy is told the next time.
                if let Some(inbox) = &inbox {
                    let _ = inbox.try_send(Input::Worked(request, done, total));
                }
            }
            !token.is_cancelled()
        };
        self.actors.report_later(async move {
            let _ = waiting.send(super::keep::export(store, path, scope, watch).await);
            Input::WorkEnded(request)
        });
    }

    /// Answers a request from outside the core, without holding it up.
    fn answer_later(
        &mut self,
        request: RequestId,
        answer: impl Future<Output = Result<Reply, CommandError>> + Send + 'static,
    ) {
        if let Some(waiting) = self.pending.remove(&request) {
            tokio::spawn(async move {
                let _ = waiting.send(answer.await);
            });
        }
    }

    /// The same with what can be called off, and is over then.
    fn answer_unless_called_off(
        &mut self,
        request: RequestId,
        answer: impl Future<Output = Result<Reply, CommandError>> + Send + 'static,
    ) {
        let Some(waiting) = self.pending.remove(&request) else { return };
        let token = CancellationToken::new();
        self.running.insert(request, token.clone());
        self.actors.report_later(async move {
            let answer = token.run_until_cancelled(answer).await;
            let _ = waiting.send(answer.unwrap_or(Err(CommandError::Cancelled)));
            Input::WorkEnded(request)
        });
    }

    /// Lets the actors sign out and the recordings complete, for a bounded time.
    async fn farewell(mut self, mut inputs: mpsc::Receiver<Input>) {
        self.running.values().for_each(CancellationToken::cancel);
        self.feed(Input::Quit);
        if let Some(provisioner) = self.provisioner.take() {
            provisioner.stop();
        }
        self.actors.close();
        let drain = async {
            while let Some(input) = inputs.recv().await {
                self.feed(input);
            }
        };
        if tokio::time::timeout(FAREWELL, drain).await.is_err() {
            tracing::warn!("not everything signed out in time");
        }
        self.actors.keep_guards().await;
        self.store.close().await;
    }
}

fn far() -> Instant {
    Instant::now() + Duration::from_secs(3600)
}
