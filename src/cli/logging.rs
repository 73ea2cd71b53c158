//! Logs: to standard error and, with the window, to a file in the profile. `RUST_LOG` sets
//! what is in them.

use std::fs::{File, OpenOptions};
use std::path::Path;
use std::sync::Mutex;

use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, fmt};

/// Where the log file is begun anew.
const LARGEST: u64 = 4 * 1024 * 1024;

/// Starts logging. A log file that cannot be written is told, and no reason not to run.
pub(super) fn start(file: Option<&Path>) {
    let filter = || {
        let asked = EnvFilter::try_from_default_env();
        let mut filter = asked.unwrap_or_else(|_| EnvFilter::new(DEFAULT));
        // Whatever is asked for: no library writes passwords or messages here.
        if let Ok(directive) = crate::xmpp::LOG_DIRECTIVE.parse() {
            filter = filter.add_directive(directive);
        }
        filter
    };
    let screen = fmt::layer().with_writer(std::io::stderr);
    let file =
        file.and_then(open).map(|file| fmt::layer().with_ansi(false).with_writer(Mutex::new(file)));
    let _ = tracing_subscriber::registry().with(filter()).with(screen).with(file).try_init();
}

/// Warnings of everybody, and what we do ourselves.
const DEFAULT: &str = "warn,dovetail=info,winit=error";

fn open(path: &Path) -> Option<File> {
    let large = std::fs::metadata(path).is_ok_and(|meta| meta.len() > LARGEST);
    let mut options = OpenOptions::new();
    options.create(true).write(true).append(!large).truncate(large);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    match options.open(path) {
        Ok(file) => Some(file),
        Err(error) => {
            eprintln!("dovetail: no log file at {}: {error}", path.display());
            None
        }
    }
}
