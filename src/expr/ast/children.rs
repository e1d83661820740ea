//! The parts of an expression, for those who look through all of it.

use super::Node;

impl Node {
    /// Returns the expressions that this one is made of.
    pub fn children(&self) -> Vec<&Node> {
        match self {
            Node::Literal(_) | Node::Name(_) => Vec::new(),
            Node::Field(base, _) | Node::Not(base) | Node::Negate(base) => vec![base],
            Node::Item(a, b) | Node::Binary(_, a, b) => vec![a, b],
            Node::Slice(base, start, stop) => [Some(base), start.as_ref(), stop.as_ref()]
                .into_iter()
                .flatten()
                .map(|side| &**side)
                .collect(),
            Node::Choice {
                condition,
                then,
                otherwise,
            } => [Some(condition), Some(then), otherwise.as_ref()]
                .into_iter()
                .flatten()
                .map(|side| &**side)
                .collect(),
            Node::Call(_, args, _) | Node::Test(_, args) | Node::List(args) => {
                args.iter().collect()
            }
            Node::Map(pairs) => pairs.iter().flat_map(|(k, v)| [k, v]).collect(),
        }
    }
}
