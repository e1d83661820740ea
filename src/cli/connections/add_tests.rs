#![allow(clippy::unwrap_used, clippy::expect_used)]
use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;

use async_trait::async_trait;

use super::*;

/// Answers what is asked in turn, and notes how it was asked.
struct Scripted {
    answers: VecDeque<&'static str>,
    hidden: Vec<String>,
}

impl Scripted {
    fn saying(answers: &[&'static str]) -> Self {
        Scripted {
            answers: answers.iter().copied().collect(),
            hidden: Vec::new(),
        }
    }
}

#[async_trait]
impl Lines for Scripted {
    async fn line(&mut self, _: &str) -> Option<String> {
        self.answers.pop_front().map(str::to_owned)
    }

    async fn secret(&mut self, prompt: &str) -> Option<String> {
        self.hidden.push(prompt.to_owned());
        self.answers.pop_front().map(str::to_owned)
    }
}

/// A desk that lets in who shows the token, and its description in a workspace.
fn workspace() -> (tempfile::TempDir, AddConnection) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let head: Vec<String> = lines
                .map(Result::unwrap)
                .take_while(|l| !l.is_empty())
                .collect();
            let is_let_in = head
                .iter()
                .any(|l| l.eq_ignore_ascii_case("authorization: bearer t0k3n"));
            let (status, body) = match is_let_in {
                true => ("200 OK", "[{\"id\": 1}]"),
                false => ("401 Unauthorized", "{\"message\": \"No such token\"}"),
            };
            let length = body.len();
            let head = format!(
                "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close"
            );
            stream
                .write_all(format!("{head}\r\n\r\n{body}").as_bytes())
                .unwrap();
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let description = format!(
        "service = 'Desk'\nbase_url = '{url}/{{team}}'\nauth = {{ bearer = 'secret:token' }}\n\
         [blanks.team]\nask = 'Your team'\n[secrets.token]\nask = 'A token'\nenv = 'SOPWRIGHT_TEST_DESK_TOKEN'\n\
         [tables.tickets]\npath = '/tickets'\nkey = 'id'\nupdate = {{ path = '/tickets/{{id}}' }}\n"
    );
    std::fs::write(folder.path().join("desk.toml"), description).unwrap();
    std::fs::write(
        folder.path().join("sopwright.toml"),
        "# ours\nabout = 'x'\n",
    )
    .unwrap();
    let args = AddConnection {
        description: Some(folder.path().join("desk.toml")),
        ..AddConnection::default()
    };
    (folder, args)
}

async fn add_to(folder: &Path, args: &AddConnection, person: &mut dyn Lines) -> Result<Added> {
    let workspace = Workspace::open(Some(folder), folder).unwrap();
    added(&workspace, args, person).await
}

fn read(folder: &Path, file: &str) -> String {
    std::fs::read_to_string(folder.join(file)).unwrap_or_default()
}

#[tokio::test]
async fn a_person_is_asked_for_what_is_missing_and_it_is_kept_where_it_belongs() {
    let (folder, args) = workspace();
    let folder = folder.path();
    let mut person = Scripted::saying(&["help_desk", "", "blue", "t0k3n", "y"]);
    let made = add_to(folder, &args, &mut person).await.unwrap();
    assert_eq!(
        (made.name.as_str(), made.variables.as_slice()),
        ("help_desk", &["SOPWRIGHT_TEST_DESK_TOKEN".to_owned()][..])
    );
    assert_eq!(
        made.catalog.table("help_desk.tickets").unwrap().rows,
        Some(1)
    );
    assert_eq!(
        person.hidden,
        ["  (not shown) > "],
        "the token alone is hidden"
    );
    assert_eq!(
        read(folder, "sopwright.toml"),
        "# ours\nabout = 'x'\n\n[connections.help_desk]\nkind = \"rest\"\ndescription = \"desk.toml\"\n\
         set = { team = \"blue\" }\nsecrets = { token = \"env:SOPWRIGHT_TEST_DESK_TOKEN\" }\nwritable = true\n"
    );
    assert_eq!(read(folder, ".env"), "SOPWRIGHT_TEST_DESK_TOKEN=t0k3n\n");
    assert_eq!(read(folder, ".gitignore"), "/.env\n");

    // The next one finds the variable set, and does not touch it.
    let mut person = Scripted::saying(&["other", "red", "n", "t0k3n", "n"]);
    let made = add_to(folder, &args, &mut person).await.unwrap();
    assert_eq!(made.variables, ["OTHER_TOKEN"]);
    let workspace = Workspace::open(Some(folder), folder).unwrap();
    assert_eq!(workspace.variable("OTHER_TOKEN").unwrap(), "t0k3n");
    assert_eq!(workspace.settings().connections.len(), 2);
    let error = add_to(
        folder,
        &AddConnection {
            name: Some("other".to_owned()),
            ..args
        },
        &mut Nobody,
    )
    .await;
    assert!(error.unwrap_err().message.contains("already"));
}

