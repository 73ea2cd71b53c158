//! `dovetail check` and `dovetail check-provider`: a table of what was found, or JSON.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;

use super::password::read;
use super::{Failure, USAGE, instance, logging, provisioned};
use crate::check::{self, Report, Wish};
use crate::config::{Config, PasswordSource, Profile};
use crate::model::id::AccountId;
use crate::provisioning::discovery::Address;
use crate::secrets::{self, CHAT_SERVICE, PasswordProvider, TELEPHONY_SERVICE};

/// What is looked for, and how far it goes.
#[derive(Debug, Args)]
pub(super) struct ProviderArgs {
    /// The address that a user would type, such as alice@example.com.
    address: String,
    /// Sign in as well, with the password on the first line of standard input.
    #[arg(long)]
    password_stdin: bool,
    /// Place a call that is never answered, and see whether its Call-Info arrives: to the own
    /// address, so that this user's other devices ring for a moment, or to --second.
    #[arg(long, requires = "password_stdin")]
    call: bool,
    /// Call this user of the service instead, whose password is on the second line.
    #[arg(long, value_name = "ADDRESS", requires = "call")]
    second: Option<String>,
    /// Let this host have the password, though it is not of the address's domain; once for each.
    #[arg(long, value_name = "HOST")]
    confirm: Vec<String>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// `dovetail check-provider ADDRESS`
pub(super) fn provider(directory: Option<&Path>, args: ProviderArgs) -> Result<ExitCode, Failure> {
    let usage = |error: &dyn std::fmt::Display| Failure { text: error.to_string(), code: USAGE };
    let address = Address::parse(&args.address).map_err(|error| usage(&error))?;
    let second = args.second.as_deref().map(Address::parse).transpose();
    let second = second.map_err(|error| usage(&error))?;
    // Looking makes no profile; a service that is tried out is named in one.
    let profile = Profile::choose(directory).map_err(Failure::new)?;
    let config = Config::load(&profile.config_path()).map_err(Failure::new)?;
    let password = args.password_stdin.then(read).transpose()?;
    let second = match second {
        Some(address) => Some((address, read()?)),
        None => None,
    };
    let confirmed: BTreeSet<String> =
        args.confirm.iter().map(|host| host.trim().to_lowercase()).collect();
    let (call, provisioning) = (args.call, config.provisioning);
    let wish = Wish { address, password, call, second, confirmed, provisioning };
    log();
    let report = instance::runtime()?.block_on(check::provider(&wish)).map_err(Failure::new)?;
    tell(&[report], args.json)
}

/// `dovetail check [ACCOUNT]`
pub(super) fn accounts(
    directory: Option<&Path>,
    account: Option<&str>,
    json: bool,
) -> Result<ExitCode, Failure> {
    let profile = Profile::choose(directory).map_err(Failure::new)?;
    let provisioning = provisioned(&profile)?;
    let config = &provisioning.provided.config;
    let wanted = |id: &AccountId| account.is_none_or(|wanted| id.as_str() == wanted);
    let any =
        config.xmpp.iter().any(|it| wanted(&it.id)) || config.sip.iter().any(|it| wanted(&it.id));
    if !any {
        let text = match account {
            Some(account) => format!("There is no account “{account}” in the configuration."),
            None => "There is no account in the configuration.".to_owned(),
        };
        return Err(Failure { text, code: USAGE });
    }
    log();
    let reports = instance::runtime()?.block_on(async {
        let mut reports = Vec::new();
        for account in config.xmpp.iter().filter(|account| wanted(&account.id)) {
            let related = provisioning.provided.phone_of(&account.id);
            let password = source(&account.password, CHAT_SERVICE, account.jid.to_string());
            reports.push(check::chat(account, password, related).await);
        }
        for account in config.sip.iter().filter(|account| wanted(&account.id)) {
            let password = source(&account.password, TELEPHONY_SERVICE, account.aor.to_string());
            let stun = provisioning.stun(&account.id);
            reports.push(check::phone(account, password, stun).await);
        }
        reports
    });
    tell(&reports, json)
}

/// The table is what is looked at; a log comes between only when it is asked for.
fn log() {
    if std::env::var_os("RUST_LOG").is_some() {
        logging::start(None);
    }
}

fn source(source: &PasswordSource, service: &'static str, address: String) -> PasswordProvider {
    let source = source.clone();
    Arc::new(move || {
        let (source, address) = (source.clone(), address.clone());
        Box::pin(async move { secrets::password(&source, service, &address).await })
    })
}

fn tell(reports: &[Report], json: bool) -> Result<ExitCode, Failure> {
    if json {
        println!("{}", serde_json::to_string_pretty(reports).map_err(Failure::new)?);
    } else {
        let tables: Vec<String> = reports.iter().map(Report::table).collect();
        print!("{}", tables.join("\n"));
    }
    Ok(match reports.iter().any(Report::has_problem) {
        true => ExitCode::FAILURE,
        false => ExitCode::SUCCESS,
    })
}
