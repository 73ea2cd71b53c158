//! The accounts in short, and the ways to all about them.

use iced::widget::{column, container, row};
use iced::{Element, Length, Padding};

use super::view::way;
use super::{Message, Other};
use crate::gui::plain;
use crate::gui::screen::Shared;
use crate::gui::theme::{Tone, step};
use crate::gui::widget::avatar::pip;
use crate::gui::widget::{body, sheet, small, strong};
use crate::gui::words;
use crate::model::account::Account;
use crate::tr;

/// The section.
pub(super) fn view<'a>(shared: Shared<'a>) -> Vec<Element<'a, Message>> {
    let mut lines: Vec<_> = shared.snapshot.accounts.iter().map(|one| line(one, shared)).collect();
    if lines.is_empty() {
        lines.push(sheet::remark(tr!("settings-no-account")));
    }
    let leave = |other| Some(Message::Leave(other));
    let way = |hint, label, to| way(hint, label, leave(to), shared.narrow);
    let ways = [
        way(tr!("settings-more-way"), tr!("settings-more-open"), Other::NewAccount),
        way(tr!("settings-accounts-way"), tr!("settings-accounts-open"), Other::Accounts),
        way(tr!("settings-protection-way"), tr!("settings-protection-open"), Other::Protection),
        way(tr!("settings-rules-way"), tr!("settings-rules-open"), Other::Rules),
    ];
    vec![sheet::section(tr!("settings-accounts"), lines), sheet::boxed(ways.into_iter().collect())]
}

fn line<'a>(account: &'a Account, shared: Shared<'a>) -> Element<'a, Message> {
    let tone = words::account_tone(account.state);
    let trouble = words::account_trouble(account, shared.clock);
    let ink = if tone == Tone::Bad { Tone::Bad } else { Tone::Muted };
    let state = trouble.unwrap_or_else(|| words::account_state(account.state).to_owned());
    let facts = column![
        strong(words::account(account)),
        sheet::long(body(plain::line(&account.address)).style(Tone::Muted.text())),
        sheet::long(small(state).style(ink.text())),
    ]
    .spacing(step::XXS / 2.0)
    .width(Length::Fill);
    let mark = container(pip(tone)).padding(Padding::ZERO.top(6));
    sheet::padded(row![mark, facts].spacing(step::S))
}
