//! The lab of real servers: whether it is what it says, and whether it leaves no trace.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/baresip.rs"]
mod baresip;
#[path = "support/chat.rs"]
mod chat;

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use baresip::{Baresip, Setup};
use chat::ChatPeer;
use dovetail::lab::{Cert, ConfigOptions, Digest, Lab, LabBuilder, SipLogin, Tel, User};
use dovetail::model::account::Transport;
use dovetail::model::fault::{CertificateFault, Fault};
use dovetail::tls::{self, Policy, Roots};
use sha2::{Digest as _, Sha256};
use tokio::net::{TcpStream, UdpSocket};
use tokio_xmpp::Stanza;
use tokio_xmpp::minidom::Element;
use tokio_xmpp::parsers::jid::{BareJid, Jid};
use tokio_xmpp::parsers::message::{Lang, Message};

const ALICE: &str = "it's \"secret\"";
const BOB: &str = "geheim";

fn two_users() -> LabBuilder {
    Lab::builder()
        .user(
            User::new("alice", ALICE)
                .contact("bob")
                .tel("sip:alice@cusax.test")
                // baresip cannot be told a password with quotation marks.
                .sip_password("one"),
        )
        .user(
            User::new("bob", BOB)
                .display_name("Bob Brown")
                .contact("alice")
                .vcard_temp_tel(Tel::new("sip:4711@cusax.test").types(["video", "voice"]))
                .vcard4_tel("sip:4711@cusax.test")
                .vcard4_tel(Tel::new("+49 30 4711").types(["work"]))
                .sip_user("4711")
                .sip_password("zwo"),
        )
}

#[tokio::test]
async fn both_servers_are_up_within_seconds() {
    let start = Instant::now();
    let lab = two_users().start().await.unwrap();
    let ready = start.elapsed();
    println!("the lab was ready after {} ms", ready.as_millis());
    assert!(ready < Duration::from_secs(20), "{ready:?}");
    for address in [lab.xmpp_starttls(), lab.xmpp_direct(), lab.sip(Transport::Tls)] {
        assert!(TcpStream::connect(address).await.is_ok());
    }
}

#[tokio::test]
async fn users_see_each_other_and_chat() {
    let lab = two_users().xmpp_only().start().await.unwrap();
    let mut alice = ChatPeer::connect(&lab, "alice", ALICE).await;
    let mut bob = ChatPeer::connect_direct(&lab, "bob", BOB).await;
    let bob_jid = Jid::from(bob.jid().clone());
    alice
        .wait("Bob's presence", |stanza| match stanza {
            Stanza::Presence(presence) => (presence.from.as_ref()? == &bob_jid).then_some(()),
            _ => None,
        })
        .await;

    let message = Message::chat(Jid::from(bob.jid().to_bare()));
    alice.send(message.with_body(Lang::new(), "Guten Tag".to_owned())).await;
    let from = bob
        .wait("Alice's message", |stanza| match stanza {
            Stanza::Message(message) => {
                message.bodies.values().any(|body| body == "Guten Tag").then_some(())?;
                message.from.clone()
            }
            _ => None,
        })
        .await;
    assert_eq!(from, Jid::from(alice.jid().clone()));
    bob.quit().await;
    alice.quit().await;
}

#[tokio::test]
async fn rosters_and_cards_are_as_seeded() {
    let lab = two_users().xmpp_only().start().await.unwrap();
    let mut alice = ChatPeer::connect(&lab, "alice", ALICE).await;
    let roster = alice.get(None, element("<query xmlns='jabber:iq:roster'/>")).await.unwrap();
    let item = roster.children().next().unwrap();
    assert_eq!(item.attr("jid"), Some("bob@cusax.test"));
    assert_eq!(item.attr("subscription"), Some("both"));

    let bob: Jid = "bob@cusax.test".parse().unwrap();
    let card = alice.get(Some(bob.clone()), element("<vCard xmlns='vcard-temp'/>")).await.unwrap();
    let ns = "vcard-temp";
    assert_eq!(card.get_child("FN", ns).unwrap().text(), "Bob Brown");
    let tel = card.get_child("TEL", ns).unwrap();
    assert_eq!(tel.get_child("NUMBER", ns).unwrap().text(), "sip:4711@cusax.test");
    assert!(tel.has_child("VIDEO", ns) && tel.has_child("VOICE", ns));

    let query = element(
        "<pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='urn:xmpp:vcard4'/></pubsub>",
    );
    let card = String::from(&alice.get(Some(bob), query).await.unwrap());
    assert!(card.contains("<uri>sip:4711@cusax.test</uri>"), "{card}");
    assert!(card.contains("<text>+49 30 4711</text>"), "{card}");
    assert!(card.contains("<text>work</text>"), "{card}");
}

