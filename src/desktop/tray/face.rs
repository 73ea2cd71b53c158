//! What the icon in the tray shows: a mark, a few words, and a menu. Pure.

use crate::desktop::desk::{Act, Wish};
use crate::desktop::status::{OnCall, Phase, Status};
use crate::gui::{plain, words};
use crate::model::account::Overall;
use crate::model::id::CallId;
use crate::model::presence::Show;
use crate::tr;

/// What can be chosen in the menu, as in the window's own.
const PRESENCES: [Show; 4] = [Show::Online, Show::Away, Show::Dnd, Show::Offline];

/// What the icon shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Face {
    /// How it looks.
    pub mark: Mark,
    /// A call rings, or messages wait.
    pub calls_attention: bool,
    /// One sentence a line.
    pub words: Vec<String>,
    /// What can be done.
    pub menu: Vec<Entry>,
    /// The calls that can be answered, so that what was meant for one is not done to the next.
    pub rings: Vec<CallId>,
}

/// How the icon looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mark {
    /// As it is.
    #[default]
    Plain,
    /// Messages wait, or a call rings: a red dot.
    New,
    /// A call is on: a green dot.
    Call,
    /// No account is connected: grey.
    Offline,
}

/// A line of the menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// Between two parts.
    Rule,
    /// Words that do nothing.
    Words(String),
    /// Something to do.
    Do(&'static str, Wish),
    /// One of a few, in a menu of its own: its name, what there is, and which it is.
    Presence(&'static str, Vec<(&'static str, Show)>, usize),
}

impl Face {
    /// What is shown of a state, in the language of this thread.
    pub fn of(status: &Status) -> Self {
        let rings = status.calls.iter().filter(|call| call.comes_in());
        Self {
            mark: mark(status),
            calls_attention: mark(status) == Mark::New,
            words: lines(status),
            menu: menu(status),
            rings: rings.map(|call| call.id.clone()).collect(),
        }
    }
}

fn mark(status: &Status) -> Mark {
    match status.call().map(|call| call.phase) {
        Some(Phase::Rings) => Mark::New,
        Some(Phase::On | Phase::Out | Phase::Rests) => Mark::Call,
        Some(Phase::Quiet) | None if status.unread > 0 => Mark::New,
        Some(Phase::Quiet) | None => match status.overall {
            Overall::Online | Overall::Partial => Mark::Plain,
            Overall::Connecting | Overall::Offline => Mark::Offline,
        },
    }
}

fn lines(status: &Status) -> Vec<String> {
    let mut lines: Vec<String> = status.calls.iter().map(on_call).collect();
    if status.unread > 0 {
        lines.push(tr!("tray-unread", count = status.unread));
    }
    let connection = match status.overall {
        _ if !status.has_account => tr!("tray-no-account"),
        Overall::Online => words::show(status.presence),
        Overall::Partial => tr!("tray-partial"),
        Overall::Connecting => tr!("tray-connecting"),
        Overall::Offline if status.presence == Show::Offline => words::show(Show::Offline),
        Overall::Offline => tr!("tray-offline"),
    };
    lines.push(connection.to_owned());
    lines
}

fn on_call(call: &OnCall) -> String {
    let name = plain::quoted(&call.with);
    match call.phase {
        Phase::Rings => tr!("tray-rings", name = name),
        Phase::Quiet => tr!("tray-quiet", name = name),
        Phase::On if call.muted => tr!("tray-muted", name = name),
        Phase::On => tr!("tray-in-call", name = name),
        Phase::Out => tr!("tray-calling", name = name),
        Phase::Rests => tr!("tray-on-hold", name = name),
    }
}

