//! What of a change goes beyond what was asked. No model says so: it is told by the names of parts.

use std::collections::HashSet;

use crate::rehearse::Comparison;
use crate::spec::PartChange;

/// What people say of what should go.
const REMOVALS: [&str; 12] = [
    "remove", "drop", "delete", "stop", "skip", "without", "no", "not", "don", "cut", "longer",
    "instead",
];

/// Returns, in words, what changed without being named: other parts than those of the request, parts
/// that are gone, and moves between values that it does not mention.
pub(super) fn beyond(
    asked: &str,
    changes: &[PartChange],
    results: Option<&Comparison>,
) -> Vec<String> {
    // Who goes back to a version asks for all of it.
    if asked.is_empty() {
        return Vec::new();
    }
    let said = words(asked);
    let names_it =
        |words_of_it: &[String]| words_of_it.iter().any(|name| said.contains(&stem(name)));
    let parts: Vec<&PartChange> = changes.iter().filter(|c| !c.is_support).collect();
    let mut meant: Vec<&&PartChange> = parts.iter().filter(|c| names_it(&c.names)).collect();
    if meant.is_empty() {
        meant = parts.iter().filter(|c| touches(c, &said)).collect();
    }
    let asks_for_less = REMOVALS.iter().any(|word| said.contains(*word));
    let mut found: Vec<String> = parts
        .iter()
        .filter(|part| {
            let is_meant = meant.contains(part);
            (parts.len() > 1 && !is_meant) || (part.is_removed() && !(is_meant && asks_for_less))
        })
        .map(|part| part.words())
        .collect();
    if !said.contains("only") {
        found.extend(parts.iter().flat_map(|part| lost(part, &said)));
    }
    let Some(results) = results else {
        return found;
    };
    for (moved, words_of_it) in results.moves.iter().zip(results.move_lines()) {
        let values = [&moved.before, &moved.after];
        let is_mentioned = values
            .iter()
            .any(|value| words(value).iter().any(|word| said.contains(word)));
        if !is_mentioned {
            found.push(words_of_it);
        }
    }
    found
}

/// Words of conditions that say nothing of what they are about.
const BARE: [&str; 18] = [
    "if", "is", "the", "of", "to", "from", "where", "not", "below", "above", "least", "most",
    "number", "in", "a", "and", "or", "more",
];

/// Returns the conditions that a part had and has no more, of which the request says nothing.
fn lost(change: &PartChange, said: &HashSet<String>) -> Vec<String> {
    let (Some(before), Some(after)) = (&change.before, &change.after) else {
        return Vec::new();
    };
    let about = |clause: &str| -> HashSet<String> {
        let words = words(clause).into_iter();
        words
            .filter(|word| {
                !BARE.contains(&word.as_str()) && !word.chars().all(|c| c.is_ascii_digit())
            })
            .collect()
    };
    let still = about(after);
    before
        .strip_prefix("if ")
        .into_iter()
        .flat_map(|conditions| conditions.split(" or "))
        .flat_map(|conditions| conditions.split(" and "))
        .filter(|clause| {
            let about = about(clause);
            !about.is_empty() && about.is_disjoint(&still) && about.is_disjoint(said)
        })
        .map(|clause| format!("{} no longer asks whether {clause}", change.part))
        .collect()
}

/// Does a change bring in or take out a word of the request?
fn touches(change: &PartChange, said: &HashSet<String>) -> bool {
    let side = |of: &Option<String>| of.as_deref().map(words).unwrap_or_default();
    let (old, new) = (side(&change.before), side(&change.after));
    old.symmetric_difference(&new)
        .any(|word| word.len() > 3 && said.contains(word))
}

fn words(text: &str) -> HashSet<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(stem)
        .collect()
}

fn stem(word: &str) -> String {
    let lower = word.to_lowercase();
    // "is" and "was" are no plurals.
    match lower.strip_suffix('s') {
        Some(one) if one.len() > 2 => one.to_owned(),
        _ => lower,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearse::Move;

    fn change(part: &str, before: Option<&str>, after: Option<&str>, names: &[&str]) -> PartChange {
        PartChange {
            part: part.to_owned(),
            before: before.map(str::to_owned),
            after: after.map(str::to_owned),
            details: Vec::new(),
            names: names.iter().map(|n| (*n).to_owned()).collect(),
            is_support: false,
        }
    }

    fn rule(level: &str) -> PartChange {
        let title = format!("the rule for level {level}");
        change(
            &title,
            Some("if health is below 40"),
            Some("if health is below 50"),
            &[level],
        )
    }

    #[test]
    fn one_part_that_changed_is_what_was_asked() {
        assert_eq!(beyond("be stricter", &[rule("high")], None), [""; 0]);
    }

    #[test]
    fn of_several_parts_those_that_are_not_named_are_called_out() {
        let found = beyond(
            "high should be health below 50",
            &[rule("medium"), rule("high")],
            None,
        );
        let medium = "the rule for level medium: health is below 50 (before: health is below 40)";
        assert_eq!(found, [medium]);
        // Nothing is named: all of them are.
        assert_eq!(
            beyond("be stricter", &[rule("medium"), rule("high")], None).len(),
            2
        );
    }

    #[test]
    fn a_condition_that_is_gone_is_called_out() {
        let was = "if health score is below 60 or usage is below 20";
        let only = change(
            "the rule for level high",
            Some(was),
            Some("if health score is below 70"),
            &["high"],
        );
        let found = beyond(
            "high should be health below 70",
            std::slice::from_ref(&only),
            None,
        );
        assert_eq!(
            found,
            ["the rule for level high no longer asks whether usage is below 20"]
        );
        assert_eq!(
            beyond("high should only be health below 70", &[only], None),
            [""; 0]
        );
    }

    #[test]
    fn what_a_part_needs_is_not_called_out() {
        let mut column = change("a column of accounts", None, Some("arr is read too"), &[]);
        column.is_support = true;
        assert_eq!(
            beyond("high from 5k arr on", &[rule("high"), column], None),
            [""; 0]
        );
    }

    #[test]
    fn a_part_that_is_gone_is_called_out_unless_it_was_to_go() {
        let gone = change(
            "the message “alert”",
            Some("A message"),
            None,
            &["alert", "slack"],
        );
        let found = beyond(
            "post to slack on fridays",
            std::slice::from_ref(&gone),
            None,
        );
        assert_eq!(found, ["removed: the message “alert”"]);
        assert_eq!(beyond("stop the slack message", &[gone], None), [""; 0]);
    }

    #[test]
    fn moves_between_levels_that_are_not_mentioned_are_called_out() {
        let moved = |before: &str, after: &str| Move {
            field: Some("level".to_owned()),
            before: before.to_owned(),
            after: after.to_owned(),
            cases: vec!["Acme".to_owned()],
            because: None,
        };
        let results = Comparison {
            item: "account".to_owned(),
            moves: vec![moved("medium", "high"), moved("low", "none")],
            ..Comparison::default()
        };
        let found = beyond("high from 50 on", &[rule("high")], Some(&results));
        assert_eq!(found, ["1 account moves from low to none: Acme"]);
    }
}
