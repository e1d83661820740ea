//! Dates are read in the format in which they are written.

use serde_json::Value as Json;

use super::patterns::run;
use crate::check::Context;
use crate::diag::Diagnostic;
use crate::expr::ast::Node;
use crate::expr::{Value, show};

/// Formats in which people write days.
const FORMATS: [&str; 14] = [
    "%Y-%m-%d",
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d-%m-%Y",
    "%Y/%m/%d",
    "%Y%m%d",
    "%d.%m.%y",
    "%d/%m/%y",
    "%m/%d/%y",
    "%B %d, %Y",
    "%b %d, %Y",
    "%d %B %Y",
    "%d %b %Y",
];

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for site in &context.sites {
        let Some(whole) = &site.node else { continue };
        context.look_through(whole, &mut |node, item| {
            let Node::Call(name, args, _) = node else {
                return;
            };
            let found = match (name.as_str(), args.as_slice()) {
                ("parse_date", [subject, format @ ..]) => {
                    let format = match format {
                        [] => None,
                        [Node::Literal(format)] => format.as_str(),
                        _ => return,
                    };
                    let Some(column) = context.column(site, subject, item) else {
                        return;
                    };
                    let texts: Vec<&str> =
                        column.examples.iter().filter_map(Json::as_str).collect();
                    // Where the text asks first, other values may be read otherwise.
                    let is_guarded = [" if ", "matches(", "contains("]
                        .iter()
                        .any(|asked| site.source.contains(asked));
                    if is_guarded && texts.iter().any(|text| reads(text, format)) {
                        return;
                    }
                    unread(&texts, format, &show(subject)).map(|(message, help)| {
                        Diagnostic::warning("date-format", &site.at, message).help(help)
                    })
                }
                ("format_date", [_, Node::Literal(format)]) => {
                    let day = Value::from("2026-01-31");
                    let tried = run("format_date", vec![day, format.clone()]);
                    tried.err().map(|error| {
                        Diagnostic::error("date-format", &site.at, error.message)
                            .help("Formats are written as in '%B %-d, %Y' or '%d/%m/%Y'.")
                    })
                }
                _ => return,
            };
            if let Some(mut finding) = found {
                finding.part.clone_from(&site.part);
                findings.push(finding.excerpt(show(node)));
            }
        });
    }
}

/// Returns what is said of the first text that a format does not read, and what is to be done.
fn unread(texts: &[&str], format: Option<&str>, subject: &str) -> Option<(String, String)> {
    let unread = texts.iter().find(|text| !reads(text, format))?;
    let how = format.map_or("without a format".to_owned(), |f| format!("with '{f}'"));
    let fits = |format: &&str| texts.iter().all(|text| reads(text, Some(format)));
    let help = match FORMATS.iter().find(|format| fits(format)) {
        Some(format) => format!("Its values are read with '{format}'."),
        None => "Look at its values with `inspect`, and give the format in which they are written."
            .to_owned(),
    };
    let message = format!("parse_date cannot read '{unread}', a value of `{subject}`, {how}");
    Some((message, help))
}

fn reads(text: &str, format: Option<&str>) -> bool {
    let args = [Some(text), format].into_iter().flatten();
    run("parse_date", args.map(Value::from).collect()).is_ok()
}
