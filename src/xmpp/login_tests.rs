#![allow(clippy::unwrap_used)]
use sasl::common::Password;
use sasl::common::scram::{ScramProvider, Sha256};

use super::choose as choose_guarded;
use super::*;
use crate::model::security::Security;
use tokio_xmpp::parsers::sasl_cb::{SaslChannelBinding, Type};

fn features(mechanisms: &[&str], types: &[Type]) -> StreamFeatures {
    StreamFeatures {
        sasl_mechanisms: mechanisms.iter().map(|name| (*name).to_owned()).collect(),
        sasl_cb: (!types.is_empty()).then(|| SaslChannelBinding { types: types.to_vec() }),
        ..StreamFeatures::default()
    }
}

/// As for a new account.
fn choose(offer: &StreamFeatures, can_bind: bool) -> Result<Choice, Fault> {
    choose_guarded(offer, can_bind, false, &Guard::default())
}

const ALL: [&str; 5] =
    ["PLAIN", "SCRAM-SHA-1", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"];

#[test]
fn the_strongest_is_taken_and_bound_where_both_can() {
    let offer = features(&ALL, &[Type::TlsExporter]);
    let choice = choose(&offer, true).unwrap();
    assert_eq!((choice.name, choice.binding), ("SCRAM-SHA-256-PLUS", Binding::Exporter));
    let choice = choose(&offer, false).unwrap();
    assert_eq!((choice.name, choice.binding), ("SCRAM-SHA-256", Binding::Cannot));
}

#[test]
fn a_server_without_binding_is_told_that_we_could() {
    let offer = features(&["PLAIN", "SCRAM-SHA-1"], &[]);
    let choice = choose(&offer, true).unwrap();
    assert_eq!((choice.name, choice.binding), ("SCRAM-SHA-1", Binding::NotOffered));
}

#[test]
fn a_server_that_binds_otherwise_is_not_accused() {
    let offer = features(&ALL, &[Type::TlsServerEndPoint]);
    let choice = choose(&offer, true).unwrap();
    assert_eq!((choice.name, choice.binding), ("SCRAM-SHA-256", Binding::Cannot));
    // SASL1 without XEP-0440.
    let choice = choose(&features(&ALL, &[]), true).unwrap();
    assert_eq!((choice.name, choice.binding), ("SCRAM-SHA-256", Binding::Cannot));
}

#[test]
fn an_offer_that_contradicts_itself_is_refused() {
    let stripped = features(&["SCRAM-SHA-1", "SCRAM-SHA-256"], &[Type::TlsExporter]);
    assert_eq!(choose(&stripped, true), Err(Fault::NoMechanism));
    let odd = features(&ALL, &[Type::TlsUnique]);
    assert_eq!(choose(&odd, true), Err(Fault::NoMechanism));
}

#[test]
fn plain_is_the_last_resort_and_never_beside_scram() {
    let plain = features(&["PLAIN", "DIGEST-MD5"], &[]);
    assert_eq!(choose(&plain, true).unwrap().name, "PLAIN");
    let lost = choose_guarded(&plain, true, true, &Guard::default()).unwrap_err();
    let loss = Loss::Mechanism { least: AuthRank::ScramSha1, offered: Some(AuthRank::Plain) };
    assert_eq!(lost, Fault::Downgraded(Weaker { loss, least: Least::Before }));
    let unknown = features(&["PLAIN", "SCRAM-SHA3-512"], &[]);
    assert_eq!(choose(&unknown, true), Err(Fault::NoMechanism));
    assert_eq!(choose(&features(&["X-OAUTH2"], &[]), true), Err(Fault::NoMechanism));
}

#[test]
fn what_falls_short_of_the_last_sign_in_is_refused() {
    let signed_in = |auth: &str| {
        let mut guard = Guard::default();
        let tls = Some(crate::model::security::TlsFacts::default());
        let transport = crate::model::security::Transport::Tls;
        let _ = guard.learn(&Security { transport, tls, auth: auth.to_owned() });
        guard
    };
    let lost = |loss| Err(Fault::Downgraded(Weaker { loss, least: Least::Before }));
    let bound = signed_in("SCRAM-SHA-256-PLUS");
    let all = features(&ALL, &[Type::TlsExporter]);
    assert_eq!(choose_guarded(&all, true, false, &bound).unwrap().name, "SCRAM-SHA-256-PLUS");
    let unbound = features(&["SCRAM-SHA-256", "SCRAM-SHA-1"], &[]);
    assert_eq!(choose_guarded(&unbound, true, false, &bound), lost(Loss::Binding));
    // TLS 1.2 in between: there is nothing to bind to.
    assert_eq!(choose_guarded(&all, false, false, &bound), lost(Loss::Binding));
    let unbound = signed_in("SCRAM-SHA-256");
    for (offer, offered) in [
        (features(&["SCRAM-SHA-1", "PLAIN"], &[]), Some(AuthRank::ScramSha1)),
        (features(&["PLAIN"], &[]), Some(AuthRank::Plain)),
        (features(&["X-OAUTH2"], &[]), None),
    ] {
        let loss = Loss::Mechanism { least: AuthRank::ScramSha256, offered };
        for scram_seen in [false, true] {
            assert_eq!(choose_guarded(&offer, true, scram_seen, &unbound), lost(loss));
        }
    }
    let plain = signed_in("PLAIN");
    assert_eq!(
        choose_guarded(&features(&["PLAIN"], &[]), true, false, &plain).unwrap().name,
        "PLAIN"
    );
}

#[test]
fn a_challenge_must_continue_our_nonce_and_be_of_sane_cost() {
    let ours = b"n,,n=user,r=abc";
    assert_eq!(check_challenge(ours, b"r=abcdef,s=QSXCR,i=4096"), Ok(()));
    for bad in [
        "r=abc,s=QSXCR,i=4096",
        "r=xbcdef,s=QSXCR,i=4096",
        "r=abcdef,s=QSXCR,i=4095",
        "r=abcdef,s=QSXCR,i=4000000000",
        "r=abcdef,s=QSXCR",
        "s=QSXCR,i=4096",
    ] {
        assert!(check_challenge(ours, bad.as_bytes()).is_err(), "{bad}");
    }
    assert!(check_challenge(ours, &[0xff]).is_err());
}

#[test]
fn refusals_are_told_apart() {
    assert_eq!(refusal(&DefinedCondition::NotAuthorized), Fault::WrongPassword);
    assert!(matches!(refusal(&DefinedCondition::AccountDisabled), Fault::Rejected(_)));
    assert_eq!(refusal(&DefinedCondition::MechanismTooWeak), Fault::NoMechanism);
}

const MECHANISM: &str = "SCRAM-SHA-256-PLUS";
const SALT: &[u8] = b"some salt";
const EXPORTER: [u8; 32] = [7; 32];

type Io = tokio::io::BufStream<tokio::io::DuplexStream>;

/// The server's part of SCRAM-SHA-256-PLUS, written from RFC 5802 §3; it knows `password`.
/// Gives back whether the client proved that it does, too.
async fn serve(mut stream: XmppStream<Io>, password: &str, honest: bool) -> bool {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD as BASE64;
    use tokio_xmpp::parsers::sasl::{Challenge, Success};
    let next = |element| match element {
        Some(Ok(FallibleStreamElement::Ok(XmppStreamElement::Sasl(nonza)))) => nonza,
        other => panic!("{other:?}"),
    };
    let Nonza::Auth(auth) = next(stream.next().await) else { panic!("auth") };
    let first = String::from_utf8(auth.data).unwrap();
    let bare = first.strip_prefix("p=tls-exporter,,").unwrap();
    let nonce = format!("{}server", bare.split_once(",r=").unwrap().1);
    let server_first = format!("r={nonce},s={},i=4096", BASE64.encode(SALT));
    let challenge = Challenge { data: server_first.clone().into_bytes() };
    stream.send(&XmppStreamElement::Sasl(Nonza::Challenge(challenge))).await.unwrap();
    let Nonza::Response(response) = next(stream.next().await) else { panic!("response") };
    let last = String::from_utf8(response.data).unwrap();
    let (without_proof, proof) = last.rsplit_once(",p=").unwrap();
    let bound = [b"p=tls-exporter,,".as_slice(), &EXPORTER].concat();
    let binds = without_proof == format!("c={},r={nonce}", BASE64.encode(bound));
    let salted = Sha256::derive(&Password::Plain(password.to_owned()), SALT, 4096).unwrap();
    let message = format!("{bare},{server_first},{without_proof}");
    let client_key = Sha256::hmac(b"Client Key", &salted).unwrap();
    let signature = Sha256::hmac(message.as_bytes(), &Sha256::hash(&client_key)).unwrap();
    let expected: Vec<u8> = client_key.iter().zip(signature).map(|(a, b)| a ^ b).collect();
    let proven = binds && BASE64.decode(proof).unwrap() == expected;
    let server_key = Sha256::hmac(b"Server Key", &salted).unwrap();
    let mut verifier = Sha256::hmac(message.as_bytes(), &server_key).unwrap();
    verifier[0] ^= u8::from(!honest);
    let success = Success { data: format!("v={}", BASE64.encode(verifier)).into_bytes() };
    stream.send(&XmppStreamElement::Sasl(Nonza::Success(success))).await.unwrap();
    proven
}

async fn sign_in(honest: bool) -> (Result<(), Fault>, bool) {
    use tokio_xmpp::xmlstream::{StreamHeader, Timeouts, accept_stream, initiate_stream};
    let (near, far) = tokio::io::duplex(1 << 16);
    let (near, far) = (tokio::io::BufStream::new(near), tokio::io::BufStream::new(far));
    let server = async {
        let accepted = accept_stream(far, ns::JABBER_CLIENT, Timeouts::tight()).await.unwrap();
        let header = StreamHeader { id: Some("1".into()), ..StreamHeader::default() };
        let opened = accepted.send_header(header).await.unwrap();
        let offer = features(&[MECHANISM], &[Type::TlsExporter]);
        serve(opened.send_features(&offer).await.unwrap(), "pencil", honest).await
    };
    let client = async {
        let header = StreamHeader::default();
        let opened = initiate_stream(near, ns::JABBER_CLIENT, header, Timeouts::tight()).await;
        let (offer, mut stream): (_, XmppStream<Io>) =
            opened.unwrap().recv_features().await.unwrap();
        let choice = choose(&offer, true).unwrap();
        let password = Zeroizing::new("pencil".to_owned());
        authenticate(&mut stream, &choice, "us,er", &password, Some(EXPORTER.to_vec())).await
    };
    tokio::join!(client, server)
}

#[tokio::test]
async fn both_sides_prove_the_password_and_the_channel() {
    assert_eq!(sign_in(true).await, (Ok(()), true));
}

#[tokio::test]
async fn a_server_that_does_not_know_the_password_is_refused() {
    let (signed_in, proven) = sign_in(false).await;
    assert!(proven);
    assert!(matches!(signed_in, Err(Fault::Rejected(_))), "{signed_in:?}");
}
