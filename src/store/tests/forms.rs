//! Files of every earlier form, as the programs of their time made them.

use std::path::PathBuf;

use super::*;

const FORMS: [&str; 4] = [
    include_str!("form-1.sql"),
    include_str!("form-2.sql"),
    include_str!("form-3.sql"),
    include_str!("form-4.sql"),
];

/// A file of an earlier form, in a directory of its own.
fn file_of(form: usize) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("history.sqlite");
    let raw = Connection::open(&path).unwrap();
    raw.pragma_update(None, "journal_mode", "WAL").unwrap();
    raw.execute_batch(FORMS[form.min(FORMS.len()) - 1]).unwrap();
    // What came after that is made anew from what is there.
    for (at, migration) in schema::MIGRATIONS.iter().enumerate().take(form).skip(FORMS.len()) {
        match migration {
            schema::Migration::Sql(sql) => raw.execute_batch(sql).unwrap(),
            schema::Migration::Work(work) => work(&raw).unwrap(),
        }
        raw.pragma_update(None, "user_version", i64::try_from(at + 1).unwrap()).unwrap();
    }
    (dir, path)
}

fn form_of(path: &Path) -> i64 {
    let raw = Connection::open(path).unwrap();
    raw.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
}

fn found(store: &Store, text: &str) -> Vec<String> {
    let found = store.search(text, Scope::default(), 50).wait().unwrap();
    found.into_iter().map(|entry| entry.id).collect()
}

#[test]
fn every_earlier_form_is_brought_up_to_date_and_loses_nothing() {
    for form in 1..schema::MIGRATIONS.len() {
        let (_dir, path) = file_of(form);
        let store = Store::open(&path).unwrap();
        assert_eq!(*store.notes().borrow(), []);
        let bob = store.history(BOB, None, 50).wait().unwrap();
        assert_eq!(ids(&bob), ["m1", "m2", "m3", "c1"], "form {form}");
        assert_eq!(bob[0].body.as_deref(), Some("Grüße aus dem Café"));
        assert_eq!(bob[1].state, Some(MessageState::Displayed));
        assert_eq!(bob[3].call.as_ref().unwrap().peer.display, "Bob");
        assert_eq!(store.unread(BOB).wait(), Ok(1));
        let outbox = store.outbox().wait().unwrap();
        assert_eq!(outbox.len(), 1);
        assert_eq!(outbox[0].entry.body.as_deref(), Some("not sent yet; it's 5 o'clock"));
        for (text, id) in [("CAFE grus", "m1"), ("北京", "m3"), ("👍", "m3"), ("o'clock", "m4")]
        {
            assert_eq!(found(&store, text), [id], "form {form}, {text}");
        }
        let rules = store.setting("telephony").wait().unwrap();
        assert_eq!(rules.is_some(), form >= 2);
        assert_eq!(store.seen().wait().unwrap().len(), usize::from(form >= 3));
        assert_eq!(store.book().wait().unwrap().len(), usize::from(form >= 4));
        store.put_book(vec![entry("2")]).wait().unwrap();
        close(store);
        schema::check(&Connection::open(&path).unwrap()).unwrap();
        assert_eq!(form_of(&path), schema::known());
    }
}

#[test]
fn a_copy_of_the_former_form_is_made_once_and_for_the_user_alone() {
    let (dir, path) = file_of(3);
    close(Store::open(&path).unwrap());
    let backup = backup::path_of(&path);
    assert_eq!(form_of(&backup), 3);
    let raw = Connection::open(&backup).unwrap();
    let count: i64 = raw.query_row("SELECT count(*) FROM entry", [], |row| row.get(0)).unwrap();
    assert_eq!(count, 6);
    drop(raw);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&backup).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let names = || {
        let names = std::fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().file_name());
        names.filter(|name| name.to_string_lossy().contains("backup")).count()
    };
    assert_eq!(names(), 1);
    // It stays for thirty days, and a start later goes.
    close(Store::open(&path).unwrap());
    assert!(backup.exists());
    let old = std::time::SystemTime::now() - std::time::Duration::from_secs(31 * 24 * 3600);
    std::fs::File::options().write(true).open(&backup).unwrap().set_modified(old).unwrap();
    close(Store::open(&path).unwrap());
    assert_eq!(names(), 0);
}

#[test]
fn a_copy_that_cannot_be_made_is_told_and_the_history_opens() {
    let (dir, path) = file_of(4);
    std::fs::create_dir(dir.path().join("history.sqlite.backup")).unwrap();
    let store = Store::open(&path).unwrap();
    let notes = store.notes().borrow().clone();
    assert!(matches!(notes.as_slice(), [Note::NoBackup(_)]), "{notes:?}");
    assert!(notes[0].to_string().contains("without a copy"));
    assert_eq!(store.history(BOB, None, 50).wait().unwrap().len(), 4);
}

#[test]
fn a_file_that_does_not_fit_its_form_is_set_aside_and_read() {
    let (_dir, path) = file_of(4);
    let raw = Connection::open(&path).unwrap();
    raw.execute_batch("CREATE TABLE said (x TEXT)").unwrap();
    drop(raw);
    let store = Store::open(&path).unwrap();
    let notes = store.notes().borrow().clone();
    let [Note::NoBackup(_) | Note::Salvaged { .. }, ..] = notes.as_slice() else {
        panic!("{notes:?}")
    };
    assert_eq!(store.history(BOB, None, 50).wait().unwrap().len(), 4);
    assert_eq!(store.book().wait().unwrap().len(), 1);
    assert_eq!(found(&store, "cafe"), ["m1"]);
}

#[test]
fn a_newer_form_is_left_alone_and_the_program_goes_on_in_memory() {
    let (_dir, path) = file_of(4);
    let raw = Connection::open(&path).unwrap();
    raw.pragma_update(None, "user_version", 99).unwrap();
    drop(raw);
    let before = std::fs::read(&path).unwrap();
    let newer = StoreError::TooNew { found: 99, known: schema::known() };
    assert_eq!(Store::open(&path).unwrap_err(), newer);
    assert!(newer.to_string().contains("newer Dovetail") && newer.to_string().contains("Update"));
    let store = Store::open_or_apart(&path).unwrap();
    assert_eq!(*store.trouble().borrow(), Some(newer));
    assert_eq!(store.save(&chat(), message(1, Direction::In)).wait(), Ok(true));
    assert_eq!(store.history(BOB, None, 50).wait().unwrap().len(), 1);
    close(store);
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn an_empty_file_gets_the_newest_form() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("history.sqlite");
    std::fs::write(&path, b"").unwrap();
    let store = Store::open(&path).unwrap();
    store.save(&chat(), message(1, Direction::In)).wait().unwrap();
    close(store);
    assert_eq!(form_of(&path), schema::known());
    assert!(!backup::path_of(&path).exists());
}
