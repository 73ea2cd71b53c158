//! One connection that carries the session: login, resource binding (RFC 6120 §7) or
//! resumption (XEP-0198), then elements one by one.

use std::sync::Arc;
use std::time::Duration;

use futures::{SinkExt, StreamExt};
use tokio::time::timeout;
use tokio_xmpp::Stanza;
use tokio_xmpp::parsers::bind::{BindQuery, BindResponse};
use tokio_xmpp::parsers::iq::Iq;
use tokio_xmpp::parsers::ping::Ping;
use tokio_xmpp::parsers::sm::{A, Enable, HandledCountTooHigh, Nonza, R, Resume};
use tokio_xmpp::parsers::stream_error::{DefinedCondition, StreamError};
use tokio_xmpp::parsers::stream_features::StreamFeatures;
use tokio_xmpp::xmlstream::{
    FallibleStreamElement, ReadError, StreamElementError, XmppStream, XmppStreamElement,
};
use xso::AsXml;

use super::connector::{self, Wire};
use super::login;
use super::xep::stream_management::{Managed, TooHigh};
use crate::config::XmppAccount;
use crate::model::FullJid;
use crate::model::account::{Security, Transport};
use crate::model::fault::Fault;
use crate::model::security::Guard;
use crate::secrets::PasswordProvider;
use crate::tls::{Policy, Roots};

/// The most that a login may take, from its first word to the bound resource.
const LIMIT_LOGIN: Duration = Duration::from_secs(20);
/// The most that the server may take to say how to sign in.
const LIMIT_OFFER: Duration = Duration::from_secs(20);
/// The most that the network may take to accept what we write.
const LIMIT_WRITE: Duration = Duration::from_secs(20);
/// The most that a farewell may wait for the server, twice.
const LIMIT_CLOSE: Duration = Duration::from_millis(1500);

/// What every attempt of one account needs.
pub(super) struct Plan {
    pub(super) account: XmppAccount,
    pub(super) password: PasswordProvider,
    pub(super) resource: String,
}

/// What the attempts of one account hand on to the next.
#[derive(Default)]
pub(super) struct Memory {
    /// The session that could be resumed.
    pub(super) managed: Option<Managed>,
    /// The server offered SCRAM once, so PLAIN will not do any more (CUSAX C65).
    pub(super) scram_seen: bool,
}

/// A connection that is ready for stanzas.
pub(super) struct Established {
    pub(super) link: Link,
    /// The new session's address; `None` when the earlier session was resumed.
    pub(super) bound: Option<FullJid>,
    pub(super) security: Security,
    /// What the earlier session's end or resumption acknowledged.
    pub(super) acknowledged: Vec<Stanza>,
}

/// Connects, signs in, and resumes or begins a session.
///
/// # Errors
/// The fault. `memory` then still holds what a later attempt may resume.
pub(super) async fn establish(
    plan: &Plan,
    roots: &Roots,
    guard: &Guard,
    memory: &mut Memory,
) -> Result<Established, Fault> {
    let account = &plan.account;
    let server = account.server.as_ref().map(|server| (server, account.tls));
    let policy = Policy::of(roots.clone(), guard, &account.demands, account.jid.domain().as_str());
    let guard = &guard.with(&account.demands);
    let secured = connector::connect(&account.jid, server, &policy).await?;
    let late = || Err(Fault::TimedOut(account.jid.domain().to_string()));
    let offered = secured.stream.recv_features::<FallibleStreamElement>();
    let (features, mut stream): (_, XmppStream<Wire>) = match timeout(LIMIT_OFFER, offered).await {
        Ok(offered) => offered.map_err(connector::features_fault)?,
        Err(_) => return late(),
    };
    let choice = login::choose(&features, secured.exporter.is_some(), memory.scram_seen, guard)?;
    memory.scram_seen |= login::offers_scram(&features.sasl_mechanisms);
    // Only now, so that a server that is not ours, or asks for too little, never costs a question
    // for the password.
    let password = (plan.password)().await?;
    let log_in = async {
        let user = account.jid.node().map(|node| node.to_string()).unwrap_or_default();
        login::authenticate(&mut stream, &choice, &user, &password, secured.exporter).await?;
        drop(password);
        stream.get_stream().restart();
        let header = connector::header(&account.jid, true);
        let restarted = stream.initiate_reset().send_header(header).await;
        let (features, stream) = restarted
            .map_err(|error| Fault::lost(&error))?
            .recv_features::<FallibleStreamElement>()
            .await
            .map_err(connector::features_fault)?;
        let security = Security {
            transport: Transport::Tls,
            tls: Some(secured.facts),
            auth: choice.name.to_owned(),
        };
        let link = Link { stream, managed: None, written: Vec::new(), owes_request: false };
        link.start(plan, &features, memory, security).await
    };
    timeout(LIMIT_LOGIN, log_in).await.unwrap_or_else(|_| late())
}

