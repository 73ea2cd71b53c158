//! The accounts of a document: what is wrong in one refuses that one.

use std::collections::BTreeSet;

use zeroize::Zeroizing;

use super::reader::Reader;
use super::{Complaint, DocumentError, KEPT, Remark, demands, text};
use crate::config::{DtmfMode, EXPIRES_RANGE, HostPort, MAX_ACCOUNTS, TlsStart};
use crate::model::BareJid;
use crate::model::account::{AccountKind, Transport};
use crate::model::address::{self, Aor, SipTarget};
use crate::model::security::Demands;
use crate::sdp::Codec;

/// One account.
#[derive(Debug, Clone, PartialEq)]
pub enum Account {
    /// Of chat.
    Xmpp(XmppEntry),
    /// Of telephony.
    Sip(SipEntry),
}

/// A chat account.
#[derive(Debug, Clone, PartialEq)]
pub struct XmppEntry {
    /// Its id in the document.
    pub id: String,
    /// Its address.
    pub jid: BareJid,
    /// What the provider calls it, made safe.
    pub label: Option<String>,
    /// Where to connect, instead of what DNS says; the first is used.
    pub servers: Vec<(HostPort, TlsStart)>,
    /// How it signs in.
    pub auth: Auth,
    /// What the way to the server has to be like.
    pub demands: Demands,
}

/// A telephony account.
#[derive(Debug, Clone, PartialEq)]
pub struct SipEntry {
    /// Its id in the document.
    pub id: String,
    /// Its address.
    pub aor: Aor,
    /// What the provider calls it, made safe.
    pub label: Option<String>,
    /// Its registrar, where that is not the address's host.
    pub registrar: Option<String>,
    /// Ways to the provider; the first is used.
    pub outbound: Vec<SipTarget>,
    /// The transport; `None` leaves it to DNS.
    pub transport: Option<Transport>,
    /// How it signs in.
    pub auth: Auth,
    /// What the way to the server has to be like.
    pub demands: Demands,
    /// Whether media is encrypted, where the document says so.
    pub srtp: Option<Srtp>,
    /// What calls may sound like, best first; empty where the document does not say.
    pub codecs: Vec<Codec>,
    /// For how long it asks to be registered, in seconds, where the document says so.
    pub expires: Option<u32>,
    /// How digits are sent, where the document says so.
    pub dtmf: Option<DtmfMode>,
    /// Where voice messages are heard.
    pub voicemail: Option<String>,
}

/// How an account signs in.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Auth {
    /// The name; that of the address when not set.
    pub username: Option<String>,
    /// The password.
    pub secret: Secret,
}

/// Where a password comes from. Its `Debug` does not show it.
#[derive(Clone, PartialEq, Default)]
pub enum Secret {
    /// It is the one that the user typed.
    Same,
    /// The user is asked.
    #[default]
    Ask,
    /// This one; it came with the document.
    Token(Zeroizing<String>),
    /// It came with the document and is in the secret store.
    Kept,
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Same => "Same",
            Self::Ask => "Ask",
            Self::Token(_) => "Token(…)",
            Self::Kept => "Kept",
        })
    }
}

/// What a document says of media encryption.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Srtp {
    /// Calls without are refused.
    Mandatory,
    /// Where both sides can.
    Optional,
    /// Never: only with the user's consent.
    Off,
}

impl Account {
    /// Its id in the document.
    pub fn id(&self) -> &str {
        match self {
            Self::Xmpp(entry) => &entry.id,
            Self::Sip(entry) => &entry.id,
        }
    }

    /// Its protocol.
    pub fn kind(&self) -> AccountKind {
        match self {
            Self::Xmpp(_) => AccountKind::Xmpp,
            Self::Sip(_) => AccountKind::Sip,
        }
    }

    /// Its address as the faces show it.
    pub fn address(&self) -> String {
        match self {
            Self::Xmpp(entry) => entry.jid.to_string(),
            Self::Sip(entry) => entry.aor.to_string(),
        }
    }

    /// The domain of its address.
    pub fn domain(&self) -> &str {
        match self {
            Self::Xmpp(entry) => entry.jid.domain().as_str(),
            Self::Sip(entry) => entry.aor.host(),
        }
    }

    /// How it signs in.
    pub fn auth(&self) -> &Auth {
        match self {
            Self::Xmpp(entry) => &entry.auth,
            Self::Sip(entry) => &entry.auth,
        }
    }

    /// What the provider calls it.
    pub fn label(&self) -> Option<&str> {
        match self {
            Self::Xmpp(entry) => entry.label.as_deref(),
            Self::Sip(entry) => entry.label.as_deref(),
        }
    }
}

