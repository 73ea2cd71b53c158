//! How an account dials, and what its calls cost: the `dialing` object of a provisioning document,
//! and the same keys under `[sip.dialing]` of the configuration (CUSAX C56).

mod pattern;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use phonenumber::country::Id;
use serde::{Deserialize, Serialize};

use crate::model::address::{self, is_forbidden};
pub use pattern::{MAX_PATTERN, Pattern};

/// The most rules of one kind.
pub const MAX_RULES: usize = 256;
/// The most emergency numbers, and the most domains.
pub const MAX_LISTED: usize = 32;
/// The longest note or reason that is shown, in characters.
const MAX_NOTE: usize = 200;
/// The digits of a prefix.
const PREFIX: std::ops::RangeInclusive<usize> = 1..=8;
/// The digits of an emergency number: more would be somebody's telephone.
const EMERGENCY: std::ops::RangeInclusive<usize> = 2..=6;

/// How an account dials, and what its calls cost. The default says nothing: numbers are read as
/// they come, and cost is told by the form of an address.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(try_from = "Raw")]
pub struct Dialing {
    /// The region in which numbers without a country code are read.
    pub country: Option<Id>,
    /// What is dialled before a country code: digits.
    pub international_prefix: Option<String>,
    /// What is dialled before an area code: digits.
    pub national_prefix: Option<String>,
    /// Emergency numbers besides those that are known: digits.
    pub emergency: Vec<String>,
    /// What calls cost; the first that fits counts.
    pub cost_rules: Vec<CostRule>,
    /// What is not reachable; looked at before the cost.
    pub blocked: Vec<Blocked>,
    /// Domains, in lower case, in which targets are the own service, besides that of the
    /// account's address.
    pub domains: Vec<String>,
}

/// What calls to some addresses cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CostRule {
    /// Which addresses.
    pub pattern: Pattern,
    /// What they are.
    pub class: CostClass,
    /// Whether the user is asked before.
    pub confirm: Option<Confirm>,
    /// What the user is told.
    pub note: Option<String>,
}

/// What the service does not reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocked {
    /// Which addresses.
    pub pattern: Pattern,
    /// What the user is told.
    pub reason: Option<String>,
}

/// What a call costs, roughly (CUSAX C56, C60).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CostClass {
    /// Nothing.
    Free,
    /// It stays within the service.
    Internal,
    /// It goes to the telephone network.
    Pstn,
    /// It costs more than a usual call.
    Premium,
    /// It goes to another provider.
    OtherDomain,
    /// It calls for help; never held up when the user wants it.
    Emergency,
    /// Nobody knows.
    Unknown,
}

impl CostClass {
    /// The classes that a user may stop being asked about (CUSAX C59).
    pub const SETTLEABLE: [Self; 3] = [Self::Pstn, Self::OtherDomain, Self::Unknown];

    /// Reads the class of a rule.
    ///
    /// # Errors
    /// When it is none that a rule can give: what calls for help is said by `emergency`.
    pub fn of_rule(word: &str) -> Result<Self, DialingProblem> {
        Ok(match word {
            "free" => Self::Free,
            "internal" => Self::Internal,
            "pstn" => Self::Pstn,
            "premium" => Self::Premium,
            "other-domain" => Self::OtherDomain,
            "unknown" => Self::Unknown,
            _ => return Err(DialingProblem::Class),
        })
    }
}

/// Whether the user is asked before a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirm {
    /// No.
    Never,
    /// Until they agreed once.
    First,
    /// Every time.
    Always,
}

impl Confirm {
    /// Reads the word of a rule.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(word: &str) -> Result<Self, DialingProblem> {
        Ok(match word {
            "never" => Self::Never,
            "first" => Self::First,
            "always" => Self::Always,
            _ => return Err(DialingProblem::Confirm),
        })
    }
}

/// What is wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DialingProblem {
    /// Not a country.
    #[error("must be a country's two letters, such as \"DE\"")]
    Country,
    /// Not a prefix.
    #[error("must be 1 to 8 digits")]
    Prefix,
    /// Not an emergency number.
    #[error("must be numbers of 2 to 6 digits")]
    Emergency,
    /// Not a pattern.
    #[error("must be a pattern of at most 256 bytes, such as \"+1900*\" or \"sip:*@example.com\"")]
    Pattern,
    /// Not a class.
    #[error(
        "must be one of \"free\", \"internal\", \"pstn\", \"premium\", \"other-domain\", \"unknown\""
    )]
    Class,
    /// Not a word about asking.
    #[error("must be one of \"never\", \"first\", \"always\"")]
    Confirm,
    /// Not a domain.
    #[error("must be domains, such as \"example.com\"")]
    Domain,
    /// More than are kept.
    #[error("has more entries than Dovetail keeps ({0})")]
    TooMany(usize),
}

/// A value that cannot be used, and where it stands: `cost_rules[3].pattern`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{at} {problem}")]
pub struct DialingError {
    /// Where, from the `dialing` object on.
    pub at: String,
    /// What is wrong.
    pub problem: DialingProblem,
}

impl Dialing {
    /// The short numbers of the own service that the rules name.
    pub fn short_numbers(&self) -> Vec<Pattern> {
        self.cost_rules.iter().filter_map(|rule| rule.pattern.short_number()).collect()
    }
}

