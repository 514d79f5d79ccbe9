//! What an item or a test declares: responses with their correct values and scores, and outcomes.

use std::sync::Arc;

use super::open_enum::open_enum;
use crate::parse::dom::Element;

open_enum! {
    /// How many values a variable holds, and how they hang together.
    Cardinality {
        /// One value:
        Single = "single",
        /// A set of values:
        Multiple = "multiple",
        /// A list of values in order:
        Ordered = "ordered",
        /// Values with a name each:
        Record = "record",
    }
}

open_enum! {
    /// The type of a value.
    BaseType {
        /// An identifier, as of a choice:
        Identifier = "identifier",
        /// True or false:
        Boolean = "boolean",
        /// A whole number:
        Integer = "integer",
        /// A decimal number:
        Float = "float",
        /// Text:
        String = "string",
        /// Two whole numbers, a place in an image:
        Point = "point",
        /// Two identifiers without order:
        Pair = "pair",
        /// Two identifiers, from the first to the second:
        DirectedPair = "directedPair",
        /// A length of time in seconds:
        Duration = "duration",
        /// An uploaded file:
        File = "file",
        /// An address:
        Uri = "uri",
        /// A scoring state:
        IntOrIdentifier = "intOrIdentifier",
    }
}

/// One value, as a document writes it.
///
/// ```
/// use qti_xml::ItemView;
///
/// let item = ItemView::parse(
///     r#"<qti-assessment-item identifier="i1">
///          <qti-response-declaration identifier="RESPONSE" cardinality="multiple" base-type="directedPair">
///            <qti-correct-response><qti-value>drop liquid</qti-value></qti-correct-response>
///          </qti-response-declaration>
///        </qti-assessment-item>"#,
/// )?;
/// let correct = &item.response_declarations[0].correct;
/// assert_eq!(correct[0].text, "drop liquid");
/// assert_eq!(correct[0].pair(), Some(("drop", "liquid")));
/// # Ok::<(), qti_xml::XmlError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Value {
    /// The value's text, without white space at its ends.
    pub text: String,
    /// Its type: its own in a record, else that of its declaration.
    pub base_type: Option<BaseType>,
    /// The field's name, in a record.
    pub field_identifier: Option<String>,
}

impl Value {
    /// Both identifiers of a pair or a directed pair; `None` for a value of another type.
    pub fn pair(&self) -> Option<(&str, &str)> {
        if !matches!(
            self.base_type,
            Some(BaseType::Pair | BaseType::DirectedPair)
        ) {
            return None;
        }
        let mut identifiers = self.text.split_whitespace();
        let pair = (identifiers.next()?, identifiers.next()?);
        identifiers.next().is_none().then_some(pair)
    }
}

/// A response variable: what a candidate's answer is, and which answer is right.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ResponseDeclaration {
    /// The identifier that interactions and answers name, often `RESPONSE`.
    pub identifier: String,
    /// How many values the answer has.
    pub cardinality: Option<Cardinality>,
    /// The type of its values; absent for records.
    pub base_type: Option<BaseType>,
    /// All values of the correct answer, in the document's order; empty if none is declared.
    pub correct: Vec<Value>,
    /// The answer that is set before the candidate gives one.
    pub default: Vec<Value>,
    /// Scores by answer, for the templates that map.
    pub mapping: Option<Mapping>,
    /// Scores by area of an image.
    pub area_mapping: Option<AreaMapping>,
}

/// Scores for the values of an answer.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Mapping {
    /// The score of a value that no entry names; QTI's default is 0.
    pub default_value: Option<f64>,
    /// The lowest sum.
    pub lower_bound: Option<f64>,
    /// The highest sum.
    pub upper_bound: Option<f64>,
    /// The scores of single values.
    pub entries: Vec<MapEntry>,
}

/// The score of one value.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct MapEntry {
    /// The value.
    pub key: String,
    /// Its score; `None` if it is absent or not a number.
    pub value: Option<f64>,
    /// Whether text must match in case; QTI's default is that it must.
    pub case_sensitive: bool,
}

/// Scores for points in areas of an image.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct AreaMapping {
    /// The score of a point in no area; QTI's default is 0.
    pub default_value: Option<f64>,
    /// The lowest sum.
    pub lower_bound: Option<f64>,
    /// The highest sum.
    pub upper_bound: Option<f64>,
    /// The scores of the areas.
    pub entries: Vec<AreaMapEntry>,
}

