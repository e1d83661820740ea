//! Markdown, read so that a text stays a text: HTML in it is shown and not followed, a link leads
//! to the web, to an email address or a telephone, and a line stays a line.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd, TextMergeStream};

/// Whether the reader of a link is shown where it leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Links {
    /// It is a text that leads there.
    Plain,
    /// Where its text is another one, the address stands behind it: in what is sent, a value of a
    /// table must not lead a reader elsewhere than it says.
    Told,
}

/// Returns what a text consists of.
pub(super) fn events(text: &str, links: Links) -> Vec<Event<'_>> {
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut out = Vec::new();
    // For each link and picture that is open: its address, if it is one, and where its text began.
    let mut open: Vec<(Option<String>, usize)> = Vec::new();
    for event in Parser::new_ext(text, options) {
        match event {
            Event::InlineHtml(html) => out.push(Event::Text(html)),
            // A line of it at a time.
            Event::Html(html) => {
                if matches!(out.last(), Some(Event::Text(_))) {
                    out.push(Event::HardBreak);
                }
                out.push(Event::Text(html.trim_end().to_owned().into()));
            }
            Event::Start(Tag::HtmlBlock) => out.push(Event::Start(Tag::Paragraph)),
            Event::End(TagEnd::HtmlBlock) => out.push(Event::End(TagEnd::Paragraph)),
            Event::SoftBreak => out.push(Event::HardBreak),
            Event::Start(Tag::Link {
                link_type,
                dest_url,
                title,
                id,
            }) => {
                let address = address(&dest_url, link_type == pulldown_cmark::LinkType::Email);
                if let Some(address) = &address {
                    out.push(Event::Start(Tag::Link {
                        link_type,
                        dest_url: address.clone().into(),
                        title,
                        id,
                    }));
                }
                open.push((address, out.len()));
            }
            Event::End(TagEnd::Link) => {
                let Some((Some(address), from)) = open.pop() else {
                    continue;
                };
                let said = said(&out[from..]);
                out.push(Event::End(TagEnd::Link));
                if links == Links::Told && !is_same(&said, &address) {
                    out.push(Event::Text(format!(" ({address})").into()));
                }
            }
            // A picture would be fetched by whoever opens the text.
            Event::Start(Tag::Image { dest_url, .. }) => {
                open.push((address(&dest_url, false), out.len()));
            }
            Event::End(TagEnd::Image) => {
                if let Some((Some(address), _)) = open.pop() {
                    out.push(Event::Text(format!(" ({address})").into()));
                }
            }
            event => out.push(event),
        }
    }
    TextMergeStream::new(out.into_iter()).collect()
}

/// Is a text nothing but paragraphs?
pub(super) fn is_plain(text: &str) -> bool {
    events(text, Links::Plain).iter().all(|event| {
        matches!(
            event,
            Event::Start(Tag::Paragraph)
                | Event::End(TagEnd::Paragraph)
                | Event::Text(_)
                | Event::HardBreak
        )
    })
}

/// Returns the text of the first heading.
pub(super) fn title(text: &str) -> Option<String> {
    let events = events(text, Links::Plain);
    let is_start = |event: &Event<'_>| matches!(event, Event::Start(Tag::Heading { .. }));
    let is_end = |event: &Event<'_>| matches!(event, Event::End(TagEnd::Heading(_)));
    let from = events.iter().position(is_start)?;
    let to = from + events[from..].iter().position(is_end)?;
    Some(said(&events[from..to])).filter(|title| !title.trim().is_empty())
}

/// Returns an address that a link may lead to.
fn address(text: &str, is_email: bool) -> Option<String> {
    let text = match is_email && !text.starts_with("mailto:") {
        true => format!("mailto:{text}"),
        false => text.to_owned(),
    };
    let url = reqwest::Url::parse(&text).ok()?;
    let is_known = matches!(url.scheme(), "http" | "https" | "mailto" | "tel");
    is_known.then(|| url.to_string())
}

fn said(events: &[Event<'_>]) -> String {
    let mut said = String::new();
    for event in events {
        match event {
            Event::Text(text) | Event::Code(text) => said += text,
            Event::HardBreak => said.push(' '),
            _ => {}
        }
    }
    said
}

fn is_same(said: &str, address: &str) -> bool {
    let bare = |text: &str| {
        let text = text.trim().trim_end_matches('/');
        let text = text.strip_prefix("mailto:").unwrap_or(text);
        let text = text.strip_prefix("tel:").unwrap_or(text);
        text.to_lowercase()
    };
    bare(said) == bare(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_where_it_says() {
        let told = |text: &str| said(&events(text, Links::Told));
        assert_eq!(
            told("[Pay](https://evil.example/x)"),
            "Pay (https://evil.example/x)"
        );
        assert_eq!(told("<https://acme.example/>"), "https://acme.example/");
        assert_eq!(told("<ann@acme.example>"), "ann@acme.example");
        assert_eq!(told("[run](javascript:alert(1))"), "run");
        assert_eq!(
            told("![logo](https://track.example/p.png)"),
            "logo (https://track.example/p.png)"
        );
        let plain = events("[run](javascript:x) [ok](https://a.example)", Links::Plain);
        let starts = plain
            .iter()
            .filter(|e| matches!(e, Event::Start(Tag::Link { .. })));
        assert_eq!(starts.count(), 1);
    }

    #[test]
    fn only_paragraphs_are_plain() {
        assert!(is_plain("Hello Ann,\nall is well.\n\nYours"));
        assert!(is_plain("5 < 6 and <b>not bold</b>"));
        for marked in ["**bold**", "- a\n- b", "# Title", "| a |\n|---|\n| 1 |"] {
            assert!(!is_plain(marked), "{marked}");
        }
        assert_eq!(title("x\n\n## A *b*\n").as_deref(), Some("A b"));
    }
}
