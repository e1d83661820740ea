//! Nothing is divided by a field that can be zero or missing.

use serde_json::Value as Json;

use crate::check::{Context, Site};
use crate::diag::Diagnostic;
use crate::expr::ast::Node;
use crate::expr::show;

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for site in &context.sites {
        for divisor in &site.reading.divisors {
            let Some(column) = context.column(site, divisor, None) else {
                continue;
            };
            let zero = column
                .min
                .as_ref()
                .and_then(Json::as_f64)
                .is_some_and(|n| n <= 0.0)
                && column
                    .max
                    .as_ref()
                    .and_then(Json::as_f64)
                    .is_some_and(|n| n >= 0.0);
            let what = match (zero, column.missing > 0.0) {
                (true, true) => "zero or missing",
                (true, false) => "zero",
                (false, true) => "missing",
                (false, false) => continue,
            };
            if guarded(site, divisor) {
                continue;
            }
            let mut finding = Diagnostic::warning("division", &site.at, format!("This divides by `{}`, which can be {what}; the value is then missing", show(divisor)))
                .excerpt(&site.source)
                .help("Say what holds then: an own rule for `x is missing` or `x == 0`, before it is used.");
            finding.part.clone_from(&site.part);
            findings.push(finding);
        }
    }
}

/// Does the same text ask about the divisor before it divides?
fn guarded(site: &Site, divisor: &Node) -> bool {
    let name = show(divisor);
    ["is missing", "> 0", "!= 0", "== 0", "is not missing"]
        .iter()
        .any(|asked| site.source.contains(&format!("{name} {asked}")))
}
