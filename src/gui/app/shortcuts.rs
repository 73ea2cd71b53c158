//! All shortcuts as one table: what is pressed, what it does, what it is called. The keys are
//! read by it, and the sheet and the palette show it, so none of them can differ.

use iced::keyboard::Modifiers;
use iced::keyboard::key::{Key, Named};

use super::keys::{Door, Keystroke, Shortcut, Step, Way};
use crate::desktop::media_keys::Key as MediaKey;
use crate::model::presence::Show;
use crate::tr;

/// What is held down with a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Held {
    /// Nothing.
    Nothing,
    /// Shift.
    Shift,
    /// Ctrl, or Command on a Mac.
    Ctrl,
    /// Both.
    CtrlShift,
}

/// The key itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cap {
    /// A character, lower case.
    Letter(char),
    /// One with a name.
    Named(Named),
}

/// What is pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Chord {
    /// With what held.
    pub held: Held,
    /// The key.
    pub cap: Cap,
}

/// Where a shortcut works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Context {
    /// Wherever the cursor stands.
    Anywhere,
    /// Where no field has taken the key.
    OutsideFields,
}

/// What a shortcut belongs to on the sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Finding, and getting about.
    Window,
    /// Pages.
    Pages,
    /// Our presence.
    Presence,
    /// The open conversation.
    Conversation,
    /// Calls.
    Calls,
}

/// One shortcut.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// What is pressed.
    pub chord: Chord,
    /// What it does.
    pub does: Keystroke,
    /// Where.
    pub context: Context,
    /// Under which heading.
    pub group: Group,
    /// What it is called, in the language of the window.
    pub name: fn() -> &'static str,
}

impl PartialEq for Row {
    /// No two have the same keys.
    fn eq(&self, other: &Self) -> bool {
        self.chord == other.chord
    }
}

const fn row(
    held: Held,
    cap: Cap,
    does: Keystroke,
    group: Group,
    name: fn() -> &'static str,
) -> Row {
    let context = match (held, cap) {
        (Held::Ctrl | Held::CtrlShift, Cap::Letter(_))
        | (_, Cap::Named(Named::F1 | Named::F10 | Named::Tab)) => Context::Anywhere,
        (Held::Ctrl, Cap::Named(Named::PageUp | Named::PageDown)) => Context::Anywhere,
        _ => Context::OutsideFields,
    };
    Row { chord: Chord { held, cap }, does, context, group, name }
}

const fn ctrl(letter: char, does: Keystroke, group: Group, name: fn() -> &'static str) -> Row {
    row(Held::Ctrl, Cap::Letter(letter), does, group, name)
}

const fn shift(letter: char, does: Keystroke, group: Group, name: fn() -> &'static str) -> Row {
    row(Held::CtrlShift, Cap::Letter(letter), does, group, name)
}

const fn named(key: Named, does: Keystroke, group: Group, name: fn() -> &'static str) -> Row {
    row(Held::Nothing, Cap::Named(key), does, group, name)
}

const fn media(key: Named, does: MediaKey, name: fn() -> &'static str) -> Row {
    let context = Context::Anywhere;
    let chord = Chord { held: Held::Nothing, cap: Cap::Named(key) };
    Row { chord, does: Keystroke::Media(does), context, group: Group::Calls, name }
}

