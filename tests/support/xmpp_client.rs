//! An XMPP account driven as the core drives it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use dovetail::config::{HostPort, PasswordSource, TlsStart, XmppAccount};
use dovetail::lab::Lab;
use dovetail::model::BareJid;
use dovetail::model::account::Security;
use dovetail::model::fault::Fault;
use dovetail::model::id::{AccountId, MessageId};
use dovetail::model::message::MessageState;
use dovetail::model::presence::Show;
use dovetail::model::security::Guard;
use dovetail::xmpp::{
    OutgoingMessage, XmppCommand, XmppConnection, XmppEvent, XmppSettings, spawn,
};
use tokio::sync::mpsc;
use tokio::time::timeout;

/// How long anything may take; the servers are on this machine.
const LIMIT: Duration = Duration::from_secs(20);

pub struct Client {
    commands: mpsc::Sender<XmppCommand>,
    events: mpsc::Receiver<XmppEvent>,
    asked: Arc<AtomicUsize>,
}

pub fn jid(text: &str) -> BareJid {
    BareJid::new(text).unwrap()
}

pub fn account(lab: &Lab, user: &str, tls: TlsStart) -> XmppAccount {
    let server = match tls {
        TlsStart::StartTls => lab.xmpp_starttls(),
        TlsStart::Direct => lab.xmpp_direct(),
    };
    XmppAccount {
        id: AccountId::new(user),
        jid: jid(&lab.jid(user).unwrap()),
        server: Some(HostPort::from(server)),
        tls,
        password: PasswordSource::Keyring,
        ca_file: Some(lab.ca_file()),
        demands: Default::default(),
        chat: true,
        audio: false,
        wait_for: None,
    }
}

#[allow(dead_code)]
impl Client {
    pub fn start(account: XmppAccount, password: &str) -> Self {
        Self::start_with(account, Guard::default(), password)
    }

    /// One that remembers this of its server.
    pub fn start_with(account: XmppAccount, guard: Guard, password: &str) -> Self {
        let (commands, commands_in) = mpsc::channel(256);
        let (events_out, events) = mpsc::channel(256);
        let asked = Arc::new(AtomicUsize::new(0));
        let (count, password) = (asked.clone(), password.to_owned());
        let settings = XmppSettings {
            guard,
            account,
            password: Arc::new(move || {
                let _ = count.fetch_add(1, Ordering::SeqCst);
                let password = zeroize::Zeroizing::new(password.clone());
                Box::pin(async move { Ok(password) })
            }),
            resource_prefix: "dovetail".to_owned(),
        };
        drop(spawn(settings, commands_in, events_out));
        Self { commands, events, asked }
    }

    /// Signed in, and the roster there.
    pub async fn online(lab: &Lab, user: &str) -> Self {
        let mut client = Self::start(account(lab, user, TlsStart::StartTls), "secret");
        client
            .until("the roster", |event| matches!(event, XmppEvent::Roster(_)).then_some(()))
            .await;
        client
    }

    /// … and seen by others.
    pub async fn present(lab: &Lab, user: &str) -> Self {
        let client = Self::online(lab, user).await;
        client.show(Show::Online, "").await;
        client
    }

    pub async fn send(&self, command: XmppCommand) {
        self.commands.send(command).await.unwrap();
    }

    pub async fn show(&self, show: Show, status: &str) {
        self.send(XmppCommand::Presence { show, status: status.to_owned() }).await;
    }

    pub async fn message(&self, id: &str, to: &str, body: &str) {
        let message =
            OutgoingMessage { id: MessageId::new(id), to: jid(to), body: body.to_owned() };
        self.send(XmppCommand::Message(message)).await;
    }

    /// How often the password was asked for.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    pub async fn next(&mut self) -> XmppEvent {
        timeout(LIMIT, self.events.recv()).await.expect("an event in time").expect("an actor")
    }

    /// The first event that `pick` takes; those before it are passed over.
    pub async fn until<T>(
        &mut self,
        what: &str,
        mut pick: impl FnMut(&XmppEvent) -> Option<T>,
    ) -> T {
        let mut passed = Vec::new();
        let search = async {
            while let Some(event) = self.events.recv().await {
                if let Some(picked) = pick(&event) {
                    return Some(picked);
                }
                passed.push(event);
            }
            None
        };
        match timeout(LIMIT, search).await {
            Ok(Some(picked)) => picked,
            _ => panic!("no {what}; instead {passed:#?}"),
        }
    }

    pub async fn fault(&mut self) -> (Fault, Option<Duration>) {
        self.until("fault", |event| match event {
            XmppEvent::Connection(XmppConnection::Failed { fault, retry_in }) => {
                Some((fault.clone(), *retry_in))
            }
            _ => None,
        })
        .await
    }

    /// The security of the next session, and whether it is an earlier one resumed.
    pub async fn signed_in(&mut self) -> (Security, bool) {
        self.until("session", |event| match event {
            XmppEvent::Connection(XmppConnection::Online { security, resumed, .. }) => {
                Some((security.clone(), *resumed))
            }
            _ => None,
        })
        .await
    }

    pub async fn state(&mut self, id: &str, wanted: MessageState) {
        let what = format!("{wanted:?} of {id}");
        self.until(&what, |event| match event {
            XmppEvent::MessageState { id: known, state, .. }
                if known.as_str() == id && *state == wanted =>
            {
                Some(())
            }
            _ => None,
        })
        .await;
    }

    pub async fn body(&mut self, wanted: &str) {
        self.until(wanted, |event| match event {
            XmppEvent::Message(message) if message.body == wanted => Some(()),
            _ => None,
        })
        .await;
    }

    pub async fn presence(&mut self, of: &str, wanted: Show) -> String {
        let (of, what) = (jid(of), format!("{wanted:?} of {of}"));
        self.until(&what, |event| match event {
            XmppEvent::Presence(update) if update.from == of && update.show == wanted => {
                Some(update.status.clone())
            }
            _ => None,
        })
        .await
    }

    pub async fn quit(mut self) {
        self.send(XmppCommand::Quit).await;
        self.until("end", |event| {
            matches!(event, XmppEvent::Connection(XmppConnection::Closed)).then_some(())
        })
        .await;
    }
}