#[tokio::test]
async fn what_does_not_answer_is_not_kept_unless_the_person_insists() {
    let (folder, args) = workspace();
    let folder = folder.path();
    let before = read(folder, "sopwright.toml");
    for answers in [
        &["desk", "blue", "wrong", "n", "n"][..],
        &["desk", "blue"][..],
    ] {
        let error = add_to(folder, &args, &mut Scripted::saying(answers))
            .await
            .unwrap_err();
        assert_eq!(error.message, "Nothing was kept");
        assert_eq!(read(folder, "sopwright.toml"), before);
        assert!(!folder.join(".env").exists() && !folder.join(".gitignore").exists());
    }
    let mut person = Scripted::saying(&["desk", "blue", "wrong", "n", "y"]);
    add_to(folder, &args, &mut person).await.unwrap();
    assert!(read(folder, "sopwright.toml").contains("[connections.desk]"));
}

#[tokio::test]
async fn without_a_person_the_command_line_says_all() {
    let (folder, args) = workspace();
    let folder = folder.path();
    let refused = async |change: &dyn Fn(&mut AddConnection)| {
        let mut args = args.clone();
        change(&mut args);
        add_to(folder, &args, &mut Nobody).await.unwrap_err()
    };
    let error = refused(&|args| args.description = None).await;
    assert!(error.help.unwrap().contains("hubspot"));
    let error = refused(&|_| {}).await;
    assert!(
        error
            .help
            .unwrap()
            .contains("--set team=… It is: Your team")
    );
    let error = refused(&|args| args.set = vec!["taem=blue".to_owned()]).await;
    assert!(error.help.unwrap().contains("`team`"));
    let error = refused(&|args| {
        args.set = vec!["team=blue".to_owned()];
        args.secret = vec!["t0k3n".to_owned()];
    })
    .await;
    assert!(!format!("{error:?}").contains("t0k3n"), "{error:?}");
    let error = refused(&|args| args.set = vec!["team=blue".to_owned()]).await;
    assert!(
        error
            .message
            .contains("SOPWRIGHT_TEST_DESK_TOKEN is not set"),
        "{error}"
    );
    assert!(error.help.unwrap().contains("--keep"));

    std::fs::write(folder.join(".env"), "MY_TOKEN=t0k3n\n").unwrap();
    let said = AddConnection {
        set: vec!["team=blue".to_owned()],
        secret: vec!["env:MY_TOKEN".to_owned()],
        since: Some("90d".to_owned()),
        ..args
    };
    let made = add_to(folder, &said, &mut Nobody).await.unwrap();
    assert_eq!((made.name.as_str(), made.variables.len()), ("desk", 0));
    let text = read(folder, "sopwright.toml");
    assert!(
        text.ends_with("secrets = { token = \"env:MY_TOKEN\" }\nsince = \"90d\"\n"),
        "{text}"
    );
}

fn kind_of(kind: &str, set: &[&str]) -> AddConnection {
    AddConnection {
        service: Some(kind.to_owned()),
        set: set.iter().map(|said| (*said).to_owned()).collect(),
        ..AddConnection::default()
    }
}

#[tokio::test]
async fn files_and_databases_are_asked_for_tried_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    std::fs::create_dir(folder.join("data")).unwrap();
    std::fs::write(folder.join("data/accounts.csv"), "id,name\n1,Acme\n").unwrap();
    let mut person = Scripted::saying(&["Folder", "crm", "data", "y"]);
    let made = add_to(folder, &AddConnection::default(), &mut person)
        .await
        .unwrap();
    assert_eq!(made.catalog.table("crm.accounts").unwrap().rows, Some(1));
    assert!(person.answers.is_empty() && person.hidden.is_empty());
    assert_eq!(
        read(folder, "sopwright.toml"),
        "[connections.crm]\nkind = \"folder\"\npath = \"data\"\nwritable = true\n"
    );

    rusqlite::Connection::open(folder.join("crm.db"))
        .unwrap()
        .execute_batch("CREATE TABLE plans (id INTEGER PRIMARY KEY); INSERT INTO plans VALUES (1)")
        .unwrap();
    let made = add_to(folder, &kind_of("sqlite", &["path=crm.db"]), &mut Nobody)
        .await
        .unwrap();
    assert_eq!(made.catalog.table("sqlite.plans").unwrap().rows, Some(1));

    for (args, message) in [
        (kind_of("folder", &["path=nowhere"]), "no folder at"),
        (kind_of("folder", &[]), "`path` is not filled in"),
        (kind_of("foldr", &[]), "`foldr` is not known"),
        (
            kind_of("postgres", &["host=h", "port=x"]),
            "`database` is not",
        ),
        (
            kind_of(
                "postgres",
                &["host=127.0.0.1", "port=x", "database=d", "user=u"],
            ),
            "`x` is no port",
        ),
        (
            kind_of(
                "mysql",
                &["host=127.0.0.1", "port=1", "database=d", "user=u"],
            ),
            "127.0.0.1",
        ),
        (
            AddConnection {
                since: Some("9d".to_owned()),
                ..kind_of("folder", &["path=data"])
            },
            "--since is only for services",
        ),
    ] {
        let args = AddConnection {
            name: Some("other".to_owned()),
            ..args
        };
        let error = add_to(folder, &args, &mut Nobody).await.unwrap_err();
        assert!(error.to_string().contains(message), "{error:?}");
    }
    assert!(!read(folder, "sopwright.toml").contains("other"));
}

