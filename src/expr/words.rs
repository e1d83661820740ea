//! An expression in plain words, for people who do not read formulas.

use super::ast::{Node, Operator};
use super::print::show;

/// Returns the expression in words: `account.health_score < 50` is "health score is below 50".
pub fn words(node: &Node) -> String {
    say(node)
}

fn say(node: &Node) -> String {
    match node {
        Node::Binary(operator @ (Operator::And | Operator::Or), left, right) => {
            let nested = |side: &Node| matches!(side, Node::Binary(o @ (Operator::And | Operator::Or), ..) if o != operator);
            let side = |n: &Node| {
                if nested(n) {
                    format!("({})", say(n))
                } else {
                    say(n)
                }
            };
            format!("{} {} {}", side(left), operator.symbol(), side(right))
        }
        Node::Binary(operator, left, right) => compare(*operator, left, right),
        Node::Not(inner) => match &**inner {
            Node::Binary(Operator::In, item, list) => {
                format!("{} is not one of {}", value(item), value(list))
            }
            Node::Test(name, args) if name == "missing" || name == "none" => {
                format!("{} is known", args.first().map(value).unwrap_or_default())
            }
            other => format!("not ({})", say(other)),
        },
        Node::Test(name, args) => {
            let base = args.first().map(value).unwrap_or_default();
            match name.as_str() {
                "missing" | "none" => format!("{base} is missing"),
                "defined" => format!("{base} is there"),
                other => format!("{base} is {other}"),
            }
        }
        Node::Call(name, args, _) => call(name, args),
        Node::Literal(literal) if literal.kind() == minijinja::value::ValueKind::Bool => {
            if literal.is_true() {
                "always".to_owned()
            } else {
                "never".to_owned()
            }
        }
        other => value(other),
    }
}

fn compare(operator: Operator, left: &Node, right: &Node) -> String {
    if let Node::Literal(literal) = right {
        let positive = match operator {
            Operator::Equal => Some(true),
            Operator::Unequal => Some(false),
            _ => None,
        };
        if let Some(positive) = positive {
            if literal.kind() == minijinja::value::ValueKind::Bool {
                let yes = literal.is_true() == positive;
                return format!("{} is {}", value(left), if yes { "yes" } else { "no" });
            }
            if literal.is_none() {
                return format!(
                    "{} is {}",
                    value(left),
                    if positive { "missing" } else { "known" }
                );
            }
        }
    }
    if let Some(text) = of_dates(operator, left, right) {
        return text;
    }
    let relation = match operator {
        Operator::Less if is_day(left) || is_day(right) => "is before",
        Operator::AtMost if is_day(left) || is_day(right) => "is on or before",
        Operator::Greater if is_day(left) || is_day(right) => "is after",
        Operator::AtLeast if is_day(left) || is_day(right) => "is on or after",
        Operator::Equal => "is",
        Operator::Unequal => "is not",
        Operator::Less => "is below",
        Operator::AtMost => "is at most",
        Operator::Greater => "is above",
        Operator::AtLeast => "is at least",
        Operator::In => match right {
            Node::List(_) | Node::Literal(_) => "is one of",
            _ => "is in",
        },
        other => other.symbol(),
    };
    format!("{} {relation} {}", value(left), value(right))
}

/// Is a value a day of the calendar, as far as its form tells?
fn is_day(node: &Node) -> bool {
    const DAYS: [&str; 5] = ["today", "now", "add_days", "add_months", "parse_date"];
    match node {
        Node::Call(name, ..) => DAYS.contains(&name.as_str()),
        Node::Field(_, name) => ["_on", "_at", "_date"]
            .iter()
            .any(|end| name.ends_with(end)),
        _ => false,
    }
}

