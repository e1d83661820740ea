//! `sopwright eval`

use std::path::Path;
use std::process::ExitCode;

use serde_json::json;

use super::{Context, args};
use crate::builder::{Limits, prompt, tools};
use crate::diag::{Error, Result};
use crate::evals::{Attempt, CaseResult, Kept, Maker, Results, Suite, attempt, compare};
use crate::store::{Fingerprint, write_atomically};
use crate::ui;

pub(super) async fn eval(context: &Context, args: args::Eval) -> Result<ExitCode> {
    if let Some([before, after]) = args.compare.as_deref() {
        return compared(context, before, after);
    }
    let Some(folder) = &args.suite else {
        return Err(Error::usage("No suite is named").help("As in `sopwright eval tests/evals`."));
    };
    let suite = Suite::read(folder, args.only.as_deref())?;
    let chosen = context.model().await?;
    let maker = Maker {
        model: chosen.model,
        answers: !chosen.is_built_in,
        prompt: prompt::prompt(context.workspace.root())?,
        limits: Limits {
            cost: args.max_cost,
            ..Limits::default()
        },
    };
    let now = jiff::Zoned::now();
    let told = format!(
        "{}{}{}",
        maker.prompt.system,
        maker.prompt.guide,
        json!(tools::specs())
    );
    let mut results = Results {
        suite: folder.display().to_string(),
        model: maker.model.name().to_owned(),
        began: now.strftime("%Y-%m-%d %H:%M").to_string(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        prompt: Fingerprint::of(&told).as_str()[..8].to_owned(),
        times: usize::from(args.times),
        cases: Vec::new(),
    };
    let model = crate::sop::slug(&results.model);
    let stem = format!("{}-{model}", now.strftime("%Y%m%d-%H%M%S"));
    let keep = args.out.as_ref().map(|folder| folder.join(&stem));
    for case in &suite.cases {
        let mut result = CaseResult {
            case: case.name.clone(),
            title: case.title.clone(),
            covers: case.covers.clone(),
            fingerprint: case.fingerprint.clone(),
            attempts: Vec::new(),
            error: None,
        };
        for number in 1..=args.times {
            let spinner = ui::Progress::spinner(&format!("{}, {number}", case.name));
            let made = attempt(case, &maker).await;
            spinner.end();
            match made {
                Ok((made, kept)) => {
                    ui::note(line(&case.name, number, &made));
                    if let Some(folder) = &keep {
                        write(&folder.join(format!("{}-{number}", case.name)), &kept)?;
                    }
                    result.attempts.push(made);
                }
                Err(error) => {
                    ui::note(format!("{} {number}: could not be run", case.name));
                    result.error = Some(error.to_string());
                    break;
                }
            }
        }
        results.cases.push(result);
        // After each case, so that what is paid for is not lost.
        if let Some(folder) = &args.out {
            let text = serde_json::to_string_pretty(&results).unwrap_or_default() + "\n";
            write_atomically(&folder.join(format!("{stem}.json")), text.as_bytes())?;
        }
    }
    if context.is_json() {
        ui::out(serde_json::to_string_pretty(&results).unwrap_or_default());
    } else {
        ui::out(ui::evals(&results));
        if let Some(folder) = &args.out {
            let path = folder.join(format!("{stem}.json"));
            ui::out(format!("Results: {}", path.display()));
        }
    }
    Ok(match results.is_complete() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

/// Returns how an attempt went, in a line.
fn line(case: &str, number: u16, made: &Attempt) -> String {
    let went = match (&made.because, made.passed) {
        (_, true) => "passed".to_owned(),
        (Some(because), _) => crate::diag::one_line(because, 100),
        (None, false) => format!(
            "{:.0} % of the values, {} of {} checks",
            made.accuracy() * 100.0,
            made.held(),
            made.checks.len()
        ),
    };
    format!("{case} {number}: {went} ({:.1} s)", made.seconds)
}

fn write(folder: &Path, kept: &Kept) -> Result<()> {
    if let Some(workflow) = &kept.workflow {
        let text = serde_json::to_string_pretty(workflow).unwrap_or_default() + "\n";
        write_atomically(&folder.join("workflow.json"), text.as_bytes())?;
    }
    let text = serde_json::to_string_pretty(&kept.messages).unwrap_or_default() + "\n";
    write_atomically(&folder.join("conversation.json"), text.as_bytes())
}

fn compared(context: &Context, before: &Path, after: &Path) -> Result<ExitCode> {
    let read = |path: &Path| -> Result<Results> {
        let unreadable = || Error::input(format!("{} cannot be read", path.display()));
        let text = std::fs::read_to_string(path).map_err(|e| unreadable().caused_by(e))?;
        serde_json::from_str(&text).map_err(|e| {
            unreadable()
                .caused_by(e)
                .help("Give two files that `sopwright eval SUITE --out DIR` has written.")
        })
    };
    let compared = compare(&read(before)?, &read(after)?);
    if context.is_json() {
        ui::out(serde_json::to_string_pretty(&compared).unwrap_or_default());
    } else {
        ui::out(ui::comparison(&compared));
    }
    Ok(ExitCode::SUCCESS)
}
