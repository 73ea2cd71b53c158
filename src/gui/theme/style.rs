//! What each kind of thing looks like, as functions of the theme.

use iced::border::Border;
use iced::widget::{button, container, scrollable, text_editor, text_input};
use iced::{Background, Color, Padding, Theme};

use super::{Tokens, Tone, radius, tokens};

pub(super) fn filled(color: Color, radius: f32) -> container::Style {
    container::Style {
        background: Some(Background::Color(color)),
        border: Border { radius: radius.into(), ..Border::default() },
        ..container::Style::default()
    }
}

/// The side panel, the headers and the composer.
pub fn surface(theme: &Theme) -> container::Style {
    filled(tokens(theme).surface, 0.0)
}

/// A hairline between two panels.
pub fn hairline(theme: &Theme) -> container::Style {
    filled(tokens(theme).line, 0.0)
}

/// The line above what is new.
pub fn unread_line(theme: &Theme) -> container::Style {
    filled(tokens(theme).accent, 0.0)
}

/// A card above the window.
pub fn card(theme: &Theme) -> container::Style {
    let tokens = tokens(theme);
    container::Style {
        border: Border { color: tokens.line, width: 1.0, radius: radius::CARD.into() },
        ..filled(tokens.surface, radius::CARD)
    }
}

/// One ring of the shade around a card; the renderer draws a real shadow again and again over
/// what is redrawn in part.
pub fn shade(radius: f32) -> impl Fn(&Theme) -> container::Style {
    move |theme| filled(Color { a: tokens(theme).shade, ..Color::BLACK }, radius)
}

/// A message of the other side.
pub fn bubble_theirs(theme: &Theme) -> container::Style {
    let tokens = tokens(theme);
    container::Style {
        border: Border { color: tokens.line, width: 1.0, radius: radius::CARD.into() },
        ..filled(tokens.surface, radius::CARD)
    }
}

/// A message of ours.
pub fn bubble_ours(theme: &Theme) -> container::Style {
    filled(tokens(theme).own, radius::CARD)
}

/// A count of unread messages.
pub fn badge(theme: &Theme) -> container::Style {
    filled(tokens(theme).accent, 8.0)
}

/// A search field.
pub fn field(theme: &Theme, status: text_input::Status) -> text_input::Style {
    let tokens = tokens(theme);
    text_input::Style {
        background: Background::Color(tokens.surface),
        border: field_border(tokens, matches!(status, text_input::Status::Focused { .. })),
        icon: tokens.muted,
        placeholder: tokens.muted,
        value: tokens.text,
        selection: Color { a: 0.3, ..tokens.accent },
    }
}

/// The composer.
pub fn editor(theme: &Theme, status: text_editor::Status) -> text_editor::Style {
    let tokens = tokens(theme);
    text_editor::Style {
        background: Background::Color(tokens.bg),
        border: field_border(tokens, matches!(status, text_editor::Status::Focused { .. })),
        placeholder: tokens.muted,
        value: tokens.text,
        selection: Color { a: 0.3, ..tokens.accent },
    }
}

fn field_border(tokens: &Tokens, focused: bool) -> Border {
    Border {
        color: if focused { tokens.accent } else { tokens.line },
        width: if focused { 2.0 } else { 1.0 },
        radius: radius::CONTROL.into(),
    }
}

/// The bar itself: at the edge, over the content's margin.
pub fn scrollbar() -> scrollable::Direction {
    scrollable::Direction::Vertical(
        scrollable::Scrollbar::new().width(6).scroller_width(6).margin(2),
    )
}

/// A thin bar that shows only where there is something to scroll.
pub fn scroll(theme: &Theme, status: scrollable::Status) -> scrollable::Style {
    let tokens = tokens(theme);
    let visible =
        !matches!(status, scrollable::Status::Active { is_vertical_scrollbar_disabled: true, .. });
    let mut style = scrollable::default(theme, status);
    style.container = container::Style::default();
    style.vertical_rail.background = None;
    style.vertical_rail.scroller.background =
        Background::Color(if visible { tokens.line } else { Color::TRANSPARENT });
    style.vertical_rail.scroller.border = Border { radius: 3.0.into(), ..Border::default() };
    style
}

/// What a button is for; its colours follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Button {
    /// The next step.
    Primary,
    /// Anything else.
    Quiet,
    /// Takes a call.
    Answer,
    /// Ends or refuses.
    HangUp,
    /// Text that can be clicked, without a ground of its own.
    Plain,
}

impl Button {
    /// The tone of what stands on the button.
    pub fn tone(self, enabled: bool) -> Tone {
        match self {
            _ if !enabled => Tone::Muted,
            Self::Primary => Tone::OnAccent,
            Self::Answer | Self::HangUp => Tone::OnState,
            Self::Quiet | Self::Plain => Tone::Text,
        }
    }

