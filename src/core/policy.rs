//! What the user is told before a call (CUSAX C56–C59).

use super::command::{Cue, CueKind};
use crate::model::address::{AddressKey, Dialable};

/// Numbers that are never held up by a question (sip.md §13): emergency services in use
/// around the world.
const EMERGENCY: [&str; 8] = ["112", "911", "999", "000", "110", "118", "119", "122"];

/// Who named the address that is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Named {
    /// The user: typed, chosen, clicked on.
    User,
    /// A contact's card (C67: it never leads to a call that costs or does harm unasked).
    Card,
    /// The other side of a call: where it is sent on or transferred to (C59).
    Peer,
    /// The user, for calls that go there by themselves.
    Rule,
}

impl Named {
    fn emergency(self, number: &str) -> Vec<Cue> {
        let text = match self {
            Self::User => return Vec::new(),
            Self::Card => format!("The contact card leads to an emergency number: {number}."),
            Self::Peer => format!("The other side leads to an emergency number: {number}."),
            Self::Rule => format!("{number} is an emergency number."),
        };
        vec![Cue { kind: CueKind::Pstn, text }]
    }
}

/// Digits from which on a user part is taken for a telephone number: fewer are an extension.
const NUMBER_DIGITS: usize = 7;

/// What is to be known before this call goes out on an account of `own_host`.
pub(super) fn cues(target: &Dialable, own_host: &str, named: Named) -> Vec<Cue> {
    let cue = |kind, text: String| vec![Cue { kind, text }];
    match &target.key {
        AddressKey::Sip(aor) if aor.host().eq_ignore_ascii_case(own_host) => {
            let user = aor.user();
            let number = number_of(user);
            if EMERGENCY.contains(&number.as_str()) {
                return named.emergency(&number);
            }
            if is_telephone(user) || says_telephone(&target.uri) {
                let text = format!(
                    "{user} looks like a telephone number or a code of your provider, \
                     which may charge this call or change your settings."
                );
                return cue(CueKind::Pstn, text);
            }
            Vec::new()
        }
        AddressKey::Sip(aor) => cue(
            CueKind::InterDomain,
            format!(
                "{} is outside {own_host}. Your provider may not carry this call, or may charge it.",
                aor.host()
            ),
        ),
        AddressKey::Phone(number) => cue(
            CueKind::Pstn,
            format!("{number} is a telephone number. Your provider may charge this call."),
        ),
        AddressKey::Local { digits, .. } if EMERGENCY.contains(&digits.as_str()) => {
            named.emergency(digits)
        }
        AddressKey::Local { digits, .. } => cue(
            CueKind::Pstn,
            format!("{digits} is a telephone number. Your provider may charge this call."),
        ),
    }
}

/// The number that a user part may stand for: without parameters and the marks that are there
/// for people only. Servers read it so.
fn number_of(user: &str) -> String {
    let number = user.split(';').next().unwrap_or_default();
    number.chars().filter(|c| !"-.() /".contains(*c)).collect()
}

/// Whether a URI itself says that it is about a telephone number (RFC 3261 §19.1.1, RFC 3966).
fn says_telephone(uri: &str) -> bool {
    let uri = uri.to_ascii_lowercase();
    [";user=phone", ";phone-context="].iter().any(|mark| uri.contains(mark))
}

/// Whether the user part of an address at the own provider leads to the telephone network, or
/// to one of the provider's service codes (`*21*…`: call forwarding).
fn is_telephone(user: &str) -> bool {
    let number = user.split(';').next().unwrap_or_default();
    let of_numbers = |c: char| c.is_ascii_digit() || "+*#-.() /".contains(c);
    let digits = number.chars().filter(char::is_ascii_digit).count();
    number.chars().all(of_numbers)
        && (digits >= NUMBER_DIGITS || number.contains(['*', '#']) || number.starts_with('+'))
}
