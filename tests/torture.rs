//! Messages made to break a user agent: the cases of RFC 4475 and RFC 5118 in our own words, the
//! RFC's own octets where they are at hand (`DOVETAIL_RFC4475` names their folder), and every
//! element of a good INVITE replaced by what no one should write. Every test prints how many
//! messages it tried: run with `--nocapture`.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/anomalies.rs"]
mod anomalies;
#[path = "support/figures.rs"]
mod figures;
#[path = "support/pure_phone.rs"]
mod pure_phone;
#[path = "support/torture/mod.rs"]
mod torture;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anomalies::{REPETITIONS, Template, anomalies};
use dovetail::model::account::Transport;
use dovetail::sip::SipCommand;
use dovetail::sip::message::{Message, Method};
use dovetail::sip::uri::{Host, SipUri};
use dovetail::sip::value::NameAddr;
use dovetail::sip::wire::{Framed, StreamReader, parse_datagram, write};
use pure_phone::PurePhone;
use torture::{Case, Parser, RFC_4475, VERDICTS, corpus};

/// The folder of RFC 4475's own messages: `NAME.dat` and `verdicts.tsv`.
const FOLDER: &str = "DOVETAIL_RFC4475";

/// These have no length that a stream could be cut by: the connection must end.
const FATAL: &[&str] = &["ncl", "mcl01", "inv2543"];
/// These wait on a stream for octets that never come.
const WAITING: &[&str] = &["clerr", "baddn"];
/// What stands behind the end of this datagram has no place on a stream.
const DATAGRAM_ONLY: &str = "dblreq";

const AFTER: &[u8] = b"OPTIONS sip:alice@cusax.example SIP/2.0\r\n\
Via: SIP/2.0/TCP desk.example;branch=z9hG4bKafter\r\nFrom: <sip:c@desk.example>;tag=1\r\n\
To: <sip:alice@cusax.example>\r\nCall-ID: after\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n";

#[test]
fn the_corpus_holds_every_case_of_both_rfcs() {
    let names: Vec<&str> = corpus().iter().map(|case| case.name).collect();
    let wanted: Vec<&str> = VERDICTS.iter().map(|(name, ..)| *name).collect();
    assert_eq!(names, wanted);
    assert_eq!((names.len(), RFC_4475), (61, 49));
}

#[test]
fn our_own_words_meet_every_verdict() {
    judge("RFC 4475 and RFC 5118 in own words", &corpus());
}

#[test]
fn the_rfc_s_own_octets_meet_every_verdict() {
    let Some(folder) = std::env::var_os(FOLDER).map(std::path::PathBuf::from) else {
        figures::tell(&format!(
            "torture: {FOLDER} is not set: RFC 4475's own octets were not tried"
        ));
        return;
    };
    let table = std::fs::read_to_string(folder.join("verdicts.tsv")).unwrap();
    let rows: BTreeMap<&str, &str> = table
        .lines()
        .skip(1)
        .filter_map(|line| {
            let fields: Vec<&str> = line.split('\t').collect();
            Some((*fields.first()?, *fields.get(4)?))
        })
        .collect();
    assert_eq!(rows.len(), RFC_4475);
    for (name, parser, _) in &VERDICTS[..RFC_4475] {
        let word = format!("{parser:?}").to_lowercase();
        assert_eq!(rows.get(name), Some(&word.as_str()), "{name}: the two tables differ");
    }
    judge("RFC 4475, the RFC's octets", &from_folder(&folder));
}

fn from_folder(folder: &Path) -> Vec<Case> {
    let own = corpus();
    let read = |name: &'static str| {
        let bytes = std::fs::read(folder.join(format!("{name}.dat"))).unwrap();
        // The same case must not be the same message.
        let ours = own.iter().find(|case| case.name == name).unwrap();
        assert_ne!(ours.bytes, bytes, "{name} is copied");
        Case { name, bytes }
    };
    VERDICTS[..RFC_4475].iter().map(|(name, ..)| read(name)).collect()
}

