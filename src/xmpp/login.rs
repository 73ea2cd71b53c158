//! SASL over a verified stream (RFC 6120 §6): SCRAM with channel binding where both sides can
//! (RFC 5802, RFC 7677, RFC 9266, XEP-0440), PLAIN only where no SCRAM is offered at all.

mod scram;

use std::collections::BTreeSet;

use futures::{SinkExt, StreamExt};
use tokio::io::{AsyncBufRead, AsyncWrite};
use tokio_xmpp::minidom::Element;
use tokio_xmpp::parsers::ns;
use tokio_xmpp::parsers::sasl::{DefinedCondition, Nonza, Response};
use tokio_xmpp::parsers::sasl_cb;
use tokio_xmpp::parsers::stream_features::StreamFeatures;
use tokio_xmpp::xmlstream::{FallibleStreamElement, XmppStream, XmppStreamElement};
use zeroize::Zeroizing;

use crate::model::fault::Fault;
use crate::model::security::{AuthRank, Guard, Least, Loss, Weaker};
use scram::{Answer, Channel, Hash, Scram};

/// Fewer rounds than any server should ask for (RFC 7677 §4).
const MIN_ITERATIONS: u32 = 4096;
/// More rounds than a server could ask for but to keep us busy.
const MAX_ITERATIONS: u32 = 10_000_000;

/// The log target under which the stream's library shows every byte, at trace level.
pub(super) const WIRE_LOG: &str = "tokio_xmpp::xmlstream::capture";

/// What the mechanism of a login is, and how it binds to the channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Choice {
    /// Its name for SASL, such as `SCRAM-SHA-256-PLUS`.
    pub(super) name: &'static str,
    binding: Binding,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Binding {
    /// `n`: we cannot bind.
    Cannot,
    /// `y`: we could; the server did not offer it.
    NotOffered,
    /// `p=tls-exporter`.
    Exporter,
}

/// Best first. The second name is the one without channel binding.
const SCRAM: [(&str, &str); 3] = [
    ("SCRAM-SHA-512-PLUS", "SCRAM-SHA-512"),
    ("SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"),
    ("SCRAM-SHA-1-PLUS", "SCRAM-SHA-1"),
];

/// Chooses the mechanism, and refuses one that falls short of the account's guard (CUSAX C65).
/// `can_bind` says whether we have `tls-exporter` data; `scram_seen`, that the server offered
/// SCRAM in this run.
///
/// # Errors
/// `Fault::NoMechanism` when nothing safe is offered, or when what is offered contradicts
/// itself as under an attack (XEP-0440 §3). `Fault::Downgraded` when it is less than before or
/// than is wanted.
pub(super) fn choose(
    features: &StreamFeatures,
    can_bind: bool,
    scram_seen: bool,
    guard: &Guard,
) -> Result<Choice, Fault> {
    let best = best(features, can_bind, scram_seen);
    let offered = match &best {
        Ok(choice) => AuthRank::of(choice.name),
        Err(Fault::Downgraded(weaker)) => match weaker.loss {
            Loss::Mechanism { offered, .. } => offered,
            _ => None,
        },
        Err(_) => None,
    };
    if let Some(weaker) = guard.mechanism(offered) {
        return Err(Fault::Downgraded(weaker));
    }
    let choice = best?;
    match guard.unbound().filter(|_| choice.binding != Binding::Exporter) {
        Some(weaker) => Err(Fault::Downgraded(weaker)),
        None => Ok(choice),
    }
}

/// The best of what is offered that is safe at all.
fn best(features: &StreamFeatures, can_bind: bool, scram_seen: bool) -> Result<Choice, Fault> {
    let offered = &features.sasl_mechanisms;
    let types = features.sasl_cb.as_ref().map(|offer| offer.types.as_slice()).unwrap_or_default();
    let plus_offered = offered.iter().any(|name| name.ends_with("-PLUS"));
    let exporter = types.contains(&sasl_cb::Type::TlsExporter);
    let end_point = types.contains(&sasl_cb::Type::TlsServerEndPoint);
    let scram = |plus: bool| {
        SCRAM
            .iter()
            .map(|(bound, plain)| if plus { *bound } else { *plain })
            .find(|name| offered.contains(*name))
    };
    if can_bind && !types.is_empty() && (!plus_offered || !(exporter || end_point)) {
        return Err(Fault::NoMechanism);
    }
    if can_bind
        && exporter
        && let Some(name) = scram(true)
    {
        return Ok(Choice { name, binding: Binding::Exporter });
    }
    if let Some(name) = scram(false) {
        // Where -PLUS was offered, "y" would be taken for a sign of an attack.
        let binding = if can_bind && !plus_offered { Binding::NotOffered } else { Binding::Cannot };
        return Ok(Choice { name, binding });
    }
    let any_scram = offered.iter().any(|name| name.starts_with("SCRAM-"));
    let plain = !any_scram && offered.contains("PLAIN");
    if plain && scram_seen {
        let loss = Loss::Mechanism { least: AuthRank::ScramSha1, offered: Some(AuthRank::Plain) };
        return Err(Fault::Downgraded(Weaker { loss, least: Least::Before }));
    }
    if plain {
        return Ok(Choice { name: "PLAIN", binding: Binding::Cannot });
    }
    Err(Fault::NoMechanism)
}

