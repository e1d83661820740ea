//! `sopwright doctor`

use std::process::ExitCode;

use serde_json::json;

use super::Context;
use crate::diag::{Error, Result};
use crate::model::{ModelError, ToolProbe, probe};
use crate::ui::{self, Style, paint};

pub(super) async fn doctor(context: &Context) -> Result<ExitCode> {
    let mut findings = Vec::new();
    let mut well = true;
    let mut tell = |is_good: bool, text: String, help: Option<String>| {
        well &= is_good;
        findings.push((is_good, text, help));
    };
    let root = context.workspace.root().display();
    tell(true, format!("Workspace: {root}"), None);
    let candidates = context.candidates().await?;
    if candidates.is_empty() {
        tell(
            true,
            "No model was found: the built-in drafter builds, and texts are placeholders".to_owned(),
            Some("Set ANTHROPIC_API_KEY or OPENAI_API_KEY (and OPENAI_BASE_URL for anything compatible), or start Ollama or a llama.cpp server on this machine.".to_owned()),
        );
    }
    for (place, candidate) in candidates.iter().enumerate() {
        let used = if place == 0 {
            "is used"
        } else {
            "is there too"
        };
        let head = format!(
            "Model {} {used} (from {})",
            candidate.name(),
            candidate.from
        );
        match candidate.connect() {
            Err(error) => tell(
                false,
                format!("{head}, but cannot be: {}", error.message),
                error.help,
            ),
            Ok(_) if place > 0 => tell(true, head, None),
            Ok(model) => {
                let report = probe(&*model).await;
                match &report.answer {
                    Ok(time) => tell(
                        true,
                        format!("{head}: it answers, in {:.1} s", time.as_secs_f64()),
                        None,
                    ),
                    Err(error) => tell(false, format!("{head}: {}", error.message), helped(error)),
                }
                if report.answer.is_ok() {
                    let (is_good, text, help) = tools(report.tools.as_ref());
                    tell(is_good, text, help);
                }
            }
        }
    }
    for (place, (stand_in, _)) in context.stand_ins().await?.iter().enumerate() {
        let Some(candidate) = stand_in else {
            tell(
                false,
                format!("Stand-in model {} was not found", place + 1),
                Some("Mend `then` under [model] in sopwright.toml.".to_owned()),
            );
            continue;
        };
        let head = format!(
            "Model {} stands in where the first is down",
            candidate.name()
        );
        match candidate.connect() {
            Ok(_) => tell(true, head, None),
            Err(error) => tell(
                false,
                format!("{head}, but cannot be used: {}", error.message),
                error.help,
            ),
        }
    }
    let connections = context.connections();
    let catalog = connections.catalog().await;
    if catalog.connections.is_empty() {
        tell(
            false,
            "There are no connections".to_owned(),
            Some(
                "Add a section [connections.NAME] to sopwright.toml: docs/settings.md shows how."
                    .to_owned(),
            ),
        );
    }
    for (name, info) in &catalog.connections {
        let reached = match connections.get(name) {
            Some(connection) if info.problem.is_none() => connection.reach().await,
            _ => Ok(None),
        };
        let head = format!("Connection {name} ({}):", info.kind);
        match (&info.problem, reached) {
            (None, Ok(Some(found))) => tell(true, format!("{head} {found}"), None),
            (None, Err(error)) => tell(false, format!("{head} {}", error.message), error.help),
            (None, Ok(None)) => {
                let (tables, tools) = (info.tables.len(), info.tools.len());
                tell(true, format!("{head} {tables} tables, {tools} tools"), None);
            }
            (Some(problem), _) => tell(
                false,
                format!("{head} {problem}"),
                Some("Mend its section in sopwright.toml.".to_owned()),
            ),
        }
    }
    if context.is_json() {
        let list: Vec<_> = findings
            .iter()
            .map(|(ok, text, help)| json!({"ok": ok, "what": text, "help": help}))
            .collect();
        ui::out(json!({"ok": well, "findings": list}).to_string());
    } else {
        for (is_good, text, help) in &findings {
            let mark = if *is_good {
                paint(Style::Good, "✓")
            } else {
                paint(Style::Bad, "✗")
            };
            ui::out(format!("{mark} {text}"));
            if let Some(help) = help {
                ui::out(format!("  {} {help}", paint(Style::Accent, "help:")));
            }
        }
    }
    Ok(if well {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn tools(probe: Option<&ToolProbe>) -> (bool, String, Option<String>) {
    match probe {
        Some(ToolProbe::Works(_)) => (true, "Tool calls work".to_owned(), None),
        Some(ToolProbe::Malformed { arguments }) => (false, format!("Its tool calls are malformed: {}", crate::diag::one_line(arguments, 80)), Some("Choose a model that is made for tool calls.".to_owned())),
        Some(ToolProbe::Ignored { .. }) => (false, "It does not call tools: its server or chat template drops them".to_owned(), Some("Choose a model that is made for tool calls; for a llama.cpp server, start it with --jinja.".to_owned())),
        Some(ToolProbe::Failed(error)) => (false, format!("A tool call failed: {}", error.message), helped(error)),
        None => (true, "Tool calls were not tried".to_owned(), None),
    }
}

fn helped(error: &ModelError) -> Option<String> {
    error
        .help
        .clone()
        .or_else(|| Error::from(error.clone()).help)
}
