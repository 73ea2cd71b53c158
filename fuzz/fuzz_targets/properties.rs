//! Somebody else's settings: whatever is planned from them can be added, is then there, and
//! shows nothing that moves the words around it.

#![no_main]

use std::path::Path;

use dovetail::config::Config;
use dovetail::import::jitsi;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(accounts) = jitsi::read(data) else { return };
    let plan = jitsi::plan(&accounts, &Config::default());
    let config = Config::parse(&plan.tables(), Path::new("config.toml"));
    let config = config.unwrap_or_else(|error| panic!("{error}\n{}", plan.tables()));
    assert!(jitsi::plan(&accounts, &config).is_empty(), "it is planned twice");
    assert!(plan.text(true).chars().all(|c| c == '\n' || !c.is_control()));
});
