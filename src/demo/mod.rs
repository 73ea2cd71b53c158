//! `dovetail --demo`: real servers on this machine, two live contacts, and the profile of a
//! user who knows them: empty, so that an address and a password sign in to both sides as at any
//! provider, or with both accounts in it. One contact answers chats with a reply and calls with an echo; the
//! other calls a minute after it sees the user come online.

mod chime;
mod contact;

use std::io;
use std::path::{Path, PathBuf};

use self::contact::{Contact, Manners};
use crate::config::{Audio, Profile, ProfileError};
use crate::lab::provider::Provider;
use crate::lab::{ConfigOptions, Digest, Lab, LabError, User};
use crate::media;

/// The user's own name in the demo.
const ME: &str = "alice";
/// What the demo's provider calls itself.
const SERVICE: &str = "Dovetail demo";

/// A running demo. Dropping it ends the servers and contacts and removes their files.
pub struct Demo {
    // Dropped in this order: contacts go before their servers.
    contacts: Vec<Contact>,
    profile: PathBuf,
    silent: bool,
    signed_in: bool,
    provider: Provider,
    lab: Lab,
}

/// What is typed into the first page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// The address.
    pub address: String,
    /// The password, which is no secret.
    pub password: String,
}

/// Why the demo does not run.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// A server did not start.
    #[error(transparent)]
    Lab(#[from] LabError),
    /// The directory holds accounts that are not the demo's to replace.
    #[error("{} is a profile already. The demo needs a directory of its own.", .0.display())]
    Taken(PathBuf),
    /// A profile's directory could not be made.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// A profile could not be written or a contact not be started.
    #[error("The demo could not be set up: {0}")]
    Io(#[from] io::Error),
}

impl Demo {
    /// Starts servers and contacts. The user's profile is made in `directory`, where it stays;
    /// with none, among the demo's own files. With `signed_in` both accounts are in it; else it
    /// leads to the demo's provider alone, as [`Demo::example`] says.
    ///
    /// # Errors
    /// When a server is missing or does not start, files cannot be written, or `directory` is
    /// somebody's profile already.
    pub async fn start(directory: Option<&Path>, signed_in: bool) -> Result<Self, DemoError> {
        if let Some(taken) = directory.filter(|directory| directory.join("config.toml").exists()) {
            return Err(DemoError::Taken(taken.to_owned()));
        }
        let lab = Lab::builder()
            .sip_digest(Digest::Sha256)
            .user(user(ME, "Alice").contact("bob").contact("carol").contact("dave"))
            .user(user("bob", "Bob").contact(ME).contact("carol"))
            .user(user("carol", "Carol").contact(ME).contact("bob"))
            // Somebody who is away and has no telephone.
            .user(
                User::new("dave", &password("dave")).display_name("Dave").without_sip().contact(ME),
            )
            .start()
            .await?;
        let silent = is_silent().await;
        let profiles = lab.directory().join("profiles");
        let profile = directory.map_or_else(|| profiles.join(ME), Path::to_owned);
        let device = if silent { "null" } else { "default" };
        let provider = lab.provider(SERVICE).await?;
        match signed_in {
            true => write_profile(&lab, ME, &profile, (device, device))?,
            false => write_empty_profile(&provider, &profile, device)?,
        }
        let notes = lab.directory().join("chime.wav");
        chime::write(&notes)?;
        let (bob, carol) = (profiles.join("bob"), profiles.join("carol"));
        write_profile(&lab, "bob", &bob, ("echo", "null"))?;
        write_profile(&lab, "carol", &carol, (&format!("file:{}", notes.display()), "null"))?;
        let me = format!("{ME}@{}", lab.domain());
        let contacts = vec![
            Contact::start(&bob, Manners { calls: None, ..Manners::bob() })?,
            Contact::start(&carol, Manners { calls: Some(me), ..Manners::carol() })?,
        ];
        Ok(Self { contacts, profile, silent, signed_in, provider, lab })
    }

    /// The user's profile.
    pub fn profile(&self) -> &Path {
        &self.profile
    }

    /// What the user types to sign in; none where that is done.
    pub fn example(&self) -> Option<Example> {
        let address = format!("{ME}@{}", self.lab.domain());
        (!self.signed_in).then(|| Example { address, password: password(ME) })
    }

    /// What to tell the user before the window opens.
    pub fn welcome(&self) -> String {
        let mut text = "You are Alice. Bob answers what you write, and calls with an echo of \
                        your voice.\nCarol calls you in a minute."
            .to_owned();
        if let Some(Example { address, password }) = self.example() {
            text.push_str(&format!(
                "\n\nType {address} and the password {password} into the window: the demo's \
                 provider sets up chat and telephony. A link does in place of the address:\n{}\n",
                self.provider.link(ME),
            ));
        }
        if self.silent {
            text.push_str(
                "\nThere is no sound device on this machine: calls connect, but are silent.",
            );
        }
        text
    }

    /// Ends everything in order.
    pub async fn stop(self) {
        for contact in self.contacts {
            contact.stop().await;
        }
    }
}

fn user(name: &str, display: &str) -> User {
    let address = format!("sip:{name}@cusax.test");
    User::new(name, &password(name)).display_name(display).tel(address.as_str())
}

fn password(name: &str) -> String {
    format!("{name}-demo")
}

/// Whether a call could have no sound here.
async fn is_silent() -> bool {
    let probe = || media::device::probe(&Audio::default());
    let found = tokio::task::spawn_blocking(probe).await;
    if let Ok(Err(error)) = &found {
        tracing::info!(%error, "the demo goes without sound");
    }
    !matches!(found, Ok(Ok(())))
}

/// Writes a user's profile, with these devices as microphone and loudspeaker.
fn write_profile(
    lab: &Lab,
    user: &str,
    directory: &Path,
    (input, output): (&str, &str),
) -> Result<(), DemoError> {
    Profile::at(directory).create()?;
    let options = ConfigOptions {
        srtp: "required",
        input: input.to_owned(),
        output: output.to_owned(),
        ..ConfigOptions::default()
    };
    std::fs::write(directory.join("config.toml"), lab.config_toml(user, &options)?)?;
    Ok(())
}

/// Writes a profile without accounts, from which an address of the demo's domain leads to its
/// provider.
fn write_empty_profile(
    provider: &Provider,
    directory: &Path,
    device: &str,
) -> Result<(), DemoError> {
    Profile::at(directory).create()?;
    let (input, output) = (device.to_owned(), device.to_owned());
    let options = ConfigOptions { input, output, ..ConfigOptions::default() };
    std::fs::write(directory.join("config.toml"), provider.config_toml(&options))?;
    Ok(())
}
