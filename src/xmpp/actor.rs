//! The shell round one XMPP account: keeps a connection, pumps commands and stanzas through
//! the session, and tells the core what came of it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::link::{self, Established, Incoming, Link, Memory, Plan, SharedPlan};
use super::session::{Output, Session};
use super::{XmppCommand, XmppConnection, XmppEvent};
use crate::config::XmppAccount;
use crate::model::fault::{Fault, back_off};
use crate::model::security::Guard;
use crate::model::time::Now;
use crate::secrets::PasswordProvider;
use crate::tls::Roots;

/// A session that lived shorter than this is a sign of trouble, and the next attempt waits longer.
const STABLE: Duration = Duration::from_secs(30);
/// How many such sessions make the wait longer: half a minute is enough for a shaky network.
const MAX_FLAPS: u32 = 4;

/// What an account's actor needs to know.
#[derive(Clone)]
pub struct XmppSettings {
    /// The account.
    pub account: XmppAccount,
    /// What it remembers of its server.
    pub guard: Guard,
    /// Its password.
    pub password: PasswordProvider,
    /// What the resource begins with; a random part follows.
    pub resource_prefix: String,
}

impl std::fmt::Debug for XmppSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("XmppSettings").field("account", &self.account).finish_non_exhaustive()
    }
}

/// Starts an account. It connects at once and goes on until [`XmppCommand::Quit`], until
/// `commands` is closed, or until nobody takes `events` any more. In between it rests after
/// [`XmppCommand::Disconnect`], until [`XmppCommand::Connect`].
///
/// Presence is sent only after the first [`XmppCommand::Presence`]; the last one is repeated
/// in every new session. A refused password ends the attempts (`retry_in` is `None`) until
/// [`XmppCommand::Connect`]. [`XmppConnection::Closed`] is told at each rest, and is the last
/// event.
pub fn spawn(
    settings: XmppSettings,
    commands: mpsc::Receiver<XmppCommand>,
    events: mpsc::Sender<XmppEvent>,
) -> JoinHandle<()> {
    let mut random = StdRng::from_os_rng();
    let resource = format!("{}.{:08x}", settings.resource_prefix, random.random::<u32>());
    let session = Session::new(settings.account.jid.clone(), random);
    let session = if settings.account.chat { session } else { session.without_chat() };
    let plan = Plan { account: settings.account, password: settings.password, resource };
    let actor = Actor {
        plan: Arc::new(plan),
        roots: None,
        commands,
        events,
        session,
        guard: settings.guard,
        memory: Memory::default(),
        failures: 0,
        flaps: 0,
    };
    tokio::spawn(actor.run())
}

struct Actor {
    plan: SharedPlan,
    roots: Option<Roots>,
    commands: mpsc::Receiver<XmppCommand>,
    events: mpsc::Sender<XmppEvent>,
    session: Session,
    guard: Guard,
    memory: Memory,
    /// Attempts since the last session.
    failures: u32,
    /// Sessions in a row that did not live long.
    flaps: u32,
}

/// Why something ended.
enum End {
    /// The core wants it for good.
    Quit,
    /// The core wants it until it says otherwise.
    Rest,
    /// The connection is not there (any more).
    Fault(Fault),
}

/// What is to be done after a command, or another thing that happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Go {
    On,
    Connect,
    Rest,
    Quit,
}

impl Actor {
    async fn run(mut self) {
        loop {
            self.tell(XmppEvent::Connection(XmppConnection::Connecting)).await;
            let end = match self.connect().await {
                Ok(established) => self.live(established).await,
                Err(end) => end,
            };
            let go = match end {
                End::Quit => Go::Quit,
                End::Rest => Go::Rest,
                End::Fault(fault) => {
                    let retry_in = self.fail(fault).await;
                    self.wait(retry_in).await
                }
            };
            let go = if go == Go::Rest { self.rest().await } else { go };
            if go == Go::Quit {
                break;
            }
        }
        self.session.end();
        self.tell_outputs().await;
        self.tell(XmppEvent::Connection(XmppConnection::Closed)).await;
    }

