//! What notifications say. Whose name stands there is as proven as in the window.

use super::{Note, Offer};
use crate::core::snapshot::Snapshot;
use crate::gui::plain;
use crate::gui::screen::contact_with;
use crate::model::call::{Binding, Call};
use crate::model::message::Entry;
use crate::model::party::Party;
use crate::tr;

/// The most characters of a message, and of a name.
const TEXT: usize = 240;
const NAME: usize = 60;
/// The most lines of a message.
const LINES: usize = 4;

/// New messages of somebody, `count` of them unread; the newest where its text is to be seen.
pub(super) fn messages(
    snapshot: &Snapshot,
    with: &Party,
    count: u32,
    newest: Option<&Entry>,
) -> Note {
    let text = newest.and_then(|entry| entry.body.as_deref()).map(plain::body);
    let body = match text.filter(|text| !text.trim().is_empty()) {
        Some(text) => short(&few_lines(&text), TEXT),
        None => tr!("notify-new", count = count.max(1)),
    };
    let name = who(snapshot, with);
    let title = match count {
        0 | 1 => short(&plain::line(&name), NAME),
        count => tr!("notify-messages-of", name = apart(&name), count = count),
    };
    let offers = vec![(Offer::Open, tr!("notify-open")), (Offer::Reply, tr!("notify-reply"))];
    Note { edition: 0, title, body, offers }
}

/// A call that rings. Its heading is a name on proof only: `display` is the address otherwise.
pub(super) fn ringing(call: &Call) -> Note {
    let claim = call.peer.jid.as_deref().filter(|_| call.peer.binding == Binding::Claimed);
    let body = match (call.peer.binding, claim) {
        _ if call.anonymous => tr!("notify-call-hides").to_owned(),
        (Binding::Verified, _) => tr!("notify-call").to_owned(),
        (_, Some(claim)) => tr!("notify-call-claims", claim = apart(claim)),
        _ => tr!("notify-call-unknown").to_owned(),
    };
    let offers = vec![
        (Offer::Open, tr!("notify-open")),
        (Offer::Answer, tr!("notify-answer")),
        (Offer::Decline, tr!("notify-decline")),
    ];
    Note { edition: 0, title: caller(call), body, offers }
}

/// Missed calls from one address, `count` of them.
pub(super) fn missed(call: &Call, count: u32) -> Note {
    let mut offers = vec![(Offer::Open, tr!("notify-open"))];
    // Who hides cannot be called back.
    if !call.anonymous {
        offers.push((Offer::CallBack, tr!("notify-call-back")));
    }
    Note { edition: 0, title: caller(call), body: tr!("notify-missed", count = count), offers }
}

fn caller(call: &Call) -> String {
    if call.anonymous {
        return tr!("calls-card-anonymous").to_owned();
    }
    short(&plain::line(&call.peer.display), NAME)
}

/// A contact's name; of anybody else the whole address, for nobody knows them.
fn who(snapshot: &Snapshot, with: &Party) -> String {
    let name = contact_with(snapshot, with).map(|contact| plain::line(&contact.name));
    name.filter(|name| !name.is_empty()).unwrap_or_else(|| with.shown())
}

/// A name within a sentence.
fn apart(name: &str) -> String {
    plain::quoted(&short(&plain::line(name), NAME))
}

fn few_lines(text: &str) -> String {
    let full = text.lines().map(str::trim_end).filter(|line| !line.is_empty());
    full.take(LINES).collect::<Vec<_>>().join("\n")
}

fn short(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default().trim_end()),
        None => text.to_owned(),
    }
}
