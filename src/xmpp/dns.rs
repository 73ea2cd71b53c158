//! Finding a domain's servers: DNS SRV for STARTTLS (RFC 6120 §3.2) and direct TLS (XEP-0368),
//! merged and ordered as one (RFC 2782).

use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use rand::Rng;

use crate::model::fault::Fault;

/// The port for STARTTLS when DNS names none.
const DEFAULT_PORT: u16 = 5222;
/// How long to wait for SRV records before the domain itself is tried.
const PATIENCE: Duration = Duration::from_secs(2);

/// A place to connect to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Endpoint {
    /// A DNS name, or an IP address without brackets.
    pub(super) host: String,
    /// The port.
    pub(super) port: u16,
    /// TLS begins with the first byte.
    pub(super) direct: bool,
}

/// One SRV record.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Record {
    priority: u16,
    weight: u16,
    endpoint: Endpoint,
}

/// The ASCII form of a domain (IDNA), as DNS and TLS want it.
pub(super) fn ascii(domain: &str) -> Result<String, Fault> {
    if domain.parse::<std::net::IpAddr>().is_ok() {
        return Ok(domain.to_owned());
    }
    let name = Name::from_utf8(domain).map_err(|_| Fault::UnknownHost(domain.to_owned()))?;
    Ok(name.to_ascii().trim_end_matches('.').to_owned())
}

/// Where the servers of `domain` (in its ASCII form) are, in the order to try them.
///
/// # Errors
/// `Fault::NotOffered` when DNS says that there is no such service.
pub(super) async fn endpoints(domain: &str) -> Result<Vec<Endpoint>, Fault> {
    let plain = vec![Endpoint { host: domain.to_owned(), port: DEFAULT_PORT, direct: false }];
    if domain.parse::<std::net::IpAddr>().is_ok() {
        return Ok(plain);
    }
    let Some(resolver) = TokioResolver::builder_tokio().and_then(|builder| builder.build()).ok()
    else {
        return Ok(plain);
    };
    let look_up = async {
        tokio::join!(
            records(&resolver, format!("_xmpp-client._tcp.{domain}."), false),
            records(&resolver, format!("_xmpps-client._tcp.{domain}."), true),
        )
    };
    let Ok((starttls, direct)) = tokio::time::timeout(PATIENCE, look_up).await else {
        return Ok(plain);
    };
    if starttls.is_empty() && direct.is_empty() {
        return Ok(plain);
    }
    let all = starttls.into_iter().chain(direct).collect();
    ordered(all, &mut rand::rng()).ok_or_else(|| Fault::NotOffered(domain.to_owned()))
}

async fn records(resolver: &TokioResolver, name: String, direct: bool) -> Vec<Record> {
    let Ok(found) = resolver.lookup(name, RecordType::SRV).await else { return Vec::new() };
    let answers = found.answers().iter().filter_map(|answer| match &answer.data {
        RData::SRV(srv) => Some(Record {
            priority: srv.priority,
            weight: srv.weight,
            endpoint: Endpoint { host: srv.target.to_ascii(), port: srv.port, direct },
        }),
        _ => None,
    });
    answers.take(32).collect()
}

/// By priority, then by chance in proportion to weight; `None` when nothing but the target
/// `.` ("not offered") is there.
fn ordered(mut records: Vec<Record>, random: &mut impl Rng) -> Option<Vec<Endpoint>> {
    records.retain(|record| record.endpoint.host != ".");
    if records.is_empty() {
        return None;
    }
    records.sort_by_key(|record| (record.priority, record.weight));
    let mut chosen = Vec::with_capacity(records.len());
    while let Some(first) = records.first() {
        let priority = first.priority;
        let peers = records.iter().take_while(|record| record.priority == priority);
        let total: u32 = peers.clone().map(|record| u32::from(record.weight)).sum();
        let mark = random.random_range(0..=total);
        let mut passed = 0;
        let index = peers
            .map(|record| u32::from(record.weight))
            .position(|weight| {
                passed += weight;
                passed >= mark
            })
            .unwrap_or(0);
        let mut endpoint = records.remove(index).endpoint;
        if endpoint.host.ends_with('.') {
            endpoint.host.pop();
        }
        chosen.push(endpoint);
    }
    Some(chosen)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    fn record(host: &str, priority: u16, weight: u16, direct: bool) -> Record {
        Record { priority, weight, endpoint: Endpoint { host: host.to_owned(), port: 1, direct } }
    }

    fn hosts(records: Vec<Record>, seed: u64) -> Vec<String> {
        let chosen = ordered(records, &mut StdRng::seed_from_u64(seed)).unwrap();
        chosen.into_iter().map(|endpoint| endpoint.host).collect()
    }

    #[test]
    fn both_services_are_ordered_as_one_by_priority() {
        let records = vec![
            record("c.", 20, 0, false),
            record("a.", 5, 0, true),
            record("b.", 10, 0, false),
            record("d.", 30, 0, true),
        ];
        assert_eq!(hosts(records, 1), ["a", "b", "c", "d"]);
    }

    #[test]
    fn weight_decides_among_equals() {
        let first = (0..1000).filter(|seed| {
            let records = vec![record("light.", 1, 10, false), record("heavy.", 1, 90, false)];
            hosts(records, *seed)[0] == "heavy"
        });
        assert!((850..=950).contains(&first.count()));
    }

    #[test]
    fn a_root_target_means_not_offered() {
        let mut random = StdRng::seed_from_u64(0);
        assert_eq!(ordered(vec![record(".", 0, 0, false)], &mut random), None);
        let half = vec![record(".", 0, 0, false), record("x.", 0, 0, true)];
        assert_eq!(ordered(half, &mut random).unwrap().len(), 1);
    }

    #[test]
    fn domains_beyond_ascii_are_converted() {
        assert_eq!(ascii("bücher.example").unwrap(), "xn--bcher-kva.example");
        assert_eq!(ascii("::1").unwrap(), "::1");
    }
}
