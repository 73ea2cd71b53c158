//! The bar of the call in front: in sight on every screen while the call lives, and for a few
//! seconds after it ended, to say why. Below it one row for every further call.

use iced::widget::{Row, button, column, container, row, space};
use iced::{Alignment, Element, Length};

use super::call_more::{self, Opened};
use super::press::press;
use super::{line::Line, strong};
use crate::gui::icon::{self, Icon};
use crate::gui::plain;
use crate::gui::theme::{self, Button, Tone, measure, step};
use crate::gui::words::{self, Clock};
use crate::media::meter::Levels;
use crate::model::call::{Binding, Call, CallState, Direction, TransferState};
use crate::tr;

/// What can be done with a call from its bar or its row.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// Mute or unmute.
    Mute(bool),
    /// Put on hold.
    Hold,
    /// Take from hold; another call that is on is held first.
    Resume,
    /// Open or close one of the panels.
    Tool(Kit),
    /// Show or hide what else can be done.
    More,
    /// Call the other side again.
    Again,
    /// Bring the other sides of this call and of the one in front together.
    Connect,
    /// Hang up.
    HangUp,
    /// Show the conversation with the other side.
    Open,
    /// Show or hide what is known of something.
    Tell(Tell),
    /// Bring to the front.
    Front,
    /// What failed was read.
    Dismiss,
    /// How the transfer ended was read.
    Read,
}

/// What can be opened for a call that was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kit {
    /// The keypad.
    Keypad,
    /// Where it is to be sent on.
    Transfer,
    /// Microphone and loudspeaker.
    Devices,
    /// Whom to call besides.
    Add,
}

/// What can be told of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tell {
    /// Why this name stands there, and why this account calls.
    Why,
    /// How the line does, in figures.
    Line,
    /// What its lock means.
    Lock,
}

/// How a bar is to be drawn.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// The moment.
    pub clock: Clock,
    /// The other side's name stands in it.
    pub named: bool,
    /// Buttons stand on a line of their own.
    pub tight: bool,
    /// On that line there is little room.
    pub small: bool,
    /// There is room to warn in words that nothing protects the call.
    pub wide: bool,
    /// There is room to say in words what protects it.
    pub roomy: bool,
    /// What is open of it.
    pub opened: Opened,
    /// What else can be done is shown.
    pub more: bool,
    /// How loud it is.
    pub levels: Levels,
}

/// The bar of the call in front; `on` names its account where several would have done.
pub fn bar<'a>(call: &Call, look: Look, on: Option<String>) -> Element<'a, Act> {
    let ended = call.state == CallState::Ended;
    let mut content = row![].spacing(step::S).align_y(Alignment::Center);
    if let Some(since) = call.answered.filter(|_| !ended) {
        let time = look.clock.timer(since);
        // Digits differ in width: what stands beside them is not to move with every second.
        let room = if time.len() > MINUTES { TIMER_LONG } else { TIMER };
        let timer = strong(time).style(ink(call).text()).width(Length::Fixed(room));
        content = content.push(timer);
        let is_heard = call.state == CallState::Active;
        content = content.push(is_heard.then(|| call_more::levels(look.levels)));
    }
    // The lock stands before all words: it is seen however little room there is.
    content = content.push(lock(call, look));
    let name = look.named.then(|| who(call, opens(call), look.tight || !look.roomy));
    let name = name.map(|name| container(name).padding(theme::pad(0.0, 2.0)));
    let said = column![].push(name).push(facts(call, look, on)).width(Length::Fill);
    content = content.push(said);
    let side = if look.tight { step::M } else { step::L };
    let acts = if ended { again(call) } else { Some(acts(call, look)) };
    let bar = match acts {
        Some(acts) if look.tight => {
            container(column![content, acts].spacing(step::XS)).padding(theme::pad(step::S, side))
        }
        acts => {
            // As high as a bar is, or as what is said needs.
            let high = space().height(Length::Fixed(measure::BAR - 2.0 * step::XXS));
            let content = row![high, content.push(acts)].align_y(Alignment::Center);
            container(content).padding(theme::pad(step::XXS, side))
        }
    };
    bar.width(Length::Fill).style(ground(call).boxed(0.0)).into()
}

