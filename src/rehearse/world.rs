//! The world of a dry run: reads are performed, effects are simulated and noted.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use serde_json::{Map, Value as Json, json};

use super::placeholder::{placeholder, placeholders};
use super::{Rehearsal, Tables, agent, call_tool};
use crate::connect::Effect;
use crate::engine::{
    AgentRequest, Consulted, Delivery, Failure, LlmRequest, PersonRequest, PullRequest, Rows,
    RunInfo, ToolRequest, WaitRequest, World,
};
use crate::expr::Scope;

pub(super) struct DryWorld<'r> {
    rehearsal: &'r Rehearsal<'r>,
    tables: &'r Tables,
    /// Is the case under way one that is shown?
    shown: AtomicBool,
    state: Mutex<State>,
}

/// What a tool or model answers.
type Answer = Result<Json, Failure>;

#[derive(Default)]
struct State {
    /// Answers of read tools, by tool and arguments: each question is asked once.
    answers: HashMap<String, Answer>,
    /// What shown cases were answered, by case and step: what was asked, and the answer.
    heard: HashMap<(String, String), Vec<(Json, Answer)>>,
    /// How often a person was asked at a step.
    consulted: HashMap<String, usize>,
    effects: HashMap<String, Vec<Delivery>>,
    simulated: BTreeSet<String>,
}

impl<'r> DryWorld<'r> {
    pub(super) fn new(rehearsal: &'r Rehearsal<'r>, tables: &'r Tables) -> Self {
        DryWorld {
            rehearsal,
            tables,
            shown: AtomicBool::new(false),
            state: Mutex::default(),
        }
    }

    /// Takes over what read tools have answered another world: nothing is asked of them twice.
    pub(super) fn recall_from(&self, other: &DryWorld<'_>) {
        let answers = other.lock().answers.clone();
        self.lock().answers.extend(answers);
    }

