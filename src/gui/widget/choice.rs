//! What can be done with a link in a message, below it: nothing is called or opened by the
//! click on the link itself.

use std::rc::Rc;

use iced::widget::{column, container, row};
use iced::{Alignment, Element, Length};

use super::line::Line;
use super::prose::{Prose, Words};
use super::{button, small};
use crate::gui::icon;
use crate::gui::plain;
use crate::gui::theme::{self, Button, Mode, Tone, step};
use crate::model::link::Target;
use crate::tr;

/// The widest the choice gets, in logical pixels.
const WIDEST: f32 = 400.0;

/// What the person chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Call it.
    Call,
    /// Put it into the clipboard.
    Copy,
    /// Leave it.
    Close,
}

/// How the choice is to be drawn.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// Why nothing can be called now.
    pub hindrance: Option<&'static str>,
    /// It is in the clipboard already.
    pub copied: bool,
    /// The room for it, in logical pixels.
    pub room: f32,
    /// The colours.
    pub mode: Mode,
}

/// A target as people write it.
pub fn shown(target: &Target) -> String {
    plain::line(&match target {
        Target::Call(to) => to.strip_prefix("tel:").unwrap_or(to).to_owned(),
        Target::Chat(jid) => jid.to_string(),
        Target::Web(web) => web.url.clone(),
    })
}

/// What goes into the clipboard.
pub fn copied(target: &Target) -> String {
    match target {
        Target::Web(web) => web.url.clone(),
        other => shown(other),
    }
}

/// The choice.
pub fn view<'a>(target: &Target, look: Look) -> Element<'a, Act> {
    let copy = if look.copied { tr!("chat-copied") } else { tr!("chat-copy") };
    let copy = button::words(Button::Quiet, copy, Some(Act::Copy));
    let close = button::square(Button::Plain, &icon::CLOSE, tr!("chat-close"), Some(Act::Close));
    let mut parts = column![].spacing(step::XS);
    let content = match target {
        Target::Call(_) => {
            let label = Line::body(tr!("chat-call-number", to = shown(target))).both_ends();
            let press = look.hindrance.is_none().then_some(Act::Call);
            let call = button::wide_line(Button::Primary, &icon::PHONE, label, press);
            parts = parts.push(row![call, copy, close].spacing(step::XS));
            parts.push(look.hindrance.map(small))
        }
        Target::Chat(_) => {
            let address = Line::body(shown(target)).both_ends().fill();
            parts.push(row![address, copy, close].spacing(step::XS).align_y(Alignment::Center))
        }
        Target::Web(web) => {
            let address = Words::new(Rc::new(Prose::address(web)), look.mode).tone(Tone::Muted);
            let address = container(address).width(Length::Fill);
            parts = parts.push(row![address, close].spacing(step::XS));
            parts.push(copy)
        }
    };
    container(content)
        .padding(step::S)
        .width(Length::Fixed(look.room.min(WIDEST)))
        .style(theme::card)
        .into()
}
