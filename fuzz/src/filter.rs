//! Filters, as the sandbox reads them: what passes is what was asked for, whatever the texts hold.

use std::cmp::Ordering;

use arbitrary::{Arbitrary as _, Result, Unstructured};
use timeback_qti::filter::{Field, Filter, Value, field};
use timeback_qti::models::{AssessmentTestInput, Metadata, TestPart};
use timeback_qti::{Client, ErrorKind};
use timeback_qti_sandbox::Sandbox;
use tokio::runtime::{Builder, Runtime};

thread_local! {
    static WORLD: World = World::new();
}

struct World {
    runtime: Runtime,
    client: Client,
    _sandbox: Sandbox,
}

impl World {
    fn new() -> Self {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let sandbox = runtime.block_on(Sandbox::start()).expect("a sandbox");
        let client = Client::builder()
            .base_url(sandbox.base_url())
            .token_url(sandbox.token_url())
            .credentials(sandbox.client_id(), sandbox.client_secret())
            .build()
            .expect("the settings are right");
        Self {
            runtime,
            client,
            _sandbox: sandbox,
        }
    }
}

pub fn check(bytes: &[u8]) {
    let u = &mut Unstructured::new(bytes);
    // What has too few bytes is filled up with zeros.
    let (Ok(tests), Ok(asked)) = (tests(u), Asked::below(u, 4)) else {
        return;
    };
    WORLD.with(|world| {
        world
            .runtime
            .block_on(lists_what_was_asked(&world.client, &tests, &asked))
    });
}

async fn lists_what_was_asked(client: &Client, tests: &[Test; 2], asked: &Asked) {
    for test in tests {
        client
            .tests()
            .upsert(&test.input())
            .await
            .expect("the sandbox takes it");
    }
    let listed = client
        .tests()
        .list()
        .filter(asked.filter(false))
        .collect()
        .await;
    if asked.is_refused(false) {
        let error = listed.expect_err("it cannot be asked");
        assert_eq!(
            (error.kind(), error.attempts()),
            (ErrorKind::Input, 0),
            "{error}"
        );
        return;
    }
    let mut listed: Vec<_> = listed
        .expect("a filter")
        .into_iter()
        .map(|test| test.identifier)
        .collect();
    listed.sort();
    let passing = tests.iter().filter(|test| asked.passes(test, false));
    let passing: Vec<_> = passing.map(|test| test.identifier).collect();
    assert_eq!(listed, passing, "{} of {tests:?}", asked.filter(false));
}

#[derive(Debug)]
struct Test {
    identifier: &'static str,
    title: String,
    note: Option<String>,
}

fn tests(u: &mut Unstructured<'_>) -> Result<[Test; 2]> {
    // What XML cannot hold is refused before there is anything to list.
    let is_xml = |c: &char| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}');
    let text = |u: &mut Unstructured<'_>| {
        let text = text(u)?;
        Ok(text.chars().filter(is_xml).collect::<String>())
    };
    let mut test = |identifier| {
        let title = text(u)?;
        let note = u.ratio(3, 4)?.then(|| text(u)).transpose()?;
        Ok(Test {
            identifier,
            title,
            note,
        })
    };
    Ok([test("one")?, test("two")?])
}

impl Test {
    fn input(&self) -> AssessmentTestInput {
        let part = TestPart::new("p", "linear", "individual", []);
        let note = self
            .note
            .iter()
            .map(|note| ("note".to_owned(), note.as_str().into()));
        let metadata: Metadata = note.collect();
        AssessmentTestInput {
            metadata: Some(metadata),
            ..AssessmentTestInput::new(self.identifier, &self.title, [part])
        }
    }

    fn value(&self, name: &str) -> Option<&str> {
        match name {
            "identifier" => Some(self.identifier),
            "title" => Some(&self.title),
            "metadata.note" => self.note.as_deref(),
            _ => None,
        }
    }
}

/// What is asked, before it becomes a filter.
enum Asked {
    Compare(String, Operator, Literal),
    And(Box<[Asked; 2]>),
    Or(Box<[Asked; 2]>),
    Not(Box<Asked>),
}

#[derive(Clone, Copy, PartialEq)]
enum Operator {
    Eq,
    Ne,
    Gt,
    Ge,
    Lt,
    Le,
    Contains,
}

enum Literal {
    Text(String),
    Whole(i64),
    Number(f64),
    Truth(bool),
}

