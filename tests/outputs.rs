//! Documents and tables as other programs open them, and messages that reach a channel.

#![allow(clippy::expect_used, clippy::unwrap_used)]

#[path = "support/crash.rs"]
mod crash;
#[path = "support/mail.rs"]
mod mail;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crash::{Desk, command, json_of, told};
use mail::{python, skipped};
use serde_json::{Value, json};

fn workspace(folder: &Path, desk: &Desk) {
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write(
        "data/accounts.csv",
        "id,name,renews,health\n007,Acme & <b>Sons</b>,2026-12-01,41.5\n008,=1+1 <!channel>,2027-01-15,80\n",
    );
    write(
        "sopwright.toml",
        "[connections.crm]\nkind = 'folder'\npath = 'data'\n\n[connections.slack]\nkind = 'chat'\nservice = 'slack'\nlimits = {}\nchannels = { cs-alerts = 'env:SOPWRIGHT_TEST_HOOK' }\n",
    );
    write(
        ".env",
        &format!("SOPWRIGHT_TEST_HOOK={}/services/s3cret\n", desk.url),
    );
    write("generated/briefs/sop.md", "Write briefs.\n");
    let brief = "# {{ account.name }}\n\n- **Renews** on {{ account.renews }}\n\n| what | value |\n|---|---|\n| health | {{ account.health }} |\n";
    let output = |more: Value| {
        let mut output = json!({"sop": [1]});
        output
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        output
    };
    let workflow = json!({"workflow": 1, "name": "briefs", "title": "Briefs", "objective": "o",
    "sop": {"file": "sop.md", "statements": 1}, "trigger": {"kind": "manual"},
    "data": {"accounts": {"from": "crm.accounts", "sop": [1],
        "fields": {"id": "text", "name": "text", "renews": "date", "health": "number"}}},
    "for_each": {"in": "accounts", "as": "account", "key": "account.id"},
    "result": {"health": "{{ account.health }}"},
    "outputs": [
        output(json!({"id": "word", "kind": "document", "file": "{{ account.id }}.docx", "body": brief})),
        output(json!({"id": "page", "kind": "document", "file": "{{ account.id }}.html", "body": brief})),
        output(json!({"id": "own", "kind": "document", "file": "own-{{ account.id }}.html", "body": "<p>{{ account.id }}</p>"})),
        output(json!({"id": "book", "kind": "table", "per": "run", "file": "all.xlsx", "columns": {
            "id": "{{ case.key }}", "name": "{{ case.item.name }}", "renews": "{{ case.item.renews }}",
            "health": "{{ case.result.health }}"}})),
        output(json!({"id": "list", "kind": "table", "per": "run", "file": "all.csv",
            "columns": {"name": "{{ case.item.name }}"}})),
        output(json!({"id": "alert", "kind": "message", "to": "slack.cs-alerts", "approval": "required",
            "text": "**{{ account.name }}** renews on {{ account.renews }}"})),
        output(json!({"id": "note", "kind": "message", "to": "teams.other", "per": "run",
                "approval": "required", "text": "Done"})),
        output(json!({"id": "ping", "kind": "message", "to": "slack.cs-alerts", "per": "run",
                "approval": "not_needed", "text": "{{ cases | length }} cases"})),
    ]});
    write("generated/briefs/workflow.json", &workflow.to_string());
}

fn run(folder: &Path, args: &[&str]) -> Output {
    let args = [args, &["--as-of", "2026-11-16"]].concat();
    command(folder, &args).output().unwrap()
}

/// Returns the files of the runs below a folder of theirs, by their names.
fn files(folder: &Path, below: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder.join("runs"))
        .unwrap()
        .flat_map(|run| fs::read_dir(run.unwrap().path().join(below)).unwrap())
        .map(|file| file.unwrap().path())
        .collect();
    files.sort_by_key(|file| file.file_name().unwrap().to_owned());
    files
}

