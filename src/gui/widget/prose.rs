//! Text with links in it. iced's own rich text cannot be found by its words, and tells a click
//! in the empty space after a line from one on its last word only by chance.

mod pick;
mod select;

use std::fmt;
use std::ops::Range;
use std::rc::Rc;

use iced::advanced::mouse::click::Click;
use iced::advanced::text::{Difference, Paragraph as _, Span};
use iced::advanced::widget::{Tree, Widget, tree};
use iced::advanced::{Clipboard, Layout, Shell, Text, layout, mouse, renderer, text, widget};
use iced::border::Border;
use iced::keyboard::{self, key::Key};
use iced::widget::text::Wrapping;
use iced::{
    Color, Element, Event, Font, Length, Point, Rectangle, Renderer, Size, Theme, Vector, touch,
};

use crate::gui::plain;
use crate::gui::theme::{self, Mode, Tone, tokens};
use crate::model::link::{self, Target, Web};

/// The size and the height of a line as designed, in logical pixels.
const MEASURES: (f32, f32) = (14.0, 20.0);
/// Where a line's words are underlined, from its top.
const UNDERLINE: f32 = 16.0;

/// The most characters of an address that are shown at its start, whose host ends well before,
/// and at its end.
const ADDRESS: (usize, usize) = (280, 60);

/// A text as it is shown, with what was found in it.
pub struct Prose {
    text: String,
    marks: Vec<(Range<usize>, Mark)>,
}

/// What a part of a text is.
enum Mark {
    Link(Target),
    Strong,
}

/// Message texts are nobody's business.
impl fmt::Debug for Prose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prose").field("marks", &self.marks.len()).finish_non_exhaustive()
    }
}

impl Prose {
    /// A message's text, made safe for showing, with its links.
    pub fn of(body: &str) -> Self {
        // Links are looked for in what was sent: what is left out of the view disproves them.
        let links = link::find(body, None);
        let parts: Vec<Range<usize>> = links.iter().map(|link| link.range.clone()).collect();
        let (text, parts) = plain::body_with(body, &parts);
        let marks = links.into_iter().map(|link| Mark::Link(link.target));
        Self { text, marks: parts.into_iter().zip(marks).collect() }
    }

    /// An address of the web with its host in bold; cut in its middle when it is very long.
    pub fn address(web: &Web) -> Self {
        let (start, end) = ADDRESS;
        let count = web.url.chars().count();
        let text = if count > start + end {
            let characters = web.url.chars();
            let last = characters.clone().skip(count - end);
            characters.take(start).chain(['…']).chain(last).collect()
        } else {
            web.url.clone()
        };
        Self { text, marks: vec![(web.host.clone(), Mark::Strong)] }
    }

    /// Where a link leads, by its number.
    pub fn target(&self, link: usize) -> Option<&Target> {
        match self.marks.get(link) {
            Some((_, Mark::Link(target))) => Some(target),
            _ => None,
        }
    }

    /// A part of the text as it is shown.
    pub fn part(&self, part: &Range<usize>) -> &str {
        self.text.get(part.clone()).unwrap_or_default()
    }

    /// The whole text as it is shown.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where words of a search stand in it.
    pub fn hits<'a>(&self, words: impl Iterator<Item = &'a str>) -> Vec<Range<usize>> {
        select::hits(&self.text, words)
    }

    /// The text in pieces, each with its mark's number.
    fn pieces(&self) -> impl Iterator<Item = (&str, Option<usize>)> {
        let gaps = std::iter::once(0).chain(self.marks.iter().map(|(range, _)| range.end));
        let marks = self.marks.iter().enumerate().map(Some).chain([None]);
        gaps.zip(marks).flat_map(|(start, mark)| {
            let range = mark.map(|(index, (range, _))| (index, range.clone()));
            let end = range.as_ref().map_or(self.text.len(), |(_, range)| range.start);
            let piece = |range: Range<usize>| self.text.get(range).unwrap_or_default();
            let marked = range.map(|(index, range)| (piece(range), Some(index)));
            std::iter::once((piece(start..end), None)).chain(marked)
        })
    }
}

use pick::Drag;
pub use pick::Pick;

