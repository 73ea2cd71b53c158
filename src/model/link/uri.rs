//! URIs in a text.

use phonenumber::country::Id;

use super::{Beside, Link, Step, Target, Web, end_of, number, rest};
use crate::model::address::{AddressError, DialPlan, Dialable, host_port, unescape};
use crate::model::{BareJid, Jid};

/// The most bytes of a JID: 1,023 in each of its parts (RFC 7622 §3.1).
const MAX_JID: usize = 3071;

/// The schemes that are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scheme {
    Sip,
    Tel,
    Xmpp,
    Web,
}

const SCHEMES: [(&str, Scheme); 7] = [
    ("sip:", Scheme::Sip),
    ("sips:", Scheme::Sip),
    ("tel:", Scheme::Tel),
    ("callto:", Scheme::Tel),
    ("xmpp:", Scheme::Xmpp),
    ("http:", Scheme::Web),
    ("https:", Scheme::Web),
];

/// The scheme at this place, and where its colon ends.
pub(super) fn scheme_at(text: &str, at: usize) -> Option<(Scheme, usize)> {
    let rest = rest(text, at);
    let starts =
        |name: &str| rest.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
    let (name, scheme) = SCHEMES.iter().find(|(name, _)| starts(name))?;
    Some((*scheme, at + name.len()))
}

/// The bare JID that an `xmpp:` URI names, given what follows its colon (RFC 5122). Resource
/// and query are left out.
pub fn jid_of(rest: &str) -> Option<BareJid> {
    // RFC 5122 §2.2: `//account@host/` before the path names whom to write as, not to.
    let path = match rest.strip_prefix("//") {
        Some(authority) => authority.split_once('/')?.1,
        None => rest,
    };
    // The resource is cut before unescaping: an escaped slash belongs to a part.
    let bare = path.split(['/', '?', '#']).next().unwrap_or_default();
    if bare.is_empty() || bare.len() > MAX_JID {
        return None;
    }
    unescape(bare).ok()?.parse::<Jid>().ok().map(|jid| jid.to_bare())
}

/// Reads the URI that begins at `at` and whose scheme ends at `from`.
pub(super) fn read(
    text: &str,
    at: usize,
    scheme: Scheme,
    from: usize,
    country: Option<Id>,
) -> Step {
    let stop = from + run(rest(text, from));
    let end = trimmed(text, at, from, stop);
    let stands = stands_alone(text, at, stop);
    let link = text.get(at..end).filter(|_| stands).and_then(|uri| {
        let target = target(uri, scheme, end - from)?;
        Some(Link { range: at..end, target })
    });
    if scheme == Scheme::Tel {
        return labelled(text, from, stop, link, country);
    }
    Step { next: stop, link }
}

/// `Tel:` is also the label of a number that is written in groups.
fn labelled(text: &str, from: usize, stop: usize, uri: Option<Link>, country: Option<Id>) -> Step {
    let from = from + end_of(rest(text, from), |c| c == '/').min(2);
    let number = number::read(text, from, country);
    let end = |link: &Option<Link>| link.as_ref().map_or(0, |link| link.range.end);
    if end(&number.link) > end(&uri) {
        return number;
    }
    // Groups follow that make no number: so the URI is only the start of something.
    let mut after = rest(text, stop).chars();
    let goes_on = after.next().is_some_and(char::is_whitespace)
        && after.next().is_some_and(|c| super::digit(c).is_some());
    Step { next: stop.max(number.next), link: uri.filter(|_| !goes_on) }
}

/// Where the URI leads, `rest` bytes after its scheme.
fn target(uri: &str, scheme: Scheme, rest: usize) -> Option<Target> {
    let rest = uri.get(uri.len().checked_sub(rest)?..)?;
    match scheme {
        Scheme::Sip | Scheme::Tel => match Dialable::parse(uri, &DialPlan::default()) {
            Ok(dialable) => Some(Target::Call(dialable.uri)),
            // It has a meaning at the user's provider.
            Err(AddressError::LocalNumber) => Some(Target::Call(uri.to_owned())),
            Err(_) => None,
        },
        Scheme::Xmpp => jid_of(rest).filter(|jid| jid.node().is_some()).map(Target::Chat),
        Scheme::Web => web(uri, rest).map(Target::Web),
    }
}

