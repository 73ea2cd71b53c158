//! What the window says: states, times and calls in words.

mod clock;
mod joint;
mod past;
mod protection;

use std::time::Duration;

use super::icon::{self, Icon};
use super::plain;
use super::theme::Tone;
use crate::core::snapshot::Snapshot;
use crate::model::account::{Account, AccountKind, AccountState, Mailbox};
use crate::model::call::{Call, CallState, Direction, MediaDirection, MediaInfo, TransferState};
use crate::model::dialing::CostClass;
use crate::model::presence::{Presence, Show};
use crate::model::telephony::Telephony;
use crate::tr;

use clock::between;
pub use clock::{Clock, duration};
pub use joint::{connect, feature, go_ahead, over, set_by};
pub use past::{cost, past_account, past_call, past_peer, past_proof};
pub use protection::{
    beside, encrypted, fingerprint, media_protection, messages, messages_with, protection,
};

/// Availability in a word.
pub fn show(show: Show) -> &'static str {
    match show {
        Show::Chat => tr!("states-free"),
        Show::Online => tr!("states-available"),
        Show::Away => tr!("states-away"),
        Show::Xa => tr!("states-away-long"),
        Show::Dnd => tr!("states-dnd"),
        Show::Offline => tr!("states-offline"),
    }
}

/// Our own presence as others see it, in a word: what was chosen, once Chat is connected.
pub fn own_presence(snapshot: &Snapshot) -> (Show, &'static str) {
    let mut chat = snapshot.accounts.iter().filter(|account| account.kind == AccountKind::Xmpp);
    match chat.clone().find(|account| account.state == AccountState::Online).or(chat.next()) {
        Some(account) if account.state != AccountState::Online => {
            (Show::Offline, account_state(account.state))
        }
        _ => (snapshot.presence, show(snapshot.presence)),
    }
}

/// The tone of a presence pip.
pub fn show_tone(show: Show) -> Tone {
    match show {
        Show::Chat | Show::Online => Tone::Good,
        Show::Away | Show::Xa => Tone::Warn,
        Show::Dnd => Tone::Bad,
        Show::Offline => Tone::Muted,
    }
}

/// A contact's presence: their own words, else ours.
pub fn presence(presence: &Presence) -> String {
    let status = plain::line(&presence.status);
    if status.is_empty() { show(presence.show).to_owned() } else { status }
}

/// An account's name for users.
pub fn account(account: &Account) -> String {
    let label = plain::told(&account.label);
    if label.is_empty() { plain::told(account.kind.label()) } else { label }
}

/// Where an account's connection stands, in a word.
pub fn account_state(state: AccountState) -> &'static str {
    match state {
        AccountState::Offline => tr!("states-account-offline"),
        AccountState::Connecting => tr!("states-connecting"),
        AccountState::Online => tr!("states-connected"),
        AccountState::Failed => tr!("states-not-connected"),
        AccountState::Disabled => tr!("states-switched-off"),
    }
}

/// The tone of an account's pip.
pub fn account_tone(state: AccountState) -> Tone {
    match state {
        AccountState::Online => Tone::Good,
        AccountState::Connecting => Tone::Warn,
        AccountState::Failed => Tone::Bad,
        AccountState::Offline | AccountState::Disabled => Tone::Muted,
    }
}

/// The same where another account of its side is there, too: with whose it is, as short as tells
/// the two apart.
pub fn account_among(of: &Account, all: &[Account]) -> String {
    let others = |other: &&Account| other.kind == of.kind && other.id != of.id;
    let mut others = all.iter().filter(others).peekable();
    if others.peek().is_none() {
        return account(of);
    }
    let own = bare_address(of);
    let user = |address: &str| address.split('@').next().unwrap_or_default().to_owned();
    let is_clear = others.all(|other| user(&bare_address(other)) != user(&own));
    let whose = match is_clear {
        true => format!("{}@…", plain::quoted(&user(&own))),
        false => plain::quoted(&own),
    };
    tr!("states-account-among", side = account(of), address = whose)
}

/// An account's address without its scheme.
fn bare_address(of: &Account) -> String {
    let address = plain::line(&of.address);
    let bare = address.strip_prefix("sips:").or_else(|| address.strip_prefix("sip:"));
    bare.unwrap_or(&address).to_owned()
}

/// A side has more than one account.
pub fn several(all: &[Account]) -> bool {
    let of_kind = |kind| all.iter().filter(|account| account.kind == kind).count();
    of_kind(AccountKind::Xmpp) > 1 || of_kind(AccountKind::Sip) > 1
}

/// Each side once, in the tone of its account that does worst.
pub fn sides(all: &[Account]) -> Vec<(String, Tone)> {
    let grave = |tone: Tone| {
        [Tone::Good, Tone::Muted, Tone::Warn, Tone::Bad].iter().position(|known| *known == tone)
    };
    let mut sides: Vec<(String, Tone)> = Vec::new();
    for one in all {
        let (name, tone) = (account(one), account_tone(one.state));
        match sides.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) if grave(*known) < grave(tone) => *known = tone,
            Some(_) => {}
            None => sides.push((name, tone)),
        }
    }
    sides
}

