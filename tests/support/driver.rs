//! The window driven without a display: clicks and keys go through the real views, commands
//! arrive at the other end of a real handle and are answered there.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

use std::sync::Arc;

use dovetail::core::command::{Command, CommandError, Reply};
use dovetail::core::snapshot::Snapshot;
use dovetail::gui::GuiOptions;
use dovetail::gui::app::{App, Happened, Keystroke, Message, Setting};
use dovetail::gui::bridge::FromHub;
use dovetail::gui::theme;
use dovetail::hub::{Handle, Request};
use dovetail::media::meter::Meter;
use dovetail::model::time::Timestamp;
use futures::StreamExt;
use futures::executor::{LocalPool, LocalSpawner};
use futures::task::LocalSpawnExt;
use iced_test::Simulator;
use iced_test::runtime::clipboard::Action as Clipboard;
use iced_test::runtime::user_interface::Cache;
use iced_test::runtime::{Action, Task, UserInterface, task};
use time::UtcOffset;
use tokio::sync::{broadcast, mpsc, watch};

use crate::window::noon;

/// Made-up time, one for each test's thread: it stands still until a test lets it go by.
mod clock {
    use std::cell::Cell;

    use dovetail::model::time::Timestamp;

    use crate::window::noon;

    thread_local! {
        static PASSED: Cell<i64> = const { Cell::new(0) };
    }

    pub fn begin() {
        PASSED.set(0);
    }

    pub fn pass(milliseconds: i64) {
        PASSED.set(PASSED.get() + milliseconds);
    }

    pub fn read() -> Timestamp {
        Timestamp::from_unix_millis(noon().unix_millis() + PASSED.get())
    }
}

/// A person has seen for so long, in milliseconds, what they click on.
const SEEN: i64 = 500;

/// A window of a size that is looked at and clicked on.
pub struct Driver {
    pub app: App,
    size: (f32, f32),
    pub meter: Arc<Meter>,
    requests: mpsc::Receiver<Request>,
    snapshots: watch::Sender<Arc<Snapshot>>,
    effects: Effects,
    first: Option<Task<Message>>,
}

/// The window's tasks, run whenever the test asks; their messages wait for the window.
struct Effects {
    pool: LocalPool,
    /// Its timers stand still: no test waits.
    clock: tokio::runtime::Runtime,
    spawner: LocalSpawner,
    sender: futures::channel::mpsc::UnboundedSender<Message>,
    done: futures::channel::mpsc::UnboundedReceiver<Message>,
    copied: std::rc::Rc<std::cell::RefCell<Option<String>>>,
    /// What is to be done to the widgets: moving the focus, scrolling.
    operations: Operations,
}

/// See [`Effects`].
type Operations = std::rc::Rc<std::cell::RefCell<Vec<Box<dyn iced::advanced::widget::Operation>>>>;

impl Effects {
    fn new() -> Self {
        let pool = LocalPool::new();
        let (sender, done) = futures::channel::mpsc::unbounded();
        let clock = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let (copied, operations) = Default::default();
        Self { clock, spawner: pool.spawner(), pool, sender, done, copied, operations }
    }

    fn start(&mut self, task: Task<Message>) {
        let Some(stream) = task::into_stream(task) else { return };
        let sender = self.sender.clone();
        let copied = std::rc::Rc::clone(&self.copied);
        let operations = std::rc::Rc::clone(&self.operations);
        let run = stream.for_each(move |action| {
            match action {
                Action::Output(message) => sender.unbounded_send(message).unwrap(),
                Action::Clipboard(Clipboard::Write { contents, .. }) => {
                    *copied.borrow_mut() = Some(contents);
                }
                Action::Widget(operation) => operations.borrow_mut().push(operation),
                _ => {}
            }
            std::future::ready(())
        });
        self.spawner.spawn_local(run).unwrap();
        self.go_on();
    }

    fn go_on(&mut self) {
        let _timers = self.clock.enter();
        self.pool.run_until_stalled();
    }
}

/// The window is drawn.
pub fn redrawn() -> iced::Event {
    iced::Event::Window(iced::window::Event::RedrawRequested(std::time::Instant::now()))
}

/// A window of calls that ring.
pub struct Apart<'a> {
    window: &'a mut Driver,
    id: iced::window::Id,
}

