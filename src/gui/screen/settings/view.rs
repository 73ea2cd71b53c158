//! How the settings look: the list of sections, and the one that is open.

use iced::widget::{Column, column, container, row, scrollable};
use iced::{Alignment, Element, Length, Padding};

use super::{
    Message, Prefs, Section, Settings, accounts, appearance, desktop, diagnostics, history,
    media_keys, notifications, privacy, shortcuts, sound,
};
use crate::gui::screen::Shared;
use crate::gui::theme::{self, Button, Tone, measure, radius, step};
use crate::gui::widget::fresh::fresh;
use crate::gui::widget::pick::{self, Item};
use crate::gui::widget::press::press;
use crate::gui::widget::{body, button, rule, sheet, small, strong, upright};
use crate::tr;

/// The list's width in logical pixels.
const LIST: f32 = 200.0;
/// The widest a section gets.
const WIDEST: f32 = 640.0;
/// With less room than this the list and a section do not stand side by side.
const BESIDE: f32 = 600.0;
/// With less room than this a section's rows have none for a button beside words.
const TIGHT: f32 = 440.0;

/// The page.
pub fn view<'a>(page: &'a Settings, prefs: Prefs<'a>, shared: Shared<'a>) -> Element<'a, Message> {
    let beside = shared.width >= BESIDE;
    let (name, back) = match (beside, page.listed) {
        (true, _) | (false, true) => (tr!("settings-title"), Message::Close),
        (false, false) => (page.section.name(), Message::List),
    };
    let side = if shared.narrow { step::M } else { step::L };
    let head = sheet::head(name, "", back, Vec::new(), shared.narrow);
    let head = container(head)
        .padding(Padding::ZERO.horizontal(side))
        .center_y(Length::Fixed(measure::HEAD))
        .width(Length::Fill);
    let content = if beside {
        let list = container(list(Some(page.section))).width(Length::Fixed(LIST)).padding(step::S);
        row![list, upright(), section(page, prefs, shared, side)].height(Length::Fill).into()
    } else if page.listed {
        scrolled(container(list(None)).padding(step::S).into())
    } else {
        section(page, prefs, shared, side)
    };
    container(column![head, rule(), content]).width(Length::Fill).height(Length::Fill).into()
}

/// The names of the sections.
fn list<'a>(open: Option<Section>) -> Element<'a, Message> {
    let line = |section: Section| {
        let is_open = open == Some(section);
        let tone = if is_open { Tone::Accent } else { Tone::Text };
        let name = if is_open { strong(section.name()) } else { body(section.name()) };
        press(container(name.style(tone.text())).center_y(Length::Fill))
            .padding(theme::pad(0.0, step::S))
            .width(Length::Fill)
            .height(Length::Fixed(measure::CONTROL))
            .style(move |theme, status| {
                let mut style = theme::row(is_open)(theme, status);
                style.border.radius = radius::CONTROL.into();
                style
            })
            .on_press(Message::Show(section))
            .into()
    };
    Column::with_children(Section::ALL.map(line)).spacing(step::XXS).into()
}

fn scrolled(content: Element<'_, Message>) -> Element<'_, Message> {
    scrollable(content)
        .id(sheet::PAGE)
        .direction(theme::scrollbar())
        .style(theme::scroll)
        .width(Length::Fill)
        .height(Length::Fill)
        .into()
}

fn section<'a>(
    page: &'a Settings,
    prefs: Prefs<'a>,
    shared: Shared<'a>,
    side: f32,
) -> Element<'a, Message> {
    let list = if shared.width >= BESIDE { LIST } else { 0.0 };
    let shared = Shared { narrow: shared.narrow || shared.width - list < TIGHT, ..shared };
    let parts = match page.section {
        Section::Accounts => accounts::view(shared),
        Section::Features => {
            let parts = crate::gui::screen::accounts::features(prefs.accounts, shared);
            mapped(parts, Message::Features)
        }
        Section::Privacy => mapped(privacy::view(&page.privacy, shared), Message::Privacy),
        Section::Sound => {
            let mut parts = mapped(sound::view(&page.sound, shared), Message::Sound);
            parts.push(media_keys::view(prefs));
            parts
        }
        Section::Notifications => notifications::view(prefs),
        Section::Appearance => appearance::view(prefs),
        Section::History => history::view(&page.history, prefs, shared),
        Section::Shortcuts => shortcuts::view(),
        Section::Desktop => desktop::view(&page.desktop, prefs),
        Section::Diagnostics => diagnostics::view(&page.diagnostics, prefs, shared),
    };
    let parts = Column::with_children(parts).spacing(step::L).max_width(WIDEST);
    // Each section begins at its top.
    let scrolled = scrolled(container(parts).padding(side).width(Length::Fill).into());
    fresh(page.section.name(), scrolled)
}

/// A section's parts, with its messages as the page's.
fn mapped<'a, M: 'a>(
    parts: Vec<Element<'a, M>>,
    to: impl Fn(M) -> Message + Copy + 'a,
) -> Vec<Element<'a, Message>> {
    parts.into_iter().map(|part| part.map(to)).collect()
}

/// A setting with one of a few words, below its name and what it does.
pub(super) fn one_of<'a>(
    name: &'a str,
    hint: &'a str,
    items: impl IntoIterator<Item = Item<Message>>,
) -> Element<'a, Message> {
    let hint = (!hint.is_empty()).then(|| small(hint));
    let words = column![body(name)].push(hint);
    sheet::padded(column![words, pick::row_of(items)].spacing(step::XS))
}

/// A line that leads elsewhere: what is there, and the way; below it where there is no room.
pub(super) fn way<'a>(
    hint: &'a str,
    label: &'a str,
    press: Option<Message>,
    narrow: bool,
) -> Element<'a, Message> {
    let words = body(hint).style(Tone::Muted.text()).width(Length::Fill);
    let act = button::words(Button::Quiet, label, press);
    if narrow {
        return sheet::padded(column![words, act].spacing(step::XS));
    }
    sheet::padded(row![words, act].spacing(step::M).align_y(Alignment::Center))
}