/// All accounts with where each stands, a line each.
pub fn accounts(all: &[Account]) -> String {
    let line = |of: &Account| {
        let address = plain::quoted(&bare_address(of));
        tr!(
            "states-account-stands",
            side = account(of),
            address = address,
            state = account_state(of.state)
        )
    };
    all.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// What is wrong with an account, why, and when it is tried again; nothing when it is well.
pub fn account_trouble(of: &Account, clock: Clock) -> Option<String> {
    account_trouble_of(of, &account(of), clock)
}

/// The same under a name that tells it from others.
pub fn account_trouble_of(of: &Account, name: &str, clock: Clock) -> Option<String> {
    let name = plain::quoted(name);
    let reason = of.reason.as_deref().map(plain::told).filter(|reason| !reason.is_empty());
    let mut words = match of.state {
        AccountState::Online | AccountState::Disabled => return None,
        AccountState::Connecting => match reason {
            Some(reason) => tr!("states-connecting-again", name = name, reason = reason),
            None => tr!("states-is-connecting", name = name),
        },
        AccountState::Failed => {
            let reason = reason.unwrap_or_else(|| tr!("states-no-reason").to_owned());
            tr!("states-is-not-connected", name = name, reason = reason)
        }
        AccountState::Offline => match reason {
            Some(reason) => tr!("states-is-offline-why", name = name, reason = reason),
            None => tr!("states-is-offline", name = name),
        },
    };
    if let Some(wait) = of.retry_in {
        let left = wait.saturating_sub(clock.passed().as_secs());
        words.push(' ');
        words.push_str(&match left {
            0 => tr!("states-again-now").to_owned(),
            left => tr!("states-again-in", time = duration(Duration::from_secs(left))),
        });
    }
    Some(words)
}

/// The state of a call in a word.
pub fn call_state(state: CallState) -> &'static str {
    match state {
        CallState::Dialing => tr!("states-calling"),
        CallState::Ringing => tr!("states-ringing"),
        CallState::Incoming => tr!("states-incoming"),
        CallState::Active => tr!("states-in-call"),
        CallState::Held => tr!("states-on-hold"),
        CallState::HeldByPeer => tr!("states-held-by-peer"),
        CallState::Ended => tr!("states-ended"),
    }
}

/// The same of a call that is on: who holds it, when both do.
pub fn live_call(call: &Call) -> &'static str {
    match (call.state, call.media.direction) {
        (CallState::Held, MediaDirection::Inactive) => tr!("states-held-by-both"),
        (state, _) => call_state(state),
    }
}

/// What hiding a caller means for this call.
pub fn anonymous(call: &Call) -> &'static str {
    match call.direction {
        Direction::In => tr!("states-hides"),
        Direction::Out => tr!("states-hidden"),
    }
}

/// How a transfer goes that we asked for.
pub fn transfer(state: &TransferState) -> (Tone, String) {
    match state {
        TransferState::Trying => (Tone::Muted, tr!("states-transferring").to_owned()),
        TransferState::Ringing => (Tone::Muted, tr!("states-transfer-rings").to_owned()),
        TransferState::Done => (Tone::Good, tr!("states-transferred").to_owned()),
        TransferState::Failed { code, text } => {
            let why = match plain::told(text).trim_end_matches('.') {
                "" => tr!("states-transfer-error", code = code),
                text => text.to_owned(),
            };
            (Tone::Bad, tr!("states-transfer-failed", why = why))
        }
    }
}

/// What waits in a mailbox.
pub fn mailbox(mailbox: &Mailbox) -> String {
    match mailbox.new {
        0 => tr!("states-mailbox-some").to_owned(),
        new => tr!("states-mailbox", count = new),
    }
}

/// The rules that keep calls from ringing here, each with its icon.
pub fn rules_in_force(rules: &Telephony) -> Vec<(&'static Icon, String)> {
    let mut said: Vec<(&'static Icon, String)> = Vec::new();
    if rules.dnd {
        said.push((&icon::QUIET, tr!("states-do-not-ring").to_owned()));
    }
    if let Some(target) = rules.forward.always.as_deref() {
        said.push((&icon::TRANSFER, tr!("states-all-go-to", target = plain::quoted(target))));
    }
    said
}

/// A codec's name as people know it; nothing before agreement.
pub fn codec(media: &MediaInfo) -> Option<String> {
    let name = plain::line(&media.codec);
    match name.to_ascii_lowercase().as_str() {
        "" => None,
        "opus" => Some("Opus".to_owned()),
        "pcma" | "pcmu" => Some("G.711".to_owned()),
        _ => Some(name),
    }
}

/// How good the line is, and what is poor about it when it is; nothing before it is known.
pub fn line(call: &Call) -> Option<&'static str> {
    let stats = &call.stats;
    if call.state != CallState::Active || stats.mos == 0.0 {
        None
    } else if stats.mos >= 3.6 {
        Some(tr!("states-good-line"))
    } else if stats.mos >= 3.1 {
        Some(tr!("states-fair-line"))
    } else if stats.loss_pct >= 3.0 {
        Some(tr!("states-poor-line-loss"))
    } else if stats.rtt_ms >= 400.0 {
        Some(tr!("states-poor-line-delay"))
    } else {
        Some(tr!("states-poor-line"))
    }
}

/// What is not asked about any more, when the user says so.
pub fn not_asked_about(class: Option<CostClass>) -> &'static str {
    match class {
        Some(CostClass::Pstn) => tr!("states-not-asked-pstn"),
        Some(CostClass::OtherDomain) => tr!("states-not-asked-other"),
        _ => tr!("states-not-asked"),
    }
}

/// A class of calls that is not asked about.
pub fn asked_no_more(class: CostClass) -> &'static str {
    match class {
        CostClass::Pstn => tr!("states-no-question-pstn"),
        CostClass::OtherDomain => tr!("states-no-question-other"),
        _ => tr!("states-no-question"),
    }
}
