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

/// Returns the figure that a sentence defines, if both of its parts are known.
pub(in crate::drafter) fn defined(text: &str, reader: &Reader<'_>) -> Option<(Defined, Read)> {
    let found = DEFINES.captures(text)?;
    let (one, other) = (reader.amount(&found[2])?, reader.amount(&found[4])?);
    let sign = match found[3].to_lowercase().as_str() {
        "minus" | "less" | "-" | "–" => "-",
        "plus" | "+" => "+",
        "times" | "×" | "x" | "*" | "multiplied by" => "*",
        _ => "/",
    };
    let name = found[1].trim().to_lowercase();
    let key: String = name.replace([' ', '-'], "_");
    let source = format!("{} {sign} {}", grouped(&one.source), grouped(&other.source));
    let defined = Defined {
        stems: stems(&name),
        path: format!("figures.{key}"),
        name: key,
        is_share: sign == "/",
    };
    Some((
        defined,
        Read {
            source,
            ..one.both("and", other)
        },
    ))
}

fn grouped(source: &str) -> String {
    if source.contains(' ') && !source.starts_with('(') {
        format!("({source})")
    } else {
        source.to_owned()
    }
}
