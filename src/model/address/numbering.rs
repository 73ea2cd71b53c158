//! What is known of the world's telephone numbers (libphonenumber's tables): how a number is
//! dialled in a country, and what kind it is.

use phonenumber::country::Id;
use phonenumber::metadata::{DATABASE, Descriptor, Metadata};
use phonenumber::{Mode, Type};

use super::{AddressError, DialPlan};

/// The digits of a number with its country code (E.164 §6), and of the shortest there is.
const GLOBAL: std::ops::RangeInclusive<usize> = 3..=15;
/// The digits of what is dialled within a country.
const DIALLED: std::ops::RangeInclusive<usize> = 5..=20;
/// The fewest digits behind an international prefix.
const MIN_ABROAD: usize = 7;
/// Digits from which on a number that lacks its trunk prefix is taken for a whole one: fewer
/// may be a number of the same town, or of the same house.
const WHOLE: usize = 9;

/// The E.164 form of what follows a `+`. `optional_zero` is where a `(0)` stands in the digits:
/// a trunk prefix which is not dialled from abroad but where it has become part of the numbers
/// (Italy).
pub(super) fn global(digits: &str, optional_zero: Option<usize>) -> Result<String, AddressError> {
    let without = optional_zero.and_then(|at| without_zero(digits, at));
    let digits = match &without {
        Some(without) if is_possible(without) || !is_possible(digits) => without,
        _ => digits,
    };
    let is_number = GLOBAL.contains(&digits.len())
        && !digits.starts_with('0')
        && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number {
        return Err(AddressError::NotAnAddress);
    }
    Ok(format!("+{}", without_trunk(digits)))
}

/// The E.164 form of a number dialled by a plan; `None` when it is none there, such as a short
/// or an emergency number.
pub(super) fn dialled(digits: &str, zero: Option<usize>, plan: &DialPlan) -> Option<String> {
    let is_number =
        DIALLED.contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number || plan.is_short(digits) || plan.is_emergency(digits) {
        return None;
    }
    let abroad = |rest: &str| {
        let zero = zero.and_then(|at| at.checked_sub(digits.len() - rest.len()));
        global(rest, zero).ok()
    };
    if let Some(number) = behind_prefix(digits, plan).and_then(abroad) {
        return Some(number);
    }
    let national =
        plan.country.and_then(|country| national(digits, country, plan.national_prefix.as_deref()));
    // The international prefix of most countries, for who does not say where they are or writes
    // it all the same.
    national.or_else(|| {
        let rest = digits.strip_prefix("00").filter(|_| plan.international_prefix.is_none())?;
        abroad(rest).filter(|_| rest.len() > MIN_ABROAD && split(rest).is_some())
    })
}

/// Whether calls to an E.164 number are known to cost more than usual: premium rate, shared cost,
/// personal numbers, satellites. So is a number of no known kind that only goes on behind such a
/// one: what is dialled beyond a number's end is ignored.
pub fn is_dear(number: &str) -> bool {
    const SATELLITES: [&str; 4] = ["870", "881", "88213", "88216"];
    let digits = number.trim_start_matches('+');
    if SATELLITES.iter().any(|code| digits.starts_with(code)) {
        return true;
    }
    let Some((regions, national)) = split(digits) else { return false };
    let dear = |region: &Metadata| kinds(region, &DEAR).any(|kind| kind.is_match(national));
    let usual = |region: &Metadata| kinds(region, &USUAL).any(|kind| kind.is_match(national));
    let begins_dear = |region: &Metadata| {
        let begins = |kind: &Descriptor| {
            kind.national_number().find(national).is_some_and(|found| found.start() == 0)
        };
        kinds(region, &DEAR).any(begins)
    };
    regions.iter().any(|region| dear(region))
        || (!regions.iter().any(|region| usual(region))
            && regions.iter().any(|region| begins_dear(region)))
}

const DEAR: [Type; 3] = [Type::PremiumRate, Type::SharedCost, Type::PersonalNumber];
const USUAL: [Type; 7] = [
    Type::FixedLine,
    Type::Mobile,
    Type::TollFree,
    Type::Voip,
    Type::Pager,
    Type::Uan,
    Type::Voicemail,
];

fn kinds<'a>(region: &'a Metadata, kinds: &'a [Type]) -> impl Iterator<Item = &'a Descriptor> {
    kinds.iter().filter_map(|kind| region.descriptors().get(*kind))
}

