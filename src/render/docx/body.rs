//! The body of a document: paragraphs, lists and tables.

use pulldown_cmark::{Alignment, Event, HeadingLevel, Tag, TagEnd};

use crate::spec::markup::escape;

/// The body, with what it refers to.
#[derive(Default)]
pub(super) struct Body {
    /// Its XML.
    pub(super) xml: String,
    /// The number with which each numbered list begins; they are known by 2, 3 and so on.
    pub(super) numbered: Vec<u64>,
    /// Where its links lead, in their order.
    pub(super) links: Vec<String>,
    /// The lists that are open, each by its number.
    lists: Vec<usize>,
    quotes: usize,
    is_code: bool,
    heading: Option<HeadingLevel>,
    /// Has an item begun whose paragraph has not?
    is_new_item: bool,
    is_open: bool,
    strong: usize,
    emphasis: usize,
    struck: usize,
    is_link: bool,
    columns: Vec<Alignment>,
    column: usize,
    is_head: bool,
    is_cell: bool,
}

impl Body {
    pub(super) fn of(events: Vec<Event<'_>>) -> Self {
        let mut body = Body::default();
        for event in events {
            body.take(event);
        }
        body.close();
        body
    }

    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) if self.is_code => {
                let text = text.strip_suffix('\n').unwrap_or(&text);
                for (at, line) in text.split('\n').enumerate() {
                    if at > 0 {
                        self.xml += "<w:r><w:br/></w:r>";
                    }
                    self.run(line, "");
                }
            }
            Event::Text(text) => self.run(&text, ""),
            Event::Code(code) => self.run(&code, "<w:rStyle w:val=\"CodeText\"/>"),
            Event::HardBreak | Event::SoftBreak => {
                self.open();
                self.xml += "<w:r><w:br/></w:r>";
            }
            Event::TaskListMarker(is_done) => self.run(if is_done { "☑ " } else { "☐ " }, ""),
            Event::Rule => {
                self.close();
                self.xml += "<w:p><w:pPr><w:pBdr><w:bottom w:val=\"single\" w:sz=\"6\" w:space=\"1\" w:color=\"BBBBBB\"/></w:pBdr></w:pPr></w:p>";
            }
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph => self.close(),
            Tag::Heading { level, .. } => {
                self.close();
                self.heading = Some(level);
            }
            Tag::BlockQuote(_) => {
                self.close();
                self.quotes += 1;
            }
            Tag::CodeBlock(_) => {
                self.close();
                self.is_code = true;
            }
            Tag::List(from) => {
                self.close();
                self.lists.push(match from {
                    Some(from) => {
                        self.numbered.push(from);
                        self.numbered.len() + 1
                    }
                    None => 1,
                });
            }
            Tag::Item => {
                self.close();
                self.is_new_item = true;
            }
            Tag::Table(columns) => {
                self.close();
                self.xml += "<w:tbl><w:tblPr><w:tblStyle w:val=\"TableGrid\"/><w:tblW w:w=\"5000\" w:type=\"pct\"/></w:tblPr><w:tblGrid>";
                self.xml += &"<w:gridCol/>".repeat(columns.len());
                self.xml += "</w:tblGrid>";
                self.columns = columns;
            }
            Tag::TableHead => {
                self.is_head = true;
                self.column = 0;
                self.xml += "<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>";
            }
            Tag::TableRow => {
                self.column = 0;
                self.xml += "<w:tr><w:trPr><w:cantSplit/></w:trPr>";
            }
            Tag::TableCell => {
                self.is_cell = true;
                self.xml += "<w:tc><w:tcPr><w:tcW w:w=\"0\" w:type=\"auto\"/>";
                if self.is_head {
                    self.xml += "<w:shd w:val=\"clear\" w:color=\"auto\" w:fill=\"F0F0F0\"/>";
                }
                self.xml += "</w:tcPr>";
                self.open();
            }
            Tag::Strong => self.strong += 1,
            Tag::Emphasis => self.emphasis += 1,
            Tag::Strikethrough => self.struck += 1,
            Tag::Link { dest_url, .. } => {
                self.open();
                self.links.push(dest_url.into_string());
                self.is_link = true;
                let number = self.links.len();
                self.xml += &format!("<w:hyperlink r:id=\"link{number}\">");
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph => self.close(),
            TagEnd::Heading(_) => {
                self.close();
                self.heading = None;
            }
            TagEnd::BlockQuote(_) => {
                self.close();
                self.quotes -= 1;
            }
            TagEnd::CodeBlock => {
                self.close();
                self.is_code = false;
            }
            TagEnd::List(_) => {
                self.close();
                self.lists.pop();
            }
            TagEnd::Item => {
                if self.is_new_item {
                    self.open();
                }
                self.close();
            }
            // Two tables in a row would be one; a document ends in a paragraph.
            TagEnd::Table => self.xml += "</w:tbl><w:p/>",
            TagEnd::TableHead => {
                self.is_head = false;
                self.xml += "</w:tr>";
            }
            TagEnd::TableRow => self.xml += "</w:tr>",
            TagEnd::TableCell => {
                self.close();
                self.is_cell = false;
                self.column += 1;
                self.xml += "</w:tc>";
            }
            TagEnd::Strong => self.strong -= 1,
            TagEnd::Emphasis => self.emphasis -= 1,
            TagEnd::Strikethrough => self.struck -= 1,
            TagEnd::Link => {
                self.is_link = false;
                self.xml += "</w:hyperlink>";
            }
            _ => {}
        }
    }

    /// Begins a paragraph where none is open.
    fn open(&mut self) {
        if self.is_open {
            return;
        }
        self.is_open = true;
        let level = self.lists.len().min(9);
        self.xml += "<w:p><w:pPr>";
        if let Some(heading) = self.heading {
            self.xml += &format!("<w:pStyle w:val=\"Heading{}\"/>", heading as u8);
        } else if self.is_code {
            self.xml += "<w:pStyle w:val=\"Code\"/>";
        } else if self.quotes > 0 {
            self.xml += "<w:pStyle w:val=\"Quote\"/>";
        } else if level > 0 && !self.is_cell {
            self.xml += "<w:pStyle w:val=\"ListParagraph\"/>";
        } else if self.is_cell {
            self.xml += "<w:pStyle w:val=\"Cell\"/>";
        }
        if std::mem::take(&mut self.is_new_item) {
            let list = self.lists.last().copied().unwrap_or(1);
            self.xml += &format!(
                "<w:numPr><w:ilvl w:val=\"{}\"/><w:numId w:val=\"{list}\"/></w:numPr>",
                level.saturating_sub(1)
            );
        } else if level > 0 && !self.is_cell {
            self.xml += &format!("<w:ind w:left=\"{}\"/>", 567 * level);
        }
        if self.is_cell {
            let side = match self.columns.get(self.column) {
                Some(Alignment::Right) => "right",
                Some(Alignment::Center) => "center",
                _ => "left",
            };
            self.xml += &format!("<w:jc w:val=\"{side}\"/>");
        }
        self.xml += "</w:pPr>";
    }

    fn close(&mut self) {
        if std::mem::take(&mut self.is_open) {
            self.xml += "</w:p>";
        }
    }

    fn run(&mut self, text: &str, style: &str) {
        self.open();
        let mut form = style.to_owned();
        if self.is_link && style.is_empty() {
            form += "<w:rStyle w:val=\"Hyperlink\"/>";
        }
        if self.strong > 0 || self.is_head {
            form += "<w:b/>";
        }
        if self.emphasis > 0 {
            form += "<w:i/>";
        }
        if self.struck > 0 {
            form += "<w:strike/>";
        }
        if !form.is_empty() {
            form = format!("<w:rPr>{form}</w:rPr>");
        }
        self.xml += &format!(
            "<w:r>{form}<w:t xml:space=\"preserve\">{}</w:t></w:r>",
            escape(text)
        );
    }
}
