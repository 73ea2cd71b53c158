//! Who calls: the verdict on one incoming call (CUSAX C35–C38, C45). It never delays
//! ringing; a late verdict is shown on the same call, and one whose proof goes is taken back.

use std::time::Duration;

use super::{Caller, Linker};
use crate::model::BareJid;
use crate::model::address::AddressKey;
use crate::model::binding::{BindingState, Proof};
use crate::model::call::Binding;
use crate::model::person::Person;
use crate::model::time::Timestamp;

/// How long the contact card is waited for.
pub const VCARD_DEADLINE: Duration = Duration::from_secs(2);

/// How many addresses and hints of one call are looked at.
const MAX_HINTS: usize = 4;

/// Who is thought to call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// This person.
    Verified {
        /// Who.
        person: Person,
        /// What says so.
        proof: Proof,
    },
    /// Somebody is named; nothing confirms it.
    Claimed {
        /// Who is named.
        jid: BareJid,
        /// Why that is not believed.
        doubt: Doubt,
    },
    /// Somebody has the number that the call shows, which nobody vouches for who could know.
    Unvouched(Person),
    /// Several people have the caller's address.
    Several,
    /// Nobody has it now; this contact's card named it until then.
    Former {
        /// Who.
        jid: BareJid,
        /// Until when.
        until: Timestamp,
    },
    /// Nobody is known to have it, and the caller names nobody.
    Nobody,
}

/// Why a claim is not believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doubt {
    /// The call did not come by the account's own provider, so nothing in it is proven.
    AroundProvider,
    /// The caller hides the address that a card could confirm.
    Anonymous,
    /// The named address is not in the roster that belongs to this telephony account.
    NotAContact,
    /// The named address is not in that roster, and the card of somebody who is names the
    /// caller's address: one of the two is wrong.
    Contradicted(Person),
    /// The named contact's card names other addresses: a warning (C38).
    OtherAddress,
    /// The named contact's card names none.
    NoAddress,
    /// The named contact's card did not come in time.
    NoCard,
    /// The contact's card names the address, which was another's when last seen.
    Changed(Proof),
    /// The contact's card named the address when the call came, and does so no more.
    Withdrawn,
}

impl Verdict {
    /// How sure it is.
    pub fn binding(&self) -> Binding {
        match self {
            Self::Verified { .. } => Binding::Verified,
            Self::Claimed { .. } | Self::Unvouched(_) => Binding::Claimed,
            Self::Several | Self::Former { .. } | Self::Nobody => Binding::None,
        }
    }

    /// Who it names.
    pub fn person(&self) -> Option<Person> {
        match self {
            Self::Verified { person, .. } | Self::Unvouched(person) => Some(person.clone()),
            Self::Claimed { jid, .. } => Some(jid.into()),
            Self::Several | Self::Former { .. } | Self::Nobody => None,
        }
    }

    /// The evidence, when there is any.
    pub fn proof(&self) -> Option<&Proof> {
        match self {
            Self::Verified { proof, .. } | Self::Claimed { doubt: Doubt::Changed(proof), .. } => {
                Some(proof)
            }
            Self::Claimed { .. }
            | Self::Unvouched(_)
            | Self::Several
            | Self::Former { .. }
            | Self::Nobody => None,
        }
    }

    /// Whether the user should be warned.
    pub fn is_warning(&self) -> bool {
        let doubt = match self {
            Self::Claimed { doubt, .. } => doubt,
            Self::Unvouched(_) => return true,
            _ => return false,
        };
        match doubt {
            Doubt::OtherAddress
            | Doubt::AroundProvider
            | Doubt::Contradicted(_)
            | Doubt::Changed(_)
            | Doubt::Withdrawn => true,
            Doubt::Anonymous | Doubt::NotAContact | Doubt::NoAddress | Doubt::NoCard => false,
        }
    }

