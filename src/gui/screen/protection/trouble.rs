//! An account that does not connect since that would not be secure: what the person can look at,
//! and decide (CUSAX C63, C65).

use iced::widget::{Column, column, container, row};
use iced::{Alignment, Element, Length};

use super::facts;
use super::{Control, Message, Protection, buttons};
use crate::gui::icon;
use crate::gui::plain;
use crate::gui::screen::Shared;
use crate::gui::theme::{self, Button, Tone, radius, step};
use crate::gui::widget::sheet::Told;
use crate::gui::widget::{body, button, chip, raised, sheet, small, strong};
use crate::gui::words;
use crate::model::account::{Account, Question, ReasonKind, Refused};
use crate::model::id::AccountId;
use crate::model::security::{Least, Pin};
use crate::tr;

impl Protection {
    /// What is to be decided about an account, if there is anything.
    pub(super) fn trouble<'a>(
        &'a self,
        account: &'a Account,
        shared: Shared<'a>,
    ) -> Option<Element<'a, Message>> {
        let name = words::account(account);
        let content = match (&account.certificate, &account.weaker) {
            (Some(refused), _) => self.certificate(account, refused, shared),
            (None, Some(question)) => weaker(account, question),
            (None, None) if account.reason_kind == Some(ReasonKind::Disconnected) => {
                let connect = Message::Connect(account.id.clone());
                let words = tr!("protection-disconnected", name = plain::quoted(&name));
                column![
                    strong(words),
                    buttons(vec![button::words(
                        Button::Primary,
                        tr!("protection-connect"),
                        Some(connect)
                    )])
                ]
            }
            (None, None) => return self.told(&account.id),
        };
        let content = content.push(self.told(&account.id)).spacing(step::S);
        Some(raised(container(content).padding(step::M).width(Length::Fill)).into())
    }

    fn told(&self, account: &AccountId) -> Option<Element<'_, Message>> {
        match self.notes.at(&Control::Account(account.clone())) {
            Some(Told::Refused(words)) => {
                Some(chip::fact(Tone::Bad, &icon::WARNING, words.clone(), None))
            }
            _ => None,
        }
    }

    fn certificate<'a>(
        &'a self,
        account: &'a Account,
        refused: &'a Refused,
        shared: Shared<'a>,
    ) -> Column<'a, Message> {
        let fingerprint = refused.facts.fingerprint;
        let tone = if refused.before.is_some() { Tone::Bad } else { Tone::Warn };
        let problem = tr!(
            "protection-problem",
            name = plain::quoted(&words::account(account)),
            problem = plain::told(&refused.problem)
        );
        let mut facts = facts::of_certificate(&refused.facts, shared.clock);
        if let Some(before) = refused.before {
            facts.push(facts::Fact {
                name: tr!("protection-trusted-before"),
                tone: Tone::Bad,
                words: words::fingerprint(&before),
            });
        }
        let content = column![said(tone, problem), facts::list(facts)].spacing(step::S);
        let stay = Message::Disconnect(account.id.clone());
        let stay = button::words(Button::Quiet, tr!("protection-stay"), Some(stay));
        let key = (account.id.clone(), fingerprint);
        if self.about.as_ref() == Some(&key) && refused.can_trust {
            let warning = match refused.before {
                // It takes another one's place.
                Some(_) => tr!("protection-changed"),
                None => tr!("protection-sure"),
            };
            let (account, fingerprint) = key;
            let surely = Message::TrustSurely(account, fingerprint);
            let acts = vec![
                button::words(Button::HangUp, tr!("protection-trust-surely"), Some(surely)),
                button::words(Button::Quiet, tr!("protection-trust-not"), Some(Message::TrustNot)),
            ];
            return content.push(said(Tone::Bad, warning.to_owned())).push(buttons(acts));
        }
        let trust = refused.can_trust.then_some(Message::Trust(key.0, fingerprint));
        let acts = vec![button::words(Button::Quiet, tr!("protection-trust"), trust), stay];
        content.push(buttons(acts)).push(why_not(refused.why_not.as_deref()))
    }

    /// The certificates that an account trusts by the user's word.
    pub(super) fn trusted<'a>(
        &'a self,
        account: &'a Account,
        shared: Shared<'a>,
    ) -> Option<Element<'a, Message>> {
        let report = &shared.snapshot.security;
        let protection = report.accounts.iter().find(|one| one.account == account.id)?;
        if protection.trusted.is_empty() {
            return None;
        }
        let rows = protection.trusted.iter().map(|pin| pinned(&account.id, pin, shared)).collect();
        let name = plain::quoted(&words::account(account));
        let name = tr!("protection-certificates", name = name);
        Some(sheet::section(name, rows))
    }
}

/// A server that offers less: whether to take it as it is.
fn weaker<'a>(account: &Account, question: &Question) -> Column<'a, Message> {
    let name = plain::quoted(&words::account(account));
    let (heading, accept, stay) = match question.weaker.least {
        Least::Before => (
            tr!("protection-weaker", name = name),
            tr!("protection-weaker-accept"),
            tr!("protection-stay"),
        ),
        Least::Wanted => (
            tr!("protection-not-secure", name = name),
            tr!("protection-not-secure-accept"),
            tr!("protection-disconnect"),
        ),
    };
    let on_accept = question.can_accept.then(|| Message::Accept(account.id.clone()));
    let acts = vec![
        button::words(Button::Primary, stay, Some(Message::Disconnect(account.id.clone()))),
        button::words(Button::Quiet, accept, on_accept),
    ];
    column![
        said(Tone::Warn, heading),
        body(plain::told(&question.weaker.to_string())),
        buttons(acts),
    ]
    .push(why_not(question.why_not.as_deref()))
}

fn why_not<'a>(words: Option<&str>) -> Option<Element<'a, Message>> {
    words.map(|words| small(plain::told(words)).style(Tone::Muted.text()).into())
}

/// Words on the ground of their tone.
fn said<'a>(tone: Tone, words: String) -> Element<'a, Message> {
    let words = sheet::long(strong(words)).style(tone.text());
    container(row![icon::WARNING.view(tone), words].spacing(step::S).align_y(Alignment::Center))
        .padding(theme::pad(step::S, step::S))
        .width(Length::Fill)
        .style(tone.boxed(radius::CONTROL))
        .into()
}

fn pinned<'a>(account: &AccountId, pin: &Pin, shared: Shared<'_>) -> Element<'a, Message> {
    let (domain, day) = (plain::quoted(&pin.domain), shared.clock.day(pin.since));
    let since = tr!("protection-pinned", domain = domain, day = day);
    let words = column![
        sheet::long(body(words::fingerprint(&pin.fingerprint))),
        small(since).style(Tone::Muted.text()),
    ]
    .width(Length::Fill);
    let distrust = Message::Distrust(account.clone(), pin.fingerprint);
    let distrust = button::words(Button::Quiet, tr!("protection-trust-no-more"), Some(distrust));
    let content: Element<'a, Message> = if shared.narrow {
        column![words, distrust].spacing(step::XS).into()
    } else {
        row![words, distrust].spacing(step::S).align_y(Alignment::Center).into()
    };
    sheet::padded(content)
}
