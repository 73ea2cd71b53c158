//! The accounts as the file has them. Each has a node, such as
//! `net.java.sip.communicator.impl.protocol.sip.acc1403273890647`, whose value is its own last
//! part, and its settings under that; what stands under a node that is not there belongs to an
//! account that was removed.

use super::ROOT;
use crate::import::properties::Properties;
use crate::model::account::Transport;

/// An account of Jitsi. Texts are as the file has them: a stranger may have written it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The last part of its node: `acc1403273890647`.
    pub node: String,
    /// `ACCOUNT_UID`; made as Jitsi makes it where the file has none.
    pub uid: String,
    /// The protocol's name for users: `PROTOCOL_NAME`.
    pub protocol: String,
    /// `USER_ID`: a name or a whole address.
    pub user: String,
    /// `SERVER_ADDRESS`: the domain, or the host to connect to or to register with.
    pub server: Option<String>,
    /// It is not switched off.
    pub enabled: bool,
    /// Calls are made over it: neither its `CALLING_DISABLED` nor the one of all accounts of
    /// its protocol is set.
    pub calls: bool,
    /// It signs in with a certificate of its own.
    pub certificate: bool,
    /// What it is.
    pub kind: Kind,
}

/// What belongs to one protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// In Jitsi's package `jabber`.
    Xmpp(Xmpp),
    /// In Jitsi's package `sip`.
    Sip(Sip),
    /// In another.
    Other,
}

/// An XMPP account's own settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Xmpp {
    /// `SERVER_ADDRESS` and this port are connected to, instead of what DNS says.
    pub port: Option<u16>,
    /// It signs in without a name.
    pub anonymous: bool,
    /// It may connect without TLS.
    pub allows_plain: bool,
    /// It connects over HTTP (XEP-0124).
    pub over_http: bool,
}

/// A SIP account's own settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sip {
    /// The outbound proxy, where it is not found by DNS.
    pub proxy: Option<Proxy>,
    /// `AUTHORIZATION_NAME`.
    pub username: Option<String>,
    /// How calls are encrypted.
    pub encryption: Encryption,
    /// `DTMF_METHOD`.
    pub dtmf: Option<String>,
    /// Messages are sent over SIP.
    pub messages: bool,
    /// `cusax.XMPP_ACCOUNT_ID`: node or UID of the chat account it is joined to.
    pub joined_to: Option<String>,
}

/// An outbound proxy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proxy {
    /// `PROXY_ADDRESS`.
    pub host: String,
    /// `PROXY_PORT`.
    pub port: u16,
    /// `PREFERRED_TRANSPORT`.
    pub transport: Transport,
}

/// How calls are encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Encryption {
    /// At all.
    pub on: bool,
    /// Calls without it are refused.
    pub required: bool,
    /// With keys in the SDP (RFC 4568).
    pub sdes: bool,
    /// With keys made in the media (RFC 6189).
    pub zrtp: bool,
}

/// All accounts, in the order of their nodes.
pub(super) fn accounts(properties: &Properties) -> impl Iterator<Item = Account> {
    const PROTOCOLS: &str = "net.java.sip.communicator.impl.protocol.";
    debug_assert!(PROTOCOLS.starts_with(ROOT));
    let nodes = properties.under(PROTOCOLS).filter(|(_, value)| is_set(value));
    nodes.filter_map(move |(key, _)| {
        let (package, node) = key.split_once('.')?;
        let is_node = node.starts_with("acc") && !node.contains('.');
        is_node.then(|| {
            let all = Settings { properties, prefix: format!("{PROTOCOLS}{package}.") };
            let own = Settings { properties, prefix: format!("{PROTOCOLS}{package}.{node}.") };
            account(package, node, &all, &own)
        })
    })
}

