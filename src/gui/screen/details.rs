//! Everything known to reach somebody: each number, where it is from, and why it counts as
//! theirs or does not.

use iced::widget::{column, row};
use iced::{Alignment, Element, Length};

use super::accounts;
use super::book::{Draft, can_call};
use super::{Action, Go, Shared, contact_with, is_blocked, is_list_of, name_of, place};
use crate::core::command::{Command, ContactCommand};
use crate::core::features::{With, decide};
use crate::core::snapshot::Snapshot;
use crate::gui::icon;
use crate::gui::plain;
use crate::gui::theme::{Button, Tone, step};
use crate::gui::widget::{body, button, chip, sheet, small, strong};
use crate::gui::words;
use crate::model::BareJid;
use crate::model::account::{Account, AccountState};
use crate::model::address::{DialPlan, Dialable};
use crate::model::binding::Proof;
use crate::model::blocked::BlockList;
use crate::model::book::{BookAddress, BookEntry, NO_PREF};
use crate::model::contact::{Number, NumberSource};
use crate::model::feature::{DecidedBy, Decision, Feature, Protocol};
use crate::model::id::{AccountId, BookId};
use crate::model::party::Party;
use crate::tr;

/// About whom it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// Somebody there is, or can be, a conversation with.
    Party(Party),
    /// Somebody of the address book.
    Entry(BookId),
}

/// What the person did to the page.
#[derive(Debug, Clone)]
pub enum Message {
    /// Went back.
    Close,
    /// Wants a number called.
    Call(String),
    /// Wants to write.
    Write(Party),
    /// Wants nothing from a chat address any more, or again.
    Block(BareJid, bool),
    /// Wants the person in the address book, or changed there.
    Edit,
    /// Wants a rule for which way things go with them.
    Rule,
}

/// Takes in what the person did.
pub fn update(who: &Who, message: Message, snapshot: &Snapshot) -> Action {
    match message {
        Message::Close => match who {
            Who::Party(with) => Action::Open(with.clone()),
            Who::Entry(_) => Action::Go(Go::Book),
        },
        Message::Call(uri) => place(uri, name(who, snapshot)),
        Message::Write(with) => Action::Open(with),
        Message::Block(jid, on) => Action::Run(Command::Contact(match on {
            true => ContactCommand::Block(jid),
            false => ContactCommand::Unblock(jid),
        })),
        Message::Rule => {
            let known = address(who, snapshot);
            known.map_or(Action::None, |known| Action::Go(Go::NewRule(known)))
        }
        Message::Edit => {
            let draft = match entry(who, snapshot) {
                Some(entry) => Draft { from: Some(who.clone()), ..Draft::of(entry) },
                None => prefilled(who, snapshot),
            };
            Action::Go(Go::Person(draft))
        }
    }
}

/// Their entry of the address book.
fn entry<'a>(who: &Who, snapshot: &'a Snapshot) -> Option<&'a BookEntry> {
    let mut book = snapshot.book.iter();
    let found = match who {
        Who::Entry(id) => book.find(|entry| entry.id == *id),
        Who::Party(Party::Jid(jid)) => book.find(|entry| entry.jids.contains(jid)),
        Who::Party(with) => {
            let uri = with.to_string();
            book.find(|entry| entry.addresses.iter().any(|address| address.value == uri))
        }
    };
    found.map(AsRef::as_ref)
}

/// What a rule about them names: their chat address, else a number.
fn address(who: &Who, snapshot: &Snapshot) -> Option<String> {
    match who {
        Who::Party(with) => Some(with.to_string()),
        Who::Entry(_) => {
            let entry = entry(who, snapshot)?;
            let jid = entry.jids.first().map(ToString::to_string);
            jid.or_else(|| entry.addresses.first().map(|address| address.value.clone()))
        }
    }
}

