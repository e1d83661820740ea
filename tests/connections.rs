//! A connection that is added on the command line, and a workflow that reads, calls and changes
//! records through it.

#![allow(clippy::unwrap_used)]

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use support::Place;

/// A request: its first line with its headers, and its body.
type Asked = Arc<Mutex<Vec<(String, String)>>>;

/// A ticket desk with two pages of tickets, for whoever shows the token.
fn desk() -> (String, Asked) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let asked = Asked::default();
    let seen = asked.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            answer(stream.unwrap(), &seen);
        }
    });
    (url, asked)
}

fn answer(mut stream: TcpStream, asked: &Asked) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut head = String::new();
    while reader.read_line(&mut head).unwrap() > 2 {}
    let head = head.to_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    reader.read_exact(&mut body).unwrap();
    let is_let_in = head.contains("authorization: bearer t0k3n");
    let ticket = |id: u8, status: &str| json!({ "id": id, "subject": format!("Printer {id}"), "status": status });
    let (status, said) = match head.lines().next().unwrap() {
        _ if !is_let_in => ("401 Unauthorized", json!({ "message": "Who are you?" })),
        "get /blue/tickets http/1.1" => (
            "200 OK",
            json!({ "tickets": [ticket(1, "open"), ticket(2, "closed")], "next": "c2" }),
        ),
        "get /blue/tickets?cursor=c2 http/1.1" => {
            ("200 OK", json!({ "tickets": [ticket(3, "open")] }))
        }
        line if line.starts_with("patch ") || line.starts_with("post ") => {
            ("200 OK", json!({ "id": 9 }))
        }
        line => panic!("{line}"),
    };
    let said = said.to_string();
    let length = said.len();
    asked
        .lock()
        .unwrap()
        .push((head, String::from_utf8(body).unwrap()));
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close"
    );
    stream
        .write_all(format!("{head}\r\n\r\n{said}").as_bytes())
        .unwrap();
}

const DESCRIPTION: &str = "
service = 'Desk'
about = 'Tickets of the blue team'
base_url = 'URL/{team}'
auth = { bearer = 'secret:token' }

[blanks.team]
ask = 'Your team'

[secrets.token]
ask = 'A token'
env = 'SOPWRIGHT_DESK_TOKEN'

[tables.tickets]
path = '/tickets'
rows = '/tickets'
next = { parameter = 'cursor', at = '/next' }
key = 'id'
columns = { id = 'integer', subject = 'text', status = 'text', risk = 'text' }
update = { path = '/tickets/{id}', body = { ticket = '{set}' } }

[tools.note]
about = 'Adds a note to a ticket'
path = '/tickets/{ticket_id}/notes'
body = { text = '{text}' }
idempotency = 'X-Once'
gives = { id = 'integer' }
input = { ticket_id = { type = 'integer' }, text = {} }
";

