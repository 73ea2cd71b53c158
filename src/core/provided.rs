//! What a provider set up: accounts come, change and go while the program runs, and what the
//! provider locks is gone from the faces and the wire (CUSAX C3, C4).

use super::accounts::{Record, Settings};
use super::command::{CommandError, ProvisionCommand};
use super::event::Event;
use super::{Core, Output, RequestId};
use crate::config::{Config, SipAccount, XmppAccount};
use crate::model::account::{AccountKind, AccountState, Features};
use crate::model::feature::{Feature, Protocol, Rule};
use crate::model::id::AccountId;
use crate::model::presence::Show;
use crate::model::telephony::Telephony;
use crate::model::time::Now;
use crate::provisioning::plan::{Disabled, Provided};
use crate::provisioning::status::Status;
use crate::sip::SipCommand;
use crate::xmpp::XmppCommand;

/// What of a provider's document is not in the accounts.
#[derive(Debug, Default)]
pub(super) struct Wishes {
    /// What its accounts do not do.
    disabled: Vec<Disabled>,
    /// Its rules for which way features go.
    pub rules: Vec<Rule>,
    /// The user set the rules for calls: the provider's wishes about them do not count.
    pub telephony_is_set: bool,
}

impl Wishes {
    fn of(&self, account: &AccountId, feature: Feature) -> Option<&Disabled> {
        self.disabled.iter().find(|d| d.account == *account && d.feature == feature)
    }
}

/// Why an account that is switched off is.
const RETIRED: &str = "Your provider gives this account no more. What you have of it stays.";

/// Whether the actor has to begin anew: what only the core knows about needs no new connection.
fn needs_restart(old: &Settings, new: &Settings) -> bool {
    match (old, new) {
        (Settings::Xmpp(old), Settings::Xmpp(new)) => {
            let plain = |account: &XmppAccount| XmppAccount {
                wait_for: None,
                audio: false,
                ..account.clone()
            };
            plain(old) != plain(new)
        }
        (Settings::Sip(old), Settings::Sip(new)) => {
            let plain = |account: &SipAccount| SipAccount {
                dialing: Default::default(),
                related_to: None,
                chat: false,
                chat_is_set: false,
                // Offers are the core's.
                srtp: Default::default(),
                codecs: Vec::new(),
                voicemail: None,
                ..account.clone()
            };
            plain(old) != plain(new)
        }
        _ => true,
    }
}

impl Core {
    /// Takes in what holds now.
    pub(super) fn on_provided(&mut self, now: Now, provided: Provided) {
        let Provided { config, retired, relations, disabled, rules, policy, .. } = provided;
        self.outputs.push_back(Output::Settings(Box::new(config.clone())));
        self.take_accounts(&config);
        for account in &retired {
            let kind = match account.kind.as_str() {
                "xmpp" => AccountKind::Xmpp,
                _ => AccountKind::Sip,
            };
            self.accounts.add_retired(&account.id, kind, &account.address, RETIRED);
        }
        self.accounts.configured = super::accounts::configured(&config);
        self.accounts.configured.extend(relations);
        self.wishes.disabled = disabled;
        self.wishes.rules = rules.into_iter().filter_map(|rule| self.checked(rule).ok()).collect();
        self.show_locks();
        if !self.wishes.telephony_is_set {
            let usual = Telephony::default();
            let wished = Telephony {
                strangers: policy.accept_strangers.unwrap_or(usual.strangers),
                send_chat_address: policy.send_call_info.unwrap_or(usual.send_chat_address),
                ..usual
            };
            if wished != self.telephony {
                self.telephony = wished.clone();
                if self.began {
                    self.tell(Event::Telephony { telephony: wished });
                }
            }
        }
        self.hold_relations(now);
        self.changed = true;
        // At the start nobody listens who would not ask.
        if !self.began {
            return;
        }
        for id in self.accounts.ids() {
            self.tell_account(&id);
        }
        self.tell_relations();
        self.tell(Event::Features { rules: self.rules.clone() });
        self.renew_idle();
        self.start_accounts();
        self.balance(now);
        self.refresh_contacts(now);
    }

    /// Accounts that are new, differ, or are no more.
    fn take_accounts(&mut self, config: &Config) {
        let chats =
            config.xmpp.iter().map(|account| (account.id.clone(), Settings::Xmpp(account.clone())));
        let phones = config
            .sip
            .iter()
            .map(|account| (account.id.clone(), Settings::Sip(Box::new(account.clone()))));
        let wanted: Vec<(AccountId, Settings)> = chats.chain(phones).collect();
        let is_wanted = |id: &AccountId| wanted.iter().any(|(wanted, _)| wanted == id);
        let gone: Vec<AccountId> =
            self.accounts.ids().into_iter().filter(|id| !is_wanted(id)).collect();
        for id in gone {
            if let Some(record) = self.accounts.get_mut(&id) {
                record.is_retired = true;
                record.to_renew = record.is_started();
                if !record.to_renew {
                    record.view.state = AccountState::Disabled;
                    record.view.reason = Some(RETIRED.to_owned());
                }
            }
        }
        for (id, settings) in wanted {
            match self.accounts.get_mut(&id) {
                None => self.accounts.add(settings),
                Some(record) => {
                    let back = std::mem::take(&mut record.is_retired);
                    if back && record.view.state == AccountState::Disabled {
                        (record.view.state, record.view.reason) = (AccountState::Offline, None);
                    }
                    record.to_renew |=
                        record.is_started() && needs_restart(&record.settings, &settings);
                    let address = settings.address();
                    let is_another = record.view.address != address;
                    record.view.address = address;
                    record.settings = settings;
                    if is_another {
                        self.forget_guard(&id);
                    }
                }
            }
        }
    }