/// A new entry with what is proven of them: an unproven number would win over proof there.
fn prefilled(who: &Who, snapshot: &Snapshot) -> Draft {
    let mut draft = Draft { from: Some(who.clone()), ..Draft::default() };
    let Who::Party(with) = who else { return draft };
    draft.name = name_of(snapshot, with);
    draft.numbers = match with {
        Party::Sip(aor) => vec![(aor.to_string(), String::new(), NO_PREF)],
        Party::Jid(jid) => {
            draft.jids = vec![jid.to_string()];
            let contact = contact_with(snapshot, with);
            let numbers = contact.map_or(&[][..], |contact| &contact.numbers).iter();
            let proven = numbers.filter(|number| number.verified);
            proven.map(|n| (n.uri.clone(), n.types.join(", "), NO_PREF)).collect()
        }
    };
    draft
}

fn name(who: &Who, snapshot: &Snapshot) -> String {
    match who {
        Who::Party(with) => name_of(snapshot, with),
        Who::Entry(_) => {
            entry(who, snapshot).map(|entry| plain::line(&entry.name)).unwrap_or_default()
        }
    }
}

/// The page.
pub fn view<'a>(who: &'a Who, shared: Shared<'a>) -> Element<'a, Message> {
    let snapshot = shared.snapshot;
    let known = entry(who, snapshot);
    let gone = known.is_none() && matches!(who, Who::Entry(_));
    let word = match known {
        Some(_) => tr!("details-change"),
        None => tr!("details-add"),
    };
    let edit = (!gone).then(|| button::words(Button::Quiet, word, Some(Message::Edit)));
    let organisation = known.and_then(|entry| entry.organisation.as_deref()).map(plain::line);
    let title = if gone { tr!("details-gone").to_owned() } else { name(who, snapshot) };
    let edit = edit.into_iter().collect();
    let mut parts = column![sheet::head(title, "", Message::Close, edit, shared.narrow)];
    if gone {
        let words = tr!("details-gone-words");
        return sheet::page(parts.push(body(words).style(Tone::Muted.text())), shared.narrow);
    }
    if let Some(organisation) = organisation.filter(|words| !words.is_empty()) {
        parts = parts.push(sheet::long(body(organisation).style(Tone::Muted.text())));
    }
    parts = parts.push(sheet::section(tr!("details-numbers"), numbers(who, known, shared)));
    let chats = chats(who, known, shared);
    if !chats.is_empty() {
        parts = parts.push(sheet::section(tr!("details-chat"), chats));
    }
    let ways = ways(who, shared);
    if !ways.is_empty() {
        parts = parts.push(sheet::section(tr!("details-ways"), ways));
    }
    let note = known.and_then(|entry| entry.note.as_deref()).map(plain::body);
    if let Some(note) = note.filter(|note| !note.trim().is_empty()) {
        let note = sheet::padded(sheet::long(body(note)));
        parts = parts.push(sheet::section(tr!("details-note"), vec![note]));
    }
    sheet::page(parts, shared.narrow)
}

fn numbers<'a>(
    who: &Who,
    known: Option<&BookEntry>,
    shared: Shared<'a>,
) -> Vec<Element<'a, Message>> {
    let calls = can_call(shared);
    let name = name(who, shared.snapshot);
    let mut rows: Vec<Element<'a, Message>> = Vec::new();
    match who {
        Who::Party(with) => {
            let contact = contact_with(shared.snapshot, with);
            let jid = with.jid().map(ToString::to_string);
            for number in contact.map_or(&[][..], |contact| &contact.numbers) {
                rows.push(proven(number, &name, jid.as_deref(), shared));
            }
            // Of somebody who is no contact, only the book tells numbers.
            let told = known.filter(|_| contact.is_none());
            for address in told.map_or(&[][..], |entry| &entry.addresses) {
                rows.push(typed(address, shared));
            }
            if let (Party::Sip(aor), None) = (with, told) {
                rows.push(line(&aor.to_string(), &aor.to_string(), String::new(), None, shared));
            }
        }
        Who::Entry(_) => {
            for address in known.map_or(&[][..], |entry| &entry.addresses) {
                rows.push(typed(address, shared));
            }
        }
    }
    if rows.is_empty() {
        rows.push(sheet::remark(tr!("details-no-number")));
    } else if !calls {
        rows.push(sheet::remark(tr!("details-no-telephony")));
    }
    rows
}

