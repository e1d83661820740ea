//! Changes of which label a case gets.

use regex::Regex;
use serde_json::{Value as Json, json};

use super::edits::{needed, wrapped};
use crate::drafter::condition::{Read, Reader};
use crate::drafter::draft;
use crate::drafter::statement::Rule;

/// The decision of a workflow that requests are about: its place, its rules, the label's field.
struct Decision<'d> {
    step: usize,
    rules: &'d [Json],
    field: &'d str,
    otherwise: &'d str,
}

impl<'d> Decision<'d> {
    fn of(document: &'d Json) -> Option<Self> {
        let steps = document["steps"].as_array()?.iter().enumerate();
        steps
            .filter_map(|(step, s)| Some((step, s, s["rules"].as_array()?)))
            .find_map(|(step, s, rules)| {
                let (field, _) = rules.first()?["then"].as_object()?.iter().next()?;
                Some(Decision {
                    step,
                    rules,
                    field,
                    otherwise: s["otherwise"][field].as_str().unwrap_or_default(),
                })
            })
    }

    fn label(&self, index: usize) -> &str {
        self.rules[index]["then"][self.field]
            .as_str()
            .unwrap_or_default()
    }

    fn condition(&self, index: usize) -> &str {
        self.rules[index]["when"].as_str().unwrap_or_default()
    }

    /// Returns the labels, the most serious first.
    fn labels(&self) -> Vec<String> {
        let mut labels: Vec<String> = Vec::new();
        let all = (0..self.rules.len()).map(|i| self.label(i));
        for label in all.chain([self.otherwise]) {
            if !label.is_empty() && !labels.iter().any(|l| l == label) {
                labels.push(label.to_owned());
            }
        }
        labels
    }

    fn insert(&self, at: usize, label: &str, when: &str, request: &str) -> Json {
        json!({"op": "insert", "at": format!("/steps/{}/rules/{at}", self.step),
            "value": {"when": when, "then": {self.field: label}, "because": because(request)}})
    }
}

fn because(request: &str) -> String {
    crate::diag::one_line(&request.replace(['{', '}'], ""), 160)
}

/// Reads "medium should also need two open tickets" and "high should be health below 40".
pub(super) fn threshold(reader: &Reader<'_>, request: &str, document: &Json) -> Option<Vec<Json>> {
    let pattern = Regex::new(r"(?i)^\W*(?:make |the )?([\w-]+)(?: risk| priority)? (also (?:if|when|where)|should|must|needs?|is|means|when|if)\b(.*)$").ok()?;
    let found = pattern.captures(request.trim())?;
    let label = found[1].to_lowercase().replace('-', "_");
    let (verb, rest) = (found[2].to_lowercase(), &found[3]);
    let lower = rest.to_lowercase();
    let words = Regex::new(r"(?i)^\s*(?:also |only |now |then |be |mean |have |need |needs |require |if |when |where |be when |be if )*").ok()?;
    let read = reader.read(&words.replace(rest, ""))?;
    let decision = Decision::of(document)?;
    let of_label: Vec<usize> = (0..decision.rules.len())
        .filter(|index| decision.label(*index) == label)
        .collect();
    if verb.starts_with("also") {
        // Another way to the label, beside those that there are.
        let at = of_label.last()? + 1;
        let mut edits = vec![decision.insert(at, &label, &read.source, request)];
        edits.extend(needed(reader, &read, document));
        return Some(edits);
    }
    // Of several rules for a label, the one is meant that works with the same values.
    let shares = |index: &&usize| {
        let when = decision.condition(**index);
        let mut values = read.columns.iter().chain(&read.joined);
        values.any(|value| when.contains(value.rsplit('.').next().unwrap_or(value)))
    };
    let index = match of_label.as_slice() {
        [one] => *one,
        several => *several.iter().find(shares)?,
    };
    let old = decision.condition(index);
    let reason = decision.rules[index]["because"]
        .as_str()
        .unwrap_or_default();
    let (source, reason) = if lower.contains("also") {
        let both = format!("{} and {}", wrapped(old), wrapped(&read.source));
        (both, joined(reason, request))
    } else if let (false, Some(source)) = (lower.contains("only"), moved(old, &read.source)) {
        let reason = renumbered(reason, old, &source);
        (source, reason.unwrap_or_else(|| because(request)))
    } else {
        (read.source.clone(), because(request))
    };
    let place = format!("/steps/{}/rules/{index}", decision.step);
    let mut edits = vec![
        json!({"op": "set", "at": format!("{place}/when"), "value": source}),
        json!({"op": "set", "at": format!("{place}/because"), "value": reason}),
    ];
    edits.extend(needed(reader, &read, document));
    Some(edits)
}

