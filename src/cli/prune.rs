//! `sopwright prune`

use std::process::ExitCode;
use std::time::Duration;

use serde_json::json;

use super::Context;
use crate::diag::{Error, Result, count};
use crate::runner::retention::{self, Pruned};
use crate::ui;

pub(super) async fn prune(
    context: &Context,
    older_than: Option<&str>,
    dry_run: bool,
) -> Result<ExitCode> {
    let age = match older_than {
        Some(written) => retention::age(written, "--older-than")?,
        None => retention::age_of(context.workspace.settings())?,
    };
    let age = age.ok_or_else(|| {
        Error::usage("How old runs may become is not said")
            .help("Say it as in --older-than 90d, or set `runs = \"180d\"` under [retention] in sopwright.toml.")
    })?;
    let journal = context.journal()?;
    let before = retention::before(jiff::Timestamp::now(), age);
    let mut pruned = if dry_run {
        retention::would_prune(&journal, before)?
    } else {
        retention::prune(&journal, before).await?
    };
    let mut note = None;
    if !dry_run && pruned.runs > 0 {
        note = retention::give_back(&journal, &mut pruned)?;
    }
    if context.is_json() {
        let told = json!({"dry_run": dry_run, "older_than_seconds": age.as_secs(), "runs": pruned.runs,
            "cases": pruned.cases, "kept_since_they_wait": pruned.kept, "bytes_free": pruned.free,
            "bytes_given_back": pruned.given_back, "note": note});
        ui::out(told.to_string());
        return Ok(ExitCode::SUCCESS);
    }
    ui::out(words(&pruned, age, dry_run));
    note.iter().for_each(ui::out);
    Ok(ExitCode::SUCCESS)
}

fn words(pruned: &Pruned, age: Duration, dry_run: bool) -> String {
    let days = count(usize::try_from(age.as_secs() / 86_400).unwrap_or(0), "day");
    let kept = match pruned.kept {
        0 => String::new(),
        n => format!(
            " {} as old stay, since they are not done or something of them waits for a person.",
            count(n, "run")
        ),
    };
    if pruned.runs == 0 {
        return format!("No run has been over for more than {days}: nothing to remove.{kept}");
    }
    let what = format!(
        "{} with {}",
        count(pruned.runs, "run"),
        count(usize::try_from(pruned.cases).unwrap_or(usize::MAX), "case")
    );
    if dry_run {
        return format!("{what} would be removed from the journal.{kept}");
    }
    format!(
        "Removed {what} from the journal; their files under runs/ are untouched. The disk got {} back.{kept}",
        retention::bytes(pruned.given_back)
    )
}
