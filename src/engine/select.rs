//! Deciding across cases: the top ten, at most three of a group, one of each.

use std::cmp::Ordering;
use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{Candidate, key_text};
use crate::expr::{Value, as_number, from_json, is_missing};
use crate::spec::Select;

/// What was decided about a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// Is it chosen?
    pub chosen: bool,
    /// Its place among those considered, counted from 1.
    pub rank: Option<usize>,
    /// Why, in words.
    pub because: String,
}

/// Decides about all cases that wait at a step. Ties keep the order in which the cases came.
pub fn choose(select: &Select, candidates: &[Candidate]) -> Vec<Choice> {
    let mut order: Vec<usize> = (0..candidates.len())
        .filter(|i| candidates[*i].eligible)
        .collect();
    let keys: Vec<Vec<(Value, bool)>> = candidates
        .iter()
        .map(|c| {
            c.order
                .iter()
                .map(|(value, down)| (from_json(value), *down))
                .collect()
        })
        .collect();
    order.sort_by(|a, b| compare(&keys[*a], &keys[*b]));
    let mut choices: Vec<Choice> = candidates
        .iter()
        .map(|_| Choice {
            chosen: false,
            rank: None,
            because: "not considered".to_owned(),
        })
        .collect();
    let total = order.len();
    let mut taken = 0;
    let mut per_group: HashMap<String, usize> = HashMap::new();
    for (place, index) in order.into_iter().enumerate() {
        let choice = &mut choices[index];
        choice.rank = Some(place + 1);
        let group = candidates[index].group.as_ref().and_then(key_text);
        let of_group = group
            .as_ref()
            .map_or(0, |g| per_group.get(g).copied().unwrap_or(0));
        let full = select.at_most.is_some_and(|most| taken >= most);
        let group_full = select
            .at_most_per
            .as_ref()
            .is_some_and(|per| group.is_some() && of_group >= per.count);
        choice.because = if full {
            format!(
                "place {} of {total}, and only {} are taken",
                place + 1,
                select.at_most.unwrap_or(0)
            )
        } else if group_full {
            format!(
                "place {} of {total}, and its group has its {of_group} already",
                place + 1
            )
        } else {
            choice.chosen = true;
            taken += 1;
            if let Some(group) = group {
                *per_group.entry(group).or_default() += 1;
            }
            format!("place {} of {total}", place + 1)
        };
    }
    choices
}

/// Compares sort keys; a missing value comes last whichever way the order goes.
pub(super) fn compare(a: &[(Value, bool)], b: &[(Value, bool)]) -> Ordering {
    for ((left, descending), (right, _)) in a.iter().zip(b) {
        let ordering = match (is_missing(left), is_missing(right)) {
            (true, true) => Ordering::Equal,
            (true, false) => return Ordering::Greater,
            (false, true) => return Ordering::Less,
            (false, false) => {
                let plain = match (as_number(left), as_number(right)) {
                    (Some(l), Some(r)) => l.total_cmp(&r),
                    _ => left.cmp(right),
                };
                if *descending { plain.reverse() } else { plain }
            }
        };
        if ordering != Ordering::Equal {
            return ordering;
        }
    }
    Ordering::Equal
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::PerGroup;
    use serde_json::json;

    fn candidate(score: serde_json::Value, group: &str) -> Candidate {
        Candidate {
            step: "s".into(),
            eligible: true,
            order: vec![(score, true)],
            group: Some(json!(group)),
        }
    }

    #[test]
    fn the_best_are_chosen_with_ties_in_order_and_groups_bounded() {
        let select = Select {
            only: None,
            order_by: vec![],
            at_most: Some(2),
            at_most_per: Some(PerGroup {
                group: "x".into(),
                count: 1,
            }),
        };
        let mut all = vec![
            candidate(json!(5), "a"),
            candidate(json!(9), "a"),
            candidate(json!(5), "b"),
            candidate(json!(null), "c"),
            candidate(json!(4), "d"),
        ];
        all[4].eligible = false;
        let choices = choose(&select, &all);
        let chosen: Vec<_> = choices.iter().map(|c| (c.chosen, c.rank)).collect();
        assert_eq!(
            chosen,
            [
                (false, Some(2)),
                (true, Some(1)),
                (true, Some(3)),
                (false, Some(4)),
                (false, None)
            ]
        );
        assert!(choices[0].because.contains("its group"));
    }
}
