//! A made-up service to show in the window, and the window driven without a display: what
//! is clicked and typed goes through the real views, and commands arrive at the other end
//! of a real handle.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

use std::sync::Arc;

use dovetail::core::command::{Finding, Parity, SecurityReport};
use dovetail::core::snapshot::Snapshot;
use dovetail::model::BareJid;
use dovetail::model::account::{
    Account, AccountKind, AccountState, Features, Overall, Security, TlsFacts, Transport,
};
use dovetail::model::call::{
    Binding, Call, CallState, CallStats, Direction, MediaDirection, MediaInfo, MediaProtection,
    Peer,
};
use dovetail::model::contact::{Can, Contact, Number, NumberSource, Subscription};
use dovetail::model::id::{AccountId, CallId};
use dovetail::model::message::{Conversation, Entry, EntryKind, MessageState};
use dovetail::model::presence::{Presence, Show};
use dovetail::model::security::Level;
use dovetail::model::time::Timestamp;

/// The moment `minutes` before `now`.
pub fn ago(now: Timestamp, minutes: i64) -> Timestamp {
    Timestamp::from_unix_millis(now.unix_millis() - minutes * 60_000)
}

/// The made-up now of the tests: 2026-03-01T11:00:00Z.
pub fn noon() -> Timestamp {
    Timestamp::parse("2026-03-01T11:00:00Z").unwrap()
}

/// Somebody's address at the made-up service.
pub fn jid(user: &str) -> BareJid {
    format!("{user}@xmpp.example.com").parse().unwrap()
}

/// A connection by TLS.
pub fn tls_security(auth: &str) -> Security {
    Security {
        transport: Transport::Tls,
        tls: Some(TlsFacts {
            version: "TLSv1.3".to_owned(),
            cipher_suite: "TLS13_AES_256_GCM_SHA384".to_owned(),
            peer_verified: true,
            ..TlsFacts::default()
        }),
        auth: auth.to_owned(),
    }
}

/// A connection in the clear.
pub fn plain_security() -> Security {
    Security { transport: Transport::Udp, tls: None, auth: "DIGEST-MD5".to_owned() }
}

/// The chat account, online.
pub fn xmpp_account() -> Account {
    Account {
        id: AccountId::new("chat"),
        kind: AccountKind::Xmpp,
        label: "Chat".to_owned(),
        address: "alice@xmpp.example.com".to_owned(),
        state: AccountState::Online,
        reason: None,
        retry_in: None,
        related_to: Some(AccountId::new("telephony")),
        security: Some(tls_security("SCRAM-SHA-256-PLUS")),
        features: Features { chat: true, presence: true, audio: false, video: false },
        reason_kind: None,
        locked: Vec::new(),
        mailbox: None,
        level: Some(Level::Bound),
        certificate: None,
        weaker: None,
    }
}

/// The telephony account, online.
pub fn sip_account() -> Account {
    Account {
        id: AccountId::new("telephony"),
        kind: AccountKind::Sip,
        label: "Telephony".to_owned(),
        address: "sip:alice@sip.example.com".to_owned(),
        related_to: Some(AccountId::new("chat")),
        security: Some(tls_security("DIGEST-SHA-256")),
        level: Some(Level::Strong),
        features: Features { chat: false, presence: false, audio: true, video: false },
        ..xmpp_account()
    }
}

/// A contact; with a number unless `number` is none.
pub fn contact(user: &str, name: &str, show: Show, status: &str, number: Option<&str>) -> Contact {
    Contact {
        account: AccountId::new("chat"),
        jid: jid(user),
        name: name.to_owned(),
        groups: Vec::new(),
        subscription: Subscription::Both,
        asks: false,
        presence: Presence { show, status: status.to_owned(), resources: Vec::new() },
        numbers: number
            .map(|uri| Number {
                uri: uri.to_owned(),
                display: uri.to_owned(),
                types: vec!["work".to_owned()],
                source: NumberSource::VcardTemp,
                verified: true,
                binding: dovetail::model::binding::BindingState::OneWay,
                since: None,
                before: None,
            })
            .into_iter()
            .collect(),
        can: Can { chat: true, audio: number.is_some(), video: false },
        chat_state: None,
        unread: 0,
        photo: None,
    }
}

