//! What the drafter knows: what the conversation has told it of SOP, tables and answers.

use std::cmp::Reverse;

use indexmap::IndexMap;
use serde_json::Value as Json;

use super::mend::Refused;
use super::words::{spoken, stem, stems};
use crate::model::Message;

/// A statement of the SOP.
#[derive(Debug, Clone)]
pub(super) struct Said {
    pub(super) number: usize,
    pub(super) text: String,
    pub(super) section: String,
    /// What is set in bold.
    pub(super) bold: Vec<String>,
}

impl Said {
    /// Reads a statement as the SOP writes it.
    pub(super) fn new(number: usize, text: &str, section: &str) -> Self {
        let bold = text.split("**").skip(1).step_by(2);
        Said {
            number,
            bold: bold.map(str::to_owned).collect(),
            text: text.replace("**", "").replace('`', ""),
            section: section.to_owned(),
        }
    }
}

/// A table, as `inspect` told of it.
#[derive(Debug, Clone)]
pub(super) struct Table {
    /// `connection.table`.
    pub(super) name: String,
    pub(super) columns: IndexMap<String, Column>,
    pub(super) writable: bool,
}

/// A column.
#[derive(Debug, Clone)]
pub(super) struct Column {
    pub(super) kind: String,
    pub(super) values: Vec<String>,
    /// The values that a sentence can name, each with its words; those of most words first.
    pub(super) spoken: Vec<(String, Vec<String>)>,
    pub(super) unique: bool,
}

impl Table {
    /// Returns the table's own name, without its connection.
    pub(super) fn short(&self) -> &str {
        self.name.rsplit('.').next().unwrap_or(&self.name)
    }

    /// Returns the column that tells rows apart.
    pub(super) fn key(&self) -> Option<&str> {
        let named = |(name, _): &(&String, &Column)| name.ends_with("_id") || *name == "id";
        let by_name = self.columns.iter().filter(named).find(|(_, c)| c.unique);
        let first = || {
            self.columns
                .iter()
                .find(|(_, c)| c.unique && c.kind == "text")
        };
        by_name.or_else(first).map(|(name, _)| name.as_str())
    }
}

/// Returns the workflow that a message holds.
pub(super) fn workflow_in(text: &str) -> Option<Json> {
    between(text, "<workflow>", "</workflow>").and_then(|t| serde_json::from_str(t.trim()).ok())
}

/// What the conversation has told.
#[derive(Debug, Default)]
pub(super) struct World {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) statements: Vec<Said>,
    pub(super) notes: String,
    /// Names of tables, with their columns as the overview told them.
    pub(super) overview: Vec<(String, Vec<String>)>,
    pub(super) tables: Vec<Table>,
    /// Questions with their answers.
    pub(super) answers: Vec<(String, String)>,
    /// What the owner wanted instead of a plan that was proposed, in that order.
    pub(super) wishes: Vec<String>,
    /// The workflow that the conversation goes on with, if it was saved before.
    pub(super) workflow: Option<Json>,
    /// What of the workflows that were written was refused.
    pub(super) refused: Refused,
}

impl World {
    /// Reads the conversation.
    pub(super) fn read(messages: &[Message]) -> Self {
        let mut world = World {
            refused: Refused::read(messages),
            ..World::default()
        };
        if let Some(Message::User { text }) = messages.first() {
            world.read_opening(text);
        }
        for message in messages {
            if let Message::ToolResults { results } = message {
                for result in results {
                    let wish = result.content.strip_prefix(super::DISAGREES);
                    world.wishes.extend(wish.map(str::to_owned));
                    if let Ok(content) = serde_json::from_str::<Json>(&result.content) {
                        world.read_result(&content);
                    }
                }
            }
        }
        world
    }

    fn read_opening(&mut self, text: &str) {
        self.name = text.split('`').nth(1).unwrap_or("workflow").to_owned();
        if let Some(head) = between(text, "<sop", ">") {
            self.title = head.split('"').nth(1).unwrap_or_default().to_owned();
        }
        let sop = between(text, "<sop", "</sop>")
            .and_then(|s| s.split_once(">\n"))
            .map_or("", |(_, body)| body);
        let mut section = String::new();
        for line in sop.lines() {
            if let Some(heading) = line.strip_prefix("## ") {
                section = heading.to_owned();
            } else if let Some((number, text)) = line.split_once(". ")
                && let Ok(number) = number.parse()
            {
                self.statements.push(Said::new(number, text, &section));
            }
        }
        self.notes = between(text, "<notes>", "</notes>")
            .unwrap_or_default()
            .trim()
            .to_owned();
        self.workflow = workflow_in(text);
        let overview: Json = between(text, "<connections>", "</connections>")
            .and_then(|t| serde_json::from_str(t.trim()).ok())
            .unwrap_or_default();
        for (connection, info) in overview.as_object().into_iter().flatten() {
            for (table, about) in info
                .get("tables")
                .and_then(Json::as_object)
                .into_iter()
                .flatten()
            {
                let columns = match about.get("columns") {
                    Some(Json::Array(names)) => names
                        .iter()
                        .filter_map(Json::as_str)
                        .map(str::to_owned)
                        .collect(),
                    Some(Json::Object(named)) => named.keys().cloned().collect(),
                    Some(Json::String(list)) => list.split(", ").map(str::to_owned).collect(),
                    _ => Vec::new(),
                };
                self.overview
                    .push((format!("{connection}.{table}"), columns));
            }
        }
    }

