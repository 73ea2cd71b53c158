//! The window in every state that there are words for: pages, lists, calls, questions, and what
//! is missing or wrong.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

use std::sync::Arc;

use dovetail::core::command::{CommandError, Cue, CueKind, Reply};
use dovetail::core::snapshot::Snapshot;
use dovetail::gui::GuiOptions;
use dovetail::gui::app::{Door, Keystroke, Message, Shortcut, Way, pages};
use dovetail::gui::screen::settings::Section;
use dovetail::gui::screen::{Go, calls, details, sidebar, sign_in};
use dovetail::gui::theme::Mode;
use dovetail::gui::widget::{call_bar, card};
use dovetail::model::account::{AccountState, Overall};
use dovetail::model::book::{BookAddress, BookEntry, BookSource};
use dovetail::model::call::{Binding, Call, CallState, CallStats, Direction, MediaProtection};
use dovetail::model::dialing::CostClass;
use dovetail::model::id::CallId;
use dovetail::model::message::{Conversation, MessageState};
use dovetail::model::presence::Show;
use dovetail::provisioning::discovery::Source;
use dovetail::provisioning::plan::{Change, How, Preview, What};
use dovetail::provisioning::status::{Outcome, Problem, ProvisionError};

use crate::driver::Driver;
use crate::window::{
    ago, both_down, call, claimed, contact, jid, message, noon, one_down, snapshot, unanswered,
    unequal, with_carol,
};

/// A state of the window: its name, what the core knows, and what the person did.
pub struct Scene {
    pub name: String,
    snapshot: Snapshot,
    acts: Vec<Act>,
}

/// What happens before the window is looked at.
enum Act {
    Take(Message),
    Answer(Result<Reply, CommandError>),
    Type(&'static str, &'static str),
    Serve,
    Key(Keystroke),
}

impl Scene {
    fn of(name: impl Into<String>, snapshot: Snapshot) -> Self {
        Self { name: name.into(), snapshot, acts: Vec::new() }
    }

    fn take(mut self, message: Message) -> Self {
        self.acts.push(Act::Take(message));
        self
    }

    fn panel(self, message: sidebar::Message) -> Self {
        self.take(Message::Sidebar(message))
    }

    fn go(self, to: Go) -> Self {
        self.panel(sidebar::Message::Go(to))
    }

    fn open(self, user: &str) -> Self {
        let mut scene = self.panel(sidebar::Message::Open(jid(user).into()));
        scene.acts.push(Act::Serve);
        scene
    }

    fn key(mut self, key: Keystroke) -> Self {
        self.acts.push(Act::Key(key));
        self
    }

    fn answer(mut self, answer: Result<Reply, CommandError>) -> Self {
        self.acts.push(Act::Answer(answer));
        self
    }

    fn typed(mut self, field: &'static str, text: &'static str) -> Self {
        self.acts.push(Act::Type(field, text));
        self
    }

    /// The window in it.
    pub fn window(&self, mode: Mode, (width, height): (f32, f32)) -> Driver {
        let mut window = Driver::opened_unforced(self.snapshot.clone(), GuiOptions::default());
        window.resize(width, height);
        window.take([Message::SystemTheme(match mode {
            Mode::Light => iced::theme::Mode::Light,
            Mode::Dark => iced::theme::Mode::Dark,
        })]);
        for act in &self.acts {
            match act {
                Act::Take(message) => window.take([message.clone()]),
                Act::Key(key) => window.key(*key),
                Act::Answer(answer) => drop(window.answer(answer.clone())),
                Act::Type(field, text) => window.type_into(field, text),
                Act::Serve => window.serve(|_| Ok(Reply::History(Vec::new()))),
            }
        }
        window
    }
}

fn with(calls: Vec<Call>) -> Snapshot {
    Snapshot { calls, ..snapshot() }
}

fn talking() -> Call {
    let stats = CallStats {
        rtt_ms: 43.0,
        jitter_ms: 4.0,
        loss_pct: 0.5,
        concealed_pct: 0.2,
        jitter_buffer_ms: 60.0,
        mos: 4.25,
        packets_in: 1_234,
        packets_out: 1_240,
    };
    Call { stats, ..call(CallState::Active, Direction::Out, noon()) }
}

