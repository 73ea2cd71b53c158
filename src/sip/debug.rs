//! `Debug` of what holds session descriptions: these hold the keys of calls (RFC 4568), which no
//! log may show.

use std::fmt::{Debug, Formatter, Result};

use super::message::{Request, Response};
use super::{CallEvent, IncomingCall, PlaceCall, SipCommand};

/// The length alone.
struct Hidden<'a>(&'a [u8]);

impl Debug for Hidden<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "({} octets)", self.0.len())
    }
}

fn hidden(sdp: &Option<Vec<u8>>) -> Option<Hidden<'_>> {
    sdp.as_deref().map(Hidden)
}

impl Debug for SipCommand {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Invite(place) => f.debug_tuple("Invite").field(place).finish(),
            Self::Answer { call, sdp, impp } => f
                .debug_struct("Answer")
                .field("call", call)
                .field("sdp", &Hidden(sdp))
                .field("impp", impp)
                .finish(),
            Self::Acknowledge { call, sdp } => f
                .debug_struct("Acknowledge")
                .field("call", call)
                .field("sdp", &Hidden(sdp))
                .finish(),
            Self::Refuse { call, status } => {
                f.debug_struct("Refuse").field("call", call).field("status", status).finish()
            }
            Self::Hangup(call) => f.debug_tuple("Hangup").field(call).finish(),
            Self::AnswerReoffer { call, sdp } => f
                .debug_struct("AnswerReoffer")
                .field("call", call)
                .field("sdp", &hidden(sdp))
                .finish(),
            Self::Reoffer { call, sdp } => {
                f.debug_struct("Reoffer").field("call", call).field("sdp", &Hidden(sdp)).finish()
            }
            Self::Refer { call, to } => {
                f.debug_struct("Refer").field("call", call).field("to", to).finish()
            }
            Self::RefuseReferral { call } => {
                f.debug_struct("RefuseReferral").field("call", call).finish()
            }
            Self::Follow { call, target, .. } => {
                f.debug_struct("Follow").field("call", call).field("target", target).finish()
            }
            Self::Redirect { call, to } => {
                f.debug_struct("Redirect").field("call", call).field("to", to).finish()
            }
            // Which key may be a PIN.
            Self::Digit { call, .. } => f.debug_struct("Digit").field("call", call).finish(),
            Self::Message(message) => f.debug_tuple("Message").field(message).finish(),
            Self::SetChat(on) => f.debug_tuple("SetChat").field(on).finish(),
            Self::Guard(guard) => f.debug_tuple("Guard").field(guard).finish(),
            Self::Disconnect => f.write_str("Disconnect"),
            Self::Connect => f.write_str("Connect"),
            Self::Quit => f.write_str("Quit"),
        }
    }
}

impl Debug for PlaceCall {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.debug_struct("PlaceCall")
            .field("call", &self.call)
            .field("target", &self.target)
            .field("offer", &Hidden(&self.offer))
            .field("impp", &self.impp)
            .field("anonymous", &self.anonymous)
            .field("referral", &self.referral)
            .finish()
    }
}

impl Debug for IncomingCall {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.debug_struct("IncomingCall")
            .field("call", &self.call)
            .field("by_proxy", &self.by_proxy)
            .field("from", &self.from)
            .field("from_proxy", &self.from_proxy)
            .field("from_display", &self.from_display)
            .field("asserted", &self.asserted)
            .field("impp", &self.impp)
            .field("offer", &hidden(&self.offer))
            .field("anonymous", &self.anonymous)
            .field("replaces", &self.replaces)
            .field("referred_by", &self.referred_by)
            .field("forwarded_by", &self.forwarded_by)
            .finish()
    }
}

