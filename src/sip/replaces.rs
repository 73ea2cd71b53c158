//! Which dialog a call takes over (`Replaces`, RFC 3891), and the Refer-To that asks for it
//! (RFC 3515 §2.1, RFC 5589 §7).

use std::fmt;
use std::str::FromStr;

use super::dialog::DialogId;
use super::message::Headers;
use super::uri::{SipUri, is_uri, unescape};
use super::value::{NameAddr, ValueError, is_token};

/// The longest Call-ID or tag that is passed on.
const MAX_PART: usize = 256;
/// The most headers of a Refer-To URI that are looked at.
const MAX_URI_HEADERS: usize = 16;

/// A dialog as its `Replaces` names it: seen from the side that holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replaces {
    /// The Call-ID.
    pub call_id: String,
    /// The tag of the side that is asked to replace.
    pub to_tag: String,
    /// The tag of the side that the new call takes the place of.
    pub from_tag: String,
    /// Only while the dialog is early.
    pub early_only: bool,
}

impl Replaces {
    /// What makes the other side of our dialog replace it.
    pub fn of_dialog(id: &DialogId) -> Self {
        // A missing tag of RFC 2543 is written as 0 (RFC 3891 §6.1).
        let tag = |tag: &str| if tag.is_empty() { "0".to_owned() } else { tag.to_owned() };
        Self {
            call_id: id.call_id.clone(),
            to_tag: tag(&id.remote_tag),
            from_tag: tag(&id.local_tag),
            early_only: false,
        }
    }

    /// Whether it names this dialog of ours.
    pub fn names(&self, id: &DialogId) -> bool {
        let same = |named: &str, tag: &str| named == tag || (named == "0" && tag.is_empty());
        self.call_id == id.call_id
            && same(&self.to_tag, &id.local_tag)
            && same(&self.from_tag, &id.remote_tag)
    }

    /// The Replaces of an INVITE; `None` when it has none.
    ///
    /// # Errors
    /// When there are several, or it cannot be read: to be answered 400 (RFC 3891 §3).
    pub fn of_request(headers: &Headers) -> Result<Option<Self>, ValueError> {
        match headers.list("Replaces").as_slice() {
            [] if headers.get("Replaces").is_none() => Ok(None),
            [one] => one.parse().map(Some),
            _ => Err(ValueError::Missing),
        }
    }
}

impl FromStr for Replaces {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let mut parts = text.split(';').map(str::trim);
        let call_id = parts.next().filter(|text| is_call_id(text)).ok_or(ValueError::Missing)?;
        let (mut to_tag, mut from_tag, mut early_only) = (None, None, false);
        for part in parts {
            let (name, value) = match part.split_once('=') {
                Some((name, value)) => (name.trim_end(), value.trim_start()),
                None => (part, ""),
            };
            let place = match name {
                _ if name.eq_ignore_ascii_case("to-tag") => &mut to_tag,
                _ if name.eq_ignore_ascii_case("from-tag") => &mut from_tag,
                _ => {
                    early_only |= name.eq_ignore_ascii_case("early-only");
                    continue;
                }
            };
            if !is_token(value) || value.len() > MAX_PART || place.is_some() {
                return Err(ValueError::Param);
            }
            *place = Some(value.to_owned());
        }
        Ok(Self {
            call_id: call_id.to_owned(),
            to_tag: to_tag.ok_or(ValueError::Missing)?,
            from_tag: from_tag.ok_or(ValueError::Missing)?,
            early_only,
        })
    }
}

impl fmt::Display for Replaces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{};to-tag={};from-tag={}", self.call_id, self.to_tag, self.from_tag)?;
        if self.early_only {
            f.write_str(";early-only")?;
        }
        Ok(())
    }
}

/// Whom a REFER wants called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferTarget {
    /// A `sip:`, `sips:` or `tel:` URI, without headers and method.
    pub uri: String,
    /// The call it is to take over there.
    pub replaces: Option<Replaces>,
}

/// Why a REFER is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReferError {
    /// No Refer-To, several, or one that cannot be read.
    #[error("the Refer-To cannot be read")]
    Malformed,
    /// Not a `sip:`, `sips:` or `tel:` URI.
    #[error("the Refer-To is no address that can be called")]
    Scheme,
    /// Something else than a call is wanted.
    #[error("the Refer-To asks for another method than INVITE")]
    Method,
}

impl ReferError {
    /// The status that says so.
    pub fn status(self) -> u16 {
        match self {
            Self::Malformed => 400,
            Self::Scheme => 416,
            Self::Method => 603,
        }
    }
}

impl ReferTarget {
    /// Reads the one Refer-To of a REFER. Of the URI's headers only Replaces is kept: nobody
    /// else writes headers into our requests.
    ///
    /// # Errors
    /// See [`ReferError`].
    pub fn of_request(headers: &Headers) -> Result<Self, ReferError> {
        let [value] = headers.list("Refer-To")[..] else { return Err(ReferError::Malformed) };
        let uri = value.parse::<NameAddr>().map_err(|_| ReferError::Malformed)?.uri;
        let scheme = uri.split(':').next().unwrap_or_default().to_ascii_lowercase();
        match scheme.as_str() {
            "tel" if is_uri(&uri) => Ok(Self { uri, replaces: None }),
            "sip" | "sips" => Self::of_sip(uri.parse().map_err(|_| ReferError::Malformed)?),
            _ => Err(ReferError::Scheme),
        }
    }

