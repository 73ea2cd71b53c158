//! `[provisioning]`: how a provider's document is fetched.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use super::file::ConfigError;
use super::table::{Document, Problem, Table};

/// The most names of `hosts`.
const MAX_HOSTS: usize = 32;

/// How a provider's document is fetched: for services that are tried out on one machine.
/// Certificates are checked all the same; nothing here can switch that off.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Provisioning {
    /// One more trust anchor (PEM), for the document and for the accounts that it gives.
    pub ca_file: Option<PathBuf>,
    /// Where some web servers are, instead of what DNS says: name to address and port.
    pub hosts: BTreeMap<String, SocketAddr>,
}

/// Reads `[provisioning]`.
pub(super) fn provisioning<'a, 'd>(
    document: &'a Document<'d>,
    root: &Table<'a, 'd>,
    base: &Path,
) -> Result<Provisioning, ConfigError> {
    let Some((value, at)) = root.value("provisioning") else {
        return Ok(Provisioning::default());
    };
    let form = "written as [provisioning]";
    let entries =
        value.as_table().ok_or_else(|| root.complain("provisioning", Problem::Type(form)))?;
    let table = Table::new(document, "provisioning", at, entries, &["ca_file", "hosts"])?;
    let form = "a table of hosts, as { \"example.com\" = \"127.0.0.1:8443\" }";
    let listed = table.table("hosts", "provisioning.hosts", form, None)?;
    let mut hosts = BTreeMap::new();
    if let Some(listed) = listed {
        let texts = listed.texts()?;
        if texts.len() > MAX_HOSTS {
            return Err(table.complain("hosts", Problem::TooMany(MAX_HOSTS)));
        }
        for (name, address) in texts {
            let address = address.parse().map_err(|_| listed.complain(name, Problem::Place))?;
            hosts.insert(name.to_lowercase(), address);
        }
    }
    Ok(Provisioning { ca_file: table.text("ca_file")?.map(|text| base.join(text)), hosts })
}
