//! Telephone numbers as people and RFC 3966 write them.

use super::{AddressError, DialPlan, numbering};

/// The most characters of a local number or an extension that are read.
const MAX_LOCAL: usize = 24;
/// Digits from which on a `#` in a number begins an extension, and is no key to press.
const BEFORE_HASH: usize = 7;
/// What extensions begin with, the longer before what they begin with; in lower case.
const EXTENSIONS: [&str; 14] = [
    "extension",
    "extensión",
    "extn",
    "ext",
    "xtn",
    "x",
    "ｅｘｔ",
    "ｘ",
    "доб",
    "anexo",
    "int",
    "durchwahl",
    "dw",
    "poste",
];

/// A number, not yet put on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Number {
    /// E.164 with its `+`.
    Global { number: String, extension: Option<String> },
    /// Anything shorter or more special.
    Local { digits: String, context: Option<String>, extension: Option<String> },
}

/// Reads a number in any form a person writes: `(303) 555-1212`, `+44 (0)20 7946 0958`,
/// `0049 30 123456`, `1234`, `*72`, each with `ext. 12`. Without a plan only what begins with a
/// `+` is more than a local number.
pub(super) fn free_form(text: &str, plan: Option<&DialPlan>) -> Result<Number, AddressError> {
    let (text, extension) = split_extension(text)?;
    let Written { plus, digits, optional_zero } = written(text)?;
    if plus {
        return Ok(Number::Global {
            number: numbering::global(&digits, optional_zero)?,
            extension,
        });
    }
    let dialled = plan.and_then(|plan| numbering::dialled(&digits, optional_zero, plan));
    Ok(match dialled {
        Some(number) => Number::Global { number, extension },
        None => Number::Local { digits, context: None, extension },
    })
}

/// Reads the telephone-subscriber of RFC 3966 §3, with its parameters: what follows `tel:`,
/// or the user part of a SIP URI with `user=phone`. Parameters that say nothing about which
/// line is meant (`isub`, `postd`, unknown ones) are left out, unless they are mandatory (§5.4).
pub(super) fn subscriber(text: &str, plan: Option<&DialPlan>) -> Result<Number, AddressError> {
    let mut parts = text.split(';');
    let written = parts.next().unwrap_or_default();
    let (mut context, mut extension) = (None, None);
    for part in parts {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let name = name.trim().to_ascii_lowercase();
        let place = match name.as_str() {
            "phone-context" => &mut context,
            "ext" => &mut extension,
            name if name.starts_with("m-") => return Err(AddressError::NotAnAddress),
            _ => continue,
        };
        if place.replace(value.trim()).is_some() {
            return Err(AddressError::NotAnAddress);
        }
    }
    let extension = extension.map(extension_of).transpose()?;
    let number = free_form(written, plan.filter(|_| context.is_none()))?;
    Ok(match (number, context) {
        (Number::Local { digits, extension: typed, .. }, Some(context)) => {
            in_context(digits, context, extension.or(typed), plan)?
        }
        (Number::Local { digits, context, extension: typed }, None) => {
            Number::Local { digits, context, extension: extension.or(typed) }
        }
        (Number::Global { number, extension: typed }, _) => {
            Number::Global { number, extension: extension.or(typed) }
        }
    })
}

/// Whether the text is made of what numbers are made of.
pub(super) fn looks_like_number(text: &str) -> bool {
    split_extension(text).and_then(|(text, _)| written(text)).is_ok()
}

/// A local number in the place that its phone-context names: a prefix of global numbers, or
/// a domain. Emergency numbers are what they are in every place.
fn in_context(
    digits: String,
    context: &str,
    extension: Option<String>,
    plan: Option<&DialPlan>,
) -> Result<Number, AddressError> {
    if !context.starts_with('+') {
        let (host, port) = super::uri::host_port(context)?;
        if port.is_some() {
            return Err(AddressError::Host);
        }
        return Ok(Number::Local { digits, context: Some(host), extension });
    }
    if plan.is_some_and(|plan| plan.is_emergency(&digits)) {
        return Ok(Number::Local { digits, context: None, extension });
    }
    let prefix = written(context)?.digits;
    let number = numbering::global(&format!("{prefix}{digits}"), None)?;
    Ok(Number::Global { number, extension })
}

/// A number without its separators.
struct Written {
    plus: bool,
    digits: String,
    /// Where in the digits a `(0)` stands.
    optional_zero: Option<usize>,
}