    fn of_sip(mut uri: SipUri) -> Result<Self, ReferError> {
        if uri.params.get("method").is_some_and(|method| method != "INVITE") {
            return Err(ReferError::Method);
        }
        uri.params.remove("method");
        let headers = uri.headers.take().unwrap_or_default();
        let mut values = headers.split('&').take(MAX_URI_HEADERS).filter_map(|header| {
            let (name, value) = header.split_once('=')?;
            name.eq_ignore_ascii_case("Replaces").then_some(value)
        });
        let replaces = match (values.next(), values.next()) {
            (None, _) => None,
            (Some(value), None) => {
                let value = unescape(value).ok_or(ReferError::Malformed)?;
                Some(value.parse().map_err(|_| ReferError::Malformed)?)
            }
            _ => return Err(ReferError::Malformed),
        };
        Ok(Self { uri: uri.to_string(), replaces })
    }

    /// The Refer-To value; `None` when a dialog is to be replaced and the URI is no SIP one.
    pub fn header(&self) -> Option<String> {
        let Some(replaces) = &self.replaces else { return Some(format!("<{}>", self.uri)) };
        let mut uri: SipUri = self.uri.parse().ok()?;
        uri.params.remove("method");
        uri.headers = Some(format!("Replaces={}", escape(&replaces.to_string())));
        Some(format!("<{uri}>"))
    }
}

/// Everything but RFC 3261's `unreserved` is escaped.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// RFC 3261 §25.1 `callid`, as far as it matters here: one word, without what separates
/// parameters.
fn is_call_id(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= MAX_PART
        && text.bytes().all(|byte| byte.is_ascii_graphic() && !b",;".contains(&byte))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn refer_to(value: &str) -> Result<ReferTarget, ReferError> {
        let mut headers = Headers::default();
        headers.push("Refer-To", value);
        ReferTarget::of_request(&headers)
    }

    #[test]
    fn a_refer_to_is_written_and_read() {
        let id = DialogId {
            call_id: "12+a/b@192.168.118.3".to_owned(),
            local_tag: "mine".to_owned(),
            remote_tag: "th.eirs".to_owned(),
        };
        let target = ReferTarget {
            uri: "sip:carol@cusax.test;user=phone".to_owned(),
            replaces: Some(Replaces::of_dialog(&id)),
        };
        let header = target.header().unwrap();
        assert_eq!(
            header,
            "<sip:carol@cusax.test;user=phone?Replaces=12%2Ba%2Fb%40192.168.118.3%3B\
             to-tag%3Dth.eirs%3Bfrom-tag%3Dmine>"
        );
        assert_eq!(refer_to(&header), Ok(target));
    }

    #[test]
    fn only_calls_are_taken_and_only_replaces_is_kept() {
        let plain = |uri: &str| Ok(ReferTarget { uri: uri.to_owned(), replaces: None });
        assert_eq!(refer_to("<sip:c@d;method=INVITE?Subject=hi&Route=x>"), plain("sip:c@d"));
        assert_eq!(refer_to("tel:+1555"), plain("tel:+1555"));
        assert_eq!(refer_to("\"C\" <sips:c@d>"), plain("sips:c@d"));
        for (bad, status) in [
            ("<sip:c@d;method=BYE>", 603),
            ("<sip:c@d;method=invite>", 603),
            ("<http://c.d/>", 416),
            ("<xmpp:c@d>", 416),
            ("<sip:c@d>, <sip:e@f>", 400),
            ("<sip:@>", 400),
            ("<sip:c@d?Replaces=a>", 400),
            ("<sip:c@d?Replaces=a%3Bto-tag%3D1%3Bfrom-tag%3D2&Replaces=b>", 400),
            ("<sip:c@d?Replaces=a%0D%0AX%3A%3Bto-tag%3D1%3Bfrom-tag%3D2>", 400),
            ("", 400),
        ] {
            assert_eq!(refer_to(bad).map_err(ReferError::status), Err(status), "{bad}");
        }
    }

    #[test]
    fn a_replaces_names_the_dialog_from_our_side() {
        let read: Replaces = "c@h ; from-tag=theirs;x=y;to-tag=ours;early-only".parse().unwrap();
        assert!(read.early_only);
        let id = |local: &str, remote: &str| DialogId {
            call_id: "c@h".to_owned(),
            local_tag: local.to_owned(),
            remote_tag: remote.to_owned(),
        };
        assert!(read.names(&id("ours", "theirs")));
        assert!(!read.names(&id("theirs", "ours")));
        let old: Replaces = "c@h;to-tag=ours;from-tag=0".parse().unwrap();
        assert!(old.names(&id("ours", "")));
        for bad in
            ["", "c", "c;to-tag=1", "c;to-tag=1;to-tag=2;from-tag=3", "c d;to-tag=1;from-tag=2"]
        {
            assert!(bad.parse::<Replaces>().is_err(), "{bad}");
        }
    }
}
