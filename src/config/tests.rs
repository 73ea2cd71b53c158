#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::*;
use crate::model::account::Transport;

/// The example of docs/control.md.
const EXAMPLE: &str = r#"
[[xmpp]]
id = "work-chat"
jid = "alice@cusax.test"
server = "127.0.0.1:5222"
tls = "starttls"
password_command = "pass show xmpp"
ca_file = "ca.pem"
audio = false
wait_for = "work-phone"

[[sip]]
id = "work-phone"
aor = "sip:alice@cusax.test"
proxy = "sip:127.0.0.1:5061;transport=tls"
username = "alice"
password_command = "pass show sip"
ca_file = "/etc/ca.pem"
srtp = "required"
related_to = "work-chat"
chat = false

[audio]
input = "file:speech.wav"
output = "null"
echo_cancellation = false
"#;

fn parse(text: &str) -> Result<Config, ConfigError> {
    Config::parse(text, Path::new("/p/config.toml"))
}

#[test]
fn the_example_is_read() {
    let config = parse(EXAMPLE).unwrap();
    let chat = XmppAccount {
        id: "work-chat".into(),
        jid: BareJid::new("alice@cusax.test").unwrap(),
        server: Some(HostPort { host: "127.0.0.1".into(), port: 5222 }),
        tls: TlsStart::StartTls,
        password: PasswordSource::Command("pass show xmpp".into()),
        ca_file: Some("/p/ca.pem".into()),
        demands: Default::default(),
        chat: true,
        audio: false,
        wait_for: Some("work-phone".into()),
    };
    let phone = SipAccount {
        id: "work-phone".into(),
        aor: Aor::parse("sip:alice@cusax.test").unwrap(),
        proxy: Some(SipTarget {
            secure: false,
            host: "127.0.0.1".into(),
            port: Some(5061),
            transport: Some(Transport::Tls),
        }),
        username: Some("alice".into()),
        password: PasswordSource::Command("pass show sip".into()),
        ca_file: Some("/etc/ca.pem".into()),
        demands: Default::default(),
        srtp: SrtpPolicy::Required,
        related_to: Some("work-chat".into()),
        chat: false,
        chat_is_set: true,
        dtmf: DtmfMode::Rtp,
        codecs: Codec::USUAL.to_vec(),
        expires: EXPIRES,
        voicemail: None,
        dialing: Dialing::default(),
    };
    let audio = Audio {
        input: AudioDevice::File("/p/speech.wav".into()),
        output: AudioDevice::Null,
        ringer: None,
        echo_cancellation: false,
    };
    assert_eq!(
        config,
        Config { xmpp: vec![chat], sip: vec![phone], audio, provisioning: Provisioning::default() }
    );
}

#[test]
fn it_rings_where_calls_are_heard_unless_another_place_is_named() {
    let audio = |text: &str| parse(text).unwrap().audio;
    let desk = AudioDevice::Named("Desk".to_owned());
    for (text, rings_at, tones_at) in [
        ("", Some(AudioDevice::Default), Some(AudioDevice::Default)),
        ("[audio]\nringer = 'output'", Some(AudioDevice::Default), Some(AudioDevice::Default)),
        ("[audio]\nringer = 'Desk'\noutput = 'null'", Some(desk.clone()), None),
        ("[audio]\noutput = 'Desk'", Some(desk.clone()), Some(desk)),
        ("[audio]\noutput = 'file:x.wav'", None, None),
        ("[audio]\nringer = 'null'", None, Some(AudioDevice::Default)),
        (
            "[audio]\nringer = 'file:r.wav'",
            Some(AudioDevice::File("/p/r.wav".into())),
            Some(AudioDevice::Default),
        ),
    ] {
        let audio = audio(text);
        assert_eq!(
            (audio.rings_at(), audio.tones_at()),
            (rings_at.as_ref(), tones_at.as_ref()),
            "{text}"
        );
    }
}

#[test]
fn little_is_needed() {
    let config =
        parse("[[xmpp]]\njid='a@b.test'\nserver='[::1]'\ntls='direct'\n[[sip]]\naor='a@b.test'")
            .unwrap();
    assert_eq!(config.xmpp[0].id.as_str(), "a@b.test");
    assert_eq!(config.xmpp[0].server, Some(HostPort { host: "::1".into(), port: 5223 }));
    assert_eq!(config.xmpp[0].password, PasswordSource::Keyring);
    assert_eq!(config.sip[0].id.as_str(), "sip:a@b.test");
    assert_eq!(config.sip[0].srtp, SrtpPolicy::Preferred);
    assert_eq!(config.audio, Audio::default());
    assert_eq!(parse("").unwrap(), Config::default());
}