/// A call that is on is green, one that rests is not.
fn ground(call: &Call) -> Tone {
    match call.state {
        CallState::Held | CallState::HeldByPeer | CallState::Ended => Tone::Muted,
        _ => Tone::Good,
    }
}

fn ink(call: &Call) -> Tone {
    match ground(call) {
        Tone::Good => Tone::Good,
        _ => Tone::Text,
    }
}

/// A click on the name leads to the chat, where there is a contact to write to.
fn opens(call: &Call) -> Option<Act> {
    call.peer.contact().map(|_| Act::Open)
}

/// The other side's name, and what proves it.
fn who<'a>(call: &Call, on_press: Option<Act>, tight: bool) -> Element<'a, Act> {
    let name = press(Line::body(plain::line(&call.peer.display)).strong())
        .padding(0)
        .style(|theme, _| button::Style {
            text_color: theme::tokens(theme).text,
            ..button::Style::default()
        })
        .on_press_maybe(on_press);
    // However long it is, there is room for what the call does.
    let most = if tight { NAME_TIGHT } else { NAME };
    let name = Element::from(container(name).max_width(most));
    let (tone, glyph): (Tone, &Icon) = match call.peer.binding {
        Binding::Verified => (Tone::Good, &icon::CHECK),
        Binding::Claimed => (Tone::Warn, &icon::WARNING),
        Binding::None => return name,
    };
    let hint = tr!("calls-why-name");
    let mark = press(container(glyph.sized(tone, 14.0)).id(hint).center(Length::Fill))
        .padding(0)
        .width(Length::Fixed(MARK))
        .height(Length::Fixed(MARK))
        .style(Button::Plain.style())
        .on_press(Act::Tell(Tell::Why));
    let why = super::button::hinted(mark, hint);
    row![name, why].align_y(Alignment::Center).into()
}

/// The words on how the line does, which are clicked on.
pub const LINE: &str = "call-line";

/// The lock, likewise.
pub const LOCK: &str = "call-lock";

/// The length of a timer that has no hours: `02:31`.
const MINUTES: usize = 5;

/// Its room in logical pixels, whatever its digits.
const TIMER: f32 = 44.0;

/// The same with hours.
const TIMER_LONG: f32 = 62.0;

/// The most room for a name, in logical pixels.
const NAME: f32 = 240.0;

/// The same where there is little.
const NAME_TIGHT: f32 = 140.0;

/// The place of a name's proof, which is clicked on, in logical pixels.
const MARK: f32 = 32.0;

/// There is something to tell of the other side's name or of the account.
fn tells(call: &Call) -> bool {
    !call.peer.why.is_empty() || call.account_why.is_some()
}

/// Why this name stands there, and why the call goes out on this account, whose address is
/// `account` (CUSAX C9, C45).
pub fn why<'a>(call: &Call, account: &str, tight: bool) -> Element<'a, Act> {
    let (tone, glyph): (Tone, &Icon) = match call.peer.binding {
        Binding::Verified => (Tone::Good, &icon::CHECK),
        Binding::Claimed => (Tone::Warn, &icon::WARNING),
        Binding::None => (Tone::Muted, &icon::INFO),
    };
    let line = |glyph: &Icon, tone: Tone, words: String| {
        let words = super::sheet::long(super::body(words));
        row![container(glyph.sized(tone, 14.0)).padding([3.0, 0.0]), words].spacing(step::XS)
    };
    let name = plain::told(&call.peer.why);
    let name = (!name.is_empty()).then(|| line(glyph, tone, name));
    let account = plain::quoted(account);
    let words = match call.account_why.as_deref() {
        Some(why) => tr!("calls-account-why", account = account, why = plain::told(why)),
        None => tr!("calls-account", account = account),
    };
    let lines = column![].push(name).push(line(&icon::PHONE, Tone::Muted, words));
    let close = super::button::square(
        Button::Plain,
        &icon::CLOSE,
        tr!("calls-close"),
        Some(Act::Tell(Tell::Why)),
    );
    let content = row![lines.spacing(step::XXS).width(Length::Fill), close].spacing(step::S);
    container(content.align_y(Alignment::Center))
        .padding(theme::pad(step::XS, if tight { step::M } else { step::L }))
        .width(Length::Fill)
        .style(theme::surface)
        .into()
}

