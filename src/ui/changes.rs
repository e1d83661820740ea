//! A change of a workflow: its parts in words, what it does to results, what was not asked for.

use super::wrap::wrap;
use super::{Style, paint, width};
use crate::builder::Refinement;
use crate::rehearse::Comparison;
use crate::spec::{PartChange, capital};

/// How many lines of results are shown in a chat.
const MOST: usize = 8;

/// Returns the parts that changed, each with what it said and says.
pub fn changes(changes: &[PartChange]) -> String {
    let mut text = String::new();
    let (support, parts): (Vec<_>, Vec<_>) = changes.iter().partition(|c| c.is_support);
    for change in parts {
        text += &format!("{}\n", paint(Style::Strong, capital(&change.part)));
        sides(&mut text, change.before.as_ref(), change.after.as_ref());
        for detail in &change.details {
            text += &format!("  {}\n", paint(Style::Faint, &detail.field));
            sides(&mut text, detail.before.as_ref(), detail.after.as_ref());
        }
    }
    // Columns that are read for it are a means: one line.
    let (gone, new): (Vec<_>, Vec<_>) = support.into_iter().partition(|c| c.is_removed());
    for (list, style, mark) in [(gone, Style::Bad, "-"), (new, Style::Good, "+")] {
        if list.is_empty() {
            continue;
        }
        let columns: Vec<&str> = list
            .iter()
            .filter_map(|c| c.after.as_ref().or(c.before.as_ref()))
            .map(|words| words.trim_end_matches(" is read too"))
            .collect();
        let what = if columns.len() == 1 {
            "column"
        } else {
            "columns"
        };
        let words = format!("{what} that it reads: {}", columns.join(", "));
        text += &marked(&words, style, mark);
    }
    text
}

fn sides(text: &mut String, before: Option<&String>, after: Option<&String>) {
    if let Some(before) = before {
        *text += &marked(before, Style::Bad, "-");
    }
    if let Some(after) = after {
        *text += &marked(after, Style::Good, "+");
    }
}

fn marked(words: &str, style: Style, mark: &str) -> String {
    hung(words, style, &format!("  {mark} "))
}

/// Returns lines of which the first begins with a mark, and the others below its text.
fn hung(words: &str, style: Style, mark: &str) -> String {
    let indent = " ".repeat(mark.chars().count());
    wrap(words, width().saturating_sub(mark.chars().count()))
        .iter()
        .enumerate()
        .map(|(index, line)| {
            let lead = if index == 0 { mark } else { &indent };
            format!("{}\n", paint(style, format!("{lead}{line}")))
        })
        .collect()
}

/// Returns what a turn made of a workflow.
pub fn refinement(refinement: &Refinement) -> String {
    let mut text = changes(&refinement.changes);
    match (&refinement.results, &refinement.not_compared) {
        (Some(results), _) => text += &comparison(results),
        (None, Some(why)) => {
            text += &hung(
                &format!("Results were not compared: {why}"),
                Style::Warn,
                "  ",
            );
        }
        (None, None) => {}
    }
    if !refinement.beyond.is_empty() {
        text += &format!(
            "{}\n",
            paint(Style::Warn, "Also changed, though you did not name it:")
        );
        for line in &refinement.beyond {
            text += &hung(line, Style::Warn, "  ! ");
        }
    }
    text
}

fn comparison(results: &Comparison) -> String {
    let lines = results.lines();
    let basis = results.basis();
    if lines.is_empty() {
        return hung(&format!("No result changes ({basis})."), Style::Faint, "");
    }
    let mut text = format!("{}\n", paint(Style::Strong, "What that does"));
    for line in lines.iter().take(MOST) {
        let is_bad =
            line.contains("no longer holds") || line.contains(" now: ") && line.contains(" fail");
        let style = if is_bad { Style::Bad } else { Style::Accent };
        text += &hung(line, style, "  • ");
    }
    if lines.len() > MOST {
        text += &format!("  and {} more\n", lines.len() - MOST);
    }
    text + &hung(&format!("({basis})"), Style::Faint, "  ")
}
