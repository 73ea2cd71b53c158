//! Which way things go: each feature with its side, the user's rules, and one more of them.

use iced::widget::{column, row};
use iced::{Alignment, Element, Length};

use super::joint::named;
use super::rule::{Draft, OnRule, Whom, both_sides, features, of_kind};
use super::{Accounts, Control, Message};
use crate::core::snapshot::Snapshot;
use crate::gui::plain;
use crate::gui::screen::Shared;
use crate::gui::theme::{Button, Tone, step};
use crate::gui::widget::{body, button, sheet, small, switch};
use crate::gui::words;
use crate::model::account::AccountKind;
use crate::model::feature::{DecidedBy, Decision, Feature, Match, Protocol, Rule};
use crate::model::id::AccountId;

/// The field for whom a rule is about.
const WHO: &str = "rule-who";

/// All features with their side, the user's rules, and the way to one more.
pub(super) fn ways<'a>(page: &'a Accounts, shared: Shared<'a>) -> Vec<Element<'a, Message>> {
    let snapshot = shared.snapshot;
    let mut rows: Vec<_> =
        snapshot.features.iter().map(|decision| way(page, decision, snapshot)).collect();
    for rule in &snapshot.feature_rules {
        // That for everybody stands with its feature.
        if rule.with.is_none() && is_choice(rule.feature, snapshot) {
            continue;
        }
        let control = Control::Rule(rule.feature, rule.with.clone());
        let remove = Some(Message::DropRule(rule.clone()));
        let line = row![
            sheet::long(body(rule_words(rule, snapshot))),
            button::words(Button::Quiet, "Remove", remove)
        ]
        .spacing(step::S)
        .align_y(Alignment::Center);
        let told = page.notes.at(&control);
        rows.push(sheet::told(sheet::padded(line), told, Message::Confirm(control.clone())));
    }
    match &page.rule {
        Some(draft) => rows.push(form(page, draft, shared)),
        None if features(snapshot).is_empty() => {}
        None => {
            let open = Some(Message::Rule(OnRule::Open));
            rows.push(sheet::padded(button::words(Button::Quiet, "Make a rule…", open)));
        }
    }
    rows
}

/// Whether the person can choose the side of a feature.
fn is_choice(feature: Feature, snapshot: &Snapshot) -> bool {
    feature.ways().len() > 1 && both_sides(snapshot)
}

fn way<'a>(page: &'a Accounts, decision: &Decision, snapshot: &Snapshot) -> Element<'a, Message> {
    let none = decision.ways.is_empty();
    let tone = if none { Tone::Muted } else { Tone::Text };
    let choice = is_choice(decision.feature, snapshot);
    let plainly =
        !none && decision.by == DecidedBy::Usual && decision.ways.contains(&decision.protocol);
    let side: Element<'a, Message> = if choice {
        switch::few(decision.ways.iter().map(|protocol| {
            let chosen = *protocol == decision.protocol;
            let choose = Message::Way(decision.feature, *protocol);
            (capital(over(*protocol, None, snapshot)), chosen, choose)
        }))
    } else if none {
        body(plain::line(&decision.why)).style(tone.text()).into()
    } else {
        body(capital(over(decision.protocol, decision.account.as_ref(), snapshot))).into()
    };
    let why = (!plainly && !none).then(|| small(plain::line(&decision.why)));
    let side = column![side].push(why).spacing(step::XXS);
    let name = body(feature(decision.feature)).style(tone.text());
    let line = row![name.width(Length::FillPortion(2)), side.width(Length::FillPortion(3))];
    let line = line.spacing(step::S).align_y(Alignment::Center);
    let control = Control::Rule(decision.feature, None);
    let told = page.notes.at(&control);
    sheet::told(sheet::padded(line), told, Message::Confirm(control))
}

fn capital(words: String) -> String {
    words.replacen('o', "O", 1)
}

