//! A folder of data files, each a table: CSV, TSV, JSON, JSONL and Parquet, and the sheets of
//! workbooks. Files of one pattern can be one table, which grows with each that comes.

pub(super) mod delimited;
mod dialect;
pub(super) mod files;
mod grown;
mod json;
mod oddities;
mod parquet;
mod update;
mod workbook;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use async_trait::async_trait;
use indexmap::IndexMap;
use serde_json::Value;

use super::blocking::blocking;
use super::records::{self, Described};
use super::{
    ConnectError, Connection, ConnectionInfo, FileConfig, Row, RowStream, Scan, no_table, no_tools,
    not_writable, require_key,
};
use delimited::DelimitedFile;
use files::{DataFile, Format};
use grown::Grown;

/// A connection to a folder.
pub struct FolderConnection(Arc<Folder>);

struct Folder {
    path: PathBuf,
    writable: bool,
    about: Option<String>,
    /// What was found in each file as of its time and size, for it takes a pass over all of it.
    described: Mutex<HashMap<Source, (Stamp, Arc<Described>)>>,
    /// The sheets of each workbook as of its time and size.
    sheets: Mutex<HashMap<PathBuf, (Stamp, Vec<String>)>>,
    /// Tables that are made of several files.
    grown: IndexMap<String, Grown>,
    /// Held while a file is rewritten, so that two updates do not undo each other.
    updating: Mutex<()>,
}

type Stamp = (Option<SystemTime>, u64);

/// A file, and which sheet of it.
type Source = (PathBuf, Option<String>);

impl FolderConnection {
    /// Returns the connection to a folder; a relative path starts at the workspace.
    ///
    /// # Errors
    /// For a path that is not a folder.
    pub fn open(config: &FileConfig, workspace: &Path) -> Result<Self, ConnectError> {
        let path = workspace.join(&config.path);
        if !path.is_dir() {
            return Err(
                ConnectError::last(format!("There is no folder at {}.", path.display()))
                    .help("Correct the `path` in sopwright.toml; it starts at the workspace."),
            );
        }
        let grown = config.tables.iter();
        let grown = grown
            .map(|(name, files)| Ok((name.clone(), Grown::of(name, &files.files)?)))
            .collect::<Result<_, ConnectError>>()?;
        Ok(FolderConnection(Arc::new(Folder {
            path,
            writable: config.writable,
            about: config.about.clone(),
            described: Mutex::default(),
            sheets: Mutex::default(),
            grown,
            updating: Mutex::default(),
        })))
    }
}

#[async_trait]
impl Connection for FolderConnection {
    async fn describe(&self) -> Result<ConnectionInfo, ConnectError> {
        let folder = self.0.clone();
        blocking(move || folder.describe()).await
    }

    async fn scan(&self, scan: Scan) -> Result<RowStream, ConnectError> {
        let folder = self.0.clone();
        blocking(move || folder.scan(&scan)).await
    }

    async fn call(&self, tool: &str, _: Row) -> Result<Value, ConnectError> {
        Err(no_tools(tool, "folder"))
    }

    async fn update(&self, table: &str, key: &Row, set: &Row) -> Result<u64, ConnectError> {
        require_key(table, key)?;
        let (folder, table) = (self.0.clone(), table.to_owned());
        let (key, set) = (key.clone(), set.clone());
        blocking(move || folder.update(&table, &key, &set)).await
    }
}

impl Folder {
    fn describe(&self) -> Result<ConnectionInfo, ConnectError> {
        let mut info = ConnectionInfo {
            kind: "folder".to_owned(),
            about: self.about.clone(),
            ..ConnectionInfo::default()
        };
        let (files, mut problems) = self.files()?;
        for grown in self.grown.values() {
            match grown.describe(&self.path) {
                Ok(described) => {
                    info.tables.insert(grown.table.clone(), described.table);
                }
                Err(error) => problems.push(error.message),
            }
        }
        for file in files {
            match self.described(&file) {
                Ok(described) => {
                    info.tables.insert(file.table, described.table.clone());
                }
                Err(error) => problems.push(error.message),
            }
        }
        if info.tables.is_empty() && problems.is_empty() {
            problems.push(format!(
                "{} holds no .csv, .tsv, .json, .jsonl, .ndjson, .parquet, .xlsx, .ods or .xls file.",
                self.path.display()
            ));
        }
        info.problem = (!problems.is_empty()).then(|| problems.join(" "));
        Ok(info)
    }

