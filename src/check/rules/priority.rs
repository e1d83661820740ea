//! A rule that the SOP puts above others comes before them.

use crate::check::Context;
use crate::check::spans::{Way, ways};
use crate::diag::{Diagnostic, one_line};
use crate::expr::Condition;
use crate::expr::ast::Node;
use crate::spec::{Decide, Rule, StepKind};

/// Words by which an SOP puts a rule above others.
const ABOVE: [&str; 11] = [
    "no matter what",
    "no matter how",
    "overrides",
    "beats all",
    "beats every",
    "takes precedence",
    "trumps",
    "regardless of everything",
    "regardless of the other",
    "whatever else",
    "wins over",
];

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for step in context.workflow.all_steps() {
        let StepKind::Decide(decide) = &step.kind else {
            continue;
        };
        let id = &step.common.id;
        let stated: Vec<_> = step
            .common
            .sop
            .iter()
            .filter_map(|number| context.sop.statement(*number))
            .filter_map(|statement| {
                let text = words(&statement.text);
                let rule = carries(decide, &text)?;
                let words = above(&text, &decide.rules[rule])?;
                Some((statement, rule, words))
            })
            .collect();
        for (statement, rule, words) in &stated {
            let own = &decide.rules[*rule];
            let beaten_by = decide.rules[..*rule].iter().position(|earlier| {
                let is_above = stated.iter().any(|(_, other, _)| {
                    decide
                        .rules
                        .get(*other)
                        .is_some_and(|r| std::ptr::eq(r, earlier))
                });
                earlier.then != own.then && !is_above && can_both_hold(earlier, own)
            });
            let Some(earlier) = beaten_by else { continue };
            let (earlier, now) = (earlier + 1, rule + 1);
            findings.push(
                Diagnostic::warning(
                    "priority-order",
                    format!("{}/rules/{rule}/when", context.pointer(id)),
                    format!("Statement {} says “{words}”, but where rule {earlier} holds too, it comes before rule {now} and wins", statement.number),
                )
                .excerpt(one_line(&statement.text, 110))
                .help(format!("Put rule {now} before rule {earlier}."))
                .part(id),
            );
        }
    }
}

/// Returns the words by which a statement puts its rule above others.
fn above(text: &str, rule: &Rule) -> Option<&'static str> {
    let found = ABOVE
        .into_iter()
        .find(|words| text.contains(&format!(" {words} ")));
    let always = || {
        let names_it = outcomes(rule).any(|outcome| text.contains(&format!(" always{outcome}")));
        names_it.then_some("always")
    };
    found.or_else(always)
}

/// Returns the rule that carries a statement out: the one of which it names the most, if it names
/// what the rule gives and a value that it asks for.
fn carries(decide: &Decide, text: &str) -> Option<usize> {
    let score = |rule: &Rule| {
        let mut constants = Vec::new();
        if let Ok(read) = Condition::compile(rule.when.as_str()) {
            collect(read.node(), &mut constants);
        }
        let named = constants.iter().filter(|one| text.contains(*one)).count();
        if outcomes(rule).any(|outcome| text.contains(&outcome)) {
            named
        } else {
            0
        }
    };
    let scores: Vec<usize> = decide.rules.iter().map(score).collect();
    let best = *scores.iter().max()?;
    let mut places = scores
        .iter()
        .enumerate()
        .filter(|(_, score)| **score == best);
    match (best, places.next(), places.next()) {
        (1.., Some((place, _)), None) => Some(place),
        _ => None,
    }
}

/// Returns the texts that a rule gives, as people write them, between spaces.
fn outcomes(rule: &Rule) -> impl Iterator<Item = String> {
    rule.then
        .values()
        .filter_map(|value| value.as_str())
        .filter(|text| !text.is_empty() && !text.contains("{{"))
        .map(words)
}

/// Gathers the constants of a condition, as people write them, between spaces.
fn collect(node: &Node, out: &mut Vec<String>) {
    match node {
        Node::Literal(value) => out.push(words(
            &value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned),
        )),
        other => other.children().into_iter().for_each(|n| collect(n, out)),
    }
}

/// Returns the words of a text in lower case, with one space before, between and behind them.
fn words(text: &str) -> String {
    let text = text.to_lowercase().replace(',', "");
    let mut out = String::from(" ");
    for word in text.split(|c: char| !(c.is_alphanumeric() || c == '.')) {
        let word = word.trim_matches('.');
        if !word.is_empty() {
            out += word;
            out.push(' ');
        }
    }
    out
}

/// Can two rules hold for one case?
fn can_both_hold(one: &Rule, other: &Rule) -> bool {
    let read = |rule: &Rule| -> Option<Vec<Way>> {
        ways(Condition::compile(rule.when.as_str()).ok()?.node())
    };
    let (Some(one), Some(other)) = (read(one), read(other)) else {
        return true;
    };
    one.iter()
        .any(|a| other.iter().any(|b| a.with(b).is_some()))
}
