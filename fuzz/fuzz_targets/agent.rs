//! A running user agent: messages from its proxy and from strangers, commands, broken flows and
//! the clock, in any order. Nothing panics; what it holds and says stays within bounds, which
//! the harness asserts.
//!
//! The input is a list of records between octets 0x1e. The first octet of a record chooses what
//! happens, the rest is its argument. In messages `$I`, `$F`, `$T`, `$B`, `$N` and `$M` stand for
//! Call-ID, From, To, top Via, CSeq number and method of the request that the agent sent last, so
//! that dialogs and transactions can be met; `$t` is the To of the response that it sent last.

#![no_main]

#[path = "../../tests/support/pure_phone.rs"]
mod pure_phone;

use std::time::Duration;

use dovetail::model::account::Transport;
use dovetail::sip::message::{Message, Response};
use dovetail::sip::wire::{StreamReader, write};
use dovetail::sip::{PlaceCall, ReferTo, SipCommand};
use libfuzzer_sys::fuzz_target;
use pure_phone::PurePhone;

const SDP: &[u8] = b"v=0\r\no=- 1 1 IN IP4 192.0.2.10\r\ns=-\r\nc=IN IP4 192.0.2.10\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n";
/// Records of one input.
const MOST_RECORDS: usize = 64;
/// Timers of one step.
const MOST_TIMERS: usize = 200;

fuzz_target!(|data: &[u8]| {
    let Some((&first, data)) = data.split_first() else { return };
    let transport = if first & 1 == 0 { Transport::Udp } else { Transport::Tcp };
    let mut phone = PurePhone::registered("alice", transport, first & 2 != 0);
    let mut reader = StreamReader::new();
    let mut number = 0;
    for record in data.split(|octet| *octet == 0x1e).take(MOST_RECORDS) {
        let Some((kind, rest)) = record.split_first() else { continue };
        match kind {
            b'm' => phone.datagram(&filled(&phone, rest), true),
            b's' => phone.datagram(&filled(&phone, rest), false),
            b'x' => {
                if !phone.stream(&mut reader, &filled(&phone, rest)) {
                    reader = StreamReader::new();
                    phone.break_flow();
                }
            }
            b'r' => respond(&mut phone, rest),
            b't' => {
                let time =
                    rest.iter().take(10).fold(0_u64, |sum, octet| sum * 4 + u64::from(*octet));
                phone.pass(Duration::from_millis(time.min(700_000)), MOST_TIMERS);
            }
            b'f' => phone.break_flow(),
            b'd' => {
                number += 1;
                let target = String::from_utf8_lossy(rest).into_owned();
                phone.command(SipCommand::Invite(place(number, target, &phone)));
            }
            _ => command(&mut phone, *kind, rest),
        }
    }
    // Whatever happened, it can leave: on its own clock, within its own limit.
    phone.command(SipCommand::Quit);
    phone.pass(Duration::from_secs(5), 10_000);
    assert!(phone.agent.is_closed(), "it does not end");
});

fn place(number: u32, target: String, phone: &PurePhone) -> PlaceCall {
    let default = "sip:bob@cusax.test".to_owned();
    PlaceCall {
        call: dovetail::model::id::CallId::new(format!("call-{number}")),
        target: if target.is_empty() { default } else { target },
        offer: SDP.to_vec(),
        impp: "alice@cusax.test".parse().ok(),
        anonymous: number.is_multiple_of(5),
        referral: phone.calls.last().filter(|_| number.is_multiple_of(3)).cloned(),
    }
}

/// A command for one of the calls; the first octet of the argument chooses which.
fn command(phone: &mut PurePhone, kind: u8, rest: &[u8]) {
    let newest = phone.calls.len().wrapping_sub(1);
    let at = rest.first().map_or(newest, |octet| usize::from(*octet) % phone.calls.len().max(1));
    let Some(call) = phone.calls.get(at).cloned() else { return };
    let text = String::from_utf8_lossy(rest.get(1..).unwrap_or_default()).into_owned();
    let sdp = SDP.to_vec();
    let number = |text: &str| text.parse().unwrap_or(486);
    phone.command(match kind {
        b'a' => SipCommand::Answer { call, sdp, impp: "alice@cusax.test".parse().ok() },
        b'k' => SipCommand::Acknowledge { call, sdp },
        b'n' => SipCommand::Refuse { call, status: number(&text) },
        b'h' => SipCommand::Hangup(call),
        b'o' => SipCommand::Reoffer { call, sdp },
        b'A' => SipCommand::AnswerReoffer { call, sdp: text.is_empty().then_some(sdp) },
        b'R' => SipCommand::Refer { call, to: ReferTo::Uri(text) },
        b'T' => match phone.calls.first().cloned() {
            Some(other) => SipCommand::Refer { call, to: ReferTo::Call(other) },
            None => return,
        },
        b'F' => SipCommand::Follow { call, dial_as: text.clone(), target: text },
        b'D' => SipCommand::Redirect { call, to: text },
        b'N' => SipCommand::RefuseReferral { call },
        b'5' => SipCommand::Digit { call, digit: '5' },
        _ => return,
    });
}

/// `r`, an octet that chooses among the agent's last requests, three digits, then header lines:
/// the answer to that request.
fn respond(phone: &mut PurePhone, rest: &[u8]) {
    let Some((&which, rest)) = rest.split_first() else { return };
    let Some((status, lines)) = rest.split_at_checked(3) else { return };
    let status = std::str::from_utf8(status).ok().and_then(|text| text.parse().ok());
    let Some(status @ 100..=699) = status else { return };
    let back = phone.requests.iter().rev().nth(usize::from(which) % phone.requests.len().max(1));
    let Some(request) = back.cloned() else { return };
    let mut response = Response::to_request(&request, status, None);
    if let Some(to) = request.headers.get("To").filter(|to| !to.contains("tag=")) {
        response.headers.set("To", format!("{to};tag=t{}", which % 4));
    }
    let bytes = write(&Message::Response(response));
    let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { return };
    let mut out = without_length(&bytes[..end + 2]);
    out.extend_from_slice(lines);
    if !lines.windows(4).any(|four| four == b"\r\n\r\n") {
        out.extend_from_slice(b"\r\n\r\n");
    }
    phone.datagram(&out, true);
}

fn without_length(head: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(head);
    let lines = text.split_inclusive("\r\n").filter(|line| !line.starts_with("Content-Length"));
    lines.collect::<String>().into_bytes()
}

/// The message with what stands for the last request's parts filled in.
fn filled(phone: &PurePhone, message: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(message.len() + 256);
    let mut rest = message;
    while let Some((&octet, after)) = rest.split_first() {
        rest = after;
        match after.first().filter(|_| octet == b'$').and_then(|name| value(phone, *name)) {
            Some(value) => {
                out.extend_from_slice(value.as_bytes());
                rest = &after[1..];
            }
            None => out.push(octet),
        }
    }
    out
}

fn value(phone: &PurePhone, name: u8) -> Option<String> {
    let request = phone.requests.last();
    let header = match name {
        b't' => return Some(phone.answer.as_ref()?.headers.get("To")?.to_owned()),
        b'I' => "Call-ID",
        b'F' => "From",
        b'T' => "To",
        b'B' => "Via",
        b'N' => return Some(request?.headers.cseq()?.number.to_string()),
        b'M' => return Some(request?.method.to_string()),
        _ => return None,
    };
    Some(request?.headers.get(header)?.to_owned())
}
