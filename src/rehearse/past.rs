//! Past cases read from files: their rows, and what people decided about them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use super::PastCase;
use crate::connect::{ConnectionConfig, Connections, FileConfig, Scan};
use crate::diag::{Error, Result};
use crate::engine::key_text;
use crate::spec::{FieldType, Workflow};

type Row = Map<String, Json>;

/// A file of past cases, and one that says what was decided.
pub struct PastFiles {
    cases: PathBuf,
    rows: Vec<Row>,
    decided: Vec<Row>,
    columns: Vec<String>,
    joined_by: Option<String>,
    /// Do the rows of the cases hold what was decided, so that it has to be kept from them?
    in_one: bool,
}

impl PastFiles {
    /// Reads the rows of both files, CSV or JSON. They are joined by the first column that both
    /// have, else in order.
    ///
    /// # Errors
    /// If a file cannot be read, or they share no column and have different numbers of rows.
    pub async fn read(cases: &Path, decided: &Path) -> Result<Self> {
        let rows = table(cases, &IndexMap::new()).await?;
        let outcomes = table(decided, &IndexMap::new()).await?;
        let mut columns: Vec<String> = outcomes
            .first()
            .map(|row| row.keys().cloned().collect())
            .unwrap_or_default();
        let joined_by = columns
            .iter()
            .find(|name| rows.first().is_some_and(|row| row.contains_key(*name)))
            .cloned();
        if joined_by.is_none() && outcomes.len() != rows.len() {
            return Err(Error::input(format!(
                "{} has no column of {} to join by, and another number of rows",
                decided.display(),
                cases.display()
            ))
            .help("Give both files a column that names the case."));
        }
        columns.retain(|column| Some(column) != joined_by.as_ref());
        Ok(PastFiles {
            cases: cases.to_owned(),
            rows,
            decided: outcomes,
            columns,
            joined_by,
            in_one: false,
        })
    }

    /// Reads one file, CSV or JSON, whose rows hold the cases and, in the columns named, what was
    /// decided.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn in_one(file: &Path, decided: &[String]) -> Result<Self> {
        let rows = table(file, &IndexMap::new()).await?;
        Ok(PastFiles {
            cases: file.to_owned(),
            decided: rows.clone(),
            rows,
            columns: decided.to_vec(),
            joined_by: None,
            in_one: true,
        })
    }

    /// Returns the columns that say what was decided.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Returns the column that names a case in both files.
    pub fn joined_by(&self) -> Option<&str> {
        self.joined_by.as_deref()
    }

    /// Returns the rows that say what was decided.
    pub fn decided(&self) -> &[Row] {
        &self.decided
    }

    /// Returns the columns that say what was decided, each with the field of the result that it is
    /// compared with: the one of its name, or the one that `named` gives it as `COLUMN=FIELD`.
    ///
    /// # Errors
    /// If the workflow's result has no such field.
    pub fn fields(&self, workflow: &Workflow, named: &[String]) -> Result<Vec<(String, String)>> {
        let mut renamed: IndexMap<&str, &str> = IndexMap::new();
        for pair in named {
            let (column, field) = pair
                .split_once('=')
                .ok_or_else(|| Error::usage(format!("`{pair}` is not of the form COLUMN=FIELD")))?;
            renamed.insert(column, field);
        }
        let known: Vec<&str> = workflow.result.keys().map(String::as_str).collect();
        self.columns
            .iter()
            .map(|column| {
                let field = renamed.get(column.as_str()).copied().unwrap_or(column);
                if known.contains(&field) {
                    Ok((column.clone(), field.to_owned()))
                } else {
                    Err(Error::input(format!("The workflow's result has no field `{field}`")).help(
                        format!(
                            "Its fields are {}. Say which one the column is: --field {column}=FIELD",
                            known.join(", ")
                        ),
                    ))
                }
            })
            .collect()
    }

    /// Returns how many past cases there are, decided or not.
    pub fn rows(&self) -> usize {
        self.rows.len()
    }

    /// Returns the past cases, typed as the workflow reads them; `fields` names the column that
    /// each field of its result is compared with.
    ///
    /// # Errors
    /// If no case has a known outcome.
    pub async fn cases(
        &self,
        workflow: &Workflow,
        fields: &[(String, String)],
    ) -> Result<Vec<PastCase>> {
        let pull = workflow
            .for_each
            .as_ref()
            .and_then(|each| workflow.data.get(&each.over));
        let types = pull.map(|pull| pull.fields.clone()).unwrap_or_default();
        let typed = table(&self.cases, &types).await?;
        let mut by_key: HashMap<String, &Row> = HashMap::new();
        for row in &self.decided {
            if let Some(key) = self.key(row) {
                by_key.entry(key).or_insert(row);
            }
        }
        let mut past = Vec::new();
        for (index, (mut row, raw)) in typed.into_iter().zip(&self.rows).enumerate() {
            let found = match self.joined_by {
                None => self.decided.get(index),
                Some(_) => self.key(raw).and_then(|key| by_key.get(&key).copied()),
            };
            // A case of which nobody says how it was decided cannot be compared.
            let Some(found) = found else { continue };
            let decided = fields.iter().map(|(column, field)| {
                let value = found.get(column).cloned().unwrap_or(Json::Null);
                (field.clone(), value)
            });
            let decided = decided.collect();
            if self.in_one {
                row.retain(|name, _| !self.columns.contains(name));
            }
            past.push(PastCase { row, decided });
        }
        if past.is_empty() {
            return Err(Error::input("No case has a known outcome to compare with")
                .help("See that the column that both files share holds the same values."));
        }
        Ok(past)
    }

    /// Returns what names the case of a row.
    pub fn key(&self, row: &Row) -> Option<String> {
        key_text(row.get(self.joined_by.as_ref()?)?)
    }
}

/// Reads a CSV or JSON file as a table.
async fn table(path: &Path, fields: &IndexMap<String, FieldType>) -> Result<Vec<Row>> {
    let unreadable =
        |why: String| Error::input(format!("{} cannot be read", path.display())).because(why);
    let name = path.file_stem().and_then(|name| name.to_str());
    let (Some(name), true) = (name, path.is_file()) else {
        return Err(unreadable("there is no such file".to_owned())
            .help("Give the path of a CSV or JSON file, from the folder that you are in."));
    };
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
    let here = std::env::current_dir().map_err(|e| unreadable(e.to_string()))?;
    let config = FileConfig {
        path: here.join(folder.unwrap_or(Path::new("."))),
        writable: false,
        about: None,
        tables: indexmap::IndexMap::new(),
    };
    let config = IndexMap::from([("past".to_owned(), ConnectionConfig::Folder(config))]);
    let connections = Connections::open(&config, &here, &|_| None);
    let scan = Scan {
        table: name.to_owned(),
        fields: fields.clone(),
    };
    let connection = connections.require("past").map_err(Error::from)?;
    let rows = connection.scan(scan).await.map_err(Error::from)?;
    rows.collect(usize::MAX).await.map_err(Error::from)
}
