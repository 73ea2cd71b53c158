#![allow(clippy::unwrap_used, clippy::expect_used)]

use proptest::prelude::*;

use super::*;
use crate::config::SrtpPolicy;

fn local(srtp: SrtpPolicy, signalling_protected: bool) -> LocalMedia {
    LocalMedia {
        rtp: "192.0.2.1:20000".parse().unwrap(),
        srtp,
        signalling_protected,
        codecs: vec![Codec::Opus, Codec::Pcma, Codec::Pcmu],
        session_id: 1,
        version: 1,
        direction: MediaDirection::Sendrecv,
    }
}

fn make(local: &LocalMedia) -> Offer {
    offer(local, None, &mut rand::rng()).unwrap()
}

fn reply(theirs: &str, local: &LocalMedia) -> Result<(String, MediaPlan), SdpError> {
    answer(theirs.as_bytes(), local, None, &mut rand::rng())
        .map(|(body, plan)| (String::from_utf8(body).unwrap(), plan))
}

fn sdp(media: &str) -> String {
    format!("v=0\r\no=- 1 1 IN IP4 192.0.2.7\r\ns=-\r\nc=IN IP4 192.0.2.7\r\nt=0 0\r\n{media}")
}

const KEY: &str = "1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz|2^31";

#[test]
fn both_ends_of_ours_agree_under_each_policy() {
    for (a, b, encrypted) in [
        (SrtpPolicy::Required, SrtpPolicy::Required, true),
        (SrtpPolicy::Required, SrtpPolicy::Preferred, true),
        (SrtpPolicy::Preferred, SrtpPolicy::Required, true),
        (SrtpPolicy::Preferred, SrtpPolicy::Preferred, true),
        (SrtpPolicy::Preferred, SrtpPolicy::Off, false),
        (SrtpPolicy::Off, SrtpPolicy::Preferred, false),
    ] {
        let made = make(&local(a, true));
        let (body, callee) = answer(&made.body, &local(b, true), None, &mut rand::rng()).unwrap();
        let caller = accept(&made, &body).unwrap();
        assert_eq!(caller.srtp.is_some(), encrypted);
        assert_eq!(
            caller.codec,
            CodecPlan { remote_fmtp: "useinbandfec=1".into(), ..callee.codec.clone() }
        );
        assert_eq!(caller.codec.codec, Codec::Opus);
        let event = EventPlan {
            send_payload_type: 97,
            receive_payload_type: 97,
            clock_rate: 48_000,
            remote_events: u16::MAX,
        };
        assert_eq!((caller.telephone_event, callee.telephone_event), (Some(event), Some(event)));
        if let (Some(caller), Some(callee)) = (caller.srtp, callee.srtp) {
            assert_eq!(caller.suite, SrtpSuite::AeadAes256Gcm);
            assert_eq!(
                (caller.local_key, caller.remote_key),
                (callee.remote_key, callee.local_key)
            );
        }
    }
}

#[test]
fn policies_that_cannot_meet_say_why() {
    let refused = |a, b| {
        let made = make(&local(a, true));
        answer(&made.body, &local(b, true), None, &mut rand::rng()).unwrap_err()
    };
    assert_eq!(refused(SrtpPolicy::Off, SrtpPolicy::Required), SdpError::NotEncrypted);
    assert_eq!(refused(SrtpPolicy::Required, SrtpPolicy::Off), SdpError::EncryptionOff);
}

#[test]
fn keys_never_enter_unprotected_signalling() {
    let mut random = rand::rng();
    let unprotected = offer(&local(SrtpPolicy::Required, false), None, &mut random);
    assert_eq!(unprotected.unwrap_err(), SdpError::UnprotectedSignalling);
    let plain = make(&local(SrtpPolicy::Preferred, false));
    assert!(!String::from_utf8(plain.body).unwrap().contains("crypto"));
    let savp = sdp(&format!("m=audio 4000 RTP/SAVP 0\r\na=crypto:{KEY}\r\n"));
    for policy in [SrtpPolicy::Preferred, SrtpPolicy::Required] {
        assert_eq!(
            reply(&savp, &local(policy, false)).unwrap_err(),
            SdpError::UnprotectedSignalling
        );
    }
    let osrtp = sdp(&format!("m=audio 4000 RTP/AVP 0\r\na=crypto:{KEY}\r\n"));
    let (body, plan) = reply(&osrtp, &local(SrtpPolicy::Preferred, false)).unwrap();
    assert!(plan.srtp.is_none() && !body.contains("crypto"));
}