#[tokio::test]
async fn phones_register_and_call_over_every_transport() {
    let lab = two_users().sip_only().start().await.unwrap();
    for (from, to) in [
        (Transport::Udp, Transport::Udp),
        (Transport::Tcp, Transport::Tls),
        (Transport::Tls, Transport::Udp),
        (Transport::Udp, Transport::Tcp),
    ] {
        let setup = |transport| Setup { transport, ..Setup::default() };
        let mut alice = Baresip::start(&lab, "alice", setup(from)).await;
        let mut bob = Baresip::start(&lab, "bob", setup(to)).await;
        alice.dial("sip:4711@cusax.test").await;
        let ringing = bob.event("CALL_INCOMING").await;
        assert_eq!(ringing["peeruri"], "sip:alice@cusax.test", "{ringing}");
        bob.accept().await;
        let _ = alice.event("CALL_ESTABLISHED").await;
        let _ = bob.event("CALL_ESTABLISHED").await;
        bob.hangup().await;
        let _ = alice.event("CALL_CLOSED").await;
        println!("{from:?} to {to:?}: called");
    }
}

#[tokio::test]
async fn both_hear_the_other() {
    let lab = two_users().sip_only().start().await.unwrap();
    let mut alice = Baresip::start(&lab, "alice", Setup::default()).await;
    let setup = Setup { answer_mode: "auto", ..Setup::default() };
    let mut bob = Baresip::start(&lab, "bob", setup).await;
    alice.dial("sip:4711@cusax.test").await;
    let _ = alice.event("CALL_ESTABLISHED").await;
    let _ = bob.event("CALL_ESTABLISHED").await;
    // Sound takes its time: wait until there is some in both recordings.
    let limit = Instant::now() + Duration::from_secs(20);
    while ![&alice, &bob].iter().all(|phone| phone.heard().iter().any(|file| size(file) > 20_000)) {
        assert!(Instant::now() < limit, "{:?}, {:?}", alice.heard(), bob.heard());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    alice.hangup().await;
    let _ = alice.event("CALL_CLOSED").await;
    let _ = bob.event("CALL_CLOSED").await;
    for phone in [&alice, &bob] {
        assert!(loudest(&phone.heard()[0]) > 1000, "{}", phone.log());
    }
}

#[tokio::test]
async fn a_wrong_password_is_refused() {
    let lab = two_users().sip_only().start().await.unwrap();
    let account = account(&lab, "alice", "auth_user=alice;auth_pass=wrong;regint=60");
    let result = Baresip::try_register(&lab, &account, Setup::default()).await;
    assert_eq!(result["type"], "REGISTER_FAIL", "{result}");
}

#[tokio::test]
async fn a_false_from_needs_a_careless_server() {
    for careless in [false, true] {
        let plan = two_users().sip_only();
        let plan = if careless { plan.sip_any_from() } else { plan };
        let lab = plan.start().await.unwrap();
        let mut alice = Baresip::start(&lab, "alice", Setup::default()).await;
        let mut bob = Baresip::launch(&lab, &Setup::default()).await;
        let mallory = account(&lab, "mallory", "auth_user=4711;auth_pass=zwo;regint=0");
        let _ = bob.command("uanew", &mallory).await;
        bob.dial("sip:alice@cusax.test").await;
        if careless {
            let ringing = alice.event("CALL_INCOMING").await;
            assert_eq!(ringing["peeruri"], "sip:mallory@cusax.test", "{ringing}");
        } else {
            let closed = bob.event("CALL_CLOSED").await;
            assert!(closed["param"].as_str().unwrap().starts_with("403"), "{closed}");
        }
    }
}

/// By hand: baresip 1.0 and sipp 3.6 know MD5 only.
#[tokio::test]
async fn sha_256_is_asked_for_when_wanted() {
    let lab = two_users().sip_only().sip_digest(Digest::Sha256).start().await.unwrap();
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    socket.connect(lab.sip(Transport::Udp)).await.unwrap();
    let challenge = register(&socket, 1, "").await;
    assert!(challenge.starts_with("SIP/2.0 401"), "{challenge}");
    assert!(challenge.contains("algorithm=SHA-256"), "{challenge}");
    let nonce = challenge.split("nonce=\"").nth(1).unwrap().split('"').next().unwrap();
    let sha = |text: &str| format!("{:x}", Sha256::digest(text));
    // RFC 7616 §3.4.1, with qop.
    let uri = "sip:cusax.test";
    let secret = sha("4711:cusax.test:zwo");
    let response = |secret: &str| {
        sha(&format!("{secret}:{nonce}:00000001:c:auth:{}", sha(&format!("REGISTER:{uri}"))))
    };
    let credentials = |secret: &str| {
        format!(
            "Authorization: Digest username=\"4711\",realm=\"cusax.test\",nonce=\"{nonce}\",\
             uri=\"{uri}\",response=\"{}\",algorithm=SHA-256,qop=auth,nc=00000001,cnonce=\"c\"\r\n",
            response(secret),
        )
    };
    let wrong = register(&socket, 2, &credentials(&sha("4711:cusax.test:one"))).await;
    assert!(wrong.starts_with("SIP/2.0 401"), "{wrong}");
    let right = register(&socket, 3, &credentials(&secret)).await;
    assert!(right.starts_with("SIP/2.0 200"), "{right}");
}

#[tokio::test]
async fn bad_certificates_are_bad_in_the_way_that_was_asked_for() {
    let cases = [
        (Cert::Valid, None),
        (Cert::Expired, Some(CertificateFault::Expired)),
        (Cert::NotYetValid, Some(CertificateFault::NotYetValid)),
        (Cert::WrongName, Some(CertificateFault::WrongName("cusax.test".to_owned()))),
        (Cert::UnknownIssuer, Some(CertificateFault::UnknownIssuer)),
        (Cert::SelfSigned, Some(CertificateFault::SelfSigned)),
    ];
    for (kind, expected) in cases {
        let lab =
            Lab::builder().xmpp_certificate(kind).sip_certificate(kind).start().await.unwrap();
        let policy = Policy::new(Roots::load(Some(&lab.ca_file())).unwrap());
        for address in [lab.xmpp_direct(), lab.sip(Transport::Tls)] {
            let stream = TcpStream::connect(address).await.unwrap();
            let result =
                tls::handshake(stream, "cusax.test", Some("127.0.0.1"), &policy, &[]).await;
            let fault = result.err();
            let defect = fault.as_ref().and_then(Fault::certificate).map(|found| &found.defect);
            assert_eq!(
                (defect, fault.is_some()),
                (expected.as_ref(), expected.is_some()),
                "{kind:?}"
            );
        }
    }
}

#[tokio::test]
async fn servers_come_back_on_the_same_ports() {
    let mut lab = two_users().start().await.unwrap();
    let before = (lab.xmpp_starttls(), lab.sip(Transport::Tcp));
    lab.stop_xmpp().await;
    lab.stop_sip().await;
    assert!(TcpStream::connect(before.0).await.is_err());
    assert!(TcpStream::connect(before.1).await.is_err());
    lab.start_xmpp().await.unwrap();
    lab.start_sip().await.unwrap();
    assert_eq!(before, (lab.xmpp_starttls(), lab.sip(Transport::Tcp)));
    let bob = ChatPeer::connect(&lab, "bob", BOB).await;
    assert_eq!(bob.jid().to_bare(), "bob@cusax.test".parse::<BareJid>().unwrap());
}

#[tokio::test]
async fn a_configuration_names_both_accounts() {
    let lab = two_users().start().await.unwrap();
    let text = lab.config_toml("bob", &ConfigOptions::default()).unwrap();
    let config: toml::Table = text.parse().unwrap();
    assert_eq!(config["xmpp"][0]["jid"].as_str(), Some("bob@cusax.test"));
    assert_eq!(config["sip"][0]["aor"].as_str(), Some("sip:4711@cusax.test"));
    assert_eq!(config["sip"][0]["related_to"], config["xmpp"][0]["id"]);
    let config: toml::Table =
        lab.config_toml("alice", &ConfigOptions::default()).unwrap().parse().unwrap();
    let command = config["xmpp"][0]["password_command"].as_str().unwrap();
    let printed = Command::new("sh").args(["-c", command]).output().unwrap().stdout;
    assert_eq!(String::from_utf8(printed).unwrap(), ALICE);
}

/// Alice calls at the one domain by an account of the other, too; bob has both sides there.
fn two_domains() -> LabBuilder {
    let number = SipLogin::new("44123", "zwo").at("biloxi.test").auth_name("contract-7");
    Lab::builder()
        .second_domain("biloxi.test")
        .user(User::new("alice", BOB).contact("bob@biloxi.test").phone(number))
        .user(User::new("bob", BOB).contact("alice"))
        .user(User::new("bob", BOB).at("biloxi.test").contact("alice@cusax.test"))
}

#[tokio::test]
async fn two_domains_call_each_other_and_chat() {
    let lab = two_domains().start().await.unwrap();
    let mut alice = Baresip::start(&lab, "alice", Setup::default()).await;
    let setup = Setup { transport: Transport::Tls, ..Setup::default() };
    let mut bob = Baresip::start(&lab, "bob@biloxi.test", setup).await;
    alice.dial("sip:bob@biloxi.test").await;
    assert_eq!(bob.event("CALL_INCOMING").await["peeruri"], "sip:alice@cusax.test");
    bob.accept().await;
    let _ = alice.event("CALL_ESTABLISHED").await;
    let _ = bob.event("CALL_ESTABLISHED").await;
    alice.hangup().await;
    let _ = bob.event("CALL_CLOSED").await;
    bob.dial("sip:alice@cusax.test").await;
    assert_eq!(alice.event("CALL_INCOMING").await["peeruri"], "sip:bob@biloxi.test");

    let mut alice = ChatPeer::connect(&lab, "alice", BOB).await;
    let bob = ChatPeer::connect_direct(&lab, "bob@biloxi.test", BOB).await;
    let bob = Jid::from(bob.jid().clone());
    alice
        .wait("the presence of bob in biloxi", |stanza| match stanza {
            Stanza::Presence(presence) => (presence.from.as_ref()? == &bob).then_some(()),
            _ => None,
        })
        .await;
}

#[tokio::test]
async fn a_configuration_may_name_accounts_of_two_domains() {
    let lab = two_domains().start().await.unwrap();
    let options = ConfigOptions { related_phone: "phone-2", ..ConfigOptions::default() };
    let config: toml::Table = lab.config_toml("alice", &options).unwrap().parse().unwrap();
    assert_eq!(config["xmpp"][0]["jid"].as_str(), Some("alice@cusax.test"));
    let phones = config["sip"].as_array().unwrap();
    let said = |key: &str| phones.iter().map(|phone| phone[key].as_str()).collect::<Vec<_>>();
    assert_eq!(said("id"), [Some("phone"), Some("phone-2")]);
    assert_eq!(said("aor"), [Some("sip:alice@cusax.test"), Some("sip:44123@biloxi.test")]);
    assert_eq!(said("username"), [Some("alice"), Some("contract-7")]);
    assert_ne!(phones[0]["proxy"], phones[1]["proxy"]);
    assert_eq!(phones[0].get("related_to"), None);
    assert_eq!(phones[1]["related_to"].as_str(), Some("chat"));
    let options = ConfigOptions { related: false, ..options };
    assert!(!lab.config_toml("alice", &options).unwrap().contains("related_to"));

    let lost = Lab::builder().user(User::new("carol", BOB).sip_at("nowhere.test")).start().await;
    assert_eq!(lost.unwrap_err().to_string(), "the lab has no domain nowhere.test");
}

#[tokio::test]
async fn a_dropped_lab_leaves_nothing() {
    let lab = two_users().start().await.unwrap();
    let directory = lab.directory().to_owned();
    assert!(processes_of(&directory) > 2);
    drop(lab);
    assert_gone(&directory);
}

#[test]
fn a_panic_leaves_nothing() {
    let (tell, told) = std::sync::mpsc::channel();
    let thread = std::thread::spawn(move || {
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let lab = two_users().start().await.unwrap();
            tell.send(lab.directory().to_owned()).unwrap();
            panic!("as intended");
        });
    });
    let directory = told.recv().unwrap();
    assert!(thread.join().is_err());
    assert_gone(&directory);
}

