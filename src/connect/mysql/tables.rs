//! What the tables of a MySQL database are, from its catalog.

use indexmap::IndexMap;

use crate::connect::sql::{Cells, Class, SqlColumn, SqlTable};

/// Asks for every column that may be read of every table of the database, with what it is.
pub const COLUMNS: &str = "
SELECT c.TABLE_NAME, t.TABLE_TYPE, c.COLUMN_NAME, c.DATA_TYPE, c.COLUMN_TYPE, c.NUMERIC_PRECISION,
       c.COLLATION_NAME, s.SEQ_IN_INDEX
FROM information_schema.COLUMNS c
JOIN information_schema.TABLES t ON t.TABLE_SCHEMA = c.TABLE_SCHEMA AND t.TABLE_NAME = c.TABLE_NAME
LEFT JOIN information_schema.STATISTICS s
       ON s.TABLE_SCHEMA = c.TABLE_SCHEMA AND s.TABLE_NAME = c.TABLE_NAME
      AND s.COLUMN_NAME = c.COLUMN_NAME AND s.INDEX_NAME = 'PRIMARY'
WHERE c.TABLE_SCHEMA = DATABASE() AND c.PRIVILEGES LIKE '%select%'
ORDER BY c.TABLE_NAME, c.ORDINAL_POSITION";

/// Returns the tables that the answer to [`COLUMNS`] tells of.
pub fn of(rows: impl Iterator<Item = Cells>) -> IndexMap<String, SqlTable> {
    let mut tables: IndexMap<String, SqlTable> = IndexMap::new();
    let mut keys: IndexMap<String, Vec<(u32, String)>> = IndexMap::new();
    for row in rows {
        let mut cells = row.into_iter();
        let mut next = || cells.next().flatten();
        let name = next().unwrap_or_default();
        let kind = next().unwrap_or_default();
        let column = next().unwrap_or_default();
        let data_type = next().unwrap_or_default().to_ascii_lowercase();
        let declared = next().unwrap_or_default().to_ascii_lowercase();
        let precision = next().and_then(|text| text.parse().ok());
        let collation = next().unwrap_or_default();
        if let Some(place) = next().and_then(|text| text.parse().ok()) {
            keys.entry(name.clone())
                .or_default()
                .push((place, column.clone()));
        }
        let table = tables.entry(name).or_default();
        table.is_table = kind == "BASE TABLE";
        let of = SqlColumn {
            class: class(&data_type, &declared, precision),
            declared,
            // Any text can be compared with one in this character set.
            is_exact: collation.starts_with("utf8mb4"),
        };
        table.columns.insert(column, of);
    }
    for (name, mut key) in keys {
        key.sort();
        if let Some(table) = tables.get_mut(&name) {
            table.key = key.into_iter().map(|(_, column)| column).collect();
        }
    }
    tables
}

fn class(data_type: &str, declared: &str, precision: Option<u32>) -> Class {
    match data_type {
        "char" | "varchar" | "tinytext" | "text" | "mediumtext" | "longtext" => Class::Text,
        "tinyint" | "bit" if matches!(declared, "tinyint(1)" | "bit(1)") => Class::Boolean,
        "tinyint" | "smallint" | "mediumint" | "int" | "bigint" | "year" | "bit" => Class::Integer,
        "decimal" => Class::Decimal {
            exact: precision.is_some_and(|digits| digits <= 15),
        },
        "double" => Class::Float,
        "float" => Class::Inexact,
        "date" => Class::Date,
        "datetime" => Class::Moment { zoned: false },
        "timestamp" => Class::Moment { zoned: true },
        "enum" | "set" | "json" | "time" | "uuid" | "inet4" | "inet6" => Class::Other,
        _ => Class::Binary,
    }
}
