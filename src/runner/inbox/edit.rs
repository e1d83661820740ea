//! What a person changes of something that waits.

use serde_json::json;

use crate::diag::{Error, Result};
use crate::engine::{Content, Delivery};

/// Returns what a person edits of something that waits, with the ending of a file for it.
pub fn editable(delivery: &Delivery) -> (String, String) {
    let pretty = |value: serde_json::Value| {
        let text = serde_json::to_string_pretty(&value).unwrap_or_default() + "\n";
        (text, "json".to_owned())
    };
    match &delivery.content {
        Content::Message { text, .. } => (text.clone(), "txt".to_owned()),
        Content::Document { file, body, .. } => {
            let ending = file.rsplit_once('.').map_or("txt", |(_, ending)| ending);
            (body.clone(), ending.to_owned())
        }
        Content::EmailDraft { body, .. } => (body.clone(), "txt".to_owned()),
        Content::Update { set, .. } => pretty(json!(set)),
        Content::Call { arguments, .. } => pretty(json!(arguments)),
        Content::Table { rows, .. } => pretty(json!(rows)),
        Content::Question(request) => (request.question.clone(), "txt".to_owned()),
    }
}

/// Returns a delivery with what a person wrote in its place.
pub(super) fn edited(delivery: &Delivery, written: &str) -> Result<Delivery> {
    fn read<T: serde::de::DeserializeOwned>(text: &str) -> Result<T> {
        serde_json::from_str(text).map_err(|e| {
            Error::input("What was written cannot be used")
                .caused_by(e)
                .help("Keep the form that `sopwright inbox edit` opens: change values, not names. What was there before is untouched.")
        })
    }
    let mut delivery = delivery.clone();
    match &mut delivery.content {
        Content::Message { text, .. } => *text = written.to_owned(),
        Content::Document { body, .. } | Content::EmailDraft { body, .. } => {
            *body = written.to_owned();
        }
        Content::Update { set, .. } => *set = read(written)?,
        Content::Call { arguments, .. } => *arguments = read(written)?,
        Content::Table { rows, .. } => *rows = read(written)?,
        // A question is answered, not changed.
        Content::Question(_) => {}
    }
    Ok(delivery)
}
