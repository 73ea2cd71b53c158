//! Where a running instance is found: a Unix socket of mode 0600 in the profile; and the lock
//! beside it, which keeps a second instance off the same profile.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::server::Service;
use crate::config::create_private_file;

/// Why the socket could not be had.
#[derive(Debug, thiserror::Error)]
pub enum SocketError {
    /// Another instance serves this profile.
    #[error("Dovetail already runs with this profile.")]
    Taken,
    /// The platform refused.
    #[error("The control socket {} cannot be used: {source}", path.display())]
    Io {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// The right to serve a profile. The platform takes it back when the process ends, however it
/// ends.
#[derive(Debug)]
pub struct Claim {
    path: PathBuf,
    _lock: File,
}

/// Removes the socket's file when the instance ends, and then gives the claim up.
#[derive(Debug)]
pub struct Guard(Claim);

impl Drop for Guard {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0.path);
    }
}

/// Claims the profile whose socket is at `path`: before anything else of it is touched.
///
/// # Errors
/// [`SocketError::Taken`] when another instance has it.
pub fn claim(path: &Path) -> Result<Claim, SocketError> {
    let broken = |source| SocketError::Io { path: path.to_owned(), source };
    let lock = create_private_file(&path.with_extension("lock")).map_err(broken)?;
    match lock.try_lock() {
        Ok(()) => Ok(Claim { path: path.to_owned(), _lock: lock }),
        Err(TryLockError::WouldBlock) => Err(SocketError::Taken),
        Err(TryLockError::Error(source)) => Err(broken(source)),
    }
}

impl Claim {
    /// Serves every connection on the profile's socket until the guard is dropped and the
    /// runtime ends.
    ///
    /// # Errors
    /// When the platform refuses the socket.
    #[cfg(unix)]
    pub fn serve(self, service: Service) -> Result<Guard, SocketError> {
        use std::os::unix::fs::PermissionsExt;

        let path = &self.path;
        let broken = |source| SocketError::Io { path: path.clone(), source };
        // Left behind by an instance that was killed.
        let _ = std::fs::remove_file(path);
        let listener = tokio::net::UnixListener::bind(path).map_err(broken)?;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).map_err(broken)?;
        tokio::spawn(accept(listener, service));
        Ok(Guard(self))
    }

    /// There is no control socket on this platform yet; the instance runs without one.
    ///
    /// # Errors
    /// Never.
    #[cfg(not(unix))]
    pub fn serve(self, _service: Service) -> Result<Guard, SocketError> {
        Ok(Guard(self))
    }
}

#[cfg(unix)]
async fn accept(listener: tokio::net::UnixListener, service: Service) {
    /// Connections at once.
    const CLIENTS: usize = 32;
    /// The wait after a connection could not be taken.
    const PAUSE: std::time::Duration = std::time::Duration::from_secs(1);

    let slots = std::sync::Arc::new(tokio::sync::Semaphore::new(CLIENTS));
    loop {
        let Ok(slot) = slots.clone().acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, _)) => {
                let service = service.clone();
                tokio::spawn(async move {
                    let (input, output) = stream.into_split();
                    if let Err(error) = super::server::serve(service, input, output).await {
                        tracing::debug!(%error, "a control connection ended");
                    }
                    drop(slot);
                });
            }
            Err(error) => {
                // Such as too many open files: it passes.
                tracing::warn!(%error, "the control socket failed");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}
