//! A transfer that we asked for (RFC 3515, RFC 4488, RFC 5589): a REFER of ours and what the
//! NOTIFYs tell of it. The call goes on meanwhile.

use std::time::{Duration, Instant};

use super::super::CallEvent;
use super::super::dialog::Dialog;
use super::super::message::{Method, Request, Response, reason_phrase};
use super::super::text::{before_params, reason, safe};
use super::super::transaction::{ClientKey, ServerKey};
use super::super::value::Params;
use super::line::{Challenge, Line};
use crate::model::call::TransferState;

/// The longest that a transfer may take.
const LIMIT: Duration = Duration::from_secs(180);
/// Credentials are given so often; each REFER's number may come back as an `id`.
const MAX_SENT: usize = 8;
/// The longest first line of a sipfrag that is read.
const MAX_LINE: usize = 256;
/// The type of the NOTIFYs' bodies.
pub(super) const SIPFRAG: &str = "message/sipfrag";

/// See the module.
#[derive(Debug)]
pub(in super::super) struct Transfer {
    refer_to: String,
    /// The CSeq numbers of our REFERs.
    numbers: Vec<u32>,
    key: Option<ClientKey>,
    challenge: Option<Box<Response>>,
    told: Option<TransferState>,
    over: bool,
    due: Instant,
    limit: Instant,
}

impl Transfer {
    /// Sends the REFER. `refer_to` is the header's value.
    pub fn start(line: &mut Line<'_>, dialog: &mut Dialog, refer_to: String) -> Self {
        let limit = line.now + LIMIT;
        let mut transfer = Self {
            refer_to,
            numbers: Vec::new(),
            key: None,
            challenge: None,
            told: None,
            over: false,
            due: limit,
            limit,
        };
        transfer.send(line, dialog);
        transfer
    }

    /// Whether the outcome is known.
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// Whether a request of this key is its.
    pub fn owns(&self, key: &ClientKey) -> bool {
        self.key.as_ref() == Some(key)
    }

    pub fn on_response(&mut self, line: &mut Line<'_>, dialog: &mut Dialog, response: &Response) {
        match response.status {
            ..200 => {}
            401 | 407 if !self.over => match line.challenged(response) {
                Challenge::Answerable => self.send(line, dialog),
                Challenge::NeedsPassword => self.challenge = Some(Box::new(response.clone())),
                Challenge::Hopeless | Challenge::Weaker(_) => {
                    self.fail(line, response.status, reason(response))
                }
            },
            200..=299 => {
                line.accepted(response);
                let unwatched = response
                    .headers
                    .get("Refer-Sub")
                    .is_some_and(|value| value.trim().to_ascii_lowercase().starts_with("false"));
                if unwatched {
                    self.tell(line, TransferState::Done);
                } else if self.told.is_none() {
                    self.await_notify(line);
                    self.tell(line, TransferState::Trying);
                }
            }
            status => self.fail(line, status, reason(response)),
        }
    }

    pub fn on_no_answer(&mut self, line: &mut Line<'_>) {
        // A NOTIFY proves that the REFER was taken, whatever became of its answer.
        if self.told.is_none() {
            self.time_out(line);
        }
    }

    pub fn on_password(&mut self, line: &mut Line<'_>, dialog: &mut Dialog) {
        let Some(challenge) = self.challenge.take() else { return };
        if line.stack.needs_password(&challenge) {
            return self.fail(line, challenge.status, reason(&challenge));
        }
        self.on_response(line, dialog, &challenge);
    }

    /// Whether a NOTIFY's Event names the subscription of this REFER.
    pub fn is_about(&self, event: &str) -> bool {
        let id = event.split_once(';').and_then(|(_, params)| Params::parse(params).ok());
        match id.as_ref().and_then(|params| params.get("id")) {
            Some(id) => id.parse().is_ok_and(|id| self.numbers.contains(&id)),
            None => true,
        }
    }

