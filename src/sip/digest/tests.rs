#![allow(clippy::unwrap_used, clippy::expect_used)]
use zeroize::Zeroizing;

use super::challenge::schemes;
use super::*;
use crate::sip::message::{Headers, Method};

fn refusal(lines: &[(&str, &str)]) -> Response {
    let mut headers = Headers::default();
    for (name, value) in lines {
        headers.push(name, *value);
    }
    Response { status: 401, reason: String::new(), headers, body: Vec::new() }
}

fn www(value: &str) -> Response {
    refusal(&[("WWW-Authenticate", value)])
}

fn alice() -> Credentials {
    Credentials::new("alice", Zeroizing::new("secret".into()))
}

fn register() -> Request {
    Request::new(Method::Register, "sip:example.com")
}

/// The parameters of the credentials that `authorize` wrote.
fn answered(authenticator: &mut Authenticator, random: u8) -> (Request, Vec<Params>) {
    let mut request = register();
    authenticator.authorize(&mut request, &mut alice(), [random; 16]);
    let lines =
        request.headers.all("Authorization").chain(request.headers.all("Proxy-Authorization"));
    let pairs = lines.flat_map(schemes).map(|(_, pairs)| pairs).collect();
    (request, pairs)
}

/// The answer to one of RFC 7616's own challenges, for GET.
fn vector(header: &str, user: &str, password: &str, uri: &str, cnonce: &str) -> (String, String) {
    let offers = challenges(&www(header).headers);
    let key = answer::secret(&offers.known[0], user, password);
    let answer = Answer {
        challenge: &offers.known[0],
        username: user,
        key: &key,
        method: "GET",
        uri,
        body: b"",
        count: 1,
        cnonce,
    };
    (answer.username(), answer.response())
}

#[test]
fn rfc_7616_3_9_1() {
    let challenge = |algorithm: &str| {
        format!(
            "Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm={algorithm}, \
             nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", \
             opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\""
        )
    };
    for (algorithm, response) in [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ] {
        let cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
        let got =
            vector(&challenge(algorithm), "Mufasa", "Circle of Life", "/dir/index.html", cnonce);
        assert_eq!(got, ("Mufasa".to_owned(), response.to_owned()));
    }
}

/// With the values of the RFC's erratum: those printed were made with another hash.
#[test]
fn rfc_7616_3_9_2() {
    let challenge = "Digest realm=\"api@example.org\", qop=\"auth\", algorithm=SHA-512-256, \
                     nonce=\"5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK\", \
                     opaque=\"HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS\", charset=UTF-8, userhash=true";
    let cnonce = "NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v";
    let (username, response) =
        vector(challenge, "J\u{e4}s\u{f8}n Doe", "Secret, or not?", "/doe.json", cnonce);
    assert_eq!(username, "793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b");
    assert_eq!(response, "3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5");
}

/// RFC 2617 §3.5 and its RFC 2069 form without qop.
#[test]
fn rfc_2617_and_legacy() {
    let nonce = "realm=\"testrealm@host.com\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\"";
    let run = |qop: &str| {
        vector(
            &format!("Digest {nonce}{qop}"),
            "Mufasa",
            "Circle Of Life",
            "/dir/index.html",
            "0a4f113b",
        )
        .1
    };
    assert_eq!(run(", qop=\"auth,auth-int\""), "6629fae49393a05397450978507c4ef1");
    assert_eq!(run(""), "670fd8c2df070c60b045671b8b24ff02");
}

