//! A conversation with the builder as it shows in a terminal.

use std::path::PathBuf;

use async_trait::async_trait;

use super::{Progress, Style, note, paint, piece};
use crate::builder::tools::ToolAnswer;
use crate::builder::{Answer, Face, Question, QuestionKind, Refinement, Session};
use crate::diag::one_line;
use crate::model::Delta;
use crate::store::write_atomically;

/// Where a person's answers come from.
#[async_trait]
pub trait Lines: Send {
    /// Is a person there who can answer?
    fn is_there(&self) -> bool {
        true
    }

    /// Asks for a line; nothing if nobody is there or the person leaves.
    async fn line(&mut self, prompt: &str) -> Option<String>;

    /// Asks for a line that is not shown while it is typed; nothing where it would be.
    async fn secret(&mut self, _: &str) -> Option<String> {
        None
    }
}

/// Nobody is there: every question goes unanswered.
pub struct Nobody;

#[async_trait]
impl Lines for Nobody {
    fn is_there(&self) -> bool {
        false
    }

    async fn line(&mut self, _: &str) -> Option<String> {
        None
    }
}

/// Lines of standard input.
pub struct Stdin;

#[async_trait]
impl Lines for Stdin {
    async fn line(&mut self, prompt: &str) -> Option<String> {
        piece(prompt);
        let read = tokio::task::spawn_blocking(|| {
            let mut line = String::new();
            std::io::stdin()
                .read_line(&mut line)
                .ok()
                .filter(|n| *n > 0)
                .map(|_| line)
        });
        read.await.ok().flatten().map(|line| line.trim().to_owned())
    }

    async fn secret(&mut self, prompt: &str) -> Option<String> {
        super::hidden_line(prompt).await
    }
}

/// Shows a conversation in a terminal.
pub struct Conversation<L> {
    lines: L,
    /// Says nothing, as for a program that reads the outcome.
    is_quiet: bool,
    /// Agrees to plans and partial saves without asking.
    agrees: bool,
    /// Where the session is written after each step.
    session: PathBuf,
    spinner: Option<Progress>,
    is_within_text: bool,
    warned: bool,
    refined: Option<Refinement>,
}

impl<L: Lines> Conversation<L> {
    /// Returns a conversation that takes answers from `lines` and is written to `session`.
    pub fn new(lines: L, session: PathBuf) -> Self {
        Conversation {
            lines,
            is_quiet: false,
            agrees: false,
            session,
            spinner: None,
            is_within_text: false,
            warned: false,
            refined: None,
        }
    }

    /// Says nothing.
    #[must_use]
    pub fn quiet(mut self, is_quiet: bool) -> Self {
        self.is_quiet = is_quiet;
        self
    }

    /// Agrees to plans and partial saves without asking.
    #[must_use]
    pub fn agreeing(mut self, agrees: bool) -> Self {
        self.agrees = agrees;
        self
    }

    /// Writes the session to another file from now on.
    pub fn keep_in(&mut self, session: PathBuf) {
        self.session = session;
    }

    /// Takes the last change of the workflow that was shown.
    pub fn refined(&mut self) -> Option<Refinement> {
        self.refined.take()
    }

    /// Returns where answers come from.
    pub fn lines(&mut self) -> &mut L {
        &mut self.lines
    }

    /// Shows that something is being waited for.
    pub fn wait_for(&mut self, what: &str) {
        if !self.is_quiet {
            self.spinner = Some(Progress::spinner(what));
        }
    }

    /// Takes away what was shown only while something was under way.
    pub fn settle(&mut self) {
        if let Some(spinner) = self.spinner.take() {
            spinner.end();
        }
        if self.is_within_text {
            piece("\n");
            self.is_within_text = false;
        }
    }

    fn show(&self, text: &str) {
        if !self.is_quiet {
            super::out(text);
        }
    }
}

#[async_trait]
impl<L: Lines> Face for Conversation<L> {
    fn delta(&mut self, delta: Delta) {
        if self.is_quiet {
            return;
        }
        match delta {
            Delta::Text(text) => {
                if let Some(spinner) = self.spinner.take() {
                    spinner.end();
                }
                self.is_within_text |= !text.is_empty();
                piece(&text);
            }
            Delta::CallStarted { name } => {
                self.settle();
                self.spinner = Some(Progress::spinner(&spoken(&name)));
            }
            Delta::CallArguments { chars } => {
                if let Some(spinner) = &self.spinner
                    && chars > 4000
                {
                    spinner.says(format!("writing, {} kB so far", chars / 1000));
                }
            }
            Delta::Retrying { after, because } => {
                self.settle();
                note(format!(
                    "{} {because}; asked again in {:.0} s",
                    paint(Style::Warn, "The model did not answer:"),
                    after.as_secs_f64()
                ));
            }
        }
    }

    fn end_of_answer(&mut self) {
        self.settle();
    }

    fn tool_begins(&mut self, name: &str) {
        if !self.is_quiet {
            self.spinner = Some(Progress::spinner(&spoken(name)));
        }
    }

    fn tool_ended(&mut self, name: &str, answer: &ToolAnswer) {
        self.settle();
        let mark = if answer.is_error {
            paint(Style::Warn, "✗")
        } else {
            paint(Style::Good, "✓")
        };
        self.show(&format!(
            "{mark} {} {}",
            paint(Style::Strong, spoken(name)),
            paint(
                Style::Faint,
                one_line(&answer.line, super::width().saturating_sub(24))
            )
        ));
    }

