//! `sopwright connections add`

use std::process::ExitCode;

use serde_json::json;

use super::super::Context;
use super::super::args::AddConnection;
use super::asking::Asking;
use super::section::Section;
use crate::connect::{Catalog, Connections, ConnectionsConfig, RestConfig, asks, overview};
use crate::diag::{Error, Result};
use crate::store::{Workspace, add_connection, set_variable, try_connection};
use crate::ui::{self, Lines, Nobody, Stdin, Style, paint};

pub(super) async fn add(context: &Context, args: AddConnection) -> Result<ExitCode> {
    let is_alone = context.is_json() || !ui::is_interactive();
    let added = match is_alone {
        true => added(&context.workspace, &args, &mut Nobody).await?,
        false => added(&context.workspace, &args, &mut Stdin).await?,
    };
    let problem = added
        .catalog
        .connections
        .values()
        .find_map(|info| info.problem.clone());
    if context.is_json() {
        let offers = overview(&added.catalog);
        ui::out(
            json!({ "connection": added.name, "kept": true, "problem": problem, "offers": offers })
                .to_string(),
        );
        return Ok(ExitCode::SUCCESS);
    }
    if is_alone {
        ui::out(super::listed(&added.catalog));
    }
    ui::out(format!(
        "{} as [connections.{}] of sopwright.toml{}.",
        paint(Style::Good, "Kept"),
        added.name,
        match added.variables.is_empty() {
            true => String::new(),
            false => format!(
                "; {} in .env, which git passes over",
                added.variables.join(", ")
            ),
        }
    ));
    Ok(ExitCode::SUCCESS)
}

/// A connection that was added.
#[derive(Debug)]
struct Added {
    name: String,
    catalog: Catalog,
    /// The variables that were written down.
    variables: Vec<String>,
}

/// Finds out what the connection needs, tries it, and keeps it if it answers. Until then nothing
/// is written.
async fn added(
    workspace: &Workspace,
    args: &AddConnection,
    person: &mut dyn Lines,
) -> Result<Added> {
    let mut asking = Asking {
        args,
        workspace,
        person,
    };
    let from = asking.service().await?;
    let config = RestConfig {
        from: from.clone(),
        ..RestConfig::default()
    };
    let asks = asks(&config, workspace.root()).map_err(Error::from)?;
    if let (Some(docs), true) = (&asks.docs, asking.person.is_there()) {
        ui::out(paint(Style::Faint, docs));
    }
    let name = asking.name(&from, &asks).await?;
    let set = asking.blanks(&asks).await?;
    let secrets = asking.secrets(&asks, &name).await?;
    let section = Section {
        name: name.clone(),
        from,
        set,
        secrets: secrets.variables,
        since: args.since.clone(),
        writable: asking.writable(&asks).await?,
    };
    let text = section.text();
    let config = try_connection(workspace.root(), &name, &text)?;
    let typed = &secrets.typed;
    let env = |variable: &str| {
        let typed = typed.get(variable).cloned();
        typed.or_else(|| workspace.variable(variable))
    };
    let config = ConnectionsConfig::from([(name.clone(), config)]);
    let connections = Connections::open(&config, workspace.root(), &env);
    let catalog = tried(&connections, &name, &mut asking).await?;
    let mut variables = Vec::new();
    for (variable, value) in &secrets.typed {
        set_variable(workspace.root(), variable, value)?;
        variables.push(variable.clone());
    }
    add_connection(workspace.root(), &name, &text)?;
    Ok(Added {
        name,
        catalog,
        variables,
    })
}

/// Reads what the connection offers and shows it.
///
/// # Errors
/// If it does not answer, unless it is to be kept all the same.
async fn tried(connections: &Connections, name: &str, asking: &mut Asking<'_>) -> Result<Catalog> {
    let is_there = asking.person.is_there();
    let described = connections
        .require(name)
        .map_err(Error::from)?
        .describe()
        .await;
    let catalog = connections_of(name, &described);
    let failed = match described {
        Ok(info) if info.problem.is_none() => None,
        // Some of it can be read, such as with a key that does not allow all.
        Ok(info) => {
            if is_there {
                ui::out(super::listed(&catalog));
                return match asking.agrees("Keep it as it is? [Y/n] ").await? {
                    true => Ok(catalog),
                    false => Err(Error::blocked("Nothing was kept")),
                };
            }
            (info.tables.is_empty() && info.tools.is_empty())
                .then(|| Error::unavailable(info.problem.unwrap_or_default()))
        }
        Err(error) => Some(Error::from(error)),
    };
    let Some(error) = failed else {
        if is_there {
            ui::out(super::listed(&catalog));
        }
        return Ok(catalog);
    };
    if asking.args.keep {
        return Ok(catalog);
    }
    if is_there {
        ui::note(ui::error(&error));
        if asking
            .insists("It does not answer. Keep it all the same? [y/N] ")
            .await?
        {
            return Ok(catalog);
        }
        return Err(Error::blocked("Nothing was kept"));
    }
    Err(error.help_also("Nothing was kept; --keep keeps it all the same."))
}

fn connections_of(
    name: &str,
    described: &std::result::Result<crate::connect::ConnectionInfo, crate::connect::ConnectError>,
) -> Catalog {
    let info = match described {
        Ok(info) => info.clone(),
        Err(error) => crate::connect::ConnectionInfo {
            kind: "rest".to_owned(),
            problem: Some(error.message.clone()),
            ..crate::connect::ConnectionInfo::default()
        },
    };
    Catalog {
        connections: indexmap::IndexMap::from([(name.to_owned(), info)]),
    }
}

#[cfg(test)]
#[path = "add_tests.rs"]
mod tests;
