//! Reading calls, filters and tests.

use super::{Node, Problem, Reader, Type, did_you_mean, show};
use crate::expr::ast;
use crate::expr::functions::{self, JINJA_FILTERS, OVER_ITEMS, TESTS};

impl Reader<'_> {
    pub(super) fn call(&mut self, node: &Node, name: &str, args: &[Node]) -> Type {
        if name.ends_with('=') {
            return args.first().map_or(Type::Any, |n| self.node(n));
        }
        if OVER_ITEMS.contains(&name)
            && let [list, Node::Literal(condition)] = args
            && let Some(source) = condition.as_str()
        {
            return self.over_items(node, name, list, source);
        }
        let kinds: Vec<Type> = args.iter().map(|n| self.node(n)).collect();
        if let Some(function) = functions::find(name) {
            let (least, most) = function.arity;
            if args.len() < least || args.len() > most {
                self.report(
                    Problem::Arguments,
                    node,
                    format!("`{name}` is used as {name}({})", function.arguments),
                    None,
                );
            }
            self.fits(node, name, &kinds);
            return (function.returns)(&kinds);
        }
        if JINJA_FILTERS.contains(&name) {
            return self.jinja(node, name, args, &kinds);
        }
        let known: Vec<&str> = functions::all()
            .map(|f| f.name)
            .chain(JINJA_FILTERS)
            .collect();
        let help = match name {
            "len" => Some("Write `list | length`.".to_owned()),
            "str" => Some("Write `x | string`.".to_owned()),
            "float" | "int" => Some("Write `number(x)`.".to_owned()),
            _ => did_you_mean(name, known),
        };
        self.report(
            Problem::UnknownFunction,
            node,
            format!("There is no function `{name}`"),
            help,
        );
        Type::Any
    }

    /// Reads `where(list, 'condition over item')` with `item` bound to the list's items.
    fn over_items(&mut self, node: &Node, name: &str, list: &Node, source: &str) -> Type {
        let kind = self.node(list);
        let item = match &kind {
            Type::List(item) => (**item).clone(),
            _ => Type::Any,
        };
        if !matches!(kind, Type::List(_)) && !kind.is_open() {
            self.report(
                Problem::Mismatch,
                node,
                format!(
                    "`{name}` goes through a list, and `{}` is {}",
                    show(list),
                    kind.words()
                ),
                None,
            );
        }
        match ast::expression(source) {
            Ok(condition) => {
                self.local.push(("item".to_owned(), item));
                self.node(&condition);
                self.local.pop();
            }
            Err(error) => self.report(Problem::Arguments, node, error.message, error.help),
        }
        if name == "where" { kind } else { Type::Boolean }
    }

    /// Reports a first argument that a function cannot take.
    fn fits(&mut self, node: &Node, name: &str, kinds: &[Type]) {
        let Some(first) = kinds.first().filter(|k| !k.is_open()) else {
            return;
        };
        let wants = match name {
            "days_until"
            | "days_since"
            | "add_days"
            | "add_months"
            | "weekday"
            | "is_weekend"
            | "format_date"
            | "business_days_between"
            | "days_between"
            | "add_business_days"
                if !matches!(first, Type::Date | Type::Time) =>
            {
                let literal_date = matches!(first, Type::OneOf(k) if k.values.iter().all(|v| super::operators::looks_like_a_date(v)));
                if literal_date {
                    return;
                }
                (
                    "a date",
                    "Pin the field as date under `fields`, or use parse_date(text, format).",
                )
            }
            "matches" | "extract" | "normalize" | "split" | "starts_with" | "ends_with"
                if !first.is_text() =>
            {
                ("a text", "Write `x | string` to make a text of it.")
            }
            "round" | "floor" | "ceil" | "abs" if !first.is_number() && !first.is_text() => {
                ("a number", "number(x) reads the number in a text.")
            }
            _ => return,
        };
        self.report(
            Problem::Mismatch,
            node,
            format!("`{name}` needs {}, and this is {}", wants.0, first.words()),
            Some(wants.1.to_owned()),
        );
    }

    fn jinja(&mut self, node: &Node, name: &str, args: &[Node], kinds: &[Type]) -> Type {
        let base = kinds.first().cloned().unwrap_or(Type::Any);
        let item = match &base {
            Type::List(item) => (**item).clone(),
            _ => Type::Any,
        };
        if matches!(
            name,
            "selectattr" | "rejectattr" | "map" | "groupby" | "sort"
        ) {
            self.attribute(node, args, &item);
        }
        match name {
            "length" | "count" => {
                if base.is_number() || matches!(base, Type::Boolean) {
                    self.report(
                        Problem::Mismatch,
                        node,
                        format!("`length` counts a list, and this is {}", base.words()),
                        None,
                    );
                }
                Type::Integer
            }
            "int" => Type::Integer,
            "float" => Type::Number,
            "bool" => Type::Boolean,
            "first" | "last" => item,
            "list" | "sort" | "reverse" | "select" | "reject" | "selectattr" | "rejectattr" => base,
            "map" => Type::list(self.mapped(args, &item)),
            "default" | "d" => base.or(kinds.get(1).cloned().unwrap_or(Type::Text)),
            "lines" => Type::list(Type::Text),
            "attr" | "batch" | "chain" | "dictsort" | "groupby" | "items" => Type::Any,
            "lower" | "upper" | "trim" => Type::Text,
            _ => Type::Text,
        }
    }

    /// Checks the attribute that a filter names against the items of the list.
    fn attribute(&mut self, node: &Node, args: &[Node], item: &Type) {
        let Some(name) = attribute_name(args) else {
            return;
        };
        let Type::Object(shape) = item else { return };
        let first = name.split('.').next().unwrap_or_default();
        if !shape.open && !shape.fields.contains_key(first) {
            let help = did_you_mean(first, shape.fields.keys().map(String::as_str));
            self.report(
                Problem::UnknownField,
                node,
                format!("The items have no field `{first}`"),
                help,
            );
        }
    }

    fn mapped(&self, args: &[Node], item: &Type) -> Type {
        match (attribute_name(args), item) {
            (Some(name), Type::Object(shape)) => {
                shape.fields.get(&name).cloned().unwrap_or(Type::Any)
            }
            _ => Type::Any,
        }
    }

    pub(super) fn test(&mut self, node: &Node, name: &str, args: &[Node]) -> Type {
        for arg in args {
            // `x is defined` asks whether the name is there, so it may be unknown.
            if !matches!(name, "defined" | "undefined") {
                self.node(arg);
            }
        }
        if !TESTS.contains(&name) {
            let help = did_you_mean(name, TESTS);
            self.report(
                Problem::UnknownFunction,
                node,
                format!("There is no test `is {name}`"),
                help,
            );
        }
        Type::Boolean
    }
}

/// Returns the attribute that `selectattr('x', …)`, `map(attribute='x')` or `sort(attribute='x')` names.
fn attribute_name(args: &[Node]) -> Option<String> {
    args.iter()
        .skip(1)
        .find_map(|arg| match arg {
            Node::Call(key, inner, _) if key == "attribute=" => match inner.first() {
                Some(Node::Literal(value)) => value.as_str().map(str::to_owned),
                _ => None,
            },
            _ => None,
        })
        .or_else(|| match args.get(1) {
            Some(Node::Literal(value)) => value.as_str().map(str::to_owned),
            _ => None,
        })
}