#[test]
fn a_required_account_accepts_no_plain_answer() {
    let made = make(&local(SrtpPolicy::Required, true));
    assert!(
        String::from_utf8_lossy(&made.body).contains("m=audio 20000 RTP/SAVP 96 8 0 97 101\r\n")
    );
    let plain = sdp("m=audio 4000 RTP/AVP 96\r\na=rtpmap:96 opus/48000/2\r\n");
    assert_eq!(accept(&made, plain.as_bytes()), Err(SdpError::NotEncrypted));
    let keyless = sdp("m=audio 4000 RTP/SAVP 0\r\n");
    assert_eq!(accept(&made, keyless.as_bytes()), Err(SdpError::NoUsableKey));
    let wrong_tag = sdp(&format!("m=audio 4000 RTP/SAVP 0\r\na=crypto:{KEY}\r\n"));
    assert_eq!(accept(&made, wrong_tag.as_bytes()), Err(SdpError::NoUsableKey));
}

#[test]
fn an_opportunistic_offer_answered_plainly_is_plain() {
    let made = make(&local(SrtpPolicy::Preferred, true));
    let plan = accept(&made, sdp("m=audio 4000 RTP/AVP 8\r\n").as_bytes()).unwrap();
    assert_eq!((plan.srtp, plan.codec.codec), (None, Codec::Pcma));
    assert_eq!(plan.remote_rtcp, "192.0.2.7:4001".parse().unwrap());
    assert!(!plan.rtcp_mux);
}

#[test]
fn lines_stay_in_order_and_the_unknown_is_refused() {
    let theirs = sdp(&format!(
        "m=video 5000 RTP/AVP 31\r\nm=audio 4000 UDP/TLS/RTP/SAVPF 0\r\na=fingerprint:sha-256 AA\r\nm=audio 4002 RTP/SAVP 111 0 120\r\na=rtpmap:111 OPUS/48000/2\r\na=fmtp:111 stereo=1\r\na=rtpmap:120 telephone-event/48000\r\na=crypto:{KEY}\r\na=rtcp-mux\r\na=ptime:40\r\nm=audio 4004 RTP/AVP 0\r\nm=message 9 TCP/MSRP *\r\n"
    ));
    let (body, plan) = reply(&theirs, &local(SrtpPolicy::Preferred, true)).unwrap();
    let lines: Vec<_> = body.lines().filter(|line| line.starts_with("m=")).collect();
    assert_eq!(
        lines,
        [
            "m=video 0 RTP/AVP 31",
            "m=audio 0 UDP/TLS/RTP/SAVPF 0",
            "m=audio 20000 RTP/SAVP 111 120",
            "m=audio 0 RTP/AVP 0",
            "m=message 0 TCP/MSRP *",
        ]
    );
    assert_eq!((plan.codec.send_payload_type, plan.codec.ptime_ms), (111, 40));
    assert_eq!(plan.codec.remote_fmtp, "stereo=1");
    assert_eq!(plan.telephone_event.map(|event| event.send_payload_type), Some(120));
    assert_eq!(
        (plan.remote, plan.remote_rtcp),
        (plan.remote_rtcp, "192.0.2.7:4002".parse().unwrap())
    );

    // What we offer next in this dialog keeps lines, payload types and the key.
    let again = offer(&local(SrtpPolicy::Preferred, true), Some(body.as_bytes()), &mut rand::rng())
        .unwrap();
    let text = String::from_utf8(again.body.clone()).unwrap();
    assert!(text.contains("m=audio 20000 RTP/AVP 111 8 0 120 101\r\n"), "{text}");
    assert_eq!(text.lines().filter(|line| line.starts_with("m=")).count(), 5);
    let kept = plan.srtp.unwrap().local_key;
    let (_, theirs) =
        answer(&again.body, &local(SrtpPolicy::Preferred, true), None, &mut rand::rng()).unwrap();
    assert_ne!(theirs.srtp.unwrap().remote_key, kept, "best suite is another one, with a new key");
    assert!(
        negotiate::keys(&parse::Description::parse(&again.body).unwrap().media[2])
            .iter()
            .any(|k| *k.key == kept)
    );
}

