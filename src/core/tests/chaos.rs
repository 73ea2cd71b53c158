//! Anything in any order: nothing panics, every command gets one answer, nobody hears two
//! calls, and nothing that may cost goes out unasked.

use std::collections::{BTreeMap, BTreeSet};

use rand::Rng;
use rand::rngs::StdRng;
use serde_json::json;

use super::*;
use crate::media::MediaCommand;
use crate::model::account::Mailbox;
use crate::model::call::{CallStats, MediaDirection, TransferState};
use crate::model::message::ChatState;
use crate::xmpp::{PresenceUpdate, VcardError};

const PEOPLE: [&str; 4] =
    ["bob@cusax.test", "carol@cusax.test", "eve@evil.example", "alice@cusax.test"];
const CALLERS: [&str; 5] = [
    "sip:bob@cusax.test",
    "sip:eve@evil.example",
    "tel:+13035551212",
    "sip:anonymous@anonymous.invalid",
    "… sip:nobody",
];

struct Chaos {
    world: World,
    dice: StdRng,
    asked: Vec<RequestId>,
    calls: Vec<CallId>,
    messages: Vec<MessageId>,
    answered: BTreeSet<RequestId>,
    lines: BTreeMap<CallId, Line>,
    /// What the user said yes to.
    allowed: BTreeSet<String>,
    costly: u32,
    seen: Seen,
}

/// A call's media session, as it was told.
#[derive(Default)]
struct Line {
    runs: Option<MediaDirection>,
    muted: bool,
}

impl Line {
    fn is_heard(&self) -> bool {
        use MediaDirection::{Sendonly, Sendrecv};
        !self.muted && matches!(self.runs, Some(Sendrecv | Sendonly))
    }
}

/// That there was something to check.
#[derive(Default)]
struct Seen {
    held: u32,
    heard: u32,
    paid: u32,
    asks: u32,
}

fn may_cost(target: &str) -> bool {
    target.contains("+1") || target.contains("evil.example") || target.starts_with("tel:")
}

impl Chaos {
    fn new(seed: u8) -> Self {
        Self {
            world: World::signed_in(Some("sip:bob@cusax.test")),
            dice: StdRng::from_seed([seed; 32]),
            asked: Vec::new(),
            calls: Vec::new(),
            messages: Vec::new(),
            answered: BTreeSet::new(),
            lines: BTreeMap::new(),
            allowed: BTreeSet::new(),
            costly: 0,
            seen: Seen::default(),
        }
    }

    /// A number that nobody named before.
    fn costly(&mut self) -> String {
        self.costly += 1;
        format!("sip:+1900555{:04}@cusax.test", self.costly)
    }

    fn target(&mut self) -> String {
        if self.dice.random() { self.costly() } else { "sip:carol@cusax.test".to_owned() }
    }

    /// What the outputs of one step say.
    fn check(&mut self) {
        for output in &self.world.said {
            match output {
                Output::Reply(id, _) => {
                    assert!(self.answered.insert(*id), "{id:?} was answered twice");
                }
                Output::Media(call, command) => {
                    let line = self.lines.entry(call.clone()).or_default();
                    match command {
                        MediaCommand::Prepare { .. } | MediaCommand::Stop => {
                            *line = Line::default();
                        }
                        MediaCommand::Run(plan) => line.runs = Some(plan.direction),
                        MediaCommand::Mute(on) => line.muted = *on,
                        _ => {}
                    }
                    let heard = self.lines.values().filter(|line| line.is_heard()).count();
                    assert!(
                        heard <= 1,
                        "{heard} microphones: {output:?} in {:#?}",
                        self.world.said
                    );
                    self.seen.heard += u32::from(heard == 1);
                }
                Output::Sip(_, command) => {
                    let target = match command {
                        SipCommand::Invite(invite) => Some(&invite.target),
                        SipCommand::Follow { target, .. } => Some(target),
                        SipCommand::Refer { to: crate::sip::ReferTo::Uri(uri), .. } => Some(uri),
                        SipCommand::Redirect { to, .. } => Some(to),
                        _ => None,
                    };
                    if let Some(target) = target.filter(|target| may_cost(target)) {
                        assert!(self.allowed.contains(target), "{target} unasked");
                        self.seen.paid += 1;
                    }
                }
                _ => {}
            }
        }
        for call in self.world.core.snapshot().calls {
            let runs = self.lines.get(&call.id).and_then(|line| line.runs);
            if call.state == CallState::Held {
                use MediaDirection::{Inactive, Sendonly};
                assert!(matches!(runs, Some(Sendonly | Inactive)), "held, yet {runs:?}");
                self.seen.held += 1;
            }
            assert!(call.state != CallState::Ended || runs.is_none(), "over, yet {runs:?}");
            self.seen.asks += u32::from(call.ask.is_some());
        }
    }

