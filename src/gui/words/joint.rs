//! The joint between the two sides in words: relations, ways, and what the user's word means.

use crate::core::command::{Cue, CueKind};
use crate::model::account::{Account, AccountState};
use crate::model::feature::{Feature, Protocol};
use crate::model::relation::RelationSource;

/// The word that goes ahead with something in spite of what is told about it.
pub fn go_ahead(cues: &[Cue]) -> &'static str {
    let any = |kinds: &[CueKind]| cues.iter().any(|cue| kinds.contains(&cue.kind));
    if any(&[CueKind::Pstn, CueKind::InterDomain]) {
        "Send calls there anyway"
    } else if any(&[CueKind::UnverifiedNumber]) {
        "Use it anyway"
    } else {
        "Let them see it"
    }
}

/// What connects an account: "anyway" where something else holds it back, "now" where it would
/// try later; none where there is nothing to connect (CUSAX C14).
pub fn connect(account: &Account) -> Option<&'static str> {
    match account.state {
        AccountState::Failed => Some("Connect now"),
        // Whoever wants it offline gives no reason: it waits for its other half, or was taken
        // down with it.
        AccountState::Offline if account.reason.is_some() => Some("Connect anyway"),
        _ => None,
    }
}

/// Who set a relation.
pub fn set_by(source: RelationSource) -> &'static str {
    match source {
        RelationSource::Configuration => "Set in the configuration.",
        RelationSource::User => "Set by you.",
        RelationSource::Provider => "Set by your provider.",
    }
}

/// A feature's name for users.
pub fn feature(feature: Feature) -> &'static str {
    match feature {
        Feature::Chat => "Messages",
        Feature::Groupchat => "Rooms",
        Feature::Presence => "Presence",
        Feature::Files => "Files",
        Feature::Audio => "Calls",
        Feature::Video => "Video calls",
        Feature::Conference => "Conferences",
        Feature::Screen => "Shared screen",
    }
}

/// A side as something goes over it.
pub fn over(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Xmpp => "Over chat",
        Protocol::Sip => "Over telephony",
    }
}
