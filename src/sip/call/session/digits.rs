//! Digits of ours as INFO, one after the other.

use super::super::super::message::{Method, Response};
use super::super::super::transaction::ClientKey;
use super::super::line::Line;
use super::super::{Next, dtmf};
use super::{End, Session};

impl Session {
    /// Sends a digit, after those before it.
    pub fn digit(&mut self, line: &mut Line<'_>, digit: char) -> Next {
        self.digits.push(digit);
        self.send_digit(line);
        Next::Stay
    }

    pub(super) fn send_digit(&mut self, line: &mut Line<'_>) {
        let Some(digit) = self.digits.next().filter(|_| matches!(self.end, End::No)) else {
            return;
        };
        let mut info = self.dialog.request(Method::Info);
        dtmf::write(&mut info, digit);
        let next_hop = self.dialog.next_hop().to_owned();
        let key = line.send(info, Some(&next_hop));
        self.digits.sent(key);
    }

    /// A final response came to an INFO of ours; `false` when it is to something else.
    pub(super) fn on_digit_response(
        &mut self,
        line: &mut Line<'_>,
        key: &ClientKey,
        response: &Response,
    ) -> bool {
        if !self.digits.is(key) {
            return false;
        }
        if (200..300).contains(&response.status) {
            line.accepted(response);
        }
        let again = line.may_repeat(response);
        self.digits.finish(again);
        self.send_digit(line);
        true
    }
}
