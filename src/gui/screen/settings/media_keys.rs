//! Whether the keys of a headset control calls.

use iced::Element;

use super::{Message, Prefs};
use crate::gui::widget::{sheet, switch};
use crate::model::preferences::Change;
use crate::tr;

/// The section's last part.
pub(super) fn view(prefs: Prefs<'_>) -> Element<'_, Message> {
    let set = prefs.kept.set();
    let row = switch::row_of(
        tr!("awake-media-keys"),
        tr!("awake-media-keys-hint"),
        set.media_keys(),
        |on| Message::Prefer(Change::MediaKeys(on)),
    );
    sheet::section(tr!("awake-keys"), vec![row])
}
