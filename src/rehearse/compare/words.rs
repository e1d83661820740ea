//! A comparison in words.

use super::{Comparison, Made, Move};
use crate::diag::count;

/// How many cases are named.
const NAMED: usize = 5;

impl Comparison {
    /// Returns a sentence for each move, in their order.
    pub fn move_lines(&self) -> Vec<String> {
        let mut fields: Vec<&String> = self.moves.iter().filter_map(|m| m.field.as_ref()).collect();
        fields.sort();
        fields.dedup();
        let is_one = fields.len() < 2;
        self.moves
            .iter()
            .map(|moved| self.move_words(moved, is_one))
            .collect()
    }

    fn move_words(&self, moved: &Move, is_one: bool) -> String {
        let cases = count(moved.cases.len(), &self.item);
        let (is, names) = (moved.cases.len() == 1, named(&moved.cases));
        let Some(field) = &moved.field else {
            return match moved.after.as_str() {
                "failed" => {
                    let verb = if is { "fails" } else { "fail" };
                    let why = moved
                        .because
                        .as_ref()
                        .map_or(String::new(), |b| format!(" ({b})"));
                    format!("{cases} {verb} now: {names}{why}")
                }
                "stopped" => format!(
                    "{cases} {} early now: {names}",
                    if is { "ends" } else { "end" }
                ),
                _ => format!(
                    "{cases} {} to the end now: {names}",
                    if is { "goes" } else { "go" }
                ),
            };
        };
        let of = if is_one {
            String::new()
        } else {
            format!("{}: ", field.replace('_', " "))
        };
        let verb = if is { "moves" } else { "move" };
        let value = |text: &str| match text {
            "–" => "nothing".to_owned(),
            text => text.replace('_', " "),
        };
        format!(
            "{of}{cases} {verb} from {} to {}: {names}",
            value(&moved.before),
            value(&moved.after)
        )
    }

    /// Returns what differs, a sentence each; nothing if nothing does.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = self.move_lines();
        for (field, cases) in &self.reworded {
            let field = field.replace('_', " ");
            lines.push(format!(
                "{field} says something else for {}",
                count(*cases, &self.item)
            ));
        }
        let mut scope = |cases: &[String], one: &str, many: &str| {
            if !cases.is_empty() {
                let verb = if cases.len() == 1 { one } else { many };
                let names = named(cases);
                lines.push(format!(
                    "{} {verb}: {names}",
                    count(cases.len(), &self.item)
                ));
            }
        };
        scope(&self.left, "is left out now", "are left out now");
        scope(
            &self.joined,
            "is looked at now that was not",
            "are looked at now that were not",
        );
        if self.left.is_empty() && self.joined.is_empty() && self.totals.0 != self.totals.1 {
            let now = count(self.totals.1, &self.item);
            lines.push(format!("{now} to look at, {} before", self.totals.0));
        }
        lines.extend(self.made.iter().map(made_words));
        for test in &self.tests {
            let why = test
                .because
                .as_ref()
                .map_or(String::new(), |b| format!(": {b}"));
            lines.push(if test.holds {
                format!("the test “{}” holds now", test.name)
            } else {
                format!("the test “{}” no longer holds{why}", test.name)
            });
        }
        lines
    }

    /// Returns what was compared, in one sentence.
    pub fn basis(&self) -> String {
        let mut text = format!("{} compared", count(self.compared, &self.item));
        if self.compared < self.totals.1 {
            text += &format!(" of {}", self.totals.1);
        }
        if self.tests_in_all > 0 && self.tests.is_empty() {
            text += &match self.tests_in_all {
                1 => ", the test came out as before".to_owned(),
                n => format!(", all {n} tests came out as before"),
            };
            if self.tests_failing > 0 {
                text += &format!(" ({} not as expected)", self.tests_failing);
            }
        }
        if self.is_stood_in {
            text += "; no model was asked, so texts that one writes may differ";
        }
        text
    }
}

fn made_words(made: &Made) -> String {
    let id = made.output.replace('_', " ");
    let mut parts = Vec::new();
    match made.after.cmp(&made.before) {
        std::cmp::Ordering::Greater => parts.push(format!(
            "{} more ({}, before {})",
            count(made.after - made.before, &made.what),
            made.after,
            made.before
        )),
        std::cmp::Ordering::Less => parts.push(format!(
            "{} fewer ({}, before {})",
            count(made.before - made.after, &made.what),
            made.after,
            made.before
        )),
        std::cmp::Ordering::Equal => {}
    }
    if made.reworded > 0 {
        let verb = if made.reworded == 1 { "says" } else { "say" };
        let what = if parts.is_empty() {
            count(made.reworded, &made.what)
        } else {
            made.reworded.to_string()
        };
        parts.push(format!("{what} {verb} something else"));
    }
    let text = parts.join("; ");
    // Two outputs may be of one kind.
    if id == made.what {
        text
    } else {
        format!("{text} (“{id}”)")
    }
}

/// Returns the first names of a list, and how many more there are.
fn named(cases: &[String]) -> String {
    let shown = cases
        .iter()
        .take(NAMED)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    match cases.len().saturating_sub(NAMED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_told_in_sentences() {
        let moved = |field: Option<&str>, after: &str, cases: &[&str]| Move {
            field: field.map(str::to_owned),
            before: "medium".to_owned(),
            after: after.to_owned(),
            cases: cases.iter().map(|c| (*c).to_owned()).collect(),
            because: (after == "failed").then(|| "no such row".to_owned()),
        };
        let compared = Comparison {
            item: "account".to_owned(),
            compared: 40,
            totals: (49, 48),
            moves: vec![
                moved(Some("level"), "high", &["Acme", "Beta", "Gamma"]),
                moved(None, "failed", &["Delta"]),
            ],
            reworded: vec![("reason".to_owned(), 2)],
            left: ["1", "2", "3", "4", "5", "6", "7"]
                .map(str::to_owned)
                .to_vec(),
            made: vec![Made {
                output: "note".to_owned(),
                what: "email draft".to_owned(),
                before: 30,
                after: 32,
                reworded: 1,
            }],
            tests_in_all: 2,
            ..Comparison::default()
        };
        assert_eq!(
            compared.lines(),
            [
                "3 accounts move from medium to high: Acme, Beta, Gamma",
                "1 account fails now: Delta (no such row)",
                "reason says something else for 2 accounts",
                "7 accounts are left out now: 1, 2, 3, 4, 5 and 2 more",
                "2 email drafts more (32, before 30); 1 says something else (“note”)",
            ]
        );
        assert_eq!(
            compared.basis(),
            "40 accounts compared of 48, all 2 tests came out as before"
        );
        assert!(Comparison::default().lines().is_empty());
    }
}
