//! Accounts that the user types where there is no document: both sides, or one. Written into the
//! user's own file, and signed in to at once.

use std::path::PathBuf;

use zeroize::Zeroizing;

use super::super::status::{Outcome, Problem, ProvisionError};
use super::Service;
use super::look::{local, secret};
use crate::config::{self, Config, HostPort, PasswordSource, SipAccount, TlsStart, XmppAccount};
use crate::core::Input;
use crate::core::command::{KeepPassword, NewAccounts, NewChat, NewPhone};
use crate::model::BareJid;
use crate::model::address::{Aor, SipTarget};
use crate::model::id::AccountId;
use crate::secrets::{self, Place};

/// The identifiers of the first accounts, when they are free.
const CHAT: &str = "chat";
const PHONE: &str = "phone";
/// The port of TLS from the first byte (XEP-0368).
const DIRECT_PORT: u16 = 5223;

/// What is to be added, checked.
#[derive(Debug)]
struct Checked {
    chat: Option<XmppAccount>,
    phone: Option<SipAccount>,
}

/// A password, and whose it is.
struct Typed {
    place: Place,
    password: Zeroizing<String>,
}

impl Service {
    /// Adds the accounts: secrets first, then the file, then what holds. At whatever step it fails,
    /// what held before holds.
    pub(super) async fn add(&mut self, new: NewAccounts) -> Result<Outcome, ProvisionError> {
        let held = self.paths.held(self.applied.as_ref()).map_err(local)?.config;
        let Checked { chat, phone } = check(&new, &held)?;
        let typed = typed(&new, chat.as_ref(), phone.as_ref());
        self.keep_typed(&typed, new.keep).await?;
        let tables = config::tables(chat.as_slice(), phone.as_slice());
        if let Err(error) = config::append(&self.paths.config, |_| tables) {
            self.forget_typed(&typed, new.keep).await;
            return Err(local(error));
        }
        let provided = self.paths.held(self.applied.as_ref()).map_err(local)?;
        let _ = self.inbox.send(Input::Provided(Box::new(provided))).await;
        let accounts = chat.map(|chat| chat.id).into_iter().chain(phone.map(|phone| phone.id));
        Ok(Outcome::Added { accounts: accounts.collect() })
    }

    async fn keep_typed(&self, typed: &[Typed], keep: KeepPassword) -> Result<(), ProvisionError> {
        for Typed { place, password } in typed {
            if keep == KeepPassword::Session {
                self.passwords.give(place, password.clone());
                continue;
            }
            let stored =
                secrets::store_password(place.service, &place.address, password.clone()).await;
            stored.map_err(|fault| {
                let error = secret(fault);
                let advice = "Nothing was added. Have it kept until the program ends, or give a \
                              command that prints it.";
                ProvisionError { text: format!("{} {advice}", error.text), ..error }
            })?;
        }
        Ok(())
    }

    async fn forget_typed(&self, typed: &[Typed], keep: KeepPassword) {
        for Typed { place, .. } in typed {
            self.passwords.forget(place);
            if keep == KeepPassword::Keyring
                && let Err(fault) = secrets::forget_password(place.service, &place.address).await
            {
                tracing::warn!(%fault, "a password stays in the keyring");
            }
        }
    }
}

/// The passwords that were typed. One that was typed for chat alone is for both.
fn typed(new: &NewAccounts, chat: Option<&XmppAccount>, phone: Option<&SipAccount>) -> Vec<Typed> {
    let of_chat = new.chat.as_ref().and_then(|new| new.password.as_ref());
    let of_phone = new.telephony.as_ref().and_then(|new| new.password.as_ref()).or(of_chat);
    let by_hand = |source: &PasswordSource| *source == PasswordSource::Keyring;
    let chat = chat.filter(|account| by_hand(&account.password)).zip(of_chat);
    let phone = phone.filter(|account| by_hand(&account.password)).zip(of_phone);
    let chat = chat.map(|(account, password)| Typed {
        place: Place::chat(&account.jid),
        password: password.0.clone(),
    });
    let phone = phone.map(|(account, password)| Typed {
        place: Place::phone(&account.aor),
        password: password.0.clone(),
    });
    chat.into_iter().chain(phone).collect()
}

