//! What ties the program to the desktop around it: one instance a profile, addresses that other
//! programs hand over. One subject a room; what a platform lacks is left out inside of it.
//!
//! | room | what it holds |
//! | --- | --- |
//! | [`uri`] | an address from another program, read into what the window is to show (pure) |
//! | [`desk`] | the way of such wishes to the window |

pub mod desk;
pub mod uri;
