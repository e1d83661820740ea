//! The files of a workspace that a case is in.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use super::name_of;
use crate::render::readable;
use crate::runner::files::{BELOW, plain};
use crate::store::journal::Traces;
use crate::store::quotes::{Values, holds, is_too_short, names, without};
use crate::store::{Workspace, write_atomically};

/// What is done to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cut {
    /// It is removed.
    Whole,
    /// Rows of a CSV that hold the key are.
    Rows,
    /// Rows of results whose first cell is the key are.
    Results,
    /// Lines of JSON whose first value is the key are, or other lines that name it.
    Lines,
    /// What a JSON file says of it is.
    Structure,
}

/// A file that a case is in.
#[derive(Debug)]
pub(super) struct Place {
    path: PathBuf,
    cut: Cut,
}

impl Place {
    /// Returns the file.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns what is done to it.
    pub(super) fn told(&self) -> String {
        let path = self.path.display();
        match self.cut {
            Cut::Whole => format!("The file {path}"),
            Cut::Rows | Cut::Results | Cut::Lines => format!("Its lines in {path}"),
            Cut::Structure => format!("What {path} says of it"),
        }
    }

    /// Does it.
    pub(super) fn remove(&self, key: &str) -> io::Result<()> {
        let whole = |content: Vec<u8>| {
            write_atomically(&self.path, &content).map_err(|e| io::Error::other(e.to_string()))
        };
        match self.cut {
            Cut::Whole => match fs::remove_file(&self.path) {
                Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
                removed => removed,
            },
            Cut::Rows | Cut::Results => whole(rows_without(&self.path, key, self.cut)?),
            Cut::Lines => whole(lines_without(&fs::read_to_string(&self.path)?, key).into()),
            Cut::Structure => {
                let json: Json = serde_json::from_str(&fs::read_to_string(&self.path)?)?;
                let text = serde_json::to_string_pretty(&without(json, key, Values::Texts))
                    .unwrap_or_default();
                whole((text + "\n").into())
            }
        }
    }
}

/// Returns the files that a case is in, and those that name it and are left to a person.
pub(super) fn find(
    workspace: &Workspace,
    runs: &[(PathBuf, PathBuf)],
    key: &str,
    workflow: Option<&str>,
    traces: &Traces,
) -> (Vec<Place>, Vec<PathBuf>) {
    let mut seek = Seek {
        key,
        made: traces.files.iter().map(PathBuf::as_path).collect(),
        places: Vec::new(),
        left: Vec::new(),
    };
    let mut folders: BTreeSet<PathBuf> = runs.iter().map(|(folder, _)| folder.clone()).collect();
    // Folders of runs that the journal does not know any more.
    folders.extend(inside(&workspace.runs()).into_iter().filter(|folder| {
        let is_of_it = |name: &str| name_of(folder).starts_with(&format!("{name}-"));
        folder.is_dir() && workflow.is_none_or(is_of_it)
    }));
    let mut results: BTreeSet<PathBuf> = runs.iter().map(|(_, results)| results.clone()).collect();
    for folder in &folders {
        results.extend(["results.csv", "results.jsonl"].map(|name| folder.join(name)));
        seek.run(folder);
    }
    results.iter().for_each(|file| seek.results(file));
    let own = workspace.own();
    for file in inside(&own.join("last")) {
        // Without one of its rows it would be another table: it is read anew.
        let is_about = |line: &str| is_about(line, key, Values::All);
        if text_of(&file).is_some_and(|text| text.lines().any(is_about)) {
            seek.cut(&file, Cut::Whole);
        }
    }
    for file in inside(&own.join("answers")) {
        let is_answer = |text: &str| traces.answers.iter().any(|answer| answer == text);
        if text_of(&file).is_some_and(|text| is_answer(&text) || names(&text, key)) {
            seek.cut(&file, Cut::Whole);
        }
    }
    for file in all_below(&own.join("sessions")) {
        if text_of(&file).is_some_and(|text| names(&text, key)) {
            seek.cut(&file, Cut::Whole);
        }
    }
    let history = own.join("history");
    if text_of(&history).is_some_and(|text| names(&text, key)) {
        seek.cut(&history, Cut::Lines);
    }
    for folder in [workspace.generated(), workspace.root().join("sops")] {
        for file in all_below(&folder) {
            if text_of(&file).is_some_and(|text| names(&text, key)) {
                seek.left.push(file);
            }
        }
    }
    (seek.places, seek.left)
}

struct Seek<'s> {
    key: &'s str,
    /// What the case made, as journaled.
    made: BTreeSet<&'s Path>,
    places: Vec<Place>,
    left: Vec<PathBuf>,
}

