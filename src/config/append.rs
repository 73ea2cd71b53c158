//! Adds to the file. What is in it stays byte for byte, and it is never half written.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::Config;
use super::file::{self, ConfigError};

/// Why nothing was added. The file is as it was.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// It cannot be used as it is.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// It could not be used with what was to be added.
    #[error("Nothing was added, for the file could not be read with it. {0}")]
    Unusable(#[source] ConfigError),
    /// Another program wrote it meanwhile.
    #[error("{}: was just changed by another program; nothing was added. Try again.", path.display())]
    Changed {
        /// Which file.
        path: PathBuf,
    },
    /// It cannot be written.
    #[error("{}: cannot be written: {source}", path.display())]
    Write {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Adds text to the end of the configuration at `path`, which need not be there yet but whose
/// directory must. `more` is asked for the text with what the file says now; an empty one
/// leaves all as it is. Gives what the file says afterwards.
///
/// The result is read before it takes the file's place, and takes it at once: whoever reads or
/// loses power meanwhile has the old file or the new one. It is readable by the user alone.
///
/// # Errors
/// When the file cannot be used before or after, was changed meanwhile, or cannot be written.
pub fn append(path: &Path, more: impl FnOnce(&Config) -> String) -> Result<Config, AppendError> {
    let old = file::text(path)?;
    let before = old.as_deref().unwrap_or_default();
    let config = Config::parse(before, path)?;
    let more = more(&config);
    if more.is_empty() {
        return Ok(config);
    }
    let gap = match before {
        "" => "",
        text if text.ends_with('\n') => "\n",
        _ => "\n\n",
    };
    let after = format!("{before}{gap}{more}");
    if after.len() > file::MAX_LEN {
        return Err(AppendError::Unusable(ConfigError::TooLong { path: path.to_owned() }));
    }
    let config = Config::parse(&after, path).map_err(AppendError::Unusable)?;
    // A configuration may be a link to where its owner keeps all of them.
    let target = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let unwritable = |source| AppendError::Write { path: target.clone(), source };
    let written = beside(&target, &after).map_err(unwritable)?;
    if file::text(path)? != old {
        return Err(AppendError::Changed { path: path.to_owned() });
    }
    written.persist(&target).map_err(|error| unwritable(error.error))?;
    sync_directory(&target);
    Ok(config)
}

/// Writes a file whole, for the user alone: whoever reads or loses power meanwhile has the old
/// file or the new one.
///
/// # Errors
/// The operating system's; the old file is there then.
pub fn write_private(path: &Path, text: &str) -> io::Result<()> {
    beside(path, text)?.persist(path).map_err(|error| error.error)?;
    sync_directory(path);
    Ok(())
}

/// The text in a file of its own in the same directory, on the disk, for the user alone.
fn beside(target: &Path, text: &str) -> io::Result<tempfile::NamedTempFile> {
    let directory = target.parent().unwrap_or(Path::new("."));
    let mut file =
        tempfile::Builder::new().prefix(".config-").suffix(".new").tempfile_in(directory)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// Puts the new name on the disk as well. Where a file system cannot, the name is as good as any.
fn sync_directory(target: &Path) {
    #[cfg(unix)]
    if let Some(Ok(directory)) = target.parent().map(std::fs::File::open) {
        let _ = directory.sync_all();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const OLD: &str = "# mine\r\n[[xmpp]]\njid = 'a@b.test' # no line end";

    fn directory() -> (tempfile::TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("config.toml");
        (directory, path)
    }

    fn names(directory: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(directory).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn what_was_there_stays_and_the_new_comes_after() {
        let (directory, path) = directory();
        std::fs::write(&path, OLD).unwrap();
        let more = "[[sip]]\naor = 'a@b.test'\nrelated_to = 'a@b.test'\n";
        let config = append(&path, |config| {
            assert_eq!(config.xmpp.len(), 1);
            more.to_owned()
        });
        assert_eq!(config.unwrap().sip.len(), 1);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), format!("{OLD}\n\n{more}"));
        append(&path, |_| "[audio]\ninput = 'null'\n".to_owned()).unwrap();
        let text = format!("{OLD}\n\n{more}\n[audio]\ninput = 'null'\n");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        assert_eq!(names(directory.path()), ["config.toml"]);
    }

    #[test]
    fn a_file_begins_with_the_first() {
        let (directory, path) = directory();
        append(&path, |_| String::new()).unwrap();
        assert!(names(directory.path()).is_empty());
        append(&path, |_| "[[xmpp]]\njid = 'a@b.test'\n".to_owned()).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text, "[[xmpp]]\njid = 'a@b.test'\n");
        let nowhere = directory.path().join("none/config.toml");
        let error = append(&nowhere, |_| text.clone()).unwrap_err().to_string();
        assert!(error.contains("none/config.toml: cannot be written"), "{error}");
    }

    #[test]
    fn what_would_break_the_file_is_not_added() {
        let (directory, path) = directory();
        for (old, more) in [
            (OLD, "[[xmpp]]\njid = 'a@b.test'\n"),
            (OLD, "[[sip]]\naor = 'a@b.test'\nrelated_to = 'nobody'\n"),
            ("xmpp = [{jid = 'a@b.test'}]", "[[xmpp]]\njid = 'c@b.test'\n"),
            (OLD, "nonsense\n"),
            (OLD, &"#".repeat(file::MAX_LEN)),
        ] {
            std::fs::write(&path, old).unwrap();
            let error = append(&path, |_| more.to_owned()).unwrap_err();
            assert!(matches!(error, AppendError::Unusable(_)), "{error}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), old);
        }
        std::fs::write(&path, "broken = ").unwrap();
        let asked = append(&path, |_| unreachable!());
        assert!(matches!(asked, Err(AppendError::Config(_))));
        assert_eq!(names(directory.path()), ["config.toml"]);
    }

    #[test]
    fn what_somebody_wrote_meanwhile_is_kept() {
        let (directory, path) = directory();
        std::fs::write(&path, OLD).unwrap();
        let error = append(&path, |_| {
            std::fs::write(&path, "# theirs\n").unwrap();
            "[audio]\n".to_owned()
        });
        assert!(matches!(error, Err(AppendError::Changed { .. })));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "# theirs\n");
        assert_eq!(names(directory.path()), ["config.toml"]);
    }

    #[cfg(unix)]
    #[test]
    fn it_is_the_users_alone_and_a_link_stays_one() {
        use std::os::unix::fs::PermissionsExt as _;
        let (directory, path) = directory();
        let kept = directory.path().join("kept.toml");
        std::fs::write(&kept, OLD).unwrap();
        std::os::unix::fs::symlink("kept.toml", &path).unwrap();
        append(&path, |_| "[audio]\n".to_owned()).unwrap();
        assert!(std::fs::symlink_metadata(&path).unwrap().is_symlink());
        assert_eq!(std::fs::read_to_string(&kept).unwrap(), format!("{OLD}\n\n[audio]\n"));
        assert_eq!(std::fs::metadata(&kept).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
