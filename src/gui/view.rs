//! The windows put together: panel, page, the bars of live calls, and cards above them; and
//! the small one of calls that ring.

use iced::widget::{column, container, mouse_area, opaque, row, scrollable, sensor, space, stack};
use iced::{Element, Length, Padding, Size, window};

use super::app::{App, Happened, Message, Page, over};
use super::icon;
use super::screen::details::Who;
use super::screen::{Go, calls, rules, sidebar, welcome};
use super::theme::{self, Button, measure, step};
use super::widget::fresh::fresh;
use super::widget::{SHADE, ask, button, card, notice, rule, upright};
use crate::model::call::CallState;
use crate::model::party::Party;
use crate::tr;

/// The main window.
pub fn main(app: &App) -> Element<'_, Message> {
    let window = if app.narrow() { one_column(app) } else { two_columns(app) };
    stack![window].push(above(app)).into()
}

/// What stands above the window; cards stay above that.
fn above(app: &App) -> Option<Element<'_, Message>> {
    let over = app.over.as_ref()?.view(app).map(Message::Over);
    let elsewhere =
        mouse_area(container(space()).width(Length::Fill).height(Length::Fill).style(theme::veil))
            .on_press(Message::Over(over::Message::Close));
    let side = if app.narrow() { step::XS } else { step::L };
    let over = container(over).padding(Padding::from([step::M, side])).center_x(Length::Fill);
    Some(stack![opaque(elsewhere), column![].push(cards(app)).push(over)].into())
}

/// The window of calls that ring: their cards and nothing else. It is as high as they are, and
/// says how high that is.
pub fn ringing(app: &App, id: window::Id) -> Element<'_, Message> {
    let on = app.snapshot.calls.iter().find(|call| call.state == CallState::Active);
    let mut cards = column![].width(Length::Fill);
    for (at, call) in app.incoming_apart().enumerate() {
        let state = app.card.as_ref().filter(|(of, _)| *of == call.id).map(|(_, state)| state);
        let of = call.id.clone();
        let card = card::incoming_bare(call, &app.snapshot, state, on)
            .map(move |act| Message::Card(of.clone(), act));
        cards = cards.push((at > 0).then(rule)).push(card);
    }
    let now = app.now();
    let measured = move |size: Size| Message::Window(id, now, Happened::Measured(size.height));
    let cards = sensor(cards).on_show(measured).on_resize(measured);
    container(scrollable(cards))
        .width(Length::Fill)
        .height(Length::Fill)
        .style(theme::surface)
        .into()
}

fn two_columns(app: &App) -> Element<'_, Message> {
    let width = Length::Fixed(measure::PANEL - 1.0);
    let panel = container(panel(app)).width(width).height(Length::Fill);
    row![panel, upright(), page(app)].height(Length::Fill).into()
}

fn one_column(app: &App) -> Element<'_, Message> {
    match app.page {
        Page::Welcome if app.snapshot.accounts.is_empty() => page(app),
        Page::Welcome => {
            column![below_cards(app, panel(app))].push(bars(app)).push(told(app)).into()
        }
        _ => page(app),
    }
}

fn panel(app: &App) -> Element<'_, Message> {
    let open = match &app.page {
        Page::Conversation(with) => Some(with),
        _ => None,
    };
    let panel = app.sidebar.view(app.shared(), open).map(Message::Sidebar);
    let progress = app.progress.view(&app.snapshot.work).map(|lines| {
        container(lines.map(Message::Progress)).width(Length::Fill).style(theme::surface)
    });
    column![panel].push(progress).into()
}

