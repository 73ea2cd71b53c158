//! What the core said, in the language of the window.
//!
//! The core and the JSON-RPC face speak English in whole sentences, with addresses and numbers
//! in them. `core.ftl` has each such sentence with its variables: the English one is what is
//! recognised, and what it says is then said in the other language. What is not recognised
//! stays as it is.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::LazyLock;

use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use fluent_syntax::ast::{Entry, Expression, InlineExpression, PatternElement};

use super::catalogue::CORE;
use super::{Language, spoken};

/// How deep sentences within sentences are retold.
const DEPTH: usize = 5;

/// Longer texts are none of the core's sentences, in bytes.
const LONGEST: usize = 1_000;

/// How many times a text and its parts are compared with all sentences: what strangers put into
/// one cannot keep the window busy.
const MOST_TRIES: usize = 100;

/// The most texts that are remembered as retold.
const MOST_KNOWN: usize = 256;

/// What parts of a text stand between, the greatest first.
const BETWEEN: [&str; 3] = [". ", "; ", ", "];

/// A part of an English sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Variable(String),
}

/// One English sentence of the core.
#[derive(Debug)]
struct Sentence {
    key: String,
    parts: Vec<Part>,
    /// How many bytes of it are fixed.
    fixed: usize,
}

/// All of them: those without variables by their text, the others with the most fixed text first.
/// None has a full stop at its end: whoever says it may have added one.
struct Sentences {
    plain: HashMap<String, String>,
    open: Vec<Sentence>,
}

static SENTENCES: LazyLock<Sentences> = LazyLock::new(|| sentences(CORE[0]));

thread_local! {
    /// What was retold in a language: a view asks for the same texts again and again.
    static KNOWN: RefCell<(Language, HashMap<String, Option<String>>)> = RefCell::default();
}

/// Says in the language of this thread what the core said in English. A name in it that is
/// written from right to left is set apart, in English as well, so that it does not reorder the
/// words around it.
pub fn retold(text: &str) -> Cow<'_, str> {
    let language = spoken();
    if text.len() > LONGEST || (language == Language::English && !turns(text)) {
        return Cow::Borrowed(text);
    }
    let said = KNOWN.with_borrow_mut(|(of, known)| {
        if *of != language || known.len() >= MOST_KNOWN {
            (*of, *known) = (language, HashMap::new());
        }
        match known.get(text) {
            Some(said) => said.clone(),
            None => {
                let said = again(text, DEPTH, &mut { MOST_TRIES });
                known.insert(text.to_owned(), said.clone());
                said
            }
        }
    });
    said.map_or(Cow::Borrowed(text), Cow::Owned)
}

/// Whether something in it is written from right to left.
fn turns(text: &str) -> bool {
    text.chars().any(|c| {
        matches!(c, '\u{590}'..='\u{8FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFE}'
            | '\u{10800}'..='\u{10FFF}' | '\u{1E800}'..='\u{1EFFF}')
    })
}

/// The text as a whole, else part by part; none when nothing of it is known.
fn again(text: &str, depth: usize, tries: &mut usize) -> Option<String> {
    let depth = depth.checked_sub(1)?;
    whole(text, depth, tries)
        .or_else(|| BETWEEN.iter().find_map(|between| parted(text, between, depth, tries)))
}

/// What stands between `between`, each by itself; none where nothing of it is known.
fn parted(text: &str, between: &str, depth: usize, tries: &mut usize) -> Option<String> {
    let parts: Vec<&str> = text.split(between).collect();
    if parts.len() < 2 {
        return None;
    }
    let retold: Vec<Option<String>> = parts.iter().map(|part| again(part, depth, tries)).collect();
    retold.iter().any(Option::is_some).then(|| {
        let said = parts.iter().zip(&retold);
        let said = said.map(|(part, retold)| retold.as_deref().unwrap_or(part));
        said.collect::<Vec<_>>().join(between)
    })
}

/// A sentence with or without its full stop.
fn whole(text: &str, depth: usize, tries: &mut usize) -> Option<String> {
    let bare = text.strip_suffix('.').unwrap_or(text);
    let said = recognised(bare, depth, tries)?;
    let said = said.strip_suffix('.').unwrap_or(&said).to_owned();
    // The end of a sentence within it is its own.
    let ends = text.len() > bare.len() && !said.ends_with(['.', '?', '!', '…']);
    Some(if ends { said + "." } else { said })
}

