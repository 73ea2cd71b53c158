//! Questions and answers (RFC 6120 §8.2.3): ours with their deadlines, others' with what we
//! tell them.

use std::time::{Duration, Instant};

use tokio_xmpp::minidom::Element;
use tokio_xmpp::parsers::iq::Iq;
use tokio_xmpp::parsers::ns;
use tokio_xmpp::parsers::stanza_error::{DefinedCondition, ErrorType, StanzaError};

use super::own_card::Step;
use super::personal::Announcement;
use super::{Session, text};
use crate::model::time::Now;
use crate::model::{BareJid, Jid};
use crate::xmpp::XmppEvent;
use crate::xmpp::xep::{blocking, caps, carbons, software_version, time};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a card may take.
const PATIENCE_VCARD: Duration = Duration::from_secs(10);
/// The most questions that may be open.
const MAX_PENDING: usize = 512;

/// A question of ours that waits for its answer.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) what: What,
    /// Whom we asked; `None` for our own account.
    asked: Option<BareJid>,
    pub(super) deadline: Instant,
}

/// What was asked.
#[derive(Debug, PartialEq)]
pub(super) enum What {
    Roster,
    Carbons,
    Blocked,
    /// A change; the words for its failure.
    Change(String),
    VcardTemp(BareJid),
    Vcard4(BareJid),
    /// A step of a change of our own card.
    OwnCard(Step),
    Publish(Announcement),
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(super) enum Failure {
    #[error("the server did not answer in time")]
    TimedOut,
    #[error("{1}")]
    Refused(DefinedCondition, String),
    #[error("too many requests at once")]
    Busy,
}

impl Session {
    /// Asks `to`, or our own account. [`conclude`](Self::conclude) follows.
    pub(super) fn ask(
        &mut self,
        now: Now,
        to: Option<BareJid>,
        what: What,
        payload: Element,
        set: bool,
    ) {
        if self.pending.len() >= MAX_PENDING {
            return self.conclude(now, what, Err(Failure::Busy));
        }
        let id = self.new_id();
        let patience = match what {
            What::VcardTemp(_) | What::Vcard4(_) | What::OwnCard(_) => PATIENCE_VCARD,
            _ => PATIENCE,
        };
        let deadline = Self::deadline(now, patience);
        let address = to.clone().map(Jid::from);
        let _ = self.pending.insert(id.clone(), Pending { what, asked: to, deadline });
        self.send(if set {
            Iq::Set { from: None, to: address, id, payload }
        } else {
            Iq::Get { from: None, to: address, id, payload }
        });
    }

    pub(super) fn enable_carbons(&mut self, now: Now) {
        self.ask(now, None, What::Carbons, carbons::enable(), true);
    }

    pub(super) fn receive_iq(&mut self, now: Now, iq: Iq) {
        match iq {
            Iq::Result { from, id, payload, .. } => {
                self.receive_answer(now, from, &id, Ok(payload));
            }
            Iq::Error { from, id, error, .. } => {
                let words = words(&error);
                let failure = Failure::Refused(error.defined_condition, words);
                self.receive_answer(now, from, &id, Err(failure));
            }
            Iq::Get { from, id, payload, .. } => {
                let answer = self.answer_get(now, from.as_ref(), &payload);
                self.reply(from, id, answer);
            }
            Iq::Set { from, id, payload, .. } => {
                let answer = self.take_set(from.as_ref(), &payload);
                self.reply(from, id, answer);
            }
        }
    }

    /// A question that cannot be understood (RFC 6120 §8.3.3.1).
    pub fn receive_invalid(&mut self, from: Option<&str>, id: Option<&str>) {
        let Some(id) = id else { return };
        let from = match from.map(Jid::new) {
            None => None,
            Some(Ok(from)) => Some(from),
            Some(Err(_)) => return,
        };
        self.reply(from, id.to_owned(), Err(DefinedCondition::BadRequest));
    }