fn proven<'a>(
    number: &Number,
    name: &str,
    jid: Option<&str>,
    shared: Shared<'_>,
) -> Element<'a, Message> {
    let proof = Proof {
        state: number.binding,
        address: number.uri.clone(),
        source: Some(number.source),
        since: number.since,
        before: number.before.clone(),
    };
    let (tone, glyph) = match number.binding.is_confirmed() {
        true => (Tone::Good, &icon::CHECK),
        false => (Tone::Warn, &icon::WARNING),
    };
    let why = chip::fact(tone, glyph, plain::told(&proof.why(name, jid)), None);
    let under = with_types(&number.types, source(number.source));
    line(&number.display, &number.uri, under, Some(why), shared)
}

fn typed<'a>(address: &BookAddress, shared: Shared<'_>) -> Element<'a, Message> {
    let under = with_types(&address.types, source(NumberSource::AddressBook));
    line(&address.value, &address.value, under, None, shared)
}

fn with_types(types: &[String], source: &str) -> String {
    match plain::line(&types.join(", ")) {
        types if types.is_empty() => source.to_owned(),
        types => format!("{types} · {source}"),
    }
}

/// Where a number is from.
fn source(source: NumberSource) -> &'static str {
    match source {
        NumberSource::VcardTemp | NumberSource::Vcard4 => tr!("details-from-card"),
        NumberSource::Reachability => tr!("details-from-presence"),
        NumberSource::AddressBook => tr!("details-from-book"),
        NumberSource::Directory => tr!("details-from-directory"),
    }
}

fn line<'a>(
    shown: &str,
    uri: &str,
    under: String,
    why: Option<Element<'a, Message>>,
    shared: Shared<'_>,
) -> Element<'a, Message> {
    let words = column![sheet::long(strong(plain::line(shown)))]
        .push((!under.is_empty()).then(|| sheet::long(small(under))));
    let press = can_call(shared).then(|| Message::Call(uri.to_owned()));
    let word = tr!("details-call");
    let call = button::icon_first(shared.narrow, Button::Quiet, &icon::PHONE, word, press);
    let top = row![words.width(Length::Fill), call].spacing(step::S).align_y(Alignment::Center);
    sheet::padded(column![top].push(why).spacing(step::XS))
}

fn chats<'a>(
    who: &Who,
    known: Option<&BookEntry>,
    shared: Shared<'_>,
) -> Vec<Element<'a, Message>> {
    let mut all: Vec<Party> =
        known.map_or(&[][..], |entry| &entry.jids).iter().map(Party::from).collect();
    if let Who::Party(with @ Party::Jid(_)) = who
        && !all.contains(with)
    {
        all.insert(0, with.clone());
    }
    let lines = all.into_iter().map(|with| {
        let shown = sheet::long(body(plain::line(&with.to_string())));
        let block = with.jid().and_then(|jid| block(jid, shared.snapshot));
        let write = button::icon_first(
            shared.narrow,
            Button::Quiet,
            &icon::MESSAGE,
            tr!("details-write"),
            Some(Message::Write(with)),
        );
        let acts = row![write].push(block).spacing(step::XS);
        sheet::padded(row![shown, acts].spacing(step::S).align_y(Alignment::Center))
    });
    lines.collect()
}

/// The way to keep somebody away and back, where their server can be told.
fn block<'a>(jid: &BareJid, snapshot: &Snapshot) -> Option<Element<'a, Message>> {
    let contact = snapshot.contact(jid).map(AsRef::as_ref);
    let can_be_told = |list: &BlockList| {
        let mut accounts = snapshot.accounts.iter();
        list.offered == Some(true)
            && is_list_of(list, contact)
            && accounts.any(|a| a.id == list.account && a.state == AccountState::Online)
    };
    if !snapshot.blocked.iter().any(can_be_told) {
        return None;
    }
    let on = !is_blocked(snapshot, jid, contact);
    let word = if on { tr!("settings-block-act") } else { tr!("settings-unblock") };
    Some(button::words(Button::Quiet, word, Some(Message::Block(jid.clone(), on))))
}

