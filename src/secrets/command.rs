//! The user's password command, such as `pass show chat`.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::process::{Child, ChildStdout, Command};
use zeroize::{Zeroize as _, Zeroizing};

use super::SecretError;

/// How long a command may run.
pub(super) const LIMIT: Duration = Duration::from_secs(30);
/// The longest line that is taken for a password, in bytes.
const MAX_LINE: usize = 4096;

/// Runs the command by the shell and takes the first line that it prints. What it prints on
/// standard error goes nowhere, since it may hold anything.
pub(super) async fn first_line(
    line: &str,
    limit: Duration,
) -> Result<Zeroizing<String>, SecretError> {
    let mut child = shell(line)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| SecretError::NotRun(error.kind()))?;
    let group = Group::of(&child);
    match tokio::time::timeout(limit, outcome(&mut child)).await {
        Ok(outcome) => {
            group.spare();
            outcome
        }
        Err(_) => Err(SecretError::TookTooLong(limit)),
    }
}

async fn outcome(child: &mut Child) -> Result<Zeroizing<String>, SecretError> {
    let stdout = child.stdout.take().ok_or(SecretError::NothingPrinted)?;
    let printed = read(stdout).await;
    let status = child.wait().await.map_err(|error| SecretError::NotRun(error.kind()))?;
    if !status.success() {
        return Err(SecretError::CommandFailed(status));
    }
    let printed = printed?;
    let line = printed.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    match std::str::from_utf8(line) {
        _ if line.len() >= MAX_LINE => Err(SecretError::TooLong),
        Ok("") => Err(SecretError::NothingPrinted),
        Ok(text) => Ok(Zeroizing::new(text.to_owned())),
        Err(_) => Err(SecretError::NotText),
    }
}

/// The beginning of what is printed. The rest is read too, lest the command die of it. The
/// buffer never grows, for growing would leave copies behind.
async fn read(mut stdout: ChildStdout) -> Result<Zeroizing<Vec<u8>>, SecretError> {
    let mut kept = Zeroizing::new(vec![0; MAX_LINE]);
    let mut scrap = Zeroizing::new([0; 512]);
    let mut filled = 0;
    loop {
        let target = kept.get_mut(filled..).filter(|rest| !rest.is_empty());
        let keep = target.is_some();
        let target = target.unwrap_or(scrap.as_mut_slice());
        match stdout.read(target).await {
            Ok(0) => break,
            Ok(count) if keep => filled += count,
            Ok(_) => scrap.zeroize(),
            Err(error) => return Err(SecretError::NotRun(error.kind())),
        }
    }
    kept.truncate(filled);
    Ok(kept)
}

#[cfg(unix)]
fn shell(line: &str) -> Command {
    let mut command = Command::new("sh");
    // A group of its own, so that what the shell starts ends with it.
    command.arg("-c").arg(line).process_group(0);
    command
}

#[cfg(windows)]
fn shell(line: &str) -> Command {
    let mut command = Command::new("cmd");
    command.arg("/C").arg(line);
    command
}

/// Ends the whole group of processes when dropped, as on a time-out or when nobody waits any
/// more.
struct Group {
    #[cfg(unix)]
    leader: Option<rustix::process::Pid>,
}

impl Group {
    #[cfg(unix)]
    fn of(child: &Child) -> Self {
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        Self { leader: id.and_then(rustix::process::Pid::from_raw) }
    }

    #[cfg(not(unix))]
    fn of(_child: &Child) -> Self {
        Self {}
    }

    /// The command has ended; what it left running on purpose (an agent) goes on.
    #[cfg_attr(not(unix), allow(unused_mut))]
    fn spare(mut self) {
        #[cfg(unix)]
        self.leader.take();
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        #[cfg(unix)]
        if let Some(leader) = self.leader {
            // Gone already, as a rule.
            let _ = rustix::process::kill_process_group(leader, rustix::process::Signal::KILL);
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;

    async fn run(line: &str) -> Result<String, SecretError> {
        first_line(line, LIMIT).await.map(|password| password.to_string())
    }

    #[tokio::test]
    async fn the_first_line_is_the_password() {
        assert_eq!(run("printf 'pa ss\\nlogin: alice\\n'").await.unwrap(), "pa ss");
        assert_eq!(run("printf ' pass\\r\\n'").await.unwrap(), " pass");
        assert_eq!(
            run("yes | tr -d '\\n' | head -c 200000").await.err(),
            Some(SecretError::TooLong)
        );
        assert_eq!(run("echo pass; yes | head -c 200000").await.unwrap(), "pass");
    }

    #[tokio::test]
    async fn failures_are_told_apart() {
        assert!(matches!(run("echo pass; exit 3").await, Err(SecretError::CommandFailed(_))));
        assert!(matches!(run("no-such-command-here").await, Err(SecretError::CommandFailed(_))));
        assert_eq!(run("true").await, Err(SecretError::NothingPrinted));
        assert_eq!(run("echo; echo second").await, Err(SecretError::NothingPrinted));
        assert_eq!(run("printf '\\377\\n'").await, Err(SecretError::NotText));
        assert_eq!(run("echo secret >&2").await, Err(SecretError::NothingPrinted));
    }

    #[tokio::test]
    async fn a_command_that_hangs_is_ended_with_its_children() {
        let dir = tempfile::tempdir().unwrap();
        let pid = dir.path().join("pid");
        let line = format!("sleep 600 & echo $! > '{}'; wait", pid.display());
        // Long enough for a busy machine to start a shell in.
        let limit = Duration::from_secs(2);
        assert_eq!(first_line(&line, limit).await.err(), Some(SecretError::TookTooLong(limit)));
        let pid: i32 = std::fs::read_to_string(&pid).unwrap().trim().parse().unwrap();
        // Ended, though perhaps not yet reaped by whoever inherits it.
        let gone = || match std::fs::read_to_string(format!("/proc/{pid}/stat")) {
            Ok(stat) => stat.contains(") Z "),
            Err(_) => true,
        };
        let patience = std::time::Instant::now() + Duration::from_secs(10);
        while std::time::Instant::now() < patience {
            if gone() {
                return;
            }
            tokio::task::yield_now().await;
            std::thread::yield_now();
        }
        assert!(gone());
    }
}
