//! From a host to the addresses to try (RFC 3263): NAPTR, then SRV, then A and AAAA.

mod order;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use hickory_resolver::config::LookupIpStrategy;
use hickory_resolver::net::NetError;
use hickory_resolver::proto::rr::rdata::SRV;
use hickory_resolver::proto::rr::{RData, RecordType};
use hickory_resolver::{ResolverBuilder, TokioResolver};

use super::uri::Host;
use crate::model::account::Transport;
use crate::model::fault::Fault;

/// The most addresses that a name leads to.
const MOST_TARGETS: usize = 8;

/// A host to reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The host.
    pub host: Host,
    /// The port, if given: then SRV is not asked.
    pub port: Option<u16>,
    /// The transport, if given.
    pub transport: Option<Transport>,
    /// Only TLS will do (`sips:`).
    pub secure: bool,
}

impl Place {
    /// The transport, as far as it is settled without DNS.
    fn settled(&self) -> Option<Transport> {
        if self.secure { Some(Transport::Tls) } else { self.transport }
    }
}

/// An address to try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// How.
    pub transport: Transport,
    /// Where.
    pub address: SocketAddr,
}

/// The port of a transport when none is given.
pub fn default_port(transport: Transport) -> u16 {
    match transport {
        Transport::Tls => 5061,
        Transport::Tcp | Transport::Udp => 5060,
    }
}

/// Asks the system's name servers.
#[derive(Clone)]
pub struct Names(Option<TokioResolver>);

impl Names {
    /// As the system is configured; without a configuration only numeric hosts and `localhost`
    /// can be resolved.
    pub fn system() -> Self {
        Self::of(TokioResolver::builder_tokio())
    }

    fn of(
        builder: Result<
            ResolverBuilder<hickory_resolver::net::runtime::TokioRuntimeProvider>,
            NetError,
        >,
    ) -> Self {
        let built = builder.and_then(|mut builder| {
            let options = builder.options_mut();
            options.timeout = Duration::from_millis(1500);
            options.attempts = 1;
            options.ip_strategy = LookupIpStrategy::Ipv4AndIpv6;
            builder.build()
        });
        if let Err(error) = &built {
            tracing::warn!(%error, "no name server");
        }
        Self(built.ok())
    }

    /// The addresses of a place, in the order in which to try them; at least one, at most 8.
    ///
    /// # Errors
    /// `UnknownHost` for a name that does not exist, `NotOffered` for one that says so,
    /// `TimedOut` and `Unreachable` when no name server answers.
    pub async fn resolve(&self, place: &Place) -> Result<Vec<Target>, Fault> {
        let fallback = place.settled().unwrap_or(Transport::Udp);
        let name = match &place.host {
            Host::Ip(address) => return Ok(targets(&[*address], fallback, place.port)),
            Host::Name(name) if is_local(name) => {
                let loopback = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
                return Ok(targets(&loopback, fallback, place.port));
            }
            Host::Name(name) => name,
        };
        if place.port.is_some() {
            return Ok(targets(&self.addresses(name).await?, fallback, place.port));
        }
        let found = if place.transport.is_none() {
            // Asked together, so that the usual domain without NAPTR costs no time.
            let asked = (self.naptr(name), self.services(name, place.settled()));
            let (named, found) = futures::join!(asked.0, asked.1);
            let named = self.named_services(&named, place.secure).await;
            if named.is_empty() { found? } else { named }
        } else {
            self.services(name, place.settled()).await?
        };
        if !found.is_empty() {
            return Ok(found);
        }
        Ok(targets(&self.addresses(name).await?, fallback, None))
    }

    /// What SRV leads to; empty when there is no SRV. Where TLS is offered nothing else counts,
    /// also while it cannot be had or when its records do not come: a way in clear must not be
    /// what an attacker gets by disturbing the other (CUSAX C64).
    async fn services(
        &self,
        name: &str,
        transport: Option<Transport>,
    ) -> Result<Vec<Target>, Fault> {
        let wanted = [Transport::Tls, Transport::Tcp, Transport::Udp]
            .into_iter()
            .filter(|offered| transport.is_none_or(|wanted| wanted == *offered));
        let asked =
            wanted.map(|transport| async move { (transport, self.service(name, transport).await) });
        let mut found = Vec::new();
        let mut fault = None;
        let mut refused = false;
        for (transport, records) in futures::future::join_all(asked).await {
            let records = match records {
                Ok(records) => records,
                Err(error) if transport == Transport::Tls => return Err(error),
                Err(error) => {
                    fault = Some(error);
                    continue;
                }
            };
            let is_protected = |target: &Target| target.transport == Transport::Tls;
            if found.iter().any(is_protected) && transport != Transport::Tls {
                break;
            }
            refused |= self.follow(records, transport, &mut found).await;
        }
        found.truncate(MOST_TARGETS);
        match fault {
            _ if !found.is_empty() => Ok(found),
            _ if refused => Err(Fault::NotOffered(name.to_owned())),
            Some(fault) => Err(fault),
            None => Ok(found),
        }
    }

