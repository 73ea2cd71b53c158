//! The actors' handles: their queues in, their events on the way to the hub.

use std::collections::HashMap;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::config::{Config, PasswordSource};
use crate::core::command::{CommandError, KeepPassword, Reply};
use crate::core::{Input, RequestId};
use crate::media::meter::Meter;
use crate::media::side::{Side, SideCommand};
use crate::media::{MediaCommand, MediaError, MediaEvent};
use crate::model::address::Aor;
use crate::model::fault::Fault;
use crate::model::id::{AccountId, CallId};
use crate::model::message::MessageState;
use crate::model::secret::Secret;
use crate::model::security::Guard;
use crate::secrets::{self, PasswordProvider, Place, SessionPasswords};
use crate::sip::actor::SipSettings;
use crate::sip::{Registration, SipCommand, SipEvent};
use crate::trust::Keeper;
use crate::xmpp::XmppSettings;
use crate::xmpp::{XmppCommand, XmppConnection, XmppEvent};
use crate::{check, media, sip, xmpp};

/// Commands that an actor may be behind. A full queue is a fault of that account that the
/// user sees, never a silent drop.
const QUEUE: usize = 256;
/// Accounts that may be looked at at once: each signs in once more.
const MOST_CHECKS: usize = 4;

/// All actors.
pub(super) struct Actors {
    config: Config,
    installation: Uuid,
    /// What the accounts remember of their servers.
    trust: Keeper,
    inbox: Option<mpsc::Sender<Input>>,
    xmpp: HashMap<AccountId, mpsc::Sender<XmppCommand>>,
    sip: HashMap<AccountId, mpsc::Sender<SipCommand>>,
    media: HashMap<CallId, mpsc::Sender<MediaCommand>>,
    /// The passwords that the user gave for this run.
    passwords: SessionPasswords,
    /// How many accounts may be looked at at once.
    checks: Arc<Semaphore>,
    /// The next call's media session: its thread need not be started while the user waits.
    spare: Option<Session>,
    meter: Arc<Meter>,
    /// What is heard besides calls, once there was something.
    side: Option<Side>,
}

/// A media session that belongs to no call yet.
struct Session {
    commands: mpsc::Sender<MediaCommand>,
    events: mpsc::Receiver<MediaEvent>,
    thread: media::session::SessionHandle,
}

impl Session {
    fn start(meter: &Arc<Meter>) -> Self {
        let (commands, queue) = mpsc::channel(QUEUE);
        let (told, events) = mpsc::channel(QUEUE);
        Self {
            commands,
            events,
            thread: media::session::spawn_metered(queue, told, Arc::clone(meter)),
        }
    }
}

impl Actors {
    pub(super) fn new(
        config: Config,
        installation: Uuid,
        trust: Keeper,
        inbox: mpsc::Sender<Input>,
        meter: Arc<Meter>,
    ) -> Self {
        Self {
            config,
            installation,
            trust,
            inbox: Some(inbox),
            xmpp: HashMap::new(),
            sip: HashMap::new(),
            media: HashMap::new(),
            passwords: SessionPasswords::default(),
            checks: Arc::new(Semaphore::new(MOST_CHECKS)),
            spare: None,
            meter,
            side: None,
        }
    }

    /// Where the hub takes what it is told; none once it ends.
    pub(super) fn inbox(&self) -> Option<mpsc::Sender<Input>> {
        self.inbox.clone()
    }

    /// The passwords that were given for this run.
    pub(super) fn passwords(&self) -> SessionPasswords {
        self.passwords.clone()
    }

    /// Takes the settings of actors that start from now on.
    pub(super) fn settings(&mut self, config: Config) {
        self.config = config;
    }

    /// Takes what an account is to remember of its server, for its actor now and at every start.
    pub(super) fn guard(&mut self, id: &AccountId, guard: Guard) {
        self.trust.set(&self.config, id, guard.clone());
        if self.xmpp.contains_key(id) {
            self.xmpp(id, XmppCommand::Guard(Box::new(guard)));
        } else if self.sip.contains_key(id) {
            self.sip(id, SipCommand::Guard(Box::new(guard)));
        }
    }