#[test]
fn the_strongest_challenge_wins_and_lists_are_read() {
    let mut authenticator = Authenticator::new();
    assert_eq!(authenticator.mechanism(), "");
    let response = refusal(&[
        (
            "WWW-Authenticate",
            "Basic realm=\"r\", Digest realm=\"r\",nonce=\"md5\",qop=\"auth\",stale=FALSE",
        ),
        (
            "WWW-Authenticate",
            "DIGEST realm = \"r\" , nonce=\"s256\", algorithm=sha-256 , qop=\"auth-int,auth\"",
        ),
        ("WWW-Authenticate", "Digest realm=\"r\",nonce=\"x\",algorithm=SHA3-256,qop=\"auth\""),
        (
            "WWW-Authenticate",
            "Digest realm=\"r\",nonce=\"y\",algorithm=SHA-512-256,qop=\"auth-future\"",
        ),
    ]);
    authenticator.challenged(&mut Strength::default(), &response).unwrap();
    let (request, pairs) = answered(&mut authenticator, 7);
    assert_eq!(pairs.len(), 1);
    assert_eq!(pairs[0].get("nonce"), Some("s256"));
    assert_eq!(pairs[0].get("nc"), Some("00000001"));
    assert_eq!(pairs[0].get("uri"), Some("sip:example.com"));
    assert_eq!(pairs[0].get("response").map(str::len), Some(64));
    assert_eq!(authenticator.mechanism(), "DIGEST-SHA-256");
    let line = request.headers.get("Authorization").unwrap();
    assert!(line.contains(", qop=auth, nc=00000001, cnonce=\"07070707"), "{line}");
    assert!(line.contains(", algorithm=sha-256,"), "{line}");
}

#[test]
fn one_401_with_realms_of_both_kinds() {
    let mut authenticator = Authenticator::new();
    let response = refusal(&[
        ("WWW-Authenticate", "Digest realm=\"a\", nonce=\"1\""),
        ("Proxy-Authenticate", "Digest realm=\"b, \\\"c\\\"\", nonce=\"2\", opaque=\"o\""),
    ]);
    authenticator.challenged(&mut Strength::default(), &response).unwrap();
    let (request, pairs) = answered(&mut authenticator, 0);
    assert_eq!(pairs[0].get("realm"), Some("a"));
    assert_eq!((pairs[1].get("realm"), pairs[1].get("opaque")), (Some("b, \"c\""), Some("o")));
    assert_eq!(
        (pairs[0].get("algorithm"), pairs[0].get("nc"), pairs[0].get("opaque")),
        (None, None, None)
    );
    assert_eq!(request.headers.all("Proxy-Authorization").count(), 1);
    let mut again = request;
    authenticator.authorize(&mut again, &mut alice(), [0; 16]);
    assert_eq!(again.headers.len(), 2, "credentials are replaced, not added");
}

#[test]
fn a_second_refusal_is_a_wrong_password() {
    let mut authenticator = Authenticator::new();
    authenticator
        .challenged(&mut Strength::default(), &www("Digest realm=\"r\",nonce=\"1\""))
        .unwrap();
    let (request, _) = answered(&mut authenticator, 0);
    let second = www("Digest realm=\"r\",nonce=\"2\"");
    assert_eq!(
        authenticator.challenged_by(&mut Strength::default(), &request, &second),
        Err(DigestError::WrongPassword)
    );
    authenticator
        .challenged(&mut Strength::default(), &www("Digest realm=\"r\",nonce=\"1\""))
        .unwrap();
    answered(&mut authenticator, 0);
    assert_eq!(
        authenticator.challenged(&mut Strength::default(), &second),
        Err(DigestError::WrongPassword)
    );
}

#[test]
fn an_expired_nonce_is_no_wrong_password() {
    let mut authenticator = Authenticator::new();
    authenticator
        .challenged(&mut Strength::default(), &www("Digest realm=\"r\",nonce=\"1\""))
        .unwrap();
    answered(&mut authenticator, 0);
    authenticator
        .challenged(&mut Strength::default(), &www("Digest realm=\"r\",nonce=\"2\",stale=true"))
        .unwrap();
    let (request, pairs) = answered(&mut authenticator, 0);
    assert_eq!(pairs[0].get("nonce"), Some("2"));
    authenticator.accepted(&mut Strength::default(), &refusal(&[]));
    authenticator
        .challenged_by(&mut Strength::default(), &request, &www("Digest realm=\"r\",nonce=\"3\""))
        .unwrap();
    let (third, _) = answered(&mut authenticator, 0);
    authenticator
        .challenged_by(&mut Strength::default(), &request, &www("Digest realm=\"r\",nonce=\"4\""))
        .unwrap();
    let (_, pairs) = answered(&mut authenticator, 0);
    assert_eq!(pairs[0].get("nonce"), Some("4"));
    let late = www("Digest realm=\"r\",nonce=\"4\"");
    authenticator.challenged_by(&mut Strength::default(), &third, &late).unwrap();
    let (_, pairs) = answered(&mut authenticator, 0);
    assert_eq!(pairs[0].get("nc"), None, "no qop, no count");
}

