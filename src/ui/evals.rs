//! Evaluations as tables.

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{ColumnConstraint, ContentArrangement, Table};

use super::{Style, paint, width};
use crate::diag::{count, one_line};
use crate::evals::{Attempt, CaseResult, Comparison, Kind, Results};

/// What failed of a case is told up to so many lines.
const TOLD: usize = 6;

/// Returns what came of a suite: a row per case, the whole, and what failed.
pub fn evals(results: &Results) -> String {
    let k = results.times;
    let mut table = table();
    table.set_header([
        "case".to_owned(),
        "passed".to_owned(),
        format!("pass@{k}"),
        format!("pass^{k}"),
        "values".to_owned(),
        "checks".to_owned(),
        "turns".to_owned(),
        "tokens".to_owned(),
        "cost".to_owned(),
        "s".to_owned(),
    ]);
    for case in &results.cases {
        let held = case.mean(|a| a.held() as f64);
        let checks = case.attempts.first().map_or(0, |a| a.checks.len());
        table.add_row([
            case.case.clone(),
            match case.error {
                Some(_) => "not run".to_owned(),
                None => format!("{} of {k}", case.passed()),
            },
            yes(case.passed_once()),
            yes(case.passed_always()),
            share(case.mean(Attempt::accuracy)),
            format!("{} of {checks}", short(held)),
            short(case.mean(|a| f64::from(a.turns))),
            tokens(case),
            dollars(case.mean(|a| a.cost_usd)),
            format!("{:.1}", case.mean(|a| a.seconds)),
        ]);
    }
    let of = |figure: &dyn Fn(&Attempt) -> f64| results.mean(|case| case.mean(figure));
    let mut text = format!("{table}\n");
    let of_k = match k {
        1 => String::new(),
        _ => format!(
            ", pass@{k} {}, pass^{k} {}",
            share(results.passed_once()),
            share(results.passed_always())
        ),
    };
    text += &format!(
        "{}, {}: pass@1 {}{of_k}; values {}, checks {}; ${:.2} in all.\n",
        paint(Style::Strong, &results.model),
        count(results.cases.len(), "case"),
        share(results.passed()),
        share(of(&|a| a.accuracy())),
        share(of(&|a| a.held() as f64 / a.checks.len().max(1) as f64)),
        results
            .cases
            .iter()
            .flat_map(|case| &case.attempts)
            .map(|a| a.cost_usd + a.exam_cost_usd)
            .fold(0.0, |sum, cost| sum + cost)
    );
    for case in &results.cases {
        text += &failures(case);
    }
    text
}

/// Returns what failed of a case, as of the first attempt that did not pass.
fn failures(case: &CaseResult) -> String {
    let mut text = String::new();
    if let Some(error) = &case.error {
        text += &format!("  {} {error}\n", paint(Style::Bad, "could not be run:"));
    }
    if let Some(failed) = case.attempts.iter().find(|a| !a.passed) {
        let mut lines: Vec<String> = Vec::new();
        if let Some(because) = &failed.because {
            lines.push(because.clone());
        }
        lines.extend(
            failed
                .ignored
                .iter()
                .map(|change| format!("nothing came of “{change}”")),
        );
        let examined = failed.because.is_none();
        for (column, field) in failed
            .fields
            .iter()
            .filter(|(_, f)| examined && !f.is_enough())
        {
            lines.push(match &field.field {
                Some(_) => format!("{column}: {} of {} agree", field.agreed, field.cases),
                None => format!("{column}: no field of the result says it"),
            });
        }
        for check in failed.checks.iter().filter(|c| examined && !c.passed) {
            let not = match check.kind {
                Kind::Require => "not so",
                Kind::Forbid => "so, and must not be",
            };
            let why = check.why.as_ref().map(|w| format!(" ({w})"));
            lines.push(format!("{not}: {}{}", check.it, why.unwrap_or_default()));
        }
        let more = lines.len().saturating_sub(TOLD);
        for line in lines.iter().take(TOLD) {
            text += &format!("  {}\n", one_line(line, width().saturating_sub(4)));
        }
        if more > 0 {
            text += &paint(Style::Faint, format!("  and {more} more\n"));
        }
    }
    if text.is_empty() {
        return text;
    }
    format!(
        "\n{} ({})\n{text}",
        paint(Style::Strong, &case.case),
        case.title
    )
}

