//! A backtest as tables.

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{ContentArrangement, Table};

use super::{Style, paint, width};
use crate::diag::{count, one_line};
use crate::rehearse::{Backtest, is_same, shown_value};
use crate::sop::Sop;

/// How many cases of a disagreement are shown.
const SHOWN: usize = 3;

/// Returns how a workflow's results compare with what people decided: how often each field
/// agrees, what came for what, and the disagreements by the rule that decided.
pub fn backtest(report: &Backtest, sop: &Sop) -> String {
    let all = report.agreed == report.cases;
    let style = if all { Style::Good } else { Style::Warn };
    let mut text = format!(
        "{} of {} as people decided ({}).\n",
        paint(style, report.agreed.to_string()),
        count(report.cases, "case"),
        share(report.agreed, report.cases)
    );
    if report.undecided > 0 {
        text += &format!(
            "{} left out: nobody says how they were decided.\n",
            count(report.undecided, "case")
        );
    }
    for (field, score) in &report.fields {
        text += &format!(
            "\n{}: {} of {} ({})\n",
            field.replace('_', " "),
            score.agreed,
            report.cases,
            share(score.agreed, report.cases)
        );
        let mut table = Table::new();
        table
            .load_style(UTF8_FULL_CONDENSED)
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(u16::try_from(width()).unwrap_or(100))
            .set_header(["decided", "came", "cases"]);
        for (was, came, cases) in score.confusion.iter().take(20) {
            table.add_row([one_line(was, 40), one_line(came, 40), cases.to_string()]);
        }
        text += &format!("{table}\n");
    }
    for group in &report.disagreements {
        text += &format!(
            "\n{}: {}\n",
            count(group.cases.len(), "disagreement"),
            one_line(&group.rule, 100)
        );
        for number in group.statements.iter().take(SHOWN) {
            let statement = sop.statements.iter().find(|s| s.number == *number);
            let words = statement.map_or("", |s| s.text.as_str());
            text += &format!("  statement {number}: {}\n", one_line(words, 100));
        }
        for case in group
            .cases
            .iter()
            .filter_map(|i| report.compared.get(*i))
            .take(SHOWN)
        {
            let differences: Vec<String> = case
                .fields
                .iter()
                .filter(|(_, (was, came))| !is_same(was, came))
                .map(|(field, (was, came))| {
                    format!(
                        "{field} decided {}, came {}",
                        shown_value(was),
                        shown_value(came)
                    )
                })
                .collect();
            text += &format!(
                "  {}: {} – {}\n",
                case.key,
                differences.join("; "),
                one_line(&case.row.to_string(), 120)
            );
        }
    }
    text
}

fn share(part: usize, all: usize) -> String {
    format!("{:.1} %", part as f64 / all.max(1) as f64 * 100.0)
}
