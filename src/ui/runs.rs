//! Runs as a table, and one run.

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{ContentArrangement, Table};

use super::{Style, at, models, paint, width};
use crate::diag::count;
use crate::store::journal::{Run, RunStatus, Used};

/// Returns a row per run: its id, when it began, how far it got, its cases and how long it took.
pub fn runs(runs: &[Run]) -> String {
    let mut table = Table::new();
    table
        .load_style(UTF8_FULL_CONDENSED)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(u16::try_from(width()).unwrap_or(100))
        .set_header(["run", "began", "status", "cases", "failed", "took"]);
    for run in runs {
        table.add_row([
            run.info.id.clone(),
            at(run.started),
            status(run),
            cases(run),
            run.failed.to_string(),
            took(run),
        ]);
    }
    format!("{table}\n")
}

/// Returns what a run came to, with how many cases came to each status, how many things are at
/// each state of approval, and what was used.
pub fn run(
    run: &Run,
    statuses: &[(String, usize)],
    approvals: &[(String, usize)],
    used: &Used,
) -> String {
    let mut text = format!("{}\n", paint(Style::Strong, &run.info.id));
    let mut line = |name: &str, value: &str| {
        text += &format!("  {:<10} {value}\n", format!("{name}:"));
    };
    let counts = |of: &[(String, usize)]| {
        let all: Vec<String> = of.iter().map(|(what, n)| format!("{n} {what}")).collect();
        all.join(", ")
    };
    line("status", &status(run));
    if let Some(why) = run
        .why
        .as_deref()
        .filter(|_| run.status != RunStatus::CutShort)
    {
        line("why", why);
    }
    line(
        "workflow",
        &format!("{}, version {}", run.info.workflow, run.version),
    );
    line("began", &at(run.started));
    line("as of", &run.info.time);
    line("took", &took(run));
    if run.resumed > 0 {
        line("resumed", &count(run.resumed, "time"));
    }
    if let Some(only) = &run.only {
        line("only", &format!("case {only}"));
    }
    line("cases", &format!("{} finished", cases(run)));
    if !statuses.is_empty() {
        line("of these", &counts(statuses));
    }
    if !approvals.is_empty() {
        line("inbox", &counts(approvals));
    }
    if let Some(models) = models(used) {
        line("models", &models);
    }
    line("results", &run.results.display().to_string());
    line("files", &run.folder.display().to_string());
    if matches!(
        run.status,
        RunStatus::CutShort | RunStatus::Held | RunStatus::Limited | RunStatus::Paused
    ) {
        text += &format!(
            "\nIt is finished with: {}\n",
            paint(
                Style::Accent,
                format!("sopwright run --resume {}", run.info.id)
            )
        );
    }
    text
}

fn cases(run: &Run) -> String {
    match run.kept_rows.filter(|all| *all > run.finished) {
        Some(all) => format!("{} of {all}", run.finished),
        None => run.finished.to_string(),
    }
}

fn status(run: &Run) -> String {
    let words = run.status.words();
    match run.status {
        RunStatus::CutShort | RunStatus::Held | RunStatus::Limited | RunStatus::Paused => {
            paint(Style::Warn, words)
        }
        RunStatus::Running | RunStatus::Done => words.to_owned(),
    }
}

/// Returns how long a run took from its beginning to its end, waits between included.
fn took(run: &Run) -> String {
    let Some(ended) = run.ended.filter(|_| run.status != RunStatus::CutShort) else {
        return "–".to_owned();
    };
    let seconds = (ended - run.started) as f64 / 1000.0;
    match seconds {
        s if s < 90.0 => format!("{s:.1} s"),
        s if s < 5400.0 => format!("{:.1} min", s / 60.0),
        s => format!("{:.1} h", s / 3600.0),
    }
}
