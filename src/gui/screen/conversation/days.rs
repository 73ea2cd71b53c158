//! Going to a day: a month to choose from, and a field for who would rather type.

use iced::widget::{column, container, row, space, text_input};
use iced::{Alignment, Element, Length};
use time::{Date, Duration, Month};

use super::{bar, find};
use crate::gui::icon;
use crate::gui::screen::Shared;
use crate::gui::theme::{Button, Tone, step};
use crate::gui::widget::press::press;
use crate::gui::widget::{body, button, field, small, strong};
use crate::gui::words::Clock;
use crate::model::time::Timestamp;
use crate::tr;

/// The field for a date.
pub const DATE: &str = "date";

/// A day's side in the month.
const DAY: f32 = 36.0;

/// What is done while a day is chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Typed a date.
    Typed(String),
    /// Goes to what was typed.
    Submit,
    /// Shows another month: so many later.
    Turn(i32),
    /// Goes to a day.
    Day(Date),
}

/// The month that is shown, and what was typed.
#[derive(Debug)]
pub struct Days {
    year: i32,
    month: Month,
    chosen: Date,
    typed: String,
    wrong: Option<&'static str>,
}

impl Days {
    /// The month of a moment.
    pub fn of(at: Timestamp, clock: Clock) -> Self {
        let date = clock.date(at);
        let (year, month) = (date.year(), date.month());
        Self { year, month, chosen: date, typed: String::new(), wrong: None }
    }

    /// Takes in what was done; gives the beginning of the day that was chosen.
    pub fn update(&mut self, act: Act, clock: Clock) -> Option<Timestamp> {
        match act {
            Act::Typed(text) => {
                self.typed = text.chars().take(20).collect();
                self.wrong = None;
                None
            }
            Act::Submit => {
                let date = read(&self.typed, clock.date(clock.now).year());
                self.wrong = date.is_none().then(|| tr!("chat-days-wrong"));
                date.map(|date| clock.begins(date))
            }
            Act::Turn(months) => {
                let at = self.year * 12 + i32::from(u8::from(self.month)) - 1 + months;
                let month = u8::try_from(at.rem_euclid(12) + 1).unwrap_or(1);
                if let (Ok(month), 1..=9999) = (Month::try_from(month), at.div_euclid(12)) {
                    (self.year, self.month) = (at.div_euclid(12), month);
                }
                None
            }
            Act::Day(date) => Some(clock.begins(date)),
        }
    }

    /// What was said on that day could not be had.
    pub fn failed(&mut self) {
        self.wrong = Some(tr!("chat-days-failed"));
    }

    pub fn view(&self, shared: Shared<'_>) -> Element<'_, bar::Act> {
        let field = field::field(
            text_input(tr!("chat-days-field"), &self.typed)
                .id(DATE)
                .on_input(|text| bar::Act::Days(Act::Typed(text)))
                .on_submit(bar::Act::Days(Act::Submit))
                .width(Length::Fixed(7.0 * DAY)),
        );
        let close =
            button::square(Button::Plain, &icon::CLOSE, tr!("chat-close"), Some(bar::Act::Close));
        let wrong = self.wrong.map(|words| small(words).style(Tone::Bad.text()));
        let head = row![field, space::horizontal(), close].align_y(Alignment::Center);
        let content = column![head].push(wrong).push(self.month(shared.clock)).spacing(step::XS);
        find::frame(content, shared)
    }

    fn month(&self, clock: Clock) -> Element<'_, bar::Act> {
        let turn = |icon, hint, months| {
            button::square(Button::Plain, icon, hint, Some(bar::Act::Days(Act::Turn(months))))
        };
        let name = strong(format!("{} {}", month(self.month), self.year));
        let head = row![
            turn(&icon::CHEVRON_LEFT, tr!("chat-days-before"), -1),
            container(name).center_x(Length::Fill),
            turn(&icon::CHEVRON_RIGHT, tr!("chat-days-after"), 1),
        ]
        .align_y(Alignment::Center);
        let names = row(weekdays().map(|name| {
            container(small(name)).center(Length::Fixed(DAY)).height(Length::Fixed(20.0)).into()
        }));
        let mut grid = column![head, names].width(Length::Fixed(7.0 * DAY));
        let today = clock.date(clock.now);
        for week in weeks(self.year, self.month) {
            let days = week.map(|day| {
                let Some(date) = day else { return space().width(DAY).height(DAY).into() };
                let tone = match () {
                    () if date > today => Tone::Muted,
                    () if date == today => Tone::Accent,
                    () => Tone::Text,
                };
                let number = body(date.day().to_string()).style(tone.text());
                if date > today {
                    return container(number).center(Length::Fixed(DAY)).into();
                }
                let kind = if date == self.chosen { Button::Quiet } else { Button::Plain };
                press(container(number).center(Length::Fill))
                    .padding(0)
                    .width(DAY)
                    .height(DAY)
                    .style(kind.style())
                    .on_press(bar::Act::Days(Act::Day(date)))
                    .into()
            });
            grid = grid.push(row(days));
        }
        grid.into()
    }
}

