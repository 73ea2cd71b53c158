//! Session timers as the side that does not refresh (RFC 4028).

use std::time::{Duration, Instant};

use super::super::message::{Headers, Request, Response};

/// The shortest interval we take part in, in seconds (RFC 4028 §4).
const MIN_SE: u32 = 90;
/// The longest that is believed, in seconds.
const MAX_SE: u32 = 86_400;

/// The 422 to a request whose interval is too short, when its sender knows what that is.
pub(super) fn refusal(request: &Request) -> Option<Response> {
    let (seconds, _) = interval(&request.headers)?;
    (seconds < MIN_SE && supports(&request.headers)).then(|| {
        let mut response = Response::to_request(request, 422, None);
        response.headers.set("Min-SE", MIN_SE.to_string());
        response
    })
}

/// Agrees to a timer that the other side refreshes.
pub(super) fn grant(request: &Request, response: &mut Response) {
    let headers = &request.headers;
    if let Some((seconds, we_refresh)) = interval(headers)
        && supports(headers)
        && !we_refresh
    {
        response.headers.set("Session-Expires", format!("{seconds};refresher=uac"));
        response.headers.set("Require", "timer");
    }
}

/// When a session that nobody refreshed is over: the interval, less its third or 32 s
/// (RFC 4028 §10). `agreed` are the headers of a 2xx that was sent or came.
pub(super) fn expiry(now: Instant, agreed: &Headers) -> Option<Instant> {
    let (seconds, _) = interval(agreed)?;
    let whole = Duration::from_secs(seconds.clamp(MIN_SE, MAX_SE).into());
    Some(now + (whole - Duration::from_secs(32).min(whole / 3)))
}

/// Whether a 2xx to a request of ours promises that the other side refreshes.
pub(super) fn peer_refreshes(agreed: &Headers) -> bool {
    interval(agreed).is_some_and(|(_, uas)| uas)
}

/// Seconds, and whether the request's receiver shall refresh.
fn interval(headers: &Headers) -> Option<(u32, bool)> {
    let value = headers.get("Session-Expires")?;
    let mut parts = value.split(';').map(str::trim);
    let seconds = parts.next()?.parse().ok()?;
    let uas = parts.any(|part| part.replace(' ', "").eq_ignore_ascii_case("refresher=uas"));
    Some((seconds, uas))
}

fn supports(headers: &Headers) -> bool {
    ["Supported", "Require"].into_iter().any(|name| {
        headers.list(name).into_iter().any(|tag| tag.trim().eq_ignore_ascii_case("timer"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sip::message::Method;

    fn request(pairs: &[(&str, &str)]) -> Request {
        let mut headers = Headers::default();
        for (name, value) in pairs {
            headers.push(name, *value);
        }
        Request { method: Method::Invite, uri: String::new(), headers, body: Vec::new() }
    }

    #[test]
    fn a_timer_the_caller_refreshes_is_granted() {
        let request = request(&[("Supported", "100rel, timer"), ("Session-Expires", "1800")]);
        let mut response = Response::to_request(&request, 200, None);
        grant(&request, &mut response);
        assert_eq!(response.headers.get("Session-Expires"), Some("1800;refresher=uac"));
        assert_eq!(response.headers.get("Require"), Some("timer"));
        let now = Instant::now();
        assert_eq!(expiry(now, &response.headers), Some(now + Duration::from_secs(1768)));
    }

    #[test]
    fn we_do_not_promise_to_refresh_and_refuse_a_short_one() {
        let ours = request(&[("Supported", "timer"), ("Session-Expires", "1800;refresher=uas")]);
        let mut response = Response::to_request(&ours, 200, None);
        grant(&ours, &mut response);
        assert_eq!(response.headers.get("Session-Expires"), None);
        let short = request(&[("Supported", "timer"), ("Session-Expires", "30")]);
        assert_eq!(refusal(&short).map(|response| response.status), Some(422));
    }
}
