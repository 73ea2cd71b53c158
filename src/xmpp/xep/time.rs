//! XEP-0202: entity time.

use tokio_xmpp::minidom::Element;
use tokio_xmpp::parsers::ns;

use crate::model::time::Timestamp;

/// The answer, in UTC: where we are stays our own business.
pub fn answer(now: Timestamp) -> Element {
    let part = |name: &str, text: String| Element::builder(name, ns::TIME).append(text).build();
    Element::builder("time", ns::TIME)
        .append(part("tzo", "+00:00".to_owned()))
        .append(part("utc", now.to_string()))
        .build()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use tokio_xmpp::parsers::time::TimeResult;

    #[test]
    fn the_answer_is_what_others_read() {
        let now = Timestamp::parse("2026-03-01T09:30:00.250Z").unwrap();
        let read = TimeResult::try_from(answer(now)).unwrap();
        assert_eq!(read.utc.timestamp_millis(), now.unix_millis());
    }
}
