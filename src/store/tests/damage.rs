//! Files that are not what they were.

use std::collections::BTreeSet;
use std::io::{Seek as _, SeekFrom, Write as _};

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

use super::*;

const CAROL: &str = "carol@cusax.test";

/// A closed history of so many messages with two people.
fn history(path: &Path, count: i64) {
    let store = Store::open(path).unwrap();
    for n in 0..count {
        let mut entry = message(n, if n % 3 == 0 { Direction::Out } else { Direction::In });
        entry.with = if n % 2 == 0 { BOB } else { CAROL }.to_owned();
        entry.body = Some(format!("message number {n}, with some words to fill a page"));
        store.save(&chat(), entry);
    }
    store.set_setting("rules", "x".to_owned());
    store.put_book(vec![entry("1")]).wait().unwrap();
    store.flush().wait().unwrap();
    close(store);
}

fn salvaged(store: &Store) -> Option<(PathBuf, Saved)> {
    store.notes().borrow().iter().find_map(|note| match note {
        Note::Salvaged { aside, saved } => Some((aside.clone(), saved.clone())),
        _ => None,
    })
}

#[test]
fn what_is_no_history_is_kept_aside_and_told_of() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("history.sqlite");
    let damage = b"This is not a database, but somebody's letter. ".repeat(100);
    std::fs::write(&path, &damage).unwrap();
    let store = Store::open(&path).unwrap();
    let (kept, saved) = salvaged(&store).unwrap();
    assert!(kept.to_string_lossy().contains("history.sqlite.broken-"));
    assert_eq!(std::fs::read(&kept).unwrap(), damage);
    assert_eq!((saved.entries, saved.lost), (0, None));
    assert!(store.save(&chat(), message(1, Direction::In)).wait().unwrap());
    close(store);
    std::fs::write(&path, &damage).unwrap();
    let second = salvaged(&Store::open(&path).unwrap()).unwrap().0;
    assert!(second != kept && kept.exists());
}

#[test]
fn pages_that_are_gone_cost_what_was_on_them() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("history.sqlite");
    history(&path, 2_000);
    let bytes = std::fs::read(&path).unwrap();
    let pages = bytes.len() / 4096;
    assert!(pages > 50);
    for gone in [vec![pages / 3], vec![pages / 4, pages / 4 + 1, pages / 2], vec![pages - 1]] {
        let mut damaged = bytes.clone();
        for page in &gone {
            damaged[page * 4096..(page + 1) * 4096].fill(0x5a);
        }
        std::fs::write(&path, &damaged).unwrap();
        let store = Store::open(&path).unwrap();
        let (aside, saved) = salvaged(&store).unwrap();
        assert_eq!(std::fs::read(aside).unwrap(), damaged, "it is kept whole");
        assert!(saved.entries > 1_800, "{gone:?}: {saved:?}");
        // Which tables' pages these are depends on when the writer committed: three can be of
        // all that the entries could be counted by, one never.
        assert!(saved.lost.is_some() || gone.len() == 3, "{gone:?}");
        let lost = saved.lost.unwrap_or(2_000 - saved.entries);
        assert_eq!(saved.entries + lost, 2_000, "{gone:?}");
        let text = store.notes().borrow()[0].to_string();
        assert!(text.contains(&format!("{} entries were saved", saved.entries)), "{text}");
        assert_eq!(count(&store), saved.entries);
        assert_eq!(book_ids(&store), ["1"]);
        // What was saved is found, and the new file is sound.
        let found = store.search("number pages", Scope::default(), 1_000).wait().unwrap();
        assert!(found.is_empty());
        assert!(!store.search("fill page", Scope::default(), 10).wait().unwrap().is_empty());
        close(store);
        schema::check(&Connection::open(&path).unwrap()).unwrap();
    }
}

fn count(store: &Store) -> u64 {
    let count = store.ask(Kind::Read, 0, |db| {
        Ok(db.query_row("SELECT count(*) FROM entry", [], |row| row.get::<_, i64>(0))?)
    });
    u64::try_from(count.wait().unwrap()).unwrap()
}

#[test]
fn damage_met_while_running_is_mended_at_once_and_nothing_new_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("history.sqlite");
    history(&path, 2_000);
    let store = Store::open(&path).unwrap();
    let pages = std::fs::metadata(&path).unwrap().len() / 4096;
    // Another program's write makes ours read the file again.
    let other = Connection::open(&path).unwrap();
    other.execute_batch("UPDATE setting SET value = 'y'").unwrap();
    let mut file = std::fs::File::options().write(true).open(&path).unwrap();
    file.seek(SeekFrom::Start(pages / 3 * 4096)).unwrap();
    file.write_all(&vec![0x5a; usize::try_from(pages / 3 * 4096).unwrap()]).unwrap();
    drop(file);
    drop(other);
    let mut told = store.notes();
    let read: Vec<_> = [BOB, CAROL].iter().map(|with| all(&store, with)).collect();
    for n in 3_000..3_010 {
        assert_eq!(store.save(&chat(), message(n, Direction::Out)).wait(), Ok(true));
    }
    assert!(read.iter().all(Result::is_ok), "{read:?}");
    assert!(told.has_changed().unwrap());
    let (_, saved) = salvaged(&store).unwrap();
    assert!(saved.entries > 0 && saved.entries < 2_000, "{saved:?}");
    told.mark_unchanged();
    assert_eq!(count(&store), saved.entries + 10);
    assert_eq!(*store.trouble().borrow(), None);
    close(store);
    let store = Store::open(&path).unwrap();
    assert_eq!(*store.notes().borrow(), [], "once mended it is sound");
    assert_eq!(count(&store), saved.entries + 10);
}

