//! By which way something leaves: as a file here, or by a connection that takes it.

use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use crate::connect::{Catalog, ConnectionConfig};
use crate::diag::{Error, Result, did_you_mean};
use crate::engine::{Content, Delivery, ToolRequest};
use crate::spec::{Approval, OutputKind, Workflow};
use crate::store::Settings;

/// The tool of a connection that takes drafts of email.
const CREATE_DRAFT: &str = "create_draft";
/// The tool of a connection that sends email.
const SEND_EMAIL: &str = "send_email";
/// The tool of a connection that takes messages.
const POST_MESSAGE: &str = "post_message";

/// What the settings say of the ways by which things leave.
#[derive(Debug, Clone, Default)]
pub struct Ways {
    email: Option<EmailWay>,
}

#[derive(Debug, Clone)]
struct EmailWay {
    connection: String,
    /// Is it sent once it is approved?
    sends: bool,
    /// Who it is from, where the connection says so.
    from: Option<String>,
}

impl EmailWay {
    /// Returns the tool by which it leaves.
    fn tool(&self) -> &'static str {
        match self.sends {
            true => SEND_EMAIL,
            false => CREATE_DRAFT,
        }
    }

    /// Says why it cannot leave, where there is no such tool.
    fn lack(&self, catalog: &Catalog) -> String {
        let connection = &self.connection;
        let info = catalog.connections.get(connection);
        match info.and_then(|info| info.problem.as_deref()) {
            Some(problem) => format!("`{connection}` cannot be used: {problem}"),
            None if self.sends => format!("`{connection}` sends no email: it has no `smtp`"),
            None => format!("`{connection}` takes no drafts of email: it has no `imap`"),
        }
    }
}

/// How something leaves.
pub(super) enum Way {
    /// It does not: it is a file, or a change of a row.
    Stays,
    /// By a call of a tool.
    Call(ToolRequest),
    /// Nothing takes it: why.
    Nowhere(String),
}

impl Ways {
    /// Reads them.
    ///
    /// # Errors
    /// For a connection that is none.
    pub fn of(settings: &Settings) -> Result<Self> {
        let outputs = &settings.outputs;
        let Some(connection) = &outputs.email else {
            return match outputs.send {
                false => Ok(Ways::default()),
                true => Err(
                    Error::input("`send` of [outputs] is set, and nothing sends").help(
                        "Name the connection of the mailbox: `email = \"NAME\"` under [outputs].",
                    ),
                ),
            };
        };
        let Some(config) = settings.connections.get(connection) else {
            let known = settings.connections.keys().map(String::as_str);
            let help = did_you_mean(connection, known);
            return Err(Error::input(format!(
                "`email` of [outputs] names no connection: `{connection}`"
            ))
            .help(help.unwrap_or_else(|| {
                format!("Add a section [connections.{connection}] to sopwright.toml.")
            })));
        };
        let from = match config {
            ConnectionConfig::Mail(mail) => mail.from.clone(),
            _ => None,
        };
        let email = EmailWay {
            connection: connection.clone(),
            sends: outputs.send,
            from,
        };
        Ok(Ways { email: Some(email) })
    }

    /// Says before a run begins what would keep each of its emails from leaving.
    ///
    /// # Errors
    /// If the connection that is named for email does not take it.
    pub(super) fn ready(&self, catalog: &Catalog, workflow: &Workflow) -> Result<()> {
        let outputs = &workflow.outputs;
        let has_email = outputs
            .iter()
            .any(|output| matches!(output.kind, OutputKind::EmailDraft(_)));
        match &self.email {
            Some(email) if has_email && catalog.tool(&email.connection, email.tool()).is_none() => {
                let told = Error::unavailable("The emails of this run could not leave");
                Err(told.because(email.lack(catalog)).help(
                    "Mend the connection in sopwright.toml, or take `email` out of [outputs]: emails are files then. `sopwright doctor` tries it.",
                ))
            }
            _ => Ok(()),
        }
    }

