//! Accounts as they stand in the file.

use std::fmt::{self, Write as _};

use super::{
    DtmfMode, EXPIRES, HostPort, PasswordSource, SipAccount, SrtpPolicy, TlsStart, XmppAccount,
};
use crate::sdp::Codec;

/// As `host:port`; an IPv6 address in brackets.
impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port } = self;
        if host.contains(':') { write!(f, "[{host}]:{port}") } else { write!(f, "{host}:{port}") }
    }
}

/// The `[[xmpp]]` and `[[sip]]` tables of these accounts, without what is so anyway: what
/// [`Config::parse`](super::Config::parse) reads as the same accounts. How an account
/// dials is not among it: no account that is written here says so.
pub fn tables(xmpp: &[XmppAccount], sip: &[SipAccount]) -> String {
    let xmpp = xmpp.iter().map(chat);
    let tables: Vec<String> = xmpp.chain(sip.iter().map(phone)).collect();
    tables.join("\n")
}

fn chat(account: &XmppAccount) -> String {
    let mut table = Table::new("xmpp");
    table.text("id", account.id.as_str());
    table.text("jid", account.jid.as_str());
    if let Some(server) = &account.server {
        table.text("server", &server.to_string());
    }
    if account.tls == TlsStart::Direct {
        table.text("tls", "direct");
    }
    table.password(&account.password);
    if let Some(path) = &account.ca_file {
        table.text("ca_file", &path.to_string_lossy());
    }
    if account.audio {
        table.flag("audio", true);
    }
    if let Some(id) = &account.wait_for {
        table.text("wait_for", id.as_str());
    }
    table.0
}

fn phone(account: &SipAccount) -> String {
    let mut table = Table::new("sip");
    table.text("id", account.id.as_str());
    table.text("aor", &account.aor.to_string());
    if let Some(proxy) = &account.proxy {
        table.text("proxy", &proxy.to_string());
    }
    if let Some(username) = &account.username {
        table.text("username", username);
    }
    table.password(&account.password);
    if let Some(path) = &account.ca_file {
        table.text("ca_file", &path.to_string_lossy());
    }
    match account.srtp {
        SrtpPolicy::Required => table.text("srtp", "required"),
        SrtpPolicy::Preferred => {}
        SrtpPolicy::Off => table.text("srtp", "off"),
    }
    if let Some(id) = &account.related_to {
        table.text("related_to", id.as_str());
    }
    if account.chat_is_set {
        table.flag("chat", account.chat);
    }
    if account.dtmf == DtmfMode::Info {
        table.text("dtmf", "info");
    }
    if account.codecs != Codec::USUAL {
        let names = account.codecs.iter().map(|codec| toml::Value::from(codec.name()));
        table.value("codecs", &toml::Value::from(names.collect::<Vec<_>>()));
    }
    if account.expires != EXPIRES {
        table.value("expires", &toml::Value::from(account.expires));
    }
    if let Some(uri) = &account.voicemail {
        table.text("voicemail", uri);
    }
    table.0
}

/// A table being written.
struct Table(String);

impl Table {
    fn new(name: &str) -> Self {
        Self(format!("[[{name}]]\n"))
    }

    fn text(&mut self, key: &str, value: &str) {
        self.value(key, &toml::Value::from(value));
    }

    fn value(&mut self, key: &str, value: &toml::Value) {
        let _ = writeln!(self.0, "{key} = {value}");
    }

    fn flag(&mut self, key: &str, value: bool) {
        let _ = writeln!(self.0, "{key} = {value}");
    }

    fn password(&mut self, source: &PasswordSource) {
        if let PasswordSource::Command(command) = source {
            self.text("password_command", command);
        }
    }
}
