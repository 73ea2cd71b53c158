//! How the window looks.

use iced::Element;
use iced::widget::column;

use super::view::one_of;
use super::{Message, Prefs};
use crate::gui::icon;
use crate::gui::theme::{Button, Tone, step};
use crate::gui::widget::pick::Item;
use crate::gui::widget::{button, chip, sheet, switch};
use crate::lang::Language;
use crate::model::preferences::{Change, Hours, Scale, Theme};
use crate::tr;

/// The section.
pub(super) fn view<'a>(prefs: Prefs<'a>) -> Vec<Element<'a, Message>> {
    let set = prefs.kept.set();
    let mut parts: Vec<Element<'a, Message>> = broken(prefs).into_iter().collect();
    let large = switch::row_of(
        tr!("settings-large-text"),
        tr!("settings-large-text-hint"),
        set.large_text,
        |on| Message::Prefer(Change::LargeText(on)),
    );
    let calm =
        switch::row_of(tr!("settings-calm"), tr!("settings-calm-hint"), set.reduced_motion, |on| {
            Message::Prefer(Change::ReducedMotion(on))
        });
    let scale = one_of(tr!("settings-scale"), tr!("settings-scale-hint"), scales(set.scale));
    parts.extend([
        sheet::section(
            tr!("settings-language-and-time"),
            vec![language(set.language.as_deref()), hours(set.hours)],
        ),
        sheet::section(tr!("settings-look"), vec![theme(prefs, set.theme), scale, large, calm]),
    ]);
    parts
}

/// The file that cannot be read, and what can be done about it.
fn broken<'a>(prefs: Prefs<'a>) -> Option<Element<'a, Message>> {
    let reason = prefs.kept.broken()?;
    let words = tr!("settings-broken", reason = reason);
    let aside = button::words(Button::Quiet, tr!("settings-set-aside"), Some(Message::SetAside));
    let fact = chip::fact(Tone::Warn, &icon::WARNING, words, None);
    Some(column![fact, aside].spacing(step::XS).into())
}

fn language<'a>(set: Option<&str>) -> Element<'a, Message> {
    let choose = |language: Option<Language>| {
        Message::Prefer(Change::Language(language.map(|language| language.tag().to_owned())))
    };
    let known = set.and_then(Language::of_tag);
    let system = Item::new(tr!("settings-of-system"), known.is_none(), choose(None));
    let named =
        Language::ALL.map(|one| Item::new(one.name(), known == Some(one), choose(Some(one))));
    one_of(tr!("settings-language"), "", std::iter::once(system).chain(named))
}

fn hours<'a>(set: Hours) -> Element<'a, Message> {
    let all = [
        (Hours::System, tr!("settings-of-system")),
        (Hours::TwentyFour, tr!("settings-hours-24")),
        (Hours::Twelve, tr!("settings-hours-12")),
    ];
    let items =
        all.map(|(one, name)| Item::new(name, one == set, Message::Prefer(Change::Hours(one))));
    one_of(tr!("settings-hours"), "", items)
}

fn theme<'a>(prefs: Prefs<'a>, set: Theme) -> Element<'a, Message> {
    let all = [
        (Theme::System, tr!("settings-of-system")),
        (Theme::Light, tr!("settings-light")),
        (Theme::Dark, tr!("settings-dark")),
    ];
    let items = all.map(|(one, name)| Item {
        label: name.to_owned(),
        on: one == set,
        press: (!prefs.theme_is_told).then_some(Message::Prefer(Change::Theme(one))),
    });
    let hint = if prefs.theme_is_told { tr!("settings-theme-told") } else { "" };
    one_of(tr!("settings-theme"), hint, items)
}

fn scales(set: Scale) -> impl Iterator<Item = Item<Message>> {
    let known = Scale::STEPS.contains(&set);
    let own = (!known).then_some(set);
    Scale::STEPS.into_iter().chain(own).map(move |scale| {
        let label = tr!("settings-percent", percent = scale.percent());
        Item::new(label, scale == set, Message::Prefer(Change::Scale(scale)))
    })
}
