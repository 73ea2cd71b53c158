//! The tokens of the design as an iced theme: colours by their meaning, one scale of
//! spacing, one of text. Styles are plain functions of the theme, so a view names what a
//! thing is and never a colour.

mod style;
mod type_size;

use iced::theme::Palette;
use iced::widget::{container, svg, text};
use iced::{Color, Font, Theme, font};

pub use style::*;
pub use type_size::{enlarge_text, type_size};

/// Spacing in logical pixels, smallest first.
pub mod step {
    /// 4
    pub const XXS: f32 = 4.0;
    /// 8
    pub const XS: f32 = 8.0;
    /// 12
    pub const S: f32 = 12.0;
    /// 16
    pub const M: f32 = 16.0;
    /// 24
    pub const L: f32 = 24.0;
    /// 32
    pub const XL: f32 = 32.0;
}

/// Corner radii in logical pixels.
pub mod radius {
    /// Buttons, fields, chips.
    pub const CONTROL: f32 = 8.0;
    /// Bubbles, cards.
    pub const CARD: f32 = 12.0;
}

/// Fixed measures of the layout in logical pixels.
pub mod measure {
    /// The side panel's width.
    pub const PANEL: f32 = 320.0;
    /// Below this width of the window there is one column.
    pub const NARROW: f32 = 640.0;
    /// A row of the roster.
    pub const ROW: f32 = 56.0;
    /// A heading in the roster.
    pub const HEADING: f32 = 32.0;
    /// The head of a conversation.
    pub const HEAD: f32 = 72.0;
    /// The bar of a call.
    pub const BAR: f32 = 60.0;
    /// A button's or field's height.
    pub const CONTROL: f32 = 36.0;
    /// A card's width.
    pub const CARD: f32 = 400.0;
}

/// The text font at its regular weight.
pub const REGULAR: Font = Font::with_name("Inter");

/// The text font at its semi-bold weight.
pub const SEMIBOLD: Font = Font { weight: font::Weight::Semibold, ..Font::with_name("Inter") };

/// The bundled font files.
pub const FONTS: [&[u8]; 2] = [
    include_bytes!("../../assets/fonts/Inter-Regular.otf"),
    include_bytes!("../../assets/fonts/Inter-SemiBold.otf"),
];

/// Colours by meaning.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tokens {
    /// The window.
    pub bg: Color,
    /// Panels and bubbles.
    pub surface: Color,
    /// Quiet buttons, hover, event rows.
    pub raised: Color,
    /// What is read.
    pub text: Color,
    /// What is read second.
    pub muted: Color,
    /// Separators and outlines.
    pub line: Color,
    /// What the person can do next.
    pub accent: Color,
    /// On the accent.
    pub on_accent: Color,
    /// Selection.
    pub soft: Color,
    /// Online, answered, proven.
    pub good: Color,
    /// Its ground.
    pub good_ground: Color,
    /// Claimed, cost, mismatch.
    pub warn: Color,
    /// Its ground.
    pub warn_ground: Color,
    /// The same as a mark without words, such as a pip.
    pub amber: Color,
    /// A mark of something that is off.
    pub grey: Color,
    /// Missed, refused, hang up.
    pub bad: Color,
    /// Its ground.
    pub bad_ground: Color,
    /// On good and on bad, when they fill a button.
    pub on_state: Color,
    /// Our own messages.
    pub own: Color,
    /// Below words that were chosen.
    pub picked: Color,
    /// Below words that were looked for.
    pub hit: Color,
    /// The same, of those that were gone to.
    pub hit_in_turn: Color,
    /// How dark one ring of the shade around a card is.
    pub shade: f32,
    /// How dark the window is behind what stands above it.
    pub veil: f32,
}

/// The light tokens.
pub const LIGHT: Tokens = Tokens {
    bg: rgb(0xF5F7F9),
    surface: rgb(0xFFFFFF),
    raised: rgb(0xEDF1F4),
    text: rgb(0x17212B),
    muted: rgb(0x566472),
    line: rgb(0xDCE3E9),
    accent: rgb(0x0B6B6B),
    on_accent: rgb(0xFFFFFF),
    soft: rgb(0xDDEFEE),
    good: rgb(0x1A7A48),
    good_ground: rgb(0xE2F3E9),
    warn: rgb(0x8A5200),
    warn_ground: rgb(0xFFF3DC),
    amber: rgb(0xC9851C),
    grey: rgb(0x8B96A1),
    bad: rgb(0xB3261E),
    bad_ground: rgb(0xFCE8E6),
    on_state: rgb(0xFFFFFF),
    own: rgb(0xD9ECEB),
    picked: rgb(0xBFE3F5),
    hit: rgb(0xFFF1C9),
    hit_in_turn: rgb(0xFFD866),
    shade: 0.022,
    veil: 0.25,
};

