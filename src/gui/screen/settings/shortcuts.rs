//! All shortcuts, as the sheet of F1 has them.

use iced::widget::{container, row};
use iced::{Alignment, Element, Length};

use super::Message;
use crate::gui::app::shortcuts::Group;
use crate::gui::screen::shortcuts::all;
use crate::gui::theme::{self, Tone, step};
use crate::gui::widget::{body, sheet, strong};
use crate::tr;

/// The section.
pub(super) fn view<'a>() -> Vec<Element<'a, Message>> {
    let mut parts = vec![body(tr!("settings-shortcuts-hint")).style(Tone::Muted.text()).into()];
    parts.extend(Group::ALL.map(|group| {
        let rows = all(group).map(|(name, keys)| line(name, keys)).collect();
        sheet::section(group.name(), rows)
    }));
    parts
}

fn line<'a>(name: &'a str, keys: String) -> Element<'a, Message> {
    // The keys never break: what they do does.
    let keys = strong(keys).width(Length::Shrink).wrapping(iced::widget::text::Wrapping::None);
    let line = row![body(name).width(Length::Fill), keys].spacing(step::M);
    container(line.align_y(Alignment::Center))
        .padding(theme::pad(step::XS, step::S))
        .width(Length::Fill)
        .into()
}