#[test]
fn keys_stay_over_offers_and_answers() {
    let side = local(SrtpPolicy::Required, true);
    let first = make(&side);
    let second = offer(&side, Some(&first.body), &mut rand::rng()).unwrap();
    assert_eq!(first.body, second.body);
    let (a, plan_a) = answer(&first.body, &side, None, &mut rand::rng()).unwrap();
    let (b, plan_b) = answer(&first.body, &side, Some(&a), &mut rand::rng()).unwrap();
    assert_eq!((a, plan_a), (b, plan_b));
}

#[test]
fn hold_in_both_forms() {
    let side = local(SrtpPolicy::Off, false);
    for (theirs, ours) in [
        ("a=sendonly", MediaDirection::Recvonly),
        ("a=recvonly", MediaDirection::Sendonly),
        ("a=inactive", MediaDirection::Inactive),
        ("a=sendrecv", MediaDirection::Sendrecv),
        ("c=IN IP4 0.0.0.0", MediaDirection::Recvonly),
    ] {
        let (body, plan) =
            reply(&sdp(&format!("m=audio 4000 RTP/AVP 0\r\n{theirs}\r\n")), &side).unwrap();
        assert_eq!(plan.direction, ours, "{theirs}");
        assert!(body.contains(&format!("a={}\r\n", format!("{ours:?}").to_lowercase())));
    }
    let holding = LocalMedia { direction: MediaDirection::Sendonly, ..side };
    let (body, _) = reply(&sdp("m=audio 4000 RTP/AVP 0\r\na=sendonly\r\n"), &holding).unwrap();
    assert!(body.contains("a=inactive\r\n"));
}

use MediaDirection::{Inactive, Recvonly, Sendonly, Sendrecv};

const DIRECTIONS: [MediaDirection; 4] = [Sendrecv, Sendonly, Recvonly, Inactive];

/// What remains of their direction and ours, seen from us (RFC 3264 §6.1).
fn agreed(theirs: MediaDirection, ours: MediaDirection) -> MediaDirection {
    match (theirs, ours) {
        (Sendrecv, ours) => ours,
        (Sendonly, Sendrecv | Recvonly) => Recvonly,
        (Recvonly, Sendrecv | Sendonly) => Sendonly,
        (Sendonly, Sendonly | Inactive) | (Recvonly, Recvonly | Inactive) | (Inactive, _) => {
            Inactive
        }
    }
}

#[test]
fn every_direction_meets_every_other() {
    let attribute = |direction| format!("a={}\r\n", format!("{direction:?}").to_lowercase());
    let side = local(SrtpPolicy::Off, false);
    for theirs in DIRECTIONS {
        for ours in DIRECTIONS {
            let side = LocalMedia { direction: ours, ..side.clone() };
            let made = make(&side);
            assert!(String::from_utf8_lossy(&made.body).contains(&attribute(ours)));
            let line = attribute(theirs);
            let other = attribute(if theirs == Inactive { Sendrecv } else { Inactive });
            for text in [
                sdp(&format!("m=audio 4000 RTP/AVP 0\r\n{line}")),
                sdp(&format!("{line}m=audio 4000 RTP/AVP 0\r\n")),
                // The medium's own word counts.
                sdp(&format!("{other}m=audio 4000 RTP/AVP 0\r\n{line}")),
            ] {
                let (body, plan) = reply(&text, &side).unwrap();
                assert_eq!(plan.direction, agreed(theirs, ours), "{theirs:?} {ours:?}");
                assert!(body.contains(&attribute(plan.direction)), "{body}");
                let accepted = accept(&made, text.as_bytes()).unwrap();
                assert_eq!(accepted.direction, agreed(theirs, ours), "{theirs:?} {ours:?}");
            }
            // The hold of old: they will not receive, whatever they say.
            let deaf = if matches!(theirs, Sendrecv | Sendonly) { Sendonly } else { Inactive };
            for zeros in ["IN IP4 0.0.0.0", "IN IP6 ::"] {
                let text = sdp(&format!("m=audio 4000 RTP/AVP 0\r\nc={zeros}\r\n{line}"));
                let (body, plan) = reply(&text, &side).unwrap();
                assert_eq!(plan.direction, agreed(deaf, ours), "{theirs:?} {ours:?}");
                assert!(body.contains(&attribute(plan.direction)), "{body}");
                assert_eq!(accept(&made, text.as_bytes()).unwrap().direction, plan.direction);
            }
        }
    }
}

