//! The JSON-RPC face (`docs/control.md`): one object a line, on standard input and output or
//! on the instance's socket. `method` reads commands, `wire` frames them, `server` serves a
//! connection, `socket` is where an instance is found, `client` makes one call.

pub mod client;
mod lines;
mod method;
pub mod server;
pub mod socket;
mod wire;