    /// Returns who email is from, where that is known.
    pub(super) fn from(&self) -> Option<&str> {
        self.email.as_ref()?.from.as_deref()
    }

    /// Does it wait for a person before it leaves? An email that is sent always does.
    pub(super) fn waits(&self, delivery: &Delivery) -> bool {
        let sends = self.email.as_ref().is_some_and(|email| email.sends);
        let is_email = matches!(delivery.content, Content::EmailDraft { .. });
        delivery.approval == Approval::Required || (is_email && sends)
    }

    /// Returns how something leaves. `at` is when an email was written.
    pub(super) fn way(&self, catalog: &Catalog, delivery: &Delivery, at: Timestamp) -> Way {
        match &delivery.content {
            Content::Call { tool, arguments } => {
                Way::Call(request_of(&delivery.output, tool, arguments))
            }
            Content::Message { to, text } => {
                let (connection, channel) = to.split_once('.').unwrap_or((to, ""));
                if !catalog.connections.contains_key(connection) {
                    return Way::Nowhere(format!(
                        "nothing connects to {connection} yet, so it was not sent to {to}"
                    ));
                }
                // A service that knows channels by their ids calls them so.
                let values = [
                    ("channel", channel),
                    ("channel_id", channel),
                    ("text", text),
                ];
                calling(catalog, delivery, (connection, POST_MESSAGE), &values).unwrap_or_else(
                    || {
                        Way::Nowhere(format!(
                            "`{connection}` takes no messages, so it was not sent to {to}"
                        ))
                    },
                )
            }
            Content::EmailDraft {
                to,
                cc,
                subject,
                body,
            } => {
                let Some(email) = &self.email else {
                    return Way::Stays;
                };
                let date = at.to_string();
                let mut values = vec![("to", to.as_str()), ("subject", subject), ("text", body)];
                values.extend(
                    cc.as_deref()
                        .filter(|cc| !cc.is_empty())
                        .map(|cc| ("cc", cc)),
                );
                values.push(("date", &date));
                let tool = (email.connection.as_str(), email.tool());
                calling(catalog, delivery, tool, &values)
                    .unwrap_or_else(|| Way::Nowhere(email.lack(catalog)))
            }
            Content::Document { .. }
            | Content::Table { .. }
            | Content::Update { .. }
            | Content::Question(_) => Way::Stays,
        }
    }
}

/// Returns the call of a tool with those of the values that it takes; `None` where there is no
/// such tool.
fn calling(
    catalog: &Catalog,
    delivery: &Delivery,
    (connection, name): (&str, &str),
    values: &[(&str, &str)],
) -> Option<Way> {
    let tool = catalog.tool(connection, name)?;
    let takes = |name: &str| tool.input["properties"].get(name).is_some();
    let arguments: Map<String, Json> = values
        .iter()
        .filter(|(name, _)| takes(name))
        .map(|(name, value)| ((*name).to_owned(), (*value).into()))
        .collect();
    let tool = format!("{connection}.{name}");
    Some(Way::Call(request_of(&delivery.output, &tool, &arguments)))
}

/// Returns the request of a call that is an output.
pub(super) fn request_of(output: &str, tool: &str, arguments: &Map<String, Json>) -> ToolRequest {
    ToolRequest {
        step: output.to_owned(),
        tool: tool.to_owned(),
        arguments: arguments.clone(),
        retry: None,
        timeout: None,
    }
}