impl Apart<'_> {
    fn simulator(&self) -> Simulator<'_, Message> {
        Simulator::with_size(settings(), (400.0, 640.0), self.window.app.view_of(self.id))
    }

    /// Whether exactly this text stands in it.
    pub fn says(&self, text: &str) -> bool {
        self.simulator().find(text).is_ok()
    }

    /// Clicks on a text.
    pub fn click(&mut self, text: &str) {
        clock::pass(SEEN);
        let messages: Vec<Message> = {
            let mut simulator = self.simulator();
            simulator.click(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            simulator.into_messages().collect()
        };
        self.window.take(messages);
    }

    /// Something happens to it now.
    pub fn happens(&mut self, happened: Happened) {
        let now = self.window.now();
        self.window.take([Message::Window(self.id, now, happened)]);
    }
}

fn settings() -> iced::Settings {
    iced::Settings {
        default_font: theme::REGULAR,
        fonts: theme::FONTS.into_iter().map(Into::into).collect(),
        ..iced::Settings::default()
    }
}

impl Driver {
    /// A window of 1120 × 720.
    pub fn new(snapshot: Snapshot) -> Self {
        Self::sized(snapshot, 1120.0, 720.0)
    }

    /// A window of 1120 × 720 that is opened in another way.
    pub fn opened(snapshot: Snapshot, options: GuiOptions) -> Self {
        Self::begin(snapshot, options, 1120.0, 720.0)
    }

    /// The same of another size.
    pub fn opened_sized(snapshot: Snapshot, options: GuiOptions, width: f32, height: f32) -> Self {
        Self::begin(snapshot, options, width, height)
    }

    /// The same, in the colours that were chosen there.
    pub fn opened_unforced(snapshot: Snapshot, options: GuiOptions) -> Self {
        Self::begin_with(snapshot, options, None, 1120.0, 720.0)
    }

    /// A window of another size.
    pub fn sized(snapshot: Snapshot, width: f32, height: f32) -> Self {
        Self::begin(snapshot, GuiOptions::default(), width, height)
    }

    /// The window is made this large.
    pub fn resize(&mut self, width: f32, height: f32) {
        self.size = (width, height);
        self.happens(Happened::Resized(iced::Size::new(width, height)));
    }

    /// Its width and height.
    pub fn size(&self) -> (f32, f32) {
        self.size
    }

    fn begin(snapshot: Snapshot, options: GuiOptions, width: f32, height: f32) -> Self {
        Self::begin_with(snapshot, options, Some(theme::Mode::Light), width, height)
    }

    fn begin_with(
        snapshot: Snapshot,
        options: GuiOptions,
        forced: Option<theme::Mode>,
        width: f32,
        height: f32,
    ) -> Self {
        let (snapshots, receiver) = watch::channel(Arc::new(snapshot));
        let (events, _) = broadcast::channel(16);
        let (handle, requests) = Handle::with_ends(receiver, events);
        let meter = handle.meter();
        clock::begin();
        let setting = Setting { options, forced, zone: UtcOffset::UTC, clock: clock::read };
        let (mut app, first) = App::new(handle, setting);
        let resized = Happened::Resized(iced::Size::new(width, height));
        if let Some(main) = app.main_window() {
            let _ = app.update(Message::Window(main, noon(), resized));
        }
        let (first, effects) = (Some(first), Effects::new());
        Self { app, size: (width, height), meter, requests, snapshots, effects, first }
    }

