//! Filters of lists, which cannot be injected into.
//!
//! ```
//! use timeback_qti::filter::field;
//!
//! let filter = field("type").eq("choice").and(field("title").contains("O'Brien"));
//! assert_eq!(filter.to_string(), "type='choice' AND title~'O''Brien'");
//!
//! let either = field("grade").ge(3).or(field("grade").eq("K")).and(field("subject").ne("Math"));
//! assert_eq!(either.to_string(), "(grade>=3 OR grade='K') AND subject!='Math'");
//! ```

use std::fmt;
use std::time::{Duration, SystemTime};

use crate::error::{Error, Result};

/// A field to compare, by the name that the API gives it: `title`, `type`, `metadata.subject`.
///
/// A name that could not be one (it holds anything but letters, digits, `_`, `-`, `.` and `:`) makes the list that it
/// is given to fail with [`Input`](crate::ErrorKind::Input), before anything is sent.
pub fn field(name: impl Into<String>) -> Field {
    Field(name.into())
}

/// A field of a [`Filter`]; made by [`field`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Field(String);

/// A condition that entities pass or not; made from [`field`].
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Filter(Expression);

#[derive(Debug, Clone, PartialEq)]
enum Expression {
    Compare {
        field: String,
        operator: &'static str,
        value: Value,
    },
    And(Vec<Expression>),
    Or(Vec<Expression>),
}

/// What a [`Field`] is compared to: a string, a number, a boolean or a point in time.
#[derive(Debug, Clone, PartialEq)]
pub struct Value(Literal);

#[derive(Debug, Clone, PartialEq)]
enum Literal {
    Text(String),
    Integer(i128),
    Number(f64),
    Boolean(bool),
    /// A time that RFC 3339 cannot write.
    NoTime,
}

impl Field {
    /// The field equals the value.
    pub fn eq(self, value: impl Into<Value>) -> Filter {
        self.compare("=", value)
    }

    /// The field differs from the value.
    pub fn ne(self, value: impl Into<Value>) -> Filter {
        self.compare("!=", value)
    }

    /// The field is greater than the value.
    pub fn gt(self, value: impl Into<Value>) -> Filter {
        self.compare(">", value)
    }

    /// The field is greater than the value, or equal to it.
    pub fn ge(self, value: impl Into<Value>) -> Filter {
        self.compare(">=", value)
    }

    /// The field is less than the value.
    pub fn lt(self, value: impl Into<Value>) -> Filter {
        self.compare("<", value)
    }

    /// The field is less than the value, or equal to it.
    pub fn le(self, value: impl Into<Value>) -> Filter {
        self.compare("<=", value)
    }

    /// The field holds the text.
    pub fn contains(self, text: impl Into<String>) -> Filter {
        self.compare("~", text.into())
    }

    /// The field equals one of the values. Without values, nothing passes.
    pub fn one_of<V: Into<Value>>(self, values: impl IntoIterator<Item = V>) -> Filter {
        let none = || self.clone().eq("").and(self.clone().ne(""));
        values
            .into_iter()
            .map(|value| self.clone().eq(value))
            .reduce(Filter::or)
            .unwrap_or_else(none)
    }

    /// The field differs from all of the values. Without values, everything passes.
    pub fn not_one_of<V: Into<Value>>(self, values: impl IntoIterator<Item = V>) -> Filter {
        let all = || self.clone().eq("").or(self.clone().ne(""));
        values
            .into_iter()
            .map(|value| self.clone().ne(value))
            .reduce(Filter::and)
            .unwrap_or_else(all)
    }

    fn compare(self, operator: &'static str, value: impl Into<Value>) -> Filter {
        Filter(Expression::Compare {
            field: self.0,
            operator,
            value: value.into(),
        })
    }
}

impl Filter {
    /// Both must pass.
    pub fn and(self, other: Self) -> Self {
        let mut all = match self.0 {
            Expression::And(all) => all,
            other => vec![other],
        };
        match other.0 {
            Expression::And(more) => all.extend(more),
            other => all.push(other),
        }
        Self(Expression::And(all))
    }

    /// One of them must pass.
    pub fn or(self, other: Self) -> Self {
        let mut any = match self.0 {
            Expression::Or(any) => any,
            other => vec![other],
        };
        match other.0 {
            Expression::Or(more) => any.extend(more),
            other => any.push(other),
        }
        Self(Expression::Or(any))
    }

    /// Refuses what the service would read as something else.
    pub(crate) fn check(&self) -> Result<()> {
        self.0.check()
    }
}