    pub(super) fn read_result(&mut self, content: &Json) {
        for pair in content
            .get("answers")
            .and_then(Json::as_array)
            .into_iter()
            .flatten()
        {
            if let (Some(question), Some(answer)) =
                (pair["question"].as_str(), pair["answer"].as_str())
            {
                self.answers.push((question.to_owned(), answer.to_owned()));
            }
        }
        for (name, about) in content.as_object().into_iter().flatten() {
            if let Some(columns) = about.get("columns").and_then(Json::as_object) {
                let columns = columns
                    .iter()
                    .map(|(column, details)| (column.clone(), Column::read(details)))
                    .collect();
                self.tables.retain(|t| t.name != *name);
                self.tables.push(Table {
                    name: name.clone(),
                    columns,
                    writable: about
                        .get("writable")
                        .and_then(Json::as_bool)
                        .unwrap_or(false),
                });
            }
        }
    }

    /// Returns the table that a text speaks of most plainly, among those that were inspected.
    pub(super) fn table_for(&self, text: &str) -> Option<&Table> {
        let said = stems(text);
        let score = |table: &&Table| {
            let own = stems(&table.short().replace('_', " "));
            let connection = stems(
                &table
                    .name
                    .split('.')
                    .next()
                    .unwrap_or_default()
                    .replace('_', " "),
            );
            let hits = |names: &[String]| names.iter().filter(|n| said.contains(n)).count();
            hits(&own) * 3 + hits(&connection)
        };
        self.tables
            .iter()
            .filter(|t| score(t) > 0)
            .max_by_key(score)
    }

    /// Has somebody answered what was asked last?
    pub(super) fn is_answered(&self) -> bool {
        let mut answers = self.answers.iter();
        answers.any(|(_, answer)| !answer.starts_with('('))
    }

    /// Returns the answer to a question that was asked.
    pub(super) fn answer(&self, question: &str) -> Option<&str> {
        self.answers
            .iter()
            .find(|(asked, _)| asked == question)
            .map(|(_, answer)| answer.as_str())
            .filter(|a| !a.starts_with("(nobody"))
    }
}

impl Column {
    fn read(details: &Json) -> Self {
        let values = details
            .get("values")
            .and_then(Json::as_array)
            .into_iter()
            .flatten();
        let kind = details.get("type").and_then(Json::as_str);
        let unique = details.get("unique").and_then(Json::as_bool);
        Column::new(
            kind.unwrap_or("text"),
            values.filter_map(Json::as_str).map(str::to_owned).collect(),
            unique.unwrap_or(false),
        )
    }

    pub(super) fn new(kind: &str, values: Vec<String>, unique: bool) -> Self {
        let mut column = Column {
            kind: kind.to_owned(),
            values,
            spoken: Vec::new(),
            unique,
        };
        let is_listing = column.is_listing();
        let plain = |v: &&String| !v.contains(['\'', '"', '\\', '{', '}']);
        let values = column.values.iter().filter(plain);
        let single = values.flat_map(|value| match is_listing {
            true => value.split([';', '|']).map(str::trim).collect(),
            false => vec![value.as_str()],
        });
        let mut single: Vec<String> = single
            .filter(|v| !v.is_empty())
            .map(str::to_owned)
            .collect();
        single.sort_unstable();
        single.dedup();
        column.spoken = single
            .into_iter()
            .map(|v| (v.clone(), spoken(&v)))
            .collect();
        column.spoken.sort_by_key(|(_, words)| Reverse(words.len()));
        column
    }

    /// Do texts of it list several values?
    pub(super) fn is_listing(&self) -> bool {
        self.values.iter().any(|v| v.contains([';', '|']))
    }
}

/// Returns how well a column's name fits a text's stems: its words that are said, weighed.
pub(super) fn fit(column: &str, said: &[String]) -> f64 {
    let own: Vec<String> = column
        .split(['_', ' ', '-'])
        .filter(|w| !matches!(*w, "id" | "date" | "at" | "is"))
        .map(stem)
        .collect();
    if own.is_empty() {
        return 0.0;
    }
    let hits = own.iter().filter(|word| said.contains(word)).count();
    hits as f64 / own.len() as f64
}

fn between<'t>(text: &'t str, open: &str, close: &str) -> Option<&'t str> {
    let start = text.find(open)? + open.len();
    let end = text[start..].find(close)? + start;
    Some(&text[start..end])
}
