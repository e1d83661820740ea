//! The functions for what SOPs say, in one table that feeds the evaluator, the checker, the
//! language guide and the docs. Each can be written `f(x, y)` or `x | f(y)`.

mod dates;
mod letters;
mod lists;
mod names;
mod numbers;
mod texts;
mod word;
mod words;

pub(crate) use dates::moment_of;
pub use letters::Letters;
pub(crate) use lists::OVER_ITEMS;
pub use names::{Name, normalize, similarity};
pub use word::{Word, common_in_whole, common_in_word};

use minijinja::value::{Kwargs, Rest};
use minijinja::{Environment, Error, State, Value};

use super::ops::{fault, is_missing, kind};
use super::scope::note;
use super::types::Type;

/// A function of the expression language.
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// Its arguments as documentation shows them, such as `date, days`.
    pub arguments: &'static str,
    /// The fewest and the most arguments it takes.
    pub arity: (usize, usize),
    /// What it gives, in one line.
    pub about: &'static str,
    /// The type of what it gives, from the types of its arguments.
    pub returns: fn(&[Type]) -> Type,
    /// Does a missing first argument give a missing result without running it?
    strict: bool,
    run: fn(&State, &[Value]) -> Result<Value, Error>,
}

/// A group of functions with a heading.
pub struct Group {
    /// What they are for.
    pub title: &'static str,
    /// The functions.
    pub functions: &'static [Function],
}

/// All functions, by what they are for.
pub const GROUPS: [Group; 4] = [
    Group {
        title: "Dates and times",
        functions: dates::FUNCTIONS,
    },
    Group {
        title: "Numbers",
        functions: numbers::FUNCTIONS,
    },
    Group {
        title: "Text and structures",
        functions: texts::FUNCTIONS,
    },
    Group {
        title: "Lists and missing values",
        functions: lists::FUNCTIONS,
    },
];

/// The Jinja filters that may be used besides.
pub const JINJA_FILTERS: [&str; 38] = [
    "attr",
    "batch",
    "bool",
    "capitalize",
    "chain",
    "count",
    "d",
    "default",
    "dictsort",
    "e",
    "escape",
    "first",
    "float",
    "groupby",
    "indent",
    "int",
    "items",
    "join",
    "last",
    "length",
    "lines",
    "list",
    "lower",
    "map",
    "pprint",
    "reject",
    "rejectattr",
    "replace",
    "reverse",
    "safe",
    "select",
    "selectattr",
    "sort",
    "string",
    "title",
    "tojson",
    "trim",
    "upper",
];

/// The Jinja tests that may be used.
pub const TESTS: [&str; 26] = [
    "boolean",
    "defined",
    "divisibleby",
    "endingwith",
    "eq",
    "equalto",
    "even",
    "false",
    "ge",
    "gt",
    "in",
    "integer",
    "iterable",
    "le",
    "lt",
    "mapping",
    "missing",
    "ne",
    "none",
    "number",
    "odd",
    "sequence",
    "startingwith",
    "string",
    "true",
    "undefined",
];

/// Returns the function of a name.
pub fn find(name: &str) -> Option<&'static Function> {
    all().find(|f| f.name == name)
}

/// Returns all functions.
pub fn all() -> impl Iterator<Item = &'static Function> {
    GROUPS.iter().flat_map(|g| g.functions)
}

pub(super) fn register(env: &mut Environment<'static>) {
    for function in all() {
        env.add_function(function.name, move |state: &State, args: Rest<Value>| {
            call(function, state, &args)
        });
        env.add_filter(function.name, move |state: &State, args: Rest<Value>| {
            call(function, state, &args)
        });
    }
    // The library's own escapes what HTML would misread; here it is for people and files.
    env.add_filter(
        "tojson",
        |value: Value, indent: Option<Value>, named: Kwargs| {
            let json = crate::expr::to_json(&value);
            let indent = indent.or(named.get("indent")?);
            Ok::<_, Error>(match indent {
                Some(_) => serde_json::to_string_pretty(&json).unwrap_or_default(),
                None => json.to_string(),
            })
        },
    );
    for name in ["length", "count"] {
        env.add_filter(name, |state: &State, value: Value| length(state, &value));
    }
    env.add_filter("first", |list: Value| edge(&list, true));
    env.add_filter("last", |list: Value| edge(&list, false));
    for name in ["default", "d"] {
        env.add_filter(
            name,
            |value: Value, other: Option<Value>, _lax: Option<bool>| {
                if is_missing(&value) {
                    other.unwrap_or_else(|| Value::from(""))
                } else {
                    value
                }
            },
        );
    }
    env.add_test("missing", |value: Value| is_missing(&value));
}

fn call(function: &Function, state: &State, args: &[Value]) -> Result<Value, Error> {
    if args.iter().any(Value::is_kwargs) {
        return Err(fault(format!(
            "`{}` takes its arguments in order, without names: {}({})",
            function.name, function.name, function.arguments
        )));
    }
    if args.len() < function.arity.0 || args.len() > function.arity.1 {
        return Err(fault(format!(
            "`{}` is used as {}({})",
            function.name, function.name, function.arguments
        )));
    }
    if function.strict && args.first().is_some_and(is_missing) {
        note(state, &format!("{}(…)", function.name));
        return Ok(Value::from(()));
    }
    (function.run)(state, args)
}

