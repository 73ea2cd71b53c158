//! XEP-0092: software version.

use tokio_xmpp::minidom::Element;
use tokio_xmpp::parsers::version::VersionResult;

/// The answer. The operating system stays our own business.
pub fn answer() -> Element {
    VersionResult {
        name: "Dovetail".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        os: None,
    }
    .into()
}
