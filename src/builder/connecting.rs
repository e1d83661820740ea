//! Connections that come up in a conversation: drafted by the model, agreed to by the person, who
//! types the secrets, tried, and kept.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::question::is_yes;
use super::tools::{DraftConnection, KeepConnection};
use super::{Answer, Face, Question, Resources, Session};
use crate::connect::{Connections, ConnectionsConfig, DraftedConnection, Host, Reach};
use crate::diag::Result;
use crate::model::ToolCall;
use crate::store::{Workspace, set_variable};

/// What a conversation knows of connections that are drafted in it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Connecting {
    /// The draft that was tried last, and has answered.
    pub tried: Option<Tried>,
    /// What the person has agreed to.
    pub agreed: Vec<String>,
    /// The connection that was kept just now, until it is taken in.
    pub kept: Option<String>,
    /// Has the model been told how a connection is described?
    pub guided: bool,
}

/// A draft that was tried.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Tried {
    /// What it is called.
    pub name: String,
    /// The service, as it was described.
    pub description: Json,
    /// Has anything of it been read?
    pub was_read: bool,
}

impl Session {
    /// Returns the question that a call about a connection raises, unless it was agreed to.
    pub(super) fn question_of_connection(&self, call: &ToolCall) -> Option<Question> {
        if self.connecting.agreed.contains(&self.agreement(call)) {
            return None;
        }
        match call.name.as_str() {
            "draft_connection" => DraftConnection::question(call),
            _ => KeepConnection::question(call, self.connecting.tried.as_ref()),
        }
    }

    /// Has the person agreed to the call that is under way?
    pub(super) fn has_agreed(&self) -> bool {
        let call = self.pending.first();
        call.is_some_and(|call| self.connecting.agreed.contains(&self.agreement(call)))
    }

    /// Takes the answer to the question about the call under way.
    pub(super) fn answered_about_connection(&mut self, answer: &Answer) {
        let refusal = match answer {
            Answer::Words(words) if is_yes(words) => {
                let agreed = self.pending.first().map(|call| self.agreement(call));
                self.connecting.agreed.extend(agreed);
                return;
            }
            Answer::Words(words) => format!("The user does not agree: {words}"),
            Answer::Nobody => NOBODY_AGREES.to_owned(),
        };
        self.answered_by_tool(refusal, true);
    }

    /// Returns what an agreement is known by: a try by what it reaches, unless the secrets are to be
    /// typed anew; all else is asked each time.
    fn agreement(&self, call: &ToolCall) -> String {
        match DraftConnection::drafted(call) {
            Some((drafted, false)) => consent(&drafted.name, &drafted.reach),
            _ => format!("{}#{}", self.messages.len(), call.id),
        }
    }
}

/// What the model is told where nobody can agree.
const NOBODY_AGREES: &str = "Nobody is here to agree to it, so it is not done. Tell the user at the end that connections are set up in the chat (`sopwright`), or with `sopwright connections add`.";

/// Returns what the person agrees to, unless nothing is asked about the call.
pub(super) fn consent(name: &str, reach: &Reach) -> String {
    let hosts = reach.hosts.iter().map(told).collect::<Vec<_>>().join(", ");
    let mut text = format!("May I reach {hosts}, to try the connection {name}?");
    for secret in &reach.secrets {
        text += &format!(
            "\nIt sends a secret that you type next, unseen by the model: {}",
            secret.ask
        );
    }
    let reads = reach.tables.iter().chain(&reach.reads);
    let reads: Vec<&str> = reads.map(String::as_str).collect();
    if !reads.is_empty() {
        text += &format!("\nIt reads {}.", reads.join(", "));
    }
    if !reach.posts.is_empty() {
        text += &format!(
            "\nOf these, {} could by their kind change something; the model says that they only look things up.",
            reach.posts.join(", ")
        );
    }
    text
}