/// Returns what is told of something that left by a call.
pub(super) fn told(delivery: &Delivery, request: &ToolRequest) -> String {
    let (connection, tool) = request.tool.split_once('.').unwrap_or((&request.tool, ""));
    match &delivery.content {
        Content::EmailDraft { .. } if tool == CREATE_DRAFT => {
            format!("placed among the drafts of {connection}")
        }
        Content::EmailDraft { to, .. } | Content::Message { to, .. } => format!("sent to {to}"),
        _ => format!("{} was called", request.tool),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    fn ways(text: &str) -> Result<Ways> {
        Ways::of(&toml::from_str(text).unwrap())
    }

    const MAIL: &str = "[connections.box]\nkind = 'mail'\nimap = 'x'\n[outputs]\nemail = 'box'\n";

    fn catalog(tools: Json) -> Catalog {
        serde_json::from_value(json!({ "connections": { "box": { "kind": "x", "tools": tools } } }))
            .unwrap()
    }

    fn tool(inputs: &[&str]) -> Json {
        let properties: Map<String, Json> = inputs
            .iter()
            .map(|name| ((*name).to_owned(), json!({})))
            .collect();
        json!({ "description": "x", "effect": "write", "idempotent": true,
            "input": { "properties": properties } })
    }

    fn delivery(content: Json) -> Delivery {
        let mut delivery = json!({ "output": "o", "approval": "not_needed" });
        delivery
            .as_object_mut()
            .unwrap()
            .extend(content.as_object().unwrap().clone());
        serde_json::from_value(delivery).unwrap()
    }

    fn called(way: Way) -> (String, Json) {
        match way {
            Way::Call(request) => (request.tool, request.arguments.into()),
            Way::Stays => panic!("it stays"),
            Way::Nowhere(why) => panic!("{why}"),
        }
    }

    #[test]
    fn a_draft_stays_here_until_a_mailbox_is_named() {
        let email =
            delivery(json!({ "kind": "email_draft", "to": "a@b.c", "subject": "S", "body": "B" }));
        let at = Timestamp::UNIX_EPOCH;
        let none = ways("").unwrap();
        assert!(matches!(
            none.way(&Catalog::default(), &email, at),
            Way::Stays
        ));
        assert!(!none.waits(&email));
        let placed = ways(MAIL).unwrap();
        // What takes drafts as others do is given what it takes.
        let gmail = catalog(json!({ "create_draft": tool(&["to", "cc", "subject", "text"]) }));
        assert_eq!(
            called(placed.way(&gmail, &email, at)),
            (
                "box.create_draft".to_owned(),
                json!({ "to": "a@b.c", "subject": "S", "text": "B" })
            )
        );
        assert!(!placed.waits(&email));
        let sent = ways(&format!("{MAIL}send = true")).unwrap();
        assert!(sent.waits(&email));
        let Way::Nowhere(why) = sent.way(&gmail, &email, at) else {
            panic!("it cannot be sent");
        };
        assert!(why.starts_with("`box` sends no email"), "{why}");
        let mail = catalog(json!({ "send_email": tool(&["to", "subject", "text", "date"]) }));
        let (tool, arguments) = called(sent.way(&mail, &email, at));
        assert_eq!(
            (tool.as_str(), &arguments["date"]),
            ("box.send_email", &json!("1970-01-01T00:00:00Z"))
        );
    }

    #[test]
    fn a_message_goes_to_what_is_named_before_the_dot() {
        let ways = ways("").unwrap();
        let at = Timestamp::UNIX_EPOCH;
        let message = |to: &str| delivery(json!({ "kind": "message", "to": to, "text": "Hi" }));
        let by_id = catalog(json!({ "post_message": tool(&["channel_id", "text", "thread"]) }));
        assert_eq!(
            called(ways.way(&by_id, &message("box.cs.alerts"), at)),
            (
                "box.post_message".to_owned(),
                json!({ "channel_id": "cs.alerts", "text": "Hi" })
            )
        );
        for (to, expected) in [
            ("slack.x", "nothing connects to slack"),
            ("box.x", "takes no messages"),
        ] {
            let Way::Nowhere(why) = ways.way(&catalog(json!({})), &message(to), at) else {
                panic!("nothing takes it");
            };
            assert!(why.contains(expected), "{why}");
        }
    }

    #[test]
    fn settings_that_lead_nowhere_are_told() {
        let wrong =
            ways("[connections.mailbox]\nkind = 'mail'\nimap = 'x'\n[outputs]\nemail = 'mailbx'");
        assert!(wrong.unwrap_err().help.unwrap().contains("`mailbox`"));
        assert!(ways("[outputs]\nsend = true").is_err());
    }
}