/// Whether SCRAM in any form is among the mechanisms.
pub(super) fn offers_scram(offered: &BTreeSet<String>) -> bool {
    offered.iter().any(|name| name.starts_with("SCRAM-"))
}

/// Runs the exchange. On success the stream is to be restarted by the caller.
///
/// # Errors
/// `Fault::WrongPassword` when the server says so; `Fault::Rejected` when it refuses for
/// another reason or cannot prove that it knows the password; `Fault::Lost`.
pub(super) async fn authenticate<Io: AsyncBufRead + AsyncWrite + Unpin>(
    stream: &mut XmppStream<Io>,
    choice: &Choice,
    user: &str,
    password: &Zeroizing<String>,
    exporter: Option<Vec<u8>>,
) -> Result<(), Fault> {
    // The stream's library writes what it sends to the log at this level.
    if choice.name == "PLAIN" && log::log_enabled!(target: WIRE_LOG, log::Level::Trace) {
        let words = "the log would show the password; lower the level in RUST_LOG";
        return Err(Fault::Local(words.to_owned()));
    }
    let prepared = Zeroizing::new(match stringprep::saslprep(password) {
        Ok(text) => text.into_owned(),
        Err(_) => password.to_string(),
    });
    if choice.name == "PLAIN" {
        return plain(stream, user, &prepared).await;
    }
    let scram = start(choice, user, exporter);
    let first = scram.first();
    stream.send(&auth(choice.name, first.as_bytes())).await.map_err(lost)?;
    let Nonza::Challenge(challenge) = or_refusal(receive(stream).await?)? else {
        return Err(broken());
    };
    check_challenge(first.as_bytes(), &challenge.data)?;
    let answer = respond(scram, challenge.data, prepared).await?;
    reply(stream, answer.message.clone().into_bytes()).await?;
    let proven = |data: &[u8]| answer.is_proven_by(data).then_some(()).ok_or_else(unproven);
    match or_refusal(receive(stream).await?)? {
        Nonza::Success(success) => proven(&success.data),
        // Some servers send their proof as one more challenge.
        Nonza::Challenge(challenge) => {
            proven(&challenge.data)?;
            reply(stream, Vec::new()).await?;
            match or_refusal(receive(stream).await?)? {
                Nonza::Success(_) => Ok(()),
                _ => Err(broken()),
            }
        }
        _ => Err(broken()),
    }
}

/// RFC 4616.
async fn plain<Io: AsyncBufRead + AsyncWrite + Unpin>(
    stream: &mut XmppStream<Io>,
    user: &str,
    password: &Zeroizing<String>,
) -> Result<(), Fault> {
    let message = Zeroizing::new(format!("\0{user}\0{}", password.as_str()));
    stream.send(&auth("PLAIN", message.as_bytes())).await.map_err(lost)?;
    match or_refusal(receive(stream).await?)? {
        Nonza::Success(_) => Ok(()),
        _ => Err(broken()),
    }
}

fn start(choice: &Choice, user: &str, exporter: Option<Vec<u8>>) -> Scram {
    let channel = match (choice.binding, exporter) {
        (Binding::Exporter, Some(data)) => Channel::Exporter(data),
        (Binding::NotOffered, _) => Channel::NotOffered,
        _ => Channel::Cannot,
    };
    let hash = match choice.name {
        name if name.starts_with("SCRAM-SHA-512") => Hash::Sha512,
        name if name.starts_with("SCRAM-SHA-256") => Hash::Sha256,
        _ => Hash::Sha1,
    };
    Scram::new(hash, channel, user, rand::random())
}

