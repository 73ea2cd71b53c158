//! A person's round picture: their photo, else initials on the colour of their address; and a
//! presence pip.

use iced::border::Border;
use iced::widget::{container, image, pin, stack, text};
use iced::{Background, Color, Element, Length};

use crate::gui::theme::{self, Tone, tokens};
use crate::gui::{color, photo, plain};
use crate::model::presence::Show;
use crate::model::vcard::Photo;

const SIZE: f32 = 40.0;
const PIP: f32 = 8.0;
const RING: f32 = 2.0;

/// The avatar of somebody whose address is known, with the pip of their presence.
pub fn person<'a, Message: 'a>(
    name: &str,
    address: &str,
    show: Option<Show>,
) -> Element<'a, Message> {
    pictured(None, name, address, show)
}

/// The same with their photo, when there is one that can be shown.
pub fn pictured<'a, Message: 'a>(
    photo: Option<&Photo>,
    name: &str,
    address: &str,
    show: Option<Show>,
) -> Element<'a, Message> {
    let disc = match photo.and_then(photo::shown) {
        Some(handle) => image(handle).width(Length::Fixed(SIZE)).height(Length::Fixed(SIZE)).into(),
        None => disc(plain::initials(name), color::avatar(address)),
    };
    let Some(show) = show else { return disc };
    // Inside the disc's square: a wider stack would stretch the disc.
    let at = SIZE - PIP - 2.0 * RING;
    stack![disc, pin(ringed(crate::gui::words::show_tone(show))).x(at).y(at)]
        .width(Length::Fixed(SIZE))
        .height(Length::Fixed(SIZE))
        .into()
}

/// The avatar of a caller whom nothing proves.
pub fn unknown<'a, Message: 'a>() -> Element<'a, Message> {
    disc("?".to_owned(), Color::from_rgb8(0x66, 0x72, 0x7F))
}

fn disc<'a, Message: 'a>(initials: String, ground: Color) -> Element<'a, Message> {
    let letters = text(initials).size(14).font(theme::SEMIBOLD).color(Color::WHITE);
    container(letters)
        .center(Length::Fixed(SIZE))
        .clip(true)
        .style(move |_| container::Style {
            background: Some(Background::Color(ground)),
            border: Border { radius: (SIZE / 2.0).into(), ..Border::default() },
            ..container::Style::default()
        })
        .into()
}

/// A pip on the edge of an avatar, set off by a ring of the panel's colour.
fn ringed<'a, Message: 'a>(tone: Tone) -> Element<'a, Message> {
    container(pip(tone))
        .padding(RING)
        .style(|theme| container::Style {
            background: Some(Background::Color(tokens(theme).surface)),
            border: Border { radius: (PIP / 2.0 + RING).into(), ..Border::default() },
            ..container::Style::default()
        })
        .into()
}

/// A round mark of a state.
pub fn pip<'a, Message: 'a>(tone: Tone) -> Element<'a, Message> {
    container(super::gap(PIP))
        .style(move |theme| container::Style {
            background: Some(Background::Color(tone.mark(tokens(theme)))),
            border: Border { radius: (PIP / 2.0).into(), ..Border::default() },
            ..container::Style::default()
        })
        .into()
}
