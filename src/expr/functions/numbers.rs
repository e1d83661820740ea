//! Numbers. Lists are read without their missing values.

use minijinja::value::ValueKind;
use minijinja::{Error, Value};

use super::{Function, always_integer, always_number, fault, items, number, parse_number, whole};
use crate::expr::ops::{as_number, from_float, is_missing};
use crate::expr::types::Type;

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "round",
        arguments: "x, places",
        arity: (1, 2),
        about: "x rounded, half away from zero; to whole numbers without places",
        returns: always_number,
        strict: true,
        run: |_, args| round(args),
    },
    Function {
        name: "format_number",
        arguments: "x, places",
        arity: (1, 2),
        about: "the number as people write it, as '1,250,000' or '1,250.50' with 2 places",
        returns: |_| Type::Text,
        strict: true,
        run: |_, args| format_number(args),
    },
    Function {
        name: "floor",
        arguments: "x",
        arity: (1, 1),
        about: "the whole number at or below x",
        returns: always_integer,
        strict: true,
        run: |_, args| number("floor", &args[0]).map(|n| from_float(n.floor())),
    },
    Function {
        name: "ceil",
        arguments: "x",
        arity: (1, 1),
        about: "the whole number at or above x",
        returns: always_integer,
        strict: true,
        run: |_, args| number("ceil", &args[0]).map(|n| from_float(n.ceil())),
    },
    Function {
        name: "abs",
        arguments: "x",
        arity: (1, 1),
        about: "x without its sign",
        returns: always_number,
        strict: true,
        run: |_, args| number("abs", &args[0]).map(|n| from_float(n.abs())),
    },
    Function {
        name: "min",
        arguments: "a, b, … or list",
        arity: (1, 50),
        about: "the least of the values that are there",
        returns: element,
        strict: false,
        run: |_, args| extreme("min", args, |new, old| new < old),
    },
    Function {
        name: "max",
        arguments: "a, b, … or list",
        arity: (1, 50),
        about: "the greatest of the values that are there",
        returns: element,
        strict: false,
        run: |_, args| extreme("max", args, |new, old| new > old),
    },
    Function {
        name: "sum",
        arguments: "list, field",
        arity: (1, 50),
        about: "the sum of the numbers, or of a field of the rows",
        returns: always_number,
        strict: false,
        run: |_, args| Ok(from_float(numbers("sum", args)?.iter().sum())),
    },
    Function {
        name: "avg",
        arguments: "list, field",
        arity: (1, 50),
        about: "the mean of the numbers that are there; missing if there are none",
        returns: always_number,
        strict: false,
        run: |_, args| {
            let all = numbers("avg", args)?;
            Ok(from_float(all.iter().sum::<f64>() / all.len() as f64))
        },
    },
    Function {
        name: "percent_change",
        arguments: "old, new",
        arity: (2, 2),
        about: "change in percent, as 25 for a rise by a quarter; missing if old is 0",
        returns: always_number,
        strict: true,
        run: |_, args| percent_change(args),
    },
    Function {
        name: "number",
        arguments: "x, default",
        arity: (1, 2),
        about: "the number in a text such as '1,200' or '300 Mbps'; else the default, or missing",
        returns: always_number,
        strict: false,
        run: |_, args| Ok(to_number(args)),
    },
    Function {
        name: "count_true",
        arguments: "a, b, …",
        arity: (1, 50),
        about: "how many of the conditions hold",
        returns: always_integer,
        strict: false,
        run: |_, args| Ok(count_true(args)),
    },
    Function {
        name: "best_of",
        arguments: "{name: score}, order",
        arity: (2, 2),
        about: "the name with the highest score; ties go to the first in order",
        returns: |_| Type::Text,
        strict: false,
        run: |_, args| best_of(args),
    },
];

fn element(args: &[Type]) -> Type {
    match args {
        [Type::List(item)] => (**item).clone(),
        [one, ..] if matches!(one, Type::Date | Type::Time | Type::Integer | Type::Text) => {
            one.clone()
        }
        _ => Type::Any,
    }
}

fn round(args: &[Value]) -> Result<Value, Error> {
    let n = number("round", &args[0])?;
    let places = args.get(1).map_or(Ok(0), |p| whole("round", p))?;
    let scale = 10f64.powi(i32::try_from(places.clamp(-12, 12)).unwrap_or(0));
    // The nearest decimal decides, so that 1.005 rounds up to 1.01 as on paper.
    let scaled = n * scale;
    let nudged = scaled + scaled.signum() * scaled.abs() * f64::EPSILON;
    Ok(from_float(nudged.round() / scale))
}

