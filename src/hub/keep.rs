//! Between the core and the store: what was kept, what is to be kept.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::core::book::KeepBook;
use crate::core::command::{CommandError, Reply};
use crate::core::{HistoryQuery, Keep, Kept, KeptConversation};
use crate::model::BareJid;
use crate::model::history::Scope;
use crate::model::message::{Entry, EntryKind};
use crate::model::party::Party;
use crate::model::time::Now;
use crate::store::{ExportError, MAX_PAGE, Store, StoreError, export_watched};

/// The setting that holds the user's rules for calls.
const TELEPHONY: &str = "telephony";
/// The setting that holds the classes of calls that are not asked about.
const ASKING: &str = "asking";
/// That of what they chose for sound.
const SOUND: &str = "sound";
/// That of what others are told of our reading and writing.
const SIGNALS: &str = "signals";
/// That of the user's decisions about relations.
const RELATIONS: &str = "relations";
/// That of the user's rules for which way features go.
const FEATURES: &str = "features";
/// Entries of each conversation that are known again when they come once more.
const KNOWN: u32 = 60;
/// How many of them are at hand from the start: what is seen of a conversation when it is
/// opened. The window fetches what is before them.
const AT_HAND: u32 = 12;

/// What earlier runs left for the core.
///
/// # Errors
/// When the history cannot be read.
pub async fn kept(store: &Store) -> Result<Kept, StoreError> {
    let outbox = store.outbox().await?;
    let telephony = setting(store, TELEPHONY).await?;
    let asking = setting(store, ASKING).await?;
    let sound = setting(store, SOUND).await?;
    let signals = setting(store, SIGNALS).await?;
    let relations = setting(store, RELATIONS).await?;
    let rules = setting(store, FEATURES).await?;
    let seen = store.seen().await?.into_iter().filter_map(|(jid, value)| {
        let read = serde_json::from_str(&value).map_err(|error| {
            tracing::error!(%error, "what was seen of a contact's card cannot be read");
        });
        Some((BareJid::new(&jid).ok()?, read.ok()?))
    });
    let book = store.book().await?;
    let is_message = |kind| kind == EntryKind::Message;
    let conversations = store.recent(KNOWN, AT_HAND).await?.into_iter().filter_map(|recent| {
        // Calls with people unknown are filed under a URI; they have no conversation.
        let with: Party = recent.with.parse().ok()?;
        let is_conversation = match &with {
            Party::Jid(jid) => jid.node().is_some() && !recent.with.contains(':'),
            Party::Sip(_) => {
                let mut kinds = recent.entries.iter().map(|entry| entry.kind);
                let mut older = recent.older.iter().map(|trace| trace.kind);
                kinds.any(is_message) || older.any(is_message)
            }
        };
        is_conversation.then_some(KeptConversation {
            with,
            account: recent.account,
            entries: recent.entries,
            older: recent.older,
            unread: recent.unread,
        })
    });
    Ok(Kept {
        conversations: conversations.collect(),
        outbox: outbox.into_iter().map(|waiting| (waiting.account, waiting.entry)).collect(),
        telephony,
        asking,
        sound,
        signals,
        seen: seen.collect(),
        relations,
        rules,
        book,
        guards: BTreeMap::new(),
    })
}

/// One setting; as if it never was set when it cannot be read.
async fn setting<T: DeserializeOwned + Default>(
    store: &Store,
    name: &'static str,
) -> Result<T, StoreError> {
    let Some(text) = store.setting(name).await? else { return Ok(T::default()) };
    Ok(serde_json::from_str(&text).unwrap_or_else(|error| {
        tracing::error!(name, %error, "a kept setting cannot be read");
        T::default()
    }))
}

fn set<T: Serialize>(store: &Store, name: &'static str, value: &T) -> Option<StoreError> {
    match serde_json::to_string(value) {
        Ok(text) => store.set_setting(name, text).refused(),
        Err(error) => Some(StoreError::Io(error.to_string())),
    }
}

