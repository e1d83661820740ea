//! The syntax of expressions and templates as our own small tree. This is the one file that
//! touches minijinja's unstable parser types.

mod children;
mod lines;
mod symbol;

use minijinja::Value;
use minijinja::machinery::{self, ast};

use super::Error;

/// An expression.
#[derive(Debug, Clone)]
pub enum Node {
    /// A constant.
    Literal(Value),
    /// A name in scope.
    Name(String),
    /// `base.field`, or `base['field']`.
    Field(Box<Node>, String),
    /// `base[index]`.
    Item(Box<Node>, Box<Node>),
    /// `base[start:stop]`.
    Slice(Box<Node>, Option<Box<Node>>, Option<Box<Node>>),
    /// `not a`.
    Not(Box<Node>),
    /// `-a`.
    Negate(Box<Node>),
    /// `a op b`.
    Binary(Operator, Box<Node>, Box<Node>),
    /// `then if condition else otherwise`.
    Choice {
        /// What decides.
        condition: Box<Node>,
        /// The value if it holds.
        then: Box<Node>,
        /// The value if not; missing without one.
        otherwise: Option<Box<Node>>,
    },
    /// `name(a, b)` and `a | name(b)` alike; the flag says that it was written as a filter.
    Call(String, Vec<Node>, Form),
    /// `a is name(b)`.
    Test(String, Vec<Node>),
    /// `[a, b]`.
    List(Vec<Node>),
    /// `{a: b}`.
    Map(Vec<(Node, Node)>),
}

/// How a call was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `name(a)`.
    Function,
    /// `a | name`.
    Filter,
}

/// An operator between two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `or`
    Or,
    /// `and`
    And,
    /// `==`
    Equal,
    /// `!=`
    Unequal,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
    /// `in`
    In,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `//`
    DivideWhole,
    /// `%`
    Remainder,
    /// `**`
    Power,
    /// `~`
    Join,
}

/// A piece of a template.
#[derive(Debug, Clone)]
pub enum Part {
    /// Text as it is.
    Text(String),
    /// `{{ a }}`.
    Emit(Node),
    /// `{% if a %}`, with `elif` as a nested `If` in `otherwise`.
    If {
        /// What decides.
        condition: Node,
        /// If it holds.
        then: Vec<Part>,
        /// If not.
        otherwise: Vec<Part>,
    },
    /// `{% for a, b in list if condition %}`.
    For {
        /// The names it binds.
        names: Vec<String>,
        /// The list.
        over: Node,
        /// Which items count.
        only: Option<Node>,
        /// For each.
        body: Vec<Part>,
        /// If there is none.
        otherwise: Vec<Part>,
    },
    /// `{% set name = a %}`.
    Set(String, Node),
    /// `{% break %}`
    Break,
    /// `{% continue %}`
    Continue,
}

/// Parses an expression.
pub fn expression(source: &str) -> Result<Node, Error> {
    let parsed = machinery::parse_expr(source).map_err(|e| Error::syntax(source, &e))?;
    node(&parsed)
}

/// Parses a template.
pub fn template(source: &str) -> Result<Vec<Part>, Error> {
    let mut syntax = minijinja::syntax::SyntaxConfig::builder();
    syntax
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true);
    let syntax = syntax.build().map_err(|e| Error::syntax(source, &e))?;
    let marked = lines::marked(source);
    let parsed =
        machinery::parse(&marked, "template", syntax).map_err(|e| Error::syntax(source, &e))?;
    match parsed {
        ast::Stmt::Template(template) => parts(&template.children),
        _ => Err(Error::new("This is not a template")),
    }
}

