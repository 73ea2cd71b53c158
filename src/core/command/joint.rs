//! What a face asks about the joint between the two sides: accounts, relations, which way
//! features go, and the user's own card.

use crate::model::feature::{Feature, Match, Rule};
use crate::model::id::AccountId;
use crate::model::relation::Pair;
use crate::model::vcard::Tel;

/// `account.*`
#[derive(Debug, Clone, PartialEq)]
pub enum AccountCommand {
    /// `account.connect`: now, also where it waits for its other half or for the next attempt.
    Connect(AccountId),
}

/// `relations`, `relation.*`
#[derive(Debug, Clone, PartialEq)]
pub enum RelationCommand {
    /// `relations`
    List,
    /// `relation.set`: these two belong together, instead of what they belonged to.
    Set {
        /// Which.
        pair: Pair,
        /// Where one side cannot connect, take the other down; as it was when absent.
        both_or_none: Option<bool>,
        /// Connect chat after telephony; as it was when absent.
        chat_waits: Option<bool>,
    },
    /// `relation.remove`: they do not.
    Remove(Pair),
    /// `relation.refuse`: do not propose it again.
    Refuse(Pair),
}

/// `features`, `feature.*`
#[derive(Debug, Clone, PartialEq)]
pub enum FeatureCommand {
    /// `features`
    List {
        /// With whom: a contact's JID or an address; everybody when absent.
        with: Option<String>,
    },
    /// `feature.set`
    Set(Rule),
    /// `feature.unset`
    Unset {
        /// What.
        feature: Feature,
        /// With whom; the default for everybody when absent.
        with: Option<Match>,
    },
}

/// `card`, `card.set`
#[derive(Debug, Clone, PartialEq)]
pub enum CardCommand {
    /// `card`
    Get {
        /// Whose; the first chat account's when absent.
        account: Option<AccountId>,
    },
    /// `card.set`
    Set {
        /// Whose; likewise.
        account: Option<AccountId>,
        /// All numbers; none takes them away.
        tels: Vec<Tel>,
        /// The user has seen the cues and goes ahead.
        confirm: bool,
    },
}