/// What the call does, and below it how the line does and what else is to be known; all of it,
/// in as many lines as it takes.
fn facts<'a>(call: &Call, look: Look, on: Option<String>) -> Element<'a, Act> {
    let ended = call.state == CallState::Ended;
    let told = |text: &Option<String>| {
        text.as_deref().map(plain::told).filter(|text: &String| !text.is_empty())
    };
    let line = words::line(call);
    let mut more: Vec<String> = line.map(str::to_owned).into_iter().collect();
    if ended {
        more.extend(told(&call.end_reason));
    }
    // Which account calls matters most before it is answered.
    let dials = matches!(call.state, CallState::Dialing | CallState::Ringing);
    more.extend(
        on.filter(|_| dials)
            .map(|account| tr!("calls-on-account", account = plain::quoted(&account))),
    );
    more.extend(call.cost.map(|class| words::cost(class).to_owned()));
    if !ended {
        more.extend(told(&call.cue));
        more.extend(call.anonymous.then(|| words::anonymous(call).to_owned()));
    }
    let last = more.len().saturating_sub(1);
    // A sentence that something follows has no stop of its own.
    let bare = |(at, fact): (usize, &String)| match at < last {
        true => fact.trim_end_matches('.').to_owned(),
        false => fact.clone(),
    };
    let more = more.iter().enumerate().map(bare).collect::<Vec<_>>().join(" · ");
    let state = super::heading(words::live_call(call)).style(Tone::Text.text());
    let more = (!more.is_empty()).then(|| super::small(more).style(Tone::Text.text()));
    let said = column![state].push(more);
    match line {
        Some(_) => inline(said, tr!("calls-figures"), look.opened, Tell::Line),
        None => container(said).padding(theme::pad(0.0, 2.0)).into(),
    }
}

/// What protects a call that is heard.
fn lock<'a>(call: &Call, look: Look) -> Option<Element<'a, Act>> {
    let (tone, word) = words::media_protection(&call.media);
    let glyph = if tone == Tone::Good { &icon::LOCK } else { &icon::LOCK_OPEN };
    let in_words = look.roomy || (look.wide && tone != Tone::Good);
    let lock = row![glyph.sized(tone, 14.0)]
        .push(in_words.then(|| Line::small(word).tone(tone)))
        .spacing(step::XXS + 2.0)
        .align_y(Alignment::Center);
    let codec = words::codec(&call.media).map(|codec| format!(" · {codec}"));
    let hint = format!("{word}{}", codec.unwrap_or_default());
    let hint = tr!("calls-lock-hint", what = hint);
    let shown = call.state == CallState::Active;
    shown.then(|| inline(lock, hint, look.opened, Tell::Lock))
}

/// Something within the bar's words that tells more when it is clicked on.
fn inline<'a>(
    content: impl Into<Element<'a, Act>>,
    hint: impl iced::widget::text::IntoFragment<'a>,
    opened: Opened,
    tell: Tell,
) -> Element<'a, Act> {
    let on = opened.tell == Some(tell);
    let id = if tell == Tell::Lock { LOCK } else { LINE };
    // Of one line as well it is high enough to be hit.
    let high = space().height(Length::Fixed(MARK));
    let content = row![high, container(content).id(id)].align_y(Alignment::Center);
    let face = press(content)
        .padding(theme::pad(0.0, 2.0))
        .style(if on { Button::Quiet.style() } else { Button::Plain.style() })
        .on_press(Act::Tell(tell));
    super::button::hinted(face, hint)
}

