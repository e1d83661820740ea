//! Rows picked evenly from a stream of unknown length, in bounded memory.

use serde_json::{Map, Value as Json};

type Row = Map<String, Json>;

/// Rows from all over a stream: each so-many-th one.
pub(super) struct Spread {
    rows: Vec<Row>,
    most: usize,
    stride: usize,
    seen: usize,
}

impl Spread {
    /// Returns none yet. It will hold all rows of a stream of up to twice `most`, and of a longer
    /// one at least `most`.
    pub(super) fn new(most: usize) -> Self {
        Spread {
            rows: Vec::new(),
            most,
            stride: 1,
            seen: 0,
        }
    }

    /// Takes the next row of the stream.
    pub(super) fn push(&mut self, row: Row) {
        if self.seen.is_multiple_of(self.stride) {
            self.rows.push(row);
        }
        self.seen += 1;
        if self.rows.len() > 2 * self.most {
            let mut index = 0;
            self.rows.retain(|_| {
                index += 1;
                index % 2 == 1
            });
            self.stride *= 2;
        }
    }

    /// Returns how many rows the stream had.
    pub(super) fn seen(&self) -> usize {
        self.seen
    }

    /// Returns the rows that were picked, in their order.
    pub(super) fn into_rows(self) -> Vec<Row> {
        self.rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picked(rows: usize) -> Vec<usize> {
        let mut spread = Spread::new(4);
        for number in 0..rows {
            spread.push([("n".to_owned(), Json::from(number))].into_iter().collect());
        }
        assert_eq!(spread.seen(), rows);
        let number = |row: &Row| row["n"].as_u64().unwrap_or_default() as usize;
        spread.into_rows().iter().map(number).collect()
    }

    #[test]
    fn a_short_stream_is_kept_whole_and_a_long_one_evenly() {
        assert_eq!(picked(8), (0..8).collect::<Vec<_>>());
        assert_eq!(picked(10), [0, 2, 4, 6, 8]);
        assert_eq!(picked(40), [0, 8, 16, 24, 32]);
    }
}
