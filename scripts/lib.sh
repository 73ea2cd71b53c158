# shellcheck shell=bash
# What the scripts share. Sourced, never run.

# The checkout's root, which everything runs in.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# rustup's programs come before a distribution's older ones.
export PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"

say() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
}

die() {
    say "$@"
    exit 1
}

has() {
    command -v "$1" >/dev/null 2>&1
}

# The oldest Rust that Cargo.toml allows.
wanted_rust() {
    sed -n 's/^rust-version *= *"\([0-9.]*\)".*/\1/p' "$root/Cargo.toml"
}

# Whether the Rust in use is new enough. $1: a rustup toolchain's name, or nothing.
rust_is_enough() {
    local found
    found=$(rustc ${1:+"+$1"} --version 2>/dev/null | sed -n 's/^rustc \([0-9.]*\).*/\1/p')
    [ -n "$found" ] && has cargo &&
        [ "$(printf '%s\n' "$(wanted_rust)" "$found" | sort -V | head -n 1)" = "$(wanted_rust)" ]
}

# Makes cargo use a Rust that is new enough, if there is one.
choose_rust() {
    rust_is_enough && return
    if has rustup && rust_is_enough stable; then
        export RUSTUP_TOOLCHAIN=stable
        return
    fi
    return 1
}
