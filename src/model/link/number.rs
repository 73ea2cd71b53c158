//! Telephone numbers in a text, as people write them.

use phonenumber::country::Id;

use super::{Beside, Link, Step, Target, digit, is_wordy, rest};
use crate::model::address::{AddressError, DialPlan, Dialable};

/// The fewest digits of what is taken for a telephone number.
const FEWEST: usize = 7;
/// The most digits of one with its country code (E.164 §6).
const MOST: usize = 15;
/// The most of one without: longer ones are of credit cards, books and accounts.
const MOST_NATIONAL: usize = 12;
/// The most groups of digits that one number is written in.
const MOST_GROUPS: usize = 8;
/// The most parts of them that are looked at together.
const MOST_PARTS: usize = 3;
/// The most digits of an extension.
const MOST_EXTENSION: usize = 6;
/// The longest word that is looked for before a number, in letters.
const LONGEST_WORD: usize = 20;

/// Words before a telephone number.
const FOR: [&str; 23] = [
    "tel",
    "telefon",
    "telephone",
    "telefoon",
    "telefono",
    "teléfono",
    "téléphone",
    "tél",
    "phone",
    "fon",
    "mobile",
    "mobil",
    "handy",
    "cell",
    "fax",
    "telefonnummer",
    "rufnummer",
    "mobilnummer",
    "handynummer",
    "тел",
    "телефон",
    "电话",
    "電話",
];
/// Words before a number of something else.
const AGAINST: [&str; 26] = [
    "isbn",
    "issn",
    "iban",
    "bic",
    "ean",
    "order",
    "bestellung",
    "bestellnummer",
    "invoice",
    "rechnung",
    "rechnungsnummer",
    "kundennummer",
    "auftrag",
    "ref",
    "id",
    "version",
    "ticket",
    "case",
    "serial",
    "sn",
    "konto",
    "account",
    "imei",
    "vin",
    "pin",
    "ssn",
];
/// What is counted or paid, after a number.
const UNITS: [&str; 9] = ["€", "$", "£", "¥", "%", "eur", "usd", "gbp", "chf"];

/// Reads what begins at `at` with a digit, a plus or a bracket.
pub(super) fn read(text: &str, at: usize, country: Option<Id>) -> Step {
    let Some(run) = Run::read(text, at) else {
        let first = rest(text, at).chars().next();
        return Step::over(at + first.map_or(1, char::len_utf8));
    };
    if !begins(text, at) {
        return Step::over(run.end);
    }
    // One number; else several with a dash or a slash between them, the first that is one.
    let whole = run.parts.concat();
    let parts = run.parts.iter().map(Vec::as_slice).filter(|part| part.len() < whole.len());
    for groups in std::iter::once(whole.as_slice()).chain(parts) {
        let found = [groups, before_a_time(text, groups)]
            .into_iter()
            .find_map(|groups| link(text, groups, country));
        if let Some(link) = found {
            return Step { next: link.range.end, link: Some(link) };
        }
    }
    Step::over(run.end)
}

/// The link that these groups are, when they are a telephone number.
fn link(text: &str, groups: &[Group], country: Option<Id>) -> Option<Link> {
    let number = Number::of(groups)?;
    let start = groups.first()?.start;
    let bare = groups.last()?.end;
    let end = extension(text, bare).filter(|end| ends(text, *end)).unwrap_or(bare);
    if !ends(text, end) || !number.is_telephone(country, Word::before(text, start)) {
        return None;
    }
    let written = text.get(start..end)?;
    let plan = DialPlan { country, ..DialPlan::default() };
    match Dialable::parse(written, &plan) {
        // A local number has a meaning at the user's provider.
        Ok(_) | Err(AddressError::LocalNumber) => {}
        Err(_) => return None,
    }
    Some(Link { range: start..end, target: Target::Call(written.to_owned()) })
}

/// A place in a text that moves on.
struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl Cursor<'_> {
    /// The next character when it is of a kind; moves behind it.
    fn take(&mut self, is: impl Fn(char) -> bool) -> Option<char> {
        let c = rest(self.text, self.at).chars().next().filter(|c| is(*c))?;
        self.at += c.len_utf8();
        Some(c)
    }
}

/// Digits with nothing between them, in brackets or not.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Group {
    digits: String,
    /// `-`, `.` or `/` before it.
    mark: Option<char>,
    /// A blank before it.
    blank: bool,
    bracketed: bool,
    plus: bool,
    start: usize,
    end: usize,
}

