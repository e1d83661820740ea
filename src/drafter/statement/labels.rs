//! Labels that an SOP gives to cases: the usual ones, and those of its own making.

use std::sync::LazyLock;

use regex::Regex;

use crate::drafter::pattern::pattern;
use crate::drafter::words::tokens;
use crate::drafter::world::Said;

/// Labels that many procedures use.
pub(super) const USUAL: &str = r#""[^"]{1,30}"|“[^”]{1,30}”|very high|high|medium|moderate|low|critical|severe|urgent|normal|standard|minor|major|red|amber|yellow|orange|green|p[0-5]|sev ?[1-4]|tier [1-4]|at[- ]risk|healthy|watch(?:list)?|escalate[d]?|none|ok|fine|hot|warm|cold"#;

/// "Sort them into hot, warm and cold": the labels are listed.
static LISTED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:sort|split|group|put|divide|bucket|classify|rate|grade)\b[^.:]*?\b(?:into|as|in)\b(?: \w+ (?:groups|levels|buckets|tiers|categories|classes|bands))?:? ([\w -]+(?:, [\w -]+)*,? (?:and|or) [\w -]+)",
    )
});
/// "Act now: …", "Nearly full – …": a label leads its statement.
static LEADS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^([A-Z]?[\w'-]+(?: [\w'-]+){0,2}?) ?(?::|–|—| - ) ?\S"));
/// "Urgent means …", "Stalled is when …", "It is Going quiet if …".
static DEFINED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:(?:It's|It is|They are|We call it|We call (?:them|those)|An? \w+ is) )?(?:an? )?([A-Z]?[\w'-]+(?: [\w'-]+)?) (?:means|is when|is if|are those|applies (?:if|when|to)|if|when)\b",
    )
});
/// "… it is a First nudge.": a name that cases get, written as names are.
static GIVEN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:it is|it's|becomes?|counts? as|(?:make|call) (?:it|them)|(?:mark|treat|rate) (?:it|them)(?: as)?|gets?|is|are) (?:always |never )?(?:an? )?([A-Z][\w'-]*(?: [A-Za-z][\w'-]*)?)(?: instead)?(?:[.,;]|$| if\b| when\b)",
    )
});
/// "Uptime blank: band is Check": what is called a level is one.
static CALLED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:band|level|outcome|result|verdict|rating|tier|decision|colou?r) is (?:an? )?([A-Z][\w'-]*)(?:[.,;]|$| if\b| when\b| whatever\b)",
    )
});
/// "Anything else is Moving": the label of the rest.
static REST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:Anything|Everything|Everyone|Anyone|The rest|All the rest|All (?:the )?others?)(?: else)? (?:is|are|counts as|gets?|becomes?) (?:an? )?([\w'-]+(?: [\w'-]+)?)\.?$",
    )
});

/// What labels are labels of.
const KINDS: [&str; 8] = [
    " risk",
    " priority",
    " severity",
    " urgency",
    " tier",
    " level",
    " alert",
    " concern",
];

/// Words that lead a statement and are no label.
const NO_LABELS: &[&str] = &[
    "not",
    "fine",
    "but",
    "empty",
    "blank",
    "missing",
    "unless",
    "even",
    "nothing",
    "anything",
    "everything",
    "nobody",
    "otherwise",
    "except",
    "due",
    "which",
    "how",
    "when",
    "what",
    "who",
    "where",
    "why",
    "scope",
    "note",
    "notes",
    "owner",
    "purpose",
    "trigger",
    "output",
    "outputs",
    "steps",
    "step",
    "then",
    "and",
    "or",
    "if",
    "it",
    "this",
    "that",
    "these",
    "those",
    "also",
    "only",
    "exception",
    "exceptions",
    "first",
    "finally",
    "last",
    "runs",
    "data",
    "from",
    "to",
    "subject",
    "timing",
    "frequency",
    "schedule",
    "rule",
    "source",
    "sources",
    "input",
    "inputs",
    "system",
    "systems",
    "tables",
    "contact",
    "version",
    "updated",
    "author",
    "audience",
    "goal",
    "aim",
    "background",
    "context",
    "tip",
    "reminder to self",
    "remember",
    "important",
    "example",
    "examples",
    "ps",
    "p.s",
];

