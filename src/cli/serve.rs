//! `sopwright serve`, `enable`, `disable` and `upcoming`

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::Context;
use super::inbox::who;
use crate::connect::Secret;
use crate::diag::{Error, Result, count};
use crate::rehearse::LlmAnswers;
use crate::serve::{self, BY_HAND, Door, Launcher, Watchman};
use crate::spec::{TriggerKind, Webhook, Workflow, uncapital, when};
use crate::{mcp, store, ui};

pub(super) async fn serve(
    context: &Context,
    listen: Option<&str>,
    at_once: Option<u16>,
) -> Result<ExitCode> {
    let door = door(context, listen)?;
    let launcher = Arc::new(Launcher {
        llm: context.llm().await?,
        at_once: context.at_once(at_once),
        ..launcher(context)?
    });
    // Who has no token has no assistants to serve.
    let assistants = match door.token {
        Some(_) => {
            let (resources, _) = context.resources_unseen().await?;
            Some(mcp::over_http(resources, launcher.clone()))
        }
        None => None,
    };
    let json = context.is_json();
    serve::serve(launcher, (door, assistants), stopped(), &mut |told| {
        // What is logged need not be told twice.
        if super::log::is_on() {
            return ui::log_told(&told);
        }
        ui::out(if json {
            ui::told_as_json(&told)
        } else {
            ui::told(&told)
        });
    })
    .await?;
    Ok(ExitCode::SUCCESS)
}

/// Returns where it listens, and who may ask.
fn door(context: &Context, listen: Option<&str>) -> Result<Door> {
    let settings = &context.workspace.settings().serve;
    let written = listen.unwrap_or(&settings.listen);
    let address: SocketAddr = written.parse().map_err(|_| {
        Error::usage(format!("`{written}` is not an address to listen on"))
            .help("Write an IP address and a port, as in 127.0.0.1:7420 or 0.0.0.0:7420.")
    })?;
    let env = |name: &str| context.workspace.variable(name);
    let token = settings.token.as_deref();
    let token = token.map(|name| Secret::named(name, &env)).transpose();
    let token = token.map_err(|e| {
        let error = Error::input("The token of [serve] cannot be used").because(e.message);
        match e.help {
            Some(help) => error.help(help),
            None => error,
        }
    })?;
    Ok(Door {
        listen: address,
        token,
    })
}

pub(super) async fn enable(context: &Context, name: &str, enabled: bool) -> Result<ExitCode> {
    let stored = store::load(&context.workspace, name)?;
    let launcher = launcher(context)?;
    let journal = launcher.journal.clone();
    let workflow = stored.draft.workflow.as_ref();
    let when = workflow.map(when).unwrap_or_default();
    let now = Timestamp::now();
    let (mut notes, mut seen) = (Vec::new(), None);
    if enabled {
        let (checked, ..) = context.checked(&stored).await?;
        let workflow = checked.workflow();
        notes = can_run(context, name, workflow)?;
        let watches = journal.watches()?;
        let is_on = watches.iter().any(|w| w.enabled && w.workflow == name);
        if !is_on {
            // From here on, what comes counts: what is there is noted before it runs by itself.
            seen = launcher.see_what_is_there(name, now).await?;
        }
        if let Some(rows) = seen {
            let rows = count(rows, "row");
            notes.push(format!("What is there now starts nothing: {rows}."));
        }
    }
    journal
        .watch(name, enabled, &who(), now.as_millisecond())
        .await?;
    if context.is_json() {
        let told = json!({"workflow": name, "enabled": enabled, "when": when, "rows_there": seen});
        ui::out(told.to_string());
    } else if enabled {
        ui::out(format!(
            "{} runs by itself: {}. `sopwright serve` has to be up for it.",
            ui::paint(ui::Style::Strong, name),
            uncapital(&when)
        ));
        notes.iter().for_each(ui::out);
    } else {
        ui::out(format!(
            "{} no longer runs by itself.",
            ui::paint(ui::Style::Strong, name)
        ));
    }
    Ok(ExitCode::SUCCESS)
}

