//! Messages that are wrong in one element, after the classes of PROTOS c07-sip: overflow, format
//! strings, NULs, integers, separators, UTF-8, line breaks, repetition, absence.

#![allow(dead_code)]

/// A good INVITE; every element that is replaced stands in braces. `#` is a number that makes
/// each message one of its own.
const INVITE: &str = "{INVITE} {sip}:{alice}@{cusax.example}:{5060};{transport}={udp} {SIP}/{2.0}\r\n\
{Via}: {SIP}/{2.0}/{UDP} {198.51.100.7}:{5062};{branch}={z9hG4bK#};{rport};{received}={198.51.100.7};{ttl}={1}\r\n\
{Max-Forwards}: {70}\r\n\
{From}: {\"{Carol}\"} <{sip:carol@desk.example}>;{tag}={c#}\r\n\
{To}: {Alice} <{sip}:{alice}@{cusax.example}>\r\n\
{Call-ID}: {call#}@{desk.example}\r\n\
{CSeq}: {7} {INVITE}\r\n\
{Contact}: {<{sip:carol@198.51.100.7:5062}>};{expires}={60};{q}={0.5};{+sip.instance}={\"<urn:uuid:0>\"}\r\n\
{Record-Route}: {<sip:edge.example;lr>}\r\n\
{Route}: {<sip:192.0.2.10;lr>}\r\n\
{Allow}: {INVITE, ACK, BYE}\r\n\
{Supported}: {timer}\r\n\
{Require}: {timer}\r\n\
{Session-Expires}: {1800};{refresher}={uac}\r\n\
{Min-SE}: {90}\r\n\
{Expires}: {120}\r\n\
{Date}: {Sat, 01 Jan 2022 10:00:00 GMT}\r\n\
{Call-Info}: {<{xmpp:carol@desk.example}>} ;{purpose}={impp}\r\n\
{P-Asserted-Identity}: {<sip:carol@desk.example>}\r\n\
{Privacy}: {none}\r\n\
{Alert-Info}: {<http://desk.example/ring>}\r\n\
{Reason}: {SIP};{cause}={200};{text}={\"done\"}\r\n\
{Proxy-Authorization}: {Digest} {username}={\"carol\"}, {nonce}={\"n\"}, {nc}={00000001}\r\n\
{Content-Type}: {application}/{sdp}\r\n\
{Content-Length}: {*}\r\n\
\r\n\
{v}={0}\r\n{o}={- 1 1 IN IP4 198.51.100.7}\r\n{s}={-}\r\n{c}={IN} {IP4} {198.51.100.7}\r\n{t}={0 0}\r\n\
{m}={audio} {30000} {RTP/AVP} {8}\r\n{a}={rtpmap}:{8} {PCMA}/{8000}\r\n";

/// One that is to take another call's place, which there is not.
const REPLACING: &str = "INVITE sip:alice@cusax.example SIP/2.0\r\n\
Via: SIP/2.0/UDP 198.51.100.7:5062;branch=z9hG4bK#;rport\r\n\
Max-Forwards: 70\r\n\
From: <sip:carol@desk.example>;tag=c#\r\n\
To: <sip:alice@cusax.example>\r\n\
Call-ID: call#@desk.example\r\n\
CSeq: 7 INVITE\r\n\
Contact: <sip:carol@198.51.100.7:5062>\r\n\
{Require}: {replaces}\r\n\
{Replaces}: {none@desk.example};{to-tag}={1};{from-tag}={2}\r\n\
{Referred-By}: {<sip:bob@desk.example>};{cid}={\"1\"}\r\n\
Content-Length: {*}\r\n\
\r\n";

/// The good message, cut where elements begin and end.
pub struct Template {
    text: String,
    /// Where each element stands in `text`.
    elements: Vec<(usize, usize)>,
}

impl Template {
    pub fn invite() -> Self {
        Self::cut(INVITE)
    }

    pub fn replacing() -> Self {
        Self::cut(REPLACING)
    }

    fn cut(message: &str) -> Self {
        let (mut text, mut elements, mut open) = (String::new(), Vec::new(), Vec::new());
        for letter in message.chars() {
            match letter {
                '{' => open.push(text.len()),
                '}' => elements.extend(open.pop().map(|begin| (begin, text.len()))),
                letter => text.push(letter),
            }
        }
        Self { text, elements }
    }

