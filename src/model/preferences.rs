//! How the window looks and behaves: what a person sets on its settings page. Accounts, devices
//! and rules for calls are elsewhere; nothing here changes what is sent or shown of anybody.

use serde::{Deserialize, Serialize};

/// What is set. What a file does not name is as it is without one.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Preferences {
    /// The language's tag (BCP 47); that of the session when none is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Light or dark.
    pub theme: Theme,
    /// How large everything is.
    pub scale: Scale,
    /// The text alone larger.
    pub large_text: bool,
    /// Nothing slides, spins or blinks.
    pub reduced_motion: bool,
    /// How the time of day is written.
    pub hours: Hours,
    /// Closing the window leaves the program in the tray, where there is one; so it is when
    /// nothing is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub close_to_tray: Option<bool>,
    /// What the desktop tells of.
    pub notifications: Notifications,
    /// Keys for media and a headset's answer calls, mute and hang up; so it is when nothing is
    /// set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_keys: Option<bool>,
}

/// What the desktop tells of while nobody looks at the window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Notifications {
    /// New messages.
    pub messages: bool,
    /// With their text; else only from whom.
    pub text: bool,
    /// Calls that ring.
    pub calls: bool,
    /// Calls that were missed.
    pub missed: bool,
}

impl Default for Notifications {
    fn default() -> Self {
        Self { messages: true, text: true, calls: true, missed: true }
    }
}

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// As the system says.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// How the time of day is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Hours {
    /// As the session's region does.
    #[default]
    System,
    /// Twice twelve.
    Twelve,
    /// Twenty-four.
    TwentyFour,
}

/// How large everything is, in percent of the screen's own scale: 75 to 200.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct Scale(u16);

/// One thing set otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The language's tag; none for that of the session.
    Language(Option<String>),
    /// Light or dark.
    Theme(Theme),
    /// How large everything is.
    Scale(Scale),
    /// The text alone larger.
    LargeText(bool),
    /// Nothing slides, spins or blinks.
    ReducedMotion(bool),
    /// How the time of day is written.
    Hours(Hours),
    /// Closing the window leaves the program in the tray.
    CloseToTray(bool),
    /// What the desktop tells of.
    Notifications(Notifications),
    /// Keys for media and a headset's control calls.
    MediaKeys(bool),
}

impl Preferences {
    /// The same with one thing set otherwise.
    pub fn with(mut self, change: Change) -> Self {
        match change {
            Change::Language(tag) => self.language = tag,
            Change::Theme(theme) => self.theme = theme,
            Change::Scale(scale) => self.scale = scale,
            Change::LargeText(on) => self.large_text = on,
            Change::ReducedMotion(on) => self.reduced_motion = on,
            Change::Hours(hours) => self.hours = hours,
            Change::CloseToTray(on) => self.close_to_tray = Some(on),
            Change::Notifications(set) => self.notifications = set,
            Change::MediaKeys(on) => self.media_keys = Some(on),
        }
        self
    }

    /// Closing the window leaves the program in the tray.
    pub fn closes_to_tray(&self) -> bool {
        self.close_to_tray.unwrap_or(true)
    }

    /// Whether keys for media and a headset's control calls.
    pub fn media_keys(&self) -> bool {
        self.media_keys.unwrap_or(true)
    }
}

/// Not between 75 and 200.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("The scale of the window is from 75 to 200 percent, not {0}.")]
pub struct ScaleError(pub u16);

impl Scale {
    /// What the page offers.
    pub const STEPS: [Self; 6] = [Self(75), Self(90), Self(100), Self(125), Self(150), Self(200)];

    /// A factor for the window: 1.0 is the screen's own scale.
    pub fn factor(self) -> f32 {
        f32::from(self.0) / 100.0
    }

    /// In percent.
    pub fn percent(self) -> u16 {
        self.0
    }
}

impl Default for Scale {
    fn default() -> Self {
        Self(100)
    }
}

impl TryFrom<u16> for Scale {
    type Error = ScaleError;

    fn try_from(percent: u16) -> Result<Self, ScaleError> {
        if (75..=200).contains(&percent) { Ok(Self(percent)) } else { Err(ScaleError(percent)) }
    }
}

impl From<Scale> for u16 {
    fn from(scale: Scale) -> Self {
        scale.0
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_not_named_is_as_without_a_file() {
        let set: Preferences =
            serde_json::from_str(r#"{"theme":"dark","large_text":true}"#).unwrap();
        assert_eq!(set.theme, Theme::Dark);
        assert!(set.large_text && !set.reduced_motion);
        let text = serde_json::to_string(&set).unwrap();
        assert_eq!(serde_json::from_str::<Preferences>(&text).unwrap(), set);
        assert!(serde_json::from_str::<Preferences>(r#"{"scale":20}"#).is_err());
        assert!(serde_json::from_str::<Preferences>(r#"{"colour":"mauve"}"#).is_err());
    }
}
