//! `sopwright secrets`: where the variables are that settings name.

use std::collections::BTreeSet;
use std::process::ExitCode;

use clap::Subcommand;
use serde_json::json;

use super::Context;
use crate::diag::{Error, Result};
use crate::store::{keep_in_keyring, name_in_keyring, set_variable};
use crate::ui::{self, Lines, Stdin, Style, paint};

/// What `sopwright secrets` is told.
#[derive(Debug, clap::Args)]
pub struct Secrets {
    #[command(subcommand)]
    command: SecretsCommand,
}

#[derive(Debug, Subcommand)]
enum SecretsCommand {
    /// List the variables that the settings name, and where each is found; never what it is.
    List,
    /// Keep a secret: it is typed, or comes on standard input.
    Set {
        /// The variable, such as CRM_TOKEN.
        name: String,
        /// Keeps it in the keyring of the system, and not in .env of the workspace.
        #[arg(long)]
        keyring: bool,
    },
}

pub(super) async fn secrets(context: &Context, args: Secrets) -> Result<ExitCode> {
    match args.command {
        SecretsCommand::List => Ok(list(context)),
        SecretsCommand::Set { name, keyring } => {
            set(context, &name, keyring).await?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn list(context: &Context) -> ExitCode {
    let workspace = &context.workspace;
    let settings = std::fs::read_to_string(workspace.root().join("sopwright.toml"));
    let parsed = settings.unwrap_or_default().parse::<toml::Table>();
    let mut names: BTreeSet<String> = workspace.settings().secrets.keys().cloned().collect();
    for value in parsed.unwrap_or_default().values() {
        named(value, &mut names);
    }
    let found: Vec<(String, Option<&str>)> = names
        .into_iter()
        .map(|name| {
            let place = workspace.place_of(&name);
            (name, place)
        })
        .collect();
    let is_whole = found.iter().all(|(_, place)| place.is_some());
    if context.is_json() {
        let told = |(name, place): &(String, Option<&str>)| json!({"name": name, "in": place});
        ui::out(json!({"secrets": found.iter().map(told).collect::<Vec<_>>()}).to_string());
    } else if found.is_empty() {
        ui::out("The settings name no secrets: they are written env:NAME in sopwright.toml.");
    } else {
        for (name, place) in &found {
            let place = match place {
                Some(place) => paint(Style::Good, format!("in {place}")),
                None => paint(Style::Bad, "not set"),
            };
            ui::out(format!("{name:<32} {place}"));
        }
    }
    context.tell_secret_troubles();
    match is_whole {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// Finds the variables that a value of the settings names.
fn named(value: &toml::Value, names: &mut BTreeSet<String>) {
    match value {
        toml::Value::String(text) => {
            names.extend(text.strip_prefix("env:").map(|name| name.trim().to_owned()));
        }
        toml::Value::Array(values) => values.iter().for_each(|value| named(value, names)),
        toml::Value::Table(table) => table.values().for_each(|value| named(value, names)),
        _ => {}
    }
}

async fn set(context: &Context, name: &str, keyring: bool) -> Result<()> {
    let root = context.workspace.root();
    let value = typed(name).await?;
    if keyring {
        keep_in_keyring(name, &value)?;
        name_in_keyring(root, name)?;
        ui::out(format!(
            "{name} is in the keyring, and sopwright.toml says so."
        ));
    } else {
        set_variable(root, name, &value)?;
        ui::out(format!(
            "{name} is in .env of the workspace, which only you can read."
        ));
    }
    if std::env::var_os(name).is_some() {
        ui::note(format!(
            "The environment has {name} too, and that one is used."
        ));
    }
    Ok(())
}

async fn typed(name: &str) -> Result<String> {
    let value = if ui::is_interactive() {
        Stdin.secret(&format!("{name} (not shown): ")).await
    } else {
        let mut line = String::new();
        std::io::stdin()
            .read_line(&mut line)
            .map_err(|e| Error::unavailable("The secret could not be read").caused_by(e))?;
        Some(line)
    };
    let value = value.map(|value| value.trim().to_owned());
    value.filter(|value| !value.is_empty()).ok_or_else(|| {
        Error::usage("Nothing was typed").help(format!(
            "Type the secret, or give it on standard input: sopwright secrets set {name} < FILE"
        ))
    })
}
