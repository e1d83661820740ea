//! Figures in a condition: what number of a row, or of what the SOP defines, they are compared with.

use super::Defined;
use super::columns::{is_number, named, pair};
use super::compare::{Figure, Unit};
use super::row::{Found, Row};
use super::words::Words;
use crate::drafter::words::written;

/// Returns a second comparison of the value that the first one was about.
pub(super) fn goes_on(last: &Found, figure: &Figure) -> Option<Found> {
    let value = last.value.as_ref()?;
    let relation = figure.relation?;
    let scaled = format!("100 * {value}");
    let compared_as = if last.source.starts_with(&scaled) {
        &scaled
    } else {
        value
    };
    let same = matches!(figure.unit, Unit::Plain | Unit::Percent);
    (same && last.source.starts_with(compared_as.as_str())).then(|| Found {
        source: compared(compared_as, relation, figure, 1.0),
        ..last.clone()
    })
}

/// Reads the comparison that a figure stands in.
pub(super) fn of_figure(rows: &[Row<'_>], words: &mut Words, figure: &Figure) -> Option<Found> {
    if falls(words) && figure.unit.minutes().is_none() {
        return rows.iter().find_map(|row| row.drop_of(words, figure));
    }
    // What the SOP defines may count days as well.
    if let Some(found) = rows.iter().find_map(|row| of_defined(row, words, figure)) {
        return Some(found);
    }
    if let Some(found) = super::lasting::lasting(rows, words, figure) {
        return Some(found);
    }
    match figure.unit {
        Unit::Minutes => None,
        Unit::Days(days) => super::days::of_days(rows, words, figure, f64::from(days)),
        Unit::Hours => super::days::of_hours(rows, words, figure),
        Unit::Plain | Unit::Percent => of_number(rows, words, figure),
    }
}

/// Reads a comparison of a figure that the SOP defines: "utilization above 120%".
fn of_defined(row: &Row<'_>, words: &mut Words, figure: &Figure) -> Option<Found> {
    let free = words.free();
    let is_said =
        |d: &&Defined| !d.stems.is_empty() && d.stems.iter().all(|stem| free.contains(stem));
    let defined = row.defined.iter().find(is_said)?;
    let relation = figure.relation?;
    let places: Vec<usize> = (0..free.len())
        .filter(|at| defined.stems.contains(&free[*at]))
        .collect();
    words.tick_each(&places);
    let is_percent = figure.unit == Unit::Percent;
    let value = if is_percent && defined.is_share {
        format!("100 * {}", defined.path)
    } else {
        defined.path.clone()
    };
    let scale = match figure.unit {
        Unit::Days(days) => f64::from(days),
        _ => 1.0,
    };
    Some(row.found(
        compared(&value, relation, figure, scale),
        Some(defined.path.clone()),
        &[],
    ))
}

/// Reads "ARR of at least $50k".
fn of_number(rows: &[Row<'_>], words: &mut Words, figure: &Figure) -> Option<Found> {
    if let Some(found) = rows.iter().find_map(|row| row.share_of(words, figure)) {
        return Some(found);
    }
    let best = rows
        .iter()
        .filter_map(|row| named(row.table, words, is_number).map(|named| (row, named)))
        // Of two that fit alike, the case's own is meant: it comes first.
        .rev()
        .max_by(|a, b| {
            a.1.fit
                .0
                .total_cmp(&b.1.fit.0)
                .then(a.1.fit.1.cmp(&b.1.fit.1))
        });
    // "Two sessions missed" is that many.
    let counts = |named: &super::columns::Named| {
        named.places.contains(&figure.span.1) && figure.unit == Unit::Plain
    };
    let best = best
        .or_else(|| super::money::money(rows, words))
        .or_else(|| headcount(rows, words, figure));
    let counted = best
        .as_ref()
        .filter(|(_, named)| counts(named))
        .map(|_| "==");
    let relation = figure.relation.or_else(|| implied(words)).or(counted)?;
    if let Some((row, named)) = &best
        && let Some((other, value)) = row.with_opposite(named, words)
    {
        words.tick_each(&named.places);
        let source = compared(&value, relation, figure, 1.0);
        return Some(row.found(source, Some(value), &[&named.column, &other]));
    }
    if let Some((row, named)) = best {
        words.tick_each(&named.places);
        words.take(&[
            "worth", "value", "total", "of", "score", "scored", "usd", "level", "count",
        ]);
        let value = row.path(&named.column);
        let source = compared(&value, relation, figure, 1.0);
        return Some(row.found(source, Some(value), &[&named.column]));
    }
    let (row, (value, columns)) = rows
        .iter()
        .find_map(|row| row.balance(words).map(|b| (row, b)))?;
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    Some(row.found(compared(&value, relation, figure, 1.0), None, &columns))
}

/// Returns the column that says how many people a company has: "50 or more people".
fn headcount<'r, 't>(
    rows: &'r [Row<'t>],
    words: &Words,
    figure: &Figure,
) -> Option<(&'r Row<'t>, super::columns::Named)> {
    let at = figure.span.1;
    let is_people = words
        .tokens
        .get(at)
        .is_some_and(|word| matches!(word.as_str(), "people" | "staff" | "heads" | "persons"));
    let said = Words::new("employees");
    rows.iter().filter(|_| is_people).find_map(|row| {
        let column = named(row.table, &said, is_number)?;
        let places = vec![at];
        Some((row, super::columns::Named { places, ..column }))
    })
}

/// Writes a comparison of a value with a figure, each unit of which counts as `scale`.
pub(super) fn compared(value: &str, relation: &str, figure: &Figure, scale: f64) -> String {
    match figure.up_to {
        Some(up_to) => format!(
            "{value} >= {} and {value} {} {}",
            written(figure.number * scale),
            if figure.below { "<" } else { "<=" },
            written(up_to * scale)
        ),
        None => format!("{value} {relation} {}", written(figure.number * scale)),
    }
}

/// Returns the relation that a verb implies: "score of 6 or so" implies none.
fn implied(words: &Words) -> Option<&'static str> {
    words.has(&["is", "equals", "="]).then_some("==")
}

