//! What happens in the early dialogs: provisional responses and their PRACKs (RFC 3262), and
//! requests of the other side (RFC 3311).

use super::super::super::dialog::DialogId;
use super::super::super::message::{Method, Request, Response};
use super::super::super::text::told;
use super::super::super::transaction::{ClientKey, ServerKey};
use super::super::super::value::call_info;
use super::super::super::{CallEvent, body};
use super::super::Next;
use super::super::line::{Line, set_sdp};
use super::super::session::Reoffer;
use super::Outgoing;
use super::fork::News;

/// PRACKs that may be on their way.
const MAX_PRACKS: usize = 32;

impl Outgoing {
    pub(super) fn on_provisional(&mut self, line: &mut Line<'_>, response: &Response) -> Next {
        self.provisional = true;
        self.detour.rang |= response.status > 100;
        let news = match response.status {
            100 => News::Nothing,
            _ => self.forks.take(&self.invite, response),
        };
        let tag = response.headers.to().and_then(|to| to.tag().map(str::to_owned));
        if let News::Known { reliable: Some(number), .. } = news
            && let Some(tag) = &tag
        {
            self.acknowledge_early(line, tag, number);
        }
        if self.given_up {
            self.cancel(line);
            return Next::Stay;
        }
        let News::Known { sdp, .. } = news else { return Next::Stay };
        if response.status == 199 {
            let next = tag.and_then(|tag| self.forks.remove(&tag));
            self.show(line, next, response);
            return Next::Stay;
        }
        if let 180..=189 = response.status
            && let Some(text) = told(&response.headers)
        {
            line.emit(CallEvent::Told(text));
        }
        if response.status == 180 {
            line.emit(CallEvent::Ringing);
        }
        self.show(line, sdp, response);
        Next::Stay
    }

    fn show(&self, line: &mut Line<'_>, sdp: Option<Vec<u8>>, response: &Response) {
        if let Some(sdp) = sdp {
            line.emit(CallEvent::EarlyMedia { sdp, impp: call_info::impp(&response.headers) });
        }
    }

    /// PRACK, unless it has to wait for our answer to the offer in the response.
    fn acknowledge_early(&mut self, line: &mut Line<'_>, tag: &str, number: u32) {
        let given_up = self.given_up;
        let Some(fork) = self.forks.by_tag(tag) else { return };
        if fork.offered == Some(number) && !given_up {
            return;
        }
        let mut prack = fork.dialog.request(Method::Prack);
        prack.headers.set("RAck", format!("{number} {} INVITE", self.number));
        let id = fork.dialog.id().clone();
        self.send_prack(line, prack, id);
    }

    /// The core's answer to an offer in a reliable response goes out in its PRACK.
    pub fn acknowledge(&mut self, line: &mut Line<'_>, sdp: &[u8]) -> Next {
        let Some(fork) = self.forks.offering() else { return Next::Stay };
        let Some(number) = fork.offered.take() else { return Next::Stay };
        fork.agreed = true;
        fork.local = Some(sdp.to_vec());
        let mut prack = fork.dialog.request(Method::Prack);
        prack.headers.set("RAck", format!("{number} {} INVITE", self.number));
        set_sdp(&mut prack.headers, &mut prack.body, sdp);
        let id = fork.dialog.id().clone();
        self.send_prack(line, prack, id);
        Next::Stay
    }

    fn send_prack(&mut self, line: &mut Line<'_>, prack: Request, id: DialogId) {
        let Some(fork) = self.forks.get_mut(&id) else { return };
        let next_hop = fork.dialog.next_hop().to_owned();
        if let Some(key) = line.send(prack.clone(), Some(&next_hop))
            && self.pracks.len() < MAX_PRACKS
        {
            self.pracks.push((key, prack, id));
        }
    }

