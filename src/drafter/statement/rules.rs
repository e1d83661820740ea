//! Sentences that give cases a label.

use std::sync::LazyLock;

use regex::Regex;

use super::acts::ACTS;
use super::rows::selection;
use super::{label, tails, turns};
use crate::drafter::condition::{Read, Reader, figures};
use crate::drafter::pattern::pattern;
use crate::drafter::words::{tokens, written};

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
    /// Where the condition holds, a case gets the level one above its own, or one below.
    Step {
        /// The condition.
        when: Read,
        /// Is it the more serious one?
        up: bool,
    },
    /// An exception to the rules of one statement, which is the one before.
    Except {
        /// The number of that statement.
        of: usize,
        /// The condition.
        when: Read,
        /// The label that cases get then.
        then: String,
    },
    /// Where the condition holds, a case gets this label or a higher one.
    AtLeast(Read, String),
    /// Where the condition holds, a case gets this label or a lower one.
    AtMost(Read, String),
}

impl Rule {
    /// Returns the condition, if tables answer it.
    pub(in crate::drafter) fn condition(&self) -> Option<&Read> {
        match self {
            Rule::When(_, when)
            | Rule::AtLeast(when, _)
            | Rule::AtMost(when, _)
            | Rule::Step { when, .. }
            | Rule::Except { when, .. }
            | Rule::Instead { when, .. } => Some(when),
            Rule::Judged(_) => None,
        }
    }
}

/// A field that is set, where a condition could stand.
static SETS_FIELD: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)^(?:set|change|update|switch) (?:the |its |their |[a-z]+_)"));

/// Returns the rules that a sentence states. One that asks for an output states none that has to
/// be judged: "Red: post in #alerts" says what is done with red ones, not which they are.
pub(super) fn rules(text: &str, asks_for_output: bool, reader: &Reader<'_>) -> Vec<Rule> {
    static ONLY: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"(?i),? (?:but |and )only (?:if|when|where|for) (?P<said>[^;.]+)")
    });
    // "Beta features: invite, but only if …" asks for both.
    if let Some(found) = ONLY.captures(text) {
        let both = || {
            let only = tails::beginning(&found["said"], reader)?;
            match rules(&ONLY.replace(text, ""), asks_for_output, reader).as_slice() {
                [Rule::When(label, read)] => {
                    Some(Rule::When(label.clone(), read.clone().both("and", only)))
                }
                _ => None,
            }
        };
        return both().into_iter().collect();
    }
    static NOTHING_SENT: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)^[^:]{1,40}: no (?:e-?mails?|drafts?|messages?|notes?|letters?|posts?|calls?)\b",
        )
    });
    // "Call: no email." says what is not sent.
    if NOTHING_SENT.is_match(text) {
        return Vec::new();
    }
    let bands = bands(text, reader);
    if !bands.is_empty() {
        return bands;
    }
    let steps = turns::steps(text, reader);
    if !steps.is_empty() {
        return steps;
    }
    let text = &turns::named_plainly(text, reader);
    if let Some(turned) = turns::turned(text, reader) {
        return vec![turned];
    }
    // "When …, every nudge or chase becomes an escalate."
    let plain = turns::without_lead_in(text, reader);
    if let Some(found) = reader.forms.all_become.captures(plain)
        && let Some(when) = tails::leading(&found[1], reader)
    {
        let of = [found.get(2), found.get(3)].into_iter().flatten();
        let instead = of.map(|of| Rule::Instead {
            of: label(of.as_str()),
            when: when.clone(),
            then: label(&found[4]),
        });
        return instead.collect();
    }
    match rule(text, asks_for_output, reader) {
        // Half of how one level becomes another would be a rule for the wrong one.
        Some(Rule::Judged(_)) if turns::turns_levels(text, reader) => Vec::new(),
        // What tables answer of it needs no model.
        Some(Rule::Judged(label)) => {
            let stated = condition_of(text, &label, reader);
            let part = stated.and_then(|condition| reader.some_of(&condition));
            let read = part.map(|read| Rule::When(label.clone(), read));
            read.into_iter().chain([Rule::Judged(label)]).collect()
        }
        rule => rule.into_iter().collect(),
    }
}

