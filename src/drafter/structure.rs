//! Lists within an SOP: what the words above a list say of each of its items.

use std::sync::LazyLock;

use regex::Regex;

use super::pattern::pattern;
use super::statement::{Rows, listed_outcomes, rows_of};
use super::words::{number, tokens};
use super::world::Said;

/// What a line is for that only leads to what follows, or that was read with what went before.
pub(super) const LED: &str = "(read with the list that it belongs to)";

/// The most words of a line that heads a list.
const HEAD: usize = 6;

/// Heads of lists of rows that are taken: "Take", "We look at:", "In scope".
static TAKE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:what|which|who|things|ones|those|only|and|we|i|you|to|that|please|just|always|do|are|is|it|this) *(?:(?:we|i|you|to|do|is|are|always|only|take|in) )*(?:take|include[ds]?|look at|in scope|in|covers?|covered|eligible|keep|consider|select|pick|count(?:s|ed)?|qualif(?:y|ies)|go through|check)(?: (?:in|only|all|here|the following|these|those|this|everything))*[:.]?$|^(?:take|include|look at|in scope|keep|select|pick|go through|included|covered|scope)(?: (?:only|all|these|those|the following|the ones that|any of these))*[:.]?$",
    )
});
/// Heads of lists of rows that are left out: "Not", "We skip:", "Leave out", "Out of scope".
static LEAVE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:(?:but|and|what|which|who|things|ones|those|please|just|we|i|you|always|to|do|is|are) )*(?:not|never|skip(?:ped)?|leave(?:s)? out|left out|out|out of scope|exclude[ds]?|exclusions?|excluding|except for|ignore[d]?|drop(?:ped)?|(?:not|don'?t|do not|never)(?: we)? (?:in scope|included?|covered|for us|part of this|take|these|those|look at|touch|bother with|count|want))(?: (?:completely|altogether|here|the following|these|those|any of these|all of these|this|in|too))*[:.]?$",
    )
});
/// "Two kinds I skip completely.": how many follow, and that they are left out.
static COUNTED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:there are |we have |i have |and )?(?P<count>\w+) (?:kinds?|types?|sorts?|groups?|things|cases|exceptions|categories|reasons)(?: of [\w-]+)?(?: that| which)? (?:i|we|you)(?: always| usually| just)* (?:skip|ignore|leave out|leave alone|exclude|drop|pass over|don'?t (?:touch|take|look at|bother with|include|want))(?: completely| altogether| entirely| always| here| right away)*[.:]?$",
    )
});
/// A lead-in that its items complete: "Skip an account if:", "It is red when any of these holds:".
static OPEN_ENDED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?P<lead>.+?\b(?:if|when|where|that|which|who|whose|are|is|have|has|must|with|must be|must have|needs? to be|has to be|means|skip|leave out|exclude|ignore|take|include|look at|gets?|out|ones|those|accounts|customers))(?: (?P<how>any|one|either|all|both|every one|at least one)?(?: of)?(?: (?:these|those|the following|them|the conditions|the below))*(?: (?:is|are|apply|applies|hold|holds|true|met|fits?|conditions?))*)? ?:$",
    )
});
/// Words that ask for all of the items.
const ALL: [&str; 3] = ["all", "both", "every one"];

/// A list that is under way.
struct List {
    /// What its items begin with.
    prefix: String,
    section: String,
    /// How many items it still has, where that was said.
    left: Option<usize>,
    /// Did its first item end with a full stop?
    stops: Option<bool>,
}