/// All of them, as the sheet lists them.
pub static TABLE: &[Row] = &[
    ctrl('k', Keystroke::Open(Door::Palette), Group::Window, || tr!("keys-palette")),
    ctrl('l', Keystroke::Search, Group::Window, || tr!("keys-search")),
    named(Named::F1, Keystroke::Open(Door::Sheet), Group::Window, || tr!("keys-sheet")),
    named(Named::F10, Keystroke::Open(Door::Menu), Group::Window, || tr!("keys-menu")),
    named(Named::Escape, Keystroke::Escape, Group::Window, || tr!("keys-escape")),
    named(Named::Enter, Keystroke::Enter, Group::Window, || tr!("keys-enter")),
    named(Named::Tab, Keystroke::Next, Group::Window, || tr!("keys-next")),
    row(Held::Shift, Cap::Named(Named::Tab), Keystroke::Previous, Group::Window, || {
        tr!("keys-previous")
    }),
    named(Named::ArrowUp, Keystroke::Move(Step::Up), Group::Window, || tr!("keys-up")),
    named(Named::ArrowDown, Keystroke::Move(Step::Down), Group::Window, || tr!("keys-down")),
    row(
        Held::Ctrl,
        Cap::Named(Named::PageUp),
        Keystroke::Move(Step::PreviousConversation),
        Group::Window,
        || tr!("keys-previous-conversation"),
    ),
    row(
        Held::Ctrl,
        Cap::Named(Named::PageDown),
        Keystroke::Move(Step::NextConversation),
        Group::Window,
        || tr!("keys-next-conversation"),
    ),
    ctrl('q', Keystroke::Open(Door::Quit), Group::Window, || tr!("keys-quit")),
    shift('s', Keystroke::Accounts, Group::Pages, || tr!("keys-accounts")),
    shift('b', Keystroke::Open(Door::Book), Group::Pages, || tr!("keys-book")),
    shift('r', Keystroke::Open(Door::Rules), Group::Pages, || tr!("keys-rules")),
    ctrl(',', Keystroke::Open(Door::Settings), Group::Pages, || tr!("settings-title")),
    shift('e', Keystroke::Open(Door::Protection), Group::Pages, || tr!("keys-protection")),
    ctrl('1', Keystroke::Presence(Show::Online), Group::Presence, || tr!("keys-online")),
    ctrl('2', Keystroke::Presence(Show::Away), Group::Presence, || tr!("keys-away")),
    ctrl('3', Keystroke::Presence(Show::Dnd), Group::Presence, || tr!("keys-dnd")),
    ctrl('4', Keystroke::Presence(Show::Offline), Group::Presence, || tr!("keys-offline")),
    ctrl('i', Keystroke::Open(Door::Details), Group::Conversation, || tr!("keys-details")),
    ctrl('f', Keystroke::Timeline(Way::Find), Group::Conversation, || tr!("keys-find")),
    ctrl('j', Keystroke::Timeline(Way::Dates), Group::Conversation, || tr!("keys-dates")),
    row(
        Held::Ctrl,
        Cap::Named(Named::End),
        Keystroke::Timeline(Way::Newest),
        Group::Conversation,
        || tr!("keys-newest"),
    ),
    named(Named::PageUp, Keystroke::Timeline(Way::PageUp), Group::Conversation, || {
        tr!("keys-page-up")
    }),
    named(Named::PageDown, Keystroke::Timeline(Way::PageDown), Group::Conversation, || {
        tr!("keys-page-down")
    }),
    shift('c', Keystroke::OnCall(Shortcut::Call), Group::Calls, || tr!("keys-call")),
    shift('a', Keystroke::OnCall(Shortcut::Answer), Group::Calls, || tr!("keys-answer")),
    shift('d', Keystroke::OnCall(Shortcut::Decline), Group::Calls, || tr!("keys-decline")),
    shift('h', Keystroke::OnCall(Shortcut::HangUp), Group::Calls, || tr!("keys-hang-up")),
    shift('l', Keystroke::OnCall(Shortcut::Hold), Group::Calls, || tr!("keys-hold")),
    shift('m', Keystroke::OnCall(Shortcut::Mute), Group::Calls, || tr!("keys-mute")),
    shift('p', Keystroke::OnCall(Shortcut::Keypad), Group::Calls, || tr!("keys-keypad")),
    shift('t', Keystroke::OnCall(Shortcut::Transfer), Group::Calls, || tr!("keys-transfer")),
    // A keyboard's key says "play" under X11 and Wayland, and "play/pause" elsewhere.
    media(Named::MediaPlay, MediaKey::PlayPause, || tr!("awake-key-play")),
    media(Named::MediaPlayPause, MediaKey::PlayPause, || tr!("awake-key-play")),
    media(Named::HeadsetHook, MediaKey::PlayPause, || tr!("awake-key-play")),
    media(Named::MediaPause, MediaKey::Pause, || tr!("awake-key-pause")),
    media(Named::MediaStop, MediaKey::Stop, || tr!("awake-key-stop")),
];

/// The shortcut of what is pressed; `ignored` tells that no field took it.
pub fn of(key: &Key, modifiers: Modifiers, ignored: bool) -> Option<&'static Row> {
    let held = match (modifiers.command(), modifiers.shift(), modifiers.alt()) {
        (.., true) => return None,
        (true, true, _) => Held::CtrlShift,
        (true, false, _) => Held::Ctrl,
        (false, true, _) => Held::Shift,
        (false, false, _) => Held::Nothing,
    };
    let cap = match key.as_ref() {
        Key::Named(named) => Cap::Named(named),
        Key::Character(text) => {
            let mut letters = text.chars().flat_map(char::to_lowercase);
            Cap::Letter(letters.next().filter(|_| letters.next().is_none())?)
        }
        Key::Unidentified => return None,
    };
    let pressed = Chord { held, cap };
    let row = TABLE.iter().find(|row| row.chord == pressed)?;
    (ignored || row.context == Context::Anywhere).then_some(row)
}