#[test]
fn a_server_that_calls_everything_stale_is_left() {
    let mut authenticator = Authenticator::new();
    let verdicts: Vec<_> = (0..6)
        .map(|n| {
            let verdict = authenticator.challenged(
                &mut Strength::default(),
                &www(&format!("Digest realm=\"r\",nonce=\"{n}\",stale=true")),
            );
            answered(&mut authenticator, 0);
            verdict
        })
        .collect();
    assert_eq!(verdicts[..4], [Ok(()); 4]);
    assert_eq!(verdicts[4], Err(DigestError::Endless));
}

#[test]
fn counts_rise_until_nextnonce() {
    let mut authenticator = Authenticator::new();
    authenticator
        .challenged(&mut Strength::default(), &www("Digest realm=\"r\",nonce=\"1\",qop=auth"))
        .unwrap();
    answered(&mut authenticator, 0);
    let (_, pairs) = answered(&mut authenticator, 0);
    assert_eq!(pairs[0].get("nc"), Some("00000002"));
    authenticator.accepted(
        &mut Strength::default(),
        &refusal(&[("Authentication-Info", "qop=auth, nextnonce=\"a,b\", nc=00000002")]),
    );
    let (_, pairs) = answered(&mut authenticator, 0);
    assert_eq!((pairs[0].get("nc"), pairs[0].get("nonce")), (Some("00000001"), Some("a,b")));
}

#[test]
fn a_session_keeps_its_first_cnonce() {
    let mut authenticator = Authenticator::new();
    authenticator
        .challenged(
            &mut Strength::default(),
            &www("Digest realm=\"r\",nonce=\"1\",qop=auth,algorithm=MD5-sess"),
        )
        .unwrap();
    let (_, first) = answered(&mut authenticator, 1);
    let (_, second) = answered(&mut authenticator, 2);
    assert_eq!(first[0].get("cnonce"), second[0].get("cnonce"));
    // H(H(H(alice:r:secret):1:cnonce):1:00000001:cnonce:auth:H(REGISTER:sip:example.com)),
    // computed with another implementation of MD5.
    assert_eq!(first[0].get("response"), Some("f147fb107bd92126b31c06fd0ef1aa23"));
}

#[test]
fn what_cannot_be_answered_is_told() {
    let mut authenticator = Authenticator::new();
    assert_eq!(
        authenticator.challenged(&mut Strength::default(), &refusal(&[])),
        Err(DigestError::NoChallenge)
    );
    for bad in [
        "Basic realm=\"x\"",
        "Digest realm=\"r\"",
        "Digest realm=\"r\", nonce=\"n\", algorithm=AKAv1-MD5",
    ] {
        assert_eq!(
            authenticator.challenged(&mut Strength::default(), &www(bad)),
            Err(DigestError::Unsupported),
            "{bad}"
        );
    }
    let mut request = register();
    authenticator.authorize(&mut request, &mut alice(), [0; 16]);
    assert!(request.headers.is_empty());
}

#[test]
fn nothing_shows_the_password() {
    assert!(!format!("{:?}", alice()).contains("secret"));
}

