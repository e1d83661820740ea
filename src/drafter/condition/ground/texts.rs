//! What a text holds, begins or ends with: "email ends with @ours.example", "title does not contain test".

use super::names::Kind;
use super::places::Field;
use super::{Found, Made, Parser, Scope};
use crate::drafter::world::Table;

/// Words behind a column, with the function that they ask for.
const ASKS: [(&[&str], &str); 3] = [
    (
        &[
            "contains",
            "contain",
            "containing",
            "includes",
            "include",
            "including",
            "mentions",
            "mention",
        ],
        "contains",
    ),
    (
        &[
            "starts with",
            "start with",
            "starting with",
            "begins with",
            "begin with",
            "beginning with",
        ],
        "starts_with",
    ),
    (
        &[
            "ends with",
            "end with",
            "ending with",
            "ends in",
            "end in",
            "ending in",
        ],
        "ends_with",
    ),
];

impl<'w> Parser<'_, 'w> {
    /// Parses what a text holds, begins or ends with.
    pub(super) fn parts_of_texts(&self, at: usize, scope: Scope<'w>) -> Found<Made> {
        if !self.literal {
            return Vec::new();
        }
        let mut found = Vec::new();
        let fields = self.fields(at, scope).into_iter();
        for Field { place, made } in fields.filter(|field| field.place.kind == Kind::Text) {
            const NOT: [&str; 5] = ["does not", "do not", "did not", "is not", "not"];
            let denied = self.phrase(place.end, &NOT);
            let from = denied.unwrap_or(place.end);
            for (words, function) in ASKS {
                let Some(at) = self.phrase(from, words) else {
                    continue;
                };
                for (end, parts) in self.parts(at, place.table, place.column) {
                    // "Contains" finds a text in any case by itself.
                    let asked = parts.iter().map(|part| match function {
                        "contains" => format!("contains({}, '{part}')", made.source),
                        _ => format!(
                            "{function}({} | lower, '{}')",
                            made.source,
                            part.to_lowercase()
                        ),
                    });
                    let asked: Vec<String> = asked.collect();
                    let any = match asked.as_slice() {
                        [one] => one.clone(),
                        several => format!("({})", several.join(" or ")),
                    };
                    let source = match denied {
                        Some(_) => format!("not {any}"),
                        None => any,
                    };
                    found.push((
                        end,
                        Made {
                            source,
                            ..made.clone()
                        },
                    ));
                }
            }
        }
        found
    }

    /// Parses parts of the texts of a column, the longest list first: "FUN or ROOT".
    fn parts(&self, at: usize, table: &Table, column: &str) -> Found<Vec<String>> {
        let part = |at: usize| {
            let held = self.names.values_at(&self.words, at).into_iter();
            let own = held.filter(|value| value.table.name == table.name && value.column == column);
            let own = own.map(|value| (value.end, value.value.to_owned()));
            // What other columns hold is no name for it here.
            own.max_by_key(|(end, _)| *end).or_else(|| self.written(at))
        };
        let mut found: Found<Vec<String>> = Vec::new();
        let mut parts = Vec::new();
        let mut next = part(at);
        while let Some((end, text)) = next {
            parts.push(text);
            found.insert(0, (end, parts.clone()));
            let joined = self.phrase(end, &[", or", "or", "nor", ","]);
            next = joined.and_then(part);
        }
        found
    }
}
