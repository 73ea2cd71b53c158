//! What can be dialled, from any way of writing it.

use phonenumber::country::Id;

use super::number::{self, Number};
use super::uri::{self, SipUri};
use super::{AddressError, AddressKey, Aor};

/// How an account dials telephone numbers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DialPlan {
    /// The region in which numbers without a country code are read.
    pub country: Option<Id>,
    /// The domain through which telephone numbers are dialled; without it they are `tel:`
    /// URIs.
    pub provider_domain: Option<String>,
}

impl DialPlan {
    /// The plan of a telephony account: numbers go through its own domain.
    pub fn of(aor: &Aor, country: Option<Id>) -> Self {
        Self { country, provider_domain: Some(aor.host().to_owned()) }
    }
}

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
    /// control characters, or is a local number and the plan has no provider.
    pub fn parse(text: &str, plan: &DialPlan) -> Result<Self, AddressError> {
        let display = uri::checked(text)?;
        let bare = display.strip_prefix('<').and_then(|rest| rest.strip_suffix('>'));
        let (uri, key) = read(bare.unwrap_or(display), plan)?;
        Ok(Self { uri, display: display.to_owned(), key })
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
                dial(number::subscriber(&uri::unescape(rest)?, plan.country)?, plan)
            }
        }
        Some((scheme, _)) => Err(AddressError::Scheme(scheme.to_owned())),
        None if text.contains('@') => sip(SipUri::parse(false, text)?, plan),
        None => dial(number::free_form(text, plan.country)?, plan),
    }
}

/// `tel:`, and the common mistake of writing it before a SIP URI.
fn tel(rest: &str, plan: &DialPlan) -> Result<(String, AddressKey), AddressError> {
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    match uri::split_scheme(rest) {
        Some(("sip", rest)) => sip(SipUri::parse(false, rest)?, plan),
        Some(("sips", rest)) => sip(SipUri::parse(true, rest)?, plan),
        Some((scheme, _)) => Err(AddressError::Scheme(scheme.to_owned())),
        None => dial(number::subscriber(&uri::unescape(rest)?, plan.country)?, plan),
    }
}

/// A SIP URI; with `user=phone` its user part is a telephone number (RFC 3261 §19.1.1). So is
/// one with a `+` at the plan's own provider, who is known to mean E.164 by it: many providers
/// and telephones leave the parameter out.
fn sip(uri: SipUri, plan: &DialPlan) -> Result<(String, AddressKey), AddressError> {
    let wire = uri.to_wire();
    let at_home = plan.provider_domain.as_deref() == Some(uri.host.as_str());
    let is_phone = uri.param("user").is_some_and(|value| value.eq_ignore_ascii_case("phone"));
    let number = uri
        .user
        .as_deref()
        .filter(|user| is_phone || (at_home && user.starts_with('+')))
        .filter(|user| number::looks_like_number(user.split(';').next().unwrap_or_default()))
        .map(|user| number::subscriber(user, plan.country.filter(|_| at_home)));
    let key = match number {
        Some(Ok(Number::Local { digits, context, extension })) => {
            let context = context.or_else(|| Some(uri.host.clone()));
            local_key(digits, context, extension.as_deref())
        }
        Some(Ok(Number::Global { number, extension })) => phone_key(number, extension.as_deref()),
        Some(Err(_)) | None => AddressKey::Sip(uri.aor()?),
    };
    Ok((wire, key))
}

/// A telephone number, by way of the provider.
fn dial(number: Number, plan: &DialPlan) -> Result<(String, AddressKey), AddressError> {
    let provider = plan.provider_domain.as_deref();
    let with_extension = |text: &str, extension: &Option<String>| match extension {
        Some(extension) => format!("{text};ext={extension}"),
        None => text.to_owned(),
    };
    match number {
        Number::Global { number, extension } => {
            let subscriber = with_extension(&number, &extension);
            let uri = match provider {
                Some(domain) => format!("sip:{subscriber}@{};user=phone", uri::bracketed(domain)),
                None => format!("tel:{subscriber}"),
            };
            Ok((uri, phone_key(number, extension.as_deref())))
        }
        Number::Local { digits, context: Some(context), extension } => {
            let subscriber =
                with_extension(&digits, &extension) + ";phone-context=" + context.as_str();
            let uri = match provider {
                Some(domain) => format!(
                    "sip:{}@{};user=phone",
                    uri::escape_user(&subscriber),
                    uri::bracketed(domain)
                ),
                None => format!("tel:{subscriber}"),
            };
            Ok((uri, local_key(digits, Some(context), extension.as_deref())))
        }
        Number::Local { digits, context: None, extension } => {
            let domain = provider.ok_or(AddressError::LocalNumber)?;
            let user = uri::escape_user(&digits);
            let uri = format!("sip:{user}@{}", uri::bracketed(domain));
            let context = Some(domain.to_ascii_lowercase());
            Ok((uri, local_key(digits, context, extension.as_deref())))
        }
    }
}

fn phone_key(number: String, extension: Option<&str>) -> AddressKey {
    AddressKey::Phone(with_ext(number, extension))
}

fn local_key(digits: String, context: Option<String>, extension: Option<&str>) -> AddressKey {
    AddressKey::Local { digits: with_ext(digits, extension), context }
}

fn with_ext(number: String, extension: Option<&str>) -> String {
    match extension {
        Some(extension) => number + ";ext=" + extension,
        None => number,
    }
}