/// Says `days_until(x) <= 90` as "x is within 90 days".
fn of_dates(operator: Operator, left: &Node, right: &Node) -> Option<String> {
    let (Node::Call(name, args, _), Node::Literal(_)) = (left, right) else {
        return None;
    };
    let day = args.first().map(value)?;
    let days = value(right);
    Some(match (name.as_str(), operator) {
        ("days_until", Operator::AtMost) => format!("{day} is at most {days} days away"),
        ("days_until", Operator::Less) => format!("{day} is less than {days} days away"),
        ("days_until", Operator::Greater) => format!("{day} is more than {days} days away"),
        ("days_until", Operator::AtLeast) => format!("{day} is at least {days} days away"),
        ("days_since", Operator::AtMost) => format!("{day} was at most {days} days ago"),
        ("days_since", Operator::Less) => format!("{day} was less than {days} days ago"),
        ("days_since", Operator::Greater) => format!("{day} was more than {days} days ago"),
        ("days_since", Operator::AtLeast) => format!("{day} was at least {days} days ago"),
        _ => return None,
    })
}

fn call(name: &str, args: &[Node]) -> String {
    let first = args.first().map(value).unwrap_or_default();
    let second = args.get(1).map(value).unwrap_or_default();
    match name {
        "today" => "today".to_owned(),
        "now" => "now".to_owned(),
        "days_until" => format!("days until {first}"),
        "days_since" => format!("days since {first}"),
        "hours_since" => format!("hours since {first}"),
        "percent_change" => format!("the change in percent from {first} to {second}"),
        "length" | "count" => format!("the number of {first}"),
        "coalesce" if args.len() == 2 && !is_text(&args[1]) => {
            format!("{first} ({second} if missing)")
        }
        "number" | "list" | "string" | "coalesce" | "default" | "d" | "round" | "lower" => first,
        "parse_date" if args.len() == 1 => args.first().map(plain).unwrap_or_default(),
        "add_days" if args.len() == 2 => moved(&args[0], &args[1], "days"),
        "add_months" if args.len() == 2 => moved(&args[0], &args[1], "months"),
        "starts_with" => format!("{first} starts with {second}"),
        "ends_with" => format!("{first} ends with {second}"),
        "unique"
            if let Some(Node::Call(name, of, _)) = args.first()
                && let ("map", [list, field]) = (name.as_str(), without_case(of)) =>
        {
            format!("different {} of {}", attribute(field), value(list))
        }
        "sort" if args.len() > 1 => format!("{first} by {}", attribute(&args[1])),
        "last" | "first"
            if let Some(Node::Call(of, sorted, _)) = args.first()
                && of == "sort"
                && sorted.len() > 1 =>
        {
            let which = if name == "last" { "latest" } else { "earliest" };
            let list = call("sort", sorted);
            format!("the {which} of {list}")
        }
        "first" | "last" if args.len() == 1 => first,
        "max" if args.len() == 2 && is_figure(&args[1]) => format!("{first}, at least {second}"),
        "max" | "min" | "sum" | "avg" if args.len() == 2 && matches!(args[1], Node::Literal(_)) => {
            let what = match name {
                "max" => "",
                "min" => "least ",
                "sum" => "sum of ",
                _ => "mean ",
            };
            format!("{what}{} of {first}", plain(&args[1]))
        }
        "contains" => format!("{first} contains {second}"),
        "contains_any" => format!("{first} contains any of {second}"),
        "matches" => format!("{first} matches {second}"),
        "where" => format!("{first} where {}", condition(args.get(1))),
        "any" if args.len() > 1 => format!("any of {first} has {}", condition(args.get(1))),
        "all" if args.len() > 1 => format!("all of {first} have {}", condition(args.get(1))),
        "selectattr" => match args {
            [list, field, test, wanted] => format!(
                "{} with {} {} {}",
                value(list),
                plain(field),
                plain(test),
                value(wanted)
            ),
            [list, field] => format!("{} with {}", value(list), plain(field)),
            _ => show(&Node::Call(
                name.to_owned(),
                args.to_vec(),
                super::ast::Form::Filter,
            )),
        },
        "count_true" => format!(
            "how many of these hold: {}",
            args.iter().map(words).collect::<Vec<_>>().join("; ")
        ),
        _ => {
            let args: Vec<String> = args.iter().map(value).collect();
            format!("{}({})", name.replace('_', " "), args.join(", "))
        }
    }
}

