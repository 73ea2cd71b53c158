//! Where there is no document: what DNS says of both sides, for a form that the user fills in.

use serde::Serialize;

use super::discovery::Address;
use crate::model::account::Transport;
use crate::model::address::Aor;
use crate::sip::resolve::{Names, Place};
use crate::sip::uri::Host;
use crate::xmpp;

/// What a form for both sides begins with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Wizard {
    /// The address that was typed.
    pub address: String,
    /// Chat.
    pub chat: Side,
    /// Telephony.
    pub telephony: Side,
}

/// What is known of one side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Side {
    /// The account's address.
    pub address: String,
    /// Servers in the order in which they would be tried, as `host:port`.
    pub servers: Vec<String>,
    /// How the first one is talked to: `starttls`, `direct`; `tls`, `tcp`, `udp`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transport: Option<&'static str>,
    /// Why there is none, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The most servers that are shown.
const MAX_SERVERS: usize = 8;

/// Asks DNS about both sides of an address.
pub async fn look(address: &Address) -> Wizard {
    let (chat, telephony) = tokio::join!(chat(address), telephony(address));
    Wizard { address: address.to_string(), chat, telephony }
}

async fn chat(address: &Address) -> Side {
    let found = xmpp::servers(address.host()).await;
    let (servers, reason) = match found {
        Ok(found) => (found, None),
        Err(fault) => (Vec::new(), Some(fault.to_string())),
    };
    let first = servers.first();
    Side {
        address: address.to_string(),
        transport: first.map(|(_, direct)| if *direct { "direct" } else { "starttls" }),
        servers: servers.iter().take(MAX_SERVERS).map(|(place, _)| place.to_string()).collect(),
        reason,
    }
}

async fn telephony(address: &Address) -> Side {
    let aor = Aor::parse(&format!("{}@{}", address.user(), address.host()));
    let shown = aor.map_or_else(|_| address.to_string(), |aor| aor.to_string());
    let host = Host::Name(address.host().to_owned());
    let place = Place { host, port: None, transport: None, secure: false };
    let (targets, reason) = match Names::system().resolve(&place).await {
        Ok(targets) => (targets, None),
        Err(fault) => (Vec::new(), Some(fault.to_string())),
    };
    Side {
        address: shown,
        transport: targets.first().map(|target| match target.transport {
            Transport::Tls => "tls",
            Transport::Tcp => "tcp",
            Transport::Udp => "udp",
        }),
        servers: targets
            .iter()
            .take(MAX_SERVERS)
            .map(|target| target.address.to_string())
            .collect(),
        reason,
    }
}