    /// Stops every actor that has to begin anew, or not at all any more, once no call needs it.
    pub(super) fn renew_idle(&mut self) {
        let due: Vec<AccountId> = self
            .accounts
            .ids()
            .into_iter()
            .filter(|id| self.accounts.get(id).is_some_and(|record| record.to_renew))
            .filter(|id| !self.has_calls_on(id))
            .collect();
        for id in due {
            if let Some(record) = self.accounts.get_mut(&id) {
                record.to_renew = false;
                record.is_stopping = true;
            }
            self.outputs.push_back(Output::Stop(id));
        }
    }

    /// An actor has ended and said all that it had to say.
    pub(super) fn on_stopped(&mut self, now: Now, id: &AccountId) {
        let Some(record) = self.accounts.get_mut(id).filter(|record| record.is_stopping) else {
            return;
        };
        record.stopped();
        if record.is_retired {
            record.view.state = AccountState::Disabled;
            record.view.reason = Some(RETIRED.to_owned());
            for jid in self.roster.forget_presence(id) {
                self.link_contact(now, id, &jid);
            }
        }
        self.tell_account(id);
        self.start_accounts();
        self.refresh_contacts(now);
        self.balance(now);
    }

    /// What each account is used for, and what of that the provider locked.
    fn show_locks(&mut self) {
        for id in self.accounts.ids() {
            let locked: Vec<Feature> = Feature::ALL
                .into_iter()
                .filter(|feature| self.wishes.of(&id, *feature).is_some_and(|d| d.lock))
                .collect();
            let on = |feature| self.wishes.of(&id, feature).is_none();
            let on = Features {
                chat: on(Feature::Chat),
                presence: on(Feature::Presence),
                audio: on(Feature::Audio),
                video: on(Feature::Video),
            };
            let Some(record) = self.accounts.get_mut(&id) else { continue };
            let before = record.view.features;
            record.view.locked = locked;
            // Whether a telephony account sends messages is its relation's to say as well.
            let chat = if record.view.kind == AccountKind::Sip { before.chat } else { on.chat };
            let presence = record.view.kind == AccountKind::Xmpp && on.presence;
            let audio = record.view.kind == AccountKind::Sip && on.audio;
            record.view.features = Features { chat, presence, audio, video: false };
            if before.presence != presence && record.view.state == AccountState::Online {
                self.send_presence(&id);
            }
        }
    }

    /// What is announced on an account. Where the provider has presence switched off, no more
    /// than that messages can come.
    pub(super) fn announced_on(&self, account: &AccountId) -> (Show, String) {
        let tells = self.accounts.get(account).is_none_or(|record| record.view.features.presence);
        let (show, status) = self.announced();
        match show {
            _ if tells => (show, status),
            Show::Offline => (Show::Offline, String::new()),
            _ => (Show::Online, String::new()),
        }
    }

    /// Whether a protocol is no way for a feature, since every account of it has it switched
    /// off; and whether the user cannot change that.
    pub(super) fn switched_off(&self, feature: Feature, protocol: Protocol) -> Option<bool> {
        let kind = match protocol {
            Protocol::Xmpp => AccountKind::Xmpp,
            Protocol::Sip => AccountKind::Sip,
        };
        let mut locked = false;
        let mut any = false;
        for record in self.accounts.of_kind(kind) {
            any = true;
            locked |= self.wishes.of(&record.view.id, feature)?.lock;
        }
        any.then_some(locked)
    }

    /// Why an account does not do something, when its provider says so.
    pub(super) fn refused_by_provider(
        &self,
        account: &AccountId,
        feature: Feature,
    ) -> Result<(), CommandError> {
        if self.wishes.of(account, feature).is_none() {
            return Ok(());
        }
        let what = match feature {
            Feature::Audio => "calls",
            Feature::Chat => "messages",
            _ => "this",
        };
        let text = format!("Your provider has switched {what} off for {account}.");
        Err(CommandError::Refused(text))
    }

    /// Calls that come on an account that has none are refused on the wire.
    pub(super) fn refuses_calls(&self, account: &AccountId) -> bool {
        self.wishes.of(account, Feature::Audio).is_some()
    }

    /// Messages that come on a chat account that has none are neither shown nor kept.
    pub(super) fn refuses_messages(&self, account: &AccountId) -> bool {
        self.wishes.of(account, Feature::Chat).is_some()
    }

    pub(super) fn on_provision_command(&mut self, request: RequestId, command: ProvisionCommand) {
        self.outputs.push_back(Output::Provision(request, command));
    }

    pub(super) fn on_provisioning(&mut self, status: Status) {
        if !self.began {
            self.provisioning = status;
            return;
        }
        if let Some(text) = status.message.clone() {
            self.notice(super::event::NoticeLevel::Info, text);
        }
        self.provisioning = status.clone();
        self.tell(Event::Provisioning { status: Box::new(status) });
    }
}

impl Settings {
    /// The account's address as the faces show it.
    fn address(&self) -> String {
        match self {
            Self::Xmpp(settings) => settings.jid.to_string(),
            Self::Sip(settings) => settings.aor.to_string(),
        }
    }
}

impl Record {
    /// What an actor needs to be told to end.
    pub(super) fn quit(&self) -> Output {
        let id = self.view.id.clone();
        match self.view.kind {
            AccountKind::Xmpp => Output::Xmpp(id, XmppCommand::Quit),
            AccountKind::Sip => Output::Sip(id, SipCommand::Quit),
        }
    }
}
