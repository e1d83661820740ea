//! What a source can be told of the rows that are wanted, from a pull's `where`, `match`,
//! `order_by` and `limit`.
//!
//! Only what holds for every wanted row is told. Whoever reads chooses again, so this decides how
//! much is read and never which rows are cases. (A row that is left out early is not looked at, so
//! a cell of it that could not be read fails nothing.)

use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::Value as Json;

use super::program::{CompiledMatch, CompiledPull, Program};
use super::rows::key_text;
use crate::connect::{Comparison, Is, Literal, Narrowing, Order, Test};
use crate::expr::ast::{Node, Operator};
use crate::expr::{Condition, Scope, Value, as_number, show, to_json};
use crate::spec::IfUnavailable;

/// The cases of a run, where their keys are known before anything is read.
#[derive(Debug, Clone)]
pub struct KnownCases {
    /// The expression that gives a key, as it is shown.
    key: String,
    keys: Vec<String>,
}

impl Program {
    /// Returns the cases of a run that has only those of some keys.
    pub fn known_cases(&self, keys: Vec<String>) -> Option<KnownCases> {
        let key = show(self.key()?.node());
        Some(KnownCases { key, keys })
    }
}

impl CompiledPull {
    /// Returns what a source can be told of the rows that are wanted, in the scope of a run.
    pub fn narrowing(&self, scope: &Scope) -> Narrowing {
        self.narrowing_to(scope, None)
    }

    /// Returns the same of a table whose rows are joined to cases that are known by their keys.
    pub fn narrowing_to(&self, scope: &Scope, cases: Option<&KnownCases>) -> Narrowing {
        // What is kept for when the table cannot be read is kept whole.
        if matches!(self.if_unavailable, IfUnavailable::LastKnown(_)) {
            return Narrowing::default();
        }
        let reader = Reader { scope };
        let test = match &self.only {
            Some(only) => reader.test(only.node(), false),
            None => Test::All(Vec::new()),
        };
        let is_shared = self.is_shared();
        let among = self.matching.iter().filter_map(|m| {
            let of_cases = cases.and_then(|cases| cases.keys(m));
            of_cases.or_else(|| reader.keys(m))
        });
        let order_by: Option<Vec<Order>> = self
            .order_by
            .iter()
            .map(|by| {
                Some(Order {
                    column: column_of(by.value.node())?,
                    descending: by.descending,
                })
            })
            .collect();
        // In an order that cannot be said, the first rows are not the first.
        let limit = self.limit.filter(|_| is_shared && order_by.is_some());
        Narrowing {
            test,
            among: among.collect(),
            order_by: order_by.unwrap_or_default(),
            limit,
        }
    }
}

impl KnownCases {
    /// Returns the keys of rows that are joined by the key of the case.
    fn keys(&self, matching: &CompiledMatch) -> Option<(String, Vec<String>)> {
        let is_key = matching.like.is_none() && show(matching.value.node()) == self.key;
        is_key.then(|| (matching.column.clone(), self.keys.clone()))
    }
}

/// Reads conditions in the scope of a run.
struct Reader<'s> {
    scope: &'s Scope,
}

