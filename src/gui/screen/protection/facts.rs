//! The facts of each side, one below the other or in two columns (CUSAX C61).

use iced::widget::{column, container, row, space};
use iced::{Element, Length};

use super::Message;
use crate::config::SrtpPolicy;
use crate::core::command::Protection;
use crate::gui::plain;
use crate::gui::screen::Shared;
use crate::gui::theme::{self, Tone, measure, step};
use crate::gui::widget::avatar::pip;
use crate::gui::widget::{body, rule, strong};
use crate::gui::words::{self, Clock};
use crate::model::account::{Account, AccountKind, Security, TlsFacts, Transport};
use crate::model::security::{CertificateFacts, Level, MediaLevel};
use crate::tr;

/// One fact about an account, with its tone.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fact {
    pub name: &'static str,
    pub tone: Tone,
    pub words: String,
}

impl Fact {
    fn new(name: &'static str, words: impl Into<String>) -> Self {
        Self { name, tone: Tone::Text, words: words.into() }
    }

    fn warn(name: &'static str, words: impl Into<String>) -> Self {
        Self { tone: Tone::Warn, ..Self::new(name, words) }
    }

    fn none(name: &'static str) -> Self {
        Self { tone: Tone::Muted, ..Self::new(name, "–") }
    }
}

/// All facts of one account; the same names for every account.
pub(super) fn of(account: &Account, shared: Shared<'_>) -> Vec<Fact> {
    let report = &shared.snapshot.security;
    let protection = report.accounts.iter().find(|one| one.account == account.id);
    let security = account.security.as_ref();
    let tls = security.and_then(|security| security.tls.as_ref());
    let mut facts = vec![state(account, shared.clock), level(account), connection(security, tls)];
    facts.push(certificate(security, tls));
    facts.extend(vouched(tls.and_then(|tls| tls.certificate.as_deref()), shared.clock));
    facts.push(match tls {
        Some(tls) => Fact::new(tr!("protection-cipher"), plain::line(&tls.cipher_suite)),
        None => Fact::none(tr!("protection-cipher")),
    });
    facts.push(signing_in(account, security));
    facts.push(conversations(account.kind, protection, security.is_some()));
    facts
}

fn state(account: &Account, clock: Clock) -> Fact {
    let tone = match words::account_tone(account.state) {
        Tone::Bad => Tone::Bad,
        _ => Tone::Text,
    };
    let words = words::account_trouble(account, clock)
        .unwrap_or_else(|| words::account_state(account.state).to_owned());
    Fact { tone, ..Fact::new(tr!("protection-state"), words) }
}

fn level(account: &Account) -> Fact {
    match account.level {
        None => Fact::none(tr!("protection-level")),
        Some(level) => {
            let tone = if level < Level::Strong { Tone::Warn } else { Tone::Text };
            let said = plain::told(level.words());
            let words = tr!("protection-level-of", level = level as u8, words = said);
            Fact { tone, ..Fact::new(tr!("protection-level"), words) }
        }
    }
}

fn connection(security: Option<&Security>, tls: Option<&TlsFacts>) -> Fact {
    match (security.map(|security| security.transport), tls) {
        (None, _) => Fact::new(tr!("protection-connection"), tr!("protection-no-connection")),
        (Some(Transport::Tls), Some(tls)) => Fact::new(
            tr!("protection-connection"),
            plain::line(&tls.version).replace("TLSv", "TLS "),
        ),
        (Some(Transport::Udp), _) => {
            Fact::warn(tr!("protection-connection"), tr!("protection-udp"))
        }
        (Some(Transport::Tcp), _) => {
            Fact::warn(tr!("protection-connection"), tr!("protection-tcp"))
        }
        (Some(Transport::Tls), None) => Fact::warn(tr!("protection-connection"), "TLS"),
    }
}

fn certificate(security: Option<&Security>, tls: Option<&TlsFacts>) -> Fact {
    match tls {
        Some(tls) if tls.peer_verified => {
            let name = tls.certificate.as_ref().and_then(|facts| facts.names.first());
            let words = match name {
                Some(name) => tr!("protection-verified-for", name = plain::quoted(name)),
                None => tr!("protection-verified").to_owned(),
            };
            Fact::new(tr!("protection-certificate"), words)
        }
        Some(tls) if tls.pinned => {
            Fact::new(tr!("protection-certificate"), tr!("protection-by-you"))
        }
        Some(_) => Fact::warn(tr!("protection-certificate"), tr!("protection-not-verified")),
        None if security.is_some() => {
            Fact::warn(tr!("protection-certificate"), tr!("protection-no-certificate"))
        }
        None => Fact::none(tr!("protection-certificate")),
    }
}

/// Who vouches for it, until when, and which it is.
fn vouched(certificate: Option<&CertificateFacts>, clock: Clock) -> [Fact; 3] {
    match certificate {
        None => [
            Fact::none(tr!("protection-issued-by")),
            Fact::none(tr!("protection-valid-until")),
            Fact::none(tr!("protection-fingerprint")),
        ],
        Some(facts) => {
            let issuer = plain::line(&facts.issuer);
            let issuer = if issuer.is_empty() { "–".to_owned() } else { issuer };
            [
                Fact::new(tr!("protection-issued-by"), issuer),
                Fact::new(tr!("protection-valid-until"), clock.day(facts.not_after)),
                Fact::new(tr!("protection-fingerprint"), words::fingerprint(&facts.fingerprint)),
            ]
        }
    }
}

