//! What a document says, in the API's JSON form.

use qti_xml::Element;
use serde_json::{Map, Value, json};

use super::beyond_xml::named;
use super::json_form::{FLAGS, Form, Held, says};

impl Form {
    /// What the element says, as far as the form has fields for it.
    pub(crate) fn read(&self, element: &Element) -> Map<String, Value> {
        let mut fields = Map::new();
        for (attribute, field) in self.attributes {
            let said = element.attribute(attribute);
            let value = said.and_then(|text| value(field, text));
            fields.extend(value.map(|value| ((*field).to_owned(), value)));
        }
        for (child, held) in self.children {
            let mut elements = named(element, child);
            match held {
                Held::List(field, form) => {
                    let list = elements.enumerate().map(|(index, element)| {
                        let mut entry = form.read(&element);
                        if *field == SECTIONS {
                            entry.insert("sequence".to_owned(), (index + 1).into());
                        }
                        Value::Object(entry)
                    });
                    let list: Vec<_> = list.collect();
                    if !list.is_empty() || *field != OUTCOMES {
                        fields.insert((*field).to_owned(), list.into());
                    }
                }
                Held::Object(field, form) => {
                    let object = elements.next().map(|element| form.read(&element));
                    fields.extend(object.map(|object| ((*field).to_owned(), object.into())));
                }
                Held::Inside(form) => {
                    fields.extend(elements.next().map(|e| form.read(&e)).unwrap_or_default());
                }
                Held::Texts(field) => {
                    let mut texts: Vec<_> = elements.map(|e| json!(e.text().trim())).collect();
                    let value = match texts.len() {
                        0 => continue,
                        1 => texts.remove(0),
                        _ => Value::Array(texts),
                    };
                    fields.insert((*field).to_owned(), value);
                }
                Held::Own(_) | Held::OfWhole(_) | Held::Content => {}
            }
        }
        fields
    }

    /// Adds what the XML does not say, as [`beyond_xml`](Self::beyond_xml) found it; the place of what has lost its
    /// element, or contradicts it.
    pub(crate) fn add(
        &self,
        fields: &mut Map<String, Value>,
        beyond: &Map<String, Value>,
    ) -> Result<(), String> {
        for (name, value) in beyond {
            let mut children = self.children.iter().map(|(_, held)| *held);
            let held = children.find(|held| held.field() == Some(name));
            match (held, fields.get_mut(name), value) {
                (Some(Held::List(_, form)), list, Value::Array(beyond)) => {
                    let list = list.and_then(Value::as_array_mut);
                    form.add_to_list(list.map_or(&mut [], Vec::as_mut_slice), beyond)
                        .map_err(|place| format!("{name}{place}"))?;
                }
                (
                    Some(Held::Object(_, form)),
                    Some(Value::Object(object)),
                    Value::Object(beyond),
                ) => {
                    form.add(object, beyond)
                        .map_err(|place| format!("{name}.{place}"))?;
                }
                (_, Some(said), value) if name != "sequence" && !is_same(said, value) => {
                    return Err(name.clone());
                }
                (_, _, value) => drop(fields.insert(name.clone(), value.clone())),
            }
        }
        Ok(())
    }

    fn add_to_list(&self, list: &mut [Value], beyond: &[Value]) -> Result<(), String> {
        let mut list: Vec<_> = list.iter_mut().map(Some).collect();
        for rest in beyond {
            let mut entries = list.iter_mut();
            let entry = entries
                .find_map(|entry| entry.take_if(|entry| entry["identifier"] == rest["identifier"]));
            let place = format!("[{}]", rest["identifier"].as_str().unwrap_or_default());
            let entry = entry.and_then(Value::as_object_mut).zip(rest.as_object());
            let Some((entry, rest)) = entry else {
                return Err(place);
            };
            self.add(entry, rest)
                .map_err(|field| format!("{place}.{field}"))?;
        }
        Ok(())
    }
}

const SECTIONS: &str = "qti-assessment-section";
/// A test without any is written without the field.
const OUTCOMES: &str = "qti-outcome-declaration";

/// What an attribute's text means in its field; `None` if the field cannot hold it.
fn value(field: &str, text: &str) -> Option<Value> {
    match field {
        _ if FLAGS.iter().any(|(flag, _)| *flag == field) => {
            Some(matches!(text.trim(), "true" | "1").into())
        }
        "timeLimit" | "normalMaximum" | "normalMinimum" => {
            Some(json!(text.trim().parse::<f64>().ok()?))
        }
        _ => Some(text.into()),
    }
}

fn is_same(said: &Value, other: &Value) -> bool {
    match said {
        Value::Number(number) => other.as_f64() == number.as_f64(),
        Value::String(text) => says(other, text),
        said => said == other,
    }
}
