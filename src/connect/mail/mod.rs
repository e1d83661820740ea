//! A mailbox: drafts are placed in it, and email is sent for it.

mod account;
mod folders;
mod imap;
mod server;
mod smtp;
mod tls;

use std::path::Path;

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use tokio::sync::Mutex;

use super::http::check_names;
use super::refusals::no_table;
use super::{
    ConnectError, Connection, ConnectionInfo, Effect, MailConfig, Row, RowStream, Scan, Tool,
};
use crate::diag::did_you_mean;
use crate::render::{Email, Message, addresses, message_id};
use account::Account;
use imap::Drafts;
use server::Server;
use smtp::Sender;
use tls::Tls;

/// Places a draft.
const CREATE_DRAFT: &str = "create_draft";
/// Sends.
const SEND_EMAIL: &str = "send_email";

/// A connection to a mailbox.
pub struct MailConnection {
    about: Option<String>,
    from: Option<String>,
    drafts: Option<Drafts>,
    sender: Option<Sender>,
    now: fn() -> Timestamp,
}

impl MailConnection {
    /// Returns the connection; nothing is reached before its first use. A file's path starts at
    /// the workspace; `env` looks up the variables that secrets name.
    ///
    /// # Errors
    /// For an address that is none, and a secret that is not set.
    pub fn open(
        config: &MailConfig,
        workspace: &Path,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, ConnectError> {
        let patience = config.service.timeout()?;
        let authority = config.ca.as_ref().map(|path| workspace.join(path));
        let tls = Tls::open(authority.as_deref())?;
        let from = config.from.clone();
        if let Some(from) = &from {
            addresses(from).map_err(|wrong| {
                ConnectError::last(format!("`from` is no address: {wrong}."))
                    .help("Write it as in `Ann <ann@acme.example>`.")
            })?;
        }
        let imap = config.imap.as_deref();
        let imap = imap.map(|text| Server::read("imap", text)).transpose()?;
        let smtp = config.smtp.as_deref();
        let smtp = smtp.map(|text| Server::read("smtp", text)).transpose()?;
        if imap.is_none() && smtp.is_none() {
            return Err(ConnectError::last("It is not said where the mailbox is.")
                .help("Write `imap` (to place drafts) or `smtp` (to send), or both."));
        }
        if smtp.is_some() && from.is_none() {
            return Err(ConnectError::last("It is not said who sends.")
                .help("Write `from = \"Ann <ann@acme.example>\"`."));
        }
        let drafts = match imap {
            Some(server) => Some(Drafts {
                server,
                tls: tls.clone(),
                account: Account::open(config, env)?,
                folder: config.drafts.clone(),
                patience,
                held: Mutex::default(),
                refused: std::sync::Mutex::default(),
            }),
            None => None,
        };
        let sender = match smtp {
            Some(server) => Some(Sender {
                server,
                tls,
                account: Account::open(config, env)?,
                patience,
            }),
            None => None,
        };
        Ok(MailConnection {
            about: config.service.about.clone(),
            from,
            drafts,
            sender,
            now: Timestamp::now,
        })
    }

    async fn carry_out(
        &self,
        tool: &str,
        arguments: &Row,
        key: &str,
    ) -> Result<Value, ConnectError> {
        let wrong =
            |why: String| ConnectError::refused("invalid_arguments", format!("`{tool}`: {why}."));
        let text = |name: &str| {
            arguments
                .get(name)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        let date = match text("date") {
            "" => (self.now)(),
            date => date
                .parse()
                .map_err(|_| wrong(format!("`date` is no moment: {date}")))?,
        };
        let id = message_id(key, self.from.as_deref());
        let message = Message {
            email: Email {
                to: text("to"),
                cc: text("cc"),
                bcc: "",
                subject: text("subject"),
                text: text("text"),
            },
            from: self.from.as_deref(),
            date: Some(date),
            id: Some(&id),
            is_unsent: false,
        };
        match (tool, &self.drafts, &self.sender) {
            (CREATE_DRAFT, Some(drafts), _) => {
                let (folder, placed) = drafts.place(&id, &message.source()).await?;
                Ok(json!({ "message_id": id, "folder": folder, "placed": placed }))
            }
            (SEND_EMAIL, _, Some(sender)) => {
                message.email.check().map_err(wrong)?;
                let listed = |list: &str| addresses(list).unwrap_or_default().into_iter();
                let from = listed(self.from.as_deref().unwrap_or_default()).next();
                let from = from
                    .ok_or_else(|| wrong("nobody sends it".to_owned()))?
                    .email;
                let to = listed(text("to")).chain(listed(text("cc")));
                let to: Vec<_> = to.map(|mailbox| mailbox.email).collect();
                if to.is_empty() {
                    return Err(wrong("it goes to nobody".to_owned()));
                }
                sender.send(&from, &to, &message.source()).await?;
                Ok(json!({ "message_id": id }))
            }
            _ => Err(self.unknown(tool)),
        }
    }

    fn tools(&self) -> impl Iterator<Item = (&'static str, Tool)> {
        let draft = Tool {
            description: "Places an email among the drafts of the mailbox. It is not sent."
                .to_owned(),
            effect: Effect::Write,
            input: input(),
            output: Some(output(
                json!({ "folder": { "type": "string" }, "placed": { "type": "boolean" } }),
            )),
            // It is known by its id, and not placed twice.
            idempotent: true,
        };
        let send = Tool {
            description: "Sends an email.".to_owned(),
            effect: Effect::Irreversible,
            input: input(),
            output: Some(output(json!({}))),
            idempotent: false,
        };
        let draft = self.drafts.as_ref().map(|_| (CREATE_DRAFT, draft));
        let send = self.sender.as_ref().map(|_| (SEND_EMAIL, send));
        draft.into_iter().chain(send)
    }

    fn unknown(&self, tool: &str) -> ConnectError {
        ConnectError::unknown(format!("There is no tool `{tool}`."))
            .maybe_help(did_you_mean(tool, self.tools().map(|(name, _)| name)))
    }
}

fn input() -> Value {
    let text = |about: &str| json!({ "type": "string", "description": about });
    json!({
        "type": "object",
        "properties": {
            "to": text("The address, or addresses with commas between them"),
            "cc": text("Who gets a copy"),
            "subject": text("The subject"),
            "text": text("The text; Markdown is sent as HTML too"),
            "date": text("When it was written, as 2026-11-16T09:30:00Z; now without it")
        },
        "required": ["to", "subject", "text"],
        "additionalProperties": false
    })
}

fn output(more: Value) -> Value {
    let mut properties = Map::new();
    properties.insert("message_id".to_owned(), json!({ "type": "string" }));
    properties.extend(more.as_object().cloned().unwrap_or_default());
    json!({ "type": "object", "properties": properties })
}

#[async_trait]
impl Connection for MailConnection {
    async fn describe(&self) -> Result<ConnectionInfo, ConnectError> {
        let tools = self.tools().map(|(name, tool)| (name.to_owned(), tool));
        Ok(ConnectionInfo {
            kind: "mail".to_owned(),
            about: self.about.clone(),
            tools: tools.collect(),
            ..ConnectionInfo::default()
        })
    }

    async fn scan(&self, scan: Scan) -> Result<RowStream, ConnectError> {
        Err(no_table(&scan.table, []))
    }

    async fn call(&self, tool: &str, arguments: Row) -> Result<Value, ConnectError> {
        let whole = Value::Object(arguments.clone()).to_string();
        let digest = Sha256::digest(whole.as_bytes());
        let key: String = digest.iter().take(16).map(|b| format!("{b:02x}")).collect();
        self.call_once(tool, arguments, &key).await
    }

    async fn call_once(
        &self,
        tool: &str,
        arguments: Row,
        key: &str,
    ) -> Result<Value, ConnectError> {
        check_names(tool, &input(), &arguments)?;
        self.carry_out(tool, &arguments, key).await
    }

    async fn reach(&self) -> Result<Option<String>, ConnectError> {
        let mut found = Vec::new();
        if let Some(drafts) = &self.drafts {
            found.push(format!("drafts go to `{}`", drafts.reach().await?));
        }
        if let Some(sender) = &self.sender {
            sender.reach().await?;
            found.push("it can send".to_owned());
        }
        Ok(Some(found.join(", ")))
    }

    async fn update(&self, table: &str, _: &Row, _: &Row) -> Result<u64, ConnectError> {
        Err(no_table(table, []))
    }
}
