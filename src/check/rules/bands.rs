//! Rules about one figure leave no gap between them, share no values and hide none.

use std::collections::BTreeSet;

use crate::check::Context;
use crate::check::spans::{Span, Values, Way, joined, ways};
use crate::diag::Diagnostic;
use crate::expr::{Condition, show};
use crate::spec::{Decide, FieldType, Step, StepKind};

/// Words by which an SOP says what holds for all that no rule takes.
const REST: [&str; 10] = [
    "otherwise",
    "else",
    "rest",
    "between",
    "other",
    "others",
    "remaining",
    "remainder",
    "default",
    "middle",
];

/// The values of one figure that a rule takes.
struct Band {
    rule: usize,
    spans: Vec<Span>,
}

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for step in context.workflow.all_steps() {
        let StepKind::Decide(decide) = &step.kind else {
            continue;
        };
        let read: Vec<Option<Vec<Way>>> = decide
            .rules
            .iter()
            .map(|rule| ways(Condition::compile(rule.when.as_str()).ok()?.node()))
            .collect();
        let look = Look {
            context,
            step,
            decide,
            read: &read,
        };
        let hidden = look.hidden(findings);
        let figures: BTreeSet<&String> = read.iter().filter_map(|ways| figure(ways)).collect();
        for figure in figures {
            let bands = look.bands(figure);
            look.shared(figure, &bands, &hidden, findings);
            look.gaps(figure, &bands, findings);
        }
    }
}

/// Returns the one figure that a rule is about.
fn figure(ways: &Option<Vec<Way>>) -> Option<&String> {
    let mut figures = ways.as_ref()?.iter().map(|way| Some(way.figure()?.0));
    let first = figures.next()??;
    figures.all(|one| one == Some(first)).then_some(first)
}

struct Look<'l, 'c> {
    context: &'l Context<'c>,
    step: &'l Step,
    decide: &'l Decide,
    read: &'l [Option<Vec<Way>>],
}

impl Look<'_, '_> {
    fn warn(&self, code: &str, rule: usize, message: String, help: &str) -> Diagnostic {
        let id = &self.step.common.id;
        let at = format!("{}/rules/{rule}/when", self.context.pointer(id));
        Diagnostic::warning(code, at, message)
            .excerpt(self.decide.rules[rule].when.as_str())
            .help(help)
            .part(id)
    }

    fn same_outcome(&self, one: usize, other: usize) -> bool {
        self.decide.rules[one].then == self.decide.rules[other].then
    }

    /// Reports rules of which an earlier one takes every case, and returns them. What is written
    /// twice, `decide` reports.
    fn hidden(&self, findings: &mut Vec<Diagnostic>) -> Vec<usize> {
        let mut hidden = Vec::new();
        let sources: Vec<&str> = self.decide.rules.iter().map(|r| r.when.as_str()).collect();
        for (later, own) in self.read.iter().enumerate() {
            let Some(own) = own.as_ref().filter(|ways| !ways.is_empty()) else {
                continue;
            };
            let wide = (0..later).find(|earlier| {
                self.read[*earlier].as_ref().is_some_and(|wide| {
                    own.iter()
                        .all(|way| wide.iter().any(|other| way.within(other)))
                })
            });
            let Some(earlier) = wide else {
                if self.taken_together(later, own) {
                    hidden.push(later);
                    let now = later + 1;
                    findings.push(self.warn(
                        "hidden-rule",
                        later,
                        format!(
                            "Rule {now} decides nothing: the rules before it take every case of it"
                        ),
                        &format!(
                            "Put rule {now} before them if it is the exception; else take it out."
                        ),
                    ));
                }
                continue;
            };
            hidden.push(later);
            let is_reported = shown(sources[earlier]) == shown(sources[later])
                || shown(sources[earlier]) == "true";
            if !is_reported && !self.same_outcome(earlier, later) {
                let (earlier, now) = (earlier + 1, later + 1);
                findings.push(self.warn(
                    "hidden-rule",
                    later,
                    format!("Rule {now} decides nothing: rule {earlier} comes first and takes every case of it"),
                    &format!("Put rule {now} before rule {earlier} if it is the exception to it; else take it out."),
                ));
            }
        }
        hidden
    }

    /// Do the rules before it together take every value of the figure that a rule is about?
    fn taken_together(&self, rule: usize, own: &[Way]) -> bool {
        let Some(subject) = figure(&self.read[rule]) else {
            return false;
        };
        let earlier = self.read[..rule].iter().flatten().flatten();
        let taken = earlier
            .filter_map(Way::figure)
            .filter(|(other, _)| *other == subject)
            .flat_map(|(_, spans)| spans.to_vec());
        let taken = Values::Numbers(joined(taken.collect()));
        own.iter()
            .flat_map(|way| way.values.values())
            .all(|values| values.within(&taken))
    }

    /// Returns the bands of a figure, in the order of the rules that are about it alone.
    fn bands(&self, subject: &String) -> Vec<Band> {
        let about_it = self.read.iter().enumerate();
        about_it
            .filter(|(_, ways)| figure(ways) == Some(subject))
            .map(|(rule, ways)| {
                let spans = ways.iter().flatten().filter_map(Way::figure);
                Band {
                    rule,
                    spans: joined(spans.flat_map(|(_, spans)| spans.to_vec()).collect()),
                }
            })
            .collect()
    }