    /// The button's style.
    pub fn style(self) -> impl Fn(&Theme, button::Status) -> button::Style {
        move |theme, status| {
            let tokens = tokens(theme);
            let enabled = status != button::Status::Disabled;
            let base = match self {
                _ if !enabled => Some(mix(tokens.raised, tokens.surface, 0.5)),
                Self::Primary => Some(tokens.accent),
                Self::Answer => Some(tokens.good),
                Self::HangUp => Some(tokens.bad),
                Self::Quiet => Some(tokens.raised),
                Self::Plain => None,
            };
            let ground = match (base, status) {
                (Some(color), button::Status::Hovered) => Some(mix(color, tokens.text, 0.08)),
                (Some(color), button::Status::Pressed) => Some(mix(color, tokens.text, 0.16)),
                (None, button::Status::Hovered | button::Status::Pressed) => Some(tokens.raised),
                (base, _) => base,
            };
            let mut style = clickable(ground, self.tone(enabled).color(tokens), radius::CONTROL);
            if !enabled && !matches!(self, Self::Quiet | Self::Plain) {
                // Its ground is next to the window's own: an edge keeps its shape in sight.
                style.border.color = tokens.line;
                style.border.width = 1.0;
            }
            style
        }
    }
}

/// The call button in a row of the roster: quiet until the pointer is on the row.
pub fn row_call(hovered: bool) -> impl Fn(&Theme, button::Status) -> button::Style {
    move |theme, status| {
        let tokens = tokens(theme);
        match (hovered, status) {
            (true, button::Status::Hovered | button::Status::Pressed) => {
                let ground = mix(tokens.accent, tokens.text, 0.08);
                clickable(Some(ground), tokens.on_accent, radius::CONTROL)
            }
            (true, _) => clickable(Some(tokens.accent), tokens.on_accent, radius::CONTROL),
            (false, _) => clickable(Some(tokens.raised), tokens.accent, radius::CONTROL),
        }
    }
}

/// What lies behind something above the window.
pub fn veil(theme: &Theme) -> container::Style {
    filled(Color { a: tokens(theme).veil, ..Color::BLACK }, 0.0)
}

/// What keys have moved to has a ring within its edge.
pub fn marked(on: bool) -> impl Fn(&Theme) -> container::Style {
    move |theme| container::Style {
        border: Border {
            color: tokens(theme).accent,
            width: if on { 2.0 } else { 0.0 },
            radius: radius::CONTROL.into(),
        },
        ..container::Style::default()
    }
}

/// A row of a list above the window; one of them is chosen.
pub fn choice(chosen: bool) -> impl Fn(&Theme, button::Status) -> button::Style {
    move |theme, status| {
        let style = row(chosen)(theme, status);
        button::Style { border: Border { radius: radius::CONTROL.into(), ..style.border }, ..style }
    }
}

/// A row that can be chosen.
pub fn row(selected: bool) -> impl Fn(&Theme, button::Status) -> button::Style {
    move |theme, status| {
        let tokens = tokens(theme);
        let ground = match status {
            _ if selected => Some(tokens.soft),
            button::Status::Hovered | button::Status::Pressed => Some(tokens.raised),
            _ => None,
        };
        clickable(ground, tokens.text, 0.0)
    }
}

/// A box on a tone's ground that can be clicked.
pub fn toned(tone: Tone) -> impl Fn(&Theme, button::Status) -> button::Style {
    move |theme, status| {
        let tokens = tokens(theme);
        let ground = match status {
            button::Status::Hovered | button::Status::Pressed => {
                // Towards the surface: its words stand out more, not less.
                mix(tone.ground(tokens), tokens.surface, 0.4)
            }
            _ => tone.ground(tokens),
        };
        clickable(Some(ground), tone.color(tokens), radius::CONTROL)
    }
}

fn clickable(ground: Option<Color>, text_color: Color, radius: f32) -> button::Style {
    button::Style {
        background: ground.map(Background::Color),
        text_color,
        border: Border { radius: radius.into(), ..Border::default() },
        ..button::Style::default()
    }
}

/// `share` of `other` in `color`.
fn mix(color: Color, other: Color, share: f32) -> Color {
    let part = |a: f32, b: f32| a + (b - a) * share;
    Color {
        r: part(color.r, other.r),
        g: part(color.g, other.g),
        b: part(color.b, other.b),
        a: color.a,
    }
}

/// Padding of `vertical` above and below and `horizontal` at the sides.
pub fn pad(vertical: f32, horizontal: f32) -> Padding {
    Padding::from([vertical, horizontal])
}

/// How loud something is, on [`level_ground`].
pub fn level(tone: Tone) -> impl Fn(&Theme) -> container::Style {
    move |theme| filled(tone.color(tokens(theme)), 2.0)
}

/// What a level fills.
pub fn level_ground(theme: &Theme) -> container::Style {
    let text = tokens(theme).text;
    filled(Color { a: 0.16, ..text }, 2.0)
}