impl Group {
    /// Reads one, in brackets only where an area code stands.
    fn read(text: &str, start: usize, is_first: bool, bracketed: bool) -> Option<Self> {
        let mut at = Cursor { text, at: start };
        let is_plus = |c| matches!(c, '+' | '\u{FF0B}');
        let plus = is_first && at.take(is_plus).is_some();
        let bracketed = bracketed && at.take(|c| c == '(').is_some();
        let mut digits = String::new();
        while let Some(value) = at.take(|c| digit(c).is_some()).and_then(digit) {
            digits.push(value);
        }
        if digits.is_empty() || (bracketed && at.take(|c| c == ')').is_none()) {
            return None;
        }
        Some(Self { digits, mark: None, blank: false, bracketed, plus, start, end: at.at })
    }

    /// Reads the next one, after what may stand between two of a number: a blank, or a mark
    /// with a blank on either side or on none.
    fn next(&self, text: &str, bracketed: bool) -> Option<Self> {
        let mut at = Cursor { text, at: self.end };
        let is_blank = |c| matches!(c, ' ' | '\u{A0}' | '\u{202F}');
        let blank = at.take(is_blank).is_some();
        let mark = at.take(|c| mark(c).is_some()).and_then(mark);
        let balanced = mark.is_none() || at.take(is_blank).is_some() == blank;
        if !balanced || (blank && mark == Some('.')) {
            return None;
        }
        let group = Self::read(text, at.at, false, bracketed)?;
        let apart = at.at > self.end || self.bracketed || group.bracketed;
        apart.then_some(Self { mark, blank, ..group })
    }

    fn len(&self) -> usize {
        self.digits.len()
    }

    fn value(&self) -> u64 {
        self.digits.parse().unwrap_or(u64::MAX)
    }
}

/// A mark that people write between the groups of a number.
fn mark(c: char) -> Option<char> {
    match c {
        '.' | '/' => Some(c),
        c if is_dash(c) => Some('-'),
        _ => None,
    }
}

fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

/// All groups that could belong to one number, and more of them.
#[derive(Debug)]
struct Run {
    /// Parted where a dash or a slash has blanks round it.
    parts: Vec<Vec<Group>>,
    end: usize,
}

impl Run {
    fn read(text: &str, at: usize) -> Option<Self> {
        let mut group = Group::read(text, at, true, true)?;
        let (mut parts, mut count) = (vec![Vec::new()], 1_usize);
        loop {
            let next = group.next(text, count == 1);
            if let Some(part) = parts.last_mut().filter(|part| part.len() <= MOST_GROUPS) {
                part.push(group.clone());
            }
            // What is longer is no number, and is passed over in one go.
            let Some(next) = next else { return Some(Self { parts, end: group.end }) };
            let parted = next.mark.is_some() && next.blank;
            if parted && parts.len() == MOST_PARTS {
                return Some(Self { parts, end: group.end });
            }
            group = next;
            count = count.saturating_add(1);
            if parted {
                parts.push(Vec::new());
            }
        }
    }
}

/// The groups without the last, when that is the hour of a time: `+49 30 1234567 14:30`.
fn before_a_time<'a>(text: &str, groups: &'a [Group]) -> &'a [Group] {
    let Some((last, before)) = groups.split_last() else { return &[] };
    let colon = Beside::after(text, last.end);
    let is_time = colon.near == Some(':') && colon.far.and_then(digit).is_some();
    if is_time && last.mark.is_none() { before } else { &[] }
}

/// The end of an extension that follows: `ext. 12`, `x12`, `;ext=12`.
fn extension(text: &str, at: usize) -> Option<usize> {
    let after = rest(text, at);
    let marked = after.strip_prefix([' ', ';', '\u{A0}']).unwrap_or(after);
    let number = ["extension", "ext.", "ext=", "ext", "x"].iter().find_map(|word| {
        let start = marked.get(..word.len())?;
        start.eq_ignore_ascii_case(word).then(|| marked.get(word.len()..))?
    })?;
    let number = number.strip_prefix(' ').unwrap_or(number);
    let digits = super::end_of(number, |c| c.is_ascii_digit());
    let end = text.len() - number.len() + digits;
    (1..=MOST_EXTENSION).contains(&digits).then_some(end)
}

/// What a word says about the number after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    For,
    Against,
    Nothing,
}

