//! What the API's JSON form of an entity says that its XML does not: a write of the XML would lose it.

use qti_xml::Element;
use serde_json::{Map, Value};

use super::json_form::{FLAGS, Form, Held};

/// Whether a field with this value says anything, and is not the service's own.
type Counts<'c> = &'c dyn Fn(&str, &Value) -> bool;

const IDENTIFIER: &str = "identifier";
/// The service numbers sections by their order.
const SEQUENCE: &str = "sequence";

impl Form {
    /// Whether the field is a list of objects that elements become.
    pub(crate) fn has_list(&self, field: &str) -> bool {
        let mut children = self.children.iter();
        children.any(|(_, held)| matches!(held, Held::List(name, _) if *name == field))
    }

    /// The fields of an answer that the element does not say, as far as they count. Of a list of objects only those stay
    /// that have such fields, each with its identifier.
    pub(crate) fn beyond_xml(
        &self,
        element: &Element,
        json: &Map<String, Value>,
        counts: Counts<'_>,
    ) -> Map<String, Value> {
        let mut beyond = Map::new();
        let fields = json.iter().filter(|(name, _)| *name != IDENTIFIER);
        for (name, value) in fields.filter(|(name, value)| counts(name, value)) {
            let mut children = self.children.iter();
            let rest = match (children.find(|(_, held)| held.field() == Some(name)), value) {
                (Some((child, Held::List(_, form))), Value::Array(list)) => {
                    let elements = named(element, child).collect();
                    Value::Array(form.list_beyond_xml(elements, list, counts))
                }
                (Some((child, Held::Object(_, form))), Value::Object(object)) => {
                    match named(element, child).next() {
                        Some(element) => Value::Object(form.beyond_xml(&element, object, counts)),
                        None => value.clone(),
                    }
                }
                (Some((_, Held::Own(_))), value) => value.clone(),
                _ if self.is_said(element, name) || is_default(name, value) => continue,
                _ => value.clone(),
            };
            let is_left = match &rest {
                Value::Array(entries) => !entries.is_empty(),
                Value::Object(fields) => !fields.is_empty(),
                _ => true,
            };
            if is_left {
                beyond.insert(name.clone(), rest);
            }
        }
        beyond
    }

    /// Whether the element has an attribute or a child element of the field's name.
    fn is_said(&self, element: &Element, field: &str) -> bool {
        let is_it = |name: &str| plain(name).eq(plain(field));
        let mut known = self.attributes.iter().filter(|(_, known)| *known == field);
        known.any(|(attribute, _)| element.attribute(attribute).is_some())
            || element
                .attributes()
                .any(|attribute| is_it(attribute.local_name()))
            || element
                .children()
                .any(|child| child.qti_name().is_some_and(is_it))
    }

    fn list_beyond_xml(
        &self,
        elements: Vec<Element>,
        list: &[Value],
        counts: Counts<'_>,
    ) -> Vec<Value> {
        let is_in_order = list.is_sorted_by(|one, next| {
            let sequences = one[SEQUENCE].as_f64().zip(next[SEQUENCE].as_f64());
            sequences.is_none_or(|(one, next)| one < next)
        });
        let mut elements: Vec<_> = elements.into_iter().map(Some).collect();
        let rests = list.iter().map(|entry| {
            let identifier = entry[IDENTIFIER].as_str();
            let mut elements = elements.iter_mut();
            let its = elements.find_map(|element| {
                element.take_if(|element| element.attribute(IDENTIFIER) == identifier)
            });
            let Some((entry, element)) = entry.as_object().zip(its) else {
                // The XML has nothing of it.
                return (identifier, entry.as_object().cloned().unwrap_or_default());
            };
            let mut rest = self.beyond_xml(&element, entry, counts);
            if let (false, Some(sequence)) = (is_in_order, entry.get(SEQUENCE)) {
                rest.insert(SEQUENCE.to_owned(), sequence.clone());
            }
            (identifier, rest)
        });
        let rests: Vec<_> = rests.collect();
        // Which of several with one identifier is meant is told by their order, so that all of them stay.
        let stays = |identifier| {
            let mut rests = rests.iter();
            rests.any(|(other, rest)| *other == identifier && !rest.is_empty())
        };
        let kept = rests.iter().filter(|(identifier, _)| stays(*identifier));
        let kept = kept.map(|(identifier, rest)| {
            let mut entry = Map::new();
            entry.insert(
                IDENTIFIER.to_owned(),
                identifier.map_or(Value::Null, Into::into),
            );
            entry.extend(rest.clone());
            Value::Object(entry)
        });
        kept.collect()
    }
}

