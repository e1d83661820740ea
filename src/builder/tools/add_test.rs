//! Keeping a case with a known outcome.

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::{Bench, Refusal, Tool, ToolAnswer, tell};

pub(super) struct AddTest;

/// The test.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Arguments {
    /// What it shows, as a sentence.
    name: String,
    /// Names -> values. For the item of the case: its key to take the row of the data, and fields to set over it; or a whole row. Also `trigger`, a name of `data` with its rows, and the id of a `call`, `llm` or `select` step with its answer, which is then not asked for.
    given: Map<String, Json>,
    /// Fields of the result -> values.
    expect: Map<String, Json>,
    /// Did the user state it?
    #[serde(default)]
    from_user: bool,
}

#[async_trait]
impl Tool for AddTest {
    type Arguments = Arguments;
    const NAME: &'static str = "add_test";
    const ABOUT: &'static str = "Adds a case with a known outcome, which every dry run checks. A test of the same name is replaced.";

    async fn call(
        &self,
        arguments: Arguments,
        bench: &mut Bench<'_>,
    ) -> Result<ToolAnswer, Refusal> {
        let session = &mut *bench.session;
        let Some(mut document) = session.draft.document.clone() else {
            return Err(
                Refusal::new("There is no workflow yet").help("Write one with write_workflow.")
            );
        };
        let from = if arguments.from_user {
            "user"
        } else {
            "builder"
        };
        let test = json!({"name": arguments.name, "given": arguments.given, "expect": arguments.expect, "from": from});
        if let Some(fields) = document.as_object_mut() {
            let tests = fields.entry("tests").or_insert_with(|| json!([]));
            if let Some(tests) = tests.as_array_mut() {
                tests.retain(|t| t.get("name") != test.get("name"));
                tests.push(test);
            }
        }
        let changed = session.draft.set(
            document,
            &session.name,
            &session.sop,
            &bench.resources.catalog,
        );
        // A test that cannot be run would stand in the way of every dry run.
        let unsound = changed
            .new
            .iter()
            .find(|f| f.is_error() && f.at.starts_with("/tests/"))
            .cloned();
        if let Some(finding) = unsound {
            session.draft.undo();
            return Err(Refusal::new(finding.message).maybe_help(finding.help));
        }
        let mut answer = tell(&changed, bench);
        answer.line = format!("test “{}”", arguments.name);
        Ok(answer)
    }
}
