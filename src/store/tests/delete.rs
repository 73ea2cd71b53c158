//! What is deleted is gone from everywhere; and what is written out.

use super::*;

const CAROL: &str = "carol@cusax.test";
const SECRET: &str = "Wintersonnenwende";

/// A file with messages, calls, one that waits, and a secret in some.
fn history(path: &Path) -> Store {
    let store = Store::open(path).unwrap();
    for n in 0..400 {
        let mut entry = message(n, if n % 2 == 0 { Direction::In } else { Direction::Out });
        entry.with = if n % 4 < 2 { BOB } else { CAROL }.to_owned();
        entry.state = entry.state.map(|_| MessageState::Sent);
        let word = if entry.with == BOB { SECRET } else { "harmless" };
        entry.body = Some(format!("{word}{n} and more words about it, some of them long"));
        store.save(&chat(), entry);
    }
    store.save(&chat(), message(900, Direction::Out));
    store.save(&"work-phone".into(), call(901, BOB));
    store.flush().wait().unwrap();
    store
}

/// Whether any file in the directory has these bytes, in any case.
fn anywhere(dir: &Path, needle: &str) -> bool {
    let needle = needle.to_lowercase();
    std::fs::read_dir(dir).unwrap().any(|file| {
        let bytes = std::fs::read(file.unwrap().path()).unwrap().to_ascii_lowercase();
        bytes.windows(needle.len()).any(|window| window == needle.as_bytes())
    })
}

fn lines(path: &Path, scope: &Scope) -> Vec<serde_json::Value> {
    let mut out = Vec::new();
    let count = export(path, scope, &mut out).unwrap();
    let lines: Vec<_> = std::str::from_utf8(&out)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(u64::try_from(lines.len()).unwrap(), count);
    lines
}

#[test]
fn one_persons_history_is_gone_from_every_file_and_what_waits_stays() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("history.sqlite");
    let store = history(&path);
    std::fs::write(backup::path_of(&path), SECRET).unwrap();
    assert!(anywhere(dir.path(), SECRET) && anywhere(dir.path(), "harmless2"));
    let deleted = store.delete(Scope::with(BOB)).wait().unwrap();
    assert_eq!(deleted, Deleted { deleted: 201, waiting: 1 });
    store.scrub().wait().unwrap();
    assert!(!anywhere(dir.path(), SECRET), "while it is open");
    assert_eq!(ids(&store.history(BOB, None, 50).wait().unwrap()), ["m900"]);
    assert!(store.search(SECRET, Scope::default(), 9).wait().unwrap().is_empty());
    assert_eq!(store.search("harmless", Scope::default(), 900).wait().unwrap().len(), 200);
    assert_eq!(store.outbox().wait().unwrap().len(), 1);
    close(store);
    assert!(!anywhere(dir.path(), SECRET));
    schema::check(&Connection::open(&path).unwrap()).unwrap();
}

#[test]
fn what_is_old_is_deleted_and_the_rest_stays() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("history.sqlite");
    let store = history(&path);
    let before = Some(Timestamp::from_unix_millis(1_000_000 + 300));
    let scope = Scope { before, ..Scope::with(CAROL) };
    assert_eq!(count(&path, &scope).unwrap(), Deleted { deleted: 150, waiting: 0 });
    assert_eq!(store.delete(scope).wait().unwrap().deleted, 150);
    let everybody = Scope { before, ..Scope::default() };
    assert_eq!(store.delete(everybody).wait().unwrap().deleted, 150);
    store.scrub().wait().unwrap();
    let left = store.history(CAROL, None, 1000).wait().unwrap();
    assert_eq!((left.len(), left[0].id.as_str()), (50, "m302"));
    assert!(!anywhere(dir.path(), "harmless298") && anywhere(dir.path(), "harmless302"));
}

#[test]
fn all_is_all_but_what_waits() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("history.sqlite");
    let store = history(&path);
    store.set_setting("rules", "x".to_owned()).wait().unwrap();
    let large = std::fs::metadata(&path).unwrap().len();
    assert_eq!(store.delete(Scope::default()).wait(), Ok(Deleted { deleted: 401, waiting: 1 }));
    store.set_state(&chat(), BOB, &MessageId::new("m900"), MessageState::Sent).wait().unwrap();
    assert_eq!(store.delete(Scope::default()).wait(), Ok(Deleted { deleted: 1, waiting: 0 }));
    store.scrub().wait().unwrap();
    assert!(store.recent(5, 5).wait().unwrap().is_empty());
    assert!(!anywhere(dir.path(), "harmless") && !anywhere(dir.path(), SECRET));
    assert!(large == 0 || std::fs::metadata(&path).unwrap().len() < 200_000);
    assert_eq!(store.setting("rules").wait().unwrap().as_deref(), Some("x"), "no history");
    assert_eq!(store.save(&chat(), message(1, Direction::In)).wait(), Ok(true));
    assert_eq!(store.search("text", Scope::default(), 9).wait().unwrap().len(), 1);
}

#[test]
fn what_is_written_out_is_one_entry_a_line_while_the_store_runs() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("history.sqlite");
    let store = history(&path);
    let all = lines(&path, &Scope::default());
    assert_eq!(all.len(), 402);
    assert_eq!(all[0]["account"], "work-chat");
    assert_eq!(all[0]["body"], format!("{SECRET}0 and more words about it, some of them long"));
    assert_eq!(
        (all[0]["direction"].as_str(), all[0]["kind"].as_str()),
        (Some("in"), Some("message"))
    );
    assert_eq!(all[400]["state"], "queued");
    assert_eq!(all[401]["call"]["peer"]["display"], "Bob");
    assert_eq!(lines(&path, &Scope::with(CAROL)).len(), 200);

    let target = dir.path().join("out.jsonl");
    assert_eq!(export_to(&path, &Scope::default(), &target).unwrap(), 402);
    assert_eq!(std::fs::read_to_string(&target).unwrap().lines().count(), 402);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let again = export_to(&path, &Scope::default(), &target).unwrap_err();
    assert!(matches!(again, ExportError::Exists(_)) && again.to_string().contains("left alone"));
    let nowhere = export_to(&path, &Scope::default(), &dir.path().join("none/out")).unwrap_err();
    assert!(matches!(nowhere, ExportError::Write { .. }), "{nowhere}");
    drop(store);
}
