//! The workflow document: trigger, data, steps, outputs.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{Expr, FieldType, IfUnavailable, Match, Output, Step, Trigger};

/// A workflow: what starts it, what it reads, what it decides, what comes out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Workflow {
    /// Version of the language: 1.
    #[schemars(range(min = 1, max = 1))]
    pub workflow: u32,
    /// Kebab-case name, which is also its folder.
    #[schemars(regex(pattern = r"^[a-z0-9][a-z0-9-]{0,63}$"))]
    pub name: String,
    /// Title for people.
    pub title: String,
    /// What it is for, in one sentence.
    pub objective: String,
    /// The SOP that it carries out.
    pub sop: SopReference,
    /// What was taken as given where the SOP is silent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assumptions: Vec<Assumption>,
    /// What starts a run.
    pub trigger: Trigger,
    /// The tables it reads, by the name used in expressions.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub data: IndexMap<String, Pull>,
    /// What a case is: one for each item of a list. Without it a run is one case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub for_each: Option<ForEach>,
    /// What is done for a case, in order.
    #[serde(default)]
    pub steps: Vec<Step>,
    /// The outcome of a case: named values.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub result: IndexMap<String, Json>,
    /// What comes out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outputs: Vec<Output>,
    /// Where a run stops.
    #[serde(default, skip_serializing_if = "Limits::is_empty")]
    pub limits: Limits,
    /// Cases with a known outcome.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tests: Vec<Test>,
}

/// The SOP, and which of its statements are left to people.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SopReference {
    /// The file beside the workflow.
    pub file: String,
    /// How many statements it has.
    pub statements: usize,
    /// Statements that need no part of the workflow.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waived: Vec<Waiver>,
    /// Statements that should have a part and have none yet. They stay in sight: a dry run of the
    /// workflow is at most `partial`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub open: Vec<usize>,
}

/// Statements that the workflow does not carry out, and why that is right.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    /// Their numbers.
    #[schemars(length(min = 1))]
    pub statements: Vec<usize>,
    /// Why, such as "a person does this" or "background only".
    pub because: String,
}

/// Something taken as given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Assumption {
    /// What is assumed.
    pub text: String,
    /// `user` if a person said so, else `builder`.
    pub from: Origin,
}

impl Assumption {
    /// Returns it in words: what a person said is marked.
    pub fn words(&self) -> String {
        match self.from {
            Origin::User => format!("{} (said by a person)", self.text),
            Origin::Builder => self.text.clone(),
        }
    }
}

/// Who said something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A person.
    User,
    /// The builder took it so.
    Builder,
}

/// A table that the workflow reads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pull {
    /// `connection.table`.
    pub from: String,
    /// Which rows, over `row`.
    #[serde(rename = "where", default, skip_serializing_if = "Option::is_none")]
    pub only: Option<Expr>,
    /// Joins rows to the case: column -> what it equals, or `{"like": …, "at_least": 0.82}` for names.
    #[serde(rename = "match", default, skip_serializing_if = "IndexMap::is_empty")]
    pub matching: IndexMap<String, Match>,
    /// Expressions over `row` to sort by; a leading `-` reverses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub order_by: Vec<Expr>,
    /// At most this many rows (for a joined table: per case).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub limit: Option<usize>,
    /// The columns that are used, with their types.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub fields: IndexMap<String, FieldType>,
    /// What happens when it cannot be read.
    #[serde(default, skip_serializing_if = "IfUnavailable::is_default")]
    pub if_unavailable: IfUnavailable,
    /// Numbers of the SOP statements that it carries out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sop: Vec<usize>,
}

/// What a case is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ForEach {
    /// The name of a data pull.
    #[serde(rename = "in")]
    pub over: String,
    /// The name of one item in expressions.
    #[serde(rename = "as")]
    pub name: String,
    /// What tells cases apart, such as `account.account_id`.
    pub key: Expr,
}

/// Where a run stops.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// The most cases of a run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cases: Option<usize>,
    /// The most that model calls of a run may cost, in US dollars.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model_cost_usd: Option<f64>,
    /// The most calls of models in a run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model_calls: Option<u64>,
    /// The longest that a run may take, such as `30m`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^[0-9]+(ms|s|m|h|d)$"))]
    pub time: Option<String>,
    /// The same for all runs of a day together.
    #[serde(default, skip_serializing_if = "DayLimits::is_empty")]
    pub per_day: DayLimits,
}

/// Where the runs of a day stop.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DayLimits {
    /// The most cases.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cases: Option<u64>,
    /// The most that model calls may cost, in US dollars.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model_cost_usd: Option<f64>,
    /// The most calls of models.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model_calls: Option<u64>,
    /// The longest that they may take in all, such as `2h`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^[0-9]+(ms|s|m|h|d)$"))]
    pub time: Option<String>,
}

impl DayLimits {
    /// Is nothing limited?
    pub fn is_empty(&self) -> bool {
        *self == DayLimits::default()
    }
}

impl Limits {
    /// Is nothing limited?
    pub fn is_empty(&self) -> bool {
        *self == Limits::default()
    }
}

/// A case with a known outcome.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Test {
    /// What it shows.
    pub name: String,
    /// Names -> values: `trigger`, names of `data`, and steps that get an answer from outside (then
    /// they are not asked). For the item of the case: the row of the data that agrees on the key,
    /// with these fields set over it.
    pub given: IndexMap<String, Json>,
    /// Fields of the result -> values.
    pub expect: IndexMap<String, Json>,
    /// Who said so.
    pub from: Origin,
}

impl Workflow {
    /// Returns every step, the inner ones of `each` after their own.
    pub fn all_steps(&self) -> Vec<&Step> {
        fn walk<'s>(steps: &'s [Step], out: &mut Vec<&'s Step>) {
            for step in steps {
                out.push(step);
                if let super::StepKind::Each(each) = &step.kind {
                    walk(&each.steps, out);
                }
            }
        }
        let mut out = Vec::new();
        walk(&self.steps, &mut out);
        out
    }

    /// Returns the step of an id.
    pub fn step(&self, id: &str) -> Option<&Step> {
        self.all_steps().into_iter().find(|s| s.common.id == id)
    }

    /// Returns the numbers of the statements that some part cites.
    pub fn cited(&self) -> std::collections::BTreeSet<usize> {
        let pulls = self.data.values().flat_map(|p| &p.sop);
        let steps = self.all_steps().into_iter().flat_map(|s| &s.common.sop);
        let outputs = self.outputs.iter().flat_map(|o| &o.common.sop);
        let trigger = &self.trigger.common.sop;
        pulls
            .chain(steps)
            .chain(outputs)
            .chain(trigger)
            .copied()
            .collect()
    }

    /// Returns the item's name in expressions, where there are many cases.
    pub fn item(&self) -> Option<&str> {
        self.for_each.as_ref().map(|f| f.name.as_str())
    }
}
