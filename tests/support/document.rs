//! The API document, as tests hold the library against it.

use serde_json::Value;

/// A document whose references can be followed.
pub struct Document(pub Value);

/// One operation of the document.
pub struct Operation {
    pub id: String,
    pub method: String,
    pub path: String,
    /// The names of its query parameters, sorted.
    pub query: Vec<String>,
    /// The schema of its request's body.
    pub body: Option<Value>,
    /// The status of success, and the schema of the body with it.
    pub status: u16,
    pub answer: Option<Value>,
}

impl Document {
    pub fn read() -> Self {
        let text = include_str!("../../openapi/qti-api.yaml");
        Self(serde_saphyr::from_str(text).unwrap())
    }

    /// The schemas, with their names.
    pub fn schemas(&self) -> impl Iterator<Item = (&str, &Value)> {
        let schemas = self.0["components"]["schemas"].as_object().unwrap();
        schemas.iter().map(|(name, schema)| (name.as_str(), schema))
    }

    /// The schema that a reference, or an `allOf` of one, stands for.
    pub fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        if let Some(name) = reference(schema) {
            let target = &self.0["components"]["schemas"][name];
            assert!(target.is_object(), "{name} is not in the document");
            return self.resolve(target);
        }
        match schema["allOf"].as_array().map(Vec::as_slice) {
            Some([one]) => self.resolve(one),
            Some(several) => panic!("an allOf of {} schemas", several.len()),
            None => schema,
        }
    }

    pub fn operations(&self) -> Vec<Operation> {
        let mut operations = Vec::new();
        for (path, methods) in self.0["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                operations.push(self.operation(path, method, operation));
            }
        }
        operations
    }

    fn operation(&self, path: &str, method: &str, operation: &Value) -> Operation {
        let mut query: Vec<_> = list(&operation["parameters"])
            .filter(|parameter| parameter["in"] == "query")
            .map(|parameter| parameter["name"].as_str().unwrap().to_owned())
            .collect();
        query.sort_unstable();
        let responses = operation["responses"].as_object().unwrap();
        let successes: Vec<_> = responses
            .iter()
            .filter(|(status, _)| status.starts_with('2'))
            .collect();
        let [(status, answer)] = successes[..] else {
            panic!("{path}: not one success")
        };
        let schema = |body: &Value| {
            let schema = &body["content"]["application/json"]["schema"];
            schema.is_object().then(|| schema.clone())
        };
        Operation {
            id: operation["operationId"].as_str().unwrap().to_owned(),
            method: method.to_uppercase(),
            path: path.to_owned(),
            query,
            body: schema(&operation["requestBody"]),
            status: status.parse().unwrap(),
            answer: schema(answer),
        }
    }

    /// What is wrong with a value of a schema, with its place. A field that the schema does not name is wrong, too.
    pub fn problem(&self, schema: &Value, value: &Value) -> Option<String> {
        let schema = self.resolve(schema);
        if let Some(forms) = schema["oneOf"].as_array() {
            let problems: Option<Vec<_>> =
                forms.iter().map(|form| self.problem(form, value)).collect();
            return problems.map(|problems| problems.join(", or "));
        }
        let fits = match schema["type"].as_str() {
            Some("object") => return self.problem_of_object(schema, value),
            Some("array") => {
                let mut items = value.as_array()?.iter();
                return items.find_map(|item| self.problem(&schema["items"], item));
            }
            Some("string") => value.is_string(),
            Some("boolean") => value.is_boolean(),
            Some("integer") => value.is_i64(),
            Some("number") => value.is_number(),
            _ => true,
        };
        (!fits).then(|| format!(": {value} is no {}", schema["type"]))
    }

    fn problem_of_object(&self, schema: &Value, value: &Value) -> Option<String> {
        let Some(fields) = value.as_object() else {
            return Some(format!(": {value} is no object"));
        };
        let missing = list(&schema["required"])
            .map(|name| name.as_str().unwrap())
            .find(|name| !fields.contains_key(*name));
        if let Some(name) = missing {
            return Some(format!(".{name} is missing"));
        }
        let properties = schema["properties"].as_object()?;
        fields
            .iter()
            .find_map(|(name, value)| match properties.get(name) {
                Some(schema) => self
                    .problem(schema, value)
                    .map(|problem| format!(".{name}{problem}")),
                None => Some(format!(".{name} is unknown")),
            })
    }
}

/// The name of the schema that is referred to.
pub fn reference(schema: &Value) -> Option<&str> {
    schema["$ref"]
        .as_str()?
        .strip_prefix("#/components/schemas/")
}

pub fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// A body shaped like the live service's, by the name of its schema.
pub fn fixture(name: &str) -> Value {
    let path = format!("{}/tests/fixtures/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap()
}
