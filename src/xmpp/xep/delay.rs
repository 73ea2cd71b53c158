//! XEP-0203: delayed delivery.

use tokio_xmpp::minidom::Element;
use tokio_xmpp::parsers::ns;

use crate::model::time::Timestamp;

/// When a stanza with `payloads` was sent. A stamp from the future is a fault or a lie and
/// counts for nothing.
pub fn stamp<'a>(
    payloads: impl IntoIterator<Item = &'a Element>,
    now: Timestamp,
) -> Option<Timestamp> {
    let delays = payloads.into_iter().filter(|payload| payload.is("delay", ns::DELAY));
    delays.filter_map(|delay| Timestamp::parse(delay.attr("stamp")?)).filter(|at| *at <= now).min()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(stamps: &[&str]) -> Option<String> {
        let payloads: Vec<Element> = stamps
            .iter()
            .map(|stamp| format!("<delay xmlns='urn:xmpp:delay' stamp='{stamp}'/>"))
            .map(|xml| xml.parse().unwrap())
            .collect();
        let now = Timestamp::parse("2026-03-01T12:00:00Z").unwrap();
        stamp(&payloads, now).map(|at| at.to_string())
    }

    #[test]
    fn the_oldest_stamp_counts() {
        let stamps = ["2026-03-01T10:00:00Z", "2026-03-01T10:30:00+01:00"];
        assert_eq!(read(&stamps).as_deref(), Some("2026-03-01T09:30:00.000Z"));
    }

    #[test]
    fn the_future_and_nonsense_do_not() {
        assert_eq!(read(&["2026-03-01T12:00:01Z"]), None);
        assert_eq!(read(&["yesterday"]), None);
        assert_eq!(read(&[]), None);
    }
}