#[test]
fn documents_and_tables_are_what_their_names_say_and_the_same_each_time() {
    let (folder, desk) = (tempfile::tempdir().unwrap(), Desk::start());
    workspace(folder.path(), &desk);
    for _ in 0..2 {
        let output = run(folder.path(), &["run", "briefs"]);
        assert!(output.status.success(), "{}", told(&output));
    }
    let documents = files(folder.path(), "documents");
    let tables = files(folder.path(), "tables");
    assert_eq!((documents.len(), tables.len()), (12, 4));
    for pair in documents.chunks(2).chain(tables.chunks(2)) {
        let same = fs::read(&pair[0]).unwrap() == fs::read(&pair[1]).unwrap();
        assert!(same, "{} differs", pair[0].display());
    }
    let text = |name: &str| {
        let file = documents
            .iter()
            .chain(&tables)
            .find(|file| file.ends_with(name));
        fs::read_to_string(file.unwrap()).unwrap()
    };
    assert!(text("007.html").contains("<h1>Acme &amp; &lt;b&gt;Sons&lt;/b&gt;</h1>"));
    assert_eq!(text("own-007.html"), "<p>007</p>");
    assert_eq!(
        text("all.csv"),
        "name\nAcme & <b>Sons</b>\n'=1+1 <!channel>\n"
    );

    let (Some(word), Some(excel)) = (python("docx"), python("openpyxl")) else {
        skipped(
            "python-docx and openpyxl are not installed (apt install python3-docx python3-openpyxl)",
        );
        return;
    };
    let shown = |python: &Path, program: &str, file: &str| {
        let file = documents
            .iter()
            .chain(&tables)
            .find(|path| path.ends_with(file));
        let mut command = Command::new(python);
        let output = command
            .args(["-c", program])
            .arg(file.unwrap())
            .output()
            .unwrap();
        told(&output)
    };
    let program = "import docx,sys; d=docx.Document(sys.argv[1])\nfor p in d.paragraphs: print(p.style.name,'|',p.text)\nprint([[c.text for c in r.cells] for t in d.tables for r in t.rows])";
    assert_eq!(
        shown(&word, program, "007.docx"),
        "Heading 1 | Acme & <b>Sons</b>\nList Paragraph | Renews on 2026-12-01\nNormal | \n[['what', 'value'], ['health', '41.5']]\n"
    );
    let program = "import openpyxl,sys; s=openpyxl.load_workbook(sys.argv[1]).active\nprint(s.freeze_panes, s['A1'].font.b)\nfor r in s.iter_rows(min_row=2): print([(c.value if c.data_type!='d' else str(c.value.date()), c.data_type) for c in r])";
    assert_eq!(
        shown(&excel, program, "all.xlsx"),
        "A2 True\n[('007', 's'), ('Acme & <b>Sons</b>', 's'), ('2026-12-01', 'd'), (41.5, 'n')]\n[('008', 's'), ('=1+1 <!channel>', 's'), ('2027-01-15', 'd'), (80, 'n')]\n"
    );
}

#[test]
fn an_approved_message_reaches_its_channel_once_and_calls_nobody() {
    let (folder, desk) = (tempfile::tempdir().unwrap(), Desk::start());
    workspace(folder.path(), &desk);
    let place = folder.path();
    let output = run(place, &["run", "briefs"]);
    assert!(
        told(&output).contains("3 waiting for approval"),
        "{}",
        told(&output)
    );
    assert!(told(&output).contains("1 message"), "{}", told(&output));
    assert_eq!(desk.seen().requests, 1, "what need not wait does not");
    let output = run(place, &["inbox", "approve", "2"]);
    assert!(
        told(&output).contains("sent to slack.cs-alerts"),
        "{}",
        told(&output)
    );
    assert!(!run(place, &["inbox", "approve", "2"]).status.success());
    assert!(
        run(place, &["inbox", "reject", "1", "--why", "no"])
            .status
            .success()
    );
    let output = run(place, &["inbox", "approve", "3"]);
    assert!(
        told(&output).contains("nothing connects to teams yet"),
        "{}",
        told(&output)
    );
    let bodies = &desk.seen().bodies["/services/s3cret"];
    assert_eq!(bodies.len(), 2);
    let body: Value = serde_json::from_str(&bodies[1]).unwrap();
    assert_eq!(body["text"], "*=1+1 &lt;!channel&gt;* renews on 2027-01-15");
    let shown = json_of(place, &["inbox", "list", "--all"]);
    assert!(!shown.to_string().contains("s3cret"));
}
