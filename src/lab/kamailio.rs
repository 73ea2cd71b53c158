//! Kamailio: registrar and proxy of one domain over UDP, TCP and TLS; another domain's is reached
//! at the address that it was told, without DNS.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use md5::{Digest as _, Md5};
use sha2::Sha256;
use tokio::net::{TcpStream, UdpSocket};

use super::certificate::{KeyFiles, lax};
use super::error::LabError;
use super::process::{Process, find};
use super::user::SipLogin;

/// A slow machine under load takes this long, not a healthy one.
const START_LIMIT: Duration = Duration::from_secs(30);

/// How long one answer over UDP is waited for before asking again.
const ANSWER_LIMIT: Duration = Duration::from_millis(100);

/// Everything but ports, files and accounts.
const ROUTES: &str = include_str!("kamailio.cfg");

/// The hash of the digest authentication (RFC 8760).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Digest {
    /// `MD5`, what most servers still ask for.
    #[default]
    Md5,
    /// `SHA-256`.
    Sha256,
}

impl Digest {
    fn name(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha256 => "SHA-256",
        }
    }

    /// Hash of `user:realm:password` in hexadecimal (RFC 7616 §3.4.2).
    fn ha1(self, user: &str, realm: &str, password: &str) -> String {
        let text = format!("{user}:{realm}:{password}");
        match self {
            Self::Md5 => hexadecimal(&Md5::digest(text)),
            Self::Sha256 => hexadecimal(&Sha256::digest(text)),
        }
    }
}

/// What a Kamailio needs to run.
#[derive(Debug, Clone)]
pub(super) struct Kamailio {
    pub(super) domain: String,
    /// UDP and TCP.
    pub(super) plain: SocketAddr,
    pub(super) tls: SocketAddr,
    pub(super) keys: KeyFiles,
    pub(super) digest: Digest,
    /// Users and neighbours may write any address into From.
    pub(super) any_from: bool,
    /// What users and neighbours write into P-Asserted-Identity is passed on.
    pub(super) any_identity: bool,
    /// Other domains, and where their servers listen for UDP.
    pub(super) neighbours: Vec<(String, SocketAddr)>,
    /// OpenSSL is to serve what is too weak.
    pub(super) lax: bool,
    /// TLS 1.1 and nothing newer.
    pub(super) old_tls: bool,
    /// Answers STUN on the SIP port.
    pub(super) stun: bool,
    /// Takes Call-Info out of calls.
    pub(super) no_call_info: bool,
}

impl Kamailio {
    /// Writes the configuration with these accounts under `home`, and starts it.
    pub(super) async fn start(
        &self,
        home: &Path,
        accounts: &[&SipLogin],
    ) -> Result<Process, LabError> {
        let program = find("kamailio").ok_or(LabError::Missing {
            program: "kamailio",
            packages: "kamailio kamailio-tls-modules",
        })?;
        let file = home.join("kamailio.cfg");
        let (accounts, neighbours) = (self.accounts(accounts), self.neighbours());
        let text = format!("{}{ROUTES}{accounts}{neighbours}", self.head());
        fs::write(&file, text).map_err(LabError::io(format!("writing {}", file.display())))?;
        let run = home.join("kamailio");
        fs::create_dir_all(&run).map_err(LabError::io("creating a directory"))?;
        let mut command = Command::new(program);
        let _ = command.arg("-f").arg(&file).args(["-DD", "-E", "-m", "64", "-M", "8"]);
        let _ = command.arg("-Y").arg(&run).arg("-w").arg(&run).current_dir(&run);
        if self.lax {
            lax(home, &mut command)?;
        }
        let mut process = Process::spawn("Kamailio", command, &home.join("kamailio.log"))?;
        process.until(START_LIMIT, || self.answers()).await?;
        Ok(process)
    }

    /// Whether it answers OPTIONS (RFC 3261 §11) and accepts connections.
    async fn answers(&self) -> bool {
        self.options().await.is_some()
            && TcpStream::connect(self.plain).await.is_ok()
            && TcpStream::connect(self.tls).await.is_ok()
    }

