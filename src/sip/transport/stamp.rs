//! What a transport writes into the topmost Via (RFC 3261 §18, RFC 3581).

use std::net::SocketAddr;

use crate::model::account::Transport;
use crate::sip::message::{Message, Request};
use crate::sip::uri::Host;

/// Notes where a request came from: `received` if sent-by differs or `rport` asks for it, and
/// the port in `rport`.
pub(super) fn note_source(request: &mut Request, source: SocketAddr) {
    let Some(mut via) = request.headers.via() else {
        return;
    };
    let asked = via.params.has("rport");
    if !asked && via.host == Host::Ip(source.ip()) {
        return;
    }
    via.params.set("received", Some(&source.ip().to_string()));
    if asked {
        via.params.set("rport", Some(&source.port().to_string()));
    }
    request.headers.set_via(&via);
}

/// Makes the Via of a request fit the flow that it takes.
pub(super) fn sent_by(message: &mut Message, transport: Transport, local: SocketAddr) {
    let Message::Request(request) = message else {
        return;
    };
    let Some(mut via) = request.headers.via() else {
        return;
    };
    via.transport = name(transport).to_owned();
    via.host = Host::Ip(local.ip());
    via.port = Some(local.port());
    request.headers.set_via(&via);
}

fn name(transport: Transport) -> &'static str {
    match transport {
        Transport::Tls => "TLS",
        Transport::Tcp => "TCP",
        Transport::Udp => "UDP",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::sip::message::Method;

    fn noted(via: &str) -> String {
        let mut request = Request::new(Method::Options, "sip:a@b");
        request.headers.push("Via", via);
        note_source(&mut request, "192.0.2.9:7000".parse().unwrap());
        request.headers.get("Via").unwrap().to_owned()
    }

    #[test]
    fn source_address_and_port() {
        assert_eq!(noted("SIP/2.0/UDP 192.0.2.9;branch=1"), "SIP/2.0/UDP 192.0.2.9;branch=1");
        assert_eq!(
            noted("SIP/2.0/UDP a.example;branch=1"),
            "SIP/2.0/UDP a.example;branch=1;received=192.0.2.9"
        );
        assert_eq!(
            noted("SIP/2.0/UDP 192.0.2.9;rport;branch=1, SIP/2.0/UDP b"),
            "SIP/2.0/UDP 192.0.2.9;rport=7000;branch=1;received=192.0.2.9, SIP/2.0/UDP b"
        );
    }

    #[test]
    fn sent_by_fits_the_flow() {
        let mut request = Request::new(Method::Options, "sip:a@b");
        request.headers.push("Via", "SIP/2.0/UDP 192.0.2.9:1;rport;branch=1");
        let mut message = Message::Request(request);
        sent_by(&mut message, Transport::Tls, "[2001:db8::1]:5".parse().unwrap());
        assert_eq!(
            message.headers().get("Via"),
            Some("SIP/2.0/TLS [2001:db8::1]:5;rport;branch=1")
        );
    }
}
