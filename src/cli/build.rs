//! `sopwright build`

use std::process::ExitCode;

use serde_json::json;

use super::{Context, args};
use crate::builder::{Builder, End, Face, Labelled, Limits, Mode, Session};
use crate::diag::{Error, Result};
use crate::sop::{self, Sop, slug};
use crate::spec::{self, TriggerKind, diagram, duration};
use crate::store;
use crate::ui::{self, Conversation, Lines, Nobody, Stdin, Style, paint};

pub(super) async fn build(context: &Context, args: args::Build) -> Result<ExitCode> {
    let sop = read_sop(context, &args.sop)?;
    let notes = match &args.answers {
        Some(path) => Some(std::fs::read_to_string(path).map_err(|e| {
            Error::input(format!("The answers {} cannot be read", path.display())).caused_by(e)
        })?),
        None => None,
    };
    let name = match &args.name {
        Some(name) => slug(name),
        None => default_name(&args.sop, &sop),
    };
    let base = taken_by(context, &name, args.name.is_some())?;
    let limits = Limits {
        cost: args.max_cost,
        time: args.max_time.as_deref().map(time).transpose()?,
        ..Limits::default()
    };
    let (resources, is_built_in) = context.resources().await?;
    if !context.is_json() {
        ui::out(format!(
            "Building {} with {}",
            paint(Style::Strong, &name),
            resources.model.name()
        ));
    }
    let id = format!(
        "build-{name}-{}",
        jiff::Zoned::now().strftime("%Y%m%d-%H%M%S")
    );
    let path = context
        .workspace
        .own()
        .join("sessions")
        .join(format!("{id}.json"));
    let mut session = Session::new(id.clone(), name, sop, Mode::Build);
    session.base = base;
    if let Some(file) = &args.labelled {
        let labelled = Labelled::read(file, &args.outcome, &resources.catalog).await?;
        session.labelled = Some(labelled);
    }
    let mut builder = Builder::new(session, resources, limits);
    builder.open(notes.as_deref());
    let asks = !args.yes && !context.is_json() && ui::is_interactive();
    let end = if asks {
        converse(&mut builder, Conversation::new(Stdin, path), context).await
    } else {
        converse(
            &mut builder,
            Conversation::new(Nobody, path)
                .agreeing(args.yes)
                .quiet(context.is_json()),
            context,
        )
        .await
    };
    let end = match end {
        Ok(end) => end,
        Err(error) => return Err(kept(context, &builder, error)),
    };
    match end {
        End::Saved | End::Turn => {
            // What is saved is told, also where the past cases lack what it reads by now.
            let past = builder.past_now().await;
            if context.is_json() {
                let mut told = outcome(&builder, &End::Saved);
                match &past {
                    Ok(Some(past)) => told["past_cases"] = json!(past),
                    Ok(None) => {}
                    Err(error) => told["past_cases_problem"] = json!(error.to_string()),
                }
                ui::out(told.to_string());
            } else {
                present(&builder, is_built_in);
                if let Err(error) = &past {
                    let help = error.help.as_deref().unwrap_or_default();
                    ui::out(format!(
                        "\n{} {error}. {help}",
                        paint(Style::Warn, "The past cases were not compared:"),
                    ));
                }
                if let Ok(Some(past)) = past {
                    ui::out(format!(
                        "\n{}\n{}",
                        paint(Style::Strong, "Past cases"),
                        ui::backtest(&past, &builder.session.sop)
                    ));
                }
            }
            Ok(ExitCode::SUCCESS)
        }
        End::Blocked(because) if context.is_json() => {
            ui::out(outcome(&builder, &End::Blocked(because)).to_string());
            Ok(ExitCode::FAILURE)
        }
        End::Blocked(because) => Err(kept(
            context,
            &builder,
            Error::blocked(format!("Blocked, because {because}")),
        )),
    }
}

async fn converse<L: Lines>(
    builder: &mut Builder,
    mut face: Conversation<L>,
    context: &Context,
) -> Result<End> {
    face.keep(&builder.session);
    if !context.is_json() {
        face.wait_for("thinking");
    }
    let end = builder.run(&mut face).await;
    face.settle();
    end
}

fn read_sop(context: &Context, named: &str) -> Result<Sop> {
    if named != "-" {
        return context.workspace.sop(named);
    }
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut std::io::stdin().lock(), &mut bytes)
        .map_err(|e| Error::input("The SOP cannot be read from standard input").caused_by(e))?;
    sop::decode(&bytes, "from standard input")
}

