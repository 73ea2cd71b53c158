//! The cases of RFC 4475 and RFC 5118 in messages of our own, each under the RFC's name for it,
//! and what a telephone owes to each.

#![allow(dead_code)]

mod application;
mod invalid;
mod ipv6;
mod valid;

/// What may follow a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parser {
    /// It is a message.
    Accept,
    /// It is none.
    Reject,
    /// Refusing it and repairing it are both right.
    Either,
    /// A response to be dropped.
    Drop,
}

/// One message.
pub struct Case {
    pub name: &'static str,
    pub bytes: Vec<u8>,
}

/// Name, verdict of the reader, and the statuses that a telephone may answer with; none of them
/// for a message that it says nothing to. The first is the best.
pub const VERDICTS: &[(&str, Parser, &[u16])] = &[
    // RFC 4475 §3.1.1
    ("wsinv", Parser::Accept, &[481]),
    ("intmeth", Parser::Accept, &[501]),
    ("esc01", Parser::Accept, &[180]),
    ("escnull", Parser::Accept, &[405, 501]),
    ("esc02", Parser::Accept, &[501]),
    ("lwsdisp", Parser::Accept, &[200]),
    ("longreq", Parser::Accept, &[180]),
    ("dblreq", Parser::Accept, &[405, 501]),
    ("semiuri", Parser::Accept, &[200, 404]),
    ("transports", Parser::Accept, &[200]),
    ("mpart01", Parser::Accept, &[405, 200, 415]),
    ("unreason", Parser::Accept, &[]),
    ("noreason", Parser::Accept, &[]),
    // §3.1.2
    ("badinv01", Parser::Reject, &[400]),
    ("clerr", Parser::Reject, &[400]),
    ("ncl", Parser::Reject, &[400]),
    ("scalar02", Parser::Reject, &[400]),
    ("scalarlg", Parser::Drop, &[]),
    ("quotbal", Parser::Either, &[400, 180]),
    ("ltgtruri", Parser::Either, &[400, 180]),
    ("lwsruri", Parser::Either, &[400, 180]),
    ("lwsstart", Parser::Either, &[400, 180]),
    ("trws", Parser::Either, &[400, 200]),
    ("escruri", Parser::Either, &[400, 180]),
    ("baddate", Parser::Either, &[180, 400]),
    ("regbadct", Parser::Either, &[400, 405]),
    ("badaspec", Parser::Either, &[400, 200]),
    ("baddn", Parser::Either, &[400, 200]),
    ("badvers", Parser::Reject, &[505]),
    ("mismatch01", Parser::Reject, &[400]),
    ("mismatch02", Parser::Reject, &[501, 400]),
    ("bigcode", Parser::Drop, &[]),
    // §3.2, §3.3, §3.4
    ("badbranch", Parser::Either, &[400, 200]),
    ("insuf", Parser::Reject, &[400]),
    ("unkscm", Parser::Accept, &[416]),
    ("novelsc", Parser::Accept, &[416, 404]),
    ("unksm2", Parser::Accept, &[405, 400, 501]),
    ("bext01", Parser::Accept, &[420]),
    ("invut", Parser::Accept, &[415]),
    ("regaut01", Parser::Accept, &[405, 401]),
    ("multi01", Parser::Reject, &[400]),
    ("mcl01", Parser::Reject, &[400]),
    ("bcast", Parser::Drop, &[]),
    ("zeromf", Parser::Accept, &[200]),
    ("cparam01", Parser::Accept, &[405, 501]),
    ("cparam02", Parser::Accept, &[405, 501]),
    ("regescrt", Parser::Accept, &[405, 501]),
    ("sdp01", Parser::Accept, &[406, 400]),
    ("inv2543", Parser::Accept, &[180]),
    // RFC 5118 §4
    ("ipv6-good", Parser::Accept, &[405, 501]),
    ("ipv6-bad", Parser::Reject, &[400]),
    ("port-ambiguous", Parser::Accept, &[405, 501]),
    ("port-unambiguous", Parser::Accept, &[405, 501]),
    ("via-received-param-with-delim", Parser::Accept, &[481]),
    ("via-received-param-no-delim", Parser::Accept, &[481]),
    ("ipv6-in-sdp", Parser::Accept, &[180]),
    ("mult-ip-in-header", Parser::Accept, &[481]),
    ("mult-ip-in-sdp", Parser::Accept, &[180]),
    ("ipv4-mapped-ipv6", Parser::Accept, &[180]),
    ("ipv6-correct-abnf-2-colons", Parser::Accept, &[200]),
    ("ipv6-bug-abnf-3-colons", Parser::Reject, &[400]),
];

/// How many of them are RFC 4475's.
pub const RFC_4475: usize = 49;

/// The project's own messages, in the order of `VERDICTS`.
pub fn corpus() -> Vec<Case> {
    let mut cases = valid::cases();
    cases.extend(invalid::cases());
    cases.extend(application::cases());
    cases.extend(ipv6::cases());
    cases
}

const SDP: &str = "v=0\no=- 88 88 IN IP4 198.51.100.7\ns=call\nc=IN IP4 198.51.100.7\nt=0 0\nm=audio 30000 RTP/AVP 8 101\na=rtpmap:101 telephone-event/8000\n";

/// A message from text with bare line feeds; `Content-Length: *` is filled in.
fn text(name: &'static str, head: &str, body: &str) -> Case {
    octets(name, head, body.replace('\n', "\r\n").as_bytes())
}

fn octets(name: &'static str, head: &str, body: &[u8]) -> Case {
    let length = format!("Content-Length: {}", body.len());
    let head = head.replace("Content-Length: *", &length).replace('\n', "\r\n");
    let mut bytes = head.into_bytes();
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(body);
    Case { name, bytes }
}

/// A message with the usual headers of `method`. Each of `changes` is a header that takes the
/// place of the usual one of its name, or a name with `-` before it that is left out.
fn usual(name: &'static str, start: &str, method: &str, changes: &[&str], body: &str) -> Case {
    let mut lines = vec![
        "Via: SIP/2.0/UDP desk.example;branch=z9hG4bKn5".to_owned(),
        "Max-Forwards: 70".to_owned(),
        "From: Carol <sip:carol@desk.example>;tag=c1".to_owned(),
        "To: <sip:alice@cusax.example>".to_owned(),
        format!("Call-ID: {name}.own@desk.example"),
        format!("CSeq: 7 {method}"),
        "Contact: <sip:carol@198.51.100.7:5062>".to_owned(),
        "Content-Length: *".to_owned(),
    ];
    if !body.is_empty() {
        lines.push("Content-Type: application/sdp".to_owned());
    }
    for change in changes {
        let (named, line) = match change.strip_prefix('-') {
            Some(gone) => (gone, None),
            None => (change.split(':').next().unwrap_or_default().trim(), Some(*change)),
        };
        let at = lines.iter().position(|line| line.starts_with(&format!("{named}:")));
        match (at, line) {
            (Some(at), Some(line)) => lines[at] = line.to_owned(),
            (Some(at), None) => drop(lines.remove(at)),
            (None, Some(line)) => lines.push(line.to_owned()),
            (None, None) => {}
        }
    }
    text(name, &format!("{start}\n{}\n", lines.join("\n")), body)
}
