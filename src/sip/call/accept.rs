//! Whether who sends an INVITE takes a session description in the answer (RFC 3261 §20.1).

use super::super::body;
use super::super::message::{Request, Response};

/// The 406 to an INVITE whose answer could hold nothing that its sender accepts.
pub(super) fn refusal(request: &Request) -> Option<Response> {
    request.headers.get("Accept")?;
    let accepts = |range: &str| {
        let mut parts = range.split(';').map(str::trim);
        let range = parts.next().unwrap_or_default();
        let zero = |part: &str| {
            let (name, value) = part.split_once('=')?;
            let never = value.trim().parse() == Ok(0.0_f32);
            (name.trim().eq_ignore_ascii_case("q") && never).then_some(())
        };
        ["*/*", "application/*", body::SDP].iter().any(|known| known.eq_ignore_ascii_case(range))
            && parts.find_map(zero).is_none()
    };
    let met = request.headers.list("Accept").into_iter().any(accepts);
    (!met).then(|| Response::to_request(request, 406, None))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sip::message::Method;

    #[test]
    fn who_takes_no_session_description_is_refused() {
        for (accept, taken) in [
            ("application/sdp", true),
            ("text/plain, Application/SDP;level=1", true),
            ("*/*;q=0.1", true),
            ("application/*", true),
            ("application/sdp;q=0.0", false),
            ("text/plain", false),
            ("", false),
        ] {
            let mut request = Request::new(Method::Invite, "sip:a@b");
            request.headers.push("Accept", accept);
            assert_eq!(refusal(&request).is_none(), taken, "{accept}");
        }
        assert!(refusal(&Request::new(Method::Invite, "sip:a@b")).is_none());
    }
}
