//! The types of values, as far as they are known before the run.

use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::Value as Json;

use crate::spec::FieldType;

/// What is known of a value before the run.
#[derive(Debug, Clone, PartialEq)]
pub enum Type {
    /// Nothing is known.
    Any,
    /// It is always missing.
    Missing,
    /// A text.
    Text,
    /// A text of which all values are known.
    OneOf(Arc<Known>),
    /// A number.
    Number,
    /// A whole number.
    Integer,
    /// True or false.
    Boolean,
    /// A day.
    Date,
    /// A moment.
    Time,
    /// A list.
    List(Box<Type>),
    /// A structure.
    Object(Arc<Shape>),
}

/// All values that a text can have, and where that is known from.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    /// The values.
    pub values: Vec<String>,
    /// Can no other value come? Sample data can only suggest it; a schema or a rule settles it.
    pub certain: bool,
    /// Where from, as in "the sample data".
    pub source: String,
}

/// The fields of a structure.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    /// The fields with their types.
    pub fields: IndexMap<String, Type>,
    /// May it hold other fields too?
    pub open: bool,
}

impl Type {
    /// Returns a structure with just these fields.
    pub fn object(fields: impl IntoIterator<Item = (String, Type)>) -> Self {
        Type::Object(Arc::new(Shape {
            fields: fields.into_iter().collect(),
            open: false,
        }))
    }

    /// Returns a list of something.
    pub fn list(item: Type) -> Self {
        Type::List(Box::new(item))
    }

    /// Returns a text with known values.
    pub fn one_of(values: Vec<String>, certain: bool, source: impl Into<String>) -> Self {
        Type::OneOf(Arc::new(Known {
            values,
            certain,
            source: source.into(),
        }))
    }

    /// Returns the type that a JSON Schema describes.
    pub fn from_schema(schema: &Json) -> Self {
        if let Some(values) = schema.get("enum").and_then(Json::as_array) {
            let texts: Vec<String> = values
                .iter()
                .filter_map(Json::as_str)
                .map(str::to_owned)
                .collect();
            if texts.len() == values.iter().filter(|v| !v.is_null()).count() {
                return Type::one_of(texts, true, "its schema");
            }
        }
        let kind = match schema.get("type") {
            Some(Json::String(kind)) => kind.as_str(),
            Some(Json::Array(kinds)) => {
                let mut real = kinds
                    .iter()
                    .filter_map(Json::as_str)
                    .filter(|k| *k != "null");
                match (real.next(), real.next()) {
                    (Some(kind), None) => kind,
                    _ => return Type::Any,
                }
            }
            _ if schema.get("properties").is_some() => "object",
            _ => return Type::Any,
        };
        match kind {
            "string" => match schema.get("format").and_then(Json::as_str) {
                Some("date") => Type::Date,
                Some("date-time") => Type::Time,
                _ => Type::Text,
            },
            "number" => Type::Number,
            "integer" => Type::Integer,
            "boolean" => Type::Boolean,
            "null" => Type::Missing,
            "array" => Type::list(schema.get("items").map_or(Type::Any, Type::from_schema)),
            "object" => match schema.get("properties").and_then(Json::as_object) {
                Some(properties) => Type::Object(Arc::new(Shape {
                    fields: properties
                        .iter()
                        .map(|(n, s)| (n.clone(), Type::from_schema(s)))
                        .collect(),
                    open: schema
                        .get("additionalProperties")
                        .is_some_and(|a| a != &Json::Bool(false)),
                })),
                None => Type::Any,
            },
            _ => Type::Any,
        }
    }

    /// Returns the type that holds both.
    #[must_use]
    pub fn or(self, other: Type) -> Type {
        match (self, other) {
            (a, b) if a == b => a,
            (Type::Missing, b) => b,
            (a, Type::Missing) => a,
            (Type::OneOf(a), Type::OneOf(b)) => {
                let mut values = a.values.clone();
                values.extend(b.values.iter().filter(|v| !a.values.contains(v)).cloned());
                Type::one_of(values, a.certain && b.certain, a.source.clone())
            }
            (Type::Number, Type::Integer) | (Type::Integer, Type::Number) => Type::Number,
            (Type::OneOf(_), Type::Text) | (Type::Text, Type::OneOf(_)) => Type::Text,
            (Type::List(a), Type::List(b)) => Type::list(a.or(*b)),
            _ => Type::Any,
        }
    }

    /// Returns the structure in which a field may also be of another type.
    pub fn with_field(self, name: &str, kind: Type) -> Type {
        let Type::Object(shape) = self else {
            return self;
        };
        let fields = shape.fields.iter();
        let mut fields: IndexMap<String, Type> =
            fields.map(|(n, t)| (n.clone(), t.clone())).collect();
        let joined = match fields.shift_remove(name) {
            Some(known) => known.or(kind),
            None => kind,
        };
        fields.insert(name.to_owned(), joined);
        Type::Object(Arc::new(Shape {
            fields,
            open: shape.open,
        }))
    }

    /// Is it a number?
    pub fn is_number(&self) -> bool {
        matches!(self, Type::Number | Type::Integer)
    }

    /// Is it held as text?
    pub fn is_text(&self) -> bool {
        matches!(self, Type::Text | Type::OneOf(_) | Type::Date | Type::Time)
    }

    /// Is nothing certain about it, so that nothing can be said against its use?
    pub fn is_open(&self) -> bool {
        matches!(self, Type::Any | Type::Missing)
    }

    /// Returns what it is, in words with an article.
    pub fn words(&self) -> &'static str {
        match self {
            Type::Any => "a value",
            Type::Missing => "nothing",
            Type::Text | Type::OneOf(_) => "a text",
            Type::Number => "a number",
            Type::Integer => "a whole number",
            Type::Boolean => "a yes/no",
            Type::Date => "a date",
            Type::Time => "a time",
            Type::List(_) => "a list",
            Type::Object(_) => "a structure",
        }
    }
}

impl From<FieldType> for Type {
    fn from(field: FieldType) -> Self {
        match field {
            FieldType::Text => Type::Text,
            FieldType::Number => Type::Number,
            FieldType::Integer => Type::Integer,
            FieldType::Boolean => Type::Boolean,
            FieldType::Date => Type::Date,
            FieldType::Time => Type::Time,
            FieldType::List => Type::list(Type::Any),
            FieldType::Object => Type::Any,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn schemas_become_types() {
        let schema = json!({"type": "object", "properties": {
            "status": {"type": "string", "enum": ["open", "closed"]},
            "n": {"type": ["integer", "null"]},
            "tags": {"type": "array", "items": {"type": "string"}}}});
        let Type::Object(shape) = Type::from_schema(&schema) else {
            panic!("it is a structure")
        };
        assert!(!shape.open);
        assert_eq!(shape.fields["n"], Type::Integer);
        assert_eq!(shape.fields["tags"], Type::list(Type::Text));
        assert!(matches!(&shape.fields["status"], Type::OneOf(known) if known.certain));
    }
}
