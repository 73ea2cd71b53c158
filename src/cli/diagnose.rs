//! `dovetail diagnose`: writes a report to attach when asking for help.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::Failure;
use crate::config::Profile;
use crate::diagnose;

/// Writes the report into a new file for the user alone, or prints it.
pub(super) fn run(directory: Option<&Path>, output: Option<PathBuf>) -> Result<ExitCode, Failure> {
    let profile = Profile::choose(directory).map_err(Failure::new)?;
    let report = diagnose::report(&profile);
    let Some(output) = output else {
        print!("{report}");
        return Ok(ExitCode::SUCCESS);
    };
    let directory = match output.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    let told = |error: std::io::Error| {
        Failure::new(format!("{}: cannot be written: {error}", output.display()))
    };
    // Whole or not at all, for the user alone, and in no other file's place.
    let mut file = tempfile::NamedTempFile::new_in(directory).map_err(told)?;
    file.write_all(report.as_bytes()).map_err(told)?;
    file.persist_noclobber(&output).map_err(|error| told(error.error))?;
    println!(
        "The report is in {}: the version, which settings are set, the accounts' states, the \
         profile's files and the end of the log, without passwords, messages and people's \
         addresses. Read it before you send it.",
        output.display()
    );
    Ok(ExitCode::SUCCESS)
}
