//! Editing the workflow in place.

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value as Json;

use super::{Bench, Refusal, Tool, ToolAnswer, tell};
use crate::spec::{Edit, apply};

pub(super) struct EditWorkflow;

/// The edits.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Arguments {
    /// Made in order, all or none.
    #[schemars(length(min = 1, max = 50))]
    edits: Vec<EditArgument>,
}

/// One edit.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
struct EditArgument {
    /// `set` gives a place a value; `insert` puts an item into a list; `replace` and `remove` need something there.
    op: Op,
    /// The place: the id of a step, output or data pull, a top-level key, or a path below one (`risk/rules/0/when`, `result/level`, `/steps/2`). For `insert`: a list, or an index in one.
    #[serde(default)]
    at: Option<String>,
    /// For `insert`: the id of the part that it goes before.
    #[serde(default)]
    before: Option<String>,
    /// For `insert`: the id of the part that it goes after.
    #[serde(default)]
    after: Option<String>,
    /// The new value.
    #[serde(default)]
    value: Option<Json>,
}

/// What an edit does.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Op {
    Set,
    Insert,
    Replace,
    Remove,
}

impl EditArgument {
    fn into_edit(self, index: usize) -> Result<Edit, Refusal> {
        let number = index + 1;
        let at = |at: Option<String>| {
            at.ok_or_else(|| Refusal::new(format!("Edit {number} has no `at`")))
        };
        let value = self
            .value
            .ok_or_else(|| Refusal::new(format!("Edit {number} has no `value`")));
        Ok(match self.op {
            Op::Set => Edit::Set {
                at: at(self.at)?,
                value: value?,
            },
            Op::Replace => Edit::Replace {
                at: at(self.at)?,
                value: value?,
            },
            Op::Remove => Edit::Remove { at: at(self.at)? },
            Op::Insert => Edit::Insert {
                at: self.at,
                before: self.before,
                after: self.after,
                value: value?,
            },
        })
    }
}

#[async_trait]
impl Tool for EditWorkflow {
    type Arguments = Arguments;
    const NAME: &'static str = "edit_workflow";
    const ABOUT: &'static str = "Changes parts of the workflow by id or path, all edits or none, and checks it. Prefer it to writing the whole again.";

    async fn call(
        &self,
        arguments: Arguments,
        bench: &mut Bench<'_>,
    ) -> Result<ToolAnswer, Refusal> {
        let session = &mut *bench.session;
        let Some(document) = &session.draft.document else {
            return Err(
                Refusal::new("There is no workflow yet").help("Write one with write_workflow.")
            );
        };
        let edits = arguments
            .edits
            .into_iter()
            .enumerate()
            .map(|(i, e)| e.into_edit(i))
            .collect::<Result<Vec<_>, _>>()?;
        let edited = apply(document, &edits).map_err(|e| {
            Refusal::new(format!(
                "Edit {} cannot be made, so none was: {}",
                e.index + 1,
                e.message
            ))
            .maybe_help(e.help)
        })?;
        let changed = session.draft.set(
            edited,
            &session.name,
            &session.sop,
            &bench.resources.catalog,
        );
        Ok(tell(&changed, bench))
    }
}
