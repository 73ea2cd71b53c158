//! `dovetail diagnose`: writes a report to attach when asking for help.

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
    diagnose::save(&profile, &output).map_err(Failure::new)?;
    println!(
        "The report is in {}: the version, which settings are set, the accounts' states, the \
         profile's files and the end of the log, without passwords, messages and people's \
         addresses. Read it before you send it.",
        output.display()
    );
    Ok(ExitCode::SUCCESS)
}