/// What follows the international prefix of the plan, or of its country.
fn behind_prefix<'a>(digits: &'a str, plan: &DialPlan) -> Option<&'a str> {
    let rest = match (&plan.international_prefix, plan.country) {
        (Some(prefix), _) => digits.strip_prefix(prefix.as_str())?,
        (None, Some(country)) => {
            let prefix = DATABASE.by_id(country.as_ref())?.international_prefix()?;
            let found = prefix.find(digits).filter(|found| found.start() == 0)?;
            digits.get(found.end()..)?
        }
        (None, None) => return None,
    };
    (rest.len() >= MIN_ABROAD && split(rest).is_some()).then_some(rest)
}

/// The E.164 form of what is dialled within a country. `own` is the account's own trunk prefix,
/// which then counts instead of the country's.
fn national(digits: &str, country: Id, own: Option<&str>) -> Option<String> {
    let region = DATABASE.by_id(country.as_ref())?;
    let whole = |national: &str| global(&format!("{}{national}", region.country_code()), None).ok();
    let fits = |national: &str| region.descriptors().general().is_match(national);
    let trunk = own.or(region.national_prefix()).filter(|trunk| !trunk.is_empty());
    let bare = trunk.and_then(|trunk| digits.strip_prefix(trunk));
    if let Some(bare) = bare {
        let number = known(if own.is_some() { bare } else { digits }, country);
        let number = number.or_else(|| whole(bare).filter(|_| fits(bare)));
        if number.is_some() {
            return number;
        }
    }
    // It begins like the trunk prefix, and that is its own first digit (8 800 in Russia).
    if bare.is_some() && digits.len() >= WHOLE && fits(digits) {
        return whole(digits);
    }
    let has_trunk = region.national_prefix().is_some_and(|trunk| digits.starts_with(trunk));
    if own.is_some() && has_trunk {
        // What the country dials so means something else here.
        return None;
    }
    let number = phonenumber::parse(Some(country), digits).ok()?;
    let written = || number.format().mode(Mode::National).to_string();
    let as_written = || written().chars().filter(char::is_ascii_digit).eq(digits.chars());
    if bare.is_none() && (digits.len() >= WHOLE || as_written()) {
        // With a country code that nobody said is one, it is anything.
        known(digits, country).filter(|number| number.get(1..) != Some(digits))
    } else {
        None
    }
}

/// The E.164 form of what is a valid number in a country.
fn known(digits: &str, country: Id) -> Option<String> {
    let number = phonenumber::parse(Some(country), digits).ok()?;
    if !phonenumber::is_valid(&number) {
        return None;
    }
    let text = number.format().mode(Mode::E164).to_string();
    global(text.strip_prefix('+')?, None).ok()
}

/// How many digits of an E.164 number are its country code; 0 where there is no such code.
pub fn code_digits(number: &str) -> usize {
    let digits = number.trim_start_matches('+');
    split(digits).map_or(0, |(_, national)| digits.len() - national.len())
}

/// The regions of a country code, and what follows it.
fn split(digits: &str) -> Option<(Vec<&'static Metadata>, &str)> {
    (1..=3).find_map(|len| {
        let (code, national) = digits.split_at_checked(len)?;
        Some((DATABASE.by_code(&code.parse::<u16>().ok()?)?, national))
    })
}

/// Whether the digits behind the country code are like those of a number there.
fn is_possible(digits: &str) -> bool {
    split(digits).is_some_and(|(regions, national)| is_general(&regions, national))
}

fn is_general(regions: &[&Metadata], national: &str) -> bool {
    regions.iter().any(|region| region.descriptors().general().is_match(national))
}

/// The number without a trunk prefix that is written behind its country code by mistake.
fn without_trunk(digits: &str) -> String {
    let stripped = split(digits).and_then(|(regions, national)| {
        let rest = national.strip_prefix('0')?;
        let has_trunk = regions.iter().any(|region| region.national_prefix() == Some("0"));
        let is_mistake = has_trunk && !is_general(&regions, national) && is_general(&regions, rest);
        let code = digits.get(..digits.len() - national.len())?;
        is_mistake.then(|| format!("{code}{rest}"))
    });
    stripped.unwrap_or_else(|| digits.to_owned())
}

/// Without the zero at this place behind the first.
fn without_zero(digits: &str, at: usize) -> Option<String> {
    let (before, rest) = digits.split_at_checked(at)?;
    let rest = rest.strip_prefix('0').filter(|_| !before.is_empty())?;
    Some(format!("{before}{rest}"))
}
