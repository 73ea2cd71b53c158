//! The joint between the two sides in words: relations, ways, and what the user's word means.

use crate::core::command::{Cue, CueKind};
use crate::model::account::{Account, AccountState};
use crate::model::feature::{Feature, Protocol};
use crate::model::relation::RelationSource;
use crate::tr;

/// The word that goes ahead with something in spite of what is told about it.
pub fn go_ahead(cues: &[Cue]) -> &'static str {
    let any = |kinds: &[CueKind]| cues.iter().any(|cue| kinds.contains(&cue.kind));
    if any(&[CueKind::Pstn, CueKind::InterDomain]) {
        tr!("accounts-go-ahead-calls")
    } else if any(&[CueKind::UnverifiedNumber]) {
        tr!("accounts-go-ahead-use")
    } else {
        tr!("accounts-go-ahead-show")
    }
}

/// What connects an account: "anyway" where something else holds it back, "now" where it would
/// try later; none where there is nothing to connect (CUSAX C14).
pub fn connect(account: &Account) -> Option<&'static str> {
    match account.state {
        AccountState::Failed => Some(tr!("accounts-connect-now")),
        // Whoever wants it offline gives no reason: it waits for its other half, or was taken
        // down with it.
        AccountState::Offline if account.reason.is_some() => Some(tr!("accounts-connect-anyway")),
        _ => None,
    }
}

/// Who set a relation.
pub fn set_by(source: RelationSource) -> &'static str {
    match source {
        RelationSource::Configuration => tr!("accounts-by-configuration"),
        RelationSource::User => tr!("accounts-by-you"),
        RelationSource::Provider => tr!("accounts-by-provider"),
    }
}

/// A feature's name for users.
pub fn feature(feature: Feature) -> &'static str {
    match feature {
        Feature::Chat => tr!("accounts-feature-messages"),
        Feature::Groupchat => tr!("accounts-feature-rooms"),
        Feature::Presence => tr!("accounts-feature-presence"),
        Feature::Files => tr!("accounts-feature-files"),
        Feature::Audio => tr!("accounts-feature-calls"),
        Feature::Video => tr!("accounts-feature-video"),
        Feature::Conference => tr!("accounts-feature-conferences"),
        Feature::Screen => tr!("accounts-feature-screen"),
    }
}

/// A side as something goes over it.
pub fn over(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Xmpp => tr!("accounts-over-chat"),
        Protocol::Sip => tr!("accounts-over-telephony"),
    }
}
