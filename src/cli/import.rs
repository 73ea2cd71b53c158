//! `dovetail import`: reads the other program's file, shows the plan, and adds it when told to.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use directories::BaseDirs;

use super::{Failure, load, open};
use crate::config::{self, Profile};
use crate::import::jitsi::{self, Account, Plan};
use crate::import::properties;

/// Jitsi's settings.
const JITSI: &str = "sip-communicator.properties";
/// Where newer versions of Jitsi keep them.
const JITSI_DATABASE: &str = "props.hsql.script";

/// `dovetail import jitsi [FILE] [--add]`
pub(super) fn jitsi(
    directory: Option<&Path>,
    file: Option<&Path>,
    add: bool,
) -> Result<ExitCode, Failure> {
    let file = match file {
        Some(file) => file.to_owned(),
        None => jitsi_file().ok_or_else(|| Failure::new("No home directory was found."))?,
    };
    let accounts = jitsi_accounts(&file)?;
    let mut plan = Plan::default();
    if add {
        let profile = open(directory)?;
        let add = |config: &_| {
            plan = jitsi::plan(&accounts, config);
            plan.tables()
        };
        config::append(&profile.config_path(), add).map_err(Failure::new)?;
    } else {
        // Looking makes no profile.
        let profile = Profile::choose(directory).map_err(Failure::new)?;
        plan = jitsi::plan(&accounts, &load(&profile)?);
    }
    println!("From {}:", file.display());
    print!("{}", plan.text(add));
    if file.with_file_name(JITSI_DATABASE).exists() {
        println!(
            "Jitsi keeps its settings in a database by now; what it changed since is not seen."
        );
    }
    if !plan.is_empty() {
        println!("{}", what_is_next(&plan, add, directory.is_some()));
    }
    Ok(ExitCode::SUCCESS)
}

/// What is left to the user.
fn what_is_next(plan: &Plan, added: bool, in_directory: bool) -> String {
    if !added {
        return "Nothing was changed. The same command with --add adds this; passwords are not \
                taken over."
            .to_owned();
    }
    let mut text = "Passwords were not taken over: Jitsi keeps them scrambled, and Dovetail keeps \
                    none in a file. Each goes into the keyring by its command"
        .to_owned();
    text.push_str(if in_directory { ", with the same --profile:" } else { ":" });
    for id in plan.ids() {
        text.push_str(&format!("\n  dovetail set-password {id}"));
    }
    text.push_str("\nDovetail signs in to them the next time that it starts.");
    text
}

fn jitsi_accounts(file: &Path) -> Result<Vec<Account>, Failure> {
    let shown = file.display();
    let bytes = read(file).map_err(|error| {
        let database = file.with_file_name(JITSI_DATABASE).exists();
        match error.kind() {
            io::ErrorKind::NotFound if database => Failure::new(format!(
                "{shown}: is not there. This Jitsi keeps its settings in a database, which \
                 Dovetail does not read."
            )),
            io::ErrorKind::NotFound => Failure::new(format!(
                "{shown}: is not there. Name Jitsi's {JITSI}: dovetail import jitsi FILE"
            )),
            _ => Failure::new(format!("{shown}: cannot be read: {error}")),
        }
    })?;
    jitsi::read(&bytes).map_err(|error| Failure::new(format!("{shown}: {error}.")))
}

/// The file, or as much of it as shows that it is too long.
fn read(file: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = u64::try_from(properties::MAX_LEN).map_err(io::Error::other)?;
    File::open(file)?.take(most + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Where Jitsi keeps its settings, or kept them under its former name; where it would keep
/// them when there are none.
fn jitsi_file() -> Option<PathBuf> {
    let dirs = BaseDirs::new()?;
    let (home, settings) = (dirs.home_dir(), dirs.config_dir());
    let places = if cfg!(any(windows, target_os = "macos")) {
        let at_home = home.join(".sip-communicator");
        vec![settings.join("Jitsi"), settings.join("SIP Communicator"), at_home]
    } else {
        vec![home.join(".jitsi"), home.join(".sip-communicator")]
    };
    let mut files = places.into_iter().map(|place| place.join(JITSI));
    let first = files.next()?;
    if first.exists() {
        return Some(first);
    }
    files.find(|file| file.exists()).or(Some(first))
}
