//! Writes the file beside the hub, the newest state alone.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use super::file::{self, File, LoadNotice};
use crate::config::Config;
use crate::model::id::AccountId;
use crate::model::security::Guard;

/// Holds what is remembered, and keeps it.
#[derive(Debug, Default)]
pub(crate) struct Keeper {
    file: File,
    /// What the writer is to write; `None` where nothing is written.
    newest: Option<watch::Sender<File>>,
    writer: Option<JoinHandle<()>>,
}

impl Keeper {
    /// Reads the file at `path`; `None` remembers nothing beyond this run.
    pub fn load(path: Option<&Path>) -> (Self, Option<PathBuf>, Option<LoadNotice>) {
        let (file, path, notice) = match path {
            Some(path) => file::load(path),
            None => (File::default(), None, None),
        };
        (Self { file, ..Self::default() }, path, notice)
    }

    /// Begins to write, on the current runtime; `trouble` hears what goes wrong.
    pub fn start(&mut self, path: PathBuf, trouble: mpsc::UnboundedSender<String>) {
        let (newest, mut changes) = watch::channel(self.file.clone());
        self.newest = Some(newest);
        self.writer = Some(tokio::spawn(async move {
            while changes.changed().await.is_ok() {
                let file = changes.borrow_and_update().clone();
                let path = path.clone();
                let shown = path.display().to_string();
                let saved = tokio::task::spawn_blocking(move || file.save(&path)).await;
                let why = match saved {
                    Ok(Ok(())) => continue,
                    Ok(Err(error)) => error.to_string(),
                    Err(error) => error.to_string(),
                };
                let _ = trouble.send(format!(
                    "{shown}: what is known of your servers' protection cannot be written ({why}). \
                     After a restart a weaker sign-in may not be noticed."
                ));
            }
        }));
    }

    /// What is remembered of the accounts of a configuration.
    pub fn guards(&self, config: &Config) -> BTreeMap<AccountId, Guard> {
        let known = |(id, address): (AccountId, String)| {
            let guard = self.file.guard(&id, &address)?.clone();
            Some((id, guard))
        };
        addresses(config).filter_map(known).collect()
    }

    /// What is remembered of one account.
    pub fn guard(&self, config: &Config, id: &AccountId) -> Guard {
        let address = addresses(config).find(|(known, _)| known == id);
        let guard = address.and_then(|(id, address)| self.file.guard(&id, &address).cloned());
        guard.unwrap_or_default()
    }

    /// Remembers it, and has it written.
    pub fn set(&mut self, config: &Config, id: &AccountId, guard: Guard) {
        let Some((_, address)) = addresses(config).find(|(known, _)| known == id) else { return };
        let used = |id: &AccountId| addresses(config).any(|(known, _)| known == *id);
        if self.file.set(id, &address, guard, used)
            && let Some(newest) = &self.newest
        {
            newest.send_replace(self.file.clone());
        }
    }

    /// Waits until all is written.
    pub async fn finish(&mut self) {
        self.newest = None;
        if let Some(writer) = self.writer.take() {
            let _ = writer.await;
        }
    }
}

/// The accounts of a configuration with their addresses.
fn addresses(config: &Config) -> impl Iterator<Item = (AccountId, String)> {
    let chats = config.xmpp.iter().map(|account| (account.id.clone(), account.jid.to_string()));
    let phones = config.sip.iter().map(|account| (account.id.clone(), account.aor.to_string()));
    chats.chain(phones)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn config() -> Config {
        let text = "[[xmpp]]\nid = \"chat\"\njid = \"a@b.test\"\n";
        Config::parse(text, Path::new("/config.toml")).unwrap()
    }

    #[tokio::test]
    async fn the_last_state_is_there_after_a_restart() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("security.json");
        let (config, id) = (config(), AccountId::new("chat"));
        let (mut keeper, may_write, _) = Keeper::load(Some(&path));
        let (trouble, mut told) = mpsc::unbounded_channel();
        keeper.start(may_write.unwrap(), trouble);
        let mut guard = Guard::default();
        for bound in [false, true] {
            guard.seen.tls = true;
            guard.seen.bound = bound;
            keeper.set(&config, &id, guard.clone());
        }
        // Of an account that is not there nothing is kept.
        keeper.set(&config, &AccountId::new("gone"), guard.clone());
        keeper.finish().await;
        assert!(told.try_recv().is_err());
        let (again, _, _) = Keeper::load(Some(&path));
        assert_eq!(again.guard(&config, &id), guard);
        assert_eq!(again.guards(&config).len(), 1);
    }

    #[tokio::test]
    async fn what_cannot_be_written_is_told() {
        let directory = tempfile::tempdir().unwrap();
        let (mut keeper, _, _) = Keeper::load(None);
        let (trouble, mut told) = mpsc::unbounded_channel();
        keeper.start(directory.path().join("no/such/security.json"), trouble);
        let guard = Guard { certificate: None, ..Guard::default() };
        keeper.set(&config(), &AccountId::new("chat"), guard);
        keeper.finish().await;
        assert!(told.try_recv().unwrap().contains("cannot be written"));
    }
}
