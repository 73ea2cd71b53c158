#![allow(clippy::unwrap_used, clippy::expect_used)]
use proptest::prelude::*;

use super::*;
use crate::sip::message::Method;

/// A good INVITE with everything that a mutation may break.
fn invite() -> Vec<u8> {
    let body = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n";
    format!(
        "INVITE sip:bob@example.com;transport=tcp SIP/2.0\r\n\
         Via: SIP/2.0/TCP [2001:db8::1]:5070;branch=z9hG4bK1;rport\r\n\
         v: SIP / 2.0 / UDP\r\n  192.0.2.2 ;branch= z9hG4bK2 , SIP/2.0/TLS a.example\r\n\
         Max-Forwards: 70\r\n\
         f: \"Alice \\\"A\\\" <x>\" <sip:alice@example.com;x=%41>;tag=1\r\n\
         To: Bob <sip:bob@example.com>\r\n\
         i: 1@192.0.2.1\r\n\
         CSEQ:    1\t INVITE\r\n\
         Contact: <sip:alice@192.0.2.1>;+sip.instance=\"<urn:uuid:0>\"\r\n\
         Call-Info: <xmpp:alice@example.com> ;purpose=impp\r\n\
         Subject   :   \r\n\
         Content-Type: application/sdp\r\n\
         l: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

fn request(bytes: &[u8]) -> Request {
    match parse_datagram(bytes).unwrap() {
        Message::Request(request) => request,
        Message::Response(_) => panic!("a response"),
    }
}

/// The fault of a request made of `start`, the usual headers less those named, and `extra`.
fn verdict(start: &str, without: &[&str], extra: &str) -> Result<Message, WireError> {
    let usual = [
        "Via: SIP/2.0/UDP a.example;branch=z9hG4bK1",
        "From: <sip:a@b>;tag=1",
        "To: <sip:c@d>",
        "Call-ID: 1",
        "CSeq: 1 OPTIONS",
        "Content-Length: 0",
    ];
    let lines: Vec<&str> = usual
        .into_iter()
        .filter(|line| !without.iter().any(|name| line.starts_with(name)))
        .collect();
    parse_datagram(format!("{start}\r\n{}\r\n{extra}\r\n", lines.join("\r\n")).as_bytes())
}

const OPTIONS: &str = "OPTIONS sip:c@d SIP/2.0";

#[test]
fn a_good_request_is_whole() {
    let request = request(&invite());
    assert_eq!(request.method, Method::Invite);
    let vias: Vec<_> = request.headers.all("Via").collect();
    assert_eq!(vias[1], "SIP / 2.0 / UDP 192.0.2.2 ;branch= z9hG4bK2 , SIP/2.0/TLS a.example");
    assert_eq!(request.headers.list("Via").len(), 3);
    assert_eq!(request.headers.via().unwrap().branch(), Some("z9hG4bK1"));
    assert_eq!(request.headers.from().unwrap().display.as_deref(), Some("Alice \"A\" <x>"));
    assert_eq!(request.headers.call_id(), Some("1@192.0.2.1"));
    assert_eq!(request.headers.get("subject"), Some(""));
    assert_eq!(request.headers.cseq().unwrap().number, 1);
    assert!(request.body.ends_with(b"RTP/AVP 0\r\n"));
}

#[test]
fn responses_with_odd_reasons() {
    let rest = "Via: SIP/2.0/UDP a;branch=z9hG4bK1\r\nf: <sip:a@b>\r\nt: <sip:c@d>\r\ni: 1\r\nCSeq: 1 INVITE\r\n\r\n";
    let read = |start: &str| parse_datagram(format!("{start}\r\n{rest}").as_bytes());
    for (start, status, reason) in [
        ("SIP/2.0 200 = 2**3 * 5**2 \u{43d}\u{43e}", 200, "= 2**3 * 5**2 \u{43d}\u{43e}"),
        ("SIP/2.0 100 ", 100, ""),
        ("sip/2.0 699", 699, ""),
    ] {
        let Ok(Message::Response(response)) = read(start) else { panic!("{start}") };
        assert_eq!((response.status, response.reason.as_str()), (status, reason));
    }
    for start in
        ["SIP/2.0 4294967301 x", "SIP/2.0 700 x", "SIP/2.0 99 x", "SIP/2.0 2x0 x", "SIP/2.0"]
    {
        let error = read(start).unwrap_err();
        assert_eq!(error.fault, WireFault::Start, "{start}");
        assert!(error.answer().is_none());
    }
}

#[test]
fn a_response_with_two_vias_went_astray() {
    let bytes = "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1,SIP/2.0/UDP b\r\n\
                 f: <sip:a@b>\r\nt: <sip:c@d>\r\ni: 1\r\nCSeq: 1 INVITE\r\n\r\n";
    let error = parse_datagram(bytes.as_bytes()).unwrap_err();
    assert_eq!(error.fault, WireFault::Repeated("Via"));
}

#[test]
fn datagrams_are_framed_by_content_length() {
    let mut bytes = invite();
    bytes.extend_from_slice(b"INVITE sip:joe@example.com SIP/2.0\r\n");
    assert_eq!(request(&bytes), request(&invite()));
    let short = invite();
    let error = parse_datagram(&short[..short.len() - 1]).unwrap_err();
    assert_eq!(error.fault, WireFault::ContentLength);
    assert_eq!(error.answer().unwrap().status, 400);
    let all = verdict(OPTIONS, &["Content-Length"], "\r\nbody\0\u{1}").unwrap();
    let Message::Request(all) = all else { panic!() };
    assert_eq!(all.body, b"body\0\x01\r\n");
    for bad in ["l: 1", "Content-Length: -999", "l: 13x"] {
        let without: &[&str] = if bad == "l: 1" { &[] } else { &["Content-Length"] };
        let error = verdict(OPTIONS, without, &format!("{bad}\r\n")).unwrap_err();
        assert_eq!(error.fault, WireFault::ContentLength, "{bad}");
    }
}

#[test]
fn what_is_missing_or_wrong_is_refused_with_the_right_status() {
    let status = |start: &str, without: &[&str], extra: &str| {
        verdict(start, without, extra).unwrap_err().answer().map(|answer| answer.status)
    };
    for name in ["From", "To", "Call-ID", "CSeq"] {
        assert_eq!(status(OPTIONS, &[name], ""), Some(400), "{name}");
    }
    assert_eq!(status(OPTIONS, &["Via"], ""), None);
    for again in ["From: <sip:x@y>", "CSeq: 2 OPTIONS", "Call-ID: 2", "To: <sip:x@y>"] {
        assert_eq!(status(OPTIONS, &[], &format!("{again}\r\n")), Some(400), "{again}");
    }
    assert_eq!(status(OPTIONS, &["Via"], "Via: SIP/2.0/UDP 192.0.2.15;;,;,,\r\n"), Some(400));
    assert_eq!(status(OPTIONS, &[], "Contact: sip:u@h?Route=x\r\n"), Some(400));
    assert_eq!(status("INVITE sip:c@d SIP/2.0", &[], ""), Some(400));
    assert_eq!(status("NEWMETHOD sip:c@d SIP/2.0", &[], ""), Some(501));
    assert_eq!(status("OPTIONS sip:c@d SIP/7.0", &[], ""), Some(505));
    assert_eq!(status("ACK sip:c@d SIP/2.0", &[], ""), None);
    for uri in [
        "<sip:c@d>",
        "sip:c@d; lr",
        " sip:c@d",
        "sip:c@d ",
        "sip:c@d?Route=x",
        "sip:",
        "x",
        "sip:c@2001:db8::1",
        "sip:c@[2001:db8:::192.0.2.1]",
    ] {
        assert_eq!(status(&format!("OPTIONS {uri} SIP/2.0"), &[], ""), Some(400), "{uri}");
    }
    for uri in
        ["soap.beep://192.0.2.103:3002", "nobodyKnowsThisScheme:x", "tel:+1-303-555-1212;ext=1"]
    {
        assert!(verdict(&format!("OPTIONS {uri} SIP/2.0"), &[], "").is_ok(), "{uri}");
    }
}

#[test]
fn an_answer_has_one_tag_for_one_request() {
    let answer =
        |extra: &str| verdict("BYE sip:c@d SIP/2.0", &[], extra).unwrap_err().answer().unwrap();
    let tag = answer("").headers.to().unwrap().tag().unwrap().to_owned();
    assert_eq!(answer("X: y\r\n").headers.to().unwrap().tag(), Some(tag.as_str()));
}

#[test]
fn one_bad_header_does_not_spoil_the_rest() {
    let mut bytes =
        b"OPTIONS sip:c@d SIP/2.0\r\nX-Bad: a\xff\xfeb\r\nX-Bare: \n a\rb\n\r\nno colon here\r\n  folded\r\n: x\r\n"
            .to_vec();
    bytes.extend_from_slice(
        b"v: SIP/2.0/UDP a\r\nf: <sip:a@b>\r\nt: <sip:c@d>\r\ni: 1\r\nCSeq: 1 OPTIONS\r\n\r\n\xff\0",
    );
    let request = request(&bytes);
    assert_eq!(request.headers.get("x-bad"), Some("a\u{fffd}\u{fffd}b"));
    assert_eq!(request.headers.get("x-bare"), Some("a b"));
    assert_eq!(request.headers.len(), 7);
    assert_eq!(request.body, b"\xff\0");
}

#[test]
fn bounds_hold() {
    let many = "X: y\r\n".repeat(MAX_HEADERS);
    let fault = |extra: &str| verdict(OPTIONS, &[], extra).unwrap_err().fault;
    assert_eq!(fault(&many), WireFault::TooLarge);
    assert_eq!(fault(&format!("X: {}\r\n", "y".repeat(MAX_HEADER))), WireFault::TooLarge);
    assert_eq!(
        fault(&format!("X: y\r\n{}", " yyyyyyy\r\n".repeat(MAX_HEADER / 8))),
        WireFault::TooLarge
    );
    assert!(verdict(OPTIONS, &[], &format!("X: {}\r\n", "y".repeat(MAX_HEADER - 3))).is_ok());
    assert_eq!(
        parse_datagram(&vec![b'x'; MAX_DATAGRAM + 1]).unwrap_err().fault,
        WireFault::TooLarge
    );
    assert_eq!(parse_datagram(b"\r\n\r\n").unwrap_err().fault, WireFault::Empty);
}

#[test]
fn no_value_adds_a_header() {
    let mut request = request(&invite());
    request.headers.push("X", "a\r\nInjected: b\r\n\r\n");
    request.uri = "sip:a@b SIP/2.0\r\nInjected: b".to_owned();
    let text = String::from_utf8(write(&Message::Request(request))).unwrap();
    assert!(!text.contains("\nInjected"));
}

fn drain(reader: &mut StreamReader) -> Vec<Result<Framed, WireError>> {
    std::iter::from_fn(|| reader.next()).collect()
}

#[test]
fn streams_are_cut_the_same_whatever_the_pieces() {
    let mut bytes = b"\r\n\r\n".to_vec();
    bytes.extend_from_slice(&invite());
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(&invite());
    let expected = Message::Request(request(&invite()));
    for size in [1, 2, 3, 7, 100, bytes.len()] {
        let mut reader = StreamReader::new();
        let mut messages = Vec::new();
        for piece in bytes.chunks(size) {
            reader.push(piece);
            for framed in drain(&mut reader) {
                if let Framed::Message(message) = framed.unwrap() {
                    messages.push(message);
                }
            }
        }
        assert_eq!(messages, [expected.clone(), expected.clone()], "{size}");
    }
}

#[test]
fn keep_alives_on_a_stream() {
    let mut reader = StreamReader::new();
    reader.push(b"\r\n");
    assert!(matches!(reader.next(), Some(Ok(Framed::KeepAlivePong))));
    reader.push(b"\r\n\r\n\r\n");
    assert!(matches!(reader.next(), Some(Ok(Framed::KeepAlivePing))));
    assert!(matches!(reader.next(), Some(Ok(Framed::KeepAlivePong))));
    assert!(reader.next().is_none());
}

#[test]
fn a_bad_message_of_known_length_leaves_the_stream_in_step() {
    let mut reader = StreamReader::new();
    reader.push(b"INVITE sip:a@b SIP/2.0\r\nl: 4\r\n\r\n\0\r\n\0");
    reader.push(&invite());
    let framed = drain(&mut reader);
    assert_eq!(framed.len(), 2);
    assert!(
        framed[0]
            .as_ref()
            .is_err_and(|error| !error.fatal && error.fault == WireFault::Missing("CSeq"))
    );
    assert!(framed[1].is_ok());
}

#[test]
fn a_bad_length_ends_the_stream() {
    for length in
        ["", "l: -999\r\n", "l: 1\r\nl: 1\r\n", "l: 99999999999999999999999\r\n", "l: 1048577\r\n"]
    {
        let mut reader = StreamReader::new();
        reader.push(format!("INVITE sip:a@b SIP/2.0\r\n{length}\r\n").as_bytes());
        reader.push(&invite());
        let framed = drain(&mut reader);
        assert!(matches!(framed.as_slice(), [Err(error)] if error.fatal), "{length}");
    }
    let mut reader = StreamReader::new();
    for _ in 0..=MAX_STREAM_MESSAGE / 1000 {
        reader.push(&[b'x'; 1000]);
        let _ = reader.next();
    }
    reader.push(&invite());
    assert!(reader.next().is_none());
}

fn everything(bytes: &[u8]) {
    for result in [parse_datagram(bytes)] {
        match result {
            Ok(message) => exercise(&message),
            Err(error) => drop(error.answer().map(Message::Response).as_ref().map(write)),
        }
    }
    let mut reader = StreamReader::new();
    reader.push(bytes);
    for framed in drain(&mut reader) {
        match framed {
            Ok(Framed::Message(message)) => exercise(&message),
            Ok(_) => {}
            Err(error) => drop(error.answer()),
        }
    }
}

/// Everything that is read from a message, and that it reads back as it was written.
fn exercise(message: &Message) {
    let headers = message.headers();
    let _ = (headers.via(), headers.contact(), headers.to(), headers.from(), headers.cseq());
    let _ = crate::sip::value::call_info::impp(headers);
    for header in headers.iter() {
        let _ = headers.list(&header.name);
        if let Ok(address) = header.value.parse::<crate::sip::value::NameAddr>() {
            assert_eq!(address.to_string().parse().as_ref(), Ok(&address));
            if let Some(uri) = address.sip_uri() {
                assert_eq!(uri.to_string().parse().as_ref(), Ok(&uri));
                assert!(uri.equivalent(&uri), "{uri}");
            }
        }
    }
    let mut again = parse_datagram(&write(message)).expect("what was read can be written");
    match (&mut again, message) {
        (Message::Request(a), Message::Request(b)) => compare(&mut a.headers, &b.headers),
        (Message::Response(a), Message::Response(b)) => compare(&mut a.headers, &b.headers),
        _ => panic!("a request became a response"),
    }
}

fn compare(again: &mut Headers, before: &Headers) {
    let mut before = before.clone();
    before.remove("Content-Length");
    again.remove("Content-Length");
    assert_eq!(&before, again);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_bytes_give_a_message_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        everything(&bytes);
    }

    #[test]
    fn any_text_of_sip_letters(text in "(INVITE|SIP/2.0| |sip:|a|@|:|;|=|\"|<|>|,|\\?|%|\\[|\\]|0|9|\r\n|\r\n |Via: |l: |CSeq: |To: |\\\\){0,120}") {
        everything(text.as_bytes());
        let _ = text.parse::<crate::sip::uri::SipUri>();
        let _ = text.parse::<crate::sip::value::Via>();
    }

    #[test]
    fn any_mutation_of_an_invite(
        cuts in prop::collection::vec((any::<prop::sample::Index>(), 0usize..8, prop::collection::vec(
            prop_oneof![any::<u8>(), prop::sample::select(b"\r\n \t\"<>;:,=?@%[]\\\0".to_vec())], 0..12)), 1..6),
    ) {
        let mut bytes = invite();
        for (place, remove, insert) in cuts {
            let at = place.index(bytes.len());
            let end = (at + remove).min(bytes.len());
            bytes.splice(at..end, insert);
            if bytes.is_empty() { break; }
        }
        everything(&bytes);
    }

    #[test]
    fn any_message_round_trips(
        names in prop::collection::vec(("X-[a-z]{1,6}", "([!-~\u{e9}\u{4e00}]([ -~\u{e9}]{0,40}[!-~])?)?"), 0..20),
        body in prop::collection::vec(any::<u8>(), 0..300),
        status in prop::option::of(100u16..=699),
    ) {
        let mut headers = request(&invite()).headers;
        headers.remove("Content-Length");
        if status.is_some() {
            headers.set("Via", "SIP/2.0/UDP a;branch=z9hG4bK1");
        }
        for (name, value) in &names {
            headers.push(name, value);
        }
        let message = match status {
            Some(status) => Message::Response(Response { status, reason: "x y".into(), headers, body }),
            None => Message::Request(Request { method: Method::Invite, uri: "sip:a@b".into(), headers, body }),
        };
        let bytes = write(&message);
        let mut back = parse_datagram(&bytes).unwrap();
        match &mut back {
            Message::Request(request) => request.headers.remove("Content-Length"),
            Message::Response(response) => response.headers.remove("Content-Length"),
        }
        prop_assert_eq!(back, message);
    }
}