#[test]
fn messages_over_sip_are_on_where_no_chat_account_is_the_other_half() {
    let phone = |more: &str| {
        let chat = "[[xmpp]]\nid='chat'\njid='a@b.test'\n";
        parse(&format!("{chat}[[sip]]\naor='a@b.test'\n{more}")).unwrap().sip.remove(0)
    };
    assert!(phone("").chat);
    assert!(!phone("related_to='chat'").chat);
    assert!(phone("related_to='chat'\nchat=true").chat);
    assert_eq!(phone("").dtmf, DtmfMode::Rtp);
    assert_eq!(phone("dtmf='info'").dtmf, DtmfMode::Info);
    assert!(parse("[[sip]]\naor='a@b.test'\ndtmf='tone'").is_err());
}

/// The example of the provisioning document, as a table.
const DIALING: &str = r#"
[[sip]]
aor = "sip:alice@sip.example.com"
[sip.dialing]
country = "US"
international_prefix = "011"
national_prefix = "1"
emergency = ["911", "112"]
domains = ["Voice.Example.COM"]
blocked = [{ pattern = "+881*", reason = "Satellite numbers are not reachable." }]
[[sip.dialing.cost_rules]]
pattern = "sip:*@sip.example.com"
class = "free"
[[sip.dialing.cost_rules]]
pattern = "+*"
class = "pstn"
confirm = "first"
note = { de = "Kostet.", en = "Calls to the telephone network are charged." }
"#;

#[test]
fn what_is_said_of_dialling_is_that_of_the_provisioning_document() {
    let read = parse(DIALING).unwrap().sip.remove(0).dialing;
    let document = serde_json::json!({
        "country": "US", "international_prefix": "011", "national_prefix": "1",
        "emergency": ["911", "112"], "domains": ["voice.example.com"],
        "cost_rules": [
            { "pattern": "sip:*@sip.example.com", "class": "free" },
            { "pattern": "+*", "class": "pstn", "confirm": "first",
              "note": { "en": "Calls to the telephone network are charged." } },
        ],
        "blocked": [
            { "pattern": "+881*", "reason": { "en": "Satellite numbers are not reachable." } },
        ],
    });
    assert_eq!(read, serde_json::from_value(document).unwrap());
}

#[test]
fn every_error_names_file_line_and_key() {
    for (text, place, words) in [
        ("[[xmpp]]\njid = 'a@b.test'\n\nserved = 'x'", "line 4: xmpp.served", "not a key"),
        ("[video]", "line 1: video", "not a key"),
        ("a = [", "line 1", ""),
        ("\n[[xmpp]]\nid = 'x'", "line 2: xmpp.jid", "is missing"),
        ("[[xmpp]]\njid = 'b.test'", "line 2: xmpp.jid", "chat address"),
        ("[[xmpp]]\njid = 'a@b.test/r'", "line 2: xmpp.jid", "chat address"),
        ("[[xmpp]]\njid = 7", "line 2: xmpp.jid", "text"),
        ("[[xmpp]]\njid = 'a@b.test'\nserver = 'h:99999'", "line 3: xmpp.server", "port"),
        ("[[xmpp]]\njid = 'a@b.test'\nserver = 'h;lr'", "line 3: xmpp.server", "port"),
        ("[[xmpp]]\njid = 'a@b.test'\ntls = 'off'", "line 3: xmpp.tls", "\"direct\""),
        ("[[xmpp]]\njid = 'a@b.test'\naudio = 'yes'", "line 3: xmpp.audio", "true or false"),
        ("[[xmpp]]\njid = 'a@b.test'\nPassword = 'x'", "line 3: xmpp.Password", "keyring"),
        (
            "[[xmpp]]\njid = 'a@b.test'\npassword_command = ' '",
            "line 3: xmpp.password_command",
            "empty",
        ),
        (
            "[[xmpp]]\njid = 'a@b.test'\nwait_for = 'a@b.test'",
            "line 3: xmpp.wait_for",
            "sip account",
        ),
        ("[[sip]]\naor = 'sip:b.test'", "line 2: sip.aor", "before the “@”"),
        ("[[sip]]\naor = 'a@b.test'\nproxy = 'tel:1'", "line 3: sip.proxy", "“tel:”"),
        ("[[sip]]\naor = 'a@b.test'\nsrtp = 'maybe'", "line 3: sip.srtp", "\"required\""),
        ("[[sip]]\naor = 'a@b.test'\nrelated_to = 'x'", "line 3: sip.related_to", "xmpp account"),
        (
            "[[sip]]\naor = 'a@b.test'\n[[sip]]\nid = 'sip:a@b.test'\naor = 'c@d.test'",
            "line 4: sip.id",
            "another account",
        ),
        ("[sip]\naor = 'a@b.test'", "line 1: sip", "[[sip]]"),
        ("sip = [1]", "line 1: sip", "[[sip]]"),
        ("[audio]\ninput = 'file:'", "line 2: audio.input", "empty"),
        ("[audio]\nvolume = 1", "line 2: audio.volume", "echo_cancellation"),
        ("[[sip]]\naor='a@b.test'\ndialing = 1", "line 3: sip.dialing", "[sip.dialing]"),
        (
            "[[sip]]\naor='a@b.test'\n[sip.dialing]\ncountri = 'DE'",
            "line 4: sip.dialing.countri",
            "country, ",
        ),
        (
            "[[sip]]\naor='a@b.test'\n[sip.dialing]\ncountry = 'Germany'",
            "line 4: sip.dialing.country",
            "two letters",
        ),
        (
            "[[sip]]\naor='a@b.test'\n[sip.dialing]\nemergency = [\n'112',\n'+1']",
            "line 6: sip.dialing.emergency",
            "2 to 6 digits",
        ),
        (
            "[[sip]]\naor='a@b.test'\n[[sip.dialing.cost_rules]]\npattern='+*'\nclass='dear'",
            "line 5: sip.dialing.cost_rules.class",
            "\"premium\"",
        ),
        (
            "[[sip]]\naor='a@b.test'\n[[sip.dialing.cost_rules]]\nclass='pstn'",
            "line 3: sip.dialing.cost_rules.pattern",
            "is missing",
        ),
        (
            "[[sip]]\naor='a@b.test'\n[[sip.dialing.blocked]]\npattern='+*'\nreason=1",
            "line 5: sip.dialing.blocked.reason",
            "each language",
        ),
        (
            "[[sip]]\naor='a@b.test'\n[sip.dialing]\nblocked=['+*']",
            "line 4: sip.dialing.blocked",
            "a list of tables",
        ),
    ] {
        let error = parse(text).unwrap_err().to_string();
        assert!(error.starts_with("/p/config.toml, "), "{error}");
        assert!(error.contains(place), "{text}: {error}");
        assert!(error.contains(words), "{text}: {error}");
    }
}

