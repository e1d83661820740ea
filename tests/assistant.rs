//! A session of an assistant, recorded and replayed: a capable model, given nothing but what the MCP
//! server offers and what a user said, built a workflow from a shipped SOP, ran it, changed it and ran
//! it again (`tests/assistant/session.jsonl`, through the protocol's JavaScript client). Each call must
//! be taken or refused as it was then, and the runs come to the same.

#![allow(clippy::expect_used, clippy::unwrap_used)]

mod support;

use std::collections::HashMap;

use rmcp::ServiceExt;
use rmcp::model::CallToolRequestParams;
use rmcp::service::{RoleClient, RunningService};
use rmcp::transport::TokioChildProcess;
use serde_json::{Value as Json, json};
use support::Place;
use tokio::process::Command;

/// Calls a tool: what it answers, and whether that is a refusal.
async fn call(
    client: &RunningService<RoleClient, ()>,
    tool: &str,
    arguments: &Json,
) -> (Json, bool) {
    let arguments = arguments.as_object().unwrap().clone();
    let request = CallToolRequestParams::new(tool.to_owned()).with_arguments(arguments);
    let result = client.call_tool(request).await.unwrap();
    let text = result.content[0].as_text().unwrap().text.clone();
    let value = serde_json::from_str(&text).unwrap_or(Json::String(text));
    (value, result.is_error == Some(true))
}

#[tokio::test]
async fn a_recorded_session_goes_as_it_went() {
    let place = Place::new();
    let mut command = Command::new(env!("CARGO_BIN_EXE_sopwright"));
    command.args(["mcp", "--as-of", "2026-11-16", "--model", "built-in"]);
    command.current_dir(place.path()).env_clear();
    command.env("NO_COLOR", "1");
    let client = ().serve(TokioChildProcess::new(command).unwrap()).await.unwrap();
    let recorded = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/assistant/session.jsonl");
    // Runs have other ids than they had then.
    let mut ids: HashMap<String, String> = HashMap::new();
    let mut runs = Vec::new();
    for line in std::fs::read_to_string(recorded).unwrap().lines() {
        let step: Json = serde_json::from_str(line).unwrap();
        let tool = step["tool"].as_str().unwrap();
        let mut arguments = step["arguments"].clone();
        if let Some(id) = arguments["run"].as_str().and_then(|id| ids.get(id)) {
            arguments["run"] = json!(id);
        }
        let (came, is_refused) = call(&client, tool, &arguments).await;
        assert_eq!(is_refused, step["refused"], "{tool} {arguments}: {came}");
        let Some(then) = step["came"].as_object() else {
            continue;
        };
        for (part, value) in then {
            assert_eq!(&came["summary"][part], value, "{tool}: {part}");
        }
        if tool == "run_workflow" {
            let id = came["run"].as_str().unwrap().to_owned();
            ids.insert(step["run"].as_str().unwrap().to_owned(), id.clone());
            runs.push(id);
        }
    }
    let [first, second] = runs.as_slice() else {
        panic!("{runs:?}")
    };
    // What the assistant could not find out then.
    let asked = json!({ "run": second, "than": first });
    let (told, is_refused) = call(&client, "show_results", &asked).await;
    assert!(!is_refused, "{told}");
    // Thirteen were red before, by another rule.
    assert_eq!(told["different"], 37, "{told}");
    let moved = |case: &&Json| case["changes"]["level"] == json!(["amber", "red"]);
    let moved = told["cases"].as_array().unwrap().iter().filter(moved);
    assert_eq!(moved.count(), 24, "{told}");
    let (told, _) = call(
        &client,
        "show_results",
        &json!({ "run": second, "with": "red" }),
    )
    .await;
    assert_eq!((&told["cases"], &told["of"]), (&json!(37), &json!(205)));
    assert!(told["rows"].as_array().unwrap().len() == 37, "{told}");
}
