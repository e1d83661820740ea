//! What an execution wants, and what comes of it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::{Outcome, Rows};
use crate::spec::{Approval, Example, Retry};

/// What an execution wants next.
#[derive(Debug, Clone)]
pub enum Action {
    /// The rows of a table that belong to the case.
    Pull(PullRequest),
    /// A call of a tool.
    Call(ToolRequest),
    /// One model call.
    Llm(LlmRequest),
    /// A goal pursued by a model with tools.
    Agent(AgentRequest),
    /// A person's answer.
    Ask(PersonRequest),
    /// To go on later.
    Wait(WaitRequest),
    /// To know whether it is chosen among the cases that wait at the same step.
    Select(Candidate),
    /// Something made for the world outside.
    Deliver(Delivery),
    /// Nothing: the case has its outcome.
    Finish(Box<Outcome>),
}

impl Action {
    /// Does something outside answer to it, or take it in?
    pub fn is_outside(&self) -> bool {
        matches!(
            self,
            Action::Call(_) | Action::Llm(_) | Action::Agent(_) | Action::Deliver(_)
        )
    }
}

/// The rows of a table that belong to a case.
#[derive(Debug, Clone, PartialEq)]
pub struct PullRequest {
    /// The name of the data pull.
    pub name: String,
    /// Column -> what it must be.
    pub wanted: Vec<(String, Wanted)>,
}

/// What a column must be.
#[derive(Debug, Clone, PartialEq)]
pub enum Wanted {
    /// Equal to a value.
    Equal(Json),
    /// Alike a name.
    Like {
        /// The name.
        name: String,
        /// The least similarity.
        at_least: f64,
        /// From here on, it needs no confirmation.
        sure: f64,
    },
}

/// A call of a tool within the flow.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolRequest {
    /// The id of the step.
    pub step: String,
    /// `connection.tool`.
    pub tool: String,
    /// Its arguments.
    pub arguments: Map<String, Json>,
    /// How what is transient is tried again.
    pub retry: Option<Retry>,
    /// The longest it may take, as the workflow writes it.
    pub timeout: Option<String>,
}

/// One model call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LlmRequest {
    /// The id of the step.
    pub step: String,
    /// What to do.
    pub instructions: String,
    /// The facts.
    pub input: Json,
    /// JSON Schema properties of the answer.
    pub returns: Map<String, Json>,
    /// Worked examples.
    pub examples: Vec<Example>,
}

/// A goal that a model pursues with tools that only read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AgentRequest {
    /// The id of the step.
    pub step: String,
    /// What is to be found out.
    pub goal: String,
    /// The facts that it starts from.
    pub input: Json,
    /// The tools that it may call, as `connection.tool`.
    pub tools: Vec<String>,
    /// The most model calls.
    pub max_turns: u32,
    /// JSON Schema properties of the answer.
    pub returns: Map<String, Json>,
}

/// A question to a person within the flow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PersonRequest {
    /// The id of the step.
    pub step: String,
    /// The question.
    pub question: String,
    /// Who is asked, if somebody is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<String>,
    /// The answers to choose from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
    /// JSON Schema properties of the answer, where there are no choices.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub returns: Map<String, Json>,
    /// How long it waits, as the workflow writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
}

/// A wait within the flow, for one of the three.
#[derive(Debug, Clone, PartialEq)]
pub struct WaitRequest {
    /// The id of the step.
    pub step: String,
    /// How long, as the workflow writes it.
    pub duration: Option<String>,
    /// Until when, RFC 3339.
    pub until: Option<String>,
    /// For what event.
    pub event: Option<String>,
    /// The longest that it waits for the event.
    pub timeout: Option<String>,
}

/// A case that waits to be chosen among others.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The id of the step.
    pub step: String,
    /// Is it considered at all?
    pub eligible: bool,
    /// What it is ranked by, with whether the highest comes first.
    pub order: Vec<(Json, bool)>,
    /// Its group.
    pub group: Option<Json>,
}

/// Something made for the world outside.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Delivery {
    /// The id of the output.
    pub output: String,
    /// Whether it waits for a person.
    pub approval: Approval,
    /// What it is.
    #[serde(flatten)]
    pub content: Content,
}

/// What is delivered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Content {
    /// A file.
    Document {
        /// Its name.
        file: String,
        /// Its content.
        body: String,
        /// Is the file made of Markdown, which its ending does not say?
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        markdown: bool,
    },
    /// A table: CSV, or a workbook by the ending of its name.
    Table {
        /// Its name.
        file: String,
        /// Its headings.
        columns: Vec<String>,
        /// Its rows.
        rows: Vec<Vec<Json>>,
    },
    /// An email as a draft.
    EmailDraft {
        /// The recipient.
        to: String,
        /// Who gets a copy.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        cc: Option<String>,
        /// The subject.
        subject: String,
        /// The text.
        body: String,
    },
    /// A message.
    Message {
        /// Where to.
        to: String,
        /// What it says.
        text: String,
    },
    /// Fields of a row.
    Update {
        /// `connection.table`.
        table: String,
        /// Which row.
        key: Map<String, Json>,
        /// What is set.
        set: Map<String, Json>,
    },
    /// A call of a tool that writes.
    Call {
        /// `connection.tool`.
        tool: String,
        /// Its arguments.
        arguments: Map<String, Json>,
    },
    /// A question that a step asks: it waits in the inbox like what is made, and never leaves.
    Question(PersonRequest),
}

/// What came of an action.
#[derive(Debug, Clone)]
pub enum Event {
    /// Of [`Action::Pull`].
    Pulled(Result<Rows, Failure>),
    /// Of [`Action::Call`].
    Called(Result<Json, Failure>),
    /// Of [`Action::Llm`], [`Action::Agent`], [`Action::Ask`] and [`Action::Wait`].
    Answered(Result<Json, Failure>),
    /// Of [`Action::Ask`]: nobody answered in time.
    Unanswered,
    /// Of [`Action::Select`].
    Selected(super::Choice),
    /// Of [`Action::Deliver`].
    Delivered(Result<(), Failure>),
}

/// Why something did not work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What `on_error` can name: the tool's own code, or `unavailable`, `invalid_answer`, `expression`.
    pub code: String,
    /// One sentence.
    pub message: String,
    /// May it work when tried again?
    pub transient: bool,
}

impl Failure {
    /// Returns a failure that trying again does not mend.
    pub fn last(code: impl Into<String>, message: impl Into<String>) -> Self {
        Failure {
            code: code.into(),
            message: message.into(),
            transient: false,
        }
    }
}