/// What the server sent.
#[derive(Debug)]
pub(super) enum Incoming {
    /// A stanza.
    Stanza(Box<Stanza>),
    /// An `iq` request that cannot be understood: who asked, and its identifier.
    InvalidRequest(Option<String>, Option<String>),
    /// These stanzas are the server's now.
    Acknowledged(Vec<Stanza>),
    /// Call [`Link::acknowledge`].
    AcknowledgeWanted,
    /// Call [`Link::refuse`].
    TooHigh(TooHigh),
    /// Call [`Link::probe`].
    Silence,
    /// Nothing that matters.
    Nothing,
}

/// A stream with a session on it.
pub(super) struct Link {
    stream: XmppStream<Wire>,
    managed: Option<Managed>,
    /// Without stream management: what was written since the last flush.
    written: Vec<Stanza>,
    /// Stanzas were written for which no acknowledgement was asked yet.
    owes_request: bool,
}

impl Link {
    /// The next element. May be dropped and called again at any time.
    ///
    /// # Errors
    /// The connection is over.
    pub(super) async fn next(&mut self) -> Result<Incoming, Fault> {
        let element = match self.stream.next().await {
            Some(Ok(FallibleStreamElement::Ok(element))) => element,
            Some(Ok(FallibleStreamElement::Err(error))) => return Ok(self.invalid(error)),
            Some(Err(ReadError::SoftTimeout)) => return Ok(Incoming::Silence),
            Some(Err(error)) => return Err(read_fault(&error)),
            None => return Err(closed()),
        };
        Ok(match element {
            XmppStreamElement::Stanza(stanza) => {
                self.count();
                Incoming::Stanza(Box::new(stanza))
            }
            XmppStreamElement::SM(Nonza::Ack(ack)) => match &mut self.managed {
                Some(managed) => match managed.acknowledge(ack.h) {
                    Ok(stanzas) => Incoming::Acknowledged(stanzas),
                    Err(error) => Incoming::TooHigh(error),
                },
                None => Incoming::Nothing,
            },
            XmppStreamElement::SM(Nonza::Req(_)) => Incoming::AcknowledgeWanted,
            XmppStreamElement::StreamError(error) => return Err(stream_fault(&error.0)),
            _ => Incoming::Nothing,
        })
    }