/// Whom rules are compared with: their chat address, and the address that is called.
fn with(who: &Who, snapshot: &Snapshot) -> With {
    let known = entry(who, snapshot);
    let (jid, uri) = match who {
        Who::Party(Party::Jid(jid)) => {
            let contact = snapshot.contact(jid);
            let proven = contact.and_then(|c| c.numbers.iter().find(|number| number.verified));
            (Some(jid), proven.map(|number| number.uri.clone()))
        }
        Who::Party(Party::Sip(aor)) => (None, Some(aor.to_string())),
        Who::Entry(_) => {
            let first = known.and_then(|entry| entry.addresses.first());
            let jid = known.and_then(|entry| entry.jids.first());
            (jid, first.map(|address| address.value.clone()))
        }
    };
    let uri = uri.and_then(|uri| Dialable::parse(&uri, &DialPlan::default()).ok());
    let contact = jid.and_then(|jid| snapshot.contact(jid));
    With::new(jid, uri.as_ref()).of(contact.map(|contact| contact.account.clone()))
}

/// Which way messages and calls go with them, and which rule decided (CUSAX C9).
fn ways<'a>(who: &Who, shared: Shared<'_>) -> Vec<Element<'a, Message>> {
    let snapshot = shared.snapshot;
    if snapshot.accounts.is_empty() {
        return Vec::new();
    }
    let with = with(who, snapshot);
    let lines = [Feature::Chat, Feature::Audio].map(|feature| {
        let decision = decide(feature, &with, &snapshot.feature_rules);
        let words = words::over(decision.protocol);
        let (words, why) = match on(&decision, &with, snapshot) {
            Some((account, why)) => {
                let account = plain::quoted(&account.address);
                let words = match decision.protocol {
                    Protocol::Xmpp => tr!("details-over-chat-on", account = account),
                    Protocol::Sip => tr!("details-over-telephony-on", account = account),
                };
                (words, why)
            }
            None => (words.to_owned(), plain::told(&decision.why)),
        };
        let side = column![sheet::long(body(words)), sheet::long(small(why))];
        let name = body(words::feature(feature));
        if shared.narrow {
            // An address has no room beside it.
            return sheet::padded(column![name.style(Tone::Muted.text()), side]);
        }
        let side = side.width(Length::FillPortion(3));
        let line = row![name.width(Length::FillPortion(2)), side].spacing(step::S);
        sheet::padded(line.align_y(Alignment::Center))
    });
    let rule = address(who, snapshot).filter(|_| accounts::can_make_rules(snapshot)).map(|_| {
        sheet::padded(button::words(Button::Quiet, tr!("details-rule"), Some(Message::Rule)))
    });
    lines.into_iter().chain(rule).collect()
}

/// The account that a rule names, else the one that belongs to the contact's chat account; and
/// why that one.
fn on<'a>(
    decision: &Decision,
    with: &With,
    snapshot: &'a Snapshot,
) -> Option<(&'a Account, String)> {
    let find = |id: &AccountId| snapshot.accounts.iter().find(|account| account.id == *id);
    if let Some(account) = decision.account.as_ref().and_then(find) {
        return Some((account, plain::told(&decision.why)));
    }
    if decision.feature != Feature::Audio {
        return None;
    }
    let chat = with.account.as_ref().and_then(find)?;
    let phone = chat.related_to.as_ref().and_then(find)?;
    let because = match decision.by {
        DecidedBy::Usual => String::new(),
        _ => format!("{} ", plain::told(&decision.why)),
    };
    let belongs = tr!("details-belongs", account = plain::quoted(&chat.address));
    Some((phone, format!("{because}{belongs}")))
}
