//! Writes the tree back as source: for people ([`show`]), and for the evaluator ([`strict`]),
//! where every operator becomes a call to its strict counterpart in [`super::ops`].

use minijinja::Value;

use super::ast::{Form, Node, Operator, Part};

/// Returns the source of an expression, as a person would write it.
pub fn show(node: &Node) -> String {
    Printer { strict: false }.node(node, 0)
}

/// Returns the source with strict operators, to be compiled.
pub(super) fn strict(node: &Node) -> String {
    Printer { strict: true }.node(node, 0)
}

/// Returns the source of a template with strict operators, to be compiled.
pub(super) fn strict_template(parts: &[Part]) -> String {
    let mut out = String::new();
    template(parts, &mut out);
    out
}

fn template(parts: &[Part], out: &mut String) {
    for part in parts {
        match part {
            // As a constant, so that whitespace and braces survive a second parse; it is what the
            // workflow itself says, so that markup in it stays markup.
            Part::Text(text) => {
                *out += &format!("{{{{ {} | safe }}}}", literal(&Value::from(text)));
            }
            Part::Emit(node) => *out += &format!("{{{{ {} }}}}", strict(node)),
            Part::If {
                condition,
                then,
                otherwise,
            } => {
                *out += &format!("{{% if {} %}}", strict(condition));
                template(then, out);
                if !otherwise.is_empty() {
                    *out += "{% else %}";
                    template(otherwise, out);
                }
                *out += "{% endif %}";
            }
            Part::For {
                names,
                over,
                only,
                body,
                otherwise,
            } => {
                *out += &format!("{{% for {} in {}", names.join(", "), strict(over));
                if let Some(only) = only {
                    *out += &format!(" if {}", strict(only));
                }
                *out += " %}";
                template(body, out);
                if !otherwise.is_empty() {
                    *out += "{% else %}";
                    template(otherwise, out);
                }
                *out += "{% endfor %}";
            }
            Part::Set(name, node) => *out += &format!("{{% set {name} = {} %}}", strict(node)),
            Part::Break => *out += "{% break %}",
            Part::Continue => *out += "{% continue %}",
        }
    }
}

/// Returns a constant as source.
pub fn literal(value: &Value) -> String {
    if value.is_none() || value.is_undefined() {
        return "none".to_owned();
    }
    serde_json::to_string(value).unwrap_or_else(|_| "none".to_owned())
}

struct Printer {
    strict: bool,
}

impl Printer {
    fn node(&self, node: &Node, above: u8) -> String {
        let level = precedence(node);
        let text = self.bare(node);
        if level < above && !(self.strict && matches!(node, Node::Binary(..))) {
            format!("({text})")
        } else {
            text
        }
    }

    fn bare(&self, node: &Node) -> String {
        match node {
            Node::Literal(value) if !self.strict => shown_literal(value),
            Node::Literal(value) => literal(value),
            Node::Name(name) => name.clone(),
            Node::Field(base, field) => self.field(base, field),
            Node::Item(base, index) => {
                format!("{}[{}]", self.node(base, 9), self.node(index, 0))
            }
            Node::Slice(base, start, stop) => {
                let end = |side: &Option<Box<Node>>| {
                    side.as_ref().map_or(String::new(), |n| self.node(n, 0))
                };
                format!("{}[{}:{}]", self.node(base, 9), end(start), end(stop))
            }
            Node::Not(inner) => format!("not {}", self.node(inner, 3)),
            Node::Negate(inner) if self.strict => format!(
                "__subtract(0, {}, {})",
                self.node(inner, 0),
                literal(&Value::from(show(node)))
            ),
            Node::Negate(inner) => format!("-{}", self.node(inner, 8)),
            Node::Binary(operator, left, right) => self.binary(node, *operator, left, right),
            Node::Choice {
                condition,
                then,
                otherwise,
            } => {
                let mut out = format!("{} if {}", self.node(then, 1), self.node(condition, 1));
                if let Some(otherwise) = otherwise {
                    out += &format!(" else {}", self.node(otherwise, 0));
                } else if self.strict {
                    out += " else none";
                }
                if self.strict { format!("({out})") } else { out }
            }
            Node::Call(name, args, Form::Filter) => match args.split_first() {
                Some((base, rest)) => {
                    format!(
                        "{} | {name}{}",
                        self.node(base, 7),
                        self.arguments(rest, false)
                    )
                }
                None => name.clone(),
            },
            Node::Call(name, args, Form::Function) => match name.strip_suffix('=') {
                Some(key) => format!("{key}={}", self.list(args)),
                None => format!("{name}{}", self.arguments(args, true)),
            },
            Node::Test(name, args) => match args.split_first() {
                Some((base, rest)) => format!(
                    "{} is {name}{}",
                    self.node(base, 7),
                    self.arguments(rest, false)
                ),
                None => name.clone(),
            },
            Node::List(items) => format!("[{}]", self.list(items)),
            Node::Map(pairs) => {
                let pairs: Vec<String> = pairs
                    .iter()
                    .map(|(k, v)| format!("{}: {}", self.node(k, 0), self.node(v, 0)))
                    .collect();
                format!("{{{}}}", pairs.join(", "))
            }
        }
    }

