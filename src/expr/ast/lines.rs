//! Which newlines of a template belong to its text.
//!
//! A block tag alone on its line ("{% for x in list %}") leaves no empty line behind. One at the
//! end of a line with text keeps the newline: without it, two lines would run together.

use std::borrow::Cow;

/// Returns the template with a mark (`+%}`) at each block tag that keeps the newline behind it.
pub(super) fn marked(source: &str) -> Cow<'_, str> {
    if !source.contains("%}\n") {
        return Cow::Borrowed(source);
    }
    let mut out = String::with_capacity(source.len() + 8);
    for line in source.split_inclusive('\n') {
        match line.strip_suffix("%}\n") {
            Some(start) if !start.ends_with(['-', '+']) && !only_tags(line) => {
                out.push_str(start);
                out.push_str("+%}\n");
            }
            _ => out.push_str(line),
        }
    }
    Cow::Owned(out)
}

/// Does a line hold one block tag and nothing else but white space?
fn only_tags(line: &str) -> bool {
    let line = line.trim();
    line.starts_with("{%") && line.find("%}").is_some_and(|end| end + 2 == line.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_tag_with_text_before_it_keeps_its_newline() {
        for (source, expected) in [
            ("{% for x in l %}\n- {{ x }}\n{% endfor %}\n", None),
            (
                "a{% if b %}c{% endif %}\nd",
                Some("a{% if b %}c{% endif +%}\nd"),
            ),
            (
                "{% if b %}c{% endif %}\nd",
                Some("{% if b %}c{% endif +%}\nd"),
            ),
            ("a {% if b -%}\nc{% endif %}", None),
            ("  {% if b %}\nc", None),
            ("plain {{ x }}\n", None),
        ] {
            assert_eq!(marked(source), expected.unwrap_or(source), "{source}");
        }
    }
}