/// The server's proof (RFC 7616 §3.5): `A2` is the Request-URI behind a colon. The expected value
/// is made here from the formula.
#[test]
fn a_server_that_proves_nothing_is_not_believed() {
    use md5::{Digest as _, Md5};
    let hash = |text: String| -> String {
        Md5::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
    };
    for qop in ["auth", "auth-int"] {
        let mut authenticator = Authenticator::new();
        let challenge = www(&format!("Digest realm=\"r\", nonce=\"n\", qop=\"{qop}\""));
        authenticator.challenged(&mut Strength::default(), &challenge).unwrap();
        let mut alice = alice();
        learn(&mut alice, &challenge);
        let (_, pairs) = answered(&mut authenticator, 1);
        let cnonce = pairs[0].get("cnonce").unwrap();
        let a2 = match qop {
            "auth" => ":sip:example.com".to_owned(),
            _ => format!(":sip:example.com:{}", hash(String::new())),
        };
        let ha1 = hash("alice:r:secret".to_owned());
        let proof = hash(format!("{ha1}:n:00000001:{cnonce}:{qop}:{}", hash(a2)));
        let said = |proof: &str| {
            refusal(&[(
                "Authentication-Info",
                &format!("qop={qop}, rspauth=\"{proof}\", nc=00000001"),
            )])
        };
        assert_eq!(authenticator.verify(&said(&proof), &alice), Ok(()));
        let wrong = proof.replace(|letter: char| letter.is_ascii_digit(), "f");
        let verdict = authenticator.verify(&said(&wrong), &alice);
        assert_eq!(verdict, Err(DigestError::WrongServer));
        assert_eq!(authenticator.verify(&refusal(&[]), &alice), Ok(()));
    }
}

#[test]
fn a_proxy_and_then_the_registrar() {
    let mut authenticator = Authenticator::new();
    let proxy = refusal(&[("Proxy-Authenticate", "Digest realm=\"p\", nonce=\"1\", qop=\"auth\"")]);
    authenticator.challenged(&mut Strength::default(), &proxy).unwrap();
    assert_eq!(answered(&mut authenticator, 1).1.len(), 1);
    authenticator
        .challenged(
            &mut Strength::default(),
            &www("Digest realm=\"r\", nonce=\"2\", algorithm=SHA-256-sess, qop=\"auth-int\""),
        )
        .unwrap();
    let (request, pairs) = answered(&mut authenticator, 2);
    assert_eq!(pairs.len(), 2);
    assert!(request.headers.get("Proxy-Authorization").unwrap().contains("nc=00000002"));
    assert!(request.headers.get("Authorization").unwrap().contains("qop=auth-int"));
    // What protects the password is the weaker of the two.
    assert_eq!(authenticator.mechanism(), "DIGEST-MD5");
}

#[test]
fn what_an_earlier_run_saw_is_the_least() {
    use crate::model::security::{Floor, Guard, Least};
    let weak = www("Digest realm=\"r\",nonce=\"w\",qop=auth,algorithm=MD5");
    let strong = www("Digest realm=\"r\",nonce=\"s\",qop=auth,algorithm=SHA-256");
    let floor =
        Floor { auth: Some(crate::model::security::AuthRank::DigestSha256), ..Floor::default() };
    let seen = Guard { seen: floor, ..Guard::default() };
    let wanted = Guard { wanted: floor, ..Guard::default() };
    for (guard, least) in [(seen, Least::Before), (wanted, Least::Wanted)] {
        let mut strength = Strength::new(guard);
        assert!(!needs_password(&strength, None, &weak), "no password is fetched for it");
        let mut authenticator = Authenticator::new();
        let refused = authenticator.challenged(&mut strength, &weak).unwrap_err();
        let DigestError::Weaker(weaker) = refused else { panic!("{refused:?}") };
        assert_eq!(weaker.least, least);
        assert_eq!(authenticator.challenged(&mut strength, &strong), Ok(()));
        // The user takes it as it is.
        let mut guard = Guard { seen: floor, wanted: floor, ..Guard::default() };
        guard.accept(&weaker);
        strength.guard(guard);
        assert_eq!(Authenticator::new().challenged(&mut strength, &weak), Ok(()));
    }
}

