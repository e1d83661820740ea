//! Texts are not compared or calculated with numbers, and functions get what they take.

use super::names::diagnose;
use crate::check::{Context, Role};
use crate::diag::Diagnostic;
use crate::expr::{Problem, Type};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for site in &context.sites {
        for finding in &site.reading.findings {
            match finding.problem {
                Problem::Mismatch => findings.push(diagnose("type-mismatch", site, finding)),
                Problem::Arguments => findings.push(diagnose("wrong-arguments", site, finding)),
                _ => {}
            }
        }
        if site.role == Role::Condition && site.error.is_none() {
            let kind = &site.reading.kind;
            let text = matches!(
                kind,
                Type::Text | Type::OneOf(_) | Type::Date | Type::Time | Type::Object(_)
            );
            if text && site.reading.findings.is_empty() {
                let mut finding = Diagnostic::error(
                    "not-a-condition",
                    &site.at,
                    format!("A condition holds or not, and this is {}", kind.words()),
                )
                .excerpt(&site.source)
                .help("Compare it with something, as in `account.status == 'active'`.");
                finding.part.clone_from(&site.part);
                findings.push(finding);
            }
        }
    }
}
