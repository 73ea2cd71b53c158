//! Where the program keeps what it keeps.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use directories::ProjectDirs;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::private::{create_private_dir, take_from_others};

/// The longest path that a Unix socket can have everywhere (`sun_path` of macOS, less its
/// final zero).
const MAX_SOCKET_PATH: usize = 103;

/// The directories of one profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    config: PathBuf,
    data: PathBuf,
    state: PathBuf,
    runtime: Option<PathBuf>,
    own_dir: bool,
}

/// Why there is no profile.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// The platform names no home.
    #[error("No home directory was found. Name a directory with --profile.")]
    NoHome,
    /// A directory cannot be made.
    #[error("The directory {} cannot be made: {source}", path.display())]
    Create {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file cannot be written.
    #[error(
        "{} cannot be written: {source}. Check its directory's owner and the room on the disk.",
        path.display()
    )]
    Write {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl Profile {
    /// The profile of `--profile DIR`, where everything lives under `DIR`.
    pub fn at(dir: &Path) -> Self {
        let dir = std::path::absolute(dir).unwrap_or_else(|_| dir.to_owned());
        let runtime = platform().and_then(|dirs| dirs.runtime_dir().map(Path::to_owned));
        Self { config: dir.clone(), data: dir.clone(), state: dir, runtime, own_dir: true }
    }

    /// The profile in the platform's directories.
    ///
    /// # Errors
    /// When the platform names no home directory.
    pub fn of_platform() -> Result<Self, ProfileError> {
        let dirs = platform().ok_or(ProfileError::NoHome)?;
        Ok(Self {
            config: dirs.config_dir().to_owned(),
            data: dirs.data_local_dir().to_owned(),
            state: dirs.state_dir().unwrap_or(dirs.data_local_dir()).to_owned(),
            runtime: dirs.runtime_dir().map(Path::to_owned),
            own_dir: false,
        })
    }

    /// `--profile DIR`, or the platform's.
    ///
    /// # Errors
    /// As [`Profile::of_platform`].
    pub fn choose(dir: Option<&Path>) -> Result<Self, ProfileError> {
        dir.map_or_else(Self::of_platform, |dir| Ok(Self::at(dir)))
    }

    /// Makes the directories that are not there, for the user alone.
    ///
    /// # Errors
    /// When one cannot be made.
    pub fn create(&self) -> Result<(), ProfileError> {
        let socket = self.socket_path();
        let dirs =
            [Some(self.config.as_path()), Some(&self.data), Some(&self.state), socket.parent()];
        for path in dirs.into_iter().flatten() {
            create_private_dir(path)
                .map_err(|source| ProfileError::Create { path: path.to_owned(), source })?;
        }
        Ok(())
    }

    /// What stands for this installation with servers: made once, then always the same.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn installation(&self) -> Result<Uuid, ProfileError> {
        let path = self.data.join("installation");
        let known = std::fs::read_to_string(&path).ok();
        if let Some(known) = known.and_then(|text| Uuid::try_parse(text.trim()).ok()) {
            return Ok(known);
        }
        let new = Uuid::new_v4();
        // Whole or not there, for the user alone.
        let write = || -> std::io::Result<()> {
            let mut file =
                tempfile::Builder::new().prefix(".installation-").tempfile_in(&self.data)?;
            writeln!(file, "{new}")?;
            file.as_file().sync_all()?;
            file.persist(&path)?;
            Ok(())
        };
        write().map_err(|source| ProfileError::Write { path: path.clone(), source })?;
        Ok(new)
    }

    /// Takes what others could read of the profile from them, and says so in the log: files that
    /// an earlier version, a backup or a copy left open.
    pub fn tighten(&self) {
        let history = self.history_path();
        let beside = |end: &str| {
            let mut name = history.clone().into_os_string();
            name.push(end);
            PathBuf::from(name)
        };
        let all = [
            self.config.clone(),
            self.data.clone(),
            self.state.clone(),
            self.config_path(),
            self.provisioned_path(),
            self.security_path(),
            self.preferences_path(),
            self.window_path(),
            history.clone(),
            beside("-wal"),
            beside("-shm"),
            self.log_path(),
        ];
        for path in all {
            match take_from_others(&path) {
                Ok(true) => tracing::warn!(path = %path.display(), "others could read this"),
                Ok(false) => {}
                Err(error) => tracing::warn!(path = %path.display(), %error, "left as it is"),
            }
        }
    }

    /// The configuration: `config.toml`.
    pub fn config_path(&self) -> PathBuf {
        self.config.join("config.toml")
    }

    /// What a provider set up: `provisioned.json`.
    pub fn provisioned_path(&self) -> PathBuf {
        self.config.join("provisioned.json")
    }

    /// What is known of the servers' protection: `security.json`.
    pub fn security_path(&self) -> PathBuf {
        self.data.join("security.json")
    }

    /// How the window looks and behaves: `preferences.json`.
    pub fn preferences_path(&self) -> PathBuf {
        self.config.join("preferences.json")
    }

    /// Where the window was: `window.json`.
    pub fn window_path(&self) -> PathBuf {
        self.state.join("window.json")
    }

    /// The history: `history.sqlite`.
    pub fn history_path(&self) -> PathBuf {
        self.data.join("history.sqlite")
    }

    /// The log: `dovetail.log`.
    pub fn log_path(&self) -> PathBuf {
        self.state.join("dovetail.log")
    }

    /// The socket of the remote control: under the profile's directory, or for the
    /// platform's profile in the user's runtime directory. A profile's path that is too long
    /// for a socket gives a name in the runtime directory instead.
    pub fn socket_path(&self) -> PathBuf {
        let at_home = self.state.join("dovetail.sock");
        match &self.runtime {
            Some(runtime) if !self.own_dir => runtime.join("dovetail.sock"),
            Some(runtime) if at_home.as_os_str().len() > MAX_SOCKET_PATH => {
                let digest = Sha256::digest(at_home.as_os_str().as_encoded_bytes());
                let name: String =
                    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
                runtime.join(format!("{name}.sock"))
            }
            _ => at_home,
        }
    }
}

fn platform() -> Option<ProjectDirs> {
    ProjectDirs::from("im", "dovetail", "Dovetail")
}