fn told(host: &Host) -> String {
    match (host.is_near, host.is_encrypted) {
        (true, _) => format!("{} (within your own network)", host.address),
        (false, false) => format!("{} (NOT encrypted: others can read it)", host.address),
        (false, true) => host.address.clone(),
    }
}

/// Asks a person about a connection, and before it is tried for its secrets, which are written down
/// and told to nobody.
///
/// # Errors
/// Why it cannot be tried, for the model.
pub(super) async fn ask(
    question: &mut Question,
    session: &Session,
    resources: &Resources,
    face: &mut dyn Face,
) -> std::result::Result<Answer, String> {
    let drafted = session.pending.first().and_then(DraftConnection::drafted);
    let Some((drafted, anew)) = drafted else {
        return Ok(face.ask(question).await);
    };
    if resources.connections.get(&drafted.name).is_some() {
        return Err(format!(
            "There is a connection `{}` already: choose another name.",
            drafted.name
        ));
    }
    let is_set = |variable: &str| !anew && resources.workspace.variable(variable).is_some();
    let (there, lacking): (Vec<_>, Vec<_>) = drafted
        .reach
        .secrets
        .iter()
        .partition(|secret| is_set(&secret.variable));
    if !there.is_empty() {
        let there: Vec<&str> = there.iter().map(|s| s.variable.as_str()).collect();
        question.why = Some(format!("Set already, and sent: {}.", there.join(", ")));
    }
    let answer = face.ask(question).await;
    if !matches!(&answer, Answer::Words(words) if is_yes(words)) {
        return Ok(answer);
    }
    for secret in lacking {
        let typed = face.secret(&secret.ask).await.unwrap_or_default();
        if typed.trim().is_empty() {
            if secret.is_optional {
                continue;
            }
            return Err("The user typed no secret, so it was not tried.".to_owned());
        }
        set_variable(resources.workspace.root(), &secret.variable, typed.trim())
            .map_err(|error| format!("The secret could not be kept: {error}"))?;
    }
    Ok(answer)
}

/// Returns what the person agrees to when a connection is kept.
pub(super) fn keeping(tried: &Tried, drafted: &DraftedConnection, writable: bool) -> String {
    let reach = &drafted.reach;
    let mut text = format!("Keep the connection {}?", tried.name);
    if !reach.tables.is_empty() {
        text += &format!("\nTables: {}.", reach.tables.join(", "));
    }
    if !reach.reads.is_empty() {
        text += &format!("\nLooks up: {}.", reach.reads.join(", "));
    }
    if !reach.writes.is_empty() {
        text += &format!(
            "\nWrites, with your approval in a run: {}.",
            reach.writes.join(", ")
        );
    }
    if writable && !reach.updates.is_empty() {
        text += &format!(
            "\nUpdates that you approve may change records of {}.",
            reach.updates.join(", ")
        );
    }
    if !tried.was_read {
        text += "\nNothing of it could be tried: it has nothing that is read.";
    }
    text
}

impl Resources {
    /// Takes in a connection that was added to the settings.
    ///
    /// # Errors
    /// If the settings cannot be read.
    pub(super) async fn take_in(&mut self, name: &str) -> Result<()> {
        self.workspace = Workspace::open(Some(self.workspace.root()), self.workspace.root())?;
        let settings = self.workspace.settings();
        let Some(config) = settings.connections.get(name) else {
            return Ok(());
        };
        let config = ConnectionsConfig::from([(name.to_owned(), config.clone())]);
        let opened = Connections::open(&config, self.workspace.root(), &|variable| {
            self.workspace.variable(variable)
        });
        let mut catalog = (*self.catalog).clone();
        catalog
            .connections
            .extend(opened.catalog().await.connections);
        self.catalog = std::sync::Arc::new(catalog);
        let mut connections = (*self.connections).clone();
        if let Some(opened) = opened.get(name) {
            connections.register(name, opened.clone());
        }
        self.connections = std::sync::Arc::new(connections);
        Ok(())
    }
}
