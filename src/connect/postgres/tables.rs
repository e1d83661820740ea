//! What the tables of a PostgreSQL schema are, from its catalog.

use indexmap::IndexMap;
use tokio_postgres::{Error, Row};

use crate::connect::sql::{Class, SqlColumn, SqlTable};

/// Asks for every column that may be read of every table of a schema ($1), with what it is. A part
/// of a partitioned table is not a table of its own; a domain is what it is made of.
pub const COLUMNS: &str = "
SELECT c.relname::text AS table_name,
       c.relkind IN ('r', 'p', 'f') AS is_table,
       a.attname::text AS column_name,
       format_type(a.atttypid, a.atttypmod) AS declared,
       CASE WHEN t.typtype = 'd' THEN b.typname ELSE t.typname END::text AS type_name,
       CASE WHEN t.typtype = 'd' THEN b.typcategory ELSE t.typcategory END::text AS category,
       CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END AS modifier,
       coalesce(l.collisdeterministic, true) AS is_deterministic,
       coalesce(array_position(i.indkey::int2[], a.attnum), -1) AS key_place
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.pg_type b ON b.oid = t.typbasetype
LEFT JOIN pg_catalog.pg_collation l ON l.oid = a.attcollation
LEFT JOIN pg_catalog.pg_index i ON i.indrelid = c.oid AND i.indisprimary
WHERE n.nspname = $1
  AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND NOT c.relispartition
  AND has_schema_privilege(n.oid, 'USAGE')
  AND has_column_privilege(c.oid, a.attnum, 'SELECT')
ORDER BY c.relname, a.attnum";

/// Returns the tables that the answer to [`COLUMNS`] tells of.
pub fn of(rows: &[Row]) -> Result<IndexMap<String, SqlTable>, Error> {
    let mut tables: IndexMap<String, SqlTable> = IndexMap::new();
    let mut keys: IndexMap<String, Vec<(i32, String)>> = IndexMap::new();
    for row in rows {
        let name: String = row.try_get("table_name")?;
        let column: String = row.try_get("column_name")?;
        let declared: String = row.try_get("declared")?;
        let type_name: String = row.try_get("type_name")?;
        let category: String = row.try_get("category")?;
        let class = class(&type_name, &category, row.try_get("modifier")?);
        let is_deterministic: bool = row.try_get("is_deterministic")?;
        let place: i32 = row.try_get("key_place")?;
        if place >= 0 {
            let key = keys.entry(name.clone()).or_default();
            key.push((place, column.clone()));
        }
        let table = tables.entry(name).or_default();
        table.is_table = row.try_get("is_table")?;
        let of = SqlColumn {
            class,
            declared,
            is_exact: is_deterministic && matches!(type_name.as_str(), "text" | "varchar"),
        };
        table.columns.insert(column, of);
    }
    for (name, mut key) in keys {
        key.sort();
        if let Some(table) = tables.get_mut(&name) {
            table.key = key.into_iter().map(|(_, column)| column).collect();
        }
    }
    Ok(tables)
}

fn class(type_name: &str, category: &str, modifier: i32) -> Class {
    match type_name {
        "text" | "varchar" | "bpchar" | "citext" => Class::Text,
        "uuid" => Class::Uuid,
        "bool" => Class::Boolean,
        "int2" | "int4" | "int8" => Class::Integer,
        "numeric" => {
            // As numeric(precision, scale) is kept in a type's modifier.
            let precision = (modifier >= 4).then(|| ((modifier - 4) >> 16) & 0xffff);
            let exact = precision.is_some_and(|digits| digits <= 15);
            Class::Decimal { exact }
        }
        "float8" => Class::Float,
        "float4" | "money" => Class::Inexact,
        "date" => Class::Date,
        "timestamp" => Class::Moment { zoned: false },
        "timestamptz" => Class::Moment { zoned: true },
        "bytea" => Class::Binary,
        _ if category == "A" => Class::List,
        _ => Class::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_up_to_fifteen_digits_are_told_apart_by_floats() {
        let numeric =
            |precision: i32, scale: i32| class("numeric", "N", ((precision << 16) | scale) + 4);
        assert_eq!(numeric(15, 2), Class::Decimal { exact: true });
        assert_eq!(numeric(16, 2), Class::Decimal { exact: false });
        assert_eq!(class("numeric", "N", -1), Class::Decimal { exact: false });
        assert_eq!(class("_text", "A", -1), Class::List);
        assert_eq!(class("mood", "E", -1), Class::Other);
    }
}