/// Returns the name of the SOP's file where that tells more than its first words.
fn default_name(named: &str, sop: &Sop) -> String {
    let stem = std::path::Path::new(named)
        .file_stem()
        .map(|s| s.to_string_lossy().into_owned())
        .unwrap_or_default();
    match stem.as_str() {
        "" | "-" | "sop" | "SOP" | "readme" => sop.suggested_name(),
        stem => slug(stem),
    }
}

/// Returns the version that is there under the name; only a name that was asked for may be built over.
fn taken_by(
    context: &Context,
    name: &str,
    is_asked_for: bool,
) -> Result<Option<store::Fingerprint>> {
    if !store::list(&context.workspace).contains(&name.to_owned()) {
        return Ok(None);
    }
    let stored = store::load(&context.workspace, name);
    match stored {
        Ok(stored) => Ok(Some(stored.fingerprint)),
        Err(error) if is_asked_for => Err(error),
        Err(_) => Ok(None),
    }
}

pub(super) fn time(text: &str) -> Result<std::time::Duration> {
    duration(text).ok_or_else(|| {
        Error::usage(format!("`{text}` is not a time"))
            .help("Write a number and a unit, such as 90s, 10m or 1h.")
    })
}

/// Says with an error what was kept and how to go on.
fn kept(context: &Context, builder: &Builder, mut error: Error) -> Error {
    let session = &builder.session;
    let mut kept = Vec::new();
    if let Some(document) = &session.draft.document
        && let Ok(path) =
            store::keep_draft(&context.workspace, &session.name, document, &session.sop)
    {
        kept.push(format!("The draft is kept in {}.", path.display()));
    }
    kept.push(format!("Go on in chat: sopwright resume {}", session.id));
    if let Some(help) = error.help.take() {
        kept.insert(0, help);
    }
    error.help(kept.join(" "))
}

/// Shows what was built: in plain language, as a picture, and the dry run's table.
fn present(builder: &Builder, is_built_in: bool) {
    let session = &builder.session;
    let draft = session.draft.document.clone().map(spec::read_value);
    let mut runs_itself = false;
    if let Some(workflow) = draft.and_then(|d| d.workflow) {
        runs_itself = !matches!(workflow.trigger.kind, TriggerKind::Manual(_));
        ui::out(format!("\n{}", spec::explain(&workflow)));
        ui::out(diagram::text(&workflow, ui::width().min(92)));
    }
    if let Some(report) = session.current_report() {
        ui::out(format!(
            "{}\n{}",
            paint(Style::Strong, "Dry run"),
            ui::report(report)
        ));
    }
    let name = &session.name;
    ui::out(format!(
        "Saved as {}. {}",
        paint(Style::Strong, format!("generated/{name}")),
        spent(builder)
    ));
    ui::out(format!(
        "Run it:    {}",
        paint(Style::Accent, format!("sopwright run {name}"))
    ));
    if runs_itself {
        ui::out(format!(
            "By itself: {}",
            paint(
                Style::Accent,
                format!("sopwright enable {name}, sopwright serve")
            )
        ));
    }
    ui::out(format!(
        "Change it: {}",
        paint(Style::Accent, format!("sopwright chat {name}"))
    ));
    if is_built_in {
        ui::out(paint(
            Style::Faint,
            "Built by the built-in drafter. With a model it reads more, and writes the texts: `sopwright doctor` says how.",
        ));
    }
}

fn spent(builder: &Builder) -> String {
    let usage = builder.session.usage;
    if usage.prompt() + usage.output == 0 {
        return String::new();
    }
    let cost = builder.session.cost + builder.resources.llm.spent().cost;
    let dollars = if cost > 0.0 {
        format!(", ${cost:.2}")
    } else {
        String::new()
    };
    format!(
        "{} model calls, {} tokens in, {} out{dollars}.",
        builder.session.turns,
        usage.prompt(),
        usage.output
    )
}

fn outcome(builder: &Builder, end: &End) -> serde_json::Value {
    let session = &builder.session;
    let (status, because) = match end {
        End::Blocked(because) => ("blocked", Some(because)),
        End::Saved | End::Turn => ("saved", None),
    };
    json!({
        "status": status, "because": because, "name": session.name, "session": session.id,
        "turns": session.turns, "tokens_in": session.usage.prompt(), "tokens_out": session.usage.output,
        "cost_usd": session.cost, "dry_run": session.current_report(),
        "assumptions": session.draft.document.as_ref().and_then(|d| d.get("assumptions")),
    })
}
