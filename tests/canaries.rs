//! Secrets that are planted wherever one can be named, and looked for in everything that is written
//! and said: settings aside, none may be anywhere.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[path = "support/request.rs"]
mod request;
mod support;

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use support::Place;

/// Where each secret is named, and what it is.
const CANARIES: [(&str, &str); 5] = [
    ("environment, as a bearer token", "c4nary-environment-51f2"),
    (".env, in a header", "c4nary+dotenv/77aa"),
    ("a command, as a password", "c4nary:command:90bd"),
    ("the key of a model", "sk-c4nary-model-3c1e"),
    ("the environment of an MCP server", "c4nary-mcp-server-08d4"),
];

/// A service that tells everybody what it was sent: the worst that can be met.
fn telltale() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            // A caller may be gone.
            let _ = tell(stream.unwrap());
        }
    });
    url
}

fn tell(mut stream: TcpStream) -> std::io::Result<()> {
    let (head, _) = request::read(&stream)?;
    let sent: Vec<&str> = head.lines().filter(|line| !line.is_empty()).collect();
    let sent = sent.join("; ");
    let (status, said) = match head.split(' ').nth(1).unwrap_or_default() {
        "/refuse" => (
            "403 Forbidden",
            json!({"message": format!("Not with this: {sent}")}),
        ),
        "/break" => (
            "500 Internal Server Error",
            json!({"error": {"message": sent}}),
        ),
        "/page" => ("502 Bad Gateway", json!(format!("<html>{sent}</html>"))),
        path if path.starts_with("/v1/") => (
            "401 Unauthorized",
            json!({"error": {"message": format!("Incorrect API key provided: {sent}")}}),
        ),
        "/rows" => (
            "200 OK",
            json!([{"id": 1, "name": format!("Row with {sent}")}]),
        ),
        _ => ("200 OK", json!({"ok": true, "sent": sent})),
    };
    let said = said.to_string();
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nX-Sent: {}\r\nConnection: close\r\n\r\n{said}",
        said.len(),
        sent.chars().take(900).collect::<String>()
    )
}

fn openapi(url: &str) -> String {
    let answer = json!({"description": "ok", "content": {"application/json": {"schema": {"type": "object",
        "properties": {"ok": {"type": "boolean"}, "sent": {"type": "string"}}}}}});
    let get = |id: &str| json!({"get": {"operationId": id, "responses": {"200": answer}}});
    json!({"openapi": "3.0.3", "info": {"title": "Desk"}, "servers": [{"url": url}], "paths": {
        "/fine": get("fine"), "/refuse": get("refuse"), "/break": get("break"), "/page": get("page"),
        "/write": {"post": {"operationId": "write", "requestBody": {"content": {"application/json": {"schema":
            {"type": "object", "properties": {"text": {"type": "string"}}}}}}, "responses": {"200": answer}}}}})
    .to_string()
}

fn planted(url: &str) -> Place {
    let place = Place::new();
    place.write("desk.json", openapi(url));
    place.write("said.toml", format!(
        "service = 'Said'\nabout = 'a'\nbase_url = '{url}'\nauth = {{ header = 'X-Key', value = 'secret:token' }}\n\
         [secrets.token]\nask = 'A token'\nenv = 'CANARY_DOTENV'\n[tables.rows]\npath = '/rows'\nkey = 'id'\n\
         columns = {{ id = 'integer', name = 'text' }}\n"));
    place.write("other/sopwright.toml", "about = 'x'\n");
    let program = env!("CARGO_BIN_EXE_sopwright");
    let settings = std::fs::read_to_string(place.file("sopwright.toml")).unwrap();
    let more = format!(
        "\n[secrets]\nCANARY_COMMAND = {{ command = ['sh', '-c', 'cat kept-outside'] }}\n\
         [connections.desk]\nkind = 'http'\nopenapi = 'desk.json'\nauth = {{ bearer = 'env:CANARY_ENVIRONMENT' }}\n\
         [connections.basic]\nkind = 'http'\nopenapi = 'desk.json'\nauth = {{ user = 'me', basic = 'env:CANARY_COMMAND' }}\n\
         [connections.said]\nkind = 'rest'\ndescription = 'said.toml'\n\
         [connections.assistant]\nkind = 'mcp'\ncommand = ['{program}', 'mcp', '--workspace', 'other']\nenv = {{ CANARY = 'env:CANARY_MCP' }}\n\
         [model]\nprovider = 'openai'\nmodel = 'm'\nbase_url = '{url}/v1'\nkey = 'env:CANARY_MODEL'\n"
    );
    place.write("sopwright.toml", settings + &more);
    place.write(".env", format!("CANARY_DOTENV={}\n", CANARIES[1].1));
    place.write("kept-outside", CANARIES[2].1);
    let call = |id: &str, tool: &str| {
        json!({"id": id, "kind": "call", "sop": [1], "tool": tool,
        "on_error": {"use": {"sent": "none"}, "caveat": "{{ error.message }}"}})
    };
    let fails = |id: &str, tool: &str| json!({"id": id, "kind": "call", "sop": [1], "tool": tool});
    let workflow = |name: &str, steps: Value| {
        json!({
        "workflow": 1, "name": name, "title": "T", "objective": "o", "sop": {"file": "sop.md", "statements": 1},
        "trigger": {"kind": "manual"}, "data": {"rows": {"from": "said.rows", "sop": [1], "fields": {"id": "integer", "name": "text"}}},
        "for_each": {"in": "rows", "as": "one", "key": "one.id"}, "steps": steps, "result": {"name": "{{ one.name }}"},
        "outputs": [
            {"id": "report", "kind": "document", "sop": [1], "file": "{{ one.id }}.md", "body": "{{ one.name }}"},
            {"id": "note", "kind": "call", "sop": [1], "approval": "required", "tool": "desk.write", "with": {"text": "hello"}}]})
    };
    for (name, steps) in [
        (
            "handled",
            json!([
                call("a", "desk.fine"),
                call("b", "desk.refuse"),
                call("c", "basic.break"),
                call("d", "basic.fine"),
                call("e", "desk.page")
            ]),
        ),
        ("failing", json!([fails("a", "basic.refuse")])),
        ("broken", json!([fails("a", "desk.break")])),
        (
            "asking",
            json!([{"id": "mood", "kind": "llm", "sop": [1], "instructions": "Say the mood.", "input": {"name": "{{ one.name }}"},
            "returns": {"mood": {"type": "string"}}}]),
        ),
    ] {
        place.write(&format!("generated/{name}/sop.md"), "Look at every row.\n");
        place.write(
            &format!("generated/{name}/workflow.json"),
            workflow(name, steps).to_string(),
        );
    }
    place
}

