//! Texts within HTML, SVG and XML.

/// Returns a text as it stands in an element or a quoted attribute: nothing of it is markup, and
/// what no document may hold is left out.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\n' | '\t' => out.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_text_is_markup() {
        assert_eq!(
            escape("<b title='a\"'>A & B\u{1b}[31m</b>\n"),
            "&lt;b title=&#39;a&quot;&#39;&gt;A &amp; B[31m&lt;/b&gt;\n"
        );
    }
}
