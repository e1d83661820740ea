//! Writing the workflow whole.

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value as Json};

use super::{Bench, Refusal, Tool, ToolAnswer, tell};

pub(super) struct WriteWorkflow;

/// The workflow.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Arguments {
    /// The whole document, as the language guide says.
    workflow: Map<String, Json>,
}

#[async_trait]
impl Tool for WriteWorkflow {
    type Arguments = Arguments;
    const NAME: &'static str = "write_workflow";
    const ABOUT: &'static str = "Writes the whole workflow and checks it. Answers with diagnostics: mend them with edit_workflow.";

    async fn call(
        &self,
        arguments: Arguments,
        bench: &mut Bench<'_>,
    ) -> Result<ToolAnswer, Refusal> {
        let session = &mut *bench.session;
        let changed = session.draft.set(
            Json::Object(arguments.workflow),
            &session.name,
            &session.sop,
            &bench.resources.catalog,
        );
        Ok(tell(&changed, bench))
    }
}
