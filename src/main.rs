//! Flags, logging, runtime; then one of the faces.

use std::process::ExitCode;

fn main() -> ExitCode {
    dovetail::cli::main()
}
