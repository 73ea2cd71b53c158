//! What can be dialled, from any way of writing it.

use super::number::{self, Number};
use super::uri::{self, SipUri};
use super::{AddressError, AddressKey, Aor, DialPlan};

/// An address that a call can be placed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dialable {
    /// The canonical URI, as it is put on the wire: `sip:`, `sips:` or `tel:`.
    pub uri: String,
    /// The address as it was written.
    pub display: String,
    /// What it is compared by.
    pub key: AddressKey,
}

impl Dialable {
    /// Reads a `sip:`, `sips:`, `tel:` or `callto:` URI, `user@host`, or a telephone number
    /// in any form (RFC 3261 §19.1, RFC 3966).
    ///
    /// # Errors
    /// When the text is none of those, is longer than [`super::MAX_ADDRESS_LEN`] bytes, has
    /// control characters, or is a local number and the plan has no provider or is of others.
    pub fn parse(text: &str, plan: &DialPlan) -> Result<Self, AddressError> {
        let display = uri::checked(text)?;
        let bare = display.strip_prefix('<').and_then(|rest| rest.strip_suffix('>'));
        let (uri, key) = read(bare.unwrap_or(display), plan)?;
        Ok(Self { uri, display: display.to_owned(), key })
    }

    /// The host that the URI leads to, in lower case; `None` for a `tel:` URI.
    pub fn host(&self) -> Option<String> {
        Some(self.sip_uri()?.host)
    }

    /// Whether the URI itself says that it is about a telephone number (RFC 3261 §19.1.1,
    /// RFC 3966 §5.1.5).
    pub fn says_telephone(&self) -> bool {
        self.sip_uri().is_none_or(|uri| {
            let user = uri.user.as_deref().unwrap_or_default().to_ascii_lowercase();
            says_phone(&uri) || user.contains(";phone-context=")
        })
    }

    fn sip_uri(&self) -> Option<SipUri> {
        match uri::split_scheme(&self.uri)? {
            ("sip", rest) => SipUri::parse(false, rest).ok(),
            ("sips", rest) => SipUri::parse(true, rest).ok(),
            _ => None,
        }
    }
}

fn read(text: &str, plan: &DialPlan) -> Result<(String, AddressKey), AddressError> {
    match uri::split_scheme(text) {
        Some(("sip", rest)) => sip(SipUri::parse(false, rest)?, plan),
        Some(("sips", rest)) => sip(SipUri::parse(true, rest)?, plan),
        Some(("tel", rest)) => tel(rest, plan),
        Some(("callto", rest)) => {
            let rest = rest.strip_prefix("//").unwrap_or(rest);
            let rest = rest.split_once('?').map_or(rest, |(before, _)| before);
            if rest.contains('@') {
                sip(SipUri::parse(false, rest)?, plan)
            } else {
                dial(number::subscriber(&uri::unescape(rest)?, Some(plan))?, plan)
            }
        }
        Some((scheme, _)) => Err(AddressError::Scheme(scheme.to_owned())),
        None if text.contains('@') => sip(SipUri::parse(false, text)?, plan),
        None if has_parameters(text) => dial(number::subscriber(text, Some(plan))?, plan),
        None => dial(number::free_form(text, Some(plan))?, plan),
    }
}

/// Whether a number without a scheme goes on with the parameters of one with.
fn has_parameters(text: &str) -> bool {
    text.split_once(';').is_some_and(|(_, rest)| {
        rest.starts_with(|c: char| c.is_ascii_alphabetic()) && rest.contains('=')
    })
}

/// `tel:`, and the common mistakes: to write it before a SIP URI, or before blanks.
fn tel(rest: &str, plan: &DialPlan) -> Result<(String, AddressKey), AddressError> {
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    match uri::split_scheme(rest) {
        Some(("sip", rest)) => sip(SipUri::parse(false, rest)?, plan),
        Some(("sips", rest)) => sip(SipUri::parse(true, rest)?, plan),
        Some((scheme, _)) => Err(AddressError::Scheme(scheme.to_owned())),
        None => {
            let subscriber = uri::unescape(&rest.replace(' ', ""))?;
            dial(number::subscriber(&subscriber, Some(plan))?, plan)
        }
    }
}

