//! Sentences that keep things as they are: what counts where a value is not known ("if the revenue is
//! blank, treat it as under $40,000"), what is left alone, what does not count as something else.

use std::sync::LazyLock;

use regex::Regex;

use super::Meaning;
use crate::drafter::condition::{Reader, figure, value_in};
use crate::drafter::pattern::pattern;
use crate::drafter::words::{tokens, written};

/// "If the revenue is blank, treat it as …".
static BLANK: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:and )?(?:(?:if|when|where) (.+? (?:(?:is|are|was|has been) (?:blank|empty|missing|unknown|not known|not set|not filled in|not given|not there|left blank|left empty)|(?:isn'?t|aren'?t|wasn'?t|hasn'?t been) (?:known|set|filled in|given|there|recorded|entered))|(?:there is|there's|we have) no .+?|no .+? is (?:given|known|set|on record|recorded|entered)),? (?:then |please |we |just )*|an? (?:blank|empty|missing|unknown) (.+?) )(?:treat|count|take|regard|consider|read|assume|use|call|counts|is|means|goes)(?:ed)?(?: (?:it|that|them|this|it's|it is|it was|they are|they were))?(?: (?:as|to be|for|down as|with|as if it were|as though it were|counted as|taken as|treated as))? (.+?)\.?$",
    )
});

/// Reads what counts where a value is not known: a number to go by, or nothing to go by at all.
/// What is missing meets no condition by itself.
pub(super) fn blank(text: &str, reader: &Reader<'_>) -> Option<Meaning> {
    let found = BLANK.captures(text)?;
    let asked = match (found.get(1), found.get(2)) {
        (Some(asked), _) => reader.read(asked.as_str())?.source,
        (None, Some(column)) => {
            reader
                .read(&format!("{} is missing", column.as_str()))?
                .source
        }
        (None, None) => return None,
    };
    let value = value(&asked)?;
    let said = found.get(3)?.as_str().to_lowercase();
    let said = ["was ", "is ", "were ", "are "]
        .iter()
        .find_map(|word| said.strip_prefix(word))
        .unwrap_or(&said);
    let words = tokens(said);
    let nothing = [
        "fine",
        "ok",
        "okay",
        "good",
        "met",
        "passed",
        "normal",
        "no problem",
        "all right",
        "on time",
    ];
    if nothing.contains(&said) {
        return Some(Meaning {
            waived: Some("what is missing meets no condition"),
            ..Meaning::default()
        });
    }
    let zero = [
        "zero",
        "nothing",
        "none",
        "nil",
        "0",
        "small",
        "a small one",
        "low",
        "tiny",
        "little",
    ];
    let said = said.strip_suffix(" ones").unwrap_or(said);
    let number = if zero.contains(&said) {
        0.0
    } else {
        let figure = figure(&words)?;
        // Nothing but the figure and its comparison may be said.
        if figure.span != (0, words.len()) || figure.up_to.is_some() {
            return None;
        }
        match figure.relation {
            None | Some("==" | ">=" | "<=") => figure.number,
            Some("<") if figure.number > 0.0 => 0.0,
            Some(">") => figure.number + 1.0,
            Some(_) => return None,
        }
    };
    Some(Meaning {
        default: Some((value, written(number))),
        ..Meaning::default()
    })
}

/// Does a sentence only say that what is missing is no reason for a level: "No score on file = not Red"?
/// What is missing meets no condition.
pub(super) fn meets_nothing(text: &str, reader: &Reader<'_>) -> Option<&'static str> {
    static NOT: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)^(?P<blank>(?:no|without an?|(?:if|when|where) there(?: is|'s) no|(?:an? |if the |when the )?(?:missing|empty|blank)|[\w -]{3,30} (?:is )?(?:missing|empty|blank)) ?[\w -]{0,30}?)(?: \([^)]*\))? ?(?:=|:|,|\?|;|means|is|–|-)+ (?:[^.;]*?,? )?(?:so |it'?s |it is |then |that is |that's )*(?:not|never|no reason for|not enough for) (?:an? )?(?P<level>[\w' -]{2,25}?)\.?$",
        )
    });
    let found = NOT.captures(text)?;
    let level = found.name("level")?.as_str();
    let label = reader.forms.label_in(level)?;
    let is_label = label.len() == level.len();
    let blank = found["blank"].trim();
    let bare = [
        "if there is ",
        "when there is ",
        "where there is ",
        "if the ",
        "when the ",
    ]
    .iter()
    .find_map(|begins| blank.strip_prefix(begins))
    .unwrap_or(blank);
    let asks = reader.read(bare).filter(|_| is_label)?;
    value(&asks.source)?;
    Some("what is missing meets no condition")
}

/// Returns the value of which a condition says that it is missing.
fn value(source: &str) -> Option<String> {
    if let Some(value) = source.strip_suffix(" is missing") {
        return (!value.contains([' ', '"'])).then(|| value.to_owned());
    }
    // Of the one row of another table: `any(accounts, "item.revenue is missing")`.
    let (table, column) = source
        .strip_prefix("any(")?
        .strip_suffix(" is missing\")")?
        .split_once(", \"item.")?;
    Some(format!("max({table}, '{column}')"))
}

/// Does a sentence only say that nothing is done: "Nice, leave them be", "leave the date alone"?
pub(super) fn leaves_alone(lower: &str, reader: &Reader<'_>) -> bool {
    static FIELD: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^(?:but |and |please )*(?:leave|don'?t (?:touch|change|fill in)|do not (?:touch|change|fill in)|never (?:touch|change|fill in)) (?:the |its )?([\w -]+?)(?: field| column)?(?: alone| as it is| untouched| empty| blank)?\.?$",
        )
    });
    let ends = [
        "leave them be",
        "leave them alone",
        "leave it alone",
        "nothing to do",
        "no action needed",
        "no action",
    ];
    let says = |words: &&str| lower.trim_end_matches('.').ends_with(words);
    if ends.iter().any(says) && tokens(lower).len() <= 6 {
        return true;
    }
    let Some(found) = FIELD.captures(lower) else {
        return false;
    };
    let field = found[1].trim().replace(' ', "_");
    let tables = std::iter::once(reader.cases).chain(reader.parents());
    tables
        .into_iter()
        .any(|table| table.columns.contains_key(&field))
}

/// Does a sentence only tell two values of a column apart: "Partial runs don't count as failed"?
pub(super) fn counts_apart(text: &str, reader: &Reader<'_>) -> bool {
    static NOT_AS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)^(.+?) (?:do not|don'?t|does not|doesn'?t|are not|aren'?t|is not|isn'?t|never) (?:counts? |counted |treated |taken |seen )(?:as|among|towards) (?:an? |the )?(.+?)\.?$",
        )
    });
    let Some(found) = NOT_AS.captures(text) else {
        return false;
    };
    let column = |text: &str| {
        let tables = reader.world.tables.iter();
        let mut said = tables.filter_map(|table| Some((table, value_in(table, text)?.0)));
        said.find_map(|(table, source)| {
            let (column, value) = source.split_once(" == ")?;
            let is_one = !value.contains(' ');
            is_one.then(|| (table.name.clone(), column.to_owned(), value.to_owned()))
        })
    };
    let (Some(one), Some(other)) = (column(&found[1]), column(&found[2])) else {
        return false;
    };
    (one.0, one.1) == (other.0, other.1) && one.2 != other.2
}
