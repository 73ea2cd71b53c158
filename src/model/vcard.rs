//! What a contact's card says, in whichever of the two XMPP forms it came.

use super::contact::NumberSource;

/// One `tel` of a card (CUSAX C18).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tel {
    /// The value as written: a SIP or tel URI, or a number in any form.
    pub value: String,
    /// Types in lower case.
    pub types: Vec<String>,
    /// Preference, 1 (best) to 100; 100 when none is given.
    pub pref: u8,
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