    fn field(&self, base: &Node, field: &str) -> String {
        let base = self.node(base, 9);
        let plain = field.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            && field.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        match (plain, self.strict) {
            (true, _) => format!("{base}.{field}"),
            (false, true) => format!("{base}[{}]", literal(&Value::from(field))),
            (false, false) => format!("{base}['{}']", field.replace('\'', "\\'")),
        }
    }

    fn binary(&self, whole: &Node, operator: Operator, left: &Node, right: &Node) -> String {
        let asks_for_none = |n: &Node| matches!(n, Node::Literal(value) if value.is_none());
        if self.strict
            && operator == Operator::Unequal
            && (asks_for_none(left) || asks_for_none(right))
        {
            let equal = Node::Binary(
                Operator::Equal,
                Box::new(left.clone()),
                Box::new(right.clone()),
            );
            return format!("(not {})", self.node(&equal, 0));
        }
        let function = super::ops::strict_name(operator).filter(|_| self.strict);
        if let Some(function) = function {
            return format!(
                "{function}({}, {}, {})",
                self.node(left, 0),
                self.node(right, 0),
                literal(&Value::from(show(whole)))
            );
        }
        let level = precedence(whole);
        let text = format!(
            "{} {} {}",
            self.node(left, level),
            operator.symbol(),
            self.node(right, level + 1)
        );
        if self.strict {
            format!("({text})")
        } else {
            text
        }
    }

    fn arguments(&self, args: &[Node], always: bool) -> String {
        if args.is_empty() && !always {
            return String::new();
        }
        format!("({})", self.list(args))
    }

    fn list(&self, items: &[Node]) -> String {
        items
            .iter()
            .map(|n| self.node(n, 0))
            .collect::<Vec<_>>()
            .join(", ")
    }
}

fn shown_literal(value: &Value) -> String {
    match value.as_str() {
        Some(text) if !text.contains('\'') && !text.contains('\\') => format!("'{text}'"),
        _ => literal(value),
    }
}

fn precedence(node: &Node) -> u8 {
    match node {
        Node::Choice { .. } => 0,
        Node::Binary(Operator::Or, ..) => 1,
        Node::Binary(Operator::And, ..) => 2,
        Node::Not(_) => 3,
        Node::Binary(
            Operator::Equal
            | Operator::Unequal
            | Operator::Less
            | Operator::AtMost
            | Operator::Greater
            | Operator::AtLeast
            | Operator::In,
            ..,
        ) => 4,
        Node::Binary(Operator::Add | Operator::Subtract | Operator::Join, ..) => 5,
        Node::Binary(..) => 6,
        Node::Call(_, _, Form::Filter) | Node::Test(..) => 7,
        Node::Negate(_) => 8,
        _ => 9,
    }
}