fn signing_in(account: &Account, security: Option<&Security>) -> Fact {
    let auth = security.map(|security| plain::line(&security.auth)).unwrap_or_default();
    match account.level {
        _ if auth.is_empty() => Fact::none(tr!("protection-signing-in")),
        Some(Level::WeakSignIn) => Fact::warn(tr!("protection-signing-in"), auth),
        _ if auth == "DIGEST-MD5" || auth == "PLAIN" => {
            Fact::warn(tr!("protection-signing-in"), auth)
        }
        _ => Fact::new(tr!("protection-signing-in"), auth),
    }
}

/// What is written, or what is said.
fn conversations(kind: AccountKind, protection: Option<&Protection>, is_known: bool) -> Fact {
    let heading = tr!("protection-conversations");
    let level = protection.and_then(|protection| protection.messages.or(protection.sound));
    let Some(level) = level.filter(|_| is_known) else { return Fact::none(heading) };
    let preferred = protection.and_then(|p| p.srtp) == Some(SrtpPolicy::Preferred);
    match (kind, level) {
        (AccountKind::Xmpp, MediaLevel::Open) => {
            Fact::warn(heading, tr!("protection-messages-open"))
        }
        (AccountKind::Xmpp, _) => Fact::new(heading, tr!("protection-messages-provider")),
        (AccountKind::Sip, MediaLevel::Open) => Fact::warn(heading, tr!("protection-calls-open")),
        (AccountKind::Sip, _) if preferred => Fact::new(heading, tr!("protection-calls-preferred")),
        (AccountKind::Sip, _) => Fact::new(heading, tr!("protection-calls-always")),
    }
}

/// A certificate as it is looked at before it is trusted.
pub(super) fn of_certificate(facts: &CertificateFacts, clock: Clock) -> Vec<Fact> {
    let text = |text: &str| match plain::line(text) {
        line if line.is_empty() => "–".to_owned(),
        line => line,
    };
    let names: Vec<String> = facts.names.iter().take(4).map(|name| plain::line(name)).collect();
    let names = if names.is_empty() { text(&facts.subject) } else { names.join(", ") };
    let (from, to) = (clock.day(facts.not_before), clock.day(facts.not_after));
    let valid = tr!("protection-valid-from-to", from = from, to = to);
    let (key, signature) = (text(&facts.key), text(&facts.signature));
    vec![
        Fact::new(tr!("protection-for"), names),
        Fact::new(tr!("protection-issued-by"), text(&facts.issuer)),
        Fact::new(tr!("protection-valid"), valid),
        Fact::new(
            tr!("protection-key"),
            tr!("protection-key-signed", key = key, signature = signature),
        ),
        Fact::new(tr!("protection-fingerprint"), words::fingerprint(&facts.fingerprint)),
    ]
}

fn value<'a>(fact: Fact) -> Element<'a, Message> {
    let words = if fact.tone == Tone::Warn { strong(fact.words) } else { body(fact.words) };
    words
        .style(fact.tone.text())
        .width(Length::Fill)
        .wrapping(iced::widget::text::Wrapping::WordOrGlyph)
        .into()
}

fn header<'a>(account: &Account) -> Element<'a, Message> {
    let words = column![
        strong(words::account(account)),
        body(plain::line(&account.address))
            .style(Tone::Muted.text())
            .wrapping(iced::widget::text::Wrapping::WordOrGlyph),
    ];
    row![
        container(pip(words::account_tone(account.state))).padding(iced::Padding::ZERO.top(6)),
        words.width(Length::Fill)
    ]
    .spacing(step::XS)
    .into()
}

const NAME: f32 = 112.0;

/// Both sides in two columns.
pub(super) fn table<'a>(accounts: &[Account], shared: Shared<'a>) -> Element<'a, Message> {
    let headers = accounts.iter().map(header);
    let mut rows = column![
        row![space().width(Length::Fixed(NAME))]
            .extend(headers)
            .spacing(step::L)
            .padding(theme::pad(step::S, 0.0)),
    ];
    let mut columns: Vec<_> =
        accounts.iter().map(|account| of(account, shared).into_iter()).collect();
    while let Some(line) = columns.iter_mut().map(Iterator::next).collect::<Option<Vec<Fact>>>() {
        let name = line.first().map_or("", |fact| fact.name);
        rows = rows.push(rule()).push(
            row![body(name).style(Tone::Muted.text()).width(Length::Fixed(NAME))]
                .extend(line.into_iter().map(value))
                .spacing(step::L)
                .padding(theme::pad(step::S, 0.0)),
        );
    }
    rows.into()
}

/// One side by itself.
pub(super) fn single<'a>(account: &Account, shared: Shared<'a>) -> Element<'a, Message> {
    column![container(header(account)).padding(theme::pad(step::S, 0.0)), list(of(account, shared))]
        .max_width(2.0 * measure::CARD)
        .into()
}

/// Facts, one a line.
pub(super) fn list<'a>(facts: Vec<Fact>) -> Element<'a, Message> {
    let mut rows = column![];
    for fact in facts {
        let name = body(fact.name).style(Tone::Muted.text()).width(Length::Fixed(NAME));
        rows = rows
            .push(rule())
            .push(row![name, value(fact)].spacing(step::M).padding(theme::pad(step::S, 0.0)));
    }
    rows.into()
}