/// Says the items of lists with what leads them: under "Not", "new articles" says "Leave out new
/// articles".
pub(super) fn spoken(statements: &[Said]) -> Vec<Said> {
    let outcomes = listed_outcomes(statements);
    let mut spoken: Vec<Said> = Vec::with_capacity(statements.len());
    let mut list: Option<List> = None;
    let mut over: Option<String> = None;
    for said in statements {
        let text = said.text.trim();
        let with = |text: String| Said {
            text,
            ..said.clone()
        };
        if let Some(outcome) = headed(text, &outcomes) {
            list = Some(List {
                prefix: format!("{outcome} if"),
                section: said.section.clone(),
                left: None,
                stops: None,
            });
            over = None;
            spoken.push(with(LED.to_owned()));
            continue;
        }
        // "The retention period is over:" holds for each outcome that is listed below it.
        if let Some(lead) = over.take()
            && let Some((outcome, condition)) = given(text, &outcomes)
        {
            spoken.push(with(format!("{outcome} if {lead} and {condition}")));
            over = Some(lead);
            continue;
        }
        over = condition_over(text);
        if let Some(next) = led(said) {
            list = Some(next);
            spoken.push(with(LED.to_owned()));
            continue;
        }
        let Some(under_way) = list.as_mut().filter(|list| list.holds(said)) else {
            list = None;
            spoken.push(said.clone());
            continue;
        };
        under_way.stops = under_way.stops.or(Some(text.ends_with('.')));
        let item = under_way.item(text);
        under_way.left = under_way.left.map(|left| left.saturating_sub(1));
        spoken.push(with(item));
    }
    spoken
}

/// Returns the outcome that heads a list of what gives it: "Do not use, any one of these:".
fn headed(text: &str, outcomes: &[String]) -> Option<String> {
    static ANY: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)^(?P<outcome>[\w'’ -]+?)(?: if|,| when| –| -|:)? ?(?:any|one|either|at least one)(?: one)?(?: of)? (?:these|those|the following|them)(?: (?:holds?|applies|apply|is true|are true|fits?))?:?$",
        )
    });
    let found = ANY.captures(text)?;
    let outcome = found["outcome"].trim().trim_end_matches([',', ':']);
    let is_known = outcomes
        .iter()
        .any(|known| known.eq_ignore_ascii_case(outcome));
    is_known.then(|| outcome.to_owned())
}

/// Returns an outcome with the condition on which an item gives it.
fn given<'t>(text: &'t str, outcomes: &[String]) -> Option<(&'t str, &'t str)> {
    outcomes.iter().find_map(|outcome| {
        let led = text.get(..outcome.len())?;
        let rest = text.get(outcome.len()..)?;
        let condition = [" if ", " when ", " where "]
            .iter()
            .find_map(|word| rest.strip_prefix(word))?;
        led.eq_ignore_ascii_case(outcome)
            .then(|| (led, condition.trim_end_matches([',', ';'])))
    })
}

/// Returns the condition that a line states for what is listed below it.
fn condition_over(text: &str) -> Option<String> {
    static PLAIN: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)\b(?:these|those|following|below|first|order|table|rules?|steps?|follows|decide|outcomes?|labels?|levels?|how|what|which|it['’]s|then|otherwise|cases?)\b",
        )
    });
    let lead = text.strip_suffix(':')?;
    let is_condition = tokens(lead).len() > 2 && !PLAIN.is_match(lead);
    is_condition.then(|| {
        lead.trim_start_matches("If ")
            .trim_start_matches("When ")
            .to_owned()
    })
}

/// Returns the list that a statement leads to, if it does nothing else.
fn led(said: &Said) -> Option<List> {
    let text = said.text.trim();
    let list = |prefix: &str, left: Option<usize>| List {
        prefix: prefix.to_owned(),
        section: said.section.clone(),
        left,
        stops: None,
    };
    if let Some(rows) = head(text) {
        let prefix = match rows {
            Rows::Taken => "Take",
            Rows::LeftOut => "Leave out",
        };
        return Some(list(prefix, None));
    }
    if let Some(found) = COUNTED.captures(text) {
        let count = number(&found["count"].to_lowercase()).filter(|n| *n >= 1.0);
        return Some(list("Leave out", count.map(|n| n as usize)));
    }
    let found = OPEN_ENDED.captures(text)?;
    let lead = found.name("lead")?.as_str();
    let how = found.name("how").map_or("", |m| m.as_str()).to_lowercase();
    // What all of the items say together is no rule of any of them.
    let chooses = rows_of(lead).or_else(|| rows_of(&format!("{lead} it")));
    let is_taken = chooses == Some(Rows::Taken);
    let is_said = !how.is_empty() && !ALL.contains(&how.as_str());
    let each = match chooses {
        Some(Rows::LeftOut) => !ALL.contains(&how.as_str()),
        Some(Rows::Taken) => how.is_empty() || ALL.contains(&how.as_str()),
        None => is_said,
    };
    (each && (is_taken || tokens(lead).len() <= 14)).then(|| list(lead, None))
}