/// Runs itself once more as the victim.
#[tokio::test]
async fn a_killed_process_leaves_nothing() {
    const VICTIM: &str = "DOVETAIL_TEST_LAB_VICTIM";
    if std::env::var_os(VICTIM).is_some() {
        let lab = two_users().start().await.unwrap();
        println!("\ndirectory={}", lab.directory().display());
        std::future::pending::<()>().await;
    }
    let mut victim = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_killed_process_leaves_nothing", "--nocapture"])
        .env(VICTIM, "1")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let output = BufReader::new(victim.stdout.take().unwrap());
    let directory = output
        .lines()
        .find_map(|line| line.unwrap().strip_prefix("directory=").map(PathBuf::from))
        .expect("the victim starts a lab");
    assert!(processes_of(&directory) > 2);
    victim.kill().unwrap();
    let _ = victim.wait().unwrap();
    assert_gone(&directory);
}

/// Sends a REGISTER of `4711` with more header fields and returns the answer.
async fn register(socket: &UdpSocket, number: u32, more: &str) -> String {
    let own = socket.local_addr().unwrap();
    let request = format!(
        "REGISTER sip:cusax.test SIP/2.0\r\nVia: SIP/2.0/UDP {own};branch=z9hG4bK{number}\r\n\
         Max-Forwards: 70\r\nFrom: <sip:4711@cusax.test>;tag=1\r\nTo: <sip:4711@cusax.test>\r\n\
         Call-ID: register\r\nCSeq: {number} REGISTER\r\nContact: <sip:4711@{own}>\r\n\
         Expires: 60\r\n{more}Content-Length: 0\r\n\r\n",
    );
    let _ = socket.send(request.as_bytes()).await.unwrap();
    let mut answer = vec![0; 4096];
    let limit = Duration::from_secs(10);
    let count = tokio::time::timeout(limit, socket.recv(&mut answer)).await.unwrap().unwrap();
    String::from_utf8_lossy(&answer[..count]).into_owned()
}

