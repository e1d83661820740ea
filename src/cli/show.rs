//! `sopwright show` and `sopwright explain`

use super::Context;
use crate::diag::{Error, Result, count};
use crate::spec::{self, Workflow};
use crate::store::{self, Stored};
use crate::ui::{self, Style, paint};

pub(super) fn show(context: &Context, name: &str) -> Result<()> {
    let stored = store::load(&context.workspace, name)?;
    let workflow = sound(&stored)?;
    if context.is_json() {
        ui::out(serde_json::to_string_pretty(workflow).unwrap_or_default());
        return Ok(());
    }
    let versions = store::versions(&context.workspace, &stored.name);
    let mut text = format!(
        "{}  {}\n",
        paint(Style::Strong, &workflow.title),
        paint(Style::Faint, &stored.name)
    );
    text += &format!("{}\n\n", workflow.objective);
    let mut line = |label: &str, value: String| {
        text += &format!("{:<10} {value}\n", paint(Style::Faint, label))
    };
    line("when", spec::when(workflow));
    line(
        "reads",
        workflow
            .data
            .values()
            .map(|p| p.from.as_str())
            .collect::<Vec<_>>()
            .join(", "),
    );
    line(
        "steps",
        format!(
            "{}, {}",
            count(workflow.all_steps().len(), "step"),
            count(workflow.outputs.len(), "output")
        ),
    );
    line(
        "outcome",
        workflow
            .result
            .keys()
            .cloned()
            .collect::<Vec<_>>()
            .join(", "),
    );
    line("tests", workflow.tests.len().to_string());
    line(
        "SOP",
        format!(
            "{}, {} carried out, {} waived",
            count(stored.sop.statements.len(), "statement"),
            workflow.cited().len(),
            workflow
                .sop
                .waived
                .iter()
                .map(|w| w.statements.len())
                .sum::<usize>()
        ),
    );
    for assumption in &workflow.assumptions {
        line("assumed", assumption.text.clone());
    }
    if let Some(last) = versions.last() {
        line(
            "version",
            format!("{} of {}: {}", last.number, last.saved_at, last.why),
        );
    }
    ui::out(text);
    Ok(())
}

pub(super) fn explain(context: &Context, name: &str) -> Result<()> {
    let stored = store::load(&context.workspace, name)?;
    let text = spec::explain(sound(&stored)?);
    if context.is_json() {
        ui::out(serde_json::json!({"workflow": stored.name, "markdown": text}).to_string());
    } else {
        ui::out(text);
    }
    Ok(())
}

/// Returns the workflow, if its shape is sound.
pub(super) fn sound(stored: &Stored) -> Result<&Workflow> {
    match &stored.draft.workflow {
        Some(workflow) if stored.draft.findings.is_empty() => Ok(workflow),
        _ => Err(
            Error::input(format!("`{}` is not a sound workflow", stored.name))
                .with(stored.draft.findings.clone())
                .help(format!("Mend it in chat: sopwright chat {}", stored.name)),
        ),
    }
}
