//! The draft under way: what it says, what is wrong with it, and how to get back.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use crate::check::{Review, check};
use crate::connect::Catalog;
use crate::diag::Diagnostic;
use crate::sop::Sop;
use crate::spec::read_value;

/// A draft with its earlier states.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct DraftHistory {
    /// The document as it is.
    pub document: Option<Json>,
    /// Earlier documents, the oldest first.
    pub earlier: Vec<Json>,
    /// What the last check found.
    pub known: Vec<Diagnostic>,
}

/// The most states that can be gone back to.
const KEPT: usize = 50;

impl DraftHistory {
    /// Takes a new document, and returns what checking it found.
    pub fn set(&mut self, mut document: Json, name: &str, sop: &Sop, catalog: &Catalog) -> Changed {
        complete(&mut document, name, sop.statements.len());
        let review = check(&read_value(document.clone()), sop, catalog);
        let before = std::mem::replace(&mut self.known, review.findings.clone());
        if self.document.as_ref() != Some(&document)
            && let Some(old) = self.document.replace(document)
        {
            self.earlier.push(old);
            if self.earlier.len() > KEPT {
                self.earlier.remove(0);
            }
        }
        let (old, new): (Vec<_>, Vec<_>) = review
            .findings
            .iter()
            .cloned()
            .partition(|f| before.iter().any(|b| is_same(b, f)));
        Changed {
            new,
            still: old.len(),
            review,
        }
    }

    /// Checks the document as it is.
    pub fn review(&self, sop: &Sop, catalog: &Catalog) -> Option<Review> {
        let document = self.document.clone()?;
        Some(check(&read_value(document), sop, catalog))
    }

    /// Goes back to the document before the last change; false if there is none.
    pub fn undo(&mut self) -> bool {
        match self.earlier.pop() {
            Some(document) => {
                self.document = Some(document);
                self.known.clear();
                true
            }
            None => false,
        }
    }
}

/// What a change did.
pub struct Changed {
    /// Findings that were not there before.
    pub new: Vec<Diagnostic>,
    /// How many were there before and still are.
    pub still: usize,
    /// All of it.
    pub review: Review,
}

fn is_same(a: &Diagnostic, b: &Diagnostic) -> bool {
    a.code == b.code && a.message == b.message && a.excerpt == b.excerpt
}

/// Fills in what the builder knows better than a model.
pub(super) fn complete(document: &mut Json, name: &str, statements: usize) {
    let Some(fields) = document.as_object_mut() else {
        return;
    };
    fields.insert("workflow".to_owned(), json!(1));
    fields.insert("name".to_owned(), json!(name));
    let sop = fields
        .entry("sop")
        .or_insert_with(|| Json::Object(Map::new()));
    if let Some(sop) = sop.as_object_mut() {
        sop.insert("file".to_owned(), json!("sop.md"));
        sop.insert("statements".to_owned(), json!(statements));
    }
    // What leaves the building waits, unless it says otherwise.
    let outputs = fields.get_mut("outputs").and_then(Json::as_array_mut);
    for output in outputs.into_iter().flatten() {
        let kind = output
            .get("kind")
            .and_then(Json::as_str)
            .unwrap_or_default();
        if matches!(kind, "message" | "update" | "call")
            && let Some(output) = output.as_object_mut()
        {
            output
                .entry("approval")
                .or_insert_with(|| json!("required"));
        }
    }
    // In reading order, whatever the order in which it was written.
    const ORDER: [&str; 14] = [
        "workflow",
        "name",
        "title",
        "objective",
        "sop",
        "assumptions",
        "trigger",
        "data",
        "for_each",
        "steps",
        "result",
        "outputs",
        "limits",
        "tests",
    ];
    let place = |key: &str| ORDER.iter().position(|k| *k == key).unwrap_or(ORDER.len());
    let mut sorted: Vec<(String, Json)> = std::mem::take(fields).into_iter().collect();
    sorted.sort_by_key(|(key, _)| place(key));
    fields.extend(sorted);
}