fn poor() -> Call {
    let stats = CallStats { loss_pct: 12.5, jitter_ms: 60.0, mos: 2.4, ..talking().stats };
    Call { stats, ..talking() }
}

fn ended(reason: &str) -> Call {
    let mut call = unanswered(CallState::Ended, Direction::Out, noon());
    (call.ended, call.end_reason) = (Some(noon()), Some(reason.to_owned()));
    call
}

fn incoming() -> Call {
    unanswered(CallState::Incoming, Direction::In, noon())
}

fn nobody_knows() -> Call {
    let mut call = incoming();
    call.id = CallId::new("call-3");
    call.peer.uri = "sip:+4930123456@gw.example.net".to_owned();
    call.peer.display = "+49 30 123456".to_owned();
    (call.peer.binding, call.peer.jid) = (Binding::None, None);
    call
}

fn cue() -> Cue {
    Cue {
        kind: CueKind::Pstn,
        class: Some(CostClass::Pstn),
        text: "This call goes to the telephone network and may cost money.".to_owned(),
        may_settle: true,
    }
}

fn connecting() -> Snapshot {
    let mut connecting = Snapshot { overall: Overall::Connecting, ..snapshot() };
    for account in &mut connecting.accounts {
        account.state = AccountState::Connecting;
        account.security = None;
    }
    connecting.roster_known = false;
    connecting.contacts = Arc::default();
    connecting.conversations = Arc::default();
    connecting
}

fn empty() -> Snapshot {
    Snapshot { contacts: Arc::default(), conversations: Arc::default(), ..snapshot() }
}

/// Names and texts that no row was made for.
fn long() -> Snapshot {
    let name = "Wilhelmina Katharina von Hohenstein-Rabenau, Einkauf und Logistik";
    let people = [
        contact("wilhelmina.katharina.von.hohenstein", name, Show::Dnd, name, Some("sip:w@x.org")),
        contact("noa", "נועה לוי", Show::Online, "בפגישה", Some("sip:noa@sip.example.com")),
        contact("sami", "سامي الخطيب", Show::Away, "", None),
    ];
    let words = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft \
                 und noch viel mehr: https://example.com/a/very/long/path/that/never/ends?with=\
                 parameters&and=more&and=more&and=more";
    let user = "wilhelmina.katharina.von.hohenstein";
    let mut late = message(user, ago(noon(), 2), Direction::Out, "Are you there?");
    Arc::make_mut(&mut late).state = Some(MessageState::Failed);
    let mut waits = message(user, ago(noon(), 1), Direction::Out, "And this one?");
    Arc::make_mut(&mut waits).state = Some(MessageState::Queued);
    let mut talked = call(CallState::Ended, Direction::In, noon());
    (talked.ended, talked.peer.uri) =
        (Some(noon()), "sip:a.very.long.user.name@a.very.long.domain.example.com".to_owned());
    let entries = vec![
        message(user, ago(noon(), 60), Direction::In, words),
        message(user, ago(noon(), 50), Direction::Out, words),
        crate::window::call_entry(ago(noon(), 30), talked),
        late,
        waits,
    ];
    let talk = Conversation { with: jid(user).into(), entries, unread: 128 };
    let mut shown = snapshot();
    shown.contacts = people.into_iter().map(Arc::new).collect();
    shown.conversations = [Arc::new(talk)].into();
    shown
}

fn book() -> Snapshot {
    let entry = |id: &str, name: &str, organisation: Option<&str>, addresses: &[&str]| {
        Arc::new(BookEntry {
            id: id.into(),
            uid: None,
            source: BookSource::User,
            name: name.to_owned(),
            organisation: organisation.map(str::to_owned),
            note: None,
            jids: Vec::new(),
            addresses: addresses.iter().map(|one| BookAddress::new(*one)).collect(),
            categories: Vec::new(),
        })
    };
    let book = [
        entry("1", "Eve", None, &["+1 555 0101"]),
        entry("2", "Frank", Some("Acme"), &["+1 555 0102", "sip:frank@sip.example.com"]),
        entry("3", "Grace Hopper", Some("Navy"), &[]),
    ];
    Snapshot { book: book.into(), ..snapshot() }
}

