//! RFC 4475 §3.1.2: wrong in one way each.

use super::{Case, SDP, usual};

pub(super) fn cases() -> Vec<Case> {
    let invite = "INVITE sip:alice@cusax.example SIP/2.0";
    let options = "OPTIONS sip:alice@cusax.example SIP/2.0";
    let register = "REGISTER sip:cusax.example SIP/2.0";
    let response = |name, start: &str, cseq: &str| {
        usual(
            name,
            start,
            "INVITE",
            &["-Max-Forwards", "To: <sip:alice@cusax.example>;tag=a", cseq],
            "",
        )
    };
    vec![
        usual(
            "badinv01",
            invite,
            "INVITE",
            &[
                "Via: SIP/2.0/UDP desk.example;branch=z9hG4bKn5;;,;,,",
                "Contact: \"Carol\" <sip:carol@desk.example>;;,;;,,;",
            ],
            SDP,
        ),
        usual("clerr", invite, "INVITE", &["Content-Length: 8888"], SDP),
        usual("ncl", invite, "INVITE", &["Content-Length: -1"], SDP),
        usual(
            "scalar02",
            register,
            "REGISTER",
            &[
                "CSeq: 73786976294838206464 REGISTER",
                "Max-Forwards: 300",
                "Expires: 99999999999999999999999",
            ],
            "",
        ),
        response("scalarlg", "SIP/2.0 503 Later", "CSeq: 9876543210987654321098 INVITE"),
        usual(
            "quotbal",
            invite,
            "INVITE",
            &["To: \"Alice of the desk <sip:alice@cusax.example>"],
            SDP,
        ),
        usual("ltgtruri", "INVITE <sip:alice@cusax.example> SIP/2.0", "INVITE", &[], SDP),
        usual("lwsruri", "INVITE sip:alice@cusax.example ;lr SIP/2.0", "INVITE", &[], SDP),
        usual("lwsstart", "INVITE   sip:alice@cusax.example   SIP/2.0", "INVITE", &[], SDP),
        usual("trws", "OPTIONS sip:alice@cusax.example SIP/2.0 \t ", "OPTIONS", &[], ""),
        usual(
            "escruri",
            "INVITE sip:alice@cusax.example?Subject=free%20lunch&Route=%3Csip:mallory.example%3E SIP/2.0",
            "INVITE",
            &[],
            SDP,
        ),
        usual("baddate", invite, "INVITE", &["Date: Tue, 31 Feb 2023 25:61:00 CET"], SDP),
        usual(
            "regbadct",
            register,
            "REGISTER",
            &["Contact: sip:carol@desk.example?Route=%3Csip:edge.example%3E"],
            "",
        ),
        usual(
            "badaspec",
            options,
            "OPTIONS",
            &["To: \"Liddell, Alice\" < sip:alice@cusax.example >"],
            "",
        ),
        unfinished(usual(
            "baddn",
            options,
            "OPTIONS",
            &["From: Smith, Carol <sip:carol@desk.example>;tag=c1"],
            "",
        )),
        usual("badvers", "OPTIONS sip:alice@cusax.example SIP/9.1", "OPTIONS", &[], ""),
        usual("mismatch01", options, "MESSAGE", &[], ""),
        usual("mismatch02", "TELEPORT sip:alice@cusax.example SIP/2.0", "OPTIONS", &[], ""),
        response("bigcode", "SIP/2.0 8589934792 wraps to 200", "CSeq: 7 INVITE"),
    ]
}

/// Without the empty line that ends the headers.
fn unfinished(mut case: Case) -> Case {
    case.bytes.truncate(case.bytes.len() - 2);
    case
}
