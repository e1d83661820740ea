//! Whether a webhook comes from who shares the secret with us, and comes now.
//!
//! The header is `t=SECONDS,v1=HEX`, where HEX is the HMAC-SHA256 of `SECONDS.BODY`. The time is
//! part of what is signed, so that an event that was overheard cannot be sent again later.

use jiff::{SignedDuration, Timestamp};
use ring::hmac;

/// How far the clock of the sender may be from ours.
pub const TOLERANCE: SignedDuration = SignedDuration::from_mins(5);

/// Why an event is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// There is no signature, or it is of another form.
    Unsigned,
    /// It was signed too long ago, or in the future.
    Stale,
    /// It was signed with another secret, or is of another body.
    Forged,
}

impl Refused {
    /// Returns what to tell the sender.
    pub fn says(self) -> &'static str {
        match self {
            Refused::Unsigned => {
                "The header `Sopwright-Signature: t=SECONDS,v1=HEX` is missing or of another form"
            }
            Refused::Stale => "The signature is more than five minutes from now",
            Refused::Forged => "The signature does not fit the body",
        }
    }
}

/// Looks whether a body was signed with a secret, around a moment.
///
/// # Errors
/// Why it is not taken.
pub fn verify(secret: &str, header: &str, body: &[u8], now: Timestamp) -> Result<(), Refused> {
    let (time, signature) = parts(header).ok_or(Refused::Unsigned)?;
    let at = Timestamp::from_second(time).map_err(|_| Refused::Unsigned)?;
    if now.duration_since(at).abs() > TOLERANCE {
        return Err(Refused::Stale);
    }
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    hmac::verify(&key, &signed(time, body), &signature).map_err(|_| Refused::Forged)
}

/// Returns the header for a body that is sent at a moment.
pub fn sign(secret: &str, body: &[u8], now: Timestamp) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let time = now.as_second();
    let tag = hmac::sign(&key, &signed(time, body));
    let hex: String = tag.as_ref().iter().map(|b| format!("{b:02x}")).collect();
    format!("t={time},v1={hex}")
}

fn signed(time: i64, body: &[u8]) -> Vec<u8> {
    let mut signed = format!("{time}.").into_bytes();
    signed.extend_from_slice(body);
    signed
}

/// Returns the time and the signature of a header.
fn parts(header: &str) -> Option<(i64, Vec<u8>)> {
    let part = |name: &str| {
        let mut parts = header
            .split(',')
            .filter_map(|part| part.trim().split_once('='));
        parts.find(|(key, _)| *key == name).map(|(_, value)| value)
    };
    Some((part("t")?.parse().ok()?, bytes(part("v1")?)?))
}

/// Reads hexadecimal digits.
fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digits: Vec<u32> = hex.chars().map(|c| c.to_digit(16)).collect::<Option<_>>()?;
    let pairs = digits.chunks_exact(2);
    pairs
        .remainder()
        .is_empty()
        .then(|| pairs.map(|pair| (pair[0] * 16 + pair[1]) as u8).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn moment(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn what_was_signed_just_now_is_taken_and_nothing_else() {
        let now = moment("2026-11-16T08:00:00Z");
        let header = sign("secret", b"{\"id\": 1}", now);
        let verify = |secret: &str, header: &str, body: &[u8], at: &str| {
            super::verify(secret, header, body, moment(at))
        };
        let body = b"{\"id\": 1}";
        assert_eq!(
            verify("secret", &header, body, "2026-11-16T08:04:59Z"),
            Ok(())
        );
        assert_eq!(
            verify("secret", &header, body, "2026-11-16T07:55:01Z"),
            Ok(())
        );
        assert_eq!(
            verify("secret", &header, body, "2026-11-16T08:05:01Z"),
            Err(Refused::Stale)
        );
        assert_eq!(
            verify("other", &header, body, "2026-11-16T08:00:00Z"),
            Err(Refused::Forged)
        );
        assert_eq!(
            verify("secret", &header, b"{\"id\": 2}", "2026-11-16T08:00:00Z"),
            Err(Refused::Forged)
        );
        // Another time is another signature.
        let later = header.replace("t=1794816000", "t=1794816001");
        assert_ne!(later, header);
        assert_eq!(
            verify("secret", &later, body, "2026-11-16T08:00:00Z"),
            Err(Refused::Forged)
        );
        for header in [
            "",
            "t=1",
            "v1=00",
            "t=x,v1=00",
            "t=1794816000,v1=0g",
            "t=1794816000,v1=0",
        ] {
            assert_eq!(
                verify("secret", header, body, "2026-11-16T08:00:00Z"),
                Err(Refused::Unsigned),
                "{header}"
            );
        }
    }

    #[test]
    fn the_signature_is_the_published_one() {
        // HMAC-SHA256("key", "1.The quick brown fox"), worked out by another program.
        let header = sign(
            "key",
            b"The quick brown fox",
            Timestamp::from_second(1).unwrap(),
        );
        assert_eq!(
            header,
            "t=1,v1=1ef269d2a2a1f8d397e0e25c3e3013fb5687509234565e6e49ea45a138768457"
        );
    }
}
