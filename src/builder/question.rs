//! What a person is asked, and what they answer.

use serde::{Deserialize, Serialize};

/// What a person is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// What it is about.
    pub kind: QuestionKind,
    /// The question, or the plan.
    pub text: String,
    /// Why it matters.
    pub why: Option<String>,
    /// Answers to choose from; free words are always possible.
    pub choices: Vec<String>,
    /// What tells how many rows each choice takes in, and how many they are once counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<Weight>,
}

/// What a choice means in the data: the rows that each takes in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weight {
    /// `connection.table`.
    pub table: String,
    /// For each choice, an expression over `row`.
    pub expressions: Vec<String>,
    /// How many rows there are, and how many each choice takes in, once they are counted.
    #[serde(default)]
    pub counted: Option<(usize, Vec<usize>)>,
}

impl Weight {
    /// Returns how many rows a choice takes in, in words.
    pub fn of_choice(&self, choice: usize) -> Option<String> {
        let (all, rows) = self.counted.as_ref()?;
        let name = self.table.rsplit('.').next().unwrap_or(&self.table);
        Some(format!("{} of {all} {name}", rows.get(choice)?))
    }
}

/// What a question is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuestionKind {
    /// Something that the SOP leaves open.
    Clarify,
    /// Whether to build what was planned.
    Plan,
    /// Whether to save what was only partly shown.
    SavePartial,
    /// Whether to keep a change that was shown.
    Keep,
    /// Whether something is done in runs without anybody's approval.
    Unattended,
    /// Whether to try or keep a connection.
    Connect,
}

impl QuestionKind {
    /// Does a plain Enter stand for a yes?
    pub fn is_agreed_by_enter(self) -> bool {
        use QuestionKind::{Keep, Plan, SavePartial};
        matches!(self, Plan | SavePartial | Keep)
    }

    /// Does it stand for a yes that everything was agreed to beforehand?
    pub fn is_agreed_beforehand(self) -> bool {
        self.is_agreed_by_enter() || self == QuestionKind::Unattended
    }
}

impl Question {
    /// Returns the question whether a connection may be tried or kept.
    pub(super) fn connect(text: String, yes: &str) -> Self {
        Question {
            kind: QuestionKind::Connect,
            text,
            why: None,
            choices: vec![yes.to_owned(), "No".to_owned()],
            weight: None,
        }
    }

    /// Returns the question whether a change is kept, with what its dry run did not show.
    pub fn keep(reasons: Option<String>) -> Self {
        Question {
            kind: QuestionKind::Keep,
            text: "Keep it?".to_owned(),
            why: reasons,
            choices: vec![
                "Yes, keep it".to_owned(),
                "No, leave it as it was".to_owned(),
            ],
            weight: None,
        }
    }
}

/// What a person answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// In words, or one of the choices.
    Words(String),
    /// Nobody is there to answer.
    Nobody,
}

/// Does an answer say no, and nothing of what should be instead?
pub fn is_no(words: &str) -> bool {
    let folded = words.trim().to_lowercase();
    let folded = folded.trim_end_matches(['.', '!']);
    matches!(
        folded,
        "n" | "no"
            | "nope"
            | "2"
            | "no, leave it as it was"
            | "no, keep working on it"
            | "stop"
            | "cancel"
    )
}

/// Does an answer agree?
pub fn is_yes(words: &str) -> bool {
    let folded = words.trim().to_lowercase();
    let first = folded
        .split(|c: char| !c.is_alphanumeric())
        .next()
        .unwrap_or_default();
    matches!(
        first,
        "y" | "yes"
            | "yep"
            | "yeah"
            | "ok"
            | "okay"
            | "sure"
            | "go"
            | "fine"
            | "good"
            | "agreed"
            | "1"
    ) && !folded.contains(" but ")
}
