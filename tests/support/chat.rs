//! Somebody else's chat client: tokio-xmpp as it comes, trusting the lab's authority.

// Each test file that includes this module uses its own part of it.
#![allow(dead_code)]

use std::borrow::Cow;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use dovetail::lab::Lab;
use dovetail::tls::{self, Policy, Roots};
use futures::{SinkExt, StreamExt};
use sasl::common::ChannelBinding;
use tokio::io::BufStream;
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;
use tokio_xmpp::connect::ServerConnector;
use tokio_xmpp::minidom::Element;
use tokio_xmpp::parsers::jid::{BareJid, FullJid, Jid};
use tokio_xmpp::parsers::presence::Presence;
use tokio_xmpp::parsers::starttls::{Nonza, Request};
use tokio_xmpp::xmlstream::{
    PendingFeaturesRecv, StreamHeader, Timeouts, XmppStream, XmppStreamElement, initiate_stream,
};
use tokio_xmpp::{Client, Error, Event, IqRequest, IqResponse, Stanza};

/// What a real client on loopback never needs, even on a machine under load.
const LIMIT: Duration = Duration::from_secs(20);

/// A signed-in client of another make.
pub struct ChatPeer {
    client: Client,
    jid: FullJid,
    /// Stanzas that nobody has asked for yet.
    pending: VecDeque<Stanza>,
}

impl ChatPeer {
    /// Signs `user` in over STARTTLS with SCRAM and sends presence.
    pub async fn connect(lab: &Lab, user: &str, password: &str) -> Self {
        let server = lab.xmpp_starttls();
        Self::connect_to(lab, user, password, server, false).await
    }

    /// Signs `user` in over TLS from the first byte and sends presence.
    pub async fn connect_direct(lab: &Lab, user: &str, password: &str) -> Self {
        let server = lab.xmpp_direct();
        Self::connect_to(lab, user, password, server, true).await
    }

    async fn connect_to(
        lab: &Lab,
        user: &str,
        password: &str,
        server: SocketAddr,
        direct: bool,
    ) -> Self {
        let jid: BareJid = lab.jid(user).unwrap().parse().unwrap();
        let connector = Connector { server, direct, ca_file: lab.ca_file() };
        let mut client = Client::new_with_connector(jid, password, connector, Timeouts::default());
        let event = tokio::time::timeout(LIMIT, client.next()).await;
        let Ok(Some(Event::Online { bound_jid, .. })) = event else {
            panic!("{user} could not sign in: {event:?}");
        };
        let jid = bound_jid.try_into_full().unwrap();
        let _ = client.send_stanza(Presence::available().into()).await.unwrap();
        Self { client, jid, pending: VecDeque::new() }
    }

    /// The address that the server gave it.
    pub fn jid(&self) -> &FullJid {
        &self.jid
    }

    /// Sends any stanza.
    pub async fn send(&mut self, stanza: impl Into<Stanza>) {
        let _ = self.client.send_stanza(stanza.into()).await.unwrap();
    }

    /// Sends a `get` and returns the payload of the result, or `None` for an error.
    pub async fn get(&mut self, to: Option<Jid>, query: Element) -> Option<Element> {
        let token = self.client.send_iq(to, IqRequest::Get(query)).await;
        self.answer(token).await
    }

    /// Sends a `set` and returns whether it was accepted.
    pub async fn set(&mut self, to: Option<Jid>, query: Element) -> bool {
        let token = self.client.send_iq(to, IqRequest::Set(query)).await;
        self.response(token).await.is_some()
    }

    /// Waits for a stanza that `wanted` makes something of, also among those that came already
    /// and were not asked for; the others stay for later.
    pub async fn wait<T>(&mut self, what: &str, wanted: impl Fn(&Stanza) -> Option<T>) -> T {
        let found =
            self.pending.iter().enumerate().find_map(|(at, stanza)| Some((at, wanted(stanza)?)));
        if let Some((at, value)) = found {
            let _ = self.pending.remove(at);
            return value;
        }
        loop {
            let event = tokio::time::timeout(LIMIT, self.client.next()).await;
            let Ok(Some(Event::Stanza(stanza))) = event else {
                panic!("{}: {what} did not come ({event:?})", self.jid);
            };
            if let Some(value) = wanted(&stanza) {
                return value;
            }
            self.pending.push_back(stanza);
        }
    }

    /// Signs out.
    pub async fn quit(self) {
        self.client.send_end().await.unwrap();
    }

    async fn answer(&mut self, token: tokio_xmpp::IqResponseToken) -> Option<Element> {
        self.response(token).await.flatten()
    }

    async fn response(&mut self, token: tokio_xmpp::IqResponseToken) -> Option<Option<Element>> {
        // The client works only while its events are taken.
        let mut token = std::pin::pin!(token);
        let deadline = tokio::time::Instant::now() + LIMIT;
        loop {
            tokio::select! {
                response = &mut token => return match response.unwrap() {
                    IqResponse::Result(payload) => Some(payload),
                    IqResponse::Error(_) => None,
                },
                event = self.client.next() => match event {
                    Some(Event::Stanza(stanza)) => self.pending.push_back(stanza),
                    other => panic!("{}: {other:?}", self.jid),
                },
                () = tokio::time::sleep_until(deadline) => panic!("{}: no answer", self.jid),
            }
        }
    }
}

#[derive(Debug, Clone)]
struct Connector {
    server: SocketAddr,
    direct: bool,
    ca_file: PathBuf,
}

impl ServerConnector for Connector {
    type Stream = BufStream<TlsStream<TcpStream>>;

    async fn connect(
        &self,
        jid: &Jid,
        ns: &'static str,
        timeouts: Timeouts,
    ) -> Result<(PendingFeaturesRecv<Self::Stream>, ChannelBinding), Error> {
        let domain = jid.domain().as_str();
        let header = || StreamHeader { to: Some(Cow::Borrowed(domain)), from: None, id: None };
        let mut tcp = TcpStream::connect(self.server).await?;
        if !self.direct {
            let plain = initiate_stream(BufStream::new(tcp), ns, header(), timeouts).await?;
            let (_, mut plain): (_, XmppStream<_>) = plain.recv_features().await?;
            plain.send(&XmppStreamElement::Starttls(Nonza::Request(Request))).await?;
            let _ = plain.next().await;
            tcp = plain.into_inner().into_inner();
        }
        let roots = Roots::load(Some(&self.ca_file)).map_err(std::io::Error::other)?;
        let policy = Policy::new(roots);
        let alpn: &[&[u8]] = if self.direct { &[b"xmpp-client"] } else { &[] };
        let tls = tls::handshake(tcp, domain, None, &policy, alpn)
            .await
            .map_err(std::io::Error::other)?
            .stream;
        let stream = initiate_stream(BufStream::new(tls), ns, header(), timeouts).await?;
        Ok((stream, ChannelBinding::None))
    }
}
