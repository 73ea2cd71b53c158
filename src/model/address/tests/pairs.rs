//! Pairs of addresses that are the same line, and that are not, by theme and by who dials.

use super::*;

/// Two ways of writing an address.
type Pair = (&'static str, &'static str);

/// Who dials.
#[derive(Debug, Clone, Copy)]
enum Who {
    /// Nobody's account yet.
    Nobody,
    /// An account at `cusax.test` that does not say where it is.
    Anywhere,
    American,
    German,
    Italian,
    British,
    /// A German company: a zero more for a line, 70.. and 5.... are its own numbers.
    Company,
}

impl Who {
    fn plan(self) -> DialPlan {
        match self {
            Self::Nobody => DialPlan::default(),
            Self::Anywhere => plan(None),
            Self::American => us(),
            Self::German => plan(Some(Id::DE)),
            Self::Italian => plan(Some(Id::IT)),
            Self::British => plan(Some(Id::GB)),
            Self::Company => {
                let dialing = serde_json::json!({
                    "country": "DE", "international_prefix": "000", "national_prefix": "00",
                    "emergency": ["0112"], "domains": ["voice.cusax.test"],
                    "cost_rules": [
                        { "pattern": "sip:70??@cusax.test", "class": "internal" },
                        { "pattern": "sip:30??????@cusax.test", "class": "internal" },
                    ],
                });
                let aor = Aor::parse("sip:1@cusax.test").unwrap();
                DialPlan::with(&aor, &serde_json::from_value(dialing).unwrap())
            }
        }
    }
}

/// Pairs of one theme that are the same, then those that are not.
struct Theme {
    name: &'static str,
    who: Who,
    same: &'static [Pair],
    different: &'static [Pair],
}

