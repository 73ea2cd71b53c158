//! Fetching cards: both forms of a contact are asked for at once, and what came is told as one
//! (XEP-0054, XEP-0292; CUSAX C18).

use std::collections::{HashMap, VecDeque};

use tokio_xmpp::minidom::Element;
use tokio_xmpp::parsers::stanza_error::DefinedCondition;

use super::Session;
use super::iq::{Failure, What};
use crate::model::BareJid;
use crate::model::time::Now;
use crate::model::vcard::Vcard;
use crate::xmpp::xep::{vcard_temp, vcard4};
use crate::xmpp::{VcardError, XmppEvent};

/// The most contacts whose cards are asked for at once.
const MAX_RUNNING: usize = 16;
/// The most that may wait for their turn.
const MAX_WAITING: usize = 20_000;

/// One form of a card: there, known to be missing, or not to be had.
type Form = Result<Option<Vcard>, VcardError>;

/// Which cards are on their way.
#[derive(Debug, Default)]
pub(super) struct Vcards {
    running: HashMap<BareJid, Fetch>,
    waiting: VecDeque<BareJid>,
}

#[derive(Debug, Default)]
struct Fetch {
    vcard4: Option<Form>,
    vcard_temp: Option<Form>,
}

impl Session {
    pub(super) fn fetch_vcards(&mut self, now: Now, jid: BareJid) {
        if !self.is_up() {
            return self.tell_vcards(jid, Err(VcardError::NotConnected));
        }
        // One answer serves all who ask meanwhile.
        if self.vcards.running.contains_key(&jid) || self.vcards.waiting.contains(&jid) {
            return;
        }
        if self.vcards.waiting.len() >= MAX_WAITING {
            let busy = VcardError::Refused("too many requests at once".to_owned());
            return self.tell_vcards(jid, Err(busy));
        }
        // The newest first: somebody looks at it.
        self.vcards.waiting.push_front(jid);
        self.start_vcards(now);
    }

    pub(super) fn vcard4_arrived(
        &mut self,
        now: Now,
        jid: &BareJid,
        answer: Result<Option<Element>, Failure>,
    ) {
        let form = form(answer, vcard4::parse_answer);
        if let Some(fetch) = self.vcards.running.get_mut(jid) {
            fetch.vcard4 = Some(form);
        }
        self.finish_vcards(now, jid);
    }

    pub(super) fn vcard_temp_arrived(
        &mut self,
        now: Now,
        jid: &BareJid,
        answer: Result<Option<Element>, Failure>,
    ) {
        let form = form(answer, vcard_temp::parse);
        if let Some(fetch) = self.vcards.running.get_mut(jid) {
            fetch.vcard_temp = Some(form);
        }
        self.finish_vcards(now, jid);
    }

    /// There is no session any more that could answer.
    pub(super) fn fail_vcards(&mut self) {
        let vcards = std::mem::take(&mut self.vcards);
        for jid in vcards.running.into_keys().chain(vcards.waiting) {
            self.tell_vcards(jid, Err(VcardError::NotConnected));
        }
    }

    fn start_vcards(&mut self, now: Now) {
        while self.vcards.running.len() < MAX_RUNNING {
            let Some(jid) = self.vcards.waiting.pop_front() else { return };
            let _ = self.vcards.running.insert(jid.clone(), Fetch::default());
            let to = Some(jid.clone());
            self.ask(now, to.clone(), What::Vcard4(jid.clone()), vcard4::request(), false);
            self.ask(now, to, What::VcardTemp(jid), vcard_temp::request(), false);
        }
    }

    fn finish_vcards(&mut self, now: Now, jid: &BareJid) {
        let done = self
            .vcards
            .running
            .get(jid)
            .is_some_and(|fetch| fetch.vcard4.is_some() && fetch.vcard_temp.is_some());
        if !done {
            return;
        }
        if let Some(Fetch { vcard4: Some(vcard4), vcard_temp: Some(vcard_temp) }) =
            self.vcards.running.remove(jid)
        {
            self.tell_vcards(jid.clone(), merge(vcard4, vcard_temp));
        }
        self.start_vcards(now);
    }

    fn tell_vcards(&mut self, jid: BareJid, cards: Result<Vec<Vcard>, VcardError>) {
        self.event(XmppEvent::Vcards { jid, cards });
    }
}

/// One form that could not be had is no failure.
fn merge(vcard4: Form, vcard_temp: Form) -> Result<Vec<Vcard>, VcardError> {
    match (vcard4, vcard_temp) {
        (Err(_), Err(error)) => Err(error),
        (one, other) => Ok([one, other].into_iter().flatten().flatten().collect()),
    }
}

fn form(
    answer: Result<Option<Element>, Failure>,
    parse: impl FnOnce(&Element) -> Option<Vcard>,
) -> Form {
    match answer {
        Ok(payload) => Ok(payload.as_ref().and_then(parse)),
        Err(Failure::Refused(DefinedCondition::ItemNotFound, _)) => Ok(None),
        Err(Failure::TimedOut) => Err(VcardError::TimedOut),
        Err(failure) => Err(VcardError::Refused(failure.to_string())),
    }
}
