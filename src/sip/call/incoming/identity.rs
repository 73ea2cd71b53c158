//! Who an INVITE says that it is from (RFC 3261 §8.1.1.3, RFC 3323, RFC 3325, RFC 5806,
//! RFC 7044).

use super::super::super::message::Headers;
use super::super::super::text::shown_uri;
use super::super::super::value::NameAddr;

/// Entries of a header that are looked at.
const MAX_ENTRIES: usize = 32;

/// The caller hides who they are.
pub(super) fn is_anonymous(headers: &Headers) -> bool {
    let mut asked = headers.all("Privacy").flat_map(|value| value.split([';', ',']));
    let private = asked.any(|value| {
        ["id", "user", "header"].iter().any(|word| value.trim().eq_ignore_ascii_case(word))
    });
    let hidden = || {
        let uri = headers.from()?.sip_uri()?;
        let host = uri.host.to_string();
        let nobody = uri.user_text().is_some_and(|user| user.eq_ignore_ascii_case("anonymous"));
        Some(nobody || host.eq_ignore_ascii_case("anonymous.invalid"))
    };
    private || hidden().unwrap_or_default()
}

/// Who forwarded the call to us last: the newest Diversion, else the entry of History-Info from
/// which the last one with a cause (RFC 4458) leads on.
pub(super) fn forwarded_by(headers: &Headers) -> Option<String> {
    let read = |value: &str| value.parse::<NameAddr>().ok();
    let diversion = headers.list("Diversion").first().and_then(|value| read(value));
    let forwarded = diversion.or_else(|| {
        let history = headers.list("History-Info");
        let mut entries: Vec<NameAddr> =
            history.into_iter().take(MAX_ENTRIES).filter_map(read).collect();
        let caused = |entry: &NameAddr| {
            entry.sip_uri().is_some_and(|uri| {
                let cause = uri.params.get("cause").and_then(|cause| cause.parse().ok());
                cause.is_some_and(|cause: u16| (300..=499).contains(&cause))
            })
        };
        let place = entries.iter().rposition(caused)?.checked_sub(1)?;
        Some(entries.swap_remove(place))
    })?;
    Some(shown_uri(&forwarded.uri)).filter(|uri| !uri.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&str, &str)]) -> Headers {
        let mut headers = Headers::default();
        for (name, value) in pairs {
            headers.push(name, *value);
        }
        headers
    }

    #[test]
    fn who_hides_is_told_from_who_does_not() {
        for (from, privacy, hides) in [
            ("<sip:bob@x>;tag=1", "none", false),
            ("<sip:bob@x>;tag=1", "id", true),
            ("<sip:bob@x>;tag=1", "user; critical", true),
            ("<sip:bob@x>;tag=1", "session", false),
            ("\"Anonymous\" <sip:anonymous@anonymous.invalid>;tag=1", "none", true),
            ("<sip:x@anonymous.invalid>", "none", true),
            ("\"Anonymous\" <sip:bob@x>", "none", false),
        ] {
            let headers = headers(&[("From", from), ("Privacy", privacy)]);
            assert_eq!(is_anonymous(&headers), hides, "{from} {privacy}");
        }
    }

    #[test]
    fn the_last_who_forwarded_is_named() {
        let diverted = headers(&[("Diversion", "\"D\" <sip:d@x>;reason=no-answer, <sip:e@x>")]);
        assert_eq!(forwarded_by(&diverted).as_deref(), Some("sip:d@x"));
        let history = headers(&[(
            "History-Info",
            "<sip:one@x>;index=1, <sip:two@x;cause=302>;index=1.1;mp=1, <sip:three@y>;index=1.1.1",
        )]);
        assert_eq!(forwarded_by(&history).as_deref(), Some("sip:one@x"));
        let plain =
            headers(&[("History-Info", "<sip:one@x>;index=1, <sip:one@192.0.2.1>;index=1.1")]);
        assert_eq!(forwarded_by(&plain), None);
        assert_eq!(forwarded_by(&headers(&[("Diversion", "nonsense")])), None);
    }
}
