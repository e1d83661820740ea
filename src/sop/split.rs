//! Splits Markdown or plain text into statements: bullets, table rows, sentences.

use super::Statement;

/// Returns the title (the first heading, if it precedes every statement) and the statements.
pub(super) fn split(source: &str) -> (Option<String>, Vec<Statement>) {
    let mut out = Splitter::default();
    for (index, line) in source.lines().enumerate() {
        out.line(index + 1, line);
    }
    out.flush();
    (out.title, out.statements)
}

#[derive(Default)]
struct Splitter {
    title: Option<String>,
    section: Option<String>,
    statements: Vec<Statement>,
    /// The paragraph or bullet under way, and the line it began on.
    open: Option<(usize, String)>,
    /// Inside a fenced block, which is one statement.
    fenced: bool,
}

impl Splitter {
    fn line(&mut self, number: usize, raw: &str) {
        let line = raw.trim();
        if line.starts_with("```") || line.starts_with("~~~") {
            if self.fenced {
                self.flush_whole();
            } else {
                self.flush();
            }
            self.fenced = !self.fenced;
        } else if self.fenced {
            self.append(number, line);
        } else if line.is_empty() || is_rule(line) {
            self.flush();
        } else if let Some(heading) = heading(line, self.open.is_some()) {
            self.flush();
            self.head(heading);
        } else if let Some(cells) = table_row(line) {
            self.flush();
            self.append(number, &cells);
            self.flush_whole();
        } else if let Some(item) = bullet(line) {
            self.flush();
            self.append(number, item);
        } else {
            self.append(number, line);
        }
    }

    fn head(&mut self, heading: String) {
        if self.title.is_none() && self.statements.is_empty() {
            self.title = Some(heading.clone());
        }
        self.section = Some(heading);
    }

    fn append(&mut self, number: usize, text: &str) {
        match &mut self.open {
            Some((_, open)) => {
                open.push(' ');
                open.push_str(text);
            }
            None => self.open = Some((number, text.to_owned())),
        }
    }

    fn flush(&mut self) {
        if let Some((line, text)) = self.open.take() {
            for sentence in sentences(&text) {
                self.push(line, &sentence);
            }
        }
    }

    fn flush_whole(&mut self) {
        if let Some((line, text)) = self.open.take() {
            self.push(line, &text);
        }
    }

    fn push(&mut self, line: usize, text: &str) {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.chars().any(char::is_alphanumeric) {
            self.statements.push(Statement {
                number: self.statements.len() + 1,
                text,
                section: self.section.clone(),
                line,
            });
        }
    }
}

fn is_rule(line: &str) -> bool {
    line.len() >= 3
        && line
            .chars()
            .all(|c| matches!(c, '-' | '=' | '*' | '_' | ' '))
}

/// Returns the words of a heading: `# Words`, `**Words**`, or a numbered line in title case.
fn heading(line: &str, within_paragraph: bool) -> Option<String> {
    if let Some(rest) = line.strip_prefix('#') {
        let words = rest.trim_matches(|c: char| c == '#' || c == '*' || c.is_whitespace());
        return (!words.is_empty()).then(|| words.to_owned());
    }
    if within_paragraph {
        return None;
    }
    let bold = line.strip_prefix("**").and_then(|l| {
        l.trim_end_matches(':')
            .strip_suffix("**")
            .filter(|words| !words.contains("**") && words.len() <= 60)
    });
    if let Some(words) = bold {
        return Some(words.trim_end_matches(':').to_owned());
    }
    let (_, words) = numbered(line)?;
    let titled = words
        .split_whitespace()
        .filter(|w| w.len() > 3)
        .all(|w| w.starts_with(|c: char| c.is_uppercase() || !c.is_alphabetic()));
    let short = words.split_whitespace().count() <= 6;
    (titled && short && !words.ends_with(['.', ';', ':', '?']) && !words.contains(['(', '=', '"']))
        .then(|| words.to_owned())
}

/// Returns the number and the rest of `1.`, `2)`, `5.1.2 ` lines.
fn numbered(line: &str) -> Option<(&str, &str)> {
    let end = line.find(|c: char| !c.is_ascii_digit() && c != '.' && c != ')')?;
    let (number, rest) = line.split_at(end);
    let marked = number.ends_with(['.', ')']) || number.contains('.');
    (number.starts_with(|c: char| c.is_ascii_digit()) && marked && rest.starts_with(' '))
        .then(|| (number, rest.trim()))
}

