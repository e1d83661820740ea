//! A trace in the terminal: two columns, or one under the other where there is no room.

use std::io::IsTerminal;

use super::wrap::{padded, wrap};
use super::{Style, paint, width};
use crate::spec::trace::{Carrier, State, Trace, TraceRow};

/// Under this width two columns are too narrow to read.
const NARROW: usize = 80;

/// Between the columns.
const GAP: &str = "   ";

/// How a trace is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// The SOP on the left, what carries it out on the right, in so many columns.
    SideBySide(usize),
    /// What carries a statement out under it, in so many columns.
    Stacked(usize),
}

impl Layout {
    /// Returns the one that suits standard output. Programs get whole lines, which can be searched.
    pub fn here() -> Self {
        match width() {
            _ if !std::io::stdout().is_terminal() => Layout::whole_lines(),
            columns if columns < NARROW => Layout::Stacked(columns),
            columns => Layout::SideBySide(columns),
        }
    }

    /// Returns the one for files and programs.
    pub fn whole_lines() -> Self {
        Layout::Stacked(usize::MAX)
    }
}

/// A line of text before it is broken: what stands before it, itself, and how it looks.
struct Line {
    lead: &'static str,
    text: String,
    style: Option<Style>,
}

/// Returns each statement of the SOP with what carries it out, and what no statement asks for.
pub fn trace(trace: &Trace, layout: Layout) -> String {
    let style = if trace.counts.is_settled() {
        Style::Good
    } else {
        Style::Warn
    };
    let mut text = format!(
        "{}  {}\n{}\n",
        paint(Style::Strong, plain(&trace.title)),
        paint(Style::Faint, plain(&trace.workflow)),
        paint(style, trace.counts.words())
    );
    if let Some(caution) = &trace.caution {
        text += &format!("{} {caution}\n", paint(Style::Warn, "note:"));
    }
    let digits = trace.rows.len().to_string().len();
    let columns = Columns::of(layout, digits);
    text += &columns.header();
    for group in trace.rows.chunk_by(|a, b| a.heading == b.heading) {
        text.push('\n');
        if let Some(heading) = group.first().and_then(|row| row.heading.as_deref()) {
            text += &format!("{}\n", paint(Style::Strong, plain(heading)));
        }
        for row in group {
            text += &columns.row(row);
        }
    }
    let uncited: Vec<Line> = trace.uncited.iter().flat_map(carrier).collect();
    text += &columns.section("Not asked for by the SOP", &uncited);
    let assumed = trace
        .assumptions
        .iter()
        .map(|a| line("- ", a.words(), None));
    text += &columns.section("Assumed", &assumed.collect::<Vec<_>>());
    text
}

/// The widths of what is written.
struct Columns {
    /// Of the mark and the number.
    lead: usize,
    /// Of the statement.
    left: usize,
    /// Of what carries it out, where that stands beside the statement.
    right: Option<usize>,
    digits: usize,
}

impl Columns {
    fn of(layout: Layout, digits: usize) -> Self {
        // "✓ 12  "
        let lead = digits + 4;
        match layout {
            Layout::Stacked(width) => Columns {
                lead,
                left: width.saturating_sub(lead).max(20),
                right: None,
                digits,
            },
            Layout::SideBySide(width) => {
                let both = width.saturating_sub(lead + GAP.len()).max(40);
                let left = both * 9 / 20;
                Columns {
                    lead,
                    left,
                    right: Some(both - left),
                    digits,
                }
            }
        }
    }

    fn header(&self) -> String {
        if self.right.is_none() {
            return String::new();
        }
        let left = padded("The SOP says", self.left);
        format!(
            "\n{}{}\n",
            " ".repeat(self.lead),
            paint(Style::Faint, format!("{left}{GAP}What carries it out"))
        )
    }

    fn row(&self, row: &TraceRow) -> String {
        let (mark, style) = match row.state {
            State::CarriedOut => ("✓", Style::Good),
            State::InPart => ("◐", Style::Warn),
            State::Waived => ("–", Style::Faint),
            State::Open => ("✗", Style::Bad),
        };
        let number = paint(Style::Faint, format!("{:>1$}", row.number, self.digits));
        let said = wrap(&row.text, self.left);
        let carried = broken(&becomes(row), self.right.unwrap_or(self.left));
        let mut out = String::new();
        let beside = self.right.map_or(0, |_| carried.len());
        for index in 0..said.len().max(beside) {
            out += &match index {
                0 => format!("{} {number}  ", paint(style, mark)),
                _ => " ".repeat(self.lead),
            };
            let left = said.get(index).map_or("", String::as_str);
            match carried.get(index).filter(|_| self.right.is_some()) {
                Some(right) => out += &format!("{}{GAP}{right}", padded(left, self.left)),
                None => out += left,
            }
            out.push('\n');
        }
        if self.right.is_none() {
            for line in carried {
                out += &format!("{}{line}\n", " ".repeat(self.lead));
            }
        }
        out
    }