/// Returns the condition that a sentence states for a label.
fn condition_of(text: &str, name: &str, reader: &Reader<'_>) -> Option<String> {
    let known = &reader.forms;
    let forms = [
        (&known.label_first, 1, 2),
        (&known.condition_first, 2, 1),
        (&known.always, 1, 2),
        (&known.subject_first, 1, 2),
        (&known.bare, 2, 1),
    ];
    forms.iter().find_map(|(form, at, condition)| {
        let found = form.captures(text)?;
        let is_meant = label(&found[*at]) == name;
        is_meant.then(|| found[*condition].to_owned())
    })
}

fn rule(text: &str, asks_for_output: bool, reader: &Reader<'_>) -> Option<Rule> {
    let known = &reader.forms;
    if let Some(found) = known.never_gets.captures(text)
        && let Some(when) = selection(super::ladder::excepted(&found[1]), reader)
    {
        return Some(Rule::Instead {
            of: label(&found[2]),
            when,
            then: label(&found[3]),
        });
    }
    let text = turns::without_lead_in(text, reader);
    if let Some(found) = known.instead.captures(text)
        && let Some(when) = selection(&found[1], reader)
    {
        return Some(Rule::Instead {
            of: label(&found[2]),
            when,
            then: label(&found[3]),
        });
    }
    if let Some(found) = known
        .moved
        .captures(text)
        .or_else(|| known.moved_if.captures(text))
        && let Some(when) = selection(&found[2], reader)
    {
        return Some(Rule::Instead {
            of: label(&found[1]),
            when,
            then: label(&found[3]),
        });
    }
    if let Some(found) = known
        .bumped
        .captures(text)
        .or_else(|| known.never.captures(text))
        && let Some(when) = selection(&found[1], reader)
    {
        return Some(Rule::Instead {
            of: label(&found[2]),
            when,
            then: label(&found[3]),
        });
    }
    // "We never suspend enterprise customers. If one comes out as …, make it …": whom it is about
    // was said before.
    if let Some(found) = known.comes_out.captures(text)
        && let Some(before) = reader.before()
        && let Some((_, subject)) = before.split_once(" never ")
        && let Some((_, subject)) = subject.split_once(' ')
        && let Some(when) = selection(subject.trim_end_matches('.'), reader)
    {
        return Some(Rule::Instead {
            of: label(&found[1]),
            when,
            then: label(&found[2]),
        });
    }
    // "We never turn down a large account without talking to it, so what would be a decline becomes …"
    if let Some(found) = known.would_be.captures(text)
        && let Some(when) = selection(&found[1], reader)
    {
        return Some(Rule::Instead {
            of: label(&found[2]),
            when,
            then: label(&found[3]),
        });
    }
    if let Some(found) = known.at_most.captures(text)
        && let Some(when) = selection(&found[1], reader)
    {
        return Some(Rule::AtMost(when, label(&found[2])));
    }
    if let Some(found) = known
        .at_least
        .captures(text)
        .or_else(|| known.are_at_least.captures(text))
        && let Some(when) = selection(subject(&found[1]), reader)
    {
        return Some(Rule::AtLeast(when, label(&found[2])));
    }
    // What moves a level on a condition that was not read states no level of its own.
    let moves = [
        &known.bumped,
        &known.moved,
        &known.moved_if,
        &known.are_at_least,
        &known.never,
        &known.never_gets,
        &known.all_become,
        &known.would_be,
        &known.at_most,
        &known.would_become,
        &known.exception,
    ];
    if moves.iter().any(|form| form.is_match(text)) {
        return None;
    }
    // Each form names its label and condition in another order; the first that can be read counts.
    let forms = [
        (&known.label_last, 2, 1),
        (&known.label_first, 1, 2),
        (&known.condition_first, 2, 1),
        (&known.remark_first, 2, 1),
        (&known.subject_first, 1, 2),
        (&known.bare, 2, 1),
        (&known.always, 1, 2),
        (&known.treat_as, 1, 2),
        (&known.imperative, 1, 2),
        (&known.group, 2, 1),
    ];
    let read = forms.iter().find_map(|(form, name, condition)| {
        let found = form.captures(text)?;
        let condition = without_order(found.get(*condition)?.as_str(), reader);
        // "High: set the status to closed" says what is done with high ones.
        if SETS_FIELD.is_match(&condition) {
            return None;
        }
        let is_last = std::ptr::eq(*form, &known.label_last);
        // What leads with a label says the condition behind it.
        let is_none = matches!(condition.to_lowercase().as_str(), "none" | "zero" | "no");
        let has_figure = !figures(&tokens(&condition)).is_empty();
        if is_last && known.label.is_match(&condition) && !has_figure && !is_none {
            return None;
        }
        let read = selection(&condition, reader)?;
        reader.goes_on_from(&condition);
        Some(Rule::When(label(found.get(*name)?.as_str()), read))
    });
    let judged = || {
        // What only looks like a rule is one if its condition can be read.
        let stated = &forms[1..forms.len() - 2];
        stated.iter().find_map(|(form, name, _)| {
            let found = form.captures(text)?;
            // "Over – goes to the CSM" says what is done, not which they are.
            let stated = found.get(if *name == 1 { 2 } else { 1 })?.as_str();
            // Nor is a cell of a table judged by itself.
            if ACTS.is_match(stated) || stated.starts_with('(') {
                return None;
            }
            Some(Rule::Judged(label(found.get(*name)?.as_str())))
        })
    };
    read.or_else(|| if asks_for_output { None } else { judged() })
}

