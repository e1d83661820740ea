//! What differs between two versions that were carried over the same cases.

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;
use serde_json::Value as Json;

use super::play::{Asked, Played, Ready};
use super::{Comparison, Made, Move, Row, TestChange};
use crate::diag::one_line;
use crate::engine::{Delivery, Status};
use crate::rehearse::{TestReport, is_same, shown_value};
use crate::spec::Workflow;

/// A field with more kinds of change than this is only counted.
const KINDS: usize = 6;
/// A value that is longer than this is a text.
const SHORT: usize = 40;

pub(super) fn tell(
    old: &Ready<'_>,
    new: &Ready<'_>,
    then: &Played<'_>,
    now: &Played<'_>,
    asked: &Asked,
) -> Comparison {
    let workflow = new.checked.workflow();
    let (left, joined) = scope(old, new);
    let (moves, reworded) = moves(workflow, then, now, asked);
    Comparison {
        item: workflow
            .item()
            .map_or("case".to_owned(), |item| item.replace('_', " ")),
        compared: both(then, now).count(),
        totals: (old.total, new.total),
        moves,
        reworded,
        left,
        joined,
        made: made(old.checked.workflow(), workflow, then, now),
        is_stood_in: asked.is_any(),
        ..Comparison::default()
    }
}

type Case<'p> = &'p (crate::engine::Outcome, Json);

/// Returns the cases that are there in both versions.
fn both<'p>(
    then: &'p Played<'_>,
    now: &'p Played<'_>,
) -> impl Iterator<Item = (Case<'p>, Case<'p>)> {
    then.cases
        .iter()
        .filter_map(|(key, was)| now.cases.get(key).map(|is| (was, is)))
}

/// Returns the cases that are none any more, and those that were none.
fn scope(old: &Ready<'_>, new: &Ready<'_>) -> (Vec<String>, Vec<String>) {
    let only = |of: &Ready<'_>, other: &Ready<'_>| -> Vec<String> {
        if !other.is_whole() {
            return Vec::new();
        }
        let there: HashSet<String> = other.rows.iter().filter_map(|row| other.key(row)).collect();
        let gone = |row: &&Row| of.key(row).is_some_and(|key| !there.contains(&key));
        let item = of.checked.workflow().item();
        of.rows
            .iter()
            .filter(gone)
            .map(|row| called(row, item, &of.key(row).unwrap_or_default()))
            .collect()
    };
    (only(old, new), only(new, old))
}

/// Returns what people call a case: its name, where a column holds one, else its key.
fn called(row: &Row, item: Option<&str>, key: &str) -> String {
    let own = item.map(|item| format!("{item}_name")).unwrap_or_default();
    [
        "name",
        &own,
        "company",
        "company_name",
        "customer",
        "customer_name",
        "title",
        "subject",
    ]
    .iter()
    .filter_map(|column| row.get(*column).and_then(Json::as_str))
    .find(|name| !name.trim().is_empty())
    .map_or_else(|| key.to_owned(), |name| one_line(name, SHORT))
}

/// Differences of a field, by what it was and is.
type Pairs = IndexMap<(String, String), Vec<(String, String)>>;

