//! The chat: a line editor on its own thread, slash commands, and turns that Ctrl-C stops
//! without losing the session.

mod commands;
mod editor;
mod turn;
mod versions;

use std::process::ExitCode;

use crate::builder::{Builder, Face, Limits, Mode, Session};
use crate::cli::Context;
use crate::diag::{Error, Result};
use crate::sop::Sop;
use crate::spec::{self, Workflow, diagram, trace};
use crate::store::{self, Workspace};
use crate::ui::{self, Conversation, Style, paint};

use editor::{Editor, Input};

/// What a chat begins with.
#[derive(Debug)]
pub enum Opening {
    /// With nothing: the person names or pastes an SOP.
    Nothing,
    /// With a saved workflow or an SOP.
    Named(Option<String>),
    /// With an earlier session: the last one, or the one of an id.
    Resume(Option<String>),
}

/// A chat under way.
pub struct Chat<'c> {
    context: &'c Context,
    builder: Option<Builder>,
    face: Conversation<Editor>,
    is_built_in: bool,
}

/// Chats until the person leaves.
///
/// # Errors
/// If the session or the model that was named cannot be used.
pub async fn start(context: &Context, opening: Opening) -> Result<ExitCode> {
    let history = context.workspace.own().join("history");
    let editor = Editor::start(
        history,
        context.workspace.sops(),
        store::list(&context.workspace),
    );
    let session_path = context.workspace.own().join("sessions").join("none.json");
    let mut chat = Chat {
        context,
        builder: None,
        face: Conversation::new(editor, session_path),
        is_built_in: false,
    };
    match opening {
        Opening::Nothing | Opening::Named(None) => chat.greet().await?,
        Opening::Named(Some(what)) => chat.open_named(&what).await?,
        Opening::Resume(id) => chat.resume(id.as_deref()).await?,
    }
    chat.go_on().await
}

impl<'c> Chat<'c> {
    async fn greet(&mut self) -> Result<()> {
        let chosen = self.context.model().await?;
        ui::out(format!(
            "{} with {}",
            paint(Style::Strong, "Sopwright"),
            chosen.model.name()
        ));
        if chosen.is_built_in {
            ui::out(paint(
                Style::Faint,
                "No model was found, so the built-in drafter builds: it reads plain rules, and asks about the rest. `sopwright doctor` says how to set up a model.",
            ));
        }
        let sops = self.context.workspace.sops();
        let workflows = store::list(&self.context.workspace);
        if !workflows.is_empty() {
            ui::out(format!("Saved:  {}", workflows.join(", ")));
        }
        if !sops.is_empty() {
            ui::out(format!("SOPs:   {}", sops.join(", ")));
        }
        ui::out(format!(
            "Paste an SOP, or name one. {} lists what else there is.",
            paint(Style::Accent, "/help")
        ));
        Ok(())
    }

    /// Reads and answers lines until the person leaves.
    async fn go_on(&mut self) -> Result<ExitCode> {
        loop {
            let prompt = match &self.builder {
                Some(builder) => format!("{}{} ", builder.session.name, paint(Style::Accent, " ›")),
                None => format!("{} ", paint(Style::Accent, "›")),
            };
            match self.face.lines().read(&prompt).await {
                Input::Left => {
                    if let Some(builder) = &self.builder {
                        ui::out(format!(
                            "The session is kept: {}",
                            paint(
                                Style::Accent,
                                format!("sopwright resume {}", builder.session.id)
                            )
                        ));
                    }
                    return Ok(ExitCode::SUCCESS);
                }
                Input::Interrupted => ui::out(paint(Style::Faint, "Ctrl-D or /quit leaves.")),
                Input::Line(line) => {
                    let line = line.trim().to_owned();
                    let went = match line.strip_prefix('/') {
                        _ if line.is_empty() => continue,
                        Some("quit" | "exit" | "q") => return Ok(ExitCode::SUCCESS),
                        Some(command)
                            if !command.contains('\n')
                                && !command.starts_with(|c: char| c == '/' || c.is_uppercase()) =>
                        {
                            self.command(command).await
                        }
                        _ => self.say(&line).await,
                    };
                    self.face.settle();
                    if let Err(error) = went {
                        ui::note(ui::error(&error));
                    }
                }
            }
        }
    }