impl Reader<'_> {
    /// Returns what is wanted; the opposite of it, where it is negated.
    fn test(&self, node: &Node, negated: bool) -> Test {
        match node {
            Node::Not(inner) => self.test(inner, !negated),
            Node::Binary(Operator::And, left, right) => self.both(left, right, negated, !negated),
            Node::Binary(Operator::Or, left, right) => self.both(left, right, negated, negated),
            Node::Binary(Operator::In, item, list) => {
                let (Some(column), Some(list)) = (column_of(item), self.value(list)) else {
                    return Test::Anything;
                };
                let Some(values) = literals(&list) else {
                    return Test::Anything;
                };
                cell(column, Is::OneOf(values), negated)
            }
            Node::Binary(operator, left, right) => match comparison(*operator) {
                Some(comparison) => self.compared(comparison, left, right, negated),
                None => Test::Anything,
            },
            Node::Test(name, args) if name == "missing" && args.len() == 1 => {
                match column_of(&args[0]) {
                    Some(column) => cell(column, Is::Missing, negated),
                    None => Test::Anything,
                }
            }
            // A bare field holds if it is a yes; whether it is one, only the source knows.
            Node::Field(..) => match column_of(node) {
                Some(column) => {
                    let yes = Is::Compared(Comparison::Equal, Literal::Boolean(true));
                    cell(column, yes, negated)
                }
                None => Test::Anything,
            },
            _ => Test::Anything,
        }
    }

    fn both(&self, left: &Node, right: &Node, negated: bool, all: bool) -> Test {
        let sides = [left, right].map(|side| self.test(side, negated));
        match all {
            true => Test::All(sides.into()),
            false if sides.contains(&Test::Anything) => Test::Anything,
            false => Test::Any(sides.into()),
        }
    }

    fn compared(&self, comparison: Comparison, left: &Node, right: &Node, negated: bool) -> Test {
        if let Some(value) = self.value(right) {
            return self.cell_compared(left, comparison, &value, negated);
        }
        match self.value(left) {
            Some(value) => self.cell_compared(right, comparison.turned(), &value, negated),
            None => Test::Anything,
        }
    }

    fn cell_compared(
        &self,
        side: &Node,
        comparison: Comparison,
        value: &Value,
        negated: bool,
    ) -> Test {
        if let Some(column) = column_of(side) {
            if value.is_none() {
                return match comparison {
                    Comparison::Equal => cell(column, Is::Missing, negated),
                    Comparison::Unequal => cell(column, Is::Missing, !negated),
                    _ => Test::Anything,
                };
            }
            return match literal(value) {
                Some(literal) => cell(column, Is::Compared(comparison, literal), negated),
                None => Test::Anything,
            };
        }
        let Some((column, day, comparison)) = self.days(side, comparison, value) else {
            return Test::Anything;
        };
        let is = Is::Compared(comparison, Literal::Day(day));
        cell(column, is, negated)
    }

    /// Reads `days_since(row.x) > 30` as `row.x` before a day, and `days_until` alike.
    fn days(
        &self,
        side: &Node,
        comparison: Comparison,
        value: &Value,
    ) -> Option<(String, Date, Comparison)> {
        let Node::Call(name, args, _) = side else {
            return None;
        };
        let [date] = args.as_slice() else {
            return None;
        };
        let column = column_of(date)?;
        let days = as_number(value)?;
        // As far as any calendar goes, and whole.
        if days.fract() != 0.0 || days.abs() > 1_000_000.0 {
            return None;
        }
        let days = days as i64;
        let today = self.value(&Node::Field(
            Box::new(Node::Name("run".to_owned())),
            "date".to_owned(),
        ))?;
        let today: Date = today.as_str()?.parse().ok()?;
        match name.as_str() {
            "days_since" => {
                let day = today.checked_sub(days.days()).ok()?;
                Some((column, day, comparison.turned()))
            }
            "days_until" => Some((column, today.checked_add(days.days()).ok()?, comparison)),
            _ => None,
        }
    }

    /// Returns the keys of rows that are joined by something which is the same for all cases.
    fn keys(&self, matching: &CompiledMatch) -> Option<(String, Vec<String>)> {
        if matching.like.is_some() {
            return None;
        }
        let value = self.value(matching.value.node())?;
        let keys = key_text(&to_json(&value)).into_iter().collect();
        Some((matching.column.clone(), keys))
    }

    /// Returns the value of what does not hang on the row; `None` also where it is not known yet,
    /// fails, or meets something missing.
    fn value(&self, node: &Node) -> Option<Value> {
        if let Node::Literal(value) = node {
            return Some(value.clone());
        }
        let condition = Condition::compile(&show(node)).ok()?;
        if condition.names().iter().any(|name| name == "row") {
            return None;
        }
        let scope = self.scope.fork();
        let value = condition.eval(&scope).ok()?;
        scope.take_notes().is_empty().then_some(value)
    }
}

fn cell(column: String, is: Is, negated: bool) -> Test {
    Test::Cell {
        column,
        is,
        negated,
    }
}

/// Returns the column that an expression is, if it is one of the row and nothing else.
fn column_of(node: &Node) -> Option<String> {
    match node {
        Node::Field(base, column) if matches!(&**base, Node::Name(name) if name == "row") => {
            Some(column.clone())
        }
        _ => None,
    }
}

fn comparison(operator: Operator) -> Option<Comparison> {
    Some(match operator {
        Operator::Equal => Comparison::Equal,
        Operator::Unequal => Comparison::Unequal,
        Operator::Less => Comparison::Less,
        Operator::AtMost => Comparison::AtMost,
        Operator::Greater => Comparison::Greater,
        Operator::AtLeast => Comparison::AtLeast,
        _ => return None,
    })
}

