//! The SOP as numbered statements, which a workflow cites.

mod read;
mod split;
mod unsettled;

use serde::{Deserialize, Serialize};

pub use read::{MAX_BYTES, decode, read_file};
pub use unsettled::unsettled;

/// One thing that an SOP says: a bullet, a table row, or a sentence of a paragraph.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// Counts from 1 through the whole SOP; workflows cite it.
    pub number: usize,
    /// Its words, on one line.
    pub text: String,
    /// The heading above it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub section: Option<String>,
    /// The line of the source that it begins on, counted from 1.
    pub line: usize,
}

/// An SOP: its source, and the statements found in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sop {
    /// The text as it was given.
    pub source: String,
    /// The first heading, if it opens with one.
    pub title: Option<String>,
    /// In the order of the text.
    pub statements: Vec<Statement>,
}

impl Sop {
    /// Splits a text into statements. A text without words gives none.
    pub fn parse(source: &str) -> Self {
        let (title, statements) = split::split(source);
        Sop {
            source: source.to_owned(),
            title,
            statements,
        }
    }

    /// Returns the statement of a number, counted from 1.
    pub fn statement(&self, number: usize) -> Option<&Statement> {
        self.statements.get(number.checked_sub(1)?)
    }

    /// Returns the statements as numbered lines under their headings.
    pub fn numbered(&self) -> String {
        let mut out = String::new();
        let mut section = None;
        for statement in &self.statements {
            if statement.section.as_ref() != section {
                section = statement.section.as_ref();
                if let Some(section) = section {
                    out.push_str(&format!("## {section}\n"));
                }
            }
            out.push_str(&format!("{}. {}\n", statement.number, statement.text));
        }
        out
    }

    /// Returns a short name in kebab-case, from the title or the first words.
    pub fn suggested_name(&self) -> String {
        let words = self
            .title
            .as_deref()
            .or(self.statements.first().map(|s| s.text.as_str()))
            .unwrap_or("workflow");
        slug(words)
    }
}

/// Returns a name in kebab-case of at most six words and 48 characters, for a folder.
pub fn slug(text: &str) -> String {
    const NOISE: [&str; 9] = ["the", "a", "an", "sop", "of", "for", "to", "and", "how"];
    let folded: String = text
        .chars()
        .map(|c| match c {
            c if c.is_ascii_alphanumeric() => c.to_ascii_lowercase(),
            '\'' | '’' => '\0',
            _ => ' ',
        })
        .filter(|c| *c != '\0')
        .collect();
    let words: Vec<&str> = folded.split_whitespace().collect();
    let telling: Vec<&str> = words
        .iter()
        .copied()
        .filter(|w| !NOISE.contains(w))
        .collect();
    let chosen = if telling.is_empty() { words } else { telling };
    let mut name = String::new();
    for word in chosen.into_iter().take(6) {
        if !name.is_empty() && name.len() + word.len() >= 48 {
            break;
        }
        if !name.is_empty() {
            name.push('-');
        }
        name.extend(word.chars().take(40));
    }
    match name.is_empty() {
        true => "workflow".to_owned(),
        false => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_and_plain() {
        assert_eq!(
            slug("SOP: How to brief the CSMs on Renewal Risk!"),
            "brief-csms-on-renewal-risk"
        );
        assert_eq!(slug("???"), "workflow");
        assert_eq!(slug("the of"), "the-of");
    }

    #[test]
    fn numbers_stand_under_their_headings() {
        let sop = Sop::parse("# Risk\n\n- Look.\n\n## Then\n\nWrite. Send it.\n");
        assert_eq!(sop.title.as_deref(), Some("Risk"));
        assert_eq!(
            sop.numbered(),
            "## Risk\n1. Look.\n## Then\n2. Write.\n3. Send it.\n"
        );
        assert_eq!(sop.statement(3).map(|s| s.line), Some(7));
        assert_eq!(sop.statement(0), None);
    }
}
