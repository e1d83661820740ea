//! Emails that arrive: drafts in a real mailbox, once each, and what is sent after approval alone.

#![allow(clippy::expect_used, clippy::unwrap_used)]

#[path = "support/crash.rs"]
mod crash;
#[path = "support/mail.rs"]
mod mail;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Output;
use std::time::{Duration, Instant};

use crash::{command, json_of, told};
use mail::{Post, post};
use serde_json::{Value, json};
use sopwright::connect::{Connections, ConnectionsConfig};

/// Writes a workspace with an email to each of the people.
fn workspace(folder: &Path, post: &Post, people: &[(&str, &str)], outputs: &str) {
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let rows = people.iter().map(|(name, to)| format!("{name},{to}\n"));
    write(
        "data/people.csv",
        &format!("name,email\n{}", rows.collect::<String>()),
    );
    write(
        "sopwright.toml",
        &format!(
            "[connections.crm]\nkind = 'folder'\npath = 'data'\n\n[connections.mailbox]\n{}\n\n[outputs]\nemail = 'mailbox'\n{outputs}\n",
            section(post)
        ),
    );
    write(".env", "SOPWRIGHT_TEST_MAIL=s3cret\n");
    write("generated/notes/sop.md", "Write to everybody.\n");
    let workflow = json!({"workflow": 1, "name": "notes", "title": "Notes", "objective": "o",
        "sop": {"file": "sop.md", "statements": 1}, "trigger": {"kind": "manual"},
        "data": {"people": {"from": "crm.people", "sop": [1], "fields": {"name": "text", "email": "text"}}},
        "for_each": {"in": "people", "as": "person", "key": "person.name"},
        "result": {"to": "{{ person.email }}"},
        "outputs": [{"id": "email", "kind": "email_draft", "sop": [1], "to": "{{ person.email }}",
            "subject": "{{ person.name }} – Größe", "body": "Hello **{{ person.name }}**,\n<b>all</b> is well."}]});
    write("generated/notes/workflow.json", &workflow.to_string());
}

/// Returns the connection to the mailbox.
fn section(post: &Post) -> String {
    format!(
        "kind = 'mail'\nfrom = 'Zoë Ward <zoe@acme.example>'\nuser = 'zoe'\npassword = 'env:SOPWRIGHT_TEST_MAIL'\nimap = 'localhost:{}'\nsmtp = 'smtp://localhost:{}'\nca = '{}'",
        post.imaps,
        post.smtp,
        post.certificate().display()
    )
}

fn run(folder: &Path, args: &[&str]) -> Output {
    let args = [args, &["--as-of", "2026-11-16"]].concat();
    command(folder, &args).output().unwrap()
}

fn ids(drafts: &[(String, String)]) -> BTreeSet<&str> {
    let lines = drafts.iter().flat_map(|(text, _)| text.lines());
    lines
        .filter(|line| line.starts_with("Message-ID: <"))
        .collect()
}