    fn progress(&self) -> Box<dyn Fn(usize, usize) + Send + Sync> {
        match &self.spinner {
            Some(spinner) => {
                let spinner = spinner.clone();
                Box::new(move |done, of| spinner.says(format!("dry run, {done} of {of} cases")))
            }
            None => Box::new(|_, _| {}),
        }
    }

    fn changed(&mut self, refinement: &Refinement) {
        self.settle();
        self.show(&super::refinement(refinement));
        self.refined = Some(refinement.clone());
    }

    async fn ask(&mut self, question: &Question) -> Answer {
        self.settle();
        if question.kind.is_agreed_beforehand() && self.agrees {
            return Answer::Words("yes".to_owned());
        }
        if self.is_quiet || !self.lines.is_there() {
            if question.kind == QuestionKind::Clarify {
                self.show(&shown(question, false));
            }
            return Answer::Nobody;
        }
        self.show(&shown(question, true));
        match self
            .lines
            .line(&format!("{} ", paint(Style::Accent, "›")))
            .await
        {
            Some(line) if !line.trim().is_empty() => {
                Answer::Words(chosen(line.trim(), &question.choices))
            }
            Some(_) if question.kind.is_agreed_by_enter() => Answer::Words("yes".to_owned()),
            _ => Answer::Nobody,
        }
    }

    async fn secret(&mut self, ask: &str) -> Option<String> {
        self.settle();
        if self.is_quiet || !self.lines.is_there() {
            return None;
        }
        self.show(&paint(Style::Strong, ask));
        self.lines.secret("  (not shown) > ").await
    }

    fn keep(&mut self, session: &Session) {
        let text = serde_json::to_string(session).unwrap_or_default();
        if let Err(error) = write_atomically(&self.session, text.as_bytes())
            && !self.warned
        {
            self.warned = true;
            note(format!(
                "{} {error}",
                paint(Style::Warn, "The session cannot be kept:")
            ));
        }
    }
}

/// Returns a question with its numbered choices.
fn shown(question: &Question, is_asked: bool) -> String {
    let title = match question.kind {
        QuestionKind::Clarify => "Question",
        QuestionKind::Plan => "The plan",
        QuestionKind::SavePartial | QuestionKind::Keep | QuestionKind::Unattended => {
            "Before it is saved"
        }
        QuestionKind::Connect => "A connection",
    };
    let mut text = format!(
        "\n{}\n{}\n",
        paint(Style::Accent, title),
        wrapped(&question.text)
    );
    if let Some(why) = &question.why {
        text += &format!("{}\n", paint(Style::Faint, wrapped(why)));
    }
    if is_asked {
        for (index, choice) in question.choices.iter().enumerate() {
            let rows = question.weight.as_ref().and_then(|w| w.of_choice(index));
            let rows = rows.map(|rows| paint(Style::Faint, format!(" ({rows})")));
            text += &format!(
                "  {} {choice}{}\n",
                paint(Style::Strong, format!("{}.", index + 1)),
                rows.unwrap_or_default()
            );
        }
        let hint = match (question.kind, question.choices.is_empty()) {
            (QuestionKind::Clarify, true) => {
                "Answer in your own words; Enter leaves it to the builder."
            }
            (QuestionKind::Clarify, false) => {
                "A number, or your own words; Enter leaves it to the builder."
            }
            (QuestionKind::Connect | QuestionKind::Unattended, _) => {
                "A number, or your own words; Enter does not agree."
            }
            _ => "Enter agrees; or say what should be different.",
        };
        text += &paint(Style::Faint, hint);
    }
    text
}

/// Returns a text with its lines broken between words where they are too long for the terminal.
fn wrapped(text: &str) -> String {
    let indented = |line: &str| {
        let words = line.trim_start();
        let indent = &line[..line.len() - words.len()];
        let room = super::width().saturating_sub(indent.len()).max(1);
        let lines = super::wrap::wrap(words, room).into_iter();
        lines
            .map(|line| format!("{indent}{line}"))
            .collect::<Vec<_>>()
            .join("\n")
    };
    text.trim()
        .lines()
        .map(indented)
        .collect::<Vec<_>>()
        .join("\n")
}

/// Returns the choice that a number stands for, or the words themselves.
fn chosen(line: &str, choices: &[String]) -> String {
    let by_number = line
        .trim_end_matches('.')
        .parse::<usize>()
        .ok()
        .and_then(|n| choices.get(n.checked_sub(1)?));
    by_number.cloned().unwrap_or_else(|| line.to_owned())
}

/// Returns what a tool does, in words.
fn spoken(name: &str) -> String {
    match name {
        "list_connections" => "looked around",
        "inspect" => "looked at",
        "query" => "counted",
        "try_tool" => "tried",
        "ask_user" => "asked",
        "propose_plan" => "planned",
        "write_workflow" => "wrote the workflow",
        "edit_workflow" => "changed it",
        "dry_run" => "dry run",
        "add_test" => "added",
        "save_workflow" => "saved",
        "draft_connection" => "connection",
        "keep_connection" => "kept",
        "compare" => "comparing results",
        other => other,
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_for_choices_and_words_for_themselves() {
        let choices = ["a".to_owned(), "b".to_owned()];
        assert_eq!(chosen("2", &choices), "b");
        assert_eq!(chosen("2.", &choices), "b");
        assert_eq!(chosen("3", &choices), "3");
        assert_eq!(chosen("neither", &choices), "neither");
    }
}
