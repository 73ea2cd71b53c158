//! Reads the memory of a running process, as a core dump would have it.

// Each test file that includes this module uses its own part of it.
#![allow(dead_code)]

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;

/// Everything that the process can write to, and all else that is not a file's: what a core dump
/// holds, region by region.
///
/// # Errors
/// When the platform lets nobody look, as under Yama's `ptrace_scope` 2 and 3.
pub fn regions(process: u32) -> io::Result<Vec<(String, Vec<u8>)>> {
    let maps = std::fs::read_to_string(format!("/proc/{process}/maps"))?;
    let memory = File::open(format!("/proc/{process}/mem"))?;
    let mut all = Vec::new();
    for line in maps.lines() {
        let mut fields = line.split_whitespace();
        let (Some(range), Some(rights)) = (fields.next(), fields.next()) else { continue };
        let name = fields.nth(3).unwrap_or("anonymous").to_owned();
        let Some((from, to)) = range.split_once('-') else { continue };
        let (Ok(from), Ok(to)) = (u64::from_str_radix(from, 16), u64::from_str_radix(to, 16))
        else {
            continue;
        };
        if !rights.starts_with("rw") || name.starts_with("[vvar") || to - from > 1 << 30 {
            continue;
        }
        let mut bytes = vec![0; usize::try_from(to - from).unwrap()];
        // A region may go while we read; a file's pages past its end cannot be read.
        if memory.read_exact_at(&mut bytes, from).is_ok() {
            all.push((name, bytes));
        }
    }
    assert!(!all.is_empty(), "nothing of the process could be read");
    Ok(all)
}

/// A text as it may stand in memory or in a file.
pub fn encodings(text: &str) -> Vec<(&'static str, Vec<u8>)> {
    let wide = || text.encode_utf16();
    vec![
        ("UTF-8", text.as_bytes().to_vec()),
        ("UTF-16LE", wide().flat_map(u16::to_le_bytes).collect()),
        ("UTF-16BE", wide().flat_map(u16::to_be_bytes).collect()),
    ]
}

/// How often bytes occur.
pub fn count(haystack: &[u8], needle: &[u8]) -> usize {
    memchr::memmem::find_iter(haystack, needle).count()
}

/// Where in a process a text stands: the region, how it is coded, how often.
pub fn found(process: u32, text: &str) -> io::Result<Vec<(String, &'static str, usize)>> {
    let needles = encodings(text);
    let mut all = Vec::new();
    for (name, bytes) in regions(process)? {
        for (coding, needle) in &needles {
            let times = count(&bytes, needle);
            if times > 0 {
                all.push((name.clone(), *coding, times));
            }
        }
    }
    Ok(all)
}
