//! Tables within an SOP: each row is said as the sentence that it stands for.

use super::world::Said;

/// What a table's heading is for.
pub(super) const HEADING: &str = "the heading of a table";

/// Rewrites the rows of tables: under "Utilization | Level", "above 120% | Act now" says
/// "Act now: utilization above 120%". A heading says nothing by itself.
pub(super) fn spoken(statements: &[Said]) -> Vec<Said> {
    let mut heading: Option<Vec<String>> = None;
    let mut spoken = Vec::with_capacity(statements.len());
    for said in statements {
        let cells: Vec<String> = said
            .text
            .split(" | ")
            .map(|c| c.trim().to_owned())
            .collect();
        if cells.len() < 2 {
            heading = None;
            spoken.push(said.clone());
            continue;
        }
        let texts = match &heading {
            None => {
                heading = Some(cells);
                vec![HEADING.to_owned()]
            }
            Some(heading) => rows(heading, &cells),
        };
        spoken.extend(texts.into_iter().map(|text| Said {
            text,
            ..said.clone()
        }));
    }
    spoken
}

/// Says a row as sentences: one of which cases it is for, one of what is done with them.
fn rows(heading: &[String], cells: &[String]) -> Vec<String> {
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
    let acts = |head: &String| {
        let head = head.to_lowercase();
        ACTIONS.contains(&head.trim())
    };
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
    const LEADS: [&str; 17] = [
        "outcome", "result", "decision", "verdict", "stage", "level", "priority", "tier", "status",
        "label", "colour", "color", "risk", "severity", "class", "rating", "category",
    ];
    let leads = |head: &String| {
        let head = head.to_lowercase();
        LEADS.iter().any(|word| head.contains(word))
    };
    let lead = heading.iter().position(leads);
    let said = |at: usize| {
        let head = heading.get(at).map(String::as_str).unwrap_or_default();
        let cell = cells.get(at).map(String::as_str).unwrap_or_default();
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
        let plain = PLAIN.contains(&head.to_lowercase().trim());
        if plain {
            cell.to_owned()
        } else {
            format!("{} {cell}", head.to_lowercase())
        }
    };
    let is_said = |at: &usize| {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_said_as_sentences() {
        let said = |text: &str| Said::new(1, text, "");
        let texts: Vec<String> = spoken(&[
            said("Utilization | Level"),
            said("above 120% | Act now"),
            said("above 100%, up to 120% | Over"),
            said("And so on."),
        ])
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
