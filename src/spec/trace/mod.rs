//! What becomes of each statement of an SOP: what carries it out, why it is waived, what is
//! assumed. Made for people who never read the JSON.

mod carriers;
mod html;

use serde::Serialize;

use super::{Assumption, Workflow};
use crate::diag::count;
use crate::sop::Sop;
use carriers::Carriers;

pub use html::html;

/// An SOP beside the workflow that carries it out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Trace {
    /// The workflow's name.
    pub workflow: String,
    /// The workflow's title.
    pub title: String,
    /// How many statements there are of each state.
    pub counts: Counts,
    /// Why the numbers may not fit, if the SOP has another length than the workflow was built for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caution: Option<String>,
    /// The statements, in the order of the SOP.
    pub rows: Vec<TraceRow>,
    /// Parts of the workflow that cite no statement.
    pub uncited: Vec<Carrier>,
    /// What was taken as given without naming a statement.
    pub assumptions: Vec<Assumption>,
}

/// How many statements there are of each state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// In all.
    pub statements: usize,
    /// Carried out.
    pub carried_out: usize,
    /// Carried out in part.
    pub in_part: usize,
    /// Waived.
    pub waived: usize,
    /// Neither carried out nor waived.
    pub open: usize,
}

/// One statement, and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TraceRow {
    /// Its number in the SOP, counted from 1.
    pub number: usize,
    /// Its words.
    pub text: String,
    /// The heading above it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heading: Option<String>,
    /// What becomes of it.
    pub state: State,
    /// Why it needs no part of the workflow, where that was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waived_because: Option<String>,
    /// What carries it out, in the order of the workflow.
    pub carriers: Vec<Carrier>,
    /// What was taken as given about it: the assumptions that name its number.
    pub assumptions: Vec<Assumption>,
}

/// What becomes of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Some part carries it out.
    CarriedOut,
    /// Some part cites it, and yet it is listed as open.
    InPart,
    /// It needs no part.
    Waived,
    /// Nothing carries it out, and nobody waived it.
    Open,
}

/// A part of the workflow, or a rule of one, in plain words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Carrier {
    /// The part: `trigger`, the name of a data pull, or the id of a step or output.
    pub part: String,
    /// What it is and does, in a line.
    pub text: String,
    /// What it does one by one, where that is more than a line.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<String>,
    /// The number of the earlier statement that has the same part with the same details.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub told_at: Option<usize>,
}

/// Sets an SOP beside the workflow that carries it out.
pub fn trace(workflow: &Workflow, sop: &Sop) -> Trace {
    let Carriers {
        mut cited, uncited, ..
    } = Carriers::of(workflow, sop);
    let mut rows: Vec<TraceRow> = sop
        .statements
        .iter()
        .map(|statement| {
            let number = statement.number;
            let carriers = cited.remove(&number).unwrap_or_default();
            let waiver = workflow
                .sop
                .waived
                .iter()
                .find(|w| w.statements.contains(&number));
            let is_open = workflow.sop.open.contains(&number);
            TraceRow {
                number,
                text: statement.text.clone(),
                heading: statement.section.clone(),
                state: match (carriers.is_empty(), is_open, waiver) {
                    (false, true, _) => State::InPart,
                    (false, false, _) => State::CarriedOut,
                    (true, false, Some(_)) => State::Waived,
                    (true, ..) => State::Open,
                },
                waived_because: waiver.map(|w| w.because.clone()),
                carriers,
                assumptions: Vec::new(),
            }
        })
        .collect();
    refer_back(&mut rows);
    let mut assumptions = Vec::new();
    for assumption in &workflow.assumptions {
        let named = named_statements(&assumption.text);
        let mut found = false;
        for row in rows.iter_mut().filter(|row| named.contains(&row.number)) {
            row.assumptions.push(assumption.clone());
            found = true;
        }
        if !found {
            assumptions.push(assumption.clone());
        }
    }
    let (now, then) = (sop.statements.len(), workflow.sop.statements);
    Trace {
        workflow: workflow.name.clone(),
        title: workflow.title.clone(),
        counts: Counts::of(&rows),
        caution: (now != then).then(|| {
            format!(
                "The SOP has {} now, and the workflow was built for {then}: the numbers may not fit.",
                count(now, "statement")
            )
        }),
        rows,
        uncited,
        assumptions,
    }
}

/// Marks details that an earlier statement already has, so that they are read once.
fn refer_back(rows: &mut [TraceRow]) {
    let mut told: Vec<(usize, Carrier)> = Vec::new();
    for row in rows {
        for carrier in &mut row.carriers {
            match told.iter().find(|(_, other)| other == carrier) {
                Some((number, _)) => carrier.told_at = Some(*number),
                None if carrier.details.is_empty() => {}
                None => told.push((row.number, carrier.clone())),
            }
        }
    }
}

/// Returns the numbers that a text gives to statements, as in "statements 3, 4 and 7".
fn named_statements(text: &str) -> Vec<usize> {
    let mut numbers = Vec::new();
    // How many more numbers may follow: none, one, or a list that a mark ends.
    let mut awaited = 0;
    for word in text.split_whitespace() {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        awaited = match bare.to_lowercase().as_str() {
            "statement" => 1,
            "statements" => usize::MAX,
            "and" => awaited,
            other => match other.parse() {
                Ok(number) if awaited > 0 => {
                    numbers.push(number);
                    let goes_on = word.ends_with(',') || word.ends_with(char::is_alphanumeric);
                    if goes_on { awaited - 1 } else { 0 }
                }
                _ => 0,
            },
        };
    }
    numbers
}

impl Counts {
    fn of(rows: &[TraceRow]) -> Self {
        let of = |state| rows.iter().filter(|row| row.state == state).count();
        Counts {
            statements: rows.len(),
            carried_out: of(State::CarriedOut),
            in_part: of(State::InPart),
            waived: of(State::Waived),
            open: of(State::Open),
        }
    }

    /// Is every statement carried out or waived?
    pub fn is_settled(&self) -> bool {
        self.open + self.in_part == 0
    }

    /// Returns them as one sentence.
    pub fn words(&self) -> String {
        let mut text = format!(
            "{} of {} carried out",
            self.carried_out,
            count(self.statements, "statement")
        );
        for (number, what) in [
            (self.in_part, "carried out in part"),
            (self.waived, "waived"),
            (self.open, "not carried out"),
        ] {
            if number > 0 {
                text += &format!(", {number} {what}");
            }
        }
        text + "."
    }
}

impl State {
    /// Returns it in a word or two; nothing where the carriers say it.
    pub fn label(self) -> Option<&'static str> {
        match self {
            State::CarriedOut => None,
            State::InPart => Some("carried out only in part"),
            State::Waived => Some("waived"),
            State::Open => Some("not carried out"),
        }
    }
}

impl TraceRow {
    /// Returns what is said of its state: nothing for one that is carried out, and not waived too.
    pub fn remark(&self) -> Option<String> {
        match (self.state.label(), &self.waived_because) {
            (Some(label), Some(because)) if self.state == State::Waived => {
                Some(format!("{label}: {because}"))
            }
            (label, Some(because)) => {
                let label = label.map_or(String::new(), |l| format!("{l}; "));
                Some(format!("{label}also waived: {because}"))
            }
            (label, None) => label.map(str::to_owned),
        }
    }
}

#[cfg(test)]
mod tests;
