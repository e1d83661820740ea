//! The steps of a case.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::tagged::tagged;
use super::{Approval, Expr, OnError, Text};

/// The fields that every step has.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StepCommon {
    /// Its name in later expressions.
    #[schemars(regex(pattern = r"^[a-z][a-z0-9_]{0,39}$"))]
    pub id: String,
    /// It is skipped where this does not hold; its fields are then missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Expr>,
    /// Numbers of the SOP statements that it carries out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sop: Vec<usize>,
    /// What happens when it fails.
    #[serde(default, skip_serializing_if = "OnError::is_default")]
    pub on_error: OnError,
    /// How what is transient is tried again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry: Option<Retry>,
    /// The longest it may take, such as `30s`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^[0-9]+(ms|s|m|h|d)$"))]
    pub timeout: Option<String>,
}

/// How what is transient (429, 5xx, time-outs) is tried again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Retry {
    /// How often in all.
    #[schemars(range(min = 1, max = 10))]
    pub attempts: u32,
    /// The first wait, doubled each time, such as `2s`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^[0-9]+(ms|s|m)$"))]
    pub backoff: Option<String>,
}

tagged! {
    /// One thing done for a case.
    Step, StepKind, common StepCommon ["id", "when", "sop", "on_error", "retry", "timeout"], {
        /// works out named values; result: the values
        Compute(Compute) = "compute",
        /// the first rule that holds gives its fields; result: the fields, and `because`
        Decide(Decide) = "decide",
        /// calls a connection's tool; result: what it answers
        Call(Call) = "call",
        /// one model call with typed answer, for reading and writing text; result: the returned fields
        Llm(Llm) = "llm",
        /// a goal pursued with read-only tools; result: the returned fields, `confidence`, `tried`
        Agent(Agent) = "agent",
        /// inner steps for each item of a list; result: `items`
        Each(Each) = "each",
        /// decides across cases (top ten, one per company); result: `chosen`, `rank`, `because`
        Select(Select) = "select",
        /// a condition that must hold, else the case fails
        Check(Check) = "check",
        /// ends the case early, with its own result if given
        Stop(Stop) = "stop",
        /// a person decides within the flow, and the case waits; result: `answer` (of `choices`) or the fields of `returns`, `who`, `at`
        Ask(Ask) = "ask",
        /// the case waits; result: `at`, or the event's fields
        Wait(Wait) = "wait",
    }
}

impl StepKind {
    /// Does its result come from outside the workflow: a tool, a model, a person, other cases?
    pub fn asks_outside(&self) -> bool {
        match self {
            StepKind::Call(_)
            | StepKind::Llm(_)
            | StepKind::Agent(_)
            | StepKind::Select(_)
            | StepKind::Ask(_)
            | StepKind::Wait(_) => true,
            StepKind::Compute(_)
            | StepKind::Decide(_)
            | StepKind::Each(_)
            | StepKind::Check(_)
            | StepKind::Stop(_) => false,
        }
    }
}

/// Works out named values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Compute {
    /// Name -> template. A later one may use an earlier one through the step's id.
    #[schemars(extend("minProperties" = 1))]
    pub set: IndexMap<String, Json>,
}

/// The first rule that holds decides.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Decide {
    /// In the order in which they are tried.
    pub rules: Vec<Rule>,
    /// The fields if no rule holds; all rules give the same fields.
    pub otherwise: IndexMap<String, Json>,
    /// Why, in words for people, if no rule holds; "no rule applies" without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub otherwise_because: Option<Text>,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// When it holds.
    pub when: Expr,
    /// The fields it gives.
    pub then: IndexMap<String, Json>,
    /// Why, in words for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<Text>,
}

/// Calls a connection's tool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// `connection.tool`.
    pub tool: String,
    /// Argument -> template.
    #[serde(rename = "with", default, skip_serializing_if = "IndexMap::is_empty")]
    pub arguments: IndexMap<String, Json>,
    /// A tool that writes is called within the flow only with `not_needed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<Approval>,
}

/// One model call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Llm {
    /// What to do, for a reader who sees only these words and the input.
    pub instructions: Text,
    /// Name -> template: the facts that it may use.
    pub input: IndexMap<String, Json>,
    /// Name -> JSON Schema of each field of the answer; give `enum` where the values are known.
    #[schemars(extend("minProperties" = 1))]
    pub returns: Map<String, Json>,
    /// Worked examples: the `input` and the `output` that is right.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<Example>,
}

/// A worked example for a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// What is given.
    pub input: Map<String, Json>,
    /// What is right.
    pub output: Map<String, Json>,
}

/// A goal pursued with tools.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Agent {
    /// What is to be found out.
    pub goal: Text,
    /// Name -> template: the facts that it starts from.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub input: IndexMap<String, Json>,
    /// The read-only tools that it may use, as `connection.tool`.
    pub tools: Vec<String>,
    /// The most model calls.
    #[schemars(range(min = 1, max = 50))]
    pub max_turns: u32,
    /// Name -> JSON Schema of each field of the answer.
    pub returns: Map<String, Json>,
}

/// Inner steps for each item of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Each {
    /// The list.
    #[serde(rename = "in")]
    pub over: Expr,
    /// The name of one item in the inner steps.
    #[serde(rename = "as")]
    pub name: String,
    /// What is done for an item.
    pub steps: Vec<Step>,
    /// Name -> template: what is kept of each item, as `id.items`.
    #[schemars(extend("minProperties" = 1))]
    pub collect: IndexMap<String, Json>,
}

/// Decides across cases.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Select {
    /// Which cases are considered at all: a condition over the case and its steps.
    #[serde(rename = "where", default, skip_serializing_if = "Option::is_none")]
    pub only: Option<Expr>,
    /// Expressions to rank by, over the case and its steps; tie-breaks after the first; a leading `-` puts the highest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub order_by: Vec<Expr>,
    /// How many are chosen in all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub at_most: Option<usize>,
    /// How many are chosen of each group: {"group": expression, "count": number}.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most_per: Option<PerGroup>,
}

/// How many are chosen of a group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PerGroup {
    /// What makes a group, such as `account.csm_email`.
    pub group: Expr,
    /// How many of each.
    #[schemars(range(min = 1))]
    pub count: usize,
}

/// A condition that must hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// The condition.
    pub that: Expr,
    /// What is said where it does not.
    pub message: Text,
}

/// Ends the case early.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stop {
    /// Why, in words for people.
    pub because: Text,
    /// The result of the case; the workflow's own without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<IndexMap<String, Json>>,
    /// Are the outputs still made? Not without it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub outputs: bool,
}

/// A person decides within the flow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    /// The question.
    pub question: Text,
    /// The answers to choose from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
    /// Name -> JSON Schema of each field of the answer, instead of `choices`.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub returns: Map<String, Json>,
    /// Who is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<Text>,
    /// How long it waits, such as `3d`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^[0-9]+(m|h|d)$"))]
    pub expires: Option<String>,
    /// The answer if it expires; without one the step fails then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub otherwise: Option<Json>,
}

/// Waits for a time or an event: one of the three.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Wait {
    /// A duration, such as `2h`.
    #[serde(rename = "for", default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^[0-9]+(s|m|h|d)$"))]
    pub duration: Option<String>,
    /// A time or date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Text>,
    /// The name of an event; the step's `timeout` is how long it is waited for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
}
