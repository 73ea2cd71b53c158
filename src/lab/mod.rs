//! A CUSAX service on loopback: a real Prosody and a real Kamailio with one domain, users,
//! rosters, cards and certificates, up in about a second and gone without a trace. The demo
//! and the tests use it. A second domain can be had, of another provider; and a web server that
//! provisions ([`provider`]).

mod builder;
pub mod certificate;
mod client;
pub mod error;
pub mod guard;
mod kamailio;
mod lua;
pub mod ports;
pub mod process;
mod prosody;
pub mod provider;
mod user;
pub mod web;

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures::future::try_join_all;
use tempfile::TempDir;

use crate::model::account::Transport;

pub use builder::LabBuilder;
pub use certificate::Cert;
pub use client::ConfigOptions;
pub use error::LabError;
pub use kamailio::Digest;
pub use user::{Contact, SipLogin, Tel, User};

use builder::loopback;
use certificate::Authority;
use kamailio::Kamailio;
use process::Process;
use prosody::Prosody;

/// How long a server may take to end by itself.
const GRACE: Duration = Duration::from_secs(3);

/// Real servers, running. Dropping it ends them and removes their directory.
#[derive(Debug)]
pub struct Lab {
    plan: LabBuilder,
    authority: Authority,
    xmpp: Option<Prosody>,
    xmpp_process: Option<Process>,
    /// That of the lab's own domain first.
    sip: Vec<SipServer>,
    // Last, so that it is removed after the servers have ended.
    home: TempDir,
}

/// The SIP server of one domain.
#[derive(Debug)]
struct SipServer {
    plan: Kamailio,
    home: PathBuf,
    process: Option<Process>,
}

impl Lab {
    /// A lab of `cusax.test` without users.
    pub fn builder() -> LabBuilder {
        LabBuilder::default()
    }

    async fn start_once(plan: LabBuilder) -> Result<Self, LabError> {
        plan.check()?;
        let home = tempfile::Builder::new()
            .prefix("dovetail-lab-")
            .tempdir()
            .map_err(LabError::io("creating the lab's directory"))?;
        guard::watch_directory(home.path())?;
        let authority = Authority::new("Dovetail lab")?;
        fs::write(home.path().join("ca.pem"), authority.pem())
            .map_err(LabError::io("writing the authority's certificate"))?;
        let xmpp = plan.xmpp.then(|| plan.prosody(&authority, home.path())).transpose()?;
        let sip = plan.sip.then(|| plan.kamailios(&authority, home.path())).transpose()?;
        if let Some(xmpp) = &xmpp {
            xmpp.seed(home.path(), &plan.users)?;
        }
        let server = |(plan, home)| SipServer { plan, home, process: None };
        let sip = sip.into_iter().flatten().map(server).collect();
        let mut lab = Self { plan, authority, xmpp, xmpp_process: None, sip, home };
        let starts = try_join_all(lab.sip.iter().map(|server| lab.run_sip(server)));
        let (xmpp, sip) = tokio::join!(lab.run_xmpp(), starts);
        lab.xmpp_process = xmpp?;
        for (server, process) in lab.sip.iter_mut().zip(sip?) {
            server.process = Some(process);
        }
        Ok(lab)
    }

    async fn run_xmpp(&self) -> Result<Option<Process>, LabError> {
        let Some(xmpp) = &self.xmpp else { return Ok(None) };
        xmpp.start(self.home.path()).await.map(Some)
    }

    async fn run_sip(&self, server: &SipServer) -> Result<Process, LabError> {
        let logins = self.plan.users.iter().flat_map(|user| &user.sip);
        let domain = &server.plan.domain;
        let logins: Vec<&SipLogin> =
            logins.filter(|login| login.domain(&self.plan.domain) == domain).collect();
        server.plan.start(&server.home, &logins).await
    }

    /// The lab's own domain, of both sides.
    pub fn domain(&self) -> &str {
        &self.plan.domain
    }

    /// The lab's directory: configuration, data and logs of the servers.
    pub fn directory(&self) -> &Path {
        self.home.path()
    }

    /// The certificate of the lab's authority, in PEM.
    pub fn ca_file(&self) -> PathBuf {
        self.home.path().join("ca.pem")
    }

    /// A user by name, or as `name@domain` where two have one name; without it the first is
    /// meant.
    ///
    /// # Errors
    /// `LabError::Absent`.
    pub fn user(&self, name: &str) -> Result<&User, LabError> {
        let is_it = |user: &&User| user.name == name || user.jid(&self.plan.domain) == name;
        let user = self.plan.users.iter().find(is_it);
        user.ok_or_else(|| LabError::Absent(format!("user {name}")))
    }

