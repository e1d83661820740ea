//! What says yes or no, and what is missing or there.

use super::names::{Kind, Place};
use super::places::Field;
use super::{Found, Made, Parser, Scope};
use crate::drafter::condition::flags::{no, yes};
use crate::drafter::condition::passed::is_planned;

/// Says that a column holds nothing, behind its name.
const MISSING: &[&str] = &[
    "missing",
    "empty",
    "blank",
    "unknown",
    "unset",
    "null",
    "none",
    "not known",
    "not set",
    "not filled in",
    "not filled",
    "not given",
    "not there",
    "not on record",
    "not on file",
    "nothing",
    "not yet set",
    "not been set",
    "not entered",
    "left empty",
    "left blank",
    "not yet filled in",
];
/// Says that a column holds something, behind its name.
const GIVEN: &[&str] = &[
    "not missing",
    "not empty",
    "not blank",
    "not unknown",
    "filled in",
    "filled",
    "set",
    "given",
    "known",
    "present",
    "there",
    "on record",
    "on file",
    "entered",
    "recorded",
    "not null",
    "not nothing",
];

impl<'w> Parser<'_, 'w> {
    /// Parses "opted out of email", "not announced", "email_opt_out is yes".
    pub(super) fn flags(&self, at: usize, scope: Scope<'w>) -> Found<Made> {
        let denied = self.phrase(
            at,
            &[
                "has not been",
                "not yet been",
                "not been",
                "not yet",
                "not",
                "never",
                "no",
                "without",
            ],
        );
        let from = denied.unwrap_or(at);
        let mut found = Vec::new();
        for Field { place, made } in self.fields(from, scope) {
            let Some(column) = place.table.columns.get(place.column) else {
                continue;
            };
            let Some(yes) = yes(column).filter(|_| place.whole) else {
                continue;
            };
            let said = self.phrase(place.end, &["is = =", "= =", "=", "is"]);
            let (mut denied, mut end) = (denied.is_some(), place.end);
            let mut is_no = false;
            if let Some(at) = said {
                let answers = [
                    ("not y", true),
                    ("not n", false),
                    ("not ticked", true),
                    ("not marked", true),
                    ("y", false),
                    ("n", true),
                    ("ticked", false),
                    ("marked", false),
                    ("checked", false),
                    ("not yes", true),
                    ("not true", true),
                    ("not no", false),
                    ("not false", false),
                    ("yes", false),
                    ("true", false),
                    ("no", true),
                    ("false", true),
                    ("not set", true),
                    ("set", false),
                ];
                let answer = answers
                    .iter()
                    .find_map(|(word, no)| Some((self.phrase(at, &[word])?, no)));
                if let Some((behind, no)) = answer {
                    is_no = *no && !denied && self.word(at) != "not";
                    denied ^= *no;
                    end = behind;
                }
            }
            let yes = match column.kind.as_str() {
                "boolean" => "true".to_owned(),
                _ => format!("'{yes}'"),
            };
            // What says nothing does not say yes, and does not say no.
            let no = match column.kind.as_str() {
                "boolean" => Some("false".to_owned()),
                _ => no(column).map(|no| format!("'{no}'")),
            };
            let no = no.filter(|_| is_no);
            let source = match (denied, &no) {
                (true, Some(no)) => format!("{} == {no}", made.source),
                (true, None) => format!("not ({} == {yes})", made.source),
                (false, _) => format!("{} == {yes}", made.source),
            };
            const EMPTY: [&str; 4] = ["or empty", "or is empty", "or blank", "or missing"];
            if let Some(end) = self.phrase(end, &EMPTY).filter(|_| said.is_some()) {
                let source = match (denied, &no) {
                    (true, None) => source.clone(),
                    _ => format!("({source} or {} is missing)", made.source),
                };
                let made = made.clone();
                found.push((end, Made { source, ..made }));
            }
            found.push((end, Made { source, ..made }));
        }
        found
    }

    /// Parses what is missing or there: "no comment", "told_on is empty", "not yet decided".
    pub(super) fn blanks(&self, at: usize, scope: Scope<'w>) -> Found<Made> {
        let mut found = Vec::new();
        let is_verb = |Field { place, .. }: &&Field<'w>| {
            place.kind == Kind::Date && place.whole && !is_planned(place.column)
        };
        for field in self.references(at, scope) {
            found.extend(self.emptiness(&field.made, field.place.end));
        }
        let mut add = |end: usize, field: &Field<'w>, is_missing: bool| {
            found.push((end, blank(&field.made, is_missing)));
        };
        const LACKS: [&str; 9] = [
            "does not have",
            "do not have",
            "not have",
            "without any",
            "without",
            "lacks",
            "lacking",
            "no",
            "missing",
        ];
        if let Some(from) = self.phrase(at, &LACKS) {
            for field in self.references(from, scope) {
                let end = self.phrase(
                    field.place.end,
                    &[
                        "was given",
                        "is given",
                        "given",
                        "is known",
                        "known",
                        "on record",
                        "on file",
                        "filled in",
                        "left",
                        "set",
                        "was requested",
                    ],
                );
                add(end.unwrap_or(field.place.end), &field, true);
            }
        }
        const HAS: [&str; 12] = [
            "there is a",
            "there is an",
            "there is",
            "has a",
            "has an",
            "has",
            "with a",
            "with an",
            "left a",
            "left an",
            "gave a",
            "have a",
        ];
        if let Some(from) = self.phrase(at, &HAS) {
            let is_text = |field: &&Field<'w>| field.place.whole && field.place.kind == Kind::Text;
            for field in self.references(from, scope).iter().filter(is_text) {
                add(field.place.end, field, false);
            }
        }
        const NEVER: [&str; 8] = [
            "not yet been",
            "has not been",
            "have not been",
            "not been",
            "never been",
            "not yet",
            "never",
            "not",
        ];
        const ALREADY: [&str; 8] = [
            "have already been",
            "has already been",
            "already been",
            "has been",
            "have been",
            "already",
            "was",
            "been",
        ];
        for (words, is_missing) in [(NEVER, true), (ALREADY, false)] {
            let Some(from) = self.phrase(at, &words) else {
                continue;
            };
            for field in self.fields(from, scope).iter().filter(is_verb) {
                let end = field.place.end;
                let end = self.phrase(end, &["yet", "so far"]).unwrap_or(end);
                add(end, field, is_missing);
            }
        }
        found
    }

    /// Parses that a value is missing, or there, behind its name.
    pub(super) fn emptiness(&self, made: &Made, at: usize) -> Found<Made> {
        let behind = self.starts(at);
        let said = |phrases| behind.iter().find_map(|at| self.phrase(*at, phrases));
        // "… is empty or there are …" begins something else.
        let is_there =
            |end: &usize| self.word(end - 1) == "there" && matches!(self.word(*end), "is" | "are");
        let given = said(GIVEN).filter(|end| !is_there(end));
        let given = given.map(|end| (end, blank(made, false)));
        let missing = said(MISSING).map(|end| (end, blank(made, true)));
        given.into_iter().chain(missing).collect()
    }

    /// Returns the columns that words name, and those that name rows of their own: "contact" of a
    /// `contact_id`.
    pub(super) fn references(&self, at: usize, scope: Scope<'w>) -> Vec<Field<'w>> {
        let mut fields = self.fields(at, scope);
        let from = match self.word(at) {
            "a" | "an" | "the" | "its" | "any" => at + 1,
            _ => at,
        };
        let table = match scope {
            Scope::Case => self.reader.cases,
            Scope::Within(table) => table,
        };
        let called = |name: &&String| name.strip_suffix("_id") == Some(self.word(from));
        if let Some(column) = table.columns.keys().find(called) {
            let end = self.phrase(from + 1, &["id"]).unwrap_or(from + 1);
            let place = Place {
                end,
                table,
                column,
                kind: Kind::Text,
                fit: 0,
                whole: true,
                exact: false,
            };
            let made = self.path(scope, table, column, Kind::Text);
            fields.push(Field { place, made });
        }
        fields
    }
}

/// Returns the condition that a value is missing, or that it is there.
fn blank(made: &Made, is_missing: bool) -> Made {
    let source = match is_missing {
        true => format!("{} is missing", made.source),
        false => format!("not ({} is missing)", made.source),
    };
    Made {
        source,
        ..made.clone()
    }
}
