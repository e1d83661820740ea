//! Columns that say yes or no.

use crate::drafter::world::Column;

/// Returns the value of a column that stands for yes, if it holds nothing but yes and no.
pub(super) fn yes(column: &Column) -> Option<String> {
    const YES: [&str; 4] = ["yes", "true", "y", "1"];
    const NO: [&str; 4] = ["no", "false", "n", "0"];
    if column.kind == "boolean" {
        return Some("true".to_owned());
    }
    let is = |v: &String, all: &[&str]| all.contains(&v.to_lowercase().as_str());
    let yes = column.values.iter().find(|v| is(v, &YES))?;
    column
        .values
        .iter()
        .all(|v| is(v, &YES) || is(v, &NO))
        .then(|| yes.clone())
}

/// Returns the value of a column that stands for no.
pub(super) fn no(column: &Column) -> Option<&String> {
    const NO: [&str; 4] = ["no", "false", "n", "0"];
    let mut values = column.values.iter();
    values.find(|value| NO.contains(&value.to_lowercase().as_str()))
}
