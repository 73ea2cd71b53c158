#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

fn consent(hosts: &[&str], has_password: bool) -> Consent {
    Consent {
        domain: Some("example.com".to_owned()),
        hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
        has_password,
        etag: None,
    }
}

fn begin(at: &str, consent: Consent) -> Fetch {
    let hosts = consent.hosts.clone();
    let (fetch, next) = Fetch::new(Kind::Document, url(at), consent);
    let Next::Send(request) = next else { panic!("{next:?}") };
    // Only whom the user named, by the address or by name, may be within their own network.
    let host = host_of(&url(at));
    let named = is_within(&host, "example.com") || hosts.contains(&host);
    assert_eq!((request.credentials, request.public_only), (None, !named));
    fetch
}

fn redirect(to: &str) -> Answer {
    Answer { status: 302, location: Some(to.to_owned()), ..Answer::default() }
}

fn challenge(challenge: &str) -> Answer {
    Answer { status: 401, challenges: vec![challenge.to_owned()], ..Answer::default() }
}

fn ok() -> Answer {
    Answer { status: 200, body: b"{}".to_vec(), ..Answer::default() }
}

fn sent(next: Next) -> Request {
    let Next::Send(request) = next else { panic!("{next:?}") };
    request
}

fn done(next: Next) -> Fetched {
    let Next::Done(fetched) = next else { panic!("{next:?}") };
    fetched
}

fn failed(next: Next) -> FetchError {
    let Next::Failed(error) = next else { panic!("{next:?}") };
    error
}

#[test]
fn credentials_go_only_after_they_were_asked_for() {
    let mut fetch = begin("https://prov.example.com/d", consent(&[], true));
    assert_eq!(
        sent(fetch.on_answer(challenge("Basic realm=\"x\""))).credentials,
        Some(Scheme::Basic)
    );
    assert!(done(fetch.on_answer(ok())).authenticated);
    let mut fetch = begin("https://prov.example.com/d", consent(&[], true));
    assert!(!done(fetch.on_answer(ok())).authenticated);
}

#[test]
fn only_schemes_that_we_know_are_answered() {
    for (header, scheme) in [
        ("Basic realm=\"a, bearer b\"", Some(Scheme::Basic)),
        ("Bearer", Some(Scheme::Bearer)),
        ("Bearer realm=\"x\", Basic realm=\"y\"", Some(Scheme::Basic)),
        ("Digest realm=\"basic\", nonce=\"x\"", None),
        ("Digest realm=\"x, Basic y, bearer z\"", None),
        ("Negotiate", None),
        ("", None),
    ] {
        let mut fetch = begin("https://example.com/d", consent(&[], true));
        match (fetch.on_answer(challenge(header)), scheme) {
            (Next::Send(request), Some(_)) => assert_eq!(request.credentials, scheme, "{header}"),
            (Next::Failed(error), None) => {
                assert!(matches!(error, FetchError::UnknownScheme { .. }), "{header}");
            }
            other => panic!("{header}: {other:?}"),
        }
    }
    // WebFinger is public; it never gets any.
    let (mut fetch, _) =
        Fetch::new(Kind::Webfinger, url("https://example.com/w"), consent(&[], true));
    let error = failed(fetch.on_answer(challenge("Basic")));
    assert!(matches!(error, FetchError::Status { status: 401, .. }));
}

#[test]
fn only_the_own_domain_and_confirmed_hosts_get_credentials() {
    for (host, confirmed, gets) in [
        ("example.com", vec![], true),
        ("a.b.example.com", vec![], true),
        ("badexample.com", vec![], false),
        ("example.com.evil.test", vec![], false),
        ("prov.test", vec![], false),
        ("prov.test", vec!["prov.test"], true),
        ("a.prov.test", vec!["prov.test"], false),
    ] {
        let mut fetch = begin(&format!("https://{host}/d"), consent(&confirmed, true));
        match fetch.on_answer(challenge("Basic")) {
            Next::Send(request) => assert!(gets && request.credentials.is_some(), "{host}"),
            next => {
                assert!(!gets, "{host}");
                assert_eq!(failed(next), FetchError::ConfirmHost { host: host.to_owned() });
            }
        }
    }
    let mut fetch = begin("https://example.com/d", consent(&[], false));
    assert!(matches!(
        failed(fetch.on_answer(challenge("Basic"))),
        FetchError::PasswordNeeded { .. }
    ));
}

#[test]
fn a_refused_password_is_not_sent_again() {
    let mut fetch = begin("https://example.com/d", consent(&[], true));
    sent(fetch.on_answer(challenge("Basic")));
    assert!(matches!(
        failed(fetch.on_answer(challenge("Basic"))),
        FetchError::WrongPassword { .. }
    ));
}

#[test]
fn another_origin_never_gets_credentials_that_it_was_not_confirmed_for() {
    for to in ["https://evil.test/", "https://example.com:8443/", "https://b.example.com/"] {
        let mut fetch = begin("https://example.com/d", consent(&[], true));
        sent(fetch.on_answer(challenge("Basic")));
        let request = sent(fetch.on_answer(redirect(to)));
        assert_eq!(request.credentials, None, "{to}");
        let asked = fetch.clone().on_answer(challenge("Basic"));
        assert!(matches!(failed(asked), FetchError::ConfirmHost { .. }), "{to}");
        // It may give a document that needs none, which the user is told of.
        let fetched = done(fetch.on_answer(ok()));
        assert!(fetched.foreign.is_some() && !fetched.authenticated, "{to}");
    }
    let mut fetch = begin("https://example.com/d", consent(&[], true));
    sent(fetch.on_answer(challenge("Basic")));
    let same = sent(fetch.on_answer(redirect("/e")));
    assert_eq!(
        (same.url.as_str(), same.credentials),
        ("https://example.com/e", Some(Scheme::Basic))
    );
    let mut fetch = begin("https://example.com/d", consent(&["b.test"], true));
    sent(fetch.on_answer(redirect("https://b.test/")));
    assert!(sent(fetch.on_answer(challenge("Basic"))).credentials.is_some());
    assert_eq!(done(fetch.on_answer(ok())).foreign, None);
}