    /// The evidence in words (C45). `name` is what a person is called here.
    pub fn why(&self, name: impl Fn(&Person) -> Option<String>) -> String {
        let called = |person: &Person| {
            name(person).or_else(|| person.jid().map(BareJid::to_string)).unwrap_or_default()
        };
        match self {
            Self::Verified { person, proof } => {
                proof.why(&called(person), person.jid().map(|jid| jid.as_str()))
            }
            Self::Unvouched(person) => format!(
                "The caller shows {}'s number, but your provider does not vouch for it. Beware.",
                called(person)
            ),
            Self::Several => "Several of your contacts have this address.".to_owned(),
            Self::Former { jid, until } => {
                let (name, until) = (called(&jid.into()), until.to_utc().date());
                format!(
                    "{name}'s contact card named this address until {until}, and does so no more."
                )
            }
            Self::Nobody => "None of your contacts has this address.".to_owned(),
            Self::Claimed { jid, doubt: Doubt::Changed(proof) } => {
                proof.why(&called(&jid.into()), Some(jid.as_str()))
            }
            Self::Claimed { jid, doubt: Doubt::Withdrawn } => {
                let name = called(&jid.into());
                format!("{name}'s contact card named this address, and does so no more.")
            }
            Self::Claimed { jid, doubt } => {
                let but = match doubt {
                    Doubt::AroundProvider => ", but did not come by your provider. Beware.",
                    Doubt::Anonymous => ", but hides the calling address.",
                    Doubt::NotAContact => ", who is not among your contacts.",
                    Doubt::OtherAddress => {
                        ", but that contact's card names another address. Beware."
                    }
                    Doubt::NoAddress => ", but that contact's card names no address.",
                    Doubt::NoCard => ", but that contact's card could not be fetched.",
                    Doubt::Contradicted(person) => {
                        let name = called(person);
                        return format!(
                            "The caller says it is {jid}, who is not among your contacts, but \
                             {name}'s contact card names this address. One of them is wrong."
                        );
                    }
                    Doubt::Changed(_) | Doubt::Withdrawn => ".",
                };
                format!("The caller says it is {jid}{but}")
            }
        }
    }
}

/// The machine of one incoming call.
#[derive(Debug, Clone)]
pub struct Identity {
    callers: Vec<Caller>,
    hints: Vec<Hint>,
    /// The call did not come by the account's own provider.
    around: bool,
    /// The deadline is over.
    late: bool,
    /// Who was proven to call, at the time.
    proven: Option<BareJid>,
    verdict: Verdict,
}

/// Somebody whom the call itself names.
#[derive(Debug, Clone)]
struct Hint {
    jid: BareJid,
    card: Card,
}

/// What is known of a named person's card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Card {
    /// It is never asked for: they are no contact.
    Never,
    /// It is to be asked for.
    Wanted,
    /// It came; what it names is in the index.
    Came,
    /// It could not be had.
    Failed,
}

impl Identity {
    /// Begins.
    ///
    /// `callers` are the addresses that the call comes from: those of P-Asserted-Identity
    /// where it is trusted, else the one of From; never both. `hints` are the `xmpp:`
    /// addresses of Call-Info with `purpose=impp`, in their order. `is_contact` tells
    /// whether an address is in the roster of the chat account that is related to the called
    /// telephony account: nobody else's card is ever asked for, since the request would show
    /// our JID to an address that the caller chose.
    pub fn begin(
        linker: &Linker,
        callers: &[Caller],
        hints: &[BareJid],
        is_contact: impl Fn(&BareJid) -> bool,
    ) -> Self {
        Self::new(linker, callers, hints, is_contact, false)
    }

    /// Of a call that did not come by the account's own provider: whoever it names, by its
    /// address or in words, is only claimed, and no card can change that.
    pub fn around_provider(linker: &Linker, callers: &[Caller], hints: &[BareJid]) -> Self {
        Self::new(linker, callers, hints, |_| false, true)
    }

    fn new(
        linker: &Linker,
        callers: &[Caller],
        named: &[BareJid],
        is_contact: impl Fn(&BareJid) -> bool,
        around: bool,
    ) -> Self {
        let callers = callers.iter().filter(|caller| caller.key.identifies()).take(MAX_HINTS);
        let callers: Vec<Caller> = callers.cloned().collect();
        let mut hints: Vec<Hint> = Vec::new();
        for jid in named.iter().take(MAX_HINTS) {
            if !hints.iter().any(|hint| hint.jid == *jid) {
                let asks = !callers.is_empty() && is_contact(jid);
                let card = if asks { Card::Wanted } else { Card::Never };
                hints.push(Hint { jid: jid.clone(), card });
            }
        }
        let verdict = Verdict::Nobody;
        let mut identity = Self { callers, hints, around, late: false, proven: None, verdict };
        identity.decide(linker);
        identity
    }

