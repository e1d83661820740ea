//! A query for the rows that are wanted of a table.

use indexmap::IndexMap;

use super::condition::Conditions;
use super::{Class, Dialect, Parameter, SqlColumn, SqlTable};
use crate::connect::{Narrowing, Order};
use crate::spec::FieldType;

/// A query, with the values that go with it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Query {
    /// What is asked.
    pub sql: String,
    /// The values.
    pub parameters: Vec<Parameter>,
    /// The table that it is about, for messages.
    pub table: String,
    /// Do rows come in the order that was wanted?
    pub is_ordered: bool,
}

/// Returns the query for rows of a table: of some columns, each with the type that its cells are
/// read as.
///
/// Rows come in the order of the primary key, so that a table reads the same each time; where
/// another order is wanted and can be said, the key settles ties, as it does when rows that came in
/// its order are put into another one.
pub fn text_of(
    dialect: &dyn Dialect,
    (name, table): (&str, &SqlTable),
    fields: &IndexMap<String, FieldType>,
    narrowing: &Narrowing,
) -> Query {
    let columns = fields.iter().filter_map(|(name, field)| {
        let column = table.columns.get(name)?.clone();
        Some((name.clone(), (column, *field)))
    });
    let columns: IndexMap<String, (SqlColumn, FieldType)> = columns.collect();
    let mut conditions = Conditions {
        dialect,
        columns: &columns,
        parameters: Vec::new(),
    };
    let test = conditions.test(&narrowing.test);
    let is_all_said = match &test {
        Some(said) => said.is_exact,
        None => narrowing.test == crate::connect::Test::All(Vec::new()),
    };
    let mut wheres: Vec<String> = test.into_iter().map(|said| said.sql).collect();
    for (column, keys) in &narrowing.among {
        wheres.extend(conditions.among(column, keys).map(|said| said.sql));
    }
    let parameters = conditions.parameters;

    let cells: Vec<String> = columns
        .iter()
        .map(|(name, (column, _))| dialect.cell(&of_table(dialect, name), column))
        .collect();
    let table_name = dialect.table(name);
    let mut sql = format!("SELECT {} FROM {table_name} AS t", cells.join(", "));
    if !wheres.is_empty() {
        sql += &format!(" WHERE {}", wheres.join(" AND "));
    }
    let wanted = ordered(dialect, &columns, &narrowing.order_by);
    // Without a key, ties would come in any order.
    let is_ordered = wanted.is_some() && !table.key.is_empty();
    let mut order = wanted.filter(|_| is_ordered).unwrap_or_default();
    order.extend(table.key.iter().map(|key| of_table(dialect, key)));
    if !order.is_empty() {
        sql += &format!(" ORDER BY {}", order.join(", "));
    }
    // Without a key and a wanted order, any rows are the first ones.
    if let Some(limit) = narrowing.limit
        && (is_ordered || narrowing.order_by.is_empty())
        && is_all_said
        && narrowing.among.is_empty()
    {
        sql += &format!(" LIMIT {limit}");
    }
    Query {
        sql,
        parameters,
        table: name.to_owned(),
        is_ordered,
    }
}

/// Returns the quoted name of a column of the table. A bare one could stand for what is selected
/// under that name, which is text.
pub fn of_table(dialect: &dyn Dialect, column: &str) -> String {
    format!("t.{}", dialect.quoted(column))
}

/// Returns what rows are ordered by; `None` where the server would order otherwise than it is done
/// here.
fn ordered(
    dialect: &dyn Dialect,
    columns: &IndexMap<String, (SqlColumn, FieldType)>,
    order_by: &[Order],
) -> Option<Vec<String>> {
    let mut terms = Vec::new();
    for Order { column, descending } in order_by {
        let (of, field) = columns.get(column)?;
        if !of.class.is_natural(*field) {
            return None;
        }
        let quoted = of_table(dialect, column);
        let value = match of.class {
            Class::Integer | Class::Decimal { .. } | Class::Float => {
                dialect.number(&quoted, of.class, false)?.0
            }
            Class::Date => quoted.clone(),
            Class::Moment { .. } => dialect.second(&quoted),
            _ => return None,
        };
        let value = match dialect.is_value(&quoted, of.class) {
            Some(is_value) => format!("(CASE WHEN {is_value} THEN {value} END)"),
            None => value,
        };
        let direction = if *descending { " DESC" } else { "" };
        terms.push(format!("({value} IS NULL)"));
        terms.push(format!("{value}{direction}"));
    }
    Some(terms)
}
