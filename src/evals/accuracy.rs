//! How often a workflow comes to what the SOP determines.

use std::collections::HashMap;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::EvalCase;
use crate::check::Checked;
use crate::diag::{Result, one_line};
use crate::rehearse::{Backtest, PastFiles, Rehearsal, backtest, is_same, shown_value};

/// How often a column of `expected.csv` agrees with a field of the result.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct FieldAccuracy {
    /// The field of the result; none has the name, or its values, where this is missing.
    pub field: Option<String>,
    /// In how many cases they agree.
    pub agreed: usize,
    /// Of how many.
    pub cases: usize,
    /// In what share they must.
    pub at_least: f64,
}

impl FieldAccuracy {
    /// Do they agree as often as they must?
    pub fn is_enough(&self) -> bool {
        self.agreed as f64 >= self.at_least * self.cases as f64 - 1e-9
    }
}

/// What the backtest came to.
pub(super) struct Compared {
    pub(super) fields: IndexMap<String, FieldAccuracy>,
    pub(super) wrong: Vec<String>,
}

/// In what share of the cases a field that has another name must agree to be taken for a column.
const BY_VALUES: f64 = 0.8;
/// Cases that came out otherwise and are told one by one.
const TOLD: usize = 12;

/// Backtests a workflow on the rows of the exam.
///
/// # Errors
/// If it has no cases, or they cannot be read.
pub(super) async fn measure(
    case: &EvalCase,
    checked: &Checked,
    rehearsal: &Rehearsal<'_>,
    files: &PastFiles,
) -> Result<Compared> {
    let workflow = checked.workflow();
    let names: Vec<String> = workflow.result.keys().cloned().collect();
    let mut chosen: IndexMap<String, Option<String>> = IndexMap::new();
    for column in case.accuracy.keys() {
        let taken: Vec<&String> = chosen.values().flatten().collect();
        let free: Vec<&String> = names.iter().filter(|n| !taken.contains(n)).collect();
        chosen.insert(column.clone(), by_name(column, &free));
    }
    if chosen.values().any(Option::is_none) {
        let all: Vec<(String, String)> = names.iter().map(|n| (n.clone(), n.clone())).collect();
        let past = files.cases(workflow, &all).await?;
        let came = backtest(checked, rehearsal, past).await?;
        by_values(&mut chosen, &names, files, &came);
    }
    let pairs: Vec<(String, String)> = chosen
        .iter()
        .filter_map(|(column, field)| Some((column.clone(), field.clone()?)))
        .collect();
    let past = files.cases(workflow, &pairs).await?;
    let cases = past.len();
    let report = backtest(checked, rehearsal, past).await?;
    let mut fields = IndexMap::new();
    for (column, field) in chosen {
        let score = field.as_ref().and_then(|f| report.fields.get(f));
        fields.insert(
            column.clone(),
            FieldAccuracy {
                agreed: score.map_or(0, |s| s.agreed),
                cases,
                at_least: case.accuracy[&column],
                field,
            },
        );
    }
    Ok(Compared {
        fields,
        wrong: wrong(&report),
    })
}

/// Returns the field of a column's name, or the only one whose name has all of its words.
fn by_name(column: &str, free: &[&String]) -> Option<String> {
    let words = |name: &str| -> Vec<String> {
        name.split(|c: char| !c.is_alphanumeric())
            .filter(|w| !w.is_empty())
            .map(str::to_lowercase)
            .collect()
    };
    let wanted = words(column);
    if let Some(same) = free.iter().find(|name| words(name) == wanted) {
        return Some((*same).clone());
    }
    let mut alike = free.iter().filter(|name| {
        let there = words(name);
        wanted.iter().all(|word| there.contains(word))
    });
    match (alike.next(), alike.next()) {
        (Some(only), None) => Some((*only).clone()),
        _ => None,
    }
}

/// Finds fields for columns without one by what they hold: a field that mostly agrees, or that
/// takes no values but those of the column.
fn by_values(
    chosen: &mut IndexMap<String, Option<String>>,
    names: &[String],
    files: &PastFiles,
    came: &Backtest,
) {
    let expected: HashMap<String, _> = files
        .decided()
        .iter()
        .filter_map(|row| Some((files.key(row)?, row)))
        .collect();
    let open: Vec<String> = chosen
        .iter()
        .filter(|(_, field)| field.is_none())
        .map(|(column, _)| column.clone())
        .collect();
    for column in open {
        let taken: Vec<String> = chosen.values().flatten().cloned().collect();
        let values: Vec<&Json> = files
            .decided()
            .iter()
            .filter_map(|r| r.get(&column))
            .collect();
        let free = names.iter().filter(|name| !taken.contains(name));
        let told = free.filter_map(|name| {
            let (mut agreed, mut filled, mut strange) = (0, 0, 0);
            for case in &came.compared {
                let (_, value) = case.fields.get(name)?;
                let row = case.row.as_object().and_then(|row| files.key(row));
                let was = row.and_then(|key| expected.get(&key)?.get(&column));
                agreed += usize::from(was.is_some_and(|was| is_same(was, value)));
                if !is_same(value, &Json::Null) {
                    filled += 1;
                    strange += usize::from(!values.iter().any(|v| is_same(v, value)));
                }
            }
            let mostly = agreed as f64 >= BY_VALUES * came.cases as f64;
            let alike = strange == 0 && filled * 2 > came.cases;
            (mostly || alike).then_some((agreed, name))
        });
        if let Some((_, name)) = told.max_by_key(|(agreed, _)| *agreed) {
            chosen.insert(column, Some(name.clone()));
        }
    }
}

/// Returns, in words, cases that came out otherwise.
fn wrong(report: &Backtest) -> Vec<String> {
    let told = report.compared.iter().filter(|case| !case.agrees);
    told.take(TOLD)
        .map(|case| {
            let differences: Vec<String> = case
                .fields
                .iter()
                .filter(|(_, (was, came))| !is_same(was, came))
                .map(|(field, (was, came))| {
                    let (was, came) = (shown_value(was), shown_value(came));
                    format!("{field} {} for {}", one_line(&came, 60), one_line(&was, 60))
                })
                .collect();
            let because = one_line(&case.because.join("; "), 120);
            format!("{}: {} ({because})", case.key, differences.join(", "))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_known_by_its_words() {
        let names = ["Claim decision", "payout_usd", "payout_reason"].map(str::to_owned);
        let free: Vec<&String> = names.iter().collect();
        assert_eq!(by_name("decision", &free).as_ref(), Some(&names[0]));
        assert_eq!(by_name("payout_usd", &free).as_ref(), Some(&names[1]));
        // Two have the word: their values tell.
        assert_eq!(by_name("payout", &free), None);
        assert_eq!(by_name("level", &free), None);
    }
}
