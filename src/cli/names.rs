//! `sopwright names`: which name, as it is written in one place, is which in another.

use std::process::ExitCode;

use clap::Subcommand;
use serde_json::{Value as Json, json};

use super::Context;
use super::inbox::who;
use crate::connect::{Alias, Aliases};
use crate::diag::{Error, Result, count};
use crate::engine::Program;
use crate::rehearse::{SearchedName, searched_names};
use crate::store;
use crate::ui::{self, Style, paint};

/// What `sopwright names` is told.
#[derive(Debug, clap::Args)]
pub struct Names {
    #[command(subcommand)]
    command: NamesCommand,
}

#[derive(Debug, Subcommand)]
enum NamesCommand {
    /// Look up the names of all cases of a workflow, and settle those that are uncertain.
    Review {
        /// The workflow.
        workflow: String,
        /// Also shows what is found surely.
        #[arg(long)]
        all: bool,
    },
    /// List what was said.
    List,
    /// Say that a name, as it is written elsewhere, is one of a table.
    Same(Pair),
    /// Say that it is not.
    Different(Pair),
    /// Take back what was said.
    TakeBack(Pair),
}

/// A name as it is written, and one of a table.
#[derive(Debug, clap::Args)]
struct Pair {
    /// The table, such as crm.accounts.
    table: String,
    /// The name as it is written elsewhere.
    written: String,
    /// The name as the table has it.
    name: String,
}

