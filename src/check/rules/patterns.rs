//! A regular expression can be read, and finds something in the data.

use crate::check::{Context, Site};
use crate::diag::Diagnostic;
use crate::expr::ast::{Form, Node};
use crate::expr::{Condition, Error, Scope, Value, from_json, show};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for site in &context.sites {
        let Some(whole) = &site.node else { continue };
        context.look_through(whole, &mut |node, item| {
            let Node::Call(name, args, _) = node else {
                return;
            };
            let ("matches" | "extract", [subject, Node::Literal(pattern)]) =
                (name.as_str(), args.as_slice())
            else {
                return;
            };
            if let Err(error) = run(name, vec![Value::from("x"), pattern.clone()]) {
                findings.push(
                    said(site, node, Diagnostic::error("bad-pattern", &site.at, error.message))
                        .help("Regular expressions know no look-around and no back-references; inside JSON each backslash is doubled once (`\\\\d`)."),
                );
                return;
            }
            let column = context.column(site, subject, item);
            let Some(values) = column.and_then(|c| c.values.as_ref()) else {
                return;
            };
            let finds = values.iter().any(|value| {
                run("matches", vec![from_json(value), pattern.clone()])
                    .is_ok_and(|found| found.is_true())
            });
            if !finds {
                let shown: Vec<String> = values.iter().map(ToString::to_string).collect();
                let finding = Diagnostic::warning(
                    "pattern-unmatched",
                    &site.at,
                    format!("The pattern is found in no value of `{}`", show(subject)),
                );
                findings.push(
                    said(site, node, finding)
                        .help(format!("Its values are: {}.", shown.join(", "))),
                );
            }
        });
    }
}

/// Runs a function of expressions on constants.
pub(super) fn run(function: &str, args: Vec<Value>) -> Result<Value, Error> {
    let args = args.into_iter().map(Node::Literal).collect();
    let call = Node::Call(function.to_owned(), args, Form::Function);
    Condition::compile(&show(&call))?.eval(&Scope::new())
}

fn said(site: &Site, node: &Node, mut finding: Diagnostic) -> Diagnostic {
    finding.part.clone_from(&site.part);
    finding.excerpt(show(node))
}