/// Returns a subject without what introduces it: "Otherwise green, although an account …".
fn subject(text: &str) -> &str {
    [", although ", ", but ", ", though "]
        .iter()
        .find_map(|word| text.split_once(word))
        .map_or(text, |(_, rest)| rest)
}

/// Returns a condition without what only repeats the order of the rules: "not hot, but two or
/// more users", "dropped by 5% (but aren't red)".
fn without_order(text: &str, reader: &Reader<'_>) -> String {
    let order = &reader.forms.order;
    order.replace_all(text, "").trim().to_owned()
}

/// Reads bands: "below 50 is red, 50 to 70 amber, above 70 green". What the first band measures,
/// the others do.
fn bands(text: &str, reader: &Reader<'_>) -> Vec<Rule> {
    let text = text.trim_end_matches('.');
    let pieces: Vec<&str> = text
        .split([',', ';'])
        .map(|p| p.trim().trim_start_matches("and "))
        .collect();
    if pieces.len() < 2 {
        return Vec::new();
    }
    let mut subject: Option<String> = None;
    let mut measured: Vec<(f64, String)> = Vec::new();
    let mut rules = Vec::new();
    for piece in pieces {
        let piece = &remaining(piece, &measured);
        // Of "over 45 days is over" the last is the label.
        let figures = figures(&tokens(piece));
        let found: Vec<_> = reader.forms.label.captures_iter(piece).collect();
        let (Some(found), [figure]) = (found.last(), figures.as_slice()) else {
            return Vec::new();
        };
        let Some(named) = found.get(1) else {
            return Vec::new();
        };
        let words = tokens(&piece[..named.start()]);
        if figure.span.1 > words.len() {
            return Vec::new();
        }
        let measure = words[figure.span.0..figure.span.1].join(" ");
        measured.push((figure.number, measure.clone()));
        let about = subject.get_or_insert_with(|| {
            let around = words[..figure.span.0].iter().chain(&words[figure.span.1..]);
            around.cloned().collect::<Vec<_>>().join(" ")
        });
        let linked = [
            "is", "are", "gets", "get", "means", "counts", "as", "a", "an",
        ];
        let about: Vec<&str> = about.split(' ').filter(|w| !linked.contains(w)).collect();
        match reader.clause(&format!("{} {measure}", about.join(" "))) {
            Some(read) => rules.push(Rule::When(label(named.as_str()), read)),
            None => return Vec::new(),
        }
    }
    rules
}

/// Returns a band with the figure that it leaves out: "less is low" is less than the lowest so far.
fn remaining(piece: &str, measured: &[(f64, String)]) -> String {
    static LESS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)^(?:anything |all |everything )?(?:less|lower|below(?: that)?|under(?: that)?|fewer|smaller)\b",
        )
    });
    static MORE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)^(?:anything |all |everything )?(?:more|higher|above(?: that)?|over(?: that)?|larger|beyond(?: that)?)\b",
        )
    });
    let has_figure = !figures(&tokens(piece)).is_empty();
    let by_number = |a: &&(f64, String), b: &&(f64, String)| a.0.total_cmp(&b.0);
    let (form, than, limit) = if LESS.is_match(piece) {
        (&*LESS, "less than", measured.iter().min_by(by_number))
    } else {
        (&*MORE, "more than", measured.iter().max_by(by_number))
    };
    let (Some((number, measure)), true) = (limit, form.is_match(piece) && !has_figure) else {
        return piece.to_owned();
    };
    let unit = if measure.contains('%') { "%" } else { "" };
    let said = format!("{than} {}{unit}", written(*number));
    form.replace(piece, said.as_str()).into_owned()
}
