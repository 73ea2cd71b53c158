//! Who calls: the verdict on one incoming call (CUSAX C35–C38, C45). It never delays
//! ringing; a late verdict is shown on the same call.

use std::collections::VecDeque;
use std::time::Duration;

use super::{Evidence, Identified, Linker};
use crate::model::BareJid;
use crate::model::address::AddressKey;
use crate::model::call::Binding;

/// How long the contact card is waited for.
pub const VCARD_DEADLINE: Duration = Duration::from_secs(2);

/// How many addresses and hints of one call are looked at.
const MAX_HINTS: usize = 4;

/// Who is thought to call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// This contact.
    Verified {
        /// Who.
        jid: BareJid,
        /// What says so.
        evidence: Evidence,
    },
    /// The caller names this address; nothing confirms it.
    Claimed {
        /// Who is named.
        jid: BareJid,
        /// Why that is not believed.
        doubt: Doubt,
    },
    /// Several contacts have the caller's address.
    Several,
    /// Nobody is known to have it, and the caller names nobody.
    Nobody,
}

/// Why a claim is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Doubt {
    /// The call did not come by the account's own provider, so nothing in it is proven.
    AroundProvider,
    /// The caller hides the address that a card could confirm.
    Anonymous,
    /// The named address is not in the roster that belongs to this telephony account.
    NotAContact,
    /// The named contact's card names other addresses: a warning (C38).
    OtherAddress,
    /// The named contact's card names none.
    NoAddress,
    /// The named contact's card did not come in time.
    NoCard,
}

impl Verdict {
    /// How sure it is.
    pub fn binding(&self) -> Binding {
        match self {
            Self::Verified { .. } => Binding::Verified,
            Self::Claimed { .. } => Binding::Claimed,
            Self::Several | Self::Nobody => Binding::None,
        }
    }

    /// Who it names.
    pub fn jid(&self) -> Option<&BareJid> {
        match self {
            Self::Verified { jid, .. } | Self::Claimed { jid, .. } => Some(jid),
            Self::Several | Self::Nobody => None,
        }
    }

    /// Whether the user should be warned.
    pub fn is_warning(&self) -> bool {
        matches!(self, Self::Claimed { doubt: Doubt::OtherAddress | Doubt::AroundProvider, .. })
    }

    /// The evidence in words (C45). `name` is what the roster calls the contact that
    /// [`Self::jid`] names, if it is one.
    pub fn why(&self, name: Option<&str>) -> String {
        let (jid, doubt) = match self {
            Self::Verified { jid, evidence } => {
                let name = name.map_or_else(|| jid.to_string(), str::to_owned);
                return match evidence {
                    Evidence::ContactCard => {
                        format!("Verified by {name}'s contact card: it names exactly this address.")
                    }
                    Evidence::AddressBook => {
                        format!("Verified by your address book: it names this address as {name}'s.")
                    }
                };
            }
            Self::Several => return "Several of your contacts have this address.".to_owned(),
            Self::Nobody => return "None of your contacts has this address.".to_owned(),
            Self::Claimed { jid, doubt } => (jid, doubt),
        };
        match doubt {
            Doubt::AroundProvider => {
                format!("The caller says it is {jid}, but did not come by your provider. Beware.")
            }
            Doubt::Anonymous => {
                format!("The caller says it is {jid}, but hides the calling address.")
            }
            Doubt::NotAContact => {
                format!("The caller says it is {jid}, who is not among your contacts.")
            }
            Doubt::OtherAddress => {
                format!(
                    "The caller says it is {jid}, but that contact's card names another address. \
                     Beware."
                )
            }
            Doubt::NoAddress => {
                format!("The caller says it is {jid}, but that contact's card names no address.")
            }
            Doubt::NoCard => {
                format!(
                    "The caller says it is {jid}, but that contact's card could not be fetched."
                )
            }
        }
    }
}