#[test]
fn our_hold_and_resume_keep_all_else() {
    let held = |direction| LocalMedia { direction, ..local(SrtpPolicy::Required, true) };
    let (ours, theirs) = (held(Sendrecv), held(Sendrecv));
    let first = make(&ours);
    let (body, before) = answer(&first.body, &theirs, None, &mut rand::rng()).unwrap();
    let mut previous = (first.body.clone(), body);
    for (direction, seen) in [(Sendonly, Recvonly), (Sendrecv, Sendrecv), (Inactive, Inactive)] {
        let made = offer(&held(direction), Some(&previous.0), &mut rand::rng()).unwrap();
        let (body, plan) =
            answer(&made.body, &theirs, Some(&previous.1), &mut rand::rng()).unwrap();
        assert_eq!(accept(&made, &body).unwrap().direction, direction);
        assert_eq!(plan, MediaPlan { direction: seen, ..before.clone() });
        previous = (made.body, body);
    }
}

#[test]
fn events_have_the_clock_of_the_codec_or_of_telephones_and_the_numbers_of_each_side() {
    let mut side = local(SrtpPolicy::Off, false);
    let made = make(&side);
    let text = String::from_utf8_lossy(&made.body);
    for line in [
        "m=audio 20000 RTP/AVP 96 8 0 97 101\r\n",
        "a=rtpmap:97 telephone-event/48000\r\na=fmtp:97 0-16\r\n",
        "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\n",
    ] {
        assert!(text.contains(line), "{text}");
    }
    let event = |send, receive, events| {
        Some(EventPlan {
            send_payload_type: send,
            receive_payload_type: receive,
            clock_rate: if send == 99 { 48_000 } else { 8_000 },
            remote_events: events,
        })
    };
    let (opus, wide) = ("a=rtpmap:110 opus/48000/2\r\n", "a=rtpmap:99 telephone-event/48000\r\n");
    let narrow = "a=rtpmap:100 Telephone-Event/8000\r\n";
    for (formats, lines, answered, accepted) in [
        (
            "0 100",
            format!("{narrow}a=fmtp:100 0-16\r\n"),
            event(100, 100, 0xffff),
            event(100, 101, 0xffff),
        ),
        ("0 100", narrow.to_owned(), event(100, 100, 0xffff), event(100, 101, 0xffff)),
        (
            "0 100",
            format!("{narrow}a=fmtp:100 0-11,16\r\n"),
            event(100, 100, 0x0fff),
            event(100, 101, 0x0fff),
        ),
        (
            "0 100",
            format!("{narrow}a=fmtp:100 events=1-3, 5\r\n"),
            event(100, 100, 0b10_1110),
            event(100, 101, 0b10_1110),
        ),
        (
            "0 100",
            format!("{narrow}a=fmtp:100 nonsense\r\n"),
            event(100, 100, 0xffff),
            event(100, 101, 0xffff),
        ),
        (
            "110 100 99",
            format!("{opus}{narrow}{wide}"),
            event(99, 99, 0xffff),
            event(99, 97, 0xffff),
        ),
        // Telephones that have no other clock for them than that of G.711.
        ("110 100", format!("{opus}{narrow}"), event(100, 100, 0xffff), event(100, 101, 0xffff)),
        ("0 99", wide.to_owned(), None, None),
        ("0", String::new(), None, None),
    ] {
        let theirs = sdp(&format!("m=audio 4000 RTP/AVP {formats}\r\n{lines}"));
        let (body, plan) = reply(&theirs, &side).unwrap();
        assert_eq!(plan.telephone_event, answered, "{theirs}");
        assert_eq!(body.matches("telephone-event").count(), usize::from(answered.is_some()));
        assert_eq!(accept(&made, theirs.as_bytes()).unwrap().telephone_event, accepted, "{theirs}");
    }
    side.codecs = vec![Codec::Pcma];
    assert!(!String::from_utf8_lossy(&make(&side).body).contains("telephone-event/48000"));
}