impl Debug for CallEvent {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Ringing => f.write_str("Ringing"),
            Self::Told(text) => f.debug_tuple("Told").field(text).finish(),
            Self::EarlyMedia { sdp, impp } => {
                f.debug_struct("EarlyMedia").field("sdp", &Hidden(sdp)).field("impp", impp).finish()
            }
            Self::Answered { sdp, impp } => {
                f.debug_struct("Answered").field("sdp", &hidden(sdp)).field("impp", impp).finish()
            }
            Self::Confirmed { sdp } => {
                f.debug_struct("Confirmed").field("sdp", &hidden(sdp)).finish()
            }
            Self::Reoffer { sdp } => f.debug_struct("Reoffer").field("sdp", &hidden(sdp)).finish(),
            Self::Reanswered { sdp } => {
                f.debug_struct("Reanswered").field("sdp", &Hidden(sdp)).finish()
            }
            Self::ReofferFailed { code, text } => {
                f.debug_struct("ReofferFailed").field("code", code).field("text", text).finish()
            }
            Self::ReofferAgain => f.write_str("ReofferAgain"),
            Self::Redirected { targets } => {
                f.debug_struct("Redirected").field("targets", targets).finish()
            }
            Self::Referral { to, attended } => {
                f.debug_struct("Referral").field("to", to).field("attended", attended).finish()
            }
            Self::Transfer(state) => f.debug_tuple("Transfer").field(state).finish(),
            // Which key may be a PIN.
            Self::Digit(_) => f.write_str("Digit"),
            Self::Ended(reason) => f.debug_tuple("Ended").field(reason).finish(),
        }
    }
}

impl Debug for Request {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("uri", &self.uri)
            .field("headers", &self.headers)
            .field("body", &Hidden(&self.body))
            .finish()
    }
}

impl Debug for Response {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("reason", &self.reason)
            .field("headers", &self.headers)
            .field("body", &Hidden(&self.body))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sip::message::Method;

    #[test]
    fn no_key_is_shown() {
        let sdp = b"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:SECRET".to_vec();
        let some = Some(sdp.clone());
        let call = crate::model::id::CallId::new("c");
        let place = PlaceCall {
            call: call.clone(),
            target: "sip:b@x".to_owned(),
            offer: sdp.clone(),
            impp: None,
            anonymous: false,
            referral: None,
        };
        let incoming = IncomingCall {
            call: call.clone(),
            by_proxy: true,
            from: "sip:b@x".to_owned(),
            from_proxy: false,
            from_display: None,
            asserted: Vec::new(),
            impp: Vec::new(),
            offer: some.clone(),
            anonymous: false,
            replaces: None,
            referred_by: None,
            forwarded_by: None,
        };
        let mut request = Request::new(Method::Invite, "sip:b@x");
        request.body.clone_from(&sdp);
        let mut response = Response::to_request(&request, 200, None);
        response.body.clone_from(&sdp);
        let impp = Vec::new;
        let shown = [
            format!("{:?}", SipCommand::Invite(place)),
            format!(
                "{:?}",
                SipCommand::Answer { call: call.clone(), sdp: sdp.clone(), impp: None }
            ),
            format!("{:?}", SipCommand::Acknowledge { call: call.clone(), sdp: sdp.clone() }),
            format!("{:?}", SipCommand::Reoffer { call: call.clone(), sdp: sdp.clone() }),
            format!("{:?}", SipCommand::AnswerReoffer { call, sdp: some.clone() }),
            format!("{:?}", CallEvent::Reanswered { sdp: sdp.clone() }),
            format!("{incoming:?}"),
            format!("{:?}", CallEvent::EarlyMedia { sdp: sdp.clone(), impp: impp() }),
            format!("{:?}", CallEvent::Answered { sdp: some.clone(), impp: impp() }),
            format!("{:?}", CallEvent::Confirmed { sdp: some.clone() }),
            format!("{:?}", CallEvent::Reoffer { sdp: some }),
            format!("{request:?}"),
            format!("{response:?}"),
        ];
        let octets = format!("{:?}", b"SECRET").replace(['[', ']'], "");
        for text in shown {
            assert!(!text.contains("SECRET") && !text.contains(&octets), "{text}");
            assert!(text.contains("(48 octets)"), "{text}");
        }
    }
}