fn page(app: &App) -> Element<'_, Message> {
    let shared = app.shared();
    let mut page = column![];
    let body = match &app.page {
        Page::Protection => app.protection.view(shared).map(Message::Protection),
        Page::Rules => rules::view(&app.rules, shared).map(Message::Rules),
        Page::Conversation(with) => {
            let head = app.conversations.header(with, shared).map(Message::Conversation);
            page = page.push(row![head, details(with, shared.narrow)]).push(rule());
            app.conversations.body(with, shared).map(Message::Conversation)
        }
        other => match app.pages.view(other, app.prefs(), shared) {
            Some(page) => page.map(Message::Pages),
            None => welcome::view(shared),
        },
    };
    let page = page.push(bars(app)).push(told(app)).push(below_cards(app, body));
    container(page).width(Length::Fill).height(Length::Fill).into()
}

/// The way to what is known of somebody, at the end of the conversation's head.
fn details<'a>(with: &Party, narrow: bool) -> Element<'a, Message> {
    let go = sidebar::Message::Go(Go::Details(Who::Party(with.clone())));
    let press = Some(Message::Sidebar(go));
    let side = if narrow { step::S } else { step::L };
    container(button::square(Button::Quiet, &icon::INFO, tr!("sidebar-details"), press))
        .padding(Padding::ZERO.right(side))
        .center_y(Length::Fixed(measure::HEAD))
        .style(theme::surface)
        .into()
}

/// The bars of all calls that do not ring here.
fn bars(app: &App) -> Option<Element<'_, Message>> {
    let open = match &app.page {
        Page::Conversation(with) => Some(with),
        _ => None,
    };
    app.calls.bars(app.shared(), open).map(|bars| bars.map(Message::Calls))
}

fn told(app: &App) -> Option<Element<'_, Message>> {
    let told = app.notice.as_ref()?;
    let side = if app.narrow() { step::S } else { step::L };
    let bar = notice::bar(told.level, &told.text, Message::DismissNotice);
    Some(container(bar).padding(Padding::from([step::S, side])).into())
}

/// The content, and above it the cards and what is open for a call. It is always a stack, so
/// that the content keeps its scroll and its cursor when a card comes or goes.
fn below_cards<'a>(app: &'a App, content: Element<'a, Message>) -> Element<'a, Message> {
    let above = column![]
        .push(app.over.is_none().then(|| cards(app)).flatten())
        .push(tool(app))
        .width(Length::Fill);
    stack![content, above].width(Length::Fill).height(Length::Fill).into()
}

/// The cards: a question of ours first, then what other sides want, then the calls that ring.
fn cards(app: &App) -> Option<Element<'_, Message>> {
    let mut cards =
        column![].spacing(step::XXS).width(Length::Fill).max_width(measure::CARD + 2.0 * SHADE);
    let mut any = false;
    if let Some(question) = &app.question {
        any = true;
        cards = cards.push(fresh("question", card::question(question).map(Message::Question)));
    }
    for (call, asked) in app.asks() {
        any = true;
        let id = call.id.clone();
        let card = ask::view(call, asked)
            .map(move |act| Message::Calls(calls::Message::Ask(id.clone(), act)));
        cards = cards.push(fresh(("ask", &call.id), card));
    }
    let on = app.snapshot.calls.iter().find(|call| call.state == CallState::Active);
    for call in app.incoming_here() {
        any = true;
        let state = app.card.as_ref().filter(|(of, _)| *of == call.id).map(|(_, state)| state);
        let id = call.id.clone();
        let card = card::incoming(call, &app.snapshot, state, on)
            .map(move |act| Message::Card(id.clone(), act));
        cards = cards.push(fresh(("incoming", &call.id), card));
    }
    any.then(|| {
        container(opaque(cards))
            .padding(Padding::from([step::M - SHADE, step::M - SHADE]))
            .center_x(Length::Fill)
            .into()
    })
}

/// The keypad or the transfer panel, below the button that opened it.
fn tool(app: &App) -> Option<Element<'_, Message>> {
    let tool = app.calls.tool(app.shared())?.map(Message::Calls);
    let side = if app.narrow() { step::M } else { step::L };
    let tool = container(opaque(tool))
        .padding(Padding::from([step::XS - SHADE / 2.0, side - SHADE]))
        .align_right(Length::Fill);
    Some(tool.into())
}