#[test]
fn a_large_file_is_checked_beside_the_work_and_mended() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("history.sqlite");
    let store = Store::open(&path).unwrap();
    for n in 0..160 {
        let body = Some(format!("{n} ").repeat(20_000));
        store.save(&chat(), Entry { body, ..message(n, Direction::In) }).wait().unwrap();
    }
    close(store);
    let wait = |what: &str, is_so: &dyn Fn() -> bool| {
        let end = std::time::Instant::now() + std::time::Duration::from_secs(30);
        while !is_so() {
            assert!(std::time::Instant::now() < end, "{what}");
            std::thread::yield_now();
        }
    };
    let store = Store::open(&path).unwrap();
    wait("a check", &|| store.setting("checked").wait().unwrap().is_some());
    store.set_setting("checked", "0".to_owned()).wait().unwrap();
    close(store);
    let mut bytes = std::fs::read(&path).unwrap();
    assert!(bytes.len() as u64 > schema::CHECKED_WHOLE);
    let middle = bytes.len() / 8192 * 4096;
    bytes[middle..middle + 4096].fill(0xff);
    std::fs::write(&path, &bytes).unwrap();
    let store = Store::open(&path).unwrap();
    wait("the damage", &|| salvaged(&store).is_some());
    let (aside, saved) = salvaged(&store).unwrap();
    assert!(aside.exists() && saved.entries >= 158, "{saved:?}");
    assert_eq!(*store.trouble().borrow(), None);
}

/// Everything with somebody, page by page.
fn all(store: &Store, with: &str) -> Result<Vec<Entry>, StoreError> {
    let (mut entries, mut before) = (Vec::new(), None);
    loop {
        let page = store.history(with, before, 100).wait()?;
        let Some(oldest) = page.first() else { return Ok(entries) };
        if before.is_some_and(|before| oldest.at >= before) {
            return Err(StoreError::Sql("a page goes back in time".to_owned()));
        }
        before = Some(oldest.at);
        entries.extend(page);
    }
}

/// Some hundred files with a few bits turned, anywhere: never a crash, and never fewer entries
/// without a word.
#[test]
fn turned_bits_never_lose_anything_in_silence() {
    const COUNT: u64 = 300;
    let dir = tempfile::tempdir().unwrap();
    let origin = dir.path().join("origin.sqlite");
    history(&origin, 300);
    let sound = std::fs::read(&origin).unwrap();
    let mut dice = StdRng::seed_from_u64(5);
    let (mut told, mut refused, mut whole, mut saved_all, mut hidden) = (0, 0, 0, 0, 0);
    for round in 0..300 {
        let mut bytes = sound.clone();
        let turned: BTreeSet<usize> = (0..dice.random_range(1..=4))
            .map(|_| {
                // Every third time among the first pages, where the tables are listed.
                let end = if round % 3 == 0 { 8_192.min(bytes.len()) } else { bytes.len() };
                let bit = dice.random_range(0..end * 8);
                bytes[bit / 8] ^= 1 << (bit % 8);
                bit
            })
            .collect();
        let place = tempfile::tempdir_in(dir.path()).unwrap();
        let path = place.path().join("history.sqlite");
        std::fs::write(&path, &bytes).unwrap();
        let store = match Store::open(&path) {
            Ok(store) => store,
            Err(error) => {
                assert!(!error.to_string().is_empty());
                assert_eq!(std::fs::read(&path).unwrap(), bytes, "{turned:?}: it is left alone");
                refused += 1;
                continue;
            }
        };
        let read: Vec<_> = [BOB, CAROL].iter().map(|with| all(&store, with)).collect();
        let found = store.search("fill page", Scope::default(), 1_000).wait();
        let outbox = store.outbox().wait();
        match salvaged(&store) {
            Some((aside, saved)) => {
                assert!(aside.exists());
                assert_eq!(count(&store), saved.entries, "{turned:?}");
                let known = saved.lost.is_none_or(|lost| saved.entries + lost >= COUNT);
                assert!(known, "{turned:?}: {saved:?}");
                told += 1;
                saved_all += usize::from(saved.entries == COUNT);
            }
            None => {
                let read: Vec<_> = read.into_iter().map(Result::unwrap).collect();
                let seen: BTreeSet<&str> =
                    read.iter().flatten().map(|entry| entry.id.as_str()).collect();
                assert_eq!(seen.len() as u64, COUNT, "{turned:?}");
                assert_eq!(outbox.unwrap().len(), 100, "{turned:?}");
                // A bit within the index hides entries from the search, never from their page.
                hidden += usize::from(found.unwrap().len() < 298);
                whole += 1;
            }
        }
        close(store);
    }
    println!("{whole} whole, {told} told ({saved_all} with every entry saved), {refused} refused");
    assert!(told > 50 && whole > 20 && refused < 15, "{whole} {told} {refused}");
    assert!(saved_all * 10 > told * 6, "{saved_all} of {told}");
    assert!(hidden <= 3, "{hidden} of {whole}");
}
