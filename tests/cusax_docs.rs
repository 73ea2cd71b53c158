//! `docs/cusax.md` says of every behaviour whether it is built, and names tests that exist.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeSet;
use std::path::Path;

/// The names of all functions in the sources below a directory.
fn functions(of: &Path, into: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(of).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            functions(&path, into);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            let names = text.lines().filter_map(|line| {
                let line = line.trim_start();
                let rest = line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn ")?;
                Some(rest.split('(').next()?.to_owned())
            });
            into.extend(names);
        }
    }
}

/// The rows of the tables: identifier, state, tests.
fn rows(text: &str) -> Vec<(String, String, Vec<String>)> {
    let cells = |line: &str| -> Option<Vec<String>> {
        let line = line.strip_prefix("| ")?.strip_suffix('|')?;
        Some(line.split(" |").map(|cell| cell.trim().to_owned()).collect())
    };
    let rows = text.lines().filter_map(cells).filter(|row| {
        row[0].starts_with(['C', 'S']) && row[0][1..].bytes().all(|byte| byte.is_ascii_digit())
    });
    rows.map(|row| {
        let tests = row[3].split('`').skip(1).step_by(2).map(str::to_owned).collect();
        (row[0].clone(), row[2].clone(), tests)
    })
    .collect()
}

#[test]
fn every_behaviour_has_a_state_and_what_is_built_has_its_tests() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut known = BTreeSet::new();
    for of in ["src", "tests"] {
        functions(&root.join(of), &mut known);
    }
    let rows = rows(&std::fs::read_to_string(root.join("docs/cusax.md")).unwrap());
    let found: Vec<&str> = rows.iter().map(|(id, ..)| id.as_str()).collect();
    let wanted: Vec<String> =
        (1..=67).map(|n| format!("C{n}")).chain((1..=9).map(|n| format!("S{n}"))).collect();
    assert_eq!(found, wanted);
    for (id, state, tests) in &rows {
        let word = state.split([',', ':', ';', ' ']).next().unwrap();
        assert!(["built", "part", "later"].contains(&word), "{id}: {state}");
        assert_eq!(tests.is_empty(), word == "later", "{id}: {state}: {tests:?}");
        for test in tests {
            assert!(known.contains(test), "{id}: there is no test {test}");
        }
    }
}
