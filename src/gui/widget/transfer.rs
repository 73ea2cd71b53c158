//! The panel of a transfer: whom to, and whether to ask them first.

use iced::widget::{column, container, row, text_input};
use iced::{Alignment, Element, Length};

use super::line::Line;
use super::press::press;
use super::{SHADE, avatar, field, raised, small, strong};
use crate::core::snapshot::Snapshot;
use crate::gui::icon;
use crate::gui::plain;
use crate::gui::theme::{self, Button, Tone, measure, step};
use crate::model::BareJid;
use crate::model::contact::Contact;
use crate::tr;

/// The field for the target.
pub const FIELD: &str = "transfer-to";

/// The most contacts that are offered at once.
const MOST: usize = 4;

/// What the person did on the panel.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// Typed into the field.
    Typed(String),
    /// Pressed Enter there: takes the first contact that matches.
    Enter,
    /// Chose a contact.
    Choose(BareJid),
    /// Sends the call there at once.
    Now,
    /// Calls there first.
    AskFirst,
    /// Closed it.
    Close,
}

/// Whom the call is to go to, so far.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Draft {
    /// What stands in the field.
    pub text: String,
    /// The contact that was chosen.
    pub chosen: Option<BareJid>,
    /// The other side of the call, who is not offered.
    pub except: Option<BareJid>,
}

impl Draft {
    /// The target as it is dialled, and its name for people.
    pub fn target(&self) -> Option<(String, String)> {
        let text = self.text.trim();
        if text.is_empty() {
            return None;
        }
        let to = self.chosen.as_ref().map_or_else(|| text.to_owned(), ToString::to_string);
        Some((to, text.to_owned()))
    }
}

/// The contacts that match what was typed and can be called.
pub fn matching<'a>(
    snapshot: &'a Snapshot,
    draft: &Draft,
) -> impl Iterator<Item = &'a Contact> + use<'a> {
    let typed = draft.text.trim().to_lowercase();
    let open = draft.chosen.is_none();
    let except = draft.except.clone();
    let all = snapshot.contacts.iter().map(AsRef::as_ref);
    all.filter(move |contact: &&Contact| {
        let holds = |text: &str| text.to_lowercase().contains(&typed);
        let other = except.as_ref() != Some(&contact.jid);
        open && other && contact.can.audio && (holds(&contact.name) || holds(contact.jid.as_str()))
    })
    .take(MOST)
}

/// The panel of a further call; `name` is the other side of the one that is held for it.
pub fn further<'a>(draft: &'a Draft, name: &str, snapshot: &Snapshot) -> Element<'a, Act> {
    let call = super::button::wide_labelled(
        Button::Primary,
        &icon::PHONE,
        tr!("calls-add-call"),
        draft.target().map(|_| Act::Now),
    );
    let hint = tr!("calls-add-hint", name = plain::quoted(name));
    panel(tr!("calls-add-heading").to_owned(), draft, snapshot, call, hint)
}

/// The panel of a transfer. `name` is the other side of the call.
pub fn view<'a>(draft: &'a Draft, name: &str, snapshot: &Snapshot) -> Element<'a, Act> {
    let ready = draft.target().is_some();
    let act = |act: Act| ready.then_some(act);
    let words = [tr!("calls-transfer-ask-first"), tr!("calls-transfer-now")];
    let first = super::button::wide(Button::Primary, words[0], act(Act::AskFirst));
    let now = super::button::wide(Button::Quiet, words[1], act(Act::Now));
    let acts = super::button::pair([first, now], words);
    let title = tr!("calls-transfer-heading", name = plain::quoted(name));
    panel(title, draft, snapshot, acts, tr!("calls-transfer-hint").to_owned())
}

fn panel<'a>(
    title: String,
    draft: &'a Draft,
    snapshot: &Snapshot,
    acts: Element<'a, Act>,
    hint: String,
) -> Element<'a, Act> {
    let head = row![
        strong(title).width(Length::Fill),
        super::button::square(Button::Plain, &icon::CLOSE, tr!("calls-close"), Some(Act::Close)),
    ]
    .align_y(Alignment::Center);
    let field = field::field(
        text_input(tr!("calls-transfer-field"), &draft.text)
            .id(FIELD)
            .on_input(Act::Typed)
            .on_submit(Act::Enter),
    );
    let mut found = matching(snapshot, draft).map(found).peekable();
    let found = found.peek().is_some().then(|| column(found));
    let content = column![head, field].push(found).push(acts).push(small(hint)).spacing(step::S);
    let panel = raised(container(content).padding(step::M).width(Length::Fill));
    container(panel).max_width(measure::CARD + 2.0 * SHADE).into()
}

fn found<'a>(contact: &Contact) -> Element<'a, Act> {
    let name = plain::line(&contact.name);
    let under = contact.numbers.first().map_or_else(String::new, |n| plain::line(&n.display));
    let content = row![
        avatar::person(&name, contact.jid.as_str(), Some(contact.presence.show)),
        column![Line::body(name).strong(), Line::small(under).tone(Tone::Muted)]
            .width(Length::Fill),
    ]
    .spacing(step::S)
    .align_y(Alignment::Center);
    press(content)
        .padding(theme::pad(step::XXS, step::XS))
        .width(Length::Fill)
        .style(Button::Plain.style())
        .on_press(Act::Choose(contact.jid.clone()))
        .into()
}
