//! Alice calls Bob, whose two devices ring at once behind a proxy that forks (RFC 3261 §16).

use std::collections::BTreeMap;
use std::time::Duration;

use super::world::*;
use crate::model::account::Transport;
use crate::model::call::EndReason;
use crate::model::id::CallId;
use crate::sip::message::{Message, Method, Request, Response};
use crate::sip::transaction::{ack_for, cancel_for};
use crate::sip::value::split;
use crate::sip::{SipCommand, SipEvent};

const DESK: usize = 1;
const MOBILE: usize = 2;
/// So many copies of an INVITE or a CANCEL that one arrives.
const COPIES: usize = 12;

/// A proxy without timers: what gets lost, the agents repeat.
#[derive(Default)]
pub struct Proxy {
    /// By the caller's branch.
    forks: BTreeMap<String, BTreeMap<usize, Branch>>,
    /// Every device may answer: nobody is cancelled.
    pub lenient: bool,
}

struct Branch {
    invite: Request,
    result: Option<Response>,
}

type Out = Vec<(usize, Message)>;

fn agent_at(host: &str) -> usize {
    host.rsplit('.').next().unwrap().parse::<usize>().unwrap() - 10
}

fn branch_of(request: &Request) -> String {
    request.headers.via().unwrap().branch().unwrap().to_owned()
}

fn forwarded(request: &Request, label: &str) -> Request {
    let mut request = request.clone();
    let via = format!("SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK{label}-{}", branch_of(&request));
    request.headers.push_front("Via", via);
    request
}

impl Proxy {
    pub fn route(&mut self, from: usize, message: Message) -> Out {
        match message {
            Message::Request(request) => self.route_request(request),
            Message::Response(response) => self.route_response(from, response),
        }
    }

    fn route_request(&mut self, request: Request) -> Out {
        let branch = branch_of(&request);
        let in_dialog = request.headers.to().unwrap().tag().is_some();
        match request.method {
            Method::Ack if self.forks.contains_key(&branch) => self.acknowledged(&branch),
            Method::Cancel => {
                let ok = Response::to_request(&request, 200, None);
                let mut out = vec![(ALICE, Message::Response(ok))];
                out.extend(self.cancel(&branch, None));
                out
            }
            Method::Invite if !in_dialog => {
                let forks = self.forks.entry(branch).or_default();
                let fork = |device: usize| {
                    let invite = forwarded(&request, &format!("fork{device}"));
                    forks.entry(device).or_insert(Branch { invite: invite.clone(), result: None });
                    std::iter::repeat_n((device, Message::Request(invite)), COPIES)
                };
                [DESK, MOBILE].into_iter().flat_map(fork).collect()
            }
            _ => {
                let uri: crate::sip::uri::SipUri = request.uri.parse().unwrap();
                let to = agent_at(&uri.host.to_string());
                vec![(to, Message::Request(forwarded(&request, "in")))]
            }
        }
    }

    /// The caller acknowledged the failure: so do we.
    fn acknowledged(&mut self, branch: &str) -> Out {
        let ack = |(device, branch): (&usize, &Branch)| {
            let result = branch.result.as_ref().filter(|result| result.status >= 300)?;
            Some((*device, Message::Request(ack_for(&branch.invite, result))))
        };
        self.forks[branch].iter().filter_map(ack).collect()
    }

    fn cancel(&self, branch: &str, reason: Option<&str>) -> Out {
        let Some(forks) = self.forks.get(branch) else { return Vec::new() };
        let open = forks.iter().filter(|(_, branch)| branch.result.is_none());
        let cancels = open.flat_map(|(device, branch)| {
            let mut cancel = cancel_for(&branch.invite);
            if let Some(reason) = reason {
                cancel.headers.push("Reason", reason);
            }
            std::iter::repeat_n((*device, Message::Request(cancel)), COPIES)
        });
        cancels.collect()
    }

    fn route_response(&mut self, from: usize, mut response: Response) -> Out {
        let vias: Vec<String> = response
            .headers
            .all("Via")
            .flat_map(|line| split(line, b',').into_iter().map(str::to_owned).collect::<Vec<_>>())
            .collect();
        response.headers.remove("Via");
        for via in vias.iter().skip(1).rev() {
            response.headers.push_front("Via", via.as_str());
        }
        let cseq = response.headers.cseq().unwrap();
        // The answer to a CANCEL of ours, or to an agent that speaks to us alone.
        let Some(via) = response.headers.via() else { return Vec::new() };
        let caller_branch = via.branch().unwrap().to_owned();
        let to = agent_at(&via.host.to_string());
        let initial = cseq.method == Method::Invite && self.forks.contains_key(&caller_branch);
        if !initial || response.status < 200 {
            let own = response.status == 100;
            return if own { Vec::new() } else { vec![(to, Message::Response(response))] };
        }
        self.finished(from, &caller_branch, response)
    }

    fn finished(&mut self, from: usize, caller_branch: &str, response: Response) -> Out {
        let forks = self.forks.get_mut(caller_branch).unwrap();
        let branch = forks.get_mut(&from).unwrap();
        branch.result = Some(response.clone());
        let ack = ack_for(&branch.invite, &response);
        let won = |branch: &Branch| branch.result.as_ref().is_some_and(|r| r.status < 300);
        if response.status < 300 {
            let mut out = vec![(ALICE, Message::Response(response))];
            if !self.lenient {
                out.extend(self.cancel(caller_branch, Some("SIP;cause=200;text=\"elsewhere\"")));
            }
            return out;
        }
        let all: Option<Vec<&Response>> =
            forks.values().map(|branch| branch.result.as_ref()).collect();
        match all {
            Some(all) if !forks.values().any(won) => {
                let best = all.into_iter().min_by_key(|result| result.status).unwrap().clone();
                vec![(ALICE, Message::Response(best))]
            }
            _ => vec![(from, Message::Request(ack))],
        }
    }
}

