//! Ids are unique and do not hide other names.

use std::collections::HashSet;

use crate::check::Context;
use crate::diag::Diagnostic;

/// Names that expressions already have.
pub(crate) const RESERVED: [&str; 14] = [
    "run",
    "trigger",
    "cases",
    "case",
    "caveats",
    "caveats_note",
    "row",
    "item",
    "error",
    "result",
    "loop",
    "true",
    "false",
    "none",
];

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let workflow = context.workflow;
    let mut seen: HashSet<&str> = workflow.data.keys().map(String::as_str).collect();
    let for_each = workflow.for_each.as_ref();
    if let Some(each) = for_each
        && (!seen.insert(&each.name) || reserved(&each.name))
    {
        findings.push(taken("/for_each/as", &each.name));
    }
    for name in workflow.data.keys().filter(|n| reserved(n)) {
        findings.push(taken(&context.pointer(name), name).part(name));
    }
    let steps = workflow.all_steps();
    let ids = steps.iter().map(|s| s.common.id.as_str());
    for id in ids.chain(workflow.outputs.iter().map(|o| o.common.id.as_str())) {
        if !seen.insert(id) || reserved(id) {
            findings.push(taken(&context.pointer(id), id).part(id));
        }
    }
}

fn reserved(name: &str) -> bool {
    RESERVED.contains(&name)
}

fn taken(at: &str, name: &str) -> Diagnostic {
    let why = if reserved(name) {
        "is a name of the language"
    } else {
        "is used twice"
    };
    Diagnostic::error("duplicate-id", at, format!("`{name}` {why}")).help(format!(
        "Give every data pull, step and output a name of its own, such as `{name}_1`."
    ))
}
