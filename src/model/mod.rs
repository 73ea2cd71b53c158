//! Values that every room shares. No tokio, no sockets, no clock.
//!
//! What is shown to a person or written to the JSON-RPC face (`docs/control.md`) has its
//! normative wire form here, by `serde`.

pub mod account;
pub mod address;
pub mod binding;
pub mod blocked;
pub mod book;
pub mod call;
pub mod contact;
pub mod dialing;
pub mod fault;
pub mod feature;
pub mod history;
pub mod id;
pub mod link;
pub mod message;
pub mod party;
pub mod person;
pub mod preferences;
pub mod presence;
pub mod refusal;
pub mod relation;
pub mod secret;
pub mod security;
pub mod signals;
pub mod sound;
pub mod telephony;
pub mod time;
pub mod vcard;
pub mod work;

pub use xmpp_parsers::jid::{BareJid, FullJid, Jid};