    /// Writes a stanza; gives it back when it cannot be written as XML.
    ///
    /// # Errors
    /// The connection is over.
    pub(super) async fn send(&mut self, stanza: Stanza) -> Result<Option<Stanza>, Fault> {
        if self.managed.as_ref().is_some_and(|managed| !managed.has_room()) {
            return Err(Fault::Lost("the server acknowledges nothing".to_owned()));
        }
        let feed = <XmppStream<Wire> as SinkExt<&Stanza>>::feed(&mut self.stream, &stanza);
        match timeout(LIMIT_WRITE, feed).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) if error.kind() == std::io::ErrorKind::InvalidInput => {
                return Ok(Some(stanza));
            }
            Ok(Err(error)) => return Err(self.lost_with(stanza, error.to_string())),
            Err(_) => return Err(self.lost_with(stanza, "nothing gets through".to_owned())),
        }
        match &mut self.managed {
            Some(managed) => {
                managed.sent(stanza);
                self.owes_request = true;
            }
            None => self.written.push(stanza),
        }
        Ok(None)
    }

    /// Pushes out what was written, and asks for its acknowledgement. Without stream
    /// management, being written is all there is: gives those stanzas back.
    ///
    /// # Errors
    /// The connection is over.
    pub(super) async fn flush(&mut self) -> Result<Vec<Stanza>, Fault> {
        if std::mem::take(&mut self.owes_request) {
            self.write(&Nonza::Req(R)).await?;
        } else if !self.written.is_empty() {
            let flush = <XmppStream<Wire> as SinkExt<&Stanza>>::flush(&mut self.stream);
            written(timeout(LIMIT_WRITE, flush).await)?;
        }
        Ok(std::mem::take(&mut self.written))
    }

    /// Tells the server how much has arrived.
    ///
    /// # Errors
    /// The connection is over.
    pub(super) async fn acknowledge(&mut self) -> Result<(), Fault> {
        let Some(h) = self.managed.as_ref().map(Managed::inbound) else { return Ok(()) };
        self.write(&Nonza::Ack(A { h })).await
    }

    /// Asks for a sign of life; without one the stream ends by itself.
    ///
    /// # Errors
    /// The connection is over.
    pub(super) async fn probe(&mut self) -> Result<(), Fault> {
        match self.managed {
            Some(_) => self.write(&Nonza::Req(R)).await,
            None => self.write(&Stanza::Iq(Iq::from_get("alive", Ping))).await,
        }
    }

    /// Ends the stream over a wrong count, and says what the fault is.
    pub(super) async fn refuse(&mut self, error: &TooHigh) -> Fault {
        let _ = self.write(&StreamError::from(HandledCountTooHigh::from(error))).await;
        self.managed = None;
        Fault::Lost(error.to_string())
    }

    /// Waits a little for the server to take what was sent; gives it back by `settled`.
    pub(super) async fn settle(&mut self, mut settled: impl FnMut(Incoming)) {
        let wait = async {
            while self.managed.as_ref().is_some_and(|managed| !managed.is_settled()) {
                match self.next().await {
                    Ok(incoming) => settled(incoming),
                    Err(_) => break,
                }
            }
        };
        let _ = timeout(LIMIT_CLOSE, wait).await;
    }

    /// Closes the stream, and waits a little for the server to do so too.
    pub(super) async fn close(mut self) {
        let close = async {
            // Else the server would deliver once more what we have.
            self.acknowledge().await?;
            written(Ok(self.stream.shutdown().await))?;
            while self.next().await.is_ok() {}
            Ok::<_, Fault>(())
        };
        let _ = timeout(LIMIT_CLOSE, close).await;
    }

    /// What may be resumed later.
    pub(super) fn into_managed(self) -> Option<Managed> {
        self.managed
    }

    async fn start(
        mut self,
        plan: &Plan,
        features: &StreamFeatures,
        memory: &mut Memory,
        security: Security,
    ) -> Result<Established, Fault> {
        let manageable = features.stream_management.is_some();
        let mut acknowledged = Vec::new();
        if let Some(previous) = memory.managed.as_ref().and_then(Managed::id).cloned()
            && manageable
            && self.resume(previous, memory, &mut acknowledged).await?
        {
            return Ok(Established { link: self, bound: None, security, acknowledged });
        }
        memory.managed = None;
        let bound = self.bind(&plan.resource).await?;
        if manageable {
            self.enable().await?;
        }
        Ok(Established { link: self, bound: Some(bound), security, acknowledged })
    }

    /// Resumes the earlier session, and sends again what got lost; or says that it is gone.
    async fn resume(
        &mut self,
        previous: tokio_xmpp::parsers::sm::StreamId,
        memory: &mut Memory,
        acknowledged: &mut Vec<Stanza>,
    ) -> Result<bool, Fault> {
        let Some(managed) = &mut memory.managed else { return Ok(false) };
        self.write(&Nonza::Resume(Resume { h: managed.inbound(), previd: previous })).await?;
        loop {
            match self.element().await? {
                XmppStreamElement::SM(Nonza::Resumed(resumed)) => {
                    match managed.acknowledge(resumed.h) {
                        Ok(stanzas) => acknowledged.extend(stanzas),
                        Err(error) => {
                            let fault = self.refuse(&error).await;
                            memory.managed = None;
                            return Err(fault);
                        }
                    }
                    for stanza in managed.unacknowledged() {
                        self.write(stanza).await?;
                    }
                    self.owes_request = !managed.is_settled();
                    self.managed = memory.managed.take();
                    let _ = self.flush().await?;
                    return Ok(true);
                }
                XmppStreamElement::SM(Nonza::Failed(failed)) => {
                    let handled = failed.h.map(|h| managed.acknowledge(h));
                    acknowledged.extend(handled.and_then(Result::ok).unwrap_or_default());
                    return Ok(false);
                }
                _ => {}
            }
        }
    }

    async fn bind(&mut self, resource: &str) -> Result<FullJid, Fault> {
        let query = Iq::from_set("bind", BindQuery::new(Some(resource.to_owned())));
        self.write(&Stanza::Iq(query)).await?;
        loop {
            match self.element().await? {
                XmppStreamElement::Stanza(Stanza::Iq(Iq::Result { id, payload, .. }))
                    if id == "bind" =>
                {
                    return payload
                        .and_then(|payload| BindResponse::try_from(payload).ok())
                        .map(FullJid::from)
                        .ok_or_else(|| Fault::Lost("no address was bound".to_owned()));
                }
                XmppStreamElement::Stanza(Stanza::Iq(Iq::Error { id, error, .. }))
                    if id == "bind" =>
                {
                    let text = error.texts.values().next().cloned();
                    let text = text.unwrap_or_else(|| "no address could be bound".to_owned());
                    return Err(Fault::Rejected(text));
                }
                _ => {}
            }
        }
    }

    async fn enable(&mut self) -> Result<(), Fault> {
        self.write(&Nonza::Enable(Enable::new().with_resume())).await?;
        loop {
            match self.element().await? {
                XmppStreamElement::SM(Nonza::Enabled(enabled)) => {
                    self.managed = Some(Managed::new(enabled));
                    return Ok(());
                }
                XmppStreamElement::SM(Nonza::Failed(_)) => return Ok(()),
                _ => {}
            }
        }
    }

    /// The next element of the negotiation.
    async fn element(&mut self) -> Result<XmppStreamElement, Fault> {
        loop {
            match self.stream.next().await {
                Some(Ok(FallibleStreamElement::Ok(XmppStreamElement::StreamError(error)))) => {
                    return Err(stream_fault(&error.0));
                }
                Some(Ok(FallibleStreamElement::Ok(element))) => return Ok(element),
                Some(Ok(FallibleStreamElement::Err(_)) | Err(ReadError::SoftTimeout)) => {}
                Some(Err(error)) => return Err(read_fault(&error)),
                None => return Err(closed()),
            }
        }
    }

    fn invalid(&mut self, error: StreamElementError) -> Incoming {
        match error {
            StreamElementError::InvalidStanza { name, header, .. } => {
                self.count();
                let request = matches!(header.type_.as_deref(), Some("get" | "set"));
                if name.to_string() == "iq" && request {
                    Incoming::InvalidRequest(header.from, header.id)
                } else {
                    Incoming::Nothing
                }
            }
            StreamElementError::InvalidNonza { .. } => Incoming::Nothing,
        }
    }

    fn count(&mut self) {
        if let Some(managed) = &mut self.managed {
            managed.received();
        }
    }

    /// A stanza that may have been written in part belongs to those that a resumption repeats.
    fn lost_with(&mut self, stanza: Stanza, why: String) -> Fault {
        if let Some(managed) = &mut self.managed {
            managed.sent(stanza);
        }
        Fault::Lost(why)
    }

    async fn write<T: AsXml + Sync>(&mut self, element: &T) -> Result<(), Fault> {
        let send = <XmppStream<Wire> as SinkExt<&T>>::send(&mut self.stream, element);
        written(timeout(LIMIT_WRITE, send).await)
    }
}

