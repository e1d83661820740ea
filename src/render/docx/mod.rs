//! Markdown as a Word document (Office Open XML, ECMA-376): a zip of XML parts.

mod body;
mod parts;

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::markdown::{Links, events, title};
use body::Body;

/// Returns a document with the headings, lists, tables, links and emphasis of a text. `name` is
/// its title where the text has no heading.
///
/// # Errors
/// If it cannot be packed, which memory never refuses.
pub fn docx(name: &str, text: &str) -> zip::result::ZipResult<Vec<u8>> {
    let title = title(text).unwrap_or_else(|| name.to_owned());
    let body = Body::of(events(text, Links::Plain));
    let files = [
        ("[Content_Types].xml", parts::CONTENT_TYPES.to_owned()),
        ("_rels/.rels", parts::RELATIONS.to_owned()),
        ("docProps/core.xml", parts::properties(&title)),
        ("word/document.xml", parts::document(&body.xml)),
        ("word/styles.xml", parts::STYLES.to_owned()),
        ("word/numbering.xml", parts::numbering(&body.numbered)),
        (
            "word/_rels/document.xml.rels",
            parts::document_relations(&body.links),
        ),
    ];
    // The same content gives the same bytes, whenever it is written.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default());
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        archive.start_file(name, options)?;
        archive.write_all(content.as_bytes())?;
    }
    Ok(archive.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::io::Read;

    use super::*;

    fn part(document: &[u8], name: &str) -> String {
        let mut archive = zip::ZipArchive::new(Cursor::new(document)).unwrap();
        let mut text = String::new();
        let mut file = archive.by_name(name).unwrap();
        file.read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn a_document_has_the_structure_of_its_text() {
        let text = "# Acme & <b>Sons</b>\n\nTier: **A** and *old*\nnext\n\n1. one\n   - deep\n2. two\n\n1) again\n\n> said\n\n| a | b |\n|---|---|\n| 1 | [x](https://a.example/?q=1&r=2) |\n\n```\nlet a\nlet b\n```\n";
        let document = docx("brief", text).unwrap();
        assert_eq!(document, docx("brief", text).unwrap());
        let body = part(&document, "word/document.xml");
        for piece in [
            "<w:pStyle w:val=\"Heading1\"/>",
            "Acme &amp; &lt;b&gt;Sons&lt;/b&gt;",
            "<w:rPr><w:b/></w:rPr><w:t xml:space=\"preserve\">A</w:t>",
            "<w:rPr><w:i/></w:rPr><w:t xml:space=\"preserve\">old</w:t>",
            "<w:br/>",
            "<w:ilvl w:val=\"1\"/><w:numId w:val=\"1\"/>",
            "<w:tblHeader/>",
            "<w:pStyle w:val=\"Quote\"/>",
            "<w:pStyle w:val=\"Code\"/>",
        ] {
            assert!(body.contains(piece), "{piece} in {body}");
        }
        // Two lists count on their own.
        assert!(body.contains("<w:numId w:val=\"2\"/>") && body.contains("<w:numId w:val=\"3\"/>"));
        let links = part(&document, "word/_rels/document.xml.rels");
        assert!(
            links.contains("Target=\"https://a.example/?q=1&amp;r=2\""),
            "{links}"
        );
        assert!(
            part(&document, "docProps/core.xml").contains("Acme &amp; &lt;b&gt;Sons&lt;/b&gt;")
        );
    }
}
