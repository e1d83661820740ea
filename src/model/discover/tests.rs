#![allow(clippy::unwrap_used)]
use std::collections::HashMap;

use serde_json::json;

use super::*;
use crate::model::server::{Answer, Server};
use crate::model::{Message, ModelErrorKind, Request, anthropic};

/// Addresses at which nothing listens: their ports are reserved and cannot be opened by others.
fn nowhere() -> Places {
    Places {
        ollama: "http://127.0.0.1:1".to_owned(),
        llama_cpp: "http://127.0.0.1:1".to_owned(),
        glance: Duration::from_secs(60),
        listing: Duration::from_secs(60),
    }
}

async fn find(
    config: &str,
    flag: Option<&str>,
    env: &[(&str, &str)],
    places: &Places,
) -> diag::Result<Vec<Candidate>> {
    let config: ModelConfig = toml::from_str(config).unwrap();
    let env: HashMap<String, String> = env
        .iter()
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
        .collect();
    let env = |name: &str| env.get(name).cloned();
    discover(&config, flag, &env, places).await
}

/// Returns each candidate as `name < what named it`.
async fn names(config: &str, flag: Option<&str>, env: &[(&str, &str)]) -> Vec<String> {
    let found = find(config, flag, env, &nowhere()).await.unwrap();
    found
        .iter()
        .map(|c| format!("{} < {}", c.name(), c.from))
        .collect()
}

const BOTH: [(&str, &str); 2] = [("ANTHROPIC_API_KEY", "a"), ("OPENAI_API_KEY", "o")];

#[tokio::test]
async fn the_flag_stands_alone_and_then_settings_before_keys() {
    let flag = names("provider = 'openai'", Some("anthropic/claude-x"), &BOTH).await;
    assert_eq!(flag, ["anthropic/claude-x < --model"]);
    assert!(names("", Some("built-in"), &BOTH).await.is_empty());
    let all = names("provider = 'openai'\nmodel = 'gpt-9'", None, &BOTH).await;
    let expected = [
        "openai/gpt-9 < sopwright.toml",
        "anthropic/claude-sonnet-4-6 < ANTHROPIC_API_KEY",
        "openai/gpt-5.1 < OPENAI_API_KEY",
    ];
    assert_eq!(all, expected);
    assert!(names("", None, &[("OPENAI_API_KEY", " ")]).await.is_empty());
}

#[tokio::test]
async fn the_variable_chooses_among_the_keys() {
    let wish = |model| [("SOPWRIGHT_MODEL", model), BOTH[0], BOTH[1]];
    let first = async |model| names("", None, &wish(model)).await[0].clone();
    assert_eq!(first("gpt-4.1").await, "openai/gpt-4.1 < SOPWRIGHT_MODEL");
    assert_eq!(
        first("claude-opus-5").await,
        "anthropic/claude-opus-5 < SOPWRIGHT_MODEL"
    );
    let only = [("SOPWRIGHT_MODEL", "claude-sonnet-4-6"), BOTH[0]];
    assert_eq!(
        names("", None, &only).await,
        ["anthropic/claude-sonnet-4-6 < SOPWRIGHT_MODEL"]
    );
}

#[tokio::test]
async fn the_settings_may_name_the_model_in_one_word() {
    let only = async |config| names(config, None, &BOTH).await[0].clone();
    let flat = "model = 'ollama/qwen3'";
    assert_eq!(only(flat).await, "ollama/qwen3 < sopwright.toml");
    let gateway = "model = 'anthropic/claude'\nbase_url = 'http://gateway/v1'";
    assert_eq!(
        only(gateway).await,
        "openai/anthropic/claude < sopwright.toml"
    );
    assert!(names("model = 'built-in'", None, &BOTH).await.is_empty());
    let error = find("model = 'gemini'", None, &BOTH, &nowhere())
        .await
        .unwrap_err();
    assert_eq!(error.kind, diag::Kind::Input);
    let said = "in the [model] section of sopwright.toml, `gemini` names no model";
    assert_eq!(error.message, said);
}

#[tokio::test]
async fn a_wrong_flag_is_a_usage_error() {
    let error = find("", Some("gemini"), &[], &nowhere()).await.unwrap_err();
    assert_eq!(error.kind, diag::Kind::Usage);
    assert!(error.help.unwrap().contains("anthropic/NAME"));
}

#[tokio::test]
async fn a_model_that_cannot_be_used_says_why() {
    let found = find(
        "provider = 'anthropic'\nkey = 'env:MY_KEY'",
        None,
        &[],
        &nowhere(),
    )
    .await
    .unwrap();
    let error = found[0].connect().err().unwrap();
    assert_eq!(error.kind, ModelErrorKind::RefusedKey);
    assert_eq!(error.message, "the environment variable MY_KEY is not set");
    let down = find(
        "",
        None,
        &[("OPENAI_BASE_URL", "http://127.0.0.1:1/v1")],
        &nowhere(),
    )
    .await
    .unwrap();
    let error = down[0].connect().err().unwrap();
    assert_eq!(error.kind, ModelErrorKind::Unreachable);
}