    fn scan(&self, scan: &Scan) -> Result<RowStream, ConnectError> {
        if let Some(grown) = self.grown.get(&scan.table) {
            return grown.scan(&self.path, &scan.fields);
        }
        let file = self.file(&scan.table)?;
        if let Format::Delimited { .. } = file.format {
            let fields = if scan.fields.is_empty() {
                self.described(&file)?.readings.clone()
            } else {
                delimited::pinned(&file, self.cached(&file)?.as_deref(), &scan.fields)?
            };
            let reader = DelimitedFile::open(&file)?;
            return Ok(RowStream::spawn(move |sink| reader.scan(&fields, sink)));
        }
        let fields = records::pinned(&file.table, &self.described(&file)?.readings, &scan.fields)?;
        Ok(RowStream::spawn(move |sink| match file.format {
            Format::Workbook => workbook::scan(&file, &fields, sink),
            Format::Parquet => parquet::scan(&file, &fields, sink),
            _ => json::scan(&file, &fields, sink),
        }))
    }

    fn update(&self, table: &str, key: &Row, set: &Row) -> Result<u64, ConnectError> {
        if self.grown.contains_key(table) {
            return Err(not_writable(table));
        }
        let file = self.file(table)?;
        if !self.writable {
            return Err(not_writable(table));
        }
        if !matches!(file.format, Format::Delimited { .. }) {
            return Err(ConnectError::last(format!(
                "`{}` cannot be updated: only CSV and TSV files can.",
                file.label()
            )));
        }
        let _turn = self.updating.lock().unwrap_or_else(PoisonError::into_inner);
        let described = self.described(&file)?;
        update::update(&file, &described.readings, key, set)
    }

    fn file(&self, table: &str) -> Result<DataFile, ConnectError> {
        let (mut files, _) = self.files()?;
        match files.iter().position(|file| file.table == table) {
            Some(index) => Ok(files.swap_remove(index)),
            None => Err(no_table(
                table,
                files
                    .iter()
                    .map(|file| &file.table)
                    .chain(self.grown.keys())
                    .map(String::as_str),
            )),
        }
    }

    /// Returns the files that are tables of their own, and why some are not. Of a workbook with
    /// several sheets each is one, named after both.
    fn files(&self) -> Result<(Vec<DataFile>, Vec<String>), ConnectError> {
        let (mut files, mut problems) = (Vec::new(), Vec::new());
        for file in files::list(&self.path)? {
            if self.grown.values().any(|grown| grown.holds(&file.path)) {
                continue;
            }
            if file.format != Format::Workbook {
                files.push(file);
                continue;
            }
            match self.sheets(&file) {
                Ok(sheets) => {
                    let is_one = sheets.len() == 1;
                    files.extend(sheets.into_iter().map(|sheet| DataFile {
                        table: match is_one {
                            true => file.table.clone(),
                            false => format!("{}.{sheet}", file.table),
                        },
                        sheet: Some(sheet),
                        ..file.clone()
                    }));
                }
                Err(error) => problems.push(error.message),
            }
        }
        Ok((files, problems))
    }

    fn sheets(&self, file: &DataFile) -> Result<Vec<String>, ConnectError> {
        let stamp = stamp(file)?;
        let lock = || self.sheets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((as_of, sheets)) = lock().get(&file.path)
            && *as_of == stamp
        {
            return Ok(sheets.clone());
        }
        let sheets = workbook::sheets(&file.path)?;
        lock().insert(file.path.clone(), (stamp, sheets.clone()));
        Ok(sheets)
    }

    fn described(&self, file: &DataFile) -> Result<Arc<Described>, ConnectError> {
        if let Some(described) = self.cached(file)? {
            return Ok(described);
        }
        // Taken before the pass, so that a change during it is seen the next time.
        let stamp = stamp(file)?;
        let described = Arc::new(match file.format {
            Format::Delimited { .. } => DelimitedFile::open(file)?.describe(self.writable)?,
            Format::Json | Format::JsonLines => json::describe(file)?,
            Format::Workbook => workbook::describe(file)?,
            Format::Parquet => parquet::describe(file)?,
        });
        let mut cache = self
            .described
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        cache.insert(source(file), (stamp, described.clone()));
        Ok(described)
    }

    /// Returns what was found in a file, if it has not changed since.
    fn cached(&self, file: &DataFile) -> Result<Option<Arc<Described>>, ConnectError> {
        let stamp = stamp(file)?;
        let cache = self
            .described
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let found = cache
            .get(&source(file))
            .filter(|(as_of, _)| *as_of == stamp);
        Ok(found.map(|(_, described)| described.clone()))
    }
}

fn source(file: &DataFile) -> Source {
    (file.path.clone(), file.sheet.clone())
}

fn stamp(file: &DataFile) -> Result<Stamp, ConnectError> {
    let metadata = std::fs::metadata(&file.path).map_err(|error| file.unreadable(&error))?;
    Ok((metadata.modified().ok(), metadata.len()))
}

#[cfg(test)]
mod tests;
