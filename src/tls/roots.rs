//! Whom this computer trusts to vouch for servers.

use std::path::Path;
use std::sync::Arc;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::model::fault::Fault;

/// Trust anchors of one account: the platform's and, if set, the account's own.
#[derive(Debug, Clone)]
pub struct Roots(pub(super) Arc<RootCertStore>);

impl Roots {
    /// Reads the platform's roots and `ca_file` (PEM, one or more certificates).
    ///
    /// # Errors
    /// `Fault::Local` when `ca_file` cannot be read or holds no certificate.
    pub fn load(ca_file: Option<&Path>) -> Result<Self, Fault> {
        let mut store = RootCertStore::empty();
        let platform = rustls_native_certs::load_native_certs();
        let _ = store.add_parsable_certificates(platform.certs);
        if let Some(path) = ca_file {
            let broken = |why: String| Fault::Local(format!("ca_file {}: {why}", path.display()));
            let certificates = CertificateDer::pem_file_iter(path)
                .and_then(Iterator::collect::<Result<Vec<_>, _>>)
                .map_err(|error| broken(error.to_string()))?;
            let (added, _) = store.add_parsable_certificates(certificates);
            if added == 0 {
                return Err(broken("no certificate in it".to_owned()));
            }
        }
        Ok(Self(Arc::new(store)))
    }
}