    /// Takes what the person says: the name or text of an SOP, or a turn of the conversation.
    async fn say(&mut self, line: &str) -> Result<()> {
        if self.builder.is_some() {
            if let Some(files) = asks_for_a_backtest(line) {
                return self.backtest(&files).await;
            }
            if let Some(builder) = &mut self.builder {
                builder.session.say(line);
                self.face.keep(&builder.session);
            }
            return self.turn().await;
        }
        let is_name =
            !line.contains('\n') && line.len() < 200 && line.split_whitespace().count() <= 2;
        if is_name {
            return self.open_named(line).await;
        }
        let sop = crate::sop::decode(line.as_bytes(), "that was pasted")?;
        let name = free_name(&self.context.workspace, &sop.suggested_name());
        self.begin(name, sop).await
    }

    /// Opens a saved workflow, or begins with an SOP.
    async fn open_named(&mut self, what: &str) -> Result<()> {
        if store::list(&self.context.workspace)
            .iter()
            .any(|name| name == what)
        {
            let stored = store::load(&self.context.workspace, what)?;
            return self.reopen(stored).await;
        }
        let sop = self.context.workspace.sop(what).map_err(|error| {
            let known = store::list(&self.context.workspace);
            match crate::diag::nearest(what, known.iter().map(String::as_str)) {
                Some(near) => {
                    Error::input(format!("There is neither a workflow nor an SOP `{what}`"))
                        .help(format!("Did you mean the workflow `{near}`?"))
                }
                None => error,
            }
        })?;
        let stem = std::path::Path::new(what)
            .file_stem()
            .map(|s| s.to_string_lossy().into_owned());
        let name = free_name(
            &self.context.workspace,
            &crate::sop::slug(stem.as_deref().unwrap_or(what)),
        );
        self.begin(name, sop).await
    }

    async fn begin(&mut self, name: String, sop: Sop) -> Result<()> {
        ui::out(format!(
            "{} statements read; the workflow will be called {}.",
            sop.statements.len(),
            paint(Style::Strong, &name)
        ));
        let session = Session::new(new_id(&name), name, sop, Mode::Chat);
        self.take(session).await?;
        if let Some(builder) = &mut self.builder {
            builder.open(None);
        }
        self.turn().await
    }

    async fn reopen(&mut self, stored: store::Stored) -> Result<()> {
        let session = Session::of_saved(new_id(&stored.name), stored);
        self.take(session).await?;
        if let Some(builder) = &mut self.builder {
            builder.reopen();
        }
        self.show_workflow();
        ui::out(format!(
            "Say what should change, or {}.",
            paint(Style::Accent, "/help")
        ));
        Ok(())
    }

    /// Goes on with an earlier session.
    async fn resume(&mut self, id: Option<&str>) -> Result<()> {
        let session = find_session(&self.context.workspace, id)?;
        ui::out(format!(
            "Going on with {}",
            paint(Style::Strong, &session.id)
        ));
        let is_under_way = !session.pending.is_empty()
            || !session.results.is_empty()
            || matches!(
                session.messages.last(),
                Some(
                    crate::model::Message::User { .. } | crate::model::Message::ToolResults { .. }
                )
            );
        let waits = session.waits_for_the_user();
        let mut session = session;
        session.mode = Mode::Chat;
        session.confirms = false;
        self.take(session).await?;
        self.show_workflow();
        if is_under_way && !waits {
            return self.turn().await;
        }
        Ok(())
    }

    async fn take(&mut self, session: Session) -> Result<()> {
        let path = self
            .context
            .workspace
            .own()
            .join("sessions")
            .join(format!("{}.json", session.id));
        let (resources, is_built_in) = self.context.resources().await?;
        self.is_built_in = is_built_in;
        self.face.keep_in(path);
        self.face.keep(&session);
        self.builder = Some(Builder::new(session, resources, Limits::default()));
        Ok(())
    }

