//! Photos of who is in sight: decoded where the window does not wait for them.

use iced::Task;
use tokio::sync::Semaphore;

use super::{App, Message, Page};
use crate::gui::photo::{self, Name, Round};
use crate::gui::screen::contact_with;
use crate::model::vcard::Photo;

/// A few thousand bytes can hold a large picture: so many have room in memory at once.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

impl App {
    /// Has what came into sight decoded.
    pub(super) fn fetch_photos(&self) -> Task<Message> {
        let own = self.snapshot.own_cards.iter().find_map(|card| card.photo.as_ref());
        let open = match &self.page {
            Page::Conversation(with) => contact_with(&self.snapshot, with),
            _ => None,
        };
        let mut seen: Vec<Photo> = own.into_iter().cloned().collect();
        seen.extend(open.and_then(|contact| contact.photo.clone()));
        if self.snapshot.contacts.iter().any(|contact| contact.photo.is_some()) {
            seen.extend(self.sidebar.photos(self.shared()));
        }
        seen.retain(photo::wants);
        Task::batch(
            seen.into_iter().map(|photo| {
                Task::perform(round(photo), |(name, round)| Message::Photo(name, round))
            }),
        )
    }

    pub(super) fn photo(&mut self, name: Name, round: Option<Round>) -> Task<Message> {
        photo::decoded(name, round);
        Task::none()
    }
}

/// Decodes one; what cannot be is not shown, and not tried again.
async fn round(photo: Photo) -> (Name, Option<Round>) {
    let name = photo.name();
    // It is never closed.
    let _room = AT_ONCE.acquire().await;
    let decoded = tokio::task::spawn_blocking(move || photo::decode(&photo)).await;
    let round = match decoded {
        Ok(Ok(round)) => Some(round),
        Ok(Err(error)) => {
            tracing::debug!(%error, "a photo is not shown");
            None
        }
        Err(_) => None,
    };
    (name, round)
}