#[tokio::test]
async fn the_address_of_a_csv_is_a_secret_unless_it_is_said() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/plans", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let lines = BufReader::new(stream.try_clone().unwrap()).lines();
            lines
                .map(Result::unwrap)
                .take_while(|l| !l.is_empty())
                .count();
            let answer =
                "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nid\n1\n\n";
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let link: &'static str = url.clone().leak();
    let mut person = Scripted::saying(&["csv", "", "plans", "", link]);
    let made = add_to(folder, &AddConnection::default(), &mut person)
        .await
        .unwrap();
    assert_eq!(made.catalog.table("csv.plans").unwrap().rows, Some(1));
    assert_eq!(person.hidden.len(), 1);
    assert_eq!(
        read(folder, "sopwright.toml"),
        "[connections.csv]\nkind = \"csv\"\ntables = { plans = \"env:CSV_ADDRESS\" }\n"
    );
    assert_eq!(read(folder, ".env"), format!("CSV_ADDRESS={url}\n"));

    let said = AddConnection {
        name: Some("open".to_owned()),
        ..kind_of("csv", &["table=plans", &format!("address={url}")])
    };
    add_to(folder, &said, &mut Nobody).await.unwrap();
    assert!(
        read(folder, "sopwright.toml").ends_with(&format!("tables = {{ plans = \"{url}\" }}\n"))
    );

    let sheet = "https://docs.google.com/spreadsheets/d/1Bx/edit#gid=7";
    let args = AddConnection {
        name: Some("sheet".to_owned()),
        keep: true,
        ..kind_of("csv", &["table=t", &format!("address={sheet}")])
    };
    let section = sections(folder, &args).await;
    assert!(
        section.contains("/1Bx/export?format=csv&gid=7")
            && section.contains("redirects_to = [\"*.googleusercontent.com\"]"),
        "{section}"
    );
}

/// Returns the section that would be kept, without trying it.
async fn sections(folder: &Path, args: &AddConnection) -> String {
    let workspace = Workspace::open(Some(folder), folder).unwrap();
    let mut nobody = Nobody;
    let mut asking = Asking {
        args,
        workspace: &workspace,
        person: &mut nobody,
    };
    asked(&workspace, &mut asking).await.unwrap().section.text()
}

#[tokio::test]
async fn mailboxes_are_signed_in_to_before_they_are_kept_and_channels_are_kept_as_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let mut person = Scripted::saying(&[
        "mail",
        "",
        "Ann <ann@acme.example>",
        "ann@acme.example",
        "imap://127.0.0.1:1",
        "",
        "pa55-w0rd",
        "n",
    ]);
    let error = add_to(folder, &AddConnection::default(), &mut person)
        .await
        .unwrap_err();
    assert_eq!(error.message, "Nothing was kept");
    assert!(person.answers.is_empty(), "{:?}", person.answers);
    assert!(!folder.join("sopwright.toml").exists() && !folder.join(".env").exists());

    let mut person = Scripted::saying(&[
        "chat",
        "slack",
        "Slack",
        "cs-alerts",
        "https://hooks.slack.example/T0/s3cret",
    ]);
    let made = add_to(folder, &AddConnection::default(), &mut person)
        .await
        .unwrap();
    assert_eq!(made.variables, ["SLACK_WEBHOOK"]);
    assert_eq!(
        read(folder, "sopwright.toml"),
        "[connections.slack]\nkind = \"chat\"\nservice = \"slack\"\n\
         channels = { cs-alerts = \"env:SLACK_WEBHOOK\" }\n"
    );
}
