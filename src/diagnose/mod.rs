//! A report that a user attaches when they ask for help (`dovetail diagnose`): one text that they
//! can read before they send it. It holds no secret, no message, no name of a contact; addresses
//! stand under names of their own. It is made also where no instance runs, and where the
//! configuration cannot be read: that is when it is needed.

mod config;
mod redact;

use std::fmt::Write as _;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};
use serde_json::Value;

pub use redact::Redactor;

use crate::config::{Config, Profile};
use crate::model::time::Now;
use crate::rpc::client::{self, Outcome};

/// The most of the log's end that is taken, in bytes, and in lines.
const LOG_BYTES: u64 = 512 * 1024;
const LOG_LINES: usize = 2000;

/// Why the report is in no file.
#[derive(Debug, thiserror::Error)]
#[error("{}: cannot be written: {source}", path.display())]
pub struct SaveError {
    /// Where it was to be.
    pub path: PathBuf,
    /// Why.
    pub source: io::Error,
}

/// Writes the report into a new file: whole or not at all, for the user alone, and in no other
/// file's place. It waits for the disk, and for an instance that runs.
///
/// # Errors
/// When there is a file already, or none can be made there.
pub fn save(profile: &Profile, path: &Path) -> Result<(), SaveError> {
    let told = |source| SaveError { path: path.to_owned(), source };
    let directory = path.parent().filter(|parent| *parent != Path::new(""));
    let mut file =
        tempfile::NamedTempFile::new_in(directory.unwrap_or(Path::new("."))).map_err(told)?;
    file.write_all(report(profile).as_bytes()).map_err(told)?;
    file.persist_noclobber(path).map_err(|error| told(error.error))?;
    Ok(())
}

/// The report.
pub fn report(profile: &Profile) -> String {
    let text = crate::config::text(&profile.config_path()).ok().flatten().unwrap_or_default();
    let home = std::env::home_dir().map(|home| home.to_string_lossy().into_owned());
    let mut redactor = Redactor::new(config::domains(&text), home);
    let mut out = format!(
        "Dovetail {}, {} {}, {}\n\nThis report holds no password, no message and no name of a \
         contact. Addresses are replaced (user-1@…); domains of your own accounts stay. Read it \
         before you send it.\n",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH,
        serde_json::to_value(Now::read().wall)
            .ok()
            .and_then(|at| at.as_str().map(str::to_owned))
            .unwrap_or_default(),
    );
    section(&mut out, "Configuration", &configuration(profile, &text, &mut redactor));
    section(&mut out, "Provider", &provider(&profile.provisioned_path()));
    section(&mut out, "Running instance", &instance(profile, &mut redactor));
    section(&mut out, "Files", &files(profile));
    section(&mut out, "History", &history(&profile.history_path()));
    section(&mut out, "Log", &log(&profile.log_path(), &mut redactor));
    out
}

fn section(out: &mut String, name: &str, text: &str) {
    let _ = write!(out, "\n## {name}\n\n{}\n", text.trim_end());
}

fn configuration(profile: &Profile, text: &str, redactor: &mut Redactor) -> String {
    let path = profile.config_path();
    let keys = config::keys(text, redactor);
    match crate::config::text(&path) {
        Ok(None) => "There is no config.toml.".to_owned(),
        Err(error) => config::trouble(&error),
        Ok(Some(_)) => match Config::load(&path) {
            Ok(_) => keys,
            Err(error) => format!("{}\n{keys}", config::trouble(&error)),
        },
    }
}

/// What is known of a provider's document: not what is in it.
fn provider(path: &Path) -> String {
    let Ok(text) = std::fs::read_to_string(path) else {
        return "No provider set up accounts.".to_owned();
    };
    let Ok(record) = serde_json::from_str::<Value>(&text) else {
        return "provisioned.json cannot be read.".to_owned();
    };
    let host = record["url"].as_str().and_then(|url| url::Url::parse(url).ok());
    let host = host.as_ref().and_then(url::Url::host_str).unwrap_or("somewhere").to_owned();
    format!(
        "From {host}, found by {}, serial {}, asked for {}.",
        record["source"], record["document"]["serial"], record["asked"]
    )
}

/// How the accounts are, as the instance that runs says.
fn instance(profile: &Profile, redactor: &mut Redactor) -> String {
    let mut out = String::new();
    for method in ["status", "security"] {
        match client::call(&profile.socket_path(), method, None) {
            Ok(Outcome::Result(value)) => {
                let shown = serde_json::to_string_pretty(&value).unwrap_or_default();
                let _ = writeln!(out, "{method}: {}", redactor.clean(&shown));
            }
            Ok(Outcome::Error(error)) => {
                let _ = writeln!(out, "{method}: {}", redactor.clean(&error.to_string()));
            }
            Err(error) => return error.to_string(),
        }
    }
    out
}

/// The files that Dovetail keeps: how large, and who may read them.
fn files(profile: &Profile) -> String {
    let history = profile.history_path();
    let beside = |end: &str| {
        let mut name = history.clone().into_os_string();
        name.push(end);
        name.into()
    };
    let all = [
        profile.config_path(),
        profile.provisioned_path(),
        profile.security_path(),
        history.clone(),
        beside("-wal"),
        beside("-shm"),
        profile.log_path(),
        profile.socket_path(),
    ];
    let mut out = String::new();
    for path in all {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let Ok(meta) = std::fs::symlink_metadata(&path) else { continue };
        let _ = writeln!(out, "{name}: {} bytes{}", meta.len(), mode(&meta));
    }
    if out.is_empty() { "There are none yet.".to_owned() } else { out }
}

#[cfg(unix)]
fn mode(meta: &std::fs::Metadata) -> String {
    use std::os::unix::fs::PermissionsExt as _;
    format!(", mode {:04o}", meta.permissions().mode() & 0o7777)
}

#[cfg(not(unix))]
fn mode(_: &std::fs::Metadata) -> String {
    String::new()
}

/// Whether the history's file is whole.
fn history(path: &Path) -> String {
    if !path.exists() {
        return "There is none yet.".to_owned();
    }
    let look = || -> rusqlite::Result<(i64, String)> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let file = Connection::open_with_flags(path, flags)?;
        let form = file.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        let verdict = file.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        Ok((form, verdict))
    };
    match look() {
        Ok((form, verdict)) if verdict == "ok" => format!("Form {form}, whole."),
        Ok((form, _)) => format!("Form {form}, damaged."),
        Err(error) => format!("It cannot be read: {error}."),
    }
}

/// The end of the log.
fn log(path: &Path, redactor: &mut Redactor) -> String {
    match tail(path) {
        Ok(text) => {
            let lines: Vec<&str> = text.lines().collect();
            let first = lines.len().saturating_sub(LOG_LINES);
            redactor.clean(&lines.get(first..).unwrap_or_default().join("\n"))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            "There is no log file: the window writes one, and --headless writes to standard error."
                .to_owned()
        }
        Err(error) => format!("It cannot be read: {error}."),
    }
}

fn tail(path: &Path) -> io::Result<String> {
    let mut file = std::fs::File::open(path)?;
    let len = file.metadata()?.len();
    file.seek(SeekFrom::Start(len.saturating_sub(LOG_BYTES)))?;
    let mut bytes = Vec::new();
    file.take(LOG_BYTES).read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    // A line that was cut may begin within an address.
    let whole = len <= LOG_BYTES;
    Ok(if whole {
        text
    } else {
        text.split_once('\n').map(|(_, rest)| rest.to_owned()).unwrap_or_default()
    })
}