/// The place of the first field that is not the metadata, which is written by itself.
pub(crate) fn first_place(beyond: &Map<String, Value>) -> Option<String> {
    let (name, value) = beyond.iter().find(|(name, _)| *name != "metadata")?;
    Some(place(name, value))
}

fn place(name: &str, value: &Value) -> String {
    let entries = value.as_array().into_iter().flatten();
    let inner = entries.filter_map(Value::as_object).find_map(|entry| {
        let identifier = entry.get(IDENTIFIER)?.as_str()?;
        let (field, value) = entry.iter().find(|(field, _)| *field != IDENTIFIER)?;
        Some(format!("{name}[{identifier}].{}", place(field, value)))
    });
    inner.unwrap_or_else(|| name.to_owned())
}

/// A name without what tells the XML's from the JSON's: `qti-pre-condition`, `navigationMode`.
fn plain(name: &str) -> impl Iterator<Item = char> + '_ {
    let name = name.strip_prefix("qti-").unwrap_or(name);
    name.chars()
        .filter(|c| *c != '-')
        .map(|c| c.to_ascii_lowercase())
}

fn is_default(name: &str, value: &Value) -> bool {
    let mut flags = FLAGS.iter();
    let is_flag = flags.any(|(flag, default)| *flag == name && value == default);
    is_flag || name == SEQUENCE
}

pub(super) fn named<'e>(
    parent: &'e Element,
    name: &'e str,
) -> impl Iterator<Item = Element> + use<'e> {
    let children = parent.children();
    children.filter(move |child| child.qti_name() == Some(name))
}

#[cfg(test)]
mod tests {
    use super::super::json_form::JsonForm;
    use super::*;
    use serde_json::json;

    const XML: &str = "<qti-assessment-test identifier='t' title='T'>
        <qti-outcome-declaration identifier='S' cardinality='single' base-type='float' external-scored='human'/>
        <qti-test-part identifier='p' navigation-mode='linear' submission-mode='individual'>
          <qti-assessment-section identifier='a' title='A' visible='true'>
            <qti-pre-condition><qti-null/></qti-pre-condition>
            <qti-assessment-item-ref identifier='i' href='i.xml' category='easy'/>
            <qti-assessment-item-ref identifier='i' href='i.xml'/>
          </qti-assessment-section>
          <qti-assessment-section identifier='b' title='B' visible='true' required='true'/>
        </qti-test-part></qti-assessment-test>";

    fn counts(name: &str, value: &Value) -> bool {
        !["_id", "content", "rawXml"].contains(&name) && *value != json!([]) && !value.is_null()
    }

    /// The answer to it, with this in the places of a part, its first section and its second item reference.
    fn answer(part: &Value, section: &Value, item: &Value) -> Map<String, Value> {
        let with = |mut fields: Value, more: &Value| {
            let object = fields.as_object_mut().unwrap();
            object.extend(more.as_object().unwrap().clone());
            fields
        };
        let item = with(
            json!({"identifier": "i", "href": "https://example.org/i"}),
            item,
        );
        let section = with(
            json!({"identifier": "a", "title": "A", "visible": true, "required": true, "fixed": false, "sequence": 1,
                "_id": "1", "qti-pre-condition": [{"qti-null": ""}], "qti-branch-rule": [],
                "qti-assessment-item-ref": [{"identifier": "i", "href": "x", "category": ["easy"]}, item]}),
            section,
        );
        let other = json!({"identifier": "b", "title": "B", "visible": true, "required": true, "sequence": 2});
        let part = with(
            json!({"identifier": "p", "navigationMode": "linear", "submissionMode": "individual", "rawXml": "<p/>",
                "content": {"a": 1}, "qti-assessment-section": [section, other]}),
            part,
        );
        let test = json!({"qti-test-part": [part], "qti-outcome-declaration": [{"identifier": "S",
            "cardinality": "single", "baseType": "float", "externalScored": "human"}]});
        test.as_object().unwrap().clone()
    }