/// The dark tokens.
pub const DARK: Tokens = Tokens {
    bg: rgb(0x10151A),
    surface: rgb(0x161D24),
    raised: rgb(0x1F2830),
    text: rgb(0xE7EDF2),
    muted: rgb(0x9CABB8),
    line: rgb(0x2A3540),
    accent: rgb(0x4FC3BC),
    on_accent: rgb(0x062524),
    soft: rgb(0x173433),
    good: rgb(0x63CC93),
    good_ground: rgb(0x16301F),
    warn: rgb(0xE8BA6C),
    warn_ground: rgb(0x30270F),
    amber: rgb(0xD9A441),
    grey: rgb(0x7F8B96),
    bad: rgb(0xF28B82),
    bad_ground: rgb(0x3A1D1B),
    on_state: rgb(0x10151A),
    own: rgb(0x1B3B3A),
    picked: rgb(0x1B4560),
    hit: rgb(0x3A300F),
    hit_in_turn: rgb(0x523F09),
    shade: 0.12,
    veil: 0.45,
};

const fn rgb(hex: u32) -> Color {
    let [_, red, green, blue] = hex.to_be_bytes();
    Color::from_rgb8(red, green, blue)
}

/// Which tokens are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// Light.
    #[default]
    Light,
    /// Dark.
    Dark,
}

impl Mode {
    /// What `DOVETAIL_THEME` asks for: `light` or `dark`; anything else follows the system.
    pub fn forced(wish: Option<&str>) -> Option<Self> {
        match wish {
            Some("light") => Some(Self::Light),
            Some("dark") => Some(Self::Dark),
            _ => None,
        }
    }

    /// The tokens of this mode, for what has its colour before it is drawn.
    pub fn tokens(self) -> &'static Tokens {
        match self {
            Self::Light => &LIGHT,
            Self::Dark => &DARK,
        }
    }

    /// The iced theme of this mode.
    pub fn theme(self) -> Theme {
        let tokens = self.tokens();
        let name = match self {
            Self::Light => "Dovetail light",
            Self::Dark => "Dovetail dark",
        };
        Theme::custom(
            name,
            Palette {
                background: tokens.bg,
                text: tokens.text,
                primary: tokens.accent,
                success: tokens.good,
                warning: tokens.warn,
                danger: tokens.bad,
            },
        )
    }
}

/// The tokens behind an iced theme.
pub fn tokens(theme: &Theme) -> &'static Tokens {
    if theme.extended_palette().is_dark { &DARK } else { &LIGHT }
}

/// A meaning that has a colour, chosen by a view and looked up when it is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// What is read.
    Text,
    /// What is read second.
    Muted,
    /// What can be done next.
    Accent,
    /// On the accent.
    OnAccent,
    /// On a filled state.
    OnState,
    /// Online, answered, proven.
    Good,
    /// Claimed, cost, mismatch.
    Warn,
    /// Missed, refused.
    Bad,
}

impl Tone {
    /// The tone's colour.
    pub fn color(self, tokens: &Tokens) -> Color {
        match self {
            Self::Text => tokens.text,
            Self::Muted => tokens.muted,
            Self::Accent => tokens.accent,
            Self::OnAccent => tokens.on_accent,
            Self::OnState => tokens.on_state,
            Self::Good => tokens.good,
            Self::Warn => tokens.warn,
            Self::Bad => tokens.bad,
        }
    }

    /// The tone's colour as a mark without words.
    pub fn mark(self, tokens: &Tokens) -> Color {
        match self {
            Self::Warn => tokens.amber,
            Self::Muted => tokens.grey,
            other => other.color(tokens),
        }
    }

    /// The ground that belongs to the tone.
    pub fn ground(self, tokens: &Tokens) -> Color {
        match self {
            Self::Good => tokens.good_ground,
            Self::Warn => tokens.warn_ground,
            Self::Bad => tokens.bad_ground,
            Self::Accent => tokens.soft,
            Self::Text | Self::Muted | Self::OnAccent | Self::OnState => tokens.raised,
        }
    }

    /// Text in this tone.
    pub fn text(self) -> impl Fn(&Theme) -> text::Style {
        move |theme| text::Style { color: Some(self.color(tokens(theme))) }
    }

    /// An icon in this tone.
    pub fn icon(self) -> impl Fn(&Theme, svg::Status) -> svg::Style {
        move |theme, _| svg::Style { color: Some(self.color(tokens(theme))) }
    }

    /// A box on the tone's ground.
    pub fn boxed(self, radius: f32) -> impl Fn(&Theme) -> container::Style {
        move |theme| style::filled(self.ground(tokens(theme)), radius)
    }
}

