//! Which rows of a feed are in sight, and where.

use std::collections::{HashMap, VecDeque};

use iced::advanced::layout::{Limits, Node};
use iced::advanced::widget::Tree;
use iced::{Element, Point, Renderer, Size, touch};

use super::Feed;
use crate::gui::theme::step;

/// What a row is known by.
pub type Key = u64;

/// The gap between two rows, and above the first and below the last.
const GAP: f32 = step::XS;
const MARGIN: f32 = step::M;
/// Where a row that is jumped to stands, as a share of the height.
const EYE: f32 = 0.3;
/// Heights that are kept; more are forgotten all at once.
const HEIGHTS: usize = 8_192;
/// This near to the end is at the end.
const NEAR: f32 = 1.0;

/// A place in the list.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Place {
    /// The end.
    End,
    /// A row, and where its top stands below the list's.
    Row(Key, f32),
    /// A row well in sight.
    Eye(Key),
}

/// What is in sight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sight {
    /// Where the list is.
    pub place: Place,
    /// The end is in sight.
    pub at_end: bool,
    /// Rows above what is in sight.
    pub above: usize,
    /// Rows below it.
    pub below: usize,
}

/// The list's state.
#[derive(Debug)]
pub(super) struct State {
    turn: Option<u64>,
    /// So many heights of the view are to be gone, below zero upwards.
    pages: f32,
    place: Place,
    keys: Vec<Key>,
    /// The row on which all others hang, and its top.
    hook: Option<(Key, f32)>,
    heights: HashMap<Key, f32>,
    size: Size,
    pub sight: Sight,
    pub told: Option<Sight>,
    /// Counts the moves of rows; it begins anew after 255.
    pub moves: u8,
    /// How much content there is above and below the view, as far as is known.
    pub beyond: (f32, f32),
    pub grabbed: Option<f32>,
    pub finger: Option<(touch::Finger, Point)>,
}

impl Default for State {
    fn default() -> Self {
        let sight = Sight { place: Place::End, at_end: true, above: 0, below: 0 };
        Self {
            turn: None,
            pages: 0.0,
            place: Place::End,
            keys: Vec::new(),
            hook: None,
            heights: HashMap::new(),
            size: Size::ZERO,
            sight,
            told: None,
            moves: 0,
            beyond: (0.0, 0.0),
            grabbed: None,
            finger: None,
        }
    }
}

impl State {
    /// Moves the content by so much: up when it is below zero.
    pub fn scroll(&mut self, by: f32) {
        if let Some((key, top)) = &mut self.hook {
            // Several may come before the rows are laid out again.
            *top += by;
            self.place = Place::Row(*key, *top);
        }
    }

    /// Goes where the bar was dragged to: to a share of the way.
    pub fn go_to_share(
        &mut self,
        share: f32,
        height: f32,
        keys: &[Key],
        guess: impl Fn(usize) -> f32,
    ) {
        let (above, below) = self.beyond;
        if share >= 1.0 {
            self.place = Place::End;
            return;
        }
        let mut left = share * (above + below);
        for (row, key) in keys.iter().enumerate() {
            let high = self.heights.get(key).copied().unwrap_or_else(|| guess(row)) + GAP;
            if left < high || row + 1 == keys.len() {
                self.place = Place::Row(*key, MARGIN.min(height) - left);
                return;
            }
            left -= high;
        }
    }
}

/// A row that was made.
pub(super) struct Made<'a, Message> {
    row: usize,
    pub element: Element<'a, Message>,
}

/// A row that is laid out.
struct Laid<'a, Message> {
    made: Made<'a, Message>,
    tree: Tree,
    node: Node,
    /// Where it stands below the top of the view.
    top: f32,
    height: f32,
}

