//! CSeq (RFC 3261 §20.16).

use std::fmt;
use std::str::FromStr;

use super::{ValueError, is_token};
use crate::sip::message::Method;

/// A CSeq: number and method.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CSeq {
    /// Below 2³¹ (RFC 3261 §8.1.1.5).
    pub number: u32,
    /// The method of the request.
    pub method: Method,
}

impl FromStr for CSeq {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let mut parts = text.split_ascii_whitespace();
        let (Some(number), Some(method), None) = (parts.next(), parts.next(), parts.next()) else {
            return Err(ValueError::Missing);
        };
        if !number.bytes().all(|byte| byte.is_ascii_digit()) || !is_token(method) {
            return Err(ValueError::Number);
        }
        let number: u32 = number.parse().map_err(|_| ValueError::Number)?;
        if number > i32::MAX.unsigned_abs() {
            return Err(ValueError::Number);
        }
        Ok(Self { number, method: Method::from(method) })
    }
}

impl fmt::Display for CSeq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.number, self.method)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn numbers_have_a_bound() {
        let cseq: CSeq = "0009   INVITE".parse().unwrap();
        assert_eq!(cseq, CSeq { number: 9, method: Method::Invite });
        assert_eq!(cseq.to_string(), "9 INVITE");
        assert!("2147483647 ACK".parse::<CSeq>().is_ok());
        for bad in [
            "2147483648 ACK",
            "36893488147419103232 REGISTER",
            "-1 ACK",
            "+1 ACK",
            "1",
            "1 A B",
            "1 A,",
        ] {
            assert!(bad.parse::<CSeq>().is_err(), "{bad}");
        }
    }
}