#[tokio::test]
async fn the_settings_key_and_address_are_for_their_own_provider_only() {
    let config =
        "provider = 'openai'\nbase_url = 'http://gateway/v1'\nmodel = 'm'\nkey = 'env:GATE'";
    let env = [("GATE", "g"), ("ANTHROPIC_API_KEY", "a")];
    let found = find(config, None, &env, &nowhere()).await.unwrap();
    let with = |c: &Candidate| {
        (
            c.base_url.clone(),
            c.key.as_ref().unwrap().reveal().to_owned(),
        )
    };
    assert_eq!(with(&found[0]), ("http://gateway/v1".into(), "g".into()));
    assert_eq!(with(&found[1]), (anthropic::BASE_URL.into(), "a".into()));
    assert!(!format!("{found:?}").contains("\"g\""));
}

#[tokio::test]
async fn a_server_without_a_named_model_is_asked_for_its_first() {
    let list = json!({"data": [{"id": "nomic-embed"}, {"id": "qwen3"}]});
    let mut server = Server::start(vec![Answer::json(200, &list)]).await;
    let env = [
        ("OPENAI_BASE_URL", server.url.as_str()),
        ("OPENAI_API_KEY", "k"),
    ];
    let found = find("", None, &env, &nowhere()).await.unwrap();
    assert_eq!(found[0].name(), "openai/qwen3");
    let seen = server.seen().await;
    assert!(seen.head.starts_with("get /v1/models ") && seen.head.contains("bearer k"));
}

#[tokio::test]
async fn servers_on_this_machine_are_found_and_answer() {
    let tags = json!({"models": [{"name": "qwen3:8b"}, {"name": "all-embed"}, {"name": "llama3"}]});
    let reply = json!({"choices": [{"message": {"content": "Hi"}, "finish_reason": "stop"}]});
    let ollama = Server::start(vec![Answer::json(200, &tags), Answer::json(200, &reply)]).await;
    let models = json!({"data": [{"id": "/models/gemma.gguf"}]});
    let llama_cpp = Server::start(vec![Answer::json(200, &models)]).await;
    let places = Places {
        ollama: ollama.url.clone(),
        llama_cpp: llama_cpp.url.clone(),
        ..nowhere()
    };
    let found = find("", None, &[], &places).await.unwrap();
    let names: Vec<_> = found.iter().map(Candidate::name).collect();
    assert_eq!(
        names,
        ["ollama/qwen3:8b", "ollama/llama3", "llamacpp/gemma"]
    );
    let model = found[0].connect().unwrap();
    let request = Request {
        messages: vec![Message::user("Hello")],
        max_tokens: 10,
        ..Request::default()
    };
    let said = model.complete(&request, &mut |_| {}).await.unwrap();
    assert_eq!(
        (model.name(), said.text.as_str()),
        ("ollama/qwen3:8b", "Hi")
    );
}

#[tokio::test]
async fn something_else_on_the_port_is_no_model() {
    let page = Answer::new(200, "text/html", "<html>my app</html>");
    let other = Server::start(vec![page]).await;
    let places = Places {
        llama_cpp: other.url.clone(),
        ..nowhere()
    };
    assert!(find("", None, &[], &places).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_local_model_that_is_not_there_is_told_before_it_is_asked() {
    let said = async |flag: &str, tags: serde_json::Value| {
        let ollama = Server::start(vec![Answer::json(200, &tags)]).await;
        let places = Places {
            ollama: ollama.url.clone(),
            ..nowhere()
        };
        let found = find("", Some(flag), &[], &places).await.unwrap();
        found[0]
            .trouble
            .as_ref()
            .map(|t| format!("{t} {}", t.help.as_deref().unwrap()))
    };
    let tags = json!({"models": [{"name": "qwen3:8b"}, {"name": "llama3:latest"}]});
    assert_eq!(said("ollama/llama3", tags.clone()).await, None);
    let missing = said("ollama/qwen3:4b", tags).await.unwrap();
    assert!(
        missing.contains("has no model `qwen3:4b` Get it with `ollama pull qwen3:4b`."),
        "{missing}"
    );
    assert!(missing.contains("Did you mean `qwen3:8b`?"), "{missing}");
    let empty = said("ollama", json!({"models": []})).await.unwrap();
    assert!(empty.contains("has no model Get one with"), "{empty}");
    let down = find("", Some("ollama/qwen3"), &[], &nowhere())
        .await
        .unwrap();
    let error = down[0].connect().err().unwrap();
    assert_eq!(error.kind, ModelErrorKind::Unreachable);
}
