//! Patterns of addresses: `+1900*`, `sip:70??@example.com`, `*@*`.

use super::DialingProblem;
use crate::model::address::{self, is_forbidden};

/// The longest pattern, in bytes.
pub const MAX_PATTERN: usize = 256;

/// What addresses are like: `*` is any run of characters, `?` is one. Compared with an E.164
/// number with its `+`, or with `sip:user@host`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pattern(pub(super) String);

impl Pattern {
    /// Reads a pattern. Other spellings of the same are taken for what they mean: `tel:` and
    /// separators before and in a number, `sips:`, `user@host` without a scheme, a host in
    /// capitals or in its own script, digits alone for users of these digits.
    ///
    /// # Errors
    /// When it is empty, longer than [`MAX_PATTERN`] bytes, or has control characters.
    pub fn parse(text: &str) -> Result<Self, DialingProblem> {
        let text = text.trim();
        if text.is_empty() || text.len() > MAX_PATTERN || text.chars().any(is_forbidden) {
            return Err(DialingProblem::Pattern);
        }
        let (scheme, rest) = match text.split_once(':') {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("tel") => ("", rest),
            Some((scheme, rest))
                if ["sip", "sips"].iter().any(|sip| scheme.eq_ignore_ascii_case(sip)) =>
            {
                ("sip:", rest)
            }
            _ => ("", text),
        };
        let Some((user, host)) = rest.rsplit_once('@') else {
            let separates = |c: &char| matches!(c, ' ' | '-' | '.' | '(' | ')' | '/');
            return match (rest.is_empty(), rest.starts_with('+')) {
                (true, _) => Err(DialingProblem::Pattern),
                (false, true) => Ok(Self(rest.chars().filter(|c| !separates(c)).collect())),
                // Digits alone are dialled at whatever service it is.
                (false, false) if is_short(rest) => Ok(Self(format!("sip:{rest}@*"))),
                (false, false) => Ok(Self(format!("{scheme}{rest}"))),
            };
        };
        // A pattern that begins with a star has its scheme in that.
        let scheme = if user.starts_with('*') { scheme } else { "sip:" };
        let host = match host.contains(['*', '?']) {
            true => host.to_lowercase(),
            false => match address::host(host).map_err(|_| DialingProblem::Pattern)? {
                address if address.contains(':') => format!("[{address}]"),
                name => name,
            },
        };
        Ok(Self(format!("{scheme}{user}@{host}")))
    }

    /// Whether a text is like this, from its beginning to its end. Takes no more steps than
    /// there are characters in the text times those in the pattern.
    pub fn fits(&self, text: &str) -> bool {
        let (mut pattern, mut text) = (self.0.chars(), text.chars());
        // Behind the last star, and what of the text it has not taken yet.
        let mut again: Option<(std::str::Chars<'_>, std::str::Chars<'_>)> = None;
        loop {
            let before = text.clone();
            match (pattern.next(), text.next()) {
                (None, None) => return true,
                (Some('*'), _) => {
                    again = Some((pattern.clone(), before.clone()));
                    text = before;
                }
                (Some('?'), Some(_)) => {}
                (Some(one), Some(other)) if one == other => {}
                _ => {
                    // The star takes one character more.
                    let Some((behind, rest)) = &mut again else { return false };
                    if rest.next().is_none() {
                        return false;
                    }
                    (pattern, text) = (behind.clone(), rest.clone());
                }
            }
        }
    }

    /// The pattern as it is compared.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it says something of the user or the number, and not of the domain alone.
    pub fn names_users(&self) -> bool {
        let text = self.0.strip_prefix("sip:").unwrap_or(&self.0);
        let user = text.rsplit_once('@').map_or(text, |(user, _)| user);
        user.chars().any(|c| c != '*')
    }

    /// The digits behind the `+` with which all numbers begin that are like this.
    pub fn leading_digits(&self) -> usize {
        let digits = self.0.strip_prefix('+').unwrap_or_default();
        digits.bytes().take_while(u8::is_ascii_digit).count()
    }

    /// The numbers of a fixed length that this is about, when it is about users at hosts:
    /// `sip:70??@example.com` → `70??`.
    pub(super) fn short_number(&self) -> Option<Self> {
        let (user, _) = self.0.strip_prefix("sip:")?.rsplit_once('@')?;
        let is_number = user.bytes().all(|byte| byte.is_ascii_digit() || byte == b'?');
        is_number.then(|| Self(user.to_owned()))
    }
}

fn is_short(text: &str) -> bool {
    text.contains(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '*' | '?' | '#'))
}

impl std::fmt::Display for Pattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
