//! Prosody: what its configuration says, and users, rosters and cards as it keeps them on disk.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::certificate::{KeyFiles, lax};
use super::error::LabError;
use super::lua::{element, quoted, text_element};
use super::process::{Process, find};
use super::user::{Tel, User};

/// A slow machine under load takes this long, not a healthy one.
const START_LIMIT: Duration = Duration::from_secs(30);

const VCARD_TEMP: &str = "vcard-temp";
const VCARD4: &str = "urn:ietf:params:xml:ns:vcard-4.0";

/// What a Prosody needs to run.
#[derive(Debug, Clone)]
pub(super) struct Prosody {
    /// Its virtual hosts, between which it carries stanzas itself; the lab's own is the first.
    pub(super) domains: Vec<String>,
    pub(super) starttls: SocketAddr,
    pub(super) direct: SocketAddr,
    pub(super) keys: KeyFiles,
    pub(super) log_stanzas: bool,
    /// Only `PLAIN` is offered.
    pub(super) plain_only: bool,
    /// OpenSSL is to serve what is too weak.
    pub(super) lax: bool,
    /// TLS 1.1 and nothing newer.
    pub(super) old_tls: bool,
    /// Cards of both forms are one and the same (`mod_vcard_legacy`), as on most servers.
    pub(super) one_card: bool,
    /// It keeps away whom its users block.
    pub(super) blocks: bool,
}

impl Prosody {
    /// Writes configuration and accounts under `home`, and starts it.
    pub(super) async fn start(&self, home: &Path) -> Result<Process, LabError> {
        let program = find("prosody")
            .ok_or(LabError::Missing { program: "prosody", packages: "prosody lua-unbound" })?;
        let file = home.join("prosody.cfg.lua");
        write(&file, &self.configuration(home))?;
        let mut command = Command::new(program);
        let _ = command.arg("--config").arg(&file).arg("-F").current_dir(home);
        if self.lax {
            lax(home, &mut command)?;
        }
        let mut process = Process::spawn("Prosody", command, &log(home))?;
        let said = process.log().to_owned();
        let is_done = async || lacks_a_port(&said) || self.answers().await;
        process.until(START_LIMIT, is_done).await?;
        self.has_its_ports(&said)?;
        Ok(process)
    }

    /// The lab's own domain.
    fn home(&self) -> &str {
        self.domains.first().map_or("", String::as_str)
    }

    /// Whether both ports speak: stream features on one, an open connection on the other.
    async fn answers(&self) -> bool {
        TcpStream::connect(self.direct).await.is_ok() && self.features().await.is_some()
    }

    /// Prosody goes on without a port that it cannot have, and then it was another server that
    /// has answered.
    fn has_its_ports(&self, log: &Path) -> Result<(), LabError> {
        let log = fs::read_to_string(log).map_err(LabError::io("reading Prosody's log"))?;
        let has = |port: SocketAddr| log.contains(&format!("on [{}]:{}", port.ip(), port.port()));
        if has(self.starttls) && has(self.direct) {
            Ok(())
        } else {
            Err(LabError::PortTaken("Prosody"))
        }
    }

    async fn features(&self) -> Option<()> {
        let mut stream = TcpStream::connect(self.starttls).await.ok()?;
        let hello = format!(
            "<?xml version='1.0'?><stream:stream to='{}' version='1.0' xmlns='jabber:client' \
             xmlns:stream='http://etherx.jabber.org/streams'>",
            self.home()
        );
        stream.write_all(hello.as_bytes()).await.ok()?;
        let mut answer = String::new();
        let mut buffer = [0; 2048];
        while !answer.contains("</stream:features>") {
            let count = stream.read(&mut buffer).await.ok().filter(|count| *count > 0)?;
            answer.push_str(&String::from_utf8_lossy(buffer.get(..count)?));
        }
        answer.contains("urn:ietf:params:xml:ns:xmpp-tls").then_some(())
    }

