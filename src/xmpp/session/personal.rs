//! What we tell contacts about ourselves beside presence: addresses that reach us, and what we
//! do (XEP-0152, XEP-0108). Nothing is told that was not commanded.

use super::iq::{Failure, What};
use super::{Line, Session};
use crate::model::time::Now;
use crate::xmpp::xep::{activity, reachability};
use crate::xmpp::{Activity, ReachAddress, XmppEvent};

/// What is told on a node of its own.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Announcement {
    Reach(Vec<ReachAddress>),
    Activity(Option<Activity>),
}

/// What waits for the session to be resumed, and whether its failures were told.
#[derive(Debug, Default)]
pub(super) struct Personal {
    reach: Option<Vec<ReachAddress>>,
    activity: Option<Option<Activity>>,
    complained: bool,
}

impl Session {
    /// Tells it now, or in this very session as soon as there is a line again.
    pub(super) fn publish(&mut self, now: Now, announcement: Announcement) {
        let payload = match (&self.line, &announcement) {
            (Line::Down, _) => return,
            (Line::Up(_), Announcement::Reach(addresses)) => reachability::publish(addresses),
            (Line::Up(_), Announcement::Activity(activity)) => activity::publish(*activity),
            (Line::Suspended(_), _) => {
                match announcement {
                    Announcement::Reach(addresses) => self.personal.reach = Some(addresses),
                    Announcement::Activity(activity) => self.personal.activity = Some(activity),
                }
                return;
            }
        };
        self.ask(now, None, What::Publish(announcement), payload, true);
    }

    /// There is a line again.
    pub(super) fn publish_kept(&mut self, now: Now) {
        if let Some(addresses) = self.personal.reach.take() {
            self.publish(now, Announcement::Reach(addresses));
        }
        if let Some(activity) = self.personal.activity.take() {
            self.publish(now, Announcement::Activity(activity));
        }
    }

    pub(super) fn not_published(&mut self, announcement: &Announcement, failure: &Failure) {
        let words = match announcement {
            Announcement::Reach(addresses) if addresses.is_empty() => {
                "Your addresses may still be announced to your contacts"
            }
            Announcement::Reach(_) => "Your addresses were not announced to your contacts",
            // Once a session: each call would say it again.
            Announcement::Activity(Some(_)) if !self.personal.complained => {
                self.personal.complained = true;
                "Your contacts are not told that you are in a call"
            }
            Announcement::Activity(_) => {
                return tracing::debug!(%failure, "the activity was not published");
            }
        };
        self.event(XmppEvent::Notice(format!("{words}: {failure}.")));
    }
}
