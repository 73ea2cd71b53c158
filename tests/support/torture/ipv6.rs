//! RFC 5118 §4: IPv6 in every place.

use super::{Case, usual};

const SDP6: &str = "v=0\no=- 88 88 IN IP6 2001:db8:5::7\ns=call\nc=IN IP6 2001:db8:5::7\nt=0 0\nm=audio 30000 RTP/AVP 8\n";
/// The first line is in one family, the second in the other.
const SDP_BOTH: &str = "v=0\no=- 88 88 IN IP6 2001:db8:5::7\ns=call\nt=0 0\nm=audio 30000 RTP/AVP 8\nc=IN IP6 2001:db8:5::7\nm=video 30002 RTP/AVP 31\nc=IN IP4 198.51.100.7\n";
const SDP_MAPPED: &str = "v=0\no=- 88 88 IN IP6 ::ffff:198.51.100.7\ns=call\nc=IN IP6 ::ffff:198.51.100.7\nt=0 0\nm=audio 30000 RTP/AVP 8\n";

pub(super) fn cases() -> Vec<Case> {
    let contact = "Contact: <sip:carol@[2001:db8:5::7]:5062>";
    let via = "Via: SIP/2.0/UDP [2001:db8:5::7]:5062;branch=z9hG4bKn5";
    let register = |name, uri: &str| {
        usual(name, &format!("REGISTER {uri} SIP/2.0"), "REGISTER", &[contact, via], "")
    };
    let bye = |name, via: &str| {
        usual(
            name,
            "BYE sip:alice@[2001:db8:5::10] SIP/2.0",
            "BYE",
            &[via, "To: <sip:alice@cusax.example>;tag=a1"],
            "",
        )
    };
    let invite = |name, contact: &str, sdp: &str| {
        usual(name, "INVITE sip:alice@[2001:db8:5::10] SIP/2.0", "INVITE", &[contact, via], sdp)
    };
    let options = |name, uri: &str| {
        usual(name, &format!("OPTIONS {uri} SIP/2.0"), "OPTIONS", &[contact, via], "")
    };
    vec![
        register("ipv6-good", "sip:[2001:db8:5::10]"),
        register("ipv6-bad", "sip:2001:db8:5::10"),
        register("port-ambiguous", "sip:[2001:db8:5::10:5070]"),
        register("port-unambiguous", "sip:[2001:db8:5::10]:5070"),
        bye(
            "via-received-param-with-delim",
            "Via: SIP/2.0/UDP [2001:db8:5::7];received=[2001:db8:5::ff];branch=z9hG4bKn5",
        ),
        bye(
            "via-received-param-no-delim",
            "Via: SIP/2.0/UDP [2001:db8:5::7];received=2001:db8:5::ff;branch=z9hG4bKn5",
        ),
        invite("ipv6-in-sdp", contact, SDP6),
        bye(
            "mult-ip-in-header",
            "Via: SIP/2.0/UDP [2001:db8:5::7]:6050;branch=z9hG4bKn5\nVia: SIP/2.0/UDP 198.51.100.7;branch=z9hG4bKn6",
        ),
        invite("mult-ip-in-sdp", contact, SDP_BOTH),
        invite("ipv4-mapped-ipv6", "Contact: <sip:carol@[::ffff:198.51.100.7]:5062>", SDP_MAPPED),
        options("ipv6-correct-abnf-2-colons", "sip:alice@[2001:db8:5::192.0.2.1]"),
        options("ipv6-bug-abnf-3-colons", "sip:alice@[2001:db8:::192.0.2.1]"),
    ]
}
