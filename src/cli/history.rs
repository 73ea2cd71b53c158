//! `dovetail history`: the history written out, and deleted from. Where an instance runs it is
//! the one that deletes, so that its faces follow.

use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::json;

use super::{Failure, open};
use crate::config::Profile;
use crate::model::history::{Deleted, Scope};
use crate::model::time::{Now, Timestamp};
use crate::rpc::client::{self, Outcome};
use crate::rpc::socket::{self, SocketError};
use crate::store::{self, Store};

/// What is done with it.
#[derive(Debug, Subcommand)]
pub(super) enum History {
    /// Write it out as JSON lines, the oldest first.
    Export {
        /// Only with this address.
        #[arg(long, value_name = "ADDRESS")]
        with: Option<String>,
        /// A new file; standard output when not given.
        file: Option<PathBuf>,
    },
    /// Show how much would be deleted, and delete it when told to.
    Delete(Delete),
}

/// What of it.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub(super) struct Part {
    /// All with this address.
    #[arg(long, value_name = "ADDRESS")]
    with: Option<String>,
    /// What is older than so many days.
    #[arg(long, value_name = "DAYS")]
    older_than: Option<u32>,
    /// All of it.
    #[arg(long, conflicts_with_all = ["with", "older_than"])]
    all: bool,
}

/// Which, and whether.
#[derive(Debug, Args)]
pub(super) struct Delete {
    #[command(flatten)]
    part: Part,
    /// Delete it. Without this nothing is changed.
    #[arg(long)]
    yes: bool,
}

pub(super) fn run(directory: Option<&Path>, command: History) -> Result<ExitCode, Failure> {
    let profile = open(directory)?;
    if !profile.history_path().exists() {
        return Err(Failure::new("There is no history in this profile yet."));
    }
    match command {
        History::Export { with, file } => export(&profile, with.as_deref(), file.as_deref()),
        History::Delete(delete) => self::delete(&profile, &delete),
    }
}

fn export(profile: &Profile, with: Option<&str>, file: Option<&Path>) -> Result<ExitCode, Failure> {
    let scope = with.map(Scope::with).unwrap_or_default();
    let history = profile.history_path();
    let Some(file) = file else {
        let mut out = BufWriter::new(std::io::stdout().lock());
        store::export(&history, &scope, &mut out).map_err(Failure::new)?;
        out.flush().map_err(Failure::new)?;
        return Ok(ExitCode::SUCCESS);
    };
    let count = store::export_to(&history, &scope, file).map_err(Failure::new)?;
    println!("{count} entries were written to {}.", file.display());
    Ok(ExitCode::SUCCESS)
}

fn delete(profile: &Profile, delete: &Delete) -> Result<ExitCode, Failure> {
    let before = delete.part.older_than.map(|days| {
        let days = i64::from(days) * 24 * 3600 * 1000;
        Timestamp::from_unix_millis(Now::read().wall.unix_millis() - days)
    });
    let with = delete.part.with.as_deref();
    let scope = Scope { before, ..with.map(Scope::with).unwrap_or_default() };
    if !delete.yes {
        let would = store::count(&profile.history_path(), &scope).map_err(Failure::new)?;
        println!(
            "{} Nothing was changed. The same command with --yes deletes this.",
            words(would, "would be")
        );
        return Ok(ExitCode::SUCCESS);
    }
    let deleted = match socket::claim(&profile.socket_path()) {
        Ok(_claim) => at_rest(profile, scope)?,
        Err(SocketError::Taken) => by_instance(profile, with, before)?,
        Err(error) => return Err(Failure::new(error)),
    };
    println!("{}", words(deleted, "were"));
    Ok(ExitCode::SUCCESS)
}

fn words(Deleted { deleted, waiting }: Deleted, were: &str) -> String {
    let mut text = format!("{deleted} entries {were} deleted.");
    if waiting > 0 {
        text.push_str(&format!(" {waiting} messages wait to be sent, and stay for that."));
    }
    text
}

/// Where nobody runs.
fn at_rest(profile: &Profile, scope: Scope) -> Result<Deleted, Failure> {
    let store = Store::open(&profile.history_path()).map_err(Failure::new)?;
    for note in store.notes().borrow().iter() {
        eprintln!("dovetail: {note}");
    }
    let deleted = store.delete(scope).wait().map_err(Failure::new)?;
    store.scrub().wait().map_err(|error| {
        Failure::new(format!(
            "{} Remains of it may be in the file until the same is done again: {error}",
            words(deleted, "were")
        ))
    })?;
    super::instance::runtime()?.block_on(store.close());
    Ok(deleted)
}

fn by_instance(
    profile: &Profile,
    with: Option<&str>,
    before: Option<Timestamp>,
) -> Result<Deleted, Failure> {
    let params = if with.is_none() && before.is_none() {
        json!({ "all": true })
    } else {
        json!({ "with": with, "before": before })
    };
    let outcome = client::call(&profile.socket_path(), "history.delete", Some(&params.to_string()));
    match outcome.map_err(Failure::new)? {
        Outcome::Result(result) => {
            let number = |key: &str| result.get(key).and_then(serde_json::Value::as_u64);
            Ok(Deleted {
                deleted: number("deleted").unwrap_or_default(),
                waiting: number("waiting").unwrap_or_default(),
            })
        }
        Outcome::Error(error) => {
            let text = error.get("message").and_then(serde_json::Value::as_str);
            Err(Failure::new(text.unwrap_or("The running Dovetail refused.")))
        }
    }
}
