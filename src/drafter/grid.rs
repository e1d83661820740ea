//! Tables within an SOP: each row is said as the sentence that it stands for.

use super::condition::figures;
use super::cross;
use super::words::tokens;
use super::world::Said;

/// What a table's heading is for.
pub(super) const HEADING: &str = "the heading of a table";

/// Rewrites the rows of tables: under "Utilization | Level", "above 120% | Act now" says
/// "Act now: utilization above 120%". A heading says nothing by itself.
///
/// `is_value` tells whether words name a value that rows hold.
pub(super) fn spoken(statements: &[Said], is_value: &dyn Fn(&str) -> bool) -> Vec<Said> {
    let mut heading: Option<Vec<String>> = None;
    let mut crossed = false;
    let mut spoken = Vec::with_capacity(statements.len());
    for (index, said) in statements.iter().enumerate() {
        let cells = cells_of(said);
        if cells.len() < 2 {
            heading = None;
            spoken.push(said.clone());
            continue;
        }
        let texts = match &heading {
            None => {
                let below = statements[index + 1..].iter().map(cells_of);
                let below: Vec<Vec<String>> = below.take_while(|cells| cells.len() > 1).collect();
                crossed = cross::is_crossed(&cells, &below);
                let told = match crossed {
                    true => cells,
                    false => without_effects(cells, &below, is_value),
                };
                heading = Some(told);
                vec![HEADING.to_owned()]
            }
            Some(heading) if crossed => cross::rows(heading, &cells, is_value),
            Some(heading) => rows(heading, &cells),
        };
        spoken.extend(texts.into_iter().map(|text| Said {
            text,
            ..said.clone()
        }));
    }
    spoken
}

fn cells_of(said: &Said) -> Vec<String> {
    let cells = said.text.split(" | ");
    cells.map(|cell| cell.trim().to_owned()).collect()
}

/// What heads a column that says what a level brings, and nothing of which cases have it.
const EFFECT: &str = "(what it brings)";

/// Returns a heading in which the columns are marked that choose nothing: beside one whose cells all
/// compare something, "5 % of the fee" is what the level brings.
fn without_effects(
    mut heading: Vec<String>,
    below: &[Vec<String>],
    is_value: &dyn Fn(&str) -> bool,
) -> Vec<String> {
    let column = |at: usize| below.iter().filter_map(move |cells| cells.get(at));
    let compares = |cell: &String| {
        let found = figures(&tokens(cell));
        !found.is_empty() && found.iter().all(|f| f.relation.is_some())
    };
    let is_compared =
        |at: usize| column(at).filter(|cell| compares(cell)).count() * 2 > below.len();
    if below.is_empty() || !(0..heading.len()).any(is_compared) {
        return heading;
    }
    let lead = lead(&heading, below);
    for (at, head) in heading.iter_mut().enumerate() {
        let is_one = Some(at) == lead || is_compared(at) || is_action(head) || is_plain(head);
        if !is_one && !column(at).any(|cell| compares(cell) || is_value(cell)) {
            *head = EFFECT.to_owned();
        }
    }
    // The column of levels leads, whatever it is called.
    if let Some(at) = lead {
        heading[at] = format!("{} level", heading[at]);
    }
    heading
}

/// Returns the column that names levels: the one that is headed like one, else one of short names that
/// are all different.
fn lead(heading: &[String], below: &[Vec<String>]) -> Option<usize> {
    let named = heading.iter().position(|head| is_lead(head));
    named.or_else(|| {
        (0..heading.len()).find(|at| {
            let mut cells: Vec<&String> = below.iter().filter_map(|row| row.get(*at)).collect();
            let is_name = |cell: &&String| {
                let words = tokens(cell);
                (1..=3).contains(&words.len()) && figures(&words).is_empty()
            };
            let all = cells.len() == below.len() && cells.iter().all(is_name);
            cells.sort_unstable();
            cells.dedup();
            all && cells.len() == below.len()
        })
    })
}

