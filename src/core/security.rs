//! Both sides' protection on one scale (CUSAX C61, C62).

use super::Core;
use super::accounts::Accounts;
use super::command::{Finding, Parity, SecurityReport};
use crate::model::account::{Account, AccountState, Security, Transport};

/// The scale of C62, up to where both protocols can get: a channel binding (level 4) has no
/// counterpart in SIP digest, so it does not count as a mismatch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    NoTls,
    Unverified,
    WeakAuthentication,
    Strong,
}

fn level(security: &Security) -> Level {
    match (&security.transport, &security.tls) {
        (Transport::Tls, Some(tls)) if !tls.peer_verified => Level::Unverified,
        (Transport::Tls, Some(_)) => {
            let auth = security.auth.as_str();
            let strong =
                auth.starts_with("SCRAM-") || auth == "EXTERNAL" || auth.starts_with("DIGEST-SHA");
            if strong { Level::Strong } else { Level::WeakAuthentication }
        }
        _ => Level::NoTls,
    }
}

fn finding(account: &Account, level: Level) -> Option<Finding> {
    let label = &account.label;
    let (what, advice) = match level {
        Level::Strong => return None,
        Level::NoTls => (
            format!("{label} is not encrypted on the way to the server."),
            "Use a server or proxy address with TLS.",
        ),
        Level::Unverified => (
            format!("{label} is encrypted, but the server's certificate was not checked."),
            "Use a server with a certificate that this computer trusts.",
        ),
        Level::WeakAuthentication => (
            format!("{label} is encrypted, but signs in with an old method."),
            "Ask the provider for SCRAM (chat) or SHA-256 digest (telephony).",
        ),
    };
    Some(Finding { account: account.id.clone(), what, advice: advice.to_owned() })
}

impl Accounts {
    /// Compares the accounts that are connected.
    pub(super) fn security_report(&self) -> SecurityReport {
        let views = self.views();
        let levels: Vec<(&Account, Level)> = views
            .iter()
            .filter(|account| account.state == AccountState::Online)
            .filter_map(|account| Some((account, level(account.security.as_ref()?))))
            .collect();
        let parity = match levels.first() {
            Some((_, first)) if levels.iter().any(|(_, other)| other != first) => Parity::Mismatch,
            _ => Parity::Equal,
        };
        let findings =
            levels.iter().filter_map(|(account, level)| finding(account, *level)).collect();
        SecurityReport { level: parity, findings }
    }
}

impl Core {
    /// Remembers a report; whether it differs from the one before.
    pub(super) fn accounts_security_changed(&mut self, report: &SecurityReport) -> bool {
        let changed = self.accounts.last_report.as_ref() != Some(report);
        if changed {
            self.accounts.last_report = Some(report.clone());
        }
        changed
    }
}
