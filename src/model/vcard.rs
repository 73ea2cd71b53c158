//! What a contact's card says, in whichever of the two XMPP forms it came.

use serde::{Deserialize, Serialize};

use super::contact::NumberSource;
use super::id::AccountId;

/// One `tel` of a card (CUSAX C18).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tel {
    /// The value as written: a SIP or tel URI, or a number in any form.
    pub value: String,
    /// Types in lower case.
    #[serde(default)]
    pub types: Vec<String>,
    /// Preference, 1 (best) to 100; 100 when none is given.
    #[serde(default = "no_preference")]
    pub pref: u8,
}

fn no_preference() -> u8 {
    100
}

/// The user's own card, in the shape of the JSON-RPC face.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OwnCard {
    /// The chat account whose it is.
    pub account: AccountId,
    /// The full name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The numbers by which contacts call.
    pub tels: Vec<Tel>,
    /// What is wrong with them, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
}

/// A card, reduced to what is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vcard {
    /// The full name (`FN`), when there is one.
    pub full_name: Option<String>,
    /// The dialable numbers.
    pub tels: Vec<Tel>,
    /// Which form it came in: `VcardTemp` or `Vcard4`.
    pub source: NumberSource,
}
