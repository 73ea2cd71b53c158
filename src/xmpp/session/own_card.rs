//! Numbers on our own card, in both its forms (XEP-0054, XEP-0292; CUSAX C22, C23). A store
//! replaces a whole card, so both are read first:
//!
//! read both → publish vCard4 → look at vcard-temp → store it, unless it follows by itself →
//! look at vCard4 → publish it again, if that was written over
//!
//! Many a server keeps one card for both forms and converts each into the other with losses: so
//! the form with more in it comes first, and has the last word. A form that a server does not
//! have is left out. When a step fails, the steps before it are undone.

use tokio_xmpp::minidom::Element;
use tokio_xmpp::parsers::stanza_error::DefinedCondition;

use super::iq::{Failure, What};
use super::{Session, text};
use crate::model::time::Now;
use crate::model::vcard::Tel;
use crate::xmpp::xep::pep::Access;
use crate::xmpp::xep::{MAX_TELS, vcard_temp, vcard4, written};
use crate::xmpp::{CardForm, CardStoreError, XmppEvent};

/// A question of the change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    ReadTemp,
    ReadVcard4,
    PublishVcard4,
    LookTemp,
    StoreTemp,
    LookVcard4,
    RepublishVcard4,
    Undo,
}

/// What a form held before.
#[derive(Debug)]
enum Before<T> {
    /// The server has no such form.
    Unsupported,
    /// There is no card.
    Nothing,
    Card(T),
}

/// A change under way. One question of it is open at any time.
#[derive(Debug)]
pub(super) struct OwnCard {
    tels: Vec<Tel>,
    /// The name of a new card, until one is found.
    name: String,
    temp: Before<Element>,
    vcard4: Before<vcard4::Stored>,
    /// The server may hold what we stored.
    temp_touched: bool,
    vcard4_touched: bool,
    /// The vCard4's node is for fewer readers than asked for, and stays so.
    kept_access: bool,
    failed: Option<CardStoreError>,
}

/// What comes next.
enum Next {
    Get(Step, Element),
    Set(Step, Element),
    Done(Result<(), CardStoreError>),
}

type Answer = Result<Option<Element>, Failure>;

impl Session {
    pub(super) fn set_own_tels(&mut self, now: Now, tels: &[Tel]) {
        let tels = match fitting(tels) {
            _ if !self.is_up() => Err(CardStoreError::NotConnected),
            _ if self.own_card.is_some() => Err(CardStoreError::Busy),
            tels => tels,
        };
        match tels {
            Ok(tels) => {
                self.own_card = Some(OwnCard::new(tels, self.account.to_string()));
                let request = vcard_temp::request();
                self.ask(now, None, What::OwnCard(Step::ReadTemp), request, false);
            }
            Err(error) => self.event(XmppEvent::OwnTelsSet(Err(error))),
        }
    }

    pub(super) fn own_card_answered(&mut self, now: Now, step: Step, answer: Answer) {
        let Some(mut change) = self.own_card.take() else { return };
        let (step, payload, set) = match change.answered(step, answer) {
            Next::Get(step, payload) if self.is_up() => (step, payload, false),
            Next::Set(step, payload) if self.is_up() => (step, payload, true),
            Next::Get(..) | Next::Set(..) => {
                let error = change.failed.unwrap_or(CardStoreError::NotConnected);
                return self.event(XmppEvent::OwnTelsSet(Err(error)));
            }
            Next::Done(result) => {
                if result.is_ok() && change.kept_access {
                    let words = "Your numbers are on your card, but the server keeps the card \
                                 as it was shared before: perhaps only your contacts see them.";
                    self.event(XmppEvent::Notice(words.to_owned()));
                }
                return self.event(XmppEvent::OwnTelsSet(result));
            }
        };
        self.own_card = Some(change);
        self.ask(now, None, What::OwnCard(step), payload, set);
    }

