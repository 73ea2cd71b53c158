//! The two requests that are built from an INVITE of ours and go no further than it did.

use super::super::message::{Headers, Method, Request, Response};

/// The ACK to a final response other than 2xx: same branch, the To of the response, and the
/// credentials of the INVITE (RFC 3261 §17.1.1.3, §22.1).
pub fn ack_for(invite: &Request, response: &Response) -> Request {
    let mut ack = beside(invite, Method::Ack);
    if let Some(to) = response.headers.get("To") {
        ack.headers.set("To", to);
    }
    for name in ["Authorization", "Proxy-Authorization"] {
        for value in invite.headers.all(name) {
            ack.headers.push(name, value);
        }
    }
    ack
}

/// The CANCEL of an INVITE (RFC 3261 §9.1). Only to be sent after a provisional response.
pub fn cancel_for(invite: &Request) -> Request {
    beside(invite, Method::Cancel)
}

fn beside(invite: &Request, method: Method) -> Request {
    let mut headers = Headers::default();
    for name in ["Via", "Max-Forwards", "From", "To", "Call-ID"] {
        if let Some(value) = invite.headers.get(name) {
            headers.push(name, value);
        }
    }
    let number = invite.headers.cseq().map_or(0, |cseq| cseq.number);
    headers.push("CSeq", format!("{number} {}", method.as_str()));
    for route in invite.headers.all("Route") {
        headers.push("Route", route);
    }
    Request { method, uri: invite.uri.clone(), headers, body: Vec::new() }
}
