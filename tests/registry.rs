//! MCP servers and a client that others have made, installed from a registry: what we say of the
//! protocol is not only said to ourselves.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout)]

mod support;

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::{Value as Json, json};
use support::Place;

const EXE: &str = env!("CARGO_BIN_EXE_sopwright");

/// The folder of packages that `SOPWRIGHT_NODE_MODULES` names.
///
/// # Panics
/// If there is none and `SOPWRIGHT_REQUIRE_SERVERS` asks for it.
fn packages() -> Option<PathBuf> {
    let named = std::env::var_os("SOPWRIGHT_NODE_MODULES").map(PathBuf::from);
    let found = named.filter(|folder| folder.join("@modelcontextprotocol/sdk").is_dir());
    if found.is_none() {
        let required = std::env::var("SOPWRIGHT_REQUIRE_SERVERS").is_ok_and(|v| v == "1");
        assert!(
            !required,
            "no MCP packages are installed, and SOPWRIGHT_REQUIRE_SERVERS asks for them"
        );
        println!(
            "skipped: no MCP packages are installed (.ci/run says which, and SOPWRIGHT_NODE_MODULES where)"
        );
    }
    found
}

/// Ends a server with the test.
struct Ends(Child);

impl Drop for Ends {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn workflow(data: Json, for_each: Json, steps: Json, result: Json) -> Json {
    json!({"workflow": 1, "name": "looked", "title": "Looked", "objective": "o", "sop": {"file": "sop.md", "statements": 1},
        "trigger": {"kind": "manual"}, "data": data, "for_each": for_each, "steps": steps, "result": result})
}

#[test]
fn servers_of_others_are_read_and_called() {
    let Some(packages) = packages() else { return };
    let place = Place::empty();
    place.write("files/acme.txt", "Renews in spring.\n");
    place.write("sop.md", "Look at every account.\n");
    place.write(
        "data/accounts.csv",
        "name,city\nacme,Chicago\nglobex,New York\n",
    );
    let server = |name: &str| format!("{}/.bin/mcp-server-{name}", packages.display());
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let mut web = Command::new("node")
        .args([server("everything"), "streamableHttp".to_owned()])
        .env("PORT", port.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(web.stderr.take().unwrap()).lines();
    let _web = Ends(web);
    said.find(|line| line.as_ref().unwrap().contains("listening"))
        .unwrap()
        .unwrap();
    std::thread::spawn(move || said.for_each(drop));
    place.write("sopwright.toml", format!(
        "[connections.crm]\nkind = 'folder'\npath = 'data'\n\
         [connections.here]\nkind = 'mcp'\ncommand = ['node', '{}']\n\
         [connections.files]\nkind = 'mcp'\ncommand = ['node', '{}', 'files']\n\
         [connections.memory]\nkind = 'mcp'\ncommand = ['node', '{}']\nenv = {{ MEMORY_FILE_PATH = 'env:MEMORY_PLACE' }}\n\
         [connections.memory.tables.entities]\ntool = 'read_graph'\nrows = '/entities'\n\
         [connections.web]\nkind = 'mcp'\nurl = 'http://127.0.0.1:{port}/mcp'\n",
        server("everything"), server("filesystem"), server("memory")));
    place.write(
        ".env",
        format!("MEMORY_PLACE={}\n", place.file("memory.jsonl").display()),
    );
    let entity = |name: &str, kind: &str| {
        json!({"type": "entity", "name": name, "entityType": kind, "observations": ["o"]})
            .to_string()
    };
    place.write(
        "memory.jsonl",
        [entity("acme", "gold"), entity("globex", "basic")].join("\n"),
    );

    let listed = place.run(&["connections", "list", "--format", "json"]).ok();
    let listed: Json = serde_json::from_str(&listed).unwrap();
    let effect = |connection: &str, tool: &str| listed[connection]["tools"][tool]["effect"].clone();
    assert_eq!(effect("here", "get-sum"), "read", "{listed}");
    assert_eq!(effect("web", "get-structured-content"), "read");
    assert_eq!(effect("files", "write_file"), "irreversible");
    assert_eq!(effect("memory", "create_entities"), "write");

    place.write("generated/looked/sop.md", "Look at every account.\n");
    let fields = json!({"name": "text", "city": "text"});
    let looked = workflow(
        json!({"accounts": {"from": "crm.accounts", "sop": [1], "fields": fields},
            "known": {"from": "memory.entities", "sop": [1], "match": {"name": "account.name"}, "fields": {"name": "text", "entityType": "text"}}}),
        json!({"in": "accounts", "as": "account", "key": "account.name"}),
        json!([
            {"id": "sum", "kind": "call", "sop": [1], "tool": "here.get-sum", "with": {"a": 2, "b": 40}},
            {"id": "weather", "kind": "call", "sop": [1], "tool": "web.get-structured-content", "with": {"location": "{{ account.city }}"}},
            {"id": "note", "kind": "call", "sop": [1], "tool": "files.read_text_file", "with": {"path": "{{ account.name }}.txt"},
             "on_error": {"use": {"content": "none"}, "caveat": "No note: {{ error.message }}"}}]),
        json!({"plan": "{{ (known | first).entityType }}", "conditions": "{{ weather.conditions }}", "note": "{{ note.content }}", "sum": "{{ sum }}"}),
    );
    place.write("generated/looked/workflow.json", looked.to_string());
    place.run(&["run", "looked", "--results", "out.csv"]).ok();
    let out = std::fs::read_to_string(place.file("out.csv")).unwrap();
    let line = |name: &str| {
        out.lines()
            .find(|line| line.starts_with(name))
            .unwrap_or_else(|| panic!("{out}"))
    };
    assert!(
        line("acme").contains("gold") && out.contains("Renews in spring."),
        "{out}"
    );
    assert!(
        line("globex").contains("basic") && line("globex").contains("No note:"),
        "{out}"
    );
    assert_eq!(
        out.matches("The sum of 2 and 40 is 42.").count(),
        2,
        "{out}"
    );
}

/// What the assistant is to do, in a workspace with its data.
fn assigned() -> (Place, PathBuf) {
    let place = Place::empty();
    place.write("sopwright.toml", "[connections.crm]\nkind = 'folder'\npath = 'data'\n[serve]\ntoken = 'env:SOPWRIGHT_TOKEN'\n");
    place.write("data/accounts.csv", "id,seats\nA,3\nB,40\nC,400\n");
    let sized = workflow(
        json!({"accounts": {"from": "crm.accounts", "sop": [1], "fields": {"id": "text", "seats": "integer"}}}),
        json!({"in": "accounts", "as": "account", "key": "account.id"}),
        json!([{"id": "size", "kind": "decide", "sop": [2, 3],
            "rules": [{"when": "account.seats >= 100", "then": {"size": "large"}}, {"when": "account.seats >= 20", "then": {"size": "medium"}}],
            "otherwise": {"size": "small"}}]),
        json!({"size": "{{ size.size }}"}),
    );
    let mut sized = sized;
    sized["name"] = json!("sizes");
    sized["title"] = json!("Sizes");
    sized["sop"]["statements"] = json!(3);
    let sop = "Go through all accounts.\nWith 100 seats or more an account is large.\nWith 20 or more it is medium, else small.\n";
    let assignment = json!({"sop": sop, "name": "sizes", "workflow": sized});
    let path = place.write("assignment.json", assignment.to_string());
    (place, path)
}

/// Has the assistant do it, and holds what it tells against what is to come of it.
fn assisted(packages: &Path, place: &Place, assignment: &Path, sopwright: &[&str]) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/assistant.cjs");
    let out = Command::new("node")
        .arg(script)
        .args([packages, assignment])
        .args(sopwright)
        .current_dir(place.path())
        .env("SOPWRIGHT_TOKEN", "t0k3n-of-the-assistant")
        .output()
        .unwrap();
    let (told, wrong) = (
        String::from_utf8_lossy(&out.stdout),
        String::from_utf8_lossy(&out.stderr),
    );
    assert!(out.status.success(), "{told}\n{wrong}");
    let lines: Vec<Json> = told
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(lines[1]["guide"].as_u64().unwrap() > 5_000, "{told}");
    let came: Vec<(&str, bool, String)> = lines[3..]
        .iter()
        .map(|line| {
            (
                line["tool"].as_str().unwrap(),
                line["refused"] == true,
                line["came"].to_string(),
            )
        })
        .collect();
    let is = |at: usize, tool: &str, refused: bool, holds: &str| {
        let (called, was_refused, what) = &came[at];
        assert_eq!((*called, *was_refused), (tool, refused), "{at}: {what}");
        assert!(what.contains(holds), "{tool}: {what}");
    };
    is(0, "start_workflow", false, "how_to_work");
    is(1, "save_workflow", true, "");
    is(2, "inspect", false, "seats");
    is(5, "dry_run", false, "verified");
    is(6, "save_workflow", false, "saved");
    is(7, "run_workflow", false, "sizes-");
    is(8, "show_run", false, "done");
    let saved = std::fs::read_to_string(place.file("generated/sizes/workflow.json")).unwrap();
    assert!(saved.contains("medium"), "{saved}");
}

#[test]
fn an_assistant_of_others_builds_and_runs_over_standard_streams() {
    let Some(packages) = packages() else { return };
    let (place, assignment) = assigned();
    assisted(
        &packages,
        &place,
        &assignment,
        &[EXE, "mcp", "--as-of", "2026-11-16"],
    );
}

#[test]
fn an_assistant_of_others_builds_and_runs_over_http() {
    let Some(packages) = packages() else { return };
    let (place, assignment) = assigned();
    let mut serve = Command::new(EXE)
        .args(["serve", "--listen", "127.0.0.1:0"])
        .current_dir(place.path())
        .env("SOPWRIGHT_TOKEN", "t0k3n-of-the-assistant")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(serve.stdout.take().unwrap()).lines();
    let _serve = Ends(serve);
    let url = said.find_map(|line| {
        let line = line.unwrap();
        let at = line.find("http://")?;
        Some(
            line[at..]
                .split([' ', ',', ')'])
                .next()?
                .trim_end_matches(['/', '.'])
                .to_owned(),
        )
    });
    std::thread::spawn(move || said.for_each(drop));
    assisted(
        &packages,
        &place,
        &assignment,
        &[&format!("{}/mcp", url.unwrap())],
    );
}
