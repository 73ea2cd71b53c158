//! A web server on loopback that shows a certificate and answers as it is told, with a record of
//! everything that it was asked. It speaks just enough HTTP for that, and can misbehave.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::certificate::{Authority, Cert, KeyFiles};
use super::error::LabError;

/// The longest request head that is read, in bytes, and how many requests are remembered.
const MOST_HEAD: u64 = 16 * 1024;
const MOST_ASKED: usize = 1_000;
/// How long an answer that stalls keeps its connection.
const STALL: Duration = Duration::from_secs(60);

/// What a request said.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Path and query.
    pub target: String,
    /// Names in lower case.
    pub headers: BTreeMap<String, String>,
}

/// What is answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status of HTTP.
    pub status: u16,
    /// Beside the length, which is counted unless `Transfer-Encoding` is among them.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// Only so much of the body comes, and then nothing.
    pub stalls_after: Option<usize>,
}

impl Answer {
    /// A status and nothing more.
    pub fn new(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new(), stalls_after: None }
    }

    /// A body of this type.
    pub fn of(media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let mut answer = Self::new(200).header("Content-Type", media_type);
        answer.body = body.into();
        answer
    }

    /// The same with JSON.
    pub fn json(media_type: &str, value: &serde_json::Value) -> Self {
        Self::of(media_type, value.to_string())
    }

    /// Leads elsewhere.
    pub fn redirect(to: impl Into<String>) -> Self {
        Self::new(302).header("Location", to)
    }

    /// With one more header.
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

type Handler = Box<dyn Fn(&Asked) -> Answer + Send + Sync>;

/// One server. Dropping it ends it.
pub struct Web {
    /// Where it listens.
    pub address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    handler: Arc<Mutex<Handler>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Web {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl std::fmt::Debug for Web {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Web").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Web {
    /// A server that shows a certificate of this kind for these names, whose files are in `home`.
    /// Until it is told otherwise it has nothing (404).
    ///
    /// # Errors
    /// `LabError::Certificate`, `LabError::Io`.
    pub async fn start(
        authority: &Authority,
        kind: Cert,
        names: &[&str],
        home: &Path,
    ) -> Result<Self, LabError> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let name = format!("web-{}", names.join("-"));
        let acceptor = acceptor(&authority.issue(kind, &names, home, &name)?)?;
        let listener = TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.map_err(LabError::io("listening for the web"))?;
        let address = listener.local_addr().map_err(LabError::io("listening for the web"))?;
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let handler: Arc<Mutex<Handler>> = Arc::new(Mutex::new(Box::new(|_| Answer::new(404))));
        let (seen, answers) = (asked.clone(), handler.clone());
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, seen, answers) = (acceptor.clone(), seen.clone(), answers.clone());
                tokio::spawn(async move {
                    let Ok(stream) = acceptor.accept(stream).await else { return };
                    let mut stream = BufReader::new(stream);
                    let Some(request) = read(&mut stream).await else { return };
                    let answer = locked(&answers)(&request);
                    remember(&seen, request);
                    let _ = write(stream.get_mut(), &answer).await;
                });
            }
        });
        Ok(Self { address, asked, handler, task })
    }

    /// How it answers from now on.
    pub fn answer(&self, handler: impl Fn(&Asked) -> Answer + Send + Sync + 'static) {
        *locked(&self.handler) = Box::new(handler);
    }

    /// What it was asked since this was asked last.
    pub fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut *locked(&self.asked))
    }
}

/// Whoever panicked in here left a value that is whole.
fn locked<T>(value: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    value.lock().unwrap_or_else(PoisonError::into_inner)
}

fn remember(seen: &Mutex<Vec<Asked>>, request: Asked) {
    let mut seen = locked(seen);
    if seen.len() < MOST_ASKED {
        seen.push(request);
    }
}

fn acceptor(files: &KeyFiles) -> Result<TlsAcceptor, LabError> {
    let unusable =
        |error: String| LabError::io("the web's certificate")(std::io::Error::other(error));
    let chain: Vec<_> = CertificateDer::pem_file_iter(&files.certificate)
        .and_then(Iterator::collect::<Result<_, _>>)
        .map_err(|error| unusable(error.to_string()))?;
    let key =
        PrivateKeyDer::from_pem_file(&files.key).map_err(|error| unusable(error.to_string()))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(|error| unusable(error.to_string()))?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

async fn read(stream: &mut (impl AsyncBufReadExt + Unpin)) -> Option<Asked> {
    let mut stream = stream.take(MOST_HEAD);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let target = lines.first()?.split(' ').nth(1)?.to_owned();
    let header = |line: &String| {
        let (name, value) = line.split_once(':')?;
        Some((name.to_lowercase(), value.trim().to_owned()))
    };
    Some(Asked { target, headers: lines.iter().skip(1).filter_map(header).collect() })
}

async fn write(stream: &mut (impl AsyncWriteExt + Unpin), answer: &Answer) -> std::io::Result<()> {
    let mut head = format!("HTTP/1.1 {} X\r\n", answer.status);
    if !answer.headers.iter().any(|(name, _)| *name == "Transfer-Encoding") {
        head.push_str(&format!("Content-Length: {}\r\n", answer.body.len()));
    }
    for (name, value) in &answer.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes()).await?;
    let until = answer.stalls_after.unwrap_or(answer.body.len());
    stream.write_all(answer.body.get(..until).unwrap_or(&answer.body)).await?;
    stream.flush().await?;
    if answer.stalls_after.is_some() {
        tokio::time::sleep(STALL).await;
    }
    stream.shutdown().await
}
