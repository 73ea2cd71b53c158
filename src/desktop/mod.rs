//! What ties the program to the desktop around it: addresses that other programs hand
//! over. That there is one instance a profile is `cli`'s and `rpc`'s. One subject a room; what a platform lacks is left out inside of it.
//!
//! | room | what it holds |
//! | --- | --- |
//! | [`uri`] | an address from another program, read into what the window is to show (pure) |
//! | [`desk`] | the way of such wishes to the window |
//! | `autostart` | whether the session starts the program |
//! | `awake` | no sleep while somebody talks |
//! | [`folder`] | a directory shown by the desktop's program for files |
//! | [`notify`] | notifications, and what is done with them |
//! | `place` | where the window was, kept in the profile |
//! | `media_keys` | the keys of a headset, or a keyboard's for media, while there is a call |
//! | `status` | what the desktop shows of the state: unread messages, calls, the connection |
//! | `tray` | the icon in the tray, its words and its menu |

#[cfg(feature = "gui")]
pub mod autostart;
#[cfg(feature = "gui")]
pub mod awake;
pub mod desk;
pub mod folder;
#[cfg(feature = "gui")]
pub mod media_keys;
pub mod notify;
#[cfg(feature = "gui")]
pub mod place;
#[cfg(feature = "gui")]
pub mod status;
#[cfg(feature = "gui")]
pub mod tray;
pub mod uri;
