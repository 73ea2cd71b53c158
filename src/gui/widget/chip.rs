//! Chips: a short fact on the ground of its tone.

use iced::widget::{column, container, row};
use iced::{Alignment, Element, Length};

use super::avatar::pip;
use super::line::Line;
use super::press::press;
use crate::core::snapshot::Snapshot;
use crate::gui::icon::{self, Icon};
use crate::gui::theme::{self, Button, Tone, radius, step};
use crate::gui::words::{self, Clock};
use crate::model::account::{Account, AccountState};
use crate::tr;

/// A fact that can be asked about: an icon and a few words.
pub fn fact<'a, Message: Clone + 'a>(
    tone: Tone,
    icon: &Icon,
    words: String,
    on_press: Option<Message>,
) -> Element<'a, Message> {
    let content =
        row![icon.sized(tone, 14.0), super::small(words).style(tone.text()).width(Length::Shrink),]
            .spacing(step::XS)
            .align_y(Alignment::Center);
    match on_press {
        Some(message) => press(content)
            .padding(theme::pad(step::XXS, step::XS))
            .style(theme::toned(tone))
            .on_press(message)
            .into(),
        None => container(content)
            .padding(theme::pad(step::XXS, step::XS))
            .style(tone.boxed(radius::CONTROL))
            .into(),
    }
}

/// The connection chip: every side with its pip and one word on protection; below that,
/// whatever is wrong with which account, why, and when it is tried again. A click on that leads
/// to what mends it.
pub fn connection<'a, Message: Clone + 'a>(
    snapshot: &Snapshot,
    clock: Clock,
    on_press: Message,
    mend: impl Fn(&Account) -> Message,
) -> Element<'a, Message> {
    let accounts = &snapshot.accounts;
    let sides = words::sides(accounts).into_iter().map(|(name, tone)| {
        row![pip(tone), Line::small(name)].spacing(step::XS - 2.0).align_y(Alignment::Center).into()
    });
    let mut top = row(sides).spacing(step::S).align_y(Alignment::Center);
    // What is wrong comes first; the page behind the chip tells the rest.
    let is_down = |account: &Account| words::account_tone(account.state) == Tone::Bad;
    let any_down = accounts.iter().any(is_down);
    if let Some((tone, word)) = words::protection(snapshot).filter(|_| !any_down) {
        let glyph = if tone == Tone::Good { &icon::LOCK } else { &icon::WARNING };
        top = top.push(
            row![glyph.sized(tone, 14.0), super::small(word).style(tone.text())]
                .spacing(step::XXS + 2.0)
                .align_y(Alignment::Center),
        );
    }
    let begins =
        |account: &Account| account.state == AccountState::Connecting && account.reason.is_none();
    let troubles: Vec<_> = accounts
        .iter()
        .filter(|account| !begins(account))
        .filter_map(|account| {
            let name = words::account_among(account, accounts);
            let said = words::account_trouble_of(account, &name, clock)?;
            let ink = if is_down(account) { Tone::Bad } else { Tone::Text };
            Some((ink, said, mend(account)))
        })
        .collect();
    let any_bad = troubles.iter().any(|(ink, ..)| *ink == Tone::Bad);
    let tone = if any_bad { Tone::Bad } else { Tone::Text };
    // In any language whole: what has no room stands on a second line.
    let top = top.wrap().vertical_spacing(step::XXS);
    let top = part(top.into(), tone, step::XS, on_press);
    let top = match words::several(accounts) {
        true => super::button::hinted(top, words::accounts(accounts)),
        false => top,
    };
    let parts = column![top].extend(troubles.into_iter().map(|(ink, said, mend)| {
        part(super::small(said).style(ink.text()).into(), tone, 0.0, mend)
    }));
    container(parts).width(Length::Fill).style(tone.boxed(radius::CONTROL)).into()
}

/// A part of the chip.
fn part<'a, Message: Clone + 'a>(
    content: Element<'a, Message>,
    tone: Tone,
    above: f32,
    on_press: Message,
) -> Element<'a, Message> {
    press(content)
        .padding(theme::pad(step::XS, step::S).top(above))
        .width(Length::Fill)
        .edge_to_edge()
        .style(move |theme, status| {
            let mut style = theme::toned(tone)(theme, status);
            style.text_color = theme::tokens(theme).text;
            style
        })
        .on_press(on_press)
        .into()
}

/// What waits in a mailbox, and a way to hear it.
pub fn mailbox<'a, Message: Clone + 'a>(
    words: String,
    call: Option<Message>,
) -> Element<'a, Message> {
    let call = call.map(|message| {
        super::button::labelled(Button::Primary, &icon::PHONE, tr!("sidebar-listen"), Some(message))
    });
    let content =
        row![icon::VOICEMAIL.sized(Tone::Accent, 16.0), Line::small(words).strong().fill(),]
            .push(call)
            .spacing(step::XS)
            .align_y(Alignment::Center);
    container(content)
        .padding(theme::pad(step::XXS, step::XXS).left(step::S))
        .center_y(Length::Fixed(44.0))
        .width(Length::Fill)
        .style(Tone::Accent.boxed(radius::CONTROL))
        .into()
}

/// A rule that keeps calls from ringing here; a click leads to it.
pub fn rule<'a, Message: Clone + 'a>(
    icon: &Icon,
    words: String,
    on_press: Message,
) -> Element<'a, Message> {
    let content = row![icon.sized(Tone::Warn, 14.0), Line::small(words).tone(Tone::Warn).fill()]
        .spacing(step::XS)
        .align_y(Alignment::Center);
    press(content)
        .padding(theme::pad(step::XS, step::S))
        .width(Length::Fill)
        .style(theme::toned(Tone::Warn))
        .on_press(on_press)
        .into()
}
