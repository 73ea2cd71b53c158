//! Whether the session starts the program when the person logs in: an entry in their directory
//! for that (Desktop Application Autostart Specification), which a desktop's own settings know, too.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::config::write_private;

/// The longest entry that is read, in bytes.
const LONGEST: u64 = 64 << 10;
const NAME: &str = "im.dovetail.Dovetail";

/// The entry of one profile. Cheap enough to clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Autostart {
    file: PathBuf,
    exec: String,
}

/// Why that cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum AutostartError {
    /// The entry cannot be read.
    #[error("{} cannot be read: {source}.", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It cannot be written, or removed.
    #[error("{} cannot be changed: {source}.", path.display())]
    Write {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl Autostart {
    /// That of this program with a profile; none where the session starts nothing by such an
    /// entry, or could not find the program.
    #[cfg(all(unix, not(target_os = "macos")))]
    pub fn of(profile: Option<&Path>) -> Option<Self> {
        // Within a sandbox the path of the program is nobody else's.
        if std::env::var_os("FLATPAK_ID").is_some() || std::env::var_os("SNAP").is_some() {
            return None;
        }
        let image = std::env::var_os("APPIMAGE").map(PathBuf::from);
        let program = image.or_else(|| std::env::current_exe().ok())?;
        let home = directories::BaseDirs::new()?.config_dir().to_owned();
        Self::at(&home, &program, profile)
    }

    /// None: this platform has another way.
    #[cfg(not(all(unix, not(target_os = "macos"))))]
    pub fn of(_profile: Option<&Path>) -> Option<Self> {
        None
    }

    /// That of a program with a profile, in this home of configurations.
    pub fn at(home: &Path, program: &Path, profile: Option<&Path>) -> Option<Self> {
        let mut exec = quoted(program.to_str()?);
        let mut name = NAME.to_owned();
        if let Some(profile) = profile {
            let profile = std::path::absolute(profile).ok()?;
            exec.push_str(&format!(" --profile {}", quoted(profile.to_str()?)));
            let digest = Sha256::digest(profile.as_os_str().as_encoded_bytes());
            let short: String = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
            name = format!("{NAME}.{short}");
        }
        exec.push_str(" --in-tray");
        Some(Self { file: home.join("autostart").join(format!("{name}.desktop")), exec })
    }

    /// Where the entry is.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Whether the session starts it.
    ///
    /// # Errors
    /// When the entry cannot be read.
    pub fn is_on(&self) -> Result<bool, AutostartError> {
        let failed = |source| AutostartError::Read { path: self.file.clone(), source };
        let file = match File::open(&self.file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            file => file.map_err(failed)?,
        };
        let mut text = Vec::new();
        let _ = file.take(LONGEST).read_to_end(&mut text).map_err(failed)?;
        Ok(starts(&String::from_utf8_lossy(&text)))
    }

    /// Has the session start it, or not. Afterwards it is so.
    ///
    /// # Errors
    /// When the entry cannot be written or removed.
    pub fn set(&self, on: bool) -> Result<bool, AutostartError> {
        let failed = |source| AutostartError::Write { path: self.file.clone(), source };
        if on {
            let directory = self.file.parent().unwrap_or(Path::new("."));
            std::fs::create_dir_all(directory).map_err(failed)?;
            write_private(&self.file, &self.entry()).map_err(failed)?;
        } else {
            match std::fs::remove_file(&self.file) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
                _ => {}
            }
        }
        Ok(on)
    }

    fn entry(&self) -> String {
        format!(
            "[Desktop Entry]\nType=Application\nName=Dovetail\nExec={}\nIcon={NAME}\n\
             Terminal=false\nStartupNotify=false\nX-GNOME-Autostart-enabled=true\n",
            self.exec
        )
    }
}

