//! Reading operators: which types go together, and which texts can be there.

use super::{Problem, Reader};
use crate::diag::nearest;
use crate::expr::ast::{Node, Operator};
use crate::expr::types::Type;

impl Reader<'_> {
    pub(super) fn binary(
        &mut self,
        node: &Node,
        operator: Operator,
        left: &Node,
        right: &Node,
    ) -> Type {
        let (a, b) = (self.node(left), self.node(right));
        match operator {
            Operator::And | Operator::Or => a.or(b),
            Operator::Join => Type::Text,
            Operator::Equal | Operator::Unequal => {
                self.same_kind(node, &a, &b);
                self.can_hold(node, &a, right);
                self.can_hold(node, &b, left);
                Type::Boolean
            }
            Operator::In => {
                self.membership(node, &a, left, &b, right);
                Type::Boolean
            }
            Operator::Less | Operator::AtMost | Operator::Greater | Operator::AtLeast => {
                self.ordered(node, &a, left, &b, right);
                Type::Boolean
            }
            _ => self.arithmetic(node, operator, (left, &a), (right, &b)),
        }
    }

    fn same_kind(&mut self, node: &Node, a: &Type, b: &Type) {
        let fits = a.is_open()
            || b.is_open()
            || (a.is_number() && b.is_number())
            || (a.is_text() && b.is_text())
            || std::mem::discriminant(a) == std::mem::discriminant(b);
        if !fits {
            let help = match (a, b) {
                (Type::Boolean, Type::OneOf(known)) | (Type::OneOf(known), Type::Boolean)
                    if !known.certain =>
                {
                    format!(
                        "It is held as text, and its values are: {}. Compare it with one of them in quotes, or pin it as boolean under `fields` if they mean yes and no.",
                        known.values.join(", ")
                    )
                }
                (Type::Boolean, other) | (other, Type::Boolean) if other.is_text() => {
                    "A yes/no is compared with true or false, without quotes.".to_owned()
                }
                _ => "Compare a number with a number and a text (in quotes) with a text; number(x) reads the number in a text.".to_owned(),
            };
            self.report(
                Problem::Mismatch,
                node,
                format!("This compares {} with {}", a.words(), b.words()),
                Some(help),
            );
        }
    }

    fn ordered(&mut self, node: &Node, a: &Type, left: &Node, b: &Type, right: &Node) {
        for kind in [a, b] {
            if matches!(kind, Type::Boolean | Type::List(_) | Type::Object(_)) {
                let help =
                    matches!(kind, Type::List(_)).then(|| "Count it with `| length`.".to_owned());
                self.report(
                    Problem::Mismatch,
                    node,
                    format!("{} has no order", capital(kind.words())),
                    help,
                );
                return;
            }
        }
        self.same_kind(node, a, b);
        for (kind, other) in [(a, right), (b, left)] {
            if matches!(kind, Type::Date | Type::Time)
                && let Node::Literal(value) = other
                && let Some(text) = value.as_str()
                && !looks_like_a_date(text)
            {
                self.report(
                    Problem::Mismatch,
                    node,
                    format!("This compares a date with '{text}', which is not one"),
                    Some("Dates are written 'YYYY-MM-DD'; days_until(date) and days_since(date) count from today.".to_owned()),
                );
            }
        }
    }

    fn membership(&mut self, node: &Node, a: &Type, left: &Node, b: &Type, right: &Node) {
        match (b, right) {
            (Type::List(item), Node::List(literals)) => {
                self.same_kind(node, a, item);
                for one in literals {
                    self.can_hold(node, a, one);
                }
            }
            (Type::List(item), _) => {
                self.same_kind(node, a, item);
                self.can_hold(node, item, left);
            }
            (kind, _) if kind.is_number() || matches!(kind, Type::Boolean) => {
                self.report(
                    Problem::Mismatch,
                    node,
                    format!(
                        "`in` looks into a list or a text, and this is {}",
                        kind.words()
                    ),
                    None,
                );
            }
            _ => {}
        }
    }

    /// Reports a literal that a text with known values never holds.
    fn can_hold(&mut self, node: &Node, kind: &Type, literal_node: &Node) {
        let (Type::OneOf(known), Node::Literal(value)) = (kind, literal_node) else {
            return;
        };
        let Some(text) = value.as_str() else { return };
        if text.is_empty() || known.values.iter().any(|v| v == text) {
            return;
        }
        let near = nearest(text, known.values.iter().map(String::as_str));
        let values: Vec<&str> = known.values.iter().map(String::as_str).collect();
        let help = match near {
            Some(near) => format!(
                "Did you mean '{near}'? Its values are: {}.",
                values.join(", ")
            ),
            None => format!("Its values are: {}.", values.join(", ")),
        };
        let problem = if known.certain {
            Problem::NeverHeld
        } else {
            Problem::NotInSample
        };
        self.report(
            problem,
            node,
            format!(
                "This compares with '{text}', a value that {} never holds",
                known.source
            ),
            Some(help),
        );
    }

    fn arithmetic(
        &mut self,
        node: &Node,
        operator: Operator,
        left: (&Node, &Type),
        right: (&Node, &Type),
    ) -> Type {
        if matches!(
            operator,
            Operator::Divide | Operator::DivideWhole | Operator::Remainder
        ) && !matches!(right.0, Node::Literal(_))
        {
            self.divisors.push(right.0.clone());
        }
        let (a, b) = (left.1, right.1);
        let texts = a.is_text() && b.is_text();
        if texts && operator == Operator::Add && !matches!(a, Type::Date | Type::Time) {
            return Type::Text;
        }
        if let (Type::List(one), Type::List(other), Operator::Add) = (a, b, operator) {
            return Type::list(one.as_ref().clone().or(other.as_ref().clone()));
        }
        for kind in [a, b] {
            if !(kind.is_open() || kind.is_number()) {
                let help = match kind {
                    Type::Date | Type::Time => {
                        "Use days_until(date), days_since(date), days_between(a, b) or add_days(date, n)."
                    }
                    Type::List(_) => "Use `| length` to count it, or sum(list).",
                    _ => "number(x) reads the number in a text.",
                };
                self.report(
                    Problem::Mismatch,
                    node,
                    format!("This calculates with {}", kind.words()),
                    Some(help.to_owned()),
                );
                break;
            }
        }
        match (operator, a, b) {
            (Operator::Divide | Operator::Power, ..) => Type::Number,
            (_, Type::Integer, Type::Integer) => Type::Integer,
            _ => Type::Number,
        }
    }
}

pub(super) fn looks_like_a_date(text: &str) -> bool {
    text.get(..10)
        .is_some_and(|day| day.parse::<jiff::civil::Date>().is_ok())
}

fn capital(words: &str) -> String {
    let mut chars = words.chars();
    chars
        .next()
        .map_or(String::new(), |c| c.to_uppercase().chain(chars).collect())
}
