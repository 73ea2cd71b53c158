//! Which accounts belong together, as it looks.

use iced::widget::{column, row};
use iced::{Alignment, Element};

use super::{Accounts, Control, Message, Together, apart};
use crate::core::snapshot::Snapshot;
use crate::gui::plain;
use crate::gui::screen::Shared;
use crate::gui::theme::{Button, step};
use crate::gui::widget::{body, button, sheet, small, switch};
use crate::gui::words;
use crate::model::id::AccountId;
use crate::model::relation::{Pair, Proposal, Relation};
use crate::tr;

/// The relations, what is proposed, and what stands apart; one box for each.
pub(super) fn together<'a>(page: &'a Accounts, shared: Shared<'a>) -> Vec<Element<'a, Message>> {
    let (snapshot, narrow) = (shared.snapshot, shared.narrow);
    let mut boxes: Vec<_> =
        snapshot.relations.iter().map(|relation| related(page, relation, snapshot)).collect();
    boxes.extend(snapshot.proposals.iter().map(|proposal| proposed(page, proposal, snapshot)));
    let apart = apart(snapshot);
    if !apart.is_empty() {
        let lines = apart.into_iter().map(|pair| unrelated(page, pair, narrow, snapshot));
        boxes.push(sheet::section(tr!("accounts-not-related"), lines.collect()));
    }
    boxes
}

fn related<'a>(
    page: &'a Accounts,
    relation: &'a Relation,
    snapshot: &Snapshot,
) -> Element<'a, Message> {
    let pair = Pair { xmpp: relation.xmpp.clone(), sip: relation.sip.clone() };
    let words = tr!(
        "accounts-two-sides",
        chat = named(&pair.xmpp, snapshot),
        telephony = named(&pair.sip, snapshot)
    );
    let apart = button::words(
        Button::Quiet,
        tr!("accounts-apart"),
        Some(Message::Pair(pair.clone(), Together::Unrelate)),
    );
    let (waits, both) = (pair.clone(), pair.clone());
    let rows = vec![
        sheet::padded(column![sheet::long(body(words)), small(words::set_by(relation.by))]),
        match relation.both_or_none {
            true => switch::locked(tr!("accounts-after"), tr!("accounts-after-locked"), true),
            false => switch::row_of(
                tr!("accounts-after"),
                tr!("accounts-after-hint"),
                relation.chat_waits,
                move |on| Message::Pair(waits, Together::ChatWaits(on)),
            ),
        },
        switch::row_of(
            tr!("accounts-both-or-none"),
            tr!("accounts-both-or-none-hint"),
            relation.both_or_none,
            move |on| Message::Pair(both, Together::BothOrNone(on)),
        ),
        said(page, &pair, sheet::padded(apart)),
    ];
    sheet::section(tr!("accounts-together"), rows)
}

fn proposed<'a>(
    page: &'a Accounts,
    proposal: &'a Proposal,
    snapshot: &Snapshot,
) -> Element<'a, Message> {
    let pair = &proposal.pair;
    let words = tr!(
        "accounts-look-like",
        chat = named(&pair.xmpp, snapshot),
        telephony = named(&pair.sip, snapshot)
    );
    let press = |wish| Some(Message::Pair(pair.clone(), wish));
    let acts = row![
        button::words(Button::Primary, tr!("accounts-relate"), press(Together::Relate)),
        button::words(Button::Quiet, tr!("accounts-relate-not"), press(Together::Refuse)),
    ]
    .spacing(step::XS);
    let why = sheet::long(small(plain::told(&proposal.why)));
    let words = column![sheet::long(body(words)), why, acts].spacing(step::XS);
    sheet::section(tr!("accounts-relate-question"), vec![said(page, pair, sheet::padded(words))])
}

fn unrelated<'a>(
    page: &'a Accounts,
    pair: Pair,
    narrow: bool,
    snapshot: &Snapshot,
) -> Element<'a, Message> {
    let words = tr!(
        "accounts-two",
        chat = named(&pair.xmpp, snapshot),
        telephony = named(&pair.sip, snapshot)
    );
    let press = Some(Message::Pair(pair.clone(), Together::Relate));
    let words = sheet::long(body(words));
    let relate = button::words(Button::Quiet, tr!("accounts-relate-them"), press);
    let line = match narrow {
        true => Element::from(column![words, relate].spacing(step::XS)),
        false => row![words, relate].spacing(step::S).align_y(Alignment::Center).into(),
    };
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
pub(super) fn named(id: &AccountId, snapshot: &Snapshot) -> String {
    match snapshot.accounts.iter().find(|account| account.id == *id) {
        Some(account) => {
            let (name, address) = (words::account(account), plain::quoted(&account.address));
            tr!("accounts-named", name = plain::quoted(&name), address = address)
        }
        None => plain::line(&id.to_string()),
    }
}