fn recognised(text: &str, depth: usize, tries: &mut usize) -> Option<String> {
    *tries = tries.checked_sub(1)?;
    if let Some(key) = SENTENCES.plain.get(text) {
        return Some(super::format(key, &FluentArgs::new()));
    }
    SENTENCES.open.iter().find_map(|sentence| {
        let found = taken_apart(&sentence.parts, text)?;
        let mut args = FluentArgs::new();
        for (name, value) in found {
            args.set(name.to_owned(), put_in(value, depth, tries));
        }
        Some(super::format(&sentence.key, &args))
    })
}

/// What stands in a sentence: another one, a number that words may agree with, or as it is.
fn put_in(value: &str, depth: usize, tries: &mut usize) -> FluentValue<'static> {
    if let Some(retold) = again(value, depth, tries) {
        return retold.into();
    }
    match value.parse::<u64>() {
        // Not what is dialled: “000” is no 0.
        Ok(number) if number < 1_000 && number.to_string() == value => number.into(),
        _ if turns(value) => format!("\u{2068}{value}\u{2069}").into(),
        _ => value.to_owned().into(),
    }
}

/// The variables of a sentence in a text that it is; each takes as little as it can.
fn taken_apart<'a>(parts: &'a [Part], text: &'a str) -> Option<Vec<(&'a str, &'a str)>> {
    let mut rest = text;
    let mut found = Vec::new();
    let mut open: Option<&str> = None;
    for (place, part) in parts.iter().enumerate() {
        match (part, open.take()) {
            (Part::Variable(name), None) => open = Some(name),
            // Two variables with nothing between them cannot be told apart.
            (Part::Variable(_), Some(_)) => return None,
            (Part::Text(fixed), None) => rest = rest.strip_prefix(fixed.as_str())?,
            (Part::Text(fixed), Some(name)) => {
                let last = place + 1 == parts.len();
                let at = if last {
                    rest.strip_suffix(fixed.as_str())?.len()
                } else {
                    rest.find(fixed.as_str())?
                };
                found.push((name, rest.get(..at)?));
                rest = rest.get(at + fixed.len()..)?;
            }
        }
    }
    if let Some(name) = open {
        found.push((name, rest));
        rest = "";
    }
    rest.is_empty().then_some(found)
}

fn sentences(source: &str) -> Sentences {
    let resource = match FluentResource::try_new(source.to_owned()) {
        Ok(resource) | Err((resource, _)) => resource,
    };
    let mut sentences = Sentences { plain: HashMap::new(), open: Vec::new() };
    for entry in resource.entries() {
        let Entry::Message(message) = entry else { continue };
        let Some(pattern) = &message.value else { continue };
        let Some(mut parts) = parts(&pattern.elements) else { continue };
        if let Some(Part::Text(last)) = parts.last_mut() {
            last.truncate(last.strip_suffix('.').unwrap_or(last).len());
        }
        parts.retain(|part| *part != Part::Text(String::new()));
        let key = message.id.name.to_owned();
        match parts.as_slice() {
            [Part::Text(text)] => {
                sentences.plain.insert(text.clone(), key);
            }
            _ => {
                let fixed = |part: &Part| match part {
                    Part::Text(text) => text.len(),
                    Part::Variable(_) => 0,
                };
                let fixed = parts.iter().map(fixed).sum();
                sentences.open.push(Sentence { key, parts, fixed });
            }
        }
    }
    sentences.open.sort_by_key(|sentence| std::cmp::Reverse(sentence.fixed));
    sentences
}

