//! A registrar that checks digests by RFC 2617's formula, written without our own digest code.

use md5::{Digest, Md5};

use crate::sip::message::{Request, Response};

#[derive(Default)]
pub struct Registrar {
    /// Ask for this password.
    pub password: Option<String>,
    /// Refuse shorter lifetimes with 423.
    pub min_expires: u32,
    /// Answer with this instead.
    pub status: Option<u16>,
    /// Do not answer at all.
    pub silent: bool,
    /// What a NAT makes of the sender's address.
    pub seen_as: Option<(&'static str, u16)>,
    /// That NAT gives each message another port.
    restless: u16,
    pub is_restless: bool,
    /// Lifetimes that were asked for, in order, authorized or not.
    pub asked: Vec<u32>,
    /// Agree to outbound, with this Flow-Timer.
    pub outbound: Option<&'static str>,
    /// The first hop knows no outbound: 439.
    pub lacks_outbound: bool,
    /// Who is bound now: agent and Contact.
    pub bound: Vec<(usize, String)>,
}

impl Registrar {
    pub fn answer(&mut self, from: usize, request: &Request) -> Option<Response> {
        if self.silent {
            return None;
        }
        let expires: u32 = request.headers.get("Expires").unwrap().parse().unwrap();
        self.asked.push(expires);
        let mut response = match self.status {
            Some(status) => Response::to_request(request, status, None),
            None if self.lacks_outbound && offers_outbound(request) => {
                Response::to_request(request, 439, None)
            }
            None if !self.is_authorized(request) => {
                let mut response = Response::to_request(request, 401, None);
                response.headers.push(
                    "WWW-Authenticate",
                    "Digest realm=\"cusax.test\", nonce=\"abc\", qop=\"auth\"",
                );
                response
            }
            None if expires != 0 && expires < self.min_expires => {
                let mut response = Response::to_request(request, 423, None);
                response.headers.push("Min-Expires", self.min_expires.to_string());
                response
            }
            None => {
                self.bind(from, request);
                let mut response = Response::to_request(request, 200, None);
                for contact in request.headers.list("Contact") {
                    response.headers.push("Contact", contact);
                }
                if let Some(timer) = self.outbound.filter(|_| offers_outbound(request)) {
                    response.headers.push("Require", "outbound");
                    response.headers.push("Flow-Timer", timer);
                    response.headers.push(
                        "P-Associated-URI",
                        "<sip:+15550100@cusax.test;user=phone>, <sip:alice@cusax.test>",
                    );
                }
                response
            }
        };
        self.restless = self.restless.wrapping_add(u16::from(self.is_restless));
        if let Some((host, port)) = self.seen_as {
            let port = port.wrapping_add(self.restless);
            let mut via = request.headers.via().unwrap();
            via.params.set("received", Some(host));
            via.params.set("rport", Some(&port.to_string()));
            response.headers.set_via(&via);
        }
        Some(response)
    }

    fn bind(&mut self, from: usize, request: &Request) {
        for contact in request.headers.list("Contact") {
            let uri = contact.split_once('>').unwrap().0.to_owned();
            self.bound.retain(|(agent, bound)| (*agent, bound.as_str()) != (from, uri.as_str()));
            if !contact.ends_with("expires=0") {
                self.bound.push((from, uri));
            }
        }
    }

    fn is_authorized(&self, request: &Request) -> bool {
        let Some(password) = &self.password else { return true };
        let Some(header) = request.headers.get("Authorization") else { return false };
        let field = |name: &str| {
            let (_, rest) = header.split_once(&format!("{name}=")).unwrap();
            rest.split(',').next().unwrap().trim().trim_matches('"').to_owned()
        };
        let ha1 = md5(&format!("{}:cusax.test:{password}", field("username")));
        let ha2 = md5(&format!("REGISTER:{}", request.uri));
        let expected = md5(&format!("{ha1}:abc:{}:{}:auth:{ha2}", field("nc"), field("cnonce")));
        field(" response") == expected
    }
}

fn offers_outbound(request: &Request) -> bool {
    request.headers.get("Contact").is_some_and(|contact| contact.contains(";reg-id=1"))
}

fn md5(text: &str) -> String {
    Md5::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}
