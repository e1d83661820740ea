//! Whether a tool can be relied on: asked the same twice, it should answer the same; asked with
//! another value of an argument, it should not always answer as before.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use serde_json::{Map, Value as Json};

use super::{FEW, Heard};
use crate::rehearse::world::DryWorld;

/// What was found of tools so far: each is tried once in a session, however often it is dry-run.
#[derive(Debug, Default)]
pub struct Probes {
    found: Mutex<BTreeMap<String, Vec<String>>>,
}

/// The most calls that are made for one tool.
const CALLS: usize = 12;

/// How often an argument is changed before it is said to make no difference.
const CHANGES: usize = 3;

impl Probes {
    /// Returns what is odd about the read tools that were called, in sentences.
    pub(super) async fn of(&self, heard: &[Heard], world: &DryWorld<'_>) -> Vec<String> {
        let tools: BTreeSet<&str> = heard.iter().map(|call| call.tool.as_str()).collect();
        let mut told = Vec::new();
        for tool in tools.into_iter().filter(|tool| world.only_reads(tool)) {
            let known = self.lock().get(tool).cloned();
            let found = match known {
                Some(found) => found,
                None => {
                    let calls = different(heard, tool);
                    let found = probe(tool, &calls, world).await;
                    // With few calls there is more to find next time.
                    if calls.len() >= FEW {
                        self.lock().insert(tool.to_owned(), found.clone());
                    }
                    found
                }
            };
            told.extend(found);
        }
        told
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Vec<String>>> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A question that was answered.
struct Asked<'h> {
    arguments: &'h Map<String, Json>,
    answer: &'h Json,
}

/// Returns the different questions to a tool that it answered.
fn different<'h>(heard: &'h [Heard], tool: &str) -> Vec<Asked<'h>> {
    let mut asked: Vec<Asked<'h>> = Vec::new();
    for call in heard.iter().filter(|call| call.tool == tool) {
        if let Ok(answer) = &call.answer
            && !asked.iter().any(|a| *a.arguments == call.arguments)
        {
            asked.push(Asked {
                arguments: &call.arguments,
                answer,
            });
        }
    }
    asked
}

async fn probe(tool: &str, asked: &[Asked<'_>], world: &DryWorld<'_>) -> Vec<String> {
    let Some(first) = asked.first() else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut unsteady = BTreeSet::new();
    if let Ok(again) = world.ask_anew(tool, first.arguments.clone()).await {
        unsteady = differing(first.answer, &again);
        if !unsteady.is_empty() {
            found.push(format!(
                "`{tool}` answers differently to the same question: {} changed. Do not rely on it",
                listed(&unsteady)
            ));
        }
    }
    let steady = |answer: &Json| without(answer, &unsteady);
    if asked.len() >= FEW
        && asked
            .iter()
            .all(|a| steady(a.answer) == steady(first.answer))
    {
        found.push(format!(
            "`{tool}` gave the same answer to {} different questions",
            asked.len()
        ));
        return found;
    }
    let mut calls = 1;
    for name in first.arguments.keys() {
        let mut same = 0;
        for (base, other) in changes(asked, name) {
            if steady(base.answer) == steady(other.answer) || calls >= CALLS {
                continue;
            }
            let mut arguments = base.arguments.clone();
            arguments.insert(name.clone(), other.arguments[name].clone());
            calls += 1;
            match world.ask_anew(tool, arguments).await {
                Ok(answer) if steady(&answer) == steady(base.answer) => same += 1,
                // It makes a difference, or cannot be told.
                _ => {
                    same = 0;
                    break;
                }
            }
            if same >= CHANGES {
                break;
            }
        }
        if same >= CHANGES.min(asked.len().saturating_sub(1)).max(2) {
            found.push(format!(
                "`{tool}`: changing `{name}` alone changed nothing in {same} tries, so it may ignore it"
            ));
        }
    }
    found
}

/// Returns pairs of questions that differ in an argument.
fn changes<'a>(
    asked: &'a [Asked<'a>],
    name: &'a str,
) -> impl Iterator<Item = (&'a Asked<'a>, &'a Asked<'a>)> {
    let pairs = asked.iter().zip(asked.iter().cycle().skip(1));
    pairs.filter(move |(base, other)| {
        let values = (base.arguments.get(name), other.arguments.get(name));
        matches!(values, (Some(a), Some(b)) if a != b)
    })
}

/// Returns the fields in which two answers differ; all of it where they are no objects.
fn differing(a: &Json, b: &Json) -> BTreeSet<String> {
    match (a, b) {
        (Json::Object(a), Json::Object(b)) => a
            .keys()
            .chain(b.keys())
            .filter(|name| a.get(*name) != b.get(*name))
            .cloned()
            .collect(),
        _ if a == b => BTreeSet::new(),
        _ => BTreeSet::from(["the answer".to_owned()]),
    }
}

fn without(answer: &Json, fields: &BTreeSet<String>) -> Json {
    let mut answer = answer.clone();
    if let Some(own) = answer.as_object_mut() {
        own.retain(|name, _| !fields.contains(name));
    }
    answer
}

fn listed(fields: &BTreeSet<String>) -> String {
    let fields: Vec<String> = fields.iter().map(|name| format!("`{name}`")).collect();
    fields.join(", ")
}
