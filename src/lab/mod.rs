//! A CUSAX service on loopback: a real Prosody and a real Kamailio with one domain, users,
//! rosters, cards and certificates, up in about a second and gone without a trace. The demo
//! and the tests use it.

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
mod user;

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

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
    xmpp: Option<Prosody>,
    xmpp_process: Option<Process>,
    sip: Option<Kamailio>,
    sip_process: Option<Process>,
    // Last, so that it is removed after the servers have ended.
    home: TempDir,
}

impl Lab {
    /// A lab of `cusax.test` without users.
    pub fn builder() -> LabBuilder {
        LabBuilder::default()
    }

    async fn start_once(plan: LabBuilder) -> Result<Self, LabError> {
        let home = tempfile::Builder::new()
            .prefix("dovetail-lab-")
            .tempdir()
            .map_err(LabError::io("creating the lab's directory"))?;
        guard::watch_directory(home.path())?;
        let authority = Authority::new("Dovetail lab")?;
        fs::write(home.path().join("ca.pem"), authority.pem())
            .map_err(LabError::io("writing the authority's certificate"))?;
        let xmpp = plan.xmpp.then(|| plan.prosody(&authority, home.path())).transpose()?;
        let sip = plan.sip.then(|| plan.kamailio(&authority, home.path())).transpose()?;
        if let Some(xmpp) = &xmpp {
            xmpp.seed(home.path(), &plan.users)?;
        }
        let mut lab = Self { plan, xmpp, xmpp_process: None, sip, sip_process: None, home };
        let (xmpp, sip) = tokio::join!(lab.run_xmpp(), lab.run_sip());
        lab.xmpp_process = xmpp?;
        lab.sip_process = sip?;
        Ok(lab)
    }

    async fn run_xmpp(&self) -> Result<Option<Process>, LabError> {
        let Some(xmpp) = &self.xmpp else { return Ok(None) };
        xmpp.start(self.home.path()).await.map(Some)
    }

    async fn run_sip(&self) -> Result<Option<Process>, LabError> {
        let Some(sip) = &self.sip else { return Ok(None) };
        sip.start(self.home.path(), &self.plan.users).await.map(Some)
    }

    /// The domain of both sides.
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

    /// A user by name.
    ///
    /// # Errors
    /// `LabError::Absent`.
    pub fn user(&self, name: &str) -> Result<&User, LabError> {
        let user = self.plan.users.iter().find(|user| user.name == name);
        user.ok_or_else(|| LabError::Absent(format!("user {name}")))
    }

    /// A user's address-of-record: `sip:user@domain`.
    ///
    /// # Errors
    /// `LabError::Absent`, also for a user without a telephony account.
    pub fn aor(&self, name: &str) -> Result<String, LabError> {
        Ok(format!("sip:{}@{}", self.sip_login(name)?.user, self.plan.domain))
    }

    /// A user's telephony account.
    ///
    /// # Errors
    /// `LabError::Absent`.
    pub fn sip_login(&self, name: &str) -> Result<&SipLogin, LabError> {
        let login = self.user(name)?.sip.as_ref();
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

    /// Where the SIP server listens: one port for UDP and TCP, another for TLS. Port 0
    /// without that server.
    pub fn sip(&self, transport: Transport) -> SocketAddr {
        self.sip.as_ref().map_or(loopback(0), |sip| match transport {
            Transport::Tls => sip.tls,
            _ => sip.plain,
        })
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

    /// Starts the SIP server again, on the same ports. It knows no registration then.
    ///
    /// # Errors
    /// As [`LabBuilder::start`]; `LabError::Absent` when the lab was made without it.
    pub async fn start_sip(&mut self) -> Result<(), LabError> {
        self.stop_sip().await;
        self.sip_process = self.run_sip().await?;
        self.sip_process.as_ref().map(|_| ()).ok_or_else(|| LabError::Absent("SIP server".into()))
    }

    /// Kills the SIP server, so that it cannot tell anybody.
    pub fn kill_sip(&mut self) {
        drop(self.sip_process.take());
    }

    /// Ends the SIP server in an orderly way.
    pub async fn stop_sip(&mut self) {
        if let Some(process) = self.sip_process.take() {
            process.stop(GRACE).await;
        }
    }
}
