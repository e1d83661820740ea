//! How a delimited file is written: its delimiter, its header and its text encoding.

use std::borrow::Cow;
use std::collections::HashSet;

use csv::ByteRecord;

/// Bytes at the start of a file from which the delimiter is found out.
pub const SAMPLE: usize = 64 * 1024;

/// Windows-1252 from 0x80 to 0x9F, where it differs from Latin-1. The five bytes that it leaves
/// open are read as the replacement character.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{FFFD}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{FFFD}', 'Ž',
    '\u{FFFD}', '\u{FFFD}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{FFFD}',
    'ž', 'Ÿ',
];

/// Returns a cell as text, and whether it was UTF-8.
pub fn decode(cell: &[u8]) -> (Cow<'_, str>, bool) {
    match std::str::from_utf8(cell) {
        Ok(text) => (Cow::Borrowed(text), true),
        Err(_) => (cell.iter().map(|byte| decode_byte(*byte)).collect(), false),
    }
}

fn decode_byte(byte: u8) -> char {
    match byte {
        0x80..=0x9F => WINDOWS_1252[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

/// Returns the delimiter that cuts the lines of the sample into the most alike rows; a comma
/// where none cuts them.
pub fn sniff_delimiter(sample: &[u8]) -> u8 {
    let score = |delimiter: u8| {
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .from_reader(sample);
        let widths: Vec<usize> = reader
            .byte_records()
            .take(50)
            .map_while(Result::ok)
            .map(|record| record.len())
            .collect();
        let width = widths.first().copied().unwrap_or_default();
        if width < 2 {
            return (0, 0);
        }
        let alike = widths.iter().filter(|other| **other == width).count();
        (alike * 100 / widths.len(), width)
    };
    // The last of equals wins, so the comma stands last.
    b"|\t;,"
        .iter()
        .copied()
        .max_by_key(|delimiter| score(*delimiter))
        .unwrap_or(b',')
}

/// Returns the names of the columns, each once, and what was odd about them.
pub fn column_names(header: &ByteRecord) -> (Vec<String>, Vec<String>) {
    let mut names: Vec<String> = Vec::new();
    let mut taken = HashSet::new();
    let mut notes = Vec::new();
    for (index, cell) in header.iter().enumerate() {
        let written = decode(cell).0.trim().to_owned();
        let wanted = if written.is_empty() {
            let name = format!("column_{}", index + 1);
            notes.push(format!(
                "Column {} has no name in the header; it is called `{name}`.",
                index + 1
            ));
            name
        } else {
            written
        };
        let mut name = wanted.clone();
        let mut number = 2;
        while !taken.insert(name.clone()) {
            name = format!("{wanted}_{number}");
            number += 1;
        }
        if name != wanted {
            notes.push(format!(
                "The header names `{wanted}` again; the later column is called `{name}`."
            ));
        }
        names.push(name);
    }
    (names, notes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_delimiter() {
        for (text, delimiter) in [
            ("a,b\n1,2\n", b','),
            ("a;b\n1,5;2,5\n", b';'),
            ("a\tb c\n1,2\t3\n", b'\t'),
            ("a|b\n1|x, y\n", b'|'),
            ("only\n1\n", b','),
            ("", b','),
            ("id,text\n1,\"a;b;c\"\n2,\"x\ny;z\"\n", b','),
            ("name, first;note\n1;2\n3;4\n", b';'),
        ] {
            assert_eq!(sniff_delimiter(text.as_bytes()), delimiter, "{text:?}");
        }
    }

    #[test]
    fn columns_are_named_once() {
        let header = ByteRecord::from(vec![" id ", "final  status", "id", "", "id"]);
        let (names, notes) = column_names(&header);
        assert_eq!(names, ["id", "final  status", "id_2", "column_4", "id_3"]);
        assert_eq!(notes.len(), 3);
        assert!(notes[0].contains("`id_2`"));
    }

    #[test]
    fn reads_windows_1252() {
        assert_eq!(decode("café".as_bytes()), ("café".into(), true));
        assert_eq!(decode(b"caf\xE9 \x80\x95"), ("café €•".into(), false));
    }
}
