//! How the page of the rules for calls looks.

use iced::widget::{Column, column, container, row};
use iced::{Alignment, Element, Length};

use super::{Message, Rule, Rules, in_force};
use crate::gui::icon;
use crate::gui::screen::Shared;
use crate::gui::theme::{Button, Tone, step};
use crate::gui::widget::{body, button, chip, sheet, small, switch};
use crate::gui::words;
use crate::model::account::AccountKind;
use crate::model::dialing::CostClass;
use crate::model::telephony::{AutoAnswer, Strangers, Telephony};
use crate::tr;

/// The page.
pub fn view<'a>(rules: &'a Rules, shared: Shared<'a>) -> Element<'a, Message> {
    let set = &shared.snapshot.telephony;
    let others = vec![
        button::words(Button::Quiet, tr!("rules-accounts"), Some(Message::Accounts)),
        button::words(Button::Quiet, tr!("rules-protection"), Some(Message::Protection)),
    ];
    let head =
        sheet::head(tr!("rules-title"), tr!("rules-hint"), Message::Close, others, shared.narrow);
    let mut page = column![head];
    let phone = |kind| kind == AccountKind::Sip;
    if !shared.snapshot.accounts.iter().any(|account| phone(account.kind)) {
        let words = tr!("rules-no-account");
        page = page.push(chip::fact(Tone::Warn, &icon::WARNING, words.to_owned(), None));
    }
    let page = page
        .push(sheet::section(tr!("rules-ringing"), ringing(rules, set)))
        .push(sheet::section(tr!("rules-forwarding"), forwarding(rules, set)))
        .push(sheet::section(tr!("rules-callers"), callers(rules, set)))
        .push(sheet::section(tr!("rules-costs"), costs(&shared.snapshot.settled)));
    sheet::page(page, shared.narrow)
}

fn ringing<'a>(rules: &Rules, set: &Telephony) -> Vec<Element<'a, Message>> {
    vec![
        turned(rules, Rule::Dnd, tr!("rules-dnd"), tr!("rules-dnd-hint"), set.dnd),
        turned(
            rules,
            Rule::CallWaiting,
            tr!("rules-waiting"),
            tr!("rules-waiting-hint"),
            set.call_waiting,
        ),
    ]
}

fn forwarding<'a>(rules: &Rules, set: &Telephony) -> Vec<Element<'a, Message>> {
    vec![
        target(rules, set, Rule::Always, tr!("rules-always")),
        target(rules, set, Rule::Busy, tr!("rules-busy")),
        target(rules, set, Rule::NoAnswer, tr!("rules-no-answer")),
        seconds(rules, set),
    ]
}

fn callers<'a>(rules: &Rules, set: &Telephony) -> Vec<Element<'a, Message>> {
    vec![
        strangers(rules, set),
        turned(
            rules,
            Rule::RejectAnonymous,
            tr!("rules-hidden"),
            tr!("rules-hidden-hint"),
            set.reject_anonymous,
        ),
        turned(
            rules,
            Rule::AutoAnswer,
            tr!("rules-auto"),
            tr!("rules-auto-hint"),
            set.auto_answer == AutoAnswer::Contacts,
        ),
        turned(
            rules,
            Rule::SendChatAddress,
            tr!("rules-say-chat"),
            tr!("rules-say-chat-hint"),
            set.send_chat_address,
        ),
    ]
}

/// What is not asked about before a call, and the way back.
fn costs<'a>(settled: &[CostClass]) -> Vec<Element<'a, Message>> {
    if settled.is_empty() {
        let words = small(tr!("rules-asked"));
        return vec![sheet::padded(words)];
    }
    let class = |class: &CostClass| {
        let again =
            button::words(Button::Quiet, tr!("rules-ask-again"), Some(Message::AskAgain(*class)));
        let words = column![body(words::asked_no_more(*class))].width(Length::Fill);
        sheet::padded(row![words, again].spacing(step::XS).align_y(Alignment::Center))
    };
    settled.iter().map(class).collect()
}

fn turned<'a>(
    rules: &Rules,
    rule: Rule,
    name: &'a str,
    hint: &'a str,
    on: bool,
) -> Element<'a, Message> {
    let line = switch::row_of(name, hint, on, move |on| Message::Turn(rule, on));
    told(column![line], rules, rule)
}

fn strangers<'a>(rules: &Rules, set: &Telephony) -> Element<'a, Message> {
    let ways = [
        (Strangers::Accept, tr!("rules-they-ring"), tr!("rules-they-ring-hint")),
        (Strangers::Ask, tr!("rules-they-show"), tr!("rules-they-show-hint")),
        (Strangers::Refuse, tr!("rules-they-fail"), tr!("rules-they-fail-hint")),
    ];
    let ways = ways.map(|(way, name, hint)| {
        switch::choice(name, hint, set.strangers == way, Message::Strangers(way))
    });
    let name = container(body(tr!("rules-strangers")))
        .padding(iced::Padding::from([step::XXS, step::S]).top(step::S));
    told(column![name].extend(ways), rules, Rule::Strangers)
}

fn target<'a>(rules: &Rules, set: &Telephony, rule: Rule, name: &'a str) -> Element<'a, Message> {
    let clear = (!in_force(rule, set).is_empty() && !rules.edited(rule, set))
        .then(|| button::words(Button::Quiet, tr!("rules-stop"), Some(Message::Clear(rule))));
    let line = row![field(rules, set, rule, tr!("rules-target"))]
        .push(save(rules, set, rule))
        .push(clear)
        .spacing(step::XS);
    told(column![sheet::padded(column![body(name), line].spacing(step::XXS))], rules, rule)
}

fn seconds<'a>(rules: &Rules, set: &Telephony) -> Element<'a, Message> {
    let words = column![body(tr!("rules-rings-for")), small(tr!("rules-rings-for-hint"))];
    let input = container(field(rules, set, Rule::After, "20")).width(Length::Fixed(72.0));
    let line = row![words.width(Length::Fill), input]
        .push(save(rules, set, Rule::After))
        .spacing(step::XS)
        .align_y(Alignment::Center);
    told(column![sheet::padded(line)], rules, Rule::After)
}

fn field<'a>(
    rules: &Rules,
    set: &Telephony,
    rule: Rule,
    placeholder: &'a str,
) -> Element<'a, Message> {
    let edit = move |text| Message::Edit(rule, text);
    let save = Some(Message::Save(rule));
    sheet::field(rule.field(), placeholder, &rules.shown(rule, set), edit, save)
}

fn save<'a>(rules: &Rules, set: &Telephony, rule: Rule) -> Option<Element<'a, Message>> {
    // What needs the user's word has a button of its own.
    (rules.edited(rule, set) && !rules.notes.asks(&rule))
        .then(|| button::words(Button::Primary, tr!("rules-save"), Some(Message::Save(rule))))
}

/// What is said at a control, below it.
fn told<'a>(control: Column<'a, Message>, rules: &Rules, rule: Rule) -> Element<'a, Message> {
    sheet::told(control, rules.notes.at(&rule), Message::Confirm(rule))
}
