//! What the accounts remember of their servers' protection, on the disk (CUSAX C65, C66): one
//! file, replaced whole, for the user alone. There is no secret in it; who can write it can make
//! the program forget what it saw.

mod file;
mod keeper;

pub use file::{File, LoadNotice, load};
pub(crate) use keeper::Keeper;
