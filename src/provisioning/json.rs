//! JSON within bounds: a stranger writes it, so size, depth and counts are checked while it is
//! read, and an object that says something twice says nothing.

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// The longest document, in bytes.
pub const MAX_BYTES: usize = 256 * 1024;
/// The deepest nesting: the outermost object is at depth 1.
pub const MAX_DEPTH: usize = 16;
/// The longest text, a name of a member among them, in bytes.
pub const MAX_TEXT: usize = 8 * 1024;
/// The most items of an array, and the most members of an object.
pub const MAX_ARRAY: usize = 256;

/// Why bytes are not read as JSON.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// Longer than [`MAX_BYTES`].
    #[error("it is longer than {} KiB", MAX_BYTES / 1024)]
    TooLong,
    /// Not UTF-8.
    #[error("it is not UTF-8 text")]
    NotUtf8,
    /// Not JSON (RFC 8259): NaN and an HTML page among it.
    #[error("it is not JSON (line {line}, column {column})")]
    Syntax {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
    },
    /// Nested deeper than [`MAX_DEPTH`].
    #[error("it is nested deeper than {MAX_DEPTH} levels")]
    TooDeep,
    /// A text longer than [`MAX_TEXT`].
    #[error("it holds a text longer than {} KiB", MAX_TEXT / 1024)]
    TextTooLong,
    /// An array or object of more than [`MAX_ARRAY`].
    #[error("it holds a list of more than {MAX_ARRAY} entries")]
    TooMany,
    /// An object has a member twice.
    #[error("“{0}” stands there twice")]
    Duplicate(String),
}

/// Reads bytes as JSON.
///
/// # Errors
/// See [`JsonError`]. Nothing of it is used then.
pub(super) fn read(bytes: &[u8]) -> Result<Value, JsonError> {
    if bytes.len() > MAX_BYTES {
        return Err(JsonError::TooLong);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| JsonError::NotUtf8)?;
    let broken = RefCell::new(None);
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let seed = Seed { depth: 0, broken: &broken };
    let value = seed.deserialize(&mut deserializer).and_then(|value| {
        deserializer.end()?;
        Ok(value)
    });
    value.map_err(|error| {
        let bound = broken.borrow_mut().take();
        bound.unwrap_or(JsonError::Syntax { line: error.line(), column: error.column() })
    })
}

/// Reads one value at a depth; notes the bound that it breaks.
#[derive(Clone, Copy)]
struct Seed<'a> {
    depth: usize,
    broken: &'a RefCell<Option<JsonError>>,
}

impl Seed<'_> {
    fn breaks<E: serde::de::Error>(&self, error: JsonError) -> E {
        self.broken.borrow_mut().get_or_insert(error);
        E::custom("a bound is broken")
    }

    fn deeper<E: serde::de::Error>(self) -> Result<Self, E> {
        if self.depth >= MAX_DEPTH {
            return Err(self.breaks(JsonError::TooDeep));
        }
        Ok(Self { depth: self.depth + 1, ..self })
    }

    fn text<E: serde::de::Error>(&self, text: &str) -> Result<String, E> {
        if text.len() > MAX_TEXT {
            return Err(self.breaks(JsonError::TextTooLong));
        }
        Ok(text.to_owned())
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("not a number"))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Value, E> {
        self.text(text).map(Value::String)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(inner)? {
            if array.len() >= MAX_ARRAY {
                return Err(self.breaks(JsonError::TooMany));
            }
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let name: String = self.text(&name)?;
            if object.contains_key(&name) {
                let shown = name.chars().filter(|c| !c.is_control()).take(40).collect();
                return Err(self.breaks(JsonError::Duplicate(shown)));
            }
            if object.len() >= MAX_ARRAY {
                return Err(self.breaks(JsonError::TooMany));
            }
            let value = members.next_value_seed(inner)?;
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn nested(depth: usize) -> String {
        format!("{}1{}", "[".repeat(depth), "]".repeat(depth))
    }

    #[test]
    fn each_bound_has_its_own_word() {
        let long = |length| format!("\"{}\"", "x".repeat(length));
        let array = |count| format!("[{}]", vec!["1"; count].join(","));
        let object = |count| {
            let members: Vec<String> = (0..count).map(|n| format!("\"{n}\":1")).collect();
            format!("{{{}}}", members.join(","))
        };
        for (good, bad, error) in [
            (nested(16), nested(17), JsonError::TooDeep),
            (nested(16), nested(100_000), JsonError::TooDeep),
            (long(MAX_TEXT), long(MAX_TEXT + 1), JsonError::TextTooLong),
            (array(256), array(257), JsonError::TooMany),
            (object(256), object(257), JsonError::TooMany),
            (
                format!("{}1", " ".repeat(MAX_BYTES - 1)),
                format!("{}1", " ".repeat(MAX_BYTES)),
                JsonError::TooLong,
            ),
        ] {
            assert!(read(good.as_bytes()).is_ok(), "{error}");
            assert_eq!(read(bad.as_bytes()), Err(error));
        }
        let name = format!("{{\"{}\":1}}", "x".repeat(MAX_TEXT + 1));
        assert_eq!(read(name.as_bytes()), Err(JsonError::TextTooLong));
    }

    #[test]
    fn what_is_said_twice_is_not_taken() {
        for text in [r#"{"a":1,"a":1}"#, r#"{"b":[{"a":1,"\u0061":2}]}"#] {
            assert_eq!(read(text.as_bytes()), Err(JsonError::Duplicate("a".to_owned())), "{text}");
        }
        assert!(read(br#"{"a":{"a":1},"b":{"a":1}}"#).is_ok());
    }

    #[test]
    fn what_is_not_json_is_told_with_its_place() {
        for text in [
            "NaN",
            "[NaN]",
            "[Infinity]",
            "[-Infinity]",
            "[1e999]",
            "",
            "<!doctype html><html></html>",
            "{\"a\":1} x",
            "{a:1}",
            "[1,]",
            "\u{feff}{}",
            "\"\\ud800\"",
        ] {
            let error = read(text.as_bytes()).unwrap_err();
            assert!(matches!(error, JsonError::Syntax { .. }), "{text}: {error:?}");
        }
        assert_eq!(read(b"\"\xff\""), Err(JsonError::NotUtf8));
        assert_eq!(read(b"\"\xc3\""), Err(JsonError::NotUtf8));
    }

    /// Depth, counts and lengths of what was read.
    fn measure(value: &Value) -> (usize, usize, usize) {
        let parts: Vec<_> = match value {
            Value::String(text) => return (0, 0, text.len()),
            Value::Array(items) => items.iter().map(measure).collect(),
            Value::Object(members) => members.values().map(measure).collect(),
            _ => return (0, 0, 0),
        };
        let most = |part: fn(&(usize, usize, usize)) -> usize| parts.iter().map(part).max();
        let count = parts.len().max(most(|part| part.1).unwrap_or(0));
        (1 + most(|part| part.0).unwrap_or(0), count, most(|part| part.2).unwrap_or(0))
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            if let Ok(value) = read(&bytes) {
                let (depth, count, length) = measure(&value);
                prop_assert!(depth <= MAX_DEPTH && count <= MAX_ARRAY && length <= MAX_TEXT);
            }
        }

        #[test]
        fn brackets_are_read_or_refused(text in "[\\[\\]{}:,\"a1 ]{0,200}") {
            let ours = read(text.as_bytes());
            if ours.is_ok() {
                prop_assert!(serde_json::from_str::<Value>(&text).is_ok());
            }
        }
    }
}
