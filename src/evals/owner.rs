//! The simulated owner of an SOP: answers questions by their words, and agrees to plans.

use async_trait::async_trait;
use serde::Deserialize;

use crate::builder::{Answer, Face, Question, QuestionKind};

/// What an owner answers.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Owner {
    /// The answer to whatever no other answer is about; without it nobody is there.
    pub default: Option<String>,
    /// Answers, the first that fits being given.
    pub answers: Vec<OwnersAnswer>,
}

/// One answer.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnersAnswer {
    /// Words of which the question has at least one.
    pub about: Vec<String>,
    /// The answer, in plain words.
    pub says: String,
}

impl Owner {
    /// Returns the answer to a question.
    pub fn answer(&self, question: &str) -> Option<&str> {
        let question = question.to_lowercase();
        let fits = |answer: &&OwnersAnswer| {
            let mut about = answer.about.iter();
            about.any(|word| question.contains(&word.to_lowercase()))
        };
        let answer = self.answers.iter().find(fits).map(|a| a.says.as_str());
        answer.or(self.default.as_deref())
    }
}

/// The owner at the other end of a conversation.
pub(super) struct Seat<'o> {
    owner: &'o Owner,
    /// What was asked, and answered.
    pub(super) asked: Vec<(String, String)>,
}

impl<'o> Seat<'o> {
    pub(super) fn of(owner: &'o Owner) -> Self {
        Seat {
            owner,
            asked: Vec::new(),
        }
    }
}

#[async_trait]
impl Face for Seat<'_> {
    async fn ask(&mut self, question: &Question) -> Answer {
        if question.kind != QuestionKind::Clarify {
            return Answer::Words("yes".to_owned());
        }
        let answer = self.owner.answer(&question.text).map(str::to_owned);
        let told = answer.clone().unwrap_or_else(|| "(nobody)".to_owned());
        self.asked.push((question.text.clone(), told));
        answer.map_or(Answer::Nobody, Answer::Words)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_first_answer_about_a_word_of_the_question_is_given() {
        let owner: Owner = toml::from_str(
            "default = \"As the SOP says.\"\n[[answers]]\nabout = [\"working day\", \"weekend\"]\nsays = \"Calendar days.\"",
        )
        .unwrap();
        assert_eq!(
            owner.answer("Are these Working days?"),
            Some("Calendar days.")
        );
        assert_eq!(owner.answer("Who approves?"), Some("As the SOP says."));
        assert_eq!(Owner::default().answer("Who approves?"), None);
    }
}
