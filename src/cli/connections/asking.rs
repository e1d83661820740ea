//! What a connection needs, from the command line or from the person.

use indexmap::IndexMap;

use super::super::args::AddConnection;
use super::kinds::{ConnectionKind, KINDS};
use crate::connect::{Asked, Asks, DescribedBy, is_connection_name, presets};
use crate::diag::{Error, Kind, Result, did_you_mean};
use crate::store::Workspace;
use crate::ui::{self, Lines, Style, paint};

/// Asks a person, where one is there; else the command line has to say all.
pub(super) struct Asking<'a> {
    pub(super) args: &'a AddConnection,
    pub(super) workspace: &'a Workspace,
    pub(super) person: &'a mut dyn Lines,
}

/// What is added.
pub(super) enum What {
    /// A kind of connection that asks for a few keys.
    Kind(&'static ConnectionKind),
    /// A service that is described.
    Service(DescribedBy),
}

/// The secrets of a connection.
#[derive(Default)]
pub(super) struct Secrets {
    /// The variable that holds each.
    pub(super) variables: IndexMap<String, String>,
    /// What was typed for a variable that is not set yet.
    pub(super) typed: IndexMap<String, String>,
}

impl Asking<'_> {
    /// Returns what is added.
    ///
    /// # Errors
    /// If nothing says so.
    pub(super) async fn service(&mut self) -> Result<What> {
        if let Some(file) = &self.args.description {
            let root = self.workspace.root();
            return Ok(What::Service(DescribedBy::File(
                super::section::from_workspace(file, root),
            )));
        }
        let names: Vec<&str> = presets::names().collect();
        let kinds: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
        let said = match &self.args.service {
            Some(said) => said.clone(),
            None if self.person.is_there() => {
                for kind in &KINDS {
                    ui::out(format!(
                        "{} {}",
                        paint(Style::Strong, format!("{:<10}", kind.name)),
                        kind.about
                    ));
                }
                ui::out(format!("Services: {}", names.join(", ")));
                self.line("Which one? ").await?.to_lowercase()
            }
            None => {
                return Err(Error::usage("Which service is to be added?").help(format!(
                    "Name one of {}, {}, or a file with --description.",
                    kinds.join(", "),
                    names.join(", ")
                )));
            }
        };
        if let Some(kind) = ConnectionKind::of(&said) {
            if self.args.since.is_some() {
                return Err(Error::usage("--since is only for services"));
            }
            return Ok(What::Kind(kind));
        }
        if !names.contains(&said.as_str()) {
            let help = did_you_mean(&said, kinds.into_iter().chain(names.iter().copied()));
            let help = help.unwrap_or_else(|| {
                "`sopwright connections presets` lists the services; one of your own is described in a file: docs/connections.md."
                    .to_owned()
            });
            return Err(Error::usage(format!("`{said}` is not known")).help(help));
        }
        Ok(What::Service(DescribedBy::Preset(said)))
    }

    /// Returns what the connection is called.
    ///
    /// # Errors
    /// For a name that cannot be one, or is taken.
    pub(super) async fn name(&mut self, what: &What, asks: &Asks) -> Result<String> {
        let unless = match what {
            What::Service(DescribedBy::Preset(preset)) => preset.clone(),
            _ => asks.service.clone().unwrap_or_default().to_lowercase(),
        };
        let name = match &self.args.name {
            Some(name) => name.clone(),
            None if self.person.is_there() => {
                let asked = self
                    .line(&format!("What is it called in your SOPs? [{unless}] "))
                    .await?;
                if asked.is_empty() { unless } else { asked }
            }
            None => unless,
        };
        if !is_connection_name(&name) {
            return Err(Error::usage(format!("`{name}` cannot be the name of a connection"))
                .help("It has letters, digits, hyphens and underscores, as in crm. Say it with --name."));
        }
        if self.workspace.settings().connections.contains_key(&name) {
            return Err(
                Error::input(format!("There is a connection `{name}` already"))
                    .help("Choose another name with --name."),
            );
        }
        Ok(name)
    }

    /// Returns what the blanks are filled with.
    ///
    /// # Errors
    /// For a blank that there is not, and one that nothing fills in.
    pub(super) async fn blanks(&mut self, asks: &Asks) -> Result<IndexMap<String, String>> {
        let known = || asks.blanks.iter().map(|blank| blank.name.as_str());
        let mut set = IndexMap::new();
        for said in &self.args.set {
            let (name, value) = said.split_once('=').ok_or_else(|| {
                Error::usage(format!("--set {said} says no value"))
                    .help("Write it like --set subdomain=acme")
            })?;
            if !known().any(|blank| blank == name) {
                let all: Vec<&str> = known().collect();
                let help = did_you_mean(name, known());
                let help = help.unwrap_or_else(|| format!("There are: {}.", all.join(", ")));
                return Err(
                    Error::usage(format!("--set fills in `{name}`, which there is not")).help(help),
                );
            }
            set.insert(name.to_owned(), value.to_owned());
        }
        for blank in &asks.blanks {
            if set.contains_key(&blank.name) || blank.default.is_some() {
                continue;
            }
            if !self.person.is_there() {
                if blank.optional {
                    continue;
                }
                return Err(Error::usage(format!("`{}` is not filled in", blank.name))
                    .help(format!("Add --set {}=… It is: {}", blank.name, blank.ask)));
            }
            let value = self.needed(blank).await?;
            set.extend(value.map(|value| (blank.name.clone(), value)));
        }
        Ok(set)
    }

