//! Checking a workflow: every name, type and promise, before anything runs.
//!
//! [`check`] takes a [`Draft`] and gives a [`Review`]: all findings, and a [`Checked`] workflow
//! where none of them is an error. Only a `Checked` workflow can be compiled and rehearsed.

mod columns;
mod context;
pub mod rules;
mod sites;
mod spans;
mod walk;

use std::sync::Arc;

use indexmap::IndexMap;

use crate::connect::Catalog;
use crate::diag::{Diagnostic, Error, Result};
use crate::expr::Type;
use crate::sop::Sop;
use crate::spec::{Draft, Workflow};

pub use context::Context;
pub(crate) use rules::RESERVED;
pub use sites::{Role, Site};

/// What checking found, and the workflow if it is sound.
#[derive(Debug, Clone)]
pub struct Review {
    /// Everything found: errors first, then in the order of the document.
    pub findings: Vec<Diagnostic>,
    /// Statements of the SOP that no part carries out and nobody settled otherwise.
    pub open: Vec<usize>,
    /// The workflow, where no finding is an error.
    pub checked: Option<Checked>,
}

impl Review {
    /// Returns how many findings are errors.
    pub fn errors(&self) -> usize {
        self.findings.iter().filter(|f| f.is_error()).count()
    }

    /// Returns the workflow of a name, to be run.
    ///
    /// # Errors
    /// With the findings that are errors, if there are any.
    pub fn into_runnable(self, name: &str) -> Result<Checked> {
        let findings = self.findings.into_iter();
        self.checked.ok_or_else(|| {
            Error::input(format!("`{name}` has errors, so it was not run"))
                .help(format!("Mend it in chat: sopwright chat {name}"))
                .with(findings.filter(Diagnostic::is_error).collect())
        })
    }
}

/// A workflow without an error. Only [`check`] makes one.
#[derive(Debug, Clone)]
pub struct Checked {
    workflow: Arc<Workflow>,
    results: Arc<IndexMap<String, Type>>,
}

impl Checked {
    /// Returns the workflow.
    pub fn workflow(&self) -> &Arc<Workflow> {
        &self.workflow
    }

    /// Returns the type of a step's result.
    pub fn result_of(&self, step: &str) -> Option<&Type> {
        self.results.get(step)
    }
}

/// Checks a draft against its SOP and what the connections offer.
pub fn check(draft: &Draft, sop: &Sop, catalog: &Catalog) -> Review {
    let mut findings = draft.findings.clone();
    let mut checked = None;
    let mut open = Vec::new();
    if let Some(workflow) = &draft.workflow {
        let context = Context::new(workflow, &draft.document, &draft.left_out, sop, catalog);
        for rule in rules::RULES {
            (rule.run)(&context, &mut findings);
        }
        open = rules::open_statements(&context);
        let results = context.results();
        if !findings.iter().any(Diagnostic::is_error) {
            checked = Some(Checked {
                workflow: Arc::new(workflow.clone()),
                results: Arc::new(results),
            });
        }
    }
    let order =
        |finding: &Diagnostic| (!finding.is_error(), position(&draft.document, &finding.at));
    findings.sort_by_key(order);
    findings.dedup();
    Review {
        findings,
        open,
        checked,
    }
}

/// Returns where a pointer stands in the document, as the places of its keys.
fn position(document: &serde_json::Value, pointer: &str) -> Vec<usize> {
    let mut here = Some(document);
    pointer
        .split('/')
        .skip(1)
        .map(|token| {
            let (place, next) = match here {
                Some(serde_json::Value::Object(fields)) => {
                    let key = token.replace("~1", "/").replace("~0", "~");
                    let place = fields.keys().position(|k| *k == key);
                    (place.unwrap_or(usize::MAX), fields.get(&key))
                }
                Some(serde_json::Value::Array(items)) => {
                    let index = token.parse().unwrap_or(usize::MAX);
                    (index, items.get(index))
                }
                _ => (0, None),
            };
            here = next;
            place
        })
        .collect()
}

#[cfg(test)]
mod tests;
