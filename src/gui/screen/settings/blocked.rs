//! Who is blocked: the servers' lists, with a way out of them and into them.

use iced::widget::{column, row};
use iced::{Alignment, Element, Length};

use super::privacy::{Control, Message, Privacy};
use crate::gui::plain;
use crate::gui::screen::{Shared, name_of};
use crate::gui::theme::{Button, Tone, step};
use crate::gui::widget::{body, button, sheet, small};
use crate::model::BareJid;
use crate::model::account::{Account, AccountKind, AccountState};
use crate::model::blocked::BlockList;
use crate::model::id::AccountId;
use crate::model::party::Party;
use crate::tr;

/// The field for an address.
pub const ADDRESS: &str = "settings-block";
/// The most that are shown.
const MOST: usize = 100;

/// The section; none without a chat account.
pub(super) fn view<'a>(page: &'a Privacy, shared: Shared<'a>) -> Option<Element<'a, Message>> {
    let lists = &shared.snapshot.blocked;
    if lists.is_empty() {
        return None;
    }
    let mut rows = vec![block(page, shared)];
    let all = lists.iter().flat_map(|list| list.jids.iter().map(move |jid| (list, jid)));
    let mut all: Vec<(String, &BlockList, &BareJid)> =
        all.map(|(list, jid)| (name_of(shared.snapshot, &Party::from(jid)), list, jid)).collect();
    all.sort_by(|a, b| (a.0.to_lowercase(), a.2).cmp(&(b.0.to_lowercase(), b.2)));
    let several = lists.len() > 1;
    for (name, list, jid) in all.iter().take(MOST) {
        let of = several.then(|| account(shared, &list.account)).flatten();
        rows.push(line(page, name, jid, of, is_online(shared, &list.account)));
    }
    if all.len() > MOST {
        rows.push(sheet::remark(tr!("settings-blocked-more", count = all.len() - MOST)));
    }
    if all.is_empty() {
        let words = match lists.iter().any(|list| list.offered == Some(true)) {
            true => Some(tr!("settings-blocked-nobody")),
            false => None,
        };
        rows.extend(words.map(sheet::remark));
    }
    Some(sheet::section(tr!("settings-blocked"), rows))
}

fn account<'a>(shared: Shared<'a>, id: &AccountId) -> Option<&'a Account> {
    shared.snapshot.accounts.iter().find(|account| account.id == *id)
}

fn is_online(shared: Shared<'_>, id: &AccountId) -> bool {
    account(shared, id).is_some_and(|account| account.state == AccountState::Online)
}

/// Why nobody can be blocked now.
fn why_not(shared: Shared<'_>) -> Option<&'static str> {
    let lists = &shared.snapshot.blocked;
    let mut chats = shared.snapshot.accounts.iter().filter(|a| a.kind == AccountKind::Xmpp);
    if !chats.any(|account| account.state == AccountState::Online) {
        Some(tr!("settings-block-offline"))
    } else if lists.iter().all(|list| list.offered == Some(false)) {
        Some(tr!("settings-block-not-offered"))
    } else if lists.iter().all(|list| list.offered.is_none()) {
        Some(tr!("settings-block-reading"))
    } else {
        None
    }
}

/// One more.
fn block<'a>(page: &'a Privacy, shared: Shared<'a>) -> Element<'a, Message> {
    let why_not = why_not(shared);
    let ready = why_not.is_none() && !page.address.trim().is_empty();
    let press = ready.then_some(Message::Block);
    let field = sheet::field(
        ADDRESS,
        tr!("settings-block-address"),
        &page.address,
        Message::Address,
        press.clone(),
    );
    let act = button::words(Button::Quiet, tr!("settings-block-act"), press);
    let hint = sheet::long(small(tr!("settings-blocked-hint")).style(Tone::Muted.text()));
    let why = why_not.map(|why| sheet::long(small(why).style(Tone::Warn.text())));
    let line: Element<'_, _> = match shared.narrow {
        true => column![field, act].spacing(step::XS).into(),
        false => row![field, act].spacing(step::XS).align_y(Alignment::Center).into(),
    };
    let parts = column![hint, line].push(why).spacing(step::XS);
    let control = Control::Block;
    sheet::told(sheet::padded(parts), page.asked.at(&control), Message::Block)
}

fn line<'a>(
    page: &'a Privacy,
    name: &str,
    jid: &BareJid,
    of: Option<&Account>,
    online: bool,
) -> Element<'a, Message> {
    let (name, address) = (plain::line(name), plain::line(jid.as_str()));
    let under = match (name == address, of) {
        (true, None) => None,
        (false, None) => Some(address.clone()),
        (true, Some(of)) => Some(plain::line(&of.address)),
        (false, Some(of)) => Some(format!("{address} · {}", plain::line(&of.address))),
    };
    let under = under.map(|under| sheet::long(small(under)));
    let words = column![sheet::long(body(name))].push(under).width(Length::Fill);
    let control = Control::Unblock(jid.clone());
    let free = online && !page.asked.waits(&control);
    let press = free.then(|| Message::Unblock(jid.clone()));
    let act = button::words(Button::Quiet, tr!("settings-unblock"), press);
    let line = row![words, act].spacing(step::S).align_y(Alignment::Center);
    let told = page.asked.at(&control);
    sheet::told(sheet::padded(line), told, Message::Unblock(jid.clone()))
}
