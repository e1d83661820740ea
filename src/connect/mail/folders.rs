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

/// Returns the name of a folder as people read it; one that is not written so stays as it is.
pub(super) fn decoded(name: &str) -> String {
    let mut out = String::new();
    let mut rest = name;
    while let Some((before, after)) = rest.split_once('&') {
        let Some((shifted, more)) = after.split_once('-') else {
            return name.to_owned();
        };
        out += before;
        rest = more;
        if shifted.is_empty() {
            out.push('&');
            continue;
        }
        let Ok(bytes) = STANDARD_NO_PAD.decode(shifted.replace(',', "/")) else {
            return name.to_owned();
        };
        let units = bytes
            .chunks(2)
            .map(|two| u16::from_be_bytes([two[0], *two.last().unwrap_or(&0)]));
        let letters = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER));
        out.extend(letters);
    }
    out + rest
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
        for name in ["Drafts", "Entwürfe", "A&B/下書き x"] {
            assert_eq!(decoded(&encoded(name)), name);
        }
        assert_eq!(decoded("a & b"), "a & b");
    }
}
