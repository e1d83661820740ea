//! Scenarios in the words of people who never read the workflow itself.

use super::outcome::Judged;
use super::plan::Planned;
use super::{Ending, Scenario, WhatIf};
use crate::diag::{count, one_line};
use crate::spec::Workflow;

/// Returns a scenario with what came of it in words.
pub(super) fn told(workflow: &Workflow, planned: Planned, judged: Judged) -> Scenario {
    let mut scenario = Scenario {
        when: when(workflow, &planned.what_if),
        what_if: planned.what_if,
        ending: judged.ending,
        cases: judged.cases,
        failed: judged.failed,
        stopped: judged.stopped,
        changed: judged.changed,
        says: String::new(),
        remedy: None,
    };
    scenario.says = says(workflow, &scenario, &judged);
    scenario.remedy = scenario.is_weak().then(|| remedy(&scenario));
    scenario
}

/// Returns what goes wrong, as it reads after "if".
fn when(workflow: &Workflow, what_if: &WhatIf) -> String {
    match what_if {
        WhatIf::SourceDown { source } => format!("{} cannot be read", table(workflow, source)),
        WhatIf::SourceEmpty { source } => format!("{} has no rows", table(workflow, source)),
        WhatIf::ToolFails { tool } => format!("{tool} cannot be reached"),
        WhatIf::ValueMissing { field } => {
            let item = label(workflow.item().unwrap_or("case"));
            format!("{} {item} has no {}", article(&item), label(field))
        }
        WhatIf::Answered { step, answer } => format!("`{step}` is answered “{answer}”"),
        WhatIf::Unanswered { step } => format!("nothing comes at `{step}` in time"),
        WhatIf::Approved { output } => format!("the output `{output}` is approved"),
        WhatIf::Refused { output } => format!("the output `{output}` is refused"),
    }
}

/// Returns a table by its name, with where it comes from where the two differ.
fn table(workflow: &Workflow, name: &str) -> String {
    let from = workflow.data.get(name).map_or("", |pull| &pull.from);
    match from.split_once('.') {
        Some((_, table)) if table != name => format!("{} ({from})", label(name)),
        _ => label(name),
    }
}

/// Returns `a` or `an`, as it is said before a noun.
fn article(noun: &str) -> &'static str {
    let is_vowel = noun.starts_with(['a', 'e', 'i', 'o', 'u', 'A', 'E', 'I', 'O', 'U']);
    let is_said_with_y = ["us", "uni", "eu"]
        .iter()
        .any(|start| noun.starts_with(start));
    if is_vowel && !is_said_with_y {
        "an"
    } else {
        "a"
    }
}

fn label(name: &str) -> String {
    name.replace('_', " ")
}

fn says(workflow: &Workflow, scenario: &Scenario, judged: &Judged) -> String {
    let (cases, all) = (judged.cases, count(judged.cases, "case"));
    let is_of_cases = match &scenario.what_if {
        WhatIf::SourceDown { source } | WhatIf::SourceEmpty { source } => workflow
            .for_each
            .as_ref()
            .is_some_and(|e| e.over == *source),
        _ => false,
    };
    let is_approval = matches!(scenario.what_if, WhatIf::Approved { .. });
    let is_refusal = matches!(scenario.what_if, WhatIf::Refused { .. });
    match judged.ending {
        Ending::Untried if is_approval || is_refusal => "The sample makes none.".to_owned(),
        Ending::Untried => "No case of the sample comes upon it.".to_owned(),
        Ending::Held if is_approval => format!("{cases} of {cases} can be carried out."),
        Ending::Held if is_refusal => refused(judged),
        Ending::Held if is_of_cases => "There is nothing to do, and the run ends.".to_owned(),
        Ending::Held => format!("{all} finished."),
        Ending::Stopped if is_of_cases => {
            "The run ends before its first case, and says why.".to_owned()
        }
        Ending::Stopped if judged.left_out == judged.stopped => {
            format!(
                "{} of {all} are left out: such rows are no cases.",
                judged.stopped
            )
        }
        Ending::Stopped => format!("{} of {all} ended early, as is meant.", judged.stopped),
        Ending::Silent => silent(judged, &all),
        Ending::Crashed => crashed(scenario, judged, &all),
    }
}

fn refused(judged: &Judged) -> String {
    let stays = format!(
        "It was made {} and never leaves; no result changes",
        match judged.cases {
            1 => "once".to_owned(),
            times => format!("{times} times"),
        }
    );
    if judged.beside.is_empty() {
        return stays + ".";
    }
    let beside: Vec<String> = judged.beside.iter().map(|id| format!("`{id}`")).collect();
    let beside = beside.join(", ");
    format!("{stays}. The same cases make {beside} all the same.")
}

fn silent(judged: &Judged, all: &str) -> String {
    let example = judged.example.as_ref().map(|(field, was, is)| {
        let (was, is) = (one_line(was, 40), one_line(is, 40));
        format!(" ({}: {was} → {is})", label(field))
    });
    match example {
        Some(example) => format!(
            "Another result in {} of {all}{example}, and nothing tells why.",
            judged.silent
        ),
        None if judged.changed > 0 => format!(
            "Another way in {} of {all}, and nothing tells why.",
            judged.silent
        ),
        None => format!(
            "It goes on in {} of {all}, and nothing tells that something is missing.",
            judged.silent
        ),
    }
}

fn crashed(scenario: &Scenario, judged: &Judged, all: &str) -> String {
    let Some((part, failure)) = &judged.failure else {
        return format!("It fails in {} of {all}.", judged.failed);
    };
    let message = one_line(failure.message.trim_end_matches('.'), 160) + ".";
    let is_unsaid = match scenario.what_if {
        WhatIf::SourceDown { .. } | WhatIf::ToolFails { .. } => failure.code == "unavailable",
        WhatIf::Unanswered { .. } => matches!(failure.code.as_str(), "expired" | "timeout"),
        _ => false,
    };
    match scenario.what_if {
        WhatIf::Approved { .. } => format!(
            "{} of {} cannot be carried out: {message}",
            judged.failed, judged.cases
        ),
        _ if judged.failed == 0 => {
            format!("At the end of the run, the output `{part}` cannot be made: {message}")
        }
        _ if is_unsaid => format!(
            "It fails in {} of {all}, since nothing says what to do then.",
            judged.failed
        ),
        _ => format!(
            "It fails in {} of {all} at `{part}`: {message}",
            judged.failed
        ),
    }
}

/// Returns what can be said in chat or in the SOP so that the workflow holds.
fn remedy(scenario: &Scenario) -> String {
    let when = &scenario.when;
    match scenario.what_if {
        WhatIf::SourceDown { .. } | WhatIf::ToolFails { .. } => {
            format!("Say what then, such as: “If {when}, go on and note it.”")
        }
        WhatIf::Answered { .. } | WhatIf::Unanswered { .. } => format!("Say what then, if {when}."),
        WhatIf::SourceEmpty { .. } => format!("Say what comes out if {when}."),
        WhatIf::ValueMissing { .. } => {
            format!("Say what then, such as: “If {when}, put it before a person.”")
        }
        WhatIf::Approved { .. } | WhatIf::Refused { .. } => {
            "Say where that comes from, or that it is left out then.".to_owned()
        }
    }
}