    /// A refusal has no consequence: the other side ends what it has to end.
    pub(super) fn on_prack_response(
        &mut self,
        line: &mut Line<'_>,
        key: &ClientKey,
        response: &Response,
    ) {
        if response.status < 200 {
            return;
        }
        let Some(place) = self.pracks.iter().position(|(known, ..)| known == key) else { return };
        let (_, old, id) = self.pracks.swap_remove(place);
        if (200..300).contains(&response.status) {
            line.accepted(response);
        } else if line.may_repeat(response)
            && let Some(fork) = self.forks.get_mut(&id)
        {
            let mut prack = fork.dialog.request(Method::Prack);
            for name in ["RAck", "Content-Type"] {
                if let Some(value) = old.headers.get(name) {
                    prack.headers.set(name, value);
                }
            }
            prack.body = old.body;
            self.send_prack(line, prack, id);
        }
    }

    /// A request in one of the early dialogs.
    pub fn on_request(&mut self, line: &mut Line<'_>, key: &ServerKey, request: &Request) -> Next {
        let Some(id) = DialogId::of_request(request) else { return Next::Stay };
        let Some(early) = self.forks.get_mut(&id) else { return Next::Stay };
        if early.dialog.accept(request).is_err() {
            line.respond_status(key, request, 500);
        } else if request.method == Method::Update && !self.given_up {
            self.on_update(line, key, request, id);
        } else if request.method == Method::Bye {
            // Only a caller may end an early dialog so (RFC 3261 §15), but the wish is clear.
            line.respond_status(key, request, 200);
            let next = self.forks.remove(&id.remote_tag);
            if let Some(sdp) = next {
                line.emit(CallEvent::EarlyMedia { sdp, impp: Vec::new() });
            }
        } else if !line.answer_common(key, request) {
            line.respond_status(key, request, 491);
        }
        Next::Stay
    }

    /// The core's answer to an offer in an early dialog.
    pub fn answer_reoffer(&mut self, line: &mut Line<'_>, sdp: Option<Vec<u8>>) -> Next {
        let Some((id, Reoffer { key, request, .. })) = self.reoffer.take() else {
            return Next::Stay;
        };
        let Some((sdp, fork)) = sdp.zip(self.forks.get_mut(&id)) else {
            line.respond_status(&key, &request, 488);
            return Next::Stay;
        };
        fork.dialog.refresh_target(&request.headers);
        (fork.local, fork.updated) = (Some(sdp.clone()), true);
        let mut response = Response::to_request(&request, 200, None);
        line.add_options(&mut response.headers);
        set_sdp(&mut response.headers, &mut response.body, &sdp);
        line.respond(&key, response);
        Next::Stay
    }

    /// An UPDATE before the answer (RFC 3311 §5.2): with an offer only once ours was answered
    /// reliably, and only by the one whose media are shown.
    fn on_update(&mut self, line: &mut Line<'_>, key: &ServerKey, request: &Request, id: DialogId) {
        let shown = self.forks.is_shown(&id);
        let Some(early) = self.forks.get_mut(&id) else { return };
        if request.headers.contact().is_none() {
            return line.respond_status(key, request, 400);
        }
        let Ok(sdp) = body::sdp(&request.headers, &request.body) else {
            let mut response = Response::to_request(request, 415, None);
            response.headers.set("Accept", body::SDP);
            return line.respond(key, response);
        };
        let Some(sdp) = sdp else {
            early.dialog.refresh_target(&request.headers);
            let mut response = Response::to_request(request, 200, None);
            line.add_options(&mut response.headers);
            return line.respond(key, response);
        };
        match () {
            () if !early.agreed => line.respond_status(key, request, 491),
            () if self.reoffer.is_some() => line.respond_later(key, request),
            () if !shown => line.respond_status(key, request, 488),
            () => {
                let until = line.now + line.stack.transactions.timers().limit();
                let reoffer = Reoffer { key: key.clone(), request: request.clone(), until };
                self.reoffer = Some((id, reoffer));
                line.emit(CallEvent::Reoffer { sdp: Some(sdp) });
            }
        }
    }
}
