//! `sopwright connections add`

use std::process::ExitCode;

use serde_json::json;

use super::super::Context;
use super::super::args::AddConnection;
use super::asking::{Asking, Secrets, What};
use super::google;
use super::section::{Section, of_service};
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
    if added.kind == "mail" && context.workspace.settings().outputs.email.is_none() {
        ui::note(format!(
            "Emails go there once sopwright.toml says [outputs] email = \"{}\".",
            added.name
        ));
    }
    Ok(ExitCode::SUCCESS)
}

/// A connection that was added.
#[derive(Debug)]
struct Added {
    name: String,
    kind: &'static str,
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
    let Wanted { section, secrets } = asked(workspace, &mut asking).await?;
    let (name, kind) = (section.name.clone(), section.kind);
    let text = section.text();
    let config = try_connection(workspace.root(), &name, &text)?;
    let typed = &secrets.typed;
    let env = |variable: &str| {
        let typed = typed.get(variable).cloned();
        typed.or_else(|| workspace.variable(variable))
    };
    let config = ConnectionsConfig::from([(name.clone(), config)]);
    let connections = Connections::open(&config, workspace.root(), &env);
    let catalog = tried(&connections, (&name, kind), &mut asking).await?;
    let mut variables = Vec::new();
    for (variable, value) in &secrets.typed {
        set_variable(workspace.root(), variable, value)?;
        variables.push(variable.clone());
    }
    add_connection(workspace.root(), &name, &text)?;
    Ok(Added {
        name,
        kind,
        catalog,
        variables,
    })
}

/// What is to be kept.
struct Wanted {
    section: Section,
    secrets: Secrets,
}

/// Finds out what the connection needs.
async fn asked(workspace: &Workspace, asking: &mut Asking<'_>) -> Result<Wanted> {
    let what = asking.service().await?;
    let mut asks = match &what {
        What::Kind(kind) => kind.asks(),
        What::Service(from) => {
            let config = RestConfig {
                from: from.clone(),
                ..RestConfig::default()
            };
            asks(&config, workspace.root()).map_err(Error::from)?
        }
    };
    if let (Some(docs), true) = (&asks.docs, asking.person.is_there()) {
        ui::out(paint(Style::Faint, docs));
    }
    let name = asking.name(&what, &asks).await?;
    let mut set = asking.blanks(&asks).await?;
    if matches!(what, What::Kind(kind) if kind.name == "csv") && set.contains_key("address") {
        asks.secrets.clear();
    }
    let mut secrets = asking.secrets(&asks, &name).await?;
    if matches!(what, What::Kind(kind) if kind.name == "csv") {
        google::settle(workspace, &mut set, &mut secrets);
    }
    let (kind, entries) = match &what {
        What::Kind(kind) => (kind.name, kind.entries(&set, &secrets.variables)?),
        What::Service(from) => {
            let since = asking.args.since.as_deref();
            ("rest", of_service(from, &set, &secrets.variables, since))
        }
    };
    let section = Section {
        name,
        kind,
        entries,
        writable: asking.writable(&asks).await?,
    };
    Ok(Wanted { section, secrets })
}

/// Reads what the connection offers and shows it.
///
/// # Errors
/// If it does not answer, unless it is to be kept all the same.
async fn tried(
    connections: &Connections,
    (name, kind): (&str, &str),
    asking: &mut Asking<'_>,
) -> Result<Catalog> {
    let is_there = asking.person.is_there();
    let connection = connections.require(name).map_err(Error::from)?;
    let mut described = connection.describe().await;
    // Some say what they offer without having been reached.
    if described.as_ref().is_ok_and(|info| info.problem.is_none()) {
        match connection.reach().await {
            Ok(Some(found)) if is_there => ui::out(format!("It answers: {found}.")),
            Ok(_) => {}
            Err(error) => described = Err(error),
        }
    }
    let catalog = connections_of((name, kind), &described);
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
    (name, kind): (&str, &str),
    described: &std::result::Result<crate::connect::ConnectionInfo, crate::connect::ConnectError>,
) -> Catalog {
    let info = match described {
        Ok(info) => info.clone(),
        Err(error) => crate::connect::ConnectionInfo {
            kind: kind.to_owned(),
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
