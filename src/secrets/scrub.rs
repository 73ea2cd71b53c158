//! What a computation leaves behind on the stack.

use zeroize::Zeroize as _;

/// How far below its caller a computation with a password can reach, in bytes: measured a hash
/// needs 2 KiB optimised and 9 KiB unoptimised.
const DEPTH: usize = 32 * 1024;

/// Computes something with a password, and wipes what that left on the stack: hash functions
/// copy their input into buffers of their own, which nothing wipes, and a thread that then
/// rests keeps them for hours.
pub fn scrubbed<T>(compute: impl FnOnce() -> T) -> T {
    let result = apart(compute);
    wipe();
    result
}

/// Keeps the computation's frames below ours, where [`wipe`] reaches them.
#[inline(never)]
fn apart<T>(compute: impl FnOnce() -> T) -> T {
    compute()
}

#[inline(never)]
fn wipe() {
    let mut space = [0_u8; DEPTH];
    std::hint::black_box(&mut space);
    space.zeroize();
    std::hint::black_box(&space);
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::os::unix::fs::FileExt as _;

    use sha2::Digest as _;

    use super::*;

    const PASSWORD: &[u8] = b"a password that stands nowhere else on this stack";

    /// Whether the password stands below us after a computation, where a core dump has it.
    fn remains(compute: impl FnOnce()) -> bool {
        let here = 0_u8;
        let top = std::ptr::from_ref(&here) as u64;
        compute();
        let mut below = vec![0; DEPTH - 4096];
        let memory = std::fs::File::open("/proc/self/mem").unwrap();
        let from = top - below.len() as u64;
        memory.read_exact_at(&mut below, from).unwrap();
        memchr::memmem::find(&below, PASSWORD).is_some()
    }

    fn hash() {
        std::hint::black_box(sha2::Sha256::digest(std::hint::black_box(PASSWORD)));
    }

    #[test]
    fn a_hash_leaves_its_input_behind_and_it_is_wiped() {
        // Each on a thread of its own, whose stack nobody used before.
        let alone = |compute: fn()| std::thread::spawn(move || remains(compute)).join().unwrap();
        assert!(alone(|| apart(hash)), "the search finds what remains");
        assert!(!alone(|| scrubbed(hash)));
    }
}