/// Hands on what is to be kept. What goes wrong later is told by [`Store::trouble`]; that the
/// store takes nothing more now, by the error given back.
pub(super) fn keep(store: &Store, keep: Keep) -> Option<StoreError> {
    match keep {
        Keep::Entry(account, entry) => store.save(&account, *entry).refused(),
        Keep::State { account, with, id, reason: Some(reason), .. } => {
            store.refuse(&account, &with, &id, reason).refused()
        }
        Keep::State { account, with, id, state, reason: None } => {
            store.set_state(&account, &with, &id, state).refused()
        }
        Keep::Read(with) => store.mark_read(&with).refused(),
        Keep::Telephony(rules) => set(store, TELEPHONY, &rules),
        Keep::Asking(settled) => set(store, ASKING, &settled),
        Keep::Sound(chosen) => set(store, SOUND, &chosen),
        Keep::Signals(signals) => set(store, SIGNALS, &signals),
        Keep::Relations(relations) => set(store, RELATIONS, &relations),
        Keep::Rules(rules) => set(store, FEATURES, &rules),
        Keep::Seen(jid, seen) => match serde_json::to_string(&seen) {
            Ok(text) => store.set_seen(jid.as_str(), text).refused(),
            Err(error) => Some(StoreError::Io(error.to_string())),
        },
        Keep::Book(KeepBook { put, remove }) => {
            let removed: Vec<_> = remove.iter().map(|id| store.remove_book(id).refused()).collect();
            let put = (!put.is_empty()).then(|| store.put_book(put).refused()).flatten();
            put.or(removed.into_iter().flatten().next())
        }
    }
}

/// A page of history.
///
/// # Errors
/// When the history cannot be read.
pub(super) async fn history(store: Store, query: HistoryQuery) -> Result<Vec<Entry>, StoreError> {
    let HistoryQuery { with, before, after, limit } = query;
    match after {
        Some(after) => store.history_from(&with, after, before, limit).await,
        None => store.history(&with, before, limit).await,
    }
}

/// What answers `history.search`.
///
/// # Errors
/// When the history cannot be read.
pub(super) async fn search(
    store: Store,
    text: String,
    scope: Scope,
    limit: Option<u32>,
) -> Result<Reply, CommandError> {
    let found = store.search(&text, scope, limit.unwrap_or(MAX_PAGE)).await;
    found.map(Reply::History).map_err(refused)
}

/// What answers `history.count`.
///
/// # Errors
/// When the history cannot be read.
pub(super) async fn count(store: Store, scope: Scope) -> Result<Reply, CommandError> {
    store.count(scope).await.map(Reply::Counted).map_err(refused)
}

/// Writes the history out, as it is on the disk: into a new file, never over one that is there.
/// `watch` is told how far it is, and calls it off by `false`.
///
/// # Errors
/// When it cannot be read or written.
pub(super) async fn export(
    store: Store,
    path: Option<PathBuf>,
    scope: Scope,
    mut watch: impl FnMut(u64, u64) -> bool + Send + 'static,
) -> Result<Reply, CommandError> {
    let failed = |error: ExportError| match error {
        ExportError::CalledOff => CommandError::Cancelled,
        error => CommandError::Refused(error.to_string()),
    };
    store.flush().await.map_err(refused)?;
    let history = store.path().ok_or(ExportError::NoPlace).map_err(failed)?.to_owned();
    let path = match path {
        Some(path) if path.is_absolute() => path,
        Some(path) => return Err(failed(ExportError::Relative(path))),
        None => {
            let now = Now::read().wall.to_string();
            let digits: String = now.chars().filter(|c| c.is_ascii_alphanumeric()).collect();
            history.with_file_name(format!("history-{digits}.jsonl"))
        }
    };
    let work = move || match export_watched(&history, &scope, &path, &mut watch) {
        Ok(entries) => Ok(Reply::Exported { path, entries }),
        Err(error) => Err(failed(error)),
    };
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| Err(CommandError::Internal(error.to_string())))
}

/// Not done, and why.
pub(super) fn refused(error: StoreError) -> CommandError {
    match error {
        StoreError::Sql(_) | StoreError::Closed => CommandError::Internal(error.to_string()),
        error => CommandError::Refused(error.to_string()),
    }
}

