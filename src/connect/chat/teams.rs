//! Messages as Microsoft Teams takes them, from its public documentation:
//! <https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using>
//! and <https://adaptivecards.io/explorer/TextBlock.html>.

use serde_json::{Value, json};

use crate::render::{Style, chat};

/// The most bytes of the text; a message may have 28 KB in all.
const LONGEST: usize = 20_000;

/// Returns what is posted to a webhook: a card whose paragraphs are blocks of text. Nobody is
/// mentioned by it, which a card would have to say beside its text.
pub(super) fn webhook(text: &str) -> Value {
    let text = chat(text, Style::Card);
    let mut body = Vec::new();
    let mut left = LONGEST;
    for paragraph in text.split("\n\n") {
        if paragraph.len() > left {
            let kept: String = paragraph
                .char_indices()
                .take_while(|(at, c)| at + c.len_utf8() <= left)
                .map(|(_, c)| c)
                .collect();
            body.push(block(&kept));
            body.push(block("… (the rest was left out)"));
            break;
        }
        left -= paragraph.len();
        body.push(block(paragraph));
    }
    json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "contentUrl": null,
            "content": {
                "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                "type": "AdaptiveCard",
                "version": "1.4",
                "msteams": { "width": "Full" },
                "body": body
            }
        }]
    })
}

fn block(text: &str) -> Value {
    // One line break is none in a card, unless it is doubled or a list goes on.
    let text = text.replace('\n', "\n\n").replace("\n\n- ", "\n- ");
    json!({ "type": "TextBlock", "text": text, "wrap": true })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_card_stays_below_what_teams_takes() {
        let card = webhook("**At risk**\nAcme\n\n- one\n- two");
        let body = &card["attachments"][0]["content"]["body"];
        assert_eq!(body[0]["text"], "**At risk**\n\nAcme");
        assert_eq!(body[1]["text"], "- one\n- two");
        let long = webhook(&"ä".repeat(30_000)).to_string();
        assert!(
            long.len() < 28_000 && long.contains("left out"),
            "{}",
            long.len()
        );
    }
}