fn menu(status: &Status) -> Vec<Entry> {
    let mut menu = vec![Entry::Do(tr!("tray-open"), Wish::Raise), Entry::Rule];
    for call in &status.calls {
        menu.push(Entry::Words(on_call(call)));
        let wish = |act| Wish::OnCall(call.id.clone(), act);
        if call.comes_in() {
            menu.push(Entry::Do(tr!("tray-answer"), wish(Act::Answer)));
            menu.push(Entry::Do(tr!("tray-decline"), wish(Act::Decline)));
        } else {
            if call.answered {
                let (name, on) = match call.muted {
                    true => (tr!("tray-unmute"), false),
                    false => (tr!("tray-mute"), true),
                };
                menu.push(Entry::Do(name, wish(Act::Mute(on))));
            }
            menu.push(Entry::Do(tr!("tray-hang-up"), wish(Act::HangUp)));
        }
        menu.push(Entry::Rule);
    }
    if status.has_account {
        menu.extend([presence(status.presence), Entry::Rule]);
    }
    menu.push(Entry::Do(tr!("tray-quit"), Wish::Quit));
    menu
}

fn presence(now: Show) -> Entry {
    let near = match now {
        Show::Chat => Show::Online,
        Show::Xa => Show::Away,
        other => other,
    };
    let at = PRESENCES.iter().position(|show| *show == near).unwrap_or_default();
    let all = PRESENCES.map(|show| (words::show(show), show));
    Entry::Presence(tr!("tray-presence"), all.to_vec(), at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(calls: &[(Phase, bool)]) -> Status {
        let call = |(at, (phase, muted)): (usize, &(Phase, bool))| OnCall {
            id: CallId::new(format!("call-{at}")),
            with: format!("Bob {at}"),
            phase: *phase,
            muted: *muted,
            answered: matches!(phase, Phase::On | Phase::Rests),
        };
        Status {
            has_account: true,
            presence: Show::Online,
            overall: Overall::Online,
            calls: calls.iter().enumerate().map(call).collect(),
            ..Status::default()
        }
    }

    fn names(face: &Face) -> Vec<&str> {
        let name = |entry| match entry {
            &Entry::Rule => None,
            Entry::Words(words) => Some(words.as_str()),
            &Entry::Do(name, _) | &Entry::Presence(name, ..) => Some(name),
        };
        face.menu.iter().filter_map(name).collect()
    }

    #[test]
    fn the_menu_has_what_can_be_done_now() {
        let face = Face::of(&status(&[]));
        assert_eq!(names(&face), ["Open Dovetail", "Presence", "Quit Dovetail"]);
        let face = Face::of(&status(&[(Phase::Rings, false), (Phase::On, true)]));
        let expected = [
            "Open Dovetail",
            "Bob 0 is calling",
            "Answer",
            "Decline",
            "In a call with Bob 1, muted",
            "Unmute",
            "Hang up",
            "Presence",
            "Quit Dovetail",
        ];
        assert_eq!(names(&face), expected);
        assert_eq!(face.rings, [CallId::new("call-0")]);
        let nobody = Status { has_account: false, ..status(&[]) };
        assert_eq!(names(&Face::of(&nobody)), ["Open Dovetail", "Quit Dovetail"]);
    }

    #[test]
    fn the_icon_shows_the_most_important() {
        let mark = |status: &Status| Face::of(status).mark;
        assert_eq!(mark(&status(&[])), Mark::Plain);
        let unread = Status { unread: 3, ..status(&[]) };
        assert_eq!(mark(&unread), Mark::New);
        assert_eq!(Face::of(&unread).words, ["3 unread messages", "Available"]);
        assert_eq!(mark(&Status { unread: 3, ..status(&[(Phase::On, false)]) }), Mark::Call);
        assert_eq!(mark(&status(&[(Phase::Rings, false), (Phase::On, false)])), Mark::New);
        assert_eq!(mark(&status(&[(Phase::Quiet, false)])), Mark::Plain);
        let down = Status { overall: Overall::Offline, ..status(&[]) };
        assert_eq!((mark(&down), Face::of(&down).calls_attention), (Mark::Offline, false));
        assert_eq!(Face::of(&down).words, ["Not connected"]);
        let wanted = Status { presence: Show::Offline, ..down };
        assert_eq!(Face::of(&wanted).words, ["Offline"]);
    }
}
