//! The channels of a chat service, each by an address of its own that takes messages.

pub(super) mod slack;
mod teams;

use async_trait::async_trait;
use indexmap::IndexMap;
use reqwest::{Method, Url};
use serde_json::{Value, json};

use super::http::{Access, Request, Wire, address, check_names};
use super::refusals::no_table;
use super::{
    ChatConfig, ChatService, ConnectError, Connection, ConnectionInfo, Effect, Row, RowStream,
    Scan, Secret, ServiceConfig, Tool,
};
use crate::diag::did_you_mean;

/// Posts a message.
const POST_MESSAGE: &str = "post_message";
/// The greatest answer, in bytes: it says little more than that the message was taken.
const LIMIT: u64 = 100_000;

/// A connection to channels.
pub struct ChatConnection {
    service: ChatService,
    about: Option<String>,
    is_sandbox: bool,
    channels: IndexMap<String, Channel>,
    wire: Wire,
}

struct Channel {
    url: Url,
    secret: Secret,
}

impl ChatConnection {
    /// Returns the connection; nothing is sent before its first use. `env` looks up the variables
    /// that hold the addresses.
    ///
    /// # Errors
    /// For an address that is not set or is none, and where there is no channel.
    pub fn open(
        config: &ChatConfig,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, ConnectError> {
        let mut channels = IndexMap::new();
        for (name, reference) in &config.channels {
            let secret = Secret::named(reference, env)?;
            let url = address("channels", secret.reveal()).map_err(|_| {
                ConnectError::last(format!("What `{reference}` holds is no address."))
                    .help("It is the whole address of the webhook, beginning with https://.")
            })?;
            let name = name.trim_start_matches('#').to_owned();
            channels.insert(name, Channel { url, secret });
        }
        if channels.is_empty() {
            return Err(ConnectError::last("There is no channel.")
                .help("Write `channels = { NAME = \"env:…\" }`: the address of its webhook."));
        }
        let service = ServiceConfig {
            timeout: config.timeout.clone(),
            ..ServiceConfig::default()
        };
        Ok(ChatConnection {
            service: config.service,
            about: config.about.clone(),
            is_sandbox: config.sandbox,
            channels,
            wire: Wire::new(Access::Open, service.timeout()?, LIMIT)?,
        })
    }

    fn input(&self) -> Value {
        let channels: Vec<&String> = self.channels.keys().collect();
        json!({
            "type": "object",
            "properties": {
                "channel": { "type": "string", "enum": channels, "description": "The channel" },
                "text": { "type": "string", "description": "What it says, in Markdown" }
            },
            "required": ["channel", "text"],
            "additionalProperties": false
        })
    }
}

#[async_trait]
impl Connection for ChatConnection {
    async fn describe(&self) -> Result<ConnectionInfo, ConnectError> {
        let tool = Tool {
            description: "Posts a message to a channel.".to_owned(),
            effect: Effect::Irreversible,
            input: self.input(),
            output: None,
            idempotent: false,
        };
        Ok(ConnectionInfo {
            kind: "chat".to_owned(),
            about: self.about.clone(),
            sandbox: self.is_sandbox,
            tools: IndexMap::from([(POST_MESSAGE.to_owned(), tool)]),
            ..ConnectionInfo::default()
        })
    }

    async fn scan(&self, scan: Scan) -> Result<RowStream, ConnectError> {
        Err(no_table(&scan.table, []))
    }

    async fn call(&self, tool: &str, arguments: Row) -> Result<Value, ConnectError> {
        if tool != POST_MESSAGE {
            return Err(ConnectError::unknown(format!("There is no tool `{tool}`."))
                .maybe_help(did_you_mean(tool, [POST_MESSAGE])));
        }
        check_names(tool, &self.input(), &arguments)?;
        let text = |name: &str| {
            arguments
                .get(name)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        let named = text("channel").trim_start_matches('#');
        let Some(channel) = self.channels.get(named) else {
            let known: Vec<&str> = self.channels.keys().map(String::as_str).collect();
            let mut error = ConnectError::refused(
                "unknown_channel",
                format!(
                    "There is no channel `{named}`: there are {}.",
                    known.join(", ")
                ),
            );
            error.help = Some("Add its webhook under `channels` of the connection.".to_owned());
            return Err(error);
        };
        let body = match self.service {
            ChatService::Slack => slack::webhook(text("text")),
            ChatService::Teams => teams::webhook(text("text")),
        };
        let request = Request {
            method: Method::POST,
            url: channel.url.clone(),
            headers: Vec::new(),
            body: Some(body),
            is_form: false,
        };
        let what = format!("The channel `{named}`");
        let answer = self.wire.ask(&what, request).await;
        let strike = |mut error: ConnectError| {
            channel.secret.strike_from(&mut error.message);
            // Of an address, what follows the host is the secret.
            error.message = error.message.replace(channel.url.path(), "***");
            error
        };
        answer.map_err(strike)?;
        Ok(json!({ "channel": named }))
    }

    async fn update(&self, table: &str, _: &Row, _: &Row) -> Result<u64, ConnectError> {
        Err(no_table(table, []))
    }
}

#[cfg(test)]
mod tests;
