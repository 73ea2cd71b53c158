//! Whether the way to the server has to be over TLS (CUSAX C64, C65): decided without a socket.

use std::net::IpAddr;

use super::TransportSettings;
use crate::model::account::Transport;
use crate::model::fault::Fault;
use crate::model::security::{Least, Weaker};
use crate::sip::resolve::Place;
use crate::sip::uri::Host;

/// What it is called when there is no TLS and the account is to have it, while its configuration
/// asks for something else, or leaves it open.
pub(super) fn raised(settings: &TransportSettings) -> Option<Weaker> {
    let weaker = settings.guard.with(&settings.demands).without_tls()?;
    let wanted = settings.guard.wanted.tls || settings.demands.floor.tls;
    (wanted && !is_tls(settings)).then_some(weaker)
}

/// Where to connect. An account that is to have TLS is looked for there alone: at the port of TLS,
/// since the configured one is that of another transport.
///
/// # Errors
/// `UnknownHost` when the proxy is no host.
pub(super) fn place(settings: &TransportSettings) -> Result<Place, Fault> {
    let proxy = settings.proxy.as_ref();
    let name = proxy.map_or(settings.domain.as_str(), |proxy| proxy.host.as_str());
    let host = match name.parse::<IpAddr>() {
        Ok(address) => Host::Ip(address),
        Err(_) => name.parse().map_err(|_| Fault::UnknownHost(name.to_owned()))?,
    };
    if raised(settings).is_some() {
        return Ok(Place { host, port: None, transport: Some(Transport::Tls), secure: true });
    }
    Ok(Place {
        host,
        port: proxy.and_then(|proxy| proxy.port),
        transport: proxy.and_then(|proxy| proxy.transport),
        secure: proxy.is_some_and(|proxy| proxy.secure),
    })
}

/// What it is called when DNS leads past TLS only, and the account had it when it last signed in.
/// A configuration that says how to connect is the user's word, and no attack.
pub(super) fn only_tls(settings: &TransportSettings) -> Option<Weaker> {
    let weaker = settings.guard.with(&settings.demands).without_tls()?;
    let configured = settings.proxy.as_ref().is_some_and(|proxy| {
        proxy.transport.is_some() || proxy.port.is_some() || proxy.host.parse::<IpAddr>().is_ok()
    });
    (weaker.least == Least::Wanted || raised(settings).is_some() || !configured).then_some(weaker)
}

/// A server that has no TLS where it is wanted.
pub(super) fn sort(fault: Fault, raised: Option<Weaker>) -> Fault {
    match (fault, raised) {
        (
            Fault::Refused(_) | Fault::NotOffered(_) | Fault::Tls(_) | Fault::Lost(_),
            Some(weaker),
        ) => Fault::Downgraded(weaker),
        (fault, _) => fault,
    }
}

fn is_tls(settings: &TransportSettings) -> bool {
    let proxy = settings.proxy.as_ref();
    proxy.is_some_and(|proxy| proxy.secure || proxy.transport == Some(Transport::Tls))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::model::address::SipTarget;
    use crate::model::security::{Floor, Loss};

    fn settings(proxy: Option<&str>, seen: bool, wanted: bool) -> TransportSettings {
        let mut settings = TransportSettings {
            domain: "a.example".to_owned(),
            proxy: proxy.map(|proxy| SipTarget::parse(proxy).unwrap()),
            ca_file: None,
            guard: Default::default(),
            demands: Default::default(),
        };
        settings.guard.seen.tls = seen;
        settings.guard.wanted.tls = wanted;
        settings
    }

    #[test]
    fn dns_cannot_lead_past_tls_and_a_configuration_can() {
        let udp = Some("sip:b.example;transport=udp");
        let tls = Some("sip:b.example:5061;transport=tls");
        let before = Some(Weaker { loss: Loss::Tls, least: Least::Before });
        for (proxy, seen, expected) in [
            (None, false, None),
            (None, true, before),
            (Some("sip:b.example"), true, before),
            (udp, true, None),
            (Some("sip:192.0.2.1"), true, None),
            (Some("sip:b.example:5060"), true, None),
        ] {
            assert_eq!(only_tls(&settings(proxy, seen, false)), expected, "{proxy:?} {seen}");
        }
        let wanted = Some(Weaker { loss: Loss::Tls, least: Least::Wanted });
        for proxy in [None, udp, tls] {
            assert_eq!(only_tls(&settings(proxy, false, true)), wanted, "{proxy:?}");
        }
    }

    #[test]
    fn tls_that_is_wanted_is_looked_for_where_it_is() {
        let udp = settings(Some("sip:b.example:5060;transport=udp"), false, true);
        let found = place(&udp).unwrap();
        assert_eq!((found.port, found.transport, found.secure), (None, Some(Transport::Tls), true));
        let missing = sort(Fault::Refused("b.example".to_owned()), raised(&udp));
        let weaker = Weaker { loss: Loss::Tls, least: Least::Wanted };
        assert_eq!(missing, Fault::Downgraded(weaker));
        let slow = Fault::TimedOut("b.example".to_owned());
        assert_eq!(sort(slow.clone(), raised(&udp)), slow);
        // A configuration over TLS is left as it is.
        let tls = settings(Some("sip:b.example:7061;transport=tls"), true, true);
        assert_eq!(raised(&tls), None);
        assert_eq!(place(&tls).unwrap().port, Some(7061));
        let mut provided = settings(None, false, false);
        provided.demands.floor = Floor { tls: true, ..Floor::default() };
        assert_eq!(raised(&provided), Some(weaker));
    }
}