/// All of them, each once: several keys for media do the same.
pub fn listed() -> impl Iterator<Item = &'static Row> {
    let first = |row: &&Row| TABLE.iter().position(|other| other.does == row.does);
    TABLE.iter().enumerate().filter(move |(at, row)| first(row) == Some(*at)).map(|(_, row)| row)
}

/// The keys of what a shortcut does, in words; nothing when it has none.
pub fn keys_of(does: Keystroke) -> String {
    TABLE.iter().find(|row| row.does == does).map(|row| row.chord.words()).unwrap_or_default()
}

impl Chord {
    /// `Ctrl Shift S`
    pub fn words(self) -> String {
        let held: &[&str] = match self.held {
            Held::Nothing => &[],
            Held::Shift => &[tr!("keys-cap-shift")],
            Held::Ctrl => &[tr!("keys-cap-ctrl")],
            Held::CtrlShift => &[tr!("keys-cap-ctrl"), tr!("keys-cap-shift")],
        };
        let mut words: Vec<String> = held.iter().map(|word| (*word).to_owned()).collect();
        words.push(self.cap.words());
        words.join(" ")
    }
}

impl Cap {
    fn words(self) -> String {
        let named = match self {
            Self::Letter(letter) => return letter.to_uppercase().collect(),
            Self::Named(named) => named,
        };
        match named {
            Named::Escape => tr!("keys-cap-escape").to_owned(),
            Named::Enter => tr!("keys-cap-enter").to_owned(),
            Named::Tab => tr!("keys-cap-tab").to_owned(),
            Named::ArrowUp => "↑".to_owned(),
            Named::ArrowDown => "↓".to_owned(),
            Named::PageUp => tr!("keys-cap-page-up").to_owned(),
            Named::PageDown => tr!("keys-cap-page-down").to_owned(),
            Named::End => tr!("keys-cap-end").to_owned(),
            Named::MediaPlay | Named::MediaPlayPause => tr!("awake-cap-play").to_owned(),
            Named::MediaPause => tr!("awake-cap-pause").to_owned(),
            Named::MediaStop => tr!("awake-cap-stop").to_owned(),
            Named::HeadsetHook => tr!("awake-cap-headset").to_owned(),
            other => format!("{other:?}"),
        }
    }
}

impl Group {
    /// All of them, as the sheet lists them.
    pub const ALL: [Self; 5] =
        [Self::Window, Self::Pages, Self::Presence, Self::Conversation, Self::Calls];

    /// Its heading.
    pub fn name(self) -> &'static str {
        match self {
            Self::Window => tr!("keys-group-window"),
            Self::Pages => tr!("keys-group-pages"),
            Self::Presence => tr!("keys-group-presence"),
            Self::Conversation => tr!("keys-group-conversation"),
            Self::Calls => tr!("keys-group-calls"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::lang::{self, Language};

    #[test]
    fn no_two_shortcuts_have_the_same_keys() {
        let chords: HashSet<Chord> = TABLE.iter().map(|row| row.chord).collect();
        assert_eq!(chords.len(), TABLE.len());
    }

    #[test]
    fn each_shortcut_has_words_of_its_own_in_each_language() {
        for language in Language::ALL {
            lang::speak(language);
            let names: HashSet<&str> = listed().map(|row| (row.name)()).collect();
            assert_eq!(names.len(), listed().count(), "{language:?}");
            for row in TABLE {
                assert!(!row.chord.words().contains("Named"), "{:?}", row.chord);
                assert!(!(row.name)().is_empty());
            }
        }
        lang::speak(Language::English);
    }

    #[test]
    fn what_fields_take_is_left_to_them() {
        let enter = Key::Named(Named::Enter);
        assert!(of(&enter, Modifiers::empty(), false).is_none());
        assert!(of(&enter, Modifiers::empty(), true).is_some());
        let letter = Key::Character("K".into());
        let found = of(&letter, Modifiers::COMMAND, false);
        assert_eq!(found.map(|row| row.does), Some(Keystroke::Open(Door::Palette)));
        assert!(of(&letter, Modifiers::empty(), true).is_none());
        assert!(of(&letter, Modifiers::COMMAND | Modifiers::ALT, true).is_none());
    }
}