    async fn options(&self) -> Option<()> {
        let socket = UdpSocket::bind((self.plain.ip(), 0)).await.ok()?;
        let own = socket.local_addr().ok()?;
        let domain = &self.domain;
        let branch: u64 = rand::random();
        let request = format!(
            "OPTIONS sip:{domain} SIP/2.0\r\nVia: SIP/2.0/UDP {own};branch=z9hG4bK{branch:x}\r\n\
             Max-Forwards: 1\r\nFrom: <sip:lab@{domain}>;tag={branch:x}\r\nTo: <sip:{domain}>\r\n\
             Call-ID: {branch:x}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n",
        );
        let _ = socket.send_to(request.as_bytes(), self.plain).await.ok()?;
        let mut answer = [0; 2048];
        let count =
            tokio::time::timeout(ANSWER_LIMIT, socket.recv(&mut answer)).await.ok()?.ok()?;
        let ok = answer.get(..count)?.starts_with(b"SIP/2.0 200 ");
        ok.then_some(())
    }

    fn head(&self) -> String {
        let file = |path: &Path| quoted(&path.to_string_lossy());
        format!(
            r#"#!KAMAILIO
#!substdef "!DOMAIN!{domain}!g"
{any_from}
{any_identity}
{no_call_info}
enable_tls=yes
alias="{domain}"
listen=udp:{plain}
listen=tcp:{plain}
listen=tls:{tls}
loadmodule "tls.so"
modparam("tls", "tls_method", "{method}")
{ciphers}
modparam("tls", "certificate", {certificate})
modparam("tls", "private_key", {key})
loadmodule "auth.so"
modparam("auth", "algorithm", "{algorithm}")
{stun}
"#,
            method = if self.old_tls { "TLSv1.1" } else { "TLSv1.2+" },
            ciphers = match self.lax {
                true => r#"modparam("tls", "cipher_list", "ALL:@SECLEVEL=0")"#,
                false => "",
            },
            domain = self.domain,
            any_from = if self.any_from { "#!define ANY_FROM" } else { "" },
            any_identity = if self.any_identity { "#!define ANY_IDENTITY" } else { "" },
            no_call_info = if self.no_call_info { "#!define NO_CALL_INFO" } else { "" },
            plain = self.plain,
            tls = self.tls,
            certificate = file(&self.keys.certificate),
            key = file(&self.keys.key),
            algorithm = self.digest.name(),
            stun = if self.stun { "loadmodule \"stun.so\"" } else { "" },
        )
    }

    /// A route that looks up `$au`.
    fn accounts(&self, logins: &[&SipLogin]) -> String {
        let mut route = String::from("\nroute[ACCOUNT] {\n    $var(ha1) = \"\";\n");
        for login in logins {
            route.push_str(&format!(
                "    if ($au == {name}) {{ $var(ha1) = \"{ha1}\"; $var(user) = {user}; return; }}\n",
                name = quoted(&login.auth_name),
                ha1 = self.digest.ha1(&login.auth_name, &self.domain, &login.password),
                user = quoted(&login.user),
            ));
        }
        route.push_str("    return;\n}\n");
        route
    }

    /// A route that tells which neighbour a request comes from, and one to them.
    fn neighbours(&self) -> String {
        let (mut from, mut to) = (String::new(), String::new());
        for (domain, address) in &self.neighbours {
            let domain = quoted(domain);
            from.push_str(&format!(
                "    if (proto == UDP && src_ip == {} && src_port == {}) $var(neighbour) = {domain};\n",
                address.ip(),
                address.port(),
            ));
            to.push_str(&format!(
                "    if ($(rd{{s.tolower}}) == {domain}) {{ $du = \"sip:{address}\"; route(RELAY); }}\n",
            ));
        }
        format!(
            "\nroute[NEIGHBOUR] {{\n    $var(neighbour) = \"\";\n{from}    return;\n}}\n\
             \nroute[ELSEWHERE] {{\n{to}    return;\n}}\n"
        )
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A string literal of Kamailio's configuration, in which no pseudo-variable is seen.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "$$"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ha1_is_that_of_rfc_7616() {
        // RFC 7616 §3.9.1 does not print HA1; these are `printf … | md5sum` and `sha256sum`.
        assert_eq!(
            Digest::Md5.ha1("alice", "cusax.test", "secret"),
            "273be773f89d57e3615c0fad6e0c7113",
        );
        assert_eq!(
            Digest::Sha256.ha1("alice", "cusax.test", "secret"),
            "9248cfcd57f3782484619fa68c0d86012d97b7d743ea9fb0f71687fc81df2dfb",
        );
    }
}