    fn one<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.dice.random_range(0..of.len())].clone()
    }

    fn who(&mut self) -> BareJid {
        jid(self.one(&PEOPLE))
    }

    fn call(&mut self) -> CallId {
        let calls = self.calls.clone();
        if calls.is_empty() { "none".into() } else { self.one(&calls) }
    }

    fn sdp(&mut self) -> Option<Vec<u8>> {
        match self.dice.random_range(0..4) {
            0 => None,
            1 => Some(b"v=0\r\nnonsense".to_vec()),
            _ => Some(remote_sdp()),
        }
    }

    fn step(&mut self) {
        match self.dice.random_range(0..14) {
            0 | 1 => self.command(),
            2..=4 => self.call_command(),
            5 | 6 => self.chat(),
            7 | 8 => self.telephony(),
            9 | 10 => self.change(),
            11 | 12 => self.sound(),
            _ => {
                let by = Duration::from_millis(self.dice.random_range(0..4_000));
                self.world.later(by);
            }
        }
        for output in &self.world.said {
            match output {
                Output::Media(call, MediaCommand::Prepare { .. }) if !self.calls.contains(call) => {
                    self.calls.push(call.clone());
                }
                Output::Xmpp(_, XmppCommand::Message(message)) => {
                    self.messages.push(message.id.clone());
                }
                _ => {}
            }
        }
        self.check();
        let answered = |id: &RequestId, said: &[Output]| {
            said.iter()
                .any(|o| matches!(o, Output::Reply(of, _) | Output::History(of, _) | Output::Archive(of, _) if of == id))
        };
        self.asked.retain(|id| !answered(id, &self.world.said));
        self.world.said.clear();
    }

    fn command(&mut self) {
        let (who, call) = (self.who(), self.call());
        let (account, confirm) = (None, self.dice.random());
        let command = match self.dice.random_range(0..13) {
            0 => {
                if confirm {
                    // Whatever the card names.
                    self.allowed.extend(CALLERS.map(str::to_owned));
                    self.allowed.insert("sip:+13035551212@cusax.test;user=phone".to_owned());
                    self.allowed.insert(format!("sip:{who}"));
                }
                Command::Call(CallCommand::Place {
                    to: who.to_string(),
                    account,
                    confirm,
                    remember: false,
                    linked: false,
                    anonymous: false,
                })
            }
            1 => {
                let to = self.one(&CALLERS).to_owned();
                if confirm {
                    // As written, and as it is dialled.
                    self.allowed
                        .extend([to.clone(), "sip:+13035551212@cusax.test;user=phone".into()]);
                }
                Command::Call(CallCommand::Place {
                    to,
                    account,
                    confirm,
                    remember: false,
                    linked: false,
                    anonymous: false,
                })
            }
            2 => Command::Call(CallCommand::Answer(call)),
            3 => {
                let message = confirm.then(|| "later".to_owned());
                Command::Call(CallCommand::Decline { call, message })
            }
            4 => Command::Call(CallCommand::Hangup(call)),
            5 => Command::Call(CallCommand::Mute { call, on: confirm }),
            6 => Command::Chat(ChatCommand::Send { to: who.into(), body: "x".to_owned() }),
            7 => Command::Chat(ChatCommand::Displayed { with: who.into() }),
            8 => Command::Contact(ContactCommand::Accept(who)),
            9 => Command::Security(SecurityCommand::Raise),
            10 => Command::Security(SecurityCommand::AcceptWeaker(PHONE.into())),
            11 => Command::Account(match confirm {
                true => AccountCommand::Disconnect(PHONE.into()),
                false => AccountCommand::Connect(PHONE.into()),
            }),
            _ => Command::Presence { show: Show::Away, status: String::new() },
        };
        let id = self.world.begin(command);
        self.asked.push(id);
    }

    fn call_command(&mut self) {
        let (call, other, target) = (self.call(), self.call(), self.target());
        let (yes, digits) = (self.dice.random(), self.one(&["1", "12#", "x"]).to_owned());
        let command = match self.dice.random_range(0..12) {
            0 | 1 => CallCommand::Hold(call),
            2 | 3 => CallCommand::Resume(call),
            4 => CallCommand::Digits { call, digits },
            5 | 6 => {
                if yes {
                    self.allowed.insert(target.clone());
                }
                let to = TransferTo::Address(target);
                CallCommand::Transfer { call, to, confirm: yes }
            }
            7 => CallCommand::Transfer { call, to: TransferTo::Call(other), confirm: yes },
            8 => {
                if yes {
                    self.allowed.insert(target.clone());
                }
                let (account, anonymous) = (None, self.dice.random());
                CallCommand::Place {
                    to: target,
                    account,
                    confirm: yes,
                    remember: false,
                    linked: false,
                    anonymous,
                }
            }
            9 => return self.rules(),
            _ => {
                let calls = self.world.core.snapshot().calls;
                let ask = calls.into_iter().find(|c| c.id == call).and_then(|c| c.ask);
                if let Some(ask) = ask.filter(|_| yes) {
                    self.allowed.insert(ask.uri);
                }
                CallCommand::Consent { call, accept: yes }
            }
        };
        let id = self.world.begin(Command::Call(command));
        self.asked.push(id);
    }

    fn rules(&mut self) {
        let (yes, target): (bool, String) = (self.dice.random(), self.target());
        if yes {
            self.allowed.insert(target.clone());
        }
        let patch = match self.dice.random_range(0..8) {
            0 => json!({ "dnd": yes }),
            1 => json!({ "call_waiting": yes }),
            2 => json!({ "strangers": self.one(&["accept", "ask", "refuse"]) }),
            3 => json!({ "auto_answer": if yes { "contacts" } else { "off" } }),
            4 => json!({ "confirm": yes, "forward": { "no_answer": target, "after_s": 5 } }),
            5 => json!({ "confirm": yes, "forward": { "busy": target } }),
            6 => json!({ "reject_anonymous": yes }),
            _ => json!({ "forward": null, "dnd": null, "strangers": null }),
        };
        let serde_json::Value::Object(patch) = patch else { unreachable!("objects above") };
        let id = self.world.begin(Command::Telephony(TelephonyCommand::Set(patch)));
        self.asked.push(id);
    }

    /// Changes within calls.
    fn change(&mut self) {
        let (call, other) = (self.call(), self.call());
        let direction = self.one(&["sendrecv", "sendonly", "recvonly", "inactive"]);
        let sdp = [remote_sdp(), format!("a={direction}\r\n").into_bytes()].concat();
        let impp = vec![self.who()];
        let event = match self.dice.random_range(0..15) {
            0..=3 => CallEvent::Reanswered { sdp },
            4 => CallEvent::ReofferFailed { code: 488, text: String::new() },
            5 => CallEvent::ReofferAgain,
            6 => CallEvent::Redirected { targets: vec![self.target()] },
            7 => CallEvent::Referral { to: self.target(), attended: self.dice.random() },
            8 => CallEvent::Transfer(self.one(&[
                TransferState::Ringing,
                TransferState::Done,
                TransferState::Failed { code: 404, text: String::new() },
            ])),
            9 => CallEvent::Digit('1'),
            10 => CallEvent::Reoffer { sdp: Some(sdp) },
            11 => CallEvent::Confirmed { sdp: self.sdp() },
            12 => CallEvent::Answered { sdp: Some(sdp), impp },
            13 => CallEvent::Told("This call is charged.".to_owned()),
            _ => {
                let by_proxy = self.dice.random();
                let id = self.world.incoming_as("sip:bob@cusax.test", |incoming| {
                    incoming.replaces = Some(other);
                    incoming.by_proxy = by_proxy;
                });
                return self.calls.push(id);
            }
        };
        self.world.says(&call, event);
    }

    fn chat(&mut self) {
        let who = self.who();
        let event = match self.dice.random_range(0..12) {
            0 => XmppEvent::Connection(XmppConnection::Failed {
                fault: Fault::Lost("gone".to_owned()),
                retry_in: None,
            }),
            1 | 2 => XmppEvent::Connection(XmppConnection::Online {
                bound: FullJid::new("alice@cusax.test/x").unwrap(),
                security: tls("SCRAM-SHA-256"),
                resumed: self.dice.random(),
            }),
            3 => XmppEvent::Roster(vec![item(PEOPLE[0]), item(PEOPLE[1])]),
            4 => XmppEvent::RosterRemoved(who),
            5 => XmppEvent::RosterItem(item(PEOPLE[0])),
            6 => XmppEvent::SubscriptionRequest { from: who, text: String::new() },
            7 => XmppEvent::ChatState { from: who, state: ChatState::Composing },
            8 => {
                let cards = match self.dice.random_range(0..3) {
                    0 => Err(VcardError::TimedOut),
                    1 => Ok(Vec::new()),
                    _ => Ok(vec![card(self.one(&CALLERS))]),
                };
                XmppEvent::Vcards { jid: who, cards }
            }
            9 => {
                let known = self.messages.last().cloned();
                let id = known.unwrap_or_else(|| "unknown".into());
                let states = [MessageState::Queued, MessageState::Sent, MessageState::Failed];
                XmppEvent::MessageState { with: who, id, state: self.one(&states), why: None }
            }
            10 => XmppEvent::Presence(PresenceUpdate {
                from: who,
                resource: Some(self.dice.random_range(0..40).to_string()),
                show: self.one(&[Show::Online, Show::Offline]),
                status: String::new(),
                priority: self.dice.random(),
                reach: Vec::new(),
            }),
            _ => XmppEvent::Message(ChatMessage {
                id: self.dice.random_range(0..5).to_string().as_str().into(),
                with: who,
                outgoing: self.dice.random(),
                body: self.dice.random_range(0..3).to_string(),
                at: Some(Timestamp::from_unix_millis(self.dice.random())),
            }),
        };
        self.world.xmpp(event);
    }

    fn telephony(&mut self) {
        let (call, sdp) = (self.call(), self.sdp());
        let impp = Vec::new;
        let event = match self.dice.random_range(0..14) {
            12 => SipEvent::Mailbox(Mailbox { waiting: true, ..Mailbox::default() }),
            13 => SipEvent::Registration(Registration::Registered {
                local: [127, 0, 0, self.dice.random_range(1..4)].into(),
                security: tls("DIGEST-SHA-256"),
            }),
            0 => SipEvent::Registration(Registration::Failed {
                fault: Fault::Lost("gone".to_owned()),
                retry_in: Some(Duration::ZERO),
            }),
            1 | 2 => return self.world.phone_online(),
            3..=5 => {
                let call: CallId = format!("in-{}", self.calls.len()).as_str().into();
                self.calls.push(call.clone());
                SipEvent::Incoming(IncomingCall {
                    call,
                    by_proxy: self.dice.random(),
                    from: self.one(&CALLERS).to_owned(),
                    from_proxy: self.dice.random(),
                    from_display: None,
                    asserted: Vec::new(),
                    impp: vec![self.who()],
                    offer: sdp,
                    anonymous: self.dice.random(),
                    replaces: None,
                    referred_by: None,
                    forwarded_by: None,
                })
            }
            6 => SipEvent::Call(call, CallEvent::Ringing),
            7 => {
                let sdp = sdp.unwrap_or_default();
                SipEvent::Call(call, CallEvent::EarlyMedia { sdp, impp: impp() })
            }
            8 => SipEvent::Call(call, CallEvent::Answered { sdp, impp: impp() }),
            9 => SipEvent::Call(call, CallEvent::Confirmed { sdp }),
            10 => SipEvent::Call(call, CallEvent::Reoffer { sdp }),
            _ => SipEvent::Call(call, CallEvent::Ended(EndReason::RemoteHangup)),
        };
        self.world.sip(event);
    }

    fn sound(&mut self) {
        let call = self.call();
        let event = match self.dice.random_range(0..6) {
            5 => MediaEvent::Silent(self.dice.random()),
            0 => MediaEvent::Failed(MediaError::Device("none".to_owned())),
            1 => MediaEvent::Stats(CallStats::default()),
            2 => MediaEvent::Stopped,
            _ => {
                let address = format!("127.0.0.{}:20000", self.dice.random_range(1..4));
                MediaEvent::Prepared(address.parse().unwrap())
            }
        };
        self.world.feed(Input::Media(call, event));
    }
}

