//! The strict operators: a comparison with a missing value is false and is noted, arithmetic
//! with one gives a missing value, and a text never compares with a number.

use std::cmp::Ordering;

use minijinja::value::ValueKind;
use minijinja::{Environment, Error, ErrorKind, State, Value};

use super::ast::Operator;
use super::scope::note;

/// Returns the function that carries out an operator, for those that are strict.
pub(super) fn strict_name(operator: Operator) -> Option<&'static str> {
    Some(match operator {
        Operator::Equal => "__equal",
        Operator::Unequal => "__unequal",
        Operator::Less => "__less",
        Operator::AtMost => "__at_most",
        Operator::Greater => "__greater",
        Operator::AtLeast => "__at_least",
        Operator::In => "__in",
        Operator::Add => "__add",
        Operator::Subtract => "__subtract",
        Operator::Multiply => "__multiply",
        Operator::Divide => "__divide",
        Operator::DivideWhole => "__divide_whole",
        Operator::Remainder => "__remainder",
        Operator::Power => "__power",
        Operator::Or | Operator::And | Operator::Join => return None,
    })
}

/// Adds the strict operators and the tests of the same names (`selectattr('x', 'lt', 5)`).
pub(super) fn register(env: &mut Environment<'static>) {
    fn ordered(
        env: &mut Environment<'static>,
        function: &'static str,
        tests: &[&'static str],
        holds: fn(Ordering) -> bool,
    ) {
        env.add_function(
            function,
            move |state: &State, a: &Value, b: &Value, text: &str| {
                order(state, a, b, text).map(|o| o.is_some_and(holds))
            },
        );
        for test in tests {
            env.add_test(*test, move |state: &State, a: &Value, b: &Value| {
                order(state, a, b, "this test").map(|o| o.is_some_and(holds))
            });
        }
    }
    ordered(env, "__less", &["lt", "lessthan", "<"], Ordering::is_lt);
    ordered(env, "__at_most", &["le", "<="], Ordering::is_le);
    ordered(
        env,
        "__greater",
        &["gt", "greaterthan", ">"],
        Ordering::is_gt,
    );
    ordered(env, "__at_least", &["ge", ">="], Ordering::is_ge);

    env.add_function(
        "__equal",
        |state: &State, a: &Value, b: &Value, text: &str| equal(state, a, b, text),
    );
    env.add_function(
        "__unequal",
        |state: &State, a: &Value, b: &Value, text: &str| {
            if is_absent(a) || is_absent(b) {
                note(state, text);
                return Ok(false);
            }
            equal(state, a, b, text).map(|same| !same)
        },
    );
    env.add_function("__in", |state: &State, a: &Value, b: &Value, text: &str| {
        contains(state, a, b, text)
    });

    fn arithmetic(
        env: &mut Environment<'static>,
        name: &'static str,
        on: fn(f64, f64) -> f64,
        whole: fn(i128, i128) -> Option<i128>,
    ) {
        env.add_function(
            name,
            move |state: &State, a: &Value, b: &Value, text: &str| {
                calculate(state, a, b, text, on, whole)
            },
        );
    }
    env.add_function(
        "__add",
        |state: &State, a: &Value, b: &Value, text: &str| add(state, a, b, text),
    );
    arithmetic(env, "__subtract", |a, b| a - b, i128::checked_sub);
    arithmetic(env, "__multiply", |a, b| a * b, i128::checked_mul);
    arithmetic(env, "__divide", |a, b| a / b, |_, _| None);
    arithmetic(
        env,
        "__divide_whole",
        |a, b| (a / b).floor(),
        |a, b| if b == 0 { None } else { Some(a.div_euclid(b)) },
    );
    arithmetic(env, "__remainder", f64::rem_euclid, |a, b| {
        a.checked_rem_euclid(b)
    });
    arithmetic(env, "__power", f64::powf, |a, b| {
        a.checked_pow(u32::try_from(b).ok()?)
    });
}

/// Is there no value: null, or a text that says as much (blank, NaN, N/A)?
pub fn is_missing(value: &Value) -> bool {
    match value.as_str() {
        Some(text) => is_missing_text(text),
        None => {
            value.is_none()
                || value.is_undefined()
                || (value.kind() == ValueKind::Number
                    && f64::try_from(value.clone()).is_ok_and(f64::is_nan))
        }
    }
}

/// Is there no value to compare or calculate with? A text such as "none" is one: it may be a label.
fn is_absent(value: &Value) -> bool {
    match value.as_str() {
        Some(text) => text.trim().is_empty(),
        None => is_missing(value),
    }
}

/// Does a text stand for no value?
pub fn is_missing_text(text: &str) -> bool {
    let text = text.trim();
    text.len() <= 4
        && ["", "nan", "null", "none", "n/a", "na", "#n/a", "-"]
            .iter()
            .any(|no| text.eq_ignore_ascii_case(no))
}

/// Returns the number, where it is one.
pub fn as_number(value: &Value) -> Option<f64> {
    (value.kind() == ValueKind::Number)
        .then(|| f64::try_from(value.clone()).ok())
        .flatten()
}

/// Returns a float as a value; whole ones stay floats, so that `5.0` prints as `5`.
pub(super) fn from_float(number: f64) -> Value {
    match number {
        n if !n.is_finite() => Value::from(()),
        n if n.fract() == 0.0 && n.abs() < 9e15 => Value::from(n as i64),
        n => Value::from(n),
    }
}

/// Returns the number with its sign turned.
pub(super) fn negate(value: &Value) -> Value {
    match value.as_i64() {
        Some(whole) => Value::from(-whole),
        None => as_number(value).map_or(Value::from(()), |n| Value::from(-n)),
    }
}

fn order(state: &State, a: &Value, b: &Value, text: &str) -> Result<Option<Ordering>, Error> {
    if let (Some(a), Some(b)) = (as_number(a), as_number(b)) {
        return Ok(a.partial_cmp(&b));
    }
    if is_absent(a) || is_absent(b) {
        note(state, text);
        return Ok(None);
    }
    match (a.as_str(), b.as_str()) {
        (Some(a), Some(b)) => Ok(Some(a.cmp(b))),
        _ => Err(fault(format!(
            "`{text}` compares {} with {}",
            kind(a),
            kind(b)
        ))),
    }
}

fn equal(state: &State, a: &Value, b: &Value, text: &str) -> Result<bool, Error> {
    if let (Some(a), Some(b)) = (a.as_str(), b.as_str()) {
        return Ok(a == b);
    }
    if is_absent(a) || is_absent(b) {
        return Ok(is_absent(a) && is_absent(b));
    }
    if a.kind() != b.kind() {
        note(
            state,
            &format!("{text} (it compares {} with {})", kind(a), kind(b)),
        );
        return Ok(false);
    }
    Ok(a == b)
}

fn contains(state: &State, item: &Value, list: &Value, text: &str) -> Result<bool, Error> {
    if is_absent(list)
        || (is_absent(item) && !matches!(list.kind(), ValueKind::Seq | ValueKind::Iterable))
    {
        note(state, text);
        return Ok(false);
    }
    match (list.as_str(), item.as_str()) {
        (Some(whole), Some(part)) => Ok(whole.contains(part)),
        (Some(_), None) => Err(fault(format!(
            "`{text}` looks for {} in a text",
            kind(item)
        ))),
        _ if list.kind() == ValueKind::Map => {
            Ok(list.get_item(item).is_ok_and(|v| !v.is_undefined()))
        }
        _ => Ok(list.try_iter()?.any(|one| one == *item)),
    }
}

/// Adds two numbers, or joins two texts or two lists.
fn add(state: &State, a: &Value, b: &Value, text: &str) -> Result<Value, Error> {
    if let (ValueKind::Seq, ValueKind::Seq) = (a.kind(), b.kind()) {
        return Ok(a.try_iter()?.chain(b.try_iter()?).collect());
    }
    if let (Some(one), Some(other), false) = (a.as_str(), b.as_str(), is_absent(a) || is_absent(b))
    {
        return Ok(Value::from(format!("{one}{other}")));
    }
    calculate(state, a, b, text, |a, b| a + b, i128::checked_add)
}

fn calculate(
    state: &State,
    a: &Value,
    b: &Value,
    text: &str,
    on: fn(f64, f64) -> f64,
    whole: fn(i128, i128) -> Option<i128>,
) -> Result<Value, Error> {
    if is_absent(a) || is_absent(b) {
        note(state, text);
        return Ok(Value::from(()));
    }
    if let (Some(a), Some(b)) = (a.as_i64(), b.as_i64())
        && let Some(exact) = whole(a.into(), b.into()).and_then(|n| i64::try_from(n).ok())
    {
        return Ok(Value::from(exact));
    }
    if let (Some(a), Some(b)) = (as_number(a), as_number(b)) {
        let result = on(a, b);
        if !result.is_finite() {
            note(state, &format!("{text} (a division by zero)"));
        }
        return Ok(from_float(result));
    }
    Err(fault(format!(
        "`{text}` calculates with {} and {}",
        kind(a),
        kind(b)
    )))
}

/// Returns what a value is, in words with an article.
pub(super) fn kind(value: &Value) -> &'static str {
    match value.kind() {
        ValueKind::Undefined | ValueKind::None => "nothing",
        ValueKind::Bool => "a yes/no",
        ValueKind::Number => "a number",
        ValueKind::String | ValueKind::Bytes => "a text",
        ValueKind::Seq | ValueKind::Iterable => "a list",
        _ => "a structure",
    }
}

/// Returns an evaluation error with a message for the user.
pub(super) fn fault(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidOperation, message.into())
}