/// Returns the labels of an SOP's own making, the longest first.
pub(super) fn own(statements: &[Said]) -> Vec<String> {
    let mut labels: Vec<String> = Vec::new();
    for said in statements {
        // What is set in bold is a label where it is one of several.
        for bold in said.bold.iter().filter(|b| tokens(b).len() <= 3) {
            let bold = bold.trim_end_matches([':', '.', '–']).trim();
            if tokens(&said.text).len() > tokens(bold).len() && !bold.ends_with('?') {
                add(&mut labels, bold);
            }
        }
        if let Some(rest) = REST.captures(&said.text) {
            add(&mut labels, &rest[1]);
        }
        if let Some(listed) = LISTED.captures(&said.text) {
            for label in listed[1]
                .split([','])
                .flat_map(|l| l.split(" and "))
                .flat_map(|l| l.split(" or "))
            {
                add(
                    &mut labels,
                    label.trim_start_matches("and ").trim_start_matches("or "),
                );
            }
        }
        let quoted = said.text.split('"').skip(1).step_by(2);
        for quoted in quoted.filter(|q| tokens(q).len() <= 2) {
            add(&mut labels, quoted);
        }
    }
    for said in statements {
        if let Some(called) = CALLED.captures(&said.text) {
            add(&mut labels, &called[1]);
        }
    }
    // What leads one statement is a label if another speaks of it too.
    for (index, said) in statements.iter().enumerate() {
        let given = GIVEN.captures(&said.text).map(|c| c[1].to_lowercase());
        // "First nudge" is a name, though "first" leads no statement as one.
        let given = given.filter(|g| g.contains(' '));
        let led = LEADS
            .captures(&said.text)
            .or_else(|| DEFINED.captures(&said.text))
            .or_else(|| GIVEN.captures(&said.text));
        let Some(label) = given.clone().or_else(|| led.map(|c| c[1].to_lowercase())) else {
            continue;
        };
        // "Slip means the number of days …" defines a figure.
        if measures(&said.text) {
            continue;
        }
        let words = tokens(&label).join(" ");
        let speaks = |other: &Said| {
            format!(" {} ", tokens(&other.text).join(" ")).contains(&format!(" {words} "))
        };
        let others = statements.iter().enumerate().filter(|(i, _)| *i != index);
        if others.into_iter().any(|(_, other)| speaks(other)) {
            match given {
                Some(given) if !labels.contains(&given) => labels.push(given),
                Some(_) => {}
                None => add(&mut labels, &label),
            }
        }
    }
    labels.retain(|label| !label.is_empty());
    labels.sort_by_key(|label| std::cmp::Reverse(label.len()));
    labels
}

/// Adds what may be a label.
fn add(labels: &mut Vec<String>, label: &str) {
    let label = label.trim().to_lowercase();
    // "High risk" is the label "high" of a risk.
    let label = KINDS
        .iter()
        .find_map(|kind| label.strip_suffix(kind))
        .unwrap_or(&label)
        .trim()
        .to_owned();
    let words = tokens(&label);
    let fits =
        !words.is_empty() && words.len() <= 3 && !words.iter().any(|w| w.parse::<f64>().is_ok());
    let plain = words
        .first()
        .is_some_and(|w| !NO_LABELS.contains(&w.as_str()));
    if fits && plain && !labels.contains(&label) {
        labels.push(label);
    }
}

/// Does a sentence say how a figure is worked out?
fn measures(text: &str) -> bool {
    let lower = text.to_lowercase();
    [
        " means the number of ",
        " is the number of ",
        " means how many ",
        " means the share of ",
    ]
    .iter()
    .any(|words| lower.contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_of_its_own_making_are_found() {
        let said = |text: &str| Said::new(1, text, "");
        let found = own(&[
            said("Sort what remains into stalled, moving and done well:"),
            said("Act now – email the owner."),
            said("An account above 100% is Act now as well."),
            said("When: every Monday."),
            said("When in doubt, ask."),
        ]);
        assert_eq!(found, ["done well", "stalled", "act now", "moving"]);
    }
}
