//! What a workflow does outside without waiting for a person: that is agreed to before it is saved,
//! whatever else is, since the words of an SOP or of data may have brought it about.

use serde_json::Value as Json;

use super::{Answer, Question, QuestionKind, Session};
use crate::builder::question::is_yes;
use crate::spec::{Approval, OutputKind, StepKind, read_value};

/// Returns what a workflow does without waiting for a person, in words.
pub fn unattended(document: &Json) -> Vec<String> {
    let Some(workflow) = read_value(document.clone()).workflow else {
        return Vec::new();
    };
    let is_free = |approval| approval == Some(Approval::NotNeeded);
    let outputs = workflow.outputs.iter().filter_map(|output| {
        let id = &output.common.id;
        let told = match &output.kind {
            OutputKind::Message(message) => format!("the message {id} to {}", message.to),
            OutputKind::Update(update) => format!("the update {id} of {}", update.table),
            OutputKind::Call(call) => format!("the call {id} of {}", call.tool),
            OutputKind::Document(_) | OutputKind::Table(_) | OutputKind::EmailDraft(_) => {
                return None;
            }
        };
        is_free(output.common.approval).then_some(told)
    });
    let steps = workflow.all_steps().into_iter();
    let steps = steps.filter_map(|step| match &step.kind {
        StepKind::Call(call) if is_free(call.approval) => {
            Some(format!("the call {} of {}", step.common.id, call.tool))
        }
        _ => None,
    });
    steps.chain(outputs).collect()
}

impl Session {
    /// Returns what the draft does without waiting for a person that nobody has agreed to.
    pub fn not_agreed(&self) -> Vec<String> {
        let document = self.draft.document.as_ref();
        let mut all = document.map(unattended).unwrap_or_default();
        all.retain(|one| !self.unattended.contains(one));
        all
    }

    /// Returns the question whether what nobody has agreed to may be done.
    pub(super) fn question_of_unattended(&self) -> Option<Question> {
        let all = self.not_agreed();
        (!all.is_empty()).then(|| Question {
            kind: QuestionKind::Unattended,
            text: format!(
                "In each run, without asking anybody first: {}. Is that so?",
                all.join("; ")
            ),
            why: None,
            choices: vec![
                "Yes, it need not wait".to_owned(),
                "No, it waits for my approval".to_owned(),
            ],
            weight: None,
        })
    }

    /// Takes the answer to that question.
    pub(super) fn answered_about_unattended(&mut self, answer: &Answer) {
        let told = match answer {
            Answer::Words(words) if is_yes(words) => {
                let all = self.not_agreed();
                self.unattended.extend(all);
                return;
            }
            Answer::Words(words) => format!("The user does not want that: {words}"),
            Answer::Nobody => {
                "Nobody is here to agree that it is done without approval.".to_owned()
            }
        };
        self.answered_by_tool(
            format!("Not saved. {told} Give it \"approval\": \"required\"; a call within the flow then becomes an output."),
            true,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_waits_for_nobody_is_told_with_where_it_goes() {
        let document = json!({
            "name": "x", "title": "X", "objective": "x", "sop": { "file": "s", "statements": 1 },
            "workflow": 1, "trigger": { "kind": "manual" }, "data": {},
            "steps": [
                { "id": "look", "kind": "call", "tool": "a.look", "sop": [1] },
                { "id": "book", "kind": "call", "tool": "a.book", "approval": "not_needed", "sop": [1] } ],
            "outputs": [
                { "id": "alert", "kind": "message", "to": "slack.cs", "text": "x", "approval": "not_needed" },
                { "id": "calm", "kind": "message", "to": "slack.cs", "text": "x", "approval": "required" } ]
        });
        assert_eq!(
            unattended(&document),
            ["the call book of a.book", "the message alert to slack.cs"]
        );
    }
}