fn is_figure(node: &Node) -> bool {
    matches!(node, Node::Literal(literal) if literal.is_number())
}

fn is_text(node: &Node) -> bool {
    matches!(node, Node::Literal(literal) if literal.as_str().is_some())
}

/// Says a day so many days or months after another, or before it.
fn moved(day: &Node, by: &Node, unit: &str) -> String {
    let back = match by {
        Node::Negate(by) => Some(value(by)),
        Node::Literal(by) => by.to_string().strip_prefix('-').map(str::to_owned),
        _ => None,
    };
    match back {
        Some(by) => format!("{by} {unit} before {}", value(day)),
        None => format!("{} {unit} after {}", value(by), value(day)),
    }
}

/// Returns the arguments of a `map`, also of one around another that only changes the case.
fn without_case(args: &[Node]) -> &[Node] {
    match args {
        [Node::Call(name, inner, _), case] if name == "map" && is_text(case) => inner,
        args => args,
    }
}

/// Returns the name of a field that is given as `attribute='name'`.
fn attribute(node: &Node) -> String {
    let shown = show(node);
    let name = shown
        .split_once("attribute=")
        .map_or(shown.as_str(), |(_, name)| name);
    let name = name.split(',').next().unwrap_or(name);
    name.trim_matches(|c: char| !c.is_alphanumeric())
        .replace('_', " ")
}

fn condition(node: Option<&Node>) -> String {
    match node {
        Some(Node::Literal(source)) => source
            .as_str()
            .and_then(|s| super::ast::expression(s).ok())
            .map(|n| words(&n))
            .unwrap_or_default(),
        Some(other) => value(other),
        None => String::new(),
    }
}

fn plain(node: &Node) -> String {
    match node {
        Node::Literal(v) => match v.as_str() {
            Some("eq" | "equalto") => "is".to_owned(),
            Some("ne") => "is not".to_owned(),
            Some("lt") => "below".to_owned(),
            Some("le") => "at most".to_owned(),
            Some("gt") => "above".to_owned(),
            Some("ge") => "at least".to_owned(),
            Some(text) => text.replace('_', " "),
            None => value(node),
        },
        other => value(other),
    }
}

fn value(node: &Node) -> String {
    match node {
        Node::Literal(literal) => match literal.as_str() {
            Some(text) => format!("“{text}”"),
            None if literal.is_none() => "missing".to_owned(),
            None => literal.to_string(),
        },
        Node::Name(name) => name.replace('_', " "),
        // Of `account.health_score` people say "health score"; of a step's only field, its name.
        Node::Field(base, field) => match &**base {
            Node::Name(base) if matches!(base.as_str(), "row" | "item") => field.replace('_', " "),
            Node::Name(base) if field == "because" => format!("why ({})", base.replace('_', " ")),
            Node::Name(_) | Node::Field(..) => field.replace('_', " "),
            other => format!("{} of {}", field.replace('_', " "), value(other)),
        },
        Node::List(items) => items.iter().map(value).collect::<Vec<_>>().join(", "),
        Node::Binary(operator, left, right) => {
            // "(a - b) * c" is not "a - (b * c)".
            let side = |side: &Node| match side {
                Node::Binary(..) => format!("({})", value(side)),
                side => value(side),
            };
            format!("{} {} {}", side(left), operator.symbol(), side(right))
        }
        Node::Call(name, args, _) => call(name, args),
        Node::Negate(inner) => format!("-{}", value(inner)),
        Node::Choice {
            condition,
            then,
            otherwise,
        } => {
            let other = otherwise
                .as_ref()
                .map_or("missing".to_owned(), |n| value(n));
            format!("{} if {}, else {other}", value(then), words(condition))
        }
        Node::Not(_) | Node::Test(..) => say(node),
        other => show(other),
    }
}
