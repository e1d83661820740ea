//! A share of what was counted just before: "at least 10 votes, and less than half of them helpful".

use std::sync::LazyLock;

use regex::Regex;

use super::amounts::compared;
use super::compare::{Figure, Unit, figures};
use super::words::Words;
use super::{Read, Reader};
use crate::drafter::pattern::pattern;
use crate::drafter::words::tokens;

static OF_THEM: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?P<share>.{2,30}?) of (?:them|these|those)(?: (?:are|were|is|was|being))? (?P<said>[\w -]+)$",
    )
});

impl Reader<'_> {
    /// Reads a share of a sum of two columns, by the one of them that is named.
    pub(super) fn share_of_them(&self, before: &Read, text: &str) -> Option<Read> {
        let found = OF_THEM.captures(text.trim())?;
        let [figure] = figures(&tokens(&found["share"])).try_into().ok()?;
        let relation = figure.relation.filter(|_| figure.unit == Unit::Percent)?;
        let whole = before.value.as_deref()?;
        let (one, other) = whole
            .strip_prefix('(')?
            .strip_suffix(')')?
            .split_once(" + ")?;
        let said = tokens(&found["said"]);
        let names = |column: &&str| {
            let name = column.rsplit(['.', '\'']).find(|part| part.len() > 1);
            let mut parts = name.unwrap_or_default().split('_');
            parts.any(|part| said.iter().any(|word| word == part))
        };
        let part = [one, other].into_iter().find(names)?;
        // Nothing is divided: there may be none at all.
        let share = format!("100 * {part}");
        let limit = compared("", relation, &figure, 1.0);
        Some(Read {
            source: format!("{share}{limit} * {whole}"),
            value: None,
            ..before.clone()
        })
    }
}

/// Does a figure say a share of what was spoken of before?
pub(super) fn is_of_them(words: &Words, figure: &Figure) -> bool {
    let behind = words.tokens.get(figure.span.1..).unwrap_or_default();
    let is_one = |word: &String| matches!(word.as_str(), "them" | "these" | "those");
    figure.unit == Unit::Percent
        && behind.first().is_some_and(|word| word == "of")
        && behind.get(1).is_some_and(is_one)
}
