//! Short numbers: emergency services, and those that cost more than a usual call.

use phonenumber::country::Id;
use phonenumber::metadata::DATABASE;
use regex::Regex;

/// Emergency numbers in use around the world, whatever the country (sip.md §13).
const EMERGENCY: [&str; 8] = ["112", "911", "999", "000", "110", "118", "119", "122"];
/// For each country: the emergency numbers, the short numbers of premium rate, and which of them
/// are for text messages only.
const TABLE: &str = include_str!("short_numbers.txt");
/// The most digits of an emergency number.
const MAX_EMERGENCY: usize = 6;
/// Digits of the shortest short number of premium rate, and of the longest.
const DEAR: std::ops::RangeInclusive<usize> = 3..=7;

/// Whether these are the digits of an emergency number.
pub(super) fn is_emergency(digits: &str, country: Option<Id>) -> bool {
    if !(2..=MAX_EMERGENCY).contains(&digits.len()) {
        return false;
    }
    EMERGENCY.contains(&digits)
        || country.and_then(row).is_some_and(|row| fits(row.emergency, digits))
}

/// Whether these digits are, or begin with, a short number of premium rate.
pub(super) fn is_dear(digits: &str, country: Option<Id>) -> bool {
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    is_enquiry(digits, country)
        || country.and_then(row).is_some_and(|row| begins_dear(digits, &row))
}

/// Longer ones are no short numbers, even where they begin like one.
fn begins_dear(digits: &str, row: &Row) -> bool {
    let Some(dear) = full(row.dear).filter(|_| digits.len() <= *DEAR.end()) else { return false };
    let texts = full(row.texts);
    let is_text = |digits: &str| texts.as_ref().is_some_and(|texts| texts.is_match(digits));
    let is_dear = |start: &str| dear.is_match(start) && !is_text(start);
    !is_text(digits) && DEAR.filter_map(|len| digits.get(..len)).any(is_dear)
}

/// Directory enquiries: 118 and two or three digits in all of Europe (ECC Recommendation (06)01),
/// at up to some euros a minute. Who does not say where they are may be there.
fn is_enquiry(digits: &str, country: Option<Id>) -> bool {
    let in_europe = country.is_none_or(|country| {
        let code = DATABASE.by_id(country.as_ref()).map_or(0, |region| region.country_code());
        matches!(code, 30..=49 | 90 | 350..=389 | 420..=423)
    });
    in_europe && digits.starts_with("118") && digits.len() >= 5
}

/// The patterns of one country.
struct Row {
    emergency: &'static str,
    dear: &'static str,
    texts: &'static str,
}

fn row(country: Id) -> Option<Row> {
    let mut lines = TABLE.lines().map(|line| line.split('\t'));
    let mut columns = lines.find_map(|mut columns| {
        let is_it = columns.next() == Some(country.as_ref());
        is_it.then_some(columns)
    })?;
    Some(Row { emergency: columns.next()?, dear: columns.next()?, texts: columns.next()? })
}

fn fits(pattern: &str, digits: &str) -> bool {
    full(pattern).is_some_and(|pattern| pattern.is_match(digits))
}

/// A pattern of the table, for the whole of a text. An empty one is none.
fn full(pattern: &str) -> Option<Regex> {
    if pattern.is_empty() {
        return None;
    }
    Regex::new(&format!("^(?-u:{pattern})$")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_table_can_be_used() {
        let mut rows = 0;
        for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
            let columns: Vec<&str> = line.split('\t').collect();
            let [id, emergency, dear, texts] = columns[..] else { panic!("{line}") };
            assert!(id.len() == 2 && full(emergency).is_some(), "{line}");
            assert!(
                [dear, texts].iter().all(|text| text.is_empty() || full(text).is_some()),
                "{line}"
            );
            rows += 1;
        }
        assert!(rows > 200, "{rows}");
    }

    #[test]
    fn emergency_numbers_are_those_of_the_country_and_of_the_world() {
        for (digits, country) in [
            ("112", None),
            ("110", Some(Id::DE)),
            ("144", Some(Id::CH)),
            ("085", Some(Id::ES)),
            ("111", Some(Id::NZ)),
            ("911", Some(Id::GB)),
        ] {
            assert!(is_emergency(digits, country), "{digits}");
        }
        for (digits, country) in
            [("144", Some(Id::DE)), ("1120", None), ("11", None), ("", None), ("118000", None)]
        {
            assert!(!is_emergency(digits, country), "{digits}");
        }
    }

    #[test]
    fn dear_short_numbers_are_known_also_with_digits_after_their_end() {
        for (digits, country) in [
            ("11833", Some(Id::DE)),
            ("118500", Some(Id::GB)),
            ("11880", None),
            ("1188012345", Some(Id::AT)),
            ("118712", Some(Id::FR)),
            ("1254", Some(Id::IT)),
            ("125400", Some(Id::IT)),
            ("1811", Some(Id::CH)),
            ("3608", Some(Id::FR)),
            ("1204", Some(Id::BE)),
        ] {
            assert!(is_dear(digits, country), "{digits}");
        }
        for (digits, country) in [
            ("11880", Some(Id::US)),
            ("118", Some(Id::DE)),
            ("1188", None),
            ("1001", Some(Id::DE)),
            ("1001", None),
            ("7042", Some(Id::GB)),
            // Text messages only, which nobody calls.
            ("2001", Some(Id::BE)),
            ("24280", Some(Id::US)),
            ("33612345678", Some(Id::FR)),
            ("*118", None),
            ("", None),
        ] {
            assert!(!is_dear(digits, country), "{digits}");
        }
    }
}