    /// Answers the NOTIFY and tells what it says.
    pub fn on_notify(&mut self, line: &mut Line<'_>, key: &ServerKey, notify: &Request) {
        let content_type = notify.headers.get("Content-Type").unwrap_or(SIPFRAG);
        let media_type = before_params(content_type);
        if !notify.body.is_empty() && !media_type.eq_ignore_ascii_case(SIPFRAG) {
            let mut response = Response::to_request(notify, 415, None);
            response.headers.set("Accept", SIPFRAG);
            return line.respond(key, response);
        }
        let mut response = Response::to_request(notify, 200, None);
        line.add_abilities(&mut response.headers);
        line.respond(key, response);
        if self.over {
            return;
        }
        let ended = notify
            .headers
            .get("Subscription-State")
            .is_some_and(|state| before_params(state).eq_ignore_ascii_case("terminated"));
        self.due = self.limit;
        match status_line(&notify.body) {
            Some((200..=299, _)) => self.tell(line, TransferState::Done),
            Some((code @ 300.., text)) => self.fail(line, code, text),
            _ if ended => {
                self.fail(line, 480, "The other side does not tell how it went".to_owned());
            }
            Some((180, _)) => self.tell(line, TransferState::Ringing),
            _ if self.told.is_none() => self.tell(line, TransferState::Trying),
            _ => {}
        }
    }

    /// When [`Self::handle_timeout`] is due.
    pub fn poll_timeout(&self) -> Instant {
        self.due
    }

    /// Gives up when due. `true` when nothing of it is left.
    pub fn handle_timeout(&mut self, line: &mut Line<'_>) -> bool {
        if line.now < self.due {
            return false;
        }
        if self.over {
            return true;
        }
        self.time_out(line);
        false
    }

    fn send(&mut self, line: &mut Line<'_>, dialog: &mut Dialog) {
        if self.numbers.len() >= MAX_SENT {
            return self.fail(line, 408, "The other side asks for a password without end".into());
        }
        let mut refer = dialog.request(Method::Refer);
        let headers = &mut refer.headers;
        headers.push("Refer-To", self.refer_to.as_str());
        if !line.shared.anonymous {
            headers.push("Referred-By", format!("<{}>", line.stack.aor_uri()));
        }
        headers.push("Supported", "norefersub");
        line.add_abilities(headers);
        self.numbers.push(dialog.local_seq());
        let next_hop = dialog.next_hop().to_owned();
        self.key = line.send(refer, Some(&next_hop));
        self.await_notify(line);
    }

    /// The first NOTIFY comes soon, or none does.
    fn await_notify(&mut self, line: &Line<'_>) {
        self.due = self.limit.min(line.now + line.stack.transactions.timers().limit());
    }

    fn time_out(&mut self, line: &mut Line<'_>) {
        self.fail(line, 408, "The other side did not tell in time how it went".to_owned());
    }

    fn fail(&mut self, line: &mut Line<'_>, code: u16, text: String) {
        self.tell(line, TransferState::Failed { code, text });
    }

    fn tell(&mut self, line: &mut Line<'_>, state: TransferState) {
        if self.over || self.told.as_ref() == Some(&state) {
            return;
        }
        if matches!(state, TransferState::Done | TransferState::Failed { .. }) {
            // Kept for a while, so that late NOTIFYs find their 200.
            self.over = true;
            self.due = line.now + line.stack.transactions.timers().limit();
        }
        self.told = Some(state.clone());
        line.emit(CallEvent::Transfer(state));
    }
}

/// Status and reason phrase of the status line that a sipfrag (RFC 3420) begins with.
fn status_line(body: &[u8]) -> Option<(u16, String)> {
    let line = body.split(|byte| *byte == b'\n').next()?;
    let line = std::str::from_utf8(line.get(..line.len().min(MAX_LINE))?).ok()?.trim();
    let rest = line.get(..8).filter(|version| version.eq_ignore_ascii_case("SIP/2.0 "));
    let rest = rest.and_then(|_| line.get(8..))?.trim_start();
    let (code, text) = rest.split_once(' ').unwrap_or((rest, ""));
    let code = code.parse().ok().filter(|code| (100..700).contains(code))?;
    let text = safe(text);
    Some((code, if text.is_empty() { reason_phrase(code) } else { text }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sipfrag_begins_with_a_status_line() {
        let read = |body: &str| status_line(body.as_bytes());
        assert_eq!(read("SIP/2.0 180 Ringing\r\n"), Some((180, "Ringing".to_owned())));
        let long = "SIP/2.0 603 Decline\r\nWarning: x\r\n";
        assert_eq!(read(long), Some((603, "Decline".to_owned())));
        assert_eq!(read("sip/2.0 486"), Some((486, "Busy Here".to_owned())));
        for bad in ["", "SIP/2.0", "SIP/2.0 ", "SIP/2.0 99 x", "SIP/2.0 700 x", "BYE sip:a SIP/2.0"]
        {
            assert_eq!(read(bad), None, "{bad}");
        }
        assert_eq!(status_line(b"SIP/2.0 200 \xff"), None);
    }
}
