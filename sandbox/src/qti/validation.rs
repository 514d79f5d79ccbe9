//! Checks of QTI documents: root element, required attributes, unique identifiers, references to what is declared. The
//! checks are fewer than those of the XSD; the README says what they leave out.

use std::collections::HashSet;

use super::xml::{self, Element};

/// The kind of document that is expected.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Schema {
    Test,
    Item,
    Stimulus,
}

impl Schema {
    /// The names by which requests ask for a schema.
    pub(crate) const NAMES: &[&str] = &["test", "item", "stimulus"];

    /// The schema of that name.
    pub(crate) fn named(name: &str) -> Option<Schema> {
        match name {
            "test" => Some(Schema::Test),
            "item" => Some(Schema::Item),
            "stimulus" => Some(Schema::Stimulus),
            _ => None,
        }
    }

    fn root(self) -> &'static str {
        match self {
            Schema::Test => "qti-assessment-test",
            Schema::Item => "qti-assessment-item",
            Schema::Stimulus => "qti-assessment-stimulus",
        }
    }
}

/// Attributes that an element must have.
const REQUIRED: &[(&str, &[&str])] = &[
    ("qti-assessment-test", &["identifier", "title"]),
    (
        "qti-test-part",
        &["identifier", "navigation-mode", "submission-mode"],
    ),
    (
        "qti-assessment-section",
        &["identifier", "title", "visible"],
    ),
    ("qti-assessment-item-ref", &["identifier", "href"]),
    ("qti-assessment-item", &["identifier", "title"]),
    ("qti-assessment-stimulus", &["identifier", "title"]),
    ("qti-assessment-stimulus-ref", &["identifier", "href"]),
    ("qti-response-declaration", &["identifier", "cardinality"]),
    ("qti-outcome-declaration", &["identifier", "cardinality"]),
    ("qti-template-declaration", &["identifier", "cardinality"]),
    ("qti-simple-choice", &["identifier"]),
    ("qti-inline-choice", &["identifier"]),
    ("qti-hottext", &["identifier"]),
    ("qti-gap", &["identifier"]),
    ("qti-simple-associable-choice", &["identifier"]),
    ("qti-feedback-inline", &["identifier", "outcome-identifier"]),
    ("qti-feedback-block", &["identifier", "outcome-identifier"]),
    ("qti-modal-feedback", &["identifier", "outcome-identifier"]),
    ("qti-set-outcome-value", &["identifier"]),
    ("qti-variable", &["identifier"]),
    ("qti-correct", &["identifier"]),
    ("qti-map-response", &["identifier"]),
    ("qti-map-entry", &["map-key", "mapped-value"]),
];

/// Variables that no item needs to declare. The first four are QTI's; genuine items set the last two without declaring them,
/// and the service stores them.
const BUILT_IN: [&str; 6] = [
    "numAttempts",
    "duration",
    "completionStatus",
    "QTI_CONTEXT",
    "completion_status",
    "SCORE",
];

/// Parses a document; the error lists all that is wrong with it.
pub(crate) fn read(source: &str, schema: Schema) -> Result<Element, Vec<String>> {
    let root =
        xml::parse(source).map_err(|error| vec![format!("The XML is not well-formed: {error}")])?;
    let errors = check(&root, schema);
    if errors.is_empty() {
        Ok(root)
    } else {
        Err(errors)
    }
}

/// All that is wrong with a document that is well-formed.
pub(crate) fn check(root: &Element, schema: Schema) -> Vec<String> {
    if root.name != schema.root() {
        return vec![format!(
            "The root element is <{}>, but must be <{}>",
            root.name,
            schema.root()
        )];
    }
    let mut errors = missing_attributes(root);
    match schema {
        Schema::Test => {
            errors.extend(repeated(root, &["qti-test-part"]));
            errors.extend(repeated(root, &["qti-outcome-declaration"]));
            for part in root.named("qti-test-part") {
                errors.extend(repeated(part, &["qti-assessment-section"]));
            }
            for section in root
                .descendants()
                .filter(|element| element.name == "qti-assessment-section")
            {
                errors.extend(repeated(section, &["qti-assessment-item-ref"]));
            }
        }
        Schema::Item => {
            errors.extend(repeated(
                root,
                &[
                    "qti-response-declaration",
                    "qti-outcome-declaration",
                    "qti-template-declaration",
                ],
            ));
            for interaction in interactions(root) {
                errors.extend(repeated(interaction, CHOICES));
            }
            errors.extend(dangling(root));
        }
        Schema::Stimulus if root.named("qti-stimulus-body").count() != 1 => {
            errors.push("A stimulus has exactly one <qti-stimulus-body>".to_owned());
        }
        Schema::Stimulus => {}
    }
    let mut said = HashSet::new();
    errors.retain(|error| said.insert(error.clone()));
    errors
}

const CHOICES: &[&str] = &[
    "qti-simple-choice",
    "qti-inline-choice",
    "qti-simple-associable-choice",
];

/// The interactions of an item, in the document's order.
pub(crate) fn interactions(root: &Element) -> impl Iterator<Item = &Element> {
    root.descendants().filter(|element| {
        element.name.starts_with("qti-") && element.name.ends_with("-interaction")
    })
}