fn written(result: Result<std::io::Result<()>, tokio::time::error::Elapsed>) -> Result<(), Fault> {
    match result {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(Fault::lost(&error)),
        Err(_) => Err(Fault::Lost("nothing gets through".to_owned())),
    }
}

fn closed() -> Fault {
    Fault::Lost("the server closed the connection".to_owned())
}

fn read_fault(error: &ReadError) -> Fault {
    match error {
        ReadError::StreamFooterReceived => closed(),
        ReadError::HardError(error) if error.kind() == std::io::ErrorKind::TimedOut => {
            Fault::Lost("the server does not answer any more".to_owned())
        }
        error => Fault::Lost(error.to_string()),
    }
}

/// What a stream error (RFC 6120 §4.9.3) means for us.
fn stream_fault(error: &StreamError) -> Fault {
    match error.condition {
        DefinedCondition::Conflict => Fault::Replaced,
        DefinedCondition::HostGone
        | DefinedCondition::HostUnknown
        | DefinedCondition::NotAuthorized
        | DefinedCondition::PolicyViolation => Fault::Rejected(error.to_string()),
        _ => Fault::Lost(error.to_string()),
    }
}

/// Shared by all attempts.
pub(super) type SharedPlan = Arc<Plan>;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn fault(condition: DefinedCondition) -> Fault {
        stream_fault(&StreamError::new(condition, "en", "so it is"))
    }

    #[test]
    fn a_replaced_session_is_not_fought_for() {
        assert_eq!(fault(DefinedCondition::Conflict), Fault::Replaced);
        assert!(!fault(DefinedCondition::Conflict).can_pass());
    }

    #[test]
    fn a_server_that_goes_down_is_waited_for() {
        let gone = fault(DefinedCondition::SystemShutdown);
        assert!(matches!(&gone, Fault::Lost(why) if why.contains("so it is")), "{gone}");
        assert!(matches!(fault(DefinedCondition::HostUnknown), Fault::Rejected(_)));
    }
}
