//! One line of text that ends in an ellipsis where it does not fit. iced would wrap or clip.

use std::ops::Range;

use iced::advanced::text::paragraph;
use iced::advanced::widget::{Tree, Widget, tree};
use iced::advanced::{Layout, Text, layout, mouse, renderer, text, widget};
use iced::{Color, Element, Font, Length, Rectangle, Renderer, Size, Theme};

use crate::gui::theme::{self, Tone, tokens};

/// How often it is guessed where a line is to be cut.
const GUESSES: usize = 4;

/// A line of text, cut with an ellipsis at the width it is given.
pub struct Line {
    content: String,
    size: f32,
    height: f32,
    font: Font,
    tone: Option<Tone>,
    width: Length,
    both_ends: bool,
}

impl Line {
    /// Body text: 14 on 20.
    pub fn body(content: impl Into<String>) -> Self {
        Self::sized(content, 14.0, 20.0)
    }

    /// Small text: 12 on 16.
    pub fn small(content: impl Into<String>) -> Self {
        Self::sized(content, 12.0, 16.0)
    }

    /// A name: 16 on 24, semi-bold.
    pub fn name(content: impl Into<String>) -> Self {
        Self::sized(content, 16.0, 24.0).strong()
    }

    fn sized(content: impl Into<String>, size: f32, height: f32) -> Self {
        Self {
            content: content.into(),
            size: theme::type_size(size),
            height: theme::type_size(height),
            font: theme::REGULAR,
            tone: None,
            width: Length::Shrink,
            both_ends: false,
        }
    }

    /// Semi-bold.
    pub fn strong(self) -> Self {
        Self { font: theme::SEMIBOLD, ..self }
    }

    /// In a tone; the colour around it when none is named.
    pub fn tone(self, tone: Tone) -> Self {
        Self { tone: Some(tone), ..self }
    }

    /// As wide as there is room.
    pub fn fill(self) -> Self {
        Self { width: Length::Fill, ..self }
    }

    /// Cut in the middle instead: of an address, where it ends says whose it is.
    pub fn both_ends(self) -> Self {
        Self { both_ends: true, ..self }
    }

    fn text<'a>(&self, content: &'a str) -> Text<&'a str, Font> {
        let measures = (self.size, self.height);
        super::described(content, Size::INFINITE, measures, self.font, text::Wrapping::None)
    }

    /// Shapes as much of the content as fits.
    fn fit(&self, paragraph: &mut Paragraph, width: f32) {
        let _ = paragraph.update(self.text(&self.content));
        if paragraph.min_width() <= width {
            return;
        }
        let places: Vec<usize> = self.content.char_indices().map(|(at, _)| at).collect();
        // So many characters fit, so many do not, and how wide each are.
        let (mut fits, mut over) = ((0, 0.0), (places.len(), paragraph.min_width()));
        let mut shaped = places.len();
        for step in 0.. {
            let between = over.0.saturating_sub(fits.0);
            if between <= 1 {
                break;
            }
            // Shaping costs: the place is guessed from the widths, and halved where that fails.
            let share = if step < GUESSES { (width - fits.1) / (over.1 - fits.1) } else { 0.5 };
            let guess = (between as f32 * share.clamp(0.0, 1.0)) as usize;
            shaped = fits.0 + guess.clamp(1, between - 1);
            let cut = self.cut(&places, shaped);
            let _ = paragraph.update(self.text(&cut));
            let measured = (shaped, paragraph.min_width());
            if measured.1 <= width { fits = measured } else { over = measured }
        }
        if shaped != fits.0 {
            let cut = self.cut(&places, fits.0);
            let _ = paragraph.update(self.text(&cut));
        }
    }

    /// The content cut to so many characters, which begin at `places`.
    fn cut(&self, places: &[usize], count: usize) -> String {
        let part = |range: Range<Option<usize>>| {
            let (start, end) = (range.start.unwrap_or(0), range.end.unwrap_or(self.content.len()));
            self.content.get(start..end).unwrap_or_default()
        };
        let place = |index: usize| places.get(index).copied();
        let last = if self.both_ends { count / 2 } else { 0 };
        let start = part(None..place(count - last)).trim_end();
        if last == 0 {
            return format!("{start}…");
        }
        format!("{start}…{}", part(place(places.len() - last)..None).trim_start())
    }
}

type Paragraph = paragraph::Plain<<Renderer as text::Renderer>::Paragraph>;

#[derive(Default)]
struct State {
    paragraph: Paragraph,
    content: String,
    size: f32,
    width: f32,
}

impl<Message> Widget<Message, Theme, Renderer> for Line {
    fn tag(&self) -> tree::Tag {
        tree::Tag::of::<State>()
    }

    fn state(&self) -> tree::State {
        tree::State::new(State::default())
    }

    fn size(&self) -> Size<Length> {
        Size::new(self.width, Length::Shrink)
    }

    fn layout(
        &mut self,
        tree: &mut Tree,
        _renderer: &Renderer,
        limits: &layout::Limits,
    ) -> layout::Node {
        let state = tree.state.downcast_mut::<State>();
        layout::sized(limits, self.width, Length::Shrink, |limits| {
            let width = limits.max().width;
            let fitted = (state.size, state.width) == (self.size, width);
            if state.content != self.content || !fitted {
                self.fit(&mut state.paragraph, width);
                state.content.clone_from(&self.content);
                (state.size, state.width) = (self.size, width);
            }
            let fitted = state.paragraph.min_bounds();
            Size::new(fitted.width.min(width), self.height)
        })
    }

    fn draw(
        &self,
        tree: &Tree,
        renderer: &mut Renderer,
        theme: &Theme,
        defaults: &renderer::Style,
        layout: Layout<'_>,
        _cursor: mouse::Cursor,
        viewport: &Rectangle,
    ) {
        let state = tree.state.downcast_ref::<State>();
        mark(renderer, layout.bounds());
        let color = self.tone.map(|tone| tone.color(tokens(theme)));
        widget::text::draw(
            renderer,
            defaults,
            layout.bounds(),
            state.paragraph.raw(),
            widget::text::Style { color },
            viewport,
        );
    }

    fn operate(
        &mut self,
        _tree: &mut Tree,
        layout: Layout<'_>,
        _renderer: &Renderer,
        operation: &mut dyn widget::Operation,
    ) {
        operation.text(None, layout.bounds(), &self.content);
    }
}

/// The renderer redraws where a text's box was, and the edge of a glyph may stand a pixel
/// beside it. It redraws a quad with its surroundings: this one is not seen, and changes with
/// the text's width.
fn mark(renderer: &mut Renderer, bounds: Rectangle) {
    let quad = renderer::Quad { bounds, ..renderer::Quad::default() };
    renderer::Renderer::fill_quad(renderer, quad, Color::TRANSPARENT);
}

impl<'a, Message: 'a> From<Line> for Element<'a, Message> {
    fn from(line: Line) -> Self {
        Self::new(line)
    }
}
