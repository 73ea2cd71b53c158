//! What the index finds is what a look at every text finds.

use proptest::prelude::*;

use super::*;
use crate::store::words::Question;

fn said(n: i64, with: &str, body: &str) -> Entry {
    let (with, body) = (with.to_owned(), Some(body.to_owned()));
    Entry { with, body, ..message(n, Direction::In) }
}

fn found(store: &Store, text: &str, scope: &Scope, limit: u32) -> Vec<String> {
    let found = store.search(text, scope.clone(), limit).wait().unwrap();
    found.into_iter().map(|entry| entry.id).collect()
}

#[test]
fn the_newest_are_found_with_one_person_or_everybody() {
    let store = Store::in_memory().unwrap();
    for n in 0..40 {
        let with = if n % 4 == 0 { "carol@cusax.test" } else { BOB };
        store.save(&chat(), said(n, with, &format!("Treffen um {n} Uhr im Café")));
    }
    store.save(&"work-phone".into(), call(50, BOB));
    let everybody = Scope::default();
    assert_eq!(found(&store, "cafe tref", &everybody, 3), ["m37", "m38", "m39"]);
    assert_eq!(found(&store, "cafe", &Scope::with("carol@cusax.test"), 2), ["m32", "m36"]);
    assert_eq!(found(&store, "cafe", &Scope::with("xmpp:Carol@cusax.test"), 1), ["m36"]);
    assert!(found(&store, "cafe", &Scope::with("eve@cusax.test"), 9).is_empty());
    // An address is no text.
    assert!(found(&store, "carol", &everybody, 9).is_empty());
    assert!(found(&store, "", &everybody, 9).is_empty());
}

#[test]
fn what_is_kept_anew_under_a_deleted_ones_place_is_found_by_its_own_words() {
    let store = Store::in_memory().unwrap();
    store.save(&chat(), said(1, BOB, "apple"));
    store.delete(Scope::default()).wait().unwrap();
    store.save(&chat(), said(2, BOB, "pear"));
    assert!(found(&store, "apple", &Scope::default(), 9).is_empty());
    assert_eq!(found(&store, "pear", &Scope::default(), 9), ["m2"]);
    store.save(&chat(), said(3, "carol@cusax.test", "plum"));
    store.delete(Scope::with("carol@cusax.test")).wait().unwrap();
    store.save(&chat(), said(4, BOB, "cherry"));
    assert!(found(&store, "plum", &Scope::default(), 9).is_empty());
    assert_eq!(found(&store, "cherry", &Scope::with(BOB), 9), ["m4"]);
}

/// Pieces that texts and questions share often enough.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "Café",
            "cafe",
            "CAFÉS",
            "caf",
            "don't",
            "don",
            "t",
            "über",
            "uber",
            "Straße",
            "strasse",
            "北京",
            "北",
            "京都",
            "东京",
            "カメラ",
            "ｶﾒ",
            "👍",
            "👍🏽",
            "❤️",
            "김치",
            "김",
            "ไทย",
            "a",
            "ab",
            "abc",
            "bob@cusax.test",
            "cusax",
            "x-y",
            "-",
            "\"",
            "*",
            "नमस्ते",
            "OR",
            "NOT",
            "NEAR(",
            "۱۲",
            "12",
            "123",
        ])
        .prop_map(str::to_owned),
        "[a-c]{1,4}",
        "\\PC{0,4}",
    ]
}

fn text(most: usize) -> impl Strategy<Value = String> {
    let glue = prop::sample::select(vec!["", " ", " ", "  ", ", ", "-"]);
    prop::collection::vec((piece(), glue), 0..most)
        .prop_map(|parts| parts.into_iter().map(|(one, glue)| one + glue).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn the_index_agrees_with_a_look_at_every_text(
        texts in prop::collection::vec(text(8), 1..25),
        questions in prop::collection::vec(text(3), 1..12),
    ) {
        let store = Store::in_memory().unwrap();
        for (n, text) in (0..).zip(&texts) {
            let with = if n % 3 == 0 { "carol@cusax.test" } else { BOB };
            store.save(&chat(), said(n, with, text));
        }
        for question in questions.iter().chain(&texts) {
            for scope in [Scope::default(), Scope::with("carol@cusax.test")] {
                let expected: Vec<String> = (0..).zip(&texts)
                    .filter(|(n, _)| scope.with.is_empty() || n % 3 == 0)
                    .filter(|(_, text)| Question::read(question)
                        .is_some_and(|question| question.is_answered_by(text)))
                    .map(|(n, _)| format!("m{n}"))
                    .collect();
                prop_assert_eq!(found(&store, question, &scope, 100), expected, "{:?}", question);
            }
        }
    }

    #[test]
    fn no_text_is_an_error(question in ".{0,60}", with in proptest::option::of(".{0,20}")) {
        let store = Store::in_memory().unwrap();
        store.save(&chat(), said(1, BOB, &question));
        let scope = with.as_deref().map(Scope::with).unwrap_or_default();
        prop_assert!(store.search(&question, scope, 10).wait().is_ok());
        // A text answers itself, if there is anything in it.
        let itself = found(&store, &question, &Scope::default(), 10).len();
        prop_assert_eq!(itself, usize::from(Question::read(&question).is_some()));
    }
}