/// Something was deleted, but the file was not written anew.
pub(super) fn remains(error: &StoreError) -> String {
    format!(
        "What you deleted is gone from the history, but remains of it may be in its file until you \
         delete something again. {error}"
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Arc;

    use super::*;
    use crate::model::book::BookEntry;
    use crate::model::call::Direction;
    use crate::model::dialing::CostClass;
    use crate::model::message::EntryKind;
    use crate::model::sound::{Chosen, Ringing, Volume};
    use crate::model::telephony::Telephony;
    use crate::model::time::Timestamp;

    #[tokio::test]
    async fn the_rules_for_calls_come_back_and_bad_ones_do_no_harm() {
        let store = Store::in_memory().unwrap();
        assert_eq!(kept(&store).await.unwrap().telephony, None);
        let rules = Telephony { dnd: true, ..Telephony::default() };
        assert_eq!(keep(&store, Keep::Telephony(Box::new(rules.clone()))), None);
        assert_eq!(kept(&store).await.unwrap().telephony, Some(rules));
        store.set_setting(TELEPHONY, "{".to_owned()).await.unwrap();
        assert_eq!(kept(&store).await.unwrap().telephony, None);
    }

    #[tokio::test]
    async fn what_was_chosen_for_sound_comes_back() {
        let store = Store::in_memory().unwrap();
        assert_eq!(kept(&store).await.unwrap().sound, Chosen::default());
        let ringing = Ringing { on: false, volume: Volume::Loud };
        let chosen = Chosen { input: Some("Headset".to_owned()), ringing, ..Chosen::default() };
        assert_eq!(keep(&store, Keep::Sound(Box::new(chosen.clone()))), None);
        assert_eq!(kept(&store).await.unwrap().sound, chosen);
        store.set_setting(SOUND, r#"{"input":"Headset"}"#.to_owned()).await.unwrap();
        let known = kept(&store).await.unwrap().sound;
        assert_eq!(known, Chosen { ringing: Ringing::default(), ..chosen });
    }

    #[tokio::test]
    async fn what_is_not_asked_about_comes_back() {
        let store = Store::in_memory().unwrap();
        assert_eq!(kept(&store).await.unwrap().asking, []);
        let settled = vec![CostClass::Pstn, CostClass::OtherDomain];
        assert_eq!(keep(&store, Keep::Asking(settled.clone())), None);
        assert_eq!(kept(&store).await.unwrap().asking, settled);
        store.set_setting(ASKING, r#"["pstn","later"]"#.to_owned()).await.unwrap();
        assert_eq!(kept(&store).await.unwrap().asking, [], "in doubt it is asked");
    }

    #[tokio::test]
    async fn the_address_book_comes_back() {
        let store = Store::in_memory().unwrap();
        let entry = |id: &str| -> Arc<BookEntry> {
            let text = format!(r#"{{"id":"{id}","name":"Bob","addresses":[{{"value":"12"}}]}}"#);
            Arc::new(serde_json::from_str(&text).unwrap())
        };
        let (one, two) = (entry("1"), entry("2"));
        let put = KeepBook { put: vec![one.clone(), two.clone()], ..KeepBook::default() };
        assert_eq!(keep(&store, Keep::Book(put)), None);
        assert_eq!(kept(&store).await.unwrap().book, [(*one).clone(), (*two).clone()]);
        let remove = KeepBook { remove: vec!["1".into()], ..KeepBook::default() };
        assert_eq!(keep(&store, Keep::Book(remove)), None);
        assert_eq!(kept(&store).await.unwrap().book, [(*two).clone()]);
    }

    #[test]
    fn a_store_that_takes_nothing_more_says_so() {
        let store = Store::in_memory().unwrap();
        let mut refused = 0;
        for n in 0..3 {
            let entry = Entry {
                id: n.to_string(),
                kind: EntryKind::Message,
                with: "eve@evil.example".to_owned(),
                direction: Direction::In,
                at: Timestamp::from_unix_millis(n),
                // More than may wait at once.
                body: Some("x".repeat(65 * 1024 * 1024)),
                state: None,
                reason: None,
                call: None,
            };
            refused +=
                u32::from(keep(&store, Keep::Entry("chat".into(), Box::new(entry))).is_some());
        }
        assert_eq!(refused, 3);
    }
}