fn says_phone(uri: &SipUri) -> bool {
    uri.param("user").is_some_and(|value| value.eq_ignore_ascii_case("phone"))
}

/// A SIP URI; with `user=phone` its user part is a telephone number (RFC 3261 §19.1.1). So is
/// one with a `+` at the plan's own provider, who is known to mean E.164 by it: many providers
/// and telephones leave the parameter out. A number that means something at its host only is the
/// address of a user there.
fn sip(uri: SipUri, plan: &DialPlan) -> Result<(String, AddressKey), AddressError> {
    let wire = uri.to_wire();
    let at_home = plan.is_own(&uri.host);
    let is_phone = says_phone(&uri);
    let number = uri
        .user
        .as_deref()
        .filter(|user| is_phone || (at_home && user.starts_with('+')))
        .filter(|user| number::looks_like_number(user.split(';').next().unwrap_or_default()))
        .map(|user| number::subscriber(user, Some(plan).filter(|_| at_home)));
    let key = match number {
        Some(Ok(Number::Local { digits, context, extension })) => {
            let digits = with_ext(digits, extension.as_deref());
            match context {
                Some(context) if context != uri.host && !(at_home && plan.is_own(&context)) => {
                    AddressKey::Local { digits, context: Some(context) }
                }
                context => user_at(digits, context.unwrap_or(uri.host)),
            }
        }
        Some(Ok(Number::Global { number, extension })) => phone_key(number, extension.as_deref()),
        Some(Err(_)) | None => AddressKey::Sip(uri.aor()?),
    };
    Ok((wire, key))
}

/// A telephone number, by way of the provider.
fn dial(number: Number, plan: &DialPlan) -> Result<(String, AddressKey), AddressError> {
    let provider = plan.provider_domain.as_deref();
    match number {
        Number::Global { number, extension } => {
            let subscriber = with_ext(number.clone(), extension.as_deref());
            let uri = match provider {
                Some(domain) => format!("sip:{subscriber}@{};user=phone", uri::bracketed(domain)),
                None => format!("tel:{subscriber}"),
            };
            Ok((uri, phone_key(number, extension.as_deref())))
        }
        Number::Local { digits, context: Some(context), extension } if !plan.is_own(&context) => {
            let digits = with_ext(digits, extension.as_deref());
            let subscriber = format!("{digits};phone-context={context}");
            let uri = match provider {
                Some(domain) => format!(
                    "sip:{}@{};user=phone",
                    uri::escape_user(&subscriber),
                    uri::bracketed(domain)
                ),
                None => format!("tel:{subscriber}"),
            };
            Ok((uri, AddressKey::Local { digits, context: Some(context) }))
        }
        Number::Local { context: None, .. } if plan.others => Err(AddressError::LocalNumber),
        Number::Local { digits, context, extension } => {
            let domain = context.as_deref().or(provider).ok_or(AddressError::LocalNumber)?;
            let user = with_ext(digits, extension.as_deref());
            let uri = format!("sip:{}@{}", uri::escape_user(&user), uri::bracketed(domain));
            Ok((uri, user_at(user, domain.to_ascii_lowercase())))
        }
    }
}

fn user_at(user: String, host: String) -> AddressKey {
    AddressKey::Sip(Aor { user, host })
}

fn phone_key(number: String, extension: Option<&str>) -> AddressKey {
    AddressKey::Phone(with_ext(number, extension))
}

fn with_ext(number: String, extension: Option<&str>) -> String {
    match extension {
        Some(extension) => number + ";ext=" + extension,
        None => number,
    }
}