    /// The window of calls that ring, looked at and clicked on like the main one.
    pub fn ringing(&mut self) -> Option<Apart<'_>> {
        let id = self.app.ringing_window()?;
        Some(Apart { window: self, id })
    }

    fn simulator(&self) -> Simulator<'_, Message> {
        Simulator::with_size(settings(), self.size, self.app.view())
    }

    /// Whether exactly this text stands in the window.
    pub fn says(&self, text: &str) -> bool {
        self.simulator().find(text).is_ok()
    }

    /// Whether a text that holds these words stands in the window.
    pub fn mentions(&self, words: &str) -> bool {
        let words = words.to_owned();
        let holds = move |candidate: iced_test::selector::Candidate<'_>| match candidate {
            iced_test::selector::Candidate::Text { content, .. } => {
                content.contains(&words).then_some(())
            }
            _ => None,
        };
        self.simulator().find(holds).is_ok()
    }

    /// Clicks on a text.
    pub fn click(&mut self, text: &str) {
        clock::pass(SEEN);
        self.click_at_once(text);
    }

    /// Clicks on a text that may have come up just now.
    pub fn click_at_once(&mut self, text: &str) {
        let messages: Vec<Message> = {
            let mut simulator = self.simulator();
            simulator.click(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            simulator.into_messages().collect()
        };
        self.take(messages);
    }

    /// Clicks on a button that shows only an icon, by the words it says when the pointer rests.
    pub fn press(&mut self, hint: &'static str) {
        clock::pass(SEEN);
        let messages: Vec<Message> = {
            let mut simulator = self.simulator();
            simulator.click(iced_test::selector::id(hint)).expect(hint);
            simulator.into_messages().collect()
        };
        self.take(messages);
    }

    /// Whether a button that shows only an icon is there.
    pub fn offers(&self, hint: &'static str) -> bool {
        self.simulator().find(iced_test::selector::id(hint)).is_ok()
    }

    /// Types keys while no field has the focus.
    pub fn keys(&mut self, text: &str) {
        use iced::keyboard::{Modifiers, key::Key};
        for typed in text.chars() {
            let key = Key::Character(typed.to_string().into());
            let stroke = Keystroke::of(&key, &key, Modifiers::empty(), true);
            stroke.into_iter().for_each(|stroke| self.key(stroke));
        }
    }

    /// Presses a key with a meaning for the whole main window.
    pub fn key(&mut self, key: Keystroke) {
        self.happens(Happened::Key(key));
    }

    /// The main window gains or loses the focus.
    pub fn focus(&mut self, on: bool) {
        self.happens(Happened::Focused(on));
    }

    /// Something happens to the main window now.
    pub fn happens(&mut self, happened: Happened) {
        let main = self.app.main_window().expect("the main window is open");
        self.take([Message::Window(main, self.now(), happened)]);
    }

    /// Some time goes by.
    pub fn wait(&mut self, milliseconds: i64) {
        clock::pass(milliseconds);
        self.take([Message::Tick(self.now())]);
    }

    fn now(&self) -> Timestamp {
        clock::read()
    }

    /// Presses Ctrl, Shift and a letter.
    pub fn shortcut(&mut self, letter: &'static str) {
        use iced::keyboard::{Modifiers, key::Key};
        let key = Key::Character(letter.into());
        let stroke = Keystroke::of(&key, &key, Modifiers::COMMAND | Modifiers::SHIFT, false);
        stroke.into_iter().for_each(|stroke| self.key(stroke));
    }

    /// Clicks at a place.
    pub fn click_at(&mut self, x: f32, y: f32) {
        clock::pass(SEEN);
        let messages: Vec<Message> = {
            let mut simulator = self.simulator();
            simulator.point_at(iced::Point::new(x, y));
            let _ = simulator.simulate(iced_test::simulator::click());
            simulator.into_messages().collect()
        };
        self.take(messages);
    }

    /// Turns the wheel over the timeline: so many notches, above zero upwards.
    pub fn wheel(&mut self, notches: f32) {
        let delta = iced::mouse::ScrollDelta::Lines { x: 0.0, y: notches };
        let wheel = iced::Event::Mouse(iced::mouse::Event::WheelScrolled { delta });
        let messages: Vec<Message> = {
            let mut simulator = self.simulator();
            simulator.point_at(iced::Point::new(self.size.0 - 100.0, self.size.1 / 2.0));
            let _ = simulator.simulate([wheel]);
            let _ = simulator.simulate([redrawn()]);
            simulator.into_messages().collect()
        };
        self.take(messages);
    }

    /// The window is drawn: what lists tell of what they show arrives.
    pub fn drawn(&mut self) {
        let messages: Vec<Message> = {
            let mut simulator = self.simulator();
            let _ = simulator.simulate([redrawn()]);
            simulator.into_messages().collect()
        };
        self.take(messages);
    }

    /// Where a text stands from the top of the window.
    pub fn top_of(&self, text: &str) -> Option<f32> {
        self.simulator().find(text).ok().map(|found| found.bounds().y)
    }

    /// Puts a text into a field, as a person would who clicks on it first.
    pub fn type_into(&mut self, field: &'static str, text: &str) {
        for typed in text.chars() {
            self.key_in(field, &typed.to_string(), None);
        }
    }

    /// The same, and presses Enter.
    pub fn type_and_enter(&mut self, field: &'static str, text: &str) {
        for typed in text.chars() {
            self.key_in(field, &typed.to_string(), None);
        }
        self.key_in(field, "", Some(iced::keyboard::key::Named::Enter));
    }

    /// Presses Escape in a field that has the cursor; the window hears of that, too.
    pub fn escape_in(&mut self, field: &'static str) {
        self.key_in(field, "", Some(iced::keyboard::key::Named::Escape));
        self.key(Keystroke::Leave);
    }

    fn key_in(
        &mut self,
        field: &'static str,
        text: &str,
        named: Option<iced::keyboard::key::Named>,
    ) {
        let messages: Vec<Message> = {
            let mut simulator = self.simulator();
            simulator.click(iced_test::selector::id(field)).expect(field);
            match named {
                Some(key) => drop(simulator.tap_key(key)),
                None => drop(simulator.typewrite(text)),
            }
            simulator.into_messages().collect()
        };
        self.take(messages);
    }

    /// What is to be done to the widgets; whoever draws them does it.
    pub fn operations(&mut self) -> Vec<Box<dyn iced::advanced::widget::Operation>> {
        std::mem::take(&mut *self.effects.operations.borrow_mut())
    }

    /// What the program does at its start, as far as there is anything to do it to.
    pub fn begin_effects(&mut self) {
        if let Some(first) = self.first.take() {
            self.effects.start(first);
        }
    }

    /// The field that has the cursor, once what was to be done to the widgets is done.
    pub fn focused(&mut self) -> Option<iced::widget::Id> {
        use iced::advanced::widget::operation::{Operation, Outcome, black_box, focusable};
        let operations = self.operations();
        let (width, height) = self.size;
        let mut renderer = iced::Renderer::new(theme::REGULAR, 14.0.into());
        let (view, size) = (self.app.view(), iced::Size::new(width, height));
        let mut interface = UserInterface::build(view, size, Cache::default(), &mut renderer);
        for mut operation in operations {
            interface.operate(&renderer, operation.as_mut());
        }
        let mut found = focusable::find_focused();
        interface.operate(&renderer, &mut black_box(&mut found));
        match found.finish() {
            Outcome::Some(id) => Some(id),
            _ => None,
        }
    }

    /// What was done to the widgets has its consequences.
    pub fn operated(&mut self) {
        self.effects.go_on();
        self.take([]);
    }

    /// Gives messages to the window and starts what comes of them.
    pub fn take(&mut self, messages: impl IntoIterator<Item = Message>) {
        for message in messages {
            let task = self.app.update(message);
            self.effects.start(task);
        }
        while let Ok(message) = self.effects.done.try_recv() {
            let task = self.app.update(message);
            self.effects.start(task);
        }
    }

    /// Lets what goes on beside the window go on, for ten seconds at most, until this holds.
    pub fn until(&mut self, holds: impl Fn(&Self) -> bool) -> bool {
        let begun = std::time::Instant::now();
        while !holds(self) {
            if begun.elapsed() > std::time::Duration::from_secs(10) {
                return false;
            }
            std::thread::yield_now();
            self.effects.go_on();
            self.take([]);
        }
        true
    }

    /// The next command that reached the hub, answered.
    pub fn answer(&mut self, result: Result<Reply, CommandError>) -> Command {
        let request = self.requests.try_recv().expect("a command");
        request.reply.send(result).expect("the window waits");
        self.effects.go_on();
        self.take([]);
        request.command
    }

    /// The same by its command; false when there was none.
    pub fn answer_with(&mut self, reply: impl Fn(&Command) -> Reply) -> bool {
        let Ok(request) = self.requests.try_recv() else { return false };
        let answer = reply(&request.command);
        request.reply.send(Ok(answer)).expect("the window waits");
        self.effects.go_on();
        self.take([]);
        true
    }

    /// Every text that begins right of a place.
    pub fn texts_from(&self, x: f32) -> Vec<String> {
        let seen = self.seen().into_iter();
        seen.filter(|(_, bounds)| bounds.x >= x).map(|(text, _)| text).collect()
    }

    /// Presses at a place, moves to another and releases there.
    pub fn drag(&mut self, from: iced::Point, to: iced::Point) {
        use iced::mouse::{Button, Event};
        let messages: Vec<Message> = {
            let mut simulator = self.simulator();
            simulator.point_at(from);
            let press = Event::ButtonPressed(Button::Left);
            let _ = simulator.simulate([iced::Event::Mouse(press)]);
            simulator.point_at(to);
            let moved = Event::CursorMoved { position: to };
            let release = Event::ButtonReleased(Button::Left);
            let _ = simulator.simulate([moved, release].map(iced::Event::Mouse));
            let _ = simulator.simulate([redrawn()]);
            simulator.into_messages().collect()
        };
        self.take(messages);
    }

    /// Clicks several times at a place, with this button.
    pub fn clicks_at(&mut self, at: iced::Point, button: iced::mouse::Button, times: usize) {
        use iced::mouse::Event;
        let messages: Vec<Message> = {
            let mut simulator = self.simulator();
            simulator.point_at(at);
            clock::pass(SEEN);
            for _ in 0..times {
                let click = [Event::ButtonPressed(button), Event::ButtonReleased(button)];
                let _ = simulator.simulate(click.map(iced::Event::Mouse));
            }
            simulator.into_messages().collect()
        };
        self.take(messages);
    }

    /// Presses Ctrl and C while no field has the focus.
    pub fn copy(&mut self) {
        use iced::keyboard::{self, Location, Modifiers, key};
        let letter = keyboard::Key::Character("c".into());
        let event = keyboard::Event::KeyPressed {
            key: letter.clone(),
            modified_key: letter,
            physical_key: key::Physical::Code(key::Code::KeyC),
            location: Location::Standard,
            modifiers: Modifiers::COMMAND,
            text: None,
            repeat: false,
        };
        let messages: Vec<Message> = {
            let mut simulator = self.simulator();
            let _ = simulator.simulate([iced::Event::Keyboard(event)]);
            simulator.into_messages().collect()
        };
        self.take(messages);
    }

    /// What was put into the clipboard last.
    pub fn copied(&self) -> Option<String> {
        self.effects.copied.borrow().clone()
    }

    /// Where a text stands, each time it does.
    pub fn texts_at(&self, text: &str) -> Vec<iced::Rectangle> {
        let seen = self.seen().into_iter();
        seen.filter(|(content, _)| content == text).map(|(_, bounds)| bounds).collect()
    }

    /// From where to where each text goes.
    pub fn widths(&self) -> Vec<(f32, f32)> {
        self.seen().into_iter().map(|(_, bounds)| (bounds.x, bounds.x + bounds.width)).collect()
    }

    fn seen(&self) -> Vec<(String, iced::Rectangle)> {
        let seen = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
        let all = std::sync::Arc::clone(&seen);
        let none = move |candidate: iced_test::selector::Candidate<'_>| -> Option<()> {
            if let iced_test::selector::Candidate::Text { content, bounds, .. } = candidate {
                all.lock().unwrap().push((content.to_owned(), bounds));
            }
            None
        };
        assert!(self.simulator().find(none).is_err());
        let seen = seen.lock().unwrap();
        seen.clone()
    }

    /// All commands that reached the hub, answered with success.
    pub fn commands(&mut self) -> Vec<Command> {
        let mut commands = Vec::new();
        while let Ok(request) = self.requests.try_recv() {
            commands.push(request.command);
            request.reply.send(Ok(Reply::Done {})).expect("the window waits");
        }
        self.effects.go_on();
        self.take([]);
        commands
    }

    /// Answers all commands that reached the hub.
    pub fn serve(&mut self, mut answer: impl FnMut(&Command) -> Result<Reply, CommandError>) {
        while let Ok(request) = self.requests.try_recv() {
            let result = answer(&request.command);
            request.reply.send(result).expect("the window waits");
        }
        self.effects.go_on();
        self.take([]);
    }

    /// The hub has a new snapshot.
    pub fn show(&mut self, snapshot: Snapshot) {
        let snapshot = Arc::new(snapshot);
        let _ = self.snapshots.send(Arc::clone(&snapshot));
        self.take([Message::Hub(FromHub::Snapshot(snapshot))]);
    }
}
