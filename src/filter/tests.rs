//! What is sent for a filter, and what is refused.

use std::time::{Duration, SystemTime};

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
        (field("x").eq(7_usize), "x=7"),
        (field("x").eq(usize::MAX), "x=18446744073709551615"),
        (field("x").eq(isize::MIN), "x=-9223372036854775808"),
        (field("x").eq(0.1_f32), "x=0.1"),
        (
            field("x").eq(f32::MAX),
            "x=340282350000000000000000000000000000000",
        ),
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
fn a_negated_filter_passes_what_the_filter_does_not() {
    let inner = field("x")
        .eq(1)
        .and(field("y").gt(2).or(field("z").le("c")));
    assert_eq!((!inner.clone()).to_string(), "x!=1 OR (y<=2 AND z>'c')");
    assert_eq!(!!inner.clone(), inner);
    for (filter, negated) in [
        (field("x").ne(1), "x=1"),
        (field("x").ge(1), "x<1"),
        (field("x").lt(1), "x>=1"),
        (field("x").one_of(["a", "b"]), "x!='a' AND x!='b'"),
        (field("x").one_of::<&str>([]), "x!='' OR x=''"),
    ] {
        assert_eq!((!filter).to_string(), negated);
    }
}

#[test]
fn a_negation_that_the_api_cannot_say_is_refused() {
    let contains = field("title").contains("a");
    let refused = (!contains.clone().or(field("x").eq(1)))
        .check()
        .unwrap_err();
    assert!(refused.to_string().contains("title"), "{refused}");
    (!!contains).check().unwrap();
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
    assert!(field("x").eq(f32::NAN).check().is_err());
    assert!(field("x").eq(f32::NEG_INFINITY).check().is_err());
    for time in [
        SystemTime::UNIX_EPOCH - Duration::from_secs(1),
        SystemTime::UNIX_EPOCH + Duration::from_secs(300_000_000_000),
    ] {
        assert!(field("createdAt").ge(time).check().is_err());
    }
    field("metadata.subject").eq("x").check().unwrap();
}
