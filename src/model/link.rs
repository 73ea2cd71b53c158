//! What in a message's text can be called, written to or opened (CUSAX C20): URIs, web
//! addresses, and telephone numbers as people write them. Whoever wrote the text wants
//! something by it, so whatever is in doubt is no link.

mod number;
#[cfg(test)]
mod tests;
mod uri;

use std::fmt;
use std::ops::Range;

use phonenumber::country::Id;

use super::BareJid;

pub use uri::jid_of;

/// The most bytes of a text that are looked at.
pub const MAX_TEXT: usize = 64 * 1024;

/// The most links of one text.
pub const MAX_LINKS: usize = 64;

/// Invisible characters that may stand between a link and what is next to it.
const MAX_HIDDEN: usize = 8;

/// A part of a text that leads somewhere.
#[derive(Clone, PartialEq, Eq)]
pub struct Link {
    /// Its bytes in the text; none of its characters is invisible or turns its direction.
    pub range: Range<usize>,
    /// Where it leads.
    pub target: Target,
}

/// Where a link leads.
#[derive(Clone, PartialEq, Eq)]
pub enum Target {
    /// To a telephone: a `sip:`, `sips:`, `tel:` or `callto:` URI, or a number as written.
    Call(String),
    /// To somebody on the chat side.
    Chat(BareJid),
    /// To the web.
    Web(Web),
}

/// An address of the web, as written.
#[derive(Clone, PartialEq, Eq)]
pub struct Web {
    /// `http://` or `https://`, and what follows.
    pub url: String,
    /// The host's bytes in it; a name in ASCII or an IP address.
    pub host: Range<usize>,
}

/// Shows the kind only: digits and addresses in messages are nobody's business.
impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Call(_) => "Call",
            Self::Chat(_) => "Chat",
            Self::Web(_) => "Web",
        })
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}({:?})", self.target, self.range)
    }
}

/// The links of a text, in order, without overlap: at most [`MAX_LINKS`] in its first
/// [`MAX_TEXT`] bytes, found in one pass. With a `country`, also numbers that its numbering
/// plan knows although nothing in their writing says so.
pub fn find(text: &str, country: Option<Id>) -> Vec<Link> {
    let whole = text.len();
    let text = text.get(..text.floor_char_boundary(MAX_TEXT)).unwrap_or_default();
    // What the cut goes through is not what was written.
    let is_whole = |link: &Link| link.range.end < text.len() || text.len() == whole;
    let mut links = Vec::new();
    let mut at = 0;
    while let Some(first) = rest(text, at).chars().next() {
        let step = step(text, at, first, country);
        links.extend(step.link.filter(is_whole));
        if links.len() >= MAX_LINKS {
            break;
        }
        at = step.next.max(at + first.len_utf8());
    }
    links
}

/// What was read at a place.
struct Step {
    /// Where to go on; never before the link's end.
    next: usize,
    link: Option<Link>,
}

impl Step {
    fn over(next: usize) -> Self {
        Self { next, link: None }
    }
}

fn step(text: &str, at: usize, first: char, country: Option<Id>) -> Step {
    match first {
        '+' | '\u{FF0B}' | '(' => number::read(text, at, country),
        first if digit(first).is_some() => number::read(text, at, country),
        first if is_wordy(first) => {
            let end = at + end_of(rest(text, at), is_wordy);
            match uri::scheme_at(text, at) {
                Some((scheme, from)) => uri::read(text, at, scheme, from, country),
                None => Step::over(end),
            }
        }
        other => Step::over(at + other.len_utf8()),
    }
}

fn rest(text: &str, at: usize) -> &str {
    text.get(at..).unwrap_or_default()
}

/// The bytes at the start of a text whose characters are all of a kind.
fn end_of(text: &str, of_kind: impl Fn(char) -> bool) -> usize {
    text.find(|c| !of_kind(c)).unwrap_or(text.len())
}

/// A digit's value: ASCII or full-width.
fn digit(c: char) -> Option<char> {
    match c {
        '0'..='9' => Some(c),
        '\u{FF10}'..='\u{FF19}' => char::from_digit(u32::from(c) - 0xFF10, 10),
        _ => None,
    }
}

/// Part of a word that a link cannot begin in. Scripts without upper and lower case are left
/// out: they stand next to Latin words and numbers without a space.
fn is_wordy(c: char) -> bool {
    c == '_' || c.is_lowercase() || c.is_uppercase() || c.is_numeric()
}

/// A character that is not seen, or that turns the direction of others.
fn is_hidden(c: char) -> bool {
    (c.is_control() && !c.is_whitespace())
        || matches!(c, '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{E0FFF}')
}

/// What stands next to a place in a text, and what stands behind that.
struct Beside {
    near: Option<char>,
    far: Option<char>,
    /// Something in between turns the text round, or there is too much of it.
    turned: bool,
}

impl Beside {
    fn before(text: &str, at: usize) -> Self {
        Self::of(text.get(..at).unwrap_or_default().chars().rev())
    }

    fn after(text: &str, at: usize) -> Self {
        Self::of(rest(text, at).chars())
    }

    /// Programs put marks of direction around a number or an address so that it keeps its
    /// own: these are looked past. An override to the left is none of them.
    fn of(mut characters: impl Iterator<Item = char>) -> Self {
        let mut turned = false;
        for _ in 0..MAX_HIDDEN {
            match characters.next() {
                Some(hidden) if is_hidden(hidden) => turned |= hidden == '\u{202E}',
                near => return Self { near, far: characters.next(), turned },
            }
        }
        Self { near: None, far: None, turned: true }
    }
}
