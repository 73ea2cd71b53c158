//! The scrollbar of a feed: where it stands is known as far as the rows' heights are.

use iced::advanced::{Renderer as _, renderer};
use iced::border::Border;
use iced::{Point, Rectangle, Renderer, Size, Theme};

use super::arrange::State;
use crate::gui::theme::tokens;

/// Its width, and the least height of what is dragged.
const WIDTH: f32 = 6.0;
const LEAST: f32 = 32.0;
/// The gap to the edge, and how far beside the bar a press still is for it.
const MARGIN: f32 = 2.0;
const REACH: f32 = 6.0;

/// Where a press is for the bar.
pub(super) fn rail(bounds: Rectangle) -> Rectangle {
    let width = WIDTH + MARGIN + REACH;
    Rectangle { x: bounds.x + bounds.width - width, width, ..bounds }
}

/// What is dragged; none when all is in sight.
pub(super) fn thumb(state: &State, bounds: Rectangle) -> Option<Rectangle> {
    let (above, below) = state.beyond;
    if above + below < 1.0 {
        return None;
    }
    let whole = above + bounds.height + below;
    let height = (bounds.height * bounds.height / whole).max(LEAST).min(bounds.height);
    let y = bounds.y + (bounds.height - height) * above / (above + below);
    let x = bounds.x + bounds.width - WIDTH - MARGIN;
    Some(Rectangle::new(Point::new(x, y), Size::new(WIDTH, height)))
}

pub(super) fn draw(renderer: &mut Renderer, theme: &Theme, thumb: Rectangle, over: bool) {
    let tokens = tokens(theme);
    let color = if over { tokens.grey } else { tokens.line };
    let border = Border { radius: (WIDTH / 2.0).into(), ..Border::default() };
    let quad = renderer::Quad { bounds: thumb, border, ..renderer::Quad::default() };
    renderer.fill_quad(quad, color);
}
