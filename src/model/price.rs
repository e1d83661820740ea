//! What a call costs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Usage;

/// Prices of a model in US dollars per million tokens.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(from = "Written")]
pub struct Price {
    /// Prompt tokens.
    pub input: f64,
    /// Tokens of the answer.
    pub output: f64,
    /// Prompt tokens read from the cache.
    pub cache_read: f64,
    /// Prompt tokens written to the cache.
    pub cache_write: f64,
}

/// A price as people write it: the cached prices may be left out, and are then those of input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    input: f64,
    output: f64,
    cache_read: Option<f64>,
    cache_write: Option<f64>,
}

impl From<Written> for Price {
    fn from(written: Written) -> Self {
        Price {
            input: written.input,
            output: written.output,
            cache_read: written.cache_read.unwrap_or(written.input),
            cache_write: written.cache_write.unwrap_or(written.input),
        }
    }
}

impl Price {
    /// Returns the cost of what was used, in US dollars.
    pub fn cost(&self, usage: &Usage) -> f64 {
        let of = |tokens: u64, price: f64| tokens as f64 * price / 1e6;
        of(usage.input, self.input)
            + of(usage.output, self.output)
            + of(usage.cache_read, self.cache_read)
            + of(usage.cache_write, self.cache_write)
    }
}

/// List prices in US dollars per million tokens, as the providers publish them: input,
/// output, cache read, cache write (for five minutes, where a provider bills writes at all).
#[rustfmt::skip]
const LIST: &[(&str, [f64; 4])] = &[
    ("claude-opus-5",     [5.00, 25.00, 0.50, 6.25]),
    ("claude-opus-4-8",   [5.00, 25.00, 0.50, 6.25]),
    ("claude-opus-4-7",   [5.00, 25.00, 0.50, 6.25]),
    ("claude-opus-4-6",   [5.00, 25.00, 0.50, 6.25]),
    ("claude-opus-4-5",   [5.00, 25.00, 0.50, 6.25]),
    ("claude-opus-4-1",   [15.00, 75.00, 1.50, 18.75]),
    ("claude-sonnet-4-6", [3.00, 15.00, 0.30, 3.75]),
    ("claude-sonnet-4-5", [3.00, 15.00, 0.30, 3.75]),
    ("claude-sonnet-4",   [3.00, 15.00, 0.30, 3.75]),
    ("claude-haiku-4-5",  [1.00, 5.00, 0.10, 1.25]),
    ("gpt-5.5",           [5.00, 30.00, 0.50, 5.00]),
    ("gpt-5.4",           [2.50, 15.00, 0.25, 2.50]),
    ("gpt-5.4-mini",      [0.75, 4.50, 0.075, 0.75]),
    ("gpt-5.2",           [1.75, 14.00, 0.175, 1.75]),
    ("gpt-5.1",           [1.25, 10.00, 0.125, 1.25]),
    ("gpt-5",             [1.25, 10.00, 0.125, 1.25]),
    ("gpt-5-mini",        [0.25, 2.00, 0.025, 0.25]),
    ("gpt-5-nano",        [0.05, 0.40, 0.005, 0.05]),
    ("gpt-4.1",           [2.00, 8.00, 0.50, 2.00]),
    ("gpt-4.1-mini",      [0.40, 1.60, 0.10, 0.40]),
    ("gpt-4.1-nano",      [0.10, 0.40, 0.025, 0.10]),
    ("gpt-4o",            [2.50, 10.00, 1.25, 2.50]),
    ("gpt-4o-mini",       [0.15, 0.60, 0.075, 0.15]),
    ("o3",                [2.00, 8.00, 0.50, 2.00]),
    ("o4-mini",           [1.10, 4.40, 0.275, 1.10]),
];

/// Returns the price of a model: the user's own for its name, else the list price.
///
/// Names match whole, but for the date or `-latest` at their end: a newer model's price is
/// unknown rather than that of an older one whose name begins alike.
pub fn price_of(model: &str, own: &BTreeMap<String, Price>) -> Option<Price> {
    let undated = undated(model);
    if let Some(price) = own.get(model).or_else(|| own.get(undated)) {
        return Some(*price);
    }
    let (_, [input, output, cache_read, cache_write]) =
        LIST.iter().find(|(name, _)| *name == undated)?;
    Some(Price {
        input: *input,
        output: *output,
        cache_read: *cache_read,
        cache_write: *cache_write,
    })
}

/// Returns the name without `-latest` or the date at its end.
fn undated(model: &str) -> &str {
    for shape in ["-latest", "-00000000", "@00000000", "-0000-00-00"] {
        let at = model.len().saturating_sub(shape.len());
        if let Some((name, end)) = model.split_at_checked(at)
            && has_shape(end, shape)
        {
            return name;
        }
    }
    model
}

/// Is the text like the shape, in which `0` stands for any digit?
fn has_shape(text: &str, shape: &str) -> bool {
    let alike = |(c, like): (char, char)| c == like || (like == '0' && c.is_ascii_digit());
    text.len() == shape.len() && text.chars().zip(shape.chars()).all(alike)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn each_kind_of_token_has_its_price() {
        let price = price_of("claude-haiku-4-5", &BTreeMap::new()).unwrap();
        let usage = Usage {
            input: 1_000_000,
            output: 100_000,
            cache_read: 1_000_000,
            cache_write: 0,
        };
        assert!((price.cost(&usage) - 1.6).abs() < 1e-9);
    }

    #[test]
    fn dates_do_not_matter_and_versions_do() {
        let known = |name: &str| price_of(name, &BTreeMap::new()).is_some();
        for name in [
            "claude-haiku-4-5-20251001",
            "gpt-4o-2024-08-06",
            "claude-sonnet-4@20250514",
            "claude-opus-4-1-latest",
        ] {
            assert!(known(name), "{name}");
        }
        for name in [
            "gpt-5.9",
            "gpt-4o-audio",
            "claude-opus-4-9",
            "llama3.2:3b",
            "",
            "20250101",
        ] {
            assert!(!known(name), "{name}");
        }
    }

    #[test]
    fn the_users_price_comes_first_and_may_leave_out_the_cache() {
        let own: BTreeMap<String, Price> =
            toml::from_str("\"gpt-5\" = { input = 2.0, output = 3.0 }").unwrap();
        let price = price_of("gpt-5-2025-08-07", &own).unwrap();
        assert_eq!((price.input, price.cache_read), (2.0, 2.0));
        let misspelt = toml::from_str::<Price>("input = 1.0\noutptu = 2.0");
        assert!(misspelt.unwrap_err().message().contains("outptu"));
    }
}
