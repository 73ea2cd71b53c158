//! A configuration for a report: which keys are set, and of their values what helps. A file that
//! cannot be read is told by the place, for what stands there may be anything.

use std::fmt::Write as _;

use toml::{Table, Value};

use super::Redactor;
use crate::config::ConfigError;

/// Keys whose value is shown, redacted; of others only that they are set.
const SHOWN: [&str; 16] = [
    "id",
    "jid",
    "aor",
    "server",
    "proxy",
    "tls",
    "srtp",
    "chat",
    "dtmf",
    "codecs",
    "expires",
    "audio",
    "related_to",
    "wait_for",
    "echo_cancellation",
    "country",
];

/// The domains of the accounts in a configuration: they stay readable.
pub fn domains(text: &str) -> Vec<String> {
    let root: Table = text.parse().unwrap_or_default();
    let values = |kind: &str, key: &str| -> Vec<String> {
        let accounts = root.get(kind).and_then(Value::as_array);
        let texts = accounts.into_iter().flatten().filter_map(|account| account.get(key)?.as_str());
        texts.filter_map(|text| Some(text.rsplit_once('@')?.1.to_owned())).collect()
    };
    let mut all = values("xmpp", "jid");
    all.extend(values("sip", "aor"));
    all
}

/// Which keys are set, and what of them helps.
pub fn keys(text: &str, redactor: &mut Redactor) -> String {
    let Ok(root) = text.parse::<Table>() else {
        return "It is not TOML.\n".to_owned();
    };
    let mut out = String::new();
    table(&root, "", redactor, &mut out);
    if out.is_empty() { "Nothing is set.\n".to_owned() } else { out }
}

fn table(table: &Table, path: &str, redactor: &mut Redactor, out: &mut String) {
    for (key, value) in table {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        value_at(&path, key, value, redactor, out);
    }
}

fn value_at(path: &str, key: &str, value: &Value, redactor: &mut Redactor, out: &mut String) {
    match value {
        Value::Table(inner) => table(inner, path, redactor, out),
        Value::Array(items) if items.iter().any(Value::is_table) => {
            for (n, item) in items.iter().enumerate() {
                value_at(&format!("{path}[{n}]"), key, item, redactor, out);
            }
        }
        value => {
            let shown = match SHOWN.contains(&key) {
                true => redactor.clean(&value.to_string()),
                false => "(set)".to_owned(),
            };
            let _ = writeln!(out, "{path} = {shown}");
        }
    }
}

/// Where a configuration cannot be read, without what stands there.
pub fn trouble(error: &ConfigError) -> String {
    match error {
        ConfigError::Syntax { line, .. } => format!("Line {line} is not TOML.\n"),
        ConfigError::Key { line, key, .. } => {
            let key: String = key.chars().filter(|c| !c.is_control()).take(80).collect();
            format!("Line {line}: “{key}” cannot be used.\n")
        }
        ConfigError::TooLong { .. } => "It is too long.\n".to_owned(),
        ConfigError::Read { source, .. } => format!("It cannot be read: {source}.\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_and_commands_are_named_and_not_shown() {
        let text = "[[xmpp]]\njid = \"alice@cusax.test\"\npassword_command = \"pass hunter2\"\n\
                    [[sip]]\naor = \"sip:alice@cusax.test\"\nusername = \"hunter2\"\n[sip.dialing]\ncountry = \"DE\"\n\
                    note = \"hunter2\"\n";
        let mut redactor = Redactor::new(domains(text), None);
        let shown = keys(text, &mut redactor);
        assert!(!shown.contains("hunter2") && !shown.contains("alice"), "{shown}");
        for line in [
            "xmpp[0].jid = \"user-1@cusax.test\"",
            "xmpp[0].password_command = (set)",
            "sip[0].dialing.country = \"DE\"",
        ] {
            assert!(shown.contains(line), "{line}: {shown}");
        }
        assert_eq!(keys("password = hunter2", &mut redactor), "It is not TOML.\n");
    }
}
