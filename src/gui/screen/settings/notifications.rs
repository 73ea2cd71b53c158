//! What the desktop tells of outside of the window.

use iced::Element;

use super::{Message, Prefs};
use crate::gui::widget::{sheet, switch};
use crate::model::preferences::{Change, Notifications};
use crate::tr;

/// The section.
pub(super) fn view<'a>(prefs: Prefs<'a>) -> Vec<Element<'a, Message>> {
    let set = &prefs.kept.set().notifications;
    let line = |name, hint, on: bool, with: fn(Notifications, bool) -> Notifications| {
        if !prefs.has_notifications {
            return switch::locked(name, "", on);
        }
        let set = set.clone();
        switch::row_of(name, hint, on, move |on| {
            Message::Prefer(Change::Notifications(with(set, on)))
        })
    };
    let messages = line(
        tr!("notify-set-messages"),
        tr!("notify-set-messages-hint"),
        set.messages,
        |set, on| Notifications { messages: on, ..set },
    );
    let text = match set.messages {
        true => line(tr!("notify-set-text"), tr!("notify-set-text-hint"), set.text, |set, on| {
            Notifications { text: on, ..set }
        }),
        false => switch::locked(tr!("notify-set-text"), tr!("notify-set-text-off"), set.text),
    };
    let calls =
        line(tr!("notify-set-calls"), tr!("notify-set-calls-hint"), set.calls, |set, on| {
            Notifications { calls: on, ..set }
        });
    let missed =
        line(tr!("notify-set-missed"), tr!("notify-set-missed-hint"), set.missed, |set, on| {
            Notifications { missed: on, ..set }
        });
    let none = (!prefs.has_notifications)
        .then(|| sheet::boxed(vec![sheet::remark(tr!("notify-set-none"))]));
    none.into_iter()
        .chain([
            sheet::section(tr!("notify-set-of-messages"), vec![messages, text]),
            sheet::section(tr!("notify-set-of-calls"), vec![calls, missed]),
        ])
        .collect()
}
