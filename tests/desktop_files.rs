//! What a desktop is told of the program: that it is there, what it opens, how it looks.
#![allow(missing_docs, clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const NAME: &str = "im.dovetail.Dovetail";

fn read(file: &str) -> String {
    fs::read_to_string(Path::new(ROOT).join("assets/linux").join(file)).unwrap()
}

/// Runs a validator of the desktop's own; what it finds fault with fails the test.
fn holds(program: &str, arguments: &[&str], file: &str) {
    let output = Command::new(program)
        .args(arguments)
        .arg(Path::new(ROOT).join("assets/linux").join(file))
        .output()
        .unwrap_or_else(|error| panic!("{program}: {error}: scripts/setup test installs it"));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn the_entry_and_the_description_are_well_formed() {
    holds("desktop-file-validate", &[], &format!("{NAME}.desktop"));
    holds("appstreamcli", &["validate", "--no-net"], &format!("{NAME}.metainfo.xml"));
}

#[test]
fn both_name_the_addresses_that_are_opened() {
    let entry = read(&format!("{NAME}.desktop"));
    let line = entry.lines().find_map(|line| line.strip_prefix("MimeType=")).unwrap();
    let opened: BTreeSet<&str> = line.split_terminator(';').collect();
    let all = ["sip", "sips", "tel", "xmpp"].map(|scheme| format!("x-scheme-handler/{scheme}"));
    assert_eq!(opened, all.iter().map(String::as_str).collect());
    let described = read(&format!("{NAME}.metainfo.xml"));
    for kind in opened {
        assert!(described.contains(&format!("<mediatype>{kind}</mediatype>")), "{kind}");
    }
    assert!(entry.lines().any(|line| line == "Exec=dovetail %u"), "one address at a time");
}

#[test]
fn all_of_it_is_put_in_its_place_and_taken_away_again() {
    let place = tempfile::tempdir().unwrap();
    let install = |arguments: &[&str]| {
        let status = Command::new(Path::new(ROOT).join("scripts/install"))
            .args(arguments)
            .env("DESTDIR", place.path())
            .env("PROGRAM", env!("CARGO_BIN_EXE_dovetail"))
            .status();
        assert!(status.unwrap().success());
    };
    install(&["/usr"]);
    let usr = place.path().join("usr");
    let icons = "share/icons/hicolor";
    for file in [
        "bin/dovetail".to_owned(),
        format!("share/applications/{NAME}.desktop"),
        format!("share/metainfo/{NAME}.metainfo.xml"),
        format!("{icons}/scalable/apps/{NAME}.svg"),
        format!("{icons}/symbolic/apps/{NAME}-symbolic.svg"),
        format!("{icons}/16x16/apps/{NAME}.png"),
        format!("{icons}/256x256/apps/{NAME}.png"),
    ] {
        assert!(usr.join(&file).is_file(), "{file}");
    }
    let version = Command::new(usr.join("bin/dovetail")).arg("--version").output().unwrap();
    assert!(version.status.success());
    install(&["--remove", "/usr"]);
    let left = walk(place.path());
    assert!(left.is_empty(), "{left:?}");
}

/// The files below a directory.
fn walk(directory: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}
