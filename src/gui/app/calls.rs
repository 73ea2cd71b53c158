//! What the person does to calls: places them, answers questions about them, takes, refuses
//! and ends them.

use std::time::Duration;

use iced::Task;
use iced::advanced::widget::operate;
use iced::advanced::widget::operation::focusable::unfocus;
use iced::widget::operation;

use super::{App, Message, Origin, Page, Wish, standing};
use crate::core::command::{
    AudioCommand, CallCommand, Command, CommandError, FeatureCommand, Reply, TransferTo,
};
use crate::gui::widget::card::{self, Answer, Ask, Incoming, Purpose, Question};
use crate::model::BareJid;
use crate::model::call::{Call, CallState};
use crate::model::feature::{Feature, Match, Protocol, Rule};
use crate::model::id::{AccountId, CallId};
use crate::model::sound::AudioTest;
use crate::model::time::Timestamp;

/// How long neither a key nor a click does anything to a question, or a call, that has just come
/// up or moved: one that was on its way, as from typing a number, must not cost money or take a
/// call.
pub(super) const GRACE: Duration = Duration::from_millis(500);

/// Between two looks at how loud it is.
const LEVELS: Duration = Duration::from_millis(100);

/// The same where little is to move, as often as the timer does.
const LEVELS_CALM: Duration = Duration::from_secs(1);

/// What is on its way to a question, or to a call.
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// What stands in sight to be answered.
    pub(super) standing: standing::Standing,
    /// The calls that the hub was asked for and did not answer yet: a key that is held down in
    /// a field asks for one again and again.
    placing: Vec<Wish>,
}

impl App {
    pub(super) fn place(&mut self, wish: Wish, confirm: bool) -> Task<Message> {
        self.place_so(wish, confirm, false)
    }

    /// `remember`: calls of this class are not asked about any more.
    fn place_so(&mut self, wish: Wish, confirm: bool, remember: bool) -> Task<Message> {
        if self.asked.placing.contains(&wish) {
            return Task::none();
        }
        self.asked.placing.push(wish.clone());
        let Wish { to, account, linked, .. } = wish.clone();
        let anonymous = false;
        let command = CallCommand::Place { to, account, confirm, remember, linked, anonymous };
        self.run(Command::Call(command), Origin::Place(wish))
    }

    /// The hub's answer to a call that was asked for.
    pub(super) fn placed(
        &mut self,
        wish: Wish,
        result: Result<Reply, CommandError>,
    ) -> Task<Message> {
        self.asked.placing.retain(|placing| *placing != wish);
        let Err(error) = result else { return Task::none() };
        let Wish { to, name, account, linked } = wish;
        let asked = self.ask(Purpose::Call { to, account, linked }, name, error);
        asked.unwrap_or_else(|error| {
            match self.calls.asking().cloned() {
                Some(call) => {
                    self.calls.not_asking();
                    self.fail_at(&call, &error);
                }
                None => self.fail(&error),
            }
            Task::none()
        })
    }

    /// Makes a question of an error that is one; else gives it back. No field keeps the cursor:
    /// Enter and Escape answer.
    pub(super) fn ask(
        &mut self,
        purpose: Purpose,
        name: String,
        error: CommandError,
    ) -> Result<Task<Message>, CommandError> {
        let ask = match error {
            CommandError::ChoiceNeeded(choices) => Ask::Choose(choices),
            CommandError::ConfirmationNeeded(cues) => Ask::Confirm(cues),
            error => return Err(error),
        };
        let always = self.may_always(&purpose, &ask).then_some(false);
        self.question = Some(Question { purpose, name, ask, always });
        self.asked.standing.question_asked();
        Ok(operate(unfocus()))
    }