const SIP_URIS: [Theme; 6] = [
    Theme {
        name: "what C36 leaves out of a comparison",
        who: Who::Anywhere,
        same: &[
            ("sip:bob@biloxi.test", "sips:bob@biloxi.test"),
            ("sip:bob@biloxi.test", "sip:bob@biloxi.test:5060"),
            ("sip:bob@biloxi.test:5061", "sips:bob@biloxi.test:6000"),
            ("sip:bob@biloxi.test", "sip:bob:secret@biloxi.test"),
            ("sip:bob@biloxi.test", "sip:bob@biloxi.test;transport=tcp"),
            ("sip:bob@biloxi.test;lr", "sip:bob@biloxi.test;ob;x=y"),
            ("sip:bob@biloxi.test", "sip:bob@biloxi.test?subject=project%20x"),
            ("sip:bob@biloxi.test", "bob@biloxi.test"),
            ("sip:bob@biloxi.test", "<sip:bob@biloxi.test>"),
            ("sip:bob@biloxi.test", "callto:bob@biloxi.test"),
            ("sip:bob@biloxi.test", "tel:sip:bob@biloxi.test"),
            ("sip:bob@biloxi.test", "sip://bob@biloxi.test"),
            ("sip:bob@biloxi.test", "  sip:bob@biloxi.test "),
            ("sip:bob@biloxi.test", "SIP:bob@biloxi.test"),
            ("sip:bob@biloxi.test", "sip:bob@biloxi.test;user=phone"),
            ("sip:bob@biloxi.test", "sip:bob@biloxi.test;user=ip"),
        ],
        different: &[
            ("sip:bob@biloxi.test", "sip:bob@biloxi.example"),
            ("sip:bob@biloxi.test", "sip:bob@biloxi.test.evil.example"),
            ("sip:bob@biloxi.test", "sip:bob@evil-biloxi.test"),
            ("sip:bob@biloxi.test", "sip:bob@sub.biloxi.test"),
            ("sip:bob@biloxi.test", "sip:bobby@biloxi.test"),
            ("sip:bob@biloxi.test", "sip:b.ob@biloxi.test"),
            ("sip:bob@biloxi.test", "sip:bob;x=y@biloxi.test"),
            ("sip:bob@biloxi.test", "sip:bob%40biloxi.test@evil.example"),
            ("sip:bob@biloxi.test", "sip:biloxi.test@bob"),
        ],
    },
    Theme {
        name: "RFC 3261 §19.1.4 where C36 agrees with it",
        who: Who::Anywhere,
        same: &[
            ("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtlanTa.CoM;Transport=tcp"),
            ("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"),
            ("sip:carol@chicago.com", "sip:carol@chicago.com;security=on"),
            ("sip:carol@chicago.com;newparam=5", "sip:carol@chicago.com;security=off"),
            ("sip:biloxi.com;x=REGISTER@a.test", "sip:biloxi.com;x=REGISTER@A.test"),
            (
                "sip:alice@atlanta.com?subject=project%20x&priority=urgent",
                "sip:alice@atlanta.com?priority=urgent&subject=project%20x",
            ),
        ],
        different: &[
            ("SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP"),
            ("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"),
            ("sip:alice;day=tuesday@atlanta.com", "sip:alice@atlanta.com"),
            ("sip:alice;day=tuesday@atlanta.com", "sip:alice;day=monday@atlanta.com"),
        ],
    },
    Theme {
        name: "escapes and the case of the user part",
        who: Who::Anywhere,
        same: &[
            ("sip:j%40ne@h.test", "sips:j%40ne@H.test"),
            ("sip:d%C3%B6ner@h.test", "sip:d%c3%b6ner@h.test"),
            ("sip:d%C3%B6ner@h.test", "sip:döner@h.test"),
            ("sip:%62%6f%62@h.test", "sip:bob@h.test"),
            ("sip:%2372@h.test", "sip:#72@h.test"),
            ("sip:a%2Bb@h.test", "sip:a+b@h.test"),
            ("sip:a%3db@h.test", "sip:a=b@h.test"),
            ("sip:bob%3Apw@h.test", "sip:bob%3apw@h.test"),
            ("sip:1-2@h.test;user=%70hone", "sip:12@h.test;user=phone"),
        ],
        different: &[
            ("sip:Bob@h.test", "sip:bob@h.test"),
            ("sip:j%40ne@h.test", "sip:jane@h.test"),
            ("sip:bob%3Apw@h.test", "sip:bob:pw@h.test"),
            ("sip:do%CC%88ner@h.test", "sip:d%C3%B6ner@h.test"),
            ("sip:b%EF%BD%8Fb@h.test", "sip:bob@h.test"),
            ("sip:%D0%B0lice@h.test", "sip:alice@h.test"),
            ("sip:bob%20@h.test", "sip:bob@h.test"),
        ],
    },
    Theme {
        name: "spellings of a host",
        who: Who::Anywhere,
        same: &[
            ("sip:a@H.TEST", "sip:a@h.test"),
            ("sip:a@h.test.", "sip:a@h.test"),
            ("sip:a@bücher.example", "sip:a@xn--bcher-kva.example"),
            ("sip:a@BÜCHER.example", "sip:a@bücher.example"),
            ("sip:a@XN--BCHER-KVA.Example", "sip:a@bücher.example."),
            ("sip:a@bu\u{308}cher.example", "sip:a@bücher.example"),
            ("sip:a@faß.example", "sip:a@xn--fa-hia.example"),
            ("sip:a@例え.テスト", "sip:a@xn--r8jz45g.xn--zckzah"),
            ("sip:a@例え。テスト", "sip:a@例え.テスト"),
            ("sip:a@ｈ．ｔｅｓｔ", "sip:a@h.test"),
            ("sip:a@127.0.0.1", "sip:a@127.0.0.1:5080"),
        ],
        different: &[
            ("sip:a@faß.example", "sip:a@fass.example"),
            ("sip:a@bücher.example", "sip:a@bucher.example"),
            ("sip:a@p\u{430}ypal.example", "sip:a@paypal.example"),
            ("sip:a@127.0.0.1", "sip:a@127.0.0.10"),
            ("sip:a@127.0.0.1", "sip:a@localhost"),
        ],
    },
    Theme {
        name: "spellings of an IPv6 host",
        who: Who::Anywhere,
        same: &[
            ("sip:a@[2001:db8::1]", "sip:a@[2001:DB8::1]"),
            ("sip:a@[2001:db8::1]", "sip:a@[2001:0db8:0000:0000:0000:0000:0000:0001]"),
            ("sip:a@[2001:db8::1]", "sip:a@[2001:db8:0:0::0:1]:5070"),
            ("sip:a@[::1]", "sip:a@[0:0:0:0:0:0:0:1]"),
            ("sip:a@[::ffff:192.0.2.4]", "sip:a@[::FFFF:c000:0204]"),
            ("sip:a@[fe80::1]", "sips:a@[fe80:0::0:1];transport=tls"),
        ],
        different: &[
            ("sip:a@[2001:db8::1]", "sip:a@[2001:db8::10]"),
            ("sip:a@[::1]", "sip:a@127.0.0.1"),
            ("sip:a@[::ffff:192.0.2.4]", "sip:a@192.0.2.4"),
            ("sip:a@[2001:db8::1]", "sip:b@[2001:db8::1]"),
        ],
    },
    Theme {
        name: "digits in the names of SIP users",
        who: Who::American,
        same: &[
            ("1234", "sip:1234@cusax.test"),
            ("tel:1234", "sip:1234@cusax.test"),
            ("12-34", "tel:12.34"),
            ("sip:1234@cusax.test;user=phone", "1234"),
            ("sip:12-34@cusax.test;user=phone", "1234"),
            ("tel:1234;phone-context=cusax.test", "1234"),
            ("sip:1234;phone-context=cusax.test@cusax.test;user=phone", "1234"),
            ("sip:1234@other.test;user=phone", "sip:1234@other.test"),
            ("sip:+13035551212@cusax.test", "+1 303 555 1212"),
            ("sip:+1-303-555-1212@CUSAX.test", "(303) 555-1212"),
            ("sip:3035551212@cusax.test;user=phone", "(303) 555-1212"),
            ("*72", "sip:*72@cusax.test"),
            ("911", "sip:911@cusax.test"),
        ],
        different: &[
            ("sip:1234@cusax.test", "sip:1234@other.test"),
            ("1234", "sip:1234@other.test"),
            ("sip:1234@cusax.test", "sip:12340@cusax.test"),
            ("sip:34@cusax.test", "sip:1234@cusax.test"),
            ("sip:12-34@cusax.test", "sip:1234@cusax.test"),
            ("sip:3035551212@cusax.test", "(303) 555-1212"),
            ("sip:3035551212@other.test;user=phone", "(303) 555-1212"),
            ("sip:+13035551212@other.test", "+1 303 555 1212"),
            ("sip:+13035551212@a.test", "sip:+13035551212@b.test"),
            ("sip:13035551212@cusax.test", "+1 303 555 1212"),
            ("sip:1234;phone-context=cusax.test@evil.test;user=phone", "1234"),
            ("sip:911@other.test", "911"),
        ],
    },
];

