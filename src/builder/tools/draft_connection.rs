//! Drafting a connection: described by the model, agreed to by the person, tried with reads.

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::{Bench, Refusal, Tool, ToolAnswer};
use crate::builder::connecting::{Tried, consent};
use crate::builder::{Question, documentation};
use crate::connect::{
    ConnectError, Connection, ConnectionInfo, DraftedConnection, Effect, table_details,
};
use crate::diag::count;
use crate::model::ToolCall;

/// The tool that drafts a connection. The session asks before it is called.
pub struct DraftConnection;

/// What is drafted.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Arguments {
    /// What the connection is to be called: the system's name, as SOPs say it.
    name: String,
    /// The service, described as the guide says. Without it nothing is tried, and the guide is answered.
    #[serde(default)]
    description: Option<Map<String, Json>>,
    /// A file of documentation or an OpenAPI document (JSON) in the workspace that the user named: what it says is answered.
    #[serde(default)]
    file: Option<String>,
    /// Which operations of an OpenAPI document are told whole, or from where on another file is shown: a word of them.
    #[serde(default)]
    find: Option<String>,
    /// Tools that read, to call with arguments that the data holds.
    #[serde(default)]
    calls: Vec<Call>,
    /// Are the secrets to be typed anew, since they were wrong?
    #[serde(default)]
    new_secrets: bool,
}

/// A call of a tool that is drafted.
#[derive(Debug, Deserialize, JsonSchema)]
struct Call {
    /// Its name.
    tool: String,
    /// Its arguments.
    #[serde(default)]
    arguments: Map<String, Json>,
}

/// What the model can do where a service lets nobody in.
const WRONG_SECRET: &str = "If the service does not let us in, the way in which the secret is sent may be wrong (`auth`, `headers`), or the secret: `new_secrets` has the user type it anew.";

/// The longest answer of a call that is shown, in characters.
const SHOWN: usize = 3000;

/// The most calls of one try.
const MOST: usize = 10;

impl DraftConnection {
    /// Returns the connection that a call drafts, as far as it is sound, and whether its secrets are
    /// to be typed anew.
    pub(in crate::builder) fn drafted(call: &ToolCall) -> Option<(DraftedConnection, bool)> {
        if call.name != Self::NAME {
            return None;
        }
        let arguments = super::unpacked(super::parsed(&call.arguments).ok()?);
        let arguments: Arguments = serde_json::from_value(arguments).ok()?;
        let description = Json::Object(arguments.description?);
        let drafted = DraftedConnection::new(&arguments.name, &description).ok()?;
        Some((drafted, arguments.new_secrets))
    }

    /// Returns what the person is asked before a call.
    pub(in crate::builder) fn question(call: &ToolCall) -> Option<Question> {
        let (drafted, _) = Self::drafted(call)?;
        Some(Question::connect(
            consent(&drafted.name, &drafted.reach),
            "Yes, try it",
        ))
    }
}

#[async_trait]
impl Tool for DraftConnection {
    type Arguments = Arguments;
    const NAME: &'static str = "draft_connection";
    const ABOUT: &'static str = "Describes a system that is not connected, from its API documentation, and tries it with reads, once the user agrees. Called with `name` alone, or with `file`, it answers the guide to describing one.";

