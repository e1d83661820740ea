//! What starts a run and gives something with it: the inputs of a person, the event of a webhook.

use jsonschema::Validator;
use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use jsonschema::types::JsonType;
use serde_json::{Map, Value as Json, json};

use super::{TriggerKind, Workflow};
use crate::diag::{did_you_mean, one_line};

/// What a run can be given, field by field, read as `trigger.NAME`.
#[derive(Debug, Clone)]
pub struct Given {
    fields: Map<String, Json>,
    validator: Validator,
}

impl Given {
    /// Returns what fields, as JSON Schema properties, take.
    ///
    /// # Errors
    /// With the field whose schema is none, and why.
    pub fn of(fields: &Map<String, Json>) -> Result<Self, (String, String)> {
        for (name, schema) in fields {
            build(schema).map_err(|why| (name.clone(), why))?;
        }
        let required: Vec<&String> = fields
            .iter()
            .filter(|(_, schema)| is_required(schema))
            .map(|(name, _)| name)
            .collect();
        let whole = json!({"type": "object", "properties": fields, "required": required});
        let validator = build(&whole).map_err(|why| (String::new(), why))?;
        Ok(Given {
            fields: fields.clone(),
            validator,
        })
    }

    /// Returns what a run of a workflow is given where somebody starts it: the inputs of a person,
    /// or an event as another system would send it.
    ///
    /// # Errors
    /// As [`Given::of`].
    pub fn by_hand(workflow: &Workflow) -> Result<Self, (String, String)> {
        match &workflow.trigger.kind {
            TriggerKind::Manual(manual) => Self::of(&manual.inputs),
            TriggerKind::Webhook(webhook) => Self::of(&webhook.event),
            _ => Self::of(&Map::new()),
        }
    }

    /// Returns the fields with their schemas.
    pub fn fields(&self) -> &Map<String, Json> {
        &self.fields
    }

    /// Returns what is taken of an event: the known fields. Others may be there.
    ///
    /// # Errors
    /// In words, all that does not fit.
    pub fn of_event(&self, event: &Json) -> Result<Json, Vec<String>> {
        let wrong: Vec<String> = self
            .validator
            .iter_errors(event)
            .take(MOST_TOLD)
            .map(|error| told(&error))
            .collect();
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let taken = self.fields.iter().filter_map(|(name, schema)| {
            let value = event.get(name).or_else(|| schema.get("default"))?;
            Some((name.clone(), value.clone()))
        });
        Ok(Json::Object(taken.collect()))
    }

    /// Returns what is taken of inputs: as an event, but a name that is not known is refused.
    ///
    /// # Errors
    /// In words, all that does not fit.
    pub fn of_inputs(&self, inputs: &Json) -> Result<Json, Vec<String>> {
        let names = inputs.as_object().into_iter().flat_map(Map::keys);
        let unknown: Vec<String> = names
            .filter(|name| !self.fields.contains_key(*name))
            .map(|name| {
                let help = did_you_mean(name, self.fields.keys().map(String::as_str));
                let help = help.unwrap_or_else(|| self.takes());
                format!("There is no input `{name}`. {help}")
            })
            .take(MOST_TOLD)
            .collect();
        if unknown.is_empty() {
            self.of_event(inputs)
        } else {
            Err(unknown)
        }
    }

    /// Returns which inputs there are, in a sentence.
    fn takes(&self) -> String {
        if self.fields.is_empty() {
            return "This workflow takes no inputs.".to_owned();
        }
        let names: Vec<String> = self.fields.keys().map(|n| format!("`{n}`")).collect();
        format!("It takes {}.", names.join(", "))
    }
}

/// Findings that are told at most.
const MOST_TOLD: usize = 10;

/// Has a field to be there? Not where it may be null or has a default.
fn is_required(schema: &Json) -> bool {
    let may_be_null = match schema.get("type") {
        Some(Json::Array(kinds)) => kinds.iter().any(|kind| kind == "null"),
        Some(kind) => kind == "null",
        None => false,
    };
    !may_be_null && schema.get("default").is_none()
}

fn build(schema: &Json) -> Result<Validator, String> {
    jsonschema::draft202012::options()
        .should_validate_formats(true)
        .build(schema)
        .map_err(|e| one_line(&e.to_string(), 200))
}

/// Returns in words what does not fit.
fn told(error: &jsonschema::ValidationError<'_>) -> String {
    let at = error.instance_path().as_str().trim_start_matches('/');
    let at = at.replace('/', ".");
    if let Kind::Required { property } = error.kind() {
        let name = property.as_str().unwrap_or_default();
        let within = if at.is_empty() {
            String::new()
        } else {
            format!(" in `{at}`")
        };
        return format!("`{name}` is missing{within}");
    }
    if let Kind::Type { kind } = error.kind() {
        let value = one_line(&error.instance().to_string(), 60);
        let what = kind_words(kind);
        let of = if at.is_empty() {
            "It".to_owned()
        } else {
            format!("`{at}`")
        };
        return format!("{of} has to be {what}, and is {value}");
    }
    let why = one_line(&error.to_string(), 200);
    if at.is_empty() {
        why
    } else {
        format!("`{at}` does not fit: {why}")
    }
}

/// Returns kinds of values in words.
fn kind_words(kind: &TypeKind) -> String {
    let word = |kind: JsonType| match kind {
        JsonType::Integer => "a whole number",
        JsonType::Number => "a number",
        JsonType::String => "a text",
        JsonType::Boolean => "true or false",
        JsonType::Array => "a list",
        JsonType::Object => "an object with named values",
        JsonType::Null => "null",
    };
    match kind {
        TypeKind::Single(kind) => word(*kind).to_owned(),
        TypeKind::Multiple(kinds) => kinds.iter().map(word).collect::<Vec<_>>().join(" or "),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn given(fields: Json) -> Given {
        Given::of(fields.as_object().unwrap()).unwrap()
    }

    #[test]
    fn known_fields_are_taken_and_what_does_not_fit_is_told() {
        let given = given(
            json!({"email": {"type": "string"}, "seats": {"type": "integer", "minimum": 1},
            "note": {"type": ["string", "null"]}, "plan": {"type": "string", "default": "free"}, "on": {"type": "string", "format": "date"}}),
        );
        let event = json!({"email": "a@b.example", "seats": 3, "on": "2026-11-16", "other": [1]});
        assert_eq!(
            given.of_event(&event).unwrap(),
            json!({"email": "a@b.example", "seats": 3, "plan": "free", "on": "2026-11-16"})
        );
        let wrong = given
            .of_event(&json!({"seats": "3", "on": "soon"}))
            .unwrap_err();
        assert_eq!(wrong.len(), 3, "{wrong:?}");
        assert!(
            wrong.contains(&"`email` is missing".to_owned()),
            "{wrong:?}"
        );
        let seats = wrong.iter().find(|w| w.contains("`seats`")).unwrap();
        assert_eq!(seats, "`seats` has to be a whole number, and is \"3\"");
        assert!(given.of_event(&json!([1])).is_err());
        let unknown = given.of_inputs(&json!({"emial": "x"})).unwrap_err();
        assert!(unknown[0].contains("Did you mean `email`?"), "{unknown:?}");
    }

    #[test]
    fn a_schema_that_is_none_is_named() {
        let fields = json!({"fine": {"type": "string"}, "odd": {"type": "txt"}});
        let (name, why) = Given::of(fields.as_object().unwrap()).unwrap_err();
        assert_eq!(name, "odd");
        assert!(!why.is_empty());
    }
}
