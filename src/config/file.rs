//! From the file to [`Config`].

use std::collections::HashSet;
use std::io::{ErrorKind, Read as _};
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::de::DeTable;

use super::table::{Document, Problem, Table};
use super::{
    AS_OUTPUT, Audio, AudioDevice, Config, DtmfMode, EXPIRES_RANGE, HostPort, PasswordSource,
    SipAccount, SrtpPolicy, TlsStart, XmppAccount,
};
use crate::model::BareJid;
use crate::model::address::{self, Aor, SipTarget};
use crate::model::id::AccountId;
use crate::sdp::Codec;

/// The longest file that is read, in bytes.
pub(super) const MAX_LEN: usize = 256 * 1024;
/// The most accounts of one kind.
pub const MAX_ACCOUNTS: usize = 32;

/// Why the configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file is there and cannot be read.
    #[error("{}: cannot be read: {source}", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Longer than any configuration.
    #[error("{}: is too long for a configuration", path.display())]
    TooLong {
        /// Which file.
        path: PathBuf,
    },
    /// Not TOML.
    #[error("{}, line {line}: {message}", path.display())]
    Syntax {
        /// Which file.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// What the TOML reader says.
        message: String,
    },
    /// A key or its value.
    #[error("{}, line {line}: {key} {problem}", path.display())]
    Key {
        /// Which file.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// With its table: `sip.aor`.
        key: String,
        /// What is wrong.
        problem: Problem,
    },
}

/// The text of the file; `None` when it is not there.
pub(crate) fn text(path: &Path) -> Result<Option<String>, ConfigError> {
    let unreadable = |source| ConfigError::Read { path: path.to_owned(), source };
    let file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error)),
    };
    let mut text = String::new();
    file.take(MAX_LEN as u64 + 1).read_to_string(&mut text).map_err(unreadable)?;
    if text.len() > MAX_LEN {
        return Err(ConfigError::TooLong { path: path.to_owned() });
    }
    Ok(Some(text))
}

impl Config {
    /// Reads the configuration. No file is the empty configuration. Relative paths in the
    /// file are relative to its directory.
    ///
    /// # Errors
    /// When the file cannot be read, is not TOML, has an unknown key or a value that does
    /// not fit, an id twice, or names an account that is not there.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        Self::load_over(path, &Self::default())
    }

    /// The same over accounts that a provider gave: what the file says of one of them counts, and
    /// the rest is as given. The file names such an account by its id, and need not repeat its
    /// address, or by its address. An account of another address with that id is the user's own,
    /// and takes the place of the given one.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn load_over(path: &Path, given: &Self) -> Result<Self, ConfigError> {
        Self::parse_over(&text(path)?.unwrap_or_default(), path, given)
    }

    /// Reads the text of the file at `path`.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn parse(text: &str, path: &Path) -> Result<Self, ConfigError> {
        Self::parse_over(text, path, &Self::default())
    }

    /// The same over accounts that a provider gave, as in [`Config::load_over`].
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn parse_over(text: &str, path: &Path, given: &Self) -> Result<Self, ConfigError> {
        let document = Document { path, text };
        let root = DeTable::parse(text).map_err(|error| ConfigError::Syntax {
            path: path.to_owned(),
            line: document.line(error.span().map_or(0, |span| span.start)),
            message: error.message().to_owned(),
        })?;
        let whole = root.span();
        let known = ["xmpp", "sip", "audio", "provisioning"];
        let root = Table::new(&document, "", whole, root.get_ref(), &known)?;
        let xmpp = accounts(&document, &root, "xmpp", &XMPP_KEYS)?;
        let sip = accounts(&document, &root, "sip", &SIP_KEYS)?;
        let base = path.parent().unwrap_or(Path::new(""));
        let mut given = (given.xmpp.clone(), given.sip.clone());
        // What the user calls an account names no account of the other kind.
        let (chats, phones) = (ids(&xmpp)?, ids(&sip)?);
        given.0.retain(|account| !phones.contains(account.id.as_str()));
        given.1.retain(|account| !chats.contains(account.id.as_str()));
        let chats = xmpp.iter().map(|table| xmpp_account(table, base, &mut given.0));
        let phones = sip.iter().map(|table| sip_account(table, base, &mut given.1));
        let mut config = Self {
            xmpp: chats.collect::<Result<_, _>>()?,
            sip: phones.collect::<Result<_, _>>()?,
            audio: audio(&document, &root, base)?,
            provisioning: super::provisioning::provisioning(&document, &root, base)?,
        };
        config.xmpp.append(&mut given.0);
        config.sip.append(&mut given.1);
        check_names(&config, &xmpp, &sip)?;
        Ok(config)
    }
}

