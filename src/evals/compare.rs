//! Two results side by side: two models, or two versions of a prompt.

use serde::Serialize;

use super::{CaseResult, Results};

/// What is different between two results.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// What was measured first, in words.
    pub before: String,
    /// What was measured then.
    pub after: String,
    /// The cases of both.
    pub cases: Vec<CaseChange>,
    /// Cases of only one of them.
    pub only_in_one: Vec<String>,
}

/// A case in both results.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CaseChange {
    /// Its name.
    pub case: String,
    /// Is it another case by now, so that the figures cannot be compared?
    pub is_changed: bool,
    /// The share of attempts that passed, before and after.
    pub passed: (f64, f64),
    /// The share of expected values that came.
    pub accuracy: (f64, f64),
    /// Model calls.
    pub turns: (f64, f64),
    /// Tokens, read and written.
    pub tokens: (f64, f64),
    /// US dollars.
    pub cost_usd: (f64, f64),
    /// Checks that held more or less often: in what share of the attempts, before and after.
    pub checks: Vec<(String, f64, f64)>,
}

/// Compares two results.
pub fn compare(before: &Results, after: &Results) -> Comparison {
    let find = |results: &'_ Results, name: &str| -> Option<CaseResult> {
        results.cases.iter().find(|c| c.case == name).cloned()
    };
    let mut cases = Vec::new();
    let mut only_in_one = Vec::new();
    for was in &before.cases {
        match find(after, &was.case) {
            Some(is) => cases.push(change(was, &is)),
            None => only_in_one.push(was.case.clone()),
        }
    }
    let new = after.cases.iter().map(|c| &c.case);
    only_in_one.extend(new.filter(|name| find(before, name).is_none()).cloned());
    Comparison {
        before: named(before),
        after: named(after),
        cases,
        only_in_one,
    }
}

fn named(results: &Results) -> String {
    format!(
        "{}, prompt {}, {} times, {}",
        results.model, results.prompt, results.times, results.began
    )
}

fn change(was: &CaseResult, is: &CaseResult) -> CaseChange {
    let both = |of: &dyn Fn(&super::Attempt) -> f64| (was.mean(of), is.mean(of));
    let mut checks = Vec::new();
    for check in was.attempts.first().map_or(&[][..], |a| &a.checks) {
        let (before, after) = both(&|a| {
            let held = a.checks.iter().any(|c| c.it == check.it && c.passed);
            f64::from(u8::from(held))
        });
        if (before - after).abs() > 1e-9 {
            checks.push((check.it.clone(), before, after));
        }
    }
    CaseChange {
        case: was.case.clone(),
        is_changed: was.fingerprint != is.fingerprint,
        passed: both(&|a| f64::from(u8::from(a.passed))),
        accuracy: both(&|a| a.accuracy()),
        turns: both(&|a| f64::from(a.turns)),
        tokens: both(&|a| (a.tokens_in + a.tokens_out) as f64),
        cost_usd: both(&|a| a.cost_usd),
        checks,
    }
}
