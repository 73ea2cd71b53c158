//! A call that we place: whom, on which account, with which questions first (CUSAX C29–C33,
//! C56).

use std::time::{Duration, Instant};

use super::calling::Calling;
use super::calls::{CALLS_AT_ONCE, Record, Stage, new_call};
use super::command::{Choice, CommandError, Cue, CueKind, Reply, TransferTo};
use super::cost::Named;
use super::features::With;
use super::linker::{Identified, Link, Route};
use super::{Core, Output, RequestId};
use crate::model::BareJid;
use crate::model::account::{AccountKind, AccountState};
use crate::model::address::{AddressError, DialPlan, Dialable};
use crate::model::call::{Binding, Call, Direction, EndReason, Peer};
use crate::model::contact::NumberSource;
use crate::model::id::{AccountId, CallId};
use crate::model::person::Person;
use crate::model::time::Now;
use crate::sdp;
use crate::sip::{PlaceCall, SipCommand};

/// How long a call waits for the contact's card.
const CARD_PATIENCE: Duration = Duration::from_secs(10);
/// Calls that wait for a card at once: so many that the user wants, and so many that others do.
const PARKED: usize = 16;

/// How a call is wished for.
#[derive(Debug)]
pub(super) struct Wish {
    /// Whom to tell what became of it.
    pub request: RequestId,
    /// On this account.
    pub account: Option<AccountId>,
    /// The user has seen the cues and goes ahead.
    pub confirm: bool,
    /// They do not want to see them again.
    pub remember: bool,
    /// A link wants it, not the user.
    pub linked: bool,
    /// What the address is for.
    pub purpose: Purpose,
}

/// What an address is looked up for.
#[derive(Debug)]
pub(super) enum Purpose {
    /// To be called.
    Call { anonymous: bool },
    /// To be asked about, whatever the rules say.
    Question,
    /// For the other side of this call to be transferred to it.
    Transfer(CallId),
}

impl Wish {
    /// To be asked about first; `linked`: it is another program's.
    pub fn prepared(request: RequestId, account: Option<AccountId>, linked: bool) -> Self {
        let (confirm, remember) = (false, false);
        Self { request, account, confirm, remember, linked, purpose: Purpose::Question }
    }

    /// Whether the user is asked whatever the rules say.
    pub fn is_question(&self) -> bool {
        matches!(self.purpose, Purpose::Question)
    }
}

/// A call that begins, all questions answered.
#[derive(Debug)]
pub(super) struct Begin {
    /// Whom to tell what became of it; nobody, for what goes by itself.
    pub request: Option<RequestId>,
    /// The chat account whose contacts it is matched with.
    pub chat: Option<AccountId>,
    /// On this account.
    pub calling: AccountId,
    /// Why on that one, in words, where there was a choice.
    pub account_why: Option<String>,
    /// Whom.
    pub target: Dialable,
    /// Hide who calls.
    pub anonymous: bool,
    /// The call whose other side asked for it.
    pub referral: Option<CallId>,
    /// What is shown of how it came about.
    pub via: Option<String>,
}

/// A call that waits for the contact's card.
#[derive(Debug)]
pub(super) struct Parked {
    pub until: Instant,
    chat: AccountId,
    jid: BareJid,
    wish: Wish,
}

impl Core {
    pub(super) fn place_call(&mut self, now: Now, to: &str, wish: Wish) {
        let request = wish.request;
        if let Err(error) = self.try_place(now, to, wish) {
            self.outputs.push_back(Output::Reply(request, Err(error)));
        }
    }

    fn try_place(&mut self, now: Now, to: &str, wish: Wish) -> Result<(), CommandError> {
        let to = to.trim();
        let jid = BareJid::new(to.strip_prefix("xmpp:").unwrap_or(to)).ok();
        if let Some(jid) = jid.filter(|jid| jid.node().is_some()) {
            if let Some(chat) = self.roster.account_listing(&jid).cloned() {
                return self.call_contact(now, &chat, &jid, wish);
            }
            if !self.knows_rosters() {
                return Err(CommandError::NotConnected(format!(
                    "Your contacts are not known yet, and {jid} may be one of them. To call a \
                     telephony address, write sip:{jid}."
                )));
            }
            if to.starts_with("xmpp:") {
                return Err(CommandError::UnknownContact(jid.to_string()));
            }
        }
        self.call_address(now, to, wish)
    }