fn preview() -> Box<Preview> {
    let change = |text: &str| Change {
        what: What::Account,
        how: How::Added,
        account: None,
        text: text.to_owned(),
    };
    Box::new(Preview {
        id: "shown".to_owned(),
        service: Some("Example Phone".to_owned()),
        host: "prov.example.com".to_owned(),
        url: "https://prov.example.com/d".to_owned(),
        source: Source::Webfinger,
        serial: 1,
        accounts: Vec::new(),
        changes: vec![
            change("Chat: alice@example.com"),
            change("Telephony: sip:alice@example.com"),
        ],
        consents: Vec::new(),
        remarks: vec!["relations[1].sip names no telephony account. It was ignored.".to_owned()],
    })
}

fn signing_in(message: sign_in::Message) -> Message {
    Message::Pages(pages::Message::SignIn(message))
}

fn first_run() -> Vec<Scene> {
    let first = |name| Scene::of(name, Snapshot::default());
    let typed = |name| {
        first(name)
            .typed(sign_in::ADDRESS, "alice@example.com")
            .typed(sign_in::PASSWORD, "sesame-17")
            .take(signing_in(sign_in::Message::Look))
    };
    let refused = ProvisionError::new(
        Problem::WrongPassword,
        "prov.example.com refused the password. Type it again.",
    );
    vec![
        first("first-run"),
        typed("looking"),
        typed("found").answer(Ok(Reply::Provision(Outcome::Preview { preview: preview() }))),
        typed("password-refused").answer(Err(CommandError::Provision(Box::new(refused)))),
        first("by-hand").take(signing_in(sign_in::Message::ByHand)),
    ]
}

fn panel() -> Vec<Scene> {
    let search = |name, text: &str| {
        Scene::of(name, snapshot()).panel(sidebar::Message::Search(text.to_owned()))
    };
    vec![
        Scene::of("main", snapshot()),
        Scene::of("connecting", connecting()),
        Scene::of("no-contacts", empty()),
        Scene::of("one-side-down", one_down(snapshot())),
        Scene::of("both-sides-down", both_down(snapshot())),
        search("nothing-found", "zzz"),
        search("typed-number", "+1 555 0199"),
        search("typed-address", "eve@xmpp.example.com"),
        Scene::of("long-names", long()),
    ]
}

fn conversations() -> Vec<Scene> {
    let unknown = {
        let mut shown = snapshot();
        let mut asks = contact("eve", "Eve", Show::Offline, "", None);
        asks.asks = true;
        shown.contacts = shown.contacts.iter().cloned().chain([Arc::new(asks)]).collect();
        shown
    };
    vec![
        Scene::of("conversation", snapshot()).open("bob"),
        Scene::of("conversation-empty", snapshot()).open("juliet"),
        Scene::of("conversation-loading", snapshot())
            .panel(sidebar::Message::Open(jid("juliet").into())),
        Scene::of("conversation-no-number", snapshot()).open("dave"),
        Scene::of("conversation-asks", unknown).open("eve"),
        Scene::of("conversation-long", long()).open("wilhelmina.katharina.von.hohenstein"),
        Scene::of("conversation-offline", both_down(snapshot())).open("bob"),
        Scene::of("find", snapshot()).open("bob").key(Keystroke::Timeline(Way::Find)),
        Scene::of("dates", snapshot()).open("bob").key(Keystroke::Timeline(Way::Dates)),
    ]
}

