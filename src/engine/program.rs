//! A checked workflow with every expression compiled, ready to be executed for many cases.

mod compile;

use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

pub(super) use compile::{order_by, trees};

use compile::{block, condition};

use super::rows::row_value;
use crate::check::Checked;
use crate::diag::Error as Ended;
use crate::expr::{Condition, Error, Scope, Template, Tree};
use crate::spec::{self, IfUnavailable, Match, Workflow};

/// A workflow, compiled. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Program {
    pub(super) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) workflow: Arc<Workflow>,
    pub(super) item: Option<ItemOf>,
    /// In the order of the document, without the one that cases come from.
    pub(super) pulls: Vec<Arc<CompiledPull>>,
    pub(super) cases: Option<Arc<CompiledPull>>,
    pub(super) steps: Block,
    pub(super) result: IndexMap<String, Tree>,
    pub(super) outputs: Vec<super::outputs::CompiledOutput>,
}

/// What a case is called and known by.
#[derive(Debug)]
pub(super) struct ItemOf {
    pub(super) name: String,
    pub(super) key: Condition,
}

/// A list of steps, shared by the executions that are inside it.
pub(super) type Block = Arc<[CompiledStep]>;

/// A table that is read.
#[derive(Debug)]
pub struct CompiledPull {
    /// Its name in expressions.
    pub name: String,
    /// `connection.table`.
    pub from: String,
    /// The pinned fields.
    pub fields: IndexMap<String, spec::FieldType>,
    /// What happens when it cannot be read.
    pub if_unavailable: IfUnavailable,
    pub(super) only: Option<Condition>,
    pub(super) matching: Vec<CompiledMatch>,
    pub(super) order_by: Vec<By>,
    pub(super) limit: Option<usize>,
    /// Does `where` use names of the case, and so has to wait for it?
    pub(super) reads_case: bool,
}

#[derive(Debug)]
pub(super) struct CompiledMatch {
    pub(super) column: String,
    pub(super) value: Condition,
    /// `at_least` and `sure`, for names.
    pub(super) like: Option<(f64, f64)>,
}

#[derive(Debug)]
pub(super) struct By {
    pub(super) value: Condition,
    pub(super) descending: bool,
}

#[derive(Debug)]
pub(super) struct CompiledStep {
    pub(super) id: String,
    pub(super) when: Option<Condition>,
    pub(super) on_error: Vec<CompiledHandler>,
    pub(super) retry: Option<spec::Retry>,
    pub(super) timeout: Option<String>,
    /// The fields of its result, which are missing where it is skipped.
    pub(super) fields: Vec<String>,
    pub(super) body: Body,
}

impl CompiledStep {
    /// Returns how it goes on after a failure of that code, if it does.
    pub(super) fn handler(&self, code: &str) -> Option<&CompiledHandler> {
        let of_it = |h: &&CompiledHandler| h.codes.is_empty() || h.codes.iter().any(|c| c == code);
        self.on_error.iter().find(of_it)
    }
}

#[derive(Debug)]
pub(super) struct CompiledHandler {
    pub(super) codes: Vec<String>,
    pub(super) replacement: Option<IndexMap<String, Tree>>,
    pub(super) stop: Option<IndexMap<String, Tree>>,
    pub(super) caveat: Option<Template>,
}

#[derive(Debug)]
pub(super) enum Body {
    Compute(IndexMap<String, Tree>),
    Decide {
        rules: Vec<CompiledRule>,
        otherwise: IndexMap<String, Tree>,
        otherwise_because: Option<Template>,
    },
    Call {
        tool: String,
        arguments: IndexMap<String, Tree>,
    },
    Llm {
        instructions: Template,
        input: IndexMap<String, Tree>,
        returns: Map<String, Json>,
        examples: Vec<spec::Example>,
    },
    Agent {
        goal: Template,
        input: IndexMap<String, Tree>,
        tools: Vec<String>,
        max_turns: u32,
        returns: Map<String, Json>,
    },
    Ask {
        question: Template,
        who: Option<Template>,
        asked: spec::Ask,
    },
    Wait {
        duration: Option<String>,
        until: Option<Template>,
        event: Option<String>,
    },
    Each {
        over: Condition,
        name: String,
        steps: Block,
        collect: IndexMap<String, Tree>,
    },
    Select {
        only: Option<Condition>,
        order_by: Vec<By>,
        group: Option<Condition>,
    },
    Check {
        that: Condition,
        message: Template,
    },
    Stop {
        because: Template,
        result: Option<IndexMap<String, Tree>>,
        outputs: bool,
    },
}

#[derive(Debug)]
pub(super) struct CompiledRule {
    pub(super) when: Condition,
    pub(super) then: IndexMap<String, Tree>,
    pub(super) because: Option<Template>,
    /// The condition in words, for rules that give no reason.
    pub(super) words: String,
}

