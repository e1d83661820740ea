//! `sopwright inbox`, and `/inbox` of the chat.

use std::path::Path;
use std::process::{Command, ExitCode};
use std::sync::Arc;

use clap::Parser;
use serde_json::{Value as Json, json};

use super::Context;
use super::args::InboxCommand;
use crate::diag::{Error, Result};
use crate::runner::{Decided, Decision, Inbox, Ways, editable};
use crate::{store, ui};

pub(super) async fn inbox(context: &Context, command: InboxCommand) -> Result<ExitCode> {
    let inbox = open(context).await?;
    match command {
        InboxCommand::List { all } => {
            let waiting = inbox.list(all).await?;
            if context.is_json() {
                let told: Vec<Json> = waiting.iter().map(Json::from).collect();
                ui::out(
                    serde_json::to_string_pretty(&json!({ "inbox": told })).unwrap_or_default(),
                );
            } else if waiting.is_empty() {
                ui::out("Nothing waits for you.");
            } else {
                ui::out(ui::inbox(&waiting));
            }
            Ok(ExitCode::SUCCESS)
        }
        InboxCommand::Show { id } => {
            inbox.list(false).await?;
            let approval = inbox.journal.approval(id)?;
            if context.is_json() {
                let told = Json::from(&approval);
                ui::out(serde_json::to_string_pretty(&told).unwrap_or_default());
            } else {
                let newest = store::load(&context.workspace, &approval.workflow).ok();
                let newest = newest.as_ref().map(|stored| stored.fingerprint.as_str());
                ui::out(ui::approval(&approval, newest));
            }
            Ok(ExitCode::SUCCESS)
        }
        InboxCommand::Approve { ids, again } => {
            let mut decided = Vec::new();
            for id in ids.into_iter().flatten() {
                decided.push((id, inbox.approve(id, again).await));
            }
            tell(context, decided)
        }
        InboxCommand::Reject { ids, why } => {
            let mut decided = Vec::new();
            for id in ids.into_iter().flatten() {
                decided.push((id, inbox.reject(id, &why).await));
            }
            tell(context, decided)
        }
        InboxCommand::Answer { id, answer } => {
            tell(context, vec![(id, inbox.answer(id, &answer).await)])
        }
        InboxCommand::Edit { id, file } => {
            let (text, ending) = editable(inbox.editable(id)?.delivery());
            let written = match file {
                Some(file) => std::fs::read_to_string(&file).map_err(|e| {
                    Error::input(format!("{} cannot be read", file.display())).caused_by(e)
                })?,
                None => in_editor(&text, &ending)?,
            };
            if written == text {
                ui::out("Nothing was changed.");
                return Ok(ExitCode::SUCCESS);
            }
            tell(context, vec![(id, inbox.edit(id, &written).await)])
        }
    }
}

/// Carries out `/inbox …` as it is typed in the chat; without more it lists.
pub(crate) async fn slash(context: &Context, rest: &str) -> Result<()> {
    #[derive(Debug, Parser)]
    #[command(name = "/inbox", no_binary_name = true, disable_help_flag = true)]
    struct Line {
        #[command(subcommand)]
        command: Option<InboxCommand>,
    }
    let mut words: Vec<String> = rest.split_whitespace().map(str::to_owned).collect();
    // Why something is rejected is typed as it is said.
    if let Some(at) = words.iter().position(|word| word == "--why") {
        let why = words.split_off(at + 1).join(" ");
        words.push(why.trim_matches('"').to_owned());
    }
    let line = Line::try_parse_from(words).map_err(|_| {
        Error::usage(format!("`/inbox {rest}` is not understood")).help(
            "/inbox, /inbox show 3, /inbox approve 3-5, /inbox edit 3 --file FILE, /inbox reject 3 --why TEXT, /inbox answer 3 WORDS",
        )
    })?;
    let command = line.command.unwrap_or(InboxCommand::List { all: false });
    inbox(context, command).await.map(|_| ())
}

async fn open(context: &Context) -> Result<Inbox> {
    let connections = context.connections();
    Ok(Inbox {
        journal: context.journal()?,
        catalog: Arc::new(connections.catalog().await),
        connections,
        ways: Arc::new(Ways::of(context.workspace.settings())?),
        who: who(),
        at: jiff::Timestamp::now().as_millisecond(),
    })
}

/// Returns the name of the one who decides.
pub(super) fn who() -> String {
    ["SOPWRIGHT_USER", "USER", "LOGNAME", "USERNAME"]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|name| !name.trim().is_empty())
        .unwrap_or_else(|| "unknown".to_owned())
}

/// Tells what came of each decision; one that could not be made never stops the others.
fn tell(context: &Context, decided: Vec<(i64, Result<Decided>)>) -> Result<ExitCode> {
    let mut code = ExitCode::SUCCESS;
    let mut told = Vec::new();
    for (id, decided) in decided {
        match decided {
            Ok(decided) => {
                let (word, what) = match &decided.decision {
                    Decision::Delivered(what) => ("delivered", Some(what)),
                    Decision::Kept(what) => ("kept", Some(what)),
                    Decision::Unclear(what) => ("unclear", Some(what)),
                    Decision::Again => ("again", None),
                    Decision::Rejected => ("rejected", None),
                    Decision::Edited => ("edited", None),
                    Decision::Answered(answer) => ("answered", Some(answer)),
                };
                if matches!(word, "unclear" | "kept") {
                    code = ExitCode::FAILURE;
                }
                if context.is_json() {
                    told.push(json!({"id": id, "decision": word, "what": what, "now": Json::from(&decided.approval)}));
                } else {
                    ui::out(ui::decided(&decided));
                }
            }
            Err(error) => {
                code = ExitCode::FAILURE;
                if context.is_json() {
                    told.push(json!({"id": id, "error": error.message, "help": error.help}));
                } else {
                    ui::note(ui::error(&error));
                }
            }
        }
    }
    if context.is_json() {
        ui::out(serde_json::to_string_pretty(&json!({ "decided": told })).unwrap_or_default());
    }
    Ok(code)
}

/// Lets a person change a text in the editor that they have set up.
fn in_editor(text: &str, ending: &str) -> Result<String> {
    let editor = ["VISUAL", "EDITOR"]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|editor| !editor.trim().is_empty())
        .ok_or_else(|| {
            Error::usage("No editor is set up")
                .help("Set EDITOR, or give the new text as a file: --file FILE.")
        })?;
    let failed = |e: std::io::Error| {
        Error::unavailable("The text could not be opened in the editor")
            .caused_by(e)
            .help("Give the new text as a file: --file FILE.")
    };
    let file = tempfile::Builder::new()
        .prefix("sopwright-")
        .suffix(&format!(".{ending}"))
        .tempfile()
        .map_err(failed)?;
    std::fs::write(file.path(), text).map_err(failed)?;
    let mut words = editor.split_whitespace();
    let program = words.next().unwrap_or_default();
    let mut command = Command::new(program);
    let status = command.args(words).arg(file.path()).status();
    if !status.map_err(failed)?.success() {
        return Err(Error::blocked(format!(
            "`{editor}` ended with an error, so nothing was changed"
        ))
        .help("Give the new text as a file: --file FILE."));
    }
    read_back(file.path()).map_err(failed)
}

/// Reads what the editor left: some write a new file in the place of the old.
fn read_back(path: &Path) -> std::io::Result<String> {
    std::fs::read_to_string(path)
}