#[test]
fn addresses_of_both_families_and_of_rtcp() {
    let side =
        LocalMedia { rtp: "[2001:db8::1]:20000".parse().unwrap(), ..local(SrtpPolicy::Off, false) };
    let theirs = "v=0\r\ns=-\r\nm=audio 4000 RTP/AVP 0\r\nc=IN IP6 2001:db8::7\r\na=rtcp:4009 IN IP6 2001:db8::8\r\n";
    let (body, plan) = reply(theirs, &side).unwrap();
    assert!(body.contains("c=IN IP6 2001:db8::1\r\n"));
    assert_eq!(plan.remote_rtcp, "[2001:db8::8]:4009".parse().unwrap());
    for bad in ["c=IN IP4 224.2.1.1/127", "c=IN IP4 host.example"] {
        let theirs = sdp(&format!("m=audio 4000 RTP/AVP 0\r\n{bad}\r\n"));
        assert_eq!(reply(&theirs, &side).unwrap_err(), SdpError::Address);
    }
}

#[test]
fn nothing_acceptable_has_a_reason() {
    let side = local(SrtpPolicy::Preferred, true);
    for (media, error) in [
        ("", SdpError::NoAudio),
        ("m=video 4000 RTP/AVP 31\r\n", SdpError::NoAudio),
        ("m=audio 0 RTP/AVP 0\r\n", SdpError::NoAudio),
        ("m=audio 4000 RTP/AVP 18\r\n", SdpError::NoCommonCodec),
        ("m=audio 4000 TCP/RTP/AVP 0\r\n", SdpError::Transport),
        ("m=audio 4000 RTP/SAVP 0\r\na=fingerprint:sha-256 AA\r\n", SdpError::DtlsOnly),
        ("m=audio 4000 RTP/SAVP 0\r\na=crypto:1 X inline:A\r\n", SdpError::NoUsableKey),
    ] {
        assert_eq!(reply(&sdp(media), &side).unwrap_err(), error, "{media}");
    }
    let made = make(&side);
    assert_eq!(accept(&made, sdp("m=audio 0 RTP/AVP 0\r\n").as_bytes()), Err(SdpError::Rejected));
    assert_eq!(accept(&made, sdp("").as_bytes()), Err(SdpError::Rejected));
}

#[test]
fn debug_shows_no_key() {
    let made = make(&local(SrtpPolicy::Required, true));
    assert!(!format!("{made:?}").contains("inline"));
}

/// Lines that mean something, with values that may not.
fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        "m=(audio|video) [0-9]{1,6}(/2)? RTP/S?AVPF?( [0-9]{1,3}){0,4}",
        "a=rtpmap:[0-9]{1,3} (opus|PCMU|telephone-event)/[0-9]{1,6}(/[0-9])?",
        "a=(ptime|maxptime|rtcp|crypto|fmtp|candidate):[ -~]{0,40}",
        "c=IN IP[46] [0-9a-f.:/]{0,20}",
        "a=(sendonly|inactive|rtcp-mux|fingerprint)",
        "[ -~]{0,30}",
    ]
}

proptest! {
    #[test]
    fn never_panics(lines in proptest::collection::vec(line(), 0..20)) {
        let body = format!("v=0\r\n{}\r\n", lines.join("\r\n"));
        for policy in [SrtpPolicy::Required, SrtpPolicy::Preferred, SrtpPolicy::Off] {
            let side = local(policy, true);
            let made = offer(&side, Some(body.as_bytes()), &mut rand::rng());
            if let Ok(made) = made {
                let _ = accept(&made, body.as_bytes());
            }
            let _ = answer(body.as_bytes(), &side, Some(body.as_bytes()), &mut rand::rng());
        }
    }
}