type Paragraph = <Renderer as text::Renderer>::Paragraph;

/// The widget: body text that wraps.
pub struct Words<'a, Message> {
    prose: Rc<Prose>,
    mode: Mode,
    tone: Option<Tone>,
    on_link: Option<Box<dyn Fn(usize) -> Message + 'a>>,
    on_pick: Option<Box<dyn Fn(Pick) -> Message + 'a>>,
    picked: Option<Range<usize>>,
    hits: Vec<Range<usize>>,
    /// They are those that are gone to.
    in_turn: bool,
}

impl<'a, Message> Words<'a, Message> {
    /// A text in the colours of `mode`.
    pub fn new(prose: Rc<Prose>, mode: Mode) -> Self {
        let (on_link, on_pick, picked, hits) = (None, None, None, Vec::new());
        Self { prose, mode, tone: None, on_link, on_pick, picked, hits, in_turn: false }
    }

    /// What a click on a link means, by the link's number.
    pub fn on_link(self, on_link: impl Fn(usize) -> Message + 'a) -> Self {
        Self { on_link: Some(Box::new(on_link)), ..self }
    }

    /// Lets a part be chosen; `picked` is.
    pub fn on_pick(
        self,
        picked: Option<Range<usize>>,
        on_pick: impl Fn(Pick) -> Message + 'a,
    ) -> Self {
        Self { on_pick: Some(Box::new(on_pick)), picked, ..self }
    }

    /// Parts that were looked for; `in_turn` when it is their turn to be seen.
    pub fn hits(self, hits: Vec<Range<usize>>, in_turn: bool) -> Self {
        Self { hits, in_turn, ..self }
    }

    /// In a tone; the colour around it when none is named.
    pub fn tone(self, tone: Tone) -> Self {
        Self { tone: Some(tone), ..self }
    }

    fn describe<Content>(content: Content, bounds: Size) -> Text<Content, Font> {
        let measures = (theme::type_size(MEASURES.0), theme::type_size(MEASURES.1));
        super::described(content, bounds, measures, theme::REGULAR, Wrapping::WordOrGlyph)
    }

    fn shape(&self, bounds: Size) -> Paragraph {
        if self.prose.marks.is_empty() {
            return Paragraph::with_text(Self::describe(self.prose.text.as_str(), bounds));
        }
        let tokens = self.mode.tokens();
        let spans: Vec<Span<'_, (), Font>> = self
            .prose
            .pieces()
            .map(|(piece, mark)| match mark.and_then(|mark| self.prose.marks.get(mark)) {
                Some((_, Mark::Link(_))) => Span::new(piece).color(tokens.accent),
                Some((_, Mark::Strong)) => {
                    Span::new(piece).color(tokens.text).font(theme::SEMIBOLD)
                }
                None => Span::new(piece),
            })
            .collect();
        Paragraph::with_spans(Self::describe(spans.as_slice(), bounds))
    }
}

#[derive(Default)]
struct State {
    /// What was shaped, and in which colours.
    shaped: Option<(Rc<Prose>, Mode)>,
    paragraph: Paragraph,
    /// Where the links are: number and box, one for each line.
    boxes: Vec<(usize, Rectangle)>,
    pressed: Option<usize>,
    click: Option<Click>,
    drag: Option<Drag>,
}

impl State {
    fn is_shaped(&self, prose: &Rc<Prose>, mode: Mode) -> bool {
        self.shaped.as_ref().is_some_and(|(known, in_mode)| {
            Rc::ptr_eq(known, prose) && (*in_mode == mode || prose.marks.is_empty())
        })
    }

    fn fit<Message>(&mut self, words: &Words<'_, Message>, bounds: Size) {
        let difference = if self.is_shaped(&words.prose, words.mode) {
            self.paragraph.compare(Words::<Message>::describe((), bounds))
        } else {
            Difference::Shape
        };
        match difference {
            Difference::None => return,
            Difference::Bounds => self.paragraph.resize(bounds),
            Difference::Shape => {
                self.paragraph = words.shape(bounds);
                self.shaped = Some((Rc::clone(&words.prose), words.mode));
            }
        }
        self.boxes.clear();
        for (piece, (_, mark)) in words.prose.pieces().enumerate() {
            if let Some(link) = mark.filter(|mark| words.prose.target(*mark).is_some()) {
                let lines = self.paragraph.span_bounds(piece);
                self.boxes.extend(lines.into_iter().map(|line| (link, line)));
            }
        }
    }

