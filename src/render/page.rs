//! Markdown as HTML: a part of an email, or a page of its own that prints well.

use pulldown_cmark::html::push_html;

use super::markdown::{Links, events, title};
use crate::spec::markup::escape;

/// How a page looks, on the screen and on paper.
const STYLE: &str = "@page { size: A4; margin: 20mm; }
body { font: 11pt/1.45 system-ui, \"Segoe UI\", Helvetica, Arial, sans-serif; color: #1a1a1a; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.7em; } h2 { font-size: 1.3em; } h3 { font-size: 1.1em; }
h1, h2, h3, h4 { line-height: 1.25; margin: 1.4em 0 .5em; break-after: avoid; }
table { border-collapse: collapse; width: 100%; margin: 1em 0; }
th, td { border: 1px solid #bbb; padding: .35em .6em; text-align: left; vertical-align: top; }
th { background: #f0f0f0; } thead { display: table-header-group; }
tr, li, blockquote, pre { break-inside: avoid; }
blockquote { margin: 1em 0; padding-left: 1em; border-left: 3px solid #bbb; color: #444; }
code, pre { font-family: ui-monospace, Consolas, monospace; font-size: .92em; }
pre { white-space: pre-wrap; background: #f6f6f6; padding: .7em; }
a { color: #0645ad; }
@media print { body { max-width: none; margin: 0; padding: 0; } a { color: inherit; } }";

/// Returns a page that needs nothing else: no style, script or picture is fetched. `name` is its
/// title where the text has no heading.
pub fn page(name: &str, text: &str) -> String {
    let title = title(text).unwrap_or_else(|| name.to_owned());
    let body = fragment(text, Links::Plain);
    format!(
        "<!doctype html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <title>{}</title>\n<style>\n{STYLE}\n</style>\n</head>\n<body>\n{body}</body>\n</html>\n",
        escape(&title)
    )
}

/// Returns the HTML of a text, without a page around it.
pub(super) fn fragment(text: &str, links: Links) -> String {
    let mut html = String::new();
    push_html(&mut html, events(text, links).into_iter());
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_holds_the_text_and_none_of_its_markup() {
        let text = "# Brief for <script>alert(1)</script>\n\nTier: *A*\nHealth: 5 < 6\n\n| a | b |\n|---|---|\n| 1 | <img src=x> |\n";
        let page = page("brief", text);
        assert!(
            page.contains("<title>Brief for &lt;script&gt;alert(1)&lt;/script&gt;</title>"),
            "{page}"
        );
        assert!(page.contains("<p>Tier: <em>A</em><br />\nHealth: 5 &lt; 6</p>"));
        assert!(page.contains("<td>&lt;img src=x&gt;</td>"));
        assert!(!page.contains("<script") && !page.contains("<img"));
        assert!(page.contains("@page"));
    }
}