/// Returns the differences between two results.
pub fn comparison(compared: &Comparison) -> String {
    let mut text = format!("A: {}\nB: {}\n", compared.before, compared.after);
    let mut table = table();
    table.set_header(["case", "passed", "values", "turns", "tokens", "cost"]);
    let mut sums = [0.0; 10];
    for case in &compared.cases {
        let pairs = [
            case.passed,
            case.accuracy,
            case.turns,
            case.tokens,
            case.cost_usd,
        ];
        for (sum, value) in sums.iter_mut().zip(pairs.iter().flat_map(|(a, b)| [a, b])) {
            *sum += value;
        }
        let mark = if case.is_changed { " *" } else { "" };
        table.add_row(row(&format!("{}{mark}", case.case), pairs));
    }
    let mean = |i: usize| sums[i] / compared.cases.len().max(1) as f64;
    let pairs = [0, 2, 4, 6, 8].map(|i| (mean(i), mean(i + 1)));
    table.add_row(row("in the mean", pairs));
    text += &format!("{table}\n");
    if compared.cases.iter().any(|case| case.is_changed) {
        text += "* The case itself is another one by now.\n";
    }
    for name in &compared.only_in_one {
        text += &format!("{name} is in only one of them.\n");
    }
    for case in compared.cases.iter().filter(|c| !c.checks.is_empty()) {
        text += &format!("\n{}\n", paint(Style::Strong, &case.case));
        for (it, before, after) in &case.checks {
            let style = if after > before {
                Style::Good
            } else {
                Style::Bad
            };
            let change = format!("{} → {}", share(*before), share(*after));
            text += &format!("  {} {it}\n", paint(style, change));
        }
    }
    text
}

fn row(name: &str, pairs: [(f64, f64); 5]) -> [String; 6] {
    let [passed, accuracy, turns, tokens, cost] = pairs;
    let between = |(a, b): (f64, f64), tell: &dyn Fn(f64) -> String| {
        let (a, b) = (tell(a), tell(b));
        if a == b { a } else { format!("{a} → {b}") }
    };
    [
        name.to_owned(),
        between(passed, &share),
        between(accuracy, &share),
        between(turns, &short),
        between(tokens, &short),
        between(cost, &dollars),
    ]
}

fn table() -> Table {
    let mut table = Table::new();
    table
        .load_style(UTF8_FULL_CONDENSED)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(u16::try_from(width()).unwrap_or(100))
        .set_constraints([ColumnConstraint::ContentWidth]);
    table
}

fn tokens(case: &CaseResult) -> String {
    let (read, written) = (
        case.mean(|a| a.tokens_in as f64),
        case.mean(|a| a.tokens_out as f64),
    );
    format!("{}/{}", short(read), short(written))
}

/// Returns a figure as whole as it is, and thousands as `12k`.
fn short(figure: f64) -> String {
    if figure >= 10_000.0 {
        format!("{:.0}k", figure / 1000.0)
    } else if figure.fract().abs() < 0.05 {
        format!("{figure:.0}")
    } else {
        format!("{figure:.1}")
    }
}

fn share(part: f64) -> String {
    format!("{:.0} %", part * 100.0)
}

fn dollars(cost: f64) -> String {
    if cost > 0.0 {
        format!("${cost:.2}")
    } else {
        "–".to_owned()
    }
}

fn yes(is_so: bool) -> String {
    if is_so { "yes" } else { "no" }.to_owned()
}