/// Returns the text of a list item, without its mark.
fn bullet(line: &str) -> Option<&str> {
    for mark in ["- [ ] ", "- [x] ", "- ", "* ", "+ ", "• ", "– ", "— ", "· "] {
        if let Some(rest) = line.strip_prefix(mark) {
            return Some(rest.trim());
        }
    }
    if let Some((_, rest)) = numbered(line) {
        return Some(rest);
    }
    let mut chars = line.trim_start_matches('(').chars();
    let lettered = chars.next().is_some_and(|c| c.is_ascii_lowercase())
        && chars.next().is_some_and(|c| matches!(c, ')' | '.'))
        && chars.next() == Some(' ');
    lettered.then(|| chars.as_str().trim())
}

/// Returns the cells of a table row, or an empty text for its ruling line.
fn table_row(line: &str) -> Option<String> {
    let inner = line.strip_prefix('|')?.strip_suffix('|')?;
    let cells: Vec<&str> = inner.split('|').map(str::trim).collect();
    let ruling = cells
        .iter()
        .all(|c| c.chars().all(|c| matches!(c, '-' | ':')));
    Some(if ruling {
        String::new()
    } else {
        cells.join(" | ")
    })
}

/// Splits a paragraph after `.`, `!`, `?` where a new sentence plainly begins.
fn sentences(text: &str) -> Vec<String> {
    const ABBREVIATED: [&str; 12] = [
        "e.g.", "i.e.", "etc.", "vs.", "approx.", "incl.", "no.", "mr.", "ms.", "dr.", "inc.",
        "min.",
    ];
    let mut out = Vec::new();
    let mut start = 0;
    for (index, mark) in text.match_indices(['.', '!', '?']) {
        let end = index + mark.len();
        let rest = &text[end..];
        let next = rest.trim_start().chars().next();
        let opens =
            next.is_some_and(|c| c.is_uppercase() || c.is_ascii_digit() || "\"'“(*".contains(c));
        if !rest.starts_with(char::is_whitespace) || !opens {
            continue;
        }
        let word = text[start..end]
            .rsplit(char::is_whitespace)
            .next()
            .unwrap_or_default();
        let initial = word.len() == 2 && word.starts_with(char::is_alphabetic);
        let lower = word.trim_start_matches('(').to_lowercase();
        if initial
            || ABBREVIATED.contains(&lower.as_str())
            || (numbered_mark(word) && text[start..end].trim() == word)
        {
            continue;
        }
        out.push(text[start..end].trim().to_owned());
        start = end;
    }
    if !text[start..].trim().is_empty() {
        out.push(text[start..].trim().to_owned());
    }
    out
}

fn numbered_mark(word: &str) -> bool {
    word.len() <= 4
        && word
            .trim_end_matches('.')
            .chars()
            .all(|c| c.is_ascii_digit() || c == '.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &str) -> Vec<String> {
        split(source).1.into_iter().map(|s| s.text).collect()
    }

    #[test]
    fn bullets_rows_and_sentences_are_statements() {
        assert_eq!(
            texts(
                "Health below 40. Every Monday, look. Then e.g. Acme is\nchecked, at 3.5 points.\n\n- one\n  more\n* two\n1. three\na) four"
            ),
            [
                "Health below 40.",
                "Every Monday, look.",
                "Then e.g. Acme is checked, at 3.5 points.",
                "one more",
                "two",
                "three",
                "four"
            ]
        );
        assert_eq!(
            texts("| a | b |\n|---|:--|\n| 1 | 2. X |"),
            ["a | b", "1 | 2. X"]
        );
    }

    #[test]
    fn headings_are_context_not_statements() {
        let (title, statements) = split(
            "1. Purpose\nTo brief people.\n\n**Steps:**\n\n5.1 Main Procedure\n5.1.1 Check the balance against the ledger.",
        );
        assert_eq!(title.as_deref(), Some("Purpose"));
        let sections: Vec<_> = statements
            .iter()
            .map(|s| (s.section.as_deref(), s.text.as_str()))
            .collect();
        assert_eq!(
            sections,
            [
                (Some("Purpose"), "To brief people."),
                (
                    Some("Main Procedure"),
                    "Check the balance against the ledger."
                )
            ]
        );
    }

    #[test]
    fn a_fenced_block_is_one_statement() {
        assert_eq!(
            texts("Output:\n```\n{ \"a\": 1. }\nB. C\n```\nDone."),
            ["Output:", "{ \"a\": 1. } B. C", "Done."]
        );
    }

    #[test]
    fn paragraphs_of_two_bullets_deep_keep_their_order_and_lines() {
        let (_, statements) = split("- a\n    - b\n\n\n- c. D\n");
        let lines: Vec<_> = statements.iter().map(|s| (s.number, s.line)).collect();
        assert_eq!(lines, [(1, 1), (2, 2), (3, 5)]);
    }
}
