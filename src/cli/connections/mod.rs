//! `sopwright connections`

mod add;
mod asking;
mod google;
mod kinds;
mod section;

use std::process::ExitCode;

use serde_json::{Value as Json, json};

use super::Context;
use super::args::ConnectionsCommand;
use crate::connect::{
    Catalog, DescribedBy, Effect, RestConfig, Scan, Table, Tool, asks, overview, presets,
    table_details, tool_details,
};
use crate::diag::{Error, Result, did_you_mean, one_line};
use crate::ui::{self, Style, paint};

pub(super) async fn connections(
    context: &Context,
    command: ConnectionsCommand,
) -> Result<ExitCode> {
    let connections = context.connections();
    match command {
        ConnectionsCommand::List => {
            let catalog = connections.catalog().await;
            if context.is_json() {
                ui::out(serde_json::to_string_pretty(&overview(&catalog)).unwrap_or_default());
            } else {
                ui::out(listed(&catalog));
            }
        }
        ConnectionsCommand::Show { name } => {
            let catalog = connections.catalog().await;
            ui::out(shown(&catalog, &name, context.is_json())?);
        }
        ConnectionsCommand::Add(args) => return add::add(context, args).await,
        ConnectionsCommand::Presets => ui::out(described(context)?),
        ConnectionsCommand::Try { name } => {
            let connection = connections.require(&name).map_err(Error::from)?;
            let info = connection.describe().await.map_err(Error::from)?;
            ui::out(format!(
                "{} answers: {} tables, {} tools",
                paint(Style::Good, &name),
                info.tables.len(),
                info.tools.len()
            ));
            for table in info.tables.keys() {
                let rows = connection
                    .scan(Scan::all(table))
                    .await
                    .map_err(Error::from)?
                    .collect(3)
                    .await
                    .map_err(Error::from)?;
                ui::out(format!(
                    "\n{}",
                    paint(Style::Strong, format!("{name}.{table}"))
                ));
                for row in rows {
                    ui::out(format!(
                        "  {}",
                        one_line(&Json::Object(row).to_string(), ui::width() - 2)
                    ));
                }
            }
            for (tool, about) in &info.tools {
                ui::out(format!(
                    "  {} ({}) {}",
                    paint(Style::Strong, format!("{name}.{tool}")),
                    effect(about),
                    one_line(&about.description, 80)
                ));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Returns the services that are described already.
fn described(context: &Context) -> Result<String> {
    let mut lines = Vec::new();
    for name in presets::names() {
        let config = RestConfig {
            from: DescribedBy::Preset(name.to_owned()),
            ..RestConfig::default()
        };
        let asks = asks(&config, context.workspace.root()).map_err(Error::from)?;
        let (about, docs) = (
            asks.about.unwrap_or_default(),
            asks.docs.unwrap_or_default(),
        );
        lines.push(match context.is_json() {
            true => json!({ "preset": name, "about": about, "docs": docs }).to_string(),
            false => format!("{} {about}", paint(Style::Strong, format!("{name:<14}"))),
        });
    }
    Ok(match context.is_json() {
        true => format!("[{}]", lines.join(",")),
        false => lines.join("\n") + "\nAdd one with: sopwright connections add NAME",
    })
}

/// Returns the effect of a tool as a workflow names it.
fn effect(tool: &Tool) -> &'static str {
    match tool.effect {
        Effect::Read => "read",
        Effect::Write => "write",
        Effect::Irreversible => "irreversible",
    }
}

fn listed(catalog: &Catalog) -> String {
    if catalog.connections.is_empty() {
        return "There are no connections. `sopwright connections add` sets one up, or add a section [connections.NAME] to sopwright.toml."
            .to_owned();
    }
    let mut text = String::new();
    for (name, info) in &catalog.connections {
        let about = info.about.as_deref().unwrap_or_default();
        text += &format!(
            "{} {} {about}\n",
            paint(Style::Strong, name),
            paint(Style::Faint, format!("({})", info.kind))
        );
        if let Some(problem) = &info.problem {
            text += &format!("  {} {problem}\n", paint(Style::Bad, "cannot be read:"));
        }
        for (table, details) in &info.tables {
            let rows = details.rows.map_or("?".to_owned(), |n| n.to_string());
            text += &format!(
                "  {table:<24} {rows:>8} rows, {} columns\n",
                details.columns.len()
            );
            for note in &details.notes {
                text += &format!("    {} {note}\n", paint(Style::Warn, "note:"));
            }
        }
        for (tool, details) in &info.tools {
            text += &format!("  {tool:<32} {}\n", one_line(&details.description, 70));
        }
    }
    text
}

fn shown(catalog: &Catalog, name: &str, as_json: bool) -> Result<String> {
    if let Some(table) = catalog.table(name) {
        return Ok(if as_json {
            table_details(table, name, &[]).to_string()
        } else {
            columns(name, table)
        });
    }
    if let Some((connection, tool)) = name.split_once('.')
        && let Some(tool) = catalog.tool(connection, tool)
    {
        return Ok(serde_json::to_string_pretty(&tool_details(tool)).unwrap_or_default());
    }
    let Some(info) = catalog.connections.get(name) else {
        let help = did_you_mean(name, catalog.connections.keys().map(String::as_str))
            .unwrap_or_else(|| "Add a section [connections.NAME] to sopwright.toml.".to_owned());
        return Err(Error::input(format!("There is no connection `{name}`")).help(help));
    };
    if as_json {
        return Ok(json!(info).to_string());
    }
    if let (Some(problem), true) = (
        &info.problem,
        info.tables.is_empty() && info.tools.is_empty(),
    ) {
        return Err(Error::unavailable(format!("`{name}` cannot be read")).because(problem.clone()));
    }
    let mut text: String = info
        .tables
        .iter()
        .map(|(table, details)| columns(&format!("{name}.{table}"), details) + "\n")
        .collect();
    for (tool, details) in &info.tools {
        text += &format!(
            "{}\n  {}\n",
            paint(Style::Strong, format!("{name}.{tool}")),
            details.description
        );
    }
    if let Some(problem) = &info.problem {
        text += &format!(
            "{} {problem}\n",
            paint(Style::Warn, "cannot be read whole:")
        );
    }
    Ok(text)
}

fn columns(name: &str, table: &Table) -> String {
    let mut text = format!("{}\n", paint(Style::Strong, name));
    for (column, details) in &table.columns {
        let missing = if details.missing > 0.0 {
            format!("{:.0} % missing", details.missing * 100.0)
        } else {
            String::new()
        };
        let word = |v: &Json| v.as_str().map_or_else(|| v.to_string(), str::to_owned);
        let values = match (&details.values, &details.min, &details.max) {
            (Some(values), ..) => values.iter().map(word).collect::<Vec<_>>().join(", "),
            (None, Some(min), Some(max)) => format!("{} to {}", word(min), word(max)),
            _ => details
                .examples
                .iter()
                .map(word)
                .collect::<Vec<_>>()
                .join(", "),
        };
        text += &format!(
            "  {column:<24} {:<8} {missing:<13} {}\n",
            details.field.as_str(),
            one_line(&values, 80)
        );
    }
    for note in &table.notes {
        text += &format!("  {} {note}\n", paint(Style::Warn, "note:"));
    }
    text
}
