//! SASL over a verified stream (RFC 6120 §6): SCRAM with channel binding where both sides can
//! (RFC 5802, RFC 7677, RFC 9266, XEP-0440), PLAIN only where no SCRAM is offered at all.

use std::collections::BTreeSet;

use futures::{SinkExt, StreamExt};
use sasl::client::mechanisms::{Plain, Scram};
use sasl::client::{Mechanism, MechanismError};
use sasl::common::scram::{DeriveError, ScramProvider, Sha1, Sha256};
use sasl::common::{ChannelBinding, Credentials, Password};
use sasl::secret;
use tokio::io::{AsyncBufRead, AsyncWrite};
use tokio_xmpp::minidom::Element;
use tokio_xmpp::parsers::ns;
use tokio_xmpp::parsers::sasl::{DefinedCondition, Nonza, Response};
use tokio_xmpp::parsers::sasl_cb;
use tokio_xmpp::parsers::stream_features::StreamFeatures;
use tokio_xmpp::xmlstream::{FallibleStreamElement, XmppStream, XmppStreamElement};
use zeroize::Zeroizing;

use crate::model::fault::Fault;

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

/// Chooses the mechanism. `can_bind` says whether we have `tls-exporter` data;
/// `allow_plain` is false once SCRAM was seen for the account.
///
/// # Errors
/// `Fault::NoMechanism` when nothing safe is offered, or when what is offered contradicts
/// itself as under an attack (XEP-0440 §3).
pub(super) fn choose(
    features: &StreamFeatures,
    can_bind: bool,
    allow_plain: bool,
) -> Result<Choice, Fault> {
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
    if allow_plain && !any_scram && offered.contains("PLAIN") {
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
    let mut mechanism = start(choice, user, password, exporter)?;
    let first = mechanism.initial();
    stream.send(&auth(choice.name, &first)).await.map_err(|error| Fault::lost(&error))?;
    let mut proven = choice.name == "PLAIN";
    let mut answered = proven;
    loop {
        match receive(stream).await? {
            Nonza::Challenge(challenge) if !answered => {
                check_challenge(&first, &challenge.data)?;
                let (returned, response) = respond(mechanism, challenge.data).await?;
                mechanism = returned;
                answered = true;
                reply(stream, response).await?;
            }
            // Some servers send their proof as one more challenge.
            Nonza::Challenge(challenge) if !proven => {
                mechanism.success(&challenge.data).map_err(unproven)?;
                proven = true;
                reply(stream, Vec::new()).await?;
            }
            Nonza::Success(success) => {
                if !proven {
                    mechanism.success(&success.data).map_err(unproven)?;
                }
                return Ok(());
            }
            Nonza::Failure(failure) => return Err(refusal(&failure.defined_condition)),
            _ => return Err(Fault::Lost("the server broke the sign-in protocol".to_owned())),
        }
    }
}

type BoxedMechanism = Box<dyn Mechanism + Send + Sync>;

fn start(
    choice: &Choice,
    user: &str,
    password: &Zeroizing<String>,
    exporter: Option<Vec<u8>>,
) -> Result<BoxedMechanism, Fault> {
    let binding = match (choice.binding, exporter) {
        (Binding::Exporter, Some(data)) => ChannelBinding::TlsExporter(data),
        (Binding::NotOffered, _) => ChannelBinding::Unsupported,
        _ => ChannelBinding::None,
    };
    let prepared = Zeroizing::new(
        stringprep::saslprep(password)
            .map_or_else(|_| password.to_string(), |text| text.into_owned()),
    );
    let with = |user: String| {
        Credentials::default()
            .with_username(user)
            .with_password(prepared.as_str())
            .with_channel_binding(binding)
    };
    // RFC 5802 §5.1: the two characters with a meaning of their own.
    let escaped = user.replace('=', "=3D").replace(',', "=2C");
    let made: Result<BoxedMechanism, MechanismError> = match choice.name {
        "PLAIN" => Plain::from_credentials(with(user.to_owned())).map(|made| Box::new(made) as _),
        name if name.starts_with("SCRAM-SHA-512") => {
            Scram::<Sha512>::from_credentials(with(escaped)).map(|made| Box::new(made) as _)
        }
        name if name.starts_with("SCRAM-SHA-256") => {
            Scram::<Sha256>::from_credentials(with(escaped)).map(|made| Box::new(made) as _)
        }
        _ => Scram::<Sha1>::from_credentials(with(escaped)).map(|made| Box::new(made) as _),
    };
    made.map_err(|error| Fault::Local(error.to_string()))
}

/// What the SASL library leaves unchecked of a server-first message: that its nonce continues
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
    mut mechanism: BoxedMechanism,
    challenge: Vec<u8>,
) -> Result<(BoxedMechanism, Vec<u8>), Fault> {
    let answer = tokio::task::spawn_blocking(move || {
        let response = mechanism.response(&challenge);
        (mechanism, response)
    });
    let (mechanism, response) = answer.await.map_err(|error| Fault::Local(error.to_string()))?;
    Ok((mechanism, response.map_err(|error| Fault::Rejected(error.to_string()))?))
}

async fn reply<Io: AsyncBufRead + AsyncWrite + Unpin>(
    stream: &mut XmppStream<Io>,
    data: Vec<u8>,
) -> Result<(), Fault> {
    let response = XmppStreamElement::Sasl(Nonza::Response(Response { data }));
    stream.send(&response).await.map_err(|error| Fault::lost(&error))
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
        Some(Ok(_)) => Err(Fault::Lost("the server broke the sign-in protocol".to_owned())),
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

fn unproven(_: MechanismError) -> Fault {
    Fault::Rejected("the server could not prove that it knows the password".to_owned())
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

/// SCRAM-SHA-512, which the SASL library does not bring.
struct Sha512;

impl ScramProvider for Sha512 {
    // The type names the kind of a stored secret; we store none.
    type Secret = secret::Pbkdf2Sha256;

    fn name() -> &'static str {
        "SHA-512"
    }

    fn hash(data: &[u8]) -> Vec<u8> {
        use sha2::Digest as _;
        sha2::Sha512::digest(data).to_vec()
    }

    fn hmac(data: &[u8], key: &[u8]) -> Result<Vec<u8>, hmac::digest::InvalidLength> {
        use hmac::Mac as _;
        let mut mac = hmac::Hmac::<sha2::Sha512>::new_from_slice(key)?;
        mac.update(data);
        Ok(mac.finalize().into_bytes().to_vec())
    }

    fn derive(password: &Password, salt: &[u8], rounds: u32) -> Result<Vec<u8>, DeriveError> {
        let Password::Plain(text) = password else {
            return Err(DeriveError::IncompatibleHashingMethod(
                "stored".to_owned(),
                Self::name().to_owned(),
            ));
        };
        let mut key = vec![0; 64];
        pbkdf2::pbkdf2::<hmac::Hmac<sha2::Sha512>>(text.as_bytes(), salt, rounds, &mut key)?;
        Ok(key)
    }
}

#[cfg(test)]
#[path = "login_tests.rs"]
mod tests;
