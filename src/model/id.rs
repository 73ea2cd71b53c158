//! Opaque identifiers. Faces pass them back as they got them; nobody looks inside.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Takes any text as an identifier.
            pub fn new(text: impl AsRef<str>) -> Self {
                Self(Arc::from(text.as_ref()))
            }

            /// The identifier as the faces write it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::new(text)
            }
        }
    };
}

id!(
    /// One configured account, XMPP or SIP.
    AccountId
);
id!(
    /// One call, from the first dialling or ringing to its end.
    CallId
);
id!(
    /// One message; on the wire the stanza's `id` (and XEP-0359 `origin-id`).
    MessageId
);
id!(
    /// One piece of work that takes a while.
    WorkId
);
id!(
    /// One entry of the user's address book; made by us, never taken from a file.
    BookId
);
