//! Where the window was, kept in `window.json` of the profile. What is read is kept within bounds:
//! the file may be old, broken, or from a larger screen.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::config::write_private;

/// The longest file that is read, in bytes: ours have some hundred.
const LONGEST: u64 = 4 << 10;
/// The least width and height of the window.
pub const LEAST: (f32, f32) = (360.0, 480.0);
/// The largest side that is opened.
const MOST: f32 = 8_192.0;
/// Further from the origin no screen lies.
const FAR: f32 = 32_768.0;

/// What is kept: in pixels of the screen's own scale, whatever that of the window is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Place {
    /// Its width and height, when it fills no screen.
    pub size: (f32, f32),
    /// Its corner, where the platform tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<(f32, f32)>,
    /// How many points of the screen one of these pixels is.
    pub scale: f32,
    /// It filled the screen.
    pub maximized: bool,
    /// The person was told that closing leaves the program in the tray.
    pub told_of_tray: bool,
}

impl Default for Place {
    fn default() -> Self {
        let (size, at) = ((1120.0, 720.0), None);
        Self { size, at, scale: 1.0, maximized: false, told_of_tray: false }
    }
}

/// Why a file says nothing.
#[derive(Debug, thiserror::Error)]
enum ReadError {
    #[error("it cannot be read: {0}")]
    Io(#[from] io::Error),
    #[error("it is too long")]
    TooLong,
    #[error("{0}")]
    Content(#[from] serde_json::Error),
}

impl Place {
    /// Within bounds; a number that is none counts as not said.
    fn sane(self) -> Self {
        let side = |value: f32, least: f32, usual: f32| match value.is_finite() {
            true => value.clamp(least, MOST),
            false => usual,
        };
        let usual = Self::default().size;
        let size = (side(self.size.0, LEAST.0, usual.0), side(self.size.1, LEAST.1, usual.1));
        let near = |value: f32| value.is_finite() && value.abs() < FAR;
        let at = self.at.filter(|(x, y)| near(*x) && near(*y));
        let scale = if (0.5..=8.0).contains(&self.scale) { self.scale } else { 1.0 };
        Self { size, at, scale, ..self }
    }

    /// The same, so that the window can be reached on the screens that there are now.
    pub fn reachable(self) -> Self {
        if self.at.is_some() { self.on(&screens()) } else { self }
    }

    /// The same without its corner where the window's head would be on none of these screens:
    /// nobody could reach it to move it.
    pub fn on(self, screens: &[Screen]) -> Self {
        let Some((x, y)) = self.at else { return self };
        let (middle, head) = ((x + self.size.0 / 2.0) * self.scale, (y + HEAD) * self.scale);
        let is_seen = screens.iter().any(|screen| screen.has(middle, head));
        Self { at: self.at.filter(|_| is_seen), ..self }
    }
}

/// So far below its upper edge a window is taken hold of, in pixels.
const HEAD: f32 = 24.0;

/// A screen: its corner and its size, in points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Screen {
    /// Its corner.
    pub at: (f32, f32),
    /// Its width and height.
    pub size: (f32, f32),
}

impl Screen {
    fn has(&self, x: f32, y: f32) -> bool {
        let (left, top) = self.at;
        (left..left + self.size.0).contains(&x) && (top..top + self.size.1).contains(&y)
    }
}

/// The screens of this session, as X11 tells them; none where it does not. Elsewhere nobody tells
/// a window where it is, and none is put anywhere.
#[cfg(all(unix, not(target_os = "macos")))]
fn screens() -> Vec<Screen> {
    monitors().unwrap_or_default()
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
fn screens() -> Vec<Screen> {
    Vec::new()
}

#[cfg(all(unix, not(target_os = "macos")))]
fn monitors() -> Option<Vec<Screen>> {
    use x11rb::connection::Connection as _;
    use x11rb::protocol::randr::ConnectionExt as _;
    let (connection, number) = x11rb::connect(None).ok()?;
    let root = connection.setup().roots.get(number)?.root;
    let reply = connection.randr_get_monitors(root, true).ok()?.reply().ok()?;
    let screen = |one: &x11rb::protocol::randr::MonitorInfo| Screen {
        at: (f32::from(one.x), f32::from(one.y)),
        size: (f32::from(one.width), f32::from(one.height)),
    };
    Some(reply.monitors.iter().map(screen).collect())
}

/// Where the window is, and the file that keeps it.
#[derive(Debug, Clone, Default)]
pub struct Kept {
    place: Place,
    written: Option<Place>,
    file: Option<PathBuf>,
}

impl Kept {
    /// Reads a file; one that is not there, or is broken, is as good as an empty one.
    pub fn read(file: PathBuf) -> Self {
        let written = match read(&file) {
            Ok(place) => place,
            Err(error) => {
                tracing::warn!(path = %file.display(), %error, "where the window was is not known");
                None
            }
        };
        Self { place: written.unwrap_or_default().sane(), written, file: Some(file) }
    }

    /// Where it is.
    pub fn place(&self) -> Place {
        self.place
    }

    /// It is elsewhere, or larger, or smaller.
    pub fn set(&mut self, place: Place) {
        self.place = place.sane();
    }

    /// What is to be written, if anything changed.
    pub fn job(&mut self) -> Option<Job> {
        if self.written == Some(self.place) {
            return None;
        }
        self.written = Some(self.place);
        Some(Job { place: self.place, file: self.file.clone()? })
    }
}

/// A place that is to be written; it may wait for the disk.
#[derive(Debug)]
pub struct Job {
    place: Place,
    file: PathBuf,
}

impl Job {
    /// Writes it. That it could not is no more than a line in the log.
    pub fn run(self) {
        let written = serde_json::to_string(&self.place)
            .map_err(io::Error::from)
            .and_then(|text| write_private(&self.file, &format!("{text}\n")));
        if let Err(error) = written {
            let path = self.file.display();
            tracing::warn!(%path, %error, "where the window is was not kept");
        }
    }
}

fn read(path: &Path) -> Result<Option<Place>, ReadError> {
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    let mut text = String::new();
    if file.take(LONGEST + 1).read_to_string(&mut text)? as u64 > LONGEST {
        return Err(ReadError::TooLong);
    }
    Ok(Some(serde_json::from_str(&text)?))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn file() -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("window.json");
        (dir, path)
    }

    #[test]
    fn what_was_kept_comes_back_and_is_written_once() {
        let (_dir, path) = file();
        let mut kept = Kept::read(path.clone());
        assert_eq!(kept.place(), Place::default());
        let place = Place { size: (800.0, 600.0), at: Some((40.0, -20.0)), ..Place::default() };
        kept.set(place);
        kept.job().unwrap().run();
        assert!(kept.job().is_none(), "nothing changed since");
        let mut again = Kept::read(path);
        assert_eq!(again.place(), place);
        assert!(again.job().is_none());
        assert!(Kept::default().job().is_none(), "there is no file");
    }

    #[test]
    fn a_broken_file_is_ignored_and_a_strange_one_kept_within_bounds() {
        let (_dir, path) = file();
        let long = format!("{{\"size\":[800,600]{}}}", " ".repeat(5_000));
        for broken in ["", "{", "[]", "{\"size\":\"large\"}", "\u{0}", &long] {
            std::fs::write(&path, broken).unwrap();
            assert_eq!(Kept::read(path.clone()).place(), Place::default(), "{broken}");
        }
        let read = |text: &str| {
            std::fs::write(&path, text).unwrap();
            Kept::read(path.clone()).place()
        };
        assert_eq!(read(r#"{"size":[1,1]}"#).size, LEAST);
        assert_eq!(read(r#"{"size":[1e30,-5]}"#).size, (MOST, LEAST.1));
        assert_eq!(read(r#"{"size":[900,700],"at":[1e9,0]}"#).at, None);
        let newer = read(r#"{"size":[900,700],"at":[-5,7],"wings":2}"#);
        assert_eq!((newer.size, newer.at), ((900.0, 700.0), Some((-5.0, 7.0))));
        let odd = Place { size: (f32::NAN, f32::INFINITY), at: Some((f32::NAN, 0.0)), ..newer };
        assert_eq!(Place { scale: f32::NAN, ..odd }.sane(), Place::default());
    }

    #[test]
    fn a_window_is_opened_where_it_can_be_reached() {
        let screen = |x: f32| Screen { at: (x, 0.0), size: (1920.0, 1080.0) };
        let place = |x: f32, y: f32| Place { at: Some((x, y)), ..Place::default() };
        let both = [screen(0.0), screen(1920.0)];
        assert_eq!(place(2000.0, 50.0).on(&both).at, Some((2000.0, 50.0)));
        assert_eq!(place(2000.0, 50.0).on(&both[..1]).at, None, "that screen has gone");
        assert_eq!(place(0.0, 1075.0).on(&both).at, None, "below the edge");
        assert_eq!(place(-200.0, 0.0).on(&both).at, Some((-200.0, 0.0)), "half of it is seen");
        assert_eq!(place(0.0, 0.0).on(&[]).at, None, "where screens are not known");
        let fine = Place { scale: 2.0, ..place(2000.0, 50.0) };
        assert_eq!(fine.on(&both).at, None, "twice as many points from the corner");
    }
}
