//! What each preset keeps to, whatever the service: pages, waits, tokens, partial failure.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::Noted;
use super::desk::{Desk, in_order};
use crate::connect::rest::held::Held;
use crate::connect::rest::{RestConnection, presets};
use crate::connect::{ConnectError, ConnectErrorKind, Connection, RestConfig, Row, Scan};

/// A preset with the server that stands in for its service.
pub struct Contract {
    /// What `services/NAME.json` says.
    said: Value,
    desk: Desk,
    connection: RestConnection,
    waits: Arc<Noted>,
}

impl Contract {
    async fn open(preset: &str, said: &str) -> Self {
        let said: Value = serde_json::from_str(said).unwrap();
        let strings = |value: &Value| -> Vec<String> {
            let list = value.as_array().into_iter().flatten();
            list.map(|text| text.as_str().unwrap().to_owned()).collect()
        };
        let answers = said["answers"].as_array().unwrap().clone();
        let desk = Desk::start(answers, strings(&said["needs"])).await;
        // The preset as it is, but for where its service is.
        let mut text = presets::text(preset).unwrap().to_owned();
        for host in strings(&said["hosts"]) {
            assert!(text.contains(&host), "{preset} does not name {host}");
            text = text.replace(&host, desk.url());
        }
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("service.toml"), text).unwrap();
        let config = json!({ "description": "service.toml", "set": said["set"], "writable": true,
            "limits": { "per_second": 100_000.0, "at_once": 64 }, "since": said.get("since") });
        let config: RestConfig = serde_json::from_value(config).unwrap();
        let secrets = said["secrets"].clone();
        let env = move |name: &str| Some(secrets.get(name)?.as_str()?.to_owned());
        let mut connection = RestConnection::open(&config, folder.path(), &env).unwrap();
        let waits = Arc::new(Noted::default());
        connection.held = Held::new(Duration::ZERO);
        connection.pause = waits.clone();
        connection.now = || "2026-11-16T08:00:00Z".parse().unwrap();
        Contract {
            said,
            desk,
            connection,
            waits,
        }
    }

    fn table(&self) -> &str {
        self.said["table"].as_str().unwrap()
    }

    /// The lines of the requests that read the table, page by page.
    fn pages(&self) -> Vec<String> {
        let pages = self.said["pages"].as_array().unwrap();
        pages
            .iter()
            .map(|page| in_order(page.as_str().unwrap()))
            .collect()
    }

    /// Lets the next request for the last page go wrong.
    fn last_page_fails(&self, head: &str, body: &Value) {
        let page = self.pages().pop().unwrap();
        let bodies = self.said["bodies"].as_array();
        let asked = bodies.map(|bodies| bodies.last().unwrap());
        self.desk.fails_for((&page, asked), head, body);
    }

    async fn rows(&self) -> Result<Value, ConnectError> {
        let stream = self.connection.scan(Scan::all(self.table())).await?;
        let rows = stream.collect(usize::MAX).await?;
        Ok(rows.into_iter().map(Value::Object).collect())
    }

    /// The lines of what was asked since, but for tokens.
    fn lines(&self, since: usize) -> Vec<String> {
        let token = self.said["token"].as_str().unwrap_or("no token");
        let asked = self.desk.asked(since).into_iter().map(|asked| asked.line);
        asked.filter(|line| line != token).collect()
    }

    fn tokens(&self, since: usize) -> usize {
        let token = self.said["token"].as_str().unwrap_or("no token");
        let asked = self.desk.asked(since);
        asked.iter().filter(|asked| asked.line == token).count()
    }

    fn holds_no_secret(&self, error: &ConnectError) {
        let told = format!("{error:?}");
        for (_, secret) in self.said["secrets"].as_object().unwrap() {
            assert!(!told.contains(secret.as_str().unwrap()), "{told}");
        }
    }

    async fn offers_what_it_says(&self) {
        let info = self.connection.describe().await.unwrap();
        assert_eq!(info.problem, None);
        let mut tables: Vec<&String> = info.tables.keys().collect();
        tables.sort_unstable();
        assert_eq!(json!(tables), self.said["tables"]);
        let tools: Row = info
            .tools
            .iter()
            .map(|(name, tool)| (name.clone(), json!([tool.effect, tool.idempotent])))
            .collect();
        assert_eq!(Value::Object(tools), self.said["tools"]);
        for (name, table) in &info.tables {
            let updates = self.said["updates"].as_array().into_iter().flatten();
            let is_updated = updates
                .into_iter()
                .any(|update| update["table"] == name.as_str());
            assert_eq!(table.writable, is_updated, "{name}");
        }
    }

    async fn reads_every_page(&self) {
        let before = self.desk.count();
        assert_eq!(self.rows().await.unwrap(), self.said["rows"]);
        assert_eq!(self.lines(before), self.pages());
        if let Some(bodies) = self.said["bodies"].as_array() {
            let asked = self.desk.asked(before).into_iter().map(|asked| asked.body);
            assert_eq!(&asked.collect::<Vec<_>>(), bodies);
        }
    }

    async fn waits_where_it_is_asked_to(&self) {
        let before = self.desk.count();
        let page = self.pages().last().unwrap().clone();
        let busy = self.said.get("busy").cloned().unwrap_or_default();
        self.last_page_fails("429 Too Many Requests\r\nRetry-After: 7", &busy);
        assert_eq!(self.rows().await.unwrap(), self.said["rows"]);
        assert_eq!(self.waits.seconds(), [7]);
        // The page is asked for again, and no other.
        let mut lines = self.pages();
        lines.push(page);
        assert_eq!(self.lines(before), lines);
    }

    async fn takes_no_half_table_for_a_whole_one(&self) {
        self.last_page_fails("500 Internal Server Error", &Value::Null);
        let error = self.rows().await.unwrap_err();
        assert!(error.is_transient(), "{error}");
        let table = format!("The table `{}`", self.table());
        assert!(error.message.starts_with(&table), "{error}");
        self.holds_no_secret(&error);
    }

    async fn renews_a_token_or_says_that_it_expired(&self) {
        let before = self.desk.count();
        let status = self.said["expired_status"]
            .as_str()
            .unwrap_or("401 Unauthorized");
        self.last_page_fails(status, &self.said["expired"]);
        if self.said.get("token").is_some() {
            assert_eq!(self.rows().await.unwrap(), self.said["rows"]);
            assert_eq!(self.tokens(before), 1, "the token is fetched once more");
            // Where the new one is refused too, that is the end of it.
            self.last_page_fails(status, &self.said["expired"]);
            self.last_page_fails(status, &self.said["expired"]);
        }
        let error = self.rows().await.unwrap_err();
        assert_eq!(error.kind, ConnectErrorKind::Final);
        assert!(error.message.contains("does not let us in"), "{error}");
        assert!(error.help.is_some());
        self.holds_no_secret(&error);
    }

    async fn changes_what_it_is_told(&self) {
        for update in self.said["updates"].as_array().into_iter().flatten() {
            let row = |name: &str| update[name].as_object().unwrap().clone();
            let table = update["table"].as_str().unwrap();
            let before = self.desk.count();
            let changed = self
                .connection
                .update(table, &row("key"), &row("set"))
                .await;
            assert_eq!(changed.unwrap(), 1);
            let asked = self.desk.asked(before).pop().unwrap();
            assert_eq!(in_order(update["ask"].as_str().unwrap()), asked.line);
            assert_eq!(update["body"], asked.body);
        }
    }

    async fn calls_tools_as_they_are_documented(&self) {
        let mut called = Vec::new();
        for call in self.said["calls"].as_array().into_iter().flatten() {
            let tool = call["tool"].as_str().unwrap();
            called.push(tool);
            let arguments = call["arguments"].as_object().unwrap().clone();
            let before = self.desk.count();
            let given = self.connection.call_once(tool, arguments, "key-1").await;
            assert_eq!(given.unwrap(), call["gives"], "{tool}");
            let asked = self.desk.asked(before).pop().unwrap();
            assert_eq!(in_order(call["ask"].as_str().unwrap()), asked.line);
            assert_eq!(call["body"], asked.body, "{tool}");
            let is_read = self.said["tools"][tool][0] == "read";
            assert_eq!(
                asked.head.contains(": key-1"),
                !is_read,
                "{tool}: {}",
                asked.head
            );
        }
        for tool in self.said["tools"].as_object().unwrap().keys() {
            assert!(called.contains(&tool.as_str()), "{tool} is not called");
        }
    }
}

/// Holds a preset to its contract.
pub async fn holds(preset: &str, said: &str) {
    let contract = Contract::open(preset, said).await;
    contract.offers_what_it_says().await;
    contract.reads_every_page().await;
    contract.waits_where_it_is_asked_to().await;
    contract.takes_no_half_table_for_a_whole_one().await;
    contract.renews_a_token_or_says_that_it_expired().await;
    contract.changes_what_it_is_told().await;
    contract.calls_tools_as_they_are_documented().await;
}

/// Returns what is wrong with a section.
pub fn refused(section: &str) -> ConnectError {
    let config: RestConfig = toml::from_str(section).unwrap();
    let opened = RestConnection::open(&config, Path::new("no-workspace"), &|_| None);
    opened.err().expect("it is refused")
}
