//! Who lives in a lab.

use std::fmt;

/// A person with a chat account, telephony accounts, or both.
#[derive(Clone)]
pub struct User {
    pub(super) name: String,
    pub(super) password: String,
    /// Of the chat account; the lab's own when not set.
    pub(super) domain: Option<String>,
    pub(super) display_name: Option<String>,
    pub(super) contacts: Vec<Contact>,
    pub(super) vcard_temp: Vec<Tel>,
    pub(super) vcard4: Vec<Tel>,
    pub(super) xmpp: bool,
    pub(super) sip: Vec<SipLogin>,
}

/// A telephony account.
#[derive(Clone)]
pub struct SipLogin {
    /// The address-of-record's user part.
    pub user: String,
    /// The name for authentication.
    pub auth_name: String,
    /// The password.
    pub password: String,
    /// The domain; the lab's own when not set.
    pub(super) domain: Option<String>,
}

impl SipLogin {
    /// `user` in the lab's own domain, with `user` as the name for authentication.
    pub fn new(user: &str, password: &str) -> Self {
        Self {
            user: user.to_owned(),
            auth_name: user.to_owned(),
            password: password.to_owned(),
            domain: None,
        }
    }

    /// In this domain of the lab instead.
    pub fn at(mut self, domain: &str) -> Self {
        self.domain = Some(domain.to_owned());
        self
    }

    /// Makes the name for authentication differ from the address-of-record's user.
    pub fn auth_name(mut self, name: &str) -> Self {
        name.clone_into(&mut self.auth_name);
        self
    }

    /// Its domain, in a lab of `home`.
    pub(super) fn domain<'a>(&'a self, home: &'a str) -> &'a str {
        self.domain.as_deref().unwrap_or(home)
    }
}

impl fmt::Debug for User {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("User").field("name", &self.name).finish_non_exhaustive()
    }
}

impl fmt::Debug for SipLogin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SipLogin").field("user", &self.user).finish_non_exhaustive()
    }
}

impl User {
    /// `name` on both sides, with one password: `name@domain` and `sip:name@domain`.
    pub fn new(name: &str, password: &str) -> Self {
        Self {
            name: name.to_owned(),
            password: password.to_owned(),
            domain: None,
            display_name: None,
            contacts: Vec::new(),
            vcard_temp: Vec::new(),
            vcard4: Vec::new(),
            xmpp: true,
            sip: vec![SipLogin::new(name, password)],
        }
    }

    /// Puts both sides into this domain of the lab ([`LabBuilder::second_domain`]) instead of
    /// its own.
    ///
    /// [`LabBuilder::second_domain`]: super::LabBuilder::second_domain
    pub fn at(mut self, domain: &str) -> Self {
        self.domain = Some(domain.to_owned());
        self.sip_at(domain)
    }

    /// Puts the telephony account into this domain of the lab, and leaves chat where it is.
    pub fn sip_at(mut self, domain: &str) -> Self {
        if let Some(login) = self.sip.first_mut() {
            login.domain = Some(domain.to_owned());
        }
        self
    }

    /// Adds one more telephony account.
    pub fn phone(mut self, login: SipLogin) -> Self {
        self.sip.push(login);
        self
    }

    /// The `FN` of the vCards; the user's name when not set.
    pub fn display_name(mut self, name: &str) -> Self {
        self.display_name = Some(name.to_owned());
        self
    }

    /// Puts somebody on the roster: a user's name in the same domain, or a bare JID. Two users
    /// who list each other are subscribed both ways; one who is not listed back still shares
    /// presence (`from`); an address outside the lab has no subscription.
    pub fn contact(mut self, contact: impl Into<Contact>) -> Self {
        self.contacts.push(contact.into());
        self
    }

    /// Puts a number into both forms of the vCard.
    pub fn tel(self, tel: impl Into<Tel>) -> Self {
        let tel = tel.into();
        self.vcard_temp_tel(tel.clone()).vcard4_tel(tel)
    }

    /// Puts a number into the vcard-temp (XEP-0054).
    pub fn vcard_temp_tel(mut self, tel: impl Into<Tel>) -> Self {
        self.vcard_temp.push(tel.into());
        self
    }

    /// Puts a number into the vCard4 (XEP-0292), which anybody may read.
    pub fn vcard4_tel(mut self, tel: impl Into<Tel>) -> Self {
        self.vcard4.push(tel.into());
        self
    }

    /// Makes the address-of-record `sip:user@domain`, and `user` the name for authentication.
    pub fn sip_user(mut self, user: &str) -> Self {
        if let Some(login) = self.sip.first_mut() {
            user.clone_into(&mut login.user);
            user.clone_into(&mut login.auth_name);
        }
        self
    }

    /// Makes the name for authentication differ from the address-of-record's user.
    pub fn sip_auth_name(mut self, name: &str) -> Self {
        if let Some(login) = self.sip.first_mut() {
            name.clone_into(&mut login.auth_name);
        }
        self
    }

    /// Makes the telephony password differ.
    pub fn sip_password(mut self, password: &str) -> Self {
        if let Some(login) = self.sip.first_mut() {
            password.clone_into(&mut login.password);
        }
        self
    }

    /// No telephony account.
    pub fn without_sip(mut self) -> Self {
        self.sip.clear();
        self
    }

    /// No chat account.
    pub fn without_xmpp(mut self) -> Self {
        self.xmpp = false;
        self
    }

    /// The chat account's domain, in a lab of `home`.
    pub(super) fn domain<'a>(&'a self, home: &'a str) -> &'a str {
        self.domain.as_deref().unwrap_or(home)
    }

    /// The chat account's address, in a lab of `home`.
    pub(super) fn jid(&self, home: &str) -> String {
        format!("{}@{}", self.name, self.domain(home))
    }
}

/// A roster entry.
#[derive(Debug, Clone)]
pub struct Contact {
    pub(super) who: String,
    pub(super) name: Option<String>,
    pub(super) groups: Vec<String>,
}

impl Contact {
    /// A user's name in the same domain, or a bare JID.
    pub fn new(who: &str) -> Self {
        Self { who: who.to_owned(), name: None, groups: Vec::new() }
    }

    /// Under which name.
    pub fn name(mut self, name: &str) -> Self {
        self.name = Some(name.to_owned());
        self
    }

    /// In which group, once for each.
    pub fn group(mut self, group: &str) -> Self {
        self.groups.push(group.to_owned());
        self
    }

    /// The address, on a roster of `domain`.
    pub(super) fn jid(&self, domain: &str) -> String {
        if self.who.contains('@') { self.who.clone() } else { format!("{}@{domain}", self.who) }
    }
}

impl From<&str> for Contact {
    fn from(who: &str) -> Self {
        Self::new(who)
    }
}

/// A number on a card: a SIP or tel URI, or a number in any form.
#[derive(Debug, Clone)]
pub struct Tel {
    pub(super) value: String,
    pub(super) types: Vec<String>,
}

impl Tel {
    /// With the type `voice`.
    pub fn new(value: &str) -> Self {
        Self { value: value.to_owned(), types: vec!["voice".to_owned()] }
    }

    /// With these types instead, in lower case: `voice`, `video`, `home`, `work`, `cell` …
    pub fn types<const N: usize>(mut self, types: [&str; N]) -> Self {
        self.types = types.map(str::to_owned).to_vec();
        self
    }
}

impl From<&str> for Tel {
    fn from(value: &str) -> Self {
        Self::new(value)
    }
}
