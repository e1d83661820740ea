//! Every name and field exists where it is used.

use super::super::Site;
use crate::check::Context;
use crate::diag::Diagnostic;
use crate::expr::{Finding, Problem};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for site in &context.sites {
        for finding in &site.reading.findings {
            let code = match finding.problem {
                Problem::UnknownName => "unknown-name",
                Problem::UnknownField => "unknown-field",
                Problem::UnknownFunction => "unknown-function",
                _ => continue,
            };
            let left_out = context
                .left_out
                .iter()
                .any(|name| finding.message.contains(&format!("`{name}`")));
            if !left_out {
                findings.push(
                    defined_later(context, site, finding)
                        .unwrap_or_else(|| diagnose(code, site, finding)),
                );
            }
        }
    }
}

/// Returns a finding about an expression as a diagnostic at its site.
pub(super) fn diagnose(code: &str, site: &Site, finding: &Finding) -> Diagnostic {
    let excerpt = if site.source.len() <= 100 {
        &site.source
    } else {
        &finding.excerpt
    };
    let mut diagnostic = Diagnostic::error(code, &site.at, &finding.message)
        .excerpt(excerpt)
        .maybe_help(finding.help.clone());
    diagnostic.part.clone_from(&site.part);
    diagnostic
}

/// Returns the finding for a step that is used before it has run.
fn defined_later(context: &Context<'_>, site: &Site, finding: &Finding) -> Option<Diagnostic> {
    if finding.problem != Problem::UnknownName {
        return None;
    }
    let step = context.workflow.step(&finding.excerpt)?;
    let name = &step.common.id;
    let mut diagnostic = diagnose("used-before-defined", site, finding);
    diagnostic.message = format!("`{name}` is not worked out yet where this uses it");
    diagnostic.help = Some(format!(
        "Move the step `{name}` before `{}`.",
        site.part.as_deref().unwrap_or("this")
    ));
    Some(diagnostic)
}