    fn section(&self, title: &str, lines: &[Line]) -> String {
        if lines.is_empty() {
            return String::new();
        }
        let whole = self.right.map_or(self.left, |right| self.left + right);
        let lines: String = broken(lines, whole)
            .iter()
            .map(|l| format!("  {l}\n"))
            .collect();
        format!("\n{}\n{lines}", paint(Style::Strong, title))
    }
}

/// Returns what becomes of a statement: a remark, its carriers, what is assumed.
fn becomes(row: &TraceRow) -> Vec<Line> {
    let style = match row.state {
        State::CarriedOut | State::Waived => Style::Faint,
        State::InPart => Style::Warn,
        State::Open => Style::Bad,
    };
    let remark = row.remark().map(|remark| line("", remark, Some(style)));
    let assumed = row
        .assumptions
        .iter()
        .map(|a| line("  ", format!("assumed: {}", a.words()), Some(Style::Warn)));
    remark
        .into_iter()
        .chain(row.carriers.iter().flat_map(carrier))
        .chain(assumed)
        .collect()
}

fn carrier(carrier: &Carrier) -> Vec<Line> {
    let mut text = carrier.text.clone();
    if let Some(number) = carrier.told_at {
        text += &format!(" (told at statement {number})");
        return vec![line("→ ", text, None)];
    }
    let details = carrier
        .details
        .iter()
        .map(|d| line("  - ", d.clone(), None));
    [line("→ ", text, None)]
        .into_iter()
        .chain(details)
        .collect()
}

fn line(lead: &'static str, text: String, style: Option<Style>) -> Line {
    Line { lead, text, style }
}

/// Breaks lines to a width, each going on under its own words.
fn broken(lines: &[Line], width: usize) -> Vec<String> {
    let mut out = Vec::new();
    for line in lines {
        let lead = line.lead.chars().count();
        for (index, part) in wrap(&line.text, width.saturating_sub(lead))
            .iter()
            .enumerate()
        {
            let before = if index == 0 {
                line.lead.to_owned()
            } else {
                " ".repeat(lead)
            };
            let part = line.style.map_or(part.clone(), |style| paint(style, part));
            out.push(before + &part);
        }
    }
    out
}

/// Returns a text on one line, without what would paint the terminal.
fn plain(text: &str) -> String {
    wrap(text, usize::MAX).concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sop::Sop;
    use crate::spec::{read_value, trace as made};
    use crate::ui::unpainted;

    fn shown(layout: Layout) -> String {
        let document = serde_json::json!({
            "workflow": 1, "name": "risk", "title": "Risk\u{1b}[2J", "objective": "o",
            "sop": {"file": "sop.md", "statements": 3, "waived": [{"statements": [1], "because": "background"}]},
            "assumptions": [{"text": "Days are calendar days", "from": "builder"}],
            "trigger": {"kind": "schedule", "sop": [2], "cron": "0 8 * * MON", "timezone": "UTC"}
        });
        let sop = Sop::parse(
            "# Risk\n- Owner: \u{1b}[31mops.\n\n## When\n- Every Monday at 8, before the team meets in the big room.\n- Be kind.\n",
        );
        let Some(workflow) = read_value(document).workflow else {
            return String::new();
        };
        trace(&made::trace(&workflow, &sop), layout)
    }

    #[test]
    fn the_sop_stands_on_the_left_and_what_carries_it_out_on_the_right() {
        let text = unpainted(&shown(Layout::SideBySide(80)));
        let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
        assert_eq!(
            lines,
            [
                "Risk[2J  risk",
                "1 of 3 statements carried out, 1 waived, 1 not carried out.",
                "",
                "     The SOP says                       What carries it out",
                "",
                "Risk",
                "– 1  Owner: [31mops.                    waived: background",
                "",
                "When",
                "✓ 2  Every Monday at 8, before the      → the trigger: every Monday at 8:00, UTC",
                "     team meets in the big room.",
                "✗ 3  Be kind.                           not carried out",
                "",
                "Assumed",
                "  - Days are calendar days",
            ]
        );
    }

    #[test]
    fn without_room_one_stands_under_the_other() {
        let text = unpainted(&shown(Layout::Stacked(40)));
        assert!(
            text.contains("✓ 2  Every Monday at 8, before the team\n     meets in the big room.\n     → the trigger: every Monday at\n       8:00, UTC\n"),
            "{text}"
        );
        let text = unpainted(&shown(Layout::whole_lines()));
        assert!(
            text.contains("\n     → the trigger: every Monday at 8:00, UTC\n"),
            "{text}"
        );
    }

    #[test]
    fn only_the_styles_of_the_house_paint() {
        let text = shown(Layout::SideBySide(80));
        assert!(text.contains(&paint(Style::Good, "✓")));
        assert!(!text.contains("\u{1b}[2J") && !text.contains("\u{1b}[31mops"));
    }
}
