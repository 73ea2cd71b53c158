//! Frames of the window: what the program's event loop does for one, without a display.

use std::mem;
use std::time::{Duration, Instant};

use dovetail::core::command::{Command, CommandError, Reply};
use dovetail::gui::app::Message;
use dovetail::gui::theme;
use iced::advanced::clipboard;
use iced::advanced::graphics::{Viewport, damage};
use iced::advanced::renderer::Style;
use iced::theme::Base;
use iced::{Event, Point, Rectangle, Renderer, Size, mouse, window};
use iced_test::runtime::UserInterface;
use iced_test::runtime::user_interface::Cache;
use iced_tiny_skia::Layer;
use tiny_skia::{Mask, Pixmap};

use crate::driver::Driver;

/// A window of which every frame is timed.
pub struct Frames {
    window: Driver,
    cache: Cache,
    renderer: Renderer,
    size: Size,
    cursor: mouse::Cursor,
    pixels: Pixmap,
    mask: Mask,
    last: Vec<Layer>,
    times: Vec<Duration>,
}

impl Frames {
    pub fn new(window: Driver, (width, height): (f32, f32)) -> Self {
        for font in theme::FONTS {
            let mut fonts = iced::advanced::graphics::text::font_system().write().unwrap();
            fonts.load_font(font.into());
        }
        let (columns, lines) = (width as u32, height as u32);
        let mut frames = Self {
            window,
            cache: Cache::default(),
            renderer: Renderer::new(theme::REGULAR, 14.0.into()),
            size: Size::new(width, height),
            cursor: mouse::Cursor::Unavailable,
            pixels: Pixmap::new(columns, lines).unwrap(),
            mask: Mask::new(columns, lines).unwrap(),
            last: Vec::new(),
            times: Vec::new(),
        };
        // The first one draws everything and fills the caches of glyphs.
        frames.frame(&[]);
        frames.frame(&[]);
        frames.forget();
        frames
    }

    /// The wheel is turned above a place: the content moves down by so much.
    pub fn wheel(&mut self, at: Point, pixels: f32) {
        self.cursor = mouse::Cursor::Available(at);
        let delta = mouse::ScrollDelta::Pixels { x: 0.0, y: pixels };
        self.frame(&[Event::Mouse(mouse::Event::WheelScrolled { delta })]);
    }

    /// The pointer moves.
    pub fn pointer(&mut self, to: Point) {
        self.cursor = mouse::Cursor::Available(to);
        self.frame(&[Event::Mouse(mouse::Event::CursorMoved { position: to })]);
    }

    /// A message from elsewhere.
    pub fn message(&mut self, message: Message) {
        let begun = Instant::now();
        self.window.take([message]);
        let spent = begun.elapsed();
        self.frame(&[]);
        *self.times.last_mut().unwrap() += spent;
    }

    /// Answers what the window asked the hub, outside of the time.
    pub fn serve(&mut self, answer: impl FnMut(&Command) -> Result<Reply, CommandError>) {
        self.window.serve(answer);
    }

    /// What was timed so far does not count.
    pub fn forget(&mut self) {
        self.times.clear();
    }

    /// Prints what was timed since the last report.
    pub fn report(&mut self, what: &str) {
        let mut times = mem::take(&mut self.times);
        times.sort();
        let at = |part: f64| {
            let place = ((times.len() as f64) * part).ceil() as usize;
            times.get(place.saturating_sub(1)).copied().unwrap_or_default().as_secs_f64() * 1e3
        };
        let (middle, most, longest) = (at(0.5), at(0.99), at(1.0));
        let count = times.len();
        println!("| {what} | {count} | {middle:.1} ms | {most:.1} ms | {longest:.1} ms |");
    }

    fn frame(&mut self, events: &[Event]) {
        let begun = Instant::now();
        let mut messages = Vec::new();
        let redraw = Event::Window(window::Event::RedrawRequested(begun));
        let theme = self.window.app.theme();
        let base = theme.base();
        let mut batch = events.to_vec();
        // What an event brings is taken in, and the view is made anew, before it is drawn.
        for _ in 0..3 {
            let mut interface = UserInterface::build(
                self.window.app.view(),
                self.size,
                mem::take(&mut self.cache),
                &mut self.renderer,
            );
            batch.push(redraw.clone());
            for event in batch.drain(..) {
                let _ = interface.update(
                    &[event],
                    self.cursor,
                    &mut self.renderer,
                    &mut clipboard::Null,
                    &mut messages,
                );
            }
            let style = Style { text_color: base.text_color };
            if messages.is_empty() {
                interface.draw(&mut self.renderer, &theme, &style, self.cursor);
            }
            self.cache = interface.into_cache();
            if messages.is_empty() {
                break;
            }
            self.window.take(messages.drain(..));
        }
        self.present(base.background_color);
        self.times.push(begun.elapsed());
    }

    /// As the renderer presents a frame: what is the same as in the last one stays.
    fn present(&mut self, ground: iced::Color) {
        let whole = Rectangle::with_size(self.size);
        let layers = self.renderer.layers();
        let changed = damage::diff(&self.last, layers, |layer| vec![layer.bounds], Layer::damage);
        self.last = layers.to_vec();
        let changed = damage::group(changed, whole);
        let (width, height) = (self.pixels.width(), self.pixels.height());
        let viewport = Viewport::with_physical_size(Size::new(width, height), 1.0);
        let pixels = &mut self.pixels.as_mut();
        self.renderer.draw(pixels, &mut self.mask, &viewport, &changed, ground);
    }
}
