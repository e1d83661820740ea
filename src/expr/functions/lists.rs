//! Lists by condition, and values that may be missing.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use minijinja::{Error, State, Value};

use super::{Function, always_any, always_boolean, fault, items, text};
use crate::expr::Condition;
use crate::expr::ops::is_missing;
use crate::expr::scope::{self, WithItem};
use crate::expr::types::Type;

/// The functions whose last argument is a condition over `item`.
pub(crate) const OVER_ITEMS: [&str; 3] = ["where", "any", "all"];

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "where",
        arguments: "list, 'condition over item'",
        arity: (2, 2),
        about: "the items for which it holds, as in tickets | where(\"item.status == 'open'\") | length",
        returns: |args| args.first().cloned().unwrap_or(Type::Any),
        strict: true,
        run: |state, args| Ok(Value::from(select(state, "where", args)?)),
    },
    Function {
        name: "any",
        arguments: "list, 'condition over item'",
        arity: (1, 2),
        about: "whether it holds for at least one item",
        returns: always_boolean,
        strict: true,
        run: |state, args| any(state, args),
    },
    Function {
        name: "all",
        arguments: "list, 'condition over item'",
        arity: (1, 2),
        about: "whether it holds for every item; true for none",
        returns: always_boolean,
        strict: true,
        run: |state, args| all(state, args),
    },
    Function {
        name: "unique",
        arguments: "list",
        arity: (1, 1),
        about: "the items, each once, in order",
        returns: |args| args.first().cloned().unwrap_or(Type::Any),
        strict: true,
        run: |_, args| unique(&args[0]),
    },
    Function {
        name: "coalesce",
        arguments: "a, b, …",
        arity: (1, 50),
        about: "the first that is not missing, else the last",
        returns: always_any,
        strict: false,
        run: |_, args| {
            Ok(args
                .iter()
                .find(|v| !is_missing(v))
                .cloned()
                .or(args.last().cloned())
                .unwrap_or(Value::from(())))
        },
    },
];

fn any(state: &State, args: &[Value]) -> Result<Value, Error> {
    match args {
        [list] => Ok(items("any", list)?
            .iter()
            .any(|v| v.is_true() && !is_missing(v))
            .into()),
        _ => Ok((!select(state, "any", args)?.is_empty()).into()),
    }
}

fn all(state: &State, args: &[Value]) -> Result<Value, Error> {
    let total = items("all", &args[0])?;
    match args {
        [_] => Ok(total.iter().all(|v| v.is_true() && !is_missing(v)).into()),
        _ => Ok((select(state, "all", args)?.len() == total.len()).into()),
    }
}

/// Returns the items of a list for which a condition over `item` holds.
fn select(state: &State, function: &str, args: &[Value]) -> Result<Vec<Value>, Error> {
    let condition = compiled(text(function, &args[1])?)?;
    let around = scope::around(state);
    let mut chosen = Vec::new();
    for item in items(function, &args[0])? {
        state.consume_fuel(20)?;
        let context = Value::from_object(WithItem {
            item: item.clone(),
            around: around.clone(),
        });
        let value = condition.compiled.eval(context)?;
        if value.is_true() && !is_missing(&value) {
            chosen.push(item);
        }
    }
    Ok(chosen)
}

fn compiled(source: &str) -> Result<Arc<Condition>, Error> {
    thread_local!(static KNOWN: RefCell<HashMap<String, Arc<Condition>>> = RefCell::default());
    KNOWN.with_borrow_mut(|known| {
        if let Some(condition) = known.get(source) {
            return Ok(condition.clone());
        }
        let condition = Arc::new(Condition::compile(source).map_err(|e| fault(e.message))?);
        if known.len() > 200 {
            known.clear();
        }
        known.insert(source.to_owned(), condition.clone());
        Ok(condition)
    })
}

fn unique(list: &Value) -> Result<Value, Error> {
    let mut seen = std::collections::HashSet::new();
    let kept: Vec<Value> = items("unique", list)?
        .into_iter()
        .filter(|v| seen.insert(v.clone()))
        .collect();
    Ok(Value::from(kept))
}
