//! Figures that a run shows at its end, beside what `--nocapture` shows.

use std::io::Write;

/// Prints a line, and adds it to the file that `DOVETAIL_FIGURES` names.
pub fn tell(line: &str) {
    println!("{line}");
    if let Some(path) = std::env::var_os("DOVETAIL_FIGURES") {
        let mut file = std::fs::File::options().append(true).create(true).open(path).unwrap();
        writeln!(file, "{line}").unwrap();
    }
}
