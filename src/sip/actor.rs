//! The shell round [`Agent`]: sockets, the clock, randomness, and the password's source.

mod watch;

use std::net::SocketAddr;
use std::time::{Instant, SystemTime};

use futures::future::BoxFuture;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::agent::{Agent, AgentSettings, FlowChange, Need};
use super::transaction::Timers;
use super::transport::{
    FlowId, FlowInfo, Past, TransportEvent, TransportSettings, Transports, local_towards,
};
use super::{Registration, SipCommand, SipEvent};
use crate::config::SipAccount;
use crate::model::fault::Fault;
use crate::model::security::Guard;
use crate::secrets::PasswordProvider;
use watch::{Change, Look};

/// What an account's actor needs.
#[derive(Clone)]
pub struct SipSettings {
    /// The account as configured.
    pub account: SipAccount,
    /// What it remembers of its server.
    pub guard: Guard,
    /// What stands for this installation and account (RFC 5626 §4.1): the same at every start.
    pub instance: Uuid,
    /// Where the password comes from. Asked when a server wants one for a realm that was not
    /// answered before; the answer is wiped once what the realm needs was made of it.
    pub password: PasswordProvider,
}

impl std::fmt::Debug for SipSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SipSettings").field("account", &self.account).finish_non_exhaustive()
    }
}

/// Starts an account's actor. It connects and registers at once and by itself, tells what
/// happens on `events`, and ends after `SipCommand::Quit` or when `commands` is closed, having
/// ended its calls and removed its registration within about two seconds. In between it rests
/// after `SipCommand::Disconnect`, until `SipCommand::Connect`.
pub fn spawn(
    settings: SipSettings,
    commands: mpsc::Receiver<SipCommand>,
    events: mpsc::Sender<SipEvent>,
) -> JoinHandle<()> {
    tokio::spawn(Actor::new(settings, events).run(commands))
}

type Opened = Result<(Transports, FlowInfo), Fault>;

struct Actor {
    agent: Agent,
    transport_settings: TransportSettings,
    password: PasswordProvider,
    events: mpsc::Sender<SipEvent>,
    transports: Option<Transports>,
    past: Past,
    /// The server's last address.
    remote: Option<SocketAddr>,
    look: Option<Look>,
    connecting: Option<BoxFuture<'static, Opened>>,
    fetching: Option<BoxFuture<'static, Result<Zeroizing<String>, Fault>>>,
}

/// What woke the loop up.
enum Wake {
    Command(Option<SipCommand>),
    Transport(TransportEvent),
    Opened(Box<Opened>),
    Password(Result<Zeroizing<String>, Fault>),
    Timeout,
    Look,
}

impl Actor {
    fn new(settings: SipSettings, events: mpsc::Sender<SipEvent>) -> Self {
        let SipSettings { account, guard, instance, password } = settings;
        Self {
            agent: Agent::new(agent_settings(&account, guard.clone(), instance), rand::random()),
            transport_settings: TransportSettings {
                domain: account.aor.host().to_owned(),
                proxy: account.proxy,
                ca_file: account.ca_file,
                demands: account.demands,
                guard,
            },
            password,
            events,
            transports: None,
            past: Past::default(),
            remote: None,
            look: None,
            connecting: None,
            fetching: None,
        }
    }