    fn guard_of(&self, id: &AccountId) -> Guard {
        self.trust.guard(&self.config, id)
    }

    /// Waits until what the accounts remember is written.
    pub(super) async fn keep_guards(&mut self) {
        self.trust.finish().await;
    }

    /// Ends an account's actor; `Input::Stopped` tells when it has.
    pub(super) fn stop(&mut self, id: &AccountId) {
        let full = match (self.xmpp.remove(id), self.sip.remove(id)) {
            // Without room for a word the closed queue says it.
            (Some(queue), _) => queue.try_send(XmppCommand::Quit).is_err(),
            (None, Some(queue)) => queue.try_send(SipCommand::Quit).is_err(),
            (None, None) => return self.report(Input::Stopped(id.clone())),
        };
        if full {
            tracing::warn!(account = %id, "an actor is busy while it is to end");
        }
    }

    /// Starts an account's actor.
    pub(super) fn start(&mut self, id: &AccountId) {
        if let Some(account) = self.config.xmpp.iter().find(|account| account.id == *id) {
            let password = self.provider(&account.password, Place::chat(&account.jid));
            let (commands, queue) = mpsc::channel(QUEUE);
            let (events, told) = self.forward(id.clone(), Input::Xmpp);
            let settings = XmppSettings {
                account: account.clone(),
                guard: self.guard_of(id),
                password,
                resource_prefix: "dovetail".to_owned(),
            };
            let actor = xmpp::spawn(settings, queue, events);
            self.watch(
                (actor, told),
                id.clone(),
                |fault| XmppEvent::Connection(XmppConnection::Failed { fault, retry_in: None }),
                Input::Xmpp,
            );
            self.xmpp.insert(id.clone(), commands);
        } else if let Some(account) = self.config.sip.iter().find(|account| account.id == *id) {
            let password = self.provider(&account.password, Place::phone(&account.aor));
            let (commands, queue) = mpsc::channel(QUEUE);
            let (events, told) = self.forward(id.clone(), Input::Sip);
            let instance = instance_of(self.installation, id);
            let settings = SipSettings {
                account: account.clone(),
                guard: self.guard_of(id),
                instance,
                password,
            };
            let actor = sip::actor::spawn(settings, queue, events);
            self.watch(
                (actor, told),
                id.clone(),
                |fault| SipEvent::Registration(Registration::Failed { fault, retry_in: None }),
                Input::Sip,
            );
            self.sip.insert(id.clone(), commands);
            self.spare.get_or_insert_with(|| Session::start(&self.meter));
        }
    }

    pub(super) fn xmpp(&mut self, id: &AccountId, command: XmppCommand) {
        let message = match &command {
            XmppCommand::Message(message) => Some((message.to.clone(), message.id.clone())),
            _ => None,
        };
        let Some(Err(error)) = self.xmpp.get(id).map(|queue| queue.try_send(command)) else {
            return;
        };
        self.unsent(id, &error);
        if let Some((with, message)) = message {
            let state = MessageState::Queued;
            let waits = XmppEvent::MessageState { with, id: message, state, why: None };
            self.report(Input::Xmpp(id.clone(), waits));
        }
    }

    pub(super) fn sip(&mut self, id: &AccountId, command: SipCommand) {
        let Some(queue) = self.sip.get(id) else { return };
        if let Err(error) = queue.try_send(command) {
            self.unsent(id, &error);
        }
    }

    /// A full queue is told to the user; what the account's connection is, its actor alone
    /// says. That of an actor that fell over was told of already.
    fn unsent<T>(&self, id: &AccountId, error: &mpsc::error::TrySendError<T>) {
        if matches!(error, mpsc::error::TrySendError::Full(_)) {
            self.report(Input::Behind(id.clone()));
        }
    }

    /// Gives an account's password whenever it is wanted: the one of this run, else from where
    /// the configuration says.
    fn provider(&self, source: &PasswordSource, place: Place) -> PasswordProvider {
        let (source, passwords) = (source.clone(), self.passwords.clone());
        Arc::new(move || {
            let given = passwords.get(&place);
            let (source, place) = (source.clone(), place.clone());
            Box::pin(async move {
                match given {
                    Some(given) => Ok(given),
                    None => secrets::password(&source, place.service, &place.address).await,
                }
            })
        })
    }

