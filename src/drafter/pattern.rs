//! Patterns that are part of the program.

use regex::Regex;

/// Returns a pattern that is written in this program.
pub(super) fn pattern(source: &str) -> Regex {
    #[expect(
        clippy::expect_used,
        reason = "the patterns are constants, and tests use each"
    )]
    Regex::new(source).expect("the pattern is sound")
}
