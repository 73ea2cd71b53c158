//! From an address to a document: the search and the fetches, carried out.

use std::collections::BTreeSet;

use tokio::time::{Instant, timeout_at};
use url::Url;

use super::discovery::{Address, Discovery, DiscoveryError, Source, Step};
use super::fetch::{Consent, Fetch, FetchError, Fetched, Kind, LIMIT, Next, host_of};
use super::https::{Credentials, Https};
use crate::model::fault::Fault;

/// What is looked for, and what the user allowed.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// The address that was typed.
    pub address: Option<Address>,
    /// A link to the document. That the user confirmed it is said by its host in `confirmed`.
    pub link: Option<Url>,
    /// Hosts that the user confirmed by name.
    pub confirmed: BTreeSet<String>,
    /// Who asks.
    pub credentials: Option<Credentials>,
    /// What the edition that we have is called.
    pub etag: Option<String>,
}

/// What a search came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// A document.
    Document(Fetched, Source),
    /// The document that we have is the newest.
    Unchanged,
    /// No document anywhere.
    Nothing,
}

/// Looks for the document.
///
/// # Errors
/// Whatever stopped the search.
pub async fn find(https: &Https, query: &Query) -> Result<Found, DiscoveryError> {
    find_watched(https, query, |_, _, _| ()).await
}

/// The same, and `watch` sees each fetch with what it gave; `None` where what we have is the
/// newest.
///
/// # Errors
/// As [`find`].
pub async fn find_watched(
    https: &Https,
    query: &Query,
    mut watch: impl FnMut(Kind, &Url, Option<&Result<Fetched, FetchError>>),
) -> Result<Found, DiscoveryError> {
    let (mut search, mut step) = Discovery::new(query.address.clone(), query.link.clone());
    loop {
        let (kind, url) = match step {
            Step::Webfinger(url) => (Kind::Webfinger, url),
            Step::Document(url, _) => (Kind::Document, url),
            Step::Found(fetched, source) => return Ok(Found::Document(fetched, source)),
            Step::Nothing => return Ok(Found::Nothing),
            Step::Stop(error) => return Err(error),
        };
        tracing::info!(host = url.host_str(), ?kind, "looking for a provider's document");
        let fetched = match fetch(https, query, kind, url.clone()).await.transpose() {
            None => {
                watch(kind, &url, None);
                return Ok(Found::Unchanged);
            }
            Some(fetched) => fetched,
        };
        watch(kind, &url, Some(&fetched));
        step = search.on_fetched(fetched);
    }
}

/// One fetch with its redirects, within [`LIMIT`]. `None`: what we have is the newest.
async fn fetch(
    https: &Https,
    query: &Query,
    kind: Kind,
    url: Url,
) -> Result<Option<Fetched>, FetchError> {
    let domain = query.address.as_ref().map(|address| address.host().to_owned());
    let consent = Consent {
        hosts: query.confirmed.clone(),
        has_password: query.credentials.is_some(),
        etag: query.etag.clone().filter(|_| kind == Kind::Document),
        domain,
    };
    let deadline = Instant::now() + LIMIT;
    let (mut fetch, mut next) = Fetch::new(kind, url, consent);
    loop {
        let request = match next {
            Next::Send(request) => request,
            Next::Done(fetched) => return Ok(Some(fetched)),
            Next::Unchanged => return Ok(None),
            Next::Failed(error) => return Err(error),
        };
        let host = host_of(&request.url);
        let credentials = query.credentials.as_ref().filter(|_| request.credentials.is_some());
        let sent = timeout_at(deadline, https.send(&request, credentials)).await;
        let timed_out =
            || FetchError::Fault { host: host.clone(), fault: Fault::TimedOut(host.clone()) };
        next = fetch.on_answer(sent.unwrap_or_else(|_| Err(timed_out()))?);
    }
}
