//! Somebody else's XMPP client, as plain as can be: a test says what it writes and reads what it
//! hears.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use dovetail::lab::Lab;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// How long an answer may take; the servers are on this machine.
const LIMIT: Duration = Duration::from_secs(20);

pub struct Peer {
    stream: TlsStream<TcpStream>,
    heard: String,
    asked: usize,
}

impl Peer {
    /// Signed in and bound as `peer`; nothing more was said.
    pub async fn sign_in(lab: &Lab, user: &str) -> Self {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(lab.ca_file()).unwrap()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let tcp = TcpStream::connect(lab.xmpp_direct()).await.unwrap();
        let name = ServerName::try_from(lab.domain().to_owned()).unwrap();
        let stream = TlsConnector::from(Arc::new(config)).connect(name, tcp).await.unwrap();
        let mut peer = Self { stream, heard: String::new(), asked: 0 };
        let header = format!(
            "<stream:stream to='{}' version='1.0' xmlns='jabber:client' \
             xmlns:stream='http://etherx.jabber.org/streams'>",
            lab.domain()
        );
        peer.write(&header).await;
        peer.hear("</stream:features>").await;
        let plain = base64::engine::general_purpose::STANDARD.encode(format!("\0{user}\0secret"));
        let ns = "urn:ietf:params:xml:ns:xmpp-sasl";
        peer.write(&format!("<auth xmlns='{ns}' mechanism='PLAIN'>{plain}</auth>")).await;
        peer.hear("<success").await;
        peer.write(&header).await;
        peer.hear("</stream:features>").await;
        let bind =
            "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>peer</resource></bind>";
        peer.ask("set", "", bind).await;
        peer
    }

    pub async fn write(&mut self, xml: &str) {
        self.stream.write_all(xml.as_bytes()).await.unwrap();
    }

    /// Reads on until `needle` is there, and gives what came since then.
    pub async fn hear(&mut self, needle: &str) -> String {
        let mut buffer = [0; 8192];
        loop {
            if let Some(at) = self.heard.find(needle) {
                let end = at + needle.len();
                return self.heard.drain(..end).collect();
            }
            let read = tokio::time::timeout(LIMIT, self.stream.read(&mut buffer)).await;
            let Ok(read) = read else { panic!("no {needle} in {}", self.heard) };
            let count = read.unwrap();
            assert_ne!(count, 0, "no {needle} in {}", self.heard);
            self.heard.push_str(std::str::from_utf8(&buffer[..count]).unwrap());
        }
    }

    /// The answer to a question; an empty `to` is the peer's own account.
    pub async fn ask(&mut self, kind: &str, to: &str, payload: &str) -> String {
        self.asked += 1;
        let id = format!("ask-{}", self.asked);
        let to = if to.is_empty() { String::new() } else { format!("to='{to}' ") };
        self.write(&format!("<iq type='{kind}' {to}id='{id}'>{payload}</iq>")).await;
        // Prosody writes attributes in no certain order: both ends of the answer are looked for.
        let before = self.hear(&format!("id='{id}'")).await;
        let start = before.rfind("<iq").unwrap();
        let tag = self.hear(">").await;
        let head = format!("{}{tag}", &before[start..]);
        let body = if tag.ends_with("/>") { String::new() } else { self.hear("</iq>").await };
        head + &body
    }
}
