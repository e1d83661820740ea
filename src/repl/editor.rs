//! The line editor, on a thread of its own: a turn can be stopped while it waits.

use std::borrow::Cow;
use std::path::PathBuf;

use async_trait::async_trait;
use rustyline::completion::{Completer, Pair};
use rustyline::config::{BellStyle, CompletionType};
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::FileHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Config, Context, Helper};
use tokio::sync::{mpsc, oneshot};

use super::commands::COMMANDS;
use crate::ui::{self, Lines};

/// What came of asking for a line.
#[derive(Debug)]
pub(super) enum Input {
    /// A line, or several that were pasted.
    Line(String),
    /// Ctrl-C.
    Interrupted,
    /// Ctrl-D, or the input has ended.
    Left,
}

type Request = (String, oneshot::Sender<Input>);

/// The editor's thread.
pub struct Editor {
    requests: mpsc::UnboundedSender<Request>,
}

impl Editor {
    /// Starts the thread. Lines typed earlier are in the history file.
    pub(super) fn start(history: PathBuf, sops: Vec<String>, workflows: Vec<String>) -> Self {
        let (requests, mut asked) = mpsc::unbounded_channel::<Request>();
        std::thread::spawn(move || {
            let mut editor = new_editor(sops, workflows);
            if let Some(editor) = &mut editor {
                // A first session has no history.
                let _ = editor.load_history(&history);
            }
            while let Some((prompt, answer)) = asked.blocking_recv() {
                let input = match &mut editor {
                    Some(editor) => read(editor, &prompt, &history),
                    None => Input::Left,
                };
                // Nobody waits for it any more after a stop.
                let _ = answer.send(input);
            }
        });
        Editor { requests }
    }

    /// Asks for a line.
    pub(super) async fn read(&mut self, prompt: &str) -> Input {
        let (answer, answered) = oneshot::channel();
        if self.requests.send((prompt.to_owned(), answer)).is_err() {
            return Input::Left;
        }
        answered.await.unwrap_or(Input::Left)
    }
}

#[async_trait]
impl Lines for Editor {
    async fn line(&mut self, prompt: &str) -> Option<String> {
        match self.read(prompt).await {
            Input::Line(line) => Some(line),
            Input::Interrupted | Input::Left => None,
        }
    }

    async fn secret(&mut self, prompt: &str) -> Option<String> {
        ui::hidden_line(prompt).await
    }
}

type LineEditor = rustyline::Editor<Words, FileHistory>;

fn new_editor(sops: Vec<String>, workflows: Vec<String>) -> Option<LineEditor> {
    let config = Config::builder()
        .history_ignore_space(true)
        .max_history_size(1000)
        .ok()?
        .completion_type(CompletionType::List)
        .bell_style(BellStyle::None)
        .bracketed_paste(true)
        .build();
    let mut editor = LineEditor::with_config(config).ok()?;
    editor.set_helper(Some(Words {
        names: workflows.into_iter().chain(sops).collect(),
    }));
    Some(editor)
}

fn read(editor: &mut LineEditor, prompt: &str, history: &PathBuf) -> Input {
    match editor.readline(prompt) {
        Ok(line) => {
            if !line.trim().is_empty() {
                let _ = editor.add_history_entry(line.as_str());
                if let Some(folder) = history.parent() {
                    let _ = std::fs::create_dir_all(folder);
                }
                // A history that cannot be kept is not worth a word at each line.
                let _ = editor.append_history(history);
            }
            Input::Line(line)
        }
        Err(ReadlineError::Interrupted) => Input::Interrupted,
        Err(_) => Input::Left,
    }
}

/// Completes slash commands, and the names of SOPs and workflows.
struct Words {
    names: Vec<String>,
}

impl Helper for Words {}

impl Highlighter for Words {
    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, _: bool) -> Cow<'b, str> {
        Cow::Borrowed(prompt)
    }
}

impl Hinter for Words {
    type Hint = String;
}

impl Validator for Words {
    /// A line that ends in a backslash goes on.
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        Ok(if context.input().ends_with('\\') {
            ValidationResult::Incomplete
        } else {
            ValidationResult::Valid(None)
        })
    }
}

impl Completer for Words {
    type Candidate = Pair;

    fn complete(
        &self,
        line: &str,
        at: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<Pair>)> {
        let typed = line.get(..at).unwrap_or(line);
        let pair = |text: String, about: &str| Pair {
            display: if about.is_empty() {
                text.clone()
            } else {
                format!("{text:<14} {about}")
            },
            replacement: text,
        };
        if let Some(command) = typed.strip_prefix('/') {
            let found = COMMANDS
                .iter()
                .filter(|(name, _)| name.starts_with(command));
            return Ok((
                0,
                found
                    .map(|(name, about)| pair(format!("/{name}"), about))
                    .collect(),
            ));
        }
        let start = typed.rfind(' ').map_or(0, |space| space + 1);
        let word = &typed[start..];
        let found = self
            .names
            .iter()
            .filter(|name| !word.is_empty() && name.starts_with(word));
        Ok((start, found.map(|name| pair(name.clone(), "")).collect()))
    }
}
