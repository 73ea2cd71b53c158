//! Which telephony account goes with which chat account (CUSAX C30). Jitsi notes it with the
//! telephony account; it is taken only where it says one thing.

use std::collections::HashSet;

use super::plan::Plan;
use super::safe;
use super::words::{Note, Unjoined};
use crate::config::Config;
use crate::model::address::Aor;
use crate::model::id::AccountId;

/// A chat account of the file.
pub(super) struct Chat<'a> {
    pub node: &'a str,
    pub uid: &'a str,
    /// The account with its address; `None` when it is left out.
    pub id: Option<AccountId>,
}

/// A telephony account of the file that names a chat account.
pub(super) struct Phone<'a> {
    pub aor: Aor,
    /// By its node or its UID.
    pub named: &'a str,
    pub at: At,
}

/// Where a telephony account went.
#[derive(Clone, Copy)]
pub(super) enum At {
    /// To this place of [`Plan::sip`].
    New(usize),
    /// To this place of [`Plan::skipped`]: the configuration has it already.
    There(usize),
}

/// Joins what is joined in Jitsi, and notes where that cannot be.
pub(super) fn join(plan: &mut Plan, config: &Config, chats: &[Chat<'_>], phones: &[Phone<'_>]) {
    let found: Vec<_> = phones.iter().map(|phone| find(phone.named, chats)).collect();
    for (phone, chat) in phones.iter().zip(&found) {
        let mut others = phones.iter().zip(&found).filter(|(other, _)| other.aor != phone.aor);
        let free = chat.clone().and_then(|id| {
            if others.any(|(_, other)| other.as_ref() == Ok(&id)) {
                return Err(Unjoined::Shared(id));
            }
            let theirs = |other: &&crate::config::SipAccount| {
                other.related_to.as_ref() == Some(&id) && other.aor != phone.aor
            };
            match config.sip.iter().find(theirs) {
                Some(other) => Err(Unjoined::Taken(id, other.id.clone())),
                None => Ok(id),
            }
        });
        match (phone.at, free) {
            (At::New(index), Ok(id)) => {
                plan.sip[index].account.related_to = Some(id);
                plan.sip[index].account.chat = false;
            }
            (At::New(index), Err(why)) => plan.sip[index].notes.push(Note::Unjoined(why)),
            (At::There(index), Ok(id)) => {
                let there = config.sip.iter().find(|there| there.aor == phone.aor);
                if there.is_some_and(|there| there.related_to.is_none()) {
                    plan.skipped[index].notes.push(Note::Unjoined(Unjoined::There(id)));
                }
            }
            // It was added before, and told then.
            (At::There(_), Err(_)) => {}
        }
    }
}

/// The account that a node or a UID names.
fn find(named: &str, chats: &[Chat<'_>]) -> Result<AccountId, Unjoined> {
    let named_so = chats.iter().filter(|chat| chat.node == named || chat.uid == named);
    let mut ids: HashSet<_> = named_so.map(|chat| &chat.id).collect();
    match (ids.len(), ids.drain().next()) {
        (1, Some(Some(id))) => Ok(id.clone()),
        (1, Some(None)) => Err(Unjoined::LeftOut(safe(named))),
        (0, _) => Err(Unjoined::Missing(safe(named))),
        _ => Err(Unjoined::Several(safe(named))),
    }
}