/// Returns the values of `f(list)`, `f(list, 'field')` or `f(a, b)`.
/// Writes a number with commas between the thousands.
fn format_number(args: &[Value]) -> Result<Value, Error> {
    let places = args.get(1).map_or(Ok(0), |p| whole("format_number", p))?;
    let places = usize::try_from(places.clamp(0, 10)).unwrap_or(0);
    let written = format!("{:.places$}", number("format_number", &args[0])?);
    let (sign, written) = match written.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", written.as_str()),
    };
    let (whole, fraction) = match written.split_once('.') {
        Some((whole, fraction)) => (whole, format!(".{fraction}")),
        None => (written, String::new()),
    };
    let mut grouped = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    Ok(Value::from(format!("{sign}{grouped}{fraction}")))
}

fn values(function: &str, args: &[Value]) -> Result<Vec<Value>, Error> {
    let listed = matches!(args[0].kind(), ValueKind::Seq | ValueKind::Iterable);
    Ok(match args {
        [list] if listed => items(function, list)?,
        [list, field] if listed => {
            let field = super::text(function, field)?;
            items(function, list)?
                .iter()
                .map(|row| row.get_attr(field))
                .collect::<Result<_, _>>()?
        }
        [one] if is_missing(one) => Vec::new(),
        // A table that is down has no rows of which a field could be read.
        [list, field] if is_missing(list) && is_field_name(field) => Vec::new(),
        all => all.to_vec(),
    })
}

/// Is it a text that names a field, and not a date, time or number?
fn is_field_name(value: &Value) -> bool {
    let first = value.as_str().and_then(|text| text.chars().next());
    first.is_some_and(|c| c.is_alphabetic() || c == '_')
}

fn numbers(function: &str, args: &[Value]) -> Result<Vec<f64>, Error> {
    values(function, args)?
        .iter()
        .filter(|v| !is_missing(v))
        .map(|v| number(function, v))
        .collect()
}

fn extreme(
    function: &str,
    args: &[Value],
    wins: fn(&Value, &Value) -> bool,
) -> Result<Value, Error> {
    let there: Vec<Value> = values(function, args)?
        .into_iter()
        .filter(|v| !is_missing(v))
        .collect();
    let texts = there.iter().filter(|v| v.as_str().is_some()).count();
    if texts != 0 && texts != there.len() {
        return Err(fault(format!("`{function}` compares texts with numbers")));
    }
    Ok(there
        .into_iter()
        .reduce(|best, one| if wins(&one, &best) { one } else { best })
        .unwrap_or(Value::from(())))
}

fn percent_change(args: &[Value]) -> Result<Value, Error> {
    if is_missing(&args[1]) {
        return Ok(Value::from(()));
    }
    let (old, new) = (
        number("percent_change", &args[0])?,
        number("percent_change", &args[1])?,
    );
    Ok(from_float((new - old) / old.abs() * 100.0))
}

fn to_number(args: &[Value]) -> Value {
    let found = as_number(&args[0])
        .filter(|n| n.is_finite())
        .or_else(|| args[0].as_str().and_then(parse_number));
    match found {
        Some(n) => from_float(n),
        None => args.get(1).cloned().unwrap_or(Value::from(())),
    }
}

fn count_true(args: &[Value]) -> Value {
    let conditions = match args {
        [list] if list.kind() == ValueKind::Seq => {
            list.try_iter().map(Iterator::collect).unwrap_or_default()
        }
        all => all.to_vec(),
    };
    let held = conditions
        .iter()
        .filter(|c| c.is_true() && !is_missing(c))
        .count();
    Value::from(held as i64)
}

fn best_of(args: &[Value]) -> Result<Value, Error> {
    let order = items("best_of", &args[1])?;
    let mut best: Option<(f64, Value)> = None;
    for name in order {
        let score = args[0].get_item(&name)?;
        if is_missing(&score) {
            continue;
        }
        let score = number("best_of", &score)?;
        if best.as_ref().is_none_or(|(top, _)| score > *top) {
            best = Some((score, name));
        }
    }
    Ok(best.map_or(Value::from(()), |(_, name)| name))
}
