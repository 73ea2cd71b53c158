//! What the core says is all in `core.ftl`, so that no new error stays English in the window.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::catalogue::CORE;

/// Whose errors do not come to the window, and why.
const ELSEWHERE: [(&str, &str); 20] = [
    ("lang/", "this room"),
    ("config/table.rs", "about a file that was written by hand: said on the terminal"),
    ("config/profile.rs", "before there is a window"),
    ("demo/", "said on the terminal"),
    ("desktop/autostart.rs", "said in words of the window, `tray-entry-…`"),
    ("desktop/place.rs", "in the log"),
    ("gui/mod.rs", "there is no window then"),
    ("gui/photo.rs", "in the log"),
    ("gui/preferences.rs", "said in words of the window, `settings-…`"),
    ("import/", "`dovetail import` says it on the terminal"),
    ("lab/", "of tests and of the demonstration's servers"),
    ("model/dialing.rs", "about a file or a provider's document, beside its English keys"),
    ("rpc/", "of the JSON-RPC face, which speaks English"),
    ("sip/body.rs", "in the log"),
    ("sip/dialog.rs", "in the log"),
    ("sip/replaces.rs", "in the answer to the other side"),
    ("sip/value/", "in the log"),
    ("sip/wire/", "in the log"),
    ("diagnose/", "in a report that others read, in English"),
    ("cli/", "said on the terminal"),
];

/// A text with what is put in left open, and without the full stop at its end.
fn shape(text: &str) -> String {
    let mut shape = String::new();
    let mut depth = 0_usize;
    for character in text.chars() {
        match character {
            '{' => {
                depth += 1;
                shape.push('\0');
            }
            '}' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            other => shape.push(other),
        }
    }
    shape.trim_end_matches('.').to_owned()
}

/// What `#[error("…")]` says in a source.
fn errors(source: &str) -> Vec<String> {
    let attributes = source.match_indices("#[error(").filter_map(|(at, name)| {
        let literal = source.get(at + name.len()..)?.trim_start().strip_prefix('"')?;
        let mut text = String::new();
        let mut characters = literal.chars();
        loop {
            match characters.next()? {
                '"' => return Some(text),
                '\\' => match characters.next()? {
                    // The line goes on after its indentation.
                    '\n' => {
                        let rest = characters.as_str().trim_start();
                        characters = rest.chars();
                    }
                    'n' => text.push('\n'),
                    other => text.push(other),
                },
                other => text.push(other),
            }
        }
    });
    attributes.collect()
}

fn sources(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, files);
        } else if path.extension().is_some_and(|end| end == "rs") {
            files.push(path);
        }
    }
}

#[test]
fn every_error_of_the_core_can_be_retold() {
    let known: BTreeSet<String> = CORE[0]
        .lines()
        .filter_map(|line| line.split_once(" = "))
        .filter(|(key, _)| key.starts_with("core-"))
        .map(|(_, text)| shape(text))
        .collect();
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src"));
    let mut files = Vec::new();
    sources(root, &mut files);
    let mut found = 0;
    let mut missing = Vec::new();
    for file in files {
        let name = file.strip_prefix(root).unwrap().to_string_lossy().into_owned();
        if ELSEWHERE.iter().any(|(place, _)| name.starts_with(place)) {
            continue;
        }
        for text in errors(&fs::read_to_string(&file).unwrap()) {
            let shape = shape(&text);
            // Only what another error says.
            if !shape.chars().any(char::is_alphabetic) {
                continue;
            }
            found += 1;
            if !known.contains(&shape) {
                missing.push(format!("{name}: {text}"));
            }
        }
    }
    assert!(found > 150, "only {found} errors were found");
    assert!(missing.is_empty(), "core.ftl lacks {missing:#?}");
}