fn missing_attributes(root: &Element) -> Vec<String> {
    let mut errors = Vec::new();
    for element in root.descendants() {
        let required = REQUIRED
            .iter()
            .find(|(name, _)| *name == element.name)
            .map_or(&[] as &[&str], |(_, attributes)| attributes);
        let interaction =
            element.name.ends_with("-interaction") && element.name.starts_with("qti-");
        let required = required
            .iter()
            .chain(interaction.then_some(&"response-identifier"));
        for attribute in required.filter(|attribute| {
            element
                .attribute(attribute)
                .is_none_or(|value| value.trim().is_empty())
        }) {
            errors.push(format!(
                "<{}> needs the attribute {attribute}",
                element.name
            ));
        }
    }
    errors
}

/// Identifiers that occur more than once among the children of these names.
fn repeated(parent: &Element, names: &[&str]) -> Vec<String> {
    let mut seen = HashSet::new();
    parent
        .elements()
        .filter(|child| names.contains(&child.name.as_str()))
        .filter_map(|child| Some((child, child.attribute("identifier")?)))
        .filter(|(_, identifier)| !seen.insert(*identifier))
        .map(|(child, identifier)| {
            format!(
                "<{}> has the identifier {identifier:?}, which stands before",
                child.name
            )
        })
        .collect()
}

/// References to responses and outcomes that the item does not declare.
fn dangling(root: &Element) -> Vec<String> {
    let declared = |names: &[&str]| -> HashSet<&str> {
        let declarations = root
            .elements()
            .filter(|child| names.contains(&child.name.as_str()));
        declarations
            .filter_map(|child| child.attribute("identifier"))
            .collect()
    };
    let responses = declared(&["qti-response-declaration"]);
    let mut outcomes = declared(&["qti-outcome-declaration"]);
    outcomes.extend(BUILT_IN);
    let mut variables = declared(&["qti-template-declaration"]);
    variables.extend(responses.iter().chain(&outcomes));
    let mut errors = Vec::new();
    for element in root.descendants() {
        let (attribute, known) = match element.name.as_str() {
            name if name.ends_with("-interaction") => ("response-identifier", &responses),
            "qti-feedback-inline" | "qti-feedback-block" | "qti-modal-feedback" => {
                ("outcome-identifier", &outcomes)
            }
            "qti-set-outcome-value" => ("identifier", &outcomes),
            "qti-correct" | "qti-map-response" => ("identifier", &responses),
            "qti-variable" => ("identifier", &variables),
            _ => continue,
        };
        if let Some(identifier) = element
            .attribute(attribute)
            .filter(|identifier| !known.contains(identifier))
        {
            errors.push(format!(
                "<{}> refers to {identifier:?}, which is not declared",
                element.name
            ));
        }
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::{Schema, read};

    fn errors(xml: &str, schema: Schema) -> String {
        read(xml, schema).err().unwrap_or_default().join("\n")
    }

    #[test]
    fn each_kind_of_mistake_is_named() {
        let item = |inside: &str| {
            format!("<qti-assessment-item identifier='i' title='t'>{inside}</qti-assessment-item>")
        };
        let response = "<qti-response-declaration identifier='R' cardinality='single' base-type='identifier'/>";
        for (xml, schema, error) in [
            ("<a>".to_owned(), Schema::Item, "not well-formed"),
            ("<a/>".to_owned(), Schema::Test, "must be <qti-assessment-test>"),
            ("<qti-assessment-item title='t'/>".to_owned(), Schema::Item, "needs the attribute identifier"),
            (item(&response.repeat(2)), Schema::Item, "\"R\", which stands before"),
            (item("<qti-item-body><qti-choice-interaction/></qti-item-body>"), Schema::Item, "needs the attribute response-identifier"),
            (item("<qti-item-body><qti-choice-interaction response-identifier='X'/></qti-item-body>"), Schema::Item, "\"X\", which is not declared"),
            (item("<qti-modal-feedback identifier='a' outcome-identifier='F'/>"), Schema::Item, "\"F\", which is not declared"),
            (item("<qti-response-processing><qti-set-outcome-value identifier='F'/></qti-response-processing>"), Schema::Item, "\"F\", which"),
            (
                item(&format!("{response}<qti-item-body><qti-choice-interaction response-identifier='R'><qti-simple-choice identifier='A'/><qti-simple-choice identifier='A'/></qti-choice-interaction></qti-item-body>")),
                Schema::Item,
                "\"A\", which stands before",
            ),
            ("<qti-assessment-stimulus identifier='s' title='t'/>".to_owned(), Schema::Stimulus, "exactly one <qti-stimulus-body>"),
            (
                "<qti-assessment-test identifier='t' title='t'><qti-test-part identifier='p' navigation-mode='linear' submission-mode='individual'/><qti-test-part identifier='p' navigation-mode='linear' submission-mode='individual'/></qti-assessment-test>".to_owned(),
                Schema::Test,
                "\"p\", which stands before",
            ),
        ] {
            let found = errors(&xml, schema);
            assert!(found.contains(error), "{xml}: {found:?}");
        }
        assert_eq!(errors(&item(response), Schema::Item), "");
        assert_eq!(
            errors(
                "<qti-assessment-stimulus identifier='s' title='t'><qti-stimulus-body/></qti-assessment-stimulus>",
                Schema::Stimulus
            ),
            ""
        );
    }
}