/// A message with somebody.
pub fn message(with: &str, at: Timestamp, direction: Direction, body: &str) -> Arc<Entry> {
    Arc::new(Entry {
        id: format!("m-{with}-{}", at.unix_millis()),
        kind: EntryKind::Message,
        with: jid(with).to_string(),
        direction,
        at,
        body: Some(body.to_owned()),
        state: (direction == Direction::Out).then_some(MessageState::Displayed),
        reason: None,
        call: None,
    })
}

/// The same call with Carol, and another identifier.
pub fn with_carol(call: Call) -> Call {
    let peer = Peer {
        uri: "sip:carol@sip.example.com".to_owned(),
        display: "Carol".to_owned(),
        jid: Some(jid("carol").to_string()),
        why: "Verified by Carol's contact card: it names exactly this address.".to_owned(),
        ..call.peer
    };
    Call { id: CallId::new("call-2"), peer, ..call }
}

/// A call with Bob.
pub fn call(state: CallState, direction: Direction, now: Timestamp) -> Call {
    Call {
        id: CallId::new("call-1"),
        account: AccountId::new("telephony"),
        direction,
        state,
        peer: Peer {
            uri: "sip:bob@sip.example.com".to_owned(),
            display: "Bob".to_owned(),
            jid: Some(jid("bob").to_string()),
            binding: Binding::Verified,
            proof: None,
            why: "Verified by Bob's contact card: it names exactly this address.".to_owned(),
        },
        media: MediaInfo {
            codec: "opus".to_owned(),
            clock_rate: 48_000,
            srtp: MediaProtection::Sdes,
            direction: MediaDirection::Sendrecv,
        },
        stats: CallStats::default(),
        muted: false,
        started: Some(ago(now, 3)),
        answered: Some(Timestamp::from_unix_millis(now.unix_millis() - 151_000)),
        ended: None,
        end_reason: None,
        anonymous: false,
        quiet: false,
        missed: false,
        via: None,
        account_why: None,
        transfer: None,
        ask: None,
        cost: None,
        cue: None,
    }
}

/// A call that nobody has answered yet.
pub fn unanswered(state: CallState, direction: Direction, now: Timestamp) -> Call {
    Call { answered: None, media: MediaInfo::default(), ..call(state, direction, now) }
}

/// A call from a number that merely says whose it is.
pub fn claimed(now: Timestamp) -> Call {
    Call {
        id: CallId::new("call-2"),
        peer: Peer {
            uri: "sip:+15550123@gw.example.net".to_owned(),
            display: "sip:+15550123@gw.example.net".to_owned(),
            jid: Some("bob@xmpp.example.com".to_owned()),
            binding: Binding::Claimed,
            proof: None,
            why: "The call says it is bob@xmpp.example.com, whose contact card does not name \
                  this address."
                .to_owned(),
        },
        ..unanswered(CallState::Incoming, Direction::In, now)
    }
}

/// A call in the timeline.
pub fn call_entry(at: Timestamp, call: Call) -> Arc<Entry> {
    Arc::new(Entry {
        id: format!("c-{}", at.unix_millis()),
        kind: EntryKind::Call,
        with: jid("bob").to_string(),
        direction: call.direction,
        at,
        body: None,
        state: None,
        reason: None,
        call: Some(Box::new(call)),
    })
}

