//! What a face asks about the joint between the two sides: accounts, relations, which way
//! features go, the user's own card, and which calls are not asked about.

use serde::{Deserialize, Serialize};

use crate::model::dialing::CostClass;
use crate::model::feature::{Feature, Match, Rule};
use crate::model::id::AccountId;
use crate::model::relation::Pair;
use crate::model::secret::Secret;
use crate::model::vcard::Tel;

/// `account.*`, `check`
#[derive(Debug, Clone, PartialEq)]
pub enum AccountCommand {
    /// `account.connect`: now, also where it waits for its other half or for the next attempt.
    Connect(AccountId),
    /// `account.disconnect`: until the user wants it back.
    Disconnect(AccountId),
    /// `check`: look at the way to it, and sign in once beside what is connected.
    Check(AccountId),
    /// `account.password`: this is its password; sign in with it.
    Password {
        /// Whose.
        account: AccountId,
        /// It.
        password: Secret,
        /// Where to keep it.
        keep: KeepPassword,
    },
}

/// Where a password that the user gives is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeepPassword {
    /// In memory until the program ends: it is asked for again next time.
    #[default]
    Session,
    /// In the platform's keyring.
    Keyring,
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

/// `asking`, `asking.reset`: which classes of calls the user does not want to be asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AskingCommand {
    /// `asking`
    Get,
    /// `asking.reset`: ask again about this class, or about all.
    Reset(Option<CostClass>),
}
