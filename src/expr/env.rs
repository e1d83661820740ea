//! The one minijinja environment that everything is evaluated in: limited in fuel, without a clock
//! or any other way out. Names are looked for before it runs; a field that is absent is missing.

use std::sync::LazyLock;

use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value};

use super::{functions, ops};

/// Instructions that one evaluation may take. A loop over 100,000 rows fits; an endless one
/// ends within a few milliseconds.
const FUEL: u64 = 2_000_000;

/// What a template is called whose values are filled into markup.
pub(super) const MARKUP: &str = "markup";

/// What a missing value reads as inside a text.
const SHOWN_MISSING: &str = "(not known)";

pub(super) static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(build);

fn build() -> Environment<'static> {
    let mut env = Environment::new();
    env.set_undefined_behavior(UndefinedBehavior::Chainable);
    env.set_auto_escape_callback(|name| match name {
        MARKUP => AutoEscape::Html,
        _ => AutoEscape::None,
    });
    env.set_fuel(Some(FUEL));
    env.set_formatter(|out, state, value| {
        if value.is_none() || value.is_undefined() {
            out.write_str(SHOWN_MISSING).map_err(minijinja::Error::from)
        } else if value.kind() == minijinja::value::ValueKind::Bool {
            let word = if value.is_true() { "true" } else { "false" };
            out.write_str(word).map_err(minijinja::Error::from)
        } else if let Some(number) =
            ops::as_number(value).filter(|n| n.fract() == 0.0 && n.abs() < 9e15)
        {
            minijinja::escape_formatter(out, state, &Value::from(number as i64))
        } else {
            minijinja::escape_formatter(out, state, value)
        }
    });
    for unwanted in ["debug", "namespace", "dict", "range"] {
        env.remove_global(unwanted);
    }
    ops::register(&mut env);
    functions::register(&mut env);
    env
}
