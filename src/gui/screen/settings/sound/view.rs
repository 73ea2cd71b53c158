//! How the section looks: each device with what can be picked and how it is tried.

use iced::widget::{Row, column, container, row, space};
use iced::{Alignment, Element, Length};

use super::{Control, Listed, Message, Sound, Way};
use crate::config::AS_OUTPUT;
use crate::core::command::Device;
use crate::core::snapshot::Snapshot;
use crate::gui::icon;
use crate::gui::plain;
use crate::gui::screen::Shared;
use crate::gui::theme::{self, Button, Tone, step};
use crate::gui::widget::pick::{self, Item};
use crate::gui::widget::{body, button, chip, sheet, small, switch};
use crate::model::call::CallState;
use crate::model::sound::{AudioTest, TestKind, TestState, Volume};
use crate::tr;

/// The most devices that are offered each way.
const MOST: usize = 32;
/// The level's height in logical pixels.
const LEVEL: f32 = 8.0;

/// The section.
pub(in crate::gui::screen::settings) fn view<'a>(
    page: &'a Sound,
    shared: Shared<'a>,
) -> Vec<Element<'a, Message>> {
    let snapshot = shared.snapshot;
    let Some(Listed { inputs, outputs, ringers }) = &page.devices else {
        let looking = sheet::remark(tr!("settings-devices-looking"));
        let told = page.asked.at(&Control::Devices);
        return vec![sheet::boxed(vec![sheet::told(looking, told, Message::List)])];
    };
    let input = vec![choice(page, Way::In, inputs), level(page), record(page, shared)];
    let output = vec![choice(page, Way::Out, outputs), tried(page, shared, TestKind::Output)];
    let mut rings = vec![ringing(page, snapshot)];
    if snapshot.ringing.on {
        rings.push(volume(snapshot.ringing.volume));
        let name = container(body(tr!("sound-ringer")))
            .padding(iced::Padding::from([step::XXS, step::S]).top(step::S));
        rings.push(column![name, choice(page, Way::Ringer, ringers)].into());
        rings.push(tried(page, shared, TestKind::Ringer));
    }
    vec![
        sheet::section(tr!("settings-microphone"), input),
        sheet::section(tr!("settings-loudspeaker"), output),
        sheet::section(tr!("sound-ring-tone"), rings),
        sheet::boxed(vec![sheet::remark(tr!("sound-kept"))]),
    ]
}

/// The devices of one way, and what is said of the choice.
fn choice<'a>(page: &'a Sound, way: Way, devices: &'a [Device]) -> Element<'a, Message> {
    let lines = devices.iter().take(MOST).map(|device| line(way, device));
    sheet::told(column(lines), page.asked.at(&Control::Device(way)), Message::List)
}

fn line<'a>(way: Way, device: &Device) -> Element<'a, Message> {
    let name = match device.name.as_str() {
        "default" => tr!("settings-of-system").to_owned(),
        "null" => tr!("settings-no-device").to_owned(),
        AS_OUTPUT if way == Way::Ringer => tr!("sound-as-loudspeaker").to_owned(),
        name if device.missing => tr!("sound-missing", name = plain::quoted(name)),
        name => plain::line(name),
    };
    let choose = Message::Device(way, device.name.clone());
    switch::choice_named(name, device.current, choose)
}

/// A line with what it is for, and what can be done; below it where there is no room.
fn acts<'a>(
    name: &'a str,
    hint: &'a str,
    buttons: Vec<Element<'a, Message>>,
    narrow: bool,
) -> Element<'a, Message> {
    let words = column![body(name), small(hint)].width(Length::Fill);
    let buttons = Row::with_children(buttons).spacing(step::XS);
    if narrow {
        return sheet::padded(column![words, buttons].spacing(step::XS));
    }
    sheet::padded(row![words, buttons].spacing(step::M).align_y(Alignment::Center))
}

/// How loud the microphone is now.
fn level<'a>(page: &Sound) -> Element<'a, Message> {
    if let Some(trouble) = &page.trouble {
        let words = plain::told(trouble);
        return sheet::padded(chip::fact(Tone::Bad, &icon::WARNING, words, None));
    }
    let loud = (page.level.clamp(0.0, 1.0) * 1_000.0).round();
    let part = |portion: f32| Length::FillPortion((portion as u16).max(1));
    let filled = container(space().height(Length::Fixed(LEVEL)))
        .width(part(loud))
        .style(theme::level(Tone::Accent));
    let bar = row![filled, space().width(part(1_000.0 - loud))];
    let bar = container(bar).width(Length::Fill).style(theme::level_ground);
    sheet::padded(column![small(tr!("sound-level")), bar].spacing(step::XS))
}