    /// Whether an address that no roster has is nobody's among the contacts. Before that, what
    /// is written like a chat address must not be dialled: it may be somebody else's telephone.
    fn knows_rosters(&self) -> bool {
        let mut chats = self.accounts.of_kind(AccountKind::Xmpp).map(|record| &record.view);
        chats.all(|view| {
            view.state == AccountState::Disabled || self.roster.known.contains(&view.id)
        })
    }

    /// A call to somebody of the roster, to whatever their card names.
    fn call_contact(
        &mut self,
        now: Now,
        chat: &AccountId,
        jid: &BareJid,
        wish: Wish,
    ) -> Result<(), CommandError> {
        let with = With::new(Some(jid), None).of(Some(chat.clone()));
        let with = match self.linker.route(&jid.into()) {
            Route::One(link) => With { devices: vec![link.key.to_string()], ..with },
            Route::Choose(_) | Route::NoNumber => with,
        };
        let calling = self.calling_account(wish.account.as_ref(), &with, jid.as_str())?;
        match self.linker.route(&jid.into()) {
            Route::One(link) => {
                let target = target_of(link);
                if !link.number.verified && !wish.confirm {
                    let cues = self.unproven(&calling.account, jid, link, &wish)?;
                    return Err(CommandError::ConfirmationNeeded(cues));
                }
                let named = match link.number.source {
                    NumberSource::AddressBook => Named::User,
                    _ => Named::Card,
                };
                self.ask_first(&calling.account, &target, named, &wish)?;
                self.dial(now, wish, Some(chat.clone()), calling, target)
            }
            Route::Choose(links) => Err(CommandError::ChoiceNeeded(
                links
                    .into_iter()
                    .map(|link| Choice {
                        account: calling.account.clone(),
                        uri: link.number.uri.clone(),
                        label: label(&link.number.display, &link.number.types),
                        available: true,
                    })
                    .collect(),
            )),
            Route::NoNumber if self.knows_cards(chat, jid) || !self.accounts.is_online(chat) => {
                let name = self.roster.name_of(jid).unwrap_or_else(|| jid.to_string());
                Err(CommandError::Refused(format!("{name}'s contact card names no number.")))
            }
            Route::NoNumber => self.park(now, chat, jid, wish),
        }
    }

    /// What is to be known before a number is called that is not proven to be the contact's.
    fn unproven(
        &self,
        calling: &AccountId,
        jid: &BareJid,
        link: &Link,
        wish: &Wish,
    ) -> Result<Vec<Cue>, CommandError> {
        let name = self.roster.name_of(jid).unwrap_or_else(|| jid.to_string());
        let text = link.proof().why(&name, Some(jid.as_str()));
        let target = target_of(link);
        let assessment = self.reachable(calling, &target, Named::Card, wish)?;
        let mut cues = vec![Cue::new(CueKind::UnverifiedNumber, text)];
        if wish.is_question() || self.asking.must_ask(&assessment, &target.key) {
            cues.extend(assessment.cues);
        }
        Ok(cues)
    }

    fn knows_cards(&self, chat: &AccountId, jid: &BareJid) -> bool {
        self.roster.get(chat, jid).is_some_and(|record| record.cards_at.is_some())
    }

    /// Waits for the contact's card.
    fn park(
        &mut self,
        now: Now,
        chat: &AccountId,
        jid: &BareJid,
        wish: Wish,
    ) -> Result<(), CommandError> {
        // What links and other programs want takes none of the user's places.
        let alike = self.calls.parked.iter().filter(|parked| parked.wish.linked == wish.linked);
        if alike.count() >= PARKED {
            return Err(CommandError::Refused("Too many calls at once.".to_owned()));
        }
        self.calls.parked.push(Parked {
            until: now.steady + CARD_PATIENCE,
            chat: chat.clone(),
            jid: jid.clone(),
            wish,
        });
        self.roster.want_cards_now(chat, jid);
        self.fetch_cards(now);
        Ok(())
    }

    /// A contact's card came (or could not be had): calls that waited for it go on.
    pub(super) fn unpark(&mut self, now: Now, chat: &AccountId, jid: &BareJid) {
        let ready = |parked: &Parked| parked.chat == *chat && parked.jid == *jid;
        let (mine, others) = std::mem::take(&mut self.calls.parked).into_iter().partition(ready);
        self.calls.parked = others;
        let mine: Vec<Parked> = mine;
        for Parked { wish, .. } in mine {
            let request = wish.request;
            let done = if self.knows_cards(chat, jid) {
                self.call_contact(now, chat, jid, wish)
            } else {
                Err(no_card(jid))
            };
            if let Err(error) = done {
                self.outputs.push_back(Output::Reply(request, Err(error)));
            }
        }
    }

