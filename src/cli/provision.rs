//! `dovetail provision`: looks for a provider's document in the running instance, shows what it
//! would change, and applies it when told to.

use std::process::ExitCode;

use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::{Failure, USAGE};
use crate::config::Profile;
use crate::model::address;
use crate::rpc::client::{self, Outcome};

/// What the command line says.
pub(super) struct Wish {
    pub address: String,
    pub confirm: Vec<String>,
    pub apply: bool,
    pub agree: Vec<String>,
    pub decline: Vec<String>,
    pub session: bool,
}

pub(super) fn run(profile: &Profile, wish: &Wish) -> Result<ExitCode, Failure> {
    let mut line = Zeroizing::new(String::new());
    std::io::stdin().read_line(&mut line).map_err(Failure::new)?;
    let password = line.trim_end_matches(['\r', '\n']);
    let key = if wish.address.contains("://") { "url" } else { "address" };
    let mut params = json!({ key: wish.address, "confirm": wish.confirm });
    if !password.is_empty() {
        params["password"] = json!(password);
    }
    let found = call(profile, "provision", &params)?;
    // Nothing of it may move the cursor or hide what follows.
    let shown: String =
        shown(&found).chars().filter(|c| *c == '\n' || !address::is_forbidden(*c)).collect();
    print!("{shown}");
    if !wish.apply || found["state"] != "preview" {
        return Ok(ExitCode::SUCCESS);
    }
    let keep = if wish.session { "session" } else { "keyring" };
    let preview = &found["preview"]["id"];
    let answers = json!({
        "preview": preview, "agree": wish.agree, "decline": wish.decline, "keep_password": keep
    });
    call(profile, "provision.apply", &answers)?;
    println!("This holds now.");
    Ok(ExitCode::SUCCESS)
}

fn call(profile: &Profile, method: &str, params: &Value) -> Result<Value, Failure> {
    let params = Zeroizing::new(params.to_string());
    match client::call(&profile.socket_path(), method, Some(&params)) {
        Ok(Outcome::Result(value)) => Ok(value),
        Ok(Outcome::Error(error)) => {
            let message = error["message"].as_str().unwrap_or("The instance refused.");
            let data = &error["data"];
            let advice = match (data["problem"].as_str(), data["host"].as_str()) {
                (Some("confirm-host" | "confirm-link"), Some(host)) => {
                    format!(" To go on: --confirm {host}")
                }
                (Some("consent-needed"), _) => format!(" {}", consents(data).trim_end()),
                _ => String::new(),
            };
            Err(Failure::new(format!("{message}{advice}")))
        }
        Err(error) => Err(Failure { text: error.to_string(), code: USAGE }),
    }
}

fn consents(found: &Value) -> String {
    let all = found["consents"].as_array().map(Vec::as_slice).unwrap_or_default();
    let one = |consent: &Value| {
        let (id, text) = (consent["id"].as_str(), consent["text"].as_str());
        format!("  asked: {} (--agree {})\n", text.unwrap_or_default(), id.unwrap_or_default())
    };
    all.iter().map(one).collect()
}

/// What was found, for a person.
fn shown(found: &Value) -> String {
    let preview = &found["preview"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    match found["state"].as_str() {
        Some("preview") => {
            let name = preview["service"].as_str().or(preview["host"].as_str());
            let mut out =
                format!("{}, from {}:\n", name.unwrap_or_default(), text(&preview["url"]));
            for change in preview["changes"].as_array().map(Vec::as_slice).unwrap_or_default() {
                out.push_str(&format!("  {}\n", text(&change["text"])));
            }
            for remark in preview["remarks"].as_array().map(Vec::as_slice).unwrap_or_default() {
                out.push_str(&format!("  note: {}\n", text(remark)));
            }
            out + &consents(preview)
        }
        Some("wizard") => {
            let mut out = "There is no document. What DNS says of both sides:\n".to_owned();
            for side in ["chat", "telephony"] {
                let side = &found["wizard"][side];
                let servers = side["servers"].as_array().map(Vec::as_slice).unwrap_or_default();
                let servers: Vec<String> = servers.iter().map(text).collect();
                out.push_str(&format!("  {}: {}\n", text(&side["address"]), servers.join(", ")));
            }
            out
        }
        _ => "Nothing has changed.\n".to_owned(),
    }
}
