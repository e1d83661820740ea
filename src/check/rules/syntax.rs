//! Every expression and template can be read.

use crate::check::Context;
use crate::diag::Diagnostic;

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for site in &context.sites {
        if let Some(error) = &site.error {
            let mut finding = Diagnostic::error("expression-syntax", &site.at, &error.message)
                .excerpt(&site.source)
                .maybe_help(error.help.clone());
            finding.part.clone_from(&site.part);
            findings.push(finding);
        }
    }
}