/// Gives every case to the datagram reader, the stream reader and a running agent, and prints.
fn judge(what: &str, cases: &[Case]) {
    let (mut wrong, mut panics) = (Vec::new(), 0);
    for case in cases {
        let (_, parser, statuses) =
            VERDICTS.iter().find(|(name, ..)| *name == case.name).expect("a verdict");
        match catch_unwind(AssertUnwindSafe(|| verdict(case, *parser, statuses))) {
            Ok(Ok(())) => {}
            Ok(Err(why)) => wrong.push(format!("{}: {why}", case.name)),
            Err(_) => {
                panics += 1;
                wrong.push(format!("{}: panic", case.name));
            }
        }
    }
    figures::tell(&format!(
        "torture: {what}: {} messages tried, {} verdicts met, {panics} panics",
        cases.len(),
        cases.len() - wrong.len(),
    ));
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn verdict(case: &Case, parser: Parser, statuses: &[u16]) -> Result<(), String> {
    let read = parse_datagram(&case.bytes);
    match (parser, &read) {
        (Parser::Accept, Err(error)) => return Err(format!("refused: {error}")),
        (Parser::Reject, Ok(_)) => return Err("accepted".to_owned()),
        _ => {}
    }
    if let Ok(message) = &read {
        sees(case.name, message)?;
        let again = parse_datagram(&write(message)).map_err(|error| format!("again: {error}"))?;
        sees(case.name, &again)?;
    }
    on_a_stream(case)?;
    for (proxied, transport) in [(true, Transport::Udp), (false, Transport::Udp)] {
        let mut phone = PurePhone::registered(&user(&case.bytes), transport, false);
        phone.datagram(&case.bytes, proxied);
        let answers = phone.take_statuses();
        let last = answers.iter().rev().find(|status| **status != 100);
        match last {
            Some(status) if statuses.contains(status) => {}
            None if statuses.is_empty() => {}
            _ => return Err(format!("{answers:?} instead of one of {statuses:?}")),
        }
        phone.pass(Duration::from_secs(240), 10_000);
        phone.datagram(AFTER, true);
        match phone.take_statuses().last() {
            Some(200 | 404) => {}
            other => return Err(format!("afterwards OPTIONS gets {other:?}")),
        }
    }
    Ok(())
}

/// A stream either stays in step, so that the next message is read, or ends, or waits.
fn on_a_stream(case: &Case) -> Result<(), String> {
    let mut reader = StreamReader::new();
    let (mut fatal, mut after) = (false, false);
    for piece in case.bytes.chunks(11).chain([AFTER]) {
        reader.push(piece);
        while let Some(framed) = reader.next() {
            match framed {
                Ok(Framed::Message(message)) => {
                    after |= message.headers().call_id() == Some("after")
                }
                Ok(_) => {}
                Err(error) => fatal |= error.fatal,
            }
        }
    }
    let wanted = (FATAL.contains(&case.name), !WAITING.contains(&case.name));
    match (fatal, after, wanted) {
        (true, _, (true, _)) | (false, true, (false, true)) => Ok(()),
        (_, false, (false, false)) => Ok(()),
        _ if case.name == DATAGRAM_ONLY => Ok(()),
        _ => Err(format!("on a stream: fatal {fatal}, next message read {after}")),
    }
}

/// The user part of the Request-URI, as the telephone's own, so that a call is for it.
fn user(bytes: &[u8]) -> String {
    let line = bytes.split(|byte| *byte == b'\r').next().unwrap_or_default();
    let line = String::from_utf8_lossy(line);
    let uri = line.split_whitespace().nth(1).and_then(|uri| uri.parse::<SipUri>().ok());
    uri.and_then(|uri| uri.user).unwrap_or_else(|| "alice".to_owned())
}

/// What must be understood, beyond that it is a message.
fn sees(name: &str, message: &Message) -> Result<(), String> {
    let headers = message.headers();
    let contacts: Vec<NameAddr> =
        headers.list("Contact").iter().filter_map(|value| value.parse().ok()).collect();
    let request_uri = match message {
        Message::Request(request) => request.uri.parse::<SipUri>().ok(),
        Message::Response(_) => None,
    };
    let body = match message {
        Message::Request(request) => &request.body,
        Message::Response(response) => &response.body,
    };
    let reason = match message {
        Message::Response(response) => Some((response.status, response.reason.as_str())),
        Message::Request(_) => None,
    };
    let contact_uri = contacts.first().and_then(NameAddr::sip_uri);
    let right = match name {
        "wsinv" => {
            headers.list("Via").len() == 3 && headers.get("Subject") == Some("") && !body.is_empty()
        }
        "esc01" => {
            request_uri.and_then(|uri| uri.user_text()).is_some_and(|user| user.contains('@'))
        }
        "escnull" => {
            let users: Vec<_> =
                contacts.iter().filter_map(|contact| contact.sip_uri()?.user_text()).collect();
            users.len() == 2 && users[0] != users[1] && users.iter().all(|user| user.contains('\0'))
        }
        "esc02" => {
            contacts.len() == 2
                && matches!(message, Message::Request(request)
                    if matches!(&request.method, Method::Other(name) if name.contains('%')))
        }
        "longreq" => headers.list("Via").len() >= 34 && headers.call_id().unwrap_or("").len() > 100,
        "dblreq" => body.is_empty(),
        "semiuri" => {
            request_uri.and_then(|uri| uri.user_text()).is_some_and(|user| user.contains(";"))
        }
        "transports" => headers.list("Via").len() >= 4,
        "mpart01" => body.contains(&0) && body.len() > 200,
        "unreason" => reason.is_some_and(|(status, text)| status == 200 && !text.is_ascii()),
        "noreason" => reason == Some((100, "")),
        "cparam01" => {
            contacts[0].params.has("unknownparam")
                && contact_uri.is_some_and(|uri| !uri.params.has("unknownparam"))
        }
        "cparam02" => {
            !contacts[0].params.has("unknownparam")
                && contact_uri.is_some_and(|uri| uri.params.has("unknownparam"))
        }
        "regescrt" => contact_uri
            .and_then(|uri| uri.headers)
            .is_some_and(|headers| headers.starts_with("Route=%3Csip:")),
        "inv2543" => headers.via().is_some_and(|via| via.branch().is_none()) && !body.is_empty(),
        "ipv6-good" | "port-unambiguous" | "port-ambiguous" => {
            let port = (name == "port-unambiguous").then_some(5070);
            request_uri
                .is_some_and(|uri| uri.port == port && uri.host.to_bare_string().contains(':'))
        }
        "via-received-param-with-delim" | "via-received-param-no-delim" => {
            headers.via().and_then(|via| via.received()).is_some_and(|address| address.is_ipv6())
        }
        "ipv4-mapped-ipv6" => contact_uri.is_some_and(|uri| !matches!(uri.host, Host::Name(_))),
        _ => true,
    };
    if right { Ok(()) } else { Err(format!("not understood: {message:?}")) }
}

/// What was tried, and what came of it.
#[derive(Default)]
struct Tried {
    messages: usize,
    answered: usize,
    panics: Vec<String>,
}

/// Replaces one element in every way; afterwards a good call still rings.
fn try_element(template: &Template, element: usize, anomalies: &[Vec<u8>], all: &mut Tried) {
    let mut phone = PurePhone::registered("alice", Transport::Udp, false);
    let mut streamed = PurePhone::registered("alice", Transport::Tcp, false);
    for variant in 0..anomalies.len() + REPETITIONS.len() {
        all.messages += 1;
        let bytes = match anomalies.get(variant) {
            Some(value) => template.with(element, value, variant),
            None => template.repeated(element, REPETITIONS[variant - anomalies.len()], variant),
        };
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let proxied = variant % 2 == 0;
            phone.datagram(&bytes, proxied);
            let by_datagram = bounded(&mut phone, &bytes);
            let mut reader = StreamReader::new();
            for piece in bytes.chunks(1460) {
                if !streamed.stream(&mut reader, piece) {
                    break;
                }
            }
            by_datagram + bounded(&mut streamed, &bytes)
        }));
        match outcome {
            Ok(messages) => all.answered += usize::from(messages > 0),
            Err(_) => {
                all.panics.push(format!("element {element}, variant {variant}"));
                phone = PurePhone::registered("alice", Transport::Udp, false);
                streamed = PurePhone::registered("alice", Transport::Tcp, false);
            }
        }
    }
    for phone in [&mut phone, &mut streamed] {
        phone.datagram(&Template::invite().whole(999_999), true);
        let statuses = phone.take_statuses();
        assert!(statuses.contains(&180), "deaf after element {element}: {statuses:?}");
    }
}