#[test]
fn a_service_is_described_added_read_and_changed() {
    let (url, asked) = desk();
    let place = Place::empty();
    place.write("desk.toml", DESCRIPTION.replace("URL", &url));
    place.write("sopwright.toml", "# Ours\nabout = 'Support'\n");
    let add = |more: &[&str]| {
        let said = [
            "connections",
            "add",
            "--description",
            "desk.toml",
            "--set",
            "team=blue",
        ];
        place.run(&[&said, more].concat())
    };

    let presets = place.run(&["connections", "presets"]).ok();
    assert!(
        presets.contains("hubspot") && presets.contains("google-sheets"),
        "{presets}"
    );

    // Without its token it is not kept.
    let told = add(&[]).fails(1);
    assert!(told.contains("SOPWRIGHT_DESK_TOKEN is not set"), "{told}");
    place.write(".env", "SOPWRIGHT_DESK_TOKEN=wrong\nMINE=t0k3n\n");
    let told = add(&[]).fails(1);
    assert!(told.contains("does not let us in: Who are you?"), "{told}");
    assert!(
        told.contains("Nothing was kept") && !told.contains("wrong"),
        "{told}"
    );
    let settings = || std::fs::read_to_string(place.file("sopwright.toml")).unwrap();
    assert_eq!(settings(), "# Ours\nabout = 'Support'\n");

    let told = add(&["--secret", "env:MINE", "--writable"]).ok();
    assert!(
        told.contains("tickets") && told.contains("3 rows"),
        "{told}"
    );
    assert!(
        settings()
            .starts_with("# Ours\nabout = 'Support'\n\n[connections.desk]\nkind = \"rest\"\n")
    );
    assert!(!settings().contains("t0k3n"));
    let shown = place.run(&["connections", "show", "desk.tickets"]).ok();
    assert!(
        shown.contains("closed, open") || shown.contains("open, closed"),
        "{shown}"
    );

    place.write("generated/notes/sop.md", "Escalate what is open.\n");
    let case = |kind: &str, mut more: Value| {
        more["id"] = json!(format!("a_{kind}"));
        more["kind"] = json!(kind);
        more["sop"] = json!([1]);
        more["approval"] = json!("required");
        more
    };
    let workflow = json!({ "workflow": 1, "name": "notes", "title": "Notes", "objective": "o", "trigger": {"kind": "manual"},
        "sop": {"file": "sop.md", "statements": 1},
        "data": {"tickets": {"from": "desk.tickets", "sop": [1], "fields": {"id": "integer", "subject": "text", "status": "text"}, "where": "row.status == 'open'"}},
        "for_each": {"in": "tickets", "as": "ticket", "key": "ticket.id"},
        "result": {"subject": "{{ ticket.subject }}"},
        "outputs": [
            case("update", json!({ "in": "desk.tickets", "key": {"id": "{{ ticket.id }}"}, "set": {"risk": "high"} })),
            case("call", json!({ "tool": "desk.note", "with": {"ticket_id": "{{ ticket.id }}", "text": "{{ ticket.subject }} waits"} }))] });
    place.write("generated/notes/workflow.json", workflow.to_string());
    let ran = place.run(&["run", "notes", "--out", "out"]).ok();
    assert!(
        ran.contains("2 done") && ran.contains("4 waiting for approval"),
        "{ran}"
    );
    let changes = || {
        let asked = asked.lock().unwrap();
        let changes = asked.iter().filter(|(head, _)| !head.starts_with("get "));
        changes.cloned().collect::<Vec<_>>()
    };
    assert_eq!(changes(), [], "nothing leaves before it is approved");
    place.run(&["inbox", "approve", "1-4"]).ok();
    let made = changes();
    let has = |line: &str, body: Value, header: &str| {
        made.iter().any(|(head, said)| {
            let said: Option<Value> = serde_json::from_str(said).ok();
            head.starts_with(line) && said.as_ref() == Some(&body) && head.contains(header)
        })
    };
    assert_eq!(made.len(), 4, "{made:?}");
    for id in [1, 3] {
        assert!(
            has(
                &format!("patch /blue/tickets/{id} "),
                json!({ "ticket": {"risk": "high"} }),
                ""
            ),
            "{made:?}"
        );
        let note = json!({ "text": format!("Printer {id} waits") });
        assert!(
            has(
                &format!("post /blue/tickets/{id}/notes "),
                note,
                "\r\nx-once: "
            ),
            "{made:?}"
        );
    }
}

