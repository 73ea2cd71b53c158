//! Session timers, both roles (RFC 4028).

use std::time::{Duration, Instant};

use super::super::message::{Headers, Request, Response};

/// The shortest interval we take part in, in seconds (RFC 4028 §4).
const MIN_SE: u32 = 90;
/// The longest that is believed, in seconds.
const MAX_SE: u32 = 86_400;
/// What we ask for, in seconds.
const WISH: u32 = 1_800;

/// The 422 to a request whose interval is too short, when its sender knows what that is.
pub(super) fn refusal(request: &Request) -> Option<Response> {
    let (seconds, _) = interval(&request.headers)?;
    (seconds < MIN_SE && supports(&request.headers)).then(|| {
        let mut response = Response::to_request(request, 422, None);
        response.headers.set("Min-SE", MIN_SE.to_string());
        response
    })
}

/// Asks for a timer in an INVITE; who refreshes is left to the other side.
pub(super) fn wish(headers: &mut Headers) {
    headers.set("Session-Expires", WISH.to_string());
    headers.set("Min-SE", MIN_SE.to_string());
}

/// Takes the Min-SE of a 422 into an INVITE. `false` when that helps nothing.
pub(super) fn raise(headers: &mut Headers, refused: &Response) -> bool {
    let Some(min) = min_se(&refused.headers) else { return false };
    let known = min_se(headers).unwrap_or(MIN_SE);
    if min <= known || min > MAX_SE {
        return false;
    }
    headers.set("Session-Expires", WISH.max(min).to_string());
    headers.set("Min-SE", min.to_string());
    true
}