/// The weeks of a month, each from Monday on; days of other months are left out.
fn weeks(year: i32, month: Month) -> Vec<[Option<Date>; 7]> {
    let Ok(first) = Date::from_calendar_date(year, month, 1) else { return Vec::new() };
    let before = i64::from(first.weekday().number_days_from_monday());
    let day = |number: i64| {
        let date = first.checked_add(Duration::days(number - before))?;
        (date.month() == month).then_some(date)
    };
    let week =
        |number: i64| std::array::from_fn(|at| day(number * 7 + i64::try_from(at).unwrap_or(0)));
    (0..6).map(week).filter(|week| week.iter().any(Option::is_some)).collect()
}

/// A date as people type it: `2026-03-01`, `1.3.2026`, `1/3/2026`, `1.3.` of this year.
fn read(text: &str, year: i32) -> Option<Date> {
    let parts: Vec<&str> =
        text.trim().split(['-', '.', '/', ' ']).filter(|part| !part.is_empty()).collect();
    let (year, month, day) = match parts.as_slice() {
        [year, month, day] if year.len() == 4 => (year.parse().ok()?, *month, *day),
        [day, month, year] => (year.parse().ok()?, *month, *day),
        [day, month] => (year, *month, *day),
        _ => return None,
    };
    let year = if (0..100).contains(&year) { year + 2000 } else { year };
    let month = Month::try_from(month.parse::<u8>().ok()?).ok()?;
    Date::from_calendar_date(year, month, day.parse().ok()?).ok()
}

fn weekdays() -> [&'static str; 7] {
    [
        tr!("chat-days-monday"),
        tr!("chat-days-tuesday"),
        tr!("chat-days-wednesday"),
        tr!("chat-days-thursday"),
        tr!("chat-days-friday"),
        tr!("chat-days-saturday"),
        tr!("chat-days-sunday"),
    ]
}

fn month(month: Month) -> &'static str {
    match month {
        Month::January => tr!("chat-days-january"),
        Month::February => tr!("chat-days-february"),
        Month::March => tr!("chat-days-march"),
        Month::April => tr!("chat-days-april"),
        Month::May => tr!("chat-days-may"),
        Month::June => tr!("chat-days-june"),
        Month::July => tr!("chat-days-july"),
        Month::August => tr!("chat-days-august"),
        Month::September => tr!("chat-days-september"),
        Month::October => tr!("chat-days-october"),
        Month::November => tr!("chat-days-november"),
        Month::December => tr!("chat-days-december"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn date(year: i32, month: u8, day: u8) -> Option<Date> {
        Date::from_calendar_date(year, Month::try_from(month).unwrap(), day).ok()
    }

    #[test]
    fn dates_are_read_as_people_type_them() {
        for text in ["2024-03-01", "1.3.2024", " 01/03/24 "] {
            assert_eq!(read(text, 2026), date(2024, 3, 1), "{text}");
        }
        assert_eq!(read("1.3.", 2026), date(2026, 3, 1));
        for text in ["", "today", "31.2.2024", "1", "1.13.2024", "99999-1-1"] {
            assert_eq!(read(text, 2026), None, "{text}");
        }
    }

    #[test]
    fn a_month_has_its_days_under_their_weekdays() {
        let weeks = weeks(2026, Month::March);
        // The first of March 2026 is a Sunday.
        assert_eq!(weeks[0], [None, None, None, None, None, None, date(2026, 3, 1)]);
        assert_eq!(weeks.len(), 6);
        assert_eq!(weeks.iter().flatten().flatten().count(), 31);
    }
}
