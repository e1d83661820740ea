//! `sopwright dry-run`

use std::process::ExitCode;

use super::Context;
use crate::diag::Result;
use crate::rehearse::{Claim, Probes, Rehearsal, rehearse};
use crate::{store, ui};

pub(super) async fn dry_run(
    context: &Context,
    name: &str,
    cases: u16,
    scenarios: bool,
) -> Result<ExitCode> {
    let stored = store::load(&context.workspace, name)?;
    let (checked, connections, catalog) = context.checked(&stored).await?;
    let workflow = checked.workflow().clone();
    let bar = ui::Progress::bar("Dry run", u64::from(cases));
    let probes = Probes::default();
    let rehearsal = Rehearsal {
        connections: &connections,
        catalog: &catalog,
        llm: context.llm().await?,
        run: context
            .clock
            .run_info("dry-run", &workflow.name, Some(&workflow)),
        cases: usize::from(cases),
        scenarios,
        sop: Some(&stored.sop),
        probes: scenarios.then_some(&probes),
        progress: &|done, _| bar.at(done as u64),
    };
    let rehearsed = rehearse(&checked, &rehearsal).await;
    bar.end();
    let rehearsed = rehearsed?;
    let report = rehearsed.report();
    if context.is_json() {
        ui::out(serde_json::to_string_pretty(report).unwrap_or_default());
    } else {
        ui::out(ui::report(report));
    }
    Ok(if report.claim == Claim::Failed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}