const FALLS: [&str; 13] = [
    "drop",
    "dropped",
    "drops",
    "dropping",
    "fall",
    "fell",
    "falls",
    "fallen",
    "decline",
    "declined",
    "declining",
    "decrease",
    "decreased",
];

fn falls(words: &Words) -> bool {
    words.has(&FALLS) || words.has(&["down"])
}

impl Row<'_> {
    /// Returns the sum of two columns that only an opposite tells apart, where neither is named: "votes"
    /// of `helpful_votes` and `unhelpful_votes`; with the other one's name.
    fn with_opposite(
        &self,
        named: &super::columns::Named,
        words: &Words,
    ) -> Option<(String, String)> {
        const OPPOSITES: [(&str, &str); 8] = [
            ("positive", "negative"),
            ("good", "bad"),
            ("won", "lost"),
            ("passed", "failed"),
            ("successful", "failed"),
            ("internal", "external"),
            ("paid", "unpaid"),
            ("new", "returning"),
        ];
        let is_opposite = |one: &str, other: &str| {
            let pair = OPPOSITES.iter();
            other == format!("un{one}")
                || one == format!("un{other}")
                || other == format!("non{one}")
                || pair
                    .into_iter()
                    .any(|(a, b)| (*a, *b) == (one, other) || (*b, *a) == (one, other))
        };
        let own: Vec<&str> = named.column.split('_').collect();
        let numbers = self
            .table
            .columns
            .iter()
            .filter(|(_, c)| is_number(&c.kind));
        let mut others = numbers.map(|(name, _)| name).filter(|name| {
            let parts: Vec<&str> = name.split('_').collect();
            let differ: Vec<(&str, &str)> = own
                .iter()
                .zip(&parts)
                .filter(|(a, b)| a != b)
                .map(|(a, b)| (*a, *b))
                .collect();
            let unsaid = |word: &str| !words.tokens.iter().any(|token| token == word);
            parts.len() == own.len()
                && matches!(differ.as_slice(), [(a, b)] if is_opposite(a, b) && unsaid(a) && unsaid(b))
        });
        let other = others.next()?.clone();
        let value = format!("({} + {})", self.path(&named.column), self.path(&other));
        Some((other, value))
    }

    /// Reads "no sessions missed" of a column that counts them.
    pub(super) fn none_of(&self, words: &mut Words) -> Option<Found> {
        let no = (0..words.tokens.len())
            .find(|at| words.is_free(*at) && matches!(words.tokens[*at].as_str(), "no" | "zero"))?;
        let mut near = words.clone();
        near.tick(0, no);
        near.tick((no + 4).min(near.tokens.len()), near.tokens.len());
        let number = named(self.table, &near, is_number)?;
        // No price is one that is missing; no sessions are none of them.
        const MEASURES: [&str; 10] = [
            "price", "amount", "revenue", "arr", "mrr", "value", "score", "rate", "fee", "cost",
        ];
        if number
            .column
            .split('_')
            .any(|part| MEASURES.contains(&part))
        {
            return None;
        }
        let follows = number.places.first() == Some(&(no + 1));
        if number.fit.0 < 1.0 || number.fit.1 < 2 || !follows {
            return None;
        }
        words.tick(no, no + 1);
        words.tick_each(&number.places);
        let value = self.path(&number.column);
        Some(self.found(format!("{value} == 0"), Some(value), &[&number.column]))
    }

    /// Reads "more than 90% of the budgeted hours used": two numbers of a row, one as a share of
    /// the other.
    fn share_of(&self, words: &mut Words, figure: &Figure) -> Option<Found> {
        const USED: [&str; 7] = [
            "used", "spent", "consumed", "assigned", "paid", "active", "booked",
        ];
        let is_of = words.tokens.get(figure.span.1).is_some_and(|t| t == "of");
        if figure.unit != Unit::Percent || !is_of {
            return None;
        }
        let free = words.free();
        let said = |name: &&String| {
            let own = super::columns::parts(name);
            !own.is_empty() && own.iter().all(|part| free.contains(part))
        };
        let numbers = self
            .table
            .columns
            .iter()
            .filter(|(_, c)| is_number(&c.kind));
        let named: Vec<&String> = numbers.map(|(name, _)| name).filter(said).collect();
        let is_used = |name: &&&String| USED.iter().any(|used| name.contains(used));
        let part = *named.iter().find(is_used)?;
        let whole = *named.iter().find(|name| !is_used(name))?;
        let own = [super::columns::parts(part), super::columns::parts(whole)].concat();
        let places: Vec<usize> = (0..free.len())
            .filter(|at| own.contains(&free[*at]))
            .collect();
        words.tick_each(&places);
        let value = format!("{} / {}", self.path(part), self.path(whole));
        let relation = figure.relation?;
        let source = compared(&format!("100 * {value}"), relation, figure, 1.0);
        Some(self.found(source, None, &[part, whole]))
    }

    /// Reads "usage dropped by more than 20%" from a pair of columns, one of them the earlier value.
    fn drop_of(&self, words: &mut Words, figure: &Figure) -> Option<Found> {
        let mut said = words.clone();
        said.take(&FALLS);
        said.take(&[
            "down", "by", "previous", "period", "month", "before", "last", "since", "prior",
        ]);
        let (before, now) = pair(self.table, &said).or_else(|| {
            // "dropped by at least 25%" goes on with what was spoken of.
            let mut bare = said.clone();
            bare.tick(0, bare.tokens.len());
            let all: Vec<&str> = self.table.columns.keys().map(String::as_str).collect();
            let names = Words::new(&all.join(" ").replace('_', " "));
            said.are_read().then(|| pair(self.table, &names)).flatten()
        })?;
        let relation = match figure.relation {
            Some(">") | None => "<",
            Some(">=") => "<=",
            Some(_) => return None,
        };
        let subject = super::columns::parts(&before);
        let free = said.free();
        let places: Vec<usize> = (0..free.len())
            .filter(|at| subject.contains(&free[*at]))
            .collect();
        said.tick_each(&places);
        *words = said;
        let value = format!(
            "percent_change({}, {})",
            self.path(&before),
            self.path(&now)
        );
        let source = format!("{value} {relation} -{}", written(figure.number));
        Some(self.found(source, None, &[&before, &now]))
    }

    /// Returns what is still to be paid: a column of its own, or what is left of a total.
    fn balance(&self, words: &mut Words) -> Option<(String, Vec<String>)> {
        const OWED: [&str; 9] = [
            "balance",
            "outstanding",
            "owing",
            "owed",
            "owes",
            "owe",
            "unpaid",
            "due",
            "remaining",
        ];
        if !words.has_free(&OWED) {
            return None;
        }
        let number = |name: &str| {
            let column = self.table.columns.get_key_value(name);
            column
                .filter(|(_, c)| is_number(&c.kind))
                .map(|(n, _)| n.clone())
        };
        let own = [
            "balance",
            "outstanding",
            "amount_due",
            "balance_due",
            "open_amount",
            "amount_outstanding",
        ];
        let (value, columns) = if let Some(column) = own.iter().find_map(|name| number(name)) {
            (self.path(&column), vec![column])
        } else {
            let total = ["total_amount", "amount_total", "amount", "total"]
                .iter()
                .find_map(|n| number(n))?;
            let paid = ["amount_paid", "paid_amount", "paid"]
                .iter()
                .find_map(|n| number(n))?;
            (
                format!("({} - {})", self.path(&total), self.path(&paid)),
                vec![total, paid],
            )
        };
        words.take(&OWED);
        words.take(&["something", "money", "single", "total", "amount"]);
        Some((value, columns))
    }

    /// Reads "with something still owing": there is something left to be paid.
    pub(super) fn owing(&self, words: &mut Words) -> Option<Found> {
        if !words.has_free(&["owing", "owed", "owes", "owe", "unpaid", "outstanding"]) {
            return None;
        }
        let (value, columns) = self.balance(words)?;
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        Some(self.found(format!("{value} > 0"), None, &columns))
    }
}
