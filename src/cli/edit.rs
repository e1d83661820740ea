//! `sopwright edit`

use std::process::ExitCode;

use serde_json::json;

use super::{Context, args};
use crate::builder::{Answer, Builder, End, Face, Limits, Question, Refinement, Session};
use crate::diag::{Error, Result};
use crate::model::Message;
use crate::rehearse::Claim;
use crate::store;
use crate::ui::{self, Conversation, Lines, Nobody, Stdin, Style, paint};

pub(super) async fn edit(context: &Context, args: args::Edit) -> Result<ExitCode> {
    let request = args.request.trim();
    if request.is_empty() {
        return Err(
            Error::usage("Nothing was said that should change").help(format!(
                "Say it in your own words: sopwright edit {} \"medium should be health below 60\"",
                args.name
            )),
        );
    }
    let mut builder = open(context, &args.name).await?;
    builder.session.confirms = !args.yes;
    builder.reopen();
    builder.session.say(request);
    if !context.is_json() {
        ui::out(format!(
            "Changing {} with {}",
            paint(Style::Strong, &args.name),
            builder.resources.model.name()
        ));
    }
    let path = session_path(context, &builder);
    if asks(context, args.yes) {
        carry_out(context, builder, Conversation::new(Stdin, path), request).await
    } else {
        let face = Conversation::new(Nobody, path)
            .agreeing(args.yes)
            .quiet(context.is_json());
        carry_out(context, builder, face, request).await
    }
}

/// Is somebody there who can be asked whether to keep a change?
pub(super) fn asks(context: &Context, yes: bool) -> bool {
    !yes && !context.is_json() && ui::is_interactive()
}

/// Opens a saved workflow for a change.
pub(super) async fn open(context: &Context, name: &str) -> Result<Builder> {
    let stored = store::load(&context.workspace, name)?;
    if !store::list(&context.workspace).contains(&name.to_owned()) {
        return Err(
            Error::usage(format!("`{name}` is not the name of a saved workflow")).help(
                "Only what is saved under generated/ is changed: `sopwright list` has the names.",
            ),
        );
    }
    let id = format!(
        "edit-{name}-{}",
        jiff::Zoned::now().strftime("%Y%m%d-%H%M%S")
    );
    let (resources, _) = context.resources().await?;
    let session = Session::of_saved(id, stored);
    Ok(Builder::new(session, resources, Limits::default()))
}

/// Returns where a session is written.
pub(super) fn session_path(context: &Context, builder: &Builder) -> std::path::PathBuf {
    let sessions = context.workspace.own().join("sessions");
    sessions.join(format!("{}.json", builder.session.id))
}

/// How an edit ended.
enum Outcome {
    Kept,
    /// It was shown, and nobody agreed to it.
    NotKept,
    /// The builder left the workflow as it was.
    Unchanged,
    Blocked(String),
}

async fn carry_out<L: Lines>(
    context: &Context,
    mut builder: Builder,
    mut face: Conversation<L>,
    request: &str,
) -> Result<ExitCode> {
    face.keep(&builder.session);
    face.wait_for("thinking");
    let end = builder.run(&mut face).await;
    face.settle();
    let outcome = settle(&mut builder, &mut face, end?, request).await?;
    face.keep(&builder.session);
    if context.is_json() {
        ui::out(told(context, &builder, face.refined().as_ref(), &outcome).to_string());
        return Ok(match outcome {
            Outcome::Kept => ExitCode::SUCCESS,
            _ => ExitCode::FAILURE,
        });
    }
    let session = &builder.session;
    let go_on = format!("Go on in chat: sopwright resume {}", session.id);
    match outcome {
        Outcome::Kept => {
            let name = &session.name;
            ui::out(format!(
                "Kept as version {} of {}. Go back any time: {}",
                number(context, &builder),
                paint(Style::Strong, name),
                paint(Style::Accent, format!("sopwright history {name}"))
            ));
            Ok(ExitCode::SUCCESS)
        }
        Outcome::NotKept if face.lines().is_there() => Err(Error::blocked("Not kept: it is as it was").help(go_on)),
        Outcome::NotKept => Err(Error::blocked("Not kept, since nobody was there to agree to it")
            .help(format!("Run it in a terminal to be asked, or keep it without being asked: sopwright edit {} \"{request}\" --yes", session.name))),
        Outcome::Unchanged => Err(Error::blocked("Nothing was changed").help(format!(
            "Say it in other words, or talk it over: sopwright chat {}",
            session.name
        ))),
        Outcome::Blocked(because) => {
            Err(Error::blocked(format!("Not kept, because {because}")).help(go_on))
        }
    }
}

/// Brings a change to its end that the builder has left before it was saved.
async fn settle<L: Lines>(
    builder: &mut Builder,
    face: &mut Conversation<L>,
    end: End,
    request: &str,
) -> Result<Outcome> {
    if let End::Blocked(because) = end {
        return Ok(Outcome::Blocked(because));
    }
    if !builder.session.has_changed() {
        return Ok(Outcome::Unchanged);
    }
    if builder.session.is_saved() {
        return Ok(Outcome::Kept);
    }
    if builder.session.declined {
        return Ok(Outcome::NotKept);
    }
    if builder.session.current_report().is_none() {
        builder.rehearse_now(8, &|_, _| {}).await?;
    }
    let report = builder.session.current_report();
    if let Some(report) = report.filter(|r| r.claim == Claim::Failed) {
        return Ok(Outcome::Blocked(format!(
            "the dry run failed: {}",
            report.reasons.join("; ")
        )));
    }
    if builder.session.confirms {
        let question = Question::keep(report.map(|r| r.reasons.join("\n")));
        match face.ask(&question).await {
            Answer::Words(words) if crate::builder::is_yes(&words) => {}
            _ => return Ok(Outcome::NotKept),
        }
    }
    builder.save_now(request).await?;
    Ok(Outcome::Kept)
}

fn number(context: &Context, builder: &Builder) -> usize {
    let versions = store::versions(&context.workspace, &builder.session.name);
    versions.last().map_or(0, |version| version.number)
}

fn told(
    context: &Context,
    builder: &Builder,
    refinement: Option<&Refinement>,
    outcome: &Outcome,
) -> serde_json::Value {
    let session = &builder.session;
    let (status, because) = match outcome {
        Outcome::Kept => ("kept", None),
        Outcome::NotKept => ("not_kept", Some("nobody agreed to it: --yes keeps it")),
        Outcome::Unchanged => ("unchanged", None),
        Outcome::Blocked(because) => ("blocked", Some(because.as_str())),
    };
    let said = session.messages.iter().rev().find_map(|m| match m {
        Message::Assistant { text, .. } if !text.is_empty() => Some(text),
        _ => None,
    });
    let effects = refinement
        .and_then(|r| r.results.as_ref())
        .map(|r| r.lines());
    json!({
        "status": status, "because": because, "name": session.name, "session": session.id,
        "version": number(context, builder), "said": said,
        "changes": refinement.map(|r| &r.changes), "effects": effects,
        "results": refinement.and_then(|r| r.results.as_ref()),
        "also_changed": refinement.map(|r| &r.beyond), "cost_usd": session.cost,
    })
}
