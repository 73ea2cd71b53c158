//! RFC 4475 §3.1.1: hard to read, and right.

use super::{Case, SDP, octets, text, usual};

const ALICE: &str = "sip:alice@cusax.example";

pub(super) fn cases() -> Vec<Case> {
    let (invite, options) = (format!("INVITE {ALICE} SIP/2.0"), format!("OPTIONS {ALICE} SIP/2.0"));
    let register = "REGISTER sip:cusax.example SIP/2.0";
    vec![
        text(
            "wsinv",
            "INVITE sip:alice@cusax.example;flag SIP/2.0\n\
             t\t:\n\t<sip:alice@cusax.example>  ;\n tag \t=   in-a-dialog\n\
             FROM  :   \"C. \\\\\\\"arol\\\"\"\n   <sip:carol@desk.example>\n ; tag\n =  7w\n\
             mAx-FoRwArDs  :   00042\n\
             i:wsinv.own@desk.example\n\
             CSEQ:\n   00011\n\t INVITE\n\
             V:   SIP /  2.0\n / TCP\n   desk.example:5060 ;\n branch\n =   a-2543-branch\n\
             Subject\t:\n\
             X-From-The-Future:   one\n  two\n   three\n\
             X-Nothing-But-Commas: ,;,,;;\"\",\n\
             Content-Type   :   application/sdp\n\
             Route  :\n <sip:edge.example;lr;more=than;that>\n\
             v  : SIP/2.0  /   TLS  edge.example ;branch = z9hG4bKe1 ,\n  SIP /2.0/ UDP  198.51.100.8\n ;branch=\n z9hG4bKe2\n\
             M:\"say \\\"hi\\\"\"   <sip:carol@desk.example>  ;  x = y  ;\n flag;  q = 0.25\n\
             Content-Length: *\n",
            SDP,
        ),
        usual(
            "intmeth",
            "Odd.Method-9_!%*+`'~ sip:~a-b_c.d!e*f'(g)&h=i+j$k,l;m?n/o:&=+$,p@cusax.example:5060 SIP/2.0",
            "Odd.Method-9_!%*+`'~",
            &[
                "From: \"= [o.k.] {+} @ | ; , \\\" \u{b5}\" <sip:!.~*'()_-c@desk.example>;tag=`'~.!%*_+-",
                "Call-ID: <[o]{k}?>\\\"/:@_-.!%*+`'~",
                "`'~.!%*_+-odd: present",
            ],
            "",
        ),
        usual(
            "esc01",
            "INVITE sip:tel%3A%2B1%40home@cusax.example SIP/2.0",
            "INVITE",
            &[
                "To: <sip:%61lice@cusax.example>",
                "From: <sip:c%61rol%20smith@desk.example>;tag=%41%20",
                "Contact: <sip:c%61rol@desk.example;%6Cr;a=%3b>;x=%7A",
                "X-Percent: %Z%4 %%41",
            ],
            SDP,
        ),
        usual(
            "escnull",
            register,
            "REGISTER",
            &[
                "Contact: <sip:n%00@desk.example>",
                "X-Second: see below",
                "m: <sip:n%00%00@desk.example>",
            ],
            "",
        ),
        usual(
            "esc02",
            "RE%46ER sip:cusax.example SIP/2.0",
            "RE%46ER",
            &[
                "To: \"%Q%4\" <sip:thing@cusax.example>",
                "Contact: <sip:first@desk.example>",
                "C%6Fntact: <sip:hidden@desk.example>",
                "m: <sip:second@desk.example>",
            ],
            "",
        ),
        usual("lwsdisp", &options, "OPTIONS", &["From: carol<sip:carol@desk.example>;tag=c1"], ""),
        longreq(&invite),
        doubled(register),
        usual(
            "semiuri",
            "OPTIONS sip:alice;dept=a%40b.example@cusax.example SIP/2.0",
            "OPTIONS",
            &["To: <sip:alice;dept=a%40b.example@cusax.example>"],
            "",
        ),
        usual(
            "transports",
            &options,
            "OPTIONS",
            &[
                "Via: SIP/2.0/DCCP a.example;branch=z9hG4bK1",
                "v: SIP/2.0/X-Pigeon b.example;branch=z9hG4bK2, SIP/2.0/TLS-SCTP c.example;branch=z9hG4bK3",
                "V: SIP/2.0/WS d.example;branch=z9hG4bK4",
            ],
            "",
        ),
        parts(),
        response(
            "unreason",
            "SIP/2.0 200 \u{2713} 2 \u{d7} 100 = 200 \u{43e}\u{442}\u{43b}\u{438}\u{447}\u{43d}\u{43e}",
        ),
        response("noreason", "SIP/2.0 100 "),
    ]
}

fn longreq(invite: &str) -> Case {
    let long = |word: &str| word.repeat(60);
    let vias: Vec<String> =
        (1..40).map(|hop| format!("v  :  SIP/2.0/TCP hop{hop}.example")).collect();
    usual(
        "longreq",
        invite,
        "INVITE",
        &[
            &format!(
                "To: \"{}\"<sip:alice@cusax.example:6060;{}={}>",
                long("long name "),
                long("p"),
                long("v")
            ),
            &format!(
                "From: <sip:{}@desk.example>;tag={};{}",
                long("caller"),
                long("12"),
                long("flag")
            ),
            &format!("Call-ID: longreq.{}", long("callid")),
            &format!("X-{}: {}; {}", long("Name"), long("value"), long("more ")),
            &format!("Contact: <sip:{}@198.51.100.7>", long("carol")),
            &vias.join("\n"),
            &format!("Via: SIP/2.0/TCP desk.example;branch=z9hG4bK{}", long("b")),
        ],
        SDP,
    )
}

/// A second message behind the end of the first, in the same datagram.
fn doubled(register: &str) -> Case {
    let mut case = usual("dblreq", register, "REGISTER", &[], "");
    case.bytes.extend_from_slice(b"\r\n");
    let second = usual("dblreq", "INVITE sip:mallory@cusax.example SIP/2.0", "INVITE", &[], SDP);
    case.bytes.extend_from_slice(&second.bytes);
    case
}

/// Several parts, one of octets that are no text.
fn parts() -> Case {
    let mut body = b"--cut\r\nContent-Type: text/plain\r\n\r\nhello\r\n--cut\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n\r\n".to_vec();
    body.extend((0..=255_u8).chain(*b"\0\r\n\r\n\0\n\r"));
    body.extend_from_slice(b"\r\n--cut--\r\n");
    octets(
        "mpart01",
        "MESSAGE sip:alice@cusax.example SIP/2.0\n\
         Via: SIP/2.0/UDP desk.example;branch=z9hG4bKn5\n\
         From: <sip:carol@desk.example>;tag=c1\nTo: <sip:alice@cusax.example>\n\
         Call-ID: mpart01.own@desk.example\nCSeq: 7 MESSAGE\nMax-Forwards: 70\n\
         Content-Type: multipart/mixed;boundary=cut\nContent-Length: *\n",
        &body,
    )
}

fn response(name: &'static str, start: &str) -> Case {
    usual(name, start, "INVITE", &["-Max-Forwards", "To: <sip:alice@cusax.example>;tag=a1"], "")
}
