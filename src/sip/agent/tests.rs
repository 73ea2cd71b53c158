//! Two agents, or an agent and a scripted peer, over a network that loses and reorders by a
//! seed, in virtual time.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod calls;
mod flow;
mod loss;
mod mailbox;
mod mutants;
mod pager;
mod registrar;
mod registration;
mod strangers;
mod transfer;
mod world;
