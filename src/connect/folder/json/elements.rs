//! The elements of a JSON array one by one, so that a large file need not fit into memory.

use std::fmt;
use std::io::Read;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::connect::ConnectError;
use crate::connect::folder::files::DataFile;

/// Shows each element of the array that the file is, or that the object in it holds, until one
/// says false.
///
/// # Errors
/// For what is not JSON, holds no array or more than one, and the error of `each` itself.
pub fn each_element(
    file: &DataFile,
    source: impl Read,
    mut each: impl FnMut(Value) -> Result<bool, ConnectError>,
) -> Result<(), ConnectError> {
    let mut walk = Walk {
        each: &mut each,
        arrays: 0,
        end: None,
        inside: false,
    };
    let read = walk.deserialize(&mut serde_json::Deserializer::from_reader(source));
    match (walk.end, read, walk.arrays) {
        (Some(end), _, _) => end,
        (None, Err(error), _) => Err(ConnectError::last(format!(
            "`{}` is not valid JSON: {error}.",
            file.label()
        ))),
        (None, Ok(()), 1) => Ok(()),
        (None, Ok(()), 0) => Err(ConnectError::last(format!(
            "`{}` holds no list of records.",
            file.label()
        ))
        .help("A table is an array of objects, or an object that holds one such array.")),
        (None, Ok(()), _) => Err(ConnectError::last(format!(
            "`{}` holds more than one list of records.",
            file.label()
        ))
        .help("Put each list into a file of its own.")),
    }
}

/// The walk through a document; each array of objects on the way is shown.
struct Walk<'a> {
    each: &'a mut dyn FnMut(Value) -> Result<bool, ConnectError>,
    arrays: usize,
    /// Why the walk ended early, which the deserializer's own error type cannot carry.
    end: Option<Result<(), ConnectError>>,
    /// Is this a member of the outermost object?
    inside: bool,
}

impl<'de> DeserializeSeed<'de> for &mut Walk<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &mut Walk<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of objects, or an object that holds one")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        let mut is_counted = false;
        while let Some(element) = elements.next_element::<Value>()? {
            if !is_counted {
                if self.inside && !element.is_object() {
                    while elements.next_element::<IgnoredAny>()?.is_some() {}
                    return Ok(());
                }
                self.arrays += 1;
                is_counted = true;
            }
            if self.arrays > 1 {
                continue;
            }
            let end = match (self.each)(element) {
                Ok(true) => continue,
                Ok(false) => Ok(()),
                Err(error) => Err(error),
            };
            self.end = Some(end);
            return Err(A::Error::custom("ended early"));
        }
        if !is_counted && !self.inside {
            self.arrays = 1;
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        if self.inside {
            while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(());
        }
        self.inside = true;
        while members.next_key::<IgnoredAny>()?.is_some() {
            members.next_value_seed(&mut *self)?;
        }
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::super::super::files::Format;
    use super::*;

    fn read(text: &str) -> Result<usize, String> {
        let file = DataFile {
            table: "t".to_owned(),
            path: "t.json".into(),
            format: Format::Json,
            sheet: None,
        };
        let mut count = 0;
        each_element(&file, text.as_bytes(), |_| {
            count += 1;
            Ok(true)
        })
        .map(|()| count)
        .map_err(|error| error.message)
    }

    #[test]
    fn reads_arrays_and_objects_that_hold_one() {
        assert_eq!(read(r#"[{"a":1},{"a":2}]"#), Ok(2));
        assert_eq!(read("[]"), Ok(0));
        assert_eq!(
            read(r#"{"total":2,"tags":["x"],"page":{"a":[{}]},"items":[{"a":1},{}]}"#),
            Ok(2)
        );
    }

    #[test]
    fn says_what_it_cannot_read() {
        assert!(read("{}").unwrap_err().contains("no list"));
        assert!(read("5").unwrap_err().contains("no list"));
        assert!(
            read(r#"{"a":[{}],"b":[{}]}"#)
                .unwrap_err()
                .contains("more than one")
        );
        assert!(
            read(r#"[{"a":NaN}]"#)
                .unwrap_err()
                .contains("not valid JSON")
        );
    }

    #[test]
    fn stops_when_told() {
        let file = DataFile {
            table: "t".to_owned(),
            path: "t.json".into(),
            format: Format::Json,
            sheet: None,
        };
        let mut seen = 0;
        each_element(&file, r#"[{},{},{"#.as_bytes(), |_| {
            seen += 1;
            Ok(seen < 2)
        })
        .unwrap();
        assert_eq!(seen, 2);
    }
}
