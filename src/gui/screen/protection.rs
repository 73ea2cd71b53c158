//! Both sides of the service compared (CUSAX C61, C62): state, reason, address, protection.

use iced::widget::{Column, column, container, row, space};
use iced::{Alignment, Element, Length};

use super::{Action, Go, Shared};
use crate::gui::icon;
use crate::gui::plain;
use crate::gui::theme::{self, Button, Tone, measure, radius, step};
use crate::gui::widget::avatar::pip;
use crate::gui::widget::{body, button, rule, sheet, strong};
use crate::gui::words;
use crate::model::account::{Account, Transport};

/// What the person did to the page.
#[derive(Debug, Clone)]
pub enum Message {
    /// Went back.
    Close,
    /// Wants to see the rules for calls.
    Rules,
    /// Wants to see the accounts.
    Accounts,
}

/// Takes in what the person did.
pub fn update(message: &Message) -> Action {
    match message {
        Message::Close => Action::Back,
        Message::Rules => Action::Rules,
        Message::Accounts => Action::Go(Go::Accounts),
    }
}

/// One fact about an account, with its tone.
struct Fact {
    name: &'static str,
    tone: Tone,
    words: String,
}

/// The page.
pub fn view(shared: Shared<'_>) -> Element<'_, Message> {
    let accounts = &shared.snapshot.accounts;
    let head = sheet::head(
        "Connection and protection",
        "What carries your messages and your calls, compared.",
        Message::Close,
        others(),
        shared.narrow,
    );
    let mut page = column![head].push(summary(shared));
    page = if shared.narrow || accounts.len() != 2 {
        accounts.iter().fold(page, |page, account| page.push(single(account, shared)))
    } else {
        page.push(table(accounts, shared))
    };
    sheet::page_within(WIDEST, page, shared.narrow)
}

/// The widest the comparison gets, in logical pixels.
const WIDEST: f32 = 900.0;

/// Where else to go from here.
fn others<'a>() -> Vec<Element<'a, Message>> {
    vec![
        button::words(Button::Quiet, "Accounts", Some(Message::Accounts)),
        button::words(Button::Quiet, "Rules for calls", Some(Message::Rules)),
    ]
}

fn summary(shared: Shared<'_>) -> Option<Element<'_, Message>> {
    let findings = &shared.snapshot.security.findings;
    if findings.is_empty() {
        let (tone, word) = words::protection(shared.snapshot)?;
        return (tone == Tone::Good)
            .then(|| banner(tone, column![strong(word).style(tone.text())]));
    }
    let lines = findings.iter().map(|finding| {
        column![
            strong(plain::line(&finding.what)).style(Tone::Warn.text()),
            body(plain::line(&finding.advice)).style(Tone::Warn.text()),
        ]
        .into()
    });
    Some(banner(Tone::Warn, column(lines).spacing(step::XS)))
}

fn banner<'a>(tone: Tone, lines: Column<'a, Message>) -> Element<'a, Message> {
    let glyph = if tone == Tone::Good { &icon::LOCK } else { &icon::WARNING };
    container(
        row![glyph.view(tone), lines.width(Length::Fill)]
            .spacing(step::S)
            .align_y(Alignment::Center),
    )
    .padding(step::M)
    .width(Length::Fill)
    .style(tone.boxed(radius::CONTROL))
    .into()
}

fn facts(account: &Account, shared: Shared<'_>) -> Vec<Fact> {
    let plain_fact = |name, words: String| Fact { name, tone: Tone::Text, words };
    let mut facts = vec![Fact {
        name: "State",
        tone: match words::account_tone(account.state) {
            Tone::Bad => Tone::Bad,
            _ => Tone::Text,
        },
        words: words::account_trouble(account, shared.clock)
            .unwrap_or_else(|| words::account_state(account.state).to_owned()),
    }];
    let security = account.security.as_ref();
    let tls = security.and_then(|security| security.tls.as_ref());
    facts.push(match (security.map(|security| security.transport), tls) {
        (None, _) => plain_fact("Connection", "None yet".to_owned()),
        (Some(Transport::Tls), Some(tls)) => {
            plain_fact("Connection", plain::line(&tls.version).replace("TLSv", "TLS "))
        }
        (Some(transport), _) => Fact {
            name: "Connection",
            tone: Tone::Warn,
            words: match transport {
                Transport::Udp => "UDP, no encryption".to_owned(),
                Transport::Tcp => "TCP, no encryption".to_owned(),
                Transport::Tls => "TLS".to_owned(),
            },
        },
    });
    facts.push(match tls {
        Some(tls) if tls.peer_verified => plain_fact("Certificate", "Verified".to_owned()),
        Some(_) => Fact { name: "Certificate", tone: Tone::Warn, words: "Not verified".to_owned() },
        None if security.is_some() => {
            Fact { name: "Certificate", tone: Tone::Warn, words: "None".to_owned() }
        }
        None => plain_fact("Certificate", "–".to_owned()),
    });
    facts.push(plain_fact(
        "Cipher",
        tls.map_or_else(|| "–".to_owned(), |tls| plain::line(&tls.cipher_suite)),
    ));
    let auth = security.map(|security| plain::line(&security.auth)).filter(|auth| !auth.is_empty());
    facts.push(plain_fact("Signing in", auth.unwrap_or_else(|| "–".to_owned())));
    facts
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

fn table<'a>(accounts: &[Account], shared: Shared<'a>) -> Element<'a, Message> {
    let headers = accounts.iter().map(header);
    let mut rows = column![
        row![space().width(Length::Fixed(NAME))]
            .extend(headers)
            .spacing(step::L)
            .padding(theme::pad(step::S, 0.0)),
    ];
    let mut columns: Vec<_> =
        accounts.iter().map(|account| facts(account, shared).into_iter()).collect();
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

fn single<'a>(account: &Account, shared: Shared<'a>) -> Element<'a, Message> {
    let mut rows = column![container(header(account)).padding(theme::pad(step::S, 0.0))]
        .max_width(2.0 * measure::CARD);
    for fact in facts(account, shared) {
        let name = body(fact.name).style(Tone::Muted.text()).width(Length::Fixed(NAME));
        rows = rows
            .push(rule())
            .push(row![name, value(fact)].spacing(step::M).padding(theme::pad(step::S, 0.0)));
    }
    rows.into()
}