impl Expression {
    fn check(&self) -> Result<()> {
        match self {
            Self::Compare { field, value, .. } => {
                let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.:".contains(&byte);
                if field.is_empty() || !field.bytes().all(plain) {
                    return Err(Error::input(format!(
                        "{field:?} is not the name of a field"
                    )));
                }
                match value.0 {
                    Literal::Number(number) if !number.is_finite() => Err(Error::input(format!(
                        "{field} cannot be compared to {number}"
                    ))),
                    Literal::NoTime => Err(Error::input(format!(
                        "{field} cannot be compared to a time before 1970 or after 9999"
                    ))),
                    _ => Ok(()),
                }
            }
            Self::And(parts) | Self::Or(parts) => parts.iter().try_for_each(Self::check),
        }
    }
}

/// As the API reads it.
impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (parts, word) = match self {
            Self::Compare {
                field,
                operator,
                value,
            } => return write!(f, "{field}{operator}{value}"),
            Self::And(parts) => (parts, " AND "),
            Self::Or(parts) => (parts, " OR "),
        };
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                f.write_str(word)?;
            }
            match part {
                Self::Compare { .. } => part.fmt(f)?,
                // Flattened when they are joined, what stands in an AND is an OR and the other way round.
                Self::And(_) | Self::Or(_) => write!(f, "({part})")?,
            }
        }
        Ok(())
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Reads a quoted string as the service does; `None` if anything stands outside of the quotes.
    fn unquote(text: &str) -> Option<String> {
        let inner = text.strip_prefix('\'')?.strip_suffix('\'')?;
        let parts: Vec<_> = inner.split("''").collect();
        parts
            .iter()
            .all(|part| !part.contains('\''))
            .then(|| parts.join("'"))
    }

    proptest! {
        #[test]
        fn any_string_round_trips_through_quoting(text in ".*") {
            let filter = field("title").eq(text.as_str()).to_string();
            prop_assert_eq!(unquote(filter.strip_prefix("title=").unwrap()), Some(text));
        }
    }

    #[test]
    fn quotes_at_the_ends_round_trip() {
        for text in ["'", "''", "'''", "a'", "'a", "' OR '1'='1"] {
            assert_eq!(
                unquote(&Value::from(text).to_string()).as_deref(),
                Some(text)
            );
        }
    }

    #[test]
    fn groups_keep_their_meaning() {
        let [a, b, c, d] = ["a", "b", "c", "d"].map(|name| field(name).eq(1));
        assert_eq!(
            a.clone().and(b.clone()).or(c.clone()).to_string(),
            "(a=1 AND b=1) OR c=1"
        );
        assert_eq!(
            a.clone()
                .or(b.clone())
                .and(c.clone().or(d.clone()))
                .to_string(),
            "(a=1 OR b=1) AND (c=1 OR d=1)"
        );
        assert_eq!(
            a.clone()
                .and(b.clone())
                .and(c.clone().and(d.clone()))
                .to_string(),
            "a=1 AND b=1 AND c=1 AND d=1"
        );
        assert_eq!(a.or(b.or(c)).to_string(), "a=1 OR b=1 OR c=1");
    }

    #[test]
    fn each_operator_is_written_as_the_service_reads_it() {
        let filters = [
            (field("x").ne("a"), "x!='a'"),
            (field("x").gt(1), "x>1"),
            (field("x").ge(1.5), "x>=1.5"),
            (field("x").lt(-1), "x<-1"),
            (field("x").le(true), "x<=true"),
            (field("x").contains("a"), "x~'a'"),
            (field("x").one_of(["a", "b"]), "x='a' OR x='b'"),
            (field("x").not_one_of(["a", "b"]), "x!='a' AND x!='b'"),
            (
                field("updatedAt").ge(SystemTime::UNIX_EPOCH),
                "updatedAt>='1970-01-01T00:00:00.000Z'",
            ),
        ];
        for (filter, text) in filters {
            assert_eq!(filter.to_string(), text);
        }
    }

    #[test]
    fn an_empty_choice_lets_nothing_or_everything_pass() {
        assert_eq!(field("x").one_of::<&str>([]).to_string(), "x='' AND x!=''");
        assert_eq!(
            field("x").not_one_of::<&str>([]).to_string(),
            "x='' OR x!=''"
        );
    }

    #[test]
    fn a_field_that_is_no_name_is_refused() {
        for name in ["", "a b", "a='x' OR b", "a'", "(a", "ä"] {
            assert!(
                field(name).eq("x").and(field("ok").eq(1)).check().is_err(),
                "{name}"
            );
        }
        assert!(field("x").eq(f64::NAN).check().is_err());
        for time in [
            SystemTime::UNIX_EPOCH - Duration::from_secs(1),
            SystemTime::UNIX_EPOCH + Duration::from_secs(300_000_000_000),
        ] {
            assert!(field("createdAt").ge(time).check().is_err());
        }
        field("metadata.subject").eq("x").check().unwrap();
    }
}