/// A pattern of text and variables; none when there is more in it.
fn parts(elements: &[PatternElement<&str>]) -> Option<Vec<Part>> {
    let part = |element: &PatternElement<&str>| match element {
        PatternElement::TextElement { value } => Some(Part::Text((*value).to_owned())),
        PatternElement::Placeable { expression: Expression::Inline(inline) } => match inline {
            InlineExpression::VariableReference { id } => Some(Part::Variable(id.name.to_owned())),
            InlineExpression::StringLiteral { value } => Some(Part::Text((*value).to_owned())),
            _ => None,
        },
        PatternElement::Placeable { .. } => None,
    };
    let mut all: Vec<Part> = Vec::new();
    for element in elements {
        match (part(element)?, all.last_mut()) {
            (Part::Text(more), Some(Part::Text(text))) => text.push_str(&more),
            (part, _) => all.push(part),
        }
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn apart(source: &str, text: &str) -> Option<Vec<(String, String)>> {
        let sentences = sentences(source);
        let sentence = sentences.open.first()?;
        let found = taken_apart(&sentence.parts, text)?;
        Some(found.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    #[test]
    fn a_sentence_is_recognised_with_its_variables() {
        let source = "core-x = { $host } cannot be reached: { $why }.\n";
        let found = apart(source, "cusax.test cannot be reached: no route").unwrap();
        assert_eq!(found[0], ("host".to_owned(), "cusax.test".to_owned()));
        assert_eq!(found[1], ("why".to_owned(), "no route".to_owned()));
        assert_eq!(apart(source, "cusax.test cannot be reached"), None);
        assert_eq!(apart("core-x = { $a }{ $b } x\n", "1 2 x"), None);
        assert_eq!(apart("core-x = Error { $code }\n", "Error 404").unwrap()[0].1, "404");
    }

    fn in_language(language: Language, text: &str) -> String {
        crate::lang::speak(language);
        let said = retold(text).into_owned();
        crate::lang::speak(Language::English);
        said
    }

    #[test]
    fn sentences_within_sentences_are_retold() {
        let german = |text: &str| in_language(Language::German, text);
        assert_eq!(
            german("Waits until Telephony is connected. sip.cusax.test did not answer in time."),
            "Wartet, bis Telefonie verbunden ist. sip.cusax.test hat nicht rechtzeitig geantwortet."
        );
        assert_eq!(german("Busy (486 Busy Here)."), "Besetzt (486 Busy Here).");
        assert_eq!(german("Busy"), "Besetzt");
        assert_eq!(
            german("The server failed (500 Oops). Try again in 5 minutes."),
            "Der Server meldet einen Fehler (500 Oops). Versuchen Sie es in 5 Minuten noch einmal."
        );
        let lost = "The connection was lost: the server closed the connection.";
        assert_eq!(
            in_language(Language::French, lost),
            "La connexion a été perdue\u{a0}: le serveur a fermé la connexion."
        );
        assert_eq!(german("Nobody ever said this."), "Nobody ever said this.");
        assert_eq!(german("000 is an emergency number."), "000 ist eine Notrufnummer.");
        assert_eq!(retold("Busy."), "Busy.");
    }

    #[test]
    fn a_server_that_offers_less_is_retold() {
        let weaker = "The server asks for the password itself (PLAIN), though it knew SCRAM-SHA-1 \
                      before. No password was sent: somebody on the way may want to learn it.";
        assert_eq!(
            in_language(Language::German, weaker),
            "Der Server verlangt das Passwort selbst (PLAIN), obwohl er zuvor SCRAM-SHA-1 kannte. \
             Es wurde kein Passwort gesendet: Womöglich will es jemand unterwegs erfahren."
        );
    }

    #[test]
    fn a_name_from_right_to_left_is_set_apart() {
        let set_apart = "\u{2068}עדה\u{2069}";
        assert_eq!(retold("עדה can be heard again."), format!("{set_apart} can be heard again."));
        let french = in_language(Language::French, "עדה can be heard again.");
        assert_eq!(french, format!("{set_apart} s’entend de nouveau."));
    }

    #[test]
    fn no_text_takes_for_ever() {
        for text in ["a: b; c, d. ".repeat(80), ": ".repeat(400), "(x) ".repeat(200)] {
            assert!(!in_language(Language::German, &text).is_empty());
        }
    }

    #[test]
    fn a_text_of_many_parts_does_not_keep_the_window_busy() {
        super::super::speak(Language::German);
        let hostile = "x, y; z. ".repeat(LONGEST / 9);
        let mut tries = MOST_TRIES;
        assert_eq!(again(&hostile, DEPTH, &mut tries), None);
        assert_eq!(tries, 0, "it was given up");
        assert_eq!(retold(&hostile), hostile);
    }
}
