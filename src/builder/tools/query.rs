//! Looking through a table.

use async_trait::async_trait;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::{Bench, Refusal, Tool, ToolAnswer};
use crate::builder::weigh::LOOKED_THROUGH;
use crate::connect::Scan;
use crate::engine::base_scope;
use crate::expr::{Condition, Value, from_json, to_json};

pub(super) struct Query;

/// What to look for.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Arguments {
    /// `connection.table`.
    table: String,
    /// An expression over `row`, as in `row.status == 'active'`.
    #[serde(default, rename = "where")]
    only: Option<String>,
    /// The columns to show; all without it.
    #[serde(default)]
    fields: Vec<String>,
    /// An expression over `row`: counts the rows for each of its values instead of showing them.
    #[serde(default)]
    count_by: Option<String>,
    /// How many rows to show; 5 without it, at most 30.
    #[serde(default)]
    limit: Option<usize>,
}

/// The longest text of a cell that is shown, in characters.
const LONGEST: usize = 160;
/// The most groups that are told.
const GROUPS: usize = 40;

#[async_trait]
impl Tool for Query {
    type Arguments = Arguments;
    const NAME: &'static str = "query";
    const ABOUT: &'static str = "Counts and shows rows of a table, chosen by an expression; or counts rows by the value of an expression. Use it to see how many cases a rule would concern. Expressions are Jinja's, with `x is missing`, `days_until(date)`, `days_since(date)`, `contains(text, part)` and more.";

    async fn call(
        &self,
        arguments: Arguments,
        bench: &mut Bench<'_>,
    ) -> Result<ToolAnswer, Refusal> {
        let compile =
            |source: &String| Condition::compile(source).map_err(|e| Refusal::new(e.message));
        let only = arguments.only.as_ref().map(compile).transpose()?;
        let count_by = arguments.count_by.as_ref().map(compile).transpose()?;
        let (connection, table) = arguments
            .table
            .split_once('.')
            .unwrap_or((&arguments.table, ""));
        let resources = bench.resources;
        let unknown = || {
            let known: Vec<String> = resources.catalog.table_names().collect();
            Refusal::new(format!("There is no table `{}`", arguments.table)).maybe_help(
                crate::diag::did_you_mean(&arguments.table, known.iter().map(String::as_str)),
            )
        };
        let connection = resources
            .connections
            .get(connection)
            .filter(|_| resources.catalog.table(&arguments.table).is_some())
            .ok_or_else(unknown)?;
        let columns = resources
            .catalog
            .table(&arguments.table)
            .map(|t| &t.columns);
        let lacks = |name: &&String| columns.is_some_and(|c| !c.contains_key(*name));
        if let (Some(name), Some(columns)) = (arguments.fields.iter().find(lacks), columns) {
            let known = columns.keys().map(String::as_str);
            return Err(
                Refusal::new(format!("`{}` has no column `{name}`", arguments.table))
                    .maybe_help(crate::diag::did_you_mean(name, known)),
            );
        }
        let failed = |e: crate::connect::ConnectError| Refusal::new(e.message).maybe_help(e.help);
        let mut stream = connection.scan(Scan::all(table)).await.map_err(failed)?;
        let mut scope = base_scope(&resources.run_info(&bench.session.name, None), &Json::Null);
        let limit = arguments.limit.unwrap_or(5).min(30);
        let (mut seen, mut matching) = (0usize, 0usize);
        let mut columns: Vec<String> = arguments.fields.clone();
        let mut rows: Vec<Json> = Vec::new();
        let mut groups: IndexMap<String, usize> = IndexMap::new();
        'reading: while let Some(chunk) = stream.next().await {
            for row in chunk.map_err(failed)? {
                seen += 1;
                if seen > LOOKED_THROUGH {
                    break 'reading;
                }
                scope.set(
                    "row",
                    Value::from_pairs(
                        row.iter()
                            .map(|(n, v)| (Value::from(n.as_str()), from_json(v))),
                    ),
                );
                if let Some(only) = &only
                    && !only.holds(&scope).map_err(|e| Refusal::new(e.message))?
                {
                    continue;
                }
                matching += 1;
                if let Some(by) = &count_by {
                    let value = to_json(&by.eval(&scope).map_err(|e| Refusal::new(e.message))?);
                    let key = value
                        .as_str()
                        .map_or_else(|| value.to_string(), str::to_owned);
                    *groups.entry(key).or_default() += 1;
                } else if rows.len() < limit {
                    if columns.is_empty() {
                        columns = row.keys().cloned().collect();
                    }
                    rows.push(columns.iter().map(|name| shown(row.get(name))).collect());
                }
            }
        }
        let mut content = json!({"rows_in_all": seen.min(LOOKED_THROUGH), "matching": matching});
        if let Some(fields) = content.as_object_mut() {
            if count_by.is_some() {
                groups.sort_by(|_, a, _, b| b.cmp(a));
                let told: Map<String, Json> = groups
                    .iter()
                    .take(GROUPS)
                    .map(|(k, n)| (k.clone(), json!(n)))
                    .collect();
                fields.insert("counts".to_owned(), Json::Object(told));
                if groups.len() > GROUPS {
                    fields.insert("other_values".to_owned(), json!(groups.len() - GROUPS));
                }
            } else {
                fields.insert("columns".to_owned(), json!(columns));
                fields.insert("rows".to_owned(), Json::Array(rows));
            }
        }
        Ok(ToolAnswer {
            content,
            line: format!("{}: {} of {} rows", arguments.table, matching, seen),
            is_error: false,
        })
    }
}

/// Returns a cell to show, a long text cut.
fn shown(cell: Option<&Json>) -> Json {
    match cell {
        Some(Json::String(text)) if text.len() > LONGEST => {
            Json::String(crate::diag::one_line(text, LONGEST))
        }
        other => other.cloned().unwrap_or_default(),
    }
}