    fn configuration(&self, home: &Path) -> String {
        let path = |path: &Path| quoted(&path.to_string_lossy());
        let hosts: String =
            self.domains.iter().map(|domain| format!("VirtualHost {}\n", quoted(domain))).collect();
        format!(
            r#"run_as_root = true
data_path = {data}
plugin_paths = {{}}
certificates = {none}
log = {{ {{ levels = {{ min = "{level}" }}, to = "console" }} }}
interfaces = {{ "127.0.0.1" }}
c2s_ports = {{ {starttls} }}
c2s_direct_tls_ports = {{ {direct} }}
modules_enabled = {{
    {blocklist}"bookmarks", "carbons", "csi_simple", "disco", "mam", "pep", "ping", "private",
    "roster", "saslauth", "smacks", "time", "tls", "uptime", {vcard}, "version",
}}
modules_disabled = {{ "s2s", "s2s_auth_certs" }}
authentication = "internal_plain"
storage = "internal"
c2s_require_encryption = true
allow_unencrypted_plain_auth = false
archive_expires_after = "1d"
default_archive_policy = true
smacks_hibernation_time = 300
pep_max_items = 100
ssl = {{ certificate = {certificate}, key = {key}{tls} }}
{mechanisms}
c2s_direct_tls_ssl = ssl
{hosts}Component({rooms})("muc")
    modules_enabled = {{ "muc_mam" }}
"#,
            data = path(&home.join("data")),
            none = path(&home.join("no-certificates")),
            level = if self.log_stanzas { "debug" } else { "info" },
            starttls = self.starttls.port(),
            direct = self.direct.port(),
            blocklist = if self.blocks { r#""blocklist", "# } else { "" },
            vcard = if self.one_card { r#""vcard_legacy""# } else { r#""vcard""# },
            certificate = path(&self.keys.certificate),
            key = path(&self.keys.key),
            tls = self.tls(),
            mechanisms = match self.plain_only {
                true =>
                    "disable_sasl_mechanisms = { \"SCRAM-SHA-1\", \"SCRAM-SHA-256\", \
                         \"SCRAM-SHA-1-PLUS\", \"SCRAM-SHA-256-PLUS\" }",
                false => "",
            },
            rooms = quoted(&format!("rooms.{}", self.home())),
        )
    }

    fn tls(&self) -> &'static str {
        match (self.old_tls, self.lax) {
            (true, _) => r#", protocol = "tlsv1_1", ciphers = "ALL:@SECLEVEL=0""#,
            (false, true) => r#", ciphers = "ALL:@SECLEVEL=0""#,
            (false, false) => "",
        }
    }

    /// Writes accounts, rosters and cards; before the first start.
    pub(super) fn seed(&self, home: &Path, users: &[User]) -> Result<(), LabError> {
        fs::create_dir_all(home.join("no-certificates"))
            .map_err(LabError::io("creating a directory"))?;
        let store = |store: &str, user: &User, extension: &str, text: &str| {
            let host = home.join("data").join(encoded(user.domain(self.home())));
            let directory = host.join(store);
            fs::create_dir_all(&directory).map_err(LabError::io("creating a directory"))?;
            write(&directory.join(format!("{}.{extension}", encoded(&user.name))), text)
        };
        for user in users.iter().filter(|user| user.xmpp) {
            let account = format!("return {{ password = {} }};\n", quoted(&user.password));
            store("accounts", user, "dat", &account)?;
            store("roster", user, "dat", &self.roster(user, users))?;
            if !user.vcard_temp.is_empty() || user.display_name.is_some() {
                store("vcard", user, "dat", &vcard_temp(user))?;
            }
            if !user.vcard4.is_empty() {
                store("pep", user, "dat", &self.vcard4_node(user))?;
                store("pep_urn%3axmpp%3avcard4", user, "list", &self.vcard4_item(user))?;
            }
        }
        Ok(())
    }

    fn roster(&self, owner: &User, users: &[User]) -> String {
        let mut roster = String::from("return {\n[false] = { version = 1, pending = {} };\n");
        let home = self.home();
        let own = owner.jid(home);
        let lists = |user: &User, jid: &str| {
            user.contacts.iter().any(|contact| contact.jid(user.domain(home)) == jid)
        };
        let lives_at = |jid: &str| users.iter().find(|user| user.xmpp && user.jid(home) == jid);
        for contact in &owner.contacts {
            let jid = contact.jid(owner.domain(home));
            let subscription = match lives_at(&jid) {
                Some(user) if lists(user, &own) => "both",
                Some(_) => "to",
                None => "none",
            };
            let name = contact.name.as_deref().map(|name| format!("name = {};", quoted(name)));
            let groups: String =
                contact.groups.iter().map(|group| format!("[{}] = true;", quoted(group))).collect();
            roster.push_str(&format!(
                "[{}] = {{ subscription = \"{subscription}\"; groups = {{ {groups} }}; {} }};\n",
                quoted(&jid),
                name.unwrap_or_default(),
            ));
        }
        for user in users.iter().filter(|user| user.xmpp && lists(user, &own)) {
            let jid = user.jid(home);
            if !lists(owner, &jid) {
                let jid = quoted(&jid);
                roster.push_str(&format!(
                    "[{jid}] = {{ subscription = \"from\"; groups = {{}} }};\n"
                ));
            }
        }
        roster.push_str("};\n");
        roster
    }

    fn vcard4_node(&self, user: &User) -> String {
        format!(
            "return {{ [\"urn:xmpp:vcard4\"] = {{ name = \"urn:xmpp:vcard4\"; config = {{ \
             access_model = \"open\"; max_items = 1; persist_items = true; \
             send_last_published_item = \"on_sub_and_presence\" }}; subscribers = {{}}; \
             affiliations = {{ [{}] = \"owner\" }} }} }};\n",
            quoted(&user.jid(self.home())),
        )
    }

    fn vcard4_item(&self, user: &User) -> String {
        let tels = user.vcard4.iter().map(vcard4_tel);
        let name = element("fn", VCARD4, "", [text_element("text", VCARD4, full_name(user))]);
        let publisher = quoted(&user.jid(self.home()));
        let extra = format!("key = \"current\"; when = 1700000000; with = {publisher};");
        let children: Vec<String> = std::iter::once(name).chain(tels).collect();
        format!("item({});\n", element("vcard", VCARD4, &extra, children))
    }
}

/// Whether it went without one that another program has: which may be one that never answers.
fn lacks_a_port(log: &Path) -> bool {
    fs::read_to_string(log).is_ok_and(|log| log.contains("Failed to open server port"))
}

/// Its log, in the lab's directory.
pub(super) fn log(home: &Path) -> PathBuf {
    home.join("prosody.log")
}

fn full_name(user: &User) -> &str {
    user.display_name.as_deref().unwrap_or(&user.name)
}

fn vcard_temp(user: &User) -> String {
    let tels = user.vcard_temp.iter().map(|tel| {
        let types =
            tel.types.iter().map(|kind| element(&kind.to_uppercase(), VCARD_TEMP, "", Vec::new()));
        let number = text_element("NUMBER", VCARD_TEMP, &tel.value);
        element("TEL", VCARD_TEMP, "", types.chain([number]).collect::<Vec<_>>())
    });
    let name = text_element("FN", VCARD_TEMP, full_name(user));
    let children: Vec<String> = std::iter::once(name).chain(tels).collect();
    format!("return {};\n", element("vCard", VCARD_TEMP, "", children))
}

fn vcard4_tel(tel: &Tel) -> String {
    let types = tel.types.iter().map(|kind| text_element("text", VCARD4, kind));
    let types = element("type", VCARD4, "", types.collect::<Vec<_>>());
    // What is no URI goes into the text form (RFC 6351).
    let form = if tel.value.contains(':') { "uri" } else { "text" };
    let value = text_element(form, VCARD4, &tel.value);
    element("tel", VCARD4, "", [element("parameters", VCARD4, "", [types]), value])
}

/// A file name as Prosody's data manager makes it.
fn encoded(name: &str) -> String {
    name.bytes()
        .map(|byte| match byte {
            byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
            byte => format!("%{byte:02x}"),
        })
        .collect()
}

fn write(path: &Path, text: &str) -> Result<(), LabError> {
    fs::write(path, text).map_err(LabError::io(format!("writing {}", path.display())))
}
