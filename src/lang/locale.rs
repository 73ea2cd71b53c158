//! Which language and which hours a session wants.

use serde::{Deserialize, Serialize};
use unic_langid::{LanguageIdentifier, langid};

/// A language that the window speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Language {
    /// English, which is written first.
    #[default]
    #[serde(rename = "en")]
    English,
    /// German.
    #[serde(rename = "de")]
    German,
    /// French.
    #[serde(rename = "fr")]
    French,
}

/// How the time of day is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Hours {
    /// `18:05`
    #[default]
    TwentyFour,
    /// `6:05 pm`
    Twelve,
}

/// What the session wants where nobody chose otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Session {
    /// Its language.
    pub language: Language,
    /// How it writes the time of day.
    pub hours: Hours,
}

impl Session {
    /// Asks the system.
    pub fn read() -> Self {
        Self { language: Language::of_session(), hours: Hours::of_session() }
    }
}

/// Regions where the day has twice twelve hours (CLDR, `hours` data, preferred `h`), those whose
/// languages the window speaks.
const TWELVE: [&str; 9] = ["US", "CA", "AU", "NZ", "IN", "PH", "PK", "SG", "HK"];

impl Language {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::English, Self::German, Self::French];

    /// Its tag (BCP 47).
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::French => "fr",
        }
    }

    /// The language of a tag that is one of [`Language::tag`].
    pub fn of_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.tag() == tag)
    }

    /// Its name in itself.
    pub fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::German => "Deutsch",
            Self::French => "Français",
        }
    }

    pub(super) fn identifier(self) -> LanguageIdentifier {
        match self {
            Self::English => langid!("en"),
            Self::German => langid!("de"),
            Self::French => langid!("fr"),
        }
    }

    /// The first of these locales that the window speaks, else English.
    pub fn of(locales: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let speaks = |locale: LanguageIdentifier| {
            Self::ALL.into_iter().find(|one| one.identifier().language == locale.language)
        };
        locales.into_iter().find_map(|locale| speaks(parsed(locale.as_ref())?)).unwrap_or_default()
    }

    /// What the session asks for.
    pub fn of_session() -> Self {
        Self::of(sys_locale::get_locales())
    }
}

impl Hours {
    /// Those of a locale, by its region.
    pub fn of(locale: &str) -> Self {
        let region = parsed(locale).and_then(|locale| locale.region);
        match region {
            Some(region) if TWELVE.contains(&region.as_str()) => Self::Twelve,
            _ => Self::TwentyFour,
        }
    }

    /// What the session asks for: POSIX has a locale of its own for times.
    pub fn of_session() -> Self {
        let mut named =
            ["LC_ALL", "LC_TIME"].into_iter().filter_map(|name| std::env::var(name).ok());
        let named = named.find(|locale| !locale.is_empty());
        named.or_else(sys_locale::get_locale).map_or_else(Self::default, |locale| Self::of(&locale))
    }
}

/// A locale as the system names it (`de_AT.UTF-8`) or as a tag.
fn parsed(locale: &str) -> Option<LanguageIdentifier> {
    let tag = locale.split(['.', '@']).next().unwrap_or_default();
    tag.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_that_is_spoken_is_taken() {
        assert_eq!(Language::of(["fr_CA.UTF-8", "de"]), Language::French);
        assert_eq!(Language::of(["nl-NL", "de-AT", "en"]), Language::German);
        assert_eq!(Language::of(["C", "", "xx-"]), Language::English);
        assert_eq!(Language::of(Vec::<String>::new()), Language::English);
    }

    #[test]
    fn hours_are_those_of_the_region() {
        assert_eq!(Hours::of("en_US.UTF-8"), Hours::Twelve);
        for locale in ["en_GB.UTF-8", "de_DE", "C", "", "en"] {
            assert_eq!(Hours::of(locale), Hours::TwentyFour, "{locale}");
        }
    }
}