    /// The verdict as it stands. While a card is waited for, the claim is not shown.
    pub fn verdict(&self) -> &Verdict {
        &self.verdict
    }

    /// The contact whose card is to be fetched now, within [`VCARD_DEADLINE`] of the call's
    /// coming. One at a time, and none once it is known who calls.
    pub fn need_vcard(&self) -> Option<&BareJid> {
        let is_open = !self.late && !matches!(self.verdict, Verdict::Verified { .. });
        let wanted = self.hints.iter().find(|hint| hint.card == Card::Wanted);
        wanted.filter(|_| is_open).map(|hint| &hint.jid)
    }

    /// The address and the contact that name each other, when both do.
    pub fn mutual(&self) -> Option<(&BareJid, &AddressKey)> {
        let Verdict::Verified { person: Person::Jid(jid), proof } = &self.verdict else {
            return None;
        };
        let is_named = self.hints.iter().any(|hint| hint.jid == *jid);
        let mut keys = self.callers.iter().map(|caller| &caller.key);
        let caller = keys.find(|key| key.to_string() == proof.address);
        caller.filter(|_| is_named).map(|caller| (jid, caller))
    }

    /// A contact's card came and is in the index, or could not be had. Returns whether the
    /// verdict or the card to fetch changed. A card that comes after the deadline still counts.
    pub fn on_vcard(&mut self, linker: &Linker, jid: &BareJid, came: bool) -> bool {
        let before = self.need_vcard().cloned();
        if let Some(hint) = self.hints.iter_mut().find(|hint| hint.jid == *jid)
            && hint.card != Card::Never
        {
            hint.card = if came { Card::Came } else { Card::Failed };
        }
        self.decide(linker) || self.need_vcard() != before.as_ref()
    }

    /// The deadline passed. Returns whether the verdict changed.
    pub fn on_deadline(&mut self, linker: &Linker) -> bool {
        self.late = true;
        self.decide(linker)
    }

    /// The index changed. Returns whether the verdict changed.
    pub fn on_index(&mut self, linker: &Linker) -> bool {
        self.decide(linker)
    }

    /// Reaches the verdict anew from all that is known; whether it is another.
    fn decide(&mut self, linker: &Linker) -> bool {
        let mut verdict = if self.around { self.outsider(linker) } else { self.insider(linker) };
        let is_open = matches!(verdict, Verdict::Nobody | Verdict::Former { .. });
        if let Some(jid) = self.proven.as_ref().filter(|_| is_open) {
            verdict = Verdict::Claimed { jid: jid.clone(), doubt: Doubt::Withdrawn };
        }
        if let Verdict::Verified { person: Person::Jid(jid), .. } = &verdict {
            self.proven = Some(jid.clone());
        }
        let changed = verdict != self.verdict;
        self.verdict = verdict;
        changed
    }

    fn outsider(&self, linker: &Linker) -> Verdict {
        let owners = self.callers.iter().flat_map(|caller| linker.owners(&caller.key));
        let named = owners.filter_map(|(person, _)| person.jid()).next();
        match named.or_else(|| self.hints.first().map(|hint| &hint.jid)) {
            Some(jid) => Verdict::Claimed { jid: jid.clone(), doubt: Doubt::AroundProvider },
            None => Verdict::Nobody,
        }
    }

    fn insider(&self, linker: &Linker) -> Verdict {
        let (found, unvouched) = self.found(linker);
        let best = found.iter().map(|(_, state, _)| *state).max();
        // Both name each other. Only the user's own word counts for more.
        let is_settled = best >= Some(BindingState::Directory);
        let named = self.hints.iter().find_map(|hint| {
            found.iter().find(|(person, state, _)| {
                **person == hint.jid && (!is_settled || Some(*state) == best)
            })
        });
        if let Some((person, state, key)) = named {
            let state = (*state).max(BindingState::Mutual);
            return verified(linker, person, key, state);
        }
        match best {
            Some(best) if best.is_confirmed() => self.by_index(linker, &found, best),
            Some(_) => self.changed(linker, &found),
            None if unvouched.is_empty() => self.by_claim(linker),
            None => Self::unvouched(&unvouched),
        }
    }

