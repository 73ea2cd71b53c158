//! From facts to lines: what is well, what is not, and what to do about it. Pure.

use super::report::{Item, Line, Part, Verdict};
use crate::config::HostPort;
use crate::model::BareJid;
use crate::model::account::{Security, TlsFacts, Transport};
use crate::model::address::{AddressKey, Aor, DialPlan, Dialable};
use crate::model::contact::NumberSource;
use crate::model::fault::{CertificateFault, Fault};
use crate::model::vcard::Vcard;
use crate::sip::resolve::Target;
use crate::xmpp::VcardError;

/// The port of a chat domain that says nothing in DNS.
const USUAL_CHAT_PORT: u16 = 5222;
/// The most places that a line names.
const MOST_PLACES: usize = 6;

/// Where DNS leads for chat. `set`: the place that the account names instead.
pub(super) fn chat_dns(
    domain: &str,
    set: Option<&HostPort>,
    found: &Result<Vec<(HostPort, bool)>, Fault>,
) -> Line {
    let line = |verdict, found: &str| Line::new(Part::Chat, Item::Dns, verdict, found);
    if let Some(place) = set {
        return line(Verdict::NotTested, &format!("not asked: the account names {place}"));
    }
    let places = match found {
        Ok(places) => places,
        Err(fault) => return line(Verdict::Problem, &fault.to_string()).advice(no_chat(domain)),
    };
    let is_usual = |(place, direct): &(HostPort, bool)| {
        place.host == domain && place.port == USUAL_CHAT_PORT && !direct
    };
    if let [only] = places.as_slice()
        && is_usual(only)
    {
        let text = format!("no SRV record: {domain}:{USUAL_CHAT_PORT} itself is taken");
        return line(Verdict::Ok, &text);
    }
    let words = places
        .iter()
        .map(|(place, direct)| format!("{place} ({})", if *direct { "TLS" } else { "STARTTLS" }));
    line(Verdict::Ok, &listed(words))
}

fn no_chat(domain: &str) -> String {
    format!(
        "Publish “_xmpps-client._tcp.{domain}. SRV 10 0 5223 …” and “_xmpp-client._tcp.{domain}. \
         SRV 20 0 5222 …”."
    )
}

/// Where DNS leads for telephony. `set`: the proxy that the account names instead.
pub(super) fn phone_dns(
    domain: &str,
    set: Option<&str>,
    found: &Result<Vec<Target>, Fault>,
) -> Line {
    let line = |verdict, found: &str| Line::new(Part::Telephony, Item::Dns, verdict, found);
    let advice = format!(
        "Publish “_sips._tcp.{domain}. SRV 10 0 5061 …”: without it calls are set up in clear."
    );
    match (set, found) {
        (set, Err(fault)) => {
            let line = line(Verdict::Problem, &fault.to_string());
            if set.is_some() { line } else { line.advice(advice) }
        }
        (Some(proxy), Ok(_)) => {
            line(Verdict::NotTested, &format!("not asked: the account names {proxy}"))
        }
        (None, Ok(targets)) => {
            let words = targets.iter().map(|it| format!("{} ({})", it.address, name(it.transport)));
            let words = listed(words);
            match targets.iter().any(|target| target.transport == Transport::Tls) {
                true => line(Verdict::Ok, &words),
                false => line(Verdict::Warning, &words).advice(advice),
            }
        }
    }
}

fn listed(words: impl Iterator<Item = String>) -> String {
    words.take(MOST_PLACES).collect::<Vec<_>>().join(", ")
}

pub(super) fn name(transport: Transport) -> &'static str {
    match transport {
        Transport::Tls => "TLS",
        Transport::Tcp => "TCP",
        Transport::Udp => "UDP",
    }
}