#[test]
fn names_that_are_uncertain_are_shown_and_settled() {
    let place = Place::empty();
    place.write(
        "sopwright.toml",
        "[connections.crm]\nkind = \"folder\"\npath = \"data\"\n",
    );
    place.write(
        "data/accounts.csv",
        "id,name\n1,Northwind Traders\n2,Acme Robotics\n3,Big Blue\n4,Zenith\n",
    );
    place.write(
        "data/calls.csv",
        "customer,score\nNorthwind Traders Ltd,1\nAcmee Robotics,2\nInternational Boring Machines,3\n",
    );
    place.write(
        "generated/calls/sop.md",
        "Look at the calls of each account.\n",
    );
    let workflow = json!({
        "workflow": 1, "name": "calls", "title": "Calls", "objective": "o",
        "sop": {"file": "sop.md", "statements": 1}, "trigger": {"kind": "manual"},
        "data": {
            "accounts": {"from": "crm.accounts", "sop": [1], "fields": {"id": "text", "name": "text"}},
            "calls": {"from": "crm.calls", "sop": [1], "fields": {"customer": "text", "score": "integer"},
                      "match": {"customer": {"like": "account.name"}}}},
        "for_each": {"in": "accounts", "as": "account", "key": "account.id"},
        "steps": [{"id": "seen", "kind": "compute", "sop": [1], "set": {"score": "{{ (calls | first).score }}"}}],
        "result": {"score": "{{ seen.score }}"}});
    place.write("generated/calls/workflow.json", workflow.to_string());
    let review = |args: &[&str]| -> Value {
        let told = place.run(&[&["names", "review", "calls", "--format", "json"], args].concat());
        serde_json::from_str(&told.ok()).unwrap()
    };
    let told = review(&[]);
    assert_eq!(told["searched"], 4);
    let written: Vec<&str> = told["names"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|name| name["written"].as_str())
        .collect();
    assert_eq!(written, ["Acme Robotics", "Big Blue", "Zenith"]);
    assert_eq!(told["names"][0]["taken"][0]["name"], "Acmee Robotics");
    assert_eq!(told["names"][1]["taken"], json!([]));

    let results = || {
        place.run(&["run", "calls", "--results", "out.csv"]).ok();
        std::fs::read_to_string(place.file("out.csv")).unwrap()
    };
    let text = results();
    assert!(text.contains("please confirm"), "{text}");
    let score = |text: &str, key: &str| {
        let mut rows = csv::Reader::from_reader(text.as_bytes());
        let at = rows
            .headers()
            .unwrap()
            .iter()
            .position(|head| head == "score")
            .unwrap();
        let row = rows
            .records()
            .map(Result::unwrap)
            .find(|row| &row[0] == key);
        row.unwrap()[at].to_owned()
    };
    assert_eq!(
        (score(&text, "1"), score(&text, "3")),
        ("1".to_owned(), String::new())
    );
    for args in [
        ["same", "crm.calls", "Acme Robotics", "Acmee Robotics"],
        [
            "same",
            "crm.calls",
            "Big Blue",
            "International Boring Machines",
        ],
        [
            "different",
            "crm.calls",
            "Northwind Traders",
            "Northwind Traders Ltd",
        ],
    ] {
        place.run(&[&["names"], &args[..]].concat()).ok();
    }
    let text = results();
    assert!(!text.contains("please confirm"), "{text}");
    assert_eq!(
        (score(&text, "1"), score(&text, "3")),
        (String::new(), "3".to_owned())
    );
    let told = review(&["--all"]);
    assert_eq!(told["uncertain"], 1, "{told}");
    let first = &told["names"][0];
    assert_eq!(
        (&first["sure"], &first["taken"], &first["others"]),
        (&json!(true), &json!([]), &json!([])),
        "of what was told apart nobody is asked again"
    );
    let file = std::fs::read_to_string(place.file("names.csv")).unwrap();
    assert!(
        file.contains("crm.calls,Big Blue,International Boring Machines,yes,"),
        "{file}"
    );

    // What cannot be read is not passed over: nobody would know that it was not used.
    place.write(
        "names.csv",
        "table,written,name,same\ncrm.calls,A,B,perhaps\n",
    );
    let ran = place.run(&["run", "calls"]);
    let told = ran.out() + &ran.err();
    assert_eq!(ran.code(), 1, "{told}");
    assert!(
        told.contains("names.csv") && told.contains("perhaps"),
        "{told}"
    );
}
