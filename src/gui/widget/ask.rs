//! The card of something the other side of a call wants that needs the user's word: nothing
//! remote starts a call unasked.

use iced::widget::{column, container, row};
use iced::{Alignment, Element, Length};

use super::line::Line;
use super::{avatar, body, button, chip, raised};
use crate::gui::icon;
use crate::gui::plain;
use crate::gui::theme::{Button, Tone, measure, step};
use crate::model::call::{Ask, AskKind, Call};
use crate::tr;

/// The user's word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Go ahead.
    Call,
    /// Leave it.
    Refuse,
}

/// The most cues that are shown.
const MOST_CUES: usize = 6;

/// The card.
pub fn view<'a>(call: &Call, ask: &Ask) -> Element<'a, Act> {
    let who = plain::quoted(&call.peer.display);
    let target = plain::line(&ask.display);
    let uri = plain::line(&ask.uri);
    let (heading, question) = match ask.kind {
        AskKind::Redirect => {
            (tr!("calls-ask-redirect-heading"), tr!("calls-ask-redirect", name = who))
        }
        AskKind::Transfer => {
            (tr!("calls-ask-transfer-heading"), tr!("calls-ask-transfer", name = who))
        }
        AskKind::Unencrypted => {
            (tr!("calls-ask-unencrypted-heading"), tr!("calls-ask-unencrypted", name = who))
        }
    };
    let picture =
        if target == uri { avatar::unknown() } else { avatar::person(&target, &uri, None) };
    let loses = ask.kind == AskKind::Unencrypted;
    let under = if target == uri || loses { heading.to_owned() } else { uri };
    let mut parts = column![
        row![picture, column![Line::name(target), Line::body(under).tone(Tone::Muted)]]
            .spacing(step::S)
            .align_y(Alignment::Center),
        body(question),
    ]
    .spacing(step::M);
    for cue in ask.cues.iter().take(MOST_CUES) {
        parts = parts.push(chip::fact(Tone::Warn, &icon::WARNING, plain::told(cue), None));
    }
    let acts = match loses {
        true => row![
            button::wide(Button::Quiet, tr!("calls-ask-go-on"), Some(Act::Call)),
            button::wide_labelled(
                Button::HangUp,
                &icon::HANG_UP,
                tr!("calls-hang-up"),
                Some(Act::Refuse)
            ),
        ],
        false => row![
            button::wide_labelled(
                Button::Primary,
                &icon::PHONE,
                tr!("calls-ask-call"),
                Some(Act::Call)
            ),
            button::wide(Button::Quiet, tr!("calls-ask-leave"), Some(Act::Refuse)),
        ],
    }
    .spacing(step::XS);
    let parts = parts.push(acts);
    let card =
        container(parts).padding(step::L - step::XXS).width(Length::Fill).max_width(measure::CARD);
    raised(card).into()
}
