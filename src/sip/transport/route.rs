//! Which way a route or a remote target leads: decided without a socket.

use super::{FlowInfo, Transport};
use crate::sip::resolve::{Place, default_port};
use crate::sip::uri::{Host, SipUri};

/// A way to the next hop.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Way {
    Main,
    Udp(Place),
    Stream(Place),
}

/// The way that `uri` leads. What asks for TLS goes over TLS. With a main flow over TLS all else
/// goes by it, to the proxy, so that nothing of a protected account travels in clear; likewise
/// what leaves the transport open, with a main flow over TCP.
pub(super) fn way(uri: &SipUri, main: &FlowInfo, own_names: &[String]) -> Way {
    let asked = asked_transport(uri);
    let host = uri.params.get("maddr").and_then(|maddr| maddr.parse().ok());
    let host = host.unwrap_or_else(|| uri.host.clone());
    let protected = main.transport == Transport::Tls;
    if (asked != Some(Transport::Tls) || protected)
        && leads_to(&host, uri.port, asked, main, own_names)
    {
        return Way::Main;
    }
    let place = |transport| Place {
        host: host.clone(),
        port: port(&host, uri.port, transport),
        transport: Some(transport),
        secure: transport == Transport::Tls,
    };
    match (asked, main.transport) {
        (Some(Transport::Tls), _) => Way::Stream(place(Transport::Tls)),
        (_, Transport::Tls) => Way::Main,
        (Some(Transport::Tcp), _) => Way::Stream(place(Transport::Tcp)),
        (_, Transport::Tcp) => Way::Main,
        (_, Transport::Udp) => Way::Udp(place(Transport::Udp)),
    }
}

/// `sips:` is TLS whatever the parameter says (RFC 5630 §4).
fn asked_transport(uri: &SipUri) -> Option<Transport> {
    let param = uri.params.get("transport").unwrap_or_default();
    match param {
        _ if uri.secure || param.eq_ignore_ascii_case("tls") => Some(Transport::Tls),
        _ if param.eq_ignore_ascii_case("tcp") => Some(Transport::Tcp),
        _ if param.eq_ignore_ascii_case("udp") => Some(Transport::Udp),
        _ => None,
    }
}

/// A numeric host has a port, be it the default one.
fn port(host: &Host, port: Option<u16>, transport: Transport) -> Option<u16> {
    match host {
        Host::Ip(_) => Some(port.unwrap_or_else(|| default_port(transport))),
        Host::Name(_) => port,
    }
}

fn leads_to(
    host: &Host,
    port: Option<u16>,
    asked: Option<Transport>,
    main: &FlowInfo,
    own_names: &[String],
) -> bool {
    match host {
        Host::Ip(address) => {
            let port = port.unwrap_or_else(|| default_port(asked.unwrap_or(main.transport)));
            *address == main.remote.ip() && port == main.remote.port()
        }
        Host::Name(name) => {
            own_names.contains(name) && port.is_none_or(|port| port == main.remote.port())
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use Transport::{Tcp, Tls, Udp};

    fn lead(uri: &str, transport: Transport) -> String {
        let port = default_port(transport);
        let main = FlowInfo {
            local: "192.0.2.9:7000".parse().unwrap(),
            remote: format!("192.0.2.1:{port}").parse().unwrap(),
            transport,
            tls: None,
            alternatives: 0,
        };
        match way(&uri.parse().unwrap(), &main, &["example.com".to_owned()]) {
            Way::Main => "main".to_owned(),
            Way::Udp(place) => format!("udp {} {:?}", place.host, place.port),
            Way::Stream(place) => {
                assert_eq!(place.secure, place.transport == Some(Tls));
                format!("{:?} {} {:?}", place.transport.unwrap(), place.host, place.port)
            }
        }
    }

    #[test]
    fn the_proxy_is_reached_by_the_main_flow() {
        for (uri, transport) in [
            ("sip:192.0.2.1;lr", Udp),
            ("sip:a@192.0.2.1:5060", Tcp),
            ("sip:192.0.2.1;transport=tcp;lr", Tcp),
            ("sip:192.0.2.1:5061;transport=tls;lr", Tls),
            ("sips:192.0.2.1;lr", Tls),
            ("sip:a@Example.com", Tls),
            ("sip:a@example.com:5061;transport=tls", Tls),
            ("sip:a@10.0.0.1;maddr=192.0.2.1", Udp),
        ] {
            assert_eq!(lead(uri, transport), "main", "{uri}");
        }
    }

    #[test]
    fn others_are_reached_as_they_ask() {
        assert_eq!(lead("sip:a@192.0.2.7", Udp), "udp 192.0.2.7 Some(5060)");
        assert_eq!(lead("sip:a@b.example", Udp), "udp b.example None");
        assert_eq!(lead("sip:a@192.0.2.1:5080;transport=udp", Udp), "udp 192.0.2.1 Some(5080)");
        assert_eq!(lead("sip:a@192.0.2.7;transport=TCP", Udp), "Tcp 192.0.2.7 Some(5060)");
        assert_eq!(lead("sip:a@192.0.2.7;transport=tcp", Tcp), "Tcp 192.0.2.7 Some(5060)");
        assert_eq!(lead("sips:a@b.example;transport=udp", Tcp), "Tls b.example None");
        assert_eq!(lead("sip:a@192.0.2.7;transport=tls", Tls), "Tls 192.0.2.7 Some(5061)");
    }

    #[test]
    fn protection_is_never_lost() {
        for uri in
            ["sip:a@192.0.2.7", "sip:a@192.0.2.7;transport=udp", "sip:a@b.example;transport=tcp"]
        {
            assert_eq!(lead(uri, Tls), "main", "{uri}");
        }
        assert_eq!(lead("sips:a@example.com", Udp), "Tls example.com None");
        assert_eq!(lead("sips:a@192.0.2.1:5060", Tcp), "Tls 192.0.2.1 Some(5060)");
        assert_eq!(lead("sip:a@192.0.2.7", Tcp), "main");
    }
}
