//! What the person does to calls: places them, answers questions about them, takes, refuses
//! and ends them.

use iced::Task;
use iced::widget::operation;

use super::{App, Message, Origin, contact_of};
use crate::core::command::{CallCommand, Command, CommandError};
use crate::gui::widget::call_bar;
use crate::gui::widget::card::{self, Answer, Ask, Incoming, Question};
use crate::model::id::{AccountId, CallId};

impl App {
    pub(super) fn place(
        &mut self,
        to: String,
        name: String,
        account: Option<AccountId>,
        confirm: bool,
    ) -> Task<Message> {
        let command = CallCommand::Place {
            to: to.clone(),
            account: account.clone(),
            confirm,
            anonymous: false,
        };
        self.run(Command::Call(command), Origin::Place { to, name, account })
    }

    pub(super) fn not_placed(
        &mut self,
        to: String,
        name: String,
        account: Option<AccountId>,
        error: CommandError,
    ) {
        let ask = match error {
            CommandError::ChoiceNeeded(choices) => Ask::Choose(choices),
            CommandError::ConfirmationNeeded(cues) => Ask::Confirm { account, cues },
            error => return self.fail(&error),
        };
        self.question = Some(Question { to, name, ask });
    }

    pub(super) fn on_question(&mut self, answer: Answer) -> Task<Message> {
        let Some(question) = self.question.take() else { return Task::none() };
        match (answer, question.ask) {
            (Answer::Choose(choice), _) => {
                self.place(choice.uri, question.name, Some(choice.account), false)
            }
            (Answer::Confirm, Ask::Confirm { account, .. }) => {
                self.place(question.to, question.name, account, true)
            }
            (Answer::Cancel | Answer::Confirm, _) => Task::none(),
        }
    }

    pub(super) fn on_call_bar(&mut self, call: CallId, act: &call_bar::Act) -> Task<Message> {
        let command = match act {
            call_bar::Act::Mute(on) => CallCommand::Mute { call, on: *on },
            call_bar::Act::HangUp => CallCommand::Hangup(call),
            call_bar::Act::Open => {
                let found = self.snapshot.calls.iter().find(|known| known.id == call);
                return match found.and_then(contact_of) {
                    Some(with) => self.open(with),
                    None => Task::none(),
                };
            }
        };
        self.run(Command::Call(command), Origin::Plain)
    }

    pub(super) fn on_card(&mut self, call: CallId, act: card::Act) -> Task<Message> {
        if self.card.as_ref().is_none_or(|(of, _)| *of != call) {
            self.card = Some((call.clone(), Incoming::default()));
        }
        let Some((_, card)) = &mut self.card else { return Task::none() };
        let command = match act {
            card::Act::Answer => CallCommand::Answer(call),
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
            card::Act::Why => {
                card.why = !card.why;
                return Task::none();
            }
        };
        self.run(Command::Call(command), Origin::Plain)
    }
}
