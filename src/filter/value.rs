//! What fields are compared to, and how the API reads it.

use std::fmt;
use std::time::{Duration, SystemTime};

/// What a [`Field`](super::Field) is compared to: a string, a number, a boolean or a point in time.
#[derive(Debug, Clone, PartialEq)]
pub struct Value(pub(super) Literal);

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Literal {
    Text(String),
    Integer(i128),
    Number(f64),
    Boolean(bool),
    /// A time that RFC 3339 cannot write.
    NoTime,
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Literal::Text(text) => write!(f, "'{}'", text.replace('\'', "''")),
            Literal::Integer(number) => number.fmt(f),
            Literal::Number(number) => number.fmt(f),
            Literal::Boolean(boolean) => boolean.fmt(f),
            Literal::NoTime => f.write_str("''"),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self(Literal::Text(text.to_owned()))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self(Literal::Text(text))
    }
}

macro_rules! from_integers {
    ($($integer:ty),+) => {
        $(
            impl From<$integer> for Value {
                fn from(number: $integer) -> Self {
                    Self(Literal::Integer(number.into()))
                }
            }
        )+
    };
}

from_integers!(i8, i16, i32, i64, u8, u16, u32, u64);

impl From<isize> for Value {
    fn from(number: isize) -> Self {
        Self(Literal::Integer(number as i128))
    }
}

impl From<usize> for Value {
    fn from(number: usize) -> Self {
        Self(Literal::Integer(number as i128))
    }
}

/// As the number is written: `0.1` stays `0.1`.
impl From<f32> for Value {
    fn from(number: f32) -> Self {
        // The nearest `f64` of `0.1_f32` would be written with all its digits.
        let number = number.to_string().parse().unwrap_or(f64::from(number));
        Self(Literal::Number(number))
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self(Literal::Number(number))
    }
}

impl From<bool> for Value {
    fn from(boolean: bool) -> Self {
        Self(Literal::Boolean(boolean))
    }
}

/// As the API writes its own dates: RFC 3339 in UTC with milliseconds.
impl From<SystemTime> for Value {
    fn from(time: SystemTime) -> Self {
        const YEAR_10000: Duration = Duration::from_secs(253_402_300_800);
        let is_writable = time
            .duration_since(SystemTime::UNIX_EPOCH)
            .is_ok_and(|since| since < YEAR_10000);
        Self(if is_writable {
            Literal::Text(humantime::format_rfc3339_millis(time).to_string())
        } else {
            Literal::NoTime
        })
    }
}
