//! What models have cost, in words.

use crate::diag::count;
use crate::store::journal::{AnswerCost, Used};

/// Returns what models were asked and what it has cost, in a line; nothing where none was.
pub fn models(used: &Used) -> Option<String> {
    if used.calls == 0 && used.known == 0 {
        return None;
    }
    let mut parts = Vec::new();
    if used.calls > 0 {
        parts.push(format!(
            "{} to the model, {} tokens in and {} out, {}",
            number(used.calls, "call"),
            used.input,
            used.output,
            cost(used)
        ));
    }
    if used.known > 0 {
        let saved = match used.saved {
            s if s > 0.0 => format!(" (${s:.4} saved)"),
            _ => String::new(),
        };
        parts.push(format!(
            "{} known already{saved}",
            number(used.known, "answer")
        ));
    }
    Some(parts.join("; "))
}

/// Returns what the answer of a model took, in a few words.
pub(super) fn answer(cost_of: &AnswerCost) -> String {
    let by = cost_of.models.join(", then ");
    let used = &cost_of.used;
    if used.calls == 0 {
        return format!("{by}: known already");
    }
    format!(
        "{by}: {} tokens in, {} out, {}",
        used.input,
        used.output,
        cost(used)
    )
}

/// Returns what calls have cost; where that is not known of some or all, it says so.
fn cost(used: &Used) -> String {
    match used.unpriced {
        0 => format!("${:.4}", used.cost),
        n if n >= used.calls => "price not known".to_owned(),
        n => format!("${:.4} and {n} of unknown price", used.cost),
    }
}

fn number(n: u64, what: &str) -> String {
    count(usize::try_from(n).unwrap_or(usize::MAX), what)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_not_known_is_said() {
        let mut used = Used {
            calls: 2,
            input: 900,
            output: 40,
            cost: 0.0125,
            ..Used::default()
        };
        let text = models(&used).unwrap();
        assert_eq!(
            text,
            "2 calls to the model, 900 tokens in and 40 out, $0.0125"
        );
        (used.unpriced, used.cost) = (2, 0.0);
        assert!(models(&used).unwrap().ends_with("price not known"));
        used.unpriced = 1;
        assert!(models(&used).unwrap().ends_with("1 of unknown price"));
        let known = Used {
            known: 3,
            saved: 0.02,
            ..Used::default()
        };
        assert_eq!(
            models(&known).unwrap(),
            "3 answers known already ($0.0200 saved)"
        );
        assert_eq!(models(&Used::default()), None);
    }
}