/// An address of the web with a host that is what it looks like: in ASCII, and with no name
/// of a user before it, which serves to feign another host.
fn web(uri: &str, rest: &str) -> Option<Web> {
    let authority = rest.strip_prefix("//")?;
    let start = uri.len() - authority.len();
    let authority = authority.split(['/', '?', '#']).next().unwrap_or_default();
    if !authority.is_ascii() {
        return None;
    }
    host_port(authority).ok()?;
    let host = match authority.find(']') {
        Some(bracket) => bracket + 1,
        None => authority.find(':').unwrap_or(authority.len()),
    };
    Some(Web { url: uri.to_owned(), host: start..start + host })
}

/// The bytes that can belong to a URI: up to a blank, a character that URIs do not have, or a
/// bracket that nothing in the URI opened.
fn run(text: &str) -> usize {
    let (mut round, mut square) = (0_usize, 0_usize);
    for (at, c) in text.char_indices() {
        let depth = match c {
            '(' => round.checked_add(1).map(|depth| round = depth),
            ')' => round.checked_sub(1).map(|depth| round = depth),
            '[' => square.checked_add(1).map(|depth| square = depth),
            ']' => square.checked_sub(1).map(|depth| square = depth),
            c if is_of_uri(c) => Some(()),
            _ => None,
        };
        if depth.is_none() {
            return at;
        }
    }
    text.len()
}

/// RFC 3986 §2, and letters that web pages' addresses are shown with. Those of scripts
/// without case are left out: they may be the sentence around it.
fn is_of_uri(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || "-._~:/?#@!$&'*+,;=%".contains(c)
        || (!c.is_ascii() && (c.is_lowercase() || c.is_uppercase()))
        || matches!(c, '\u{300}'..='\u{36F}')
}

/// The end without what belongs to the sentence around the URI.
fn trimmed(text: &str, at: usize, from: usize, stop: usize) -> usize {
    let uri = text.get(from..stop).unwrap_or_default();
    let count = |bracket| uri.matches(bracket).count();
    let mut open_round = count('(').saturating_sub(count(')'));
    let mut open_square = count('[').saturating_sub(count(']'));
    // Marks that stand around the whole.
    let around = text.get(..at).and_then(|before| before.chars().next_back());
    let around = around.filter(|mark| "'*~".contains(*mark));
    let mut uri = uri;
    while let Some(last) = uri.chars().next_back() {
        match last {
            '.' | ',' | ';' | ':' | '!' | '?' | '\'' => {}
            last if Some(last) == around => {}
            '(' if open_round > 0 => open_round -= 1,
            '[' if open_square > 0 => open_square -= 1,
            _ => break,
        }
        uri = uri.get(..uri.len() - last.len_utf8()).unwrap_or_default();
    }
    from + uri.len()
}

/// Whether nothing touches the URI that could be meant as part of it or hides how it goes on.
fn stands_alone(text: &str, at: usize, stop: usize) -> bool {
    let before = Beside::before(text, at);
    let begins = before.near.is_none_or(|c| !super::is_wordy(c) && !"+-.@/\\%&=".contains(c));
    let after = Beside::after(text, stop);
    let hidden = rest(text, stop).chars().next().is_some_and(super::is_hidden);
    let blank = |c: Option<char>| c.is_none_or(char::is_whitespace);
    let ends = match after.near {
        Some(c) if ")]}>\"'”’»“‘›、。，！？」』）】》".contains(c) => true,
        Some('.' | ',' | ';' | ':' | '!' | '?' | '…') => blank(after.far),
        near => blank(near),
    };
    begins && (ends || !hidden) && !before.turned && !after.turned
}
