//! Whether two values of a type are equal.

use timeback_qti::xml::{BaseType, ResponseDeclaration};

/// How values of a variable are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// To the letter, but for white space around it.
    Name,
    /// To the letter, unless a mapping ignores case.
    Text,
    Number,
    Truth,
    Pair,
    DirectedPair,
    Point,
}

impl Form {
    pub(super) fn of(response: &ResponseDeclaration) -> Self {
        match response.base_type {
            Some(BaseType::String) => Self::Text,
            Some(BaseType::Integer | BaseType::Float | BaseType::Duration) => Self::Number,
            Some(BaseType::Boolean) => Self::Truth,
            Some(BaseType::Pair) => Self::Pair,
            Some(BaseType::DirectedPair) => Self::DirectedPair,
            Some(BaseType::Point) => Self::Point,
            _ => Self::Name,
        }
    }
}

pub(super) fn is_same(form: Form, one: &str, other: &str) -> bool {
    match form {
        Form::Name => one.trim() == other.trim(),
        Form::Text => one == other,
        Form::Number => number(one).is_some() && number(one) == number(other),
        Form::Truth => truth(one).is_some() && truth(one) == truth(other),
        Form::DirectedPair => one.split_whitespace().eq(other.split_whitespace()),
        Form::Pair => {
            one.split_whitespace().eq(other.split_whitespace())
                || one.split_whitespace().eq(other.split_whitespace().rev())
        }
        Form::Point => point(one).is_some() && point(one) == point(other),
    }
}

fn number(text: &str) -> Option<f64> {
    text.trim()
        .parse()
        .ok()
        .filter(|number: &f64| number.is_finite())
}

fn truth(text: &str) -> Option<bool> {
    match text.trim() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

/// A point of an image, in pixels.
pub(super) fn point(text: &str) -> Option<(f64, f64)> {
    let mut numbers = text.split_whitespace().map(number);
    let point = (numbers.next()??, numbers.next()??);
    numbers.next().is_none().then_some(point)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_compared_by_what_they_mean() {
        for (form, one, other) in [
            (Form::Number, "2", "2.0"),
            (Form::Number, "1e2", " 100 "),
            (Form::Truth, "true", "1"),
            (Form::Pair, "A B", "B  A"),
            (Form::DirectedPair, "A B", "A\n B"),
            (Form::Point, "1 2", "1.0 2"),
            (Form::Name, "A", " A"),
        ] {
            assert!(is_same(form, one, other), "{form:?} {one} {other}");
        }
        for (form, one, other) in [
            (Form::Text, "a", "A"),
            (Form::Number, "x", "x"),
            (Form::DirectedPair, "A B", "B A"),
            (Form::Truth, "yes", "yes"),
            (Form::Point, "1 2 3", "1 2"),
        ] {
            assert!(!is_same(form, one, other), "{form:?} {one} {other}");
        }
    }
}
