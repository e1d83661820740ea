//! Sopwright as an MCP server, spoken to by the protocol's own client, and as a client of one.

#![allow(clippy::expect_used, clippy::unwrap_used)]

mod support;

use std::sync::Arc;
use std::time::Duration;

use rmcp::ServiceExt;
use rmcp::model::{CallToolRequestParams, GetPromptRequestParams, ReadResourceRequestParams};
use rmcp::service::{RoleClient, RunningService};
use rmcp::transport::TokioChildProcess;
use serde_json::{Value as Json, json};
use sopwright::connect::{ConnectErrorKind, Connections, ConnectionsConfig, Effect, Scan};
use support::Place;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

const NAME: &str = "renewal-risk-briefs";
const EXE: &str = env!("CARGO_BIN_EXE_sopwright");

type Client = RunningService<RoleClient, ()>;

async fn client(place: &Place) -> Client {
    let mut command = Command::new(EXE);
    command.args(["mcp", "--as-of", "2026-11-16"]);
    command.current_dir(place.path()).env_clear();
    command.env("NO_COLOR", "1");
    ().serve(TokioChildProcess::new(command).unwrap())
        .await
        .unwrap()
}

/// Calls a tool: what it answers, or what it refuses with.
async fn call(client: &Client, tool: &str, arguments: Json) -> Result<Json, Json> {
    let arguments = arguments.as_object().unwrap().clone();
    let request = CallToolRequestParams::new(tool.to_owned()).with_arguments(arguments);
    let result = client.call_tool(request).await.unwrap();
    let text = result.content[0].as_text().unwrap().text.clone();
    let value = serde_json::from_str(&text).unwrap_or(Json::String(text));
    match result.is_error {
        Some(true) => Err(value),
        _ => Ok(value),
    }
}

#[tokio::test]
async fn an_assistant_builds_rehearses_saves_and_runs_and_decides_nothing() {
    let place = Place::new();
    let client = client(&place).await;
    let tools = client.list_all_tools().await.unwrap();
    let names: Vec<&str> = tools.iter().map(|tool| tool.name.as_ref()).collect();
    for name in [
        "start_workflow",
        "write_workflow",
        "dry_run",
        "save_workflow",
        "list_inbox",
    ] {
        assert!(names.contains(&name), "{names:?}");
    }
    assert!(
        !names
            .iter()
            .any(|name| name.contains("approve") || *name == "ask_user")
    );
    let guide = ReadResourceRequestParams::new("sopwright://language");
    let guide = client.read_resource(guide).await.unwrap();
    assert!(format!("{guide:?}").contains("The workflow language"));
    let prompts = client.list_all_prompts().await.unwrap();
    assert_eq!(prompts.len(), 2);
    let asked = GetPromptRequestParams::new("build");
    assert!(client.get_prompt(asked).await.is_err());

    let none = call(&client, "dry_run", json!({})).await.unwrap_err();
    assert!(
        none["help"].as_str().unwrap().contains("start_workflow"),
        "{none}"
    );
    let none = call(&client, "start_workflow", json!({"sop": "no-such-sop"})).await;
    assert!(
        none.unwrap_err()["error"]
            .as_str()
            .unwrap()
            .contains("no-such-sop")
    );
    let begun = call(
        &client,
        "start_workflow",
        json!({"sop": NAME, "name": NAME}),
    )
    .await
    .unwrap();
    let opening = begun["opening"].as_str().unwrap();
    assert!(
        opening.contains("<connections>") && opening.contains("<sop"),
        "{opening}"
    );

    let shipped = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/generated/renewal-risk-briefs/workflow.json"
    );
    let shipped = std::fs::read_to_string(shipped).unwrap();
    let written = call(&client, "write_workflow", json!({"workflow": shipped}))
        .await
        .unwrap();
    assert_eq!(written["errors"], 0, "{written}");
    let early = call(&client, "save_workflow", json!({"why": "First"}))
        .await
        .unwrap_err();
    assert!(
        early["error"].as_str().unwrap().contains("not dry-run"),
        "{early}"
    );
    let report = call(&client, "dry_run", json!({})).await.unwrap();
    assert_eq!(report["claim"], "partial", "{report}");
    // What was shown only in part is saved when the user has agreed.
    let unasked = call(&client, "save_workflow", json!({"why": "First"}))
        .await
        .unwrap_err();
    assert!(
        unasked["help"].as_str().unwrap().contains("user_agreed"),
        "{unasked}"
    );
    let agreed = json!({"why": "First", "user_agreed": true});
    let saved = call(&client, "save_workflow", agreed).await.unwrap();
    assert_eq!(saved["saved"], NAME);
    assert!(
        place
            .file(&format!("generated/{NAME}/workflow.json"))
            .is_file()
    );

    let listed = call(&client, "list_workflows", json!({})).await.unwrap();
    assert_eq!(listed["workflows"][0]["name"], NAME);
    let run = call(&client, "run_workflow", json!({"name": NAME}))
        .await
        .unwrap();
    assert_eq!(
        (&run["status"], &run["cases"]),
        (&json!("done"), &json!(49)),
        "{run}"
    );
    let inbox = call(&client, "list_inbox", json!({})).await.unwrap();
    assert_eq!(inbox["inbox"].as_array().unwrap().len(), 31);
    client.cancel().await.unwrap();
    let inbox = place.run(&["inbox", "list"]).ok();
    assert!(inbox.contains("31"), "{inbox}");
}