    /// Colours the ground of parts.
    fn mark(
        &self,
        renderer: &mut Renderer,
        bounds: Rectangle,
        prose: &Prose,
        parts: &[Range<usize>],
        color: Color,
    ) {
        let border = Border { radius: 2.0.into(), ..Border::default() };
        for line in select::boxes(self.paragraph.buffer(), &prose.text, parts) {
            let quad = renderer::Quad {
                bounds: line + Vector::new(bounds.x, bounds.y),
                border,
                ..renderer::Quad::default()
            };
            renderer::Renderer::fill_quad(renderer, quad, color);
        }
    }

    fn link_at(&self, point: Option<Point>) -> Option<usize> {
        let point = point?;
        self.boxes.iter().find(|(_, line)| line.contains(point)).map(|(link, _)| *link)
    }
}

impl<Message> Widget<Message, Theme, Renderer> for Words<'_, Message> {
    fn tag(&self) -> tree::Tag {
        tree::Tag::of::<State>()
    }

    fn state(&self) -> tree::State {
        tree::State::new(State::default())
    }

    fn size(&self) -> Size<Length> {
        Size::new(Length::Shrink, Length::Shrink)
    }

    fn layout(
        &mut self,
        tree: &mut Tree,
        _renderer: &Renderer,
        limits: &layout::Limits,
    ) -> layout::Node {
        let state = tree.state.downcast_mut::<State>();
        layout::sized(limits, Length::Shrink, Length::Shrink, |limits| {
            state.fit(self, limits.max());
            state.paragraph.min_bounds()
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
        let bounds = layout.bounds();
        if !bounds.intersects(viewport) {
            return;
        }
        let tokens_now = tokens(theme);
        let ground = if self.in_turn { tokens_now.hit_in_turn } else { tokens_now.hit };
        if !self.hits.is_empty() {
            state.mark(renderer, bounds, &self.prose, &self.hits, ground);
        }
        if let Some(picked) = &self.picked {
            let picked = std::slice::from_ref(picked);
            state.mark(renderer, bounds, &self.prose, picked, tokens_now.picked);
        }
        for (_, line) in &state.boxes {
            let place =
                line.position() + Vector::new(bounds.x, bounds.y + theme::type_size(UNDERLINE));
            let stroke = Rectangle::new(place, Size::new(line.width, 1.0));
            let quad = renderer::Quad { bounds: stroke, ..renderer::Quad::default() };
            renderer::Renderer::fill_quad(renderer, quad, tokens(theme).accent);
        }
        let color = self.tone.map(|tone| tone.color(tokens(theme)));
        let style = widget::text::Style { color };
        widget::text::draw(renderer, defaults, bounds, &state.paragraph, style, viewport);
    }

    fn update(
        &mut self,
        tree: &mut Tree,
        event: &Event,
        layout: Layout<'_>,
        cursor: mouse::Cursor,
        _renderer: &Renderer,
        _clipboard: &mut dyn Clipboard,
        shell: &mut Shell<'_, Message>,
        _viewport: &Rectangle,
    ) {
        if self.on_link.is_none() && self.on_pick.is_none() {
            return;
        }
        let state = tree.state.downcast_mut::<State>();
        let at = cursor.position_in(layout.bounds());
        match event {
            Event::Mouse(mouse::Event::ButtonPressed(mouse::Button::Left))
            | Event::Touch(touch::Event::FingerPressed { .. }) => {
                state.pressed = state.link_at(at).filter(|_| self.on_link.is_some());
                let begun = match (event, at) {
                    (Event::Mouse(_), Some(at)) => self.begin(state, at, shell),
                    _ => false,
                };
                if begun || state.pressed.is_some() {
                    shell.capture_event();
                }
            }
            Event::Mouse(mouse::Event::CursorMoved { .. }) if state.drag.is_some() => {
                let at = cursor.land().position_from(layout.bounds().position());
                if let Some(at) = at {
                    self.drag(state, at, shell);
                }
            }
            Event::Mouse(mouse::Event::ButtonReleased(mouse::Button::Left))
            | Event::Touch(touch::Event::FingerLifted { .. }) => {
                let dragged = state.drag.take().is_some_and(|drag| drag.moved);
                let Some(pressed) = state.pressed.take().filter(|_| !dragged) else { return };
                if let Some(on_link) = &self.on_link
                    && state.link_at(at) == Some(pressed)
                {
                    shell.publish(on_link(pressed));
                }
            }
            Event::Touch(touch::Event::FingerLost { .. }) => state.pressed = None,
            Event::Keyboard(keyboard::Event::KeyPressed { key, modifiers, .. }) => {
                let copies = modifiers.command() && key.as_ref() == Key::Character("c");
                if let Some(on_pick) = self.on_pick.as_ref().filter(|_| copies)
                    && self.picked.is_some()
                {
                    shell.publish(on_pick(Pick::Copy));
                    shell.capture_event();
                }
            }
            _ => {}
        }
    }

    fn mouse_interaction(
        &self,
        tree: &Tree,
        layout: Layout<'_>,
        cursor: mouse::Cursor,
        _viewport: &Rectangle,
        _renderer: &Renderer,
    ) -> mouse::Interaction {
        let state = tree.state.downcast_ref::<State>();
        let link = state.link_at(cursor.position_in(layout.bounds()));
        match link.filter(|_| self.on_link.is_some()) {
            Some(_) => mouse::Interaction::Pointer,
            None if self.on_pick.is_some() && cursor.is_over(layout.bounds()) => {
                mouse::Interaction::Text
            }
            None => mouse::Interaction::None,
        }
    }

    /// Says the whole text, and each link as a text of its own.
    fn operate(
        &mut self,
        tree: &mut Tree,
        layout: Layout<'_>,
        _renderer: &Renderer,
        operation: &mut dyn widget::Operation,
    ) {
        let state = tree.state.downcast_ref::<State>();
        let bounds = layout.bounds();
        operation.text(None, bounds, &self.prose.text);
        for (index, (range, _)) in self.prose.marks.iter().enumerate() {
            let Some((_, line)) = state.boxes.iter().find(|(link, _)| *link == index) else {
                continue;
            };
            let place = *line + Vector::new(bounds.x, bounds.y);
            operation.text(None, place, self.prose.text.get(range.clone()).unwrap_or_default());
        }
    }
}

impl<'a, Message: 'a> From<Words<'a, Message>> for Element<'a, Message> {
    fn from(words: Words<'a, Message>) -> Self {
        Self::new(words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_taken_apart_at_its_links() {
        let prose = Prose::of("Call +49\u{A0}30\u{A0}1234567\u{202C} or\r\nsip:bob@example.com");
        let pieces: Vec<_> = prose.pieces().collect();
        let number = "+49\u{A0}30\u{A0}1234567";
        let bob = "sip:bob@example.com";
        let all = [("Call ", None), (number, Some(0)), (" or\n", None), (bob, Some(1)), ("", None)];
        assert_eq!(pieces, all);
        assert_eq!(prose.target(0), Some(&Target::Call(number.to_owned())));
        assert_eq!(prose.target(2), None);
        assert_eq!(Prose::of("nothing").pieces().collect::<Vec<_>>(), [("nothing", None)]);
        assert!(!format!("{prose:?}").contains("1234567"));
    }

    #[test]
    fn a_long_address_keeps_its_host_and_its_end() {
        let url = format!("https://example.com/{}end", "x".repeat(5_000));
        let Some(Target::Web(web)) = link::find(&url, None).pop().map(|link| link.target) else {
            panic!("no address");
        };
        let prose = Prose::address(&web);
        assert!(prose.text.len() < 400 && prose.text.ends_with("xend"));
        let pieces: Vec<_> = prose.pieces().collect();
        assert_eq!(pieces.get(1), Some(&("example.com", Some(0))));
    }
}