    /// Whether the answer can be one for good: the choice of the account, for a call to a
    /// contact; the word on a class of calls that the core says can be settled.
    fn may_always(&self, purpose: &Purpose, ask: &Ask) -> bool {
        if let (Purpose::Call { .. }, Ask::Confirm(cues)) = (purpose, ask) {
            return !cues.is_empty() && cues.iter().all(|cue| cue.may_settle);
        }
        let (Purpose::Call { to, .. }, Ask::Choose(choices)) = (purpose, ask) else {
            return false;
        };
        let first = choices.first().map(|choice| &choice.account);
        let several = choices.iter().any(|choice| Some(&choice.account) != first);
        several && to.parse().is_ok_and(|jid: BareJid| self.snapshot.contact(&jid).is_some())
    }

    /// Keeps the account for all calls to a contact.
    fn always(&self, contact: String, account: AccountId) -> Task<Message> {
        let rule = Rule {
            with: Some(Match::Contact(contact)),
            feature: Feature::Audio,
            protocol: Protocol::Sip,
            account: Some(account),
        };
        self.run(Command::Feature(FeatureCommand::Set(rule)), Origin::Plain)
    }

    /// Answers what is asked; what another program asks for comes then.
    pub(super) fn answer_question(&mut self, answer: Answer) -> Task<Message> {
        Task::batch([self.on_question(answer), self.prepare_waiting()])
    }

    fn on_question(&mut self, answer: Answer) -> Task<Message> {
        if let (Answer::Always(on), Some(question)) = (&answer, &mut self.question) {
            question.always = question.always.map(|_| *on);
            return Task::none();
        }
        let Some(Question { purpose, name, always, .. }) = self.question.take() else {
            return Task::none();
        };
        match (answer, purpose) {
            (Answer::Choose(choice), Purpose::Call { to, linked, .. }) => {
                let keep = always == Some(true);
                let kept = keep.then(|| self.always(to, choice.account.clone()));
                let account = Some(choice.account);
                let placed = self.place(Wish { to: choice.uri, name, account, linked }, false);
                Task::batch(kept.into_iter().chain([placed]))
            }
            (Answer::Choose(choice), Purpose::Transfer { call, .. }) => {
                self.transfer(call, TransferTo::Address(choice.uri), name, false)
            }
            (Answer::Confirm, Purpose::Call { to, account, linked }) => {
                let remember = always == Some(true);
                self.place_so(Wish { to, name, account, linked }, true, remember)
            }
            (Answer::Confirm, Purpose::Transfer { call, to }) => {
                self.transfer(call, to, name, true)
            }
            (Answer::Cancel | Answer::Always(_), _) => {
                self.calls.not_asking();
                Task::none()
            }
        }
    }

    pub(super) fn transfer(
        &mut self,
        call: CallId,
        to: TransferTo,
        name: String,
        confirm: bool,
    ) -> Task<Message> {
        let command = CallCommand::Transfer { call: call.clone(), to: to.clone(), confirm };
        self.run(Command::Call(command), Origin::Transfer { call, to, name })
    }

    pub(super) fn not_transferred(
        &mut self,
        call: CallId,
        to: TransferTo,
        name: String,
        error: CommandError,
    ) -> Task<Message> {
        let purpose = Purpose::Transfer { call: call.clone(), to };
        self.ask(purpose, name, error).unwrap_or_else(|error| {
            self.fail_at(&call, &error);
            Task::none()
        })
    }

    /// Holds a call, unless it rests already, and calls its new target then.
    pub(super) fn ask_first(&mut self, call: CallId, to: String, name: String) -> Task<Message> {
        let found = self.snapshot.calls.iter().find(|known| known.id == call);
        if found.is_some_and(|call| call.state == CallState::Held) {
            return self.place(Wish { to, name, account: None, linked: false }, false);
        }
        let command = Command::Call(CallCommand::Hold(call.clone()));
        self.run(command, Origin::AskFirst { call, to, name })
    }

    pub(super) fn asked_first(
        &mut self,
        call: &CallId,
        to: String,
        name: String,
        result: Result<Reply, CommandError>,
    ) -> Task<Message> {
        match result {
            Ok(_) => self.place(Wish { to, name, account: None, linked: false }, false),
            Err(error) => {
                self.calls.not_asking();
                self.fail_at(call, &error);
                Task::none()
            }
        }
    }