    /// There is no session any more that could answer.
    pub(super) fn fail_own_card(&mut self) {
        if self.own_card.take().is_some() {
            self.event(XmppEvent::OwnTelsSet(Err(CardStoreError::NotConnected)));
        }
    }
}

impl OwnCard {
    fn new(tels: Vec<Tel>, name: String) -> Self {
        Self {
            tels,
            name,
            temp: Before::Unsupported,
            vcard4: Before::Unsupported,
            temp_touched: false,
            vcard4_touched: false,
            kept_access: false,
            failed: None,
        }
    }

    fn answered(&mut self, step: Step, answer: Answer) -> Next {
        match step {
            Step::ReadTemp => match before(answer, vcard_temp::stored) {
                Ok(temp) => {
                    self.temp = temp;
                    Next::Get(Step::ReadVcard4, vcard4::request())
                }
                Err(failure) => self.fail(CardForm::VcardTemp, failure),
            },
            Step::ReadVcard4 => match before(answer, vcard4::stored) {
                Ok(vcard4) => {
                    self.vcard4 = vcard4;
                    self.begin()
                }
                Err(failure) => self.fail(CardForm::Vcard4, failure),
            },
            Step::PublishVcard4 => self.published(answer),
            Step::LookTemp => match before(answer, vcard_temp::stored) {
                Ok(temp) => self.looked_at_temp(&temp),
                Err(failure) => self.fail(CardForm::VcardTemp, failure),
            },
            Step::StoreTemp => self.stored_temp(answer),
            Step::LookVcard4 => match before(answer, vcard4::stored) {
                Ok(Before::Card(found)) if found == self.new_vcard4() => Next::Done(Ok(())),
                Ok(_) => Next::Set(Step::RepublishVcard4, self.publish_vcard4()),
                Err(failure) => self.fail(CardForm::Vcard4, failure),
            },
            Step::RepublishVcard4 => match answer {
                Ok(_) => Next::Done(Ok(())),
                Err(failure) => self.fail(CardForm::Vcard4, failure),
            },
            Step::Undo => self.undo(),
        }
    }

    /// Both forms were read.
    fn begin(&mut self) -> Next {
        let name = match (&self.temp, &self.vcard4) {
            (Before::Card(temp), _) => vcard_temp::parse(temp).and_then(|card| card.full_name),
            (_, Before::Card(vcard4)) => vcard4::full_name(&vcard4.card),
            _ => None,
        };
        self.name = name.unwrap_or_else(|| std::mem::take(&mut self.name));
        match (&self.temp, &self.vcard4) {
            (Before::Unsupported, Before::Unsupported) => {
                let text = "it keeps no cards".to_owned();
                let form = CardForm::Vcard4;
                Next::Done(Err(CardStoreError::Refused { form, text }))
            }
            (_, Before::Unsupported) => self.store_temp(),
            // There is no card to take numbers from.
            (_, Before::Nothing) if self.tels.is_empty() => self.store_temp(),
            _ => Next::Set(Step::PublishVcard4, self.publish_vcard4()),
        }
    }

    fn published(&mut self, answer: Answer) -> Next {
        match answer {
            Ok(_) => {
                self.vcard4_touched = true;
                match self.temp {
                    Before::Unsupported => Next::Done(Ok(())),
                    _ => Next::Get(Step::LookTemp, vcard_temp::request()),
                }
            }
            // The node is not as we ask for (XEP-0060 §7.1.5), or the server cannot tell. To
            // edit a number is no wish to show the whole card to more people.
            Err(Failure::Refused(
                DefinedCondition::Conflict | DefinedCondition::FeatureNotImplemented,
                _,
            )) if !self.kept_access => {
                self.kept_access = true;
                Next::Set(Step::PublishVcard4, self.publish_vcard4())
            }
            Err(failure) => {
                self.vcard4_touched = failure == Failure::TimedOut;
                self.fail(CardForm::Vcard4, failure)
            }
        }
    }