    /// How many elements can be replaced.
    pub fn elements(&self) -> usize {
        self.elements.len()
    }

    /// The message as it is.
    pub fn whole(&self, number: usize) -> Vec<u8> {
        finish(self.text.as_bytes(), number)
    }

    /// The message with one element replaced; Content-Length fits unless it is that element.
    pub fn with(&self, element: usize, value: &[u8], number: usize) -> Vec<u8> {
        let (begin, end) = self.elements[element];
        let mut bytes = self.text.as_bytes()[..begin].to_vec();
        bytes.extend_from_slice(value);
        bytes.extend_from_slice(&self.text.as_bytes()[end..]);
        finish(&bytes, number)
    }

    /// The message with the line that holds `element` repeated.
    pub fn repeated(&self, element: usize, times: usize, number: usize) -> Vec<u8> {
        let (at, _) = self.elements[element];
        let begin = self.text[..at].rfind('\n').map_or(0, |end| end + 1);
        let end = self.text[at..].find('\n').map_or(self.text.len(), |end| at + end + 1);
        let line = self.text[begin..end].repeat(times);
        finish(format!("{}{line}{}", &self.text[..begin], &self.text[end..]).as_bytes(), number)
    }
}

fn finish(bytes: &[u8], number: usize) -> Vec<u8> {
    let end =
        bytes.windows(4).position(|four| four == b"\r\n\r\n").map_or(bytes.len(), |at| at + 4);
    let length = (bytes.len() - end).to_string();
    let mut out = Vec::with_capacity(bytes.len() + 32);
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'#' => out.extend_from_slice(number.to_string().as_bytes()),
            b'*' if at < end && bytes[..at].ends_with(b"Content-Length: ") => {
                out.extend_from_slice(length.as_bytes());
            }
            byte => out.push(*byte),
        }
    }
    out
}

/// What elements are replaced by.
pub fn anomalies() -> Vec<Vec<u8>> {
    let mut all: Vec<Vec<u8>> = vec![Vec::new()];
    for power in 0..=16 {
        all.push(vec![b'a'; 1 << power]);
    }
    for times in [1, 2, 16, 1024] {
        for piece in ["%s", "%n", "%x", "%00", "%", "\0", " ", "\t", "\r\n ", "\u{202e}"] {
            all.push(piece.repeat(times).into_bytes());
        }
        for separator in b"()<>@,;:\\\"/[]?={}&+$!'#*" {
            all.push(vec![*separator; times]);
        }
    }
    for number in [
        "-1",
        "-0",
        "-2147483649",
        "2147483647",
        "2147483648",
        "4294967295",
        "4294967296",
        "9223372036854775808",
        "18446744073709551616",
        "0x7fffffff",
        "1e9",
        "0.0000000001",
        "00000000000000000000000000000001",
        "99999999999999999999999999999999999999",
    ] {
        all.push(number.as_bytes().to_vec());
    }
    for octets in [
        &b"\xff"[..],
        b"\xc0\x80",
        b"\xe0\x80\x80",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"\x80\x80\x80\x80",
        b"\xfe\xff\0a",
    ] {
        all.push(octets.to_vec());
        all.push(octets.repeat(500));
    }
    for injected in [
        "\r\n",
        "\r\n\r\n",
        "\n",
        "\r",
        "\n\n",
        "x\r\nX-Injected: yes",
        "x\r\nContent-Length: 0\r\n\r\n",
        "x\r\nCSeq: 9 BYE\r\nX: ",
        "x\r\n\tfolded",
        "\u{2028}X-Injected: yes",
    ] {
        all.push(injected.as_bytes().to_vec());
    }
    for address in [
        "sip:@",
        "sip:a@[::",
        "sip:a@[::1]:99999",
        "<sip:a@b",
        "<<<>>>",
        "\"",
        "\"\\",
        "sip:a@b?x=%0d%0aX-Injected:%20yes",
        "tel:+",
        "*",
    ] {
        all.push(address.as_bytes().to_vec());
    }
    all
}

/// How often lines are repeated.
pub const REPETITIONS: [usize; 8] = [2, 3, 8, 64, 255, 256, 257, 2000];
