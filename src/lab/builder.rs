//! What a lab shall be like, said before it starts.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};

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
    second: Option<String>,
    pub(super) users: Vec<User>,
    pub(super) xmpp: bool,
    xmpp_certificate: Cert,
    xmpp_log_stanzas: bool,
    one_card: bool,
    xmpp_blocks: bool,
    pub(super) sip: bool,
    sip_certificate: Cert,
    sip_digest: Digest,
    any_from: Careless,
    any_identity: Careless,
    sip_stun: bool,
    no_call_info: bool,
    xmpp_plain_only: bool,
    old_tls: bool,
    ipv6: bool,
}

/// Which SIP servers are careless in some way.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Careless {
    None,
    All,
    /// That of one domain.
    At(String),
}

impl Careless {
    fn is(&self, domain: &str) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::At(only) => only == domain,
        }
    }
}

impl Default for LabBuilder {
    fn default() -> Self {
        Self {
            domain: "cusax.test".to_owned(),
            second: None,
            users: Vec::new(),
            xmpp: true,
            xmpp_certificate: Cert::Valid,
            xmpp_log_stanzas: false,
            one_card: false,
            xmpp_blocks: true,
            sip: true,
            sip_certificate: Cert::Valid,
            sip_digest: Digest::Md5,
            any_from: Careless::None,
            any_identity: Careless::None,
            sip_stun: false,
            no_call_info: false,
            xmpp_plain_only: false,
            old_tls: false,
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

    /// A second domain, of another provider: with a SIP server of its own, to and from which the
    /// first one's carries calls, and on the same XMPP server, which carries stanzas between the
    /// two. [`User::at`] and [`User::sip_at`] put users there.
    pub fn second_domain(mut self, domain: &str) -> Self {
        self.second = Some(domain.to_owned());
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

    /// Has the XMPP server keep nobody away (no XEP-0191).
    pub fn xmpp_without_blocking(mut self) -> Self {
        self.xmpp_blocks = false;
        self
    }

    /// Which certificate the SIP servers show.
    pub fn sip_certificate(mut self, kind: Cert) -> Self {
        self.sip_certificate = kind;
        self
    }

    /// The hash of the digest authentication; MD5 when not set.
    pub fn sip_digest(mut self, digest: Digest) -> Self {
        self.sip_digest = digest;
        self
    }

    /// Lets authenticated users, and the other domain's server, write any address into From, as a
    /// careless provider would. Otherwise a SIP server answers 403 to a From that is not the
    /// user's own, or not of the other domain.
    pub fn sip_any_from(mut self) -> Self {
        self.any_from = Careless::All;
        self
    }

    /// The same for the SIP server of one domain alone.
    pub fn sip_any_from_at(mut self, domain: &str) -> Self {
        self.any_from = Careless::At(domain.to_owned());
        self
    }

    /// Passes on what users and the other domain's server write into P-Asserted-Identity, as a
    /// careless provider would. Otherwise a SIP server takes it away (RFC 3325 §5).
    pub fn sip_any_identity(mut self) -> Self {
        self.any_identity = Careless::All;
        self
    }

    /// The same for the SIP server of one domain alone.
    pub fn sip_any_identity_at(mut self, domain: &str) -> Self {
        self.any_identity = Careless::At(domain.to_owned());
        self
    }

    /// Has the SIP server answer STUN on its SIP port (RFC 5626 §8).
    pub fn sip_stun(mut self) -> Self {
        self.sip_stun = true;
        self
    }

    /// Has the SIP servers take Call-Info out of calls, as some providers do.
    pub fn sip_without_call_info(mut self) -> Self {
        self.no_call_info = true;
        self
    }

    /// Has the XMPP server offer no way to sign in but the password itself (`PLAIN`).
    pub fn xmpp_plain_only(mut self) -> Self {
        self.xmpp_plain_only = true;
        self
    }

    /// Has all servers speak TLS 1.1 and nothing newer.
    pub fn old_tls(mut self) -> Self {
        self.old_tls = true;
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
    /// All domains, the lab's own first.
    pub(super) fn domains(&self) -> Vec<String> {
        std::iter::once(&self.domain).chain(&self.second).cloned().collect()
    }

    /// # Errors
    /// `LabError::Absent` when a user lives in a domain that there is none of.
    pub(super) fn check(&self) -> Result<(), LabError> {
        let domains = self.domains();
        let home = &self.domain;
        let lived_in = self.users.iter().flat_map(|user| {
            let phones = user.sip.iter().map(|login| login.domain(home));
            phones.chain([user.domain(home)])
        });
        for domain in lived_in {
            if !domains.iter().any(|known| known == domain) {
                return Err(LabError::Absent(format!("domain {domain}")));
            }
        }
        Ok(())
    }

    pub(super) fn prosody(&self, authority: &Authority, home: &Path) -> Result<Prosody, LabError> {
        let [starttls, direct] = ports::free()?;
        let domains = self.domains();
        Ok(Prosody {
            starttls: loopback(starttls),
            direct: loopback(direct),
            keys: authority.issue(self.xmpp_certificate, &domains, home, "xmpp")?,
            log_stanzas: self.xmpp_log_stanzas,
            plain_only: self.xmpp_plain_only,
            lax: self.xmpp_lax(),
            old_tls: self.old_tls,
            one_card: self.one_card,
            blocks: self.xmpp_blocks,
            domains,
        })
    }

    /// The SIP servers of all domains, each told of the others, with their directories.
    pub(super) fn kamailios(
        &self,
        authority: &Authority,
        home: &Path,
    ) -> Result<Vec<(Kamailio, PathBuf)>, LabError> {
        let domains = self.domains();
        let mut all = Vec::with_capacity(domains.len());
        // Held together, or two servers could be given the same.
        let ports: [u16; 4] = ports::free()?;
        for (domain, ports) in domains.into_iter().zip(ports.chunks_exact(2)) {
            let &[plain, tls] = ports else { continue };
            let home = if domain == self.domain { home.to_owned() } else { home.join(&domain) };
            fs::create_dir_all(&home).map_err(LabError::io("creating a directory"))?;
            let names = std::slice::from_ref(&domain);
            let server = Kamailio {
                plain: self.sip_address(plain),
                tls: self.sip_address(tls),
                keys: authority.issue(self.sip_certificate, names, &home, "sip")?,
                digest: self.sip_digest,
                any_from: self.any_from.is(&domain),
                any_identity: self.any_identity.is(&domain),
                stun: self.sip_stun,
                no_call_info: self.no_call_info,
                lax: self.old_tls || is_weak(self.sip_certificate),
                old_tls: self.old_tls,
                neighbours: Vec::new(),
                domain,
            };
            all.push((server, home));
        }
        let everybody: Vec<(String, SocketAddr)> =
            all.iter().map(|(server, _)| (server.domain.clone(), server.plain)).collect();
        for (server, _) in &mut all {
            let others = everybody.iter().filter(|(domain, _)| *domain != server.domain);
            server.neighbours = others.cloned().collect();
        }
        Ok(all)
    }
}

impl LabBuilder {
    fn xmpp_lax(&self) -> bool {
        self.old_tls || is_weak(self.xmpp_certificate)
    }

    fn sip_address(&self, port: u16) -> SocketAddr {
        if self.ipv6 { (Ipv6Addr::LOCALHOST, port).into() } else { loopback(port) }
    }
}

/// Whether today's OpenSSL refuses to serve it by default.
fn is_weak(kind: Cert) -> bool {
    matches!(kind, Cert::WeakKey | Cert::Sha1)
}

/// 127.0.0.1 with this port.
pub(super) const fn loopback(port: u16) -> SocketAddr {
    SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port)
}
