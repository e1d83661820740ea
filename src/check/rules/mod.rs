//! The table of rules, one rule per file.

mod addresses;
mod approval;
mod bands;
mod cases;
mod citations;
mod connections;
mod contradictions;
mod coverage;
mod date_formats;
mod decide;
mod division;
mod ids;
mod leading_zeros;
mod llm;
mod missing_values;
mod names;
mod one_case;
mod outputs;
mod patterns;
mod polarity;
mod priority;
mod promised;
mod results;
mod sample;
mod schedule;
mod support;
mod syntax;
mod tests_known;
mod text_order;
mod tools;
mod triggers;
mod types;
mod units;
mod unused;
mod values;
mod waits;

pub(super) use coverage::open as open_statements;
pub(crate) use ids::RESERVED;

use super::Context;
use crate::diag::Diagnostic;

/// One rule: what it is called, what it says in one line, and the check itself.
pub struct Rule {
    /// The name of the rule, by which docs list it.
    pub name: &'static str,
    /// What it makes sure of.
    pub about: &'static str,
    /// Adds what it finds.
    pub run: fn(&Context<'_>, &mut Vec<Diagnostic>),
}

/// All rules, in the order in which they look.
pub const RULES: &[Rule] = &[
    Rule {
        name: "syntax",
        about: "Every expression and template can be read.",
        run: syntax::check,
    },
    Rule {
        name: "names",
        about: "Every name and field exists where it is used.",
        run: names::check,
    },
    Rule {
        name: "types",
        about: "Texts are not compared or calculated with numbers, and functions get what they take.",
        run: types::check,
    },
    Rule {
        name: "values",
        about: "A text that is compared with can occur.",
        run: values::check,
    },
    Rule {
        name: "one-case",
        about: "No rule is about one case by its name, unless the SOP or the user names it.",
        run: one_case::check,
    },
    Rule {
        name: "ids",
        about: "Ids are unique and do not hide other names.",
        run: ids::check,
    },
    Rule {
        name: "connections",
        about: "Tables and columns exist, with the types that are pinned.",
        run: connections::check,
    },
    Rule {
        name: "cases",
        about: "`for_each` goes through a table of the data, and a joined table says what it matches.",
        run: cases::check,
    },
    Rule {
        name: "tools",
        about: "Tools and their arguments exist and fit.",
        run: tools::check,
    },
    Rule {
        name: "llm",
        about: "A model step has facts to work with and a typed answer.",
        run: llm::check,
    },
    Rule {
        name: "waits",
        about: "Steps that wait say for what, and what holds where nothing comes.",
        run: waits::check,
    },
    Rule {
        name: "decide",
        about: "Rules give the same fields, and each can be reached.",
        run: decide::check,
    },
    Rule {
        name: "bands",
        about: "Rules about one figure leave no gap between them, share no values and hide none.",
        run: bands::check,
    },
    Rule {
        name: "priority",
        about: "A rule that the SOP puts above others comes before them.",
        run: priority::check,
    },
    Rule {
        name: "contradictions",
        about: "A condition can hold, and can fail to.",
        run: contradictions::check,
    },
    Rule {
        name: "sample",
        about: "A figure that is compared with lies within what the data holds.",
        run: sample::check,
    },
    Rule {
        name: "missing",
        about: "A comparison does not turn a missing value into an answer.",
        run: missing_values::check,
    },
    Rule {
        name: "text-order",
        about: "Texts are not put in order as if they were numbers or dates.",
        run: text_order::check,
    },
    Rule {
        name: "leading-zeros",
        about: "Codes with leading zeros are compared as they are written.",
        run: leading_zeros::check,
    },
    Rule {
        name: "patterns",
        about: "A regular expression can be read, and finds something in the data.",
        run: patterns::check,
    },
    Rule {
        name: "dates",
        about: "Dates are read in the format in which they are written.",
        run: date_formats::check,
    },
    Rule {
        name: "units",
        about: "Numbers that are read from texts have one unit.",
        run: units::check,
    },
    Rule {
        name: "division",
        about: "Nothing is divided by a field that can be zero or missing.",
        run: division::check,
    },
    Rule {
        name: "schedule",
        about: "Cron and time zone exist.",
        run: schedule::check,
    },
    Rule {
        name: "triggers",
        about: "What starts a run is there: its path, the fields that it gives, the table that is watched.",
        run: triggers::check,
    },
    Rule {
        name: "addresses",
        about: "Where something goes never comes from text that a model wrote.",
        run: addresses::check,
    },
    Rule {
        name: "approval",
        about: "What leaves the building waits for a person, or says why not.",
        run: approval::check,
    },
    Rule {
        name: "outputs",
        about: "Outputs are made where their names exist, and files do not overwrite each other.",
        run: outputs::check,
    },
    Rule {
        name: "results",
        about: "The workflow says what the outcome of a case is.",
        run: results::check,
    },
    Rule {
        name: "promised",
        about: "The result has the fields that the SOP's own output section names.",
        run: promised::check,
    },
    Rule {
        name: "tests",
        about: "Tests expect fields that the result has.",
        run: tests_known::check,
    },
    Rule {
        name: "unused",
        about: "The result of a step is used somewhere.",
        run: unused::check,
    },
    Rule {
        name: "coverage",
        about: "Every statement of the SOP is carried out or waived.",
        run: coverage::check,
    },
    Rule {
        name: "citations",
        about: "Every step and output cites the statements that it carries out.",
        run: citations::check,
    },
    Rule {
        name: "polarity",
        about: "What the SOP forbids or ties to a condition is not done without one.",
        run: polarity::check,
    },
    Rule {
        name: "support",
        about: "What this version cannot run is not used.",
        run: support::check,
    },
];
