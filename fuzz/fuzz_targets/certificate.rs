//! Certificates as strangers make them: what is shown of one is bounded and on one line.

#![no_main]

use dovetail::tls;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some(facts) = tls::describe(data) else { return };
    assert!(facts.names.len() <= 16);
    let texts = [&facts.subject, &facts.issuer, &facts.key, &facts.signature];
    for text in texts.into_iter().chain(&facts.names) {
        assert!(text.chars().count() <= 220, "{text}");
        assert!(!text.chars().any(char::is_control), "{text:?}");
    }
});
