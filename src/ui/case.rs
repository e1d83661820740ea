//! What happened to a case: what was read, decided and why, called, made, and put before a person.

use serde_json::Value as Json;

use super::inbox::{pairs, state, what};
use super::{Style, paint, spending, wrap};
use crate::diag::one_line;
use crate::engine::{Branch, Outcome, Status};
use crate::store::journal::{Approval, Effect, EffectState, Run, Used};

/// A case of a run, with all that is journaled of it.
#[derive(Debug)]
pub struct CaseTold<'c> {
    /// The run.
    pub run: &'c Run,
    /// Its key.
    pub key: &'c str,
    /// Its row, where rows are kept.
    pub item: &'c Json,
    /// What came of it, if it is finished.
    pub outcome: Option<&'c Outcome>,
    /// What it did.
    pub effects: &'c [Effect],
    /// What of it waits, or waited, for a person.
    pub approvals: &'c [Approval],
}

/// Returns what happened to a case, in order.
pub fn case(told: &CaseTold<'_>) -> String {
    let mut text = format!(
        "{} of {}: {}\n",
        paint(Style::Strong, format!("Case {}", told.key)),
        told.run.info.id,
        told.outcome.map_or("not finished", |o| o.status.word())
    );
    let mut section = |name: &str, lines: Vec<String>| {
        if lines.is_empty() {
            return;
        }
        text += &format!("{}\n", paint(Style::Strong, name));
        for line in lines {
            text += &format!("  {line}\n");
        }
    };
    if let Some(outcome) = told.outcome {
        let result = outcome.result.iter();
        let came = result.map(|(name, value)| format!("{name}: {}", plain(value)));
        section("Result", came.collect());
        section("Why", outcome.because.clone());
        match &outcome.status {
            Status::Failed { part, failure } => {
                let line = format!("at `{part}`: {}", failure.message);
                section("What went wrong", vec![line]);
            }
            Status::Stopped { step, because } => {
                section("Ended early", vec![format!("at `{step}`: {because}")]);
            }
            Status::Done => {}
        }
        section("To be known", outcome.caveats.clone());
    }
    if let Json::Object(row) = told.item {
        let line = pairs(row);
        section(
            "What was read",
            wrap::wrap(&line, super::width().saturating_sub(4)),
        );
    }
    if let Some(outcome) = told.outcome {
        let way: Vec<String> = outcome
            .path
            .iter()
            .map(|p| passed(&p.part, p.branch))
            .collect();
        section(
            "The way it took",
            wrap::wrap(&way.join(" → "), super::width().saturating_sub(4)),
        );
    }
    section("What it did", told.effects.iter().map(effect).collect());
    let mut used = Used::default();
    for effect in told.effects {
        used += effect.spent.as_ref().map_or(Used::default(), |s| s.used);
    }
    section("Models", spending::models(&used).into_iter().collect());
    let waits = told.approvals.iter();
    let waits = waits.map(|a| {
        format!(
            "{}. {}: {}",
            a.id,
            one_line(&what(a.delivery()), 90),
            state(a)
        )
    });
    section("Before a person", waits.collect());
    text
}

fn effect(e: &Effect) -> String {
    let clock = clock(e.begun);
    let took = match e.ended.map(|ended| ended - e.begun) {
        Some(ms) if ms > 0 => format!(" ({ms} ms)"),
        _ => String::new(),
    };
    let turn = if e.turn > 0 {
        format!(" ({})", e.turn + 1)
    } else {
        String::new()
    };
    let name = format!("`{}`{turn}", e.part);
    let did = match e.kind.as_str() {
        "tool" | "call" => {
            let arguments = e.request["arguments"]
                .as_object()
                .map(pairs)
                .unwrap_or_default();
            let tool = e.request["tool"].as_str().unwrap_or_default();
            format!("called {tool}: {}", one_line(&arguments, 90))
        }
        "llm" => match &e.spent {
            Some(spent) => format!("asked the model ({})", spending::answer(spent)),
            None => "asked the model".to_owned(),
        },
        "agent" => match &e.spent {
            Some(spent) => format!("let the model find out ({})", spending::answer(spent)),
            None => "let the model find out".to_owned(),
        },
        "ask" => "asked a person".to_owned(),
        "wait" => match e.request["event"].as_str() {
            Some(event) => format!("waited for the event `{event}`"),
            None => format!(
                "waited until {}",
                e.request["until"].as_str().unwrap_or_default()
            ),
        },
        "select" => "was set beside the other cases".to_owned(),
        "update" => {
            let set = e.request["set"].as_object().map(pairs).unwrap_or_default();
            format!(
                "updated {}: {}",
                e.request["table"].as_str().unwrap_or_default(),
                one_line(&set, 90)
            )
        }
        _ if e.answer.get("file").is_some() => "wrote".to_owned(),
        kind => kind.to_owned(),
    };
    let came = match e.state {
        EffectState::Done => match e.answer.get("file").map_or_else(|| plain(&e.answer), plain) {
            answer if answer.is_empty() => "done".to_owned(),
            answer => one_line(&answer, 140),
        },
        EffectState::Failed => {
            let message = e.answer["message"].as_str().unwrap_or_default();
            paint(Style::Bad, format!("failed: {message}"))
        }
        EffectState::Begun => paint(Style::Warn, "begun; what came of it is not known"),
        EffectState::Again => "is done again when the run is resumed".to_owned(),
        EffectState::NotDone => "is done when the run is resumed".to_owned(),
        EffectState::Left => "a person left it as it is".to_owned(),
    };
    let arrow = if did == "wrote" { "" } else { " →" };
    format!("{clock}  {name} {did}{arrow} {came}{took}")
}

fn passed(part: &str, branch: Branch) -> String {
    match branch {
        Branch::Ran => part.to_owned(),
        Branch::Skipped => format!("{part} (skipped)"),
        Branch::Rule(index) => format!("{part} (rule {})", index + 1),
        Branch::Otherwise => format!("{part} (otherwise)"),
        Branch::Recovered => format!("{part} (failed, went on)"),
        Branch::Failed => format!("{part} (failed)"),
    }
}

/// Returns a value as people read it.
fn plain(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        Json::Object(fields) => pairs(fields),
        other => other.to_string(),
    }
}

/// Returns the time of day of a moment, on a clock here.
fn clock(milliseconds: i64) -> String {
    jiff::Timestamp::from_millisecond(milliseconds).map_or_else(
        |_| String::new(),
        |at| {
            at.to_zoned(jiff::tz::TimeZone::system())
                .strftime("%H:%M:%S")
                .to_string()
        },
    )
}
