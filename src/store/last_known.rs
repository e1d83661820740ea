//! Tables as they were last read, for when they cannot be: a file for each under `.sopwright/last`.

use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};

/// The most rows of a table that are kept.
pub const MOST_ROWS: usize = 200_000;

type Row = Map<String, Json>;

/// Tables as they were last read.
#[derive(Debug, Clone)]
pub struct LastKnown {
    folder: PathBuf,
}

impl LastKnown {
    /// Returns those of the workspace whose journal lies there.
    pub fn beside(journal: &Path) -> Self {
        LastKnown {
            folder: journal.with_file_name("last"),
        }
    }

    /// Keeps a table, read as something at a moment (milliseconds since 1970), in the place of what
    /// was kept before. One of more than [`MOST_ROWS`] is not kept: false.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn keep(&self, from: &str, read_as: &Json, at: i64, rows: &[Row]) -> std::io::Result<bool> {
        if rows.len() > MOST_ROWS {
            return Ok(false);
        }
        std::fs::create_dir_all(&self.folder)?;
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        {
            let mut out = BufWriter::new(&mut file);
            writeln!(
                out,
                "{}",
                json!({"from": from, "at": at, "rows": rows.len()})
            )?;
            for row in rows {
                serde_json::to_writer(&mut out, row)?;
                out.write_all(b"\n")?;
            }
            out.flush()?;
        }
        file.persist(self.file(from, read_as))?;
        Ok(true)
    }

    /// Returns a table as it was last read, with the moment, if that is not before another. What
    /// cannot be read whole is not known.
    pub fn read(&self, from: &str, read_as: &Json, oldest: i64) -> Option<(i64, Vec<Row>)> {
        let file = std::fs::File::open(self.file(from, read_as)).ok()?;
        let mut lines = BufReader::new(file).lines();
        let head: Json = serde_json::from_str(&lines.next()?.ok()?).ok()?;
        let at = head["at"].as_i64().filter(|at| *at >= oldest)?;
        let rows: Vec<Row> = lines
            .map(|line| serde_json::from_str(&line.ok()?).ok())
            .collect::<Option<_>>()?;
        (head["rows"].as_u64() == Some(rows.len() as u64)).then_some((at, rows))
    }

    /// Returns the file of a table: the same columns read as other types are another one.
    fn file(&self, from: &str, read_as: &Json) -> PathBuf {
        let digest = Sha256::digest(json!([from, read_as]).to_string().as_bytes());
        let name: String = digest.iter().take(12).map(|b| format!("{b:02x}")).collect();
        self.folder.join(format!("{name}.jsonl"))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_table_is_known_as_it_was_read_last_and_not_when_that_is_long_ago() {
        let folder = tempfile::tempdir().unwrap();
        let last = LastKnown::beside(&folder.path().join("journal.db"));
        let row = |id: &str| json!({ "id": id }).as_object().cloned().unwrap();
        let fields = json!({"id": "text"});
        assert_eq!(last.read("crm.a", &fields, 0), None);
        assert!(last.keep("crm.a", &fields, 5, &[row("x")]).unwrap());
        let rows = vec![row("y"), row("z")];
        assert!(last.keep("crm.a", &fields, 7, &rows).unwrap());
        assert_eq!(last.read("crm.a", &fields, 7), Some((7, rows)));
        assert_eq!(last.read("crm.a", &fields, 8), None);
        assert_eq!(last.read("crm.a", &json!({"id": "integer"}), 0), None);
        assert_eq!(last.read("crm.b", &fields, 0), None);
    }

    #[test]
    fn what_is_too_large_or_broken_is_not_known() {
        let folder = tempfile::tempdir().unwrap();
        let last = LastKnown::beside(&folder.path().join("journal.db"));
        let many = vec![Row::new(); MOST_ROWS + 1];
        assert!(!last.keep("crm.a", &Json::Null, 5, &many).unwrap());
        assert!(last.keep("crm.a", &Json::Null, 5, &many[..3]).unwrap());
        let file = last.file("crm.a", &Json::Null);
        let text = std::fs::read_to_string(&file).unwrap();
        std::fs::write(&file, &text[..text.len() - 3]).unwrap();
        assert_eq!(last.read("crm.a", &Json::Null, 0), None);
    }
}