    /// Keeps a password that the user gave; the core hears when that is done.
    pub(super) fn keep_password(
        &self,
        request: RequestId,
        account: AccountId,
        password: Secret,
        keep: KeepPassword,
    ) {
        let passwords = self.passwords.clone();
        let place = self.place(&account);
        self.report_later(async move {
            let password = password.into_inner();
            let mut trouble = None;
            if let Some(place) = place {
                if keep == KeepPassword::Keyring {
                    let (service, address) = (place.service, &place.address);
                    let kept = secrets::store_password(service, address, password.clone()).await;
                    trouble = kept.err();
                }
                // What the keyring has now is asked of it, as at the next start.
                match keep == KeepPassword::Keyring && trouble.is_none() {
                    true => passwords.forget(&place),
                    false => passwords.give(&place, password),
                }
            }
            let trouble = trouble.map(|fault| fault.to_string());
            Input::PasswordKept { request, account, keep, trouble }
        });
    }

    /// Forgets what the user gave for this run.
    pub(super) fn forget_password(&self, account: &AccountId) {
        if let Some(place) = self.place(account) {
            self.passwords.forget(&place);
        }
    }

    /// The place of an account's password.
    fn place(&self, id: &AccountId) -> Option<Place> {
        let chat = self.config.xmpp.iter().find(|account| account.id == *id);
        let phone = self.config.sip.iter().find(|account| account.id == *id);
        chat.map(|chat| Place::chat(&chat.jid)).or(phone.map(|phone| Place::phone(&phone.aor)))
    }

