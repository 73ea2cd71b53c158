//! How the list of the address book looks, and what a file would change.

use iced::widget::{column, container, row, scrollable, space};
use iced::{Alignment, Element, Length};

use super::{Book, Control, File, Message, OnFile, PATH, SEARCH, form};
use super::{can_call, found, only_number, under};
use crate::book::import::Import;
use crate::gui::plain;
use crate::gui::screen::Shared;
use crate::gui::theme::{self, Button, Tone, measure, step};
use crate::gui::widget::line::Line;
use crate::gui::widget::press::press;
use crate::gui::widget::{avatar, body, button, rule, sheet, small, strong};
use crate::model::book::BookEntry;
use crate::tr;

/// The page.
pub fn view<'a>(page: &'a Book, shared: Shared<'a>) -> Element<'a, Message> {
    if let Some(draft) = &page.draft {
        return form::view(page, draft, shared);
    }
    if let Some(file) = &page.file {
        return taking_in(page, file, shared);
    }
    let side = if shared.narrow { step::M } else { step::XL };
    let top = container(top(page, shared)).padding(theme::pad(side, side).bottom(step::S));
    container(column![top.max_width(720), rule(), list(page, shared)])
        .width(Length::Fill)
        .height(Length::Fill)
        .into()
}

fn top<'a>(page: &'a Book, shared: Shared<'a>) -> Element<'a, Message> {
    let some = !shared.snapshot.book.is_empty();
    let acts = vec![
        button::words(Button::Primary, tr!("book-new"), Some(Message::New)),
        button::words(
            Button::Quiet,
            tr!("book-from-file"),
            Some(Message::File(OnFile::Show(true))),
        ),
        button::words(Button::Quiet, tr!("book-copy"), some.then_some(Message::Copy)),
    ];
    let head = sheet::head(tr!("book-title"), "", Message::Close, acts, shared.narrow);
    let copied = page.copied.then(|| small(tr!("book-copied")));
    let head = column![head].push(copied).spacing(step::XS);
    let head = sheet::told(head, page.notes.at(&Control::Copy), Message::Copy);
    let search =
        some.then(|| sheet::field(SEARCH, tr!("book-search"), &page.search, Message::Search, None));
    column![head].push(search).spacing(step::M).into()
}

/// Everybody who is found; only what is in sight is drawn.
fn list<'a>(page: &'a Book, shared: Shared<'a>) -> Element<'a, Message> {
    let search = page.search.trim().to_lowercase();
    let all: Vec<_> = shared.snapshot.book.iter().filter(|entry| found(entry, &search)).collect();
    if all.is_empty() {
        let (title, words) = match search.is_empty() {
            true => (tr!("book-nobody"), tr!("book-nobody-words")),
            false => (tr!("book-nothing"), tr!("book-nothing-words")),
        };
        let words = column![strong(title), body(words).style(Tone::Muted.text())];
        let side = if shared.narrow { step::M } else { step::XL };
        return container(words.spacing(step::XXS)).padding(side).height(Length::Fill).into();
    }
    // Before the first scroll the view's height is not known; no window is higher.
    let height = if page.height > 0.0 { page.height } else { 2_160.0 };
    let first = ((page.offset / measure::ROW).floor().max(1.0) - 1.0) as usize;
    let first = first.min(all.len());
    let last = (((page.offset + height) / measure::ROW).ceil() + 1.0) as usize;
    let last = last.clamp(first, all.len());
    let calls = can_call(shared);
    let below = (all.len() - last) as f32 * measure::ROW;
    let rows = all.get(first..last).unwrap_or_default();
    let rows = column(rows.iter().map(|entry| person(entry, calls, shared.narrow)));
    let list = column![
        space().height(first as f32 * measure::ROW),
        rows.max_width(720),
        space().height(below)
    ];
    scrollable(list.width(Length::Fill))
        .direction(theme::scrollbar())
        .on_scroll(|view| Message::Scrolled(view.absolute_offset().y, view.bounds().height))
        .style(theme::scroll)
        .width(Length::Fill)
        .height(Length::Fill)
        .into()
}

