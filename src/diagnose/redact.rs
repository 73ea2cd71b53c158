//! What leaves the computer in a report: addresses under names of their own, and no secret. Pure.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::{Captures, Regex};

/// The most people and domains that are told apart; further ones share a name.
const MOST: usize = 4096;

/// `user@host`, as it stands in a JID with its resource, a SIP URI, or a text.
#[allow(clippy::expect_used)]
static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r#"([^\s<>"(),;:=@/\[\]{}]+)(?:@|%40)([\p{L}\p{N}.-]+)(?:/[^\s<>"',;)\]}]+)?"#;
    Regex::new(pattern).expect("a pattern of our own")
});
/// A telephone number with its country code, after `tel:`, or as it is dialled at home.
#[allow(clippy::expect_used)]
static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"(?:tel:\+?|\+)[0-9][0-9 ().-]{3,}[0-9]|\b0[0-9]{6,14}\b";
    Regex::new(pattern).expect("a pattern of our own")
});
/// What stands after the name of a secret.
#[allow(clippy::expect_used)]
static SECRET: LazyLock<Regex> = LazyLock::new(|| {
    let names = "password|passwd|secret|token|nonce|cnonce|response|authorization|inline";
    let pattern = format!(
        r#"(?i)\b({names})\b("?\s*[=:]\s*)("(?:[^"\\]|\\.)*"|(?:Basic|Bearer|Digest)\s+.+|\S+)"#
    );
    Regex::new(&pattern).expect("a pattern of our own")
});

/// Gives people, numbers and domains names that mean nothing, the same one each time.
#[derive(Debug, Default)]
pub struct Redactor {
    own: Vec<String>,
    home: Option<String>,
    people: BTreeMap<String, String>,
    numbers: BTreeMap<String, String>,
    domains: BTreeMap<String, String>,
}

impl Redactor {
    /// One that keeps these domains, the user's own providers', and writes `~` for `home`.
    pub fn new(own: impl IntoIterator<Item = String>, home: Option<String>) -> Self {
        let own = own.into_iter().map(|domain| domain.to_lowercase()).collect();
        Self { own, home: home.filter(|home| home.len() > 1), ..Self::default() }
    }

    /// A text without addresses, numbers and secrets.
    pub fn clean(&mut self, text: &str) -> String {
        let text = match &self.home {
            Some(home) => text.replace(home.as_str(), "~"),
            None => text.to_owned(),
        };
        let text = SECRET.replace_all(&text, "$1$2(hidden)").into_owned();
        let text = ADDRESS.replace_all(&text, |found: &Captures<'_>| self.address(found));
        let text = NUMBER.replace_all(&text, |found: &Captures<'_>| {
            let digits: String = found[0].chars().filter(char::is_ascii_digit).collect();
            named(&mut self.numbers, digits, "number")
        });
        text.chars().filter(|c| *c == '\n' || *c == '\t' || !c.is_control()).collect()
    }

    fn address(&mut self, found: &Captures<'_>) -> String {
        let (user, domain) = (&found[1], found[2].to_lowercase());
        let person = named(&mut self.people, format!("{user}@{domain}"), "user");
        format!("{person}@{}", self.domain(domain.trim_end_matches('.')))
    }

    fn domain(&mut self, domain: &str) -> String {
        let is_own = |own: &String| {
            domain == own.as_str()
                || domain.strip_suffix(own.as_str()).is_some_and(|rest| rest.ends_with('.'))
        };
        match self.own.iter().any(is_own) {
            true => domain.to_owned(),
            false => named(&mut self.domains, domain.to_owned(), "domain"),
        }
    }
}

fn named(known: &mut BTreeMap<String, String>, key: String, kind: &str) -> String {
    if let Some(name) = known.get(&key) {
        return name.clone();
    }
    if known.len() >= MOST {
        return format!("{kind}-more");
    }
    let name = format!("{kind}-{}", known.len() + 1);
    known.insert(key, name.clone());
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redactor() -> Redactor {
        Redactor::new(["Cusax.test".to_owned()], Some("/home/alice".to_owned()))
    }

    #[test]
    fn people_have_the_same_name_each_time_and_own_domains_stay() {
        let mut redactor = redactor();
        let text = "bob@cusax.test called sip:alice@sip.cusax.test; Bob@evil.test, bob@cusax.test";
        let clean = redactor.clean(text);
        assert_eq!(
            clean,
            "user-1@cusax.test called sip:user-2@sip.cusax.test; user-3@domain-1, user-1@cusax.test"
        );
        assert_eq!(redactor.clean("<xmpp:bob@cusax.test>"), "<xmpp:user-1@cusax.test>");
        assert_eq!(redactor.clean("x@notcusax.test"), "user-4@domain-2");
        assert_eq!(redactor.clean("bob@cusax.test/Bobs-iPhone"), "user-1@cusax.test");
        assert_eq!(redactor.clean("o'brien@cusax.test"), "user-5@cusax.test");
        assert_eq!(redactor.clean("sip:bob%40cusax.test"), "sip:user-1@cusax.test");
        assert_eq!(redactor.clean("dials 0301234567"), "dials number-1");
    }

    #[test]
    fn numbers_home_and_what_follows_a_secret_s_name_go() {
        let mut redactor = redactor();
        let clean = redactor.clean("tel:+13035551212 and +1 (303) 555-1212 in /home/alice/x");
        assert_eq!(clean, "number-1 and number-1 in ~/x");
        for text in [
            "password=hunter2",
            "\"token\": \"hunter2\"",
            "nonce=\"hunter2\", qop=auth",
            "Secret: hunter2",
            "Authorization: Bearer hunter2",
            "\"password\": \"a\\\"hunter2\"",
        ] {
            let clean = redactor.clean(text);
            assert!(clean.contains("(hidden)") && !clean.contains("hunter2"), "{clean}");
        }
        assert_eq!(
            redactor.clean("2026-11-26T10:00:00Z INFO a\u{7}b"),
            "2026-11-26T10:00:00Z INFO ab"
        );
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_cleaned(text in "\\PC{0,200}") {
            redactor().clean(&text);
        }
    }
}
