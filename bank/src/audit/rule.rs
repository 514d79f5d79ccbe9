//! The rules of an audit: each with its code, how bad a finding of it is, and what it is about.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing, and often as it is meant to be.
    Note,
    /// Something is likely to go wrong for a candidate or for a later write.
    Warning,
    /// Something is broken.
    Error,
}

impl Severity {
    /// Its word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Declares the rules: for each its code, its severity and a line about it.
macro_rules! rules {
    ($($(#[$attribute:meta])* $name:ident = $code:literal, $severity:ident, $about:literal;)+) => {
        /// What an audit looks for. Codes are stable: scripts and baselines may rely on them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Rule {
            $(#[doc = concat!("`", $code, "`: ", $about)] $name,)+
        }

        impl Rule {
            /// All rules.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The stable code.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            /// How bad a finding of it is.
            pub fn severity(self) -> Severity {
                match self { $(Self::$name => Severity::$severity,)+ }
            }

            /// What it is about, in a line.
            pub fn about(self) -> &'static str {
                match self { $(Self::$name => $about,)+ }
            }
        }
    };
}

rules! {
    EntityUnreadable = "entity-unreadable", Error,
        "An entity's files, or what the service answers for it, cannot be read.";
    IdentifierUnaddressable = "identifier-unaddressable", Error,
        "The service lists an entity that no request can name, as no path can carry its identifier.";
    XmlUnreadable = "xml-unreadable", Error,
        "The XML is not well-formed, or its root is not that of its kind.";
    NotQti3 = "not-qti-3", Error,
        "The root is not in the namespace of QTI 3.0, or the text is not in the encoding that it declares.";
    IdentifierMismatch = "identifier-mismatch", Error,
        "The XML names another identifier than the one that the entity is kept under.";
    ReferenceMissing = "reference-missing", Error,
        "A reference leads to an item, a stimulus or a section that is not there.";
    Unreferenced = "unreferenced", Note,
        "No test refers to the item, or no item to the stimulus.";
    DoubleIdentifier = "double-identifier", Error,
        "An identifier that must be unique in its document stands twice.";
    DoubleContent = "double-content", Warning,
        "Two entities say the same under different identifiers.";
    ResponseUndeclared = "response-undeclared", Error,
        "An interaction or a processing rule uses a response variable that is not declared.";
    ResponseUnused = "response-unused", Warning,
        "A response variable is declared, and no interaction answers into it.";
    OutcomeUndeclared = "outcome-undeclared", Warning,
        "A processing rule or feedback uses an outcome variable that is not declared.";
    KeyMissing = "key-missing", Warning,
        "A closed interaction has neither a correct response nor a mapping.";
    KeyNotAChoice = "key-not-a-choice", Error,
        "A correct response or a mapping names something that the interaction does not offer.";
    KeyNotPossible = "key-not-possible", Error,
        "No candidate can give the correct response within the interaction's limits.";
    ProcessingMissing = "processing-missing", Warning,
        "The item has a key, and no response processing that would score it.";
    KeyNotFullScore = "key-not-full-score", Error,
        "The item's own key does not score full marks.";
    WrongAnswerFullScore = "wrong-answer-full-score", Warning,
        "An answer other than the key scores full marks.";
    ScoringFailed = "scoring-failed", Error,
        "The service cannot score the item.";
    FeedbackNeverShown = "feedback-never-shown", Warning,
        "Nothing sets the outcome that would show the feedback.";
    ImageWithoutAlt = "image-without-alt", Warning,
        "An image has no alternative text; an empty one marks decoration.";
    LanguageMissing = "language-missing", Warning,
        "The document does not say in which language it is written.";
    JsonWriteLoses = "json-write-loses", Warning,
        "The next write of a part, a section or the JSON form would drop this from the XML.";
    CountFell = "count-fell", Error,
        "There is less of something than the baseline counted.";
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl Serialize for Rule {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl FromStr for Rule {
    type Err = UnknownRule;

    fn from_str(code: &str) -> Result<Self, UnknownRule> {
        let found = Self::ALL.iter().find(|rule| rule.code() == code);
        found.copied().ok_or_else(|| UnknownRule(code.to_owned()))
    }
}

/// A code that no rule has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not the code of a rule")]
pub struct UnknownRule(String);

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_rule_is_found_by_its_code_and_no_code_stands_twice() {
        let codes: BTreeSet<_> = Rule::ALL.iter().map(|rule| rule.code()).collect();
        assert_eq!(codes.len(), Rule::ALL.len());
        for rule in Rule::ALL {
            assert_eq!(rule.code().parse(), Ok(*rule));
        }
        assert!("no-such-rule".parse::<Rule>().is_err());
    }
}