/// What rows are made from, and those that are there already.
struct Bench<'a, 'w, Message> {
    keys: &'a [Key],
    make: &'w (dyn Fn(usize) -> Element<'a, Message> + 'a),
    made: HashMap<usize, Element<'a, Message>>,
    trees: HashMap<Key, Tree>,
    heights: &'w mut HashMap<Key, f32>,
    renderer: &'w Renderer,
    limits: Limits,
    view: f32,
    laid: VecDeque<Laid<'a, Message>>,
}

impl<'a, Message> Bench<'a, '_, Message> {
    fn lay(&mut self, row: usize) -> Option<Laid<'a, Message>> {
        let key = *self.keys.get(row)?;
        let mut element = self.made.remove(&row).unwrap_or_else(|| (self.make)(row));
        let mut tree = match self.trees.remove(&key) {
            Some(mut tree) => {
                tree.diff(&element);
                tree
            }
            None => Tree::new(&element),
        };
        let node = element.as_widget_mut().layout(&mut tree, self.renderer, &self.limits);
        let height = node.size().height;
        let _ = self.heights.insert(key, height);
        Some(Laid { made: Made { row, element }, tree, node, top: 0.0, height })
    }

    /// Begins with a row, its top where `top` says by its height.
    fn begin(&mut self, row: usize, top: impl Fn(f32) -> f32) {
        if let Some(mut first) = self.lay(row) {
            first.top = top(first.height);
            self.laid.push_back(first);
        }
    }

    /// Adds rows until the view is full, above and below.
    fn fill(&mut self) {
        while let Some(last) = self.laid.back() {
            let (top, next) = (last.top + last.height + GAP, last.made.row + 1);
            if top >= self.view {
                break;
            }
            let Some(mut laid) = self.lay(next) else { break };
            laid.top = top;
            self.laid.push_back(laid);
        }
        while let Some(first) = self.laid.front() {
            let (bottom, before) = (first.top - GAP, first.made.row.checked_sub(1));
            if bottom <= 0.0 {
                break;
            }
            let Some(mut laid) = before.and_then(|row| self.lay(row)) else { break };
            laid.top = bottom - laid.height;
            self.laid.push_front(laid);
        }
    }

    /// Where the content ends, when its last row is laid out.
    fn end(&self) -> Option<f32> {
        let last = self.laid.back().filter(|last| last.made.row + 1 == self.keys.len())?;
        Some(last.top + last.height + MARGIN)
    }

    /// Where it begins, when its first row is.
    fn start(&self) -> Option<f32> {
        self.laid.front().filter(|first| first.made.row == 0).map(|first| first.top - MARGIN)
    }

    fn shift(&mut self, by: f32) {
        self.laid.iter_mut().for_each(|laid| laid.top += by);
    }

    /// Leaves no gap at the end, nor at the start where there is enough to leave none.
    fn settle(&mut self) {
        self.fill();
        if let Some(end) = self.end().filter(|end| *end < self.view) {
            self.shift(self.view - end);
            self.fill();
        }
        if let Some(start) = self.start().filter(|start| *start > 0.0) {
            self.shift(-start);
            self.fill();
        }
        let view = self.view;
        let in_sight = |laid: &Laid<'a, Message>| laid.top < view && laid.top + laid.height > 0.0;
        self.laid.retain(in_sight);
    }
}