    /// The services that NAPTR names (RFC 3263 §4.1). A server that does not answer the question
    /// loses nothing by it: SRV is asked as well.
    async fn naptr(&self, name: &str) -> Vec<order::Service> {
        let Some(resolver) = &self.0 else { return Vec::new() };
        match resolver.lookup(absolute(name), RecordType::NAPTR).await {
            Ok(lookup) => {
                let records = lookup.answers().iter().filter_map(|record| match &record.data {
                    RData::NAPTR(naptr) => Some(naptr),
                    _ => None,
                });
                order::by_preference(records.collect())
            }
            Err(error) => {
                tracing::debug!(%error, name, "no NAPTR");
                Vec::new()
            }
        }
    }

    /// Where those lead; as in `services`, nothing in clear where TLS is offered.
    async fn named_services(&self, named: &[order::Service], secure: bool) -> Vec<Target> {
        let tls = secure || named.iter().any(|service| service.transport == Transport::Tls);
        let mut found = Vec::new();
        for service in named.iter().filter(|service| !tls || service.transport == Transport::Tls) {
            let Ok(records) = self.records(&service.name).await else { continue };
            self.follow(records, service.transport, &mut found).await;
        }
        found.truncate(MOST_TARGETS);
        found
    }

    /// Adds the addresses of these records in their order; whether one says that there is no
    /// such service.
    async fn follow(
        &self,
        records: Vec<SRV>,
        transport: Transport,
        found: &mut Vec<Target>,
    ) -> bool {
        let mut refused = false;
        for record in order::by_weight(records, |bound| rand::random_range(0..=bound)) {
            if record.target.is_root() {
                refused = true;
            } else if found.len() < MOST_TARGETS
                && let Ok(addresses) = self.addresses(&record.target.to_ascii()).await
            {
                found.extend(targets(&addresses, transport, Some(record.port)));
            }
        }
        refused
    }

    async fn service(&self, name: &str, transport: Transport) -> Result<Vec<SRV>, Fault> {
        let prefix = match transport {
            Transport::Tls => "_sips._tcp",
            Transport::Tcp => "_sip._tcp",
            Transport::Udp => "_sip._udp",
        };
        self.records(&format!("{prefix}.{}", absolute(name)))
            .await
            .map_err(|error| fault_of(&error, name))
    }

    async fn records(&self, name: &str) -> Result<Vec<SRV>, NetError> {
        let resolver = self.0.as_ref().ok_or(NetError::from("no name server"))?;
        match resolver.lookup(name.to_owned(), RecordType::SRV).await {
            Ok(lookup) => Ok(lookup
                .answers()
                .iter()
                .filter_map(|record| match &record.data {
                    RData::SRV(srv) => Some(srv.clone()),
                    _ => None,
                })
                .collect()),
            Err(error) if error.is_no_records_found() => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    /// IPv4 and IPv6 by turns, so that one that leads nowhere does not crowd out the other.
    async fn addresses(&self, name: &str) -> Result<Vec<IpAddr>, Fault> {
        let shown = name.trim_end_matches('.');
        let resolver = self.0.as_ref().ok_or_else(|| Fault::Unreachable(shown.to_owned()))?;
        let found =
            resolver.lookup_ip(absolute(name)).await.map_err(|error| fault_of(&error, shown))?;
        let addresses = order::by_turns(found.iter());
        if addresses.is_empty() {
            return Err(Fault::UnknownHost(shown.to_owned()));
        }
        Ok(addresses)
    }
}

fn targets(addresses: &[IpAddr], transport: Transport, port: Option<u16>) -> Vec<Target> {
    let port = port.unwrap_or_else(|| default_port(transport));
    addresses
        .iter()
        .take(MOST_TARGETS)
        .map(|address| Target { transport, address: SocketAddr::new(*address, port) })
        .collect()
}

/// RFC 6761 §6.3.
fn is_local(name: &str) -> bool {
    name == "localhost" || name.ends_with(".localhost")
}

/// With a dot at the end, so that the system's search list is left alone; a name of one label
/// needs that list.
fn absolute(name: &str) -> String {
    if name.contains('.') && !name.ends_with('.') { format!("{name}.") } else { name.to_owned() }
}

fn fault_of(error: &NetError, name: &str) -> Fault {
    let name = name.to_owned();
    match error {
        _ if error.is_no_records_found() => Fault::UnknownHost(name),
        NetError::Timeout => Fault::TimedOut(name),
        NetError::Proto(_) => Fault::UnknownHost(name),
        _ => {
            tracing::debug!(%error, name, "lookup failed");
            Fault::Unreachable(name)
        }
    }
}

#[cfg(test)]
mod tests;
