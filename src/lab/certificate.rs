//! Certificates from an authority made on the spot, good ones and bad ones.

use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::process::Command;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, SanType, string::Ia5String,
};
use time::{Duration, OffsetDateTime};

use super::error::LabError;
use super::process::find;

/// Which certificate a server shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Cert {
    /// Signed by the lab's authority, for the lab's domain, valid now.
    #[default]
    Valid,
    /// Ran out 30 days ago.
    Expired,
    /// Begins in 30 days.
    NotYetValid,
    /// For `wrong.example` only.
    WrongName,
    /// For the right name, signed by an authority that nobody knows.
    UnknownIssuer,
    /// For the right name, signed by itself.
    SelfSigned,
    /// Signed by the lab's authority, with an RSA key of 1024 bits.
    WeakKey,
    /// Signed by the lab's authority by SHA-1.
    Sha1,
}

/// A lab's certificate authority.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

/// Files of one server, in PEM.
#[derive(Debug, Clone)]
pub struct KeyFiles {
    /// The certificate, without its issuer's.
    pub certificate: PathBuf,
    /// The private key.
    pub key: PathBuf,
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Authority").finish_non_exhaustive()
    }
}

impl Authority {
    /// Makes one, with a fresh key.
    ///
    /// # Errors
    /// `LabError::Certificate`.
    pub fn new(name: &str) -> Result<Self, LabError> {
        let mut params = CertificateParams::new(Vec::new())?;
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let now = OffsetDateTime::now_utc();
        params.not_before = now - Duration::days(365);
        params.not_after = now + Duration::days(365);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
        Ok(Self { issuer })
    }

    /// Its own certificate, in PEM.
    pub fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// Writes a certificate for `domains` and its key as `directory/name.pem` and
    /// `directory/name.key.pem`.
    ///
    /// # Errors
    /// `LabError::Certificate`, `LabError::Io`.
    pub fn issue(
        &self,
        kind: Cert,
        domains: &[String],
        directory: &Path,
        name: &str,
    ) -> Result<KeyFiles, LabError> {
        let files = KeyFiles {
            certificate: directory.join(format!("{name}.pem")),
            key: directory.join(format!("{name}.key.pem")),
        };
        if matches!(kind, Cert::WeakKey | Cert::Sha1) {
            self.issue_weak(kind, domains, directory, &files)?;
            return Ok(files);
        }
        let params = params(kind, domains)?;
        let key = KeyPair::generate()?;
        let certificate = match kind {
            Cert::SelfSigned => params.self_signed(&key)?,
            Cert::UnknownIssuer => {
                let stranger = Self::new("An authority that nobody knows")?;
                params.signed_by(&key, &stranger.issuer)?
            }
            _ => params.signed_by(&key, &self.issuer)?,
        };
        write(&files.certificate, &certificate.pem())?;
        write(&files.key, &key.serialize_pem())?;
        Ok(files)
    }
}

impl Authority {
    /// What no library signs any more: by OpenSSL's program.
    fn issue_weak(
        &self,
        kind: Cert,
        domains: &[String],
        directory: &Path,
        files: &KeyFiles,
    ) -> Result<(), LabError> {
        let at = |name: &str| directory.join(name);
        let (authority, authority_key) = (at("weak-ca.pem"), at("weak-ca.key.pem"));
        write(&authority, &self.pem())?;
        write(&authority_key, &self.issuer.key().serialize_pem())?;
        let mut names = vec!["IP:127.0.0.1".to_owned()];
        for domain in domains {
            names.extend([format!("DNS:{domain}"), format!("URI:sip:{domain}")]);
        }
        let extensions = at("weak.ext");
        write(&extensions, &format!("subjectAltName={}\n", names.join(",")))?;
        let request = at("weak.csr");
        let (size, digest) = match kind {
            Cert::WeakKey => ("rsa:1024", "-sha256"),
            _ => ("rsa:2048", "-sha1"),
        };
        let subject = format!("/CN={}", domains.first().map_or("", String::as_str));
        let mut ask = openssl(&["req", "-new", "-nodes", "-newkey", size, "-subj", &subject])?;
        run(ask.arg("-keyout").arg(&files.key).arg("-out").arg(&request))?;
        let mut sign = openssl(&["x509", "-req", "-days", "30", "-CAcreateserial", digest])?;
        let _ = sign.arg("-in").arg(&request).arg("-extfile").arg(&extensions);
        let _ = sign.arg("-CA").arg(&authority).arg("-CAkey").arg(&authority_key);
        run(sign.arg("-out").arg(&files.certificate))
    }
}

/// Has a server's OpenSSL take keys, signatures and versions that it refuses by default.
pub(super) fn lax(home: &Path, command: &mut Command) -> Result<(), LabError> {
    let file = home.join("lax.cnf");
    write(
        &file,
        "openssl_conf = init\n[init]\nssl_conf = ssl\n[ssl]\nsystem_default = lax\n[lax]\n\
         MinProtocol = TLSv1\nCipherString = ALL:@SECLEVEL=0\n",
    )?;
    let _ = command.env("OPENSSL_CONF", &file);
    Ok(())
}

fn openssl(arguments: &[&str]) -> Result<Command, LabError> {
    let missing = LabError::Missing { program: "openssl", packages: "openssl" };
    let mut command = Command::new(find("openssl").ok_or(missing)?);
    let _ = command.args(arguments);
    Ok(command)
}

fn run(command: &mut Command) -> Result<(), LabError> {
    let done = command.output().map_err(LabError::io("running openssl"))?;
    match done.status.success() {
        true => Ok(()),
        false => Err(LabError::Io {
            what: "running openssl".to_owned(),
            source: std::io::Error::other(String::from_utf8_lossy(&done.stderr).into_owned()),
        }),
    }
}

fn params(kind: Cert, domains: &[String]) -> Result<CertificateParams, LabError> {
    let wrong = ["wrong.example".to_owned()];
    let hosts = if kind == Cert::WrongName { &wrong[..] } else { domains };
    let mut params = CertificateParams::new(hosts)?;
    if kind != Cert::WrongName {
        params.subject_alt_names.push(SanType::IpAddress(IpAddr::V4(Ipv4Addr::LOCALHOST)));
        for domain in domains {
            let uri = Ia5String::try_from(format!("sip:{domain}"))?;
            params.subject_alt_names.push(SanType::URI(uri));
        }
    }
    if let Some(host) = hosts.first() {
        params.distinguished_name.push(DnType::CommonName, host);
    }
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages =
        vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
    let (from, to) = match kind {
        Cert::Expired => (-60, -30),
        Cert::NotYetValid => (30, 60),
        _ => (-1, 30),
    };
    let now = OffsetDateTime::now_utc();
    params.not_before = now + Duration::days(from);
    params.not_after = now + Duration::days(to);
    Ok(params)
}

fn write(path: &Path, text: &str) -> Result<(), LabError> {
    fs::write(path, text).map_err(LabError::io(format!("writing {}", path.display())))
}