/// One more rule.
fn form<'a>(page: &'a Accounts, draft: &'a Draft, shared: Shared<'a>) -> Element<'a, Message> {
    let snapshot = shared.snapshot;
    let mut parts = column![].spacing(step::S);
    let kinds = features(snapshot);
    if kinds.len() > 1 {
        let kinds = kinds.into_iter().map(|kind| {
            let choose = Message::Rule(OnRule::Feature(kind));
            (feature(kind).to_owned(), kind == draft.feature, choose)
        });
        parts = parts.push(asked("What", switch::few(kinds)));
    }
    let with = format!("{} with", feature(draft.feature));
    parts = parts.push(asked(with, switch::few(whom(draft, snapshot))));
    let placeholder = match draft.whom {
        Whom::Device => Some("A number, or an address with its device"),
        Whom::Person => Some("bob@example.com, or a number"),
        Whom::Domain => Some("example.com"),
        Whom::Account(_) => None,
    };
    let keep = draft.rule().map(|_| Message::Rule(OnRule::Keep));
    parts = parts.push(placeholder.map(|placeholder| {
        let edit = |text| Message::Rule(OnRule::Who(text));
        sheet::field(WHO, placeholder, &draft.who, edit, keep.clone())
    }));
    parts = parts.push(asked("Goes", switch::few(goes(draft, snapshot))));
    let close = Some(Message::Rule(OnRule::Close));
    let acts = row![
        button::words(Button::Primary, "Keep the rule", keep),
        button::words(Button::Quiet, "Cancel", close)
    ];
    let parts = parts.push(acts.spacing(step::XS));
    let told = page.notes.at(&Control::NewRule);
    sheet::told(sheet::padded(parts), told, Message::Confirm(Control::NewRule))
}

fn asked<'a>(
    name: impl iced::widget::text::IntoFragment<'a>,
    answers: Element<'a, Message>,
) -> Element<'a, Message> {
    column![small(name), answers].spacing(step::XXS).into()
}

fn whom(draft: &Draft, snapshot: &Snapshot) -> Vec<(String, bool, Message)> {
    let mut all = vec![
        ("One person".to_owned(), Whom::Person),
        ("One number or device".to_owned(), Whom::Device),
        ("A domain".to_owned(), Whom::Domain),
    ];
    let chats: Vec<_> = of_kind(snapshot, AccountKind::Xmpp).collect();
    // With one chat account it would be everybody.
    for chat in chats.iter().filter(|_| chats.len() > 1) {
        let name = format!("Contacts of {}", plain::line(&chat.address));
        all.push((name, Whom::Account(chat.id.clone())));
    }
    let all = all.into_iter().map(|(name, whom)| {
        let chosen = draft.whom == whom;
        (name, chosen, Message::Rule(OnRule::Whom(whom)))
    });
    all.collect()
}

fn goes(draft: &Draft, snapshot: &Snapshot) -> Vec<(String, bool, Message)> {
    if draft.feature == Feature::Audio {
        let phones = of_kind(snapshot, AccountKind::Sip).map(|phone| {
            let chosen = draft.on.as_ref() == Some(&phone.id);
            let name = format!("Over {}", words::account(phone));
            let name = format!("{name} ({})", plain::line(&phone.address));
            (name, chosen, Message::Rule(OnRule::On(phone.id.clone())))
        });
        return phones.collect();
    }
    let ways = draft.feature.ways().iter().map(|protocol| {
        let chosen = draft.over == Some(*protocol);
        let name = capital(over(*protocol, None, snapshot));
        (name, chosen, Message::Rule(OnRule::Over(*protocol)))
    });
    ways.collect()
}

/// A rule of the user in words.
fn rule_words(rule: &Rule, snapshot: &Snapshot) -> String {
    let with = match &rule.with {
        None => "with everybody".to_owned(),
        Some(Match::Device(who) | Match::Contact(who)) => format!("with {}", plain::line(who)),
        Some(Match::Domain(domain)) => format!("with everybody at {}", plain::line(domain)),
        Some(Match::Account(id)) => format!("with the contacts of {}", named(id, snapshot)),
    };
    let over = over(rule.protocol, rule.account.as_ref(), snapshot);
    format!("{} {with}: {over}", feature(rule.feature))
}

fn over(protocol: Protocol, account: Option<&AccountId>, snapshot: &Snapshot) -> String {
    match (account, protocol) {
        (Some(account), _) => format!("over {}", named(account, snapshot)),
        (None, Protocol::Xmpp) => "over chat".to_owned(),
        (None, Protocol::Sip) => "over telephony".to_owned(),
    }
}

/// A feature's name for users.
fn feature(feature: Feature) -> &'static str {
    match feature {
        Feature::Chat => "Messages",
        Feature::Groupchat => "Rooms",
        Feature::Presence => "Presence",
        Feature::Files => "Files",
        Feature::Audio => "Calls",
        Feature::Video => "Video calls",
        Feature::Conference => "Conferences",
        Feature::Screen => "Shared screen",
    }
}
