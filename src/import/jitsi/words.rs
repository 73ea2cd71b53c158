//! What a plan says to the user.

use std::fmt::{self, Write as _};

use super::plan::Plan;
use super::safe;
use crate::config::{DtmfMode, SipAccount, SrtpPolicy, XmppAccount};
use crate::model::account::{AccountKind, Transport};
use crate::model::address::AddressError;
use crate::model::id::AccountId;

/// Why an account is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// The configuration has its address, under this identifier.
    There(AccountId),
    /// So has an account of the same file that is added under this identifier.
    Twice(AccountId),
    /// Switched off in Jitsi.
    Off,
    /// Neither XMPP nor SIP, but this.
    Protocol(String),
    /// No usable chat address.
    Jid,
    /// No usable telephony address.
    Address(AddressError),
    /// No domain: calls went from machine to machine.
    NoServer,
    /// It signs in without a name.
    Anonymous,
    /// More accounts of one kind than can be served.
    TooMany(usize),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::There(id) => write!(f, "it is there already, as “{}”.", safe(id.as_str())),
            Self::Twice(id) => write!(f, "the same address is added as “{id}”."),
            Self::Off => f.write_str("it is switched off in Jitsi."),
            Self::Protocol(name) => write!(f, "Dovetail speaks XMPP and SIP, not {name}."),
            Self::Jid => f.write_str("it has no usable chat address."),
            Self::Address(error) => write!(f, "it has no usable address. {error}"),
            Self::NoServer => f.write_str("it has no server, and Dovetail needs one."),
            Self::Anonymous => f.write_str("it signs in without a name, and Dovetail needs one."),
            Self::TooMany(most) => write!(f, "Dovetail serves {most} accounts of a kind."),
        }
    }
}

/// What is worth a thought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// The way to the server is open.
    Unencrypted(Transport),
    /// Jitsi registered with this host.
    Registrar(String),
    /// Jitsi connected to this, which is no host.
    Server(String),
    /// The same for the proxy.
    Proxy(String),
    /// The name for authentication cannot be used.
    Username,
    /// Jitsi signed in with a certificate.
    Certificate,
    /// Jitsi would have connected without TLS.
    AllowsPlain,
    /// Jitsi connected over HTTP.
    OverHttp,
    /// Calls over the chat account are off.
    ChatCallsOff,
    /// Calls over the telephony account are off in Jitsi.
    CallsOff,
    /// Jitsi encrypts no call.
    EncryptionOff,
    /// Jitsi insists on encrypted calls, in a way that we have not.
    RequiredOtherwise,
    /// Jitsi encrypts calls by ZRTP.
    Zrtp,
    /// Jitsi sends digits as sound.
    DtmfInBand,
    /// Not the half of a service that it is in Jitsi.
    Unjoined(Unjoined),
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unencrypted(transport) => {
                let name = if *transport == Transport::Tcp { "TCP" } else { "UDP" };
                write!(
                    f,
                    "The way to the server is not encrypted ({name}), as in Jitsi. Where the \
                     server speaks TLS, change “proxy”."
                )
            }
            Self::Registrar(host) => write!(
                f,
                "Jitsi registers with {host}; Dovetail with the domain of the address. If that \
                 fails, set “proxy”."
            ),
            Self::Server(host) => {
                write!(f, "Jitsi connects to “{host}”, which is no host; DNS decides here.")
            }
            Self::Proxy(host) => {
                write!(f, "Its proxy “{host}” is no host; DNS decides here.")
            }
            Self::Username => f.write_str(
                "Its name for authentication has characters that cannot be used; set “username”.",
            ),
            Self::Certificate => f.write_str(
                "Jitsi signs in with a certificate of its own; Dovetail needs a password.",
            ),
            Self::AllowsPlain => f.write_str("Jitsi may connect without TLS; Dovetail never does."),
            Self::OverHttp => f.write_str("Jitsi connects over HTTP (BOSH); Dovetail directly."),
            Self::ChatCallsOff => f.write_str("Calls over it are off in Jitsi, and off here."),
            Self::CallsOff => f.write_str(
                "Calls over it are off in Jitsi. Dovetail calls with every telephony account.",
            ),
            Self::EncryptionOff => f.write_str(
                "Jitsi encrypts no call with it. Dovetail offers to, and goes on without where \
                 the other side cannot.",
            ),
            Self::RequiredOtherwise => f.write_str(
                "Jitsi insists on encrypted calls, but not with keys by SDES. Dovetail insists \
                 as well; where the service has no SDES, calls will fail.",
            ),
            Self::Zrtp => f.write_str(
                "Jitsi encrypts calls by ZRTP where it can. Dovetail has no ZRTP; look for the \
                 lock in a call.",
            ),
            Self::DtmfInBand => {
                f.write_str("Jitsi sends digits as sound; Dovetail as telephone-events or INFO.")
            }
            Self::Unjoined(why) => why.fmt(f),
        }
    }
}