    /// Returns the same world for looking ahead: nothing is shown and no model is asked.
    pub(super) fn scout(&self) -> Scout<'_> {
        Scout(self.tables, &self.rehearsal.run)
    }

    /// Says whether what happens next is to be shown.
    pub(super) fn shown(&self, is_shown: bool) {
        self.shown.store(is_shown, Ordering::Relaxed);
    }

    /// Returns what would have been made for a case.
    pub(super) fn effects_of(&self, case: &str) -> Vec<Delivery> {
        self.lock().effects.get(case).cloned().unwrap_or_default()
    }

    /// Returns, in words, what was not really done.
    pub(super) fn simulated(&self) -> Vec<String> {
        self.lock().simulated.iter().cloned().collect()
    }

    /// Returns what a step of a case was answered: to the same question, else to its last one.
    pub(super) fn heard(&self, case: &str, step: &str, asked: &Json) -> Option<Answer> {
        let state = self.lock();
        let heard = state.heard.get(&(case.to_owned(), step.to_owned()))?;
        let same = heard.iter().find(|(question, _)| question == asked);
        same.or(heard.last()).map(|(_, answer)| answer.clone())
    }

    /// Returns all that steps of shown cases were answered: step, question, answer.
    pub(super) fn heard_in_all(&self) -> Vec<(String, Json, Answer)> {
        let state = self.lock();
        let mut places: Vec<_> = state.heard.iter().collect();
        places.sort_by_key(|(place, _)| *place);
        places
            .into_iter()
            .flat_map(|((_, step), heard)| {
                let told = heard.iter();
                told.map(|(asked, answer)| (step.clone(), asked.clone(), answer.clone()))
            })
            .collect()
    }

    /// Does a tool only read, so that it may be asked as often as one likes?
    pub(super) fn only_reads(&self, name: &str) -> bool {
        let (connection, tool) = name.split_once('.').unwrap_or((name, ""));
        let known = self.rehearsal.catalog.tool(connection, tool);
        known.is_some_and(|known| known.effect == Effect::Read)
    }

    /// Asks a tool, even what it was asked before.
    pub(super) async fn ask_anew(&self, tool: &str, arguments: Map<String, Json>) -> Answer {
        let request = ToolRequest {
            step: "probe".to_owned(),
            tool: tool.to_owned(),
            arguments,
            retry: None,
            timeout: None,
        };
        call_tool(self.rehearsal.connections, &request).await
    }

    /// Returns an answer of the shape that a tool gives.
    pub(super) fn stand_in(&self, name: &str) -> Json {
        let (connection, tool) = name.split_once('.').unwrap_or((name, ""));
        let known = self.rehearsal.catalog.tool(connection, tool);
        let schema = known.and_then(|known| known.output.as_ref());
        schema.map_or(Json::Null, |schema| placeholder(schema, tool))
    }

    /// Returns the arguments without which a tool cannot be called.
    pub(super) fn required(&self, name: &str) -> Vec<&str> {
        let (connection, tool) = name.split_once('.').unwrap_or((name, ""));
        let known = self.rehearsal.catalog.tool(connection, tool);
        let required = known.and_then(|known| known.input.get("required")?.as_array());
        required
            .into_iter()
            .flatten()
            .filter_map(Json::as_str)
            .collect()
    }

    /// Returns what the run knows of itself.
    pub(super) fn run(&self) -> &RunInfo {
        &self.rehearsal.run
    }

    /// Keeps what a shown case was answered.
    fn keep(&self, case: &str, step: &str, asked: Json, answer: &Answer) {
        if self.shown.load(Ordering::Relaxed) {
            let place = (case.to_owned(), step.to_owned());
            let mut state = self.lock();
            let heard = state.heard.entry(place).or_default();
            heard.push((asked, answer.clone()));
        }
    }

    async fn reply(&self, request: &ToolRequest) -> Answer {
        let (connection, tool) = request.tool.split_once('.').unwrap_or((&request.tool, ""));
        let Some(known) = self.rehearsal.catalog.tool(connection, tool) else {
            return Err(Failure::last(
                "unavailable",
                format!("There is no tool `{}`", request.tool),
            ));
        };
        if !self.rehearsal.catalog.may_rehearse(connection, known) {
            self.lock().simulated.insert(format!(
                "`{}` writes, so its answer is a placeholder",
                request.tool
            ));
            return Ok(self.stand_in(&request.tool));
        }
        if known.effect != Effect::Read {
            return call_tool(self.rehearsal.connections, request).await;
        }
        let question = format!(
            "{} {}",
            request.tool,
            Json::Object(request.arguments.clone())
        );
        if let Some(answer) = self.lock().answers.get(&question) {
            return answer.clone();
        }
        let answer = call_tool(self.rehearsal.connections, request).await;
        self.lock().answers.insert(question, answer.clone());
        answer
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl World for DryWorld<'_> {
    async fn pull(&self, request: &PullRequest, scope: &Scope) -> Result<Rows, Failure> {
        self.tables.rows(request, scope)
    }

    async fn call(&self, case: &str, request: &ToolRequest) -> Result<Json, Failure> {
        let answer = self.reply(request).await;
        let asked = Json::Object(request.arguments.clone());
        self.keep(case, &request.step, asked, &answer);
        answer
    }

    async fn ask(&self, case: &str, request: &LlmRequest) -> Result<Json, Failure> {
        // Whoever only takes part in a decision across cases costs nothing.
        if !self.shown.load(Ordering::Relaxed) {
            return Ok(placeholders(Some(&request.returns)));
        }
        if self.rehearsal.llm.are_placeholders() {
            self.lock().simulated.insert(format!(
                "the text of `{}` is a placeholder, since no model is set up",
                request.step
            ));
        }
        let answer = self.rehearsal.llm.answer(request).await;
        self.keep(case, &request.step, request.input.clone(), &answer);
        answer
    }

    async fn pursue(&self, case: &str, request: &AgentRequest) -> Result<Json, Failure> {
        if !self.shown.load(Ordering::Relaxed) {
            return Ok(agent::stand_in(request));
        }
        let question = json!(request).to_string();
        let known = self.lock().answers.get(&question).cloned();
        let answer = match known {
            Some(answer) => answer,
            None => {
                let Rehearsal {
                    llm,
                    connections,
                    catalog,
                    ..
                } = self.rehearsal;
                llm.pursue(request, connections, catalog).await.came
            }
        };
        if self.rehearsal.llm.are_placeholders() {
            self.lock().simulated.insert(format!(
                "the answer of `{}` is a placeholder, since no model is set up",
                request.step
            ));
        }
        self.lock().answers.insert(question, answer.clone());
        self.keep(case, &request.step, request.input.clone(), &answer);
        answer
    }

    async fn consult(&self, case: &str, request: &PersonRequest) -> Consulted {
        let mut turn = 0;
        if self.shown.load(Ordering::Relaxed) {
            let mut state = self.lock();
            let asked = state.consulted.entry(request.step.clone()).or_default();
            turn = *asked;
            *asked += 1;
        }
        let answer = given(request, turn, &self.rehearsal.run);
        let asked = json!(request.question);
        self.keep(case, &request.step, asked, &Ok(answer.clone()));
        Consulted::Answer(answer)
    }

    async fn wait(&self, _: &str, request: &WaitRequest) -> Result<Json, Failure> {
        if let (Some(event), true) = (&request.event, self.shown.load(Ordering::Relaxed)) {
            self.lock().simulated.insert(format!(
                "the event `{event}` is taken to come at once, with nothing in it"
            ));
        }
        Ok(passed(request, &self.rehearsal.run))
    }

    async fn deliver(&self, case: &str, delivery: Delivery) -> Result<(), Failure> {
        if self.shown.load(Ordering::Relaxed) {
            self.lock()
                .effects
                .entry(case.to_owned())
                .or_default()
                .push(delivery);
        }
        Ok(())
    }
}