#[test]
fn a_password_in_the_file_is_not_repeated() {
    let error = parse("[[sip]]\naor='a@b.test'\npassword='hunter2'").unwrap_err();
    assert!(!format!("{error} {error:?}").contains("hunter2"));
}

#[test]
fn loading_reads_and_never_writes() {
    let dir = tempfile::tempdir().unwrap();
    let profile = Profile::at(&dir.path().join("deep/profile"));
    profile.create().unwrap();
    let path = profile.config_path();
    assert_eq!(Config::load(&path).unwrap(), Config::default());
    assert!(!path.exists());
    std::fs::write(&path, "nonsense = ").unwrap();
    assert!(matches!(Config::load(&path), Err(ConfigError::Syntax { line: 1, .. })));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "nonsense = ");
    std::fs::write(&path, [0xff]).unwrap();
    assert!(matches!(Config::load(&path), Err(ConfigError::Read { .. })));
    std::fs::write(&path, "#".repeat(300_000)).unwrap();
    assert!(matches!(Config::load(&path), Err(ConfigError::TooLong { .. })));
}

#[test]
fn a_profile_lives_under_its_directory() {
    let dir = tempfile::tempdir().unwrap();
    let profile = Profile::at(dir.path());
    for path in
        [profile.config_path(), profile.history_path(), profile.log_path(), profile.socket_path()]
    {
        assert_eq!(path.parent(), Some(dir.path()));
    }
    assert_ne!(Profile::of_platform().unwrap().config_path(), profile.config_path());
}

#[cfg(unix)]
#[test]
fn what_is_made_is_the_users_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let dir = tempfile::tempdir().unwrap();
    let profile = Profile::at(&dir.path().join("a/b"));
    profile.create().unwrap();
    assert_eq!(mode(&dir.path().join("a/b")), 0o700);
    create_private_file(&profile.log_path()).unwrap();
    assert_eq!(mode(&profile.log_path()), 0o600);
}

#[test]
fn what_is_written_is_read_as_the_same() {
    let mut all = parse(EXAMPLE).unwrap();
    all.xmpp[0].server = Some(HostPort { host: "::1".into(), port: 5223 });
    all.xmpp[0].tls = TlsStart::Direct;
    all.xmpp[0].audio = true;
    all.xmpp[0].password = PasswordSource::Command("printf 'a\\b\"\n'; true".into());
    all.sip[0].chat = true;
    all.sip[0].dtmf = DtmfMode::Info;
    all.sip[0].codecs = vec![Codec::Pcmu, Codec::Opus];
    all.sip[0].expires = 3600;
    all.sip[0].voicemail = Some("sip:vm@b.test".to_owned());
    let little = "[[xmpp]]\njid='a@b.test'\n[[sip]]\naor='a@b.test'\nsrtp='off'\nchat=false\n";
    let alone = "[[sip]]\naor='a@[::1]'\nproxy='sips:p.test'\n";
    for config in [all, parse(EXAMPLE).unwrap(), parse(little).unwrap(), parse(alone).unwrap()] {
        let again = parse(&tables(&config.xmpp, &config.sip)).unwrap();
        assert_eq!((again.xmpp, again.sip), (config.xmpp, config.sip));
    }
    assert_eq!(tables(&[], &[]), "");
}

