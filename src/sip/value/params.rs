//! Parameters after `;`: of URIs and of header values.

use std::fmt;

use super::scan::{pieces, quoted_start, unquoted};
use super::{ValueError, is_token, quoted};

/// One parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Param {
    name: String,
    value: Option<String>,
    quoted: bool,
}

impl Param {
    /// Its name, in the letters in which it was written.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its value without quotation marks; `None` without `=`.
    pub fn value(&self) -> Option<&str> {
        self.value.as_deref()
    }
}

/// Parameters in order; names in any case, the first of a name counts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Params(Vec<Param>);

impl Params {
    /// Reads the parameters of a header value: `;a=b;c="d e"`, with or without the first `;`,
    /// white space and one `;` at the end tolerated.
    ///
    /// # Errors
    /// `Param` for an empty or malformed one, `Quote` for a missing quotation mark.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        raw(text).map(|part| part.map(Param::from)).collect::<Result<_, _>>().map(Self)
    }

    /// Checks what [`Params::parse`] would read, without keeping it.
    pub(crate) fn check(text: &str) -> Result<(), ValueError> {
        raw(text).try_for_each(|part| part.map(drop))
    }

    /// Reads the parameters of a URI, which know no quotation marks: `a=b;c`. Values stay
    /// escaped.
    ///
    /// # Errors
    /// `Param` for an empty or malformed one.
    pub fn parse_uri(text: &str) -> Result<Self, ValueError> {
        let param = |text: &str| {
            let (name, value) = match text.split_once('=') {
                Some((name, value)) => (name, Some(value.to_owned())),
                None => (text, None),
            };
            if name.is_empty() || text.bytes().any(|byte| byte <= b' ' || b"\"<>@".contains(&byte))
            {
                return Err(ValueError::Param);
            }
            Ok(Param { name: name.to_owned(), value, quoted: false })
        };
        let text = text.strip_suffix(';').unwrap_or(text);
        if text.is_empty() {
            return Ok(Self::default());
        }
        text.split(';').map(param).collect::<Result<_, _>>().map(Self)
    }

    /// The value of a parameter: `""` when it has none, `None` when it is absent.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.find(name).map(|param| param.value.as_deref().unwrap_or_default())
    }

    /// Whether the parameter is there, with or without a value.
    pub fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// Sets a parameter in its place, or at the end. A value that is no token is quoted when
    /// written (except addresses such as `[::1]:5060` and lists of escapes in URIs).
    pub fn set(&mut self, name: &str, value: Option<&str>) {
        let quoted = value.is_some_and(|value| {
            !value
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-.!%*_+`'~[]:/&$".contains(&byte))
        });
        let param = Param { name: name.to_owned(), value: value.map(str::to_owned), quoted };
        match self.0.iter_mut().find(|param| param.name.eq_ignore_ascii_case(name)) {
            Some(old) => *old = param,
            None => self.0.push(param),
        }
    }

    /// Removes a parameter.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|param| !param.name.eq_ignore_ascii_case(name));
    }

    /// Every parameter in order.
    pub fn iter(&self) -> impl Iterator<Item = &Param> {
        self.0.iter()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn find(&self, name: &str) -> Option<&Param> {
        self.0.iter().find(|param| param.name.eq_ignore_ascii_case(name))
    }
}

/// A parameter as written.
struct Raw<'a> {
    name: &'a str,
    /// Its value; that of a quoted one without its marks, still escaped.
    value: Option<&'a str>,
    quoted: bool,
}

impl From<Raw<'_>> for Param {
    fn from(raw: Raw<'_>) -> Self {
        let value = raw.value.map(|v| if raw.quoted { unquoted(v) } else { v.to_owned() });
        Self { name: raw.name.to_owned(), value, quoted: raw.quoted }
    }
}

fn raw(text: &str) -> impl Iterator<Item = Result<Raw<'_>, ValueError>> {
    let text = text.trim();
    let text = text.strip_prefix(';').unwrap_or(text);
    let text = text.strip_suffix(';').unwrap_or(text);
    let parts = Some(text).filter(|text| !text.trim().is_empty());
    parts.into_iter().flat_map(|text| pieces(text, b';')).map(raw_param)
}

fn raw_param(text: &str) -> Result<Raw<'_>, ValueError> {
    let (name, value) = match text.split_once('=') {
        Some((name, value)) => (name.trim_end(), Some(value.trim_start())),
        None => (text, None),
    };
    if !is_token(name) {
        return Err(ValueError::Param);
    }
    let (value, quoted) = match value {
        Some(value) if value.starts_with('"') => {
            let (value, rest) = quoted_start(value).ok_or(ValueError::Quote)?;
            if !rest.is_empty() {
                return Err(ValueError::Param);
            }
            (Some(value), true)
        }
        Some(value) if value.contains('"') => return Err(ValueError::Quote),
        value => (value, false),
    };
    Ok(Raw { name, value, quoted })
}

impl fmt::Display for Params {
    /// Each with a `;` before it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for param in &self.0 {
            write!(f, ";{}", param.name)?;
            match &param.value {
                Some(value) if param.quoted => write!(f, "={}", quoted(value))?,
                Some(value) => write!(f, "={value}")?,
                None => {}
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn quotes_spaces_and_case() {
        let params = Params::parse(" ; Tag = abc ;lr;x=\"a;\\\"b\" ;").unwrap();
        assert_eq!(params.get("tag"), Some("abc"));
        assert_eq!(params.get("LR"), Some(""));
        assert_eq!(params.get("x"), Some("a;\"b"));
        assert_eq!(params.get("y"), None);
        assert_eq!(params.to_string(), ";Tag=abc;lr;x=\"a;\\\"b\"");
    }

    #[test]
    fn separators_without_parameters_are_refused() {
        for bad in [";;,;,,", ";a=1;;b", ";=x", ";a=\"b", ";a=\"b\"c", ";a b=c"] {
            assert!(Params::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn set_quotes_what_needs_it() {
        let mut params = Params::default();
        params.set("+sip.instance", Some("<urn:uuid:1>"));
        params.set("received", Some("[2001:db8::1]"));
        params.set("rport", None);
        params.set("RECEIVED", Some("192.0.2.1"));
        assert_eq!(params.to_string(), ";+sip.instance=\"<urn:uuid:1>\";RECEIVED=192.0.2.1;rport");
        params.remove("Rport");
        assert!(!params.has("rport"));
    }
}
