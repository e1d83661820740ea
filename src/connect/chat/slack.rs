//! Messages as Slack takes them, from its public documentation:
//! <https://docs.slack.dev/reference/block-kit/blocks/section-block> and
//! <https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks>.

use serde_json::{Value, json};

use crate::render::{Style, chat};

/// The most characters of a section's text.
const SECTION: usize = 3_000;
/// The most sections; Slack takes 50 blocks.
const SECTIONS: usize = 40;

/// Returns what is posted to a webhook.
pub(super) fn webhook(text: &str) -> Value {
    let (text, blocks) = message(text);
    json!({ "text": text, "blocks": blocks, "unfurl_links": false, "unfurl_media": false })
}

/// Returns a message as a short text, which notifications show, and as blocks. `verbatim` keeps
/// Slack from reading names of people and channels out of it.
pub fn message(text: &str) -> (String, Value) {
    let text = chat(text, Style::Slack);
    let mut sections = split(&text);
    if sections.len() > SECTIONS {
        let rest: usize = sections[SECTIONS..].iter().map(|s| s.chars().count()).sum();
        sections.truncate(SECTIONS);
        sections.push(format!("… ({rest} characters more were left out)"));
    }
    let blocks: Vec<Value> = sections
        .iter()
        .map(|text| {
            json!({ "type": "section", "text": { "type": "mrkdwn", "text": text, "verbatim": true } })
        })
        .collect();
    let first = sections.into_iter().next().unwrap_or_default();
    (first, blocks.into())
}

/// Returns the text in pieces that a section takes, between lines where that can be.
fn split(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut piece = String::new();
    let mut length = 0;
    for line in text.split_inclusive('\n') {
        let size = line.chars().count();
        if length > 0 && length + size > SECTION {
            pieces.push(std::mem::take(&mut piece));
            length = 0;
        }
        if size <= SECTION {
            piece += line;
            length += size;
            continue;
        }
        for c in line.chars() {
            // `&amp;` is one letter, and must not become two halves.
            let is_end = length >= SECTION || (c == '&' && length + 5 > SECTION);
            if is_end {
                pieces.push(std::mem::take(&mut piece));
                length = 0;
            }
            piece.push(c);
            length += 1;
        }
    }
    pieces.push(piece);
    let pieces = pieces.into_iter().map(|piece| piece.trim_end().to_owned());
    pieces.filter(|piece| !piece.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_long_message_is_split_and_a_very_long_one_says_that_it_is_cut() {
        let text = format!("{}\n\n{}\nend", "a & b ".repeat(900), "x".repeat(2_900));
        let (first, blocks) = message(&text);
        let texts: Vec<&str> = blocks
            .as_array()
            .unwrap()
            .iter()
            .map(|block| block["text"]["text"].as_str().unwrap())
            .collect();
        assert!(texts.iter().all(|text| text.chars().count() <= SECTION));
        assert_eq!(first, texts[0]);
        assert_eq!(texts.concat().matches("&amp;").count(), 900);
        assert!(texts.last().unwrap().ends_with("end"));
        let (_, blocks) = message(&"line of some length\n".repeat(10_000));
        let last = blocks.as_array().unwrap().last().unwrap();
        assert_eq!(blocks.as_array().unwrap().len(), SECTIONS + 1);
        assert!(last["text"]["text"].as_str().unwrap().contains("left out"));
    }
}