/// The way to call the other side of a call that is over once more, when there is one to call.
fn again<'a>(call: &Call) -> Option<Element<'a, Act>> {
    let can = call.state == CallState::Ended && !call.anonymous && !call.peer.uri.is_empty();
    let words = match call.direction {
        Direction::Out => tr!("calls-again"),
        Direction::In => tr!("calls-back"),
    };
    let press = Some(Act::Again);
    can.then(|| super::button::labelled(Button::Quiet, &icon::PHONE, words, press))
}

fn acts<'a>(call: &Call, look: Look) -> Element<'a, Act> {
    let pick = |on| if on { Button::Primary } else { Button::Quiet };
    let press = Some(Act::Tell(Tell::Why));
    let kind = pick(look.opened.tell == Some(Tell::Why));
    // Beside a name its proof leads there already.
    let is_marked = look.named && call.peer.binding != Binding::None;
    let in_bar = tells(call) && !is_marked && (!look.tight || call.answered.is_none());
    let why = in_bar.then(|| super::button::square(kind, &icon::INFO, tr!("calls-why"), press));
    let gap = if look.tight { step::XXS } else { step::XS };
    let mut acts = row![].push(why).push(mute(call)).spacing(gap);
    if call.answered.is_some() {
        acts = talking(acts, call, look);
    }
    let (word, press) = (tr!("calls-hang-up"), Some(Act::HangUp));
    if look.small {
        // In any language beside the others: without its icon, and as wide as there is room.
        return acts.push(super::button::wide(Button::HangUp, word, press)).into();
    }
    let rest = look.tight.then(space::horizontal);
    acts.push(rest)
        .push(super::button::labelled(Button::HangUp, &icon::HANG_UP, word, press))
        .into()
}

/// What needs a call that was answered.
fn talking<'a>(acts: Row<'a, Act>, call: &Call, look: Look) -> Row<'a, Act> {
    let pick = |on| if on { Button::Primary } else { Button::Quiet };
    let hold = if call.state == CallState::Held {
        let hint = tr!("calls-resume-hint");
        super::button::square(Button::Primary, &icon::RESUME, hint, Some(Act::Resume))
    } else {
        let hint = tr!("calls-hold-hint");
        super::button::square(Button::Quiet, &icon::PAUSE, hint, Some(Act::Hold))
    };
    let tool = |kit: Kit, glyph: &Icon, hint: &'static str| {
        let kind = pick(look.opened.kit == Some(kit));
        super::button::square(kind, glyph, hint, Some(Act::Tool(kit)))
    };
    let glyph = if look.more { &icon::CHEVRON_UP } else { &icon::CHEVRON_DOWN };
    acts.push(hold)
        .push(tool(Kit::Keypad, &icon::KEYPAD, tr!("calls-keypad")))
        .push(tool(Kit::Transfer, &icon::TRANSFER, tr!("calls-transfer")))
        .push(super::button::square(pick(look.more), glyph, tr!("calls-more"), Some(Act::More)))
}

fn mute<'a>(call: &Call) -> Element<'a, Act> {
    if call.muted {
        let hint = tr!("calls-unmute");
        let on_press = Some(Act::Mute(false));
        super::button::square(Button::Primary, &icon::MICROPHONE_OFF, hint, on_press)
    } else {
        let hint = tr!("calls-mute");
        super::button::square(Button::Quiet, &icon::MICROPHONE, hint, Some(Act::Mute(true)))
    }
}

/// What may be done with a further call and the one in front.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Join {
    /// Nothing: one of them was not answered.
    No,
    /// Their other sides can be brought together.
    Two,
    /// The same, and one of them was placed for that.
    Complete,
}

