//! `sopwright event`

use std::process::ExitCode;

use serde_json::{Value as Json, json};

use super::Context;
use crate::diag::{Error, Result, count};
use crate::ui;

/// Gives an event to the cases that wait for it.
pub(super) async fn event(
    context: &Context,
    name: &str,
    case: Option<&str>,
    data: Option<&str>,
) -> Result<ExitCode> {
    let data: Json = match data {
        Some(text) => serde_json::from_str(text)
            .ok()
            .filter(Json::is_object)
            .ok_or_else(|| {
                Error::usage("What comes with an event is a JSON object")
                    .help("As in: --data '{\"amount\": 120}'")
            })?,
        None => json!({}),
    };
    let journal = context.journal()?;
    let cases = journal.event(name, case, &data).await?;
    if context.is_json() {
        ui::out(json!({"event": name, "case": case, "cases": cases}).to_string());
        return Ok(ExitCode::SUCCESS);
    }
    if cases == 0 {
        let of = case.map_or(String::new(), |case| format!(" of {case}"));
        return Err(
            Error::input(format!("No case{of} waits for the event `{name}`")).help(
                "`sopwright runs list` shows which runs wait, `sopwright runs show RUN` for what.",
            ),
        );
    }
    ui::out(format!(
        "{} {} can go on: {}",
        ui::paint(ui::Style::Good, "✓"),
        count(cases, "case"),
        ui::paint(ui::Style::Accent, "sopwright run --resume RUN")
    ));
    Ok(ExitCode::SUCCESS)
}
