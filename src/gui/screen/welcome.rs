//! What stands in the place of a conversation while none is open: the next step in words.

use iced::widget::{column, container};
use iced::{Alignment, Element, Length};

use super::Shared;
use crate::gui::icon::{self, Icon};
use crate::gui::theme::{self, Tone, step};
use crate::gui::widget::{body, title};
use crate::model::account::Overall;

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
    container(content).padding(step::L).center(Length::Fill).style(theme::ground).into()
}

fn words(shared: Shared<'_>) -> (&'static Icon, &'static str, &'static str) {
    let snapshot = shared.snapshot;
    match (snapshot.overall, snapshot.roster_known) {
        (Overall::Connecting, false) => {
            (&icon::CLOCK, "Connecting…", "Your contacts appear as soon as Chat is connected.")
        }
        (Overall::Offline, false) => (
            &icon::WARNING,
            "Not connected",
            "Neither messages nor calls can reach you. The panel says why, and when it is tried \
             again.",
        ),
        (_, true) if snapshot.contacts.is_empty() => (
            &icon::ADD_CONTACT,
            "No contacts yet",
            "Type somebody's address into the search field to add them, or a number to call it.",
        ),
        _ => (
            &icon::MESSAGE,
            "No conversation selected",
            "Choose a conversation or a contact to write or to call.",
        ),
    }
}
