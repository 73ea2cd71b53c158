//! Two agents, or an agent and a scripted peer, over a network that loses and reorders by a
//! seed, in virtual time.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod calls;
mod digits;
mod early;
mod failover;
mod flow;
mod forking;
mod identity;
mod leave;
mod loss;
mod mailbox;
mod mutants;
mod pager;
mod redirect;
mod refresh;
mod registrar;
mod registration;
mod reoffers;
mod strangers;
mod transfer;
mod world;
