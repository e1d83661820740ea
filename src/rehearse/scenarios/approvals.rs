//! What if a person says yes: is that which waits complete enough to be carried out? And what if
//! the answer is no: what of the same cases is done without being asked?

use super::Ending;
use super::outcome::Judged;
use crate::engine::{Content, Delivery, Failure};
use crate::expr::is_missing_text;
use crate::rehearse::Report;
use crate::rehearse::world::DryWorld;
use crate::spec::Approval;

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

/// Returns what comes of a no to everything that an output made in the dry run. A run keeps what
/// waits and goes on, so that no case is decided otherwise; but what the case makes besides is made,
/// such as a field that says that the refused email was sent.
pub(super) fn refused(output: &str, report: &Report) -> Judged {
    let is_it = |delivery: &&Delivery| delivery.output == output;
    let cases = report.cases.iter().map(|case| &case.effects);
    let concerned: Vec<&Vec<Delivery>> = cases
        .filter(|made| made.iter().any(|d| is_it(&d)))
        .collect();
    let of_run = report.run_effects.iter().filter(is_it).count();
    let made = concerned.len() + of_run;
    let ending = if made == 0 {
        Ending::Untried
    } else {
        Ending::Held
    };
    let mut judged = Judged::without_cases(made, ending);
    for other in concerned
        .into_iter()
        .flatten()
        .filter(|d| !is_it(d) && d.approval == Approval::NotNeeded)
    {
        if !judged.beside.contains(&other.output) {
            judged.beside.push(other.output.clone());
        }
    }
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
        Content::Document { .. } | Content::Table { .. } | Content::Question(_) => None,
    }
}
