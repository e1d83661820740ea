//! The built-in drafter: the builder that needs no model. It goes through the same conversation
//! with the same tools, reading sentences by patterns and by the words of the tables. What it
//! cannot read it never guesses: it asks, or leaves the statement to people and says so.

mod asides;
mod change;
mod condition;
mod cross;
mod draft;
mod grid;
mod mend;
mod pairs;
mod pattern;
mod people;
mod statement;
mod structure;
mod when;
mod words;
mod world;

use async_trait::async_trait;
use serde_json::{Value as Json, json};

use crate::model::{
    ChatModel, Delta, Message, ModelError, Price, Reply, Request, Stop, ToolCall, Usage,
};

use world::World;

/// Drafts workflows without a model.
#[derive(Debug, Default, Clone, Copy)]
pub struct Drafter;

/// What it says of itself at the start.
const HELLO: &str = "This is the built-in drafter: it reads plain rules about your tables, and leaves the rest to people or to a model. (`sopwright doctor` says how to set up a model.)";

/// How an answer begins that wants something else than what was proposed.
const DISAGREES: &str = "The user does not agree yet: ";

/// The most tables that are looked at.
const TABLES: usize = 40;

impl Drafter {
    /// Returns a drafter.
    pub fn new() -> Self {
        Drafter
    }
}

#[async_trait]
impl ChatModel for Drafter {
    fn name(&self) -> &str {
        "the built-in drafter"
    }

    fn pricing(&self) -> Option<Price> {
        None
    }

    async fn complete(
        &self,
        request: &Request,
        on_delta: &mut (dyn FnMut(Delta) + Send),
    ) -> Result<Reply, ModelError> {
        let (text, call) = answer(&request.messages);
        if !text.is_empty() {
            on_delta(Delta::Text(text.clone()));
        }
        let calls: Vec<ToolCall> = call
            .into_iter()
            .map(|(name, arguments)| ToolCall {
                id: format!("step-{}", request.messages.len()),
                name: name.to_owned(),
                arguments: arguments.to_string(),
            })
            .collect();
        Ok(Reply {
            stop: if calls.is_empty() {
                Stop::EndTurn
            } else {
                Stop::ToolUse
            },
            text,
            calls,
            usage: Usage::default(),
        })
    }
}

