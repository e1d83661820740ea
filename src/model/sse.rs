//! Server-sent events, read from bytes that arrive in pieces of any size.
//!
//! Source: the WHATWG HTML standard, section "Server-sent events". Only `data` is kept: both wire
//! formats say in the data what kind of event it is.

/// Reads the data of events from a byte stream.
#[derive(Debug, Default)]
pub(crate) struct EventReader {
    line: Vec<u8>,
    data: Vec<String>,
    after_cr: bool,
}

impl EventReader {
    /// Takes more bytes, and returns the data of each event that they complete.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Vec<String> {
        let mut events = Vec::new();
        for &byte in bytes {
            let follows_cr = std::mem::replace(&mut self.after_cr, byte == b'\r');
            match byte {
                b'\n' if follows_cr => {}
                b'\n' | b'\r' => events.extend(self.end_line()),
                _ => self.line.push(byte),
            }
        }
        events
    }

    /// Returns the last event of a stream that ended without the closing blank line.
    pub(crate) fn finish(&mut self) -> Option<String> {
        self.end_line().or_else(|| self.end_event())
    }

    fn end_line(&mut self) -> Option<String> {
        let bytes = std::mem::take(&mut self.line);
        let text = String::from_utf8_lossy(&bytes);
        let line = text.strip_prefix('\u{feff}').unwrap_or(&text);
        if line.is_empty() {
            return self.end_event();
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        if field == "data" {
            let value = value.strip_prefix(' ').unwrap_or(value);
            self.data.push(value.to_owned());
        }
        None
    }

    fn end_event(&mut self) -> Option<String> {
        if self.data.is_empty() {
            return None;
        }
        Some(std::mem::take(&mut self.data).join("\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STREAM: &str = "\u{feff}: hello\r\n\r\nevent: a\r\ndata: {\"x\":\"é→\"}\r\n\r\n\
                          data:one\ndata: two\n\nid: 4\n\ndata\n\ndata: mac\r\rdata: last";

    fn read(size: usize) -> Vec<String> {
        let mut reader = EventReader::default();
        let mut events = Vec::new();
        for piece in STREAM.as_bytes().chunks(size) {
            events.extend(reader.push(piece));
        }
        events.extend(reader.finish());
        events
    }

    #[test]
    fn pieces_of_any_size_give_the_same_events() {
        let expected = ["{\"x\":\"é→\"}", "one\ntwo", "", "mac", "last"];
        for size in 1..=STREAM.len() {
            assert_eq!(read(size), expected, "in pieces of {size}");
        }
    }

    #[test]
    fn an_event_comes_as_soon_as_its_blank_line_begins() {
        let mut reader = EventReader::default();
        assert_eq!(reader.push(b"data: a\r\n\r"), ["a"]);
        assert!(reader.push(b"\n").is_empty());
        assert_eq!(reader.finish(), None);
    }
}
