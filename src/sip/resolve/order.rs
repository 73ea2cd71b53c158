//! The order of NAPTR records (RFC 3403), SRV records (RFC 2782) and addresses.

use std::net::IpAddr;

use hickory_resolver::proto::rr::rdata::{NAPTR, SRV};

use crate::model::account::Transport;

/// The most services that are looked at.
const MOST_SERVICES: usize = 6;

/// What a NAPTR record says (RFC 3263 §4.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Service {
    pub transport: Transport,
    /// Whose SRV records to ask for, with a dot at the end.
    pub name: String,
}

/// Those that lead to SRV records of a transport that is known here, in the domain's order.
pub(super) fn by_preference(mut records: Vec<&NAPTR>) -> Vec<Service> {
    records.sort_by_key(|record| (record.order, record.preference));
    let service = |record: &&NAPTR| {
        let is = |name: &str| record.services.eq_ignore_ascii_case(name.as_bytes());
        let transport = match () {
            () if is("SIPS+D2T") => Transport::Tls,
            () if is("SIP+D2T") => Transport::Tcp,
            () if is("SIP+D2U") => Transport::Udp,
            () => return None,
        };
        let leads_to_srv = record.flags.eq_ignore_ascii_case(b"s") && !record.replacement.is_root();
        leads_to_srv.then(|| Service { transport, name: record.replacement.to_ascii() })
    };
    records.iter().filter_map(service).take(MOST_SERVICES).collect()
}

/// IPv4 and IPv6 by turns, IPv4 first; each family in its order.
pub(super) fn by_turns(addresses: impl Iterator<Item = IpAddr>) -> Vec<IpAddr> {
    let (four, six): (Vec<_>, Vec<_>) = addresses.partition(IpAddr::is_ipv4);
    let (mut four, mut six) = (four.into_iter(), six.into_iter());
    let mut turns = Vec::new();
    loop {
        let pair = [four.next(), six.next()];
        if pair == [None, None] {
            return turns;
        }
        turns.extend(pair.into_iter().flatten());
    }
}

/// Lowest priority first; of equal priority in an order that `dice` draws by weight. `dice(n)`
/// is uniform in `0..=n`.
pub(super) fn by_weight(mut records: Vec<SRV>, mut dice: impl FnMut(u32) -> u32) -> Vec<SRV> {
    // Weight 0 first among its priority: then it is drawn only by a zero.
    records.sort_by_key(|record| (record.priority, record.weight));
    let mut ordered = Vec::with_capacity(records.len());
    while let Some(priority) = records.first().map(|record| record.priority) {
        let rivals = || records.iter().take_while(|record| record.priority == priority);
        let drawn = dice(rivals().map(|record| u32::from(record.weight)).sum());
        let mut sum = 0;
        let at = rivals().position(|record| {
            sum += u32::from(record.weight);
            sum >= drawn
        });
        ordered.push(records.remove(at.unwrap_or(0)));
    }
    ordered
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use hickory_resolver::proto::rr::Name;

    fn ports(dice: impl FnMut(u32) -> u32) -> Vec<u16> {
        let records = [(20, 0, 4), (10, 60, 1), (10, 0, 3), (10, 40, 2)];
        let records =
            records.map(|(priority, weight, port)| SRV::new(priority, weight, port, Name::root()));
        by_weight(records.into(), dice).iter().map(|record| record.port).collect()
    }

    #[test]
    fn families_take_turns() {
        let given = ["::1", "192.0.2.1", "::2", "::3", "192.0.2.2"];
        let given = given.map(|address| address.parse::<IpAddr>().unwrap());
        let turns: Vec<_> = by_turns(given.into_iter()).iter().map(IpAddr::to_string).collect();
        assert_eq!(turns, ["192.0.2.1", "::1", "192.0.2.2", "::2", "::3"]);
    }

    #[test]
    fn priority_then_weight() {
        assert_eq!(ports(|_| 0), [3, 2, 1, 4]);
        assert_eq!(ports(|bound| bound), [1, 2, 3, 4]);
        let mut first = [0; 5];
        for n in 0..=100 {
            let mut drawn = Some(n);
            let order = ports(|_| drawn.take().unwrap_or(0));
            first[usize::from(order[0])] += 1;
        }
        assert_eq!(first, [0, 60, 40, 1, 0]);
    }
}