#[cfg(test)]
mod tests {
    use iced::Background;
    use iced::widget::button;

    use super::*;

    /// Relative luminance and contrast as WCAG 2.2 defines them.
    fn contrast(a: Color, b: Color) -> f32 {
        let (a, b) = (a.relative_luminance(), b.relative_luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn words_can_be_read_on_every_ground_they_stand_on() {
        for tokens in [&LIGHT, &DARK] {
            let pairs = [
                (tokens.text, tokens.bg),
                (tokens.text, tokens.own),
                (tokens.text, tokens.soft),
                (tokens.muted, tokens.surface),
                (tokens.muted, tokens.bg),
                (tokens.muted, tokens.raised),
                (tokens.muted, tokens.soft),
                (tokens.muted, tokens.own),
                (tokens.text, tokens.picked),
                (tokens.accent, tokens.picked),
                (tokens.text, tokens.hit),
                (tokens.accent, tokens.hit),
                (tokens.text, tokens.hit_in_turn),
                (tokens.accent, tokens.hit_in_turn),
                (tokens.on_accent, tokens.accent),
                (tokens.accent, tokens.raised),
                (tokens.accent, tokens.surface),
                (tokens.accent, tokens.own),
                (tokens.accent, tokens.soft),
                (tokens.on_state, tokens.good),
                (tokens.on_state, tokens.bad),
                (tokens.good, tokens.good_ground),
                (tokens.text, tokens.good_ground),
                (tokens.warn, tokens.warn_ground),
                (tokens.bad, tokens.bad_ground),
            ];
            for (ink, ground) in pairs {
                assert!(contrast(ink, ground) >= 4.5, "{ink:?} on {ground:?}");
            }
        }
    }

    /// A colour that lets its ground through, as it is seen.
    fn over(color: Color, ground: Color) -> Color {
        let part = |c: f32, g: f32| g + (c - g) * color.a;
        Color::from_rgb(part(color.r, ground.r), part(color.g, ground.g), part(color.b, ground.b))
    }

    fn is_legible(style: button::Style, below: Color, what: &str) {
        let ground = match style.background {
            Some(Background::Color(ground)) => over(ground, below),
            _ => below,
        };
        let found = contrast(style.text_color, ground);
        assert!(found >= 4.5, "{what}: {found}");
    }

    #[test]
    fn what_is_clicked_can_be_read_in_every_state() {
        use button::Status;
        let tones = [Tone::Text, Tone::Muted, Tone::Accent, Tone::Good, Tone::Warn, Tone::Bad];
        let kinds = [Button::Primary, Button::Quiet, Button::Answer, Button::HangUp, Button::Plain];
        for (mode, tokens) in [(Mode::Light, &LIGHT), (Mode::Dark, &DARK)] {
            let theme = mode.theme();
            for status in [Status::Active, Status::Hovered, Status::Pressed] {
                for on in [false, true] {
                    is_legible(row(on)(&theme, status), tokens.surface, "a row");
                    is_legible(choice(on)(&theme, status), tokens.surface, "a choice");
                    is_legible(row_call(on)(&theme, status), tokens.surface, "a row's call");
                }
                for tone in tones {
                    is_legible(toned(tone)(&theme, status), tokens.surface, &format!("{tone:?}"));
                }
            }
            for status in [Status::Active, Status::Hovered, Status::Pressed, Status::Disabled] {
                for kind in kinds {
                    let what = format!("{mode:?} {kind:?} {status:?}");
                    is_legible(kind.style()(&theme, status), tokens.surface, &what);
                    is_legible(kind.style()(&theme, status), tokens.bg, &what);
                }
            }
        }
    }

    #[test]
    fn where_the_cursor_and_the_selection_are_can_be_seen() {
        for (mode, tokens) in [(Mode::Light, &LIGHT), (Mode::Dark, &DARK)] {
            let grounds = [tokens.bg, tokens.surface, tokens.raised, tokens.soft, tokens.own];
            for ground in grounds {
                assert!(contrast(tokens.accent, ground) >= 3.0, "the ring on {ground:?}");
            }
            let theme = mode.theme();
            let field = field(&theme, iced::widget::text_input::Status::Active);
            for ground in [tokens.surface, tokens.bg] {
                let selected = over(field.selection, ground);
                assert!(contrast(field.value, selected) >= 4.5, "a selection on {ground:?}");
            }
        }
    }

    #[test]
    fn the_mode_is_kept_in_the_theme() {
        assert_eq!(tokens(&Mode::Light.theme()), &LIGHT);
        assert_eq!(tokens(&Mode::Dark.theme()), &DARK);
        assert_eq!(Mode::forced(Some("dark")), Some(Mode::Dark));
        assert_eq!(Mode::forced(Some("mauve")), None);
    }
}