/// Returns a condition with its comparison of a value put in the place of the one that was there,
/// if just one compares the same value; the rest stays.
fn moved(old: &str, new: &str) -> Option<String> {
    const COMPARES: &str = r"(?:<=|>=|<|>|==) -?[\d.]+";
    let whole = Regex::new(&format!("^(.+) {COMPARES}$")).ok()?;
    let value = whole.captures(new)?.get(1)?.as_str();
    if value.contains(" and ") || value.contains(" or ") {
        return None;
    }
    let same = Regex::new(&format!("{} {COMPARES}", regex::escape(value))).ok()?;
    let mut found = same.find_iter(old);
    match (found.next(), found.next()) {
        (Some(one), None) => Some(format!("{}{new}{}", &old[..one.start()], &old[one.end()..])),
        _ => None,
    }
}

/// Returns a reason with what was asked added to it.
fn joined(reason: &str, request: &str) -> String {
    match reason.trim_end_matches('.') {
        "" => because(request),
        reason => because(&format!("{reason}; {}", request.trim())),
    }
}

/// Returns a reason with the new figure of its condition, if it names the old one just once.
fn renumbered(reason: &str, old: &str, new: &str) -> Option<String> {
    let figure = Regex::new(r"\d+(?:\.\d+)?").ok()?;
    let figures = |text: &str| -> Vec<String> {
        let found = figure.find_iter(text);
        found.map(|m| m.as_str().to_owned()).collect()
    };
    let (was, is) = (figures(old), figures(new));
    if was.len() != is.len() {
        return None;
    }
    let (was, is) = was.iter().zip(&is).find(|(was, is)| was != is)?;
    let mut named = figure.find_iter(reason).filter(|m| m.as_str() == was);
    match (named.next(), named.next()) {
        (Some(one), None) => Some(format!(
            "{}{is}{}",
            &reason[..one.start()],
            &reason[one.end()..]
        )),
        _ => None,
    }
}

/// Returns the edits for rules that a sentence states: "enterprise accounts never go below medium".
pub(super) fn stated(
    reader: &Reader<'_>,
    rules: &[Rule],
    request: &str,
    document: &Json,
) -> Option<Vec<Json>> {
    let [rule] = rules else { return None };
    let decision = Decision::of(document)?;
    let labels = decision.labels();
    let rank = |label: &str| draft::rank(&labels, label);
    let known = |label: &String| labels.contains(label);
    let count = decision.rules.len();
    let (mut edits, read): (Vec<Json>, &Read) = match rule {
        Rule::AtLeast(when, label) if known(label) => {
            // Behind all that give this level or a higher one.
            let reaches = |index: &usize| rank(decision.label(*index)) <= rank(label);
            let at = (0..count).rev().find(reaches).map_or(0, |last| last + 1);
            (
                vec![decision.insert(at, label, &when.source, request)],
                when,
            )
        }
        Rule::Instead { of, when, then } if known(of) => {
            let mut edits: Vec<Json> = (0..count)
                .rev()
                .filter(|index| decision.label(*index) == of)
                .map(|index| {
                    let both = format!("({}) and ({})", decision.condition(index), when.source);
                    decision.insert(index, then, &both, request)
                })
                .collect();
            if decision.otherwise == of {
                edits.insert(0, decision.insert(count, then, &when.source, request));
            }
            (edits, when)
        }
        // What says that a value is missing, or holds whatever else does, comes first.
        Rule::When(label, when) => (vec![decision.insert(0, label, &when.source, request)], when),
        _ => return None,
    };
    edits.extend(needed(reader, read, document));
    Some(edits)
}

#[cfg(test)]
mod tests {
    use super::{moved, renumbered};

    #[test]
    fn only_the_comparison_of_the_same_value_is_moved() {
        let old = "(account.health < 60 or change(usage) < -20) and n >= 2";
        assert_eq!(
            moved(old, "account.health < 70").as_deref(),
            Some("(account.health < 70 or change(usage) < -20) and n >= 2")
        );
        assert_eq!(moved(old, "account.arr < 70"), None);
        assert_eq!(moved("a < 1 or a > 5", "a < 2"), None);
    }

    #[test]
    fn a_reason_keeps_its_words_with_the_new_figure() {
        let told = |reason| renumbered(reason, "a < 60 or b < -20", "a < 65 or b < -20");
        assert_eq!(
            told("Below 60, or 20% less").as_deref(),
            Some("Below 65, or 20% less")
        );
        assert_eq!(told("Unhealthy"), None);
        assert_eq!(told("Below 60 of 60"), None);
    }
}
