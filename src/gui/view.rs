//! The window put together: panel, page, the bars of live calls, and cards above them.

use iced::widget::{column, container, opaque, row, space as spacer, stack};
use iced::{Alignment, Element, Length, Padding};

use super::app::{App, Message, Page, contact_of};
use super::screen::{protection, welcome};
use super::theme::{self, measure, step};
use super::widget::{SHADE, call_bar, card, gap, notice, rule, upright};
use crate::model::call::CallState;

/// The window.
pub fn window(app: &App) -> Element<'_, Message> {
    let under = if app.narrow() { one_column(app) } else { two_columns(app) };
    match cards(app) {
        Some(cards) => stack![under, cards].into(),
        None => under,
    }
}

fn two_columns(app: &App) -> Element<'_, Message> {
    let width = Length::Fixed(measure::PANEL - 1.0);
    let panel = container(panel(app)).width(width).height(Length::Fill);
    row![panel, upright(), page(app)].height(Length::Fill).into()
}

fn one_column(app: &App) -> Element<'_, Message> {
    match app.page {
        Page::Welcome => column![panel(app)].push(bars(app)).push(told(app)).into(),
        _ => page(app),
    }
}

fn panel(app: &App) -> Element<'_, Message> {
    let open = match &app.page {
        Page::Conversation(with) => Some(with),
        _ => None,
    };
    app.sidebar.view(app.shared(), open).map(Message::Sidebar)
}

fn page(app: &App) -> Element<'_, Message> {
    let shared = app.shared();
    let page = match &app.page {
        Page::Welcome => column![].push(bars(app)).push(told(app)).push(welcome::view(shared)),
        Page::Protection => column![]
            .push(bars(app))
            .push(told(app))
            .push(protection::view(shared).map(Message::Protection)),
        Page::Conversation(with) => {
            column![app.conversations.header(with, shared).map(Message::Conversation), rule(),]
                .push(bars(app))
                .push(told(app))
                .push(app.conversations.body(with, shared).map(Message::Conversation))
        }
    };
    container(page).width(Length::Fill).height(Length::Fill).style(theme::ground).into()
}

/// The bars of all calls that do not ring here.
fn bars(app: &App) -> Option<Element<'_, Message>> {
    let shared = app.shared();
    let mut bars = column![];
    let mut any = false;
    for call in shared.snapshot.calls.iter().filter(|call| call.state != CallState::Incoming) {
        any = true;
        let here = matches!(&app.page, Page::Conversation(with) if contact_of(call).as_ref() == Some(with));
        let id = call.id.clone();
        bars = bars
            .push(
                call_bar::bar(call, shared.clock, !here, shared.narrow)
                    .map(move |act| Message::CallBar(id.clone(), act)),
            )
            .push(rule());
    }
    any.then(|| bars.into())
}

fn told(app: &App) -> Option<Element<'_, Message>> {
    let told = app.notice.as_ref()?;
    let side = if app.narrow() { step::S } else { step::L };
    let bar = notice::bar(told.level, &told.text, Message::DismissNotice);
    Some(container(bar).padding(Padding::from([step::S, side])).into())
}

/// The cards: a question of ours first, then the calls that ring.
fn cards(app: &App) -> Option<Element<'_, Message>> {
    let mut cards =
        column![].spacing(step::XXS).width(Length::Fill).max_width(measure::CARD + 2.0 * SHADE);
    let mut any = false;
    if let Some(question) = &app.question {
        any = true;
        cards = cards.push(card::question(question).map(Message::Question));
    }
    for call in app.incoming() {
        any = true;
        let state = app.card.as_ref().filter(|(of, _)| *of == call.id).map(|(_, state)| state);
        let id = call.id.clone();
        let card = card::incoming(call, &app.snapshot, state)
            .map(move |act| Message::Card(id.clone(), act));
        cards = cards.push(card);
    }
    let beside = if app.narrow() { 0.0 } else { measure::PANEL };
    any.then(|| {
        row![
            spacer().width(Length::Fixed(beside)),
            column![gap(above(app) + step::M - SHADE), opaque(cards)]
                .width(Length::Fill)
                .padding(Padding::from([0.0, step::M - SHADE]))
                .align_x(Alignment::Center),
        ]
        .into()
    })
}

/// What cards leave free at the top: the head of a conversation and the bars of live calls.
fn above(app: &App) -> f32 {
    let live = app.snapshot.calls.iter().filter(|call| call.state != CallState::Incoming).count();
    let bars = live as f32 * (measure::BAR + 1.0);
    match app.page {
        Page::Conversation(_) => measure::HEAD + 1.0 + bars,
        Page::Welcome if app.narrow() => 0.0,
        Page::Welcome | Page::Protection => bars,
    }
}
