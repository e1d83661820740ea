//! What if a person says yes: whether that which waits is complete enough to be carried out.
//!
//! A run keeps what waits and goes on, so that a no changes nothing of a case and has no scenario.

use super::Ending;
use super::outcome::Judged;
use crate::engine::{Content, Delivery, Failure};
use crate::expr::is_missing_text;
use crate::rehearse::Report;
use crate::rehearse::world::DryWorld;

/// Returns what comes of a yes to everything that an output made in the dry run.
pub(super) fn given(output: &str, report: &Report, world: &DryWorld<'_>) -> Judged {
    let of_cases = report.cases.iter().flat_map(|case| &case.effects);
    let all = of_cases.chain(&report.run_effects);
    let made: Vec<&Delivery> = all.filter(|delivery| delivery.output == output).collect();
    let lacking: Vec<String> = made.iter().filter_map(|d| lack(d, world)).collect();
    let ending = match (made.is_empty(), lacking.is_empty()) {
        (true, _) => Ending::Untried,
        (_, true) => Ending::Held,
        (_, false) => Ending::Crashed,
    };
    let mut judged = Judged::without_cases(made.len(), ending);
    judged.failed = lacking.len();
    judged.failure = lacking
        .into_iter()
        .next()
        .map(|lack| (output.to_owned(), Failure::last("incomplete", lack)));
    judged
}

/// Returns what keeps a delivery from being carried out, if anything.
fn lack(delivery: &Delivery, world: &DryWorld<'_>) -> Option<String> {
    match &delivery.content {
        Content::Update { key, .. } => {
            let open = key.iter().find(|(_, value)| match value.as_str() {
                Some(text) => is_missing_text(text),
                None => value.is_null(),
            });
            open.map(|(column, _)| format!("no row can be found where `{column}` has no value"))
        }
        Content::Call { tool, arguments } => world
            .required(tool)
            .into_iter()
            .find(|name| !arguments.contains_key(*name))
            .map(|name| format!("`{tool}` cannot be called without `{name}`")),
        Content::Message { to, text } => {
            let open = [("it goes to nobody", to), ("it says nothing", text)];
            let open = open.into_iter().find(|(_, held)| held.trim().is_empty());
            open.map(|(lack, _)| lack.to_owned())
        }
        Content::EmailDraft { to, .. } => {
            (to.trim().is_empty()).then(|| "it goes to nobody".to_owned())
        }
        Content::Document { .. } | Content::Table { .. } => None,
    }
}