    /// Reports bands that share values, where neither is within the other on purpose.
    fn shared(
        &self,
        subject: &str,
        bands: &[Band],
        hidden: &[usize],
        findings: &mut Vec<Diagnostic>,
    ) {
        for (place, later) in bands.iter().enumerate() {
            for earlier in &bands[..place] {
                if hidden.contains(&later.rule) {
                    continue;
                }
                let ([one], [other]) = (earlier.spans.as_slice(), later.spans.as_slice()) else {
                    continue;
                };
                let both = one.meet(other);
                let apart = both.is_empty() || both == *one || both == *other;
                // Two half-lines that overlap widely are the usual "else, if at least that".
                let stated = both.from == both.to || one.is_closed_in() || other.is_closed_in();
                if apart || !stated || self.same_outcome(earlier.rule, later.rule) {
                    continue;
                }
                let (first, second) = (earlier.rule + 1, later.rule + 1);
                findings.push(self.warn(
                    "band-overlap",
                    later.rule,
                    format!(
                        "Rules {first} and {second} both take `{subject}` where it is {}; rule {first} has it, as it comes first",
                        said(&both)
                    ),
                    "Let one end where the other begins, as in `< 30` and `>= 30`; ask the user which of them has it.",
                ));
            }
        }
    }

    /// Reports values between two bands that no rule takes.
    fn gaps(&self, subject: &str, bands: &[Band], findings: &mut Vec<Diagnostic>) {
        let own: Vec<usize> = bands.iter().map(|band| band.rule).collect();
        if own.len() < 2 || own.iter().any(|rule| self.gives_the_rest(*rule)) {
            return;
        }
        let all = joined(bands.iter().flat_map(|band| band.spans.clone()).collect());
        for pair in all.windows(2) {
            let hole = Span {
                from: pair[0].to,
                after: !pair[0].before,
                to: pair[1].from,
                before: !pair[1].after,
            };
            let is_point = hole.from == hole.to;
            let is_taken = self.read.iter().flatten().flatten().any(|way| {
                way.values.iter().any(|(other, values)| {
                    other == subject && way.figure().is_none() && values.meets(&hole)
                })
            });
            if hole.is_empty()
                || is_taken
                || (!is_point && (self.rest_is_stated() || self.holds_no_number(subject, &hole)))
            {
                continue;
            }
            let borders = |band: &&Band| {
                let ends = |s: &Span| s.to == hole.from || s.from == hole.to;
                band.spans.iter().any(ends)
            };
            let Some(last) = bands.iter().rev().find(borders) else {
                continue;
            };
            findings.push(self.warn(
                "band-gap",
                last.rule,
                format!(
                    "No rule takes `{subject}` where it is {}: it falls to `otherwise`",
                    said(&hole)
                ),
                "If a rule should have it, let one begin where the other ends, as in `< 30` and `>= 30`; else say so in a rule of its own.",
            ));
        }
    }

    fn gives_the_rest(&self, rule: usize) -> bool {
        self.decide.rules[rule].then == self.decide.otherwise
    }

    /// Does the SOP say what holds for all that no rule takes, or name what `otherwise` gives?
    fn rest_is_stated(&self) -> bool {
        let outcomes: Vec<String> = self
            .decide
            .otherwise
            .values()
            .filter_map(|value| value.as_str())
            .map(|text| text.to_lowercase().replace('_', " "))
            .collect();
        let cited = self.step.common.sop.iter();
        cited
            .filter_map(|number| self.context.sop.statement(*number))
            .any(|statement| {
                let text = statement.text.to_lowercase();
                let words = || text.split(|c: char| !c.is_alphanumeric());
                words().any(|word| REST.contains(&word))
                    || outcomes
                        .iter()
                        .any(|outcome| !outcome.is_empty() && text.contains(outcome))
            })
    }

    /// Is there no whole number in the hole, and no other number in the data?
    fn holds_no_number(&self, subject: &str, hole: &Span) -> bool {
        let first = if hole.after {
            hole.from.floor() + 1.0
        } else {
            hole.from.ceil()
        };
        let no_whole = first > hole.to || (first == hole.to && hole.before);
        no_whole && !self.has_fractions(subject)
    }

    fn has_fractions(&self, subject: &str) -> bool {
        let at = self.context.pointer(&self.step.common.id);
        let site = self.context.sites.iter().find(|s| s.at.starts_with(&at));
        let Ok(read) = Condition::compile(subject) else {
            return false;
        };
        site.and_then(|site| self.context.column(site, read.node(), None))
            .is_some_and(|column| column.field == FieldType::Number)
    }
}

fn shown(source: &str) -> String {
    Condition::compile(source).map_or_else(|_| source.to_owned(), |c| show(c.node()))
}

/// Returns a span in words, as the end of "it is".
fn said(span: &Span) -> String {
    if span.from == span.to {
        return span.from.to_string();
    }
    let from = match (span.from.is_finite(), span.after) {
        (false, _) => None,
        (true, true) => Some(format!("above {}", span.from)),
        (true, false) => Some(format!("at least {}", span.from)),
    };
    let to = match (span.to.is_finite(), span.before) {
        (false, _) => None,
        (true, true) => Some(format!("below {}", span.to)),
        (true, false) => Some(format!("at most {}", span.to)),
    };
    let ends: Vec<String> = [from, to].into_iter().flatten().collect();
    ends.join(" and ")
}
