//! `sopwright forget`

use std::process::ExitCode;

use serde_json::json;

use super::Context;
use crate::diag::{Error, Result};
use crate::runner::forget::{self, Found};
use crate::ui;

pub(super) async fn forget(
    context: &Context,
    key: &str,
    workflow: Option<&str>,
    yes: bool,
) -> Result<ExitCode> {
    let journal = context.journal()?;
    let found = forget::find(&context.workspace, &journal, key, workflow)?;
    if !context.is_json() {
        tell(key, &found);
    }
    let agreed = yes || (!context.is_json() && ui::is_interactive() && asked()?);
    if !agreed {
        if found.is_nothing() {
            return Ok(ExitCode::SUCCESS);
        }
        if context.is_json() {
            ui::out(told(key, &found, false, &[]).to_string());
        }
        return Err(Error::blocked("Nothing was removed")
            .help("Say --yes to remove what is listed: it cannot be brought back."));
    }
    let forgotten = forget::forget(&journal, &found).await?;
    let failed = forgotten.failed;
    if context.is_json() {
        ui::out(told(key, &found, true, &failed).to_string());
    } else if failed.is_empty() {
        ui::out(ui::paint(ui::Style::Good, "Removed."));
    } else {
        ui::out(ui::paint(ui::Style::Bad, "Not removed:"));
        failed.iter().for_each(|line| ui::out(format!("  {line}")));
    }
    forgotten.note.iter().for_each(ui::note);
    Ok(if failed.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn tell(key: &str, found: &Found) {
    let list = |head: &str, lines: &[String]| {
        ui::out(ui::paint(ui::Style::Strong, head));
        lines.iter().for_each(|line| ui::out(format!("  {line}")));
    };
    if found.is_nothing() {
        ui::out(format!(
            "Sopwright keeps nothing of `{key}` that it could remove."
        ));
    } else {
        list(&format!("What is removed of {key}"), &found.told());
    }
    list("What it does not reach", &found.beyond());
}

fn told(key: &str, found: &Found, is_removed: bool, failed: &[String]) -> serde_json::Value {
    json!({"key": key, "removed": is_removed, "found": found.told(), "not_reached": found.beyond(),
        "failed": failed})
}

fn asked() -> Result<bool> {
    ui::piece("Remove all of it for good? [y/N] ");
    let mut line = String::new();
    let read = std::io::stdin().read_line(&mut line);
    read.map_err(|e| Error::unavailable("The answer could not be read").caused_by(e))?;
    Ok(matches!(line.trim().to_lowercase().as_str(), "y" | "yes"))
}
