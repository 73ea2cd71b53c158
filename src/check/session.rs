//! An account signed in for a check, by the same actor as always: nobody sees it come online, and
//! calls of others are left to the user's other devices.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use uuid::Uuid;

use crate::config::{SipAccount, XmppAccount};
use crate::model::BareJid;
use crate::model::account::Security;
use crate::model::fault::Fault;
use crate::model::security::Guard;
use crate::model::vcard::Vcard;
use crate::secrets::PasswordProvider;
use crate::sip::actor::SipSettings;
use crate::sip::{Registration, SipCommand, SipEvent};
use crate::xmpp::{VcardError, XmppCommand, XmppConnection, XmppEvent, XmppSettings};
use crate::{sip, xmpp};

/// Commands and events that may wait.
const QUEUE: usize = 256;
/// How long signing in may take, and signing out.
const LIMIT: Duration = Duration::from_secs(30);
const FAREWELL: Duration = Duration::from_secs(4);
/// The status for calls of others: this device does not take them (RFC 3261 §21.4.18).
const NOT_HERE: u16 = 480;

/// A chat account, signed in.
pub(super) struct Chat {
    pub security: Security,
    commands: mpsc::Sender<XmppCommand>,
    events: mpsc::Receiver<XmppEvent>,
    task: JoinHandle<()>,
}

impl Chat {
    /// # Errors
    /// The first attempt's fault.
    pub async fn open(account: XmppAccount, password: PasswordProvider) -> Result<Self, Fault> {
        let shown = account.jid.to_string();
        let resource_prefix = "dovetail-check".to_owned();
        let settings = XmppSettings { account, password, resource_prefix, guard: Guard::default() };
        let (commands, queue) = mpsc::channel(QUEUE);
        let (told, mut events) = mpsc::channel(QUEUE);
        let task = xmpp::spawn(settings, queue, told);
        let first = async {
            while let Some(event) = events.recv().await {
                match event {
                    XmppEvent::Connection(XmppConnection::Online { security, .. }) => {
                        return Ok(security);
                    }
                    XmppEvent::Connection(XmppConnection::Failed { fault, .. }) => {
                        return Err(fault);
                    }
                    _ => {}
                }
            }
            Err(Fault::Lost("it ended".to_owned()))
        };
        let first = timeout(LIMIT, first).await.unwrap_or(Err(Fault::TimedOut(shown)));
        match first {
            Ok(security) => Ok(Self { security, commands, events, task }),
            Err(fault) => {
                end(commands.send(XmppCommand::Quit), &mut events, task).await;
                Err(fault)
            }
        }
    }

    /// Both forms of a card.
    pub async fn cards(&mut self, of: &BareJid) -> Result<Vec<Vcard>, VcardError> {
        let wish = self.commands.send(XmppCommand::FetchVcards(of.clone())).await;
        wish.map_err(|_| VcardError::NotConnected)?;
        let answer = async {
            while let Some(event) = self.events.recv().await {
                match event {
                    XmppEvent::Vcards { jid, cards } if jid == *of => return cards,
                    _ => {}
                }
            }
            Err(VcardError::NotConnected)
        };
        timeout(LIMIT, answer).await.unwrap_or(Err(VcardError::TimedOut))
    }

    /// Signs out.
    pub async fn close(mut self) {
        end(self.commands.send(XmppCommand::Quit), &mut self.events, self.task).await;
    }
}

/// A telephony account, registered.
pub(super) struct Phone {
    pub security: Security,
    /// Our address towards the proxy.
    pub local: IpAddr,
    commands: mpsc::Sender<SipCommand>,
    events: mpsc::Receiver<SipEvent>,
    task: JoinHandle<()>,
}

impl Phone {
    /// # Errors
    /// The first attempt's fault.
    pub async fn open(account: SipAccount, password: PasswordProvider) -> Result<Self, Fault> {
        let shown = account.aor.to_string();
        // A binding of its own: it takes nothing from the instance that may run.
        let settings =
            SipSettings { account, instance: Uuid::new_v4(), password, guard: Guard::default() };
        let (commands, queue) = mpsc::channel(QUEUE);
        let (told, mut events) = mpsc::channel(QUEUE);
        let task = sip::actor::spawn(settings, queue, told);
        let first = async {
            while let Some(event) = events.recv().await {
                match event {
                    SipEvent::Registration(Registration::Registered { local, security }) => {
                        return Ok((local, security));
                    }
                    SipEvent::Registration(Registration::Failed { fault, .. }) => {
                        return Err(fault);
                    }
                    _ => {}
                }
            }
            Err(Fault::Lost("it ended".to_owned()))
        };
        let first = timeout(LIMIT, first).await.unwrap_or(Err(Fault::TimedOut(shown)));
        match first {
            Ok((local, security)) => Ok(Self { security, local, commands, events, task }),
            Err(fault) => {
                end(commands.send(SipCommand::Quit), &mut events, task).await;
                Err(fault)
            }
        }
    }

    /// What happens next; calls of others than `expected` are refused on the way.
    pub async fn next(&mut self, expected: impl Fn(&str) -> bool) -> Option<SipEvent> {
        loop {
            let event = self.events.recv().await?;
            match &event {
                SipEvent::Incoming(call) if !expected(&call.from) => {
                    let refusal = SipCommand::Refuse { call: call.call.clone(), status: NOT_HERE };
                    self.tell(refusal).await;
                }
                _ => return Some(event),
            }
        }
    }

    /// Asks for something; an actor that is gone says so by its events.
    pub async fn tell(&self, command: SipCommand) {
        let _ = self.commands.send(command).await;
    }

    /// Signs out.
    pub async fn close(mut self) {
        end(self.commands.send(SipCommand::Quit), &mut self.events, self.task).await;
    }
}

/// Says that it is over, and waits until it is: the actor may have more to tell.
async fn end<E, T>(
    quit: impl Future<Output = Result<(), E>>,
    events: &mut mpsc::Receiver<T>,
    task: JoinHandle<()>,
) {
    let _ = quit.await;
    let rest = async { while events.recv().await.is_some() {} };
    let _ = timeout(FAREWELL, rest).await;
    task.abort();
}

/// A password that is there already.
pub(super) fn given(password: zeroize::Zeroizing<String>) -> PasswordProvider {
    Arc::new(move || {
        let password = password.clone();
        Box::pin(async move { Ok(password) })
    })
}
