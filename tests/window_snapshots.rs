//! How the main screens look, point by point, in both themes; and that every screen in every
//! state stays within the window, in each language and at any width.
//!
//! `DOVETAIL_SNAPSHOTS=renew cargo test --test window_snapshots` draws the pictures in
//! `tests/snapshots` anew: look at each of them before it is committed. With `DOVETAIL_PICTURES`
//! all screens are saved there, in each language, size and theme.
#![cfg(feature = "gui")]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

#[path = "support/driver.rs"]
mod driver;
#[path = "support/painting.rs"]
mod painting;
#[path = "support/scenes.rs"]
mod scenes;
#[path = "support/window.rs"]
mod window;

use std::path::{Path, PathBuf};
use std::process::Command;

use dovetail::gui::theme::Mode;
use dovetail::lang::{self, Language};
use iced::Point;
use tiny_skia::Pixmap;

const MODES: [(Mode, &str); 2] = [(Mode::Light, "light"), (Mode::Dark, "dark")];
const LANGUAGES: [(Language, &str); 3] =
    [(Language::English, "en"), (Language::German, "de"), (Language::French, "fr")];
const LARGE: (f32, f32) = (1600.0, 1000.0);
const SIZES: [(f32, f32); 3] = [(1000.0, 700.0), LARGE, (360.0, 700.0)];

/// What is kept as pictures: few, for each is to be looked at when it changes.
const KEPT: [&str; 4] = ["main", "conversation", "incoming", "in-call"];
const KEPT_SIZE: (f32, f32) = (800.0, 560.0);

/// By how much a channel may differ: processors round otherwise where edges are smoothed.
const SHADE: u8 = 12;
/// So many points may differ by more.
const POINTS: usize = 20;

fn kept() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots")
}

/// The same to the eye in a third of the octets: of a channel 18 steps, so none is off by more
/// than half of one, which is within `SHADE`.
fn squeeze(file: &Path) {
    let mut convert = Command::new("convert");
    convert.arg(file).args(["-alpha", "off", "+dither", "-posterize", "18", "-strip"]);
    convert.args(["-define", "png:compression-level=9"]).arg(file);
    assert!(convert.status().unwrap().success());
}

/// How many points are not the same for the eye.
fn differing(one: &Pixmap, other: &Pixmap) -> usize {
    if (one.width(), one.height()) != (other.width(), other.height()) {
        return usize::MAX;
    }
    let points = one.data().chunks_exact(4).zip(other.data().chunks_exact(4));
    let is_other = |(one, other): &(&[u8], &[u8])| {
        one.iter().zip(other.iter()).any(|(one, other)| one.abs_diff(*other) > SHADE)
    };
    points.filter(is_other).count()
}

#[test]
fn the_main_screens_look_as_they_did() {
    let renew = std::env::var_os("DOVETAIL_SNAPSHOTS").is_some_and(|wish| wish == "renew");
    let mut changed = Vec::new();
    for name in KEPT {
        for (mode, theme) in MODES {
            let mut window = scenes::named(name).window(mode, KEPT_SIZE);
            let now = painting::paint(&mut window, None);
            let file = kept().join(format!("{name}-{theme}.png"));
            if renew {
                now.save_png(&file).unwrap();
                squeeze(&file);
                continue;
            }
            let before = Pixmap::load_png(&file).unwrap();
            let differing = differing(&before, &now);
            if differing > POINTS {
                let beside =
                    Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{theme}.png"));
                now.save_png(&beside).unwrap();
                changed.push(format!(
                    "{differing} points: {} is now {}",
                    file.display(),
                    beside.display()
                ));
            }
        }
    }
    assert!(
        changed.is_empty(),
        "{}\nIf that is as wanted: DOVETAIL_SNAPSHOTS=renew cargo test --test window_snapshots",
        changed.join("\n")
    );
}

#[test]
fn a_point_of_another_colour_is_told() {
    let mut window = scenes::named("main").window(Mode::Light, KEPT_SIZE);
    let one = painting::paint(&mut window, None);
    assert_eq!(differing(&one, &painting::paint(&mut window, None)), 0);
    // The pointer on a row is another picture.
    let other = painting::paint(&mut window, Some(Point::new(160.0, 300.0)));
    assert!(differing(&one, &other) > POINTS);
}

#[test]
fn every_screen_stays_within_the_window_in_every_language() {
    let pictures = std::env::var_os("DOVETAIL_PICTURES").map(PathBuf::from);
    for (language, tag) in LANGUAGES {
        lang::speak(language);
        for scene in scenes::all() {
            for size in SIZES {
                // Room is least where it is narrow, and words are longest in German.
                let tells = size.0 < 400.0 || (language == Language::German && size != LARGE);
                if pictures.is_none() && !tells {
                    continue;
                }
                let window = scene.window(Mode::Light, size);
                for (left, right) in window.widths() {
                    assert!(
                        left >= 0.0 && right <= size.0 + 0.5,
                        "{} in {tag}, {} wide: a text from {left} to {right}",
                        scene.name,
                        size.0
                    );
                }
                let Some(pictures) = &pictures else { continue };
                std::fs::create_dir_all(pictures).unwrap();
                for (mode, theme) in MODES {
                    let picture = painting::paint(&mut scene.window(mode, size), None);
                    let file = format!("{}-{}-{tag}-{theme}.png", scene.name, size.0);
                    picture.save_png(pictures.join(file)).unwrap();
                }
            }
        }
    }
    lang::speak(Language::English);
}
