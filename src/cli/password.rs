//! `dovetail set-password`: standard input to the keyring, by way of the instance that runs,
//! where one does.

use std::process::ExitCode;

use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::{Failure, instance, load};
use crate::config::{PasswordSource, Profile};
use crate::rpc::client::{self, ClientError, Outcome};
use crate::secrets;

/// `dovetail set-password ACCOUNT [--session]`
pub(super) fn set(profile: &Profile, account: &str, session: bool) -> Result<ExitCode, Failure> {
    let config = load(profile)?;
    let chat =
        config.xmpp.iter().map(|a| (&a.id, secrets::CHAT_SERVICE, a.jid.to_string(), &a.password));
    let telephony = config
        .sip
        .iter()
        .map(|a| (&a.id, secrets::TELEPHONY_SERVICE, a.aor.to_string(), &a.password));
    let found = chat.chain(telephony).find(|(id, ..)| id.as_str() == account);
    let Some((_, service, address, source)) = found else {
        return Err(Failure::new(format!("There is no account “{account}” in the configuration.")));
    };
    if matches!(source, PasswordSource::Command(_)) && !session {
        return Err(Failure::new("This account takes its password from a command."));
    }
    let password = read()?;
    let keep = if session { "session" } else { "keyring" };
    let params = json!({ "account": account, "password": password.as_str(), "keep": keep });
    let params = Zeroizing::new(params.to_string());
    match client::call(&profile.socket_path(), "account.password", Some(&params)) {
        Ok(Outcome::Result(result)) => {
            let why = result["why"].as_str().map(|why| format!("{why} "));
            println!("{}{}", why.unwrap_or_default(), where_it_is(&result, &address));
            Ok(ExitCode::SUCCESS)
        }
        Ok(Outcome::Error(error)) => {
            Err(Failure::new(error["message"].as_str().unwrap_or("It was refused.")))
        }
        Err(ClientError::NoInstance) if !session => {
            let stored = secrets::store_password(service, &address, password);
            instance::runtime()?.block_on(stored).map_err(Failure::new)?;
            println!("The password for {address} is in the keyring.");
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => Err(Failure::new(error)),
    }
}

fn where_it_is(result: &Value, address: &str) -> String {
    match result["kept"].as_str() {
        Some("keyring") => format!("The password for {address} is in the keyring."),
        _ => format!("The password for {address} is used until Dovetail ends."),
    }
}

/// The first line of standard input.
pub(super) fn read() -> Result<Zeroizing<String>, Failure> {
    let mut line = Zeroizing::new(String::with_capacity(4096));
    std::io::stdin().read_line(&mut line).map_err(Failure::new)?;
    Ok(Zeroizing::new(line.trim_end_matches(['\r', '\n']).to_owned()))
}
