//! The results of every case, as CSV or JSON lines.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json};

use crate::diag::{Error, Result};
use crate::engine::{Outcome, Status};
use crate::render::cell;
use crate::spec::{StepKind, Workflow};

/// Writes a line for every case.
pub struct Results {
    path: PathBuf,
    key: String,
    fields: Vec<String>,
    sink: Sink,
}

enum Sink {
    Csv(Box<csv::Writer<BufWriter<File>>>),
    Lines(BufWriter<File>),
}

impl Results {
    /// Begins a file: JSON lines if it ends in `.jsonl`, else CSV. The key's column is named
    /// after the field that cases are known by.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn create(path: &Path, workflow: &Workflow) -> Result<Self> {
        let failed = |e: std::io::Error| unwritable(path, &e);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        let file = BufWriter::with_capacity(1 << 16, File::create(path).map_err(failed)?);
        let key = workflow.for_each.as_ref().map_or("case", |each| {
            each.key.as_str().rsplit('.').next().unwrap_or("case")
        });
        let key = if key.chars().all(|c| c.is_alphanumeric() || c == '_') {
            key
        } else {
            "case"
        };
        let fields = fields(workflow);
        let sink = if path.extension().is_some_and(|e| e == "jsonl") {
            Sink::Lines(file)
        } else {
            let mut writer = csv::Writer::from_writer(file);
            let own = fields.iter().map(String::as_str).filter(|f| *f != key);
            let header = [key]
                .into_iter()
                .chain(own)
                .chain(["status", "because", "caveats", "error"]);
            writer
                .write_record(header)
                .map_err(|e| unwritable(path, &e))?;
            Sink::Csv(Box::new(writer))
        };
        Ok(Results {
            path: path.to_owned(),
            key: key.to_owned(),
            fields,
            sink,
        })
    }

    /// Returns the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a case.
    ///
    /// # Errors
    /// If the disk does not take it.
    pub fn write(&mut self, outcome: &Outcome) -> Result<()> {
        let error = match &outcome.status {
            Status::Failed { part, failure } => format!("{part}: {}", failure.message),
            _ => String::new(),
        };
        match &mut self.sink {
            Sink::Csv(writer) => {
                let own = self
                    .fields
                    .iter()
                    .filter(|f| **f != self.key)
                    .map(|f| outcome.result.get(f).map(cell).unwrap_or_default());
                let rest = [
                    outcome.status.word().to_owned(),
                    outcome.because.join("; "),
                    outcome.caveats.join(" "),
                    error,
                ];
                let record = [outcome.key.clone()].into_iter().chain(own).chain(rest);
                writer
                    .write_record(record)
                    .map_err(|e| unwritable(&self.path, &e))
            }
            Sink::Lines(file) => {
                let mut line = Map::new();
                line.insert(self.key.clone(), outcome.key.as_str().into());
                line.extend(outcome.result.iter().map(|(n, v)| (n.clone(), v.clone())));
                line.insert("status".to_owned(), outcome.status.word().into());
                line.insert("because".to_owned(), outcome.because.clone().into());
                line.insert("caveats".to_owned(), outcome.caveats.clone().into());
                if !error.is_empty() {
                    line.insert("error".to_owned(), error.into());
                }
                writeln!(file, "{}", Json::Object(line)).map_err(|e| unwritable(&self.path, &e))
            }
        }
    }

    /// Ends the file.
    ///
    /// # Errors
    /// If the disk does not take it.
    pub fn finish(&mut self) -> Result<()> {
        let flushed = match &mut self.sink {
            Sink::Csv(writer) => writer.flush(),
            Sink::Lines(file) => file.flush(),
        };
        flushed.map_err(|e| unwritable(&self.path, &e))
    }
}

fn unwritable(path: &Path, error: &dyn std::error::Error) -> Error {
    Error::unavailable(format!(
        "The results could not be written to {}",
        path.display()
    ))
    .because(error.to_string())
    .help("See that the folder can be written to and the disk has room.")
}

/// Returns the fields that results can have: the workflow's own, and those of its stops.
fn fields(workflow: &Workflow) -> Vec<String> {
    let mut fields: Vec<String> = workflow.result.keys().cloned().collect();
    for step in workflow.all_steps() {
        let stops = match &step.kind {
            StepKind::Stop(stop) => stop.result.iter().flatten().map(|(n, _)| n).collect(),
            _ => Vec::new(),
        };
        let handled = step
            .common
            .on_error
            .handlers
            .iter()
            .flat_map(|h| h.stop.iter().flatten())
            .map(|(n, _)| n);
        for name in stops.into_iter().chain(handled) {
            if !fields.contains(name) {
                fields.push(name.clone());
            }
        }
    }
    fields
}