    async fn call(
        &self,
        arguments: Arguments,
        bench: &mut Bench<'_>,
    ) -> Result<ToolAnswer, Refusal> {
        let Some(description) = arguments.description else {
            return guide(arguments.file.as_deref(), arguments.find.as_deref(), bench);
        };
        let description = Json::Object(description);
        bench.session.connecting.tried = None;
        let drafted = DraftedConnection::new(&arguments.name, &description).map_err(refusal)?;
        if !bench.session.has_agreed() {
            return Err(Refusal::new(
                "The user has not agreed to it, so it is not tried",
            ));
        }
        let workspace = &bench.resources.workspace;
        let opened = drafted
            .open(&|variable| workspace.variable(variable))
            .map_err(refusal)?;
        let info = opened.describe().await.map_err(|mut error| {
            if !drafted.reach.secrets.is_empty() {
                error.help = Some(WRONG_SECRET.to_owned());
            }
            refusal(error)
        })?;
        let mut called = Vec::new();
        let mut answered = 0;
        for call in arguments.calls.into_iter().take(MOST) {
            let told = try_call(&opened, &info, call).await;
            answered += usize::from(told.get("answer").is_some());
            called.push(told);
        }
        let was_read = !info.tables.is_empty() || answered > 0;
        let has_reads = !drafted.reach.tables.is_empty() || !drafted.reach.reads.is_empty();
        let is_sound = info.problem.is_none() && (was_read || !has_reads);
        bench.session.connecting.tried = is_sound.then(|| Tried {
            name: arguments.name.clone(),
            description,
            was_read,
        });
        let next = match (is_sound, was_read || !has_reads) {
            (true, _) => {
                "Is it what the documentation says, with all records and the right types? Then keep_connection."
            }
            (false, true) => "Mend the description, and draft it again.",
            (false, false) => {
                "Nothing was read yet: give `calls`, with arguments that the data holds."
            }
        };
        Ok(ToolAnswer {
            line: line(&arguments.name, &info, answered),
            content: told(&arguments.name, &info, &called, next),
            is_error: false,
        })
    }
}

fn line(name: &str, info: &ConnectionInfo, answered: usize) -> String {
    match &info.problem {
        Some(problem) => format!("{name}: {problem}"),
        None => format!(
            "{name} answers: {}, {}",
            count(info.tables.len(), "table"),
            count(answered, "call")
        ),
    }
}

fn told(name: &str, info: &ConnectionInfo, called: &[Json], next: &str) -> Json {
    let tables: Map<String, Json> = info
        .tables
        .iter()
        .map(|(table, about)| {
            let details = table_details(about, &format!("{name}.{table}"), &[]);
            (table.clone(), details)
        })
        .collect();
    let tools: Map<String, Json> = info
        .tools
        .iter()
        .map(|(tool, about)| (tool.clone(), json!(about.effect)))
        .collect();
    let mut told = json!({ "tables": tables, "tools": tools, "next": next });
    if !called.is_empty() {
        told["calls"] = json!(called);
    }
    if let Some(problem) = &info.problem {
        told["problem"] = json!(problem);
    }
    told
}

/// Calls a tool that reads, and no other.
async fn try_call(opened: &dyn Connection, info: &ConnectionInfo, call: Call) -> Json {
    let tool = &call.tool;
    match info.tools.get(tool).map(|tool| tool.effect) {
        None => return json!({ "tool": tool, "error": "there is no such tool" }),
        Some(Effect::Read) => {}
        Some(_) => return json!({ "tool": tool, "error": "it writes, so it is not tried" }),
    }
    match opened.call(tool, call.arguments).await {
        Ok(answer) => {
            let text = answer.to_string();
            match text.len() > SHOWN {
                true => json!({ "tool": tool, "answer": "cut",
                    "answer_begins": text.chars().take(SHOWN).collect::<String>() }),
                false => json!({ "tool": tool, "answer": answer }),
            }
        }
        Err(error) => json!({ "tool": tool, "error": error.message, "help": error.help }),
    }
}

/// Answers how a connection is described, and what the documentation says.
fn guide(
    file: Option<&str>,
    find: Option<&str>,
    bench: &mut Bench<'_>,
) -> Result<ToolAnswer, Refusal> {
    let root = bench.resources.workspace.root();
    let read = file.map(|file| documentation::read(root, file, find));
    let read = read
        .transpose()
        .map_err(|error| Refusal::new(error.to_string()).maybe_help(error.help))?;
    let mut content = Map::new();
    if !std::mem::replace(&mut bench.session.connecting.guided, true) {
        let guide = &bench.resources.prompt.connection;
        content.insert("guide".to_owned(), json!(guide));
    }
    content.extend(read.map(|said| ("documentation".to_owned(), said)));
    content.insert(
        "next".to_owned(),
        json!("draft_connection, with a `description`"),
    );
    Ok(ToolAnswer {
        content: Json::Object(content),
        line: match file {
            Some(file) => format!("read {file}"),
            None => "looked up how one is described".to_owned(),
        },
        is_error: false,
    })
}

pub(super) fn refusal(error: ConnectError) -> Refusal {
    Refusal::new(error.message).maybe_help(error.help)
}