type Said = (String, Option<(&'static str, Json)>);

fn says(text: impl Into<String>) -> Said {
    (text.into(), None)
}

fn does(name: &'static str, arguments: Json) -> Said {
    (String::new(), Some((name, arguments)))
}

/// Returns what comes next in a conversation: words, or a tool call.
fn answer(messages: &[Message]) -> Said {
    let world = World::read(messages);
    let calls = calls(messages);
    let last = calls.last();
    // What the user said after the opening is a change to what there is.
    if let Some(request) = later_request(messages) {
        return change::answer(&world, &request, messages);
    }
    if world.workflow.is_some() {
        return says("Say what should change.");
    }
    match last.map(|c| c.name.as_str()) {
        None => look(&world),
        Some("inspect") => propose(&world),
        Some("ask_user") => plan(&world),
        Some("propose_plan") => write(&world, messages),
        Some("write_workflow" | "edit_workflow") => mend::after_check(Some(&world), messages),
        Some("dry_run") => mend::after_dry_run(Some(&world), messages, None),
        Some("save_workflow") => sum_up(&world, messages),
        Some(_) => says("That is as far as the built-in drafter goes."),
    }
}

/// Returns the last thing that the user said, if it came after the opening.
fn later_request(messages: &[Message]) -> Option<String> {
    let index = messages
        .iter()
        .rposition(|m| matches!(m, Message::User { .. }))?;
    match messages.get(index) {
        Some(Message::User { text })
            if index > 0 && !text.starts_with("The workflow is not saved yet") =>
        {
            // What was taken back before it was said is no part of the request.
            let request = text.rsplit(crate::builder::NEXT).next().unwrap_or(text);
            Some(request.trim().to_owned())
        }
        // A saved workflow is opened and a change asked for in one message.
        Some(Message::User { text }) => text
            .split_once("Wait for what the user wants.")
            .map(|(_, rest)| rest.rsplit(crate::builder::NEXT).next().unwrap_or(rest))
            .map(|rest| rest.trim().to_owned())
            .filter(|rest| !rest.is_empty()),
        _ => None,
    }
}

fn calls(messages: &[Message]) -> Vec<&ToolCall> {
    messages
        .iter()
        .flat_map(|m| match m {
            Message::Assistant { calls, .. } => calls.as_slice(),
            _ => &[],
        })
        .collect()
}

/// Returns the statements of an SOP, those of its tables and lists said as sentences of their own.
fn spoken(world: &World) -> Vec<world::Said> {
    let is_value = |words: &str| {
        let mut columns = world.tables.iter().flat_map(|table| table.columns.values());
        let said = words::spoken(words);
        columns.any(|column| column.spoken.iter().any(|(_, value)| *value == said))
    };
    pairs::joined(&structure::spoken(&grid::spoken(
        &world.statements,
        &is_value,
    )))
}

/// Returns the last tool result, as JSON.
fn last_result(messages: &[Message]) -> Json {
    let results = messages.iter().rev().find_map(|m| match m {
        Message::ToolResults { results } => results.last(),
        _ => None,
    });
    results
        .and_then(|r| serde_json::from_str(&r.content).ok())
        .unwrap_or_default()
}

fn look(world: &World) -> Said {
    if world.overview.is_empty() {
        return says(
            "There is no table to work on. Add a connection to sopwright.toml (docs/settings.md shows how), and build again.",
        );
    }
    let tables: Vec<&String> = world
        .overview
        .iter()
        .map(|(name, _)| name)
        .take(TABLES)
        .collect();
    (
        format!("{HELLO}\n"),
        Some(("inspect", json!({ "of": tables }))),
    )
}

fn propose(world: &World) -> Said {
    let Some(drafted) = draft::draft_and_ask(world) else {
        return says("None of the tables could be read, so there is nothing to work on.");
    };
    let mut questions = Vec::new();
    if let Some(choices) = &drafted.choices {
        questions.push(json!({"question": draft::CASES, "choices": choices}));
    }
    for asked in &drafted.asked {
        questions.push(asked.json());
    }
    // What the answers leave is asked about after them.
    if questions.is_empty() {
        questions.extend(leaves(&drafted));
    }
    if questions.is_empty() {
        does("propose_plan", json!({"plan": drafted.plan}))
    } else {
        does("ask_user", json!({"questions": questions}))
    }
}

/// Returns the question whether what was not understood is left to people.
fn leaves(drafted: &draft::Drafted) -> Option<Json> {
    let open = drafted.open.iter();
    let open: Vec<String> = open.map(|s| format!("{}. {}", s.number, s.text)).collect();
    (!open.is_empty()).then(|| {
        json!({
            "question": draft::OPEN,
            "why": open.join("\n"),
            "choices": ["Yes, leave them to people", "I will set up a model for them"]
        })
    })
}

fn plan(world: &World) -> Said {
    let Some(drafted) = draft::draft_and_ask(world) else {
        return says("There is nothing to work on.");
    };
    // What the answers did not settle is asked once more, as far as somebody answers.
    let mut again: Vec<Json> = drafted.asked.iter().map(draft::Question::json).collect();
    if again.is_empty() && world.answers.iter().all(|(asked, _)| asked != draft::OPEN) {
        again.extend(leaves(&drafted));
    }
    match again.is_empty() || !world.is_answered() {
        true => does("propose_plan", json!({"plan": drafted.plan})),
        false => does("ask_user", json!({"questions": again})),
    }
}

fn write(world: &World, messages: &[Message]) -> Said {
    let Some(mut drafted) = draft::draft(world) else {
        return says("There is nothing to work on.");
    };
    if let Some(wish) = wish(messages, DISAGREES) {
        if draft::is_change(world, &wish) {
            return does("propose_plan", json!({"plan": drafted.plan}));
        }
        match change::made(world, &wish, &drafted.document) {
            Some(changed) => drafted.document = changed,
            // Nothing is built that was not agreed to.
            None => {
                let plan = format!(
                    "## Look at this first\n- {} Here it also takes rows and outcomes by their numbers, as below.\n{}",
                    change::NOT_UNDERSTOOD,
                    drafted.plan
                );
                return does("propose_plan", json!({"plan": plan}));
            }
        }
    }
    does("write_workflow", json!({"workflow": drafted.document}))
}

/// Returns what the user wants instead, if they did not agree to what was proposed last.
fn wish(messages: &[Message], begins: &str) -> Option<String> {
    match messages.last()? {
        Message::ToolResults { results } => results
            .last()?
            .content
            .strip_prefix(begins)
            .map(str::to_owned),
        _ => None,
    }
}

fn sum_up(world: &World, messages: &[Message]) -> Said {
    if let Some(wish) = wish(messages, change::NOT_SAVED) {
        return change::not_saved(world, &wish, messages);
    }
    let result = last_result(messages);
    if let Some(error) = result.get("error").and_then(Json::as_str) {
        return says(format!(
            "It could not be saved: {error}. {}",
            result
                .get("help")
                .and_then(Json::as_str)
                .unwrap_or_default()
        ));
    }
    let open = draft::draft(world)
        .map(|d| d.open.len())
        .unwrap_or_default();
    let rest = match open {
        0 => String::new(),
        1 => " One statement is left to people: /show lists it.".to_owned(),
        n => format!(" {n} statements are left to people: /show lists them."),
    };
    says(format!("Saved.{rest}"))
}

#[cfg(test)]
mod conversation_tests;
#[cfg(test)]
mod form_tests;
#[cfg(test)]
mod list_form_tests;
#[cfg(test)]
mod phrases;
#[cfg(test)]
mod stated_tests;
#[cfg(test)]
mod tests;
