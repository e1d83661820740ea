//! What a conversation opens with: the SOP, what there is to connect to, and the owner's notes.

use serde_json::Value as Json;

use super::{Resources, Session};
use crate::connect::overview;
use crate::sop::unsettled;

/// How the opening of a saved workflow ends, until the user has said something.
pub(crate) const WAIT: &str = "Wait for what the user wants.";

/// Returns the first message of a build.
pub fn build(session: &Session, resources: &Resources, notes: Option<&str>) -> String {
    let mut text = format!(
        "Build a workflow called `{}` from this SOP.\n\n",
        session.name
    );
    text += &sop_block(session);
    text += &unsettled_block(session);
    text += &connections_block(resources);
    if let Some(labelled) = &session.labelled {
        text += &labelled.block();
    }
    if let Some(notes) = notes {
        text += &format!(
            "\nThe owner's notes; what they say counts as answers already given:\n<notes>\n{}\n</notes>\n",
            notes.trim()
        );
    }
    text += &format!(
        "\nToday is {}.",
        resources.run_info(&session.name, None).date
    );
    text
}

/// Returns the first message of a session that goes on with a saved workflow.
pub fn reopen(session: &Session, resources: &Resources) -> String {
    let mut text = format!(
        "We go on with the workflow `{}`, which is saved. This is its SOP:\n\n",
        session.name
    );
    text += &sop_block(session);
    text += &connections_block(resources);
    if let Some(document) = &session.draft.document {
        text += &format!("\nThe workflow as it is:\n<workflow>\n{document}\n</workflow>\n");
    }
    text += &format!("\n{}\n", resources.prompt.guide);
    text += &format!(
        "\nToday is {}. {WAIT}",
        resources.run_info(&session.name, None).date
    );
    text
}

fn sop_block(session: &Session) -> String {
    let title = session
        .sop
        .title
        .as_deref()
        .map(|t| format!(" title={}", Json::from(t)))
        .unwrap_or_default();
    format!("<sop{title}>\n{}</sop>\n", session.sop.numbered())
}

/// Returns the words that settle nothing by themselves, which a program can find.
fn unsettled_block(session: &Session) -> String {
    let lines: String = unsettled(&session.sop)
        .iter()
        .map(|(number, word, open)| format!("{number}: “{word}” {open}\n"))
        .collect();
    match lines.as_str() {
        "" => String::new(),
        lines => format!(
            "\nWords that may leave something open; there can be more:\n<unsettled>\n{lines}</unsettled>\n"
        ),
    }
}

fn connections_block(resources: &Resources) -> String {
    let list = overview(&resources.catalog);
    format!("\nThe connections:\n<connections>\n{list}\n</connections>\n")
}