const XMPP_KEYS: [&str; 8] =
    ["id", "jid", "server", "tls", "password_command", "ca_file", "audio", "wait_for"];
const SIP_KEYS: [&str; 14] = [
    "id",
    "aor",
    "proxy",
    "username",
    "password_command",
    "ca_file",
    "srtp",
    "related_to",
    "chat",
    "dtmf",
    "codecs",
    "expires",
    "voicemail",
    "dialing",
];
/// The most codecs that a list of them may name.
const MAX_CODECS: usize = 16;

/// The tables of `[[xmpp]]` or `[[sip]]`.
fn accounts<'a, 'd>(
    document: &'a Document<'d>,
    root: &Table<'a, 'd>,
    name: &'static str,
    known: &[&str],
) -> Result<Vec<Table<'a, 'd>>, ConfigError> {
    let Some((value, _)) = root.value(name) else {
        return Ok(Vec::new());
    };
    let form = if name == "xmpp" { "written as [[xmpp]]" } else { "written as [[sip]]" };
    let array = value.as_array().ok_or_else(|| root.complain(name, Problem::Type(form)))?;
    if array.len() > MAX_ACCOUNTS {
        return Err(root.complain(name, Problem::TooMany(MAX_ACCOUNTS)));
    }
    array
        .iter()
        .map(|item| {
            let at: Range<usize> = item.span();
            match item.get_ref().as_table() {
                Some(table) => Table::new(document, name, at, table, known),
                None => Err(document.error(&at, name, Problem::Type(form))),
            }
        })
        .collect()
}

/// The ids that the tables name.
fn ids<'a>(tables: &[Table<'a, '_>]) -> Result<HashSet<&'a str>, ConfigError> {
    tables.iter().filter_map(|table| table.text("id").transpose()).collect()
}

/// Of the given accounts the one that the table is about, taken out of them. One that only has
/// the table's id gives way.
fn take<A>(
    given: &mut Vec<A>,
    id: Option<&str>,
    has_id: impl Fn(&A, &str) -> bool,
    has_address: impl Fn(&A) -> Option<bool>,
) -> Option<A> {
    let is_it = |account: &A| match has_address(account) {
        Some(has_address) => has_address,
        None => id.is_some_and(|id| has_id(account, id)),
    };
    let found = given.iter().position(is_it).map(|at| given.remove(at));
    given.retain(|account| !id.is_some_and(|id| has_id(account, id)));
    found
}

fn xmpp_account(
    table: &Table<'_, '_>,
    base: &Path,
    given: &mut Vec<XmppAccount>,
) -> Result<XmppAccount, ConfigError> {
    let jid = table.parsed("jid", |text| {
        let jid = BareJid::new(text).map_err(|_| Problem::Jid)?;
        if jid.node().is_some() { Ok(jid) } else { Err(Problem::Jid) }
    })?;
    let id = table.text("id")?;
    let has_address = |given: &XmppAccount| jid.as_ref().map(|jid| given.jid == *jid);
    let given = take(given, id, |given, id| given.id.as_str() == id, has_address);
    let jid = jid.or_else(|| given.as_ref().map(|given| given.jid.clone()));
    let jid = jid.ok_or_else(|| table.complain("jid", Problem::Missing))?;
    let tls = table.parsed("tls", |text| match text {
        "starttls" => Ok(TlsStart::StartTls),
        "direct" => Ok(TlsStart::Direct),
        _ => Err(Problem::Word("\"starttls\", \"direct\"")),
    })?;
    // As it was before a provider gave it: what is kept of an account is kept by its id.
    let own = AccountId::new(jid.as_str());
    let usual = given.unwrap_or_else(|| XmppAccount::plain(own.clone(), jid.clone()));
    let tls = tls.unwrap_or(usual.tls);
    Ok(XmppAccount {
        id: id.map_or(own, AccountId::new),
        server: table.parsed("server", |text| server(text, tls))?.or(usual.server),
        jid,
        tls,
        password: password(table)?.unwrap_or(usual.password),
        ca_file: path(table, "ca_file", base)?.or(usual.ca_file),
        demands: usual.demands,
        chat: usual.chat,
        audio: table.flag("audio", usual.audio)?,
        wait_for: table.text("wait_for")?.map(AccountId::new).or(usual.wait_for),
    })
}

