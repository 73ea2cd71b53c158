//! Which accounts belong together and which way things go, as they look.

use iced::widget::{column, row};
use iced::{Alignment, Element, Length};

use super::{Accounts, Control, Message, Together, apart};
use crate::core::snapshot::Snapshot;
use crate::gui::plain;
use crate::gui::screen::Shared;
use crate::gui::theme::{Button, Tone, step};
use crate::gui::widget::{body, button, sheet, small, switch};
use crate::gui::words;
use crate::model::feature::{DecidedBy, Decision, Feature, Match, Protocol, Rule};
use crate::model::id::AccountId;
use crate::model::relation::{Pair, Proposal, Relation};

/// The relations, what is proposed, and what stands apart; one box for each.
pub(super) fn together<'a>(page: &'a Accounts, shared: Shared<'a>) -> Vec<Element<'a, Message>> {
    let snapshot = shared.snapshot;
    let mut boxes: Vec<_> =
        snapshot.relations.iter().map(|relation| related(page, relation, snapshot)).collect();
    boxes.extend(snapshot.proposals.iter().map(|proposal| proposed(page, proposal, snapshot)));
    let apart = apart(snapshot);
    if !apart.is_empty() {
        let lines = apart.into_iter().map(|pair| unrelated(page, pair, snapshot));
        boxes.push(sheet::section("Not related", lines.collect()));
    }
    boxes
}

fn related<'a>(
    page: &'a Accounts,
    relation: &'a Relation,
    snapshot: &Snapshot,
) -> Element<'a, Message> {
    let pair = Pair { xmpp: relation.xmpp.clone(), sip: relation.sip.clone() };
    let words = format!(
        "{} and {} are two sides of one service.",
        named(&pair.xmpp, snapshot),
        named(&pair.sip, snapshot)
    );
    let apart = button::words(
        Button::Quiet,
        "These do not belong together",
        Some(Message::Pair(pair.clone(), Together::Unrelate)),
    );
    let (waits, both) = (pair.clone(), pair.clone());
    let rows = vec![
        sheet::padded(sheet::long(body(words))),
        switch::row_of(
            "Connect chat after telephony",
            "Chat waits until telephony is registered.",
            relation.chat_waits,
            move |on| Message::Pair(waits, Together::ChatWaits(on)),
        ),
        switch::row_of(
            "Both or none",
            "Where one side cannot connect, the other is taken down.",
            relation.both_or_none,
            move |on| Message::Pair(both, Together::BothOrNone(on)),
        ),
        said(page, &pair, sheet::padded(apart)),
    ];
    sheet::section("Together", rows)
}

fn proposed<'a>(
    page: &'a Accounts,
    proposal: &'a Proposal,
    snapshot: &Snapshot,
) -> Element<'a, Message> {
    let pair = &proposal.pair;
    let words = format!(
        "{} and {} look like two sides of one service.",
        named(&pair.xmpp, snapshot),
        named(&pair.sip, snapshot)
    );
    let press = |wish| Some(Message::Pair(pair.clone(), wish));
    let acts = row![
        button::words(Button::Primary, "Relate", press(Together::Relate)),
        button::words(Button::Quiet, "No", press(Together::Refuse)),
    ]
    .spacing(step::XS);
    let why = sheet::long(small(plain::line(&proposal.why)));
    let words = column![sheet::long(body(words)), why, acts].spacing(step::XS);
    sheet::section("Do these belong together?", vec![said(page, pair, sheet::padded(words))])
}

fn unrelated<'a>(page: &'a Accounts, pair: Pair, snapshot: &Snapshot) -> Element<'a, Message> {
    let words = format!("{} and {}", named(&pair.xmpp, snapshot), named(&pair.sip, snapshot));
    let press = Some(Message::Pair(pair.clone(), Together::Relate));
    let line = row![sheet::long(body(words)), button::words(Button::Quiet, "Relate them", press)];
    let line = line.spacing(step::S).align_y(Alignment::Center);
    said(page, &pair, sheet::padded(line))
}

fn said<'a>(
    page: &'a Accounts,
    pair: &Pair,
    control: Element<'a, Message>,
) -> Element<'a, Message> {
    let spot = Control::of(pair);
    sheet::told(control, page.notes.at(&spot), Message::Confirm(spot.clone()))
}

/// An account with its name and address.
fn named(id: &AccountId, snapshot: &Snapshot) -> String {
    match snapshot.accounts.iter().find(|account| account.id == *id) {
        Some(account) => {
            format!("{} ({})", words::account(account), plain::line(&account.address))
        }
        None => plain::line(&id.to_string()),
    }
}

/// All features with their side, and the user's rules.
pub(super) fn ways<'a>(page: &'a Accounts, shared: Shared<'a>) -> Vec<Element<'a, Message>> {
    let snapshot = shared.snapshot;
    let mut rows: Vec<_> =
        snapshot.features.iter().map(|decision| way(decision, snapshot)).collect();
    for rule in &snapshot.feature_rules {
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
    rows
}

fn way<'a>(decision: &Decision, snapshot: &Snapshot) -> Element<'a, Message> {
    let none = decision.ways.is_empty();
    let tone = if none { Tone::Muted } else { Tone::Text };
    let plainly =
        !none && decision.by == DecidedBy::Usual && decision.ways.contains(&decision.protocol);
    let side = if none {
        plain::line(&decision.why)
    } else {
        let words = over(decision.protocol, decision.account.as_ref(), snapshot);
        words.replacen('o', "O", 1)
    };
    let why = (!plainly && !none).then(|| small(plain::line(&decision.why)));
    let side = column![body(side).style(tone.text())].push(why);
    let name = body(feature(decision.feature)).style(tone.text());
    let line = row![name.width(Length::FillPortion(2)), side.width(Length::FillPortion(3))];
    sheet::padded(line.spacing(step::S))
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
