//! Operators as they are written.

use super::Operator;

impl Operator {
    /// Returns the operator as it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            Operator::Or => "or",
            Operator::And => "and",
            Operator::Equal => "==",
            Operator::Unequal => "!=",
            Operator::Less => "<",
            Operator::AtMost => "<=",
            Operator::Greater => ">",
            Operator::AtLeast => ">=",
            Operator::In => "in",
            Operator::Add => "+",
            Operator::Subtract => "-",
            Operator::Multiply => "*",
            Operator::Divide => "/",
            Operator::DivideWhole => "//",
            Operator::Remainder => "%",
            Operator::Power => "**",
            Operator::Join => "~",
        }
    }
}
