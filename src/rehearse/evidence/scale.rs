//! Figures outside the scale that the SOP states for them, as in “a score from 1 to 10”.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value as Json;

use crate::check::Checked;
use crate::rehearse::CaseReport;
use crate::sop::Sop;

/// “a score from 1 to 10”, “the index ranges from 0 to 100”, “on a scale of 1-5”.
///
/// A band of a rule (“between 30 and 60 days”) is no scale: only words that name one are taken.
#[allow(clippy::expect_used)]
static SCALE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\b(?:scale (?:of|from)|ranges? (?:from|between)|(?:score|rating|index|number|value|percentage)s? (?:from|between|of))\s+(\d+(?:\.\d+)?)\s*(?:to|and|-|–)\s*(\d+(?:\.\d+)?)",
    )
    .expect("the pattern is sound")
});

/// Returns the figures of results that lie outside the scale of a statement which speaks of them
/// by name, in sentences.
pub(super) fn outside(checked: &Checked, sop: &Sop, cases: &[CaseReport]) -> Vec<String> {
    let mut told = Vec::new();
    for statement in &sop.statements {
        let Some(found) = SCALE.captures(&statement.text) else {
            continue;
        };
        let (Ok(least), Ok(most)) = (found[1].parse::<f64>(), found[2].parse::<f64>()) else {
            continue;
        };
        let said = statement.text.to_lowercase();
        for field in checked.workflow().result.keys() {
            if !said.contains(&field.replace(['_', '-'], " ").to_lowercase()) {
                continue;
            }
            let odd: Vec<&CaseReport> = cases
                .iter()
                .filter(|case| {
                    let figure = case.outcome.result.get(field).and_then(Json::as_f64);
                    figure.is_some_and(|figure| figure < least || figure > most)
                })
                .collect();
            if let Some(first) = odd.first() {
                told.push(format!(
                    "statement {}: `{field}` lies outside {} to {} in {} of {} cases, as in {} ({})",
                    statement.number,
                    &found[1],
                    &found[2],
                    odd.len(),
                    cases.len(),
                    first.outcome.key,
                    first.outcome.result[field],
                ));
            }
        }
    }
    told
}
