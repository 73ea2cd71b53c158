//! Accounts out of other programs' files. Reading and deciding are pure; the command line
//! (`cli`) reads the file, shows the plan and adds it when told to.

pub mod jitsi;
pub mod properties;
