//! The sheet of shortcuts: all of them by what they belong to, and a field that narrows them.

use iced::widget::{column, container, row, scrollable, text_input};
use iced::{Alignment, Element, Length};

use crate::book::text::{fold, words};
use crate::gui::app::shortcuts::{Group, listed};
use crate::gui::theme::{self, Tone, step};
use crate::gui::widget::{body, field, heading, raised, rule, small};
use crate::tr;

/// Its field.
pub const FIELD: &str = "shortcuts";

/// Its width, where there is room.
const WIDTH: f32 = 560.0;

/// The longest text that is looked for, in bytes.
const LONGEST: usize = 100;

/// What the person did to it.
#[derive(Debug, Clone)]
pub enum Message {
    /// Typed.
    Typed(String),
}

/// The sheet's own state.
#[derive(Debug, Default)]
pub struct Sheet {
    text: String,
}

/// Keys that a field or a panel takes by itself, and what they do there.
fn of_fields() -> [(Group, &'static str, String); 3] {
    let (enter, shift) = (tr!("keys-cap-enter"), tr!("keys-cap-shift"));
    [
        (Group::Conversation, tr!("keys-send"), enter.to_owned()),
        (Group::Conversation, tr!("keys-line"), format!("{shift} {enter}")),
        (Group::Calls, tr!("keys-digits"), "0–9 * #".to_owned()),
    ]
}

/// All rows of a group: names and keys.
pub fn all(group: Group) -> impl Iterator<Item = (&'static str, String)> {
    let all = listed().map(|row| (row.group, (row.name)(), row.chord.words()));
    let of_group = all.chain(of_fields()).filter(move |(of, ..)| *of == group);
    of_group.map(|(_, name, keys)| (name, keys))
}

impl Sheet {
    /// Takes in what the person did.
    pub fn update(&mut self, message: Message) {
        let Message::Typed(text) = message;
        self.text = text.get(..text.floor_char_boundary(LONGEST)).unwrap_or(&text).to_owned();
    }

    /// The rows of a group that are looked for: names and keys.
    fn rows(&self, group: Group) -> Vec<(&'static str, String)> {
        let asked = fold(self.text.trim());
        let fits = |name: &str, keys: &str| {
            let known = fold(&format!("{name} {keys}"));
            words(&asked).all(|word| words(&known).any(|known| known.starts_with(word)))
        };
        all(group).filter(|(name, keys)| fits(name, keys)).collect()
    }

    /// The sheet.
    pub fn view(&self, narrow: bool) -> Element<'_, Message> {
        let input = field::field(
            text_input(tr!("keys-sheet-field"), &self.text).id(FIELD).on_input(Message::Typed),
        );
        let mut list = column![].spacing(step::M).padding(step::M);
        let mut any = false;
        for group in Group::ALL {
            let rows = self.rows(group);
            if rows.is_empty() {
                continue;
            }
            any = true;
            let rows = rows.into_iter().map(|(name, keys)| shortcut(name, keys));
            list = list.push(column![heading(group.name()), column(rows)].spacing(step::XXS));
        }
        if !any {
            list = list.push(body(tr!("keys-palette-nothing")).style(Tone::Muted.text()));
        }
        let title = container(crate::gui::widget::strong(tr!("keys-sheet")));
        let top = row![title.width(Length::Shrink), input]
            .spacing(step::M)
            .align_y(Alignment::Center)
            .padding(theme::pad(step::S, step::M));
        let list = scrollable(list)
            .direction(theme::scrollbar())
            .style(theme::scroll)
            .width(Length::Fill)
            .height(Length::Shrink);
        let most = if narrow { 520.0 } else { 560.0 };
        let card = column![top, rule(), container(list).max_height(most)];
        // As wide as it may be: what draws its shade fills what it is given.
        container(raised(container(card).width(Length::Fill))).max_width(WIDTH).into()
    }
}

fn shortcut<'a>(name: &'static str, keys: String) -> Element<'a, Message> {
    row![body(name).width(Length::Fill), small(keys).width(Length::Shrink)]
        .spacing(step::S)
        .align_y(Alignment::Center)
        .height(Length::Fixed(28.0))
        .into()
}
