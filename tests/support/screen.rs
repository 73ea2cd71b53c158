//! A screen without a monitor (Xvfb), and a hand on its mouse and keyboard (xdotool).
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use dovetail::lab::guard;

const PATIENCE: Duration = Duration::from_secs(60);

/// A running X server with a display number that nobody else has. Dropping it ends it.
pub struct Screen {
    server: Child,
    name: String,
    /// Where the server keeps what is on the screen.
    pixels: tempfile::TempDir,
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
        guard::forget_group(self.server.id());
    }
}

impl Screen {
    /// Its width and height.
    pub const SIZE: (u32, u32) = (1120, 720);

    /// Starts one. There is no window manager: a window stands in its corner.
    pub fn start() -> Self {
        use std::os::unix::process::CommandExt;
        let (width, height) = Self::SIZE;
        let pixels = tempfile::tempdir().unwrap();
        // It starts over when its last client goes, unless told not to, and refuses the next then.
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", &format!("{width}x{height}x24")])
            .args(["-nolisten", "tcp", "-noreset", "-fbdir"])
            .arg(pixels.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("Xvfb (scripts/setup test installs it)");
        guard::watch_group(server.id()).unwrap();
        let mut number = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut number).unwrap();
        Self { server, name: format!(":{}", number.trim()), pixels }
    }

    /// What `DISPLAY` is to be.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The window whose title matches, once it is there.
    pub fn window(&self, title: &str) -> u64 {
        let found = self.within(PATIENCE, title);
        found.unwrap_or_else(|| panic!("no window is called {title}"))
    }

    /// Whether a window's title matches within this time.
    pub fn shows(&self, title: &str, limit: Duration) -> bool {
        self.within(limit, title).is_some()
    }

    fn within(&self, limit: Duration, title: &str) -> Option<u64> {
        let end = Instant::now() + limit;
        loop {
            let found = self.xdotool(&["search", "--onlyvisible", "--name", title]);
            let found = found.and_then(|ids| ids.lines().next()?.parse().ok());
            if found.is_some() || Instant::now() > end {
                return found;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Whether a window that can be seen has a title that matches.
    pub fn has(&self, title: &str) -> bool {
        self.xdotool(&["search", "--onlyvisible", "--name", title]).is_some()
    }

    /// A window's width and height.
    pub fn size(&self, window: u64) -> (u32, u32) {
        let shape = self.xdotool(&["getwindowgeometry", "--shell", &window.to_string()]);
        let shape = shape.expect("the window's shape");
        let value = |name: &str| {
            let line = shape.lines().find_map(|line| line.strip_prefix(name)).expect(name);
            line.parse().unwrap()
        };
        (value("WIDTH="), value("HEIGHT="))
    }

    /// Where a window's corner is.
    pub fn place(&self, window: u64) -> (i32, i32) {
        let shape = self.xdotool(&["getwindowgeometry", "--shell", &window.to_string()]);
        let shape = shape.expect("the window's place");
        let value = |name: &str| {
            let line = shape.lines().find_map(|line| line.strip_prefix(name)).expect(name);
            line.parse().unwrap()
        };
        (value("X="), value("Y="))
    }

    /// Puts a window's corner here, then gives it this size.
    pub fn shape(&self, window: u64, (width, height): (u32, u32), (x, y): (i32, i32)) {
        let (window, width, height) = (window.to_string(), width.to_string(), height.to_string());
        let (x, y) = (x.to_string(), y.to_string());
        self.xdotool(&["windowmove", &window, &x, &y]).expect("a place");
        self.xdotool(&["windowsize", &window, &width, &height]).expect("a size");
    }

    /// Presses a key where a window is to get it; one that has closed gets none.
    pub fn press(&self, window: u64, key: &str) {
        self.focus(window);
        let _ = self.xdotool(&["key", key]);
    }

    /// What is seen in a part of the screen, by the pixel.
    pub fn pixels(&self, columns: Range<u64>, lines: Range<u64>) -> Vec<u8> {
        let file = File::open(self.pixels.path().join("Xvfb_screen0")).expect("the screen");
        // Its form is that of `xwd`: a head of big-endian words, colours of 12 bytes, pixels.
        let word = |number: u64| {
            let mut bytes = [0; 4];
            file.read_exact_at(&mut bytes, 4 * number).expect("the head");
            u64::from(u32::from_be_bytes(bytes))
        };
        let (head, bits, line, colors) = (word(0), word(11), word(12), word(19));
        let width = (columns.end - columns.start) * bits / 8;
        let mut pixels = vec![0; usize::try_from(width * (lines.end - lines.start)).unwrap()];
        let parts = pixels.chunks_exact_mut(usize::try_from(width).unwrap());
        for (part, number) in parts.zip(lines) {
            let at = head + 12 * colors + number * line + columns.start * bits / 8;
            file.read_exact_at(part, at).expect("a line");
        }
        pixels
    }

    /// Moves the pointer and clicks.
    pub fn click(&self, (x, y): (u32, u32)) {
        let (x, y) = (x.to_string(), y.to_string());
        self.xdotool(&["mousemove", &x, &y, "click", "1"]).expect("a click");
    }

    /// Moves the pointer.
    pub fn point(&self, (x, y): (u32, u32)) {
        self.xdotool(&["mousemove", &x.to_string(), &y.to_string()]).expect("a move");
    }

    /// Types into a window. With no window manager, nobody else gives it the focus.
    pub fn type_text(&self, window: u64, text: &str) {
        self.xdotool(&["windowfocus", "--sync", &window.to_string()]).expect("the focus");
        self.xdotool(&["type", "--delay", "20", text]).expect("typing");
    }

    /// Gives a window the focus; one that has closed gets none.
    pub fn focus(&self, window: u64) {
        let _ = self.xdotool(&["windowfocus", &window.to_string()]);
    }

    /// Takes the focus from every window.
    pub fn leave(&self) {
        let root = self.xdotool(&["search", "--maxdepth", "0", "--name", ".*"]);
        let root = root.and_then(|ids| ids.lines().next()?.parse().ok()).expect("the root");
        self.focus(root);
    }

    /// Waits until no window has such a title.
    pub fn gone(&self, title: &str) {
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            if self.xdotool(&["search", "--onlyvisible", "--name", title]).is_none() {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("a window is still called {title}");
    }

    /// Presses a key.
    pub fn key(&self, key: &str) {
        self.xdotool(&["key", key]).expect("a key");
    }

    fn xdotool(&self, arguments: &[&str]) -> Option<String> {
        let mut command = Command::new("xdotool");
        let output = command.args(arguments).env("DISPLAY", &self.name).output();
        let output = output.expect("xdotool (scripts/setup test installs it)");
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    }
}
