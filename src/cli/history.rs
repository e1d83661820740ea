//! `sopwright history`

use std::process::ExitCode;

use serde_json::json;

use super::edit::{asks, open, session_path};
use super::{Context, args};
use crate::builder::in_words;
use crate::diag::{Error, Result};
use crate::store::{self, Version};
use crate::ui::{self, Conversation, Lines, Nobody, Stdin, Style, paint};

pub(super) async fn history(context: &Context, args: args::History) -> Result<ExitCode> {
    let stored = store::load(&context.workspace, &args.name)?;
    let versions = store::versions(&context.workspace, &stored.name);
    let Some(number) = &args.back else {
        list(context, &stored.name, &versions);
        return Ok(ExitCode::SUCCESS);
    };
    let version = ui::version(&versions, number)?;
    let mut builder = open(context, &args.name).await?;
    if !builder.take_version(version) {
        ui::out(format!("It is as in version {} already.", version.number));
        return Ok(ExitCode::SUCCESS);
    }
    let path = session_path(context, &builder);
    let mut face = Conversation::new(Nobody, path).quiet(context.is_json());
    builder.show_change(&mut face).await;
    face.settle();
    let agrees = args.yes
        || (asks(context, args.yes) && {
            let question = format!("Go back to version {}? [Y/n] ", version.number);
            let answer = Stdin.line(&question).await;
            answer.is_some_and(|line| ui::is_agreed(&line))
        });
    if !agrees {
        return Err(Error::blocked("It is left as it was")
            .help("Without a terminal, --yes goes back without asking."));
    }
    builder.keep_version(version).await?;
    let newest = store::versions(&context.workspace, &args.name)
        .last()
        .map_or(0, |v| v.number);
    if context.is_json() {
        ui::out(
            json!({"name": args.name, "back_to": version.number, "version": newest}).to_string(),
        );
    } else {
        ui::out(format!(
            "{} {} is as in version {} again, saved as version {newest}.",
            paint(Style::Good, "✓"),
            args.name,
            version.number
        ));
    }
    Ok(ExitCode::SUCCESS)
}

fn list(context: &Context, name: &str, versions: &[Version]) {
    if context.is_json() {
        let told: Vec<_> = versions
            .iter()
            .enumerate()
            .map(|(index, version)| {
                let before = index.checked_sub(1).map(|i| &versions[i]);
                let changes = before.map(|b| in_words(&b.workflow, &version.workflow));
                json!({"version": version.number, "saved_at": version.saved_at, "why": version.why, "changes": changes})
            })
            .collect();
        ui::out(json!({"name": name, "versions": told}).to_string());
        return;
    }
    if versions.is_empty() {
        ui::out(format!(
            "{name} has no history: it gets one when it is saved."
        ));
        return;
    }
    ui::out(ui::history(versions));
    ui::out(format!(
        "Go back to one with: {}",
        paint(Style::Accent, format!("sopwright history {name} --back N"))
    ));
}
