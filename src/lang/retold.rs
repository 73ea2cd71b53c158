//! What the core said, in the language of the window.
//!
//! The core and the JSON-RPC face speak English in whole sentences, with addresses and numbers
//! in them. `core.ftl` has each such sentence with its variables: the English one is what is
//! recognised, and what it says is then said in the other language. What is not recognised
//! stays as it is.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use fluent_bundle::{FluentArgs, FluentResource};
use fluent_syntax::ast::{Entry, Expression, InlineExpression, PatternElement};

use super::catalogue::CORE;
use super::{Language, format, spoken};

/// How deep sentences within sentences are retold.
const DEPTH: usize = 3;

/// Longer texts are none of the core's sentences, in bytes.
const LONGEST: usize = 2_000;

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
struct Sentences {
    plain: HashMap<String, String>,
    open: Vec<Sentence>,
}

static SENTENCES: LazyLock<Sentences> = LazyLock::new(|| sentences(CORE[0]));

/// Says in the language of this thread what the core said in English.
pub fn retold(text: &str) -> Cow<'_, str> {
    if spoken() == Language::English || text.len() > LONGEST {
        return Cow::Borrowed(text);
    }
    again(text, DEPTH).map_or(Cow::Borrowed(text), Cow::Owned)
}

/// The text as a whole, else sentence by sentence; none when nothing of it is known.
fn again(text: &str, depth: usize) -> Option<String> {
    let depth = depth.checked_sub(1)?;
    whole(text, depth).or_else(|| {
        let mut at = 0;
        let mut said = String::new();
        let mut any = false;
        for end in ends(text) {
            let sentence = text.get(at..end)?;
            let retold = whole(sentence, depth);
            any |= retold.is_some();
            said.push_str(retold.as_deref().unwrap_or(sentence));
            let next = text.get(end..).map_or(0, |rest| rest.len() - rest.trim_start().len());
            said.push_str(text.get(end..end + next).unwrap_or_default());
            at = end + next;
        }
        any.then_some(said)
    })
}

/// Where each sentence ends.
fn ends(text: &str) -> impl Iterator<Item = usize> {
    let inner = text.match_indices(". ").map(|(at, _)| at + 1);
    inner.chain([text.len()])
}

fn whole(text: &str, depth: usize) -> Option<String> {
    if let Some(key) = SENTENCES.plain.get(text) {
        return Some(format(key, &FluentArgs::new()));
    }
    SENTENCES.open.iter().find_map(|sentence| {
        let found = taken_apart(&sentence.parts, text)?;
        let mut args = FluentArgs::new();
        for (name, value) in found {
            match again(value, depth) {
                Some(retold) => args.set(name.to_owned(), retold),
                None => match value.parse::<u64>() {
                    Ok(number) if number < 1_000 => args.set(name.to_owned(), number),
                    _ => args.set(name.to_owned(), value.to_owned()),
                },
            }
        }
        Some(format(&sentence.key, &args))
    })
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
        let Some(parts) = parts(&pattern.elements) else { continue };
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
        let found = apart(source, "cusax.test cannot be reached: no route.").unwrap();
        assert_eq!(found[0], ("host".to_owned(), "cusax.test".to_owned()));
        assert_eq!(found[1], ("why".to_owned(), "no route".to_owned()));
        assert_eq!(apart(source, "cusax.test cannot be reached"), None);
        assert_eq!(apart("core-x = { $a }{ $b } x\n", "1 2 x"), None);
        assert_eq!(apart("core-x = Error { $code }\n", "Error 404").unwrap()[0].1, "404");
    }
}
