//! A web server on loopback that shows a certificate and answers as a test wants, with a record of
//! everything that it was asked.

#![allow(dead_code)]

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dovetail::lab::Cert;
use dovetail::lab::certificate::Authority;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

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
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
    /// Only so much of the body comes, and then nothing.
    pub stalls_after: Option<usize>,
}

impl Answer {
    pub fn new(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new(), stalls_after: None }
    }

    pub fn of(media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let mut answer = Self::new(200).header("Content-Type", media_type);
        answer.body = body.into();
        answer
    }

    pub fn json(media_type: &str, value: &serde_json::Value) -> Self {
        Self::of(media_type, value.to_string())
    }

    pub fn redirect(to: impl Into<String>) -> Self {
        Self::new(302).header("Location", to)
    }

    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

type Handler = Box<dyn Fn(&Asked) -> Answer + Send + Sync>;

/// One server.
pub struct Web {
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

impl Web {
    /// A server that shows a certificate of this kind for these names.
    pub async fn start(authority: &Authority, kind: Cert, names: &[&str], home: &Path) -> Self {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let name = format!("web-{}", names.join("-"));
        let files = authority.issue(kind, &names, home, &name).unwrap();
        let chain: Vec<_> = CertificateDer::pem_file_iter(&files.certificate)
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        let key = PrivateKeyDer::from_pem_file(&files.key).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let handler: Arc<Mutex<Handler>> = Arc::new(Mutex::new(Box::new(|_| Answer::new(404))));
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let (seen, answers) = (asked.clone(), handler.clone());
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, seen, answers) = (acceptor.clone(), seen.clone(), answers.clone());
                tokio::spawn(async move {
                    let Ok(stream) = acceptor.accept(stream).await else { return };
                    let mut stream = BufReader::new(stream);
                    let Some(request) = read(&mut stream).await else { return };
                    let answer = answers.lock().unwrap()(&request);
                    seen.lock().unwrap().push(request);
                    let _ = write(stream.get_mut(), &answer).await;
                });
            }
        });
        Self { address, asked, handler, task }
    }

    /// How it answers from now on.
    pub fn answer(&self, handler: impl Fn(&Asked) -> Answer + Send + Sync + 'static) {
        *self.handler.lock().unwrap() = Box::new(handler);
    }

    /// What it was asked since this was asked last.
    pub fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }
}

async fn read(stream: &mut (impl AsyncBufReadExt + Unpin)) -> Option<Asked> {
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
    stream.write_all(&answer.body[..until]).await?;
    stream.flush().await?;
    if answer.stalls_after.is_some() {
        tokio::time::sleep(Duration::from_secs(60)).await;
    }
    stream.shutdown().await
}
