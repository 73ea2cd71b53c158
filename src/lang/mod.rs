//! What the window says, in the language of the person: Fluent messages
//! (`assets/lang/LANGUAGE/ROOM.ftl`, <https://projectfluent.org>), looked up by [`tr!`](crate::tr).
//!
//! English is written first and is what the others are checked against: a test holds that every
//! language has the same messages with the same variables, and that each is used. The core, its
//! errors and the JSON-RPC face speak English; [`retold`] says in the window's language what
//! came from there.

mod catalogue;
#[cfg(test)]
mod core_texts;
mod locale;
mod retold;
#[cfg(test)]
mod tests;

use std::cell::RefCell;

pub use fluent_bundle::FluentArgs as Args;
pub use locale::{Hours, Language, Session};
pub use retold::retold;

use catalogue::Catalogue;

thread_local! {
    /// The window speaks on its own thread; a test, on its own, another language.
    static SPOKEN: RefCell<Catalogue> = RefCell::new(Catalogue::new(Language::English));
}

/// Speaks this language on this thread from now on.
pub fn speak(language: Language) {
    SPOKEN.with(|spoken| {
        if spoken.borrow().language() != language {
            *spoken.borrow_mut() = Catalogue::new(language);
        }
    });
}

/// The language of this thread.
pub fn spoken() -> Language {
    SPOKEN.with(|spoken| spoken.borrow().language())
}

/// A message without variables. It lives for ever: there is one of each in each language.
pub fn text(key: &'static str) -> &'static str {
    SPOKEN.with(|spoken| spoken.borrow_mut().text(key))
}

/// A message with its variables.
pub fn format(key: &str, args: &Args<'_>) -> String {
    SPOKEN.with(|spoken| spoken.borrow().format(key, args))
}

/// A number with this many digits after the decimal sign of the language.
pub fn number(value: f64, digits: usize) -> String {
    let plain = format!("{value:.digits$}");
    match spoken() {
        Language::English => plain,
        Language::German | Language::French => plain.replace('.', ","),
    }
}

/// A message in the language of this thread: `tr!("chat-empty")` is a `&'static str`,
/// `tr!("chat-typing", name = plain::quoted(name))` a `String`. A name from the network goes in
/// [quoted](crate::gui::plain::quoted).
#[macro_export]
macro_rules! tr {
    ($key:literal) => { $crate::lang::text($key) };
    ($key:literal, $($name:ident = $value:expr),+ $(,)?) => {{
        let mut args = $crate::lang::Args::new();
        $( args.set(stringify!($name), $value); )+
        $crate::lang::format($key, &args)
    }};
}
