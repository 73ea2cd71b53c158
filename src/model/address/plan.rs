//! How an account dials.

use phonenumber::country::Id;

use super::{Aor, numbering, special};
use crate::model::dialing::{Dialing, Pattern};

/// How an account dials telephone numbers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DialPlan {
    /// The region in which numbers without a country code are read.
    pub country: Option<Id>,
    /// The domain through which telephone numbers are dialled; without it they are `tel:`
    /// URIs.
    pub provider_domain: Option<String>,
    /// What is dialled before a country code, instead of what the country has: digits.
    pub international_prefix: Option<String>,
    /// What is dialled before an area code, instead of what the country has: digits.
    pub national_prefix: Option<String>,
    /// Emergency numbers besides those that are known: digits.
    pub emergency: Vec<String>,
    /// Numbers of the account's own service that are read as nothing else, as `70??`.
    pub short: Vec<Pattern>,
    /// More domains of the account's own service, in lower case.
    pub domains: Vec<String>,
    /// The numbers are somebody's of another service: what means something in one place only
    /// means something there.
    pub others: bool,
}

impl DialPlan {
    /// The plan of a telephony account: numbers go through its own domain.
    pub fn of(aor: &Aor, country: Option<Id>) -> Self {
        let provider_domain = Some(aor.host().to_owned());
        Self { country, provider_domain, ..Self::default() }
    }

    /// The plan of a telephony account with what is known of its dialling. The prefixes of
    /// `dialing` win over those of its country.
    pub fn with(aor: &Aor, dialing: &Dialing) -> Self {
        Self {
            international_prefix: dialing.international_prefix.clone(),
            national_prefix: dialing.national_prefix.clone(),
            emergency: dialing.emergency.clone(),
            short: dialing.short_numbers(),
            domains: dialing.domains.clone(),
            ..Self::of(aor, dialing.country)
        }
    }

    /// The plan by which numbers are read that somebody of another service writes down.
    pub fn for_others(self) -> Self {
        Self { others: true, short: Vec::new(), ..self }
    }

    /// Whether a host, in lower case, is of the account's own service.
    pub fn is_own(&self, host: &str) -> bool {
        self.provider_domain.as_deref() == Some(host)
            || self.domains.iter().any(|domain| domain == host)
    }

    /// Whether somebody who dials this wants help: the numbers of the country, of the account,
    /// and those in use around the world.
    pub fn is_emergency(&self, digits: &str) -> bool {
        self.emergency.iter().any(|number| number == digits)
            || special::is_emergency(digits, self.country)
    }

    /// Whether this is a short number known to cost more than a usual call, or begins like one:
    /// what is dialled beyond a number's end is ignored.
    pub fn is_dear_code(&self, digits: &str) -> bool {
        special::is_dear(digits, self.country)
    }

    /// The E.164 number, with its `+`, that is reached by dialling these digits; `None` when
    /// they are none or it is not known.
    pub fn reached_by(&self, digits: &str) -> Option<String> {
        numbering::dialled(digits, None, self)
    }

    /// Whether these digits are one of the own service's short numbers.
    pub(super) fn is_short(&self, digits: &str) -> bool {
        self.short.iter().any(|pattern| pattern.fits(digits))
    }
}