/// A world in which rows only show which way they take.
pub(super) struct Scout<'t>(&'t Tables, &'t RunInfo);

#[async_trait]
impl World for Scout<'_> {
    async fn pull(&self, request: &PullRequest, scope: &Scope) -> Result<Rows, Failure> {
        self.0.rows(request, scope)
    }

    async fn call(&self, _: &str, request: &ToolRequest) -> Result<Json, Failure> {
        Err(Failure::last(
            "unavailable",
            format!("`{}` is not called to look ahead", request.tool),
        ))
    }

    async fn ask(&self, _: &str, request: &LlmRequest) -> Result<Json, Failure> {
        Ok(placeholders(Some(&request.returns)))
    }

    async fn pursue(&self, _: &str, request: &AgentRequest) -> Result<Json, Failure> {
        Ok(agent::stand_in(request))
    }

    async fn consult(&self, _: &str, request: &PersonRequest) -> Consulted {
        Consulted::Answer(given(request, 0, self.1))
    }

    async fn wait(&self, _: &str, request: &WaitRequest) -> Result<Json, Failure> {
        Ok(passed(request, self.1))
    }

    async fn deliver(&self, _: &str, _: Delivery) -> Result<(), Failure> {
        Ok(())
    }
}

/// Returns the answer that a person is taken to give: of several, the one whose turn it is.
pub(super) fn given(request: &PersonRequest, turn: usize, run: &RunInfo) -> Json {
    let mut answer = placeholders(Some(&request.returns));
    if !request.choices.is_empty() {
        answer["answer"] = json!(request.choices[turn % request.choices.len()]);
    }
    answer["who"] = json!(request.who);
    answer["at"] = json!(run.time);
    answer
}

/// Returns what a wait gives when it is over at once.
pub(super) fn passed(request: &WaitRequest, run: &RunInfo) -> Json {
    match &request.event {
        Some(_) => json!({}),
        None => json!({"at": request.until.as_ref().unwrap_or(&run.time)}),
    }
}