/// Returns connections to a server that is Sopwright itself.
fn connected(place: &Place, more: &str) -> Connections {
    let config = format!(
        "[us]\nkind = 'mcp'\ncommand = ['{EXE}', 'mcp', '--workspace', '{}']\n{more}",
        place.path().display()
    );
    let config: ConnectionsConfig = toml::from_str(&config).unwrap();
    Connections::open(&config, place.path(), &|name| {
        (name == "SECRET").then(|| "s3cret".to_owned())
    })
}

#[tokio::test]
async fn a_server_is_a_connection_with_tools_and_tables() {
    let place = Place::new();
    place.copy_shipped("generated");
    let tables = "[us.tables.workflows]\ntool = 'list_workflows'\nrows = '/workflows'\n\
        [us.tables.odd]\ntool = 'list_workflows'\nrows = '/nothing'\n\
        [us.tables.writes]\ntool = 'run_workflow'\n";
    let connections = connected(&place, tables);
    let catalog = connections.catalog().await;
    let info = &catalog.connections["us"];
    assert_eq!(info.about.as_deref(), Some("sopwright"));
    assert_eq!(info.tools["list_runs"].effect, Effect::Read);
    assert_eq!(info.tools["run_workflow"].effect, Effect::Write);
    assert!(info.tools["show_run"].input["required"].is_array());
    let table = catalog.table("us.workflows").unwrap();
    assert_eq!(table.rows, Some(1));
    assert!(table.columns["name"].unique);
    let problem = info.problem.as_deref().unwrap();
    assert!(
        problem.contains("/nothing of its answer (`list_workflows`) is not there"),
        "{problem}"
    );
    assert!(
        problem.contains("`run_workflow` does not say that it only reads"),
        "{problem}"
    );

    let us = connections.require("us").unwrap();
    let rows = us.scan(Scan::all("workflows")).await.unwrap();
    let rows = rows.collect(9).await.unwrap();
    assert_eq!(rows[0]["name"], NAME);
    let fields = [("title".to_owned(), sopwright::spec::FieldType::Number)].into();
    let scan = Scan {
        table: "workflows".to_owned(),
        fields,
    };
    let misfit = us.scan(scan).await.unwrap_err();
    assert!(
        misfit.message.contains("row 1: `title` holds"),
        "{}",
        misfit.message
    );

    let told = us.call(
        "explain_workflow",
        json!({"name": NAME}).as_object().unwrap().clone(),
    );
    assert!(told.await.unwrap().as_str().unwrap().contains("## When"));
    let no_run = json!({"run": "r-1"}).as_object().unwrap().clone();
    let refused = us.call("show_run", no_run).await.unwrap_err();
    assert!(
        matches!(refused.kind, ConnectErrorKind::Refused { .. }),
        "{refused:?}"
    );
    let unknown = us
        .call("show_runs", serde_json::Map::new())
        .await
        .unwrap_err();
    assert_eq!(unknown.kind, ConnectErrorKind::UnknownName);
    assert!(unknown.help.unwrap().contains("show_run"));
}