const NUMBERS: [Theme; 5] = [
    Theme {
        name: "RFC 3966 §4 and §5",
        who: Who::Nobody,
        same: &[
            ("tel:+1-201-555-0123", "tel:+1.201.555.0123"),
            ("tel:+1-201-555-0123", "TEL:+1(201)5550123"),
            ("tel:+1-201-555-0123", "tel:+12015550123;isub=1"),
            ("tel:+1-201-555-0123", "tel:+12015550123;postd=pp22"),
            ("tel:+1-201-555-0123", "tel:+12015550123;rn=+12015550000;npdi"),
            ("tel:+1-201-555-0123", "tel:+12015550123;phone-context=+49"),
            ("tel:7042;phone-context=example.com", "tel:70-42;phone-context=Example.COM"),
            ("tel:7042;phone-context=example.com", "tel:7042;isub=2;phone-context=example.com."),
            ("tel:7042;phone-context=example.com", "TEL:7042;Phone-Context=example.com"),
            (
                "tel:7042;phone-context=example.com",
                "sip:7042;phone-context=example.com@gw.test;user=phone",
            ),
            ("tel:863-1234;phone-context=+1-914-555", "tel:8631234;phone-context=+1914555"),
            ("tel:555-0123;phone-context=+1-201", "tel:+12015550123"),
            ("tel:+1-201-555-0123;ext=12", "tel:+12015550123;EXT=1-2"),
            ("tel:%2B12015550123", "tel:+12015550123"),
            ("tel:+1 201 555 0123", "tel:+12015550123"),
            ("tel://+12015550123", "tel:+12015550123"),
        ],
        different: &[
            ("tel:+1-201-555-0123", "tel:+1-201-555-0124"),
            ("tel:+1-201-555-0123", "tel:+1-201-555-0123;ext=1"),
            ("tel:+1-201-555-0123;ext=1", "tel:+1-201-555-0123;ext=11"),
            ("tel:7042;phone-context=example.com", "tel:7042;phone-context=example.org"),
            ("tel:7042;phone-context=example.com", "tel:7042;phone-context=sub.example.com"),
            ("tel:7042;phone-context=example.com", "tel:7042;ext=1;phone-context=example.com"),
            ("tel:555-0123;phone-context=+1-201", "tel:555-0123;phone-context=+1-202"),
            ("tel:7042;phone-context=example.com", "sip:7042@example.com"),
        ],
    },
    Theme {
        name: "separators, brackets and digits of other scripts",
        who: Who::Nobody,
        same: &[
            ("+49 30 123456", "+4930123456"),
            ("+49-30-123456", "+49.30.123456"),
            ("+49/30/123456", "+49 (30) 123456"),
            ("(+49) 30 123456", "+4930123456"),
            ("[+49] 30 123456", "+4930123456"),
            ("+49\u{a0}30\u{202f}123456", "+4930123456"),
            ("+49\u{2010}30\u{2013}123\u{2212}456", "+4930123456"),
            ("+49\u{2009}30\u{3000}123456", "+4930123456"),
            ("+49~30·123456", "+4930123456"),
            ("+49\u{ad}30123456", "+4930123456"),
            ("＋４９　３０　１２３４５６", "+4930123456"),
            ("+49（30）123－456", "+4930123456"),
            ("+٤٩٣٠١٢٣٤٥٦", "+4930123456"),
            ("+۴۹۳۰۱۲۳۴۵۶", "+4930123456"),
            ("+४९३०१२३४५६", "+4930123456"),
            ("+๔๙๓๐๑๒๓๔๕๖", "+4930123456"),
            ("+𝟒𝟗𝟑𝟎𝟏𝟐𝟑𝟒𝟓𝟔", "+4930123456"),
            ("tel:+４９30123456", "+4930123456"),
        ],
        different: &[
            ("+49 30 123456", "+49 30 123457"),
            ("+49 30 123456", "+49 30 12345"),
            ("+49 30 123456", "+49 30 1234560"),
            ("+4930123456", "+430123456"),
        ],
    },
    Theme {
        name: "extensions",
        who: Who::Nobody,
        same: &[
            ("+1 303 555 1212 ext. 12", "tel:+13035551212;ext=12"),
            ("+1 303 555 1212 ext 12", "+1 303 555 1212 EXT.12"),
            ("+1 303 555 1212 ext:12", "+1 303 555 1212;ext=12"),
            ("+1 303 555 1212 extension 12", "+13035551212x12"),
            ("+1 303 555 1212 extn 12", "+13035551212 X 12"),
            ("+1 303 555 1212 x12", "+1 303 555 1212 ｘ12"),
            ("+1 303 555 1212 #12", "+13035551212x12"),
            ("+1 303 555 1212,,12", "+13035551212x12"),
            ("+1 303 555 1212;12#", "+13035551212x12"),
            ("+1 303 555 1212 доб. 12", "+13035551212x12"),
            ("+1 303 555 1212 anexo 12", "+13035551212x12"),
            ("+1 303 555 1212 int. 12", "+13035551212x12"),
            ("+1 303 555 1212 extensión 12", "+13035551212x12"),
            ("+49 30 123456 Durchwahl 12", "+4930123456x12"),
            ("sip:+13035551212;ext=12@gw.test;user=phone", "+13035551212x12"),
        ],
        different: &[
            ("+1 303 555 1212 x12", "+1 303 555 1212"),
            ("+1 303 555 1212 x12", "+1 303 555 1212 x13"),
            ("+1 303 555 1212 x12", "+1 303 555 1212 x012"),
            ("+1 303 555 1212 x2", "+1 303 555 12122"),
        ],
    },
    Theme {
        name: "numbers in SIP URIs, whatever the gateway",
        who: Who::Anywhere,
        same: &[
            ("sip:+13035551212@gw.example;user=phone", "tel:+1-303-555-1212"),
            ("sip:+1-303-555-1212@gw.example;user=PHONE", "tel:+13035551212"),
            ("sips:+13035551212@[2001:db8::1]:5061;user=phone", "tel:+13035551212"),
            ("sip:%2B13035551212@gw.example;user=phone", "tel:+13035551212"),
            ("sip:+13035551212;isub=3@gw.example;user=phone", "tel:+13035551212"),
            ("sip:5551212;phone-context=+1303@gw.example;user=phone", "tel:+13035551212"),
            ("sip:+13035551212:secret@gw.example;user=phone", "tel:+13035551212"),
            ("callto:+13035551212", "callto://+1(303)555-1212"),
            ("callto:+13035551212?chat", "tel:+13035551212"),
            ("sip:+13035551212@cusax.test", "sip:+13035551212@gw.example;user=phone"),
            ("00 1 303 555 1212", "+13035551212"),
        ],
        different: &[
            ("sip:+13035551212@gw.example", "tel:+13035551212"),
            ("sip:+13035551212@gw.example;user=ip", "tel:+13035551212"),
            ("sip:0013035551212@gw.example;user=phone", "tel:+13035551212"),
            ("sip:13035551212@gw.example;user=phone", "tel:+13035551212"),
            ("sip:+13035551212;m-x=1@gw.example;user=phone", "tel:+13035551212"),
            ("0 1 303 555 1212", "+13035551212"),
            ("303 555 1212", "+13035551212"),
        ],
    },
    Theme {
        name: "(0) and trunk zeros behind a country code",
        who: Who::Nobody,
        same: &[
            ("+44 (0)20 7946 0958", "+442079460958"),
            ("+44(0) 20 7946 0958", "+442079460958"),
            ("+44 [0] 20 7946 0958", "+442079460958"),
            ("+49 (0) 30 123456", "+4930123456"),
            ("+49 030 123456", "+4930123456"),
            ("tel:+49-(0)30-123456", "+4930123456"),
            ("tel:030123456;phone-context=+49", "+4930123456"),
            ("+39 (0)6 6981 2345", "+390669812345"),
            ("+39 (06) 6981 2345", "+390669812345"),
            ("+39 06 6981 2345", "tel:+390669812345"),
            ("+378 0549 882914", "+3780549882914"),
            ("+225 (0)7 07 12 34 56", "+2250707123456"),
        ],
        different: &[
            ("+39 06 6981 2345", "+39 6 6981 2345"),
            ("+44 (0)20 7946 0958", "+44 (0)21 7946 0958"),
            ("+49 30 123456", "+49 300 123456"),
        ],
    },
];