/// Returns what a line that heads a list says of its rows: "Take", "Not", "We skip:".
pub(super) fn head(text: &str) -> Option<Rows> {
    let text = text.trim();
    if tokens(text).len() > HEAD {
        return None;
    }
    if LEAVE.is_match(text) {
        return Some(Rows::LeftOut);
    }
    TAKE.is_match(text).then_some(Rows::Taken)
}

impl List {
    /// Does a statement still belong to the list?
    fn holds(&self, said: &Said) -> bool {
        let text = said.text.trim();
        let stops = text.ends_with('.');
        let changes = self.stops == Some(false) && stops;
        let defines = text.contains(" = ");
        said.section == self.section
            && self.left != Some(0)
            && !text.ends_with(':')
            && !defines
            && (!changes || self.left.is_some())
    }

    /// Returns an item with what leads it.
    fn item(&self, text: &str) -> String {
        static JOINED: LazyLock<Regex> =
            LazyLock::new(|| pattern(r"(?i)(?:[;,] ?(?:and|or)?|,? (?:and|or))$"));
        static ALSO: LazyLock<Regex> = LazyLock::new(|| {
            pattern(r"(?i)^(?:and |but )?(?:also|plus|as well as|in addition,?) ")
        });
        static CONDITION: LazyLock<Regex> =
            LazyLock::new(|| pattern(r"(?i)^(?:and |but |also,? )*(?:if|when|where) (.+)$"));
        let text = JOINED.replace(text, "");
        // What says by itself which rows it means needs no head.
        if rows_of(&text).is_some() {
            return text.into_owned();
        }
        if let Some(found) = CONDITION.captures(&text) {
            return match self.prefix.as_str() {
                "Leave out" => format!("Leave it out if {}", &found[1]),
                "Take" => format!("It is in scope if {}", &found[1]),
                _ => text.into_owned(),
            };
        }
        let mut chars = text.chars();
        let lower = match (chars.next(), chars.next()) {
            (Some(first), Some(second)) if second.is_lowercase() => {
                first.to_lowercase().chain(text.chars().skip(1)).collect()
            }
            _ => text.clone().into_owned(),
        };
        match ALSO.find(&lower) {
            Some(also) => format!(
                "Also {} {}",
                self.prefix.to_lowercase(),
                &lower[also.end()..]
            ),
            None => format!("{} {lower}", self.prefix),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(lines: &[&str]) -> Vec<String> {
        let said: Vec<Said> = lines.iter().map(|text| Said::new(1, text, "")).collect();
        spoken(&said).into_iter().map(|said| said.text).collect()
    }

    #[test]
    fn items_are_said_with_what_leads_them() {
        assert_eq!(
            texts(&[
                "Take",
                "active accounts",
                "also trials in their last week",
                "Not",
                "Test accounts"
            ]),
            [
                LED,
                "Take active accounts",
                "Also take trials in their last week",
                LED,
                "Leave out test accounts"
            ]
        );
        assert_eq!(
            texts(&[
                "Two kinds I skip completely.",
                "Test accounts.",
                "Accounts of partners.",
                "Count the logins."
            ]),
            [
                LED,
                "Leave out test accounts.",
                "Leave out accounts of partners.",
                "Count the logins."
            ]
        );
        assert_eq!(
            texts(&[
                "Skip an account if:",
                "it has churned; or",
                "it has no owner",
                "Then:"
            ]),
            [
                LED,
                "Skip an account if it has churned",
                "Skip an account if it has no owner",
                "Then:"
            ]
        );
        assert_eq!(
            texts(&[
                "An account is red if any of these holds:",
                "health below 50"
            ]),
            [LED, "An account is red if health below 50"]
        );
    }

    #[test]
    fn what_leads_to_something_else_stays_as_it_is() {
        for line in [
            "Red:",
            "Everything else is low.",
            "An account is red if:",
            "Afterwards",
        ] {
            assert_eq!(texts(&[line, "health below 50"])[0], line);
        }
    }
}
