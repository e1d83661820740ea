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

/// Is a table gone through by a condition that asks for something of the case? Then it is looked
/// things up in, and whoever wrote that knows that all of it is there.
fn is_looked_up(context: &Context<'_>, name: &str) -> bool {
    let sites = context
        .sites
        .iter()
        .filter(|s| s.part.as_deref() != Some(name));
    sites
        .filter_map(|site| site.node.as_ref())
        .any(|node| chooses_from(context, node, name))
}

/// Does a part of an expression choose among a table's rows by the case?
fn chooses_from(context: &Context<'_>, node: &Node, name: &str) -> bool {
    let own = match node {
        Node::Call(function, arguments, _)
            if matches!(function.as_str(), "where" | "any" | "all") =>
        {
            matches!(arguments.first(), Some(Node::Name(own)) if own == name)
                && arguments
                    .get(1)
                    .is_some_and(|condition| asks_of_case(context, condition))
        }
        _ => false,
    };
    let mut inner = node.children().into_iter();
    own || inner.any(|child| chooses_from(context, child, name))
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
