//! What a lab shall be like, said before it starts.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;

use super::certificate::{Authority, Cert};
use super::error::LabError;
use super::kamailio::{Digest, Kamailio};
use super::prosody::Prosody;
use super::user::User;
use super::{Lab, ports};

/// How often a start is tried, each time with other ports.
const TRIES: usize = 3;

/// What a lab shall be like.
#[derive(Debug, Clone)]
pub struct LabBuilder {
    pub(super) domain: String,
    pub(super) users: Vec<User>,
    pub(super) xmpp: bool,
    xmpp_certificate: Cert,
    xmpp_log_stanzas: bool,
    one_card: bool,
    pub(super) sip: bool,
    sip_certificate: Cert,
    sip_digest: Digest,
    sip_any_from: bool,
    sip_stun: bool,
    ipv6: bool,
}

impl Default for LabBuilder {
    fn default() -> Self {
        Self {
            domain: "cusax.test".to_owned(),
            users: Vec::new(),
            xmpp: true,
            xmpp_certificate: Cert::Valid,
            xmpp_log_stanzas: false,
            one_card: false,
            sip: true,
            sip_certificate: Cert::Valid,
            sip_digest: Digest::Md5,
            sip_any_from: false,
            sip_stun: false,
            ipv6: false,
        }
    }
}

impl LabBuilder {
    /// The domain of both sides; `cusax.test` when not set.
    pub fn domain(mut self, domain: &str) -> Self {
        domain.clone_into(&mut self.domain);
        self
    }

    /// Adds a user.
    pub fn user(mut self, user: User) -> Self {
        self.users.push(user);
        self
    }

    /// No XMPP server.
    pub fn sip_only(mut self) -> Self {
        self.xmpp = false;
        self
    }

    /// No SIP server.
    pub fn xmpp_only(mut self) -> Self {
        self.sip = false;
        self
    }

    /// Which certificate the XMPP server shows.
    pub fn xmpp_certificate(mut self, kind: Cert) -> Self {
        self.xmpp_certificate = kind;
        self
    }

    /// Has the XMPP server log the first tag of every stanza that it receives.
    pub fn xmpp_log_stanzas(mut self) -> Self {
        self.xmpp_log_stanzas = true;
        self
    }

    /// Has the XMPP server keep one card for both forms, converting each into the other with
    /// losses, as Prosody does by default. Otherwise the two are independent.
    pub fn one_card(mut self) -> Self {
        self.one_card = true;
        self
    }

    /// Which certificate the SIP server shows.
    pub fn sip_certificate(mut self, kind: Cert) -> Self {
        self.sip_certificate = kind;
        self
    }

    /// The hash of the digest authentication; MD5 when not set.
    pub fn sip_digest(mut self, digest: Digest) -> Self {
        self.sip_digest = digest;
        self
    }

    /// Lets authenticated users write any address into From, as a careless provider would.
    /// Otherwise the SIP server answers 403 to a From that is not the user's own.
    pub fn sip_any_from(mut self) -> Self {
        self.sip_any_from = true;
        self
    }

    /// Has the SIP server answer STUN on its SIP port (RFC 5626 §8).
    pub fn sip_stun(mut self) -> Self {
        self.sip_stun = true;
        self
    }

    /// Has the SIP server listen on `::1` instead of `127.0.0.1`.
    pub fn ipv6(mut self) -> Self {
        self.ipv6 = true;
        self
    }

    /// Starts the servers and waits until each has answered.
    ///
    /// # Errors
    /// `LabError::Missing` names the Debian packages of a server that is not installed; others
    /// quote the server's log.
    pub async fn start(self) -> Result<Lab, LabError> {
        let mut tries = 1;
        loop {
            match Lab::start_once(self.clone()).await {
                // Kamailio ends when it cannot have its port.
                Err(LabError::PortTaken(_) | LabError::Ended { .. }) if tries < TRIES => {
                    tries += 1;
                }
                result => return result,
            }
        }
    }
}

impl LabBuilder {
    pub(super) fn prosody(&self, authority: &Authority, home: &Path) -> Result<Prosody, LabError> {
        let [starttls, direct] = ports::free()?;
        Ok(Prosody {
            domain: self.domain.clone(),
            starttls: loopback(starttls),
            direct: loopback(direct),
            keys: authority.issue(self.xmpp_certificate, &self.domain, home, "xmpp")?,
            log_stanzas: self.xmpp_log_stanzas,
            one_card: self.one_card,
        })
    }

    pub(super) fn kamailio(
        &self,
        authority: &Authority,
        home: &Path,
    ) -> Result<Kamailio, LabError> {
        let [plain, tls] = ports::free()?;
        Ok(Kamailio {
            domain: self.domain.clone(),
            plain: self.sip_address(plain),
            tls: self.sip_address(tls),
            keys: authority.issue(self.sip_certificate, &self.domain, home, "sip")?,
            digest: self.sip_digest,
            any_from: self.sip_any_from,
            stun: self.sip_stun,
        })
    }
}

impl LabBuilder {
    fn sip_address(&self, port: u16) -> SocketAddr {
        if self.ipv6 { (Ipv6Addr::LOCALHOST, port).into() } else { loopback(port) }
    }
}

/// 127.0.0.1 with this port.
pub(super) const fn loopback(port: u16) -> SocketAddr {
    SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port)
}