#[test]
fn md5_is_refused_once_better_was_accepted() {
    let weak = "Digest realm=\"r\",nonce=\"w\",qop=auth,algorithm=MD5";
    let strong = "Digest realm=\"r\",nonce=\"s\",qop=auth,algorithm=SHA-256";
    use crate::model::security::{AuthRank, Least, Loss, Weaker};
    let loss =
        Loss::Mechanism { least: AuthRank::DigestSha256, offered: Some(AuthRank::DigestMd5) };
    let lost = Err(DigestError::Weaker(Weaker { loss, least: Least::Before }));
    let mut strength = Strength::default();
    let sign_in = |strength: &mut Strength, challenge: &str, proxy: bool| {
        let name = if proxy { "Proxy-Authenticate" } else { "WWW-Authenticate" };
        let mut authenticator = Authenticator::new();
        authenticator.challenged(strength, &refusal(&[(name, challenge)]))?;
        authenticator.authorize(&mut register(), &mut alice(), [1; 16]);
        authenticator.accepted(strength, &refusal(&[]));
        Ok(())
    };
    // A proxy that knows MD5 only, beside a registrar that knows better.
    assert_eq!(sign_in(&mut strength, weak, true), Ok(()));
    // Being asked for better is no proof of anything yet.
    let asked = www(strong);
    assert_eq!(Authenticator::new().challenged(&mut strength, &asked), Ok(()));
    assert_eq!(sign_in(&mut Strength::default(), weak, false), Ok(()));
    assert_eq!(sign_in(&mut strength, strong, false), Ok(()));
    assert_eq!(sign_in(&mut strength, weak, false), lost);
    let other = weak.replace("\"r\"", "\"another\"");
    assert_eq!(sign_in(&mut strength, &other, false), lost);
    let unnamed = "Digest realm=\"r\",nonce=\"w\"";
    assert_eq!(sign_in(&mut strength, unnamed, false), lost);
    assert_eq!(sign_in(&mut strength, weak, true), Ok(()), "known from before");
    let both = refusal(&[("WWW-Authenticate", weak), ("WWW-Authenticate", strong)]);
    assert_eq!(Authenticator::new().challenged(&mut strength, &both), Ok(()));
    assert_eq!(sign_in(&mut strength, strong, true), Ok(()));
    assert_eq!(sign_in(&mut strength, weak, true), lost);
}

#[test]
fn the_password_is_needed_once_a_realm() {
    let challenge = |realm: &str, algorithm: &str| {
        www(&format!("Digest realm=\"{realm}\", nonce=\"n\", algorithm={algorithm}"))
    };
    let (one, two) = (challenge("one", "MD5"), challenge("two", "MD5"));
    let strength = Strength::default();
    assert!(needs_password(&strength, None, &one));
    // No answer would help.
    assert!(!needs_password(&strength, None, &challenge("one", "ROT13")));
    assert!(!needs_password(&strength, None, &refusal(&[])));
    let mut alice = alice();
    learn(&mut alice, &one);
    assert!(!needs_password(&strength, Some(&alice), &two));
    alice.seal();
    assert!(!needs_password(&strength, Some(&alice), &one));
    assert!(needs_password(&strength, Some(&alice), &two));
    assert!(needs_password(&strength, Some(&alice), &challenge("one", "SHA-256")));
    // Without it another realm gets no answer, and the first the same as before.
    let mut authenticator = Authenticator::new();
    for known in [&one, &two] {
        authenticator.challenged(&mut Strength::default(), known).unwrap();
    }
    let mut request = register();
    authenticator.authorize(&mut request, &mut alice, [1; 16]);
    let said: Vec<_> = request.headers.all("Authorization").collect();
    assert!(said.len() == 1 && said[0].contains("realm=\"one\""), "{said:?}");
    forget(&mut alice, &one);
    assert!(needs_password(&strength, Some(&alice), &one));
}