/// An account line with this user in From.
fn account(lab: &Lab, user: &str, more: &str) -> String {
    let proxy = lab.sip(Transport::Udp);
    format!("<sip:{user}@cusax.test>;outbound=\"sip:{proxy};transport=udp\";{more}")
}

fn size(file: &Path) -> u64 {
    file.metadata().unwrap().len()
}

fn loudest(file: &Path) -> u16 {
    let mut reader = hound::WavReader::open(file).unwrap();
    reader.samples::<i16>().map(|sample| sample.unwrap().unsigned_abs()).max().unwrap_or(0)
}

fn element(xml: &str) -> Element {
    xml.parse().unwrap()
}

/// How many processes were started with this directory in their command line. What is only
/// waiting to be reaped has none.
fn processes_of(directory: &Path) -> usize {
    let directory = directory.to_string_lossy();
    std::fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| std::fs::read(entry.ok()?.path().join("cmdline")).ok())
        .filter(|line| String::from_utf8_lossy(line).contains(directory.as_ref()))
        .count()
}

#[track_caller]
fn assert_gone(directory: &Path) {
    let limit = Instant::now() + Duration::from_secs(10);
    while processes_of(directory) > 0 || directory.exists() {
        assert!(
            Instant::now() < limit,
            "{} processes; directory: {}",
            processes_of(directory),
            directory.exists(),
        );
        std::thread::yield_now();
    }
}
