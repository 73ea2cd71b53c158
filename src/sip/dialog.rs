//! A dialog (RFC 3261 §12): who talks to whom, over which route, with which sequence numbers.

use super::message::{Headers, Method, Request, Response};
use super::uri::SipUri;
use super::value::NameAddr;

/// What tells dialogs apart, seen from us.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DialogId {
    /// The Call-ID.
    pub call_id: String,
    /// Our tag.
    pub local_tag: String,
    /// The other side's tag; empty when it gave none (RFC 2543).
    pub remote_tag: String,
}

impl DialogId {
    /// The dialog a request that arrived claims to be in; `None` without a To tag.
    pub fn of_request(request: &Request) -> Option<Self> {
        let headers = &request.headers;
        Some(Self {
            call_id: headers.call_id()?.to_owned(),
            local_tag: headers.to()?.tag()?.to_owned(),
            remote_tag: headers.from()?.tag().unwrap_or_default().to_owned(),
        })
    }
}

/// A request came with a lower number than one before (RFC 3261 §12.2.2): to be answered 500.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("CSeq {got} after {last}")]
pub struct OutOfOrder {
    /// The number of this request.
    pub got: u32,
    /// The highest number before.
    pub last: u32,
}

/// One dialog, early or confirmed.
#[derive(Debug, Clone)]
pub struct Dialog {
    id: DialogId,
    /// Our From, with tag, as written.
    local: String,
    /// Their To, with tag, as written.
    remote: String,
    local_seq: u32,
    remote_seq: Option<u32>,
    route_set: Vec<String>,
    remote_target: String,
}

/// How many hops of a Record-Route are kept.
const MAX_ROUTES: usize = 32;

impl Dialog {
    /// The dialog that a response 101–299 to our request makes (RFC 3261 §12.1.2); `None` when
    /// it lacks what RFC 3261 §8.2.6 has it copy. Without a usable Contact the Request-URI is
    /// kept as the target, so that even then an ACK and a BYE can be sent.
    pub fn uac(request: &Request, response: &Response) -> Option<Self> {
        let headers = &response.headers;
        let to = headers.to()?;
        let mut route_set = record_route(headers);
        route_set.reverse();
        let remote_target = contact(headers).unwrap_or_else(|| request.uri.clone());
        Some(Self {
            id: DialogId {
                call_id: request.headers.call_id()?.to_owned(),
                local_tag: request.headers.from()?.tag()?.to_owned(),
                remote_tag: to.tag().unwrap_or_default().to_owned(),
            },
            local: request.headers.get("From")?.to_owned(),
            remote: headers.get("To")?.to_owned(),
            local_seq: request.headers.cseq()?.number,
            remote_seq: None,
            route_set,
            remote_target,
        })
    }

    /// The dialog that our response with `tag` to a request makes (RFC 3261 §12.1.1); `None`
    /// when the request lacks a Call-ID, From, CSeq or Contact.
    pub fn uas(request: &Request, tag: &str) -> Option<Self> {
        let headers = &request.headers;
        Some(Self {
            id: DialogId {
                call_id: headers.call_id()?.to_owned(),
                local_tag: tag.to_owned(),
                remote_tag: headers.from()?.tag().unwrap_or_default().to_owned(),
            },
            local: with_tag(headers.get("To")?, tag),
            remote: headers.get("From")?.to_owned(),
            local_seq: 0,
            remote_seq: Some(headers.cseq()?.number),
            route_set: record_route(headers),
            remote_target: contact(headers).or_else(|| rfc_2543_target(headers))?,
        })
    }

    /// The dialog that a NOTIFY makes for a SUBSCRIBE of ours numbered `local_seq` (RFC 6665
    /// §4.4.1); `None` when it lacks a tag, a Call-ID, CSeq or Contact.
    pub fn notified(notify: &Request, local_seq: u32) -> Option<Self> {
        let headers = &notify.headers;
        Some(Self {
            id: DialogId::of_request(notify)?,
            local: headers.get("To")?.to_owned(),
            remote: headers.get("From")?.to_owned(),
            local_seq,
            remote_seq: Some(headers.cseq()?.number),
            route_set: record_route(headers),
            remote_target: contact(headers)?,
        })
    }

    /// The other side's address, as its From or To has it.
    pub fn remote_uri(&self) -> Option<String> {
        self.remote.parse::<NameAddr>().ok().map(|remote| remote.uri)
    }

