//! Dovetail: chat over XMPP and calls over SIP with the same contacts, in one window (CUSAX,
//! RFC 7081).
//!
//! Pure core, thin shells. Only [`core`] knows that XMPP and SIP both exist; only shells know
//! sockets, clocks, disks, sound cards or windows. Commands go in, events and one snapshot
//! come out, and the three faces (window, headless, rpc) see the same.
//!
//! | room | what it holds |
//! | --- | --- |
//! | [`model`] | values without tokio: identifiers, addresses, contact, call, message, account |
//! | [`core`] | the one truth shown: roster, links, chats, calls |
//! | [`book`] | the address book's files, their merging, the search (pure) |
//! | [`xmpp`], [`sip`] | one actor an account; the protocol machines inside are pure |
//! | [`sdp`], [`media`] | offer and answer to a plan; the plan to sound |
//! | [`store`], [`secrets`], [`config`] | history, passwords, settings |
//! | [`hub`] | the one task that owns the core and every handle |
//! | [`headless`], [`rpc`], `gui` | the three faces; [`cli`] starts one of them |
//! | [`desktop`] | the desktop around the program: addresses handed over |
//! | `lang` | what the window says, in several languages |
//! | [`tls`], [`trust`] | one policy for both sides; what was seen of servers before |
//! | [`provisioning`] | accounts and rules out of a provider's document |
//! | [`import`] | accounts out of other programs' files |
//! | [`diagnose`] | the report for who asks for help |
//! | [`check`] | what an account or a provider's service is like, tested from outside |
//! | [`lab`], [`demo`] | real servers on loopback, for the tests and for a newcomer |

pub mod book;
pub mod check;
pub mod cli;
pub mod config;
pub mod core;
pub mod demo;
pub mod desktop;
pub mod diagnose;
#[cfg(feature = "gui")]
pub mod gui;
pub mod headless;
pub mod hub;
pub mod import;
pub mod lab;
#[cfg(feature = "gui")]
pub mod lang;
pub mod media;
pub mod model;
pub mod provisioning;
pub mod rpc;
pub mod sdp;
pub mod secrets;
pub mod sip;
pub mod store;
pub mod tls;
pub mod trust;
pub mod xmpp;
