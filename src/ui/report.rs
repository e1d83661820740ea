//! A dry run as a table.

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{ContentArrangement, Table};

use super::{Style, paint, width};
use crate::diag::{count, one_line};
use crate::engine::{Content, Status};
use crate::rehearse::{CaseReport, Claim, Ending, Report, Scenario, WhatIf};

/// Returns what a dry run told: a row per case, what failed, what was not reached, the claim.
pub fn report(report: &Report) -> String {
    let mut text = String::new();
    if !report.cases.is_empty() {
        text += &table(report);
        text += "\n";
    }
    for case in report.failures() {
        if let Status::Failed { part, failure } = &case.outcome.status {
            text += &format!(
                "{} {} at `{part}`: {}\n",
                paint(Style::Bad, "failed:"),
                case.outcome.key,
                failure.message
            );
        }
    }
    for test in &report.tests {
        let mark = if test.passed {
            paint(Style::Good, "✓")
        } else {
            paint(Style::Bad, "✗")
        };
        let why = match (&test.problem, test.differences.first()) {
            (Some(problem), _) => format!(": {problem}"),
            (None, Some((field, (expected, came)))) => {
                format!(": {field} should be {expected}, and is {came}")
            }
            (None, None) => String::new(),
        };
        text += &format!("{mark} test “{}”{why}\n", test.name);
    }
    if !report.run_effects.is_empty() {
        let made: Vec<String> = report
            .run_effects
            .iter()
            .map(|e| made(&e.content))
            .collect();
        text += &format!(
            "Once, at the end of a run of these {}: {}\n",
            count(report.run_cases, "case"),
            made.join(", ")
        );
    }
    if !report.evidence.is_empty() {
        text += &format!("{}\n", paint(Style::Strong, "Worth knowing"));
        for told in &report.evidence {
            text += &format!("  {told}\n");
        }
    }
    text += &scenarios(report);
    text += &claim(report);
    text
}

/// Returns what comes of the cases where something goes wrong: what held is only counted, and
/// what helps is told once for all of a kind.
fn scenarios(report: &Report) -> String {
    let (untried, tried): (Vec<&Scenario>, Vec<&Scenario>) = report
        .scenarios
        .iter()
        .partition(|s| s.ending == Ending::Untried);
    if tried.is_empty() {
        return String::new();
    }
    let weak: Vec<&Scenario> = tried.iter().filter(|s| s.is_weak()).copied().collect();
    let mut kinds: Vec<&str> = tried.iter().map(|s| kind(&s.what_if)).collect();
    kinds.dedup();
    let left = match untried.len() {
        0 => String::new(),
        n => format!("; {n} could not be tried on these cases"),
    };
    let mut text = format!(
        "{} {} of {} held ({}){left}.\n",
        paint(Style::Strong, "What if …"),
        tried.len() - weak.len(),
        tried.len(),
        kinds.join(", "),
    );
    for (index, scenario) in weak.iter().enumerate() {
        let style = match scenario.ending {
            Ending::Crashed => Style::Bad,
            _ => Style::Warn,
        };
        let question = paint(style, format!("… {}?", scenario.when));
        text += &format!("  {question} {}\n", scenario.says);
        let is_last = weak
            .get(index + 1)
            .is_none_or(|next| kind(&next.what_if) != kind(&scenario.what_if));
        if let (Some(remedy), true) = (&scenario.remedy, is_last) {
            text += &format!("    {}\n", paint(Style::Faint, remedy));
        }
    }
    text
}

/// Returns what goes wrong, in general.
fn kind(what_if: &WhatIf) -> &'static str {
    match what_if {
        WhatIf::SourceDown { .. } | WhatIf::SourceEmpty { .. } => "a source down or empty",
        WhatIf::ToolFails { .. } => "a tool down",
        WhatIf::ValueMissing { .. } => "a value missing",
        WhatIf::Answered { .. } | WhatIf::Unanswered { .. } => "each answer of a person",
        WhatIf::Approved { .. } | WhatIf::Refused { .. } => "an approval given or refused",
    }
}

fn claim(report: &Report) -> String {
    let shown = format!("{} of {}", count(report.cases.len(), "case"), report.total);
    match report.claim {
        Claim::Verified => {
            paint(Style::Good, "Verified") + &format!(": {shown}, every rule and step reached.\n")
        }
        Claim::Partial => {
            let mut text =
                paint(Style::Warn, "Partial") + &format!(": {shown}, nothing failed, but:\n");
            for reason in &report.reasons {
                text += &format!("  - {reason}\n");
            }
            text
        }
        Claim::Failed => {
            let mut text = paint(Style::Bad, "Failed") + &format!(": {shown}.\n");
            for reason in &report.reasons {
                text += &format!("  - {reason}\n");
            }
            text
        }
    }
}

fn table(report: &Report) -> String {
    let mut fields: Vec<&String> = Vec::new();
    for name in report.cases.iter().flat_map(|c| c.outcome.result.keys()) {
        if !fields.contains(&name) {
            fields.push(name);
        }
    }
    fields.truncate(5);
    let mut table = Table::new();
    table
        .load_style(UTF8_FULL_CONDENSED)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(u16::try_from(width()).unwrap_or(100));
    // A result that gives its own reason needs no second one.
    let told = |case: &CaseReport| {
        let why = case.outcome.because.join("; ");
        case.outcome.is_failed()
            || fields.iter().any(|f| {
                case.outcome
                    .result
                    .get(*f)
                    .and_then(serde_json::Value::as_str)
                    .is_some_and(|v| !v.is_empty() && why.starts_with(v))
            })
    };
    let asks_why =
        !report.cases.iter().all(told) || report.cases.iter().all(|c| c.outcome.is_failed());
    let header = ["case".to_owned()]
        .into_iter()
        .chain(fields.iter().map(|f| f.replace('_', " ")))
        .chain(asks_why.then(|| "why".to_owned()))
        .chain(["would make".to_owned()]);
    table.set_header(header);
    for case in &report.cases {
        let values = fields
            .iter()
            .map(|f| case.outcome.result.get(*f).map(cell).unwrap_or_default());
        let row = [case.outcome.key.clone()]
            .into_iter()
            .chain(values)
            .chain(asks_why.then(|| why(case)))
            .chain([makes(case)]);
        table.add_row(row);
    }
    table.to_string()
}

fn cell(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Null => "–".to_owned(),
        serde_json::Value::String(text) => one_line(text, 60),
        other => one_line(&other.to_string(), 40),
    }
}

fn why(case: &CaseReport) -> String {
    let text = match &case.outcome.status {
        Status::Failed { .. } => "failed".to_owned(),
        _ => case.outcome.because.join("; "),
    };
    one_line(&text, 110)
}

fn makes(case: &CaseReport) -> String {
    let made: Vec<String> = case
        .effects
        .iter()
        .map(|effect| made(&effect.content))
        .collect();
    one_line(&made.join(", "), 80)
}

fn made(content: &Content) -> String {
    match content {
        Content::Document { file, .. } | Content::Table { file, .. } => file.clone(),
        Content::EmailDraft { to, .. } => format!("draft to {to}"),
        Content::Message { to, .. } => format!("message to {to}"),
        Content::Update { table, .. } => format!("update of {table}"),
        Content::Call { tool, .. } => tool.clone(),
        Content::Question(_) => "question".to_owned(),
    }
}
