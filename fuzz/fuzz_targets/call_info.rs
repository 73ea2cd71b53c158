//! Call-Info as strangers write it: chat addresses out, few, and each written so that it is
//! read back.

#![no_main]

use dovetail::sip::message::Headers;
use dovetail::sip::value::call_info::{impp, impp_value};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut headers = Headers::default();
    for line in String::from_utf8_lossy(data).lines() {
        headers.push("Call-Info", line);
    }
    let found = impp(&headers);
    assert!(found.len() <= 8);
    for jid in found {
        let mut own = Headers::default();
        own.push("Call-Info", impp_value(&jid));
        assert_eq!(impp(&own), [jid]);
    }
});