fn sip_account(
    table: &Table<'_, '_>,
    base: &Path,
    given: &mut Vec<SipAccount>,
) -> Result<SipAccount, ConfigError> {
    let aor = table.parsed("aor", |text| Ok(Aor::parse(text)?))?;
    let id = table.text("id")?;
    let has_address = |given: &SipAccount| aor.as_ref().map(|aor| given.aor == *aor);
    let given = take(given, id, |given, id| given.id.as_str() == id, has_address);
    let aor = aor.or_else(|| given.as_ref().map(|given| given.aor.clone()));
    let aor = aor.ok_or_else(|| table.complain("aor", Problem::Missing))?;
    let srtp = table.parsed("srtp", |text| match text {
        "required" => Ok(SrtpPolicy::Required),
        "preferred" => Ok(SrtpPolicy::Preferred),
        "off" => Ok(SrtpPolicy::Off),
        _ => Err(Problem::Word("\"required\", \"preferred\", \"off\"")),
    })?;
    let dtmf = table.parsed("dtmf", |text| match text {
        "rtp" => Ok(DtmfMode::Rtp),
        "info" => Ok(DtmfMode::Info),
        _ => Err(Problem::Word("\"rtp\", \"info\"")),
    })?;
    let own = AccountId::new(aor.to_string());
    let usual = given.unwrap_or_else(|| SipAccount::plain(own.clone(), aor.clone()));
    let chat_is_set = table.value("chat").is_some() || usual.chat_is_set;
    let related_to = table.text("related_to")?.map(AccountId::new).or(usual.related_to);
    let alone = if usual.chat_is_set { usual.chat } else { related_to.is_none() };
    Ok(SipAccount {
        id: id.map_or(own, AccountId::new),
        aor,
        proxy: table.parsed("proxy", |text| Ok(SipTarget::parse(text)?))?.or(usual.proxy),
        username: table.text("username")?.map(str::to_owned).or(usual.username),
        password: password(table)?.unwrap_or(usual.password),
        ca_file: path(table, "ca_file", base)?.or(usual.ca_file),
        demands: usual.demands,
        srtp: srtp.unwrap_or(usual.srtp),
        chat: table.flag("chat", alone)?,
        chat_is_set,
        related_to,
        dtmf: dtmf.unwrap_or(usual.dtmf),
        codecs: codecs(table)?.unwrap_or(usual.codecs),
        expires: table.number("expires", EXPIRES_RANGE)?.unwrap_or(usual.expires),
        voicemail: table.parsed("voicemail", voicemail)?.or(usual.voicemail),
        dialing: super::dialing::dialing(table)?.unwrap_or(usual.dialing),
    })
}

/// The codecs that are named, each once; `None` where none is.
fn codecs(table: &Table<'_, '_>) -> Result<Option<Vec<Codec>>, ConfigError> {
    let named = table.list("codecs", MAX_CODECS, |name| {
        Codec::named(name).ok_or(Problem::Word("\"opus\", \"PCMA\", \"PCMU\""))
    })?;
    let mut codecs = Vec::new();
    for codec in named {
        if !codecs.contains(&codec) {
            codecs.push(codec);
        }
    }
    match (codecs.is_empty(), table.value("codecs")) {
        (false, _) => Ok(Some(codecs)),
        (true, None) => Ok(None),
        (true, Some(_)) => Err(table.complain("codecs", Problem::Empty)),
    }
}

fn voicemail(text: &str) -> Result<String, Problem> {
    address::is_sip_uri(text).then(|| text.to_owned()).ok_or(Problem::SipUri)
}