#[test]
fn codecs_lifetime_and_voice_mail_are_read_within_bounds() {
    let read = |line: &str| parse(&format!("[[sip]]\naor = \"a@b.test\"\n{line}\n"));
    let phone = |line: &str| read(line).unwrap().sip.remove(0);
    let usual = phone("");
    assert_eq!((usual.codecs, usual.expires), (Codec::USUAL.to_vec(), EXPIRES));
    let named = phone("codecs = [\"pcmu\", \"Opus\", \"PCMU\"]");
    assert_eq!(named.codecs, [Codec::Pcmu, Codec::Opus]);
    assert_eq!(phone("expires = 60").expires, 60);
    assert_eq!(phone("voicemail = \"sip:vm@b.test\"").voicemail.unwrap(), "sip:vm@b.test");
    for (line, key) in [
        ("codecs = []", "sip.codecs"),
        ("codecs = [\"G729\"]", "sip.codecs"),
        ("codecs = \"opus\"", "sip.codecs"),
        ("expires = 59", "sip.expires"),
        ("expires = 86401", "sip.expires"),
        ("expires = -600", "sip.expires"),
        ("expires = \"600\"", "sip.expires"),
        ("expires = 99999999999999999999", "sip.expires"),
        ("voicemail = \"https://vm.test/\"", "sip.voicemail"),
        ("voicemail = \"*97\"", "sip.voicemail"),
    ] {
        let error = read(line).unwrap_err().to_string();
        assert!(error.contains(key), "{line}: {error}");
    }
}

/// Two accounts that a provider gave.
fn given() -> Config {
    let text = "[[xmpp]]\nid = \"chat\"\njid = \"a@b.test\"\nserver = \"s.test:1\"\ntls = \"direct\"\n\
                [[sip]]\nid = \"phone\"\naor = \"a@b.test\"\nsrtp = \"required\"\nusername = \"u\"\n\
                [sip.dialing]\ncountry = \"DE\"\n";
    parse(text).unwrap()
}

#[test]
fn what_the_file_says_of_a_given_account_counts_and_the_rest_is_as_given() {
    let over = |text: &str| Config::parse_over(text, Path::new("/p/config.toml"), &given());
    assert_eq!(over("").unwrap(), given());
    let config = over("[[sip]]\nid = \"phone\"\nsrtp = \"off\"\nrelated_to = \"chat\"\n").unwrap();
    assert_eq!(config.xmpp, given().xmpp);
    let expected = SipAccount {
        srtp: SrtpPolicy::Off,
        related_to: Some("chat".into()),
        chat: false,
        ..given().sip.remove(0)
    };
    assert_eq!(config.sip, [expected]);
    // By its address it keeps the name that it had.
    let config = over("[[xmpp]]\njid = \"a@b.test\"\n").unwrap();
    assert_eq!(config.xmpp, [XmppAccount { id: "a@b.test".into(), ..given().xmpp.remove(0) }]);
    // Another address is another account, whatever its id.
    let config = over("[[xmpp]]\nid = \"chat\"\njid = \"x@y.test\"\n").unwrap();
    assert_eq!(config.xmpp, parse("[[xmpp]]\nid = \"chat\"\njid = \"x@y.test\"\n").unwrap().xmpp);
    // One of which nobody gave more is no account.
    let error = over("[[sip]]\nid = \"other\"\n").unwrap_err().to_string();
    assert!(error.contains("sip.aor is missing"), "{error}");
}

#[test]
fn how_a_document_is_fetched_is_read_strictly() {
    let config = parse(
        "[provisioning]\nca_file = \"ca.pem\"\nhosts = { \"A.test\" = \"127.0.0.1:8443\" }\n",
    );
    let provisioning = config.unwrap().provisioning;
    assert_eq!(provisioning.ca_file, Some("/p/ca.pem".into()));
    assert_eq!(provisioning.hosts["a.test"], "127.0.0.1:8443".parse().unwrap());
    for (text, word) in [
        ("provisioning = 1", "written as [provisioning]"),
        ("[provisioning]\nverify = false", "provisioning.verify is not a key"),
        ("[provisioning]\nhosts = { \"a.test\" = \"b.test\" }", "an address and a port"),
        ("[provisioning]\nhosts = { \"a.test\" = 1 }", "a text in quotes"),
    ] {
        let error = parse(text).unwrap_err().to_string();
        assert!(error.contains(word), "{text}: {error}");
    }
}