/// All accounts that can be used, each id once.
pub(super) fn accounts(
    root: &Reader<'_>,
    authenticated: bool,
    remarks: &mut Vec<Remark>,
    unknown: &mut Vec<String>,
) -> Result<Vec<Account>, DocumentError> {
    let listed = root.objects("accounts")?;
    if listed.is_empty() {
        return Err(DocumentError::NoAccounts);
    }
    let mut refused = Vec::new();
    let mut ids = BTreeSet::new();
    let mut all: Vec<Account> = Vec::new();
    for (n, item) in listed.into_iter().enumerate() {
        let mut later = Vec::new();
        let read = item.and_then(|item| {
            let account = account(&item, authenticated, &mut later, unknown)?;
            if !ids.insert(account.id().to_owned()) {
                return Err(item.complain("id", "is that of another account already"));
            }
            let same = |other: &&Account| {
                other.kind() == account.kind() && other.address() == account.address()
            };
            if all.iter().any(|other| same(&other)) {
                return Err(item.complain("address", "is that of another account already"));
            }
            if all.iter().filter(|other| other.kind() == account.kind()).count() >= MAX_ACCOUNTS {
                let path = format!("accounts[{n}]");
                return Err(Complaint::new(path, "is one more than Dovetail serves"));
            }
            Ok(account)
        });
        match read {
            Ok(account) => {
                all.push(account);
                remarks.append(&mut later);
            }
            Err(complaint) => refused.push(Remark::refused(complaint)),
        }
    }
    if all.is_empty() {
        refused.truncate(super::MAX_REMARKS);
        return Err(DocumentError::NoneUsable(refused));
    }
    remarks.splice(0..0, refused);
    Ok(all)
}

fn account(
    item: &Reader<'_>,
    authenticated: bool,
    remarks: &mut Vec<Remark>,
    unknown: &mut Vec<String>,
) -> Result<Account, Complaint> {
    let id = item.needed("id", text::id)?;
    let kinds = [("xmpp", AccountKind::Xmpp), ("sip", AccountKind::Sip)];
    let kind = item.word("kind", &kinds)?.ok_or_else(|| item.complain("kind", "is missing"))?;
    match kind {
        AccountKind::Xmpp => xmpp(item, id, authenticated, remarks, unknown).map(Account::Xmpp),
        AccountKind::Sip => sip(item, id, authenticated, remarks, unknown).map(Account::Sip),
    }
}

fn xmpp(
    item: &Reader<'_>,
    id: String,
    authenticated: bool,
    remarks: &mut Vec<Remark>,
    unknown: &mut Vec<String>,
) -> Result<XmppEntry, Complaint> {
    item.only(&["id", "kind", "address", "label", "servers", "auth", "tls"], unknown);
    let jid = item.needed("address", |text| {
        let plain = text.strip_prefix("xmpp:").unwrap_or(text);
        let jid = BareJid::new(plain).ok().filter(|jid| jid.node().is_some());
        let clean = !plain.chars().any(address::is_forbidden) && plain.len() <= 512;
        jid.filter(|_| clean).ok_or("must be a chat address, such as “alice@example.com”")
    })?;
    let auth = auth(item, authenticated, "min_mechanism", unknown)?;
    if let Some(name) = &auth.username
        && jid.node().is_none_or(|node| node.as_str() != name)
    {
        return Err(item.complain("auth.username", "must be the address's own in this version"));
    }
    Ok(XmppEntry {
        id,
        jid,
        label: item.text("label")?.and_then(text::label),
        servers: servers(item, unknown)?,
        auth,
        demands: demands::of_chat(item, remarks, unknown)?,
    })
}

fn servers(
    item: &Reader<'_>,
    unknown: &mut Vec<String>,
) -> Result<Vec<(HostPort, TlsStart)>, Complaint> {
    let mut all = Vec::new();
    for server in item.objects("servers")? {
        let server = server?;
        server.only(&["host", "port", "tls"], unknown);
        let starts = [("direct", TlsStart::Direct), ("starttls", TlsStart::StartTls)];
        let tls = server.word("tls", &starts)?.unwrap_or_default();
        let usual = if tls == TlsStart::Direct { 5223 } else { 5222 };
        let port = server.number("port", 1..=65_535)?.and_then(|port| u16::try_from(port).ok());
        let host = server.needed("host", text::host)?;
        all.push((HostPort { host, port: port.unwrap_or(usual) }, tls));
    }
    Ok(all)
}

const SIP: [&str; 16] = [
    "id",
    "kind",
    "address",
    "label",
    "registrar",
    "outbound",
    "transport",
    "auth",
    "media",
    "stun",
    "turn",
    "expires",
    "voicemail",
    "dtmf",
    "tls",
    "servers",
];

