//! What an account, or a provider's service, is like: each thing that a client needs of it is
//! tried by the program's own connections, and told in a table with advice (`docs/provider.md`).
//!
//! Pure: `report` holds the lines, `verdict` makes them of facts. Edges: `sides` (DNS, ports, TLS,
//! STUN and the sign-in of one side), `session` (an account signed in), `call`, `provider` (from an
//! address to all of it).

mod call;
mod provider;
pub mod report;
mod session;
mod sides;
mod verdict;

pub use provider::{Wish, provider};
pub use report::{Item, Line, Part, Report, Verdict};

use self::sides::Known;
use crate::config::{SipAccount, XmppAccount};
use crate::model::address::Aor;
use crate::secrets::PasswordProvider;

/// Looks at a configured chat account: DNS, ports, TLS, the sign-in; and, with the address of its
/// telephony, whether its card names that.
pub async fn chat(
    account: &XmppAccount,
    password: PasswordProvider,
    phone: Option<&Aor>,
) -> Report {
    let known = Known { password: Some(password), ..Known::default() };
    let (mut lines, session) = sides::chat(account, &known).await;
    if let Some(mut session) = session {
        if let Some(aor) = phone {
            lines.push(verdict::card(aor, &session.cards(&account.jid).await));
        }
        session.close().await;
    }
    Report { subject: account.jid.to_string(), lines }
}

/// Looks at a configured telephony account: DNS, ports, TLS, STUN at these servers
/// (`stun:host:port`), registering.
pub async fn phone(account: &SipAccount, password: PasswordProvider, stun: Vec<String>) -> Report {
    let known = Known { password: Some(password), stun, ..Known::default() };
    let (lines, session) = sides::phone(account, &known).await;
    if let Some(session) = session {
        session.close().await;
    }
    Report { subject: account.aor.to_string(), lines }
}