/// What is to be seen of a server-first message before work goes into it: that its nonce continues
/// ours, and that the work asked for is neither too little nor endless.
fn check_challenge(client_first: &[u8], server_first: &[u8]) -> Result<(), Fault> {
    let refuse = |why: &str| Err(Fault::Rejected(why.to_owned()));
    let (Ok(ours), Ok(theirs)) =
        (std::str::from_utf8(client_first), std::str::from_utf8(server_first))
    else {
        return refuse("the server's sign-in challenge is not text");
    };
    let field = |text: &str, name: &str| {
        text.split(',').find_map(|part| part.strip_prefix(name).map(str::to_owned))
    };
    let (Some(nonce), Some(whole)) = (field(ours, "r="), field(theirs, "r=")) else {
        return refuse("the server's sign-in challenge is incomplete");
    };
    if whole.len() <= nonce.len() || !whole.starts_with(&nonce) {
        return refuse("the server's sign-in challenge is not for us");
    }
    let rounds = field(theirs, "i=").and_then(|text| text.parse::<u32>().ok()).unwrap_or(0);
    if !(MIN_ITERATIONS..=MAX_ITERATIONS).contains(&rounds) {
        return refuse("the server's sign-in challenge is too weak or too costly");
    }
    Ok(())
}

/// Computes the answer on a thread where it may take its time.
async fn respond(
    scram: Scram,
    challenge: Vec<u8>,
    password: Zeroizing<String>,
) -> Result<Answer, Fault> {
    let answer = tokio::task::spawn_blocking(move || {
        // Seen to be text already.
        scram.answer(&String::from_utf8_lossy(&challenge), &password)
    });
    let answer = answer.await.map_err(|error| Fault::Local(error.to_string()))?;
    answer.map_err(|error| Fault::Rejected(error.to_string()))
}

async fn reply<Io: AsyncBufRead + AsyncWrite + Unpin>(
    stream: &mut XmppStream<Io>,
    data: Vec<u8>,
) -> Result<(), Fault> {
    let response = XmppStreamElement::Sasl(Nonza::Response(Response { data }));
    stream.send(&response).await.map_err(lost)
}

async fn receive<Io: AsyncBufRead + AsyncWrite + Unpin>(
    stream: &mut XmppStream<Io>,
) -> Result<Nonza, Fault> {
    match stream.next().await {
        Some(Ok(FallibleStreamElement::Ok(XmppStreamElement::Sasl(nonza)))) => Ok(nonza),
        Some(Ok(FallibleStreamElement::Ok(XmppStreamElement::StreamError(error)))) => {
            Err(Fault::Rejected(error.0.to_string()))
        }
        // A condition that the library does not know still is a refusal.
        Some(Ok(FallibleStreamElement::Err(error))) => Err(Fault::Rejected(error.to_string())),
        Some(Ok(_)) => Err(broken()),
        Some(Err(error)) => Err(Fault::Lost(error.to_string())),
        None => Err(Fault::Lost("the server closed the connection".to_owned())),
    }
}

fn auth(mechanism: &str, initial: &[u8]) -> Element {
    use base64::Engine as _;
    use tokio_xmpp::parsers::minidom::rxml::xml_ncname;
    let data = match initial {
        [] => "=".to_owned(),
        data => base64::engine::general_purpose::STANDARD.encode(data),
    };
    Element::builder("auth", ns::SASL)
        .attr(xml_ncname!("mechanism").to_owned(), mechanism)
        .append(data)
        .build()
}

fn unproven() -> Fault {
    Fault::Rejected("the server could not prove that it knows the password".to_owned())
}

fn broken() -> Fault {
    Fault::Lost("the server broke the sign-in protocol".to_owned())
}

fn lost(error: std::io::Error) -> Fault {
    Fault::lost(&error)
}

/// What the server said, unless that was no.
fn or_refusal(said: Nonza) -> Result<Nonza, Fault> {
    match said {
        Nonza::Failure(failure) => Err(refusal(&failure.defined_condition)),
        said => Ok(said),
    }
}

fn refusal(condition: &DefinedCondition) -> Fault {
    use DefinedCondition as Condition;
    match condition {
        Condition::NotAuthorized | Condition::InvalidAuthzid => Fault::WrongPassword,
        Condition::MechanismTooWeak
        | Condition::InvalidMechanism
        | Condition::EncryptionRequired => Fault::NoMechanism,
        Condition::AccountDisabled => Fault::Rejected("this account is disabled".to_owned()),
        Condition::CredentialsExpired => Fault::Rejected("the password has expired".to_owned()),
        Condition::TemporaryAuthFailure => {
            Fault::Rejected("signing in does not work at the moment".to_owned())
        }
        Condition::Aborted | Condition::IncorrectEncoding | Condition::MalformedRequest => {
            Fault::Rejected("the sign-in was broken off".to_owned())
        }
    }
}

#[cfg(test)]
#[path = "login_tests.rs"]
mod tests;