#[test]
fn nothing_panics_and_nobody_waits_for_ever() {
    let mut seen = Seen::default();
    for seed in 0..200 {
        let mut chaos = Chaos::new(seed);
        for _ in 0..600 {
            chaos.step();
        }
        // Whoever still waits does so for a card or for the sound; both have an end.
        for call in chaos.calls.clone() {
            let failed = MediaEvent::Failed(MediaError::Device("none".to_owned()));
            chaos.world.feed(Input::Media(call, failed));
        }
        chaos.world.later(Duration::from_secs(60));
        let answered = |id: &RequestId| {
            chaos.world.said.iter().any(|o| matches!(o, Output::Reply(of, _) if of == id))
        };
        let waiting: Vec<_> = chaos.asked.iter().filter(|id| !answered(id)).collect();
        assert!(waiting.is_empty(), "seed {seed}: {waiting:?}");
        chaos.world.feed(Input::Quit);
        let live = chaos.world.core.snapshot().calls.into_iter();
        assert!(live.into_iter().all(|call| call.state == CallState::Ended), "seed {seed}");
        seen.held += chaos.seen.held;
        seen.heard += chaos.seen.heard;
        seen.paid += chaos.seen.paid;
        seen.asks += chaos.seen.asks;
    }
    let Seen { held, heard, paid, asks } = seen;
    println!("{held} calls seen held, {heard} times heard, {paid} paid calls, {asks} questions");
    assert!(held > 100 && heard > 100 && paid > 100 && asks > 100);
}
