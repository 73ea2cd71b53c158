//! What a check comes to: lines with a verdict each, for a terminal and for programs. Pure.

use serde::Serialize;

use crate::model::address::is_forbidden;

/// The longest text of a line, in characters: some of it comes from the network.
const MAX_TEXT: usize = 400;
/// The width to which lines are broken.
const WIDTH: usize = 100;
/// Where the columns of verdict and finding begin.
const VERDICT: usize = 14;
const FOUND: usize = 26;

/// How it stands with something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// As it should be.
    Ok,
    /// It works, and could be better.
    Warning,
    /// It does not work.
    Problem,
    /// Nothing is known: it was not asked for, or something before it stood in the way.
    NotTested,
}

impl Verdict {
    fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Problem => "problem",
            Self::NotTested => "not tested",
        }
    }
}

/// What part of a service a line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// How both sides are found: the web.
    Provider,
    /// Chat.
    Chat,
    /// Telephony.
    Telephony,
    /// What joins them.
    Together,
}

impl Part {
    fn title(self) -> &'static str {
        match self {
            Self::Provider => "Set-up",
            Self::Chat => "Chat",
            Self::Telephony => "Telephony",
            Self::Together => "Together",
        }
    }
}

/// What was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Item {
    /// WebFinger at the address's domain.
    Webfinger,
    /// The domain's well-known place.
    WellKnown,
    /// The document.
    Document,
    /// Where DNS leads.
    Dns,
    /// Whether a place accepts connections.
    Port,
    /// TLS and the certificate there.
    Tls,
    /// Whether a STUN server answers.
    Stun,
    /// Signing in, or registering.
    SignIn,
    /// Whether the own card names the own telephony address.
    Card,
    /// Whether a call's Call-Info arrives.
    CallInfo,
}

impl Item {
    /// Its name for users.
    pub fn title(self) -> &'static str {
        match self {
            Self::Webfinger => "WebFinger",
            Self::WellKnown => "Well-known",
            Self::Document => "Document",
            Self::Dns => "DNS",
            Self::Port => "Port",
            Self::Tls => "TLS",
            Self::Stun => "STUN",
            Self::SignIn => "Sign-in",
            Self::Card => "Card",
            Self::CallInfo => "Call-Info",
        }
    }
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// What part of the service it is about.
    pub part: Part,
    /// What was looked at.
    pub item: Item,
    /// How it stands.
    pub verdict: Verdict,
    /// What was found, in words that are safe to show.
    pub found: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
}

impl Line {
    /// A line; what a terminal would take for more than text is left out.
    pub fn new(part: Part, item: Item, verdict: Verdict, found: impl AsRef<str>) -> Self {
        Self { part, item, verdict, found: shown(found.as_ref()), advice: None }
    }

    /// The same with what to do.
    pub fn advice(mut self, advice: impl AsRef<str>) -> Self {
        self.advice = Some(shown(advice.as_ref()));
        self
    }
}

fn shown(text: &str) -> String {
    text.chars().filter(|c| !is_forbidden(*c)).take(MAX_TEXT).collect()
}

/// All lines about an address or an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Whose.
    pub subject: String,
    /// The lines in the order in which a client goes.
    pub lines: Vec<Line>,
}

impl Report {
    /// Whether something does not work.
    pub fn has_problem(&self) -> bool {
        self.lines.iter().any(|line| line.verdict == Verdict::Problem)
    }

    /// The table for a terminal, without colours.
    pub fn table(&self) -> String {
        let mut text = format!("{}\n", shown(&self.subject));
        let mut part = None;
        for line in &self.lines {
            if part != Some(line.part) {
                text.push_str(&format!("\n{}\n", line.part.title()));
                part = Some(line.part);
            }
            let head =
                format!("  {:<w$}{}", line.item.title(), line.verdict.word(), w = VERDICT - 2);
            text.push_str(&format!("{head:<FOUND$}{}\n", broken(&line.found, "")));
            if let Some(advice) = &line.advice {
                text.push_str(&format!("{:FOUND$}→ {}\n", "", broken(advice, "  ")));
            }
        }
        text.push_str(&format!("\n{}\n", self.sum()));
        text
    }

    fn sum(&self) -> String {
        let count = |verdict| self.lines.iter().filter(|line| line.verdict == verdict).count();
        let all = [Verdict::Ok, Verdict::Warning, Verdict::Problem, Verdict::NotTested];
        let words = all.map(|verdict| format!("{} {}", count(verdict), verdict.word()));
        words.join(", ")
    }
}

/// Words in lines that begin below each other.
fn broken(text: &str, inset: &str) -> String {
    let mut out = String::new();
    let mut used = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if used > 0 && used + 1 + length > WIDTH - FOUND - inset.len() {
            out.push_str(&format!("\n{:FOUND$}{inset}", ""));
            used = 0;
        } else if used > 0 {
            out.push(' ');
            used += 1;
        }
        out.push_str(word);
        used += length;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_a_line_each_and_advice_below() {
        let long = "word ".repeat(40);
        let report = Report {
            subject: "alice@example.com".to_owned(),
            lines: vec![
                Line::new(Part::Chat, Item::Dns, Verdict::Ok, "c.example.com:5223"),
                Line::new(Part::Chat, Item::Tls, Verdict::Problem, "\u{1b}[31mred").advice(long),
                Line::new(Part::Telephony, Item::Dns, Verdict::NotTested, ""),
            ],
        };
        let table = report.table();
        assert!(
            table.contains("\nChat\n  DNS         ok          c.example.com:5223\n"),
            "{table}"
        );
        assert!(table.contains("  TLS         problem     [31mred\n"), "{table}");
        assert!(table.lines().all(|line| line.chars().count() <= WIDTH), "{table}");
        assert!(table.ends_with("1 ok, 0 warning, 1 problem, 1 not tested\n"), "{table}");
        assert!(report.has_problem());
    }
}