impl Program {
    /// Compiles a checked workflow.
    ///
    /// # Errors
    /// If it holds a step that this version does not run; checking refuses those.
    pub fn compile(checked: &Checked) -> Result<Self, Ended> {
        let workflow = checked.workflow();
        let build = || -> Result<Inner, Error> {
            let over = workflow.for_each.as_ref().map(|each| each.over.as_str());
            let mut pulls = Vec::new();
            let mut cases = None;
            for (name, pull) in &workflow.data {
                let compiled = Arc::new(CompiledPull::compile(name, pull)?);
                if over == Some(name.as_str()) {
                    cases = Some(compiled);
                } else {
                    pulls.push(compiled);
                }
            }
            let item = match &workflow.for_each {
                Some(each) => Some(ItemOf {
                    name: each.name.clone(),
                    key: condition(&each.key)?,
                }),
                None => None,
            };
            Ok(Inner {
                item,
                pulls,
                cases,
                steps: block(&workflow.steps, checked)?,
                result: trees(&workflow.result)?,
                outputs: workflow
                    .outputs
                    .iter()
                    .map(super::outputs::CompiledOutput::compile)
                    .collect::<Result<_, _>>()?,
                workflow: workflow.clone(),
            })
        };
        build()
            .map(|inner| Program {
                inner: Arc::new(inner),
            })
            .map_err(|e| {
                Ended::input(format!("The workflow {} cannot be run", workflow.name))
                    .because(e.message)
                    .help("Check it with `sopwright check`.")
            })
    }

    /// Returns the workflow.
    pub fn workflow(&self) -> &Arc<Workflow> {
        &self.inner.workflow
    }

    /// Returns what gives the key of a case.
    pub(super) fn key(&self) -> Option<&Condition> {
        self.inner.item.as_ref().map(|item| &item.key)
    }

    /// Returns the table that cases come from; without one, a run is one case.
    pub fn cases(&self) -> Option<&Arc<CompiledPull>> {
        self.inner.cases.as_ref()
    }

    /// Returns the other tables.
    pub fn pulls(&self) -> &[Arc<CompiledPull>] {
        &self.inner.pulls
    }
}

impl CompiledPull {
    /// Are its rows found by names that are alike?
    pub fn is_like(&self) -> bool {
        self.matching.iter().any(|matching| matching.like.is_some())
    }

    /// Compiles what is said of a table.
    ///
    /// # Errors
    /// If an expression of it cannot be read.
    pub fn compile(name: &str, pull: &spec::Pull) -> Result<Self, Error> {
        let only = pull.only.as_ref().map(condition).transpose()?;
        let matching = pull
            .matching
            .iter()
            .map(|(column, value)| {
                let (value, like) = match value {
                    Match::Equals(expr) => (condition(expr)?, None),
                    Match::Like(like) => (condition(&like.like)?, Some((like.at_least, like.sure))),
                };
                Ok(CompiledMatch {
                    column: column.clone(),
                    value,
                    like,
                })
            })
            .collect::<Result<Vec<_>, Error>>()?;
        let reads_case = !matching.is_empty()
            && only.as_ref().is_some_and(|only| {
                let names = crate::expr::infer(only.node(), &crate::expr::Names::new());
                names
                    .findings
                    .iter()
                    .any(|f| !matches!(f.excerpt.as_str(), "row" | "run" | "trigger"))
            });
        let mut fields = pull.fields.clone();
        if !fields.is_empty() {
            for column in pull.matching.keys() {
                fields
                    .entry(column.clone())
                    .or_insert(spec::FieldType::Text);
            }
        }
        Ok(CompiledPull {
            name: name.to_owned(),
            from: pull.from.clone(),
            fields,
            if_unavailable: pull.if_unavailable.clone(),
            only,
            matching,
            order_by: order_by(&pull.order_by)?,
            limit: pull.limit,
            reads_case,
        })
    }

    /// Does `where` hold for a row?
    ///
    /// # Errors
    /// If it cannot be evaluated.
    pub fn keeps(&self, row: &Map<String, Json>, scope: &Scope) -> Result<bool, Error> {
        let Some(only) = &self.only else {
            return Ok(true);
        };
        let mut scope = scope.clone();
        scope.set("row", row_value(row));
        only.holds(&scope)
    }

    /// Does `where` use names of the case, so that its rows hang on more than `match`?
    pub fn reads_case(&self) -> bool {
        self.reads_case
    }

    /// Does every case see the same rows?
    pub fn is_shared(&self) -> bool {
        self.matching.is_empty() && !self.reads_case
    }

    /// Does it order or bound its rows, so that all have to be read before the first is used?
    pub fn is_ordered(&self) -> bool {
        !self.order_by.is_empty() || self.limit.is_some()
    }
}
