//! RFC 4475 §3.2 to §3.4: well formed, and hard to do right.

use super::{Case, SDP, usual};

pub(super) fn cases() -> Vec<Case> {
    let invite = "INVITE sip:alice@cusax.example SIP/2.0";
    let options = "OPTIONS sip:alice@cusax.example SIP/2.0";
    let register = "REGISTER sip:cusax.example SIP/2.0";
    let contact = |name, contact: &str| usual(name, register, "REGISTER", &[contact], "");
    vec![
        usual(
            "badbranch",
            options,
            "OPTIONS",
            &["Via: SIP/2.0/UDP desk.example;branch=z9hG4bK"],
            "",
        ),
        usual("insuf", invite, "INVITE", &["-To", "-From", "-Call-ID"], SDP),
        usual("unkscm", "OPTIONS pigeonpost:loft7 SIP/2.0", "OPTIONS", &[], ""),
        usual("novelsc", "OPTIONS gopher+ssl://198.51.100.9:70/1 SIP/2.0", "OPTIONS", &[], ""),
        usual(
            "unksm2",
            register,
            "REGISTER",
            &["To: doi:10.1000/182", "From: <urn:x-desk:c>;tag=c1"],
            "",
        ),
        usual(
            "bext01",
            options,
            "OPTIONS",
            &["Require: levitation, x-ray", "Proxy-Require: tea, toast"],
            "",
        ),
        usual("invut", invite, "INVITE", &["Content-Type: application/x-teapot"], "brew=strong\n"),
        usual(
            "regaut01",
            register,
            "REGISTER",
            &["Authorization: Handshake firm=yes, gloves=\"off\""],
            "",
        ),
        usual(
            "multi01",
            invite,
            "INVITE",
            &[
                "X-Twice: all of them",
                "f: <sip:mallory@desk.example>;tag=m",
                "t: <sip:bob@cusax.example>",
                "i: another.own@desk.example",
                "CSEQ: 8 INVITE",
                "max-forwards: 69",
            ],
            SDP,
        ),
        usual("mcl01", options, "OPTIONS", &["l: 5"], "0123456789"),
        usual(
            "bcast",
            "SIP/2.0 200 OK",
            "INVITE",
            &[
                "-Max-Forwards",
                "Via: SIP/2.0/UDP 203.0.113.3;branch=z9hG4bKlost",
                "v: SIP/2.0/UDP 192.0.2.10;branch=z9hG4bKours",
                "To: <sip:alice@cusax.example>;tag=a",
            ],
            SDP,
        ),
        usual("zeromf", options, "OPTIONS", &["Max-Forwards: 0"], ""),
        contact("cparam01", "Contact: sip:+15550100@gate.example;unknownparam"),
        contact("cparam02", "Contact: <sip:+15550100@gate.example;unknownparam>"),
        contact("regescrt", "Contact: <sip:carol@desk.example?Route=%3Csip:edge.example%3E>"),
        usual("sdp01", invite, "INVITE", &["Accept: text/x-nobody-writes-this"], SDP),
        usual(
            "inv2543",
            invite,
            "INVITE",
            &[
                "Via: SIP/2.0/UDP desk.example",
                "From: <sip:carol@desk.example>",
                "-Max-Forwards",
                "-Content-Length",
                "Record-Route: <sip:edge.example>",
            ],
            SDP,
        ),
    ]
}