/// Says a row as sentences: one of which cases it is for, one of what is done with them.
fn rows(heading: &[String], cells: &[String]) -> Vec<String> {
    let acts = |head: &String| is_action(head);
    let Some(action) = heading.iter().position(acts).filter(|at| *at > 0) else {
        return vec![row(heading, cells)];
    };
    let without = |all: &[String]| -> Vec<String> {
        let kept = all.iter().enumerate().filter(|(at, _)| *at != action);
        kept.map(|(_, cell)| cell.clone()).collect()
    };
    let (head, rest) = (without(heading), without(cells));
    let stated = row(&head, &rest);
    let label = stated.split(": ").next().unwrap_or_default().to_owned();
    let done = cells.get(action).filter(|cell| !cell.is_empty());
    let done = done.map(|cell| format!("{label}: {cell}"));
    std::iter::once(stated).chain(done).collect()
}

/// Says a row as a sentence. Of its columns, the one that is headed like a label leads.
fn row(heading: &[String], cells: &[String]) -> String {
    let lead = heading.iter().position(|head| is_lead(head));
    let said = |at: usize| {
        let head = heading.get(at).map(String::as_str).unwrap_or_default();
        let cell = cells.get(at).map(String::as_str).unwrap_or_default();
        let plain = is_plain(head);
        if plain {
            cell.to_owned()
        } else {
            format!("{} {cell}", head.to_lowercase())
        }
    };
    let is_said = |at: &usize| {
        if heading.get(*at).is_some_and(|head| head == EFFECT) {
            return false;
        }
        cells
            .get(*at)
            .is_some_and(|c| !c.is_empty() && c != "-" && c != "–")
    };
    match lead.and_then(|lead| Some((lead, cells.get(lead)?))) {
        // "above 100%, up to 120%" are the two ends of one band.
        Some((lead, label)) => {
            let rest: Vec<String> = (0..cells.len())
                .filter(|at| *at != lead)
                .filter(is_said)
                .map(said)
                .collect();
            let rest = rest.join(" and ").replace("; or ", " or ");
            let is_band = ![" or ", " and "].iter().any(|word| rest.contains(word));
            let rest = if is_band {
                rest.replace(", ", " and ")
            } else {
                rest
            };
            format!("{label}: {rest}")
        }
        None => (0..cells.len())
            .filter(is_said)
            .map(said)
            .collect::<Vec<_>>()
            .join(": "),
    }
}

/// Does a heading say that cells are levels?
fn is_lead(head: &str) -> bool {
    const LEADS: [&str; 19] = [
        "outcome", "result", "decision", "verdict", "stage", "level", "priority", "tier", "status",
        "label", "colour", "color", "risk", "severity", "class", "rating", "category", "band",
        "bucket",
    ];
    let head = head.to_lowercase();
    LEADS.iter().any(|word| head.contains(word))
}

/// Does a heading say that cells are what is done?
fn is_action(head: &str) -> bool {
    const ACTIONS: [&str; 8] = [
        "what we do",
        "action",
        "then",
        "what happens",
        "do",
        "next step",
        "response",
        "what to do",
    ];
    ACTIONS.contains(&head.to_lowercase().trim())
}

/// Does a heading only say that cells are conditions?
fn is_plain(head: &str) -> bool {
    const PLAIN: [&str; 8] = [
        "",
        "condition",
        "when",
        "if",
        "when it applies",
        "applies when",
        "criteria",
        "which",
    ];
    PLAIN.contains(&head.to_lowercase().trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_said_as_sentences() {
        let said = |text: &str| Said::new(1, text, "");
        let texts: Vec<String> = spoken(
            &[
                said("Utilization | Level"),
                said("above 120% | Act now"),
                said("above 100%, up to 120% | Over"),
                said("And so on."),
            ],
            &|_| false,
        )
        .into_iter()
        .map(|s| s.text)
        .collect();
        assert_eq!(
            texts,
            [
                HEADING,
                "Act now: utilization above 120%",
                "Over: utilization above 100% and up to 120%",
                "And so on."
            ]
        );
    }
}
