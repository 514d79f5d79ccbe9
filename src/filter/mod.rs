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
//!
//! let neither = !field("grade").ge(3).or(field("grade").eq("K"));
//! assert_eq!(neither.to_string(), "grade<3 AND grade!='K'");
//! ```

#[cfg(test)]
mod tests;
mod value;

use std::fmt;
use std::ops::Not;

pub use value::Value;

use self::value::Literal;
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
        operator: Operator,
        value: Value,
    },
    And(Vec<Expression>),
    Or(Vec<Expression>),
    Verbatim {
        text: String,
        negated: bool,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Eq,
    Ne,
    Gt,
    Ge,
    Lt,
    Le,
    Contains,
    /// The API has none of this meaning: it only stands for what a second negation takes back.
    NotContains,
}

impl Operator {
    fn as_str(self) -> &'static str {
        match self {
            Self::Eq => "=",
            Self::Ne => "!=",
            Self::Gt => ">",
            Self::Ge => ">=",
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Contains => "~",
            Self::NotContains => "!~",
        }
    }

    fn opposite(self) -> Self {
        match self {
            Self::Eq => Self::Ne,
            Self::Ne => Self::Eq,
            Self::Gt => Self::Le,
            Self::Ge => Self::Lt,
            Self::Lt => Self::Ge,
            Self::Le => Self::Gt,
            Self::Contains => Self::NotContains,
            Self::NotContains => Self::Contains,
        }
    }
}

impl Field {
    /// The field equals the value.
    pub fn eq(self, value: impl Into<Value>) -> Filter {
        self.compare(Operator::Eq, value)
    }

    /// The field differs from the value.
    pub fn ne(self, value: impl Into<Value>) -> Filter {
        self.compare(Operator::Ne, value)
    }

    /// The field is greater than the value.
    pub fn gt(self, value: impl Into<Value>) -> Filter {
        self.compare(Operator::Gt, value)
    }

    /// The field is greater than the value, or equal to it.
    pub fn ge(self, value: impl Into<Value>) -> Filter {
        self.compare(Operator::Ge, value)
    }

    /// The field is less than the value.
    pub fn lt(self, value: impl Into<Value>) -> Filter {
        self.compare(Operator::Lt, value)
    }

    /// The field is less than the value, or equal to it.
    pub fn le(self, value: impl Into<Value>) -> Filter {
        self.compare(Operator::Le, value)
    }

    /// The field holds the text.
    pub fn contains(self, text: impl Into<String>) -> Filter {
        self.compare(Operator::Contains, text.into())
    }

    /// The field equals one of the values. Without values, nothing passes.
    ///
    /// The filter is a part of the URL, which has room for some thousand values at most, and less at many gateways: ask
    /// for more in several lists.
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

    fn compare(self, operator: Operator, value: impl Into<Value>) -> Filter {
        Filter(Expression::Compare {
            field: self.0,
            operator,
            value: value.into(),
        })
    }
}

impl Filter {
    /// A filter that somebody wrote in the API's own words, sent as it is:
    ///
    /// ```
    /// use timeback_qti::filter::{Filter, field};
    ///
    /// let typed = Filter::verbatim("title~'rain' OR title~'snow'");
    /// let both = typed.and(field("type").eq("choice"));
    /// assert_eq!(both.to_string(), "(title~'rain' OR title~'snow') AND type='choice'");
    /// ```
    pub fn verbatim(text: impl Into<String>) -> Self {
        Self(Expression::Verbatim {
            text: text.into(),
            negated: false,
        })
    }

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

/// Passes what the filter does not. The API has no operator for it, so each comparison becomes its opposite.
///
/// [`contains`](Field::contains) and [`verbatim`](Self::verbatim) have none: a list with a filter that needs it fails
/// with [`Input`](crate::ErrorKind::Input), before anything is sent.
impl Not for Filter {
    type Output = Self;

    fn not(self) -> Self {
        Self(self.0.opposite())
    }
}

impl Expression {
    fn opposite(self) -> Self {
        let each = |parts: Vec<Self>| parts.into_iter().map(Self::opposite).collect();
        match self {
            Self::Compare {
                field,
                operator,
                value,
            } => Self::Compare {
                field,
                operator: operator.opposite(),
                value,
            },
            Self::And(parts) => Self::Or(each(parts)),
            Self::Or(parts) => Self::And(each(parts)),
            Self::Verbatim { text, negated } => Self::Verbatim {
                text,
                negated: !negated,
            },
        }
    }

    fn check(&self) -> Result<()> {
        match self {
            Self::Compare {
                field,
                operator,
                value,
            } => {
                if *operator == Operator::NotContains {
                    return Err(Error::input(format!(
                        "{field}: the API has no operator for \"does not contain\""
                    )));
                }
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
            Self::Verbatim { negated: false, .. } => Ok(()),
            Self::Verbatim { text, .. } => Err(Error::input(format!(
                "the API has no operator for the opposite of {text:?}"
            ))),
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
            } => return write!(f, "{field}{}{value}", operator.as_str()),
            Self::And(parts) => (parts, " AND "),
            Self::Or(parts) => (parts, " OR "),
            Self::Verbatim { text, .. } => return f.write_str(text),
        };
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                f.write_str(word)?;
            }
            match part {
                Self::Compare { .. } => part.fmt(f)?,
                // Flattened when they are joined, what stands in an AND is an OR and the other way round.
                Self::And(_) | Self::Or(_) | Self::Verbatim { .. } => write!(f, "({part})")?,
            }
        }
        Ok(())
    }
}