    /// Says a failure at the call it was for; anywhere when there is no such call any more.
    pub(super) fn fail_at(&mut self, call: &CallId, error: &CommandError) {
        let shown = |known: &&Call| known.id == *call && known.state != CallState::Incoming;
        if self.snapshot.calls.iter().any(|known| shown(&known)) {
            self.calls.failed(call, error.to_string());
        } else {
            self.fail(error);
        }
    }

    /// How often it is looked how loud it is: while a call is heard or the devices are set, and
    /// seldom where the person works with something else, whose window may stand beside this one.
    pub fn looks_at_levels(&self) -> Option<Duration> {
        let in_sight = self.is_open() && (self.is_call_heard() || self.shows_level());
        let is_seldom = self.preferences.set().reduced_motion || !self.is_in_front();
        in_sight.then_some(if is_seldom { LEVELS_CALM } else { LEVELS })
    }

    fn is_call_heard(&self) -> bool {
        self.snapshot.calls.iter().any(|call| call.state == CallState::Active)
    }

    /// The settings show the microphone's level. It is not opened for who looks elsewhere.
    fn shows_level(&self) -> bool {
        self.tries_sound() && self.is_in_front()
    }

    /// The page where sound is tried is shown.
    pub(super) fn tries_sound(&self) -> bool {
        self.page == Page::Settings && self.pages.settings().shows_level()
    }

    /// Who leaves that page is not recorded any more.
    pub(super) fn stop_trying(&mut self) -> Task<Message> {
        match self.snapshot.audio_test.as_ref().is_some_and(AudioTest::runs) {
            true => self.run(Command::Audio(AudioCommand::Stop), Origin::Silent),
            false => Task::none(),
        }
    }

    pub(super) fn hear(&mut self) -> Task<Message> {
        let of_call = self.is_call_heard().then(|| self.link.levels());
        if let Some(levels) = of_call {
            self.calls.hear(levels);
        }
        if !self.shows_level() {
            return Task::none();
        }
        let action = self.pages.settings_mut().look(of_call);
        self.act(action)
    }

    pub(super) fn on_card(&mut self, call: CallId, act: card::Act) -> Task<Message> {
        if self.card.as_ref().is_none_or(|(of, _)| *of != call) {
            self.card = Some((call.clone(), Incoming::default()));
        }
        let Some((_, card)) = &mut self.card else { return Task::none() };
        let command = match act {
            card::Act::Answer => {
                // What can be done with a call stands in the main window.
                let is_apart = self.incoming_apart().any(|apart| apart.id == call);
                let shown = if is_apart { self.show_main() } else { Task::none() };
                let answer = Command::Call(CallCommand::Answer(call));
                return Task::batch([self.run(answer, Origin::Plain), shown]);
            }
            card::Act::Decline => CallCommand::Decline { call, message: None },
            card::Act::DeclineWithMessage => {
                let words = card.message.take().map(|words| words.trim().to_owned());
                CallCommand::Decline { call, message: words.filter(|words| !words.is_empty()) }
            }
            card::Act::WriteMessage => {
                card.message = Some(String::new());
                return operation::focus(card::DECLINE_FIELD);
            }
            card::Act::MessageChanged(words) => {
                card.message = Some(words);
                return Task::none();
            }
            card::Act::Chat => {
                let shown = self.snapshot.calls.iter().find(|known| known.id == call);
                let contact = shown.and_then(|call| call.peer.contact());
                let is_apart = self.incoming_apart().any(|apart| apart.id == call);
                let shown = if is_apart { self.show_main() } else { Task::none() };
                let opened = contact.map_or(Task::none(), |jid| self.open(jid.into()));
                return Task::batch([shown, opened]);
            }
            card::Act::Why => {
                card.why = !card.why;
                return Task::none();
            }
        };
        self.run(Command::Call(command), Origin::Plain)
    }
}

/// So much time went by between two moments.
pub(super) fn has_passed(time: Duration, from: Timestamp, to: Timestamp) -> bool {
    // A clock that was set back does not make anybody wait.
    u128::from(to.unix_millis().abs_diff(from.unix_millis())) >= time.as_millis()
}
