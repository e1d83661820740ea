//! What holds for the rows that are wanted, as a condition in SQL.
//!
//! Such a condition holds for every row that is wanted. It is exact where it holds for no other
//! row. Missing values compare with nothing here and give no answer there; conditions are built so
//! that both come to the same.

use indexmap::IndexMap;

use super::moments::{day, span};
use super::query::of_table;
use super::{Class, Dialect, Parameter, ReadAs, SqlColumn};
use crate::connect::values::is_missing;
use crate::connect::{Comparison, Is, Literal, Test};
use crate::spec::FieldType;

/// Values of a list beyond which it is not sent.
const LONGEST_LIST: usize = 1_000;

/// Up to here, and without it, every whole number and its neighbours are exact as floats: 2^53.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A condition in SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The condition.
    pub sql: String,
    /// Does it hold for no row that is not wanted?
    pub is_exact: bool,
}

/// Says conditions on the columns of one table.
pub struct Conditions<'a> {
    /// How the server wants it said.
    pub dialect: &'a dyn Dialect,
    /// The columns, each with the type that its cells are read as.
    pub columns: &'a IndexMap<String, (SqlColumn, FieldType)>,
    /// The values that go with the conditions.
    pub parameters: Vec<Parameter>,
}

impl Conditions<'_> {
    /// Returns a test as a condition; `None` where nothing of it can be said.
    pub fn test(&mut self, test: &Test) -> Option<Said> {
        match test {
            Test::Anything => None,
            Test::All(tests) => {
                let said: Vec<_> = tests.iter().map(|test| self.test(test)).collect();
                let is_exact = said
                    .iter()
                    .all(|said| said.as_ref().is_some_and(|s| s.is_exact));
                joined(said.into_iter().flatten().collect(), " AND ", is_exact)
            }
            Test::Any(tests) => {
                let before = self.parameters.len();
                let said: Option<Vec<_>> = tests.iter().map(|test| self.test(test)).collect();
                let Some(said) = said else {
                    // What goes with conditions that are not said must not be sent.
                    self.parameters.truncate(before);
                    return None;
                };
                let is_exact = said.iter().all(|said| said.is_exact);
                joined(said, " OR ", is_exact)
            }
            Test::Cell {
                column,
                is,
                negated,
            } => {
                let said = self.cell(column, is, *negated);
                self.odd_too(column, said)
            }
        }
    }

    /// Lets those cells pass too that the server may take for something else than they are here.
    fn odd_too(&self, column: &str, said: Option<Said>) -> Option<Said> {
        let said = said?;
        let (of, _) = self.columns.get(column)?;
        let quoted = of_table(self.dialect, column);
        Some(match self.dialect.is_odd(&quoted, of.class) {
            Some(is_odd) => Said {
                sql: format!("({is_odd} OR {})", said.sql),
                is_exact: false,
            },
            None => said,
        })
    }

    /// Returns the condition that a column holds one of some keys, as rows are joined by.
    pub fn among(&mut self, column: &str, keys: &[String]) -> Option<Said> {
        let (of, field) = self.columns.get(column)?.clone();
        let quoted = of_table(self.dialect, column);
        let is_read_as_text = field == FieldType::Text;
        let (keys, read_as, or): (Vec<&String>, _, _) = match of.class {
            Class::Integer if of.class.is_natural(field) || is_read_as_text => {
                let whole =
                    |key: &&String| key.parse::<i64>().is_ok_and(|n| n.to_string() == **key);
                (keys.iter().filter(whole).collect(), ReadAs::Integer, None)
            }
            Class::Uuid if is_read_as_text => {
                let canonical = |key: &&String| is_uuid(key);
                (keys.iter().filter(canonical).collect(), ReadAs::Uuid, None)
            }
            // Keys are compared without the spaces around them.
            Class::Text if is_read_as_text => {
                let or = self.dialect.may_be_padded(&quoted);
                (keys.iter().collect(), ReadAs::Text, Some(or))
            }
            _ => return None,
        };
        if keys.len() > LONGEST_LIST {
            return None;
        }
        let places: Vec<String> = keys
            .into_iter()
            .map(|key| self.bind(Parameter::Text(key.clone()), read_as))
            .collect();
        let listed = match places.is_empty() {
            true => "1 = 0".to_owned(),
            false => {
                let side = match of.class {
                    Class::Text => self.dialect.listed(&quoted, &of),
                    _ => quoted,
                };
                format!("{side} IN ({})", places.join(", "))
            }
        };
        let sql = match or {
            Some(or) => format!("({listed} OR {or})"),
            None => listed,
        };
        self.odd_too(column, said(sql, false))
    }

    fn cell(&mut self, column: &str, is: &Is, negated: bool) -> Option<Said> {
        let (of, field) = self.columns.get(column)?.clone();
        let quoted = of_table(self.dialect, column);
        let is_value = self.dialect.is_value(&quoted, of.class);
        let is_text = matches!(of.class, Class::Text | Class::Other | Class::List);
        if *is == Is::Missing {
            if !of.class.is_natural(field) {
                return None;
            }
            return match (negated, is_text) {
                // Some texts stand for a missing value; which, is only known here.
                (false, true) => None,
                (true, true) => said(format!("{quoted} IS NOT NULL"), false),
                (false, false) => said(
                    match is_value {
                        Some(is_value) => format!("({quoted} IS NULL OR NOT {is_value})"),
                        None => format!("{quoted} IS NULL"),
                    },
                    true,
                ),
                (true, false) => said(
                    match is_value {
                        Some(is_value) => format!("({quoted} IS NOT NULL AND {is_value})"),
                        None => format!("{quoted} IS NOT NULL"),
                    },
                    true,
                ),
            };
        }
        let before = self.parameters.len();
        let Some(holds) = self.holds(&quoted, &of, field, is) else {
            self.parameters.truncate(before);
            return None;
        };
        if negated {
            let not_a_value = is_value.map_or(String::new(), |v| format!(" OR NOT {v}"));
            return said(
                format!("({quoted} IS NULL{not_a_value} OR NOT {holds})"),
                true,
            );
        }
        // A text that stands for a missing value differs from none here.
        let differs = matches!(is, Is::Compared(Comparison::Unequal, _));
        let is_exact = !(is_text && differs);
        match is_value {
            Some(is_value) => said(format!("({holds} AND {is_value})"), is_exact),
            None => said(holds, is_exact),
        }
    }

    /// Returns the condition that a cell with a value is what is said.
    fn holds(&mut self, column: &str, of: &SqlColumn, field: FieldType, is: &Is) -> Option<String> {
        match is {
            Is::Missing => None,
            Is::OneOf(values) if values.len() > LONGEST_LIST => None,
            Is::OneOf(values) if values.is_empty() => Some("(1 = 0)".to_owned()),
            Is::OneOf(values) => {
                let all: Option<Vec<String>> = values
                    .iter()
                    .map(|value| self.compared(column, of, field, Comparison::Equal, value))
                    .collect();
                Some(format!("({})", all?.join(" OR ")))
            }
            Is::Compared(comparison, value) => self.compared(column, of, field, *comparison, value),
        }
    }

    fn compared(
        &mut self,
        column: &str,
        of: &SqlColumn,
        field: FieldType,
        comparison: Comparison,
        value: &Literal,
    ) -> Option<String> {
        let sign = comparison.sql();
        match (of.class, value) {
            (
                Class::Integer | Class::Decimal { .. } | Class::Float | Class::Inexact,
                Literal::Number(number),
            ) if of.class.is_natural(field) && number.abs() < EXACT => {
                let dialect = self.dialect;
                let is_whole = number.fract() == 0.0;
                let (side, read_as) = dialect.number(column, of.class, is_whole)?;
                let number = match read_as {
                    ReadAs::Integer => Parameter::Integer(*number as i64),
                    _ => Parameter::Float(*number),
                };
                let place = self.bind(number, read_as);
                Some(format!("({side} {sign} {place})"))
            }
            (Class::Boolean, Literal::Boolean(wanted)) if field == FieldType::Boolean => {
                let wanted = match comparison {
                    Comparison::Equal => *wanted,
                    Comparison::Unequal => !*wanted,
                    _ => return None,
                };
                Some(format!(
                    "({column} IS {})",
                    if wanted { "TRUE" } else { "FALSE" }
                ))
            }
            (Class::Date, Literal::Text(text)) if field == FieldType::Date => {
                self.day(column, sign, &day(text)?.to_string())
            }
            (Class::Date, Literal::Day(day)) if field == FieldType::Date => {
                self.day(column, sign, &day.to_string())
            }
            (Class::Moment { zoned }, value) if field == FieldType::Time => {
                let span = span(comparison, value)?;
                let read_as = ReadAs::Moment { zoned };
                let mut edges = Vec::new();
                let signs = if span.inside {
                    [">=", "<"]
                } else {
                    ["<", ">="]
                };
                for (edge, sign) in [span.from, span.until].into_iter().zip(signs) {
                    if let Some(moment) = edge {
                        let written = moment.strftime("%Y-%m-%d %H:%M:%S").to_string();
                        let place = self.bind(Parameter::Text(written), read_as);
                        edges.push(format!("{column} {sign} {place}"));
                    }
                }
                let word = if span.inside { " AND " } else { " OR " };
                Some(format!("({})", edges.join(word)))
            }
            (_, Literal::Text(text)) if field == FieldType::Text && !is_missing(text) => {
                let not = match comparison {
                    Comparison::Equal => "",
                    Comparison::Unequal => "NOT ",
                    _ => return None,
                };
                let dialect = self.dialect;
                let mut place = || self.bind(Parameter::Text(text.clone()), ReadAs::Text);
                let same = match of.class {
                    Class::Text => dialect.same_text(column, of, &mut place),
                    Class::Other | Class::Uuid | Class::Integer => {
                        format!("{} = {}", dialect.as_text(column), place())
                    }
                    _ => return None,
                };
                Some(format!("({not}({same}))"))
            }
            _ => None,
        }
    }

    fn day(&mut self, column: &str, sign: &str, day: &str) -> Option<String> {
        let place = self.bind(Parameter::Text(day.to_owned()), ReadAs::Date);
        Some(format!("({column} {sign} {place})"))
    }

    fn bind(&mut self, parameter: Parameter, read_as: ReadAs<'_>) -> String {
        self.parameters.push(parameter);
        self.dialect.place(self.parameters.len(), read_as)
    }
}

fn said(sql: String, is_exact: bool) -> Option<Said> {
    Some(Said { sql, is_exact })
}

fn joined(said: Vec<Said>, word: &str, is_exact: bool) -> Option<Said> {
    let parts: Vec<String> = said.into_iter().map(|said| said.sql).collect();
    match parts.as_slice() {
        [] => None,
        [one] => Some(Said {
            sql: one.clone(),
            is_exact,
        }),
        parts => Some(Said {
            sql: format!("({})", parts.join(word)),
            is_exact,
        }),
    }
}

/// Is it a UUID in the form in which servers write them?
fn is_uuid(key: &str) -> bool {
    key.len() == 36
        && key.bytes().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
        })
}