fn account(package: &str, node: &str, all: &Settings<'_>, own: &Settings<'_>) -> Account {
    let server = own.text("SERVER_ADDRESS");
    let user = own.text("USER_ID").unwrap_or_default();
    let protocol = own.text("PROTOCOL_NAME").unwrap_or(match package {
        "jabber" => "Jabber",
        "sip" => "SIP",
        other => other,
    });
    let made = || format!("{protocol}:{user}@{}", server.unwrap_or_default());
    Account {
        node: node.to_owned(),
        uid: own.text("ACCOUNT_UID").map_or_else(made, str::to_owned),
        protocol: protocol.to_owned(),
        user: user.to_owned(),
        server: server.map(str::to_owned),
        enabled: !own.is("IS_ACCOUNT_DISABLED", false),
        calls: !own.is("CALLING_DISABLED", false) && !all.is("CALLING_DISABLED", false),
        certificate: own.text("CLIENT_TLS_CERTIFICATE").is_some(),
        kind: match package {
            "jabber" => Kind::Xmpp(xmpp(own)),
            "sip" => Kind::Sip(sip(all, own)),
            _ => Kind::Other,
        },
    }
}

fn xmpp(own: &Settings<'_>) -> Xmpp {
    let overridden = own.is("IS_SERVER_OVERRIDDEN", false);
    Xmpp {
        port: overridden.then(|| own.port("SERVER_PORT").unwrap_or(5222)),
        anonymous: own.is("ANONYMOUS_AUTH", false),
        allows_plain: own.is("ALLOW_NON_SECURE", false),
        over_http: own.text("BOSH_URL").is_some(),
    }
}

fn sip(all: &Settings<'_>, own: &Settings<'_>) -> Sip {
    // Set, but not used, where the proxy is found by DNS.
    let host = own.text("PROXY_ADDRESS").filter(|_| !own.is("PROXY_AUTO_CONFIG", true));
    let on = own.is("DEFAULT_ENCRYPTION", true);
    Sip {
        proxy: host.map(|host| Proxy {
            host: host.to_owned(),
            port: own.port("PROXY_PORT").unwrap_or(5060),
            transport: match own.text("PREFERRED_TRANSPORT") {
                Some(name) if name.eq_ignore_ascii_case("tls") => Transport::Tls,
                Some(name) if name.eq_ignore_ascii_case("tcp") => Transport::Tcp,
                _ => Transport::Udp,
            },
        }),
        username: own.text("AUTHORIZATION_NAME").map(str::to_owned),
        encryption: Encryption {
            on,
            required: on && own.text("SAVP_OPTION") == Some("1"),
            sdes: on && own.encrypts_by("SDES").unwrap_or(false),
            zrtp: on && own.encrypts_by("ZRTP").unwrap_or(true),
        },
        dtmf: own.text("DTMF_METHOD").map(str::to_owned),
        messages: !all.is("MESSAGING_DISABLED", false),
        joined_to: own.text("cusax.XMPP_ACCOUNT_ID").map(str::to_owned),
    }
}

/// What stands under one key.
struct Settings<'a> {
    properties: &'a Properties,
    prefix: String,
}

impl<'a> Settings<'a> {
    fn text(&self, key: &str) -> Option<&'a str> {
        let value = self.properties.get(&format!("{}{key}", self.prefix))?.trim();
        is_set(value).then_some(value)
    }

    fn is(&self, key: &str, unless_set: bool) -> bool {
        self.text(key).map_or(unless_set, is_true)
    }

    fn port(&self, key: &str) -> Option<u16> {
        self.text(key)?.parse().ok().filter(|port| *port != 0)
    }

    /// Whether one way to agree on keys is switched on; `None` where the file does not say.
    fn encrypts_by(&self, way: &str) -> Option<bool> {
        // Some services write the middle part of the key twice.
        let prefix = format!("{}ENCRYPTION_PROTOCOL_STATUS.", self.prefix);
        let mut ways = self.properties.under(&prefix);
        ways.find(|(key, _)| key.rsplit('.').next() == Some(way)).map(|(_, value)| is_true(value))
    }
}

fn is_true(value: &str) -> bool {
    value.trim().eq_ignore_ascii_case("true")
}

/// `${null}` is how a service takes a setting away.
fn is_set(value: &str) -> bool {
    !matches!(value.trim(), "" | "${null}")
}
