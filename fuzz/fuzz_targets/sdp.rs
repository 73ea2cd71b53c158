//! Session descriptions of strangers: answered as offers, and read as answers to ours. The first
//! octet chooses our policy. What we answer can itself be read as an offer.

#![no_main]

use dovetail::config::SrtpPolicy;
use dovetail::model::call::MediaDirection;
use dovetail::sdp::{Codec, LocalMedia, MediaPlan, accept, answer, offer};
use libfuzzer_sys::fuzz_target;
use rand::SeedableRng;
use rand::rngs::StdRng;

fuzz_target!(|data: &[u8]| {
    let Some((&choice, text)) = data.split_first() else { return };
    let mut dice = StdRng::seed_from_u64(1);
    let local = LocalMedia {
        rtp: ([192, 0, 2, 10], 4000).into(),
        srtp: match choice % 3 {
            0 => SrtpPolicy::Off,
            1 => SrtpPolicy::Preferred,
            _ => SrtpPolicy::Required,
        },
        signalling_protected: choice & 4 != 0,
        codecs: vec![Codec::Opus, Codec::Pcma, Codec::Pcmu],
        session_id: 1,
        version: 1,
        direction: MediaDirection::Sendrecv,
    };
    if let Ok((first, plan)) = answer(text, &local, None, &mut dice) {
        check(&first, text, &plan);
        // A re-offer of the same within the dialog.
        let newer = LocalMedia { version: 2, ..local.clone() };
        if let Ok((second, plan)) = answer(text, &newer, Some(&first), &mut dice) {
            check(&second, text, &plan);
        }
        let _ = offer(&newer, Some(&first), &mut dice);
        let _ = answer(&first, &local, None, &mut dice);
    }
    if let Ok(ours) = offer(&local, None, &mut dice)
        && let Ok(plan) = accept(&ours, text)
        && local.srtp == SrtpPolicy::Required
    {
        assert!(plan.srtp.is_some(), "encryption fell away");
    }
});

fn check(ours: &[u8], theirs: &[u8], plan: &MediaPlan) {
    assert!(ours.len() <= 2 * theirs.len() + 4096, "{} octets for {}", ours.len(), theirs.len());
    assert!(plan.codec.ptime_ms > 0 && plan.codec.ptime_ms <= 1000, "{}", plan.codec.ptime_ms);
}