/// The row of a further call.
pub fn further<'a>(call: &Call, clock: Clock, join: Join, tight: bool) -> Element<'a, Act> {
    let ended = call.state == CallState::Ended;
    let glyph = if call.state == CallState::Held { &icon::PAUSE } else { &icon::PHONE };
    let mut said = words::live_call(call).to_owned();
    if ended && let Some(reason) = call.end_reason.as_deref() {
        said = format!("{said} · {}", plain::told(reason));
    }
    if let Some(since) = call.answered.filter(|_| !ended) {
        said = format!("{said} · {}", clock.timer(since));
    }
    let front = if call.state == CallState::Held { Act::Resume } else { Act::Front };
    let facts = row![
        glyph.sized(Tone::Muted, 14.0),
        who(call, if ended { opens(call) } else { Some(front.clone()) }, tight),
        container(Line::small(said).tone(Tone::Muted)).width(Length::Fill).clip(true),
    ]
    .spacing(step::XS)
    .align_y(Alignment::Center);
    let side = if tight { step::M } else { step::L };
    let content: Element<'a, Act> = match (ended, tight) {
        (true, _) => facts.into(),
        (false, true) => {
            let rest = iced::widget::space::horizontal();
            column![facts, row![rest, joining(call, join, front)]].spacing(step::XXS).into()
        }
        (false, false) => row![facts, joining(call, join, front)]
            .spacing(step::S)
            .align_y(Alignment::Center)
            .into(),
    };
    container(content)
        .padding(theme::pad(step::XS - 2.0, side))
        .width(Length::Fill)
        .style(theme::surface)
        .into()
}

fn joining<'a>(call: &Call, join: Join, front: Act) -> Element<'a, Act> {
    let connect = match join {
        Join::No => None,
        Join::Two => Some((Button::Quiet, tr!("calls-connect"))),
        Join::Complete => Some((Button::Primary, tr!("calls-complete"))),
    };
    let connect = connect.map(|(kind, words)| {
        super::button::labelled(kind, &icon::MERGE, words, Some(Act::Connect))
    });
    let word = if call.state == CallState::Held { tr!("calls-resume") } else { tr!("calls-show") };
    row![]
        .push(connect)
        .push(super::button::words(Button::Quiet, word, Some(front)))
        .push(super::button::square(
            Button::Quiet,
            &icon::HANG_UP,
            tr!("calls-hang-up-this"),
            Some(Act::HangUp),
        ))
        .spacing(step::XS)
        .into()
}

/// How a transfer goes.
pub fn transfer<'a>(state: &TransferState, tight: bool) -> Element<'a, Act> {
    let (tone, words) = words::transfer(state);
    let glyph = if tone == Tone::Bad { &icon::WARNING } else { &icon::TRANSFER };
    let dismiss = (tone == Tone::Bad).then_some(Act::Read);
    strip(tone, glyph, words, dismiss, tight)
}

/// What was asked of a call and failed.
pub fn failure<'a>(words: &str, tight: bool) -> Element<'a, Act> {
    strip(Tone::Bad, &icon::WARNING, plain::told(words), Some(Act::Dismiss), tight)
}

fn strip<'a>(
    tone: Tone,
    glyph: &Icon,
    words: String,
    dismiss: Option<Act>,
    tight: bool,
) -> Element<'a, Act> {
    let close = dismiss.map(|act| {
        super::button::square(Button::Plain, &icon::CLOSE, tr!("calls-dismiss"), Some(act))
    });
    let content =
        row![glyph.sized(tone, 16.0), super::body(words).style(tone.text()).width(Length::Fill)]
            .push(close)
            .spacing(step::S)
            .align_y(Alignment::Center);
    container(content)
        .padding(theme::pad(step::XXS, if tight { step::M } else { step::L }))
        .center_y(Length::Shrink)
        .width(Length::Fill)
        .style(tone.boxed(0.0))
        .into()
}
