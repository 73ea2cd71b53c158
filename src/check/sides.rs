//! Each side by itself: where DNS leads, what answers there, TLS, STUN, and the sign-in.

use futures::future::join_all;

use super::report::{Item, Line, Part, Verdict};
use super::session::{Chat, Phone};
use super::verdict::{self, Promise};
use crate::config::{SipAccount, TlsStart, XmppAccount};
use crate::model::account::Transport;
use crate::model::fault::Fault;
use crate::model::security::Guard;
use crate::secrets::PasswordProvider;
use crate::sip::resolve::{Names, Place};
use crate::sip::transport::{self, TransportSettings};
use crate::sip::uri::Host;
use crate::tls::{Policy, Roots};
use crate::xmpp;

/// The most places of one side that are looked at.
const MOST_PLACES: usize = 4;
/// The port of STUN (RFC 8489 §18.6).
const STUN_PORT: u16 = 3478;

/// What is known of an account beside its settings.
#[derive(Clone, Default)]
pub(super) struct Known {
    /// Its password; none is not an error.
    pub password: Option<PasswordProvider>,
    /// What the provider's document promises of the sign-in.
    pub promise: Promise,
    /// The document's STUN servers, as `stun:host:port`.
    pub stun: Vec<String>,
}

/// Looks at a chat account. The session stays open for who wants to know more.
pub(super) async fn chat(account: &XmppAccount, known: &Known) -> (Vec<Line>, Option<Chat>) {
    let domain = ascii(account.jid.domain().as_str());
    let ca_file = account.ca_file.clone();
    let roots = match tokio::task::spawn_blocking(move || Roots::load(ca_file.as_deref())).await {
        Ok(Ok(roots)) => roots,
        Ok(Err(fault)) => return (local(Part::Chat, &fault.to_string()), None),
        Err(error) => return (local(Part::Chat, &error.to_string()), None),
    };
    let jid = account.jid.domain().as_str();
    let policy = Policy::of(roots, &Guard::default(), &account.demands, jid);
    let found = match &account.server {
        Some(server) => Ok(vec![(server.clone(), account.tls == TlsStart::Direct)]),
        None => xmpp::servers(&domain).await,
    };
    let mut lines = vec![verdict::chat_dns(&domain, account.server.as_ref(), &found)];
    let places: Vec<_> = found.into_iter().flatten().take(MOST_PLACES).collect();
    let looks = places.iter().map(|(place, direct)| {
        let start = if *direct { TlsStart::Direct } else { TlsStart::StartTls };
        xmpp::reach(&account.jid, (place, start), &policy)
    });
    let outcomes: Vec<_> = join_all(looks).await;
    let any = outcomes.iter().any(Result::is_ok);
    for ((place, _), outcome) in places.iter().zip(outcomes) {
        lines.extend(verdict::reached(Part::Chat, &domain, &place.to_string(), &outcome.map(Some)));
    }
    let (line, session) = match (&known.password, any) {
        (Some(password), true) => {
            let opened = Chat::open(account.clone(), password.clone()).await;
            let (outcome, session) = split(opened, |chat: &Chat| chat.security.clone());
            (verdict::sign_in(Part::Chat, &outcome, &known.promise), session)
        }
        (password, _) => (not_signed_in(Part::Chat, password.is_some()), None),
    };
    lines.push(line);
    (lines, session)
}

/// The same for a telephony account.
pub(super) async fn phone(account: &SipAccount, known: &Known) -> (Vec<Line>, Option<Phone>) {
    let domain = account.aor.host().to_owned();
    let (proxy, ca_file) = (account.proxy.clone(), account.ca_file.clone());
    let settings = TransportSettings {
        domain: domain.clone(),
        proxy,
        ca_file,
        guard: Guard::default(),
        demands: account.demands.clone(),
    };
    let found = transport::targets(&settings).await;
    let proxy = account.proxy.as_ref().map(ToString::to_string);
    let mut lines = vec![verdict::phone_dns(&domain, proxy.as_deref(), &found)];
    let targets: Vec<_> = found.into_iter().flatten().take(MOST_PLACES).collect();
    let outcomes = join_all(targets.iter().map(|target| transport::reach(&settings, *target)));
    let outcomes: Vec<_> = outcomes.await;
    let any = outcomes.iter().any(Result::is_ok);
    for (target, outcome) in targets.iter().zip(outcomes) {
        let place = format!("{} ({})", target.address, verdict::name(target.transport));
        let outcome = outcome.map(|info| info.tls);
        lines.extend(verdict::reached(Part::Telephony, &domain, &place, &outcome));
    }
    for server in known.stun.iter().take(MOST_PLACES) {
        lines.push(stun(server).await);
    }
    let (line, session) = match (&known.password, any) {
        (Some(password), true) => {
            let opened = Phone::open(account.clone(), password.clone()).await;
            let (outcome, session) = split(opened, |phone: &Phone| phone.security.clone());
            (verdict::sign_in(Part::Telephony, &outcome, &known.promise), session)
        }
        (password, _) => (not_signed_in(Part::Telephony, password.is_some()), None),
    };
    lines.push(line);
    (lines, session)
}

fn split<T, F>(opened: Result<T, Fault>, facts: impl Fn(&T) -> F) -> (Result<F, Fault>, Option<T>) {
    match opened {
        Ok(session) => (Ok(facts(&session)), Some(session)),
        Err(fault) => (Err(fault), None),
    }
}

fn local(part: Part, words: &str) -> Vec<Line> {
    vec![Line::new(part, Item::Tls, Verdict::Problem, words)]
}

fn not_signed_in(part: Part, has_password: bool) -> Line {
    let words = match has_password {
        true => "no server was reached",
        false => "no password was given",
    };
    Line::new(part, Item::SignIn, Verdict::NotTested, words)
}

async fn stun(server: &str) -> Line {
    let Some(place) = stun_place(server) else {
        let words = format!("{server} is not a server for STUN over UDP");
        return Line::new(Part::Telephony, Item::Stun, Verdict::NotTested, words);
    };
    let outcome = match Names::system().resolve(&place).await {
        Ok(targets) => match targets.first() {
            Some(target) => transport::mapped(target.address).await,
            None => Err(Fault::UnknownHost(server.to_owned())),
        },
        Err(fault) => Err(fault),
    };
    verdict::stun(server, &outcome)
}

/// Reads `stun:host:port` (RFC 7064).
fn stun_place(text: &str) -> Option<Place> {
    let place = text.strip_prefix("stun:")?;
    let (host, port) = match place.parse::<std::net::SocketAddr>() {
        Ok(address) => (Host::Ip(address.ip()), address.port()),
        Err(_) => {
            let (host, port) = match place.split_once(':') {
                Some((host, port)) => (host, port.parse().ok()?),
                None => (place, STUN_PORT),
            };
            (host.parse().ok()?, port)
        }
    };
    Some(Place { host, port: Some(port), transport: Some(Transport::Udp), secure: false })
}

/// A domain as DNS and certificates have it (IDNA).
fn ascii(domain: &str) -> String {
    url::Host::parse(domain).map_or_else(|_| domain.to_owned(), |host| host.to_string())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn stun_addresses_are_read() {
        assert_eq!(stun_place("stun:[::1]:1").unwrap().port, Some(1));
        assert_eq!(stun_place("stun:stun.example.com").unwrap().port, Some(STUN_PORT));
        assert_eq!(stun_place("stun:stun.example.com:99").unwrap().port, Some(99));
        for bad in ["stuns:x.example", "stun:a b", "turn:x", "stun:x.example:port"] {
            assert_eq!(stun_place(bad), None, "{bad}");
        }
    }
}
