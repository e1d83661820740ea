//! Choosing sample rows that cover: each rule, extremes, missing values, each value of the
//! columns with few values, and the first rows.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};

/// Columns with more distinct values than this are not covered value by value.
const FEW: usize = 8;

/// Returns the places of at most `count` rows: first those of `order`, which reach the rules,
/// then whichever shows the most that is new.
pub(super) fn choose(rows: &[Map<String, Json>], order: &[usize], count: usize) -> Vec<usize> {
    let mut chosen: Vec<usize> = order.iter().copied().take(count).collect();
    let features = features(rows);
    let mut open: BTreeSet<usize> = (0..features.len()).collect();
    open.retain(|f| !chosen.iter().any(|row| features[*f].contains(row)));
    while chosen.len() < count && !open.is_empty() {
        let mut gain: BTreeMap<usize, usize> = BTreeMap::new();
        for feature in &open {
            for row in features[*feature].iter().take(50) {
                *gain.entry(*row).or_default() += 1;
            }
        }
        let best = gain
            .iter()
            .filter(|(row, _)| !chosen.contains(row))
            .max_by_key(|(row, gain)| (**gain, std::cmp::Reverse(**row)));
        let Some((row, _)) = best else { break };
        let row = *row;
        chosen.push(row);
        open.retain(|f| !features[*f].contains(&row));
    }
    for row in 0..rows.len() {
        if chosen.len() >= count {
            break;
        }
        if !chosen.contains(&row) {
            chosen.push(row);
        }
    }
    chosen.sort_unstable();
    chosen
}

/// Returns, for each thing worth showing, the rows that show it.
fn features(rows: &[Map<String, Json>]) -> Vec<BTreeSet<usize>> {
    let mut features = Vec::new();
    let Some(first) = rows.first() else {
        return features;
    };
    features.push(BTreeSet::from([0]));
    for column in first.keys() {
        let mut by_value: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
        let mut missing = BTreeSet::new();
        let mut extremes: Option<((f64, usize), (f64, usize))> = None;
        for (index, row) in rows.iter().enumerate() {
            match row.get(column) {
                None | Some(Json::Null) => {
                    missing.insert(index);
                }
                Some(Json::Number(number)) => {
                    let n = number.as_f64().unwrap_or_default();
                    let (low, high) = extremes.unwrap_or(((n, index), (n, index)));
                    extremes = Some((
                        if n < low.0 { (n, index) } else { low },
                        if n > high.0 { (n, index) } else { high },
                    ));
                }
                Some(value) if by_value.len() <= FEW => {
                    by_value.entry(value.to_string()).or_default().insert(index);
                }
                Some(_) => {}
            }
        }
        if !missing.is_empty() {
            features.push(missing);
        }
        if let Some((low, high)) = extremes {
            features.push(BTreeSet::from([low.1]));
            features.push(BTreeSet::from([high.1]));
        }
        if by_value.len() <= FEW {
            features.extend(by_value.into_values());
        }
    }
    features
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn the_sample_shows_extremes_gaps_and_each_value() {
        let rows: Vec<Map<String, Json>> = (0..100)
            .map(|n| {
                let plan = ["free", "pro"][usize::from(n == 70)];
                let score = if n == 33 {
                    json!(null)
                } else {
                    json!((n + 50) % 100)
                };
                json!({"plan": plan, "score": score})
                    .as_object()
                    .unwrap()
                    .clone()
            })
            .collect();
        let chosen = choose(&rows, &[90], 6);
        for wanted in [0, 33, 49, 50, 70, 90] {
            assert!(chosen.contains(&wanted), "{wanted} in {chosen:?}");
        }
        assert_eq!(choose(&rows[..2], &[], 8), [0, 1]);
        assert!(choose(&[], &[], 8).is_empty());
    }
}
