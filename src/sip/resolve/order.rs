//! The order of SRV records (RFC 2782).

use hickory_resolver::proto::rr::rdata::SRV;

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
