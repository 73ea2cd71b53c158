//! What stands in the place of a conversation while none is open: the next step in words.

use iced::widget::{column, container};
use iced::{Alignment, Element, Length};

use super::Shared;
use crate::gui::icon::{self, Icon};
use crate::gui::theme::{Tone, step};
use crate::gui::widget::{body, title};
use crate::model::account::Overall;
use crate::tr;

/// The page.
pub fn view<'a, Message: 'a>(shared: Shared<'a>) -> Element<'a, Message> {
    let (glyph, heading, words) = words(shared);
    let content = column![
        container(glyph.sized(Tone::Accent, 32.0))
            .center(Length::Fixed(72.0))
            .style(Tone::Accent.boxed(36.0)),
        title(heading),
        body(words).style(Tone::Muted.text()).align_x(Alignment::Center),
    ]
    .spacing(step::S)
    .align_x(Alignment::Center)
    .max_width(400);
    container(content).padding(step::L).center(Length::Fill).into()
}

fn words(shared: Shared<'_>) -> (&'static Icon, &'static str, &'static str) {
    let snapshot = shared.snapshot;
    match (snapshot.overall, snapshot.roster_known) {
        (Overall::Connecting, false) => {
            (&icon::CLOCK, tr!("sign-in-connecting"), tr!("sign-in-connecting-words"))
        }
        (Overall::Offline, false) => {
            (&icon::WARNING, tr!("sign-in-offline"), tr!("sign-in-offline-words"))
        }
        (_, true) if snapshot.contacts.is_empty() => {
            (&icon::ADD_CONTACT, tr!("sign-in-no-contacts"), tr!("sign-in-no-contacts-words"))
        }
        _ => (&icon::MESSAGE, tr!("sign-in-nobody-chosen"), tr!("sign-in-nobody-chosen-words")),
    }
}
