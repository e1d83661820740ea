//! What waits for a person, as a table and one by one.

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{ContentArrangement, Table};
use serde_json::{Map, Value as Json};

use super::{Style, at, paint, width};
use crate::diag::{count, one_line};
use crate::engine::{Content, Delivery};
use crate::runner::{Decided, Decision, editable};
use crate::store::journal::{Approval, ApprovalState, Reason};

/// Returns a row per thing: its number, what it is, of which case and workflow, since when it
/// waits, and how far it is.
pub fn inbox(approvals: &[Approval]) -> String {
    let mut table = Table::new();
    table
        .load_style(UTF8_FULL_CONDENSED)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(u16::try_from(width()).unwrap_or(100))
        .set_header(["number", "what", "case", "workflow", "since", "state"]);
    for a in approvals {
        table.add_row([
            a.id.to_string(),
            one_line(&what(a.delivery()), 120),
            a.case.clone(),
            a.workflow.clone(),
            at(a.created),
            state(a),
        ]);
    }
    format!("{table}\n")
}

/// Returns one thing whole: where it is from, how far it is, and what would be delivered.
pub fn approval(a: &Approval, newest: Option<&str>) -> String {
    let mut text = format!(
        "{} {}\n",
        paint(Style::Strong, format!("{}.", a.id)),
        paint(Style::Strong, one_line(&what(a.delivery()), 200))
    );
    let mut line = |name: &str, value: &str| {
        text += &format!("  {:<10} {value}\n", format!("{name}:"));
    };
    line("state", &state(a));
    line("case", &a.case);
    let (by, part) = match a.reason {
        Reason::Question => ("asked by", "step"),
        _ => ("made by", "output"),
    };
    line(
        by,
        &format!("{part} `{}` of {}, run {}", a.part.name, a.workflow, a.run),
    );
    if newest.is_some_and(|newest| newest != a.version) {
        line("version", "an earlier one: the workflow was changed since");
    }
    line("since", &at(a.created));
    if let (Some(expires), true) = (a.expires, a.is_open()) {
        let then = match a.reason {
            Reason::Question => "the case goes on without an answer",
            _ => "it never leaves",
        };
        line("until", &format!("{}; after that {then}", at(expires)));
    }
    if let Some((who, when)) = &a.decided {
        line("decided", &format!("by {who}, {}", at(*when)));
    }
    if let Some((_, who)) = &a.edited {
        line(
            "edited",
            &format!("by {who}: what follows is what is delivered"),
        );
    }
    if let (Some(why), false) = (&a.why, a.state == ApprovalState::Answered) {
        line("why", why);
    }
    if let Some(problem) = &a.problem {
        line("problem", &paint(Style::Bad, problem));
    }
    if let Content::Update { key, .. } = &a.delivery().content {
        line("row", &pairs(key));
    }
    let (body, _) = editable(a.delivery());
    text += "\n";
    for body_line in body.trim_end().lines() {
        // What would paint the terminal is left out.
        let shown = |c: &char| !c.is_control() || *c == '\t';
        let body_line: String = body_line.chars().filter(shown).collect();
        text += &format!("  │ {body_line}\n");
    }
    if let Content::Question(request) = &a.delivery().content {
        for (index, choice) in request.choices.iter().enumerate() {
            text += &format!("    {}. {choice}\n", index + 1);
        }
    }
    if let Some(todo) = todo(a) {
        text += &format!("\n{todo}\n");
    }
    text
}

/// Returns a line on what came of a decision.
pub fn decided(decided: &Decided) -> String {
    let a = &decided.approval;
    let name = one_line(&what(a.delivery()), 100);
    let good = paint(Style::Good, "✓");
    let warn = paint(Style::Warn, "!");
    let id = a.id;
    match &decided.decision {
        Decision::Delivered(happened) => format!("{good} {id} approved: {happened} ({name})"),
        Decision::Kept(why) => {
            format!("{warn} {id} approved and kept, not delivered: {why} ({name})")
        }
        Decision::Unclear(why) => format!(
            "{warn} {id} was called, and nobody knows whether it was done: {why}\n  {}",
            todo(a).unwrap_or_default()
        ),
        Decision::Again => format!(
            "{good} {id} is done again when the run goes on: {}",
            paint(Style::Accent, format!("sopwright run --resume {}", a.run))
        ),
        Decision::Answered(answer) => format!(
            "{good} {id} answered: {answer}; the case goes on with: {}",
            paint(Style::Accent, format!("sopwright run --resume {}", a.run))
        ),
        Decision::Rejected if a.reason == Reason::UnknownCall => format!(
            "{good} {id} is left as it is; the case goes on from there with: {}",
            paint(Style::Accent, format!("sopwright run --resume {}", a.run))
        ),
        Decision::Rejected => format!("{good} {id} rejected, and never leaves ({name})"),
        Decision::Edited => format!(
            "{good} {id} changed; it is delivered so with: {}",
            paint(Style::Accent, format!("sopwright inbox approve {id}"))
        ),
    }
}