#[test]
fn redirects_are_few_and_secure() {
    let mut fetch = begin("https://example.com/0", consent(&[], false));
    for n in 1..=5 {
        sent(fetch.on_answer(redirect(&format!("/{n}"))));
    }
    assert!(matches!(failed(fetch.on_answer(redirect("/6"))), FetchError::TooManyRedirects { .. }));
    for bad in [
        "http://example.com/",
        "//u:p@example.com/",
        "file:///etc/passwd",
        "data:,x",
        "ftp://example.com/",
    ] {
        let mut fetch = begin("https://example.com/0", consent(&[], false));
        assert!(
            matches!(failed(fetch.on_answer(redirect(bad))), FetchError::Insecure { .. }),
            "{bad}"
        );
    }
    let nowhere = Answer { status: 302, ..Answer::default() };
    let mut fetch = begin("https://example.com/0", consent(&[], false));
    assert!(matches!(failed(fetch.on_answer(nowhere)), FetchError::Malformed { .. }));
    let (_, next) = Fetch::new(Kind::Document, url("http://example.com/"), consent(&[], false));
    assert!(matches!(failed(next), FetchError::Insecure { .. }));
}

#[test]
fn the_local_network_is_not_reached_by_a_redirect() {
    for local in [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.0.1",
        "172.16.0.1",
        "169.254.169.254",
        "0.0.0.0",
        "100.64.0.1",
        "[::1]",
        "[fe80::1]",
        "[fd00::1]",
        "[::ffff:10.0.0.1]",
        "[::]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "localhost",
        "a.localhost",
        "printer.local",
        "0x7f.1",
        "2130706433",
    ] {
        let to = format!("https://{local}/");
        let mut fetch = begin("https://example.com/", consent(&[], false));
        assert!(
            matches!(failed(fetch.on_answer(redirect(&to))), FetchError::Local { .. }),
            "{local}"
        );
        // Unless the user typed that host.
        let typed = host_of(&url(&to));
        let mut fetch = begin("https://example.com/", consent(&[&typed], false));
        assert!(!sent(fetch.on_answer(redirect(&to))).public_only, "{local}");
    }
    // What a name leads to is the edge's to check.
    let mut fetch = begin("https://example.com/", consent(&[], false));
    assert!(sent(fetch.on_answer(redirect("https://rebind.test/"))).public_only);
    assert!(!is_local("93.184.216.34".parse().unwrap()));
    assert!(!is_local("2606:2800:220:1::1".parse().unwrap()));
}

#[test]
fn an_edition_that_we_have_is_not_sent_again() {
    let with = |etag: &str| Consent { etag: Some(etag.to_owned()), ..consent(&[], false) };
    let (mut fetch, next) = Fetch::new(Kind::Document, url("https://example.com/"), with("\"1\""));
    assert_eq!(sent(next).etag.as_deref(), Some("\"1\""));
    let unchanged = Answer { status: 304, ..Answer::default() };
    assert_eq!(fetch.on_answer(unchanged.clone()), Next::Unchanged);
    assert_eq!(sent(fetch.on_answer(redirect("https://other.test/"))).etag, None);
    assert!(matches!(failed(fetch.on_answer(unchanged)), FetchError::Status { status: 304, .. }));
    let mut fetch = begin("https://example.com/", consent(&[], false));
    let bad = Answer { etag: Some("\"a\r\nX: b\"".to_owned()), ..ok() };
    assert_eq!(done(fetch.on_answer(bad)).etag, None);
}

#[test]
fn other_statuses_have_their_own_words() {
    for (status, not_found) in
        [(404, true), (410, true), (400, false), (403, false), (500, false), (204, false)]
    {
        let mut fetch = begin("https://example.com/", consent(&[], false));
        let error = failed(fetch.on_answer(Answer { status, ..Answer::default() }));
        assert_eq!(error.is_not_found(), not_found, "{status}");
        assert!(error.to_string().contains("example.com"), "{error}");
    }
}

proptest! {
    /// Whatever servers answer: no credentials reach an origin that nobody allowed, nothing but
    /// https is asked, and it ends.
    #[test]
    fn no_walk_gives_credentials_away(
        moves in proptest::collection::vec((0_u8..6, 0_usize..5), 1..30),
    ) {
        let hosts = ["example.com", "a.example.com", "evil.test", "ok.test", "example.com:444"];
        let (mut fetch, next) =
            Fetch::new(Kind::Document, url("https://example.com/"), consent(&["ok.test"], true));
        prop_assert!(sent(next).credentials.is_none());
        let mut count = 0;
        for (kind, at) in moves {
            let answer = match kind {
                0 => challenge("Basic"),
                1 => challenge("Bearer"),
                2 => redirect(&format!("https://{}/", hosts[at])),
                3 => redirect(&format!("http://{}/", hosts[at])),
                4 => redirect("/x"),
                _ => ok(),
            };
            let Next::Send(request) = fetch.on_answer(answer) else { break };
            count += 1;
            prop_assert_eq!(request.url.scheme(), "https");
            if request.credentials.is_some() {
                let allowed = ["https://example.com", "https://ok.test"];
                let origin = request.url.origin().ascii_serialization();
                prop_assert!(allowed.contains(&origin.as_str()), "{}", origin);
            }
        }
        prop_assert!(count <= 2 * (usize::from(MAX_REDIRECTS) + 1));
    }
}