/// The proxy adds its reliable hop: on this network it loses nothing but what the weather takes.
fn rings(world: &mut World) -> [CallId; 2] {
    [DESK, MOBILE].map(|device| world.incoming(device))
}

fn answer(world: &mut World, device: usize, call: &CallId) {
    let answer = SipCommand::Answer { call: call.clone(), sdp: ANSWER.to_vec(), impp: None };
    world.command(device, answer);
}

fn bad(loss: f64) -> Weather {
    Weather { transport: Transport::Udp, loss, jitter: Duration::from_millis(300) }
}

#[test]
fn one_device_answers_and_the_other_knows() {
    for seed in 0..20 {
        let mut world = World::forking(seed, bad(0.0));
        world.insist = seed % 2 == 0;
        let out = world.call(ALICE, "bob");
        let [_, mobile] = rings(&mut world);
        world.run_secs(2);
        answer(&mut world, MOBILE, &mobile);
        world.answered(ALICE);
        world.run_secs(1);
        assert_eq!(world.ends(DESK), [EndReason::AnsweredElsewhere], "seed {seed}");
        world.command(ALICE, SipCommand::Hangup(out));
        world.run_secs(120);
        assert_eq!(world.ends(MOBILE), [EndReason::RemoteHangup], "seed {seed}");
        world.assert_at_rest();
    }
}

#[test]
fn when_both_answer_one_call_is_left_on_any_network() {
    let mut twice = 0;
    for (seed, loss) in (0..60).zip([0.0, 0.1, 0.2, 0.3].into_iter().cycle()) {
        let mut world = World::forking(seed, bad(loss));
        world.proxy.as_mut().unwrap().lenient = true;
        world.echo = 0.2;
        world.insist = seed % 3 == 0;
        let out = world.call(ALICE, "bob");
        let [desk, mobile] = rings(&mut world);
        answer(&mut world, DESK, &desk);
        world.run(Duration::from_millis(seed * 5));
        answer(&mut world, MOBILE, &mobile);
        world.answered(ALICE);
        world.run_secs(100);
        let ended = [DESK, MOBILE].map(|device| world.ends(device));
        let left = ended.iter().filter(|ends| ends.is_empty()).count();
        assert_eq!(left, 1, "seed {seed}: {ended:?}");
        assert!(world.ends(ALICE).is_empty());
        twice += usize::from(ended.iter().flatten().any(|end| *end == EndReason::RemoteHangup));
        world.command(ALICE, SipCommand::Hangup(out));
        world.run_secs(120);
        world.assert_at_rest();
    }
    assert!(twice > 40, "both do answer: {twice}");
}

#[test]
fn a_caller_who_gives_up_silences_both_whatever_they_do() {
    for (seed, loss) in (0..60).zip([0.0, 0.1, 0.2].into_iter().cycle()) {
        let mut world = World::forking(seed, bad(loss));
        let out = world.call(ALICE, "bob");
        let [desk, _] = rings(&mut world);
        world.run_secs(3);
        world.command(ALICE, SipCommand::Hangup(out));
        world.run(Duration::from_millis(seed * 10));
        if seed % 2 == 0 {
            answer(&mut world, DESK, &desk);
        }
        world.run_secs(200);
        assert_eq!(world.ends(ALICE), [EndReason::LocalHangup], "seed {seed}");
        for device in [DESK, MOBILE] {
            assert_eq!(world.ends(device).len(), 1, "seed {seed}: {:?}", world.ends(device));
        }
        world.assert_at_rest();
    }
}

#[test]
fn when_all_refuse_the_caller_learns_why() {
    for seed in 0..20 {
        let mut world = World::forking(seed, bad(0.2));
        world.call(ALICE, "bob");
        let [desk, mobile] = rings(&mut world);
        world.command(DESK, SipCommand::Refuse { call: desk, status: 603 });
        world.command(MOBILE, SipCommand::Refuse { call: mobile, status: 486 });
        world.run_secs(120);
        assert!(matches!(world.ends(ALICE)[..], [EndReason::Refused { code: 486, .. }]));
        world.assert_at_rest();
    }
}

#[test]
fn each_device_rings_for_itself() {
    let mut world = World::forking(1, bad(0.0));
    world.insist = true;
    world.call(ALICE, "bob");
    rings(&mut world);
    world.run_secs(2);
    let mut tags: Vec<String> = world
        .requests(ALICE, &Method::Prack)
        .iter()
        .map(|prack| prack.headers.to().unwrap().tag().unwrap().to_owned())
        .collect();
    tags.sort();
    tags.dedup();
    assert_eq!(tags.len(), 2);
    for device in [DESK, MOBILE] {
        assert_eq!(world.statuses(device, &Method::Prack).first(), Some(&200));
        let rang = |event: &&SipEvent| matches!(event, SipEvent::Incoming(_));
        assert_eq!(world.events[device].iter().filter(rang).count(), 1);
    }
}