/// What a connection without a log-in came to: a line for the port, and one for TLS.
pub(super) fn reached(
    part: Part,
    domain: &str,
    place: &str,
    outcome: &Result<Option<TlsFacts>, Fault>,
) -> Vec<Line> {
    let port = |verdict, words: &str| Line::new(part, Item::Port, verdict, words);
    let tls = |verdict, words: &str| Line::new(part, Item::Tls, verdict, words);
    let open = format!("{place} is open");
    match outcome {
        Ok(Some(facts)) => {
            let words = format!(
                "{}, {}; the certificate is good for {domain}",
                facts.version, facts.cipher_suite
            );
            vec![port(Verdict::Ok, &open), tls(Verdict::Ok, &words)]
        }
        Ok(None) => {
            let words = format!("{place} is talked to in clear");
            let advice = "Offer TLS: whoever is on the way sees who calls whom.";
            vec![port(Verdict::Ok, &open), tls(Verdict::Warning, &words).advice(advice)]
        }
        Err(fault) if is_of_tls(fault) => {
            let words = format!("{place}: {fault}");
            vec![
                port(Verdict::Ok, &open),
                tls(Verdict::Problem, &words).advice(tls_advice(fault, domain)),
            ]
        }
        Err(fault @ (Fault::UnknownHost(_) | Fault::NotOffered(_))) => {
            let dns = Line::new(part, Item::Dns, Verdict::Problem, fault.to_string());
            let advice = "Publish addresses (A, AAAA) of the host, or SRV records that lead to it.";
            vec![dns.advice(advice), tls(Verdict::NotTested, "there was no connection")]
        }
        Err(fault) => {
            let advice =
                format!("Let the server listen at {place}, and the firewall let it through.");
            vec![
                port(Verdict::Problem, &fault.to_string()).advice(advice),
                tls(Verdict::NotTested, "there was no connection"),
            ]
        }
    }
}

fn is_of_tls(fault: &Fault) -> bool {
    matches!(
        fault,
        Fault::Certificate(_)
            | Fault::Tls(_)
            | Fault::OldTls(_)
            | Fault::NoTls
            | Fault::Lost(_)
            | Fault::Rejected(_)
    )
}

/// What the operator does about it.
pub(super) fn tls_advice(fault: &Fault, domain: &str) -> String {
    match fault {
        Fault::Certificate(refused) => certificate_advice(&refused.defect, domain),
        Fault::NoTls => "Offer STARTTLS, or TLS from the first byte (XEP-0368).".to_owned(),
        _ => "Offer TLS 1.2 or newer, and look at the server's log.".to_owned(),
    }
}

fn certificate_advice(defect: &CertificateFault, domain: &str) -> String {
    match defect {
        CertificateFault::Expired => {
            "Renew the certificate, and have this server load the new one.".to_owned()
        }
        CertificateFault::NotYetValid => {
            "Compare the clocks; the certificate begins later.".to_owned()
        }
        CertificateFault::WrongName(_) => format!(
            "The certificate has to be for {domain}, what stands after the @, and not for the host \
             that DNS names."
        ),
        CertificateFault::UnknownIssuer | CertificateFault::SelfSigned => {
            "Use a certificate of an authority that computers trust, and send its whole chain \
             (fullchain.pem)."
                .to_owned()
        }
        CertificateFault::NotProvided => {
            "Bring the certificate and the document's pin_sha256 together.".to_owned()
        }
        _ => "Replace the certificate.".to_owned(),
    }
}

/// What the document promises of a log-in, as it writes it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Promise {
    /// `min_mechanism` or `min_algorithm`.
    pub least: Option<String>,
}

/// What signing in came to.
pub(super) fn sign_in(part: Part, outcome: &Result<Security, Fault>, promise: &Promise) -> Line {
    let line = |verdict, words: &str| Line::new(part, Item::SignIn, verdict, words);
    let security = match outcome {
        Ok(security) => security,
        Err(fault) => {
            return line(Verdict::Problem, &fault.to_string()).advice(refused(part, fault));
        }
    };
    let auth = &security.auth;
    let words = match part {
        Part::Telephony => format!("registered over {} with {auth}", name(security.transport)),
        _ => format!("signed in with {auth}"),
    };
    let is_weak = !auth.contains("SHA-256") && !auth.contains("SHA-512");
    let advice = match part {
        Part::Telephony => {
            "Ask for SHA-256 digest (RFC 8760): Kamailio: modparam(\"auth\", \"algorithm\", \
             \"SHA-256\"); Asterisk from 20.12, 21.7 or 22.2."
        }
        _ => {
            "Offer SCRAM-SHA-256: Prosody: password_hash = \"SHA-256\"; ejabberd: auth_scram_hash: \
              sha256."
        }
    };
    match &promise.least {
        Some(least) if is_weak && least.contains("SHA-256") => {
            let words = format!("{words}, and the document promises {least} at least");
            line(Verdict::Problem, &words).advice(advice)
        }
        _ if is_weak => line(Verdict::Warning, &words).advice(advice),
        _ => line(Verdict::Ok, &words),
    }
}