    pub(super) fn parked_timeout(&mut self, now: Now) {
        let (late, waiting) = std::mem::take(&mut self.calls.parked)
            .into_iter()
            .partition(|parked: &Parked| parked.until <= now.steady);
        self.calls.parked = waiting;
        let late: Vec<Parked> = late;
        for parked in late {
            let error = Err(no_card(&parked.jid));
            self.outputs.push_back(Output::Reply(parked.wish.request, error));
        }
    }

    /// A call to an address or number as typed.
    fn call_address(&mut self, now: Now, to: &str, wish: Wish) -> Result<(), CommandError> {
        let account = wish.account.as_ref();
        let invalid = |_| CommandError::InvalidAddress(to.to_owned());
        // Read before an account is known, so that nonsense is told before questions; a local
        // number alone has to wait for the account that gives it a meaning.
        let with = match Dialable::parse(to, &self.plan_of(account)) {
            Ok(typed) => self.with_address(&typed),
            Err(AddressError::LocalNumber) => With::default(),
            Err(error) => return Err(invalid(error)),
        };
        let calling = self.calling_account(account, &with, to)?;
        let target = Dialable::parse(to, &self.plan_of(Some(&calling.account))).map_err(invalid)?;
        let chat = with.account.or_else(|| self.related_chat(&calling.account));
        self.ask_first(&calling.account, &target, Named::User, &wish)?;
        self.dial(now, wish, chat, calling, target)
    }

    /// How numbers are read and dialled on this telephony account, or on the only one.
    pub(super) fn plan_of(&self, telephony: Option<&AccountId>) -> DialPlan {
        let only = || self.accounts.only_telephony().map(|record| &record.view.id);
        telephony
            .or_else(only)
            .and_then(|id| self.accounts.sip(id))
            .map_or_else(DialPlan::default, |sip| DialPlan::with(&sip.aor, &sip.dialing))
    }

    /// The chat account that is the other half of this telephony account.
    pub(super) fn related_chat(&self, telephony: &AccountId) -> Option<AccountId> {
        self.accounts.get(telephony)?.view.related_to.clone()
    }

    fn dial(
        &mut self,
        now: Now,
        wish: Wish,
        chat: Option<AccountId>,
        calling: Calling,
        target: Dialable,
    ) -> Result<(), CommandError> {
        let anonymous = match wish.purpose {
            Purpose::Call { anonymous } => anonymous,
            Purpose::Question => return Err(CommandError::ConfirmationNeeded(Vec::new())),
            Purpose::Transfer(call) => {
                self.transfer_to(&call, &target)?;
                self.outputs.push_back(Output::Reply(wish.request, Ok(Reply::Done {})));
                return Ok(());
            }
        };
        let request = Some(wish.request);
        let begin = Begin {
            request,
            chat,
            calling: calling.account,
            account_why: Some(calling.why),
            target,
            anonymous,
            referral: None,
            via: None,
        };
        self.begin_call(now, begin)
    }

    /// Asks for sockets and devices; the INVITE goes out when they are there.
    pub(super) fn begin_call(&mut self, now: Now, begin: Begin) -> Result<(), CommandError> {
        let Begin { request, chat, calling, account_why, target, anonymous, referral, via } = begin;
        if self.calls.live_count() >= CALLS_AT_ONCE {
            return Err(CommandError::Refused("There are too many calls at once.".to_owned()));
        }
        let Some(local) = self.accounts.get(&calling).and_then(|record| record.local) else {
            return Err(CommandError::NotConnected("Telephony is not connected.".to_owned()));
        };
        let impp = self.own_impp(&calling).filter(|_| !anonymous);
        let id = CallId::new(self.random_id());
        let peer = self.peer_of_target(&target);
        let call = new_call(now, id.clone(), &calling, Direction::Out, peer);
        let cost = self.assess(&calling, &target, Named::User).map(|assessment| assessment.class);
        let call = Call { anonymous, via, cost, account_why, ..call };
        let stage = Stage::Preparing { request, target: target.uri, impp };
        let session = self.random_session();
        let mut record = Record::new(call, stage, chat, session);
        record.bare = target.display;
        record.called = Some(target.key);
        record.referral = referral;
        self.calls.list.push(record);
        self.prepare_media(&id, local);
        self.tell_call(&id);
        Ok(())
    }

