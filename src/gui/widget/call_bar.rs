//! The bar of a call: in sight on every screen while the call lives, and for a few seconds
//! after it ended, to say why.

use iced::widget::{button, container, row};
use iced::{Alignment, Element, Length};

use super::{line::Line, small, strong};
use crate::gui::icon;
use crate::gui::plain;
use crate::gui::theme::{self, Button, Tone, measure, step};
use crate::gui::words::{self, Clock};
use crate::model::call::{Call, CallState};

/// What can be done with a call from its bar.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// Mute or unmute.
    Mute(bool),
    /// Hang up.
    HangUp,
    /// Show the conversation with the other side.
    Open,
}

/// The bar. With `named` the other side's name stands in it; `narrow` leaves out what is
/// said elsewhere.
pub fn bar<'a>(call: &Call, clock: Clock, named: bool, narrow: bool) -> Element<'a, Act> {
    let ended = call.state == CallState::Ended;
    let tone = if ended { Tone::Muted } else { Tone::Good };
    let mut content = row![].spacing(step::S).align_y(Alignment::Center);
    if let Some(since) = call.answered.filter(|_| !ended) {
        content = content.push(strong(clock.timer(since)).style(Tone::Good.text()));
    }
    if named {
        let name = plain::line(&call.peer.display);
        content = content.push(
            button(Line::body(name).strong())
                .padding(0)
                .style(|theme, _| button::Style {
                    text_color: theme::tokens(theme).text,
                    ..button::Style::default()
                })
                .on_press(Act::Open),
        );
    }
    content = content.push(facts(call, narrow));
    if !ended {
        content = content.push(acts(call));
    }
    container(content)
        .padding(theme::pad(0.0, if narrow { step::M } else { step::L }))
        .center_y(Length::Fixed(measure::BAR))
        .width(Length::Fill)
        .style(tone.boxed(0.0))
        .into()
}

fn facts<'a>(call: &Call, narrow: bool) -> Element<'a, Act> {
    let mut more = Vec::new();
    let reason = call.end_reason.as_deref().map(plain::line).filter(|text| !text.is_empty());
    match (call.state, reason) {
        (CallState::Ended, Some(reason)) => more.push(reason),
        (CallState::Active, _) if !narrow => {
            more.extend(words::line(call).map(ToOwned::to_owned));
            more.extend(words::codec(&call.media));
        }
        _ => {}
    }
    let more: String = more.iter().map(|fact| format!(" · {fact}")).collect();
    let said = row![Line::small(words::call_state(call.state)).strong(), Line::small(more)];
    let mut facts = row![said].spacing(step::M).align_y(Alignment::Center);
    if call.state == CallState::Active {
        let (tone, word) = words::media_protection(&call.media);
        let glyph = if tone == Tone::Good { &icon::LOCK } else { &icon::LOCK_OPEN };
        facts = facts.push(
            row![glyph.sized(tone, 14.0)]
                .push((!narrow).then(|| small(word).style(tone.text())))
                .spacing(step::XXS + 2.0)
                .align_y(Alignment::Center),
        );
    }
    container(facts).width(Length::Fill).clip(true).into()
}

fn acts<'a>(call: &Call) -> Element<'a, Act> {
    let mute = if call.muted {
        super::button::square(
            Button::Primary,
            &icon::MICROPHONE_OFF,
            "Your microphone is muted. Unmute",
            Some(Act::Mute(false)),
        )
    } else {
        super::button::square(
            Button::Quiet,
            &icon::MICROPHONE,
            "Mute your microphone",
            Some(Act::Mute(true)),
        )
    };
    row![
        mute,
        super::button::labelled(Button::HangUp, &icon::HANG_UP, "Hang up", Some(Act::HangUp)),
    ]
    .spacing(step::XS)
    .into()
}