    async fn run(mut self, mut commands: mpsc::Receiver<SipCommand>) {
        let mut listening = true;
        let mut looks = tokio::time::interval(watch::PAUSE);
        looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            self.drain().await;
            if self.agent.is_closed() {
                return;
            }
            let wake = tokio::select! {
                command = commands.recv(), if listening => Wake::Command(command),
                event = next_of(&mut self.transports) => Wake::Transport(event),
                opened = done(&mut self.connecting) => Wake::Opened(Box::new(opened)),
                password = done(&mut self.fetching) => Wake::Password(password),
                () = at(self.agent.poll_timeout()) => Wake::Timeout,
                _ = looks.tick() => Wake::Look,
            };
            listening &= !matches!(wake, Wake::Command(None));
            if matches!(wake, Wake::Look) {
                self.look().await;
                continue;
            }
            self.handle(Instant::now(), wake);
        }
    }

    fn handle(&mut self, now: Instant, wake: Wake) {
        match wake {
            Wake::Command(command) => {
                if let Some(SipCommand::Guard(guard)) = &command {
                    self.transport_settings.guard = guard.as_ref().clone();
                }
                self.agent.handle_command(now, command.unwrap_or(SipCommand::Quit));
            }
            Wake::Transport(event) => self.on_transport(now, event),
            Wake::Opened(opened) => {
                self.connecting = None;
                let change = match *opened {
                    Ok((transports, info)) => {
                        self.remote = Some(info.remote);
                        // It was made from the address that we have now.
                        self.look = Some(Look::now(Some(info.local.ip())));
                        self.transports = Some(transports);
                        FlowChange::Up(info)
                    }
                    Err(fault) => FlowChange::Down(fault),
                };
                self.agent.handle_transport(now, change);
            }
            Wake::Password(password) => {
                self.fetching = None;
                self.agent.handle_password(now, password);
            }
            Wake::Timeout => self.agent.handle_timeout(now),
            Wake::Look => {}
        }
    }

    fn on_transport(&mut self, now: Instant, event: TransportEvent) {
        match event {
            TransportEvent::Received { message: Ok(message), from } => {
                self.agent.handle_message(now, &from, message);
            }
            TransportEvent::Received { message: Err(error), from } => {
                self.agent.handle_malformed(&from, &error);
            }
            TransportEvent::Pong { mapped } => self.agent.handle_pong(now, mapped),
            TransportEvent::Unsent { message, fault } => {
                tracing::info!(%fault, "a message could not be sent");
                self.agent.handle_unsent(now, &message);
            }
            TransportEvent::Closed { flow, fault } if flow == FlowId::MAIN => {
                tracing::info!(%fault, "the connection to the server is gone");
                self.disconnect();
                self.agent.handle_transport(now, FlowChange::Down(fault));
            }
            TransportEvent::Closed { .. } => {}
        }
    }

    /// Carries out everything the agent wants, until it wants nothing.
    async fn drain(&mut self) {
        loop {
            if let Some(need) = self.agent.poll_need() {
                self.serve(need).await;
            } else if let Some((hop, message)) = self.agent.poll_transmit() {
                let Some(transports) = &mut self.transports else { continue };
                if let Err(fault) = transports.send(&hop, &message).await {
                    tracing::info!(%fault, "a message could not be sent");
                    self.agent.handle_unsent(Instant::now(), &message);
                }
            } else if let Some(event) = self.agent.poll_event() {
                if let SipEvent::Registration(Registration::Registered { security, .. }) = &event {
                    let _ = self.transport_settings.guard.learn(security);
                }
                // A core that is gone closes the commands as well, which ends the actor.
                let _ = self.events.send(event).await;
            } else {
                return;
            }
        }
    }

    async fn serve(&mut self, need: Need) {
        match need {
            Need::Connect => {
                self.disconnect();
                let (settings, past) = (self.transport_settings.clone(), self.past.clone());
                self.connecting =
                    Some(Box::pin(async move { Transports::open(&settings, &past).await }));
            }
            Need::Disconnect => self.disconnect(),
            Need::Elsewhere => {
                if let Some(transports) = &self.transports {
                    self.past.shun(transports.info(), Instant::now());
                }
                self.disconnect();
            }
            Need::Password => self.fetching = Some((self.password)()),
            Need::Ping(ping) => {
                if let Some(transports) = &mut self.transports {
                    // A flow that is gone says so by itself.
                    let _ = transports.keep_alive(ping).await;
                }
            }
        }
    }
}

impl Actor {
    /// Drops the main flow, or the attempt at one.
    fn disconnect(&mut self) {
        self.connecting = None;
        self.past.keep(self.transports.take());
    }

    /// Whether our address towards the server is another, or the machine has slept.
    async fn look(&mut self) {
        let Some(remote) = self.remote else { return };
        if let Some(transports) = &self.transports {
            transports.knock().await;
        }
        let now = Look::now(local_towards(remote).await);
        let change = self.look.replace(now).and_then(|last| watch::compare(&last, &now));
        let Some(change) = change else { return };
        tracing::info!(?change, "the network has changed");
        let change = match change {
            Change::Slept | Change::Moved => FlowChange::Moved,
            Change::Gone if self.transports.is_none() => return,
            Change::Gone => {
                self.disconnect();
                FlowChange::Down(Fault::Unreachable(self.transport_settings.domain.clone()))
            }
        };
        self.agent.handle_transport(Instant::now(), change);
    }
}

impl Look {
    fn now(address: Option<std::net::IpAddr>) -> Self {
        Self { wall: SystemTime::now(), steady: Instant::now(), address }
    }
}

fn agent_settings(account: &SipAccount, guard: Guard, instance: Uuid) -> AgentSettings {
    let uri = account.aor.to_string();
    let (user, domain) = uri
        .strip_prefix("sip:")
        .and_then(|address| address.rsplit_once('@'))
        .unwrap_or((account.aor.user(), account.aor.host()));
    AgentSettings {
        user: user.to_owned(),
        domain: domain.to_owned(),
        username: account.username.clone().unwrap_or_else(|| account.aor.user().to_owned()),
        instance,
        expires: account.expires,
        chat: account.chat,
        guard,
        demands: account.demands.clone(),
        timers: Timers::default(),
    }
}

async fn next_of(transports: &mut Option<Transports>) -> TransportEvent {
    match transports {
        Some(transports) => transports.next().await,
        None => std::future::pending().await,
    }
}

async fn done<T>(future: &mut Option<BoxFuture<'static, T>>) -> T {
    match future {
        Some(future) => future.await,
        None => std::future::pending().await,
    }
}

async fn at(moment: Option<Instant>) {
    match moment {
        Some(moment) => tokio::time::sleep_until(moment.into()).await,
        None => std::future::pending().await,
    }
}
