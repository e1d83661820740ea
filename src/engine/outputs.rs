//! Outputs, from their templates to what is delivered.

use std::sync::LazyLock;

use indexmap::IndexMap;
use regex::Regex;
use serde_json::{Map, Value as Json};

use super::program::{By, trees};
use super::run_outputs::{CaseSummary, table_rows};
use super::{Content, Delivery};
use crate::expr::{Condition, Error, Scope, Template, Tree, Value, eval_all, to_json};
use crate::spec::{self, Approval, OutputKind, Per};

#[derive(Debug)]
pub(super) struct CompiledOutput {
    pub(super) id: String,
    pub(super) per: Per,
    pub(super) when: Option<Condition>,
    approval: Approval,
    content: CompiledContent,
}

#[derive(Debug)]
enum CompiledContent {
    Document {
        file: Template,
        body: Template,
        markdown: bool,
    },
    Table {
        file: Template,
        only: Option<Condition>,
        order_by: Vec<By>,
        columns: IndexMap<String, Tree>,
    },
    EmailDraft {
        to: Template,
        cc: Option<Template>,
        subject: Template,
        body: Template,
    },
    Message {
        to: Template,
        text: Template,
    },
    Update {
        table: String,
        key: IndexMap<String, Tree>,
        set: IndexMap<String, Tree>,
    },
    Call {
        tool: String,
        arguments: IndexMap<String, Tree>,
    },
}

impl CompiledOutput {
    pub(super) fn compile(output: &spec::Output) -> Result<Self, Error> {
        let template = |text: &spec::Text| Template::compile(text.as_str());
        let content = match &output.kind {
            OutputKind::Document(document) => CompiledContent::Document {
                file: template(&document.file)?,
                body: template(&document.body)?,
                markdown: is_made_of_markdown(document),
            },
            OutputKind::Table(table) => CompiledContent::Table {
                file: template(&table.file)?,
                only: table
                    .only
                    .as_ref()
                    .map(|o| Condition::compile(o.as_str()))
                    .transpose()?,
                order_by: super::program::order_by(&table.order_by)?,
                columns: trees(&table.columns)?,
            },
            OutputKind::EmailDraft(email) => CompiledContent::EmailDraft {
                to: template(&email.to)?,
                cc: email.cc.as_ref().map(template).transpose()?,
                subject: template(&email.subject)?,
                body: template(&email.body)?,
            },
            OutputKind::Message(message) => CompiledContent::Message {
                to: template(&message.to)?,
                text: template(&message.text)?,
            },
            OutputKind::Update(update) => CompiledContent::Update {
                table: update.table.clone(),
                key: trees(&update.key)?,
                set: trees(&update.set)?,
            },
            OutputKind::Call(call) => CompiledContent::Call {
                tool: call.tool.clone(),
                arguments: trees(&call.arguments)?,
            },
        };
        Ok(CompiledOutput {
            id: output.common.id.clone(),
            per: output.common.per,
            when: output
                .common
                .when
                .as_ref()
                .map(|w| Condition::compile(w.as_str()))
                .transpose()?,
            approval: output
                .common
                .approval
                .unwrap_or(default_approval(&output.kind)),
            content,
        })
    }

    /// Returns what is delivered, in the scope of a case or a run.
    pub(super) fn delivery(
        &self,
        scope: &Scope,
        cases: &[CaseSummary],
        item: Option<&str>,
    ) -> Result<Delivery, Error> {
        let content = match &self.content {
            CompiledContent::Document {
                file,
                body,
                markdown,
            } => {
                let file = plain_name(&file.text(scope)?);
                // What is made of Markdown is escaped when it is made.
                let body = match is_markup(&file) && !markdown {
                    true => body.markup(scope)?,
                    false => body.text(scope)?,
                };
                Content::Document {
                    file,
                    body,
                    markdown: *markdown,
                }
            }
            CompiledContent::Table {
                file,
                only,
                order_by,
                columns,
            } => Content::Table {
                file: plain_name(&file.text(scope)?),
                columns: columns.keys().cloned().collect(),
                rows: table_rows(scope, cases, item, only.as_ref(), order_by, columns)?,
            },
            CompiledContent::EmailDraft {
                to,
                cc,
                subject,
                body,
            } => Content::EmailDraft {
                to: address(&to.eval(scope)?),
                cc: cc
                    .as_ref()
                    .map(|cc| cc.eval(scope).map(|v| address(&v)))
                    .transpose()?,
                subject: crate::diag::one_line(&subject.text(scope)?, 300),
                body: body.text(scope)?,
            },
            CompiledContent::Message { to, text } => Content::Message {
                to: address(&to.eval(scope)?),
                text: text.text(scope)?,
            },
            CompiledContent::Update { table, key, set } => Content::Update {
                table: table.clone(),
                key: json_of(eval_all(key, scope)?),
                set: json_of(eval_all(set, scope)?),
            },
            CompiledContent::Call { tool, arguments } => Content::Call {
                tool: tool.clone(),
                arguments: present(json_of(eval_all(arguments, scope)?)),
            },
        };
        Ok(Delivery {
            output: self.id.clone(),
            approval: self.approval,
            content,
        })
    }
}