    /// A user's chat address.
    ///
    /// # Errors
    /// `LabError::Absent`.
    pub fn jid(&self, name: &str) -> Result<String, LabError> {
        Ok(self.user(name)?.jid(&self.plan.domain))
    }

    /// A user's address-of-record: `sip:user@domain`; of several the first.
    ///
    /// # Errors
    /// `LabError::Absent`, also for a user without a telephony account.
    pub fn aor(&self, name: &str) -> Result<String, LabError> {
        Ok(self.aor_of(self.sip_login(name)?))
    }

    fn aor_of(&self, login: &SipLogin) -> String {
        format!("sip:{}@{}", login.user, login.domain(&self.plan.domain))
    }

    /// A user's telephony account; of several the first.
    ///
    /// # Errors
    /// `LabError::Absent`.
    pub fn sip_login(&self, name: &str) -> Result<&SipLogin, LabError> {
        let login = self.user(name)?.sip.first();
        login.ok_or_else(|| LabError::Absent(format!("telephony account of {name}")))
    }

    /// Where the XMPP server expects STARTTLS; port 0 without that server.
    pub fn xmpp_starttls(&self) -> SocketAddr {
        self.xmpp.as_ref().map_or(loopback(0), |xmpp| xmpp.starttls)
    }

    /// Where the XMPP server expects TLS with the first byte; port 0 without that server.
    pub fn xmpp_direct(&self) -> SocketAddr {
        self.xmpp.as_ref().map_or(loopback(0), |xmpp| xmpp.direct)
    }

    /// Where the XMPP server logs.
    pub fn xmpp_log(&self) -> PathBuf {
        prosody::log(self.home.path())
    }

    /// Where the SIP server of the lab's own domain listens: one port for UDP and TCP, another
    /// for TLS. Port 0 without that server.
    pub fn sip(&self, transport: Transport) -> SocketAddr {
        self.sip.first().map_or(loopback(0), |server| server.listens(transport))
    }

    /// Where the SIP server of a user's telephony account listens; of several the first's.
    ///
    /// # Errors
    /// `LabError::Absent`.
    pub fn sip_of(&self, name: &str, transport: Transport) -> Result<SocketAddr, LabError> {
        let login = self.sip_login(name)?;
        let server = self.server_of(login);
        server
            .map(|server| server.listens(transport))
            .ok_or_else(|| LabError::Absent("SIP server".to_owned()))
    }

    fn server_of(&self, login: &SipLogin) -> Option<&SipServer> {
        let domain = login.domain(&self.plan.domain);
        self.sip.iter().find(|server| server.plan.domain == domain)
    }

    /// Starts the XMPP server again, on the same ports.
    ///
    /// # Errors
    /// As [`LabBuilder::start`]; `LabError::Absent` when the lab was made without it.
    pub async fn start_xmpp(&mut self) -> Result<(), LabError> {
        self.stop_xmpp().await;
        self.xmpp_process = self.run_xmpp().await?;
        self.xmpp_process.as_ref().map(|_| ()).ok_or_else(|| LabError::Absent("XMPP server".into()))
    }

    /// Ends the XMPP server in an orderly way; its data stays.
    pub async fn stop_xmpp(&mut self) {
        if let Some(process) = self.xmpp_process.take() {
            process.stop(GRACE).await;
        }
    }

    /// Starts the SIP server of the lab's own domain again, on the same ports. It knows no
    /// registration then.
    ///
    /// # Errors
    /// As [`LabBuilder::start`]; `LabError::Absent` when the lab was made without it.
    pub async fn start_sip(&mut self) -> Result<(), LabError> {
        self.stop_sip().await;
        let absent = || LabError::Absent("SIP server".to_owned());
        let process = self.run_sip(self.sip.first().ok_or_else(absent)?).await?;
        if let Some(server) = self.sip.first_mut() {
            server.process = Some(process);
        }
        Ok(())
    }

    /// Kills the SIP server of the lab's own domain, so that it cannot tell anybody.
    pub fn kill_sip(&mut self) {
        drop(self.sip.first_mut().and_then(|server| server.process.take()));
    }

    /// Ends the SIP server of the lab's own domain in an orderly way.
    pub async fn stop_sip(&mut self) {
        if let Some(process) = self.sip.first_mut().and_then(|server| server.process.take()) {
            process.stop(GRACE).await;
        }
    }
}

impl SipServer {
    fn listens(&self, transport: Transport) -> SocketAddr {
        match transport {
            Transport::Tls => self.plan.tls,
            _ => self.plan.plain,
        }
    }
}
