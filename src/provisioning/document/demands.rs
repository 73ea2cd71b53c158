//! What a document demands of the way to the server (`auth.min_mechanism`, `auth.min_algorithm`,
//! `tls`), over what holds for everybody: it raises, and never lowers.

use base64::Engine as _;

use super::Remark;
use super::reader::{Complaint, Reader};
use crate::model::security::{AuthRank, Demands, Fingerprint, Floor, TlsVersion};

/// The most certificates that one account can name.
const MOST_PINS: usize = 16;

/// What a way to sign in is called: its rank, and whether it is bound to the TLS session.
type Way = (&'static str, (AuthRank, bool));

/// The ways of chat.
const MECHANISMS: [Way; 7] = [
    ("PLAIN", (AuthRank::Plain, false)),
    ("SCRAM-SHA-1", (AuthRank::ScramSha1, false)),
    ("SCRAM-SHA-1-PLUS", (AuthRank::ScramSha1, true)),
    ("SCRAM-SHA-256", (AuthRank::ScramSha256, false)),
    ("SCRAM-SHA-256-PLUS", (AuthRank::ScramSha256, true)),
    ("SCRAM-SHA-512", (AuthRank::ScramSha512, false)),
    ("SCRAM-SHA-512-PLUS", (AuthRank::ScramSha512, true)),
];

/// Those of telephony.
const ALGORITHMS: [Way; 3] = [
    ("MD5", (AuthRank::DigestMd5, false)),
    ("SHA-256", (AuthRank::DigestSha256, false)),
    ("SHA-512-256", (AuthRank::DigestSha512, false)),
];

/// What a chat account demands. TLS goes without saying there.
pub(super) fn of_chat(
    item: &Reader<'_>,
    remarks: &mut Vec<Remark>,
    unknown: &mut Vec<String>,
) -> Result<Demands, Complaint> {
    of(item, ("min_mechanism", &MECHANISMS), remarks, unknown)
}

/// What a telephony account demands.
pub(super) fn of_phone(
    item: &Reader<'_>,
    remarks: &mut Vec<Remark>,
    unknown: &mut Vec<String>,
) -> Result<Demands, Complaint> {
    of(item, ("min_algorithm", &ALGORITHMS), remarks, unknown)
}

fn of(
    item: &Reader<'_>,
    (key, words): (&str, &[Way]),
    remarks: &mut Vec<Remark>,
    unknown: &mut Vec<String>,
) -> Result<Demands, Complaint> {
    let mut demands = Demands::default();
    if let Some(auth) = item.object("auth")?
        && let Some((rank, bound)) = auth.word(key, words)?
    {
        demands.floor = Floor { auth: Some(rank), bound, ..demands.floor };
    }
    let Some(tls) = item.object("tls")? else { return Ok(demands) };
    tls.only(&["min", "required", "pin_sha256"], unknown);
    let versions = [("1.2", TlsVersion::V12), ("1.3", TlsVersion::V13)];
    demands.floor.version = tls.word("min", &versions)?.unwrap_or_default();
    let required = tls.flag("required")?;
    if required == Some(false) && key == "min_mechanism" {
        let complaint = tls.complain("required", "would allow chat without encryption");
        remarks.push(Remark::ignored(complaint));
    }
    demands.certificates = tls.texts("pin_sha256", pin)?;
    if demands.certificates.len() > MOST_PINS {
        return Err(tls.complain("pin_sha256", format!("names more than {MOST_PINS}")));
    }
    // A certificate, or a version, is asked of no connection that has none.
    let about_tls = demands.floor.version > TlsVersion::V12 || !demands.certificates.is_empty();
    demands.floor.tls = required == Some(true) || about_tls;
    Ok(demands)
}

/// A pin: SHA-256 in hexadecimal or Base64.
fn pin(text: &str) -> Result<Fingerprint, &'static str> {
    let problem = "must be a SHA-256 value, in hexadecimal or Base64";
    if let Ok(found) = text.parse() {
        return Ok(found);
    }
    let decoded = base64::engine::general_purpose::STANDARD.decode(text).map_err(|_| problem)?;
    <[u8; 32]>::try_from(decoded).map(Fingerprint::new).map_err(|_| problem)
}
