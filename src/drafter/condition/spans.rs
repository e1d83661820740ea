//! Spans between two dates: "within 30 days of delivery".

use super::amounts::compared;
use super::columns::{Named, began, is_date, named};
use super::compare::Figure;
use super::days::SPENT;
use super::row::{Found, Is, Row};
use super::words::Words;

/// Reads a span between two dates: "filed more than 14 days after the warranty ended", "within 30
/// days of delivery".
pub(super) fn between(
    rows: &[Row<'_>],
    words: &mut Words,
    figure: &Figure,
    days: f64,
) -> Option<Found> {
    let end = figure.span.1;
    let connector = words.tokens.get(end)?.clone();
    if !matches!(connector.as_str(), "after" | "before" | "of") {
        return None;
    }
    let (mut before, mut behind) = (words.clone(), words.clone());
    before.tick(figure.span.0, words.tokens.len());
    behind.tick(0, end + 1);
    let date_in = |part: &Words| {
        let named = rows
            .iter()
            .filter_map(|row| named(row.table, part, is_date).map(|date| (row, date)));
        named.reduce(|best, one| {
            if one.1.fit.0 > best.1.fit.0 {
                one
            } else {
                best
            }
        })
    };
    let (other, to) = date_in(&behind)?;
    let own = rows
        .first()
        .filter(|row| row.is == Is::Own)
        .or(rows.iter().find(|r| r.is == Is::Own))?;
    let implied = || {
        let column = began(own.table)?;
        let places = Vec::new();
        Some((
            own,
            Named {
                column,
                places,
                fit: (0.0, 0),
            },
        ))
    };
    let (row, from) = date_in(&before).or_else(implied)?;
    if row.path(&from.column) == other.path(&to.column) {
        return None;
    }
    words.tick_each(&from.places);
    words.tick_each(&to.places);
    words.tick(end, end + 1);
    words.take(&SPENT);
    words.take(&[
        "came", "come", "made", "filed", "sent", "asked", "ended", "end",
    ]);
    let (first, second) = match connector.as_str() {
        "before" => (row.path(&from.column), other.path(&to.column)),
        _ => (other.path(&to.column), row.path(&from.column)),
    };
    let span = format!("days_between({first}, {second})");
    let relation = figure.relation.unwrap_or("<=");
    let source = compared(&span, relation, figure, days);
    let source = if relation.starts_with('<') {
        format!("{source} and {span} >= 0")
    } else {
        source
    };
    let columns: Vec<&str> = [(row, &from), (other, &to)]
        .into_iter()
        .filter(|(row, _)| row.is == Is::Own)
        .map(|(_, date)| date.column.as_str())
        .collect();
    let mut found = own.found(source, Some(span.clone()), &columns);
    let parent = [row, other].into_iter().find(|row| row.is == Is::Parent);
    found.table = parent.map(|row| row.table.name.clone());
    Some(found)
}