/// Whether an entry starts something: desktops that turn one off leave it there and say so in it.
fn starts(entry: &str) -> bool {
    let (mut within, mut runs) = (false, false);
    for line in entry.lines().map(str::trim) {
        if line.starts_with('[') {
            within = line == "[Desktop Entry]";
            continue;
        }
        let Some((key, value)) = line.split_once('=').filter(|_| within) else { continue };
        match (key.trim_end(), value.trim_start()) {
            ("Hidden", "true") | ("X-GNOME-Autostart-enabled", "false") => return false,
            ("Exec", value) => runs = !value.is_empty(),
            _ => {}
        }
    }
    runs
}

/// An argument of a command line in an entry (Desktop Entry Specification, "The Exec key"): quoted,
/// then escaped as every value is.
fn quoted(argument: &str) -> String {
    let mut out = String::from("\"");
    for character in argument.chars() {
        match character {
            '"' | '`' | '$' => out.extend(["\\\\", character.encode_utf8(&mut [0; 4])]),
            '\\' => out.push_str("\\\\\\\\"),
            '%' => out.push_str("%%"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn autostart(profile: Option<&str>) -> (tempfile::TempDir, Autostart) {
        let home = tempfile::tempdir().unwrap();
        let program = Path::new("/opt/Dove tail/dovetail");
        let autostart = Autostart::at(home.path(), program, profile.map(Path::new)).unwrap();
        (home, autostart)
    }

    #[test]
    fn it_is_turned_on_and_off() {
        let (home, autostart) = autostart(None);
        assert!(!autostart.is_on().unwrap());
        assert!(autostart.set(true).unwrap() && autostart.is_on().unwrap());
        let file = home.path().join("autostart/im.dovetail.Dovetail.desktop");
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.contains("\nExec=\"/opt/Dove tail/dovetail\" --in-tray\n"), "{text}");
        assert!(!autostart.set(false).unwrap() && !file.exists());
        assert!(!autostart.set(false).unwrap(), "nothing to remove is as good");
    }

    #[test]
    fn what_the_desktop_turned_off_is_off() {
        let (_home, autostart) = autostart(None);
        autostart.set(true).unwrap();
        let text = std::fs::read_to_string(autostart.file()).unwrap();
        for line in ["Hidden=true", "X-GNOME-Autostart-enabled = false"] {
            std::fs::write(autostart.file(), format!("{text}{line}\n")).unwrap();
            assert!(!autostart.is_on().unwrap(), "{line}");
            autostart.set(true).unwrap();
            assert!(autostart.is_on().unwrap(), "turned on again");
        }
        let elsewhere = format!("{text}[Desktop Action x]\nHidden=true\n");
        std::fs::write(autostart.file(), elsewhere).unwrap();
        assert!(autostart.is_on().unwrap());
        std::fs::write(autostart.file(), "\u{0}\u{1}").unwrap();
        assert!(!autostart.is_on().unwrap(), "nonsense starts nothing");
    }

    #[test]
    fn each_profile_has_an_entry_of_its_own() {
        let (_home, one) = autostart(Some("/home/ann/work"));
        let (_home, other) = autostart(Some("/home/ann/play"));
        assert_ne!(one.file().file_name(), other.file().file_name());
        assert!(one.exec.ends_with(" --profile \"/home/ann/work\" --in-tray"), "{}", one.exec);
    }

    #[test]
    fn a_path_is_one_argument_whatever_is_in_it() {
        assert_eq!(quoted("/a b"), r#""/a b""#);
        assert_eq!(quoted(r#"/a"b"#), r#""/a\\"b""#);
        assert_eq!(quoted("/$a`b"), r#""/\\$a\\`b""#);
        assert_eq!(quoted(r"/a\b"), r#""/a\\\\b""#);
        assert_eq!(quoted("/100%u\n"), r#""/100%%u\n""#);
    }

    #[test]
    fn a_directory_that_takes_nothing_is_told() {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("autostart"), "a file").unwrap();
        let autostart = Autostart::at(home.path(), Path::new("/bin/dovetail"), None).unwrap();
        let error = autostart.set(true).unwrap_err();
        assert!(error.to_string().contains("cannot be changed"), "{error}");
    }
}
