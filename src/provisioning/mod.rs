//! Sign in once: a provider's document sets up both sides (CUSAX C1–C5, RFC 7081 §3.1).
//!
//! Pure: [`document`] reads bytes, [`jrd`] a WebFinger answer, [`discovery`] says where to look
//! next, [`fetch`] what may be sent there and what comes of the answer, [`plan`] what a document
//! would change, [`refresh`] when to ask again. Edges: [`https`] (one verified request),
//! [`client`] (the walk from an address to a document), [`record`] (what was applied, on the
//! disk). `docs/provisioning.md` has the rules
//! and their tests.

pub mod client;
pub mod discovery;
pub mod document;
pub mod fetch;
pub mod https;
pub mod jrd;
mod json;
pub mod plan;
pub mod record;
pub mod refresh;
pub mod service;
pub mod status;
pub mod wizard;

pub use json::{JsonError, MAX_ARRAY, MAX_BYTES, MAX_DEPTH, MAX_TEXT};

/// The link relation of a provisioning document in a WebFinger answer. The only place where
/// it is named.
pub const REL: &str = "https://cusax.example/rel/provisioning";
/// The media type of a document.
pub const MEDIA_TYPE: &str = "application/vnd.cusax+json";
/// Where a domain keeps its document when WebFinger names none.
pub const WELL_KNOWN: &str = "/.well-known/cusax-provisioning";
