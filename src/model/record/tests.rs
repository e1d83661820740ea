#![allow(clippy::unwrap_used)]
use super::*;
use crate::model::{ChatModel, Message, ScriptedModel, fixture};

async fn ask(model: &dyn ChatModel, request: &Request) -> Result<String, ModelError> {
    let reply = model.complete(request, &mut |_| {}).await;
    reply.map(|reply| reply.text)
}

async fn recorded(folder: &Path, requests: &[Request]) {
    let replies = (1..).map(|number| ScriptedModel::text(&format!("reply {number}")));
    let script = ScriptedModel::new(replies.take(requests.len()));
    let recorder = Recorder::new(script, folder).unwrap();
    for request in requests {
        ask(&recorder, request).await.unwrap();
    }
}

#[tokio::test]
async fn what_was_recorded_is_answered_again() {
    let folder = tempfile::tempdir().unwrap();
    let first = fixture::conversation();
    let mut second = first.clone();
    second.messages[3] = Message::user("Something else");
    let asked = [first.clone(), second.clone(), first.clone()];
    recorded(folder.path(), &asked).await;
    assert_eq!(files(folder.path()).unwrap().len(), 3);

    let replay = Replay::open(folder.path()).unwrap();
    assert_eq!(replay.name(), "scripted");
    for (request, reply) in [
        (&first, "reply 1"),
        (&second, "reply 2"),
        (&first, "reply 3"),
        (&first, "reply 3"),
    ] {
        assert_eq!(ask(&replay, request).await.unwrap(), reply);
    }
}

#[tokio::test]
async fn recording_goes_on_where_it_ended() {
    let folder = tempfile::tempdir().unwrap();
    recorded(folder.path(), &[fixture::conversation()]).await;
    recorded(folder.path(), &[fixture::conversation()]).await;
    let names: Vec<_> = files(folder.path()).unwrap();
    assert!(names[1].ends_with("0002.json"));
}

#[tokio::test]
async fn a_request_that_was_never_recorded_fails_with_the_difference() {
    let folder = tempfile::tempdir().unwrap();
    let first = fixture::conversation();
    recorded(folder.path(), std::slice::from_ref(&first)).await;
    let replay = Replay::open(folder.path()).unwrap();
    let said = async |change: fn(&mut Request)| {
        let mut request = first.clone();
        change(&mut request);
        ask(&replay, &request).await.unwrap_err().message
    };
    let message = said(|r| r.messages[3] = Message::user("And who pays?")).await;
    assert!(
        message.contains("differs in message 4: recorded `…"),
        "{message}"
    );
    assert!(
        message.contains("who owns them?") && message.contains("who pays?"),
        "{message}"
    );
    let tool = said(|r| r.tools[0].description = "Finds rows".into()).await;
    assert!(
        tool.contains("differs in tool 1: ") && tool.contains("Finds rows"),
        "{tool}"
    );
    let shorter = said(|r| r.messages.truncate(1)).await;
    assert!(
        shorter.contains("differs in message 2: ") && shorter.ends_with("now nothing"),
        "{shorter}"
    );
    let system = said(|r| r.system[1].text = "It is Friday.".into()).await;
    assert!(system.contains("differs in system part 2: "), "{system}");
}

#[test]
fn the_key_does_not_depend_on_the_order_of_fields() {
    let mut request = fixture::conversation();
    let before = key(&request);
    let parameters = r#"{"required": ["table"], "properties": {"table": {"maxLength": 64, "type": "string"}}, "type": "object"}"#;
    request.tools[0].parameters = serde_json::from_str(parameters).unwrap();
    assert_eq!(key(&request), before);
    request.max_tokens += 1;
    assert_ne!(key(&request), before);
}

#[test]
fn an_empty_folder_is_no_recording() {
    let folder = tempfile::tempdir().unwrap();
    let error = Replay::open(folder.path()).unwrap_err();
    assert!(error.message.contains("holds no exchange"), "{error}");
    std::fs::write(folder.path().join("0001.json"), "{}").unwrap();
    let error = Replay::open(folder.path()).unwrap_err();
    assert!(
        error.message.contains("0001.json is not an exchange"),
        "{error}"
    );
}
