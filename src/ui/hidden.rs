//! A line that is typed without being seen.

use std::borrow::Cow;

use rustyline::completion::Completer;
use rustyline::config::Configurer;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::Hinter;
use rustyline::history::MemHistory;
use rustyline::validate::Validator;
use rustyline::{ColorMode, Editor, Helper};
use unicode_width::UnicodeWidthStr;

/// Shows blanks in the place of what is typed.
struct Hidden;

impl Helper for Hidden {}

impl Completer for Hidden {
    type Candidate = String;
}

impl Hinter for Hidden {
    type Hint = String;
}

impl Validator for Hidden {}

impl Highlighter for Hidden {
    fn highlight<'l>(&self, line: &'l str, _: usize) -> Cow<'l, str> {
        Cow::Owned(" ".repeat(line.width()))
    }

    fn highlight_char(&self, _: &str, _: usize, kind: CmdKind) -> bool {
        !matches!(kind, CmdKind::MoveCursor)
    }
}

/// Reads a line that is not shown, as [`hidden`] does; nothing outside a terminal.
pub async fn hidden_line(prompt: &str) -> Option<String> {
    if !super::is_interactive() {
        return None;
    }
    let prompt = prompt.to_owned();
    let read = tokio::task::spawn_blocking(move || hidden(&prompt));
    read.await.ok().flatten()
}

/// Reads a line that is not shown and not remembered; nothing, where the person leaves or the
/// terminal cannot hide it.
fn hidden(prompt: &str) -> Option<String> {
    let config = rustyline::Config::builder().build();
    let mut editor: Editor<Hidden, MemHistory> =
        Editor::with_history(config, MemHistory::new()).ok()?;
    editor.set_helper(Some(Hidden));
    // Without colours it would show what is typed.
    editor.set_color_mode(ColorMode::Forced);
    editor.set_auto_add_history(false);
    editor
        .readline(prompt)
        .ok()
        .map(|line| line.trim().to_owned())
}