    /// Shows what the draft and its SOP come to, in one way or another.
    fn show(&self, tell: impl FnOnce(&Workflow, &Sop) -> String) {
        let session = self.builder.as_ref().map(|b| &b.session);
        let draft = session.and_then(|session| {
            let document = session.draft.document.clone()?;
            Some((spec::read_value(document).workflow?, &session.sop))
        });
        match draft {
            Some((workflow, sop)) => ui::out(tell(&workflow, sop)),
            None => ui::out("There is no workflow yet."),
        }
    }

    fn show_workflow(&self) {
        self.show(|workflow, _| spec::explain(workflow));
    }

    fn show_diagram(&self) {
        self.show(|workflow, _| diagram::text(workflow, ui::width().min(92)));
    }

    fn show_trace(&self) {
        self.show(|workflow, sop| ui::trace(&trace::trace(workflow, sop), ui::Layout::here()));
    }
}

fn new_id(name: &str) -> String {
    format!("{name}-{}", jiff::Zoned::now().strftime("%Y%m%d-%H%M%S"))
}

/// Returns a name that no saved workflow has.
fn free_name(workspace: &Workspace, wanted: &str) -> String {
    let taken = store::list(workspace);
    let mut name = wanted.to_owned();
    let mut number = 2;
    while taken.contains(&name) {
        name = format!("{wanted}-{number}");
        number += 1;
    }
    name
}

fn find_session(workspace: &Workspace, id: Option<&str>) -> Result<Session> {
    let folder = workspace.own().join("sessions");
    let path = match id {
        Some(id) => folder.join(format!("{id}.json")),
        None => {
            let sessions = std::fs::read_dir(&folder).into_iter().flatten().flatten();
            let newest = sessions
                .filter_map(|e| {
                    e.metadata()
                        .and_then(|m| m.modified())
                        .ok()
                        .map(|at| (at, e.path()))
                })
                .max();
            newest.map(|(_, path)| path).ok_or_else(|| {
                Error::input("There is no session to go on with").help("`sopwright` begins one.")
            })?
        }
    };
    let text = std::fs::read_to_string(&path).map_err(|e| {
        let known: Vec<String> = std::fs::read_dir(&folder)
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|e| {
                e.path()
                    .file_stem()
                    .map(|s| s.to_string_lossy().into_owned())
            })
            .collect();
        let help =
            crate::diag::did_you_mean(id.unwrap_or_default(), known.iter().map(String::as_str))
                .unwrap_or_else(|| "`sopwright` begins one.".to_owned());
        Error::input(format!("There is no session `{}`", id.unwrap_or_default()))
            .caused_by(e)
            .help(help)
    })?;
    serde_json::from_str(&text).map_err(|e| Error::input(format!("The session {} cannot be read", path.display())).caused_by(e).help("It may be of another version. Its workflow, if it was saved, can be opened with `sopwright chat NAME`."))
}
/// Does somebody ask in words to compare with what people decided? Returns the files that they name.
fn asks_for_a_backtest(line: &str) -> Option<String> {
    let said = line.to_lowercase();
    let asks = said.starts_with("compare ") && said.contains("decided");
    let is_file = |word: &&str| word.ends_with(".csv") || word.ends_with(".json");
    let files = line
        .split(|c: char| c.is_whitespace() || c == ',')
        .filter(is_file);
    asks.then(|| files.collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backtest_can_be_asked_for_in_words() {
        let asked = |line| asks_for_a_backtest(line);
        assert_eq!(
            asked("Compare with what we decided last quarter"),
            Some(String::new())
        );
        assert_eq!(
            asked("compare it with what we decided: cases.csv, decided.csv"),
            Some("cases.csv decided.csv".to_owned())
        );
        assert_eq!(
            asked("compare usage with last quarter and flag a drop"),
            None
        );
    }
}