fn wrong(field: &'static str, text: impl Into<String>) -> ProvisionError {
    ProvisionError { field: Some(field), ..ProvisionError::new(Problem::Input, text) }
}

/// Reads what was typed, against the accounts that there are.
fn check(new: &NewAccounts, held: &Config) -> Result<Checked, ProvisionError> {
    let ca_file = held.provisioning.ca_file.clone();
    let chat = new.chat.as_ref().map(|new| chat(new, held, ca_file.clone())).transpose()?;
    let phone = new.telephony.as_ref().map(|new| phone(new, held, ca_file)).transpose()?;
    if chat.is_none() && phone.is_none() {
        return Err(wrong("chat.address", "Type the address of a chat or a telephony account."));
    }
    // Both at once are halves of one service (CUSAX C30).
    let phone = phone.map(|phone| SipAccount {
        related_to: chat.as_ref().map(|chat| chat.id.clone()),
        chat: chat.is_none(),
        ..phone
    });
    Ok(Checked { chat, phone })
}

/// The usual identifier, or the address where that is taken.
fn free(held: &Config, usual: &str, address: &str) -> AccountId {
    let chats = held.xmpp.iter().map(|account| &account.id);
    let mut ids = chats.chain(held.sip.iter().map(|account| &account.id));
    AccountId::new(if ids.any(|id| id.as_str() == usual) { address } else { usual })
}

fn source(command: Option<&String>) -> PasswordSource {
    command.map_or(PasswordSource::Keyring, |command| PasswordSource::Command(command.clone()))
}

fn chat(
    new: &NewChat,
    held: &Config,
    ca_file: Option<PathBuf>,
) -> Result<XmppAccount, ProvisionError> {
    let field = "chat.address";
    let text = new.address.trim();
    let text = text.strip_prefix("xmpp:").unwrap_or(text);
    let jid = BareJid::new(text).ok().filter(|jid| jid.node().is_some());
    let jid =
        jid.ok_or_else(|| wrong(field, "This is not a chat address such as alice@example.com."))?;
    if held.xmpp.iter().any(|account| account.jid == jid) {
        return Err(wrong(field, "There is an account of this address already."));
    }
    let account = XmppAccount::plain(free(held, CHAT, jid.as_str()), jid);
    let server = new.server.as_deref().map(server).transpose()?;
    let is_direct = server.as_ref().is_some_and(|server| server.port == DIRECT_PORT);
    let usual = if is_direct { TlsStart::Direct } else { TlsStart::StartTls };
    let password = source(new.password_command.as_ref());
    Ok(XmppAccount { server, tls: new.tls.unwrap_or(usual), password, ca_file, ..account })
}

fn server(text: &str) -> Result<HostPort, ProvisionError> {
    let text = text.trim();
    config::host_port(text, TlsStart::StartTls)
        .ok_or_else(|| wrong("chat.server", "This is not a server such as chat.example.com:5222."))
}

fn phone(
    new: &NewPhone,
    held: &Config,
    ca_file: Option<PathBuf>,
) -> Result<SipAccount, ProvisionError> {
    let field = "telephony.address";
    let text = "This is not a telephony address such as sip:alice@example.com.";
    let aor = Aor::parse(new.address.trim()).map_err(|_| wrong(field, text))?;
    if held.sip.iter().any(|account| account.aor == aor) {
        return Err(wrong(field, "There is an account of this address already."));
    }
    let account = SipAccount::plain(free(held, PHONE, &aor.to_string()), aor);
    let proxy = new.proxy.as_deref().map(proxy).transpose()?;
    let username = new.username.as_deref().map(str::trim).filter(|name| !name.is_empty());
    let (username, password) = (username.map(str::to_owned), source(new.password_command.as_ref()));
    Ok(SipAccount { proxy, username, password, ca_file, ..account })
}