    /// Looks at the way to an account, beside the actor that may be connected.
    pub(super) fn check(
        &self,
        id: &AccountId,
        phone: Option<Aor>,
    ) -> impl Future<Output = Result<Reply, CommandError>> + Send + 'static {
        let chat = self.config.xmpp.iter().find(|account| account.id == *id).cloned();
        let sip = self.config.sip.iter().find(|account| account.id == *id).cloned();
        let source = chat.as_ref().map(|account| &account.password);
        let source = source.or(sip.as_ref().map(|account| &account.password));
        let password = source.zip(self.place(id));
        let password = password.map(|(source, place)| self.provider(source, place));
        let turn = self.checks.clone().try_acquire_owned();
        async move {
            let _turn = turn.map_err(|_| {
                let text = "Other tests are under way. Wait until they are done.";
                CommandError::Refused(text.to_owned())
            })?;
            let report = match (chat, sip, password) {
                (Some(chat), _, Some(password)) => {
                    check::chat(&chat, password, phone.as_ref()).await
                }
                (None, Some(sip), Some(password)) => check::phone(&sip, password, Vec::new()).await,
                _ => {
                    let text = "This account is switched off.".to_owned();
                    return Err(CommandError::Refused(text));
                }
            };
            Ok(Reply::Check(Box::new(report)))
        }
    }

    /// Passes a command to a call's media session; `Prepare` begins one, `Stop` ends it.
    pub(super) fn media(&mut self, call: &CallId, command: MediaCommand) {
        if matches!(command, MediaCommand::Prepare { .. }) && !self.media.contains_key(call) {
            let spare = self.spare.take().filter(|spare| !spare.thread.is_finished());
            let Session { commands, events, .. } =
                spare.unwrap_or_else(|| Session::start(&self.meter));
            self.forward_media(call.clone(), events);
            self.media.insert(call.clone(), commands);
        }
        let is_last = matches!(command, MediaCommand::Stop);
        if let Some(queue) = self.media.get(call)
            && queue.try_send(command).is_err()
        {
            tracing::warn!(%call, "a media session does not keep up");
        }
        if is_last {
            self.media.remove(call);
            if self.inbox.is_some() {
                self.spare.get_or_insert_with(|| Session::start(&self.meter));
            }
        }
    }

    /// Lets something be heard besides calls.
    pub(super) fn side(&mut self, command: SideCommand) {
        if self.side.is_none() {
            if command == SideCommand::Silence {
                return;
            }
            match self.start_side() {
                Ok(side) => self.side = Some(side),
                Err(error) => return tracing::warn!(%error, "nothing is heard besides calls"),
            }
        }
        if let Some(side) = &self.side
            && !side.ask(command)
        {
            tracing::error!("what is heard besides calls fell over");
            self.side = None;
        }
    }

    fn start_side(&self) -> std::io::Result<Side> {
        let inbox = self.inbox.clone();
        Side::start(Arc::clone(&self.meter), move |event| {
            if let Some(inbox) = &inbox {
                // A thread of its own: it may wait, and nothing of the hub waits for it.
                let _ = inbox.blocking_send(Input::Side(event));
            }
        })
    }

    /// Lets go of every queue, so that the actors end when they are done and the hub's inbox
    /// closes after the last of them.
    pub(super) fn close(&mut self) {
        self.inbox = None;
        self.xmpp.clear();
        self.sip.clear();
        self.media.clear();
        self.spare = None;
        self.side = None;
    }

    /// A queue whose events reach the hub under `id`, and the task that carries them.
    fn forward<I, E>(
        &self,
        id: I,
        wrap: fn(I, E) -> Input,
    ) -> (mpsc::Sender<E>, Option<JoinHandle<()>>)
    where
        I: Clone + Send + 'static,
        E: Send + 'static,
    {
        let (events, mut queue) = mpsc::channel(QUEUE);
        let told = self.inbox.clone().map(|inbox| {
            tokio::spawn(async move {
                while let Some(event) = queue.recv().await {
                    if inbox.send(wrap(id.clone(), event)).await.is_err() {
                        return;
                    }
                }
            })
        });
        (events, told)
    }

    /// The same for a media session. One that falls over says no last word: the call then has
    /// no sound, and its owner must know.
    fn forward_media(&self, call: CallId, mut queue: mpsc::Receiver<MediaEvent>) {
        if let Some(inbox) = self.inbox.clone() {
            tokio::spawn(async move {
                let mut stopped = false;
                while let Some(event) = queue.recv().await {
                    stopped |= event == MediaEvent::Stopped;
                    if inbox.send(Input::Media(call.clone(), event)).await.is_err() {
                        return;
                    }
                }
                if !stopped {
                    tracing::error!(%call, "a media session fell over");
                    let text = "The sound stopped by a fault in Dovetail.".to_owned();
                    let failed = MediaEvent::Failed(MediaError::Device(text));
                    let _ = inbox.send(Input::Media(call, failed)).await;
                }
            });
        }
    }

    /// An actor that falls over is a fault of its account, and of nothing else. That it ended is
    /// told after all that it said.
    fn watch<E: Send + 'static>(
        &self,
        (actor, told): (JoinHandle<()>, Option<JoinHandle<()>>),
        id: AccountId,
        event: fn(Fault) -> E,
        wrap: fn(AccountId, E) -> Input,
    ) {
        let Some(inbox) = self.inbox.clone() else { return };
        tokio::spawn(async move {
            if actor.await.is_err() {
                tracing::error!(account = %id, "an account's actor fell over");
                let fault = Fault::Local(
                    "This side stopped by a fault in Dovetail. Restart to connect again."
                        .to_owned(),
                );
                let _ = inbox.send(wrap(id.clone(), event(fault))).await;
            }
            if let Some(told) = told {
                let _ = told.await;
            }
            let _ = inbox.send(Input::Stopped(id)).await;
        });
    }

    /// Tells the core of a fault found here; by a task of its own, since the hub itself must
    /// not wait for its own inbox.
    fn report(&self, input: Input) {
        self.report_later(std::future::ready(input));
    }

    /// Tells the core of something once it is there.
    pub(super) fn report_later(&self, input: impl Future<Output = Input> + Send + 'static) {
        if let Some(inbox) = self.inbox.clone() {
            tokio::spawn(async move {
                let _ = inbox.send(input.await).await;
            });
        }
    }
}

/// What stands for an account on this installation: always the same, and telling nothing about
/// the installation to anybody who sees several accounts.
fn instance_of(installation: Uuid, account: &AccountId) -> Uuid {
    let digest = Sha256::new()
        .chain_update(installation.as_bytes())
        .chain_update(account.as_str())
        .finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}