    fn beyond(answer: &Map<String, Value>) -> Value {
        let root = Element::parse(XML).unwrap();
        Form::of(JsonForm::Test)
            .beyond_xml(&root, answer, &counts)
            .into()
    }

    #[test]
    fn what_the_xml_says_and_what_the_service_adds_is_not_beyond_it() {
        let nothing = json!({});
        assert_eq!(beyond(&answer(&nothing, &nothing, &nothing)), json!({}));
    }

    #[test]
    fn a_field_of_any_depth_that_the_xml_does_not_say_stays_with_where_it_belongs() {
        let nothing = json!({});
        let section = |fields: Value| {
            let mut section = json!({"identifier": "a"});
            section
                .as_object_mut()
                .unwrap()
                .extend(fields.as_object().unwrap().clone());
            json!({"qti-test-part": [{"identifier": "p", "qti-assessment-section": [section]}]})
        };
        for (part, first, item, expected, place) in [
            (
                json!({"novelty": 1}),
                &nothing,
                &nothing,
                json!({"qti-test-part": [{"identifier": "p", "novelty": 1}]}),
                "qti-test-part[p].novelty",
            ),
            (
                nothing.clone(),
                &json!({"fixed": true}),
                &nothing,
                section(json!({"fixed": true})),
                "qti-test-part[p].qti-assessment-section[a].fixed",
            ),
            (
                nothing.clone(),
                &json!({"required": false}),
                &nothing,
                section(json!({"required": false})),
                "qti-test-part[p].qti-assessment-section[a].required",
            ),
            (
                nothing.clone(),
                &json!({"qti-branch-rule": [{"target": "x"}]}),
                &nothing,
                section(json!({"qti-branch-rule": [{"target": "x"}]})),
                "qti-test-part[p].qti-assessment-section[a].qti-branch-rule",
            ),
            (
                nothing.clone(),
                &nothing,
                // The order of two references to one item tells which of them it is.
                &json!({"weight": 0.5}),
                section(
                    json!({"qti-assessment-item-ref": [{"identifier": "i"}, {"identifier": "i", "weight": 0.5}]}),
                ),
                "qti-test-part[p].qti-assessment-section[a].qti-assessment-item-ref[i].weight",
            ),
        ] {
            let found = beyond(&answer(&part, first, item));
            assert_eq!(found, expected);
            assert_eq!(
                first_place(found.as_object().unwrap()).as_deref(),
                Some(place)
            );
        }
    }

    #[test]
    fn what_a_form_is_made_of_comes_back_from_it() {
        let first = json!({"fixed": true, "sequence": 5});
        let answer = answer(&json!({"novelty": 1}), &first, &json!({"weight": 0.5}));
        let root = Element::parse(XML).unwrap();
        let form = Form::of(JsonForm::Test);
        let beyond = form.beyond_xml(&root, &answer, &counts);
        let mut fields = form.read(&root);
        form.add(&mut fields, &beyond).unwrap();
        let part = &fields["qti-test-part"][0];
        let sections = &part["qti-assessment-section"];
        assert_eq!(
            (&part["novelty"], &sections[0]["fixed"]),
            (&json!(1), &json!(true))
        );
        let sequences = (&sections[0]["sequence"], &sections[1]["sequence"]);
        assert_eq!(
            sequences,
            (&json!(5), &json!(2)),
            "the order that only they tell"
        );
        assert_eq!(
            sections[0]["qti-assessment-item-ref"][0]["weight"],
            Value::Null
        );
        assert_eq!(
            sections[0]["qti-assessment-item-ref"][1]["weight"],
            json!(0.5)
        );
        assert_eq!(form.beyond_xml(&root, &fields, &counts), beyond);

        for (beyond, place) in [
            (
                json!({"qti-test-part": [{"identifier": "gone", "novelty": 1}]}),
                "qti-test-part[gone]",
            ),
            (json!({"title": "Another"}), "title"),
            (
                json!({"qti-test-part": [{"identifier": "p", "navigationMode": "nonlinear"}]}),
                "qti-test-part[p].navigationMode",
            ),
        ] {
            let refused = form.add(&mut form.read(&root), beyond.as_object().unwrap());
            assert_eq!(refused, Err(place.to_owned()));
        }
    }
}
