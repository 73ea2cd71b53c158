//! Anything in any order: nothing panics, and every command gets its answer.

use rand::Rng;
use rand::rngs::StdRng;

use super::*;
use crate::media::MediaCommand;
use crate::model::call::CallStats;
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
}

impl Chaos {
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
        match self.dice.random_range(0..10) {
            0..=2 => self.command(),
            3 | 4 => self.chat(),
            5..=7 => self.telephony(),
            8 => self.sound(),
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
        let answered = |id: &RequestId, said: &[Output]| {
            said.iter()
                .any(|o| matches!(o, Output::Reply(of, _) | Output::History(of, _) if of == id))
        };
        self.asked.retain(|id| !answered(id, &self.world.said));
        self.world.said.clear();
    }

    fn command(&mut self) {
        let (who, call) = (self.who(), self.call());
        let (account, confirm) = (None, self.dice.random());
        let command = match self.dice.random_range(0..10) {
            0 => Command::Call(CallCommand::Place {
                to: who.to_string(),
                account,
                confirm,
                anonymous: false,
            }),
            1 => {
                let to = self.one(&CALLERS).to_owned();
                Command::Call(CallCommand::Place { to, account, confirm, anonymous: false })
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
            _ => Command::Presence { show: Show::Away, status: String::new() },
        };
        let id = self.world.begin(command);
        self.asked.push(id);
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
                XmppEvent::MessageState { with: who, id, state: self.one(&states) }
            }
            10 => XmppEvent::Presence(PresenceUpdate {
                from: who,
                resource: Some(self.dice.random_range(0..40).to_string()),
                show: self.one(&[Show::Online, Show::Offline]),
                status: String::new(),
                priority: self.dice.random(),
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
        let event = match self.dice.random_range(0..12) {
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
        let event = match self.dice.random_range(0..5) {
            0 => MediaEvent::Failed(MediaError::Device("none".to_owned())),
            1 => MediaEvent::Stats(CallStats::default()),
            2 => MediaEvent::Stopped,
            _ => MediaEvent::Prepared("127.0.0.1:20000".parse().unwrap()),
        };
        self.world.feed(Input::Media(call, event));
    }
}

#[test]
fn nothing_panics_and_nobody_waits_for_ever() {
    for seed in 0..200 {
        let mut chaos = Chaos {
            world: World::signed_in(Some("sip:bob@cusax.test")),
            dice: StdRng::from_seed([seed; 32]),
            asked: Vec::new(),
            calls: Vec::new(),
            messages: Vec::new(),
        };
        for _ in 0..400 {
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
    }
}
