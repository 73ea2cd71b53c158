#![allow(clippy::unwrap_used)]

use phonenumber::country::Id;
use proptest::prelude::*;

use super::*;
use crate::model::address::{DialPlan, Dialable};

/// The links of a text, each as its text and where it leads.
fn links(text: &str) -> Vec<(String, String)> {
    links_in(text, None)
}

fn links_in(text: &str, country: Option<Id>) -> Vec<(String, String)> {
    let leads = |target: Target| match target {
        Target::Call(to) => to,
        Target::Chat(jid) => format!("chat {jid}"),
        Target::Web(web) => format!("web {}", web.url.get(web.host).unwrap()),
    };
    let written = |range: Range<usize>| text.get(range).unwrap().to_owned();
    find(text, country).into_iter().map(|link| (written(link.range), leads(link.target))).collect()
}

/// Each text has one link: this part, which leads there; `""` for a number as written.
fn each_has(table: &[(&str, &str, &str)]) {
    let rows = table.iter().map(|(text, part, leads)| {
        let leads = if leads.is_empty() { part } else { leads };
        (*text, links(text), vec![((*part).to_owned(), (*leads).to_owned())])
    });
    let wrong: Vec<_> = rows.filter(|(_, found, wanted)| found != wanted).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn none_has(texts: &[&str]) {
    let found = texts.iter().map(|text| (text, links(text)));
    let wrong: Vec<_> = found.filter(|(_, found)| !found.is_empty()).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn telephone_numbers_are_found_as_people_write_them() {
    each_has(&[
        ("+49 30 1234567", "+49 30 1234567", ""),
        ("Call me at +1 555 0199, please", "+1 555 0199", ""),
        ("+49 (0)30 1234567", "+49 (0)30 1234567", ""),
        ("+49 (30) 123 45 67.", "+49 (30) 123 45 67", ""),
        ("(+44 20 7946 0958)", "+44 20 7946 0958", ""),
        ("+44.20.7946.0958!", "+44.20.7946.0958", ""),
        ("+1-303-555-1212", "+1-303-555-1212", ""),
        ("+1 (303) 555-1212 x12", "+1 (303) 555-1212 x12", ""),
        ("+1 303 555 1212 ext. 7?", "+1 303 555 1212 ext. 7", ""),
        ("+13035551212", "+13035551212", ""),
        ("+493012345678", "+493012345678", ""),
        ("\u{FF0B}81 3\u{2010}1234\u{2010}5678", "\u{FF0B}81 3\u{2010}1234\u{2010}5678", ""),
        ("+49\u{A0}30\u{A0}1234567", "+49\u{A0}30\u{A0}1234567", ""),
        ("<+49 30 1234567>", "+49 30 1234567", ""),
        ("“+49 30 1234567”", "+49 30 1234567", ""),
        ("*+49 30 1234567*", "+49 30 1234567", ""),
        ("Tel:+49 30 1234567", "+49 30 1234567", ""),
        ("Tel.:+49 30 1234567", "+49 30 1234567", ""),
        ("Tel.+49 30 1234567", "+49 30 1234567", ""),
        ("📞+49 30 1234567", "+49 30 1234567", ""),
        ("☎\u{FE0F}+49 30 1234567", "+49 30 1234567", ""),
        ("电话+86 138 1234 5678。", "+86 138 1234 5678", ""),
        ("请打+852 2123 4567找我", "+852 2123 4567", ""),
        ("התקשר +972 3 123 4567", "+972 3 123 4567", ""),
        ("اتصل بـ+20 2 12345678،", "+20 2 12345678", ""),
        ("\u{202A}+49 30 1234567\u{202C}", "+49 30 1234567", ""),
        ("\u{202D}+49 30 1234567\u{202C}", "+49 30 1234567", ""),
        ("\u{2066}+49 30 1234567\u{2069}.", "+49 30 1234567", ""),
        ("+49 30 1234567 14:30", "+49 30 1234567", ""),
        ("+49 30 1234567 at 14", "+49 30 1234567", ""),
        ("0049 30 12345678", "0049 30 12345678", ""),
        ("004930123456", "004930123456", ""),
        ("030 1234567", "030 1234567", ""),
        ("030/1234567", "030/1234567", ""),
        ("030 / 1234567", "030 / 1234567", ""),
        ("(030) 123456", "(030) 123456", ""),
        ("(030 1234567)", "030 1234567", ""),
        ("0171-1234567", "0171-1234567", ""),
        ("Mobil: 0171 / 123 45 67", "0171 / 123 45 67", ""),
        ("01 23 45 67 89", "01 23 45 67 89", ""),
        ("01.23.45.67.89", "01.23.45.67.89", ""),
        ("020 7946 0958", "020 7946 0958", ""),
        ("0800 123 4567", "0800 123 4567", ""),
        ("044 668 18 00", "044 668 18 00", ""),
        ("(303) 555-1212", "(303) 555-1212", ""),
        ("(303)555-1212", "(303)555-1212", ""),
        ("303-555-1212", "303-555-1212", ""),
        ("303.555.1212", "303.555.1212", ""),
        ("303 555 1212", "303 555 1212", ""),
        ("1-800-555-1212", "1-800-555-1212", ""),
        ("1 (303) 555-1212", "1 (303) 555-1212", ""),
        ("8 (495) 123-45-67", "8 (495) 123-45-67", ""),
        ("tel: 5551234", "5551234", ""),
        ("Phone 555-1234", "555-1234", ""),
        ("тел. 123-45-67", "123-45-67", ""),
        ("请拨打电话13812345678", "13812345678", ""),
    ]);
}

#[test]
fn numbers_of_other_things_are_left_alone() {
    none_has(&[
        "",
        "112",
        "12345678",
        "2024-01-31",
        "2024-01-31 10:30",
        "2024-01-31T10:30:00Z",
        "31.01.2024",
        "01.02.2024 08:15",
        "01.02.-03.02.2024",
        "01.02.2024 - 03.02.2024",
        "01/31/2024",
        "01 02 2024",
        "01/02/24",
        "01/2024-12/2025",
        "04-05/2024",
        "20240131",
        "08:00-17:00",
        "08.00-17.00 Uhr",
        "0900-1700",
        "00:00:00.0000000",
        "1700000000",
        "1700000000000",
        "192.168.178.100",
        "010.020.030.040",
        "10.0.0.1:5060",
        "2001:0db8:0000:0042:0000:8a2e:0370:7334",
        "1.23.4567",
        "v0.10.1234567",
        "0.1234567",
        "052.1234567",
        "52.520008, 13.404954",
        "1.234.567,00",
        "1 234 567 €",
        "€ 030 1234567",
        "$1234567",
        "030 1234567 EUR",
        "+1.000.000",
        "+1000000",
        "+10,000,000",
        "+12.3456789",
        "+0 30 1234567",
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "3782 822463 10005",
        "978-3-16-148410-0",
        "ISBN 0-306-40615-2",
        "ISBN 030 6406 152",
        "ISSN 0317-8471",
        "DE89 3704 0044 0532 0130 00",
        "Order 030-1234567",
        "Ticket: 0301-234567",
        "#030-1234567",
        "02139-4307",
        "01310-100",
        "0123-4567-8901",
        "0 12345 67890 5",
        "01-23-45-67-89-01",
        "05 12 23 34 45 06",
        "550e8400-e29b-41d4-a716-446655440000",
        "abc030 1234567",
        "030 1234567abc",
        "030 1234567@example.com",
        "x=+49301234567",
        "ftp://example.com/030/1234567",
        "100-2000000",
        "200-1500",
        "(2019) 123-45678",
        "601 234 567",
        "12 34 56 78",
        "555-1234",
        "+49 30 123\u{200B}4567",
        "+49 30 1234567\u{200B}8",
        "\u{202E}+49 30 1234567",
        "+49 30 1234567\u{202E}",
        "+49 30\u{202E} 1234567",
        "+999 30 1234567",
        "(+44) 20 7946 0958",
        "+49 30 1234567 89012345",
        "1 2 3 4 5 6 7 8 9 10 11 12",
    ]);
}

#[test]
fn a_country_makes_more_of_a_number() {
    let found = |text, country| !links_in(text, Some(country)).is_empty();
    assert!(found("612 34 56 78", Id::ES) && !found("612 34 56 78", Id::US));
    assert!(found("030123456", Id::DE) && !found("030123456", Id::US));
    assert!(found("601 234 567", Id::PL));
    // What is in one piece and has no trunk prefix may be anything.
    assert!(!found("1700000000", Id::DE));
    assert!(!found("31.01.2024", Id::DE));
    assert!(!found("4111 1111 1111 1111", Id::US));
}

#[test]
fn several_numbers_are_told_apart() {
    let found = |text| links(text).into_iter().map(|(part, _)| part).collect::<Vec<_>>();
    assert_eq!(
        found("030 1234567, +49 171 1234567; 0800 123 4567"),
        ["030 1234567", "+49 171 1234567", "0800 123 4567"]
    );
    assert_eq!(found("030 1234567 / 0171 1234567"), ["030 1234567", "0171 1234567"]);
    assert_eq!(found("030 1234567 - 0171 1234567 - x"), ["030 1234567", "0171 1234567"]);
    assert_eq!(found("+49 30 1234567 +49 30 7654321"), ["+49 30 1234567", "+49 30 7654321"]);
    assert_eq!(found("a\n030 1234567\n0171 1234567"), ["030 1234567", "0171 1234567"]);
    // Where one ends cannot be told.
    assert_eq!(found("030 1234567 0171 1234567"), [""; 0]);
}

#[test]
fn uris_are_found() {
    each_has(&[
        ("sip:bob@sip.example.com", "sip:bob@sip.example.com", ""),
        ("Try sip:bob@example.com.", "sip:bob@example.com", ""),
        ("<sip:bob@example.com>;tag=1", "sip:bob@example.com", ""),
        ("(sips:bob@example.com:5061)", "sips:bob@example.com:5061", ""),
        ("SIP:bob@Example.com", "SIP:bob@Example.com", "sip:bob@example.com"),
        ("sip:bob@[2001:db8::1];x=1,", "sip:bob@[2001:db8::1];x=1", ""),
        ("sip:+4930123@gw.test;user=phone?", "sip:+4930123@gw.test;user=phone", ""),
        ("sip:a:secret@b.test?Subject=x", "sip:a:secret@b.test?Subject=x", "sip:a@b.test"),
        ("sip:a@b.test;maddr=evil.test", "sip:a@b.test;maddr=evil.test", "sip:a@b.test"),
        ("请呼叫sip:bob@example.com吧", "sip:bob@example.com", ""),
        ("tel:+49-30-1234567", "tel:+49-30-1234567", "tel:+49301234567"),
        ("tel:+1-303-555-1212;ext=12!", "tel:+1-303-555-1212;ext=12", "tel:+13035551212;ext=12"),
        ("tel:112", "tel:112", ""),
        ("tel:1234;phone-context=a.test", "tel:1234;phone-context=a.test", ""),
        ("Tel:030 1234567", "030 1234567", ""),
        ("callto:bob@example.com", "callto:bob@example.com", "sip:bob@example.com"),
        ("callto://+4930123456", "callto://+4930123456", "tel:+4930123456"),
        ("xmpp:bob@example.com", "xmpp:bob@example.com", "chat bob@example.com"),
        (
            "xmpp:bob@example.com/desk?message;body=hi%20there",
            "xmpp:bob@example.com/desk?message;body=hi%20there",
            "chat bob@example.com",
        ),
        (
            "xmpp://me@a.test/bob@b.test?roster",
            "xmpp://me@a.test/bob@b.test?roster",
            "chat bob@b.test",
        ),
        ("XMPP:j%C3%B6rg@example.com", "XMPP:j%C3%B6rg@example.com", "chat jörg@example.com"),
        ("https://example.com", "https://example.com", "web example.com"),
        (
            "See https://example.com/a?b=c&d=e#f.",
            "https://example.com/a?b=c&d=e#f",
            "web example.com",
        ),
        (
            "(https://en.example.org/wiki/Foo_(bar))",
            "https://en.example.org/wiki/Foo_(bar)",
            "web en.example.org",
        ),
        ("[x](https://example.com/y)z", "https://example.com/y", "web example.com"),
        ("\"http://example.com:8080/\"", "http://example.com:8080/", "web example.com"),
        ("'https://example.com/'s", "https://example.com/'s", "web example.com"),
        ("'https://example.com/'", "https://example.com/", "web example.com"),
        ("*https://example.com/*", "https://example.com/", "web example.com"),
        ("https://example.com/*", "https://example.com/*", "web example.com"),
        ("https://example.com?!…", "https://example.com", "web example.com"),
        ("http://192.0.2.1/x", "http://192.0.2.1/x", "web 192.0.2.1"),
        ("http://[2001:db8::1]:80/x", "http://[2001:db8::1]:80/x", "web [2001:db8::1]"),
        ("http://localhost:3000", "http://localhost:3000", "web localhost"),
        (
            "https://de.example.org/wiki/Köln",
            "https://de.example.org/wiki/Köln",
            "web de.example.org",
        ),
        ("请看https://example.com/a。谢谢", "https://example.com/a", "web example.com"),
        ("看https://example.com/a这里", "https://example.com/a", "web example.com"),
        ("ראה https://example.com/א", "https://example.com/", "web example.com"),
        ("בhttps://example.com", "https://example.com", "web example.com"),
        ("\u{2066}https://example.com\u{2069}", "https://example.com", "web example.com"),
        ("https://example.com/?q=+49 30", "https://example.com/?q=+49", "web example.com"),
        ("https://example.com/030-1234567", "https://example.com/030-1234567", "web example.com"),
        ("https://good.test\\@evil.test", "https://good.test", "web good.test"),
    ]);
}

#[test]
fn what_only_looks_like_a_uri_is_left_alone() {
    none_has(&[
        "sip:",
        "sip: bob",
        "sip:example.com",
        "sip:bob@",
        "sip:b%zzob@example.com",
        "sip:bob@exa_mple..com",
        "gossip:bob@example.com",
        "tel:",
        "tel:abc",
        "Tel: 12",
        "Tel:030 1",
        "xmpp:example.com",
        "xmpp:@example.com",
        "http://",
        "https:///x",
        "http:example.com",
        "https://user@evil.test/",
        "https://good.test@evil.test/",
        "https://m\u{FC}nchen.test/",
        "https://g\u{43E}\u{43E}d.test/",
        "https://1.2.3/",
        "https://good.test:99999/",
        "xhttps://example.com",
        "view+https://example.com",
        "javascript:alert(1)",
        "data:text/html,hi",
        "file:///etc/passwd",
        "www.example.com",
        "bob@example.com",
        "https://example.com/\u{202E}gpj.exe",
        "https://exam\u{200B}ple.com",
        "https://example.com/\u{200E}x",
        "\u{202E}https://example.com",
        "sip:bob\u{202E}@example.com",
        "sip:bob@example.com\u{200B}.evil.test",
        "https://example.com/\u{7}x",
    ]);
}

#[test]
fn kinds_stand_side_by_side() {
    let text = "sip:a@b.test, tel:+4930123456 or xmpp:a@b.test; https://b.test/ (+49 30 123456)";
    let parts: Vec<String> = links(text).into_iter().map(|(part, _)| part).collect();
    let all =
        ["sip:a@b.test", "tel:+4930123456", "xmpp:a@b.test", "https://b.test/", "+49 30 123456"];
    assert_eq!(parts, all);
}

#[test]
fn no_text_is_too_long() {
    let many = "+49 30 1234567, ".repeat(10_000);
    assert_eq!(find(&many, None).len(), MAX_LINKS);
    let late = format!("{}+49 30 1234567", " ".repeat(MAX_TEXT));
    assert_eq!(find(&late, None), []);
    // A link that the limit goes through would lead elsewhere.
    let cut = format!("{}+49 30 1234567", " ".repeat(MAX_TEXT - 13));
    assert_eq!(find(&cut, None), []);
    let whole = format!("{}+49 30 1234567 ", " ".repeat(MAX_TEXT - 15));
    assert_eq!(find(&whole, None).len(), 1);
}

#[test]
fn digits_and_addresses_are_not_for_logs() {
    let links = find("+49 30 1234567 https://example.com", None);
    assert_eq!(format!("{links:?}"), "[Call(0..14), Web(15..34)]");
}

/// Texts of what links are made of.
fn texts() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        any::<char>().prop_map(String::from),
        "[0-9 ()+./-]{1,12}",
        proptest::sample::select(vec![
            "sip:",
            "tel:",
            "callto:",
            "xmpp:",
            "https://",
            "bob@example.com",
            "example.com/",
            "+49 ",
            "030 ",
            "1234567",
            "(0)",
            " / ",
            "\u{202E}",
            "\u{200B}",
            "\u{2066}",
            "é",
            "电",
            "א",
            "👩",
            "\u{FF11}",
            "\u{A0}",
            "x12",
            " ext. 3",
            "[",
            "]",
            "(",
            ")",
            "%20",
            "\n",
        ])
        .prop_map(str::to_owned),
    ];
    proptest::collection::vec(part, 0..24).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn links_are_parts_of_the_text_in_order(text in texts()) {
        let mut last = 0;
        for link in find(&text, Some(Id::DE)) {
            prop_assert!(link.range.start >= last && link.range.start < link.range.end);
            let part = text.get(link.range.clone());
            prop_assert!(part.is_some_and(|part| !part.chars().any(is_hidden)), "{part:?}");
            last = link.range.end;
            match link.target {
                Target::Call(to) => {
                    let home = Some("a.test".to_owned());
                    let plan = DialPlan { provider_domain: home, ..DialPlan::default() };
                    prop_assert!(Dialable::parse(&to, &plan).is_ok(), "{to:?}");
                }
                Target::Chat(jid) => prop_assert!(jid.node().is_some()),
                Target::Web(web) => {
                    prop_assert_eq!(part, Some(web.url.as_str()));
                    prop_assert!(web.url.get(web.host).is_some_and(|host| !host.is_empty()));
                }
            }
        }
    }
}