    /// A question that ended, one way or the other.
    pub(super) fn conclude(
        &mut self,
        now: Now,
        what: What,
        answer: Result<Option<Element>, Failure>,
    ) {
        match (what, answer) {
            (What::Roster, answer) => self.roster_arrived(answer),
            (What::Carbons, Ok(_)) => {}
            (What::Carbons, Err(failure)) => {
                tracing::debug!(%failure, "no carbons");
            }
            (What::Blocked, answer) => self.blocked_arrived(answer),
            (What::Change(_), Ok(_)) => {}
            (What::Change(words), Err(failure)) => {
                self.event(XmppEvent::Notice(format!("{words}: {failure}.")));
            }
            (What::VcardTemp(jid), answer) => self.vcard_temp_arrived(now, &jid, answer),
            (What::Vcard4(jid), answer) => self.vcard4_arrived(now, &jid, answer),
            (What::OwnCard(step), answer) => self.own_card_answered(now, step, answer),
            (What::Publish(_), Ok(_)) => {}
            (What::Publish(what), Err(failure)) => self.not_published(&what, &failure),
        }
    }

    fn receive_answer(
        &mut self,
        now: Now,
        from: Option<Jid>,
        id: &str,
        answer: Result<Option<Element>, Failure>,
    ) {
        let Some(pending) = self.pending.get(id) else { return };
        let from_account = self.is_account(from.as_ref());
        let authentic = match (&pending.asked, &from) {
            (None, Some(from)) => {
                let server = from.node().is_none()
                    && from.resource().is_none()
                    && from.domain() == self.account.domain();
                from_account || server || self.is_bound(from)
            }
            (None, None) => true,
            (Some(asked), Some(from)) => from == asked,
            (Some(asked), None) => *asked == self.account,
        };
        if !authentic {
            return;
        }
        if let Some(pending) = self.pending.remove(id) {
            self.conclude(now, pending.what, answer);
        }
    }

    fn answer_get(
        &self,
        now: Now,
        from: Option<&Jid>,
        payload: &Element,
    ) -> Result<Option<Element>, DefinedCondition> {
        let friend = from.is_none_or(|from| self.sees_us(&from.to_bare()));
        let node = payload.attr("node");
        if payload.is("ping", ns::PING) {
            Ok(None)
        } else if payload.is("query", ns::DISCO_INFO) {
            caps::answer_info(node, self.takes_chat).map(Some).ok_or(DefinedCondition::ItemNotFound)
        } else if payload.is("query", ns::DISCO_ITEMS) {
            Ok(Some(caps::answer_items(node)))
        } else if payload.is("query", ns::VERSION) && friend {
            Ok(Some(software_version::answer()))
        } else if payload.is("time", ns::TIME) && friend {
            Ok(Some(time::answer(now.wall)))
        } else {
            Err(DefinedCondition::ServiceUnavailable)
        }
    }

    fn take_set(
        &mut self,
        from: Option<&Jid>,
        payload: &Element,
    ) -> Result<Option<Element>, DefinedCondition> {
        if !self.is_account(from) {
            return Err(DefinedCondition::ServiceUnavailable);
        }
        if payload.is("query", ns::ROSTER) {
            self.roster_pushed(payload);
            Ok(None)
        } else if blocking::is_push(payload) {
            self.blocked_pushed(payload);
            Ok(None)
        } else {
            Err(DefinedCondition::ServiceUnavailable)
        }
    }

    fn reply(
        &mut self,
        to: Option<Jid>,
        id: String,
        answer: Result<Option<Element>, DefinedCondition>,
    ) {
        self.send(match answer {
            Ok(payload) => Iq::Result { from: None, to, id, payload },
            Err(defined_condition) => Iq::Error {
                from: None,
                to,
                id,
                error: StanzaError {
                    type_: ErrorType::Cancel,
                    by: None,
                    defined_condition,
                    texts: Default::default(),
                    other: None,
                },
                payload: None,
            },
        });
    }
}

/// The server's own words for an error, else the condition's name.
pub(super) fn words(error: &StanzaError) -> String {
    let given = error
        .texts
        .get("en")
        .or_else(|| error.texts.get(""))
        .or_else(|| error.texts.values().next());
    match given.map(|given| text::line(given, 200)).filter(|given| !given.is_empty()) {
        Some(given) => given.trim_end_matches('.').to_owned(),
        None => Element::from(error.defined_condition.clone()).name().replace('-', " "),
    }
}
