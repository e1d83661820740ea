//! Sentences that give cases a label.

use super::patterns::{
    AT_LEAST, CONDITION_FIRST, GROUP, INSTEAD, LABEL_FIRST, REMARK_FIRST, SUBJECT_FIRST,
};
use super::{label, selection};
use crate::drafter::condition::{Read, Reader};

/// A rule that gives cases a label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::drafter) enum Rule {
    /// The label, and the condition for it.
    When(String, Read),
    /// The label; its condition is not one that tables answer, so the sentence is judged by a model.
    Judged(String),
    /// Cases of one label get another where a condition holds.
    Instead {
        /// The label that they would have.
        of: String,
        /// The condition.
        when: Read,
        /// The label that they get.
        then: String,
    },
    /// Where the condition holds, a case gets this label or a higher one.
    AtLeast(Read, String),
}

/// Returns the rule that a sentence states. One that asks for an output states none that has to
/// be judged: "Red: post in #alerts" says what is done with red ones, not which they are.
pub(super) fn rule(text: &str, asks_for_output: bool, reader: &Reader<'_>) -> Option<Rule> {
    if let Some(found) = INSTEAD.captures(text)
        && let Some(when) = selection(&found[1], reader)
    {
        return Some(Rule::Instead {
            of: label(&found[2]),
            when,
            then: label(&found[3]),
        });
    }
    if let Some(found) = AT_LEAST.captures(text)
        && let Some(when) = selection(&found[1], reader)
    {
        return Some(Rule::AtLeast(when, label(&found[2])));
    }
    // Each form names its label and condition in another order; the first that can be read counts.
    let forms = [
        (&LABEL_FIRST, 1, 2),
        (&CONDITION_FIRST, 2, 1),
        (&REMARK_FIRST, 2, 1),
        (&SUBJECT_FIRST, 1, 2),
        (&GROUP, 2, 1),
    ];
    let read = forms.iter().find_map(|(form, name, condition)| {
        let found = form.captures(text)?;
        let read = selection(found.get(*condition)?.as_str(), reader)?;
        Some(Rule::When(label(found.get(*name)?.as_str()), read))
    });
    let judged = || {
        let (_, stated) = forms.split_last()?;
        stated.iter().find_map(|(form, name, _)| {
            let found = form.captures(text)?;
            Some(Rule::Judged(label(found.get(*name)?.as_str())))
        })
    };
    read.or_else(|| if asks_for_output { None } else { judged() })
}