impl Seek<'_> {
    fn cut(&mut self, path: &Path, cut: Cut) {
        self.places.push(Place {
            path: path.to_owned(),
            cut,
        });
    }

    /// Looks through the folder of a run.
    fn run(&mut self, folder: &Path) {
        let summary = folder.join("summary.json");
        if structure(&summary).is_some_and(|json| holds(&json, self.key, Values::Texts)) {
            self.cut(&summary, Cut::Structure);
        }
        for file in BELOW.iter().flat_map(|below| inside(&folder.join(below))) {
            if self.is_of_case(&file) {
                self.cut(&file, Cut::Whole);
            } else if file.extension().is_some_and(|e| e == "csv") {
                self.table(&file);
            } else if text_of(&file).is_some_and(|text| names(&text, self.key)) {
                self.left.push(file);
            }
        }
    }

    /// Was a file made for the case? By the journal, by what it says itself, or by its name.
    fn is_of_case(&self, file: &Path) -> bool {
        let says = || structure(file).is_some_and(|json| json["case"] == self.key);
        let stem = file.file_stem().map(|stem| stem.to_string_lossy());
        self.made.contains(file) || stem.is_some_and(|stem| stem == plain(self.key)) || says()
    }

    /// Looks through the results of a run, which name the case first.
    fn results(&mut self, file: &Path) {
        if file.extension().is_some_and(|e| e == "jsonl") {
            let is_first = |line: &str| first_of(line).is_some_and(|first| first == self.key);
            if text_of(file).is_some_and(|text| text.lines().any(is_first)) {
                self.cut(file, Cut::Lines);
            }
        } else if has_row(file, self.key, Cut::Results).unwrap_or(false) {
            self.cut(file, Cut::Results);
        }
    }

    /// Looks through a table that a run made.
    fn table(&mut self, file: &Path) {
        if !is_too_short(self.key) && has_row(file, self.key, Cut::Rows).unwrap_or(false) {
            self.cut(file, Cut::Rows);
        }
    }
}

/// Returns the first value of a line of JSON.
fn first_of(line: &str) -> Option<Json> {
    let json: Json = serde_json::from_str(line).ok()?;
    json.as_object()?.values().next().cloned()
}

/// Is a row about the key? Of results the first cell says it, of other tables any.
fn is_row(record: &csv::ByteRecord, key: &str, cut: Cut) -> bool {
    let cells = if cut == Cut::Results { 1 } else { usize::MAX };
    record.iter().take(cells).any(|cell| cell == key.as_bytes())
}

/// Does a row of a CSV hold the key in a cell?
fn has_row(file: &Path, key: &str, cut: Cut) -> csv::Result<bool> {
    for record in reader(file)?.byte_records() {
        if is_row(&record?, key, cut) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn rows_without(file: &Path, key: &str, cut: Cut) -> io::Result<Vec<u8>> {
    let mut left = csv::WriterBuilder::new()
        .flexible(true)
        .from_writer(Vec::new());
    for record in reader(file)?.byte_records() {
        let record = record?;
        if !is_row(&record, key, cut) {
            left.write_byte_record(&record)?;
        }
    }
    left.into_inner()
        .map_err(|e| io::Error::other(e.to_string()))
}

fn reader(file: &Path) -> csv::Result<csv::Reader<fs::File>> {
    let mut how = csv::ReaderBuilder::new();
    how.has_headers(false).flexible(true).from_path(file)
}

fn is_about(line: &str, key: &str, values: Values) -> bool {
    serde_json::from_str::<Json>(line).is_ok_and(|json| holds(&json, key, values))
}

/// Returns the lines that are not about the key.
fn lines_without(text: &str, key: &str) -> String {
    let is_about = |line: &str| match first_of(line) {
        Some(first) => first == key,
        None => names(line, key),
    };
    let left = text.lines().filter(|line| !is_about(line));
    left.map(|line| format!("{line}\n")).collect()
}

fn structure(file: &Path) -> Option<Json> {
    let is_json = file.extension().is_some_and(|e| e == "json");
    serde_json::from_str(&text_of(file).filter(|_| is_json)?).ok()
}

/// Returns the text of a file, whatever its form; of one that has none, nothing.
fn text_of(file: &Path) -> Option<String> {
    readable(&name_of(file), &fs::read(file).ok()?)
}

/// Returns what is in a folder, in the order of the names.
fn inside(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    found.sort();
    found
}

/// Returns the files in a folder and in those below it.
fn all_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in inside(folder) {
        match fs::symlink_metadata(&path) {
            Ok(what) if what.is_dir() => found.extend(all_below(&path)),
            Ok(what) if what.is_file() => found.push(path),
            _ => {}
        }
    }
    found
}
