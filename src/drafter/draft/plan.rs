//! What is told of a draft: how it goes, and what it lacks.

use serde_json::{Value as Json, json};

use super::ask::Known;
use super::scope::Scope;
use super::{Assembly, Drafted, facts};
use crate::drafter::statement::Wanted;
use crate::drafter::world::Said;

/// Returns what is told of a draft: what to look at first, how it goes unless that was told before, and what was
/// read by its numbers. `unread` is what could not be read of what the owner said to it last.
pub(super) fn told(drafted: &Drafted, known: &Known, unread: &str, is_again: bool) -> String {
    let mut first: Vec<String> = drafted.notices.clone();
    if !unread.is_empty() {
        first.insert(
            0,
            format!("Could not be read, and changes nothing: {unread}."),
        );
    }
    let mut told = String::new();
    if !first.is_empty() {
        told += "## Look at this first\n";
        for notice in &first {
            told += &format!("- {notice}\n");
        }
    }
    if !is_again {
        told += &drafted.plan;
    }
    told + &known.plan()
}

impl Assembly<'_> {
    /// Returns the names of what is decided and found for a case.
    pub(super) fn result_fields(&self) -> Vec<String> {
        let levels: &[&str] = if self.rules.is_empty() {
            &[]
        } else {
            &["level", "reason"]
        };
        let findings = self
            .judgements
            .iter()
            .map(|said| format!("finding_{}", said.number));
        let levels = levels.iter().map(|field| (*field).to_owned());
        levels
            .chain(self.route_noun().map(str::to_owned))
            .chain(findings)
            .collect()
    }

    /// Returns how much was read so far of rows and outcomes.
    pub(super) fn chosen(&self) -> usize {
        self.only.len() + self.skips.len() + self.rules.len()
    }

    /// Returns the statements that were taken for remarks, of which nothing becomes.
    pub(super) fn remarks(&self) -> Vec<Said> {
        const REMARKS: [&str; 2] = ["an aside", "tells how it came about"];
        let waived = self
            .waived
            .iter()
            .filter(|(why, _)| REMARKS.contains(&why.as_str()));
        let numbers: Vec<&usize> = waived.flat_map(|(_, numbers)| numbers).collect();
        let statements = self.reader.world.statements.iter();
        statements
            .filter(|said| numbers.contains(&&said.number))
            .cloned()
            .collect()
    }

    /// Returns how the workflow goes, in plain lines.
    pub(super) fn plan(&self, document: &Json) -> String {
        let draft = crate::spec::read_value({
            let mut whole = document.clone();
            whole["workflow"] = json!(1);
            whole["sop"]["file"] = json!("sop.md");
            whole["sop"]["statements"] = json!(self.reader.world.statements.len());
            whole
        });
        let mut plan = draft
            .workflow
            .map(|w| crate::spec::explain(&w))
            .unwrap_or_default();
        if !self.open.is_empty() {
            plan += "\n## Not understood, and so left to people\n";
            for said in &self.open {
                plan += &format!("- {}. {}\n", said.number, said.text);
            }
        }
        plan
    }

    /// Says which columns of a list a case has no value for.
    pub(super) fn tell_what_lists_lack(&mut self, wanted: &[(Wanted, Said, Scope)]) {
        let lists = wanted.iter().filter(|(kind, ..)| *kind == Wanted::Table);
        let mut lacking: Vec<String> = lists
            .flat_map(|(_, said, _)| facts::columns(said, self.reader).1)
            .collect();
        lacking.dedup();
        if !lacking.is_empty() {
            let lacking = lacking.join(", ");
            self.assume(format!("The list has no column for: {lacking}"));
        }
    }
}
