//! What stands on a screen without a monitor: looked at by the points' colours, and saved for
//! people (ImageMagick's `import` and `convert`).
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

use std::collections::HashMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::screen::Screen;

/// A colour as the screen shows it.
pub type Rgb = [u8; 3];

/// The shortest line of one colour that belongs to a block, and the lowest such block, in points.
const LEAST: (u32, u32) = (24, 20);
/// So many points are no change.
const TRIFLE: usize = 150;
/// As high as the words on a button.
const LABEL: u32 = 20;
/// A picture of a window has more colours than this: the steps at the edges of its letters.
const FEW_COLOURS: usize = 40;

/// All points of the screen.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    pub width: u32,
    pub height: u32,
    points: Vec<u8>,
}

/// A filled block, such as a button.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    pub left: u32,
    pub top: u32,
    /// The first column and the first line that are not of it.
    pub right: u32,
    pub bottom: u32,
}

impl Block {
    /// Where it is clicked on.
    pub fn middle(self) -> (u32, u32) {
        (self.left.midpoint(self.right), self.top.midpoint(self.bottom))
    }

    fn area(self) -> u32 {
        (self.right - self.left) * (self.bottom - self.top)
    }

    /// A line at this height goes on with it. The lines of a narrow button's label are too short
    /// to be found: below them it goes on as well.
    fn takes(&mut self, (left, right): (u32, u32), y: u32) -> bool {
        let is_near = y < self.bottom + LABEL && left < self.right && self.left < right;
        if is_near {
            (self.left, self.right) = (self.left.min(left), self.right.max(right));
            self.bottom = y + 1;
        }
        is_near
    }
}

impl Picture {
    /// What is on the screen now.
    pub fn of(screen: &Screen) -> Self {
        let (width, height) = Screen::SIZE;
        let mut import = Command::new("import");
        import.args(["-silent", "-window", "root", "-depth", "8", "rgb:-"]);
        let output = import.env("DISPLAY", screen.name()).output();
        let output = output.expect("import (scripts/setup test installs it)");
        let size = usize::try_from(width * height * 3).unwrap();
        assert_eq!(output.stdout.len(), size, "{}", String::from_utf8_lossy(&output.stderr));
        Self { width, height, points: output.stdout }
    }

    /// Writes it as PNG.
    pub fn save(&self, to: &Path) {
        let size = format!("{}x{}", self.width, self.height);
        let mut convert = Command::new("convert")
            .args(["-size", &size, "-depth", "8", "rgb:-", "-strip"])
            .arg(to)
            .stdin(Stdio::piped())
            .spawn()
            .expect("convert (scripts/setup test installs it)");
        convert.stdin.take().unwrap().write_all(&self.points).unwrap();
        assert!(convert.wait().unwrap().success(), "{} is not written", to.display());
    }

    /// The colour at a place.
    pub fn at(&self, (x, y): (u32, u32)) -> Rgb {
        let start = usize::try_from((y * self.width + x) * 3).unwrap();
        self.points[start..start + 3].try_into().unwrap()
    }

    /// Something was drawn: there are letters, and no large part of it is black.
    pub fn is_drawn(&self) -> bool {
        let mut colours: HashMap<&[u8], usize> = HashMap::new();
        for point in self.points.chunks_exact(3) {
            *colours.entry(point).or_default() += 1;
        }
        let black = colours.get(&[0, 0, 0][..]).copied().unwrap_or_default();
        colours.len() > FEW_COLOURS && black < self.points.len() / 3 / 10
    }

    /// More has changed than a cursor that blinks, or edges that were drawn twice.
    pub fn is_other_than(&self, other: &Self) -> bool {
        let points = self.points.chunks_exact(3).zip(other.points.chunks_exact(3));
        points.filter(|(one, another)| one != another).count() > TRIFLE
    }

    /// The largest block of one colour.
    pub fn block(&self, colour: Rgb) -> Option<Block> {
        let mut blocks: Vec<Block> = Vec::new();
        for y in 0..self.height {
            for (left, right) in self.lines(colour, y) {
                if !blocks.iter_mut().any(|block| block.takes((left, right), y)) {
                    blocks.push(Block { left, top: y, right, bottom: y + 1 });
                }
            }
        }
        blocks.retain(|block| block.bottom - block.top >= LEAST.1);
        blocks.into_iter().max_by_key(|block| block.area())
    }

    /// The lines of one colour at this height, from and up to.
    fn lines(&self, colour: Rgb, y: u32) -> Vec<(u32, u32)> {
        let (mut found, mut begin) = (Vec::new(), None);
        for x in 0..=self.width {
            let is_it = x < self.width && self.at((x, y)) == colour;
            match (is_it, begin) {
                (true, None) => begin = Some(x),
                (false, Some(from)) => {
                    if x - from >= LEAST.0 {
                        found.push((from, x));
                    }
                    begin = None;
                }
                _ => {}
            }
        }
        found
    }
}
