//! Telephone numbers as people and RFC 3966 write them.

use phonenumber::Mode;
use phonenumber::country::Id;

use super::AddressError;

/// The most digits of a number with its country code (E.164 §6).
const MAX_GLOBAL: usize = 15;
/// The most characters of a local number or an extension that are read.
const MAX_LOCAL: usize = 24;

/// A number, not yet put on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Number {
    /// E.164 with its `+`.
    Global { number: String, extension: Option<String> },
    /// Anything shorter or more special.
    Local { digits: String, context: Option<String>, extension: Option<String> },
}

/// Reads a number in any form a person writes: `(303) 555-1212`, `+44 (0)20 7946 0958`,
/// `0049 30 123456`, `1234`, `*72`, each with `ext. 12`.
pub(super) fn free_form(text: &str, country: Option<Id>) -> Result<Number, AddressError> {
    let (text, extension) = split_extension(text)?;
    let written = text.trim_start();
    match written.strip_prefix(['+', '\u{FF0B}']) {
        Some(rest) => {
            // An optional trunk zero, which no country but Italy's dials after its code.
            let digits = if rest.starts_with("39") {
                bare_digits(rest)?
            } else {
                bare_digits(&rest.replacen("(0)", "", 1))?
            };
            Ok(Number::Global { number: global(&digits)?, extension })
        }
        None => {
            let digits = bare_digits(written)?;
            Ok(match national(&digits, country) {
                Some(number) => Number::Global { number, extension },
                None => Number::Local { digits, context: None, extension },
            })
        }
    }
}

/// Reads the telephone-subscriber of RFC 3966 §3, with its parameters: what follows `tel:`,
/// or the user part of a SIP URI with `user=phone`.
pub(super) fn subscriber(text: &str, country: Option<Id>) -> Result<Number, AddressError> {
    let mut parts = text.split(';');
    let written = parts.next().unwrap_or_default();
    let (mut context, mut extension) = (None, None);
    for part in parts {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        if name.eq_ignore_ascii_case("phone-context") {
            context = Some(value);
        } else if name.eq_ignore_ascii_case("ext") {
            extension = Some(bare_digits(value)?);
        }
    }
    let number = free_form(written, if context.is_some() { None } else { country })?;
    Ok(match (number, context) {
        (Number::Local { digits, .. }, Some(context)) => in_context(digits, context, extension)?,
        (Number::Local { digits, context, extension: written }, None) => {
            Number::Local { digits, context, extension: extension.or(written) }
        }
        (Number::Global { number, extension: written }, _) => {
            Number::Global { number, extension: extension.or(written) }
        }
    })
}

/// Whether the text is made of what numbers are made of.
pub(super) fn looks_like_number(text: &str) -> bool {
    split_extension(text)
        .and_then(|(text, _)| bare_digits(text.trim_start().trim_start_matches(['+', '\u{FF0B}'])))
        .is_ok()
}

/// A local number in the place that its phone-context names: a prefix of global numbers, or
/// a domain.
fn in_context(
    digits: String,
    context: &str,
    extension: Option<String>,
) -> Result<Number, AddressError> {
    match context.strip_prefix('+') {
        Some(prefix) => {
            let number = global(&format!("{}{digits}", bare_digits(prefix)?))?;
            Ok(Number::Global { number, extension })
        }
        None => {
            let (host, port) = super::uri::host_port(context)?;
            if port.is_some() {
                return Err(AddressError::Host);
            }
            Ok(Number::Local { digits, context: Some(host), extension })
        }
    }
}

fn global(digits: &str) -> Result<String, AddressError> {
    let fits = (3..=MAX_GLOBAL).contains(&digits.len());
    if fits && !digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(format!("+{digits}"))
    } else {
        Err(AddressError::NotAnAddress)
    }
}

/// The E.164 form of a number dialled in `country`; `None` when it is none there, such as a
/// short or an emergency number.
fn national(digits: &str, country: Option<Id>) -> Option<String> {
    if !(5..=20).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let known = country.and_then(|country| {
        let number = phonenumber::parse(Some(country), digits).ok()?;
        if !phonenumber::is_valid(&number) {
            return None;
        }
        let text = number.format().mode(Mode::E164).to_string();
        global(text.strip_prefix('+')?).ok()
    });
    // Without a country, the international prefix of most of them.
    known.or_else(|| {
        let rest = digits.strip_prefix("00").filter(|rest| rest.len() >= 8)?;
        global(rest).ok()
    })
}

/// The digits without the separators between them.
fn bare_digits(text: &str) -> Result<String, AddressError> {
    let mut digits = String::new();
    for c in text.chars() {
        match c {
            '0'..='9' | '*' | '#' => digits.push(c),
            '\u{FF10}'..='\u{FF19}' => {
                let value = u32::from(c) - 0xFF10;
                digits.extend(char::from_digit(value, 10));
            }
            ' ' | '\u{A0}' | '\u{202F}' | '-' | '.' | '(' | ')' | '/' => {}
            '\u{2010}'..='\u{2015}' | '\u{2212}' => {}
            _ => return Err(AddressError::NotAnAddress),
        }
    }
    if digits.is_empty() || digits.len() > MAX_LOCAL {
        return Err(AddressError::NotAnAddress);
    }
    Ok(digits)
}

/// Cuts `;ext=12`, `ext. 12`, `x12` off.
fn split_extension(text: &str) -> Result<(&str, Option<String>), AddressError> {
    let Some(at) = text.find(['e', 'E', 'x', 'X']) else {
        return Ok((text, None));
    };
    let (number, marked) = text.split_at(at);
    let marked = marked.to_ascii_lowercase();
    let extension = ["extension", "ext.", "ext=", "ext", "x"]
        .iter()
        .find_map(|marker| marked.strip_prefix(marker))
        .ok_or(AddressError::NotAnAddress)?;
    let number = number.trim_end().trim_end_matches([';', ',']);
    Ok((number, Some(bare_digits(extension)?)))
}