fn written(text: &str) -> Result<Written, AddressError> {
    let plain: Option<String> =
        text.chars().filter_map(|c| plain(c).map_or(Some(None), |c| c.map(Some))).collect();
    let plain = plain.ok_or(AddressError::NotAnAddress)?;
    let begins = plain.trim_start_matches('(');
    let (plus, rest) = match begins.strip_prefix('+') {
        Some(rest) => (true, rest),
        None => (false, plain.as_str()),
    };
    let digits = |text: &str| text.chars().filter(|c| !matches!(c, '(' | ')')).collect::<String>();
    let optional_zero = rest.find("(0)").map(|at| digits(&rest[..at]).len());
    let digits = digits(rest);
    if digits.is_empty() || digits.len() > MAX_LOCAL || digits.contains('+') {
        return Err(AddressError::NotAnAddress);
    }
    Ok(Written { plus, digits, optional_zero })
}

/// What a character is in a number: a digit, `+`, `*`, `#`, a bracket; `Some(None)` for what only
/// separates, `None` for what is in no number.
fn plain(c: char) -> Option<Option<char>> {
    Some(match c {
        '0'..='9' | '+' | '*' | '#' | '(' | ')' => Some(c),
        '\u{FF0B}' | '\u{FE62}' => Some('+'),
        '\u{FF0A}' => Some('*'),
        '\u{FF03}' => Some('#'),
        '[' | '\u{FF08}' | '\u{FF3B}' => Some('('),
        ']' | '\u{FF09}' | '\u{FF3D}' => Some(')'),
        ' ' | '-' | '.' | '/' | '~' | '\u{A0}' | '\u{AD}' | '\u{B7}' => None,
        '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}' | '\u{3000}' => None,
        '\u{2010}'..='\u{2015}' | '\u{2043}' | '\u{2053}' | '\u{2212}' | '\u{223C}' => None,
        '\u{30FB}' | '\u{30FC}' | '\u{FE58}' | '\u{FE63}' | '\u{FF0D}'..='\u{FF0F}' => None,
        '\u{FF5E}' => None,
        other => Some(decimal_digit(other)?),
    })
}

/// The digit that a decimal digit of another script is (Unicode's general category Nd).
fn decimal_digit(c: char) -> Option<char> {
    const ZEROS: [u32; 22] = [
        0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xE50,
        0xED0, 0xF20, 0x1040, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0xFF10,
    ];
    // Mathematical digits: five alphabets of ten.
    const MATHEMATICAL: std::ops::RangeInclusive<u32> = 0x1D7CE..=0x1D7FF;
    let code = u32::from(c);
    if MATHEMATICAL.contains(&code) {
        return char::from_digit((code - MATHEMATICAL.start()) % 10, 10);
    }
    let zero = ZEROS.iter().find(|zero| (**zero..**zero + 10).contains(&code))?;
    char::from_digit(code - zero, 10)
}

/// Cuts `;ext=12`, `ext. 12`, `x12`, `доб. 12`, `#12`, `,,12` off.
fn split_extension(text: &str) -> Result<(&str, Option<String>), AddressError> {
    let Some((at, _)) = text.char_indices().find(|(_, c)| plain(*c).is_none()) else {
        return Ok(behind_hash(text));
    };
    let (number, marked) = text.split_at(at);
    let marked = marked.to_lowercase();
    let behind_pause = marked.trim_start_matches([';', ',', ' ']);
    let has_pause = behind_pause.len() < marked.trim_start().len();
    let word = EXTENSIONS.iter().find_map(|word| behind_pause.strip_prefix(word));
    let extension = match word {
        Some(rest) => rest.trim_start_matches(['.', ':', '=', ' ']),
        None if has_pause => behind_pause,
        None => return Err(AddressError::NotAnAddress),
    };
    // A key that ends what is dialled.
    let extension = extension.strip_suffix('#').unwrap_or(extension);
    Ok((number, Some(extension_of(extension)?)))
}

/// `303 555 1212 #12`, which is no code of a provider (`#31#…`).
fn behind_hash(text: &str) -> (&str, Option<String>) {
    let Some((number, behind)) = text.split_once(['#', '\u{FF03}']) else { return (text, None) };
    let is_long = written(number).is_ok_and(|written| {
        written.digits.len() >= BEFORE_HASH && written.digits.bytes().all(|b| b.is_ascii_digit())
    });
    match extension_of(behind) {
        Ok(extension) if is_long => (number, Some(extension)),
        _ => (text, None),
    }
}

fn extension_of(text: &str) -> Result<String, AddressError> {
    let Written { plus, digits, .. } = written(text)?;
    if plus || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(AddressError::NotAnAddress);
    }
    Ok(digits)
}
