//! Sopwright as a server of the Model Context Protocol: an assistant that people already use builds,
//! checks, rehearses, saves and runs workflows through the builder's own tools, behind the same gates.

mod desk;
mod http;
mod running;
mod tools;

use std::borrow::Cow;
use std::sync::Arc;

use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, ErrorData,
    GetPromptRequestParams, GetPromptResponse, GetPromptResult, Implementation, ListPromptsResult,
    ListResourcesResult, ListToolsResult, PaginatedRequestParams, Prompt, PromptArgument,
    PromptMessage, ProtocolVersion, ReadResourceRequestParams, ReadResourceResponse,
    ReadResourceResult, Resource, ResourceContents, Role, ServerCapabilities, ServerConfig,
};
use rmcp::service::RequestContext;
use rmcp::{RoleServer, ServerHandler, ServiceExt};
use serde_json::{Map, Value as Json};

use crate::diag::{Error, Result};

pub use desk::Desk;
pub use http::over_http;

/// What an assistant is told before anything else.
const INSTRUCTIONS: &str = include_str!("../../prompts/assistant.md");

/// The address of the guide to the workflow language.
const GUIDE: &str = "sopwright://language";

/// Serves a desk on standard input and output until the other side leaves.
///
/// # Errors
/// If the other side does not speak the protocol.
pub async fn serve(desk: Desk) -> Result<()> {
    let begun = Server::new(desk).serve(rmcp::transport::stdio()).await;
    let running = begun.map_err(|e| {
        Error::unavailable("No assistant speaks at the other end")
            .caused_by(e)
            .help("This command is started by an assistant; the README shows how to set one up.")
    })?;
    let _ = running.waiting().await;
    Ok(())
}

/// One assistant's server.
#[derive(Clone)]
pub struct Server(Arc<tokio::sync::Mutex<Desk>>);

impl Server {
    /// Returns the server of a desk.
    pub fn new(desk: Desk) -> Self {
        Server(Arc::new(tokio::sync::Mutex::new(desk)))
    }
}

impl ServerHandler for Server {
    /// A desk belongs to a session, which later revisions no longer have.
    fn supported_protocol_versions(&self) -> Cow<'static, [ProtocolVersion]> {
        let last = ProtocolVersion::LATEST_WITH_INITIALIZE;
        ProtocolVersion::known_up_to(&last).into()
    }

    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder()
            .enable_tools()
            .enable_resources()
            .enable_prompts()
            .build();
        let us = Implementation::new("sopwright", env!("CARGO_PKG_VERSION"));
        ServerConfig::new(capabilities)
            .with_server_info(us)
            .with_instructions(INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> std::result::Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(tools::all()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        _: RequestContext<RoleServer>,
    ) -> std::result::Result<CallToolResponse, ErrorData> {
        let arguments = Json::Object(request.arguments.unwrap_or_default());
        let answer = tools::call(&self.0, &request.name, arguments).await;
        let result = match answer {
            Some(Ok(value)) => CallToolResult::success(vec![ContentBlock::text(text(&value))]),
            Some(Err(value)) => CallToolResult::error(vec![ContentBlock::text(text(&value))]),
            None => {
                let none = format!("There is no tool `{}`", request.name);
                return Err(ErrorData::invalid_params(none, None));
            }
        };
        Ok(CallToolResponse::Complete(result))
    }

    async fn list_resources(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> std::result::Result<ListResourcesResult, ErrorData> {
        let about = "How a workflow is written: read it before write_workflow";
        let guide = Resource::new(GUIDE, "language")
            .with_title("The workflow language")
            .with_description(about);
        Ok(ListResourcesResult::with_all_items(vec![guide]))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        _: RequestContext<RoleServer>,
    ) -> std::result::Result<ReadResourceResponse, ErrorData> {
        if request.uri != GUIDE {
            let none = format!("There is nothing at {}; there is {GUIDE}", request.uri);
            return Err(ErrorData::resource_not_found(none, None));
        }
        let guide = self.0.lock().await.guide().to_owned();
        let contents = ResourceContents::text(guide, GUIDE);
        Ok(ReadResourceResponse::Complete(ReadResourceResult::new(
            vec![contents],
        )))
    }

    async fn list_prompts(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> std::result::Result<ListPromptsResult, ErrorData> {
        let argument = |name: &str, about: &str| {
            PromptArgument::new(name)
                .with_description(about)
                .with_required(true)
        };
        let sop = argument("sop", "The SOP's name under sops/, or its text");
        let name = argument("workflow", "The workflow's name");
        let request = argument("change", "What should be different");
        Ok(ListPromptsResult::with_all_items(vec![
            Prompt::new(
                "build",
                Some("Turn an SOP into a workflow"),
                Some(vec![sop]),
            ),
            Prompt::new(
                "change",
                Some("Change a workflow that is saved"),
                Some(vec![name, request]),
            ),
        ]))
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        _: RequestContext<RoleServer>,
    ) -> std::result::Result<GetPromptResponse, ErrorData> {
        let given = request.arguments.unwrap_or_default();
        let words =
            prompt(&request.name, &given).map_err(|why| ErrorData::invalid_params(why, None))?;
        let message = PromptMessage::new_text(Role::User, words);
        Ok(GetPromptResponse::Complete(GetPromptResult::new(vec![
            message,
        ])))
    }
}

/// Returns what a prompt says.
fn prompt(name: &str, given: &Map<String, Json>) -> std::result::Result<String, String> {
    let argument = |name: &str| {
        given
            .get(name)
            .and_then(Json::as_str)
            .filter(|text| !text.trim().is_empty())
            .ok_or_else(|| format!("The prompt needs `{name}`"))
    };
    match name {
        "build" => Ok(format!(
            "Build a Sopwright workflow from this SOP. Call start_workflow with it first.\n\n{}",
            argument("sop")?
        )),
        "change" => Ok(format!(
            "Change the Sopwright workflow `{}`. Call open_workflow first.\n\n{}",
            argument("workflow")?,
            argument("change")?
        )),
        other => Err(format!(
            "There is no prompt `{other}`; there are build and change"
        )),
    }
}

/// Returns an answer as text: words as they are, everything else as JSON.
fn text(value: &Json) -> String {
    value.as_str().map_or(value.to_string(), str::to_owned)
}