/// Agrees to a timer in our 2xx: the refresher as asked for; the caller when nobody was named
/// and it can, else we (RFC 4028 §9).
pub(super) fn grant(request: &Request, response: &mut Response) {
    let Some((seconds, refresher)) = interval(&request.headers) else { return };
    let able = supports(&request.headers);
    let ours = !able || refresher == Some(Refresher::Uas);
    let name = if ours { "uas" } else { "uac" };
    let seconds = seconds.clamp(MIN_SE, MAX_SE);
    response.headers.set("Session-Expires", format!("{seconds};refresher={name}"));
    if able {
        response.headers.set("Require", "timer");
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refresher {
    Uac,
    Uas,
}

/// What was agreed on for one session; at rest while there is no timer.
#[derive(Debug, Default)]
pub(super) struct SessionTimer {
    seconds: Option<u32>,
    ours: bool,
    min: Option<u32>,
    expires: Option<Instant>,
}

impl SessionTimer {
    /// A 2xx to an INVITE or UPDATE was sent, or came (`request_was_ours`). Without
    /// Session-Expires in it there is no timer any more.
    pub fn agree(&mut self, now: Instant, agreed: &Headers, request_was_ours: bool) {
        let Some((seconds, refresher)) = interval(agreed) else {
            self.seconds = None;
            self.expires = None;
            return;
        };
        let seconds = seconds.clamp(MIN_SE, MAX_SE);
        let uac = refresher != Some(Refresher::Uas);
        self.ours = uac == request_was_ours;
        self.seconds = Some(seconds);
        // The interval, less its third or 32 s (RFC 4028 §10).
        let whole = Duration::from_secs(seconds.into());
        self.expires = Some(now + (whole - Duration::from_secs(32).min(whole / 3)));
    }

    /// There is one.
    pub fn is_on(&self) -> bool {
        self.seconds.is_some()
    }

    /// When we have to refresh, if agreed on at `now`: after half of the interval.
    pub fn refresh_at(&self, now: Instant) -> Option<Instant> {
        let seconds = self.seconds.filter(|_| self.ours)?;
        Some(now + Duration::from_secs(seconds.into()) / 2)
    }

    /// When the session is over unless refreshed.
    pub fn expires(&self) -> Option<Instant> {
        self.expires
    }

    /// The end is put off, at the least until then: nobody can refresh now.
    pub fn postpone(&mut self, until: Instant) {
        self.expires = self.expires.map(|expires| expires.max(until));
    }

    /// Ours to a request: the timer goes on, with the same side to refresh.
    pub fn describe(&self, headers: &mut Headers) {
        let Some(seconds) = self.seconds else { return };
        let (min, name) = (self.min.unwrap_or(MIN_SE), if self.ours { "uac" } else { "uas" });
        headers.set("Session-Expires", format!("{};refresher={name}", seconds.max(min)));
        headers.set("Min-SE", min.to_string());
    }

    /// Takes the Min-SE of a 422. `false` when that helps nothing.
    pub fn raise(&mut self, refused: &Response) -> bool {
        let known = self.min.unwrap_or(MIN_SE);
        let min = min_se(&refused.headers).filter(|min| (known + 1..=MAX_SE).contains(min));
        self.min = min.or(self.min);
        min.is_some()
    }
}

/// Seconds, and who shall refresh.
fn interval(headers: &Headers) -> Option<(u32, Option<Refresher>)> {
    let value = headers.get("Session-Expires")?;
    let mut parts = value.split(';').map(str::trim);
    let seconds = parts.next()?.parse().ok()?;
    let refresher = parts.find_map(|part| {
        let (name, value) = part.split_once('=')?;
        let (name, value) = (name.trim(), value.trim());
        match () {
            () if !name.eq_ignore_ascii_case("refresher") => None,
            () if value.eq_ignore_ascii_case("uas") => Some(Refresher::Uas),
            () => Some(Refresher::Uac),
        }
    });
    Some((seconds, refresher))
}

fn min_se(headers: &Headers) -> Option<u32> {
    headers.get("Min-SE")?.split(';').next()?.trim().parse().ok()
}

fn supports(headers: &Headers) -> bool {
    headers.lists("Supported", "timer") || headers.lists("Require", "timer")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sip::message::Method;

    fn request(pairs: &[(&str, &str)]) -> Request {
        let mut request = Request::new(Method::Invite, "");
        for (name, value) in pairs {
            request.headers.push(name, *value);
        }
        request
    }

    fn granted(pairs: &[(&str, &str)]) -> Response {
        let request = request(pairs);
        let mut response = Response::to_request(&request, 200, None);
        grant(&request, &mut response);
        response
    }

    #[test]
    fn a_timer_is_granted_as_asked_for() {
        for (supported, asked, given, require) in [
            ("100rel, timer", "1800", "1800;refresher=uac", Some("timer")),
            ("timer", "1800;refresher=uac", "1800;refresher=uac", Some("timer")),
            ("timer", "1800;Refresher = UAS", "1800;refresher=uas", Some("timer")),
            ("100rel", "1800", "1800;refresher=uas", None),
        ] {
            let response = granted(&[("Supported", supported), ("Session-Expires", asked)]);
            assert_eq!(response.headers.get("Session-Expires"), Some(given), "{asked}");
            assert_eq!(response.headers.get("Require"), require);
        }
        assert_eq!(granted(&[("Supported", "timer")]).headers.get("Session-Expires"), None);
    }

    #[test]
    fn a_short_one_is_refused() {
        let short = request(&[("Supported", "timer"), ("Session-Expires", "30")]);
        assert_eq!(refusal(&short).map(|response| response.status), Some(422));
    }

    #[test]
    fn half_is_for_refreshing_and_the_end_comes_before_the_end() {
        let (now, mut timer) = (Instant::now(), SessionTimer::default());
        let at = |seconds| Some(now + Duration::from_secs(seconds));
        for (value, ours, refresh, expires) in [
            ("1800;refresher=uac", true, at(900), at(1768)),
            ("1800;refresher=uac", false, None, at(1768)),
            ("90;refresher=uas", false, at(45), at(60)),
            ("90;refresher=uas", true, None, at(60)),
            ("4294967295", true, at(43_200), at(86_368)),
        ] {
            let agreed = request(&[("Session-Expires", value)]).headers;
            timer.agree(now, &agreed, ours);
            assert_eq!((timer.refresh_at(now), timer.expires()), (refresh, expires), "{value}");
        }
        timer.agree(now, &Headers::default(), true);
        assert_eq!((timer.is_on(), timer.expires()), (false, None));
    }

    #[test]
    fn a_longer_minimum_is_taken_over_once() {
        let mut headers = Headers::default();
        wish(&mut headers);
        let mut refused = granted(&[]);
        refused.headers.set("Min-SE", "3600");
        assert!(raise(&mut headers, &refused));
        assert_eq!(headers.get("Session-Expires"), Some("3600"));
        assert_eq!(headers.get("Min-SE"), Some("3600"));
        assert!(!raise(&mut headers, &refused), "the same again");
        refused.headers.set("Min-SE", "4294967295");
        assert!(!raise(&mut headers, &refused));
    }
}
