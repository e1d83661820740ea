//! The sentence in which an SOP lists its outcomes: "Every request ends as Approve, Refer or Decline."

use std::sync::LazyLock;

use regex::Regex;

use crate::drafter::pattern::pattern;
use crate::drafter::words::tokens;
use crate::drafter::world::Said;

/// Names in a row, each written as names are, with what stands before and behind them.
static LISTED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"^(?P<before>.*?)(?P<names>["“]?[A-Z][\w'’-]*(?: [\w'’-]+){0,2}["”]?(?:(?:,? or |,? and |, | / )["“]?[A-Z][\w'’-]*(?: [\w'’-]+){0,2}["”]?){2,})[.:]?$"#,
    )
});
/// What is said before names that are outcomes.
static CUE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:outcomes?|labels?|piles?|levels?|results?|verdicts?|decisions?|categor(?:y|ies)|grades?|classes|buckets?|ratings?|bands?|tiers?|groups?|states|answers|options|ends? (?:up )?(?:as|in|with)|comes? out (?:as|with)|ends? with|gets? (?:one of|either|exactly)|is (?:one of|either)|one of|falls? into|goes? into|(?:sort|split|put|divide)\b.{0,40}\b(?:into|in))\b[^.]{0,30}$",
    )
});
static BETWEEN: LazyLock<Regex> = LazyLock::new(|| pattern(r",? or |,? and |, | / "));

/// The most words before the names: what says more than that there are outcomes is a rule.
const BEFORE: usize = 12;

/// Returns the outcomes that a sentence lists, as they are written.
fn listed(text: &str) -> Option<Vec<String>> {
    let found = LISTED.captures(text.trim())?;
    let before = found["before"].trim().trim_end_matches([':', '-', '–']);
    if !CUE.is_match(before) || tokens(before).len() > BEFORE {
        return None;
    }
    let names = BETWEEN.split(&found["names"]);
    let names = names.map(|name| name.trim_matches(['"', '“', '”', ' ']).to_owned());
    Some(names.collect())
}

/// Returns the statement that lists the outcomes of an SOP, and the outcomes in lower case; nothing where
/// none does, or where other statements do not speak of most of them.
pub(super) fn listing(statements: &[Said]) -> Option<(usize, Vec<String>)> {
    statements.iter().find_map(|said| {
        let names = listed(&said.text)?;
        let is_spoken_of = |name: &&String| {
            let name = format!(" {} ", tokens(name).join(" "));
            statements.iter().any(|other| {
                other.number != said.number
                    && format!(" {} ", tokens(&other.text).join(" ")).contains(&name)
            })
        };
        let spoken = names.iter().filter(is_spoken_of).count();
        let names = names.iter().map(|name| name.to_lowercase());
        (spoken * 3 >= names.len() * 2).then(|| (said.number, names.collect()))
    })
}

/// Returns the outcomes that an SOP lists, in lower case, the longest first; none where no sentence lists them.
pub(in crate::drafter) fn listed_outcomes(statements: &[Said]) -> Vec<String> {
    let mut outcomes = listing(statements)
        .map(|(_, names)| names)
        .unwrap_or_default();
    outcomes.sort_by_key(|name| std::cmp::Reverse(name.len()));
    outcomes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_are_found_where_a_sentence_lists_them() {
        let names = |text: &str| listed(text).map(|names| names.join("|"));
        let found = [
            (
                "Every trial ends up as Extend 14, Extend 7, Ask manager or Decline.",
                Some("Extend 14|Extend 7|Ask manager|Decline"),
            ),
            (
                "The four outcomes are Keep, Ask PI and Destroy.",
                Some("Keep|Ask PI|Destroy"),
            ),
            (
                "Four piles: Do not use, Resting, Nurture, Ready.",
                Some("Do not use|Resting|Nurture|Ready"),
            ),
            ("Shipped, Consumed and Discarded ones are gone.", None),
            ("Decline if the region is Nordics, DACH or Iberia.", None),
        ];
        for (text, expected) in found {
            assert_eq!(names(text).as_deref(), expected, "{text}");
        }
    }
}