const DIALLING: [Theme; 6] = [
    Theme {
        name: "dialled in the United States",
        who: Who::American,
        same: &[
            ("(303) 555-1212", "+13035551212"),
            ("303.555.1212", "+13035551212"),
            ("1 303 555 1212", "+13035551212"),
            ("1-303-555-1212", "tel:3035551212"),
            ("011 44 20 7946 0958", "+442079460958"),
            ("00 44 20 7946 0958", "+442079460958"),
            ("011 39 06 6981 2345", "+390669812345"),
            ("011 49 (0)30 123456", "+4930123456"),
            ("1-900-555-1212", "+19005551212"),
            ("(613) 782-7274", "+16137827274"),
            ("303-555-1212 ext. 12", "+13035551212x12"),
        ],
        different: &[
            ("555-1212", "+13035551212"),
            ("555-1212", "+15551212"),
            ("44 20 7946 0958", "+442079460958"),
            ("2 303 555 1212", "+13035551212"),
            ("1 303 555 1212", "+113035551212"),
            ("112", "+1112"),
            ("61234", "+161234"),
        ],
    },
    Theme {
        name: "dialled in Germany",
        who: Who::German,
        same: &[
            ("030 123456", "+4930123456"),
            ("(030) 123456", "+49 30 123456"),
            ("030/12 34 56", "tel:+49-30-123456"),
            ("(0)30 123456", "+4930123456"),
            ("0049 30 123456", "+4930123456"),
            ("0049 (0)30 123456", "+4930123456"),
            ("0151 12345678", "+4915112345678"),
            ("00 1 303 555 1212", "+13035551212"),
            ("00 39 06 6981 2345", "+390669812345"),
            ("00 44 (0)20 7946 0958", "+442079460958"),
            ("0900 1 234567", "+499001234567"),
            ("0180 5 123456", "+491805123456"),
            ("11833", "sip:11833@cusax.test"),
            ("116117", "sip:116117@cusax.test"),
            ("561234", "sip:561234@cusax.test"),
            ("30123456", "sip:30123456@cusax.test"),
            ("sip:030123456@cusax.test;user=phone", "+4930123456"),
        ],
        different: &[
            ("123456", "+49123456"),
            ("30123456", "+4930123456"),
            ("561234", "+49561234"),
            ("4930123456", "+4930123456"),
            ("11833", "+4911833"),
            ("030 123456", "030 1234567"),
            ("030 123456", "+43 30 123456"),
            ("sip:030123456@gw.example;user=phone", "+4930123456"),
            ("sip:030123456@cusax.test", "+4930123456"),
            ("011 1 303 555 1212", "+13035551212"),
        ],
    },
    Theme {
        name: "dialled in Italy, where the zero is part of the number",
        who: Who::Italian,
        same: &[
            ("06 6981 2345", "+390669812345"),
            ("06/69812345", "+39 06 69812345"),
            ("00 39 06 6981 2345", "+390669812345"),
            ("333 123 4567", "+393331234567"),
            ("0039 (0)6 6981 2345", "+390669812345"),
            ("892 123", "+39892123"),
            ("00 49 30 123456", "+4930123456"),
        ],
        different: &[
            ("6 6981 2345", "+390669812345"),
            ("06 6981 2345", "+39669812345"),
            ("39 06 6981 2345", "+390669812345"),
            ("118", "+39118"),
        ],
    },
    Theme {
        name: "dialled in Great Britain",
        who: Who::British,
        same: &[
            ("020 7946 0958", "+442079460958"),
            ("(020) 7946 0958", "+44 20 7946 0958"),
            ("0044 20 7946 0958", "+442079460958"),
            ("07400 123456", "+447400123456"),
            ("0800 1111", "+448001111"),
            ("0906 123 4567", "+449061234567"),
            ("00 1 303 555 1212", "+13035551212"),
            ("00 39 06 6981 2345", "+390669812345"),
            ("118500", "sip:118500@cusax.test"),
        ],
        different: &[
            ("7946 0958", "+442079460958"),
            ("118500", "+44118500"),
            ("44 20 7946 0958", "+442079460958"),
            ("020 7946 0958", "020 7946 0959"),
            ("999", "+44999"),
        ],
    },
    Theme {
        name: "dialled in a company with numbers of its own",
        who: Who::Company,
        same: &[
            ("7042", "sip:7042@cusax.test"),
            ("30123456", "sip:30123456@cusax.test"),
            ("00 30 123456", "+4930123456"),
            ("00 151 12345678", "+4915112345678"),
            ("000 44 20 7946 0958", "+442079460958"),
            ("000 49 30 123456", "+4930123456"),
            ("0112", "sip:0112@cusax.test"),
            ("112", "sip:112@cusax.test"),
            ("sip:+4930123456@voice.cusax.test", "+49 30 123456"),
            ("tel:7042;phone-context=voice.cusax.test", "sip:7042@voice.cusax.test"),
        ],
        different: &[
            ("7042", "sip:7042@voice.cusax.test"),
            ("030 123456", "+4930123456"),
            ("0044 20 7946 0958", "+442079460958"),
            ("0112", "+49112"),
            ("7042", "+497042"),
        ],
    },
    Theme {
        name: "an account that does not say where it is",
        who: Who::Anywhere,
        same: &[
            ("0049 30 123456", "+4930123456"),
            ("030 123456", "sip:030123456@cusax.test"),
            ("3035551212", "sip:3035551212@cusax.test"),
            ("1234 ext. 5", "sip:1234;ext=5@cusax.test"),
            ("#31#", "sip:%2331%23@cusax.test"),
            ("*21*030123456#", "sip:*21*030123456%23@cusax.test"),
            ("tel:112;phone-context=+49", "112"),
        ],
        different: &[
            ("030 123456", "+4930123456"),
            ("3035551212", "+13035551212"),
            ("011 44 20 7946 0958", "+442079460958"),
            ("1234 ext. 5", "1234"),
        ],
    },
];

#[test]
fn pairs_are_the_same_or_not() {
    let mut pairs = 0;
    let mut wrong = Vec::new();
    for Theme { name, who, same, different } in SIP_URIS.iter().chain(&NUMBERS).chain(&DIALLING) {
        let plan = who.plan();
        let read = |text: &str| {
            let read = Dialable::parse(text, &plan);
            read.unwrap_or_else(|error| panic!("{name}, {who:?}: {text}: {error}"))
        };
        let all = same.iter().map(|pair| (pair, true));
        for ((one, other), equal) in all.chain(different.iter().map(|pair| (pair, false))) {
            let (first, second) = (read(one), read(other));
            if (first.key == second.key) != equal {
                wrong.push(format!("{name}: {one:?} {:?}, {other:?} {:?}", first.key, second.key));
            }
            for address in [&first, &second] {
                assert_eq!(read(&address.uri).key, address.key, "{name}: {}", address.uri);
                assert_eq!(read(&address.uri).uri, address.uri, "{name}: {}", address.display);
            }
            pairs += 1;
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(pairs >= 200, "{pairs}");
}
