//! Markdown as the text of a message, as chat services write it.

use pulldown_cmark::{Event, Tag, TagEnd};

use super::markdown::{Links, events};

/// Whose way of writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Slack's mrkdwn: <https://docs.slack.dev/messaging/formatting-message-text>.
    Slack,
    /// The Markdown of an Adaptive Card:
    /// <https://learn.microsoft.com/en-us/adaptive-cards/authoring-cards/text-features>.
    Card,
}

/// Returns the text of a message. Nothing in it names people or channels, so that nobody is called
/// by what a table holds, and a link shows where it leads.
pub fn chat(text: &str, style: Style) -> String {
    let mut writer = Writer {
        style,
        out: String::new(),
        lists: Vec::new(),
        cells: 0,
        starts_item: false,
    };
    for event in events(text, Links::Told) {
        writer.take(event);
    }
    writer.out.trim().to_owned()
}

struct Writer {
    style: Style,
    out: String,
    /// The lists that are open, each with the number of its next item.
    lists: Vec<Option<u64>>,
    /// Cells of the row so far.
    cells: usize,
    /// Has an item just begun?
    starts_item: bool,
}

impl Writer {
    fn take(&mut self, event: Event<'_>) {
        let is_slack = self.style == Style::Slack;
        match event {
            Event::Text(text) => self.text(&text),
            Event::Code(code) if is_slack => {
                self.out.push('`');
                self.text(&code);
                self.out.push('`');
            }
            Event::Code(code) => self.text(&code),
            Event::HardBreak => self.line(),
            Event::Rule => {
                self.paragraph();
                self.out += "———";
            }
            Event::TaskListMarker(is_done) => self.out += if is_done { "☑ " } else { "☐ " },
            Event::Start(tag) => self.start(&tag),
            Event::End(tag) => self.end(tag),
            _ => {}
        }
    }

    fn start(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::Paragraph if self.starts_item => {}
            Tag::Paragraph | Tag::Table(_) | Tag::BlockQuote(_) => self.paragraph(),
            Tag::CodeBlock(_) => {
                self.paragraph();
                if self.style == Style::Slack {
                    self.out += "```\n";
                }
            }
            Tag::Heading { .. } => {
                self.paragraph();
                self.out += self.strong();
            }
            Tag::List(from) => {
                if self.lists.is_empty() {
                    self.paragraph();
                }
                self.lists.push(*from);
            }
            Tag::Item => {
                self.line();
                for _ in 1..self.lists.len() {
                    self.out += "    ";
                }
                match self.lists.last_mut() {
                    Some(Some(number)) => {
                        self.out += &format!("{number}. ");
                        *number += 1;
                    }
                    _ if self.style == Style::Slack => self.out += "• ",
                    _ => self.out += "- ",
                }
                self.starts_item = true;
                return;
            }
            Tag::TableHead | Tag::TableRow => {
                self.line();
                self.cells = 0;
            }
            Tag::TableCell => {
                if self.cells > 0 {
                    self.out += " | ";
                }
                self.cells += 1;
            }
            Tag::Strong => self.out += self.strong(),
            Tag::Emphasis => self.out.push('_'),
            Tag::Strikethrough if self.style == Style::Slack => self.out.push('~'),
            Tag::Link { dest_url, .. } => match self.style {
                // Its text stands within, escaped as all text is.
                Style::Slack => {
                    self.out.push('<');
                    self.out += &escaped(dest_url).replace('|', "%7C");
                    self.out.push('|');
                }
                Style::Card => self.out.push('['),
            },
            _ => {}
        }
        self.starts_item = false;
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) | TagEnd::Strong => self.out += self.strong(),
            TagEnd::Emphasis => self.out.push('_'),
            TagEnd::Strikethrough if self.style == Style::Slack => self.out.push('~'),
            TagEnd::CodeBlock if self.style == Style::Slack => {
                self.line();
                self.out += "```";
            }
            TagEnd::Link if self.style == Style::Slack => self.out.push('>'),
            // Where it leads stands behind it as a text, which is made a link where it is shown.
            TagEnd::Link => self.out.push(']'),
            TagEnd::List(_) => {
                self.lists.pop();
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        self.starts_item = false;
        match self.style {
            Style::Slack => self.out += &escaped(text),
            Style::Card => self.out += text,
        }
    }

    fn strong(&self) -> &'static str {
        match self.style {
            Style::Slack => "*",
            Style::Card => "**",
        }
    }

    /// Begins a line, unless one has just begun.
    fn line(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with('\n') {
            self.out.push('\n');
        }
    }

    fn paragraph(&mut self) {
        self.line();
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }
}

/// Returns a text as Slack shows it letter by letter: it knows names and commands by `<`.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# At risk: 2 & more\n\n**Acme** renews on *2026-12-01*\n<!channel> <@U123> <script>\n\n- one\n- [two](https://a.example/x)\n\n1. first\n2. second\n\n| a | b |\n|---|---|\n| 1 | 2 |";

    #[test]
    fn slack_is_written_as_slack_does_and_calls_nobody() {
        assert_eq!(
            chat(TEXT, Style::Slack),
            "*At risk: 2 &amp; more*\n\n*Acme* renews on _2026-12-01_\n\n&lt;!channel&gt; &lt;@U123&gt; &lt;script&gt;\n\n• one\n• <https://a.example/x|two> (https://a.example/x)\n\n1. first\n2. second\n\na | b\n1 | 2"
        );
    }

    #[test]
    fn a_card_has_its_markdown() {
        assert_eq!(
            chat(
                "# A\n\nx **b**\ny\n- [two](https://a.example/x)",
                Style::Card
            ),
            "**A**\n\nx **b**\ny\n\n- [two] (https://a.example/x)"
        );
        assert_eq!(chat("plain\ntext", Style::Card), "plain\ntext");
    }

    #[test]
    fn the_text_of_a_link_ends_no_link() {
        let text = chat("[a|b> <!here](https://x.example/|y)", Style::Slack);
        assert!(!text.contains("<!here"), "{text}");
        assert_eq!(text.matches('<').count(), 1, "{text}");
    }
}