/// Makes sure that something other than a person can start a workflow, and returns what a person
/// should know of it.
fn can_run(context: &Context, name: &str, workflow: &Workflow) -> Result<Vec<String>> {
    match &workflow.trigger.kind {
        TriggerKind::Manual(_) => Err(Error::input(format!(
            "`{name}` cannot run by itself: {BY_HAND}"
        ))
        .help(format!(
            "Say when it should run, as in: sopwright edit {name} \"every Monday at 8 in London\""
        ))),
        TriggerKind::Webhook(webhook) => webhook_notes(context, webhook),
        _ => Ok(Vec::new()),
    }
}

fn webhook_notes(context: &Context, webhook: &Webhook) -> Result<Vec<String>> {
    let env = |name: &str| context.workspace.variable(name);
    let Some(secret) = &webhook.secret else {
        let who = match context.workspace.settings().serve.token {
            Some(_) => "Who sends an event needs the token of [serve].",
            None => "Its events are not signed: whoever reaches this machine's port can start it.",
        };
        return Ok(vec![who.to_owned()]);
    };
    match Secret::named(secret, &env) {
        Ok(_) => Ok(vec![
            "Each event is signed, in the header Sopwright-Signature: docs/serving.md says how."
                .to_owned(),
        ]),
        Err(e) => Err(
            Error::input("The secret that signs its events is not there")
                .because(e.message)
                .help("Set it here, and where `sopwright serve` runs."),
        ),
    }
}

pub(super) async fn upcoming(context: &Context) -> Result<ExitCode> {
    let launcher = launcher(context)?;
    let journal = launcher.journal.clone();
    // Looks, and starts nothing.
    let mut watchman = Watchman::new(launcher.into());
    watchman.look(Timestamp::now())?;
    let is_up = journal.hold_server()?.is_none();
    let next = watchman.upcoming().into_iter().map(|(at, name)| {
        let when = in_words(context, &name);
        (Some(at), name, when)
    });
    let comes = watchman.awaiting().map(|(name, path)| {
        let when = format!("when an event comes to {path}");
        (None, name.to_owned(), when)
    });
    let next: Vec<ui::Next> = next
        .chain(comes)
        .map(|(at, workflow, when)| ui::Next { at, workflow, when })
        .collect();
    let unusable: Vec<(&str, &str)> = watchman.unusable().collect();
    if context.is_json() {
        let next: Vec<_> = next
            .iter()
            .map(|next| {
                json!({"workflow": next.workflow, "at": next.at.map(|at| at.to_string()), "when": next.when})
            })
            .collect();
        let unusable: Vec<_> = unusable
            .iter()
            .map(|(name, why)| json!({"workflow": name, "why": why}))
            .collect();
        let told = json!({"serving": is_up, "upcoming": next, "unusable": unusable});
        ui::out(serde_json::to_string_pretty(&told).unwrap_or_default());
        return Ok(ExitCode::SUCCESS);
    }
    if next.is_empty() && unusable.is_empty() {
        ui::out("Nothing runs by itself. `sopwright enable NAME` lets a workflow do so.");
        return Ok(ExitCode::SUCCESS);
    }
    ui::out(ui::upcoming(&next, &unusable, Timestamp::now()));
    if !is_up {
        ui::out(ui::paint(
            ui::Style::Warn,
            "Nothing of it runs while `sopwright serve` is not up.",
        ));
    }
    Ok(ExitCode::SUCCESS)
}

/// Returns when a workflow runs, in words.
fn in_words(context: &Context, name: &str) -> String {
    let workflow = store::load(&context.workspace, name).map(|stored| stored.draft.workflow);
    let workflow = workflow.ok().flatten();
    workflow.map_or(String::new(), |workflow| uncapital(&when(&workflow)))
}

fn launcher(context: &Context) -> Result<Launcher> {
    let llm = Arc::new(LlmAnswers::placeholders());
    Ok(Launcher {
        workspace: context.workspace.clone(),
        journal: context.journal()?,
        llm,
        stop: CancellationToken::new(),
        at_once: 1,
    })
}

/// Returns when the process is asked to stop.
pub(super) async fn stopped() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            return;
        }
    }
    // Without signals it is stopped by ending the process, which loses nothing.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
