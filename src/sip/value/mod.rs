//! The values that header fields hold (RFC 3261 §20, §25): parsed once, written back.

pub mod call_info;
mod cseq;
mod name_addr;
mod params;
mod scan;
mod via;

pub use cseq::CSeq;
pub use name_addr::NameAddr;
pub use params::{Param, Params};
pub use scan::split;
pub(crate) use scan::{is_token, pieces, quoted};
pub use via::Via;

/// Why a header's value could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    /// Something required is missing.
    #[error("a part is missing")]
    Missing,
    /// Not a URI, or one that needs angle brackets and has none.
    #[error("not a valid URI")]
    Uri,
    /// Not a host.
    #[error("not a valid host")]
    Host,
    /// A port or another number is out of range or no number.
    #[error("not a valid number")]
    Number,
    /// A parameter without a name, or with a malformed value.
    #[error("not a valid parameter")]
    Param,
    /// A quotation mark without its pair.
    #[error("unbalanced quotation marks")]
    Quote,
    /// Not SIP/2.0.
    #[error("not SIP/2.0")]
    Version,
}