impl Asked {
    fn below(u: &mut Unstructured<'_>, depth: usize) -> Result<Self> {
        let two = |u: &mut Unstructured<'_>| {
            Ok(Box::new([
                Self::below(u, depth - 1)?,
                Self::below(u, depth - 1)?,
            ]))
        };
        Ok(match u.int_in_range(0..=if depth == 0 { 0 } else { 3 })? {
            1 => Self::And(two(u)?),
            2 => Self::Or(two(u)?),
            3 => Self::Not(Box::new(Self::below(u, depth - 1)?)),
            _ => {
                let known = [
                    "title",
                    "identifier",
                    "metadata.note",
                    "AND",
                    "or",
                    "a:b",
                    "-",
                ];
                let name = match u.int_in_range(0..=known.len())? {
                    at if at < known.len() => known[at].to_owned(),
                    _ => text(u)?,
                };
                use Operator::{Contains, Eq, Ge, Gt, Le, Lt, Ne};
                let operator = *u.choose(&[Eq, Ne, Gt, Ge, Lt, Le, Contains])?;
                let literal = match u.int_in_range(0..=5)? {
                    3 => Literal::Whole(u.arbitrary()?),
                    4 => Literal::Number(f64::arbitrary(u)?),
                    5 => Literal::Truth(u.arbitrary()?),
                    _ => Literal::Text(text(u)?),
                };
                Self::Compare(name, operator, literal)
            }
        })
    }

    /// `negated`: the opposite of it, written without the client's own `!`.
    fn filter(&self, negated: bool) -> Filter {
        match self {
            Self::Compare(name, operator, literal) => {
                let filter = operator.filter(field(name), literal);
                if negated { !filter } else { filter }
            }
            Self::And(parts) if negated => parts[0].filter(true).or(parts[1].filter(true)),
            Self::Or(parts) if negated => parts[0].filter(true).and(parts[1].filter(true)),
            Self::And(parts) => parts[0].filter(false).and(parts[1].filter(false)),
            Self::Or(parts) => parts[0].filter(false).or(parts[1].filter(false)),
            Self::Not(inner) if negated => !!inner.filter(false),
            Self::Not(inner) => !inner.filter(false),
        }
    }

    fn is_refused(&self, negated: bool) -> bool {
        match self {
            Self::Compare(name, operator, literal) => {
                let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.:".contains(&byte);
                let is_endless = matches!(literal, Literal::Number(number) if !number.is_finite());
                let is_no_name = name.is_empty() || !name.bytes().all(is_plain);
                is_no_name
                    || (negated && *operator == Operator::Contains)
                    || is_endless && *operator != Operator::Contains
            }
            Self::And(parts) | Self::Or(parts) => parts.iter().any(|part| part.is_refused(negated)),
            Self::Not(inner) => inner.is_refused(!negated),
        }
    }

    fn passes(&self, test: &Test, negated: bool) -> bool {
        let each = |part: &Self| part.passes(test, negated);
        match self {
            Self::Compare(name, operator, literal) => operator
                .opposite_if(negated)
                .holds(test.value(name), &literal.text()),
            Self::And(parts) if negated => parts.iter().any(each),
            Self::Or(parts) if negated => parts.iter().all(each),
            Self::And(parts) => parts.iter().all(each),
            Self::Or(parts) => parts.iter().any(each),
            Self::Not(inner) => inner.passes(test, !negated),
        }
    }
}

impl Operator {
    fn filter(self, field: Field, literal: &Literal) -> Filter {
        let value = literal.value();
        match self {
            Self::Eq => field.eq(value),
            Self::Ne => field.ne(value),
            Self::Gt => field.gt(value),
            Self::Ge => field.ge(value),
            Self::Lt => field.lt(value),
            Self::Le => field.le(value),
            Self::Contains => field.contains(literal.text()),
        }
    }

    fn opposite_if(self, negated: bool) -> Self {
        match self {
            Self::Eq if negated => Self::Ne,
            Self::Ne if negated => Self::Eq,
            Self::Gt if negated => Self::Le,
            Self::Ge if negated => Self::Lt,
            Self::Lt if negated => Self::Ge,
            Self::Le if negated => Self::Gt,
            same => same,
        }
    }

    /// As the sandbox's documentation tells it: numbers as numbers, what is missing equals nothing.
    fn holds(self, found: Option<&str>, wanted: &str) -> bool {
        let Some(found) = found else {
            return self == Self::Ne;
        };
        let order = match (found.parse::<f64>(), wanted.parse::<f64>()) {
            (Ok(found), Ok(wanted)) => found.partial_cmp(&wanted),
            _ => Some(found.cmp(wanted)),
        };
        match self {
            Self::Eq => order == Some(Ordering::Equal),
            Self::Ne => order != Some(Ordering::Equal),
            Self::Gt => order == Some(Ordering::Greater),
            Self::Ge => order.is_some_and(Ordering::is_ge),
            Self::Lt => order == Some(Ordering::Less),
            Self::Le => order.is_some_and(Ordering::is_le),
            Self::Contains => found.to_lowercase().contains(&wanted.to_lowercase()),
        }
    }
}

impl Literal {
    fn value(&self) -> Value {
        match self {
            Self::Text(text) => text.as_str().into(),
            Self::Whole(number) => (*number).into(),
            Self::Number(number) => (*number).into(),
            Self::Truth(truth) => (*truth).into(),
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Whole(number) => number.to_string(),
            Self::Number(number) => number.to_string(),
            Self::Truth(truth) => truth.to_string(),
        }
    }
}

/// Pieces of the grammar, and whatever else.
fn text(u: &mut Unstructured<'_>) -> Result<String> {
    const PIECES: [&str; 20] = [
        "'", "''", " AND ", " or ", "(", ")", "=", "~", "!=", "5", "5.0", "nan", "inf", "é", "\n",
        "%27", "+&#", "\\", "title", "1",
    ];
    let mut text = String::new();
    for _ in 0..u.int_in_range(0..=4)? {
        match u.int_in_range(0..=PIECES.len())? {
            at if at < PIECES.len() => text += PIECES[at],
            _ => text.push(u.arbitrary()?),
        }
    }
    Ok(text)
}
