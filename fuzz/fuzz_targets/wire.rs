//! Bytes as a datagram and as a stream in any pieces; what was read is written and read again.
//! The first two octets choose how the stream is cut.

#![no_main]

use dovetail::sip::message::{Headers, Message};
use dovetail::sip::value::{NameAddr, Via};
use dovetail::sip::wire::{Framed, StreamReader, parse_datagram, write};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((cut, bytes)) = data.split_at_checked(2) else { return };
    match parse_datagram(bytes) {
        Ok(message) => again(&message),
        Err(error) => {
            if let Some(response) = error.answer() {
                let _ = write(&Message::Response(response));
            }
        }
    }
    let whole = messages(bytes, usize::MAX, usize::MAX);
    let pieces = messages(bytes, usize::from(cut[0]) + 1, usize::from(cut[1]) + 1);
    assert_eq!(whole, pieces, "how a stream is cut must not matter");
    whole.iter().flatten().for_each(again);
});

/// What a stream gives that comes in pieces of `first`, then `next` octets; `None` for an error.
fn messages(bytes: &[u8], first: usize, next: usize) -> Vec<Option<Message>> {
    let mut reader = StreamReader::new();
    let mut found = Vec::new();
    let (head, rest) = bytes.split_at(first.min(bytes.len()));
    for piece in std::iter::once(head).chain(rest.chunks(next)) {
        reader.push(piece);
        while let Some(framed) = reader.next() {
            match framed {
                Ok(Framed::Message(message)) => found.push(Some(message)),
                // A pair of line breaks is one ping or two pongs, as it arrives.
                Ok(_) => {}
                Err(error) => {
                    if let Some(response) = error.answer() {
                        let _ = write(&Message::Response(response));
                    }
                    found.push(None);
                }
            }
        }
    }
    found
}

/// Reads all typed values of a message, writes it, and reads it again.
fn again(message: &Message) {
    let headers = message.headers();
    for header in headers.iter() {
        let _ = headers.list(&header.name);
        let _ = header.value.parse::<Via>();
        if let Ok(address) = header.value.parse::<NameAddr>() {
            assert_eq!(address.to_string().parse().as_ref(), Ok(&address));
            if let Some(uri) = address.sip_uri() {
                assert_eq!(uri.to_string().parse().as_ref(), Ok(&uri));
                assert!(uri.equivalent(&uri), "{uri}");
            }
        }
    }
    let bytes = write(message);
    if bytes.len() > dovetail::sip::wire::MAX_DATAGRAM {
        return;
    }
    let back = match parse_datagram(&bytes) {
        Ok(back) => back,
        // A field at its bound may grow by the space after its colon.
        Err(error) if longest(headers) + 2 > dovetail::sip::wire::MAX_HEADER => {
            return drop(error);
        }
        Err(error) => panic!("what was read is refused when written: {error}"),
    };
    match (&back, message) {
        (Message::Request(back), Message::Request(first)) => {
            assert_eq!(
                (&back.method, &back.uri, &back.body),
                (&first.method, &first.uri, &first.body)
            );
        }
        (Message::Response(back), Message::Response(first)) => {
            assert_eq!((back.status, &back.body), (first.status, &first.body));
        }
        _ => panic!("a request became a response"),
    }
    assert_eq!(without_length(&back), without_length(message));
}

fn longest(headers: &Headers) -> usize {
    headers.iter().map(|header| header.name.len() + header.value.len() + 1).max().unwrap_or(0)
}

fn without_length(message: &Message) -> Headers {
    let mut headers = message.headers().clone();
    headers.remove("Content-Length");
    headers
}