/// Returns the number of an argument; a text that holds one is read as it.
fn number(function: &str, value: &Value) -> Result<f64, Error> {
    super::ops::as_number(value)
        .or_else(|| value.as_str().and_then(parse_number))
        .ok_or_else(|| {
            fault(format!(
                "`{function}` needs a number, and was given {}",
                given(value)
            ))
        })
}

/// Returns how many items or characters there are. Of what is missing, nobody knows.
fn length(state: &State, value: &Value) -> Result<Value, Error> {
    if value.is_none() || value.is_undefined() {
        note(state, "length of what is missing");
        return Ok(Value::from(()));
    }
    let length = value.len().ok_or_else(|| {
        fault(format!(
            "`length` counts a list, and was given {}",
            given(value)
        ))
    })?;
    Ok(Value::from(length))
}

/// Returns the first or last item of a list, or nothing.
fn edge(list: &Value, is_first: bool) -> Result<Value, Error> {
    if is_missing(list) {
        return Ok(Value::from(()));
    }
    let mut items = items(if is_first { "first" } else { "last" }, list)?;
    let item = if is_first && !items.is_empty() {
        Some(items.swap_remove(0))
    } else {
        items.pop()
    };
    Ok(item.unwrap_or_else(|| Value::from(())))
}

/// Returns the text of an argument.
fn text<'v>(function: &str, value: &'v Value) -> Result<&'v str, Error> {
    value.as_str().ok_or_else(|| {
        fault(format!(
            "`{function}` needs a text, and was given {}",
            given(value)
        ))
    })
}

/// Returns the whole number of an argument.
fn whole(function: &str, value: &Value) -> Result<i64, Error> {
    value
        .as_i64()
        .or_else(|| {
            number(function, value)
                .ok()
                .filter(|n| n.fract() == 0.0)
                .map(|n| n as i64)
        })
        .ok_or_else(|| {
            fault(format!(
                "`{function}` needs a whole number, and was given {}",
                given(value)
            ))
        })
}

/// Returns the items of a list argument.
fn items(function: &str, value: &Value) -> Result<Vec<Value>, Error> {
    if value.as_str().is_some() {
        return Err(fault(format!(
            "`{function}` needs a list, and was given a text"
        )));
    }
    Ok(value
        .try_iter()
        .map_err(|_| {
            fault(format!(
                "`{function}` needs a list, and was given {}",
                given(value)
            ))
        })?
        .collect())
}

fn given(value: &Value) -> String {
    match value.as_str() {
        Some(text) => format!("the text '{}'", crate::diag::one_line(text, 40)),
        None => kind(value).to_owned(),
    }
}

/// Reads a number as people write it: `1,200`, `$ 5.50`, `20%` (as 20), `300 Mbps`, `1.2k`.
fn parse_number(text: &str) -> Option<f64> {
    let text = text.trim().trim_matches(['"', '\'']);
    let text = text.trim_start_matches(['$', '€', '£', ' ']);
    let end = text
        .find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ',' | '-' | '+')))
        .unwrap_or(text.len());
    let (digits, unit) = text.split_at(end);
    let number: f64 = digits
        .trim_end_matches(['.', ','])
        .replace(',', "")
        .parse()
        .ok()?;
    let unit = unit.trim();
    let word = unit
        .chars()
        .all(|c| c.is_alphabetic() || matches!(c, '%' | '/' | ' ' | '$' | '€'));
    match unit {
        "k" | "K" => Some(number * 1e3),
        "m" | "M" => Some(number * 1e6),
        _ if word && unit.len() <= 16 => Some(number),
        _ => None,
    }
}

fn always_number(_: &[Type]) -> Type {
    Type::Number
}

fn always_integer(_: &[Type]) -> Type {
    Type::Integer
}

fn always_text(_: &[Type]) -> Type {
    Type::Text
}

fn always_boolean(_: &[Type]) -> Type {
    Type::Boolean
}

fn always_date(_: &[Type]) -> Type {
    Type::Date
}

fn always_any(_: &[Type]) -> Type {
    Type::Any
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for (text, number) in [
            ("1,200", Some(1200.0)),
            ("$ 5.50", Some(5.5)),
            ("300 Mbps", Some(300.0)),
            ("20%", Some(20.0)),
            ("1.2k", Some(1200.0)),
            ("-3", Some(-3.0)),
            ("P12", None),
            ("2026-01-02", None),
            ("", None),
        ] {
            assert_eq!(parse_number(text), number, "{text}");
        }
    }

    #[test]
    fn names_are_unique_and_documented() {
        let mut names: Vec<_> = all().map(|f| f.name).collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
        assert!(all().all(|f| !f.about.is_empty() && f.arity.0 <= f.arity.1));
    }
}