/// A URI as it is; a host alone is talked to by TLS.
fn proxy(text: &str) -> Result<SipTarget, ProvisionError> {
    let text = text.trim();
    let has_scheme = ["sip:", "sips:"].iter().any(|scheme| text.starts_with(scheme));
    let uri = if has_scheme { text.to_owned() } else { format!("sip:{text};transport=tls") };
    SipTarget::parse(&uri)
        .map_err(|_| wrong("telephony.proxy", "This is not a server such as sip.example.com:5061."))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn accounts(chat: Option<&str>, phone: Option<&str>) -> NewAccounts {
        let chat =
            chat.map(|address| NewChat { address: address.to_owned(), ..NewChat::default() });
        let telephony =
            phone.map(|address| NewPhone { address: address.to_owned(), ..NewPhone::default() });
        NewAccounts { chat, telephony, keep: KeepPassword::Session }
    }

    #[test]
    fn both_sides_are_related_and_one_stands_alone() {
        let both = accounts(Some("alice@example.com"), Some("sip:alice@example.com"));
        let Checked { chat, phone } = check(&both, &Config::default()).unwrap();
        let (chat, phone) = (chat.unwrap(), phone.unwrap());
        assert_eq!((chat.id.as_str(), phone.id.as_str()), ("chat", "phone"));
        assert_eq!(phone.related_to.as_ref(), Some(&chat.id));
        assert!(!phone.chat);
        let text = config::tables(&[chat], &[phone]);
        let config = Config::parse(&text, std::path::Path::new("x")).unwrap();
        assert_eq!(config.sip[0].related_to, Some(AccountId::new("chat")));
        // More of them have their address as id.
        let more = accounts(Some("alice@example.org"), Some("alice@example.org"));
        let Checked { chat, phone } = check(&more, &config).unwrap();
        assert_eq!(chat.unwrap().id.as_str(), "alice@example.org");
        assert_eq!(phone.unwrap().id.as_str(), "sip:alice@example.org");
        let alone = check(&accounts(None, Some("alice@example.com")), &Config::default()).unwrap();
        let phone = alone.phone.unwrap();
        assert!(phone.related_to.is_none() && phone.chat, "it carries messages itself");
    }

    #[test]
    fn what_is_wrong_is_said_of_its_field() {
        let field = |new: &NewAccounts| check(new, &Config::default()).unwrap_err().field;
        assert_eq!(field(&accounts(None, None)), Some("chat.address"));
        for bad in ["alice", "@x", "", "a b@c"] {
            assert_eq!(field(&accounts(Some(bad), None)), Some("chat.address"), "{bad}");
        }
        for bad in ["alice", "tel:+123", "sip:example.com", ""] {
            assert_eq!(field(&accounts(None, Some(bad))), Some("telephony.address"), "{bad}");
        }
        let mut new = accounts(Some("a@b.test"), Some("a@b.test"));
        new.chat.as_mut().unwrap().server = Some("a b".to_owned());
        assert_eq!(field(&new), Some("chat.server"));
        new.chat.as_mut().unwrap().server = Some("c.test:5223".to_owned());
        new.telephony.as_mut().unwrap().proxy = Some("sip:a@b".to_owned());
        assert_eq!(field(&new), Some("telephony.proxy"));
        new.telephony.as_mut().unwrap().proxy = Some("p.test:5061".to_owned());
        let Checked { chat, phone } = check(&new, &Config::default()).unwrap();
        assert_eq!(chat.as_ref().unwrap().tls, TlsStart::Direct);
        assert_eq!(phone.unwrap().proxy.unwrap().to_string(), "sip:p.test:5061;transport=tls");
        let config = Config { xmpp: Vec::from_iter(chat), ..Config::default() };
        let again = check(&accounts(Some("A@b.test"), None), &config).unwrap_err();
        assert!(again.text.contains("already"), "{again}");
    }
}
