//! The face without a window: JSON-RPC on standard input and output, until the input ends or
//! the process is asked to end.

use crate::hub::Handle;
use crate::rpc::server::{self, Service};

/// Serves standard input and output.
pub async fn serve(handle: Handle) {
    let service = Service { handle, desk: None };
    tokio::select! {
        done = server::serve(service, tokio::io::stdin(), tokio::io::stdout()) => {
            if let Err(error) = done {
                tracing::info!(%error, "standard input or output closed");
            }
        }
        () = asked_to_end() => {}
    }
}

/// Waits for SIGTERM, SIGINT or their like.
#[cfg(unix)]
pub async fn asked_to_end() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut terminate), Ok(mut interrupt)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

/// Waits for Ctrl+C.
#[cfg(not(unix))]
pub async fn asked_to_end() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