/// Runs the program with the secrets in its environment, and returns everything that it says.
fn said(place: &Place, args: &[&str], input: &str) -> String {
    let mut child = Command::new(env!("CARGO_BIN_EXE_sopwright"))
        .args(args)
        .current_dir(place.path())
        .env("CANARY_ENVIRONMENT", CANARIES[0].1)
        .env("CANARY_MODEL", CANARIES[3].1)
        .env("CANARY_MCP", CANARIES[4].1)
        .env("SOPWRIGHT_LOG", "debug")
        .env("NO_COLOR", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    let out = child.wait_with_output().unwrap();
    let text = [out.stdout, out.stderr].concat();
    String::from_utf8_lossy(&text).into_owned()
}

/// The ways in which a secret would be recognized, by what was planted.
fn shapes() -> Vec<(&'static str, Vec<u8>)> {
    let mut shapes = Vec::new();
    for (place, secret) in CANARIES {
        let percent = secret
            .replace('+', "%2B")
            .replace('/', "%2F")
            .replace(':', "%3A");
        let basic = STANDARD.encode(format!("me:{secret}"));
        for shape in [secret.to_owned(), percent, STANDARD.encode(secret), basic] {
            shapes.push((place, shape.into_bytes()));
        }
    }
    shapes
}

fn found_in(bytes: &[u8]) -> Vec<&'static str> {
    let holds = |shape: &[u8]| bytes.windows(shape.len()).any(|window| window == shape);
    let shapes = shapes();
    let found = shapes.iter().filter(|(_, shape)| holds(shape));
    let mut places: Vec<&str> = found.map(|(place, _)| *place).collect();
    places.dedup();
    places
}

fn files(folder: &Path, all: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files(&path, all),
            false => all.push(path),
        }
    }
}

