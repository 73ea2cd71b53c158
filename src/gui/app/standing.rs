//! What stands in sight to be answered, and for how long it does so in its place: what has just
//! come up, or moved, is not what a key or a click on its way was meant for.

use iced::Task;

use super::calls::{GRACE, has_passed};
use super::{App, Message};
use crate::gui::screen::calls;
use crate::gui::widget::card::{self, Answer};
use crate::model::call::{Ask, CallState};
use crate::model::id::CallId;
use crate::model::time::Timestamp;

/// A card.
#[derive(Debug, Clone, PartialEq)]
enum Card {
    /// The question of that number.
    Question(u64),
    /// What the other side of a call wants.
    Ask(CallId, Ask),
    /// A call that rings.
    Rings(CallId),
}

/// What else moves them: what stands above the window, how many bars of calls there are, a notice.
type Above = (bool, usize, bool);

/// Cards from top to bottom, each with the moment since when it is in its place.
#[derive(Debug, Default)]
struct Cards(Vec<(Card, Timestamp)>);

impl Cards {
    /// Those that are there now; what stands below something new has moved.
    fn follow(&mut self, cards: impl Iterator<Item = Card>, moved: bool, now: Timestamp) {
        let cards: Vec<Card> = cards.collect();
        let same = |(old, new): &(&(Card, Timestamp), &Card)| old.0 == **new;
        let kept = if moved { 0 } else { self.0.iter().zip(&cards).take_while(same).count() };
        self.0.truncate(kept);
        self.0.extend(cards.into_iter().skip(kept).map(|card| (card, now)));
    }

    fn since(&self, wanted: impl Fn(&Card) -> bool) -> Option<Timestamp> {
        self.0.iter().find(|(card, _)| wanted(card)).map(|(_, since)| *since)
    }
}

/// All that stands.
#[derive(Debug, Default)]
pub(super) struct Standing {
    /// In the main window.
    main: Cards,
    above: Above,
    /// In the window of calls that ring.
    apart: Cards,
    /// When the keyboard came to the main window.
    focused: Option<Timestamp>,
    questions: u64,
}

impl Standing {
    /// Another question is asked from now on.
    pub(super) fn question_asked(&mut self) {
        self.questions = self.questions.wrapping_add(1);
    }

    /// The keyboard is in the main window from now on.
    pub(super) fn focused(&mut self, now: Timestamp) {
        self.focused = Some(now);
    }
}

impl App {
    /// The wall clock, as the window was opened with it.
    pub(super) fn read_clock(&self) -> Timestamp {
        (self.setting.clock)()
    }

    /// Something happened: notes what came up or moved.
    pub(super) fn follow_standing(&mut self) {
        let rings = |call: &crate::model::call::Call| Card::Rings(call.id.clone());
        let question =
            self.question.as_ref().map(|_| Card::Question(self.asked.standing.questions));
        let asks = self.asks().map(|(call, ask)| Card::Ask(call.id.clone(), ask.clone()));
        let main = question.into_iter().chain(asks).chain(self.incoming_here().map(rings));
        let main: Vec<Card> = main.collect();
        let apart: Vec<Card> = self.incoming_apart().map(rings).collect();
        if main.is_empty() && apart.is_empty() {
            (self.asked.standing.main.0, self.asked.standing.apart.0) = (Vec::new(), Vec::new());
            return;
        }
        let bars = self.snapshot.calls.iter().filter(|call| call.state != CallState::Incoming);
        let above = (self.over.is_some(), bars.count(), self.notice.is_some());
        let now = self.read_clock();
        let standing = &mut self.asked.standing;
        let moved = std::mem::replace(&mut standing.above, above) != above;
        standing.main.follow(main.into_iter(), moved, now);
        standing.apart.follow(apart.into_iter(), false, now);
    }

    /// The other side of a call wants something that it did not want before.
    pub(super) fn asks_anew(&self) -> bool {
        let known = |card: Card| self.asked.standing.main.since(|other| *other == card).is_some();
        self.asks().any(|(call, ask)| !known(Card::Ask(call.id.clone(), ask.clone())))
    }

    /// What stands there does so for long enough to be answered by a key.
    pub(super) fn may_be_answered(&self) -> bool {
        let standing = &self.asked.standing;
        let cards = standing.main.0.iter().chain(&standing.apart.0).map(|(_, since)| *since);
        let now = self.read_clock();
        cards.chain(standing.focused).all(|since| has_passed(GRACE, since, now))
    }

    /// What is pressed does so for long enough in its place.
    fn stands(&self, wanted: impl Fn(&Card) -> bool) -> bool {
        let standing = &self.asked.standing;
        let since = standing.main.since(&wanted).or_else(|| standing.apart.since(&wanted));
        since.is_some_and(|since| has_passed(GRACE, since, self.read_clock()))
    }

    /// Something was pressed on a call's card.
    pub(super) fn press_card(&mut self, call: CallId, act: card::Act) -> Task<Message> {
        use card::Act;
        let is_answer =
            matches!(act, Act::Answer | Act::Decline | Act::DeclineWithMessage | Act::Chat);
        if is_answer && !self.stands(|card| *card == Card::Rings(call.clone())) {
            return Task::none();
        }
        self.on_card(call, act)
    }

    /// Something was pressed on a question's card.
    pub(super) fn press_question(&mut self, answer: Answer) -> Task<Message> {
        let is_answer = !matches!(answer, Answer::Always(_));
        if is_answer && !self.stands(|card| matches!(card, Card::Question(_))) {
            return Task::none();
        }
        self.answer_question(answer)
    }

    /// Something was pressed on a call's bar, or on what its other side wants.
    pub(super) fn press_calls(&mut self, message: calls::Message) -> Task<Message> {
        if let calls::Message::Ask(call, _) = &message {
            let wanted = |card: &Card| matches!(card, Card::Ask(of, _) if of == call);
            if !self.stands(wanted) {
                return Task::none();
            }
        }
        self.in_calls(message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_below_something_new_has_moved() {
        let at = Timestamp::from_unix_millis;
        let call = |id: &str| Card::Rings(CallId::new(id));
        let mut cards = Cards::default();
        cards.follow([call("1")].into_iter(), false, at(0));
        cards.follow([call("1"), call("2")].into_iter(), false, at(10));
        assert_eq!(cards.0, [(call("1"), at(0)), (call("2"), at(10))]);
        let all = [Card::Question(1), call("1"), call("2")];
        cards.follow(all.into_iter(), false, at(20));
        assert!(cards.0.iter().all(|(_, since)| *since == at(20)), "{cards:?}");
        cards.follow([call("1"), call("2")].into_iter(), false, at(30));
        assert!(cards.0.iter().all(|(_, since)| *since == at(30)), "{cards:?}");
        cards.follow([call("1")].into_iter(), false, at(40));
        assert_eq!(cards.0, [(call("1"), at(30))], "what was below it is gone");
        cards.follow([call("1")].into_iter(), true, at(50));
        assert_eq!(cards.0, [(call("1"), at(50))]);
    }
}
