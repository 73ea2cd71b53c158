//! Files of the person's own: where new ones are proposed, and what the program keeps for itself.

use std::path::{Component, Path, PathBuf};

use directories::UserDirs;
use time::OffsetDateTime;

use super::words::Clock;
use crate::config::Profile;

/// The longest path that can be typed, in bytes.
pub const LONGEST: usize = 1_024;

/// What the window knows of files.
#[derive(Debug, Clone, Default)]
pub struct Files {
    /// The profile, where there is one.
    pub profile: Option<Profile>,
    /// The log, where one is written.
    pub log: Option<PathBuf>,
    /// The directory that new files are proposed in.
    pub folder: Option<PathBuf>,
}

impl Files {
    /// Those of a profile; `logs` when a log is written there.
    pub fn of(profile: &Profile, logs: bool) -> Self {
        let dirs = UserDirs::new();
        let folder = dirs.as_ref().map(|dirs| {
            let downloads = dirs.download_dir().filter(|path| path.is_dir());
            downloads.unwrap_or(dirs.home_dir()).to_owned()
        });
        Self { log: logs.then(|| profile.log_path()), folder, profile: Some(profile.clone()) }
    }

    /// The path of a new file, such as `/home/alice/Downloads/dovetail-report-2026-03-01-1104.txt`.
    pub fn propose(&self, stem: &str, ending: &str, clock: Clock) -> String {
        let at = clock.now.to_utc().checked_to_offset(clock.zone);
        let at = at.unwrap_or(OffsetDateTime::UNIX_EPOCH);
        let (date, hour, minute) = (at.date(), at.hour(), at.minute());
        let name = format!("dovetail-{stem}-{date}-{hour:02}{minute:02}.{ending}");
        let folder = self.folder.as_deref();
        folder.map_or(name.clone(), |folder| folder.join(&name).display().to_string())
    }
}

/// What was typed as a whole path, `~` being the home directory; none when it is none.
pub fn typed(text: &str) -> Option<PathBuf> {
    let path = Path::new(text.trim());
    let mut parts = path.components();
    let path = match parts.next() {
        Some(Component::Normal(first)) if first == "~" => {
            std::env::home_dir()?.join(parts.as_path())
        }
        _ => path.to_owned(),
    };
    (path.is_absolute() && path.file_name().is_some()).then_some(path)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use ::time::UtcOffset;

    use super::*;
    use crate::lang::Hours;
    use crate::model::time::Timestamp;

    #[test]
    fn a_new_file_is_named_after_what_is_in_it_and_when() {
        let now = Timestamp::parse("2026-03-01T23:04:59Z").unwrap();
        let zone = UtcOffset::from_hms(1, 0, 0).unwrap();
        let clock = Clock { now, sampled: now, zone, hours: Hours::default() };
        let files = Files { folder: Some("/home/alice".into()), ..Files::default() };
        let name = files.propose("report", "txt", clock);
        assert_eq!(name, "/home/alice/dovetail-report-2026-03-02-0004.txt");
        assert_eq!(typed(&name), Some(PathBuf::from(name)));
    }

    #[test]
    fn only_a_whole_path_is_one() {
        assert_eq!(typed(" /a/b.txt "), Some("/a/b.txt".into()));
        for none in ["", "  ", "b.txt", "./b.txt", "~alice/b.txt", "/"] {
            assert_eq!(typed(none), None, "{none}");
        }
        let home = std::env::home_dir().unwrap();
        assert_eq!(typed("~/b.txt"), Some(home.join("b.txt")));
    }
}