impl Word {
    /// The word before a number, with a colon, a full stop or a blank between them.
    fn before(text: &str, at: usize) -> Self {
        let before = text.get(..at).unwrap_or_default();
        let mut letters = before.chars().rev().enumerate().skip_while(|(back, c)| {
            *back < 3 && (matches!(c, ':' | '.' | ' ' | '\u{A0}') || super::is_hidden(*c))
        });
        let word: Vec<char> = letters
            .by_ref()
            .map(|(_, c)| c)
            .take_while(|c| c.is_alphabetic())
            .take(LONGEST_WORD)
            .collect();
        let word: String = word.iter().rev().flat_map(|c| c.to_lowercase()).collect();
        // Scripts without blanks have other words right before it.
        let ends = |known: &str| !known.chars().any(is_wordy) && word.ends_with(known);
        if FOR.iter().any(|known| word == *known || ends(known)) {
            Self::For
        } else if AGAINST.contains(&word.as_str()) {
            Self::Against
        } else {
            Self::Nothing
        }
    }
}

/// Groups of digits that may be one telephone number.
struct Number<'a> {
    groups: &'a [Group],
    first: &'a Group,
    /// All digits, without an optional trunk zero in brackets.
    digits: String,
}

impl<'a> Number<'a> {
    fn of(groups: &'a [Group]) -> Option<Self> {
        let first = groups.first()?;
        if groups.len() > MOST_GROUPS {
            return None;
        }
        let optional = |group: &&Group| first.plus && group.bracketed && group.digits == "0";
        let counted = groups.iter().filter(|group| !optional(group));
        let digits: String = counted.map(|group| group.digits.as_str()).collect();
        Some(Self { groups, first, digits })
    }

    fn is_telephone(&self, country: Option<Id>, word: Word) -> bool {
        let count = self.digits.len();
        if !(FEWEST..=MOST + 2).contains(&count) || self.is_date() || self.is_figure() {
            return false;
        }
        if self.first.plus {
            // Digits in one piece may be anything, such as a difference.
            return count <= MOST && is_assigned(&self.digits, self.groups.len() == 1);
        }
        if let Some(abroad) = self.digits.strip_prefix("00") {
            return word != Word::Against && abroad.len() >= FEWEST && is_assigned(abroad, true);
        }
        match word {
            Word::Against => false,
            Word::For => count <= MOST,
            Word::Nothing if count > MOST_NATIONAL => false,
            Word::Nothing => {
                self.is_valid_in(country)
                    || self.has_area()
                    || self.is_american()
                    || self.has_trunk()
            }
        }
    }

    /// The numbering plan of the user's own country knows it.
    fn is_valid_in(&self, country: Option<Id>) -> bool {
        let written = self.groups.len() > 1 || self.digits.starts_with('0');
        let parsed = country.and_then(|id| phonenumber::parse(Some(id), &self.digits).ok());
        written && parsed.is_some_and(|number| phonenumber::is_valid(&number))
    }

    /// `(030) 123456`, `8 (495) 123-45-67`: only numbers have digits in brackets near their
    /// start; years in quotations are left out.
    fn has_area(&self) -> bool {
        let is_area = |group: &Group| group.bracketed && (2..=5).contains(&group.len());
        let (before, area) = match self.groups {
            [first, ..] if is_area(first) => (0, first),
            [first, second, ..] if is_area(second) => (first.len(), second),
            _ => return false,
        };
        let after = self.digits.len() - before - area.len();
        before <= 1 && after >= 5 && !is_year(area)
    }

    /// `303-555-1212`, `1 303 555 1212`.
    fn is_american(&self) -> bool {
        let digits = match self.groups {
            [one, rest @ ..] if one.digits == "1" && rest.len() == 3 => rest,
            all => all,
        };
        let [area, exchange, line] = digits else { return false };
        let begins = |group: &Group| !group.digits.starts_with(['0', '1']);
        let same = |group: &Group| (group.mark, group.blank) == (line.mark, line.blank);
        (area.len(), exchange.len(), line.len()) == (3, 3, 4)
            && begins(area)
            && begins(exchange)
            && self.groups.iter().skip(1).all(same)
    }

    /// `030 1234567`, `0171/1234567`, `01 23 45 67 89`: most countries' trunk prefix, and
    /// groups that neither postcodes, cards, books nor hours have.
    fn has_trunk(&self) -> bool {
        let lens: Vec<usize> = self.groups.iter().map(Group::len).collect();
        let all = |len: usize| lens.iter().all(|known| *known == len);
        let marked = |mark: char| self.groups.iter().skip(1).any(|group| group.mark == Some(mark));
        let dots = marked('.');
        let dotted = self.groups.iter().skip(1).all(|group| group.mark == Some('.'));
        let is_hour = |group: &Group| group.value() / 100 <= 24 && group.value() % 100 < 60;
        let other = match lens.as_slice() {
            [5, 3 | 4] => marked('-'),
            [4, 4] => self.groups.iter().all(is_hour),
            _ => (all(4) && lens.len() > 2) || (all(2) && lens.len() != 5),
        };
        self.digits.starts_with('0')
            && self.first.len() >= 2
            && lens.len() > 1
            && !other
            && !(dots && (marked('-') || marked('/')))
            && (!dotted || (lens.len() > 2 && lens.iter().all(|len| *len >= 2)))
    }