fn audio<'a, 'd>(
    document: &'a Document<'d>,
    root: &Table<'a, 'd>,
    base: &Path,
) -> Result<Audio, ConfigError> {
    let Some((value, at)) = root.value("audio") else {
        return Ok(Audio::default());
    };
    let table = value
        .as_table()
        .ok_or_else(|| root.complain("audio", Problem::Type("written as [audio]")))?;
    let known = ["input", "output", "ringer", "echo_cancellation"];
    let table = Table::new(document, "audio", at, table, &known)?;
    let device =
        |key| table.parsed(key, |text| AudioDevice::parse(text, base).ok_or(Problem::Empty));
    Ok(Audio {
        input: device("input")?.unwrap_or(AudioDevice::Default),
        output: device("output")?.unwrap_or(AudioDevice::Default),
        ringer: device("ringer")?.filter(|ringer| !ringer.is_called(AS_OUTPUT)),
        echo_cancellation: table.flag("echo_cancellation", true)?,
    })
}

fn password(table: &Table<'_, '_>) -> Result<Option<PasswordSource>, ConfigError> {
    let command = table.text("password_command")?;
    Ok(command.map(|text| PasswordSource::Command(text.to_owned())))
}

fn path(table: &Table<'_, '_>, key: &str, base: &Path) -> Result<Option<PathBuf>, ConfigError> {
    Ok(table.text(key)?.map(|text| base.join(text)))
}

/// Reads `host` or `host:port`; the usual port depends on how TLS begins.
pub(crate) fn host_port(text: &str, tls: TlsStart) -> Option<HostPort> {
    server(text, tls).ok()
}

/// The addresses that stand in a configuration, whatever else is wrong with it.
#[derive(Debug, Default)]
pub(crate) struct Addresses {
    /// Of chat.
    pub jids: Vec<BareJid>,
    /// Of telephony.
    pub aors: Vec<Aor>,
}

impl Addresses {
    /// Those in this text.
    pub fn of(text: &str) -> Self {
        let root = text.parse::<toml::Table>().unwrap_or_default();
        let texts = |kind: &str, key: &str| -> Vec<String> {
            let accounts = root.get(kind).and_then(toml::Value::as_array);
            let texts = accounts.into_iter().flatten().filter_map(|account| account.get(key));
            texts.filter_map(toml::Value::as_str).map(|text| text.trim().to_owned()).collect()
        };
        let jids = texts("xmpp", "jid").iter().filter_map(|jid| BareJid::new(jid).ok()).collect();
        let aors = texts("sip", "aor").iter().filter_map(|aor| Aor::parse(aor).ok()).collect();
        Self { jids, aors }
    }
}

fn server(text: &str, tls: TlsStart) -> Result<HostPort, Problem> {
    // The host and port of a SIP URI have the same syntax.
    let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte));
    let target = SipTarget::parse(&format!("sip:{text}")).ok().filter(|_| plain);
    let SipTarget { host, port, .. } = target.ok_or(Problem::Server)?;
    let usual = match tls {
        TlsStart::StartTls => 5222,
        TlsStart::Direct => 5223,
    };
    Ok(HostPort { host, port: port.unwrap_or(usual) })
}

/// Every id once; every name of another account one that is there, of the right kind.
fn check_names(
    config: &Config,
    xmpp: &[Table<'_, '_>],
    sip: &[Table<'_, '_>],
) -> Result<(), ConfigError> {
    // What a provider gave besides stands behind, and in no table.
    let chats = config.xmpp.iter().map(|account| &account.id).zip(xmpp);
    let phones = config.sip.iter().map(|account| &account.id).zip(sip);
    let mut seen = HashSet::new();
    for (id, table) in chats.chain(phones) {
        if !seen.insert(id) {
            return Err(table.complain("id", Problem::DuplicateId(id.to_string())));
        }
    }
    for (account, table) in config.xmpp.iter().zip(xmpp) {
        if let Some(id) = &account.wait_for
            && !config.sip.iter().any(|other| other.id == *id)
        {
            let problem = Problem::NoSuchAccount(id.to_string(), "sip");
            return Err(table.complain("wait_for", problem));
        }
    }
    for (account, table) in config.sip.iter().zip(sip) {
        if let Some(id) = &account.related_to
            && !config.xmpp.iter().any(|other| other.id == *id)
        {
            let problem = Problem::NoSuchAccount(id.to_string(), "xmpp");
            return Err(table.complain("related_to", problem));
        }
    }
    Ok(())
}