    /// Who has the caller's addresses: on a word that counts, and on none.
    fn found<'a>(&'a self, linker: &'a Linker) -> (Vec<Found<'a>>, Vec<Found<'a>>) {
        let owners = |caller: &'a Caller| {
            let all = linker.owners(&caller.key);
            all.map(move |(who, state)| (caller.counts_for(who), (who, state, &caller.key)))
        };
        let (counts, not): (Vec<_>, Vec<_>) =
            self.callers.iter().flat_map(owners).partition(|(counts, _)| *counts);
        let bare = |all: Vec<(bool, Found<'a>)>| all.into_iter().map(|(_, found)| found).collect();
        (bare(counts), bare(not))
    }

    /// A number that somebody has is shown on the caller's word.
    fn unvouched(found: &[Found<'_>]) -> Verdict {
        let mut people = found.iter().map(|(person, ..)| *person);
        match people.next() {
            Some(first) if people.all(|other| other == first) => Verdict::Unvouched(first.clone()),
            _ => Verdict::Several,
        }
    }

    /// The index knows the address, and the call does not name whom it knows.
    fn by_index(&self, linker: &Linker, found: &[Found<'_>], best: BindingState) -> Verdict {
        let mut holders = found.iter().filter(|(_, state, _)| *state == best);
        let Some((person, _, key)) = holders.next() else { return Verdict::Nobody };
        if holders.any(|(other, ..)| other != person) {
            return Verdict::Several;
        }
        let stranger = self.hints.iter().find(|hint| hint.card == Card::Never);
        match stranger {
            Some(hint) if best < BindingState::Directory => Verdict::Claimed {
                jid: hint.jid.clone(),
                doubt: Doubt::Contradicted((*person).clone()),
            },
            _ => verified(linker, person, key, best),
        }
    }

    /// A card names the address, which left another's not long ago.
    fn changed(&self, linker: &Linker, found: &[Found<'_>]) -> Verdict {
        if self.need_card() {
            return Verdict::Nobody;
        }
        match found {
            [(Person::Jid(jid), _, key)] => match linker.proof(&jid.into(), key) {
                Some(proof) => Verdict::Claimed { jid: jid.clone(), doubt: Doubt::Changed(proof) },
                None => Verdict::Nobody,
            },
            _ => Verdict::Several,
        }
    }

    /// Nobody is known to have the address: what the call itself says.
    fn by_claim(&self, linker: &Linker) -> Verdict {
        if self.need_card() {
            return Verdict::Nobody;
        }
        // A contact's contradiction says more than silence, and that more than a stranger's name.
        let doubts = self.hints.iter().map(|hint| (&hint.jid, self.doubt(linker, hint)));
        let worst = doubts.min_by_key(|(_, doubt)| match doubt {
            Doubt::OtherAddress | Doubt::NoAddress => 0,
            Doubt::NoCard => 1,
            _ => 2,
        });
        match worst {
            Some((jid, doubt)) => Verdict::Claimed { jid: jid.clone(), doubt },
            None => self.by_memory(linker),
        }
    }

    /// Nobody has the address and the call says nothing: whose it was.
    fn by_memory(&self, linker: &Linker) -> Verdict {
        let former = self.callers.iter().find_map(|caller| linker.former_owner(&caller.key));
        match former {
            Some((jid, until)) => Verdict::Former { jid: jid.clone(), until },
            None => Verdict::Nobody,
        }
    }

    fn doubt(&self, linker: &Linker, hint: &Hint) -> Doubt {
        match hint.card {
            Card::Never if self.callers.is_empty() => Doubt::Anonymous,
            Card::Never => Doubt::NotAContact,
            Card::Came if linker.numbers(&(&hint.jid).into()).is_empty() => Doubt::NoAddress,
            Card::Came => Doubt::OtherAddress,
            Card::Wanted | Card::Failed => Doubt::NoCard,
        }
    }

    /// A card that could tell more is on its way.
    fn need_card(&self) -> bool {
        !self.late && self.hints.iter().any(|hint| hint.card == Card::Wanted)
    }
}

/// Somebody who has an address of the caller's.
type Found<'a> = (&'a Person, BindingState, &'a AddressKey);

fn verified(linker: &Linker, person: &Person, key: &AddressKey, state: BindingState) -> Verdict {
    match linker.proof(person, key) {
        Some(proof) => {
            Verdict::Verified { person: person.clone(), proof: Proof { state, ..proof } }
        }
        None => Verdict::Nobody,
    }
}
