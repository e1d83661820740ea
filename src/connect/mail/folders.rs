//! Names of folders as IMAP writes them (modified UTF-7, RFC 3501, 5.1.3).

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// Returns the name of a folder as the server writes it.
pub(super) fn encoded(name: &str) -> String {
    let mut out = String::new();
    let mut beyond = String::new();
    for c in name.chars() {
        if !(' '..='~').contains(&c) {
            beyond.push(c);
            continue;
        }
        shift(&mut out, &mut beyond);
        out.push(c);
        if c == '&' {
            out.push('-');
        }
    }
    shift(&mut out, &mut beyond);
    out
}

fn shift(out: &mut String, beyond: &mut String) {
    if !beyond.is_empty() {
        let bytes: Vec<u8> = beyond.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let text = STANDARD_NO_PAD.encode(bytes).replace('/', ",");
        *out += &format!("&{text}-");
        beyond.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_beyond_ascii_are_shifted() {
        assert_eq!(encoded("Drafts"), "Drafts");
        assert_eq!(encoded("Entwürfe"), "Entw&APw-rfe");
        assert_eq!(encoded("A&B/下書き"), "A&-B/&Tgtm+DBN-");
    }
}
