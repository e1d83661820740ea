//! Tests expect fields that the result has.

use crate::check::Context;
use crate::diag::{Diagnostic, did_you_mean};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let workflow = context.workflow;
    for (index, test) in workflow.tests.iter().enumerate() {
        for field in test.expect.keys() {
            let stopped = workflow.all_steps().into_iter().any(|s| matches!(&s.kind, crate::spec::StepKind::Stop(stop) if stop.result.as_ref().is_some_and(|r| r.contains_key(field))));
            if !workflow.result.contains_key(field) && !stopped {
                findings.push(
                    Diagnostic::error(
                        "test-field",
                        format!("/tests/{index}/expect/{field}"),
                        format!(
                            "The test “{}” expects `{field}`, which the result does not have",
                            test.name
                        ),
                    )
                    .maybe_help(did_you_mean(
                        field,
                        workflow.result.keys().map(String::as_str),
                    )),
                );
            }
        }
        for name in test.given.keys() {
            let step = workflow.step(name);
            let known = workflow.data.contains_key(name)
                || workflow.item() == Some(name)
                || name == "trigger"
                // A step that could not be read is told of by itself.
                || context.left_out.contains(name)
                || step.is_some_and(|s| s.kind.asks_outside());
            if known {
                continue;
            }
            let finding = |what: &str| {
                Diagnostic::error(
                    "test-given",
                    format!("/tests/{index}/given/{name}"),
                    format!("The test “{}” gives `{name}`, {what}", test.name),
                )
            };
            findings.push(match step {
                Some(step) => finding(&format!(
                    "a {} step, which works its result out by itself",
                    step.kind.name()
                ))
                .help("Give what it works with: the row, or the answer of a call, llm or select step."),
                None => {
                    let names = workflow
                        .data
                        .keys()
                        .map(String::as_str)
                        .chain(workflow.item())
                        .chain(["trigger"])
                        .chain(workflow.all_steps().into_iter().map(|s| s.common.id.as_str()));
                    finding("which the workflow does not read").maybe_help(did_you_mean(name, names))
                }
            });
        }
    }
}
