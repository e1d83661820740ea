//! What is odd about the lines of a file, counted.

use crate::diag::count;

/// How often something happened, and where first.
#[derive(Debug, Default, Clone, Copy)]
pub struct Tally {
    count: usize,
    first_line: u64,
}

impl Tally {
    /// Counts one more, on a line of the file.
    pub fn add(&mut self, line: u64) {
        if self.count == 0 {
            self.first_line = line;
        }
        self.count += 1;
    }

    fn note(&self, noun: &str, what: &str) -> Option<String> {
        (self.count > 0).then(|| {
            let counted = count(self.count, noun);
            format!(
                "{counted} {what}; the first is on line {}.",
                self.first_line
            )
        })
    }
}

/// What is odd about the rows of a delimited file.
#[derive(Debug, Default)]
pub struct Oddities {
    /// Rows with fewer cells than the header.
    pub short: Tally,
    /// Rows with more cells than the header.
    pub long: Tally,
    /// Cells that are not UTF-8.
    pub not_utf8: Tally,
    /// Cells with spaces around their text.
    pub padded: Tally,
}

impl Oddities {
    /// Returns them in words.
    pub fn notes(&self) -> impl Iterator<Item = String> {
        [
            self.short
                .note("row", "with too few cells: what is not there is missing"),
            self.long.note(
                "row",
                "with more cells than the header: the extra ones are left out",
            ),
            self.not_utf8
                .note("cell", "not in UTF-8, read as Windows-1252"),
            self.padded
                .note("cell", "with spaces around the text, which are kept"),
        ]
        .into_iter()
        .flatten()
    }
}
