//! `sopwright backtest`

use std::fs;
use std::process::ExitCode;

use super::{Context, args};
use crate::diag::{Error, Result};
use crate::engine::key_text;
use crate::rehearse::{Backtest, PastFiles, Rehearsal, backtest as compare};
use crate::{store, ui};

pub(super) async fn backtest(context: &Context, args: args::Backtest) -> Result<ExitCode> {
    let stored = store::load(&context.workspace, &args.name)?;
    let (checked, connections, catalog) = context.checked(&stored).await?;
    let workflow = checked.workflow();
    let files = PastFiles::read(&args.cases, &args.expect).await?;
    let fields = files.fields(workflow, &args.field)?;
    let past = files.cases(workflow, &fields).await?;
    let bar = ui::Progress::bar("Backtest", past.len() as u64);
    let rehearsal = Rehearsal {
        connections: &connections,
        catalog: &catalog,
        llm: context.llm().await?,
        run: context
            .clock
            .run_info("backtest", &workflow.name, Some(workflow)),
        cases: past.len(),
        scenarios: false,
        sop: None,
        probes: None,
        progress: &|done, _| bar.at(done as u64),
    };
    let report = compare(&checked, &rehearsal, past).await;
    bar.end();
    let report = report?.without(files.rows());
    if let Some(path) = &args.out {
        fs::write(path, csv(&report)).map_err(|e| {
            Error::input(format!("{} cannot be written", path.display())).caused_by(e)
        })?;
    }
    if context.is_json() {
        ui::out(serde_json::to_string_pretty(&report).unwrap_or_default());
    } else {
        ui::out(ui::backtest(&report, &stored.sop));
    }
    Ok(if report.failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Returns every case as CSV: what was decided, what came, whether they agree, and why.
fn csv(report: &Backtest) -> String {
    let mut out = csv::Writer::from_writer(Vec::new());
    let fields: Vec<&String> = report.fields.keys().collect();
    let mut header = vec!["key".to_owned(), "agrees".to_owned()];
    header.extend(
        fields
            .iter()
            .flat_map(|f| [format!("{f} decided"), format!("{f} came")]),
    );
    header.push("because".to_owned());
    // Writing to memory cannot fail.
    let _ = out.write_record(&header);
    for case in &report.compared {
        let mut record = vec![case.key.clone(), case.agrees.to_string()];
        for field in &fields {
            let (was, came) = case.fields.get(*field).cloned().unwrap_or_default();
            record.extend([was, came].map(|v| key_text(&v).unwrap_or_default()));
        }
        record.push(case.because.join("; "));
        let _ = out.write_record(&record);
    }
    String::from_utf8(out.into_inner().unwrap_or_default()).unwrap_or_default()
}