#[test]
fn every_element_of_an_invite_replaced_by_what_no_one_should_write() {
    let templates = [Template::invite(), Template::replacing()];
    assert!(matches!(parse_datagram(&templates[0].whole(0)), Ok(Message::Request(_))));
    let anomalies = anomalies();
    let elements: Vec<(&Template, usize)> = templates
        .iter()
        .flat_map(|template| (0..template.elements()).map(move |element| (template, element)))
        .collect();
    let next = AtomicUsize::new(0);
    let work = || {
        let mut all = Tried::default();
        while let Some((template, element)) = elements.get(next.fetch_add(1, Ordering::Relaxed)) {
            try_element(template, *element, &anomalies, &mut all);
        }
        all
    };
    let threads = std::thread::available_parallelism().map_or(1, |threads| threads.get());
    let all: Vec<Tried> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).collect()
    });
    let sum = |count: fn(&Tried) -> usize| all.iter().map(count).sum::<usize>();
    let (tried, answered) = (sum(|all| all.messages), sum(|all| all.answered));
    let panics: Vec<&String> = all.iter().flat_map(|all| &all.panics).collect();
    figures::tell(&format!(
        "torture: INVITEs with {} elements replaced in {} ways each: {tried} messages tried by \
         datagram and by stream, {answered} answered, {} panics",
        elements.len(),
        anomalies.len() + REPETITIONS.len(),
        panics.len(),
    ));
    assert!(panics.is_empty(), "{panics:#?}");
    assert!(answered > tried / 2, "most of them are requests that deserve an answer");
}

/// What the telephone said to one message is a little, and nothing of it is a header of the
/// other side's making; then its calls are ended and forgotten.
fn bounded(phone: &mut PurePhone, input: &[u8]) -> usize {
    let said = std::mem::take(&mut phone.sent);
    assert!(said.len() <= 4, "{} messages to one", said.len());
    for message in &said {
        let bytes = write(message);
        assert!(bytes.len() <= input.len() + 4096, "{} octets to {}", bytes.len(), input.len());
    }
    for call in std::mem::take(&mut phone.calls) {
        phone.command(SipCommand::Hangup(call));
    }
    phone.pass(Duration::from_secs(70), 1000);
    phone.sent.clear();
    said.len()
}