    /// One attempt. Commands are taken meanwhile.
    async fn connect(&mut self) -> Result<Established, End> {
        let plan = self.plan.clone();
        let mut memory = std::mem::take(&mut self.memory);
        let (roots, guard) = (self.roots.clone(), self.guard.clone());
        let attempt = async {
            let roots = match roots {
                Some(roots) => roots,
                None => load_roots(plan.account.ca_file.clone()).await?,
            };
            let established = link::establish(&plan, &roots, &guard, &mut memory).await;
            Ok((roots, established?))
        };
        let mut attempt = Box::pin(attempt);
        let result = loop {
            tokio::select! {
                result = &mut attempt => break result.map_err(End::Fault),
                command = self.commands.recv() => match self.command_offline(command).await {
                    Go::On | Go::Connect => {}
                    Go::Rest => break Err(End::Rest),
                    Go::Quit => break Err(End::Quit),
                }
            }
        };
        drop(attempt);
        self.memory = memory;
        let (roots, established) = result?;
        self.roots = Some(roots);
        Ok(established)
    }

    /// A session on one connection, from its first stanza to its last.
    async fn live(&mut self, established: Established) -> End {
        let Established { mut link, bound, security, acknowledged } = established;
        let since = Instant::now();
        self.failures = 0;
        let _ = self.guard.learn(&security);
        tracing::info!(account = %self.plan.account.id, auth = %security.auth,
            resumed = bound.is_none(), "signed in");
        for stanza in &acknowledged {
            self.session.acknowledged(stanza);
        }
        match bound {
            Some(bound) => self.session.begin(Now::read(), bound, security),
            None => self.session.resume(Now::read(), security),
        }
        let end = loop {
            if let Err(fault) = self.pump(&mut link).await {
                break End::Fault(fault);
            }
            match self.step(&mut link).await {
                Ok(Go::On | Go::Connect) => {}
                Ok(Go::Rest) => break End::Rest,
                Ok(Go::Quit) => break End::Quit,
                Err(fault) => break End::Fault(fault),
            }
        };
        self.flaps = if since.elapsed() < STABLE { (self.flaps + 1).min(MAX_FLAPS) } else { 0 };
        match &end {
            End::Quit | End::Rest => self.farewell(link).await,
            End::Fault(_) => {
                self.session.suspend();
                self.memory.managed = link.into_managed();
            }
        }
        end
    }

    /// Waits for one thing to happen.
    async fn step(&mut self, link: &mut Link) -> Result<Go, Fault> {
        let deadline = self.session.poll_timeout();
        let incoming = tokio::select! {
            incoming = link.next() => incoming?,
            command = self.commands.recv() => {
                return Ok(self.command(command));
            }
            () = sleep_until(deadline) => {
                self.session.handle_timeout(Now::read());
                return Ok(Go::On);
            }
            () = self.events.closed() => return Ok(Go::Quit),
        };
        match incoming {
            Incoming::AcknowledgeWanted => link.acknowledge().await?,
            Incoming::Silence => link.probe().await?,
            Incoming::TooHigh(error) => return Err(link.refuse(&error).await),
            incoming => take(&mut self.session, incoming),
        }
        Ok(Go::On)
    }

    fn command(&mut self, command: Option<XmppCommand>) -> Go {
        match command {
            None | Some(XmppCommand::Quit) => Go::Quit,
            Some(XmppCommand::Disconnect) => Go::Rest,
            Some(XmppCommand::Connect) => Go::Connect,
            Some(XmppCommand::Guard(guard)) => {
                self.guard = *guard;
                Go::On
            }
            Some(command) => {
                self.session.command(Now::read(), command);
                Go::On
            }
        }
    }

    /// Carries out what the session wants.
    async fn pump(&mut self, link: &mut Link) -> Result<(), Fault> {
        loop {
            while let Some(output) = self.session.poll_output() {
                match output {
                    Output::Event(event) => self.tell(event).await,
                    Output::Send(stanza) => {
                        if let Some(stanza) = link.send(*stanza).await? {
                            self.session.unsendable(&stanza);
                        }
                    }
                }
            }
            let written = link.flush().await?;
            if written.is_empty() {
                return Ok(());
            }
            for stanza in &written {
                self.session.acknowledged(stanza);
            }
        }
    }