pub(super) async fn names(context: &Context, args: Names) -> Result<ExitCode> {
    match args.command {
        NamesCommand::Review { workflow, all } => return review(context, &workflow, all).await,
        NamesCommand::List => list(context)?,
        NamesCommand::Same(pair) => say(context, pair, true)?,
        NamesCommand::Different(pair) => say(context, pair, false)?,
        NamesCommand::TakeBack(pair) => {
            let mut aliases = read(context)?;
            if !aliases.take_back(&pair.table, &pair.written, &pair.name) {
                return Err(Error::input("Nothing was said of these two names")
                    .help("`sopwright names list` shows what was said."));
            }
            keep(&aliases)?;
            ui::out("Taken back.");
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn read(context: &Context) -> Result<Aliases> {
    Aliases::read(context.workspace.root()).map_err(Error::from)
}

fn keep(aliases: &Aliases) -> Result<()> {
    let content = aliases.to_csv().map_err(|e| {
        Error::unavailable("What you said about names could not be kept").caused_by(e)
    })?;
    store::write_atomically(aliases.path(), &content)
}

fn list(context: &Context) -> Result<()> {
    let aliases = read(context)?;
    if context.is_json() {
        ui::out(json!({ "names": aliases.all() }).to_string());
    } else if aliases.all().is_empty() {
        ui::out("Nothing was said about names yet: `sopwright names review NAME` asks.");
    } else {
        ui::out(ui::aliases(aliases.all()));
    }
    Ok(())
}

fn say(context: &Context, pair: Pair, same: bool) -> Result<()> {
    let known = context.connections();
    let (connection, _) = pair.table.split_once('.').ok_or_else(|| {
        Error::usage(format!("`{}` is no table", pair.table))
            .help("A table is named with its connection, such as crm.accounts.")
    })?;
    known.require(connection).map_err(Error::from)?;
    let mut aliases = read(context)?;
    aliases.say(said(&pair.table, &pair.written, &pair.name, same));
    keep(&aliases)?;
    let is = if same { "is" } else { "is not" };
    ui::out(format!("“{}” {is} “{}”: noted.", pair.written, pair.name));
    Ok(())
}

fn said(table: &str, written: &str, name: &str, same: bool) -> Alias {
    Alias {
        table: table.to_owned(),
        written: written.to_owned(),
        name: name.to_owned(),
        same,
        by: who(),
        on: jiff::Zoned::now().date().to_string(),
    }
}

async fn review(context: &Context, name: &str, all: bool) -> Result<ExitCode> {
    let stored = store::load(&context.workspace, name)?;
    let (checked, connections, _) = context.checked(&stored).await?;
    let program = Program::compile(&checked)?;
    if !program.pulls().iter().any(|pull| pull.is_like()) {
        ui::out(format!("{name} finds nothing by names that are alike."));
        return Ok(ExitCode::SUCCESS);
    }
    let run = context
        .clock
        .run_info("names", name, Some(checked.workflow()));
    let searched = searched_names(&program, &connections, &run).await?;
    let open: Vec<&SearchedName> = searched.iter().filter(|n| !n.is_sure).collect();
    let shown: Vec<&SearchedName> = searched.iter().filter(|n| all || !n.is_sure).collect();
    if context.is_json() {
        let told: Vec<Json> = shown.into_iter().map(json_of).collect();
        ui::out(
            json!({"searched": searched.len(), "uncertain": open.len(), "names": told}).to_string(),
        );
        return Ok(ExitCode::SUCCESS);
    }
    let is_none = |name: &&SearchedName| name.is_sure && name.taken.is_empty();
    let none = searched.iter().filter(is_none).count();
    let told_apart = match none {
        0 => String::new(),
        some => format!(", {some} known not to be there"),
    };
    ui::out(format!(
        "{} of {} found surely{told_apart}; {} to look at.",
        searched.len() - open.len() - none,
        count(searched.len(), "name"),
        open.len()
    ));
    if open.is_empty() && !all {
        return Ok(ExitCode::SUCCESS);
    }
    ui::out(ui::searched(&shown));
    if ui::is_interactive() && !open.is_empty() {
        settle(context, &open)?;
    } else if !open.is_empty() {
        ui::note("Settle them in a terminal, or with: sopwright names same TABLE WRITTEN NAME");
    }
    Ok(ExitCode::SUCCESS)
}

/// Asks about each name; what is answered is kept at once.
fn settle(context: &Context, open: &[&SearchedName]) -> Result<()> {
    ui::out("Answer with a number, n for none of them, Enter to leave it open, q to stop.");
    for name in open {
        let choices: Vec<&(String, f64)> = name.taken.iter().chain(&name.others).collect();
        if choices.is_empty() {
            continue;
        }
        ui::out(format!(
            "\n{} in {}",
            paint(Style::Strong, format!("“{}”", name.written)),
            name.table
        ));
        for (number, (other, likeness)) in choices.iter().enumerate() {
            ui::out(format!(
                "  {} {other} ({:.0} % alike)",
                paint(Style::Strong, (number + 1).to_string()),
                likeness * 100.0
            ));
        }
        let answer = loop {
            match asked()? {
                Answer::Number(n) if n == 0 || n > choices.len() => {
                    ui::out(format!("There are 1 to {}.", choices.len()));
                }
                Answer::Unclear => ui::out("A number, n, Enter or q."),
                answer => break answer,
            }
        };
        let mut aliases = read(context)?;
        match answer {
            Answer::Stop => return Ok(()),
            Answer::Number(n) => {
                let (other, _) = choices[n - 1];
                aliases.say(said(&name.table, &name.written, other, true));
            }
            Answer::None => {
                // It is none of those that were shown, so they are not shown again.
                for (other, _) in choices {
                    aliases.say(said(&name.table, &name.written, other, false));
                }
            }
            Answer::Open | Answer::Unclear => continue,
        }
        keep(&aliases)?;
    }
    Ok(())
}

/// What somebody says to a name.
enum Answer {
    Number(usize),
    None,
    Open,
    Stop,
    Unclear,
}

fn asked() -> Result<Answer> {
    ui::piece("> ");
    let mut line = String::new();
    let read = std::io::stdin()
        .read_line(&mut line)
        .map_err(|e| Error::unavailable("The answer could not be read").caused_by(e))?;
    Ok(match line.trim().to_lowercase().as_str() {
        _ if read == 0 => Answer::Stop,
        "" => Answer::Open,
        "n" | "none" => Answer::None,
        "q" | "quit" => Answer::Stop,
        number => number.parse().map_or(Answer::Unclear, Answer::Number),
    })
}

fn json_of(name: &SearchedName) -> Json {
    let told = |names: &[(String, f64)]| -> Vec<Json> {
        let one = |(name, confidence): &(String, f64)| {
            let rounded = (confidence * 100.0).round() / 100.0;
            json!({"name": name, "confidence": rounded})
        };
        names.iter().map(one).collect()
    };
    json!({"table": name.table, "written": name.written, "case": name.case, "cases": name.cases,
        "sure": name.is_sure, "taken": told(&name.taken), "others": told(&name.others)})
}
