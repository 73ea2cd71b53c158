//! The telephony side. Protocol machines are pure: messages, time and randomness in; messages,
//! timers and events out. `actor` and `transport` own sockets, TLS, DNS and the clock.

pub mod actor;
pub mod agent;
mod body;
mod call;
mod command;
mod debug;
pub mod dialog;
pub mod digest;
mod event;
mod mailbox;
pub mod message;
mod pager;
mod registration;
mod replaces;
pub mod resolve;
mod subscription;
pub(crate) mod text;
pub mod transaction;
pub mod transport;
pub mod uri;
pub mod value;
pub mod wire;

pub use command::{OutgoingMessage, PlaceCall, ReferTo, SipCommand};
pub use event::{CallEvent, IncomingCall, IncomingMessage, Registration, SipEvent};
