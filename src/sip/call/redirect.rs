//! Redirections (RFC 3261 §8.1.3.4): where else the called one is, and the wait for the user's
//! word on it.

use std::time::{Duration, Instant};

use super::super::agent::target;
use super::super::message::Response;
use super::super::uri::SipUri;
use super::super::value::NameAddr;

/// Targets of one response that are offered.
const MAX_TARGETS: usize = 8;
/// Redirections that one call follows.
const MAX_ROUNDS: usize = 5;
/// How long the user may think about it.
const WAIT: Duration = Duration::from_secs(64);

/// The redirections of one call.
#[derive(Debug)]
pub(super) struct Redirect {
    /// Every Request-URI so far.
    tried: Vec<String>,
    waiting: Option<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    targets: Vec<String>,
    until: Instant,
    response: Box<Response>,
}

impl Redirect {
    /// A call to `uri`.
    pub fn new(uri: &str) -> Self {
        Self { tried: vec![uri.to_owned()], waiting: None }
    }

    /// Takes a response. The targets to choose from; `None` when it is no redirection, or
    /// leads nowhere we would go.
    pub fn take(
        &mut self,
        now: Instant,
        response: &Response,
        over_tls: bool,
    ) -> Option<Vec<String>> {
        let leads = matches!(response.status, 300 | 301 | 302 | 305);
        if !leads || self.tried.len() > MAX_ROUNDS {
            return None;
        }
        let targets = targets(response, &self.tried, over_tls);
        if targets.is_empty() {
            return None;
        }
        let response = Box::new(response.clone());
        self.waiting = Some(Waiting { targets: targets.clone(), until: now + WAIT, response });
        Some(targets)
    }

    /// The user's choice; `false` when it was not to be chosen.
    pub fn follow(&mut self, target: &str) -> bool {
        let offered = |waiting: &mut Waiting| waiting.targets.iter().any(|known| known == target);
        let chosen = self.waiting.take_if(offered).is_some();
        if chosen {
            self.tried.push(target.to_owned());
        }
        chosen
    }

    /// The user is asked now.
    pub fn is_waiting(&self) -> bool {
        self.waiting.is_some()
    }

    pub fn poll_timeout(&self) -> Option<Instant> {
        self.waiting.as_ref().map(|waiting| waiting.until)
    }

    /// The response, when nobody chose in time.
    pub fn expired(&mut self, now: Instant) -> Option<Box<Response>> {
        self.waiting.take_if(|waiting| waiting.until <= now).map(|waiting| waiting.response)
    }
}

/// Best first. Never one that was tried, and nothing less safe than what was dialled.
fn targets(response: &Response, tried: &[String], over_tls: bool) -> Vec<String> {
    let secure = tried.first().is_some_and(|uri| is_secure(uri));
    let mut found: Vec<(f32, String)> = Vec::new();
    for value in response.headers.list("Contact").into_iter().take(4 * MAX_TARGETS) {
        let Ok(contact) = value.parse::<NameAddr>() else { continue };
        let Some(uri) = target(&contact.uri) else { continue };
        let wrong = if is_secure(&uri) { !over_tls } else { secure };
        let known = tried.iter().chain(found.iter().map(|(_, uri)| uri)).any(|old| same(old, &uri));
        if wrong || known {
            continue;
        }
        let q = contact.params.get("q").and_then(|q| q.trim().parse::<f32>().ok());
        found.push((q.filter(|q| q.is_finite()).unwrap_or(1.0), uri));
    }
    found.sort_by(|one, other| other.0.total_cmp(&one.0));
    found.into_iter().map(|(_, uri)| uri).take(MAX_TARGETS).collect()
}

fn same(one: &str, other: &str) -> bool {
    match (one.parse::<SipUri>(), other.parse::<SipUri>()) {
        (Ok(one), Ok(other)) => one.equivalent(&other),
        _ => one.eq_ignore_ascii_case(other),
    }
}

fn is_secure(uri: &str) -> bool {
    uri.parse::<SipUri>().is_ok_and(|uri| uri.secure)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sip::message::Headers;

    fn moved(contacts: &str) -> Response {
        let mut headers = Headers::default();
        headers.push("Contact", contacts);
        Response { status: 302, reason: String::new(), headers, body: Vec::new() }
    }

    fn from(uri: &str, contacts: &str, over_tls: bool) -> Vec<String> {
        targets(&moved(contacts), &[uri.to_owned()], over_tls)
    }

    #[test]
    fn the_best_comes_first_and_nothing_strange() {
        let contacts = "<sip:c@x>;q=0.2, <http://x/>, <sip:B@X>, <tel:+1555>;q=0.9, \
                        <sip:a@x;method=BYE?Replaces=1>;q=0.5, <sip:c@x>, *, <sips:d@x>";
        assert_eq!(from("sip:B@x", contacts, false), ["tel:+1555", "sip:a@x", "sip:c@x"]);
    }

    #[test]
    fn a_safe_call_stays_safe() {
        assert_eq!(from("sips:b@x", "<sip:c@x>, <tel:+1>, <sips:d@x>", true), ["sips:d@x"]);
        assert_eq!(from("sip:b@x", "<sips:d@x>", true), ["sips:d@x"]);
    }

    #[test]
    fn few_are_offered_and_few_rounds_made() {
        let many: Vec<String> = (0..100).map(|number| format!("<sip:{number}@x>")).collect();
        assert_eq!(from("sip:b@x", &many.join(","), false).len(), MAX_TARGETS);
        let (now, mut redirect) = (Instant::now(), Redirect::new("sip:b@x"));
        for round in 0..10 {
            let uri = format!("sip:{round}@x");
            let offered = redirect.take(now, &moved(&format!("<{uri}>")), false).is_some();
            assert_eq!(offered, round < MAX_ROUNDS);
            assert!(!redirect.follow("sip:else@x"), "only what was offered");
            assert_eq!(redirect.follow(&uri), offered);
        }
    }
}