#[tokio::test]
async fn a_server_that_died_is_started_again_and_one_that_cannot_start_says_why() {
    let place = Place::new();
    // One that dies after its first answers: the next use starts it again.
    let script = "count=$(cat count 2>/dev/null || echo 0); echo $((count + 1)) > count; \
        exec timeout 2 \"$0\" mcp";
    let config = format!(
        "[us]\nkind = 'mcp'\ncommand = ['sh', '-c', '{}', '{EXE}']\n",
        script.replace('\'', "''")
    );
    let config = config
        .replace("'sh', '-c', '", "'sh', '-c', '''")
        .replace(&format!("', '{EXE}'"), &format!("''', '{EXE}'"));
    let config: ConnectionsConfig = toml::from_str(&config).unwrap();
    let connections = Connections::open(&config, place.path(), &|_| None);
    let us = connections.require("us").unwrap().clone();
    let list = || us.call("list_workflows", serde_json::Map::new());
    assert!(list().await.is_ok());
    let mut tries = 0;
    while std::fs::read_to_string(place.file("count")).unwrap().trim() == "1" {
        let _ = list().await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        tries += 1;
        assert!(tries < 200, "it never ended");
    }
    assert!(list().await.is_ok());
    drop(connections);

    for (more, says) in [
        ("command = ['no-such-program']", "there is no such program"),
        (
            "command = ['sh', '-c', 'echo Bad key s3cret >&2; exit 3']\nenv = { KEY = 'env:SECRET' }",
            "Bad key ***",
        ),
        (
            "command = ['sh', '-c', 'sleep 30']\ntimeout = '1s'",
            "did not answer within 1 s",
        ),
        (
            "command = ['x']\nurl = 'http://127.0.0.1:9'",
            "either a `command` or a `url`",
        ),
        ("url = 'http://127.0.0.1:9'", "could not be reached"),
        (
            "command = ['x']\nenv = { KEY = 's3cret' }",
            "A secret stands in the configuration itself",
        ),
        (
            "command = ['x']\nenv = { KEY = 'env:NONE' }",
            "NONE is not set",
        ),
    ] {
        let config: ConnectionsConfig =
            toml::from_str(&format!("[us]\nkind = 'mcp'\n{more}\n")).unwrap();
        let env = |name: &str| (name == "SECRET").then(|| "s3cret".to_owned());
        let connections = Arc::new(Connections::open(&config, place.path(), &env));
        let catalog = connections.catalog().await;
        let problem = catalog.connections["us"]
            .problem
            .clone()
            .unwrap_or_default();
        assert!(problem.contains(says), "{more}: {problem}");
        assert!(!problem.contains("s3cret"), "{problem}");
    }
}

/// `sopwright serve` with a token, asked at an address of its own.
struct Served {
    process: tokio::process::Child,
    url: String,
}

const TOKEN: &str = "t0ken of the test";

impl Served {
    async fn start(place: &Place) -> Self {
        let settings = std::fs::read_to_string(place.file("sopwright.toml")).unwrap();
        let served = "\n[serve]\nlisten = \"127.0.0.1:0\"\ntoken = \"env:TEST_TOKEN\"\n";
        place.write("sopwright.toml", settings + served);
        let mut command = Command::new(EXE);
        command.args(["serve", "--format", "json", "--model", "built-in"]);
        command.current_dir(place.path()).env("TEST_TOKEN", TOKEN);
        command
            .stdout(std::process::Stdio::piped())
            .kill_on_drop(true);
        let mut process = command.spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let first = lines.next_line().await.unwrap().expect("it says where");
        let told: Json = serde_json::from_str(&first).unwrap();
        let url = format!("http://{}/mcp", told["address"].as_str().unwrap());
        Served { process, url }
    }

    /// Returns a connection to it, as a workspace would have one.
    fn connected(&self, place: &Place, more: &str) -> Connections {
        let config = format!("[us]\nkind = 'mcp'\nurl = '{}'\n{more}", self.url);
        let config: ConnectionsConfig = toml::from_str(&config).unwrap();
        Connections::open(&config, place.path(), &|name| {
            (name == "TOKEN").then(|| TOKEN.to_owned())
        })
    }
}

#[tokio::test]
async fn over_http_whoever_has_the_token_has_a_desk_of_its_own() {
    let place = Place::new();
    place.copy_shipped("generated");
    let mut served = Served::start(&place).await;
    let auth = "auth = { bearer = 'env:TOKEN' }\n\
        [us.tables.workflows]\ntool = 'list_workflows'\nrows = '/workflows'\n";
    let stranger = served.connected(&place, "").catalog().await;
    let problem = stranger.connections["us"].problem.clone().unwrap();
    assert!(problem.contains("does not let us in"), "{problem}");

    let (one, other) = (
        served.connected(&place, auth),
        served.connected(&place, auth),
    );
    let catalog = one.catalog().await;
    assert_eq!(catalog.table("us.workflows").unwrap().rows, Some(1));
    let call = async |whose: &Connections, tool: &str, arguments: Json| {
        let us = whose.require("us").unwrap();
        us.call(tool, arguments.as_object().unwrap().clone()).await
    };
    let begun = call(
        &one,
        "start_workflow",
        json!({"sop": "Rate every account.\n"}),
    );
    let begun = begun.await.unwrap();
    assert!(
        begun["opening"].as_str().unwrap().contains("<connections>"),
        "{begun}"
    );
    let none = call(&other, "dry_run", json!({})).await.unwrap_err();
    assert!(
        none.message.contains("No workflow is open"),
        "{}",
        none.message
    );
    let listed = call(&one, "list_connections", json!({})).await;
    assert!(listed.is_ok(), "{listed:?}");
    let run = call(&other, "run_workflow", json!({"name": NAME}))
        .await
        .unwrap();
    assert_eq!(run["status"], "done", "{run}");

    // Sessions that are open do not keep it from stopping.
    let pid = served.process.id().unwrap().to_string();
    let kill = Command::new("kill").arg(&pid).status().await;
    assert!(kill.unwrap().success());
    let ended = tokio::time::timeout(Duration::from_secs(20), served.process.wait()).await;
    assert!(ended.expect("it ends").unwrap().success());
}
