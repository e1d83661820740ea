//! No rule is about one case by its name, unless the SOP or the user names it.

use crate::check::Context;
use crate::diag::Diagnostic;
use crate::expr::ast::{Node, Operator};
use crate::expr::{Value, show};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let Some(each) = &context.workflow.for_each else {
        return;
    };
    // The case's own key, however it is reached.
    let key = each.key.as_str();
    let column = key.rsplit('.').next().unwrap_or(key);
    let own = format!("{}/where", context.pointer(&each.over));
    let said = said(context);
    for site in &context.sites {
        let Some(whole) = &site.node else { continue };
        context.look_through(whole, &mut |node, _| {
            let Node::Binary(Operator::Equal | Operator::Unequal | Operator::In, left, right) =
                node
            else {
                return;
            };
            for (subject, other) in [(left, right), (right, left)] {
                let shown = show(subject);
                let is_key = shown == key
                    || shown == "case.key"
                    || shown == format!("case.item.{column}")
                    || (site.at == own && shown == format!("row.{column}"));
                if !is_key {
                    continue;
                }
                let constants: Vec<&Node> = match &**other {
                    Node::List(items) => items.iter().collect(),
                    one => vec![one],
                };
                let named = constants.into_iter().find_map(|constant| match constant {
                    Node::Literal(value) => text_of(value).filter(|name| !said.contains(name)),
                    _ => None,
                });
                if let Some(name) = named {
                    let mut finding = Diagnostic::warning(
                        "names-one-case",
                        &site.at,
                        format!("This is about one case, `{name}`, which the SOP does not name"),
                    )
                    .excerpt(show(node))
                    .help("Decide by what the SOP says of such cases. If the user named it, say so under `assumptions`.");
                    finding.part.clone_from(&site.part);
                    findings.push(finding);
                }
            }
        });
    }
}

/// Returns what the SOP says, and what was assumed.
fn said(context: &Context<'_>) -> String {
    let assumed = context.workflow.assumptions.iter().map(|a| a.text.as_str());
    let mut said = context.sop.source.clone();
    for text in assumed {
        said.push('\n');
        said.push_str(text);
    }
    said
}

/// Returns the text of a value that can name a row.
fn text_of(value: &Value) -> Option<String> {
    match value.as_str() {
        Some(text) => (!text.trim().is_empty()).then(|| text.to_owned()),
        None => value.is_number().then(|| value.to_string()),
    }
}