/// Reads a country's two letters.
///
/// # Errors
/// When there is no such country.
pub fn country(text: &str) -> Result<Id, DialingProblem> {
    text.to_ascii_uppercase().parse().map_err(|_| DialingProblem::Country)
}

/// Reads an international or a national prefix.
///
/// # Errors
/// When it is not made of digits, or too long.
pub fn prefix(text: &str) -> Result<String, DialingProblem> {
    digits(text, PREFIX).ok_or(DialingProblem::Prefix)
}

/// Reads an emergency number.
///
/// # Errors
/// When it is not made of digits, or too long.
pub fn emergency(text: &str) -> Result<String, DialingProblem> {
    digits(text, EMERGENCY).ok_or(DialingProblem::Emergency)
}

/// Reads a domain.
///
/// # Errors
/// When it is no host.
pub fn domain(text: &str) -> Result<String, DialingProblem> {
    address::host(text).map_err(|_| DialingProblem::Domain)
}

/// A text for the user on one line, made safe for showing and cut; `None` when nothing is left.
pub fn note(text: &str) -> Option<String> {
    let shown = |c: &char| !is_forbidden(*c);
    let text: String = text.chars().filter(shown).take(MAX_NOTE).collect();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// Of a text in several languages the English one, else any.
pub fn in_language<'a>(texts: impl IntoIterator<Item = (&'a str, &'a str)>) -> Option<String> {
    let mut any = None;
    for (language, text) in texts {
        match note(text) {
            Some(text) if language.eq_ignore_ascii_case("en") => return Some(text),
            text => any = any.or(text),
        }
    }
    any
}

fn digits(text: &str, lengths: std::ops::RangeInclusive<usize>) -> Option<String> {
    let fits = lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| text.to_owned())
}

/// As it stands in a document. Unknown members are left out.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Raw {
    country: Option<String>,
    international_prefix: Option<String>,
    national_prefix: Option<String>,
    emergency: Vec<String>,
    cost_rules: Vec<RawRule>,
    blocked: Vec<RawBlocked>,
    domains: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct RawRule {
    pattern: String,
    class: String,
    confirm: Option<String>,
    note: Option<Texts>,
}

#[derive(Debug, Deserialize)]
struct RawBlocked {
    pattern: String,
    reason: Option<Texts>,
}

/// A text, or one for each language.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Texts {
    Text(String),
    Languages(BTreeMap<String, String>),
}

impl Texts {
    fn chosen(&self) -> Option<String> {
        match self {
            Self::Text(text) => note(text),
            Self::Languages(texts) => {
                in_language(texts.iter().map(|(language, text)| (language.as_str(), text.as_str())))
            }
        }
    }
}

/// What is wrong, with the place where it stands.
fn at<T>(place: &str, read: Result<T, DialingProblem>) -> Result<T, DialingError> {
    read.map_err(|problem| DialingError { at: place.to_owned(), problem })
}

/// Every item of a list, at most so many.
fn each<T, U>(
    place: &str,
    most: usize,
    items: Vec<T>,
    read: impl Fn(&str, T) -> Result<U, DialingError>,
) -> Result<Vec<U>, DialingError> {
    if items.len() > most {
        return at(place, Err(DialingProblem::TooMany(most)));
    }
    let numbered = items.into_iter().enumerate();
    numbered.map(|(n, item)| read(&format!("{place}[{n}]"), item)).collect()
}

impl TryFrom<Raw> for Dialing {
    type Error = DialingError;

    fn try_from(raw: Raw) -> Result<Self, DialingError> {
        let given = |text: Option<String>| text.filter(|text| !text.is_empty());
        let prefix_at = |place: &str, text: Option<String>| {
            given(text).map(|text| at(place, prefix(&text))).transpose()
        };
        Ok(Self {
            country: given(raw.country).map(|text| at("country", country(&text))).transpose()?,
            international_prefix: prefix_at("international_prefix", raw.international_prefix)?,
            national_prefix: prefix_at("national_prefix", raw.national_prefix)?,
            emergency: each("emergency", MAX_LISTED, raw.emergency, |place, text| {
                at(place, emergency(&text))
            })?,
            cost_rules: each("cost_rules", MAX_RULES, raw.cost_rules, |place, rule| {
                let confirm = rule.confirm.as_deref().map(Confirm::parse).transpose();
                Ok(CostRule {
                    pattern: at(&format!("{place}.pattern"), Pattern::parse(&rule.pattern))?,
                    class: at(&format!("{place}.class"), CostClass::of_rule(&rule.class))?,
                    confirm: at(&format!("{place}.confirm"), confirm)?,
                    note: rule.note.as_ref().and_then(Texts::chosen),
                })
            })?,
            blocked: each("blocked", MAX_RULES, raw.blocked, |place, blocked| {
                Ok(Blocked {
                    pattern: at(&format!("{place}.pattern"), Pattern::parse(&blocked.pattern))?,
                    reason: blocked.reason.as_ref().and_then(Texts::chosen),
                })
            })?,
            domains: each("domains", MAX_LISTED, raw.domains, |place, text| {
                at(place, domain(&text))
            })?,
        })
    }
}
