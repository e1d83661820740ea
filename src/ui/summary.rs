//! A finished run in a few lines.

use super::{Style, models, paint};
use crate::diag::count;
use crate::runner::Summary;

/// How many of the cases that wait are named.
const HELD: usize = 10;

/// Returns what a run has come to, and where its files are.
pub fn summary(summary: &Summary) -> String {
    let mut parts = vec![format!("{} done", summary.done)];
    if summary.stopped > 0 {
        parts.push(format!("{} ended early", summary.stopped));
    }
    if summary.failed > 0 {
        parts.push(paint(Style::Bad, format!("{} failed", summary.failed)));
    }
    let mut text = format!(
        "{} of {}: {}, in {:.1} s\n",
        paint(Style::Strong, count(summary.cases, "case")),
        summary.run.workflow,
        parts.join(", "),
        summary.seconds
    );
    if !summary.results_by_value.is_empty() {
        let values: Vec<String> = summary
            .results_by_value
            .iter()
            .map(|(value, n)| format!("{value}: {n}"))
            .collect();
        text += &format!("  {}\n", values.join(", "));
    }
    if !summary.made.is_empty() {
        let made: Vec<String> = summary
            .made
            .iter()
            .map(|(kind, n)| {
                if kind.starts_with("waiting") {
                    format!("{n} {kind}")
                } else {
                    count(*n, kind)
                }
            })
            .collect();
        text += &format!("  {}\n", made.join(", "));
    }
    if let Some(models) = models(&summary.used) {
        text += &format!("  {models}\n");
    }
    for failed in &summary.failures {
        text += &format!(
            "  {} {} at `{}`: {}\n",
            paint(Style::Bad, "failed:"),
            failed.key,
            failed.part,
            failed.message
        );
    }
    if summary.failed > summary.failures.len() {
        text += &format!(
            "  and {} more: see the error column of the results\n",
            summary.failed - summary.failures.len()
        );
    }
    for (output, message) in &summary.failed_outputs {
        text += &format!(
            "  {} output `{output}`: {message}\n",
            paint(Style::Bad, "failed:")
        );
    }
    for held in summary.held.iter().take(HELD) {
        text += &format!(
            "  {} {}: {}\n",
            paint(Style::Warn, "held:"),
            held.key,
            held.message
        );
    }
    if summary.held.len() > HELD {
        text += &format!("  and {} more\n", summary.held.len() - HELD);
    }
    if !summary.held.is_empty() {
        text += &format!(
            "  {} shows what there is to say, and {} goes on then\n",
            paint(Style::Accent, "sopwright inbox list"),
            paint(
                Style::Accent,
                format!("sopwright run --resume {}", summary.run.id)
            )
        );
    } else if summary.made.contains_key("waiting for approval") {
        text += &format!(
            "  {} shows what waits for you\n",
            paint(Style::Accent, "sopwright inbox list")
        );
    }
    for line in summary.notes.iter().chain(&summary.stopped_by) {
        text += &format!("  {} {line}\n", paint(Style::Warn, "note:"));
    }
    text += &format!(
        "  Results: {}\n  Files:   {}\n",
        summary.results.display(),
        summary.folder.display()
    );
    text
}
