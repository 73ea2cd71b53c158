//! The window as the program would draw it, without a display: the same on every machine, for
//! only the bundled fonts are there.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

use std::mem;
use std::sync::Once;
use std::time::Instant;

use dovetail::gui::theme;
use iced::advanced::clipboard;
use iced::advanced::graphics::text::font_system;
use iced::advanced::renderer::{Headless, Style};
use iced::theme::Base;
use iced::{Event, Point, Renderer, Size, mouse, window};
use iced_test::runtime::UserInterface;
use iced_test::runtime::user_interface::Cache;
use tiny_skia::{IntSize, Pixmap};

use crate::driver::Driver;

/// What the view tells of itself when it is drawn changes it so often at most.
const PASSES: usize = 6;

/// Draws a window, with the pointer at a place or nowhere.
pub fn paint(window: &mut Driver, pointer: Option<Point>) -> Pixmap {
    only_bundled_fonts();
    let (width, height) = window.size();
    let (size, physical) = (Size::new(width, height), Size::new(width as u32, height as u32));
    let mut renderer = Renderer::new(theme::REGULAR, 14.0.into());
    let cursor = pointer.map_or(mouse::Cursor::Unavailable, mouse::Cursor::Available);
    let (theme, mut cache) = (window.app.theme(), Cache::default());
    let base = theme.base();
    for pass in 1..=PASSES {
        let view = window.app.view();
        let mut interface = UserInterface::build(view, size, cache, &mut renderer);
        let redraw = Event::Window(window::Event::RedrawRequested(Instant::now()));
        let mut messages = Vec::new();
        let mut events = vec![redraw];
        if let Some(position) = pointer {
            events.insert(0, Event::Mouse(mouse::Event::CursorMoved { position }));
        }
        let nowhere = &mut clipboard::Null;
        let _ = interface.update(&events, cursor, &mut renderer, nowhere, &mut messages);
        let is_last = messages.is_empty() || pass == PASSES;
        if is_last {
            let style = Style { text_color: base.text_color };
            interface.draw(&mut renderer, &theme, &style, cursor);
        }
        cache = interface.into_cache();
        window.take(mem::take(&mut messages));
        if is_last {
            break;
        }
    }
    let points = renderer.screenshot(physical, 1.0, base.background_color);
    let size = IntSize::from_wh(physical.width, physical.height).unwrap();
    Pixmap::from_vec(points, size).unwrap()
}

/// Takes away what the system brings: a glyph that is not ours is not drawn.
pub fn only_bundled_fonts() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let mut fonts = font_system().write().unwrap();
        let raw = fonts.raw().db_mut();
        let all: Vec<_> = raw.faces().map(|face| face.id).collect();
        all.into_iter().for_each(|id| raw.remove_face(id));
        for font in theme::FONTS {
            fonts.load_font(font.into());
        }
    });
}
