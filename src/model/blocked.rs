//! Whom an account's server keeps away (XEP-0191), as the faces show it.

use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::BareJid;
use super::id::AccountId;

/// An account's list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BlockList {
    /// Whose.
    pub account: AccountId,
    /// Whether its server keeps anybody away at all; not known before it said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offered: Option<bool>,
    /// Who, in order.
    #[serde(serialize_with = "as_texts")]
    pub jids: Arc<[BareJid]>,
}

impl BlockList {
    /// One of which the server has said nothing yet.
    pub fn unknown(account: AccountId) -> Self {
        Self { account, offered: None, jids: Arc::default() }
    }
}

fn as_texts<S: Serializer>(jids: &Arc<[BareJid]>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(jids.iter().map(|jid| jid.as_str()))
}