    /// The chat address that calls on this account say is ours, where the user lets them (C40,
    /// C41).
    pub(super) fn own_impp(&self, telephony: &AccountId) -> Option<BareJid> {
        let chat = self.related_chat(telephony).filter(|_| self.telephony.send_chat_address)?;
        BareJid::new(&self.accounts.get(&chat)?.view.address).ok()
    }

    /// Transfers a call: to a call, or to an address, found as for [`Self::place_call`].
    pub(super) fn transfer_call(
        &mut self,
        now: Now,
        request: RequestId,
        call: CallId,
        to: TransferTo,
        confirm: bool,
    ) {
        let done = match to {
            TransferTo::Call(with) => self.join_calls(&call, &with),
            TransferTo::Address(to) => match self.transferable(&call) {
                Ok(()) => {
                    let account = self.calls.live(&call).ok().map(|r| r.call.account.clone());
                    let purpose = Purpose::Transfer(call);
                    let (remember, linked) = (false, false);
                    let wish = Wish { request, account, confirm, remember, linked, purpose };
                    return self.place_call(now, &to, wish);
                }
                Err(error) => Err(error),
            },
        };
        self.outputs.push_back(Output::Reply(request, done.map(|()| Reply::Done {})));
    }

    /// The one contact whose address this is.
    pub(super) fn owner_of(&self, target: &Dialable) -> Option<Person> {
        match self.linker.identify(&target.key) {
            Identified::One(person, _) => Some(person),
            Identified::Several | Identified::Changed(_) | Identified::Nobody => None,
        }
    }

    pub(super) fn peer_of_target(&self, target: &Dialable) -> Peer {
        let owner = self.owner_of(target);
        let known = owner.and_then(|person| {
            let proof = self.linker.proof(&person, &target.key)?;
            Some((self.name_of(&person)?, person.jid().map(BareJid::to_string), proof))
        });
        match known {
            Some((name, jid, proof)) => Peer {
                uri: target.uri.clone(),
                why: proof.why(&name, jid.as_deref()),
                display: name,
                jid,
                binding: Binding::Verified,
                proof: Some(proof),
            },
            None => Peer {
                uri: target.uri.clone(),
                display: target.display.clone(),
                jid: None,
                binding: Binding::None,
                why: "This address is not among your contacts'.".to_owned(),
                proof: None,
            },
        }
    }

    /// Sockets and devices are there: the INVITE goes out.
    pub(super) fn send_invite(&mut self, now: Now, id: &CallId) {
        let Some(local) = self.local_media(id) else {
            return self.end_call(now, id, EndReason::NotConnected, false);
        };
        self.take_floor(id);
        let Ok(record) = self.calls.live(id) else { return };
        let Stage::Preparing { request, target, impp } =
            std::mem::replace(&mut record.stage, Stage::Inviting)
        else {
            return;
        };
        match sdp::offer(&local, None, &mut self.random) {
            Ok(offer) => {
                let body = offer.body.clone();
                record.sent = Some(body.clone());
                record.offer = Some(offer);
                let call = id.clone();
                let (anonymous, referral) = (record.call.anonymous, record.referral.clone());
                let invite = PlaceCall { call, target, offer: body, impp, anonymous, referral };
                self.set_microphone(id);
                self.ask_sip(id, |_| SipCommand::Invite(invite));
                if let Some(request) = request {
                    let reply = Ok(Reply::Call { call: id.clone() });
                    self.outputs.push_back(Output::Reply(request, reply));
                }
            }
            Err(error) => {
                // Nothing went out: whoever waits is told by its end.
                record.stage = Stage::Preparing { request, target, impp };
                self.end_call(now, id, EndReason::Media(error.to_string()), false);
            }
        }
    }
}

fn target_of(link: &Link) -> Dialable {
    Dialable {
        uri: link.number.uri.clone(),
        display: link.number.display.clone(),
        key: link.key.clone(),
    }
}

fn no_card(jid: &BareJid) -> CommandError {
    CommandError::Refused(format!("The contact card of {jid} could not be fetched."))
}

/// A number with its types, for choosing.
fn label(display: &str, types: &[String]) -> String {
    if types.is_empty() { display.to_owned() } else { format!("{display} ({})", types.join(", ")) }
}