fn person<'a>(entry: &BookEntry, calls: bool, narrow: bool) -> Element<'a, Message> {
    let name = plain::line(&entry.name);
    let words =
        column![Line::body(name.clone()).strong(), Line::small(under(entry)).tone(Tone::Muted)]
            .width(Length::Fill);
    let call = only_number(entry)
        .filter(|_| calls)
        .map(|number| button::row_call(false, Message::Call(number.to_owned(), name.clone())));
    let content = row![avatar::person(&name, &entry.id.to_string(), None), words]
        .push(call)
        .spacing(step::S)
        .align_y(Alignment::Center);
    let side = if narrow { step::M } else { step::XL };
    press(container(content).center_y(Length::Fill))
        .edge_to_edge()
        .padding(theme::pad(0.0, side))
        .width(Length::Fill)
        .height(Length::Fixed(measure::ROW))
        .style(theme::row(false))
        .on_press(Message::Open(entry.id.clone()))
        .into()
}

/// The most names of a kind that are shown of a file.
const MOST_NAMES: usize = 50;

/// A file, and what it would change.
fn taking_in<'a>(page: &'a Book, file: &'a File, shared: Shared<'a>) -> Element<'a, Message> {
    let head = sheet::head(
        tr!("book-file"),
        tr!("book-file-hint"),
        Message::File(OnFile::Show(false)),
        Vec::new(),
        shared.narrow,
    );
    let look = (!file.path.trim().is_empty()).then_some(Message::File(OnFile::Look));
    let input = sheet::field(
        PATH,
        tr!("book-path"),
        &file.path,
        |path| Message::File(OnFile::Path(path)),
        look.clone(),
    );
    let kind = if file.plan.is_none() { Button::Primary } else { Button::Quiet };
    let look = button::words(kind, tr!("book-look"), look);
    let rows = column![input, look].spacing(step::XS);
    let told = page.notes.at(&Control::Look);
    let rows = sheet::told(sheet::padded(rows), told, Message::File(OnFile::Look));
    let mut parts = column![head, sheet::boxed(vec![rows])];
    if let Some(plan) = &file.plan {
        parts = changes(plan).into_iter().fold(parts, |parts, part| parts.push(part));
        let told = page.notes.at(&Control::TakeIn);
        let nothing = plan.add.is_empty() && plan.change.is_empty();
        let last: Element<'_, _> = if file.done {
            strong(tr!("book-taken-in")).style(Tone::Good.text()).into()
        } else if nothing {
            body(tr!("book-nothing-new")).style(Tone::Muted.text()).into()
        } else {
            let press = Some(Message::File(OnFile::TakeIn));
            button::words(Button::Primary, tr!("book-take-in"), press)
        };
        parts = parts.push(sheet::told(last, told, Message::File(OnFile::TakeIn)));
    }
    sheet::page(parts, shared.narrow)
}

fn changes<'a>(plan: &'a Import) -> Vec<Element<'a, Message>> {
    let mut parts = Vec::new();
    let mut part = |name: String, count: usize, rows: Vec<Element<'a, Message>>| {
        if count > 0 {
            let mut rows = rows;
            if count > rows.len() {
                rows.push(sheet::remark(tr!("book-more", count = count - rows.len())));
            }
            parts.push(sheet::section(name, rows));
        }
    };
    let one = |entry: &BookEntry| -> Element<'a, Message> {
        let words = column![
            Line::body(plain::line(&entry.name)),
            Line::small(under(entry)).tone(Tone::Muted)
        ];
        sheet::padded(words)
    };
    let add = plan.add.iter().take(MOST_NAMES).map(one).collect();
    part(tr!("book-new-count", count = plan.add.len()), plan.add.len(), add);
    let change = plan.change.iter().take(MOST_NAMES).map(|change| one(&change.after)).collect();
    part(tr!("book-changed-count", count = plan.change.len()), plan.change.len(), change);
    let skip = plan.skip.iter().take(MOST_NAMES).map(|skip| {
        let why = sheet::long(small(plain::told(&skip.why)).style(Tone::Warn.text()));
        sheet::padded(column![Line::body(plain::line(&skip.what)), why])
    });
    part(tr!("book-left-out-count", count = plan.skip.len()), plan.skip.len(), skip.collect());
    if plan.same > 0 {
        let words = tr!("book-same", count = plan.same);
        parts.push(body(words).style(Tone::Muted.text()).into());
    }
    parts
}
