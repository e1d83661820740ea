//! A JSON value in which every text is a template, as in the `set` of a step.

use indexmap::IndexMap;
use serde_json::Value as Json;

use super::{Error, Scope, Template, Value, from_json};

/// A structure of templates, compiled.
#[derive(Debug, Clone)]
pub enum Tree {
    /// A value without a text.
    Constant(Value),
    /// A text.
    Template(Template),
    /// A list.
    List(Vec<Tree>),
    /// A structure.
    Map(IndexMap<String, Tree>),
}

impl Tree {
    /// Compiles a value.
    ///
    /// # Errors
    /// If a text in it is not a template.
    pub fn compile(json: &Json) -> Result<Self, Error> {
        Ok(match json {
            Json::String(text) => Tree::Template(Template::compile(text)?),
            Json::Array(items) => {
                Tree::List(items.iter().map(Tree::compile).collect::<Result<_, _>>()?)
            }
            Json::Object(fields) => Tree::Map(
                fields
                    .iter()
                    .map(|(name, value)| Ok((name.clone(), Tree::compile(value)?)))
                    .collect::<Result<_, Error>>()?,
            ),
            constant => Tree::Constant(from_json(constant)),
        })
    }

    /// Returns the value in a scope.
    ///
    /// # Errors
    /// As [`super::Condition::eval`].
    pub fn eval(&self, scope: &Scope) -> Result<Value, Error> {
        match self {
            Tree::Constant(value) => Ok(value.clone()),
            Tree::Template(template) => template.eval(scope),
            Tree::List(items) => {
                let values: Vec<Value> = items
                    .iter()
                    .map(|t| t.eval(scope))
                    .collect::<Result<_, _>>()?;
                Ok(Value::from(values))
            }
            Tree::Map(fields) => eval_all(fields, scope).map(|pairs| {
                Value::from_pairs(
                    pairs
                        .into_iter()
                        .map(|(name, value)| (Value::from(name), value)),
                )
            }),
        }
    }
}

/// Returns the values of named trees in a scope, in order.
///
/// # Errors
/// As [`Tree::eval`].
pub fn eval_all(
    fields: &IndexMap<String, Tree>,
    scope: &Scope,
) -> Result<Vec<(String, Value)>, Error> {
    fields
        .iter()
        .map(|(name, tree)| Ok((name.clone(), tree.eval(scope)?)))
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn texts_inside_are_templates_and_the_rest_is_constant() {
        let mut scope = Scope::new();
        scope.set("n", Value::from(3));
        let tree =
            Tree::compile(&json!({"a": "{{ n }}", "b": [1, "n is {{ n }}"], "c": null})).unwrap();
        assert_eq!(
            super::super::to_json(&tree.eval(&scope).unwrap()),
            json!({"a": 3, "b": [1, "n is 3"], "c": null})
        );
    }
}