fn with_bob(now: Timestamp) -> Conversation {
    let talked = Call {
        state: CallState::Ended,
        answered: Some(ago(now, 80)),
        ended: Some(Timestamp::from_unix_millis(ago(now, 80).unix_millis() + 252_000)),
        ..call(CallState::Ended, Direction::Out, now)
    };
    let missed =
        Call { ended: Some(ago(now, 16)), ..unanswered(CallState::Ended, Direction::In, now) };
    let out = |at, text| message("bob", ago(now, at), Direction::Out, text);
    let back = |at, text| message("bob", ago(now, at), Direction::In, text);
    Conversation {
        with: jid("bob").into(),
        entries: vec![
            back(1_500, "See you tomorrow. The new handsets are here, by the way."),
            back(90, "Morning! Did the provider move your number?"),
            out(88, "Yes, same address for chat and calls now."),
            call_entry(ago(now, 80), talked),
            back(70, "Sound is far better than before."),
            back(
                66,
                "One thing I noticed: when I dial the old number, the gateway still sends the \
                 call to the desk phone first and only then here.\nCould you ask them?",
            ),
            out(18, "Call me when you see this"),
            call_entry(ago(now, 16), missed),
        ],
        unread: 0,
    }
}

/// Alice's service, all well.
pub fn snapshot_at(now: Timestamp) -> Snapshot {
    let contacts = [
        contact("bob", "Bob", Show::Online, "", Some("sip:bob@sip.example.com")),
        contact("carol", "Carol", Show::Away, "", Some("sip:carol@sip.example.com")),
        contact("dave", "Dave", Show::Offline, "", None),
        contact(
            "juliet",
            "Juliet",
            Show::Online,
            "On the balcony",
            Some("sip:juliet@sip.example.com"),
        ),
        contact("romeo", "Romeo", Show::Dnd, "", Some("tel:+15550177")),
    ];
    let carol = Conversation {
        with: jid("carol").into(),
        entries: vec![message(
            "carol",
            ago(now, 105),
            Direction::In,
            "Could you send me the slides before the meeting?",
        )],
        unread: 2,
    };
    Snapshot {
        me: "alice".to_owned(),
        presence: Show::Online,
        accounts: vec![xmpp_account(), sip_account()],
        overall: Overall::Online,
        security: SecurityReport::default(),
        roster_known: true,
        contacts: contacts.into_iter().map(Arc::new).collect(),
        book: Arc::default(),
        conversations: [with_bob(now), carol].into_iter().map(Arc::new).collect(),
        calls: Vec::new(),
        ..Snapshot::default()
    }
}

/// The same at the tests' now.
pub fn snapshot() -> Snapshot {
    snapshot_at(noon())
}

/// Telephony in the clear, and what is said about it.
pub fn unequal(mut snapshot: Snapshot) -> Snapshot {
    if let Some(sip) = snapshot.accounts.get_mut(1) {
        sip.security = Some(plain_security());
        sip.level = Some(Level::NoTls);
    }
    snapshot.security = SecurityReport {
        level: Parity::Mismatch,
        findings: vec![Finding {
            account: AccountId::new("telephony"),
            what: "Telephony is not encrypted on the way to the server.".to_owned(),
            advice: "Whom you call, and what you say, can be read on the way. Ask your provider \
                     for TLS."
                .to_owned(),
        }],
        difference: Some("Telephony is not encrypted, Chat is.".to_owned()),
        can_raise: true,
        ..SecurityReport::default()
    };
    snapshot
}

/// One side down.
pub fn one_down(mut snapshot: Snapshot) -> Snapshot {
    snapshot.overall = Overall::Partial;
    if let Some(sip) = snapshot.accounts.get_mut(1) {
        sip.state = AccountState::Failed;
        sip.reason = Some("sip.example.com did not answer in time.".to_owned());
        sip.retry_in = Some(16);
        sip.security = None;
        sip.level = None;
    }
    snapshot
}

/// Both sides down.
pub fn both_down(snapshot: Snapshot) -> Snapshot {
    let mut snapshot = one_down(snapshot);
    snapshot.overall = Overall::Offline;
    if let Some(chat) = snapshot.accounts.first_mut() {
        chat.state = AccountState::Failed;
        chat.reason = Some(
            "The server refused this user name or password. Check them and sign in again."
                .to_owned(),
        );
        chat.security = None;
    }
    snapshot
}