fn literals(list: &Value) -> Option<Vec<Literal>> {
    match to_json(list) {
        Json::Array(values) => values.iter().map(of_json).collect(),
        _ => None,
    }
}

fn literal(value: &Value) -> Option<Literal> {
    of_json(&to_json(value))
}

fn of_json(value: &Json) -> Option<Literal> {
    Some(match value {
        Json::String(text) => Literal::Text(text.clone()),
        Json::Bool(yes) => Literal::Boolean(*yes),
        Json::Number(number) => Literal::Number(number.as_f64()?),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use serde_json::json;

    use super::*;
    use crate::expr::from_json;

    fn read(condition: &str) -> Test {
        let mut scope = Scope::new();
        scope.set("run", from_json(&json!({ "date": "2026-03-10" })));
        scope.set(
            "trigger",
            from_json(&json!({ "region": "north", "least": null })),
        );
        let reader = Reader { scope: &scope };
        reader.test(Condition::compile(condition).unwrap().node(), false)
    }

    fn compared(column: &str, comparison: Comparison, value: Literal, negated: bool) -> Test {
        cell(column.to_owned(), Is::Compared(comparison, value), negated)
    }

    #[test]
    fn values_of_the_run_are_filled_in_and_sides_may_change_places() {
        let north = Literal::Text("north".to_owned());
        assert_eq!(
            read("row.region == trigger.region and 5 < row.seats"),
            Test::All(vec![
                compared("region", Comparison::Equal, north, false),
                compared("seats", Comparison::Greater, Literal::Number(5.0), false),
            ])
        );
        assert_eq!(
            read("not (row['final status'] != 'done' or row.open)"),
            Test::All(vec![
                compared(
                    "final status",
                    Comparison::Unequal,
                    Literal::Text("done".into()),
                    true
                ),
                compared("open", Comparison::Equal, Literal::Boolean(true), true),
            ])
        );
        assert_eq!(
            read("row.at is not missing"),
            cell("at".into(), Is::Missing, true)
        );
        assert_eq!(read("row.at != none"), cell("at".into(), Is::Missing, true));
    }

    #[test]
    fn days_from_today_become_days_of_the_calendar() {
        let day = |text: &str| Literal::Day(text.parse().unwrap());
        assert_eq!(
            read("days_since(row.due) > 30"),
            compared("due", Comparison::Less, day("2026-02-08"), false)
        );
        assert_eq!(
            read("row.due | days_until <= 14"),
            compared("due", Comparison::AtMost, day("2026-03-24"), false)
        );
    }

    #[test]
    fn what_is_not_understood_leaves_every_row() {
        for condition in [
            "row.a == row.b",
            "contains(row.a, 'x')",
            "row.a > 5 or contains(row.a, 'x')",
            "row.a == account.region",
            "row.a > trigger.least",
            "row.a + 1 > 5",
            "days_since(row.due) > 1.5",
            "row.a in 'abc'",
        ] {
            assert_eq!(read(condition), Test::Anything, "{condition}");
        }
        // One side of an `and` that is understood is told all the same.
        let Test::All(sides) = read("contains(row.a, 'x') and row.b in [1, 2]") else {
            panic!("both sides")
        };
        assert_eq!(sides[0], Test::Anything);
        assert!(matches!(&sides[1], Test::Cell { is: Is::OneOf(values), .. } if values.len() == 2));
    }

    #[test]
    fn rows_that_are_joined_by_the_key_of_known_cases_are_asked_for_by_it() {
        let pull = |matching: Json| {
            let pull =
                json!({ "from": "crm.deals", "match": matching, "fields": { "account": "text" } });
            let pull: crate::spec::Pull = serde_json::from_value(pull).unwrap();
            CompiledPull::compile("deals", &pull).unwrap()
        };
        let known = KnownCases {
            key: show(Condition::compile("account.id").unwrap().node()),
            keys: vec!["A-1".to_owned(), "A-2".to_owned()],
        };
        let among = |matching: Json, cases| pull(matching).narrowing_to(&Scope::new(), cases).among;
        let by_key = json!({ "account": "account.id" });
        assert_eq!(
            among(by_key.clone(), Some(&known)),
            [("account".to_owned(), known.keys.clone())]
        );
        assert_eq!(among(by_key, None), []);
        assert_eq!(
            among(json!({ "account": "account.parent" }), Some(&known)),
            []
        );
        let alike = json!({ "account": { "like": "account.id", "at_least": 0.8 } });
        assert_eq!(among(alike, Some(&known)), []);
    }
}