/// Returns what would be delivered, in a line.
pub(super) fn what(delivery: &Delivery) -> String {
    match &delivery.content {
        Content::Document { file, .. } => format!("document {file}"),
        Content::Table { file, rows, .. } => format!("table {file}, {}", count(rows.len(), "row")),
        Content::EmailDraft { to, subject, .. } => format!("email draft to {to}: {subject}"),
        Content::Message { to, text } => format!("message to {to}: “{text}”"),
        Content::Update { table, set, .. } => format!("update of {table}: {}", pairs(set)),
        Content::Call { tool, arguments } => format!("call of {tool}: {}", pairs(arguments)),
        Content::Question(request) => match &request.who {
            Some(who) => format!("question to {who}: {}", request.question),
            None => format!("question: {}", request.question),
        },
    }
}

/// Returns fields as people read them: `level high, owner ann`.
pub(super) fn pairs(fields: &Map<String, Json>) -> String {
    let value = |value: &Json| match value {
        Json::String(text) => text.clone(),
        Json::Null => "(nothing)".to_owned(),
        other => other.to_string(),
    };
    let all: Vec<String> = fields
        .iter()
        .map(|(name, held)| format!("{} {}", name.replace('_', " "), value(held)))
        .collect();
    all.join(", ")
}

/// Returns how far something is, in words.
pub(super) fn state(a: &Approval) -> String {
    let edited = if a.edited.is_some() { ", edited" } else { "" };
    let by = a
        .decided
        .as_ref()
        .map_or(String::new(), |(who, _)| format!(" by {who}"));
    match a.state {
        ApprovalState::Waiting => match a.reason {
            Reason::Approval => format!("waits{edited}"),
            Reason::Question => "waits for an answer".to_owned(),
            Reason::NoConnection => format!("waits{edited}: nothing connects there yet"),
            Reason::Unknown | Reason::UnknownCall => {
                paint(Style::Warn, "outcome not known: it may have been done")
            }
        },
        ApprovalState::Approved if a.reason == Reason::UnknownCall => {
            format!("done again{by}, when the run is resumed")
        }
        ApprovalState::Approved => format!("approved{by}{edited}, not delivered"),
        ApprovalState::Sending => paint(Style::Warn, "outcome not known: it may have been sent"),
        ApprovalState::Sent => format!("sent, approved{by}{edited}"),
        ApprovalState::Rejected => format!("rejected{by}"),
        ApprovalState::Expired => "expired".to_owned(),
        ApprovalState::Answered => {
            format!("answered{by}: {}", a.why.as_deref().unwrap_or_default())
        }
    }
}

fn todo(a: &Approval) -> Option<String> {
    let id = a.id;
    let may_be_done = a.state == ApprovalState::Sending
        || matches!(a.reason, Reason::Unknown | Reason::UnknownCall);
    if !a.is_open() {
        return None;
    }
    if let Content::Question(request) = &a.delivery().content {
        let fields: Vec<String> = request
            .returns
            .keys()
            .map(|name| format!("{name}=…"))
            .collect();
        let answer = match fields.is_empty() {
            true => "1".to_owned(),
            false => fields.join(" "),
        };
        let command = format!("sopwright inbox answer {id} {answer}");
        return Some(paint(Style::Accent, command));
    }
    Some(if may_be_done {
        format!(
            "Look at the other end first. If it was done: sopwright inbox reject {id} --why \"was done\". If not: sopwright inbox approve {id} --again"
        )
    } else {
        format!(
            "{}  ·  sopwright inbox edit {id}  ·  sopwright inbox reject {id} --why …",
            paint(Style::Accent, format!("sopwright inbox approve {id}"))
        )
    })
}
