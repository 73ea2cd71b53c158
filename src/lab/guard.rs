//! Nothing of a lab survives us, however we end.
//!
//! `Drop` covers returning and panicking. For the rest (SIGKILL, `process::exit`, abort) one
//! shell a process waits at the end of a pipe that only we hold open: at end of file it kills
//! the process groups and removes the directories that it was told of. It needs no thread, no
//! signal handler and no privilege, and works on every Unix.

use std::io::Write;
use std::path::Path;
use std::process::{ChildStdin, Command, Stdio};
use std::sync::{Mutex, PoisonError};

use super::error::LabError;
use super::process::own_group;

/// Lines in: `+ GROUP`, `- GROUP`, `d DIRECTORY`.
const SCRIPT: &str = r#"
trap '' HUP INT QUIT TERM
groups=' '
while IFS= read -r line; do
    what=${line%% *}
    rest=${line#* }
    case $what in
        +) groups="$groups$rest " ;;
        -) case $groups in
            *" $rest "*) groups="${groups%% "$rest" *} ${groups#* "$rest" }" ;;
        esac ;;
        d) set -- "$@" "$rest" ;;
    esac
done
for group in $groups; do kill -s KILL -- "-$group"; done
for directory do rm -rf -- "$directory"; done
"#;

static GUARD: Mutex<Option<ChildStdin>> = Mutex::new(None);

/// Has the process group `group` killed when we end.
///
/// # Errors
/// `LabError::Io` when there is no shell.
pub fn watch_group(group: u32) -> Result<(), LabError> {
    tell(&format!("+ {group}\n"))
}

/// The group has ended and its number may be given to others.
pub fn forget_group(group: u32) {
    // A guard that cannot be told any more has nothing left to wait for either.
    let _ = tell(&format!("- {group}\n"));
}

/// Has `directory` removed when we end, should it still be there.
///
/// # Errors
/// `LabError::Io` when there is no shell.
pub fn watch_directory(directory: &Path) -> Result<(), LabError> {
    tell(&format!("d {}\n", directory.display()))
}

fn tell(line: &str) -> Result<(), LabError> {
    let mut guard = GUARD.lock().unwrap_or_else(PoisonError::into_inner);
    let pipe = match guard.take() {
        Some(pipe) => pipe,
        None => start()?,
    };
    guard.insert(pipe).write_all(line.as_bytes()).map_err(LabError::io("telling the lab's guard"))
}

fn start() -> Result<ChildStdin, LabError> {
    let mut command = Command::new("sh");
    let _ = command
        .args(["-c", SCRIPT, "dovetail-lab-guard"])
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    // A group of its own, or Ctrl-C would end the guard together with us.
    own_group(&mut command);
    let mut child = command.spawn().map_err(LabError::io("starting the lab's guard"))?;
    child.stdin.take().ok_or_else(|| LabError::Absent("pipe to its guard".to_owned()))
}
