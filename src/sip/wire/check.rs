//! What every message must have before a machine sees it (RFC 3261 §8.1.1, §8.2, RFC 4475).

use super::WireFault;
use crate::sip::message::{Headers, Method};
use crate::sip::uri::{SipUri, is_uri};
use crate::sip::value::{CSeq, NameAddr, Via, pieces};

/// Checks a request: the Request-URI, the headers that everything after needs, and Contact.
/// Branch, From tag and Max-Forwards may be missing, as RFC 2543 allowed.
pub(super) fn request(method: &Method, uri: &str, headers: &Headers) -> Result<(), WireFault> {
    request_uri(uri)?;
    let cseq = common(headers)?;
    if cseq.method != *method {
        return Err(WireFault::Mismatch);
    }
    once(headers, "Max-Forwards")?;
    for line in headers.all("Contact").filter(|line| *line != "*") {
        for contact in pieces(line, b',') {
            NameAddr::check(contact).map_err(|_| WireFault::Header("Contact"))?;
        }
    }
    Ok(())
}

/// Checks a response. With more than one Via it went astray (RFC 3261 §8.1.3.3).
pub(super) fn response(headers: &Headers) -> Result<(), WireFault> {
    common(headers)?;
    let vias = headers.all("Via").flat_map(|line| pieces(line, b',')).take(2).count();
    if vias == 1 { Ok(()) } else { Err(WireFault::Repeated("Via")) }
}

/// A SIP URI must be well formed and without headers (RFC 3261 §19.1.1); of others only the
/// outer form is known.
fn request_uri(uri: &str) -> Result<(), WireFault> {
    let scheme = uri.split(':').next().unwrap_or_default();
    if scheme.eq_ignore_ascii_case("sip") || scheme.eq_ignore_ascii_case("sips") {
        return match uri.parse::<SipUri>() {
            Ok(uri) if uri.headers.is_none() => Ok(()),
            _ => Err(WireFault::Uri),
        };
    }
    if is_uri(uri) { Ok(()) } else { Err(WireFault::Uri) }
}

fn common(headers: &Headers) -> Result<CSeq, WireFault> {
    let cseq = single(headers, "CSeq")?.parse().map_err(|_| WireFault::Header("CSeq"))?;
    if single(headers, "Call-ID")?.is_empty() {
        return Err(WireFault::Header("Call-ID"));
    }
    for name in ["From", "To"] {
        NameAddr::check(single(headers, name)?).map_err(|_| WireFault::Header(name))?;
    }
    let mut vias = headers.all("Via").flat_map(|line| pieces(line, b',')).peekable();
    if vias.peek().is_none() {
        return Err(WireFault::Missing("Via"));
    }
    for via in vias {
        Via::check(via).map_err(|_| WireFault::Header("Via"))?;
    }
    Ok(cseq)
}

fn single<'a>(headers: &'a Headers, name: &'static str) -> Result<&'a str, WireFault> {
    once(headers, name)?.ok_or(WireFault::Missing(name))
}

fn once<'a>(headers: &'a Headers, name: &'static str) -> Result<Option<&'a str>, WireFault> {
    let mut all = headers.all(name);
    let first = all.next();
    if all.next().is_some() { Err(WireFault::Repeated(name)) } else { Ok(first) }
}
