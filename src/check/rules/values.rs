//! A text that is compared with can occur.

use super::names::diagnose;
use crate::check::Context;
use crate::diag::{Diagnostic, Severity};
use crate::expr::Problem;

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for site in &context.sites {
        for finding in &site.reading.findings {
            match finding.problem {
                Problem::NeverHeld => findings.push(diagnose("never-held", site, finding)),
                // The sample may be too small to hold every value, so this is no error.
                Problem::NotInSample => {
                    let mut diagnostic = diagnose("not-in-sample", site, finding);
                    diagnostic.severity = Severity::Warning;
                    findings.push(diagnostic);
                }
                _ => {}
            }
        }
    }
}