/// Makes and lays out the rows in sight of a view of this size.
pub(super) fn arrange<'a, Message>(
    feed: &mut Feed<'a, Message>,
    tree: &mut Tree,
    renderer: &Renderer,
    size: Size,
) -> Vec<Node> {
    let state = tree.state.downcast_mut::<State>();
    if state.size.width != size.width || state.heights.len() > HEIGHTS {
        state.heights.clear();
    }
    state.size = size;
    wish(state, feed);
    let trees = std::mem::take(&mut state.keys).into_iter().zip(tree.children.drain(..)).collect();
    let width = (size.width - 2.0 * feed.side).max(0.0);
    let made = std::mem::take(&mut feed.shown);
    let mut bench = Bench {
        keys: feed.keys,
        make: &*feed.make,
        made: made.into_iter().map(|made| (made.row, made.element)).collect(),
        trees,
        heights: &mut state.heights,
        renderer,
        limits: Limits::new(Size::ZERO, Size::new(width, f32::INFINITY)),
        view: size.height,
        laid: VecDeque::new(),
    };
    begin(&mut bench, state.place);
    bench.shift(-std::mem::take(&mut state.pages) * size.height);
    bench.settle();
    let at_end = bench.end().is_none_or(|end| end <= size.height + NEAR) && ends(&bench);
    let laid = bench.laid;
    see(state, feed, &laid, at_end, width);
    let mut nodes = Vec::with_capacity(laid.len());
    for one in laid {
        nodes.push(one.node.move_to(Point::new(feed.side, one.top)));
        tree.children.push(one.tree);
        feed.shown.push(one.made);
    }
    nodes
}

/// Takes in a new wish.
fn wish<Message>(state: &mut State, feed: &Feed<'_, Message>) {
    let wish = feed.wish;
    if state.turn == Some(wish.turn) {
        return;
    }
    if state.turn.is_none() || wish.pages == 0.0 {
        state.place = wish.place;
    }
    state.turn = Some(wish.turn);
    state.pages += wish.pages;
}

/// Lays out the row on which all others hang.
fn begin<Message>(bench: &mut Bench<'_, '_, Message>, place: Place) {
    let (keys, view) = (bench.keys, bench.view);
    let row = |wanted: Key| keys.iter().position(|key| *key == wanted);
    let at = match place {
        Place::Row(key, top) => row(key).map(|row| (row, top)),
        Place::Eye(key) => row(key).map(|row| (row, view * EYE)),
        Place::End => None,
    };
    match at {
        Some((row, top)) => bench.begin(row, |_| top),
        None => bench.begin(keys.len().saturating_sub(1), |height| view - MARGIN - height),
    }
}

fn ends<Message>(bench: &Bench<'_, '_, Message>) -> bool {
    bench.laid.back().is_none_or(|last| last.made.row + 1 == bench.keys.len())
}

/// Keeps what is in sight now.
fn see<Message>(
    state: &mut State,
    feed: &Feed<'_, Message>,
    laid: &VecDeque<Laid<'_, Message>>,
    at_end: bool,
    width: f32,
) {
    let key = |laid: &Laid<'_, Message>| feed.keys.get(laid.made.row).copied().unwrap_or_default();
    state.keys = laid.iter().map(key).collect();
    // One that stays when a page comes before it.
    let steady = laid.iter().find(|laid| (feed.steady)(laid.made.row)).or(laid.front());
    let hook = steady.map(|laid| (key(laid), laid.top));
    if hook != state.hook {
        state.moves = state.moves.wrapping_add(1);
    }
    state.hook = hook;
    let first = laid.front().map_or(0, |first| first.made.row);
    let after = laid.back().map_or(0, |last| last.made.row + 1);
    let high = |row: usize| {
        let known = feed.keys.get(row).and_then(|key| state.heights.get(key)).copied();
        known.unwrap_or_else(|| (feed.guess)(row, width)) + GAP
    };
    let above = laid.front().map_or(0.0, |first| MARGIN - first.top);
    let below = laid.back().map_or(0.0, |last| last.top + last.height + MARGIN - state.size.height);
    let above = above + (0..first).map(high).sum::<f32>();
    let below = below + (after..feed.keys.len()).map(high).sum::<f32>();
    state.beyond = (above.max(0.0), below.max(0.0));
    state.place = match (at_end && feed.sticks, state.hook) {
        (false, Some((key, top))) => Place::Row(key, top),
        _ => Place::End,
    };
    let below = feed.keys.len().saturating_sub(after);
    state.sight = Sight { place: state.place, at_end, above: first, below };
}