/// Is it a file in which data could become elements?
fn is_markup(file: &str) -> bool {
    [".html", ".htm", ".xml", ".svg"]
        .iter()
        .any(|end| file.ends_with(end))
}

/// Is a document made of Markdown? So is every Word document, and a page whose body as it is written
/// holds no element of HTML. What data fills in has no say in that.
fn is_made_of_markdown(document: &spec::Document) -> bool {
    let file = document.file.as_str();
    file.ends_with(".docx")
        || (file.ends_with(".html") && !ELEMENT.is_match(document.body.as_str()))
}

/// An element as pages consist of.
static ELEMENT: LazyLock<Regex> = LazyLock::new(|| {
    let names = "!doctype|html|head|body|main|section|article|div|p|h[1-6]|ul|ol|li|dl|table|tr|td|span|pre|br|hr|img|a|b|i|em|strong|style";
    #[expect(
        clippy::expect_used,
        reason = "the pattern is a constant, and a test uses it"
    )]
    Regex::new(&format!("(?i)<(?:{names})(?:\\s|/|>)")).expect("the pattern is sound")
});

/// Local files and drafts are made at once; what leaves the building waits.
fn default_approval(kind: &OutputKind) -> Approval {
    match kind {
        OutputKind::Document(_) | OutputKind::Table(_) | OutputKind::EmailDraft(_) => {
            Approval::NotNeeded
        }
        OutputKind::Message(_) | OutputKind::Update(_) | OutputKind::Call(_) => Approval::Required,
    }
}

/// Puts the caveats into scope, as a list and as a sentence.
pub(super) fn set_caveats(scope: &mut Scope, caveats: &[String]) {
    scope.set(
        "caveats",
        Value::from(
            caveats
                .iter()
                .map(|c| Value::from(c.as_str()))
                .collect::<Vec<_>>(),
        ),
    );
    let note = if caveats.is_empty() {
        String::new()
    } else {
        let sentences: Vec<String> = caveats.iter().map(|c| sentence(c)).collect();
        format!("\nPlease note: {}\n", sentences.join(" "))
    };
    scope.set("caveats_note", Value::from(note));
}

/// Returns a text with a full stop at its end, if it has no mark there.
fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.ends_with(['.', '!', '?']) {
        text.to_owned()
    } else {
        format!("{text}.")
    }
}

pub(super) fn json_of(pairs: Vec<(String, Value)>) -> Map<String, Json> {
    pairs
        .into_iter()
        .map(|(name, value)| (name, to_json(&value)))
        .collect()
}

/// Returns arguments without those that have no value: a tool is not given them at all.
pub(super) fn present(mut arguments: Map<String, Json>) -> Map<String, Json> {
    arguments.retain(|_, value| !value.is_null());
    arguments
}

/// Returns an address on one line; nothing where there is none.
fn address(value: &Value) -> String {
    match value.as_str() {
        Some(text) => crate::diag::one_line(text, 300),
        None if crate::expr::is_missing(value) => String::new(),
        None => value.to_string(),
    }
}

/// Returns a file name that stays inside its folder, whatever the data holds.
fn plain_name(name: &str) -> String {
    let folded: String = name
        .chars()
        .map(|c| match c {
            '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '-',
            c if c.is_control() => '-',
            c => c,
        })
        .collect();
    let trimmed = folded.trim().trim_start_matches('.');
    let short: String = trimmed
        .chars()
        .rev()
        .take(120)
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .collect();
    if short.is_empty() {
        "unnamed.txt".to_owned()
    } else {
        short
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_made_of_markdown_unless_it_is_written_as_html() {
        let is_made = |file: &str, body: &str| {
            is_made_of_markdown(&spec::Document {
                file: file.into(),
                body: body.into(),
            })
        };
        assert!(is_made("a-{{ account.id }}.docx", "<p>x</p>"));
        assert!(is_made(
            "a.html",
            "# {{ name }}\n{% if n < 3 %}few{% endif %}"
        ));
        assert!(!is_made("a.html", "<!DOCTYPE html><html>…"));
        assert!(!is_made("a.html", "{% if x %}<Table class='a'>{% endif %}"));
        assert!(!is_made("a.md", "# {{ name }}"));
    }

    #[test]
    fn file_names_stay_inside_their_folder() {
        assert_eq!(plain_name("../../etc/passwd"), "-..-etc-passwd");
        assert_eq!(plain_name("brief A/B: now.md"), "brief A-B- now.md");
        assert_eq!(plain_name(" "), "unnamed.txt");
    }
}
