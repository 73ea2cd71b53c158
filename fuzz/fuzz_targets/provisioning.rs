//! A provider's document as anybody may write it: read or refused, planned within bounds, kept
//! without secrets, and nothing held that the user did not agree to.

#![no_main]

use std::collections::BTreeSet;
use std::path::Path;

use dovetail::config::SrtpPolicy;
use dovetail::model::account::Transport;
use dovetail::model::time::Timestamp;
use dovetail::provisioning::discovery::Source;
use dovetail::provisioning::plan::{Candidate, UserFile, plan, provided, settle};
use dovetail::provisioning::record::Record;
use dovetail::provisioning::{MAX_ARRAY, MAX_BYTES, document, jrd};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let _ = jrd::read(Some("application/jrd+json"), data);
    let Ok(value) = document::value(data) else { return };
    let Ok(read) = document::read_value(&value, true) else { return };
    assert!(data.len() <= MAX_BYTES && read.accounts.len() <= MAX_ARRAY);
    let at = Timestamp::from_unix_millis(0);
    let url = "https://prov.example.com/".to_owned();
    let mut record = Record::new(url, Source::Link, at, value);
    record.address = Some("alice@example.com".to_owned());
    let new = Candidate { record, document: read, foreign: None };
    let file = UserFile { text: "", path: Path::new("/p/config.toml") };
    let made = plan(&new, None, &file).expect("what a document gives can be configured");
    let asked: BTreeSet<String> =
        made.preview.consents.iter().map(|consent| consent.id.clone()).collect();
    let no = BTreeSet::new();
    // To everything that can be declined the answer is no.
    let record = settle(&new, &made, &no, &asked).expect("nothing of a first document is needed");
    let kept = Candidate::kept(record).expect("what is kept is read again");
    let held = provided(Some(&kept), &file).expect("and holds");
    for phone in &held.config.sip {
        let clear = [Some(Transport::Udp), Some(Transport::Tcp)];
        let transport = phone.proxy.as_ref().map(|proxy| proxy.transport).unwrap_or_default();
        assert!(!clear.contains(&transport), "in clear without consent");
        assert!(phone.srtp != SrtpPolicy::Off && phone.ca_file.is_none());
        assert!(phone.aor.host().ends_with("example.com"), "of another domain without consent");
    }
});
