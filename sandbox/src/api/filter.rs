//! The `filter` grammar: comparisons joined by AND and OR, AND binding tighter, with parentheses.
//!
//! ```text
//! or         = and *( "OR" and )
//! and        = primary *( "AND" primary )
//! primary    = "(" or ")" / comparison
//! comparison = field ( "=" / "!=" / ">" / ">=" / "<" / "<=" / "~" ) value
//! field      = name *( "." name )
//! value      = "'" text, a quote doubled "'" / word
//! ```

use std::borrow::Cow;
use std::cmp::Ordering;

use serde_json::Value;

/// Deeper nesting of parentheses is refused, so that a filter cannot exhaust the stack.
const MAX_DEPTH: usize = 50;

/// A parsed filter.
#[derive(Debug, PartialEq)]
pub(crate) enum Filter {
    Any(Vec<Filter>),
    All(Vec<Filter>),
    Compare {
        field: String,
        operator: Operator,
        value: String,
    },
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Operator {
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    Contains,
}

impl Filter {
    /// Parses a filter. The error says what is wrong and where, counted in characters.
    pub(crate) fn parse(text: &str) -> Result<Filter, String> {
        let tokens = tokens(text)?;
        let mut parser = Parser {
            tokens: &tokens,
            next: 0,
            end: text.chars().count(),
        };
        let filter = parser.any(0)?;
        match parser.peek() {
            None => Ok(filter),
            Some(_) => Err(parser.expected("AND, OR or the end")),
        }
    }

    /// Whether an entity matches, given its top-level fields by name.
    pub(crate) fn matches<'a>(
        &self,
        field: impl Fn(&str) -> Option<Cow<'a, Value>> + Copy,
    ) -> bool {
        match self {
            Filter::Any(filters) => filters.iter().any(|filter| filter.matches(field)),
            Filter::All(filters) => filters.iter().all(|filter| filter.matches(field)),
            Filter::Compare {
                field: path,
                operator,
                value,
            } => {
                let (name, below) = path
                    .split_once('.')
                    .map_or((path.as_str(), None), |(name, below)| (name, Some(below)));
                let found = field(name);
                let found = found.as_deref().and_then(|value| descend(value, below));
                operator.holds(found, value)
            }
        }
    }
}

fn descend<'a>(value: &'a Value, path: Option<&str>) -> Option<&'a Value> {
    path.into_iter()
        .flat_map(|path| path.split('.'))
        .try_fold(value, |value, name| value.get(name))
}

impl Operator {
    /// Whether a field passes the comparison. A missing field equals nothing; a list passes if one of its entries does.
    fn holds(self, found: Option<&Value>, wanted: &str) -> bool {
        if self == Operator::NotEqual {
            return !Operator::Equal.holds(found, wanted);
        }
        match found {
            None | Some(Value::Null) => false,
            Some(Value::Array(entries)) => {
                entries.iter().any(|entry| self.holds(Some(entry), wanted))
            }
            Some(value) => self.compares(value, wanted),
        }
    }

