//! What tests share.

pub mod correlation;
