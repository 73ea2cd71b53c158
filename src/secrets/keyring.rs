//! The platform's keyring. Its calls block, and on Linux they panic on a thread of the async
//! runtime; so each runs on a thread of its own, which also may outlive a question that the
//! user never answers without holding up the program's end.

use std::time::Duration;

use keyring::{Entry, Error};
use tokio::sync::oneshot;
use zeroize::{Zeroize as _, Zeroizing};

use super::SecretError;

/// How long the user may take to unlock the keyring.
const LIMIT: Duration = Duration::from_secs(120);

pub(super) async fn get(service: &str, account: &str) -> Result<Zeroizing<String>, SecretError> {
    with_entry(service, account, |entry| entry.get_password().map(Zeroizing::new)).await
}

pub(super) async fn set(
    service: &str,
    account: &str,
    password: Zeroizing<String>,
) -> Result<(), SecretError> {
    with_entry(service, account, move |entry| entry.set_password(&password)).await
}

pub(super) async fn delete(service: &str, account: &str) -> Result<(), SecretError> {
    with_entry(service, account, |entry| entry.delete_credential()).await
}

async fn with_entry<T: Send + 'static>(
    service: &str,
    account: &str,
    act: impl FnOnce(&Entry) -> keyring::Result<T> + Send + 'static,
) -> Result<T, SecretError> {
    let (service, account) = (service.to_owned(), account.to_owned());
    let (answer, answered) = oneshot::channel();
    let run = move || {
        let result = Entry::new(&service, &account).and_then(|entry| act(&entry)).map_err(told);
        // Nobody waits any more: the result, wiped when dropped, is not needed.
        let _ = answer.send(result);
    };
    std::thread::Builder::new()
        .name("keyring".to_owned())
        .spawn(run)
        .map_err(|error| SecretError::Keyring(error.to_string()))?;
    match tokio::time::timeout(LIMIT, answered).await {
        Ok(Ok(result)) => result,
        Ok(Err(_)) => Err(SecretError::Keyring("it stopped working".to_owned())),
        Err(_) => Err(SecretError::NoAnswer),
    }
}

fn told(error: Error) -> SecretError {
    match error {
        Error::NoEntry if is_locked() => SecretError::Locked,
        Error::NoEntry => SecretError::NoEntry,
        Error::NoStorageAccess(_) => SecretError::Locked,
        Error::NoDefaultStore | Error::NotSupportedByStore(_) => SecretError::NoStore,
        Error::Ambiguous(_) => SecretError::Several,
        Error::BadEncoding(mut bytes) | Error::BadDataFormat(mut bytes, _) => {
            bytes.zeroize();
            SecretError::NotText
        }
        Error::PlatformFailure(error) => {
            if is_locked() {
                SecretError::Locked
            } else {
                SecretError::Keyring(error.to_string())
            }
        }
        other => SecretError::Keyring(other.to_string()),
    }
}

/// Whether the store is locked: the Secret Service answers a search in a locked collection
/// with nothing found.
#[cfg(all(unix, not(target_os = "macos")))]
fn is_locked() -> bool {
    use secret_service::EncryptionType;
    use secret_service::blocking::SecretService;

    let Ok(service) = SecretService::connect(EncryptionType::Plain) else {
        return false;
    };
    service.get_default_collection().and_then(|collection| collection.is_locked()).unwrap_or(false)
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
fn is_locked() -> bool {
    false
}
