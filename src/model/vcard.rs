//! What a contact's card says, in whichever of the two XMPP forms it came.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::contact::NumberSource;
use super::id::AccountId;

/// The largest photo that is taken from a card, in bytes: what clients publish is far smaller.
pub const MAX_PHOTO: usize = 128 * 1024;

/// A photo as its owner published it, of a form that can be shown. Nobody has decoded it yet.
#[derive(Clone)]
pub struct Photo {
    name: [u8; 16],
    bytes: Arc<[u8]>,
}

impl Photo {
    /// A photo of these bytes; none when they are too many, or neither PNG nor JPEG.
    pub fn new(bytes: &[u8]) -> Option<Self> {
        let is_known =
            bytes.starts_with(b"\x89PNG\r\n\x1a\n") || bytes.starts_with(b"\xff\xd8\xff");
        if !is_known || bytes.len() > MAX_PHOTO {
            return None;
        }
        let mut name = [0; 16];
        name.iter_mut().zip(Sha256::digest(bytes)).for_each(|(to, from)| *to = from);
        Some(Self { name, bytes: bytes.into() })
    }

    /// What tells it from others: a digest of its bytes.
    pub fn name(&self) -> [u8; 16] {
        self.name
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl PartialEq for Photo {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Photo {}

/// Without what it shows.
impl std::fmt::Debug for Photo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Photo").field("bytes", &self.bytes.len()).finish_non_exhaustive()
    }
}

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
    /// The photo, for the window.
    #[serde(skip)]
    pub photo: Option<Photo>,
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
    /// The photo, when there is one that can be shown.
    pub photo: Option<Photo>,
}