    /// The other form was looked at again: one that has changed follows by itself, as well as
    /// it can.
    fn looked_at_temp(&mut self, found: &Before<Element>) -> Next {
        match (&self.temp, found) {
            (Before::Card(old), Before::Card(new)) if old == new => self.store_temp(),
            (Before::Card(_) | Before::Nothing, Before::Card(_)) => Next::Done(Ok(())),
            _ => self.store_temp(),
        }
    }

    fn store_temp(&mut self) -> Next {
        let (old, new) = (card(&self.temp), self.new_temp());
        let unchanged = old.map_or(self.tels.is_empty(), |old| *old == new);
        match unchanged {
            true => Next::Done(Ok(())),
            false => Next::Set(Step::StoreTemp, new),
        }
    }

    fn stored_temp(&mut self, answer: Answer) -> Next {
        match answer {
            Ok(_) => {
                self.temp_touched = true;
                match self.vcard4_touched {
                    true => Next::Get(Step::LookVcard4, vcard4::request()),
                    false => Next::Done(Ok(())),
                }
            }
            Err(failure) => {
                self.temp_touched = failure == Failure::TimedOut;
                self.fail(CardForm::VcardTemp, failure)
            }
        }
    }

    fn fail(&mut self, form: CardForm, failure: Failure) -> Next {
        self.failed = Some(match failure {
            Failure::TimedOut => CardStoreError::TimedOut,
            Failure::Busy => CardStoreError::Busy,
            Failure::Refused(_, text) => CardStoreError::Refused { form, text },
        });
        self.undo()
    }

    /// Puts back what was there, the form with more in it last. More than trying cannot be done.
    fn undo(&mut self) -> Next {
        if std::mem::take(&mut self.temp_touched) {
            let empty = || Element::bare("vCard", "vcard-temp");
            return Next::Set(Step::Undo, card(&self.temp).cloned().unwrap_or_else(empty));
        }
        if std::mem::take(&mut self.vcard4_touched) {
            return Next::Set(
                Step::Undo,
                match card(&self.vcard4) {
                    Some(old) => vcard4::publish(old, None),
                    None => vcard4::retract(&self.new_vcard4()),
                },
            );
        }
        Next::Done(Err(self.failed.take().unwrap_or(CardStoreError::TimedOut)))
    }

    fn publish_vcard4(&self) -> Element {
        vcard4::publish(&self.new_vcard4(), (!self.kept_access).then_some(Access::Open))
    }

    fn new_vcard4(&self) -> vcard4::Stored {
        vcard4::with_tels(card(&self.vcard4), &self.name, &self.tels)
    }

    fn new_temp(&self) -> Element {
        vcard_temp::with_tels(card(&self.temp), &self.name, &self.tels)
    }
}

fn card<T>(before: &Before<T>) -> Option<&T> {
    match before {
        Before::Card(card) => Some(card),
        Before::Nothing | Before::Unsupported => None,
    }
}

fn before<T>(
    answer: Answer,
    read: impl FnOnce(&Element) -> Option<T>,
) -> Result<Before<T>, Failure> {
    use DefinedCondition::{FeatureNotImplemented, ItemNotFound, ServiceUnavailable};
    match answer {
        Ok(payload) => Ok(payload.as_ref().and_then(read).map_or(Before::Nothing, Before::Card)),
        Err(Failure::Refused(ItemNotFound, _)) => Ok(Before::Nothing),
        Err(Failure::Refused(ServiceUnavailable | FeatureNotImplemented, _)) => {
            Ok(Before::Unsupported)
        }
        Err(failure) => Err(failure),
    }
}

/// The numbers as they are written; all of them, or none.
fn fitting(tels: &[Tel]) -> Result<Vec<Tel>, CardStoreError> {
    if tels.len() > MAX_TELS {
        return Err(CardStoreError::TooMany(MAX_TELS));
    }
    let fit = |tel: &Tel| {
        written(tel).ok_or_else(|| CardStoreError::NoNumber(text::line(&tel.value, 80)))
    };
    tels.iter().map(fit).collect()
}