fn parts(statements: &[ast::Stmt<'_>]) -> Result<Vec<Part>, Error> {
    statements.iter().map(part).collect()
}

fn part(statement: &ast::Stmt<'_>) -> Result<Part, Error> {
    Ok(match statement {
        ast::Stmt::EmitRaw(raw) => Part::Text(raw.raw.to_owned()),
        ast::Stmt::EmitExpr(emit) => Part::Emit(node(&emit.expr)?),
        ast::Stmt::IfCond(branch) => Part::If {
            condition: node(&branch.expr)?,
            then: parts(&branch.true_body)?,
            otherwise: parts(&branch.false_body)?,
        },
        ast::Stmt::ForLoop(repeat) if !repeat.recursive => Part::For {
            names: targets(&repeat.target)?,
            over: node(&repeat.iter)?,
            only: repeat.filter_expr.as_ref().map(node).transpose()?,
            body: parts(&repeat.body)?,
            otherwise: parts(&repeat.else_body)?,
        },
        ast::Stmt::Set(set) => match &set.target {
            ast::Expr::Var(name) => Part::Set(name.id.to_owned(), node(&set.expr)?),
            _ => return Err(unsupported("`set` of more than one name")),
        },
        ast::Stmt::Break(_) => Part::Break,
        ast::Stmt::Continue(_) => Part::Continue,
        ast::Stmt::ForLoop(_) => return Err(unsupported("a recursive `for`")),
        ast::Stmt::Macro(_) | ast::Stmt::CallBlock(_) => return Err(unsupported("`macro`")),
        ast::Stmt::Include(_)
        | ast::Stmt::Import(_)
        | ast::Stmt::FromImport(_)
        | ast::Stmt::Extends(_)
        | ast::Stmt::Block(_) => return Err(unsupported("including other templates")),
        _ => return Err(unsupported("this block")),
    })
}

fn targets(target: &ast::Expr<'_>) -> Result<Vec<String>, Error> {
    match target {
        ast::Expr::Var(name) => Ok(vec![name.id.to_owned()]),
        ast::Expr::List(list) => list
            .items
            .iter()
            .map(targets)
            .collect::<Result<Vec<_>, _>>()
            .map(|n| n.concat()),
        ast::Expr::Tuple(list) => list
            .items
            .iter()
            .map(targets)
            .collect::<Result<Vec<_>, _>>()
            .map(|n| n.concat()),
        _ => Err(unsupported("this loop variable")),
    }
}

fn unsupported(what: &str) -> Error {
    Error::new(format!("Templates here have no {what}"))
        .help("Use {{ value }}, {% if %}, {% for %} and {% set %}.")
}

fn boxed(expr: &ast::Expr<'_>) -> Result<Box<Node>, Error> {
    node(expr).map(Box::new)
}

fn nodes(exprs: &[ast::Expr<'_>]) -> Result<Vec<Node>, Error> {
    exprs.iter().map(node).collect()
}

fn node(expr: &ast::Expr<'_>) -> Result<Node, Error> {
    Ok(match expr {
        ast::Expr::Var(name) => Node::Name(name.id.to_owned()),
        ast::Expr::Const(value) => Node::Literal(value.value.clone()),
        ast::Expr::Slice(slice) => {
            if slice.step.is_some() {
                return Err(Error::new("Slices here have no step"));
            }
            Node::Slice(
                boxed(&slice.expr)?,
                slice.start.as_ref().map(boxed).transpose()?,
                slice.stop.as_ref().map(boxed).transpose()?,
            )
        }
        ast::Expr::UnaryOp(unary) => match unary.op {
            ast::UnaryOpKind::Not => Node::Not(boxed(&unary.expr)?),
            ast::UnaryOpKind::Neg => match node(&unary.expr)? {
                Node::Literal(value) if value.is_number() => {
                    Node::Literal(super::ops::negate(&value))
                }
                other => Node::Negate(Box::new(other)),
            },
        },
        ast::Expr::BinOp(binary) => Node::Binary(
            operator(binary.op),
            boxed(&binary.left)?,
            boxed(&binary.right)?,
        ),
        ast::Expr::Compare(chain) => comparisons(chain)?,
        ast::Expr::IfExpr(choice) => Node::Choice {
            condition: boxed(&choice.test_expr)?,
            then: boxed(&choice.true_expr)?,
            otherwise: choice.false_expr.as_ref().map(boxed).transpose()?,
        },
        ast::Expr::Filter(filter) => {
            let base = filter
                .expr
                .as_ref()
                .ok_or_else(|| unsupported("filter blocks"))?;
            let mut all = vec![node(base)?];
            all.extend(arguments(filter.name, &filter.args)?);
            Node::Call(filter.name.to_owned(), all, Form::Filter)
        }
        ast::Expr::Test(test) => {
            let mut all = vec![node(&test.expr)?];
            all.extend(arguments(test.name, &test.args)?);
            Node::Test(test.name.to_owned(), all)
        }
        ast::Expr::GetAttr(get) => Node::Field(boxed(&get.expr)?, get.name.to_owned()),
        ast::Expr::GetItem(get) => match node(&get.subscript_expr)? {
            Node::Literal(key) if key.as_str().is_some() => Node::Field(
                boxed(&get.expr)?,
                key.as_str().unwrap_or_default().to_owned(),
            ),
            key => Node::Item(boxed(&get.expr)?, Box::new(key)),
        },
        ast::Expr::Call(call) => match call.identify_call() {
            ast::CallType::Function(name) => Node::Call(
                name.to_owned(),
                arguments(name, &call.args)?,
                Form::Function,
            ),
            // `text.lower()` is how Python writes `text | lower`: read as what is meant.
            ast::CallType::Method(base, name) => {
                let mut all = vec![node(base)?];
                all.extend(arguments(name, &call.args)?);
                Node::Call(name.to_owned(), all, Form::Filter)
            }
            _ => return Err(Error::new("Only a function can be called")),
        },
        ast::Expr::List(list) => Node::List(nodes(&list.items)?),
        ast::Expr::Tuple(list) => Node::List(nodes(&list.items)?),
        ast::Expr::Map(map) => Node::Map(
            map.keys
                .iter()
                .zip(&map.values)
                .map(|(k, v)| Ok((node(k)?, node(v)?)))
                .collect::<Result<_, Error>>()?,
        ),
    })
}

/// Reads `a < b < c` as `a < b and b < c`; expressions are pure, so `b` may be read twice.
fn comparisons(chain: &ast::Compare<'_>) -> Result<Node, Error> {
    let mut left = node(&chain.expr)?;
    let mut whole: Option<Node> = None;
    for link in &chain.ops {
        let right = node(&link.expr)?;
        let one = match comparison(link.op) {
            (operator, false) => Node::Binary(operator, Box::new(left), Box::new(right.clone())),
            (operator, true) => Node::Not(Box::new(Node::Binary(
                operator,
                Box::new(left),
                Box::new(right.clone()),
            ))),
        };
        whole = Some(match whole {
            Some(before) => Node::Binary(Operator::And, Box::new(before), Box::new(one)),
            None => one,
        });
        left = right;
    }
    whole.ok_or_else(|| Error::new("This comparison has one side"))
}

fn arguments(name: &str, args: &[ast::CallArg<'_>]) -> Result<Vec<Node>, Error> {
    args.iter()
        .map(|arg| match arg {
            ast::CallArg::Pos(expr) => node(expr),
            // `sort(attribute='x')` reads the same to the filters that know the name.
            ast::CallArg::Kwarg(key, expr) => Ok(Node::Call(
                format!("{key}="),
                vec![node(expr)?],
                Form::Function,
            )),
            _ => Err(Error::new(format!("`{name}` takes no `*` arguments"))),
        })
        .collect()
}

fn comparison(kind: ast::CompareOpKind) -> (Operator, bool) {
    match kind {
        ast::CompareOpKind::Eq => (Operator::Equal, false),
        ast::CompareOpKind::Ne => (Operator::Unequal, false),
        ast::CompareOpKind::Lt => (Operator::Less, false),
        ast::CompareOpKind::Lte => (Operator::AtMost, false),
        ast::CompareOpKind::Gt => (Operator::Greater, false),
        ast::CompareOpKind::Gte => (Operator::AtLeast, false),
        ast::CompareOpKind::In => (Operator::In, false),
        ast::CompareOpKind::NotIn => (Operator::In, true),
    }
}

fn operator(kind: ast::BinOpKind) -> Operator {
    match kind {
        ast::BinOpKind::Eq => Operator::Equal,
        ast::BinOpKind::Ne => Operator::Unequal,
        ast::BinOpKind::Lt => Operator::Less,
        ast::BinOpKind::Lte => Operator::AtMost,
        ast::BinOpKind::Gt => Operator::Greater,
        ast::BinOpKind::Gte => Operator::AtLeast,
        ast::BinOpKind::ScAnd => Operator::And,
        ast::BinOpKind::ScOr => Operator::Or,
        ast::BinOpKind::Add => Operator::Add,
        ast::BinOpKind::Sub => Operator::Subtract,
        ast::BinOpKind::Mul => Operator::Multiply,
        ast::BinOpKind::Div => Operator::Divide,
        ast::BinOpKind::FloorDiv => Operator::DivideWhole,
        ast::BinOpKind::Rem => Operator::Remainder,
        ast::BinOpKind::Pow => Operator::Power,
        ast::BinOpKind::Concat => Operator::Join,
        ast::BinOpKind::In => Operator::In,
    }
}