/// The score of one area.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct AreaMapEntry {
    /// `circle`, `rect`, `poly`, `ellipse` or `default`.
    pub shape: String,
    /// The shape's coordinates in pixels, comma-separated as in an HTML image map.
    pub coords: String,
    /// Its score; `None` if it is absent or not a number.
    pub value: Option<f64>,
}

/// An outcome variable: what comes of an answer, such as a score.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct OutcomeDeclaration {
    /// The identifier, often `SCORE`.
    pub identifier: String,
    /// How many values it has.
    pub cardinality: Option<Cardinality>,
    /// The type of its values.
    pub base_type: Option<BaseType>,
    /// The values it starts with.
    pub default: Vec<Value>,
    /// The highest value it normally takes.
    pub normal_maximum: Option<f64>,
    /// The lowest value it normally takes.
    pub normal_minimum: Option<f64>,
    /// The value from which the subject counts as mastered.
    pub mastery_value: Option<f64>,
    /// Who scores it outside of the item's own processing: `human`, `externalMachine`.
    pub external_scored: Option<String>,
}

impl ResponseDeclaration {
    pub(super) fn read(element: &Element) -> Self {
        let base_type = element.attribute("base-type").map(BaseType::from);
        Self {
            identifier: element.identifier_attribute(),
            cardinality: element.attribute("cardinality").map(Cardinality::from),
            correct: values(element, "correct-response", base_type.as_ref()),
            default: values(element, "default-value", base_type.as_ref()),
            mapping: element.qti_child("mapping").map(Mapping::read),
            area_mapping: element.qti_child("area-mapping").map(AreaMapping::read),
            base_type,
        }
    }
}

impl OutcomeDeclaration {
    pub(super) fn read(element: &Element) -> Self {
        let base_type = element.attribute("base-type").map(BaseType::from);
        Self {
            identifier: element.identifier_attribute(),
            cardinality: element.attribute("cardinality").map(Cardinality::from),
            default: values(element, "default-value", base_type.as_ref()),
            normal_maximum: element.decimal("normal-maximum"),
            normal_minimum: element.decimal("normal-minimum"),
            mastery_value: element.decimal("mastery-value"),
            external_scored: element.text_attribute("external-scored"),
            base_type,
        }
    }
}

/// The `qti-value`s in the child of this name.
fn values(declaration: &Element, holder: &str, base_type: Option<&BaseType>) -> Vec<Value> {
    let value = |element: &Arc<Element>| Value {
        text: element.string_value().trim().to_owned(),
        base_type: element
            .attribute("base-type")
            .map(BaseType::from)
            .or_else(|| base_type.cloned()),
        field_identifier: element.text_attribute("field-identifier"),
    };
    declaration
        .qti_children(holder)
        .flat_map(|holder| holder.qti_children("value"))
        .map(value)
        .collect()
}

impl Mapping {
    fn read(element: &Arc<Element>) -> Self {
        let entry = |entry: &Arc<Element>| MapEntry {
            key: entry.text_attribute("map-key").unwrap_or_default(),
            value: entry.decimal("mapped-value"),
            case_sensitive: entry.flag_or("case-sensitive", true),
        };
        Self {
            default_value: element.decimal("default-value"),
            lower_bound: element.decimal("lower-bound"),
            upper_bound: element.decimal("upper-bound"),
            entries: element.qti_children("map-entry").map(entry).collect(),
        }
    }
}