    fn compares(self, found: &Value, wanted: &str) -> bool {
        let text = match found {
            Value::String(text) => Cow::Borrowed(text.as_str()),
            other => Cow::Owned(other.to_string()),
        };
        if self == Operator::Contains {
            return text.to_lowercase().contains(&wanted.to_lowercase());
        }
        // Numbers compare as numbers even where one side is text: a grade can be "5" or 5.
        let order = match (text.parse::<f64>(), wanted.parse::<f64>()) {
            (Ok(found), Ok(wanted)) => found.partial_cmp(&wanted),
            _ => Some(text.as_ref().cmp(wanted)),
        };
        order.is_some_and(|order| match self {
            Operator::Equal => order == Ordering::Equal,
            Operator::Greater => order == Ordering::Greater,
            Operator::GreaterOrEqual => order != Ordering::Less,
            Operator::Less => order == Ordering::Less,
            Operator::LessOrEqual => order != Ordering::Greater,
            Operator::NotEqual | Operator::Contains => false,
        })
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Open,
    Close,
    Operator(Operator),
    Word(String),
    Text(String),
}

/// Tokens, each with its place.
fn tokens(text: &str) -> Result<Vec<(usize, Token)>, String> {
    let mut tokens = Vec::new();
    let mut characters = text.chars().enumerate().peekable();
    while let Some((place, character)) = characters.next() {
        let mut then = |wanted: char| characters.next_if(|(_, next)| *next == wanted).is_some();
        let token = match character {
            _ if character.is_whitespace() => continue,
            '(' => Token::Open,
            ')' => Token::Close,
            '=' => Token::Operator(Operator::Equal),
            '~' => Token::Operator(Operator::Contains),
            '!' if then('=') => Token::Operator(Operator::NotEqual),
            '>' if then('=') => Token::Operator(Operator::GreaterOrEqual),
            '>' => Token::Operator(Operator::Greater),
            '<' if then('=') => Token::Operator(Operator::LessOrEqual),
            '<' => Token::Operator(Operator::Less),
            '\'' => {
                let mut value = String::new();
                loop {
                    match characters.next() {
                        Some((_, '\''))
                            if characters.next_if(|(_, next)| *next == '\'').is_some() =>
                        {
                            value.push('\'')
                        }
                        Some((_, '\'')) => break,
                        Some((_, other)) => value.push(other),
                        None => return Err(format!("the quote at {place} is not closed")),
                    }
                }
                Token::Text(value)
            }
            _ if is_word(character) => {
                let mut word = String::from(character);
                while let Some((_, next)) = characters.next_if(|(_, next)| is_word(*next)) {
                    word.push(next);
                }
                Token::Word(word)
            }
            other => return Err(format!("{other:?} at {place} does not belong here")),
        };
        tokens.push((place, token));
    }
    Ok(tokens)
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '-' | '.' | ':' | '+')
}

struct Parser<'a> {
    tokens: &'a [(usize, Token)],
    next: usize,
    end: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next).map(|(_, token)| token)
    }

    fn take(&mut self) -> Option<Token> {
        let token = self.peek().cloned();
        self.next += 1;
        token
    }

    /// Takes the keyword if it is next.
    fn keyword(&mut self, keyword: &str) -> bool {
        let found =
            matches!(self.peek(), Some(Token::Word(word)) if word.eq_ignore_ascii_case(keyword));
        self.next += usize::from(found);
        found
    }

    fn expected(&self, what: &str) -> String {
        let place = self
            .tokens
            .get(self.next)
            .map_or(self.end, |(place, _)| *place);
        format!("expected {what} at {place}")
    }

    fn any(&mut self, depth: usize) -> Result<Filter, String> {
        let mut filters = vec![self.all(depth)?];
        while self.keyword("OR") {
            filters.push(self.all(depth)?);
        }
        Ok(if filters.len() == 1 {
            filters.remove(0)
        } else {
            Filter::Any(filters)
        })
    }

    fn all(&mut self, depth: usize) -> Result<Filter, String> {
        let mut filters = vec![self.primary(depth)?];
        while self.keyword("AND") {
            filters.push(self.primary(depth)?);
        }
        Ok(if filters.len() == 1 {
            filters.remove(0)
        } else {
            Filter::All(filters)
        })
    }

    fn primary(&mut self, depth: usize) -> Result<Filter, String> {
        if self.peek() != Some(&Token::Open) {
            return self.comparison();
        }
        if depth == MAX_DEPTH {
            return Err(format!("parentheses are nested deeper than {MAX_DEPTH}"));
        }
        self.next += 1;
        let filter = self.any(depth + 1)?;
        match self.peek() {
            Some(Token::Close) => {
                self.next += 1;
                Ok(filter)
            }
            _ => Err(self.expected("a closing parenthesis")),
        }
    }

    fn comparison(&mut self) -> Result<Filter, String> {
        let expected = self.expected("a field");
        let Some(Token::Word(field)) = self.take() else {
            return Err(expected);
        };
        let expected = self.expected("=, !=, >, >=, <, <= or ~");
        let Some(Token::Operator(operator)) = self.take() else {
            return Err(expected);
        };
        let expected = self.expected("a value");
        match self.take() {
            Some(Token::Word(value) | Token::Text(value)) => Ok(Filter::Compare {
                field,
                operator,
                value,
            }),
            _ => Err(expected),
        }
    }
}

#[cfg(test)]
#[path = "filter_tests.rs"]
mod tests;
