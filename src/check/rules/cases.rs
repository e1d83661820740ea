//! `for_each` goes through a table of the data, and a joined table says what it matches.

use crate::check::Context;
use crate::diag::{Diagnostic, did_you_mean};
use crate::expr::ast::Node;
use crate::spec::{FieldType, Match, StepKind};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let workflow = context.workflow;
    let Some(each) = &workflow.for_each else {
        return;
    };
    match workflow.data.get(&each.over) {
        None => {
            findings.push(
                Diagnostic::error(
                    "unknown-data",
                    "/for_each/in",
                    format!("There is no data called `{}`", each.over),
                )
                .maybe_help(did_you_mean(
                    &each.over,
                    workflow.data.keys().map(String::as_str),
                )),
            );
            return;
        }
        Some(pull) if !pull.matching.is_empty() => findings.push(
            Diagnostic::error(
                "matched-cases",
                format!("{}/match", context.pointer(&each.over)),
                "The table that the cases come from cannot be matched to a case",
            )
            .help("Use `where` to choose its rows.")
            .part(&each.over),
        ),
        Some(_) => {}
    }
    for (name, pull) in workflow.data.iter().filter(|(name, _)| **name != each.over) {
        let at = context.pointer(name);
        if pull.matching.is_empty() {
            let reads_item = context.sites.iter().any(|s| {
                s.part.as_deref() == Some(name)
                    && s.reads()
                        .iter()
                        .any(|r| *r == each.name || r.starts_with(&format!("{}.", each.name)))
            });
            if !reads_item && !is_looked_up(context, name) {
                findings.push(
                    Diagnostic::warning("unmatched-table", &at, format!("Every case sees all rows of `{name}`"))
                        .help(format!("If only those of the case count, add `match`, as in {{\"account_id\": \"{}.account_id\"}}.", each.name))
                        .part(name),
                );
            }
        }
        for (column, value) in &pull.matching {
            let fuzzy_number = matches!(value, Match::Like(_))
                && context
                    .table(&pull.from)
                    .and_then(|t| t.columns.get(column))
                    .is_some_and(|c| c.field != FieldType::Text);
            if fuzzy_number {
                findings.push(
                    Diagnostic::error(
                        "like-text",
                        format!("{at}/match/{column}"),
                        format!("`{column}` is not a text: only names can be alike"),
                    )
                    .help("Match it with an expression that it equals.")
                    .part(name),
                );
            }
        }
    }
}

/// Is a table only gone through by conditions that ask for something of the case?
fn is_looked_up(context: &Context<'_>, name: &str) -> bool {
    let own = |read: &String| read == name || read.starts_with(&format!("{name}."));
    let mut uses = context
        .sites
        .iter()
        .filter(|site| site.part.as_deref() != Some(name) && site.reads().iter().any(own))
        .peekable();
    uses.peek().is_some()
        && uses.all(|site| {
            site.node
                .as_ref()
                .is_some_and(|node| is_chosen_from(context, node, name))
        })
}

/// Does an expression name a table only where a condition chooses among its rows by the case?
fn is_chosen_from(context: &Context<'_>, node: &Node, name: &str) -> bool {
    match node {
        Node::Name(own) => own != name,
        Node::Call(function, arguments, _)
            if matches!(function.as_str(), "where" | "any" | "all") =>
        {
            let condition = arguments.get(1);
            let chooses = matches!(arguments.first(), Some(Node::Name(own)) if own == name)
                && condition.is_some_and(|condition| asks_of_case(context, condition));
            let from = usize::from(chooses);
            let rest = arguments.iter().skip(from);
            rest.into_iter().all(|a| is_chosen_from(context, a, name))
        }
        _ => node
            .children()
            .into_iter()
            .all(|child| is_chosen_from(context, child, name)),
    }
}

/// Does a condition over items, given as text, name the case or what a step found of it?
fn asks_of_case(context: &Context<'_>, condition: &Node) -> bool {
    let Node::Literal(text) = condition else {
        return false;
    };
    let text = text.as_str().unwrap_or_default();
    let workflow = context.workflow;
    let case = workflow.for_each.iter().map(|each| each.name.as_str());
    let steps = workflow.all_steps();
    let steps = steps.iter().map(|step| step.common.id.as_str());
    let items = workflow.all_steps();
    let items = items.iter().filter_map(|step| match &step.kind {
        StepKind::Each(each) => Some(each.name.as_str()),
        _ => None,
    });
    case.chain(steps)
        .chain(items)
        .any(|name| text.contains(&format!("{name}.")))
}