    /// Unavailable, acknowledgements both ways, the stream's end; all of it bounded.
    async fn farewell(&mut self, mut link: Link) {
        self.session.say_farewell();
        if self.pump(&mut link).await.is_err() {
            return;
        }
        let session = &mut self.session;
        link.settle(|incoming| take(session, incoming)).await;
        self.tell_outputs().await;
        link.close().await;
    }

    /// Tells of a fault, and says when to try again.
    async fn fail(&mut self, fault: Fault) -> Option<Duration> {
        tracing::info!(account = %self.plan.account.id, %fault, "not connected");
        let resumable = self.memory.managed.as_ref().is_some_and(|managed| managed.id().is_some());
        if !(resumable && fault.can_pass() && self.session.is_resumable()) {
            self.give_up_session();
        }
        self.tell_outputs().await;
        let attempt = self.failures.max(self.flaps.saturating_sub(1));
        self.failures = self.failures.saturating_add(1);
        let retry_in = fault.can_pass().then(|| back_off(attempt, rand::rng().random()));
        self.tell(XmppEvent::Connection(XmppConnection::Failed { fault, retry_in })).await;
        retry_in
    }

    /// Waits for the next attempt, for ever when there is none.
    async fn wait(&mut self, retry_in: Option<Duration>) -> Go {
        let until = retry_in.map(|after| Instant::now() + after);
        loop {
            let deadline = self.session.poll_timeout();
            tokio::select! {
                () = sleep_until(until) => return Go::Connect,
                () = sleep_until(deadline) => {
                    self.session.handle_timeout(Now::read());
                    self.tell_outputs().await;
                }
                command = self.commands.recv() => {
                    let go = self.command_offline(command).await;
                    if go != Go::On {
                        return go;
                    }
                }
                () = self.events.closed() => return Go::Quit,
            }
        }
    }

    /// Ends the session and says so, then waits until the core wants the next one.
    async fn rest(&mut self) -> Go {
        self.give_up_session();
        (self.failures, self.flaps) = (0, 0);
        self.tell_outputs().await;
        self.tell(XmppEvent::Connection(XmppConnection::Closed)).await;
        loop {
            let go = self.wait(None).await;
            if go != Go::Rest {
                return go;
            }
        }
    }

    /// Takes a command while there is no connection.
    async fn command_offline(&mut self, command: Option<XmppCommand>) -> Go {
        let go = self.command(command);
        self.tell_outputs().await;
        go
    }

    fn give_up_session(&mut self) {
        self.memory.managed = None;
        self.session.end();
    }

    /// Tells what the session has to tell. There is no connection for the rest.
    async fn tell_outputs(&mut self) {
        while let Some(output) = self.session.poll_output() {
            if let Output::Event(event) = output {
                self.tell(event).await;
            }
        }
    }

    async fn tell(&self, event: XmppEvent) {
        // A core that is gone needs no news; the loop ends by `closed`.
        let _ = self.events.send(event).await;
    }
}

fn take(session: &mut Session, incoming: Incoming) {
    match incoming {
        Incoming::Stanza(stanza) => session.receive(Now::read(), *stanza),
        Incoming::InvalidRequest(from, id) => {
            session.receive_invalid(from.as_deref(), id.as_deref());
        }
        Incoming::Acknowledged(stanzas) => {
            for stanza in &stanzas {
                session.acknowledged(stanza);
            }
        }
        Incoming::AcknowledgeWanted
        | Incoming::TooHigh(_)
        | Incoming::Silence
        | Incoming::Nothing => {}
    }
}

async fn load_roots(ca_file: Option<std::path::PathBuf>) -> Result<Roots, Fault> {
    tokio::task::spawn_blocking(move || Roots::load(ca_file.as_deref()))
        .await
        .unwrap_or_else(|error| Err(Fault::Local(error.to_string())))
}

async fn sleep_until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline.into()).await,
        None => std::future::pending().await,
    }
}
