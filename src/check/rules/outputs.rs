//! Outputs are made where their names exist, and files do not overwrite each other.

use crate::check::Context;
use crate::diag::Diagnostic;
use crate::spec::{Output, OutputKind, Per, Text};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for output in &context.workflow.outputs {
        let at = context.pointer(&output.common.id);
        match &output.kind {
            OutputKind::Table(table) => {
                if output.common.per != Per::Run {
                    findings.push(
                        Diagnostic::error(
                            "table-per-run",
                            format!("{at}/per"),
                            "A table gathers the cases of a run",
                        )
                        .help("Add \"per\": \"run\".")
                        .part(&output.common.id),
                    );
                }
                file(
                    context,
                    output,
                    &table.file,
                    &at,
                    &["csv", "xlsx"],
                    findings,
                );
            }
            OutputKind::Document(document) => file(
                context,
                output,
                &document.file,
                &at,
                &["md", "html", "docx", "txt", "json", "xml"],
                findings,
            ),
            _ => {}
        }
    }
}

fn file(
    context: &Context<'_>,
    output: &Output,
    file: &Text,
    at: &str,
    endings: &[&str],
    findings: &mut Vec<Diagnostic>,
) {
    let name = file.as_str();
    let at = format!("{at}/file");
    let mut report = |code: &str, message: String, help: String| {
        findings.push(
            Diagnostic::error(code, &at, message)
                .excerpt(name)
                .help(help)
                .part(&output.common.id),
        );
    };
    if !endings
        .iter()
        .any(|ending| name.ends_with(&format!(".{ending}")))
    {
        report(
            "file-ending",
            "The name of the file says nothing that can be written".to_owned(),
            format!("End it in .{}.", endings.join(" or .")),
        );
    }
    if name.starts_with('/') || name.contains("..") {
        report(
            "file-outside",
            "A file is written inside the folder of the run".to_owned(),
            "Give a plain name, without / at its beginning and without `..`.".to_owned(),
        );
    }
    let is_document = matches!(output.kind, OutputKind::Document(_));
    let many = is_document && context.workflow.for_each.is_some() && output.common.per == Per::Case;
    if many && !name.contains("{{") {
        report(
            "file-overwritten",
            "Every case would write the same file".to_owned(),
            format!(
                "Put what tells cases apart into its name, as in `brief-{{{{ {} }}}}.md`.",
                context
                    .workflow
                    .for_each
                    .as_ref()
                    .map_or("run.id", |e| e.key.as_str())
            ),
        );
    }
}