impl AreaMapping {
    fn read(element: &Arc<Element>) -> Self {
        let entry = |entry: &Arc<Element>| AreaMapEntry {
            shape: entry.text_attribute("shape").unwrap_or_default(),
            coords: entry.text_attribute("coords").unwrap_or_default(),
            value: entry.decimal("mapped-value"),
        };
        Self {
            default_value: element.decimal("default-value"),
            lower_bound: element.decimal("lower-bound"),
            upper_bound: element.decimal("upper-bound"),
            entries: element.qti_children("area-map-entry").map(entry).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::item;
    use super::*;
    use crate::parse::dom::parse;

    fn declaration(attributes: &str, content: &str) -> ResponseDeclaration {
        let xml = format!(
            "<qti-response-declaration identifier='R' {attributes}>{content}</qti-response-declaration>"
        );
        ResponseDeclaration::read(&parse(&xml).unwrap().root)
    }

    fn texts(values: &[Value]) -> Vec<&str> {
        values.iter().map(|value| value.text.as_str()).collect()
    }

    #[test]
    fn all_correct_values_are_read_in_order() {
        let correct = "<qti-correct-response>\n<qti-value> C </qti-value><!-- x --><qti-value><![CDATA[A & B]]></qti-value>\
                       </qti-correct-response>";
        let read = declaration("cardinality='ordered' base-type='identifier'", correct);
        assert_eq!(texts(&read.correct), ["C", "A & B"]);
        assert_eq!(read.cardinality, Some(Cardinality::Ordered));
        assert_eq!(read.base_type, Some(BaseType::Identifier));
    }

    #[test]
    fn record_fields_have_their_own_names_and_types() {
        let correct = "<qti-correct-response><qti-value field-identifier='x' base-type='integer'>4</qti-value>\
                       <qti-value field-identifier='unit' base-type='string'>m/s</qti-value></qti-correct-response>";
        let read = declaration("cardinality='record'", correct);
        let fields: Vec<_> = read
            .correct
            .iter()
            .map(|v| (v.field_identifier.as_deref(), v.base_type.clone()))
            .collect();
        assert_eq!(
            fields,
            [
                (Some("x"), Some(BaseType::Integer)),
                (Some("unit"), Some(BaseType::String))
            ]
        );
    }

    #[test]
    fn only_values_of_pair_types_are_pairs() {
        let first = |base_type: &str, text: &str| {
            let correct = format!(
                "<qti-correct-response><qti-value>{text}</qti-value></qti-correct-response>"
            );
            declaration(&format!("base-type='{base_type}'"), &correct)
                .correct
                .remove(0)
        };
        assert_eq!(first("pair", "A \n B").pair(), Some(("A", "B")));
        assert_eq!(first("directedPair", "B A").pair(), Some(("B", "A")));
        assert_eq!(first("point", "10 20").pair(), None);
        assert_eq!(first("pair", "A").pair(), None);
        assert_eq!(first("pair", "A B C").pair(), None);
    }

    #[test]
    fn mappings_keep_defaults_bounds_and_case() {
        let mapping = "<qti-mapping default-value='-0.5' upper-bound='2'><qti-map-entry map-key='a' mapped-value='1'/>\
                       <qti-map-entry map-key='b' mapped-value='NaN' case-sensitive='false'/></qti-mapping>\
                       <qti-area-mapping><qti-area-map-entry shape='circle' coords='1,2,3' mapped-value='1'/></qti-area-mapping>";
        let read = declaration("", mapping);
        let (mapping, areas) = (read.mapping.unwrap(), read.area_mapping.unwrap());
        assert_eq!(
            (
                mapping.default_value,
                mapping.lower_bound,
                mapping.upper_bound
            ),
            (Some(-0.5), None, Some(2.0))
        );
        let entries: Vec<_> = mapping
            .entries
            .iter()
            .map(|e| (e.key.as_str(), e.value, e.case_sensitive))
            .collect();
        assert_eq!(entries, [("a", Some(1.0), true), ("b", None, false)]);
        assert_eq!(
            (
                areas.entries[0].shape.as_str(),
                areas.entries[0].coords.as_str()
            ),
            ("circle", "1,2,3")
        );
    }

    #[test]
    fn a_bare_declaration_and_unknown_names_are_read() {
        let read = declaration("cardinality='bag' base-type='molecule'", "");
        assert_eq!(read.cardinality, Some(Cardinality::Other("bag".into())));
        assert_eq!(read.base_type.unwrap().as_str(), "molecule");
        assert!(read.correct.is_empty() && read.mapping.is_none());
    }

    #[test]
    fn outcomes_keep_their_defaults_and_bounds() {
        let view = item(
            "<qti-outcome-declaration identifier='SCORE' cardinality='single' base-type='float' normal-maximum='2' external-scored='human'>
               <qti-default-value><qti-value>0.5</qti-value></qti-default-value></qti-outcome-declaration>",
        );
        let score = &view.outcome_declarations[0];
        assert_eq!(
            (score.default[0].text.as_str(), score.normal_maximum),
            ("0.5", Some(2.0))
        );
        assert_eq!(score.external_scored.as_deref(), Some("human"));
    }
}
