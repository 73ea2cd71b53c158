//! A WebFinger answer (RFC 7033 §4.4): where the domain says that its document is.

use serde_json::Value;
use url::Url;

use super::document::{is_media_type, label};
use super::{MEDIA_TYPE, REL, json};

/// What is wrong with an answer. None of it is used then, and no other place is asked: that
/// could be what somebody wants.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JrdError {
    /// Of another media type.
    #[error("it is of the type “{0}”, and not application/jrd+json")]
    MediaType(String),
    /// Not JSON, or out of bounds.
    #[error("{0}")]
    Json(#[from] json::JsonError),
    /// JSON, and not a JRD.
    #[error("{0}")]
    Shape(&'static str),
    /// The link leads to something else than a document.
    #[error("its link leads to something of the type “{0}”")]
    LinkType(String),
    /// The link leads nowhere that may be asked.
    #[error("its link does not lead to an https address")]
    Link,
}

/// Reads an answer: the address of the document, if it names one.
///
/// # Errors
/// See [`JrdError`].
pub fn read(media_type: Option<&str>, body: &[u8]) -> Result<Option<Url>, JrdError> {
    let header = media_type.unwrap_or_default();
    if !is_media_type(header, &["application/jrd+json", "application/json"]) {
        let shown = label(header).unwrap_or_else(|| "none".to_owned());
        return Err(JrdError::MediaType(shown));
    }
    let value = json::read(body)?;
    let object = value.as_object().ok_or(JrdError::Shape("it is not an object"))?;
    let links = match object.get("links") {
        None => return Ok(None),
        Some(links) => links.as_array().ok_or(JrdError::Shape("its “links” are not a list"))?,
    };
    let is_ours = |link: &&Value| link.get("rel").and_then(Value::as_str) == Some(REL);
    // The server need not heed the `rel` that we asked for.
    let Some(link) = links.iter().find(is_ours) else { return Ok(None) };
    if let Some(kind) = link.get("type") {
        let kind = kind.as_str().ok_or(JrdError::Shape("the type of its link is not a text"))?;
        if !is_media_type(kind, &[MEDIA_TYPE, "application/json"]) {
            return Err(JrdError::LinkType(label(kind).unwrap_or_default()));
        }
    }
    let href = link.get("href").and_then(Value::as_str).ok_or(JrdError::Link)?;
    super::discovery::web_address(href).map(Some).ok_or(JrdError::Link)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const TYPE: Option<&str> = Some("application/jrd+json; charset=utf-8");

    fn of(value: &Value) -> Result<Option<Url>, JrdError> {
        read(TYPE, value.to_string().as_bytes())
    }

    #[test]
    fn the_link_of_our_relation_is_found_among_others() {
        let answer = json!({
            "subject": "acct:alice@example.com", "aliases": [], "extra": {"x": [1]},
            "links": [
                {"rel": "http://webfinger.net/rel/avatar", "href": "https://example.com/a.png"},
                {"rel": REL, "type": MEDIA_TYPE, "href": "https://prov.example.com/cusax/v1"},
            ]
        });
        let url = of(&answer).unwrap().unwrap();
        assert_eq!(url.as_str(), "https://prov.example.com/cusax/v1");
    }

    #[test]
    fn no_link_is_no_fault() {
        for answer in [
            json!({}),
            json!({"links": []}),
            json!({"links": [{"rel": "self", "href": "https://a.example/"}, 5]}),
        ] {
            assert_eq!(of(&answer), Ok(None), "{answer}");
        }
    }

    #[test]
    fn what_is_malformed_stops() {
        let link = |more: Value| {
            let mut link = json!({ "rel": REL });
            link.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            of(&json!({ "links": [link] }))
        };
        assert_eq!(of(&json!([])), Err(JrdError::Shape("it is not an object")));
        assert_eq!(of(&json!({"links": 1})), Err(JrdError::Shape("its “links” are not a list")));
        assert_eq!(link(json!({})), Err(JrdError::Link));
        for href in ["http://a.example/", "file:///x", "https://u:p@a.example/", "/relative"] {
            assert_eq!(link(json!({ "href": href })), Err(JrdError::Link), "{href}");
        }
        let html = json!({"type": "text/html", "href": "https://a.example/"});
        assert_eq!(link(html), Err(JrdError::LinkType("text/html".to_owned())));
        for kind in [None, Some("text/html"), Some("application/jrd+json; charset=latin1")] {
            assert!(matches!(read(kind, b"{}"), Err(JrdError::MediaType(_))), "{kind:?}");
        }
        assert!(matches!(read(TYPE, b"<html>"), Err(JrdError::Json(_))));
    }

    proptest! {
        #[test]
        fn any_answer_is_read_or_refused(body in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = read(TYPE, &body);
        }
    }
}