#[test]
fn a_draft_is_in_the_mailbox_once_however_often_its_run_is_killed() {
    let Some(post) = post() else { return };
    let folder = tempfile::tempdir().unwrap();
    let names: Vec<String> = (0..60).map(|n| format!("P{n:02}")).collect();
    let people: Vec<(&str, &str)> = names
        .iter()
        .map(|n| (n.as_str(), "ann@b.example"))
        .collect();
    workspace(folder.path(), &post, &people, "");
    let mut args = vec!["run", "notes", "--as-of", "2026-11-16"];
    for target in [3, 20, 41] {
        let mut child = command(folder.path(), &args).spawn().unwrap();
        let started = Instant::now();
        while post.drafts().len() < target {
            let ended = child.try_wait().unwrap();
            let late = started.elapsed() > Duration::from_secs(60);
            assert!(
                ended.is_none() && !late,
                "{}",
                told(&child.wait_with_output().unwrap())
            );
            std::thread::sleep(Duration::from_millis(2));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        args = vec!["run", "--resume"];
    }
    let output = command(folder.path(), &args).output().unwrap();
    assert!(output.status.success(), "{}{}", told(&output), post.logs());
    assert!(
        told(&output).contains("60 email drafts"),
        "{}",
        told(&output)
    );
    let drafts = post.drafts();
    assert_eq!((drafts.len(), ids(&drafts).len()), (60, 60));
    let (text, flags) = &drafts[0];
    assert_eq!(flags, "DS", "a draft that was seen");
    for piece in [
        "From: =?utf-8?b?Wm/DqyBXYXJk?= <zoe@acme.example>",
        "To: ann@b.example",
        "Date: Mon, 16 Nov 2026 ",
        "@acme.example>",
        "multipart/alternative",
        "<strong>P",
        "&lt;b&gt;all&lt;/b&gt; is well.",
    ] {
        assert!(text.contains(piece), "{piece} in {text}");
    }
    let runs = fs::read_dir(folder.path().join("runs"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap();
    let files = fs::read_dir(runs.path().join("drafts")).unwrap();
    assert_eq!(files.count(), 60, "each is a file too");
    let inbox = json_of(folder.path(), &["inbox", "list"]);
    assert_eq!(inbox["inbox"], json!([]));
}

#[test]
fn an_email_is_sent_once_it_is_approved_and_never_otherwise() {
    let Some(post) = post() else { return };
    let folder = tempfile::tempdir().unwrap();
    let people = [
        ("Ann", "Ann Lee <ann@b.example>"),
        ("Bo", "bo@b.example"),
        ("Cy", "cy@b.example"),
        ("refused", "refused@b.example"),
        ("lost", "dee@b.example"),
    ];
    workspace(folder.path(), &post, &people, "send = true");
    let place = folder.path();
    let output = command(place, &["run", "notes"])
        .env("SOPWRIGHT_TEST_MAIL", " ")
        .output()
        .unwrap();
    let text = told(&output);
    assert!(!output.status.success(), "{text}");
    assert!(
        text.contains("could not leave") && text.contains("SOPWRIGHT_TEST_MAIL is not set"),
        "{text}"
    );
    let output = run(place, &["doctor"]);
    let found = "Connection mailbox (mail): drafts go to `Entwürfe`, it can send";
    assert!(
        told(&output).contains(found),
        "{}{}",
        told(&output),
        post.logs()
    );
    let output = run(place, &["run", "notes"]);
    assert!(output.status.success(), "{}", told(&output));
    assert!(
        told(&output).contains("5 waiting for approval"),
        "{}",
        told(&output)
    );
    assert!(post.sent().is_empty() && post.drafts().is_empty());

    let output = run(place, &["inbox", "approve", "1"]);
    assert!(
        told(&output).contains("sent to Ann Lee <ann@b.example>"),
        "{}{}",
        told(&output),
        post.logs()
    );
    assert!(!run(place, &["inbox", "approve", "1"]).status.success());
    assert!(
        run(place, &["inbox", "reject", "2", "--why", "not now"])
            .status
            .success()
    );
    assert!(!run(place, &["inbox", "approve", "2"]).status.success());
    fs::write(place.join("new.txt"), "Only this").unwrap();
    assert!(
        run(place, &["inbox", "edit", "3", "--file", "new.txt"])
            .status
            .success()
    );
    assert!(run(place, &["inbox", "approve", "3"]).status.success());
    let output = run(place, &["inbox", "approve", "4"]);
    assert!(
        told(&output).contains("refused (550): no such user"),
        "{}",
        told(&output)
    );

    let sent = post.sent();
    assert_eq!(sent.len(), 2);
    assert!(
        sent[0].starts_with("X-To: ann@b.example\r\n") && sent[0].contains("multipart/alternative")
    );
    assert!(!sent[0].contains("X-Unsent"), "{}", sent[0]);
    assert!(
        sent[1].contains("Only this") && !sent[1].contains("multipart"),
        "{}",
        sent[1]
    );

    // No answer came to the end of its data: nobody knows, and nobody guesses.
    let output = run(place, &["inbox", "approve", "5"]);
    assert!(
        told(&output).contains("nobody knows whether it was done"),
        "{}",
        told(&output)
    );
    assert_eq!(post.sent().len(), 3);
    assert!(!run(place, &["inbox", "approve", "5"]).status.success());
    assert_eq!(post.sent().len(), 3);
    let shown = json_of(place, &["inbox", "show", "5"]);
    assert_eq!(shown["state"], "sending");
    assert!(
        run(place, &["inbox", "reject", "5", "--why", "was done"])
            .status
            .success()
    );

    let journal: Vec<u8> = fs::read(place.join(".sopwright/journal.db")).unwrap_or_default();
    assert!(!String::from_utf8_lossy(&journal).contains("s3cret"));
}

#[tokio::test]
async fn a_mailbox_is_reached_safely_or_not_at_all() {
    let Some(post) = post() else { return };
    let open = |section: &str, password: &str| {
        let config: ConnectionsConfig = toml::from_str(&format!("[m]\n{section}")).unwrap();
        Connections::open(&config, Path::new("."), &|_| Some(password.to_owned()))
    };
    let place = async |section: &str, password: &str| {
        let args = json!({ "to": "not an address", "subject": "S", "text": "T" });
        let connections = open(section, password);
        let mailbox = connections.require("m").unwrap();
        mailbox
            .call_once("create_draft", args.as_object().unwrap().clone(), "key1")
            .await
    };
    let tls = section(&post);
    let placed = |answer: Value| answer["placed"].as_bool().unwrap();
    assert!(placed(place(&tls, "s3cret").await.unwrap()));
    // What is there is found, also where nobody noted that it was placed.
    assert!(!placed(place(&tls, "s3cret").await.unwrap()));
    let later = tls.replace(
        &format!("localhost:{}", post.imaps),
        &format!("imap://localhost:{}", post.imap),
    );
    assert!(!placed(place(&later, "s3cret").await.unwrap()));
    let named = format!("{later}\ndrafts = 'INBOX'");
    assert!(placed(place(&named, "s3cret").await.unwrap()));
    assert_eq!(post.drafts().len(), 1);

    let error = place(&tls, "wr0ng").await.unwrap_err();
    assert!(
        error.message.contains("does not let `zoe` in: ") && !error.message.contains("info:"),
        "{error}"
    );
    assert!(
        !error.is_transient() && !format!("{error:?}").contains("wr0ng"),
        "{error:?}"
    );
    let no_ca = tls.replace("\nca =", "\nabout =");
    let error = place(&no_ca, "s3cret").await.unwrap_err();
    assert!(
        error.message.contains("does not prove who it is"),
        "{error}"
    );
    let plain = later.replace("imap://", "imap+plain://");
    assert!(
        !placed(place(&plain, "s3cret").await.unwrap()),
        "this machine alone sees it"
    );
}

#[tokio::test]
async fn a_token_that_is_fetched_lets_in_too() {
    let Some(post) = post() else { return };
    let token = format!(
        "token = {{ token_url = 'http://127.0.0.1:{}/token', client_id = 'us', client_secret = 'env:X', refresh_token = 'env:X' }}",
        post.tokens
    );
    let section = section(&post).replace("password = 'env:SOPWRIGHT_TEST_MAIL'", &token);
    let config: ConnectionsConfig = toml::from_str(&format!("[m]\n{section}")).unwrap();
    let connections = Connections::open(&config, Path::new("."), &|_| Some("r3fresh".to_owned()));
    let mailbox = connections.require("m").unwrap();
    let arguments = json!({ "to": "ann@b.example", "subject": "S", "text": "T" });
    let arguments = arguments.as_object().unwrap();
    for tool in ["create_draft", "send_email"] {
        let came = mailbox.call_once(tool, arguments.clone(), "key1").await;
        came.unwrap_or_else(|error| panic!("{tool}: {error}\n{}", post.logs()));
    }
    assert_eq!((post.drafts().len(), post.sent().len()), (1, 1));
}