fn refused(part: Part, fault: &Fault) -> &'static str {
    match (fault, part) {
        (Fault::WrongPassword, Part::Telephony) => {
            "Compare user name and password with what the SIP server keeps; the document's \
             auth.username is used when there is one."
        }
        (Fault::WrongPassword, _) => "Compare the password with what the chat server keeps.",
        (Fault::NoMechanism, _) => {
            "Offer SCRAM-SHA-256; what sends the password itself is not used."
        }
        (Fault::NoPassword(_), _) => "Give the password, and check again.",
        (Fault::Certificate(_) | Fault::Tls(_) | Fault::NoTls, _) => "First mend TLS.",
        _ => "Look at the server's log for this moment.",
    }
}

/// Whether the own card names the own telephony address, in both its forms.
pub(super) fn card(aor: &Aor, cards: &Result<Vec<Vcard>, VcardError>) -> Line {
    let line = |verdict, words: &str| Line::new(Part::Together, Item::Card, verdict, words);
    let cards = match cards {
        Ok(cards) => cards,
        Err(error) => {
            let words = format!("the own card could not be read: {error}");
            return line(Verdict::Problem, &words).advice("Offer vcard-temp and PEP.");
        }
    };
    let plan = DialPlan::default();
    let own = AddressKey::Sip(aor.clone());
    let names = |card: &&Vcard| {
        let mut tels = card.tels.iter();
        tels.any(|tel| Dialable::parse(&tel.value, &plan).is_ok_and(|found| found.key == own))
    };
    let forms: Vec<&str> = cards.iter().filter(names).map(|card| form(card.source)).collect();
    let advice = format!(
        "Put a TEL with the number {aor} on the user's card: contacts call by it, and take a name \
         from it. In Dovetail: Accounts → Your number."
    );
    match forms.as_slice() {
        [] => {
            let others: Vec<&str> =
                cards.iter().flat_map(|card| &card.tels).map(|tel| tel.value.as_str()).collect();
            let words = match others.as_slice() {
                [] => "the own card names no number".to_owned(),
                some => format!("the own card does not name {aor}, but {}", some.join(", ")),
            };
            line(Verdict::Problem, &words).advice(advice)
        }
        [only] => {
            let words = format!("only the {only} names {aor}");
            let advice =
                "Clients read one of two forms: publish the number as vcard-temp and as vCard4.";
            line(Verdict::Warning, &words).advice(advice)
        }
        _ => line(Verdict::Ok, &format!("vcard-temp and vCard4 name {aor}")),
    }
}

fn form(source: NumberSource) -> &'static str {
    if source == NumberSource::Vcard4 { "vCard4" } else { "vcard-temp" }
}

/// Why a call of the check did not arrive.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum CallFault {
    /// It ended before.
    #[error("the call did not arrive: {0}")]
    Ended(String),
    /// Nothing happened in time.
    #[error("the call did not arrive in time")]
    TimedOut,
}

/// Whether a call brought the chat address with it.
pub(super) fn call_info(sent: &BareJid, arrived: &Result<Vec<BareJid>, CallFault>) -> Line {
    let line = |verdict, words: &str| Line::new(Part::Together, Item::CallInfo, verdict, words);
    match arrived {
        Ok(found) if found.contains(sent) => {
            line(Verdict::Ok, &format!("a call arrived with xmpp:{sent}"))
        }
        Ok(_) => line(Verdict::Problem, "a call arrived without its Call-Info").advice(
            "Pass Call-Info on: Kamailio: no remove_hf(\"Call-Info\"), no topology hiding that drops \
             it; Asterisk: carry it over in the dial plan (docs/provider.md).",
        ),
        Err(fault) => line(Verdict::Problem, &fault.to_string())
            .advice("Let a registered user call the own address, and look at the proxy's log."),
    }
}

/// Whether a STUN server answered, and what it sees.
pub(super) fn stun(place: &str, outcome: &Result<std::net::SocketAddr, Fault>) -> Line {
    let line = |verdict, words: &str| Line::new(Part::Telephony, Item::Stun, verdict, words);
    match outcome {
        Ok(mapped) => {
            line(Verdict::Ok, &format!("{place} answers; it sees this computer as {mapped}"))
        }
        Err(fault) => line(Verdict::Problem, &format!("{place}: {fault}"))
            .advice("Let the STUN server answer over UDP, or take it out of the document."),
    }
}

#[cfg(test)]
mod tests;
