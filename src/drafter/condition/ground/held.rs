//! Values that columns hold: "status is open or pending", "not paused", "blocker or important".

use super::names::{Kind, Place, Value};
use super::places::Field;
use super::{Found, Made, Parser, Scope};
use crate::drafter::condition::values::equal;
use crate::drafter::world::{Column, Table};

impl<'w> Parser<'_, 'w> {
    /// Parses "status is open or pending", "category is not Bug".
    pub(super) fn named_values(&self, at: usize, scope: Scope<'w>) -> Found<Made> {
        let mut found = Vec::new();
        let fields = self.fields(at, scope).into_iter();
        let texts = fields.filter(|field| field.place.kind == Kind::Text);
        for Field { place, made } in texts {
            const IS: [&str; 16] = [
                "is one of",
                "is any of",
                "= =",
                "=",
                "is in",
                "is set to",
                "is marked",
                "says",
                "equals",
                "is either",
                "is",
                "are",
                "was",
                "were",
                "being",
                "of",
            ];
            const IS_NOT: [&str; 12] = [
                "is not one of",
                "is none of",
                "is neither",
                "is not in",
                "! =",
                "< >",
                "is anything but",
                "is other than",
                "is not",
                "are not",
                "was not",
                "not",
            ];
            let denied = IS_NOT
                .iter()
                .any(|words| self.phrase(place.end, &[words]).is_some());
            let verbs = if denied { &IS_NOT[..] } else { &IS[..] };
            let behind = verbs
                .iter()
                .filter_map(|words| self.phrase(place.end, &[words]));
            // "Is in progress" may be "is" before a value of two words.
            let mut starts: Vec<usize> = behind.collect();
            starts.sort_unstable();
            starts.dedup();
            if starts.is_empty() {
                starts.push(place.end);
            }
            let is_own = |value: &Value<'w>| {
                value.table.name == place.table.name && value.column == place.column
            };
            // "Email of the contact is not claimed_email".
            for from in starts.iter().filter(|from| **from > place.end) {
                let others = self.fields(*from, scope).into_iter();
                let is_other = |other: &Field<'w>| {
                    let is_text = other.place.exact
                        && other.place.kind == Kind::Text
                        && other.place.column.contains('_');
                    is_text && other.made.source != made.source
                };
                found.extend(others.filter(is_other).map(|other| {
                    let relation = if denied { "!=" } else { "==" };
                    let source = format!("{} {relation} {}", made.source, other.made.source);
                    (other.place.end, made.clone().with(source, &other.made))
                }));
            }
            let column = (place.table, place.column);
            let held = starts.iter().flat_map(|from| self.listed(*from, is_own));
            let mut held: Vec<_> = held.collect();
            if held.is_empty() && self.literal && place.exact {
                let said = starts.iter().filter(|from| **from > place.end);
                held.extend(said.flat_map(|from| self.literals(*from)));
            }
            for (end, values) in held {
                found.push((end, equals(&made, column, &values, denied)));
            }
        }
        found
    }

    /// Parses values alone: "settled", "not paused", "blocker or important", "high priority".
    pub(super) fn values(&self, at: usize, scope: Scope<'w>) -> Found<Made> {
        const NOT: [&str; 8] = [
            "neither",
            "not",
            "non",
            "never",
            "none of",
            "other than",
            "anything but",
            "excluding",
        ];
        let denied = self.phrase(at, &NOT);
        let from = denied.unwrap_or(at);
        let from = self
            .starts(from)
            .into_iter()
            .find(|at| !self.names.values_at(&self.words, *at).is_empty());
        let Some(from) = from else {
            return Vec::new();
        };
        let mut held = self.names.values_at(&self.words, from);
        // A bare "yes" answers something that was not named.
        let answers = |value: &str| {
            let lower = value.to_lowercase();
            matches!(
                lower.as_str(),
                "yes" | "no" | "true" | "false" | "none" | "unknown"
            )
        };
        held.retain(|value| self.rank(scope, value.table).is_some() && !answers(value.value));
        let meant = self.spoken_of(at, from, scope);
        if let Some(table) = meant
            && held.iter().any(|value| value.table.name == table.name)
        {
            held.retain(|value| value.table.name == table.name);
        }
        let rank = |value: &Value<'w>| self.rank(scope, value.table).unwrap_or(usize::MAX);
        let Some(nearest) = held.iter().map(rank).min() else {
            return Vec::new();
        };
        held.retain(|value| rank(value) == nearest);
        let columns: Vec<(&Table, &str)> = held.iter().map(|v| (v.table, v.column)).collect();
        let mut found = Vec::new();
        for (table, column) in &columns {
            let is_own = |v: &Value<'w>| v.table.name == table.name && v.column == *column;
            for (end, values) in self.listed(from, is_own) {
                // "Open" of two columns is neither, unless the column is named.
                let named = self.named_behind(end, scope, table, column);
                let is_alone = columns
                    .iter()
                    .all(|other| other.1 == *column && other.0.name == table.name);
                // "Approve" is what a case comes out as before it is what a column holds.
                let is_label = values
                    .iter()
                    .any(|value| self.reader.forms.is_own_label(value));
                if (!is_alone || is_label) && named.is_none() {
                    continue;
                }
                let made = self.path(scope, table, column, Kind::Text);
                let made = equals(&made, (table, column), &values, denied.is_some());
                found.push((named.unwrap_or(end), made));
            }
        }
        found
    }

    /// Returns where the name of a column ends that stands behind a value of it.
    pub(super) fn named_behind(
        &self,
        at: usize,
        scope: Scope<'w>,
        table: &Table,
        column: &str,
    ) -> Option<usize> {
        let at = self.phrase(at, &["as", "in"]).unwrap_or(at);
        let places = self.columns(at, scope);
        let is_it = |place: &&Place<'w>| place.table.name == table.name && place.column == column;
        places.iter().find(is_it).map(|place| place.end)
    }

    /// Returns the table whose rows values are said of: those named behind them, or right before.
    pub(super) fn spoken_of(
        &self,
        before: usize,
        at: usize,
        scope: Scope<'w>,
    ) -> Option<&'w Table> {
        let named = |at: usize| {
            let tables = self.tables(at);
            let mut near = tables
                .into_iter()
                .filter(|(_, table)| self.rank(scope, table).is_some());
            near.next().map(|(_, table)| table)
        };
        const ENDS: [&str; 12] = [
            "of", "with", "that", "who", "whose", "where", "which", ",", "is", "are", "and", "has",
        ];
        let behind = (at + 1..at + 5).take_while(|at| !ENDS.contains(&self.word(*at)));
        let mut behind = behind.filter_map(named);
        behind.next().or_else(|| {
            let near = before.saturating_sub(3)..before;
            near.rev()
                .take_while(|at| !matches!(self.word(*at), "," | "and" | "or"))
                .find_map(named)
        })
    }

    /// Parses values that no row of the sample holds, the longest list first.
    fn literals(&self, at: usize) -> Found<Vec<String>> {
        let mut found: Found<Vec<String>> = Vec::new();
        let mut values = Vec::new();
        let mut next = self.literal(at);
        while let Some((end, value)) = next {
            values.push(value);
            found.insert(0, (end, values.clone()));
            let joined = self.phrase(end, &[", or", "or", ","]);
            next = joined.and_then(|at| self.literal(at));
        }
        found
    }

    /// Parses a value that no row of the sample holds, as the text writes it.
    pub(super) fn literal(&self, at: usize) -> Option<(usize, String)> {
        const SAID: [&str; 7] = ["empty", "missing", "blank", "at", "in", "before", "after"];
        let is_known =
            !self.names.values_at(&self.words, at).is_empty() || self.phrase(at, &SAID).is_some();
        self.written(at).filter(|_| !is_known)
    }

    /// Parses words up to the end of a part, as the text writes them.
    pub(super) fn written(&self, at: usize) -> Option<(usize, String)> {
        const ENDS: [&str; 14] = [
            "and", "or", "but", "unless", "except", "where", "when", "if", ",", "(", ")", "than",
            "not", "of",
        ];
        const LONGEST: usize = 9;
        let count = (at..self.words.len())
            .take_while(|at| !ENDS.contains(&self.word(*at)))
            .count();
        let end = at + count;
        let is_column = self.words[at..end].iter().any(|word| word.contains('_'));
        if count == 0 || count > LONGEST || is_column {
            return None;
        }
        // Of an address the signs are no words.
        let words = self.words[at..end].iter().map(|word| match word.as_str() {
            "'s" => r"(?:\.|['’]s)".to_owned(),
            word => regex::escape(word),
        });
        let written = words.collect::<Vec<_>>().join(r"[^\w,;()]{0,3}");
        let written = regex::Regex::new(&format!("(?i)[@#.+]?{written}")).ok()?;
        let value = written.find(self.text)?.as_str();
        (!value.contains(['\'', '"', '\\'])).then(|| (end, value.to_owned()))
    }

    /// Returns lists of values of one column, the longest first.
    pub(super) fn listed(
        &self,
        at: usize,
        is_own: impl Fn(&Value<'w>) -> bool,
    ) -> Found<Vec<String>> {
        const NOTHING: [&str; 9] = [
            "nothing given",
            "none given",
            "nothing filled in",
            "not filled in",
            "nothing",
            "none",
            "empty",
            "blank",
            "missing",
        ];
        let value = |at: usize| {
            let at = self.phrase(at, &["the", "a", "an", "as"]).unwrap_or(at);
            let mut held = self
                .names
                .values_at(&self.words, at)
                .into_iter()
                .filter(|value| is_own(value));
            let held = held.next().map(|value| (value.end, value.value.to_owned()));
            // No value stands for nothing.
            held.or_else(|| Some((self.phrase(at, &NOTHING)?, String::new())))
        };
        let mut found: Found<Vec<String>> = Vec::new();
        let mut values = Vec::new();
        let mut next = value(at).filter(|(_, value)| !value.is_empty());
        while let Some((end, held)) = next {
            values.push(held);
            found.push((end, values.clone()));
            const JOIN: [&str; 8] = [", or", ", and", ", nor", "or", "and", "nor", "/", ","];
            next = self.phrase(end, &JOIN).and_then(value);
        }
        found.reverse();
        found
    }
}

