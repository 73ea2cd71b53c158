//! Challenges as servers write them, one after another, and our answers to them. Lines of the
//! input are header values; an empty line ends a response.

#![no_main]

use dovetail::sip::digest::{Authenticator, Credentials, Strength};
use dovetail::sip::message::{Headers, Message, Method, Request, Response};
use dovetail::sip::wire::write;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let password = "a password that appears nowhere".to_owned();
    let mut credentials = Credentials::new("alice", password.into());
    let mut authenticator = Authenticator::new();
    let mut strength = Strength::default();
    let mut request = Request::new(Method::Register, "sip:cusax.test");
    for block in text.split("\n\n").take(32) {
        let mut headers = Headers::default();
        for line in block.lines() {
            let (name, value) = match line.as_bytes().first() {
                Some(b'p') => ("Proxy-Authenticate", &line[1..]),
                Some(b'i') => ("Authentication-Info", &line[1..]),
                Some(b'j') => ("Proxy-Authentication-Info", &line[1..]),
                Some(b'w') => ("WWW-Authenticate", &line[1..]),
                _ => ("WWW-Authenticate", line),
            };
            headers.push(name, value);
        }
        let status = if block.starts_with(['i', 'j']) { 200 } else { 401 };
        let response = Response { status, reason: String::new(), headers, body: Vec::new() };
        if status == 200 {
            authenticator.accepted(&mut strength, &response);
        } else if authenticator.challenged_by(&mut strength, &request, &response).is_err() {
            continue;
        }
        authenticator.authorize(&mut request, &mut credentials, [7; 16]);
        let answers = request.headers.all("Authorization").count()
            + request.headers.all("Proxy-Authorization").count();
        assert!(answers <= 8, "{answers} answers");
        let bytes = write(&Message::Request(request.clone()));
        let written = String::from_utf8_lossy(&bytes);
        assert!(!written.contains("a password that"), "the password itself is sent");
        assert_eq!(written.matches("\r\n").count(), answers + 3, "a value added a header");
    }
});
