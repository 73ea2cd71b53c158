//! The messages of one language.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use fluent_bundle::{FluentArgs, FluentBundle, FluentResource};

use super::Language;

/// One room's messages in each language, in the order of [`Language::ALL`].
macro_rules! room {
    ($name:literal) => {
        [
            include_str!(concat!("../../assets/lang/en/", $name, ".ftl")),
            include_str!(concat!("../../assets/lang/de/", $name, ".ftl")),
            include_str!(concat!("../../assets/lang/fr/", $name, ".ftl")),
        ]
    };
}

/// What the core says, as [`super::retold`] knows it.
pub(super) const CORE: [&str; 3] = room!("core");

/// All rooms.
pub(super) const ROOMS: &[[&str; 3]] = &[
    room!("accounts"),
    room!("awake"),
    room!("book"),
    room!("calls"),
    room!("chat"),
    CORE,
    room!("details"),
    room!("diagnostics"),
    room!("history"),
    room!("keys"),
    room!("notify"),
    room!("protection"),
    room!("rules"),
    room!("settings"),
    room!("sidebar"),
    room!("sign-in"),
    room!("sound"),
    room!("states"),
    room!("tray"),
    room!("words"),
];

type Resources = Vec<Arc<FluentResource>>;

static ENGLISH: LazyLock<Resources> = LazyLock::new(|| parsed(0));
static GERMAN: LazyLock<Resources> = LazyLock::new(|| parsed(1));
static FRENCH: LazyLock<Resources> = LazyLock::new(|| parsed(2));

/// Messages without variables, once made: as many as there are, in each language.
static MADE: LazyLock<Mutex<HashMap<(Language, &'static str), &'static str>>> =
    LazyLock::new(Mutex::default);

/// The messages of one language, for one thread.
pub(super) struct Catalogue {
    language: Language,
    bundle: FluentBundle<Arc<FluentResource>>,
    made: HashMap<&'static str, &'static str>,
}

impl Catalogue {
    pub(super) fn new(language: Language) -> Self {
        let resources = match language {
            Language::English => &ENGLISH,
            Language::German => &GERMAN,
            Language::French => &FRENCH,
        };
        let mut bundle = FluentBundle::new(vec![language.identifier()]);
        // Names are set apart where they are put in (`plain::quoted`), and only when their
        // direction can differ: marks around every number would only be in the way.
        bundle.set_use_isolating(false);
        for resource in resources.iter() {
            if let Err(errors) = bundle.add_resource(Arc::clone(resource)) {
                tracing::error!(?errors, "messages are there twice");
            }
        }
        Self { language, bundle, made: HashMap::new() }
    }

    pub(super) fn language(&self) -> Language {
        self.language
    }

    pub(super) fn text(&mut self, key: &'static str) -> &'static str {
        if let Some(made) = self.made.get(key) {
            return made;
        }
        let mut all = MADE.lock().unwrap_or_else(PoisonError::into_inner);
        let made: &'static str = match all.get(&(self.language, key)).copied() {
            Some(made) => made,
            None => {
                let made = Box::leak(self.said(key, None).into_boxed_str());
                all.insert((self.language, key), made);
                made
            }
        };
        self.made.insert(key, made);
        made
    }

    pub(super) fn format(&self, key: &str, args: &FluentArgs<'_>) -> String {
        self.said(key, Some(args))
    }

    /// What has no message says its key: a test finds it before a person does.
    fn said(&self, key: &str, args: Option<&FluentArgs<'_>>) -> String {
        let Some(pattern) = self.bundle.get_message(key).and_then(|message| message.value()) else {
            tracing::error!(key, "there is no such message");
            return key.to_owned();
        };
        let mut errors = Vec::new();
        let said = self.bundle.format_pattern(pattern, args, &mut errors).into_owned();
        if !errors.is_empty() {
            tracing::error!(key, ?errors, "a message is not whole");
        }
        said
    }
}

/// The resources of a language; what is wrong in a file costs that message only.
fn parsed(language: usize) -> Resources {
    let texts = ROOMS.iter().filter_map(|room| room.get(language));
    let parse = |text: &&str| {
        FluentResource::try_new((*text).to_owned()).unwrap_or_else(|(resource, errors)| {
            tracing::error!(?errors, "a file of messages is not well written");
            resource
        })
    };
    texts.map(|text| Arc::new(parse(text))).collect()
}
