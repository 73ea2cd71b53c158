//! Call-Info with purpose impp: the chat address of the other side, a hint only (RFC 6993,
//! CUSAX C37 and C40).

use super::NameAddr;
use crate::model::{BareJid, link};
use crate::sip::message::Headers;

const MOST: usize = 8;

/// The `xmpp:` addresses of all Call-Info values with purpose impp, in order, without
/// repetition, at most 8. Values of other purposes and schemes are left out.
pub fn impp(headers: &Headers) -> Vec<BareJid> {
    let mut found = Vec::new();
    for value in headers.list("Call-Info") {
        let Some(jid) = value.parse().ok().and_then(|info| address(&info)) else {
            continue;
        };
        if !found.contains(&jid) {
            found.push(jid);
        }
        if found.len() == MOST {
            break;
        }
    }
    found
}

/// The Call-Info value that announces `jid`: `<xmpp:alice@example.com> ;purpose=impp`.
pub fn impp_value(jid: &BareJid) -> String {
    let node = jid.node().map(|node| escape(node.as_str()) + "@").unwrap_or_default();
    format!("<xmpp:{node}{}> ;purpose=impp", escape(jid.domain().as_str()))
}

fn address(info: &NameAddr) -> Option<BareJid> {
    let purpose = info.params.get("purpose")?;
    let (scheme, rest) = info.uri.split_once(':')?;
    if !purpose.eq_ignore_ascii_case("impp") || !scheme.eq_ignore_ascii_case("xmpp") {
        return None;
    }
    link::jid_of(rest)
}

/// Percent-encodes all but what RFC 5122 §2.2 lets a node or host hold.
fn escape(part: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(part.len());
    for byte in part.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~!$()*+:[]=".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::str::FromStr;

    use super::*;

    fn read(lines: &[&str]) -> Vec<String> {
        let mut headers = Headers::default();
        for line in lines {
            headers.push("Call-Info", *line);
        }
        impp(&headers).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_forms_of_rfc_6993() {
        assert_eq!(read(&["<xmpp:alice@example.com> ;purpose=impp"]), ["alice@example.com"]);
        assert_eq!(read(&["<XMPP:alice@example.com/desk>;Purpose=IMPP"]), ["alice@example.com"]);
        assert_eq!(
            read(&["<xmpp:a%40b@example.com?message;body=a,b>;purpose=impp"]),
            Vec::<String>::new()
        );
        assert_eq!(
            read(&["<xmpp:a%5C26b@example.com?message;body=a,b>;purpose=impp"]),
            ["a\\26b@example.com"]
        );
        assert_eq!(
            read(&["<xmpp://me@x.example/bob@y.example?roster>;purpose=\"impp\""]),
            ["bob@y.example"]
        );
        assert_eq!(
            read(&["<xmpp:ji%C5%99i@example.com>;purpose=impp"]),
            ["ji\u{159}i@example.com"]
        );
    }

    #[test]
    fn several_infos_and_headers_in_order() {
        let lines = [
            "<http://x.example/a.jpg?a=1,b;c> ;purpose=icon, <xmpp:a@x.example>;purpose=impp",
            "<im:b@x.example>;purpose=impp,<sip:c@x.example>;purpose=impp",
            "<xmpp:d@x.example> ; call-reason=\"a, b\" ; purpose = impp , <xmpp:a@x.example>;purpose=impp",
            "<xmpp:e@x.example>;purpose=info",
            "<xmpp:f@x.example>",
            "garbage <",
        ];
        assert_eq!(read(&lines), ["a@x.example", "d@x.example"]);
    }

    #[test]
    fn at_most_eight() {
        let line: Vec<String> =
            (0..100).map(|n| format!("<xmpp:u{n}@x.example>;purpose=impp")).collect();
        assert_eq!(read(&[line.join(",").as_str()]).len(), 8);
    }

    #[test]
    fn written_values_read_back() {
        for jid in [
            "alice@xmpp.example.com",
            "ji\u{159}i@example.com",
            "a\\26b;c,d?e%41@example.com",
            "example.com",
        ] {
            let jid = BareJid::from_str(jid).unwrap();
            assert_eq!(read(&[&impp_value(&jid)]), [jid.to_string()]);
        }
        let jid = BareJid::from_str("alice@xmpp.example.com").unwrap();
        assert_eq!(impp_value(&jid), "<xmpp:alice@xmpp.example.com> ;purpose=impp");
    }
}
