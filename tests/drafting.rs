//! A connection that is drafted in the chat from pasted documentation: nothing is reached before the
//! person agrees, the secret is typed unseen by the model, reads try it, and what is kept can be
//! built on at once.

#![allow(clippy::expect_used, clippy::unwrap_used)]

#[path = "support/request.rs"]
mod request;
mod support;

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use serde_json::{Value as Json, json};
use sopwright::builder::tools::ToolAnswer;
use sopwright::builder::{
    Answer, Builder, Face, Limits, Mode, Question, QuestionKind, Resources, Session, prompt,
};
use sopwright::connect::Connections;
use sopwright::model::{Reply, ScriptedModel};
use sopwright::rehearse::{Clock, LlmAnswers};
use sopwright::sop::Sop;
use sopwright::store::Workspace;
use support::Place;

const SECRET: &str = "desk-t0ken-7391";

/// A help desk: two pages of tickets, and a search by POST.
struct Desk {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Desk {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let noted = asked.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let _ = answer(&stream, &noted);
            }
        });
        Desk { url, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn answer(stream: &TcpStream, noted: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let (head, _) = request::read(stream)?;
    let line = head.lines().next().unwrap_or_default();
    let line = line.trim_end_matches(" HTTP/1.1").to_owned();
    noted.lock().unwrap().push(line.clone());
    let is_known = head.contains(&format!("Bearer {SECRET}"));
    let (status, body) = match line.as_str() {
        _ if !is_known => ("401 Unauthorized", json!({ "error": "bad token" })),
        "GET /api/tickets" => (
            "200 OK",
            json!({ "items": [{ "id": "T1", "state": "open" }], "next": "2" }),
        ),
        "GET /api/tickets?cursor=2" => (
            "200 OK",
            json!({ "items": [{ "id": "T2", "state": "done" }], "next": null }),
        ),
        "POST /api/search" => ("200 OK", json!({ "found": 1 })),
        _ => ("404 Not Found", json!({ "error": "no such path" })),
    };
    let body = body.to_string();
    let mut stream = stream;
    write!(
        stream,
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}

/// A person who agrees to some questions and types a secret.
#[derive(Default)]
struct Person {
    answers: Vec<Answer>,
    types: Vec<String>,
    asked: Vec<String>,
    tools: Vec<(String, bool, String)>,
    kept: String,
}

#[async_trait]
impl Face for Person {
    fn tool_ended(&mut self, name: &str, answer: &ToolAnswer) {
        self.tools
            .push((name.to_owned(), answer.is_error, answer.content.to_string()));
    }
    async fn ask(&mut self, question: &Question) -> Answer {
        assert_eq!(question.kind, QuestionKind::Connect);
        let why = question.why.clone().unwrap_or_default();
        self.asked.push(format!("{}\n{why}", question.text));
        match self.answers.is_empty() {
            true => Answer::Nobody,
            false => self.answers.remove(0),
        }
    }
    async fn secret(&mut self, ask: &str) -> Option<String> {
        self.asked.push(format!("secret: {ask}"));
        (!self.types.is_empty()).then(|| self.types.remove(0))
    }
    fn keep(&mut self, session: &Session) {
        self.kept = serde_json::to_string(session).unwrap();
    }
}

fn yes() -> Answer {
    Answer::Words("yes".to_owned())
}

async fn builder(place: &Place, replies: Vec<Reply>) -> Builder {
    let workspace = Workspace::open(Some(place.path()), place.path()).unwrap();
    let settings = &workspace.settings().connections;
    let connections = Arc::new(Connections::open(settings, place.path(), &|_| None));
    let resources = Resources {
        catalog: Arc::new(connections.catalog().await),
        workspace,
        connections,
        model: Arc::new(ScriptedModel::new(replies)),
        llm: Arc::new(LlmAnswers::placeholders()),
        clock: Clock::as_of("2026-11-16").unwrap(),
        probes: Arc::default(),
        prompt: prompt::prompt(Path::new("none")).unwrap(),
    };
    let sop = Sop::parse("# Tickets\n- Look at the open tickets of the desk.\n");
    let session = Session::new("s1".into(), "tickets".into(), sop, Mode::Chat);
    let mut builder = Builder::new(session, resources, Limits::default());
    builder
        .session
        .say("The documentation of our desk: GET /api/tickets ...");
    builder
}

fn description(url: &str) -> Json {
    json!({
        "service": "Desk", "base_url": format!("{url}/api"), "auth": { "bearer": "secret:token" },
        "secrets": { "token": { "ask": "A token of the desk (Settings > API)" } },
        "tables": { "tickets": { "path": "/tickets", "rows": "/items", "key": "id",
            "next": { "parameter": "cursor", "at": "/next" } } },
        "tools": {
            "search": { "about": "Searches tickets", "path": "/search", "effect": "read",
                "body": { "words": "{words}" }, "input": { "words": {} } },
            "close": { "about": "Closes a ticket", "path": "/close", "body": { "id": "{id}" }, "input": { "id": {} } }
        }
    })
}

fn call(id: &str, name: &str, arguments: Json) -> Reply {
    ScriptedModel::calls(&[(id, name, arguments)])
}

fn draft(id: &str, description: &Json) -> Reply {
    let calls = json!([
        { "tool": "search", "arguments": { "words": "late" } },
        { "tool": "close", "arguments": { "id": "T1" } }
    ]);
    call(
        id,
        "draft_connection",
        json!({ "name": "desk", "description": description, "calls": calls }),
    )
}

#[tokio::test]
async fn a_connection_is_described_agreed_to_tried_mended_kept_and_used() {
    let (place, desk) = (Place::new(), Desk::start());
    let mut wrong = description(&desk.url);
    wrong["tables"]["tickets"]["rows"] = json!("/tickets");
    let mut builder = builder(
        &place,
        vec![
            call("c1", "draft_connection", json!({ "name": "desk" })),
            draft("c2", &wrong),
            draft("c3", &description(&desk.url)),
            call("c4", "keep_connection", json!({ "name": "desk" })),
            call("c5", "inspect", json!({ "of": ["desk.tickets"] })),
            ScriptedModel::text("It is there."),
        ],
    )
    .await;
    let mut person = Person {
        answers: vec![yes(), yes()],
        types: vec![SECRET.to_owned()],
        ..Person::default()
    };
    builder.run(&mut person).await.unwrap();
    let [guide, first, second, kept, inspected] = person.tools.as_slice() else {
        panic!("{:?}", person.tools)
    };
    assert!(guide.2.contains("Describing a connection"), "{guide:?}");
    assert!(first.1 || first.2.contains("problem"), "{first:?}");
    assert!(!second.1 && second.2.contains("\"found\":1"), "{second:?}");
    assert!(
        second.2.contains("it writes, so it is not tried"),
        "{second:?}"
    );
    assert!(!kept.1, "{kept:?}");
    assert!(inspected.2.contains("T2"), "{inspected:?}");
    // The same reach is agreed to once; keeping is asked by itself.
    let [reach, typed, keeping] = person.asked.as_slice() else {
        panic!("{:?}", person.asked)
    };
    assert!(
        reach.contains(&desk.url) && reach.contains("within your own network"),
        "{reach}"
    );
    assert!(reach.contains("search (POST /search)"), "{reach}");
    assert_eq!(typed, "secret: A token of the desk (Settings > API)");
    assert!(
        keeping.contains("Keep the connection desk?") && keeping.contains("close"),
        "{keeping}"
    );
    assert!(
        !desk.asked().iter().any(|line| line.contains("close")),
        "{:?}",
        desk.asked()
    );
    // The secret is in .env alone.
    let read = |file: &str| std::fs::read_to_string(place.path().join(file)).unwrap();
    assert!(read(".env").contains(SECRET));
    assert!(read("sopwright.toml").contains("connections/desk.toml"));
    let described = read("connections/desk.toml");
    assert!(described.contains("CONNECTION_DESK_TOKEN"), "{described}");
    for text in [&described, &read("sopwright.toml"), &person.kept] {
        assert!(!text.contains(SECRET), "{text}");
    }
    assert!(
        person
            .tools
            .iter()
            .all(|(_, _, told)| !told.contains(SECRET))
    );
    // And a command of its own finds it.
    let found = place.run(&["connections", "try", "desk"]).ok();
    assert!(found.contains("desk answers: 1 tables, 2 tools"), "{found}");
}

#[tokio::test]
async fn nothing_is_reached_that_nobody_agrees_to() {
    let no = || Answer::Words("no, that is not ours".to_owned());
    for answers in [vec![], vec![no()]] {
        let (place, desk) = (Place::new(), Desk::start());
        let replies = vec![
            draft("c1", &description(&desk.url)),
            call("c2", "keep_connection", json!({ "name": "desk" })),
            ScriptedModel::text("As you like."),
        ];
        let mut builder = builder(&place, replies).await;
        let mut person = Person {
            answers,
            ..Person::default()
        };
        builder.run(&mut person).await.unwrap();
        assert_eq!(desk.asked(), Vec::<String>::new());
        assert!(!place.path().join("connections").exists());
        assert!(!place.path().join(".env").exists());
        let [(name, is_error, told)] = person.tools.as_slice() else {
            panic!("{:?}", person.tools)
        };
        assert!(name == "keep_connection" && *is_error, "{told}");
    }
}

#[tokio::test]
async fn another_reach_a_wrong_secret_and_a_taken_name_are_asked_about_anew() {
    let (place, desk, other) = (Place::new(), Desk::start(), Desk::start());
    let anew =
        json!({ "name": "desk", "description": description(&desk.url), "new_secrets": true });
    let replies = vec![
        draft("c1", &description(&desk.url)),
        call("c2", "draft_connection", anew),
        draft("c3", &description(&other.url)),
        call(
            "c4",
            "draft_connection",
            json!({ "name": "crm", "description": description(&desk.url) }),
        ),
        ScriptedModel::text("Well."),
    ];
    let mut builder = builder(&place, replies).await;
    let mut person = Person {
        answers: vec![yes(), yes(), Answer::Words("no".to_owned())],
        types: vec!["wrong".to_owned(), SECRET.to_owned()],
        ..Person::default()
    };
    builder.run(&mut person).await.unwrap();
    let [first, second] = person.tools.as_slice() else {
        panic!("{:?}", person.tools)
    };
    assert!(first.1 || first.2.contains("problem"), "{first:?}");
    assert!(!second.1 && second.2.contains("tickets"), "{second:?}");
    assert_eq!(
        other.asked(),
        Vec::<String>::new(),
        "the secret went elsewhere"
    );
    let last = person.asked.last().unwrap();
    assert!(last.contains(&other.url), "{last}");
    assert!(
        last.contains("Set already, and sent: CONNECTION_DESK_TOKEN"),
        "{last}"
    );
}
