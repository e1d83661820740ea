//! Keeping a connection that was drafted and tried.

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::draft_connection::refusal;
use super::{Bench, Refusal, Tool, ToolAnswer};
use crate::builder::Question;
use crate::builder::connecting::{Tried, keeping};
use crate::connect::DraftedConnection;
use crate::diag::Error;
use crate::model::ToolCall;
use crate::store::{add_connection, try_connection, write_atomically};

/// The tool that keeps a connection. The session asks before it is called.
pub struct KeepConnection;

/// What is kept.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Arguments {
    /// The connection that was tried.
    name: String,
    /// May updates that a person approves change its records? Only where the user has said so.
    #[serde(default)]
    writable: bool,
}

impl KeepConnection {
    /// Returns what the person is asked before a call, of what was tried.
    pub(in crate::builder) fn question(call: &ToolCall, tried: Option<&Tried>) -> Option<Question> {
        let arguments: Arguments =
            serde_json::from_value(super::parsed(&call.arguments).ok()?).ok()?;
        let tried = tried.filter(|tried| tried.name == arguments.name)?;
        let drafted = DraftedConnection::new(&tried.name, &tried.description).ok()?;
        let text = keeping(tried, &drafted, arguments.writable);
        Some(Question::connect(text, "Yes, keep it"))
    }
}

#[async_trait]
impl Tool for KeepConnection {
    type Arguments = Arguments;
    const NAME: &'static str = "keep_connection";
    const ABOUT: &'static str = "Keeps the connection that draft_connection has tried, once the user agrees. Its tables and tools can then be used as those of all others.";

    async fn call(
        &self,
        arguments: Arguments,
        bench: &mut Bench<'_>,
    ) -> Result<ToolAnswer, Refusal> {
        let name = &arguments.name;
        let tried = bench.session.connecting.tried.as_ref();
        let Some(tried) = tried.filter(|tried| tried.name == *name) else {
            return Err(
                Refusal::new(format!("`{name}` was not tried in just this form")).help(
                    "draft_connection tries it; what it says last has to be without a problem.",
                ),
            );
        };
        if !bench.session.has_agreed() {
            return Err(Refusal::new("The user has not agreed to keep it"));
        }
        let drafted = DraftedConnection::new(name, &tried.description).map_err(refusal)?;
        let file = keep(&drafted, arguments.writable, bench)
            .map_err(|error| Refusal::new(error.to_string()).maybe_help(error.help))?;
        bench.session.connecting.tried = None;
        bench.session.connecting.kept = Some(name.clone());
        Ok(ToolAnswer {
            content: json!({ "kept": name, "next": "Its tables and tools can be inspected and used now." }),
            line: format!("{name}, described in {file}"),
            is_error: false,
        })
    }
}

/// Writes the description and the section of the settings; what is there is not written over.
fn keep(
    drafted: &DraftedConnection,
    writable: bool,
    bench: &Bench<'_>,
) -> crate::diag::Result<String> {
    let root = bench.resources.workspace.root();
    let file = format!("connections/{}.toml", drafted.name);
    let path = root.join(&file);
    if path.exists() {
        return Err(Error::input(format!("There is a file {file} already"))
            .help("Draft the connection under another name."));
    }
    let section = drafted.section(&file, writable);
    try_connection(root, &drafted.name, &section)?;
    write_atomically(&path, drafted.file().as_bytes())?;
    let added = add_connection(root, &drafted.name, &section);
    if added.is_err() {
        // Without its section nothing refers to it, and a new try would find it in its way.
        let _ = std::fs::remove_file(&path);
    }
    added.map(|()| file)
}