    /// Returns where the secrets are, with what was typed.
    ///
    /// # Errors
    /// For a secret that stands on the command line itself, or that nothing names.
    pub(super) async fn secrets(&mut self, asks: &Asks, connection: &str) -> Result<Secrets> {
        let mut secrets = Secrets::default();
        for said in &self.args.secret {
            let (name, variable) = named(said, asks)?;
            secrets.variables.insert(name, variable);
        }
        for secret in &asks.secrets {
            if secrets.variables.contains_key(&secret.name) {
                continue;
            }
            let own = || own_variable(connection, &secret.name);
            let variable = secret.default.clone().unwrap_or_else(own);
            let is_set = self.workspace.variable(&variable).is_some();
            if !self.person.is_there() {
                if is_set || !secret.optional {
                    secrets.variables.insert(secret.name.clone(), variable);
                }
                continue;
            }
            if is_set
                && self
                    .agrees(&format!("Use {variable}, which is set already? [Y/n] "))
                    .await?
            {
                secrets.variables.insert(secret.name.clone(), variable);
                continue;
            }
            let typed = self.typed(secret).await?;
            if let Some(typed) = typed {
                // What another connection uses stays as it is.
                let variable = match is_set {
                    true => own(),
                    false => variable,
                };
                secrets
                    .variables
                    .insert(secret.name.clone(), variable.clone());
                secrets.typed.insert(variable, typed);
            }
        }
        Ok(secrets)
    }

    /// Returns whether approved updates may change records.
    ///
    /// # Errors
    /// If the person leaves.
    pub(super) async fn writable(&mut self, asks: &Asks) -> Result<bool> {
        if self.args.writable || !asks.has_updates || !self.person.is_there() {
            return Ok(self.args.writable);
        }
        let line = self
            .line("May updates that you approve change records there? [y/N] ")
            .await?;
        Ok(is_yes(&line))
    }

    /// Returns whether the person agrees, as is expected.
    pub(super) async fn agrees(&mut self, prompt: &str) -> Result<bool> {
        Ok(ui::is_agreed(&self.line(prompt).await?))
    }

    /// Returns whether the person says yes, which is not expected.
    pub(super) async fn insists(&mut self, prompt: &str) -> Result<bool> {
        Ok(is_yes(&self.line(prompt).await?))
    }

    async fn needed(&mut self, blank: &Asked) -> Result<Option<String>> {
        ui::out(format!(
            "{}: {}",
            paint(Style::Strong, &blank.name),
            blank.ask
        ));
        loop {
            let prompt = match blank.optional {
                true => "  (Enter leaves it open) > ",
                false => "  > ",
            };
            let line = self.line(prompt).await?;
            match (line.is_empty(), blank.optional) {
                (false, _) => return Ok(Some(line)),
                (true, true) => return Ok(None),
                (true, false) => {}
            }
        }
    }

    async fn typed(&mut self, secret: &Asked) -> Result<Option<String>> {
        ui::out(format!(
            "{}: {}",
            paint(Style::Strong, &secret.name),
            secret.ask
        ));
        loop {
            let prompt = match secret.optional {
                true => "  (not shown; Enter leaves it out) > ",
                false => "  (not shown) > ",
            };
            let line = self.person.secret(prompt).await.ok_or_else(left)?;
            match (line.is_empty(), secret.optional) {
                (false, _) => return Ok(Some(line)),
                (true, true) => return Ok(None),
                (true, false) => {}
            }
        }
    }

    async fn line(&mut self, prompt: &str) -> Result<String> {
        let line = self.person.line(prompt).await.ok_or_else(left)?;
        Ok(line.trim().to_owned())
    }
}

fn left() -> Error {
    Error::new(Kind::Interrupted, "Nothing was kept")
}

fn is_yes(line: &str) -> bool {
    matches!(line.to_lowercase().as_str(), "y" | "yes")
}

/// Returns the secret and the variable that `[SECRET=]env:NAME` names.
fn named(said: &str, asks: &Asks) -> Result<(String, String)> {
    let names: Vec<&str> = asks
        .secrets
        .iter()
        .map(|secret| secret.name.as_str())
        .collect();
    let (name, reference) = match said.split_once('=') {
        Some((name, reference)) if names.contains(&name) => (name, reference),
        _ => {
            let mut needed = asks.secrets.iter().filter(|s| !s.optional);
            let only = match (asks.secrets.as_slice(), needed.next(), needed.next()) {
                ([], ..) => return Err(Error::usage("--secret: nothing here is a secret")),
                ([only], ..) | (_, Some(only), None) => only,
                _ => {
                    return Err(
                        Error::usage("--secret does not say which secret it is of").help(format!(
                            "Write it like --secret NAME=env:VARIABLE; there are: {}.",
                            names.join(", ")
                        )),
                    );
                }
            };
            (only.name.as_str(), said)
        }
    };
    // Anything else may be the secret itself, and is not repeated.
    let variable = reference.strip_prefix("env:").ok_or_else(|| {
        Error::usage("--secret names no variable")
            .help("Write it like --secret env:CRM_TOKEN, and set CRM_TOKEN in the environment or in .env: what stands on a command line can be seen by others.")
    })?;
    Ok((name.to_owned(), variable.to_owned()))
}

fn own_variable(connection: &str, secret: &str) -> String {
    format!("{connection}_{secret}")
        .to_uppercase()
        .replace('-', "_")
}