/// Returns the condition that a column holds one of some values, of which an empty one says that it holds
/// nothing; or none of them.
pub(super) fn equals(
    made: &Made,
    (table, column): (&Table, &str),
    values: &[String],
    denied: bool,
) -> Made {
    let path = &made.source;
    let (held, nothing): (Vec<String>, Vec<String>) =
        values.iter().cloned().partition(|value| !value.is_empty());
    let lists = table.columns.get(column).is_some_and(Column::is_listing);
    let own = if held.is_empty() {
        None
    } else if lists {
        let each: Vec<String> = held
            .iter()
            .map(|v| format!("contains({path}, '{v}')"))
            .collect();
        let any = each.join(" or ");
        Some(if denied { format!("not ({any})") } else { any })
    } else {
        let (one, many) = if denied {
            ("!=", "not in")
        } else {
            ("==", "in")
        };
        equal(path, &held, one, many)
    };
    let source = match (own, nothing.is_empty(), denied) {
        (Some(own), true, _) => own,
        (Some(own), false, true) => format!("{own} and not ({path} is missing)"),
        (Some(own), false, false) => format!("({own} or {path} is missing)"),
        (None, _, true) => format!("not ({path} is missing)"),
        (None, _, false) => format!("{path} is missing"),
    };
    Made {
        source,
        ..made.clone()
    }
}
