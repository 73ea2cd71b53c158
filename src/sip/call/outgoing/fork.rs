//! The early dialogs of an INVITE of ours, one for each place where it rings (RFC 3261 §12.1,
//! RFC 3960).

use super::super::super::body;
use super::super::super::dialog::{Dialog, DialogId};
use super::super::super::message::{Request, Response};
use super::super::reliable::{Order, number};

/// Forks whose early dialogs are kept.
const MAX_EARLY: usize = 8;

/// One early dialog.
pub(in super::super) struct Fork {
    pub dialog: Dialog,
    order: Order,
    /// The session description that it gave last.
    pub sdp: Option<Vec<u8>>,
    /// Offer and answer went to and fro reliably.
    pub agreed: bool,
    /// What we said of ourselves since, in a PRACK or in the answer to an UPDATE.
    pub local: Option<Vec<u8>>,
    /// An UPDATE changed the session: no response to the INVITE says how it is.
    pub updated: bool,
    /// It offered; the number of the response whose PRACK shall hold our answer.
    pub offered: Option<u32>,
}

/// What a provisional response of a fork means.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum News {
    /// Nothing: it came before, or too early.
    Nothing,
    Known {
        /// The number that a PRACK is to name.
        reliable: Option<u32>,
        /// Its session description, when it is another than before.
        sdp: Option<Vec<u8>>,
    },
}

/// All of them.
#[derive(Default)]
pub(super) struct Forks {
    list: Vec<Fork>,
    /// The tag of the one whose media are shown.
    shown: Option<String>,
}

impl Forks {
    /// Takes a provisional response with a To tag.
    pub fn take(&mut self, invite: &Request, response: &Response) -> News {
        let Some(dialog) = Dialog::uac(invite, response) else { return News::Nothing };
        let tag = dialog.id().remote_tag.clone();
        if tag.is_empty() {
            return News::Known { reliable: None, sdp: None };
        }
        let place = match self.list.iter().position(|fork| *fork.dialog.id() == *dialog.id()) {
            Some(place) => place,
            None if self.list.len() >= MAX_EARLY => return News::Nothing,
            None => {
                let order = Order::default();
                let (agreed, updated) = (false, false);
                let (sdp, local, offered) = (None, None, None);
                self.list.push(Fork { dialog, order, sdp, agreed, local, updated, offered });
                self.list.len() - 1
            }
        };
        let Some(fork) = self.list.get_mut(place) else { return News::Nothing };
        let reliable = number(response);
        if reliable.is_some_and(|number| !fork.order.take(number)) {
            return News::Nothing;
        }
        let sdp = body::sdp(&response.headers, &response.body).ok().flatten();
        if reliable.is_some() && sdp.is_some() {
            match invite.body.is_empty() && !fork.agreed {
                true => fork.offered = reliable,
                false => fork.agreed = true,
            }
        }
        let sdp = sdp.filter(|sdp| fork.sdp.as_ref() != Some(sdp));
        if sdp.is_some() {
            fork.sdp.clone_from(&sdp);
            self.shown = Some(tag);
        }
        News::Known { reliable, sdp }
    }

    pub fn get_mut(&mut self, id: &DialogId) -> Option<&mut Fork> {
        self.list.iter_mut().find(|fork| fork.dialog.id() == id)
    }

    pub fn has(&self, id: &DialogId) -> bool {
        self.any(|of| of == id)
    }

    /// Whether one of them is meant.
    pub fn any(&self, is_meant: impl Fn(&DialogId) -> bool) -> bool {
        self.list.iter().any(|fork| is_meant(fork.dialog.id()))
    }

    /// The one with this To tag.
    pub fn by_tag(&mut self, tag: &str) -> Option<&mut Fork> {
        self.list.iter_mut().find(|fork| fork.dialog.id().remote_tag == tag)
    }

    /// It is the one whose media are shown.
    pub fn is_shown(&self, id: &DialogId) -> bool {
        self.shown.as_ref() == Some(&id.remote_tag)
    }

    /// The one that waits for our answer to its offer, when it is shown.
    pub fn offering(&mut self) -> Option<&mut Fork> {
        let shown = self.shown.clone()?;
        self.by_tag(&shown).filter(|fork| fork.offered.is_some())
    }

    /// It is over (199, RFC 6228). The media to show instead, when its were shown.
    pub fn remove(&mut self, tag: &str) -> Option<Vec<u8>> {
        self.list.retain(|fork| fork.dialog.id().remote_tag != tag);
        self.shown.take_if(|shown| shown == tag)?;
        let next = self.list.iter().rev().find(|fork| fork.sdp.is_some())?;
        self.shown = Some(next.dialog.id().remote_tag.clone());
        next.sdp.clone()
    }

    /// Takes out the one that answered; the others are left.
    pub fn win(&mut self, id: &DialogId) -> Option<Fork> {
        let place = self.list.iter().position(|fork| fork.dialog.id() == id)?;
        Some(self.list.swap_remove(place))
    }

    /// The dialogs that did not answer.
    pub fn into_others(self) -> Vec<Dialog> {
        self.list.into_iter().map(|fork| fork.dialog).collect()
    }
}
