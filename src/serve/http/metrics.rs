//! Counts for Prometheus, in its text format.

use std::fmt::Write as _;

use hyper::header::HeaderMap;

use super::Front;
use super::answer::{self, Answer};
use crate::store::journal::Tallies;

/// The text format's content type.
const KIND: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Answers with what the journal holds, and what waits here.
///
/// # Errors
/// The answer to who may not know.
pub(super) fn answer(front: &Front, headers: &HeaderMap) -> Result<Answer, Answer> {
    front.guard.open(headers)?;
    let tallies = front.journal.tallies();
    let tallies = tallies.map_err(|_| answer::no_journal())?;
    let waiting = front.board.waiting.get();
    let next = front.board.next_due();
    Ok(Answer::text(KIND, text(&tallies, waiting, next)))
}

fn text(tallies: &Tallies, waiting: usize, next: Option<i64>) -> String {
    let mut out = Metrics::default();
    out.family(
        "sopwright_runs_total",
        "counter",
        "Runs that began, by workflow and how far they got.",
    );
    for (workflow, status, number) in &tallies.runs {
        let labels = [("workflow", workflow.as_str()), ("status", status)];
        out.value(&labels, *number as f64);
    }
    out.family(
        "sopwright_cases_total",
        "counter",
        "Cases that are finished, by workflow and status.",
    );
    for (workflow, status, number) in &tallies.cases {
        let labels = [("workflow", workflow.as_str()), ("status", status)];
        out.value(&labels, *number as f64);
    }
    out.family(
        "sopwright_model_cost_usd_total",
        "counter",
        "What models have cost, in US dollars, by workflow.",
    );
    for (workflow, cost) in &tallies.cost {
        out.value(&[("workflow", workflow)], *cost);
    }
    out.family(
        "sopwright_firings_not_run_total",
        "counter",
        "Times that a run was due and could not begin, by workflow.",
    );
    for (workflow, number) in &tallies.not_run {
        out.value(&[("workflow", workflow)], *number as f64);
    }
    out.family(
        "sopwright_approvals_waiting",
        "gauge",
        "What waits for a person.",
    );
    out.value(&[], tallies.approvals as f64);
    out.family(
        "sopwright_runs_waiting",
        "gauge",
        "Runs that wait for their turn.",
    );
    out.value(&[], waiting as f64);
    if let Some(next) = next {
        out.family(
            "sopwright_next_due_timestamp_seconds",
            "gauge",
            "When something is due next by a clock.",
        );
        out.value(&[], next as f64 / 1000.0);
    }
    out.text
}

/// Metrics in the text format.
#[derive(Default)]
struct Metrics {
    text: String,
    name: &'static str,
}

impl Metrics {
    /// Begins the values of a name.
    fn family(&mut self, name: &'static str, kind: &str, help: &str) {
        self.name = name;
        let _ = writeln!(self.text, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    /// Adds a value.
    fn value(&mut self, labels: &[(&str, &str)], value: f64) {
        self.text.push_str(self.name);
        if !labels.is_empty() {
            let labels: Vec<String> = labels
                .iter()
                .map(|(name, value)| format!("{name}=\"{}\"", escaped(value)))
                .collect();
            let _ = write!(self.text, "{{{}}}", labels.join(","));
        }
        let _ = writeln!(self.text, " {value}");
    }
}

fn escaped(label: &str) -> String {
    label
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_under_their_name_with_labels() {
        let tallies = Tallies {
            runs: vec![("a\"b".into(), "done".into(), 3)],
            cost: vec![("a".into(), 0.25)],
            approvals: 2,
            ..Tallies::default()
        };
        let text = text(&tallies, 7, Some(1_500));
        for line in [
            "# TYPE sopwright_runs_total counter",
            "sopwright_runs_total{workflow=\"a\\\"b\",status=\"done\"} 3",
            "sopwright_model_cost_usd_total{workflow=\"a\"} 0.25",
            "sopwright_approvals_waiting 2",
            "sopwright_runs_waiting 7",
            "sopwright_next_due_timestamp_seconds 1.5",
        ] {
            assert!(text.lines().any(|l| l == line), "{line} is not in {text}");
        }
    }
}