    /// Where the other side is reached now.
    pub fn remote_target(&self) -> &str {
        &self.remote_target
    }

    /// The 2xx of an early dialog of ours came: route and target are as it says (RFC 3261
    /// §13.2.2.4), the numbers go on.
    pub fn confirm(&mut self, invite: &Request, response: &Response) {
        if let Some(confirmed) = Self::uac(invite, response) {
            self.route_set = confirmed.route_set;
            self.remote_target = confirmed.remote_target;
        }
    }

    /// What tells it apart.
    pub fn id(&self) -> &DialogId {
        &self.id
    }

    /// The number of our last request.
    pub fn local_seq(&self) -> u32 {
        self.local_seq
    }

    /// The next request of ours in this dialog (RFC 3261 §12.2.1.1). Via and Contact are the
    /// sender's to add.
    pub fn request(&mut self, method: Method) -> Request {
        self.local_seq = self.local_seq.saturating_add(1);
        self.build(method, self.local_seq)
    }

    /// The ACK to the 2xx of the INVITE numbered `number` (RFC 3261 §13.2.2.4).
    pub fn ack(&self, number: u32) -> Request {
        self.build(Method::Ack, number)
    }

    /// Where the next request goes: the topmost route, or the other side itself.
    pub fn next_hop(&self) -> &str {
        self.route_set.first().and_then(|route| uri_of(route)).unwrap_or(&self.remote_target)
    }

    /// Takes the number of a request that came in this dialog. ACK is not counted.
    ///
    /// # Errors
    /// `OutOfOrder` when a later one came before.
    pub fn accept(&mut self, request: &Request) -> Result<(), OutOfOrder> {
        let got = request.headers.cseq().map_or(0, |cseq| cseq.number);
        match self.remote_seq {
            Some(last) if got < last => Err(OutOfOrder { got, last }),
            _ => {
                self.remote_seq = Some(got);
                Ok(())
            }
        }
    }

    /// Takes the Contact of a target refresh: re-INVITE, UPDATE or their 2xx.
    pub fn refresh_target(&mut self, headers: &Headers) {
        if let Some(target) = contact(headers) {
            self.remote_target = target;
        }
    }

    fn build(&self, method: Method, number: u32) -> Request {
        let mut headers = Headers::default();
        headers.push("Max-Forwards", "70");
        headers.push("From", self.local.as_str());
        headers.push("To", self.remote.as_str());
        headers.push("Call-ID", self.id.call_id.as_str());
        headers.push("CSeq", format!("{number} {}", method.as_str()));
        let mut routes: Vec<&str> = self.route_set.iter().map(String::as_str).collect();
        let mut uri = self.remote_target.clone();
        let strict = routes.first().and_then(|route| uri_of(route)).filter(|uri| !is_loose(uri));
        let last = format!("<{uri}>");
        if let Some(first) = strict {
            uri = first.to_owned();
            routes.remove(0);
            routes.push(&last);
        }
        for route in routes {
            headers.push("Route", route);
        }
        Request { method, uri, headers, body: Vec::new() }
    }
}

/// A To or From value with this tag added.
pub fn with_tag(value: &str, tag: &str) -> String {
    format!("{};tag={tag}", value.trim_end())
}

fn record_route(headers: &Headers) -> Vec<String> {
    headers.list("Record-Route").into_iter().take(MAX_ROUTES).map(str::to_owned).collect()
}

fn contact(headers: &Headers) -> Option<String> {
    let uri = headers.contact()?.uri;
    uri.parse::<SipUri>().ok().map(|_| uri)
}

/// RFC 2543 let a caller go without Contact: his address is From. He has no tag either.
fn rfc_2543_target(headers: &Headers) -> Option<String> {
    let from = headers.from().filter(|from| from.tag().is_none())?;
    let is_2543 = headers.get("Contact").is_none() && from.sip_uri().is_some();
    is_2543.then_some(from.uri)
}

/// The URI between the angle brackets of a route.
pub fn uri_of(route: &str) -> Option<&str> {
    let (_, rest) = route.split_once('<')?;
    rest.split_once('>').map(|(uri, _)| uri)
}

fn is_loose(uri: &str) -> bool {
    uri.parse::<SipUri>().is_ok_and(|uri| uri.params.has("lr"))
}