/// The machine of one incoming call.
#[derive(Debug, Clone)]
pub struct Identity {
    callers: Vec<AddressKey>,
    /// Contacts named by the caller whose cards were not yet asked for.
    hints: VecDeque<BareJid>,
    /// The contact whose card is waited for.
    asked: Option<BareJid>,
    /// What was found out against the claims so far, the first of them.
    doubt: Option<(BareJid, Doubt)>,
    verdict: Verdict,
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
        callers: &[AddressKey],
        hints: &[BareJid],
        is_contact: impl Fn(&BareJid) -> bool,
    ) -> Self {
        let mut identity = Self {
            callers: callers
                .iter()
                .filter(|key| key.identifies())
                .take(MAX_HINTS)
                .cloned()
                .collect(),
            hints: VecDeque::new(),
            asked: None,
            doubt: None,
            verdict: Verdict::Nobody,
        };
        if identity.consult(linker, hints) {
            return identity;
        }
        for jid in hints.iter().take(MAX_HINTS) {
            if identity.callers.is_empty() {
                identity.doubt.get_or_insert((jid.clone(), Doubt::Anonymous));
            } else if is_contact(jid) {
                if !identity.hints.contains(jid) {
                    identity.hints.push_back(jid.clone());
                }
            } else {
                identity.doubt.get_or_insert((jid.clone(), Doubt::NotAContact));
            }
        }
        identity.ask_next();
        identity
    }

    /// Of a call that did not come by the account's own provider: whoever it names, by its
    /// address or in words, is only claimed, and no card can change that.
    pub fn around_provider(linker: &Linker, callers: &[AddressKey], hints: &[BareJid]) -> Self {
        let named = callers.iter().take(MAX_HINTS).find_map(|key| match linker.identify(key) {
            Identified::One(jid, _) => Some(jid),
            Identified::Several | Identified::Nobody => None,
        });
        let verdict = match named.or_else(|| hints.first().cloned()) {
            Some(jid) => Verdict::Claimed { jid, doubt: Doubt::AroundProvider },
            None => Verdict::Nobody,
        };
        Self { callers: Vec::new(), hints: VecDeque::new(), asked: None, doubt: None, verdict }
    }

    /// The verdict as it stands. While a card is waited for, the claim is not shown.
    pub fn verdict(&self) -> &Verdict {
        &self.verdict
    }

    /// The contact whose card is to be fetched now, within [`VCARD_DEADLINE`] of the call's
    /// coming.
    pub fn need_vcard(&self) -> Option<&BareJid> {
        self.asked.as_ref()
    }

    /// A contact's card came (or there is none: no addresses). Returns whether the verdict or
    /// the card to fetch changed. A card that comes after the deadline still counts.
    pub fn on_vcard(&mut self, jid: &BareJid, addresses: &[AddressKey]) -> bool {
        let was_late = matches!(
            &self.verdict,
            Verdict::Claimed { jid: claimed, doubt: Doubt::NoCard } if claimed == jid
        );
        if self.asked.as_ref() != Some(jid) && !was_late {
            return false;
        }
        if addresses.iter().any(|address| self.callers.contains(address)) {
            self.settle(Verdict::Verified { jid: jid.clone(), evidence: Evidence::ContactCard });
            return true;
        }
        let doubt = if addresses.is_empty() { Doubt::NoAddress } else { Doubt::OtherAddress };
        if was_late {
            self.verdict = Verdict::Claimed { jid: jid.clone(), doubt };
            return true;
        }
        // A contact's contradiction says more than a stranger's name.
        if !matches!(self.doubt, Some((_, Doubt::OtherAddress | Doubt::NoAddress))) {
            self.doubt = Some((jid.clone(), doubt));
        }
        self.ask_next();
        true
    }

    /// The deadline passed. Returns whether the verdict changed.
    pub fn on_deadline(&mut self) -> bool {
        let Some(jid) = self.asked.take() else {
            return false;
        };
        let (jid, doubt) = match self.doubt.take() {
            Some((jid, doubt)) if doubt != Doubt::NotAContact => (jid, doubt),
            _ => (jid, Doubt::NoCard),
        };
        self.settle(Verdict::Claimed { jid, doubt });
        true
    }

    /// The index changed while the call rings. Returns whether the verdict changed.
    pub fn on_index(&mut self, linker: &Linker) -> bool {
        if matches!(self.verdict, Verdict::Verified { .. }) {
            return false;
        }
        let before = self.verdict.clone();
        let claimed: Vec<_> =
            self.verdict.jid().or(self.asked.as_ref()).cloned().into_iter().collect();
        self.consult(linker, &claimed);
        self.verdict != before
    }

    /// Asks the index: exactly one contact, or the one of several that the caller names.
    fn consult(&mut self, linker: &Linker, hints: &[BareJid]) -> bool {
        let mut found: Option<(BareJid, Evidence)> = None;
        let mut several = false;
        for caller in &self.callers {
            match linker.identify(caller) {
                Identified::One(jid, evidence) => match &found {
                    Some((known, _)) if *known != jid => several = true,
                    _ => found = Some((jid, evidence)),
                },
                Identified::Several => several = true,
                Identified::Nobody => {}
            }
        }
        if several {
            found = hints.iter().take(MAX_HINTS).find_map(|jid| {
                let evidence = self.callers.iter().find_map(|caller| linker.owns(jid, caller))?;
                Some((jid.clone(), evidence))
            });
        }
        match found {
            Some((jid, evidence)) => {
                self.settle(Verdict::Verified { jid, evidence });
                true
            }
            None => {
                if several && self.verdict == Verdict::Nobody {
                    self.verdict = Verdict::Several;
                }
                false
            }
        }
    }

    fn ask_next(&mut self) {
        self.asked = self.hints.pop_front();
        if self.asked.is_none()
            && let Some((jid, doubt)) = self.doubt.take()
        {
            self.settle(Verdict::Claimed { jid, doubt });
        }
    }

    fn settle(&mut self, verdict: Verdict) {
        self.verdict = verdict;
        self.asked = None;
        self.hints.clear();
    }
}
