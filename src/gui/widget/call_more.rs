//! What there is to a call besides its bar: more that can be done, how the line does in figures,
//! what its lock means, and how loud it is.

use iced::widget::{Row, column, container, row, space};
use iced::{Element, Length};

use super::call_bar::{Act, Kit, Tell};
use super::line::Line;
use super::{body, button, sheet, small};
use crate::gui::icon::{self, Icon};
use crate::gui::theme::{self, Button, Tone, step};
use crate::gui::words;
use crate::lang::number;
use crate::media::meter::Levels;
use crate::model::call::{Call, MediaProtection};
use crate::tr;

/// A level's height and width in logical pixels.
const LEVEL: (f32, f32) = (24.0, 4.0);

/// What is open of a call.
#[derive(Debug, Clone, Copy, Default)]
pub struct Opened {
    /// Of what can be done.
    pub kit: Option<Kit>,
    /// Of what can be told.
    pub tell: Option<Tell>,
}

/// How loud our microphone is, and what comes.
pub fn levels<'a>(levels: Levels) -> Element<'a, Act> {
    let pair = row![level(levels.input, Tone::Accent), level(levels.output, Tone::Good)];
    button::hinted(pair.spacing(3.0), tr!("calls-levels"))
}

fn level<'a>(loud: f32, tone: Tone) -> Element<'a, Act> {
    let (height, width) = LEVEL;
    let filled = (height * loud.clamp(0.0, 1.0)).round();
    let bar = container(space().width(Length::Fixed(width)).height(Length::Fixed(filled)))
        .style(theme::level(tone));
    container(bar).align_bottom(Length::Fixed(height)).style(theme::level_ground).into()
}

/// What else can be done with a call that is on.
pub fn more<'a>(call: &Call, opened: Opened, tight: bool) -> Element<'a, Act> {
    let pick = |on| if on { Button::Primary } else { Button::Quiet };
    let tool = |glyph: &Icon, label: &'static str, kit: Kit| {
        button::labelled(pick(opened.kit == Some(kit)), glyph, label, Some(Act::Tool(kit)))
    };
    let told = |glyph: &Icon, label: &'static str, tell: Tell| {
        button::labelled(pick(opened.tell == Some(tell)), glyph, label, Some(Act::Tell(tell)))
    };
    let talks = call.answered.is_some();
    let acts = Row::new()
        .push(talks.then(|| tool(&icon::MICROPHONE, tr!("calls-devices"), Kit::Devices)))
        .push(talks.then(|| tool(&icon::PHONE, tr!("calls-add"), Kit::Add)))
        .push(talks.then(|| told(&icon::INFO, tr!("calls-figures"), Tell::Line)))
        .push(tight.then(|| told(&icon::INFO, tr!("calls-why-short"), Tell::Why)))
        .spacing(step::XS)
        .wrap()
        .vertical_spacing(step::XS);
    strip(acts, step::XS, tight)
}

/// How the line does, in figures.
pub fn figures<'a>(call: &Call, tight: bool) -> Element<'a, Act> {
    let stats = &call.stats;
    let digits = |value: f32, digits| number(f64::from(value), digits);
    let codec = words::codec(&call.media).unwrap_or_else(|| tr!("calls-figure-none").to_owned());
    let rate = number(f64::from(call.media.clock_rate) / 1000.0, 0);
    let percent = |value| tr!("calls-figure-percent", value = digits(value, 1));
    let time = |value| tr!("calls-figure-ms", value = digits(value, 0));
    let score = match stats.mos {
        0.0 => tr!("calls-figure-none").to_owned(),
        mos => tr!("calls-figure-mos", value = digits(mos, 1)),
    };
    let (sent, came) = (stats.packets_out.to_string(), stats.packets_in.to_string());
    let all = [
        (tr!("calls-figure-codec"), tr!("calls-figure-rate", codec = codec, rate = rate)),
        (tr!("calls-figure-quality"), score),
        (tr!("calls-figure-rtt"), time(stats.rtt_ms)),
        (tr!("calls-figure-jitter"), time(stats.jitter_ms)),
        (tr!("calls-figure-buffer"), time(stats.jitter_buffer_ms)),
        (tr!("calls-figure-loss"), percent(stats.loss_pct)),
        (tr!("calls-figure-concealed"), percent(stats.concealed_pct)),
        (tr!("calls-figure-packets"), tr!("calls-figure-counts", sent = sent, came = came)),
        (tr!("calls-figure-encryption"), encryption(call).to_owned()),
    ];
    let cells = all.into_iter().map(|(name, value)| {
        let cell = column![small(name), Line::body(value).strong()];
        container(cell).width(Length::Fixed(if tight { 130.0 } else { 176.0 })).into()
    });
    let cells = Row::with_children(cells).spacing(step::S).wrap().vertical_spacing(step::XS);
    closable(cells.into(), Tell::Line, tight)
}

fn encryption(call: &Call) -> &'static str {
    match call.media.srtp {
        MediaProtection::None => tr!("calls-figure-clear"),
        MediaProtection::Sdes => "SRTP, SDES",
        MediaProtection::Dtls => "SRTP, DTLS",
    }
}

/// What the lock of a call means.
pub fn lock<'a>(call: &Call, tight: bool) -> Element<'a, Act> {
    let (tone, glyph, words) = match call.media.srtp {
        MediaProtection::None => (Tone::Warn, &icon::LOCK_OPEN, tr!("calls-lock-none")),
        MediaProtection::Sdes => (Tone::Good, &icon::LOCK, tr!("calls-lock-sdes")),
        MediaProtection::Dtls => (Tone::Good, &icon::LOCK, tr!("calls-lock-dtls")),
    };
    let mark = container(glyph.sized(tone, 14.0)).padding([3.0, 0.0]);
    closable(row![mark, sheet::long(body(words))].spacing(step::XS).into(), Tell::Lock, tight)
}

fn closable<'a>(content: Element<'a, Act>, tell: Tell, tight: bool) -> Element<'a, Act> {
    let press = Some(Act::Tell(tell));
    let close = button::square(Button::Plain, &icon::CLOSE, tr!("calls-close"), press);
    let content = container(content).width(Length::Fill);
    let content = row![content, close].spacing(step::S);
    strip(content, step::XS, tight)
}

fn strip<'a>(content: impl Into<Element<'a, Act>>, above: f32, tight: bool) -> Element<'a, Act> {
    container(content)
        .padding(theme::pad(above, if tight { step::M } else { step::L }))
        .width(Length::Fill)
        .style(theme::surface)
        .into()
}
