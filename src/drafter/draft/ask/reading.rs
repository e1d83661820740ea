//! What was read of rows and outcomes, numbered through, so that an owner can name a part of it.

use crate::drafter::condition::Read;
use crate::drafter::draft::assembly::{Assembly, Stated};
use crate::drafter::statement::Rule;
use crate::expr::{Condition, words};

/// The longest line, in characters.
const LINE: usize = 1000;

/// The most lines that are shown of one kind.
const SHOWN: usize = 40;

/// A part of what was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::drafter::draft) struct Line {
    pub(super) of: Of,
    /// What was read, in words.
    pub(super) told: String,
}

/// Where a part stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    /// Among the rows that are taken.
    Only(usize),
    /// Among the rows that are left out.
    Skip(usize),
    /// Of those that share something, all but the newest, which are left out.
    Newest,
    /// Among the rules of outcomes.
    Rule(usize),
}

/// What was read of which rows there are, and of the outcomes, a line each with its number.
#[derive(Debug)]
pub(in crate::drafter::draft) struct Known {
    pub(super) rows: String,
    pub(super) levels: String,
}

impl Known {
    /// Returns how a plan tells of it, with how to change it; nothing if nothing was read.
    pub(in crate::drafter::draft) fn plan(&self) -> String {
        if self.rows.is_empty() && self.levels.is_empty() {
            return String::new();
        }
        format!(
            "\n## By number, to change it\n{}{}To change it, say “take: condition”, “out: condition”, “drop 2”, “2: condition”, “first: NAME: condition”, “before 2: NAME: condition”, “NAME instead of NAME: condition”, or “otherwise: NAME”.\n",
            titled("Rows", &self.rows),
            titled("Outcomes, the first that holds counts", &self.levels),
        )
    }
}

fn titled(title: &str, lines: &str) -> String {
    match lines.is_empty() {
        true => String::new(),
        false => format!("{title}:\n\n{lines}\n\n"),
    }
}

/// Returns what was read so far.
pub(in crate::drafter::draft) fn known(assembly: &Assembly<'_>) -> Known {
    let lines = assembly.lines();
    let numbered = lines.iter().enumerate().map(|(at, line)| {
        let told = crate::diag::one_line(&line.told, LINE);
        (line.of, format!("{}. {told}", at + 1))
    });
    let (outcomes, rows): (Vec<_>, Vec<_>) =
        numbered.partition(|(of, _)| matches!(of, Of::Rule(_)));
    let joined = |lines: Vec<(Of, String)>| {
        let more = lines.len().saturating_sub(SHOWN);
        let mut lines: Vec<String> = lines.into_iter().map(|(_, line)| line).collect();
        lines.truncate(SHOWN);
        if more > 0 {
            lines.push(format!("and {more} more"));
        }
        lines
    };
    let mut outcomes = joined(outcomes);
    if let Some(rest) = assembly.otherwise.as_ref().filter(|_| !outcomes.is_empty()) {
        outcomes.push(format!("Otherwise: {}", spoken(rest)));
    }
    Known {
        rows: joined(rows).join("\n"),
        levels: outcomes.join("\n"),
    }
}

impl Assembly<'_> {
    /// Returns what was read: rows that are taken, rows that are left out, and the rules of outcomes in the
    /// order in which they are tried, those that change what others say behind them.
    pub(super) fn lines(&self) -> Vec<Line> {
        let taken = self.only.iter().enumerate().map(|(at, (read, _))| Line {
            of: Of::Only(at),
            told: format!("taken: {}", told(read)),
        });
        let left = self.skips.iter().enumerate().map(|(at, (read, _))| Line {
            of: Of::Skip(at),
            told: format!("left out: {}", told(read)),
        });
        let rules = self.in_order().into_iter().map(|at| Line {
            of: Of::Rule(at),
            told: rule_told(&self.rules[at]),
        });
        let newest = self.newest.iter().map(|(column, _)| Line {
            of: Of::Newest,
            told: format!("left out: of those of the same {column}, all but the newest"),
        });
        taken.chain(left).chain(newest).chain(rules).collect()
    }
}

fn rule_told(stated: &Stated) -> String {
    match &stated.rule {
        Rule::When(label, when) => format!("{}: {}", spoken(label), told(when)),
        Rule::Judged(label) => format!("{}: a model judges “{}”", spoken(label), stated.text),
        Rule::Instead { of, when, then } => {
            format!("{} instead of {}: {}", spoken(then), spoken(of), told(when))
        }
        Rule::Step { when, up: true } => format!("one step up: {}", told(when)),
        Rule::Step { when, up: false } => format!("one step down: {}", told(when)),
        Rule::Except { of, when, then } => {
            let than = format!("instead of what statement {of} says");
            format!("{} {than}: {}", spoken(then), told(when))
        }
        Rule::AtLeast(when, label) => format!("at least {}: {}", spoken(label), told(when)),
        Rule::AtMost(when, label) => format!("at most {}: {}", spoken(label), told(when)),
    }
}

fn told(read: &Read) -> String {
    Condition::compile(&read.source).map_or_else(|_| read.source.clone(), |c| words(c.node()))
}

pub(super) fn spoken(label: &str) -> String {
    super::super::capital(&label.replace('_', " "))
}
