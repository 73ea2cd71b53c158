//! `[sip.dialing]` of an account: the keys of the provisioning document's `dialing` object.

use super::file::ConfigError;
use super::table::{Problem, Table};
use crate::model::dialing::{
    self, Blocked, Confirm, CostClass, CostRule, Dialing, DialingProblem, MAX_LISTED, MAX_RULES,
    Pattern,
};

const KEYS: [&str; 7] = [
    "country",
    "international_prefix",
    "national_prefix",
    "emergency",
    "cost_rules",
    "blocked",
    "domains",
];

/// How an account dials, and what its calls cost; `None` where nothing is said.
pub(super) fn dialing(account: &Table<'_, '_>) -> Result<Option<Dialing>, ConfigError> {
    let form = "written as [sip.dialing]";
    let Some(table) = account.table("dialing", "sip.dialing", form, Some(&KEYS))? else {
        return Ok(None);
    };
    let rule = ["pattern", "class", "confirm", "note"];
    let rules = table.tables("cost_rules", "sip.dialing.cost_rules", &rule, MAX_RULES)?;
    let blocked =
        table.tables("blocked", "sip.dialing.blocked", &["pattern", "reason"], MAX_RULES)?;
    Ok(Some(Dialing {
        country: table.parsed("country", |text| Ok(dialing::country(text)?))?,
        international_prefix: table
            .parsed("international_prefix", |text| Ok(dialing::prefix(text)?))?,
        national_prefix: table.parsed("national_prefix", |text| Ok(dialing::prefix(text)?))?,
        emergency: table.list("emergency", MAX_LISTED, |text| Ok(dialing::emergency(text)?))?,
        cost_rules: rules.iter().map(cost_rule).collect::<Result<_, _>>()?,
        blocked: blocked.iter().map(blocking).collect::<Result<_, _>>()?,
        domains: table.list("domains", MAX_LISTED, |text| Ok(dialing::domain(text)?))?,
    }))
}

fn cost_rule(table: &Table<'_, '_>) -> Result<CostRule, ConfigError> {
    Ok(CostRule {
        pattern: table.needed("pattern", |text| Ok(Pattern::parse(text)?))?,
        class: table.needed("class", |text| Ok(CostClass::of_rule(text)?))?,
        confirm: table.parsed("confirm", |text| Ok(Confirm::parse(text)?))?,
        note: words(table, "note")?,
    })
}

fn blocking(table: &Table<'_, '_>) -> Result<Blocked, ConfigError> {
    Ok(Blocked {
        pattern: table.needed("pattern", |text| Ok(Pattern::parse(text)?))?,
        reason: words(table, "reason")?,
    })
}

/// A text, or one for each language: `note = { en = "…" }`.
fn words(table: &Table<'_, '_>, key: &str) -> Result<Option<String>, ConfigError> {
    if table.value(key).is_some_and(|(value, _)| value.as_str().is_some()) {
        return Ok(table.text(key)?.and_then(dialing::note));
    }
    let form = "a text, or a text for each language as { en = \"…\" }";
    let Some(languages) = table.table(key, "sip.dialing", form, None)? else { return Ok(None) };
    Ok(dialing::in_language(languages.texts()?))
}

impl From<DialingProblem> for Problem {
    fn from(problem: DialingProblem) -> Self {
        match problem {
            DialingProblem::TooMany(most) => Self::TooMany(most),
            problem => Self::Dialing(problem),
        }
    }
}