/// Why an account is not the half of a service that it is in Jitsi.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unjoined {
    /// The file has no such chat account.
    Missing(String),
    /// That chat account is left out.
    LeftOut(String),
    /// Several chat accounts are named so.
    Several(String),
    /// Another telephony account names the same chat account.
    Shared(AccountId),
    /// The chat account goes with another telephony account of the configuration.
    Taken(AccountId, AccountId),
    /// It goes with this chat account, but stands in the configuration already.
    There(AccountId),
}

impl fmt::Display for Unjoined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |id: &AccountId| safe(id.as_str());
        match self {
            Self::Missing(named) => {
                write!(f, "In Jitsi it goes with “{named}”, which is no chat account of the file.")
            }
            Self::LeftOut(named) => {
                write!(f, "In Jitsi it goes with “{named}”, which is left out.")
            }
            Self::Several(named) => {
                write!(
                    f,
                    "In Jitsi it goes with “{named}”, and several chat accounts are named so."
                )
            }
            Self::Shared(chat) => write!(
                f,
                "In Jitsi it goes with “{}”, but so does another telephony account. Set \
                 “related_to” with one of them.",
                shown(chat)
            ),
            Self::Taken(chat, other) => write!(
                f,
                "In Jitsi it goes with “{}”, which goes with “{}” here.",
                shown(chat),
                shown(other)
            ),
            Self::There(chat) => write!(
                f,
                "In Jitsi it goes with “{0}”; what stands in config.toml is not changed. To \
                 have it so here, add related_to = \"{0}\" to it.",
                shown(chat)
            ),
        }
    }
}

impl Plan {
    /// The plan in words: what would be added, or was.
    pub fn text(&self, added: bool) -> String {
        let mut text = String::new();
        let count = self.xmpp.len() + self.sip.len();
        let accounts = if count == 1 { "account" } else { "accounts" };
        let _ = match (count, added) {
            (0, _) => writeln!(text, "There is nothing to add."),
            (_, true) => writeln!(text, "Added {count} {accounts}:"),
            (_, false) => writeln!(text, "Would add {count} {accounts}:"),
        };
        for planned in &self.xmpp {
            write_chat(&mut text, &planned.account);
            write_notes(&mut text, &planned.notes);
        }
        for planned in &self.sip {
            write_phone(&mut text, &planned.account);
            write_notes(&mut text, &planned.notes);
        }
        if !self.skipped.is_empty() {
            let _ = writeln!(text, "Left out:");
        }
        for skipped in &self.skipped {
            let (what, protocol) = (&skipped.what, &skipped.protocol);
            let _ = writeln!(text, "  {what} ({protocol}): {}", skipped.reason);
            write_notes(&mut text, &skipped.notes);
        }
        text
    }

    /// The identifiers of the accounts that need a password.
    pub fn ids(&self) -> impl Iterator<Item = &AccountId> {
        let xmpp = self.xmpp.iter().map(|planned| &planned.account.id);
        xmpp.chain(self.sip.iter().map(|planned| &planned.account.id))
    }
}

fn write_chat(text: &mut String, account: &XmppAccount) {
    let (id, label) = (&account.id, AccountKind::Xmpp.label());
    let _ = writeln!(text, "  {id}: {label}, {}", safe(account.jid.as_str()));
    if let Some(server) = &account.server {
        let _ = writeln!(text, "    server: {server}");
    }
}

fn write_phone(text: &mut String, account: &SipAccount) {
    let (id, label) = (&account.id, AccountKind::Sip.label());
    let _ = writeln!(text, "  {id}: {label}, {}", account.aor);
    if let Some(proxy) = &account.proxy {
        let _ = writeln!(text, "    proxy: {proxy}");
    }
    if let Some(username) = &account.username {
        let _ = writeln!(text, "    name for authentication: {username}");
    }
    if account.srtp == SrtpPolicy::Required {
        let _ = writeln!(text, "    calls: only encrypted ones");
    }
    if account.dtmf == DtmfMode::Info {
        let _ = writeln!(text, "    digits: by INFO");
    }
    match &account.related_to {
        Some(chat) => {
            let _ = writeln!(text, "    goes with: {}", safe(chat.as_str()));
        }
        None if !account.chat => {
            let _ = writeln!(text, "    messages over SIP: off");
        }
        None => {}
    }
}

fn write_notes(text: &mut String, notes: &[Note]) {
    for note in notes {
        let _ = writeln!(text, "    Note: {note}");
    }
}
