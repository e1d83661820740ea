//! What the rules look at: the workflow, what it may refer to, and every expression in it with
//! the names that are in scope there.

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use super::sites::{Site, Sites, escape};
use super::walk::Walk;
use crate::connect::{Catalog, Table, Tool};
use crate::expr::Type;
use crate::sop::Sop;
use crate::spec::Workflow;

/// A workflow under check.
pub struct Context<'c> {
    /// The sound parts of the document.
    pub workflow: &'c Workflow,
    /// The document as it was given; pointers point into it.
    pub document: &'c Json,
    /// Names of parts that were left out for their shape: they are not unknown.
    pub left_out: &'c [String],
    /// The SOP.
    pub sop: &'c Sop,
    /// What the connections offer.
    pub catalog: &'c Catalog,
    /// Every expression and template.
    pub sites: Vec<Site>,
    results: IndexMap<String, Type>,
}

impl<'c> Context<'c> {
    /// Reads every expression of a workflow.
    pub fn new(
        workflow: &'c Workflow,
        document: &'c Json,
        left_out: &'c [String],
        sop: &'c Sop,
        catalog: &'c Catalog,
    ) -> Self {
        let mut walk = Walk {
            workflow,
            catalog,
            pointers: pointers(document),
            sites: Sites::default(),
            results: IndexMap::new(),
            stopped: Vec::new(),
        };
        walk.everything();
        let Walk { sites, results, .. } = walk;
        Context {
            workflow,
            document,
            left_out,
            sop,
            catalog,
            sites: sites.all,
            results,
        }
    }

    /// Returns the JSON pointer of a step, output or data pull.
    pub fn pointer(&self, name: &str) -> String {
        pointers(self.document)
            .get(name)
            .cloned()
            .unwrap_or_default()
    }

    /// Returns the types of the steps' results.
    pub fn results(&self) -> IndexMap<String, Type> {
        self.results.clone()
    }

    /// Returns the tool that `connection.tool` names.
    pub fn tool(&self, name: &str) -> Option<&'c Tool> {
        tool(self.catalog, name)
    }

    /// Returns the columns of a table as a row of it has them.
    pub fn table(&self, name: &str) -> Option<&'c Table> {
        self.catalog.table(name)
    }
}

/// Returns the tool that `connection.tool` names.
pub(super) fn tool<'c>(catalog: &'c Catalog, name: &str) -> Option<&'c Tool> {
    let (connection, tool) = name.split_once('.')?;
    catalog.tool(connection, tool)
}

/// Returns the pointer of every step, output and data pull of a document, by name.
fn pointers(document: &Json) -> IndexMap<String, String> {
    fn list(value: Option<&Json>, at: &str, out: &mut IndexMap<String, String>) {
        for (index, part) in value
            .and_then(Json::as_array)
            .into_iter()
            .flatten()
            .enumerate()
        {
            let here = format!("{at}/{index}");
            if let Some(id) = part.get("id").and_then(Json::as_str) {
                out.entry(id.to_owned()).or_insert_with(|| here.clone());
            }
            list(part.get("steps"), &format!("{here}/steps"), out);
        }
    }
    let mut out = IndexMap::new();
    for name in document
        .get("data")
        .and_then(Json::as_object)
        .into_iter()
        .flat_map(Map::keys)
    {
        out.insert(name.clone(), format!("/data/{}", escape(name)));
    }
    list(document.get("steps"), "/steps", &mut out);
    list(document.get("outputs"), "/outputs", &mut out);
    out
}
