//! The command line.

mod args;
mod backtest;
mod build;
mod bundle;
mod check;
mod connections;
mod context;
mod diagram;
mod doctor;
mod dry_run;
mod edit;
mod eval;
mod event;
mod forget;
mod history;
mod inbox;
mod list;
mod log;
mod mcp;
mod measure_args;
mod names;
mod prune;
mod run;
mod run_args;
mod runs;
mod secrets;
mod serve;
mod show;
mod trace;
#[cfg(feature = "restate")]
mod worker;

use std::process::ExitCode;

use clap::Parser;

use crate::diag::Result;
use crate::ui;

pub use args::{Args, Command};
pub use context::Context;
pub(crate) use inbox::slash as inbox_command;

/// Runs the command line, and returns its exit code.
pub fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            // Help and version are no errors; clap knows where each goes.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    match carry_out(args) {
        Ok(code) => code,
        Err(error) => {
            ui::note(ui::error(&error));
            ExitCode::from(error.exit_code())
        }
    }
}

fn carry_out(args: Args) -> Result<ExitCode> {
    let context = Context::open(&args.everywhere)?;
    log::begin(&context)?;
    if let Some(code) = at_once(&context, &args)? {
        return Ok(code);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|e| {
            crate::diag::Error::unavailable("Sopwright could not be started").caused_by(e)
        })?;
    let outcome = runtime.block_on(async {
        match args.command {
            None => crate::repl::start(&context, crate::repl::Opening::Nothing).await,
            Some(Command::Chat { what }) => {
                crate::repl::start(&context, crate::repl::Opening::Named(what)).await
            }
            Some(Command::Resume { session }) => {
                crate::repl::start(&context, crate::repl::Opening::Resume(session)).await
            }
            Some(Command::Build(build)) => build::build(&context, build).await,
            Some(Command::Edit(args)) => edit::edit(&context, args).await,
            Some(Command::History(args)) => history::history(&context, args).await,
            Some(Command::Check { name }) => check::check(&context, &name).await,
            Some(Command::Backtest(args)) => backtest::backtest(&context, args).await,
            Some(Command::DryRun {
                name,
                cases,
                no_scenarios,
            }) => dry_run::dry_run(&context, &name, cases, !no_scenarios).await,
            Some(Command::Eval(args)) => eval::eval(&context, args).await,
            Some(Command::Run(run)) => run::run(&context, run).await,
            Some(Command::Retry { run, case }) => run::retry(&context, run, case.as_deref()).await,
            Some(Command::Serve { listen, at_once }) => {
                serve::serve(&context, listen.as_deref(), at_once).await
            }
            #[cfg(feature = "restate")]
            Some(Command::Worker(args)) => worker::worker(&context, args).await,
            Some(Command::Enable { name }) => serve::enable(&context, &name, true).await,
            Some(Command::Disable { name }) => serve::enable(&context, &name, false).await,
            Some(Command::Upcoming) => serve::upcoming(&context).await,
            Some(Command::Mcp) => mcp::mcp(&context).await,
            Some(Command::Event { name, case, data }) => {
                event::event(&context, &name, case.as_deref(), data.as_deref()).await
            }
            Some(Command::Prune {
                older_than,
                dry_run,
            }) => prune::prune(&context, older_than.as_deref(), dry_run).await,
            Some(Command::Forget { key, workflow, yes }) => {
                forget::forget(&context, &key, workflow.as_deref(), yes).await
            }
            Some(Command::Names(args)) => names::names(&context, args).await,
            Some(Command::Secrets(args)) => secrets::secrets(&context, args).await,
            Some(Command::Inbox { command }) => inbox::inbox(&context, command).await,
            Some(Command::Connections { command }) => {
                connections::connections(&context, command).await
            }
            Some(Command::Doctor) => doctor::doctor(&context).await,
            // Carried out at once, above.
            Some(_) => Ok(ExitCode::SUCCESS),
        }
    });
    // A line reader that still waits for input must not keep the program alive.
    runtime.shutdown_background();
    outcome
}

/// Carries out what needs no runtime.
fn at_once(context: &Context, args: &Args) -> Result<Option<ExitCode>> {
    match &args.command {
        Some(Command::Show { name }) => show::show(context, name)?,
        Some(Command::Explain { name }) => show::explain(context, name)?,
        Some(Command::Trace { name, out }) => trace::trace(context, name, out.as_deref())?,
        Some(Command::Diagram { name, out }) => diagram::diagram(context, name, out.as_deref())?,
        Some(Command::List) => list::list(context),
        Some(Command::Runs { command }) => runs::runs(context, command)?,
        Some(Command::Schema) => {
            ui::out(serde_json::to_string_pretty(crate::spec::schema()).unwrap_or_default())
        }
        Some(Command::Export { name, out }) => bundle::export(context, name, out.as_deref())?,
        Some(Command::Import { file, name }) => bundle::import(context, file, name.as_deref())?,
        _ => return Ok(None),
    }
    Ok(Some(ExitCode::SUCCESS))
}
