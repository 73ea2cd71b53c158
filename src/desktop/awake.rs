//! The machine stays awake while somebody talks: no sleep, no dark screen. The session is asked
//! (`org.freedesktop.ScreenSaver`, which most desktops have; else the portal for sandboxed
//! programs), where there is neither the login manager, as far as it lets anybody.

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::status::Status;
use crate::lang;
use crate::tr;

#[cfg(all(unix, not(target_os = "macos")))]
mod bus;

/// Sees to it until `end`, and gives back then what it holds. Where nobody can be asked, nothing
/// happens.
pub async fn run(mut status: watch::Receiver<Status>, end: CancellationToken) {
    loop {
        let language = tokio::select! {
            biased;
            () = end.cancelled() => return,
            status = status.wait_for(|status| status.talks) => match status {
                Ok(status) => status.language,
                Err(_) => return,
            }
        };
        // Each thread has a language of its own.
        lang::speak(language);
        let reason = tr!("awake-reason");
        let over = async {
            tokio::select! {
                () = end.cancelled() => {}
                _ = status.wait_for(|status| !status.talks) => {}
            }
        };
        keep(reason, over).await;
    }
}

#[cfg(all(unix, not(target_os = "macos")))]
use bus::keep;

/// Nobody can be asked here.
#[cfg(not(all(unix, not(target_os = "macos"))))]
async fn keep(_reason: &str, over: impl Future<Output = ()>) {
    over.await;
}
