//! Tables that decide by row and column: each cell is a label, its row and its column say for whom.

use std::collections::BTreeSet;

use super::condition::figures;
use super::words::tokens;

/// Returns whether the cells of a table are labels, chosen by what its rows and columns are headed.
pub(super) fn is_crossed(heading: &[String], below: &[Vec<String>]) -> bool {
    let is_measured = |head: &String| !figures(&tokens(head)).is_empty();
    let is_even = below.iter().all(|cells| cells.len() == heading.len());
    if heading.len() < 3 || below.len() < 2 || !is_even || !heading[1..].iter().all(is_measured) {
        return false;
    }
    let cells: Vec<&String> = below.iter().flat_map(|cells| &cells[1..]).collect();
    let is_label = |cell: &&String| {
        let words = tokens(cell);
        (1..=3).contains(&words.len()) && figures(&words).is_empty()
    };
    let labels: BTreeSet<&&String> = cells.iter().collect();
    cells.iter().all(is_label) && labels.len() < cells.len()
}

/// Says a row of such a table as sentences, one for each of its cells.
pub(super) fn rows(
    heading: &[String],
    cells: &[String],
    is_value: &dyn Fn(&str) -> bool,
) -> Vec<String> {
    let head = cells.first().map(String::as_str).unwrap_or_default();
    let first = head.split([',', '/']).next().unwrap_or_default();
    let first = first.split(" or ").next().unwrap_or_default().trim();
    // What is no value by itself is one of what its column is called.
    let row = match is_value(first) || !figures(&tokens(head)).is_empty() && heading[0].is_empty() {
        true => head.to_owned(),
        false => format!("{} {head}", heading[0].to_lowercase()),
    };
    let said = heading.iter().zip(cells).skip(1);
    said.map(|(head, cell)| format!("{cell}: ({}) and ({})", ranges(&row), ranges(head)))
        .collect()
}

/// Returns a text in which a dash between two figures is a word.
fn ranges(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let is_digit = |at: Option<usize>| {
        at.and_then(|at| chars.get(at))
            .is_some_and(char::is_ascii_digit)
    };
    let each = chars.iter().enumerate().map(|(at, c)| match c {
        '–' | '-' | '—' if is_digit(at.checked_sub(1)) && is_digit(Some(at + 1)) => {
            " to ".to_owned()
        }
        other => other.to_string(),
    });
    each.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_cell_is_a_rule() {
        let row =
            |cells: &[&str]| -> Vec<String> { cells.iter().map(|c| (*c).to_owned()).collect() };
        let heading = row(&["Reason", "0–14 days", "15 days or more"]);
        let below = [
            row(&["duplicate", "Approve", "Ask"]),
            row(&["other, or nothing given", "Approve", "Decline"]),
        ];
        assert!(is_crossed(&heading, &below));
        assert!(!is_crossed(&row(&["Score", "Level", "Who"]), &below));
        assert_eq!(
            rows(&heading, &below[1], &|value| value == "other"),
            [
                "Approve: (other, or nothing given) and (0 to 14 days)",
                "Decline: (other, or nothing given) and (15 days or more)"
            ]
        );
    }
}
