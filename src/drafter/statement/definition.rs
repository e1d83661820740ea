//! Sentences that define a figure: "Utilization = seats in use divided by seats bought".

use std::sync::LazyLock;

use regex::Regex;

use crate::drafter::condition::{Defined, Read, Reader};
use crate::drafter::pattern::pattern;
use crate::drafter::words::stems;

static DEFINES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:the |by |our )?([a-z][\w -]{2,30}?) ?(?:=|:| is defined as| is calculated as| is worked out as| means| is)(?: the)? (.+?) (divided by|/|÷|over|as a share of|as a percentage of|minus|less|-|–|plus|\+|times|×|x|\*|multiplied by) (?:the )?(.+?)\.?$",
    )
});

/// "Slip means the number of days the forecast is later than the plan."
static DIFFERS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:the |by )?([a-z][\w -]{2,30}?) ?(?:=|:| is defined as| means| is)(?: the)?(?: number of)? days (?:that |by which )?(?:the )?(.+?) (?:is|lies|falls|comes) (?:later than|after|behind|past) (?:the )?(.+?)\.?$",
    )
});
/// "Age is the number of days between the order and the delivery."
static BETWEEN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:the |by )?([a-z][\w -]{2,30}?) ?(?:=|:| is defined as| means| is)(?: the)?(?: number of)? days (?:between|from) (?:the )?(.+?) (?:and|to|until) (?:the )?(.+?)\.?$",
    )
});

/// "Work out the increase as a percentage of the current price."
static CHANGES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:first,? |then,? |please |we |also |the )*(?:(?:work out|calculate|compute|determine|figure out) (?:the |its )?)?(increase|rise|growth|uplift|change|drop|decrease|decline|fall)(?: (?:is|means)(?: (?:counted|measured|worked out|calculated|taken|given))?)?,? (?:as a (?:percentage|percent|share)|in (?:percent|percentage terms))(?: of (?:the |its )?(.+?))?\.?$",
    )
});
/// Words that tell an earlier value of a case from a later one.
const EARLIER: [&str; 8] = [
    "current", "old", "previous", "prior", "last", "before", "baseline", "existing",
];
const LATER: [&str; 6] = ["new", "next", "now", "after", "proposed", "future"];

/// Returns a change in percent between two numbers of a case, an earlier and a later one.
fn change(text: &str, reader: &Reader<'_>) -> Option<(Defined, Read)> {
    let found = CHANGES.captures(text)?;
    let of = match found.get(2) {
        Some(of) => Some(reader.amount(of.as_str())?.source),
        None => None,
    };
    let (earlier, later) = reader.before_and_after(&EARLIER, &LATER, of.as_deref())?;
    let falls = ["drop", "decrease", "decline", "fall"];
    let is_fall = falls.contains(&found[1].to_lowercase().as_str());
    let change = format!("percent_change({}, {})", earlier.source, later.source);
    let source = if is_fall {
        format!("-1 * {change}")
    } else {
        change
    };
    let read = Read {
        source,
        ..earlier.both("and", later)
    };
    Some((named(&found[1], false), read))
}

/// Returns the number of days between two dates that a sentence defines.
fn days(text: &str, reader: &Reader<'_>) -> Option<(Defined, Read)> {
    let (name, from, to) = match DIFFERS.captures(text) {
        Some(found) => (
            found[1].to_owned(),
            found[3].to_owned(),
            found[2].to_owned(),
        ),
        None => {
            let found = BETWEEN.captures(text)?;
            (
                found[1].to_owned(),
                found[2].to_owned(),
                found[3].to_owned(),
            )
        }
    };
    let (from, to) = (reader.date(&from)?, reader.date(&to)?);
    let source = format!("days_between({}, {})", from.source, to.source);
    let read = Read {
        source,
        ..from.both("and", to)
    };
    Some((named(&name, false), read))
}

fn named(name: &str, is_share: bool) -> Defined {
    let name = name.trim().to_lowercase();
    let key: String = name.replace([' ', '-'], "_");
    Defined {
        stems: stems(&name),
        path: format!("figures.{key}"),
        name: key,
        is_share,
        is_day: false,
    }
}

/// Returns the figure that a sentence defines, if both of its parts are known.
pub(in crate::drafter) fn defined(text: &str, reader: &Reader<'_>) -> Option<(Defined, Read)> {
    if let Some(days) = days(text, reader) {
        return Some(days);
    }
    if let Some(change) = change(text, reader) {
        return Some(change);
    }
    let by_parts = || {
        let found = DEFINES.captures(text)?;
        Some((reader.amount(&found[2])?, reader.amount(&found[4])?, found))
    };
    let Some((one, other, found)) = by_parts() else {
        return worked_out(text, reader);
    };
    let sign = match found[3].to_lowercase().as_str() {
        "minus" | "less" | "-" | "–" => "-",
        "plus" | "+" => "+",
        "times" | "×" | "x" | "*" | "multiplied by" => "*",
        _ => "/",
    };
    let source = format!("{} {sign} {}", grouped(&one.source), grouped(&other.source));
    Some((
        named(&found[1], sign == "/"),
        Read {
            source,
            ..one.both("and", other)
        },
    ))
}

/// Returns a figure that a sentence works out of anything that the tables hold: "Over = used seats in the
/// latest snapshot minus seats bought".
fn worked_out(text: &str, reader: &Reader<'_>) -> Option<(Defined, Read)> {
    static NAMES: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)^(?:the |by |our )?(?P<name>[a-z][\w-]{2,20}(?: [\w-]+){0,2}?)(?: ?= ?|: | is defined as | is calculated as | is worked out as | means | is )(?:the )?(?P<worth>.+?)\.?$",
        )
    });
    let found = NAMES.captures(text)?;
    let worth = &found["worth"];
    let (read, is_day) = reader.worth(worth)?;
    // A column by another name, or a state, defines no figure.
    let is_figure = read.source.contains([' ', '(']);
    is_figure.then(|| {
        let defined = named(&found["name"], read.source.contains(" / "));
        (Defined { is_day, ..defined }, read)
    })
}

fn grouped(source: &str) -> String {
    if source.contains(' ') && !source.starts_with('(') {
        format!("({source})")
    } else {
        source.to_owned()
    }
}
