//! The program's own checks, run on a profile, and what they print.

// Each test file that includes this module uses its own part of it.
#![allow(dead_code)]

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

/// What the program said.
#[derive(Debug)]
pub struct Said {
    pub status: i32,
    pub out: String,
    pub err: String,
}

/// Runs the program on a profile with these lines on its standard input.
pub fn run(profile: &Path, arguments: &[&str], input: &str) -> Said {
    let mut child = Command::new(env!("CARGO_BIN_EXE_dovetail"))
        .args(arguments)
        .arg("--profile")
        .arg(profile)
        // No keyring of whoever runs this takes part.
        .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
        .env_remove("RUST_LOG")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Who needs no input may be gone already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    Said {
        status: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

impl Said {
    /// The lines of the first report.
    pub fn lines(&self) -> Vec<Value> {
        let reports: Value = serde_json::from_str(&self.out)
            .unwrap_or_else(|error| panic!("{error}: {}{}", self.out, self.err));
        reports[0]["lines"].as_array().unwrap().clone()
    }

    /// The verdicts of one item of one part.
    pub fn verdicts(&self, part: &str, item: &str) -> Vec<String> {
        let lines = self.lines();
        let found = lines.iter().filter(|line| line["part"] == part && line["item"] == item);
        found.map(|line| line["verdict"].as_str().unwrap().to_owned()).collect()
    }

    /// The lines that are not well, as `part item verdict`.
    pub fn complaints(&self) -> Vec<String> {
        let lines = self.lines();
        let bad = lines
            .iter()
            .filter(|line| line["verdict"] == "problem" || line["verdict"] == "warning");
        let word = |line: &Value, key: &str| line[key].as_str().unwrap().to_owned();
        bad.map(|line| {
            format!("{} {} {}", word(line, "part"), word(line, "item"), word(line, "verdict"))
        })
        .collect()
    }
}
