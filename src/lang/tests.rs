//! The languages are whole, and nothing in them is unused.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use fluent_bundle::FluentResource;
use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};

use super::catalogue::{CORE, ROOMS};
use super::*;

/// Each message with the variables in it.
type Messages = BTreeMap<String, BTreeSet<String>>;

fn messages(source: &str) -> Messages {
    let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(_, errors)| {
        panic!("{errors:?} in {source}");
    });
    let mut all = Messages::new();
    for entry in resource.entries() {
        let Entry::Message(message) = entry else { continue };
        let mut variables = BTreeSet::new();
        in_pattern(message.value.as_ref().unwrap(), &mut variables);
        let before = all.insert(message.id.name.to_owned(), variables);
        assert!(before.is_none(), "{} is there twice", message.id.name);
    }
    all
}

fn in_pattern(pattern: &Pattern<&str>, variables: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            in_expression(expression, variables);
        }
    }
}

fn in_expression(expression: &Expression<&str>, variables: &mut BTreeSet<String>) {
    let inline = match expression {
        Expression::Inline(inline) => inline,
        Expression::Select { selector, variants } => {
            for variant in variants {
                in_pattern(&variant.value, variables);
            }
            selector
        }
    };
    match inline {
        InlineExpression::VariableReference { id } => {
            variables.insert(id.name.to_owned());
        }
        InlineExpression::Placeable { expression } => in_expression(expression, variables),
        _ => {}
    }
}

/// The keys that are asked for in the program's source.
fn asked_for() -> BTreeSet<String> {
    let mut files = Vec::new();
    collect(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")), &mut files);
    let mut keys = BTreeSet::new();
    // This room speaks of the macro without using it.
    for file in files.iter().filter(|file| !file.to_string_lossy().contains("/lang/")) {
        let text = fs::read_to_string(file).unwrap();
        // Not the end of `include_str!(`.
        let whole = |at: &usize| {
            let before = text.get(..*at).and_then(|before| before.chars().next_back());
            !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
        };
        let uses = text.match_indices("tr!(").map(|(at, _)| at).filter(whole).filter_map(|at| {
            let rest = text.get(at + "tr!(".len()..)?.trim_start();
            rest.strip_prefix('"')?.split('"').next().map(str::to_owned)
        });
        keys.extend(uses);
    }
    keys
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|end| end == "rs") {
            files.push(path);
        }
    }
}

#[test]
fn every_language_has_the_same_messages_with_the_same_variables() {
    for room in ROOMS {
        let english = messages(room[0]);
        for (language, other) in Language::ALL.into_iter().zip(room).skip(1) {
            let other = messages(other);
            for (key, variables) in &english {
                let found = other.get(key);
                assert_eq!(found, Some(variables), "{key} in {language:?}");
            }
            assert_eq!(other.len(), english.len(), "{language:?} has more than English");
        }
    }
}

#[test]
fn every_message_is_used_and_every_use_has_its_message() {
    let known: BTreeSet<String> =
        ROOMS.iter().flat_map(|room| messages(room[0]).into_keys()).collect();
    let of_core: BTreeSet<String> = messages(CORE[0]).into_keys().collect();
    let asked = asked_for();
    let missing: Vec<_> = asked.difference(&known).collect();
    assert!(missing.is_empty(), "no language has {missing:?}");
    let unused: Vec<_> = known.difference(&asked).filter(|key| !of_core.contains(*key)).collect();
    assert!(unused.is_empty(), "nothing says {unused:?}");
}

#[test]
fn numbers_have_the_decimal_sign_of_the_language() {
    assert_eq!(number(1.25, 1), "1.2");
    speak(Language::German);
    assert_eq!(number(4.0, 1), "4,0");
    speak(Language::English);
}