/// The test of this kind, while it runs or when it was the last.
fn shown(snapshot: &Snapshot, kind: TestKind) -> Option<&AudioTest> {
    snapshot.audio_test.as_ref().filter(|test| test.kind == kind)
}

/// Why nothing can be tried now.
fn hindered(snapshot: &Snapshot) -> Option<&'static str> {
    let is_on = snapshot.calls.iter().any(|call| call.state != CallState::Ended);
    is_on.then(|| tr!("sound-in-call"))
}

fn stop<'a>() -> Element<'a, Message> {
    button::words(Button::Quiet, tr!("sound-stop"), Some(Message::Stop))
}

/// Recording and hearing oneself.
fn record<'a>(page: &'a Sound, shared: Shared<'a>) -> Element<'a, Message> {
    let (snapshot, narrow) = (shared.snapshot, shared.narrow);
    let (kind, why) = (TestKind::Record, hindered(snapshot));
    let begin = why.is_none().then_some(Message::Test(kind));
    let name = tr!("sound-record");
    let line = match shown(snapshot, kind).map(|test| test.state) {
        Some(TestState::Recording) => {
            let hear = button::words(Button::Primary, tr!("sound-hear"), Some(Message::Hear));
            acts(name, tr!("sound-recording"), vec![hear, stop()], narrow)
        }
        Some(TestState::Playing) => acts(name, tr!("sound-hearing"), vec![stop()], narrow),
        Some(TestState::Ended | TestState::Failed) | None => {
            let begin = button::words(Button::Quiet, tr!("sound-record-now"), begin);
            acts(name, why.unwrap_or_else(|| tr!("sound-record-hint")), vec![begin], narrow)
        }
    };
    said(page, snapshot, kind, line)
}

/// Trying what is heard: the loudspeaker, or the ring tone.
fn tried<'a>(page: &'a Sound, shared: Shared<'a>, kind: TestKind) -> Element<'a, Message> {
    let snapshot = shared.snapshot;
    let why = hindered(snapshot);
    let (name, hint, label) = match kind {
        TestKind::Ringer => {
            (tr!("sound-try-ring"), tr!("sound-try-ring-hint"), tr!("sound-ring-now"))
        }
        _ => (tr!("sound-try"), tr!("sound-try-hint"), tr!("sound-play")),
    };
    let is_on = shown(snapshot, kind).is_some_and(AudioTest::runs);
    let begin = why.is_none().then_some(Message::Test(kind));
    let act = if is_on { stop() } else { button::words(Button::Quiet, label, begin) };
    let line = acts(name, why.unwrap_or(hint), vec![act], shared.narrow);
    said(page, snapshot, kind, line)
}

/// What became of a test, below it.
fn said<'a>(
    page: &'a Sound,
    snapshot: &'a Snapshot,
    kind: TestKind,
    line: Element<'a, Message>,
) -> Element<'a, Message> {
    let reason = shown(snapshot, kind).and_then(|test| {
        let tone = if test.state == TestState::Failed { Tone::Bad } else { Tone::Warn };
        test.reason.as_ref().map(|reason| (tone, reason))
    });
    let reason = reason.map(|(tone, reason)| {
        sheet::padded(chip::fact(tone, &icon::WARNING, plain::told(reason), None))
    });
    let told = page.asked.at(&Control::Test(kind));
    sheet::told(column![line].push(reason), told, Message::List)
}

fn ringing<'a>(page: &'a Sound, snapshot: &'a Snapshot) -> Element<'a, Message> {
    let (name, hint) = (tr!("sound-rings"), tr!("sound-rings-hint"));
    let line = switch::row_of(name, hint, snapshot.ringing.on, Message::Rings);
    sheet::told(line, page.asked.at(&Control::Ringing), Message::List)
}

fn volume<'a>(set: Volume) -> Element<'a, Message> {
    let items = Volume::ALL.map(|volume| {
        let name = match volume {
            Volume::Soft => tr!("sound-soft"),
            Volume::Medium => tr!("sound-medium"),
            Volume::Loud => tr!("sound-loud"),
        };
        Item::new(name, volume == set, Message::Volume(volume))
    });
    let picks = pick::row_of(items);
    sheet::padded(column![body(tr!("sound-volume")), picks].spacing(step::XS))
}
