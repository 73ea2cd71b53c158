//! How a client signs in to a lab.

use std::path::PathBuf;

use serde::Serialize;

use super::error::LabError;
use super::{Lab, SipLogin, User};
use crate::model::account::Transport;

/// What a written `config.toml` shall say beyond the accounts' addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigOptions {
    /// How the telephony account connects; TLS when not set.
    pub transport: Transport,
    /// TLS with the first byte instead of STARTTLS.
    pub direct_tls: bool,
    /// The chat account and `related_phone` are halves of one service.
    pub related: bool,
    /// Which telephony account that is: `phone`, or `phone-2` of several.
    pub related_phone: &'static str,
    /// `required`, `preferred` or `off`.
    pub srtp: &'static str,
    /// `[audio] input`.
    pub input: String,
    /// `[audio] output`.
    pub output: String,
}

impl Default for ConfigOptions {
    /// TLS, STARTTLS, related, SRTP preferred, no sound.
    fn default() -> Self {
        Self {
            transport: Transport::Tls,
            direct_tls: false,
            related: true,
            related_phone: PHONE,
            srtp: "preferred",
            input: "null".to_owned(),
            output: "null".to_owned(),
        }
    }
}

/// The account identifiers of [`Lab::config_toml`]. Telephony accounts from the second on have a
/// number behind it.
const CHAT: &str = "chat";
const PHONE: &str = "phone";

impl Lab {
    /// A `config.toml` that signs `user` in to this lab, with the accounts that both the user
    /// and the lab have: `chat`, `phone`, and `phone-2` and so on for more telephony accounts.
    ///
    /// # Errors
    /// `LabError::Absent` when there is no such user.
    pub fn config_toml(&self, user: &str, options: &ConfigOptions) -> Result<String, LabError> {
        let user = self.user(user)?;
        let chat = (self.xmpp.is_some() && user.xmpp).then(|| self.chat(user, options));
        let phones = user.sip.iter().enumerate();
        let mut sip: Vec<SipSection> =
            phones.filter_map(|(place, login)| self.phone(place, login, options)).collect();
        if chat.is_some() && options.related {
            let half = sip.iter_mut().find(|phone| phone.id == options.related_phone);
            half.into_iter().for_each(|phone| phone.related_to = Some(CHAT));
        }
        let audio = AudioSection { input: &options.input, output: &options.output };
        let file = ConfigFile { xmpp: Vec::from_iter(chat), sip, audio };
        toml::to_string(&file)
            .map_err(|error| LabError::io("writing a config.toml")(std::io::Error::other(error)))
    }

    fn chat(&self, user: &User, options: &ConfigOptions) -> XmppSection {
        let (server, tls) = if options.direct_tls {
            (self.xmpp_direct(), "direct")
        } else {
            (self.xmpp_starttls(), "starttls")
        };
        XmppSection {
            id: CHAT,
            jid: user.jid(self.domain()),
            server: server.to_string(),
            tls,
            password_command: printing(&user.password),
            ca_file: self.ca_file(),
        }
    }

    fn phone(&self, place: usize, login: &SipLogin, options: &ConfigOptions) -> Option<SipSection> {
        let server = self.server_of(login)?;
        let transport = match options.transport {
            Transport::Tls => "tls",
            Transport::Tcp => "tcp",
            Transport::Udp => "udp",
        };
        Some(SipSection {
            id: if place == 0 { PHONE.to_owned() } else { format!("{PHONE}-{}", place + 1) },
            aor: self.aor_of(login),
            proxy: format!("sip:{};transport={transport}", server.listens(options.transport)),
            username: login.auth_name.clone(),
            password_command: printing(&login.password),
            ca_file: self.ca_file(),
            srtp: options.srtp,
            related_to: None,
        })
    }
}

/// A shell command that prints `text`.
fn printing(text: &str) -> String {
    format!("printf %s '{}'", text.replace('\'', r"'\''"))
}

#[derive(Serialize)]
struct ConfigFile<'a> {
    xmpp: Vec<XmppSection>,
    sip: Vec<SipSection>,
    audio: AudioSection<'a>,
}

#[derive(Serialize)]
struct XmppSection {
    id: &'static str,
    jid: String,
    server: String,
    tls: &'static str,
    password_command: String,
    ca_file: PathBuf,
}

#[derive(Serialize)]
struct SipSection {
    id: String,
    aor: String,
    proxy: String,
    username: String,
    password_command: String,
    ca_file: PathBuf,
    srtp: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    related_to: Option<&'static str>,
}

#[derive(Serialize)]
struct AudioSection<'a> {
    input: &'a str,
    output: &'a str,
}