    /// Begins as a date does: `2024-01-31`, `31.01.2024`, `1/31/24`, `01/2024`.
    fn is_date(&self) -> bool {
        let is_day = |group: &Group| group.len() <= 2 && (1..=31).contains(&group.value());
        let is_month = |group: &Group| group.len() <= 2 && (1..=12).contains(&group.value());
        let month_and_day =
            |a: &Group, b: &Group| (is_month(a) && is_day(b)) || (is_day(a) && is_month(b));
        let joined = |group: &Group| group.mark.is_some() && !group.blank;
        match self.groups {
            [a, b, c, more @ ..] if (joined(b) && joined(c)) || more.is_empty() => {
                let short = b.mark.is_some() && more.first().is_none_or(|next| next.blank);
                (is_year(a) && month_and_day(b, c))
                    || (month_and_day(a, b) && (is_year(c) || (short && c.len() == 2)))
                    || (is_month(a) && is_year(b) && joined(b))
            }
            [a, b, ..] => joined(b) && ((is_month(a) && is_year(b)) || (is_year(a) && is_month(b))),
            _ => false,
        }
    }

    /// An IP address, a figure with decimals, or one with points between its thousands.
    fn is_figure(&self) -> bool {
        let Some((first, others)) = self.groups.split_first() else { return false };
        let dotted = !others.is_empty() && others.iter().all(|group| group.mark == Some('.'));
        let is_octet = |group: &Group| group.len() <= 3 && group.value() <= 255;
        let thousands = first.len() <= 3 && others.iter().all(|group| group.len() == 3);
        let octets = self.groups.len() == 4 && self.groups.iter().all(is_octet);
        dotted && (others.len() == 1 || thousands || octets)
    }
}

fn is_year(group: &Group) -> bool {
    group.len() == 4 && (1900..=2100).contains(&group.value())
}

/// Whether digits after a `+` begin with a country's code; with `valid`, whether that country
/// has such numbers.
fn is_assigned(digits: &str, valid: bool) -> bool {
    let parsed = phonenumber::parse(None, format!("+{digits}"));
    parsed.is_ok_and(|number| !valid || phonenumber::is_valid(&number))
}

/// Whether a number can begin here: what stands before it is no part of it.
fn begins(text: &str, at: usize) -> bool {
    let before = Beside::before(text, at);
    let far = |is: fn(char) -> bool| before.far.is_some_and(is);
    !before.turned
        && match before.near {
            None => true,
            Some(blank) if blank.is_whitespace() => !far(is_currency),
            Some(':' | ',' | ';') => !far(char::is_numeric),
            Some('.') => far(char::is_alphabetic),
            Some(letter) if letter.is_alphanumeric() => !is_wordy(letter),
            Some(mark) if mark.is_ascii() => "()[]{}<>\"'*|!?".contains(mark),
            Some(mark) => !is_dash(mark) && !is_currency(mark),
        }
}

/// Whether a number can end here: what follows is no part of it, and nothing it counts.
fn ends(text: &str, at: usize) -> bool {
    let after = Beside::after(text, at);
    let far = |is: fn(char) -> bool| after.far.is_some_and(is);
    !after.turned
        && match after.near {
            None => true,
            Some(blank) if blank.is_whitespace() => !counts(text, at),
            Some(':' | ',' | '.' | '(' | '*') => !far(char::is_numeric),
            Some(letter) if letter.is_alphanumeric() => !is_wordy(letter),
            Some(mark) if mark == '/' || is_dash(mark) => !far(char::is_alphanumeric),
            Some(mark) => !"_@%=&#+\\^$°".contains(mark) && !is_currency(mark),
        }
}

/// Whether a unit follows after a blank.
fn counts(text: &str, at: usize) -> bool {
    let after = rest(text, at).trim_start_matches([' ', '\u{A0}', '\u{202F}']);
    UNITS.iter().any(|unit| {
        let (start, more) = (after.get(..unit.len()), after.get(unit.len()..));
        start.is_some_and(|start| start.eq_ignore_ascii_case(unit))
            && more.and_then(|more| more.chars().next()).is_none_or(|c| !is_wordy(c))
    })
}

fn is_currency(c: char) -> bool {
    matches!(c, '$' | '¢'..='¥' | '\u{20A0}'..='\u{20CF}')
}
