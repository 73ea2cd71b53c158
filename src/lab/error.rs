//! Why a lab could not be had.

use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;

/// Why a server or peer could not be started, stopped or asked.
#[derive(Debug, thiserror::Error)]
pub enum LabError {
    /// A program is not installed.
    #[error("{program} is not installed; on Debian or Ubuntu: apt install {packages}")]
    Missing {
        /// The program that was looked for.
        program: &'static str,
        /// The Debian packages that bring all that the lab wants of it.
        packages: &'static str,
    },
    /// A file, directory or process could not be handled.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: String,
        /// What the system said.
        source: io::Error,
    },
    /// A certificate could not be made.
    #[error("certificate: {0}")]
    Certificate(#[from] rcgen::Error),
    /// No loopback port was free.
    #[error("no free port on 127.0.0.1")]
    NoPort,
    /// Somebody else took a server's port between our choice and its start.
    #[error("{0} could not have its port")]
    PortTaken(&'static str),
    /// The server ended before it was ready, or while it was in use.
    #[error("{server} ended ({status}); the end of {}:\n{tail}", log.display())]
    Ended {
        /// Which.
        server: String,
        /// How.
        status: ExitStatus,
        /// Where it logged.
        log: PathBuf,
        /// The last lines there.
        tail: String,
    },
    /// The server did not answer in time.
    #[error("{server} did not answer in time; the end of {}:\n{tail}", log.display())]
    NotReady {
        /// Which.
        server: String,
        /// Where it logged.
        log: PathBuf,
        /// The last lines there.
        tail: String,
    },
    /// This lab has no such server or user.
    #[error("the lab has no {0}")]
    Absent(String),
}

impl LabError {
    /// Turns an I/O error into one that says what was tried.
    pub fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }
}
