//! Rules give the same fields, and each can be reached.

use std::collections::BTreeSet;

use crate::check::Context;
use crate::diag::Diagnostic;
use crate::expr::{Condition, show};
use crate::spec::{Decide, StepKind};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for step in context.workflow.all_steps() {
        if let StepKind::Decide(decide) = &step.kind {
            let at = context.pointer(&step.common.id);
            fields(decide, &at, &step.common.id, findings);
            reachable(decide, &at, &step.common.id, findings);
        }
    }
}

fn fields(decide: &Decide, at: &str, id: &str, findings: &mut Vec<Diagnostic>) {
    let all: BTreeSet<&String> = decide
        .rules
        .iter()
        .flat_map(|r| r.then.keys())
        .chain(decide.otherwise.keys())
        .collect();
    let places = decide
        .rules
        .iter()
        .enumerate()
        .map(|(index, rule)| {
            (
                format!("{at}/rules/{index}/then"),
                format!("Rule {}", index + 1),
                &rule.then,
            )
        })
        .chain([(
            format!("{at}/otherwise"),
            "`otherwise`".to_owned(),
            &decide.otherwise,
        )]);
    for (here, what, given) in places {
        let missing: Vec<String> = all
            .iter()
            .filter(|name| !given.contains_key(**name))
            .map(|name| format!("`{name}`"))
            .collect();
        if !missing.is_empty() {
            findings.push(
                Diagnostic::error("decide-fields", here, format!("{what} gives no {}, which others give", missing.join(", ")))
                    .help("Every rule and `otherwise` give the same fields; use null where there is no value.")
                    .part(id),
            );
        }
    }
}

fn reachable(decide: &Decide, at: &str, id: &str, findings: &mut Vec<Diagnostic>) {
    let mut seen: Vec<String> = Vec::new();
    for (index, rule) in decide.rules.iter().enumerate() {
        let Ok(condition) = Condition::compile(rule.when.as_str()) else {
            continue;
        };
        let shown = show(condition.node());
        let here = format!("{at}/rules/{index}/when");
        if let Some(earlier) = seen.iter().position(|s| *s == shown) {
            findings.push(
                Diagnostic::error(
                    "unreachable-rule",
                    here,
                    format!(
                        "Rule {} can never be reached: rule {} has the same condition",
                        index + 1,
                        earlier + 1
                    ),
                )
                .excerpt(&shown)
                .help("Take one of them out, or put the narrower one first.")
                .part(id),
            );
        } else if seen.iter().any(|s| s == "true") {
            findings.push(
                Diagnostic::error(
                    "unreachable-rule",
                    here,
                    format!(
                        "Rule {} can never be reached: an earlier rule always holds",
                        index + 1
                    ),
                )
                .help("Put what always holds under `otherwise`.")
                .part(id),
            );
        }
        seen.push(shown);
    }
}