fn call_scenes() -> Vec<Scene> {
    let scene = |name, calls: Vec<Call>| Scene::of(name, with(calls)).open("bob");
    let tool = |name, shortcut| scene(name, vec![talking()]).key(Keystroke::OnCall(shortcut));
    let bar = |name, call: Call, act| {
        let id = call.id.clone();
        scene(name, vec![call]).take(Message::Calls(calls::Message::Bar(id, act)))
    };
    let muted = Call { muted: true, ..talking() };
    let clear = |mut call: Call| {
        call.media.srtp = MediaProtection::None;
        call
    };
    vec![
        scene("calling", vec![unanswered(CallState::Dialing, Direction::Out, noon())]),
        scene("ringing", vec![unanswered(CallState::Ringing, Direction::Out, noon())]),
        scene("in-call", vec![talking()]),
        scene("muted", vec![muted]),
        scene("held", vec![Call { state: CallState::Held, ..talking() }]),
        scene("held-by-them", vec![Call { state: CallState::HeldByPeer, ..talking() }]),
        scene("poor-line", vec![poor()]),
        scene("not-encrypted", vec![clear(talking())]),
        scene("call-ended", vec![ended("Bob is busy.")]),
        scene(
            "call-failed",
            vec![ended("There is no sound device: the microphone could not be opened.")],
        ),
        scene(
            "two-calls",
            vec![Call { state: CallState::Held, ..talking() }, with_carol(talking())],
        ),
        tool("keypad", Shortcut::Keypad),
        tool("transfer", Shortcut::Transfer),
        bar("figures", talking(), call_bar::Act::More),
    ]
}

fn cards() -> Vec<Scene> {
    let writes = Message::Card(CallId::new("call-1"), card::Act::WriteMessage);
    let why = Message::Card(CallId::new("call-1"), card::Act::Why);
    let ask = |name| {
        Scene::of(name, snapshot())
            .open("bob")
            .panel(sidebar::Message::Dial("+1 555 0199".to_owned()))
    };
    let anonymous = Call { anonymous: true, ..nobody_knows() };
    vec![
        Scene::of("incoming", with(vec![incoming()])).open("carol"),
        Scene::of("incoming-why", with(vec![incoming()])).take(why),
        Scene::of("incoming-claimed", with(vec![claimed(noon())])).open("bob"),
        Scene::of("incoming-number", with(vec![nobody_knows()])),
        Scene::of("incoming-anonymous", with(vec![anonymous])),
        Scene::of("incoming-in-call", with(vec![with_carol(talking()), incoming()])).open("bob"),
        Scene::of("decline-with-words", with(vec![incoming()])).take(writes),
        ask("question-cost").answer(Err(CommandError::ConfirmationNeeded(vec![cue()]))),
    ]
}

fn pages_of_their_own() -> Vec<Scene> {
    let go = |name, to| Scene::of(name, book()).go(to);
    let who = |user: &str| details::Who::Party(jid(user).into());
    vec![
        Scene::of("palette", snapshot()).key(Keystroke::Open(Door::Palette)),
        Scene::of("shortcuts", snapshot()).key(Keystroke::Open(Door::Sheet)),
        Scene::of("protection", snapshot()).panel(sidebar::Message::Protection),
        Scene::of("protection-differs", unequal(snapshot())).panel(sidebar::Message::Protection),
        go("accounts", Go::Accounts),
        Scene::of("accounts-down", both_down(snapshot())).go(Go::Accounts),
        Scene::of("rules", snapshot()).panel(sidebar::Message::Rules),
        go("book", Go::Book),
        Scene::of("book-empty", snapshot()).go(Go::Book),
        go("details", Go::Details(who("bob"))),
        go("details-no-number", Go::Details(who("dave"))),
        go("details-entry", Go::Details(details::Who::Entry("2".into()))),
        go("new-account", Go::NewAccount),
    ]
}

fn settings() -> Vec<Scene> {
    let scene = |section| {
        let name = format!("settings-{section:?}").to_lowercase();
        Scene::of(name, snapshot()).go(Go::Settings(section))
    };
    Section::ALL.map(scene).into()
}

/// All of them.
pub fn all() -> Vec<Scene> {
    let all = [
        first_run(),
        panel(),
        conversations(),
        call_scenes(),
        cards(),
        pages_of_their_own(),
        settings(),
    ];
    all.into_iter().flatten().collect()
}

/// The one of this name.
pub fn named(name: &str) -> Scene {
    all().into_iter().find(|scene| scene.name == name).unwrap()
}