#[test]
fn no_secret_is_written_or_said() {
    let url = telltale();
    let place = planted(&url);
    let mcp = [
        json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"protocolVersion": "2025-06-18", "capabilities": {},
            "clientInfo": {"name": "c", "version": "1"}}}),
        json!({"jsonrpc": "2.0", "method": "notifications/initialized"}),
        json!({"jsonrpc": "2.0", "id": 6, "method": "tools/call", "params": {"name": "open_workflow", "arguments": {"name": "handled"}}}),
        json!({"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "list_connections", "arguments": {}}}),
        json!({"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": {"name": "try_tool", "arguments": {"tool": "desk.refuse", "with": {}}}}),
        json!({"jsonrpc": "2.0", "id": 4, "method": "tools/call", "params": {"name": "inspect", "arguments": {"of": ["said.rows"]}}}),
    ];
    let mcp: String = mcp.iter().map(|m| format!("{m}\n")).collect();
    let mut leaks = Vec::new();
    let mut tried = 0;
    for args in [
        "connections list",
        "connections show said.rows",
        "connections try desk",
        "connections try said",
        "connections try assistant",
        "secrets list",
        "secrets list --format json",
        "doctor",
        "doctor --format json",
        "check handled",
        "dry-run handled",
        "dry-run failing",
        "dry-run asking",
        "build renewal-risk-briefs --yes --record taped",
        "build renewal-risk-briefs --model built-in --yes --record taped-too",
        "run handled --log json --results out.csv",
        "run failing --log json",
        "run broken --log human",
        "run asking --log json --yes",
        "runs list",
        "runs show",
        "inbox list",
        "inbox show 1",
        "inbox approve 1",
        "inbox approve 2 --format json",
        "inbox list --all --format json",
        "show handled",
        "explain handled",
        "trace handled",
        "export handled",
        "names review handled",
        "mcp",
    ] {
        let words: Vec<&str> = args.split(' ').collect();
        let input = if args == "mcp" { mcp.as_str() } else { "" };
        let text = said(&place, &words, input);
        assert!(!text.is_empty(), "{args} said nothing");
        for from in found_in(text.as_bytes()) {
            leaks.push(format!("`{args}` says the secret of {from}:\n{text}"));
        }
        tried += 1;
    }
    let mut written = Vec::new();
    files(place.path(), &mut written);
    // Where the test itself has put one.
    let is_ours = |path: &Path| path.ends_with(".env") || path.ends_with("kept-outside");
    let written: Vec<_> = written.into_iter().filter(|path| !is_ours(path)).collect();
    for path in &written {
        for from in found_in(&std::fs::read(path).unwrap()) {
            leaks.push(format!("{} holds the secret of {from}", path.display()));
        }
    }
    assert!(
        leaks.is_empty(),
        "{} leaks: {}",
        leaks.len(),
        leaks.join("\n\n")
    );
    // It did happen: rows came, tools were called, a journal and recordings were written.
    assert!(
        tried > 30 && written.len() > 20,
        "{tried} commands, {} files",
        written.len()
    );
    let has = |end: &str| {
        written
            .iter()
            .any(|path| path.to_string_lossy().ends_with(end))
    };
    assert!(
        has("journal.db") && has("out.csv") && has("1.md"),
        "{written:?}"
    );
}

#[test]
fn secrets_would_be_found() {
    for (place, secret) in CANARIES {
        let text = format!("{{\"to\":\"{secret}\"}}");
        assert_eq!(found_in(text.as_bytes()), [place]);
        let basic = STANDARD.encode(format!("me:{secret}"));
        assert_eq!(found_in(basic.as_bytes()), [place]);
    }
}

/// A keyring of the system, unlocked, in a session of its own; the program is run in it as `$P`.
const IN_A_KEYRING: &str = r#"
mkdir -p "$HOME/run" && chmod 700 "$HOME/run" && export XDG_RUNTIME_DIR="$HOME/run" XDG_DATA_HOME="$HOME/data"
printf pass | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1
"$P" secrets list
printf 'c4nary-keyring-6e20' | "$P" secrets set DESK_TOKEN --keyring
"$P" secrets list && "$P" connections list
"#;

#[test]
fn a_secret_is_kept_in_the_keyring_of_the_system() {
    let is_there = |program: &str| {
        let found = Command::new("sh")
            .args(["-c", &format!("command -v {program}")])
            .output();
        found.is_ok_and(|out| out.status.success())
    };
    let needed = ["dbus-run-session", "gnome-keyring-daemon", "secret-tool"];
    if !needed.iter().all(|program| is_there(program)) {
        let required = std::env::var("SOPWRIGHT_REQUIRE_SERVERS").is_ok_and(|v| v == "1");
        assert!(
            !required,
            "no keyring is installed, and SOPWRIGHT_REQUIRE_SERVERS asks for it"
        );
        println!(
            "skipped: no keyring is installed (apt install gnome-keyring libsecret-tools dbus)"
        );
        return;
    }
    let place = Place::empty();
    place.write("sopwright.toml", "[connections.desk]\nkind = 'http'\nopenapi = 'desk.json'\nauth = { bearer = 'env:DESK_TOKEN' }\n");
    place.write("desk.json", openapi("http://127.0.0.1:9"));
    let home = tempfile::tempdir().unwrap();
    let ran = Command::new("dbus-run-session")
        .args(["--", "sh", "-c", IN_A_KEYRING])
        .current_dir(place.path())
        .env("HOME", home.path())
        .env("P", env!("CARGO_BIN_EXE_sopwright"))
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&[ran.stdout, ran.stderr].concat()).into_owned();
    assert!(ran.status.success(), "{told}");
    assert!(
        told.contains("not set") && told.contains("in the keyring"),
        "{told}"
    );
    assert!(
        told.contains("POST /write") && !told.contains("c4nary"),
        "{told}"
    );
    let settings = std::fs::read_to_string(place.file("sopwright.toml")).unwrap();
    assert!(
        settings.ends_with("[secrets]\nDESK_TOKEN = \"keyring\"\n"),
        "{settings}"
    );
    assert!(!settings.contains("c4nary") && !place.file(".env").exists());
}