fn moves(
    workflow: &Workflow,
    then: &Played<'_>,
    now: &Played<'_>,
    asked: &Asked,
) -> (Vec<Move>, Vec<(String, usize)>) {
    let mut fields: IndexMap<Option<String>, Pairs> = IndexMap::new();
    let mut why: HashMap<String, String> = HashMap::new();
    for ((was, _), (is, item)) in both(then, now) {
        let name = match item {
            Json::Object(row) => called(row, workflow.item(), &is.key),
            _ => is.key.clone(),
        };
        let mut add = |field: Option<String>, before: String, after: String| {
            let pairs = fields.entry(field).or_default();
            let cases = pairs.entry((before, after)).or_default();
            cases.push((is.key.clone(), name.clone()));
        };
        if was.status.word() != is.status.word() {
            add(
                None,
                was.status.word().to_owned(),
                is.status.word().to_owned(),
            );
            if let Status::Failed { failure, .. } = &is.status {
                why.insert(is.key.clone(), failure.message.clone());
            }
        }
        for field in is
            .result
            .keys()
            .chain(was.result.keys().filter(|f| !is.result.contains_key(*f)))
        {
            let value = |of: &IndexMap<String, Json>| of.get(field).cloned().unwrap_or_default();
            let (before, after) = (value(&was.result), value(&is.result));
            let is_known = !asked.is_stood_in(&is.key, workflow.result.get(field));
            if is_known && !is_same(&before, &after) {
                add(
                    Some(field.clone()),
                    shown_value(&before),
                    shown_value(&after),
                );
            }
        }
    }
    let is_short = |pairs: &Pairs| {
        pairs.len() <= KINDS
            && pairs
                .keys()
                .all(|(a, b)| a.chars().count().max(b.chars().count()) <= SHORT)
    };
    let (short, long): (Vec<_>, Vec<_>) = fields
        .into_iter()
        .partition(|(field, pairs)| !gives_reasons(workflow, field.as_ref()) && is_short(pairs));
    let mut moved: HashSet<String> = HashSet::new();
    let mut moves = Vec::new();
    for (field, pairs) in short {
        for ((before, after), cases) in pairs {
            moved.extend(cases.iter().map(|(key, _)| key.clone()));
            moves.push(Move {
                field: field.clone(),
                because: cases
                    .iter()
                    .find_map(|(key, _)| why.get(key).cloned())
                    .filter(|_| field.is_none()),
                before,
                after,
                cases: cases.into_iter().map(|(_, name)| name).collect(),
            });
        }
    }
    moves.sort_by_key(|m| std::cmp::Reverse(m.cases.len()));
    let reworded = long.into_iter().filter_map(|(field, pairs)| {
        let others = pairs
            .values()
            .flatten()
            .filter(|(key, _)| !moved.contains(key));
        let others = others.count();
        (others > 0).then(|| (field.unwrap_or_default(), others))
    });
    (moves, reworded.collect())
}

/// Does a field say why it was decided so? That follows from what was decided.
fn gives_reasons(workflow: &Workflow, field: Option<&String>) -> bool {
    let source = field.and_then(|field| workflow.result.get(field));
    source.is_some_and(|source| source.to_string().contains(".because"))
}

fn made(before: &Workflow, after: &Workflow, then: &Played<'_>, now: &Played<'_>) -> Vec<Made> {
    let mut kinds: IndexMap<&str, String> = IndexMap::new();
    for output in after.outputs.iter().chain(&before.outputs) {
        let id = output.common.id.as_str();
        kinds
            .entry(id)
            .or_insert_with(|| output.kind.name().replace('_', " "));
    }
    let mut changed = Vec::new();
    for (id, what) in kinds {
        let (was, is) = (deliveries(then, id), deliveries(now, id));
        // That a text says of a case what its result is goes without saying.
        let same_result = |case: &str| {
            let result = |of: &Played<'_>| of.cases.get(case).map(|(o, _)| o.result.clone());
            result(then) == result(now)
        };
        let reworded = is
            .iter()
            .filter(|(case, delivery)| {
                let differs = |was: &&Delivery| was.content != delivery.content;
                was.get(*case).is_some_and(differs) && same_result(case)
            })
            .count();
        if was.len() != is.len() || reworded > 0 {
            changed.push(Made {
                output: id.to_owned(),
                what,
                before: was.len(),
                after: is.len(),
                reworded,
            });
        }
    }
    changed
}

/// Returns what was delivered by an output, by case; once per run by no name.
fn deliveries<'p>(played: &'p Played<'_>, id: &str) -> HashMap<&'p str, &'p Delivery> {
    let of_cases = played
        .made
        .iter()
        .flat_map(|(case, made)| made.iter().map(move |d| (case.as_str(), d)));
    let of_run = played.of_run.iter().map(|d| ("", d));
    of_cases
        .chain(of_run)
        .filter(|(_, d)| d.output == id)
        .collect()
}

/// Returns the tests that came out otherwise, and new ones that do not hold.
pub(super) fn tests(before: &[TestReport], after: &[TestReport]) -> Vec<TestChange> {
    after
        .iter()
        .filter(|test| {
            let was = before.iter().find(|b| b.name == test.name);
            was.map_or(!test.passed, |was| was.passed != test.passed)
        })
        .map(|test| {
            let came = test.differences.first().map(|(field, (expected, came))| {
                let (expected, came) = (shown_value(expected), shown_value(came));
                format!(
                    "{} should be {expected}, and is {came}",
                    field.replace('_', " ")
                )
            });
            TestChange {
                name: test.name.clone(),
                holds: test.passed,
                because: test.problem.clone().or(came),
            }
        })
        .collect()
}
