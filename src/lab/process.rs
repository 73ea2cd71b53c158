//! A child process that logs to a file and ends with us.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use super::error::LabError;
use super::guard;

/// How many of a log's last lines an error quotes.
const TAIL_LINES: usize = 25;

/// How often an exit or an answer is looked for.
const POLL: Duration = Duration::from_millis(5);

/// A running program in a process group of its own, all of which is killed on drop, and also
/// when our process is killed.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
    log: PathBuf,
    ended: Option<ExitStatus>,
}

impl Process {
    /// Starts `command`, whose output is appended to the file `log`. Standard input is empty.
    /// `name` is what errors call it.
    ///
    /// # Errors
    /// `LabError::Io` when the log cannot be opened or the program not be started.
    pub fn spawn(name: &str, mut command: Command, log: &Path) -> Result<Self, LabError> {
        let output = File::options()
            .create(true)
            .append(true)
            .open(log)
            .map_err(LabError::io(format!("opening {}", log.display())))?;
        let copy = output.try_clone().map_err(LabError::io("sharing the log"))?;
        let _ = command.stdin(Stdio::null()).stdout(output).stderr(copy);
        own_group(&mut command);
        let child = command.spawn().map_err(LabError::io(format!("starting {name}")))?;
        let process = Self { name: name.to_owned(), child, log: log.to_owned(), ended: None };
        guard::watch_group(process.id())?;
        Ok(process)
    }

    /// Its process id, which is also that of its group.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Where it logs.
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// The last lines of its log.
    pub fn tail(&self) -> String {
        tail(&self.log)
    }

    /// Fails if it has ended.
    ///
    /// # Errors
    /// `LabError::Ended`, with the end of its log.
    pub fn check(&mut self) -> Result<(), LabError> {
        match self.poll_exit() {
            None => Ok(()),
            Some(status) => Err(LabError::Ended {
                server: self.name.clone(),
                status,
                log: self.log.clone(),
                tail: self.tail(),
            }),
        }
    }

    /// Asks `answer` again and again until it says yes.
    ///
    /// # Errors
    /// `LabError::Ended` when the process ends meanwhile, `LabError::NotReady` after `limit`.
    pub async fn until<F>(&mut self, limit: Duration, mut answer: F) -> Result<(), LabError>
    where
        F: AsyncFnMut() -> bool,
    {
        let start = Instant::now();
        while start.elapsed() < limit {
            self.check()?;
            // An answer that never comes must not hide that the limit has passed.
            if tokio::time::timeout(Duration::from_secs(2), answer()).await == Ok(true) {
                return self.check();
            }
            tokio::time::sleep(POLL).await;
        }
        Err(LabError::NotReady {
            server: self.name.clone(),
            log: self.log.clone(),
            tail: self.tail(),
        })
    }

    /// Asks it to end (SIGTERM), waits for `grace`, then kills what is left of the group.
    pub async fn stop(mut self, grace: Duration) {
        terminate(&self.child);
        let start = Instant::now();
        while self.poll_exit().is_none() && start.elapsed() < grace {
            tokio::time::sleep(POLL).await;
        }
    }

    fn poll_exit(&mut self) -> Option<ExitStatus> {
        if self.ended.is_none() {
            self.ended = self.child.try_wait().ok().flatten();
        }
        self.ended
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        kill_group(&mut self.child);
        let _ = self.child.wait();
        guard::forget_group(self.child.id());
    }
}

/// The path of an installed program: `$PATH`, and where Debian keeps daemons.
pub fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/sbin", "/usr/local/sbin"].map(PathBuf::from))
        .map(|directory| directory.join(program))
        .find(|candidate| candidate.is_file())
}

/// The last lines of a file, as text whatever it holds.
pub fn tail(file: &Path) -> String {
    let bytes = fs::read(file).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().collect();
    let skipped = lines.len().saturating_sub(TAIL_LINES);
    lines.into_iter().skip(skipped).collect::<Vec<_>>().join("\n")
}

/// Puts the child into a process group of its own, so that all it forks can be killed with it
/// and a Ctrl-C at our terminal does not reach it before we know.
#[cfg(unix)]
pub fn own_group(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    let _ = command.process_group(0);
}

/// Windows has no process groups of this kind.
#[cfg(not(unix))]
pub fn own_group(_command: &mut Command) {}

#[cfg(unix)]
fn kill_group(child: &mut Child) {
    use rustix::process::{Signal, kill_process_group};
    if let Some(group) = group_of(child) {
        let _ = kill_process_group(group, Signal::KILL);
    }
    let _: io::Result<()> = child.kill();
}

#[cfg(not(unix))]
fn kill_group(child: &mut Child) {
    let _: io::Result<()> = child.kill();
}

#[cfg(unix)]
fn terminate(child: &Child) {
    use rustix::process::{Signal, kill_process};
    if let Some(id) = group_of(child) {
        let _ = kill_process(id, Signal::TERM);
    }
}

#[cfg(not(unix))]
fn terminate(_child: &Child) {}

#[cfg(unix)]
fn group_of(child: &Child) -> Option<rustix::process::Pid> {
    i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw)
}
