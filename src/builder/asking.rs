//! What a person is asked within a conversation, and what their answers do.

use serde_json::Value as Json;

use super::question::{is_no, is_yes};
use super::tools::{AskUser, NOBODY, ProposePlan};
use super::{Answer, Mode, Question, QuestionKind, Session};
use crate::model::ToolCall;
use crate::rehearse::{Claim, Report};

/// The most questions of a build; what is open beyond them becomes an assumption.
const QUESTIONS: usize = 7;

impl Session {
    /// Returns what the user has to be asked before a call is answered, if anything.
    pub(super) fn question(&self, call: &ToolCall) -> Option<Question> {
        match call.name.as_str() {
            "ask_user" if !self.has_asked_enough() => AskUser::open_question(call, &self.answered),
            "propose_plan" => ProposePlan::question(call),
            "draft_connection" | "keep_connection" => self.question_of_connection(call),
            "save_workflow" => {
                let report = self.current_report()?;
                let unattended = self.question_of_unattended();
                unattended.or_else(|| self.before_saving(report))
            }
            _ => None,
        }
    }

    /// Has a build asked as much as a person will answer?
    fn has_asked_enough(&self) -> bool {
        self.mode == Mode::Build && self.answered.len() >= QUESTIONS
    }

    fn before_saving(&self, report: &Report) -> Option<Question> {
        let agreed = self.partial_agreed.is_some() && self.partial_agreed == self.fingerprint();
        if agreed || report.claim == Claim::Failed {
            return None;
        }
        let reasons = (!report.reasons.is_empty()).then(|| report.reasons.join("\n"));
        if self.confirms {
            return Some(Question::keep(reasons));
        }
        (report.claim == Claim::Partial).then(|| Question {
            kind: QuestionKind::SavePartial,
            text: "The dry run shows only part of what the workflow does. Save it all the same?"
                .to_owned(),
            why: reasons,
            choices: vec![
                "Yes, save it".to_owned(),
                "No, keep working on it".to_owned(),
            ],
            weight: None,
        })
    }

    /// Takes a person's answer to a question.
    pub fn answered_by_user(&mut self, question: &Question, answer: &Answer) {
        match question.kind {
            QuestionKind::Clarify => {
                let words = match answer {
                    Answer::Words(words) => words.clone(),
                    Answer::Nobody => NOBODY.to_owned(),
                };
                self.answered.push((question.text.clone(), words));
                let counted = question.weight.as_ref().and_then(|w| w.counted.as_ref());
                if let Some((_, rows)) = counted {
                    let rows = rows.iter().map(|rows| Json::from(*rows));
                    let rows = question.choices.iter().cloned().zip(rows).collect();
                    self.counted.push((question.text.clone(), rows));
                }
                if let Some(call) = self.pending.first().cloned()
                    && (self.has_asked_enough()
                        || AskUser::open_question(&call, &self.answered).is_none())
                {
                    let content = AskUser::answers(&call, &self.answered, &self.counted);
                    self.answered_by_tool(content, false);
                }
            }
            QuestionKind::Plan => {
                let (content, agreed) = match answer {
                    Answer::Words(words) if is_yes(words) => {
                        ("The user agrees. Build it.".to_owned(), true)
                    }
                    Answer::Words(words) => {
                        (format!("The user does not agree yet: {words}"), false)
                    }
                    Answer::Nobody => (
                        "Nobody is here to answer: go on as planned.".to_owned(),
                        true,
                    ),
                };
                if agreed {
                    self.plan = Some(question.text.clone());
                }
                self.answered_by_tool(content, false);
            }
            QuestionKind::SavePartial => match answer {
                Answer::Words(words) if !is_yes(words) => self.not_saved(words),
                _ => self.partial_agreed = self.fingerprint(),
            },
            QuestionKind::Unattended => self.answered_about_unattended(answer),
            QuestionKind::Connect => self.answered_about_connection(answer),
            QuestionKind::Keep => match answer {
                Answer::Words(words) if is_yes(words) => self.partial_agreed = self.fingerprint(),
                Answer::Words(words) if !is_no(words) => self.not_saved(words),
                // A change that nobody has agreed to is not kept.
                _ => {
                    self.not_saved("no");
                    self.declined = true;
                }
            },
        }
    }

    /// Tells the model what the user wants instead of saving, which belongs to what they asked.
    fn not_saved(&mut self, words: &str) {
        self.asked = format!("{}\n{words}", self.asked);
        self.answered_by_tool(
            format!("The user does not want to save it yet: {words}"),
            true,
        );
    }
}