fn sip(
    item: &Reader<'_>,
    id: String,
    authenticated: bool,
    remarks: &mut Vec<Remark>,
    unknown: &mut Vec<String>,
) -> Result<SipEntry, Complaint> {
    item.only(&SIP, unknown);
    let transports = [
        ("udp", Some(Transport::Udp)),
        ("tcp", Some(Transport::Tcp)),
        ("tls", Some(Transport::Tls)),
        ("auto", None),
    ];
    let aor = item.needed("address", |text| {
        Aor::parse(text).map_err(|problem| format!("must be a sip address. {problem}"))
    })?;
    let media = item.object("media")?;
    let (srtp, codecs) = match &media {
        Some(media) => self::media(media, unknown, remarks)?,
        None => (None, Vec::new()),
    };
    // Read, so that a wrong one is told; used by a later version.
    item.texts("stun", |text| text::relay(text, ["stun", "stuns"]))?;
    item.texts("turn", |text| text::relay(text, ["turn", "turns"]))?;
    let (shortest, longest) = (EXPIRES_RANGE.start(), EXPIRES_RANGE.end());
    let expires = item.number("expires", u64::from(*shortest)..=u64::from(*longest))?;
    let dtmf = [("rfc4733", DtmfMode::Rtp), ("rfc2833", DtmfMode::Rtp), ("info", DtmfMode::Info)];
    Ok(SipEntry {
        id,
        aor,
        label: item.text("label")?.and_then(text::label),
        registrar: item.parsed("registrar", text::host)?,
        outbound: item.texts("outbound", text::sip_target)?,
        transport: item.word("transport", &transports)?.flatten(),
        auth: auth(item, authenticated, "min_algorithm", unknown)?,
        demands: demands::of_phone(item, remarks, unknown)?,
        srtp,
        codecs,
        expires: expires.and_then(|seconds| u32::try_from(seconds).ok()),
        dtmf: item.word("dtmf", &dtmf)?,
        voicemail: item.parsed("voicemail", text::sip_uri)?,
    })
}

/// `media`: whether it is encrypted, and the codecs of it that are built.
fn media(
    media: &Reader<'_>,
    unknown: &mut Vec<String>,
    remarks: &mut Vec<Remark>,
) -> Result<(Option<Srtp>, Vec<Codec>), Complaint> {
    media.only(&["srtp", "ice", "codecs"], unknown);
    media.flag("ice")?;
    let named = media.texts("codecs", |name| {
        let fits =
            (1..=32).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_graphic());
        if fits { Ok(Codec::named(name)) } else { Err("must be the name of a codec") }
    })?;
    let mut codecs = Vec::new();
    for codec in named.iter().flatten() {
        if !codecs.contains(codec) {
            codecs.push(*codec);
        }
    }
    if codecs.is_empty() && !named.is_empty() {
        let complaint = media.complain("codecs", "names none that Dovetail has");
        remarks.push(Remark::ignored(complaint));
    }
    let words = [("mandatory", Srtp::Mandatory), ("optional", Srtp::Optional), ("off", Srtp::Off)];
    Ok((media.word("srtp", &words)?, codecs))
}

/// `auth`; `least` is what the weakest way to sign in is called there.
fn auth(
    item: &Reader<'_>,
    authenticated: bool,
    least: &str,
    unknown: &mut Vec<String>,
) -> Result<Auth, Complaint> {
    let Some(auth) = item.object("auth")? else { return Ok(Auth::default()) };
    auth.only(&["username", "realm", "secret", least], unknown);
    auth.text("realm")?;
    Ok(Auth {
        username: auth.parsed("username", text::username)?,
        secret: secret(&auth, authenticated)?,
    })
}

fn secret(auth: &Reader<'_>, authenticated: bool) -> Result<Secret, Complaint> {
    let problem = "must be “same”, “ask” or {\"token\": \"…\"}";
    match auth.value("secret") {
        None => Ok(Secret::Ask),
        Some(value) if value.is_object() => {
            let within = auth.object("secret")?.ok_or_else(|| auth.complain("secret", problem))?;
            if !authenticated {
                let why = "holds a secret, though nobody signed in to fetch it";
                return Err(auth.complain("secret", why));
            }
            let token = within.needed("token", |text| {
                let fits = !text.is_empty() && !text.chars().any(char::is_control);
                if fits { Ok(text) } else { Err("must be a text on one line") }
            })?;
            Ok(Secret::Token(Zeroizing::new(token.to_owned())))
        }
        Some(value) => match value.as_str() {
            Some("same") => Ok(Secret::Same),
            Some("ask") => Ok(Secret::Ask),
            // Only in the copy that we keep; from a provider it means that nothing came with it.
            Some(text) if text == KEPT => Ok(Secret::Kept),
            _ => Err(auth.complain("secret", problem)),
        },
    }
}
