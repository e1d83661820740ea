//! What came of a suite, as kept in a file.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::{CheckResult, FieldAccuracy};

/// What came of a suite.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Results {
    /// The folder of the suite.
    pub suite: String,
    /// The model that built.
    pub model: String,
    /// When it began.
    pub began: String,
    /// The version of the program.
    pub version: String,
    /// The digest of the builder's prompt and tools, to tell prompt versions apart.
    pub prompt: String,
    /// How often each case was attempted.
    pub times: usize,
    /// Its cases.
    pub cases: Vec<CaseResult>,
}

/// What came of a case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseResult {
    /// Its name.
    pub case: String,
    /// What it is.
    pub title: String,
    /// What it is hard for.
    pub covers: Vec<String>,
    /// The digest of its files.
    pub fingerprint: String,
    /// The attempts.
    pub attempts: Vec<Attempt>,
    /// Why no more attempts were made, if it could not be run.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub error: Option<String>,
}

/// One attempt at a case.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Attempt {
    /// Was a workflow saved, did it agree with what is expected, and did every check hold?
    pub passed: bool,
    /// Why there was nothing to examine, or not all of it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub because: Option<String>,
    /// Column of `expected.csv` -> how often it agreed.
    pub fields: IndexMap<String, FieldAccuracy>,
    /// What must and must not be.
    pub checks: Vec<CheckResult>,
    /// Some of the cases that came out otherwise than the SOP has it.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub wrong: Vec<String>,
    /// Changes that were asked for and left the workflow as it was.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub ignored: Vec<String>,
    /// Model calls of the build and the changes.
    pub turns: u32,
    /// What the owner was asked, and answered.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub questions: Vec<(String, String)>,
    /// Tokens that were read in building.
    pub tokens_in: u64,
    /// Tokens that were written in building.
    pub tokens_out: u64,
    /// What building cost, in US dollars, as far as prices are known.
    pub cost_usd: f64,
    /// What the workflow's own model calls in the exam cost, in US dollars.
    pub exam_cost_usd: f64,
    /// How long building took, in seconds.
    pub seconds: f64,
}

impl Attempt {
    /// Returns the share of expected values that came, from 0 to 1.
    pub fn accuracy(&self) -> f64 {
        let (agreed, all) = self.fields.values().fold((0, 0), |(agreed, all), field| {
            (agreed + field.agreed, all + field.cases)
        });
        agreed as f64 / all.max(1) as f64
    }

    /// Returns how many checks held.
    pub fn held(&self) -> usize {
        self.checks.iter().filter(|check| check.passed).count()
    }
}

impl CaseResult {
    /// Returns how many attempts passed.
    pub fn passed(&self) -> usize {
        self.attempts.iter().filter(|a| a.passed).count()
    }

    /// Did at least one attempt pass? (pass@k)
    pub fn passed_once(&self) -> bool {
        self.passed() > 0
    }

    /// Did every attempt pass, and was none left out? (pass^k)
    pub fn passed_always(&self) -> bool {
        self.error.is_none() && !self.attempts.is_empty() && self.passed() == self.attempts.len()
    }

    /// Returns the mean of a figure over the attempts.
    pub fn mean(&self, of: impl Fn(&Attempt) -> f64) -> f64 {
        mean(self.attempts.iter().map(of))
    }
}

impl Results {
    /// Returns the share of attempts that passed, in the mean over the cases. (pass@1)
    pub fn passed(&self) -> f64 {
        self.mean(|case| case.mean(|a| f64::from(u8::from(a.passed))))
    }

    /// Returns the share of cases that passed at least once. (pass@k)
    pub fn passed_once(&self) -> f64 {
        self.mean(|case| f64::from(u8::from(case.passed_once())))
    }

    /// Returns the share of cases that passed every time. (pass^k)
    pub fn passed_always(&self) -> f64 {
        self.mean(|case| f64::from(u8::from(case.passed_always())))
    }

    /// Returns the mean of a figure over the cases.
    pub fn mean(&self, of: impl Fn(&CaseResult) -> f64) -> f64 {
        mean(self.cases.iter().map(of))
    }

    /// Could every case be run as often as it should?
    pub fn is_complete(&self) -> bool {
        self.cases.iter().all(|case| case.error.is_none())
    }
}

/// Returns the mean; 0 of nothing.
fn mean(figures: impl ExactSizeIterator<Item = f64>) -> f64 {
    let number = figures.len().max(1) as f64;
    figures.fold(0.0, |sum, figure| sum + figure) / number
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(passed: &[bool]) -> CaseResult {
        let attempt = |passed: &bool| Attempt {
            passed: *passed,
            ..Attempt::default()
        };
        CaseResult {
            case: "c".to_owned(),
            title: String::new(),
            covers: Vec::new(),
            fingerprint: String::new(),
            attempts: passed.iter().map(attempt).collect(),
            error: None,
        }
    }

    #[test]
    fn once_is_not_always_and_nothing_is_neither() {
        let sometimes = case(&[true, false, true]);
        assert!(sometimes.passed_once() && !sometimes.passed_always());
        assert!(case(&[true, true]).passed_always());
        let mut broken_off = case(&[true]);
        broken_off.error = Some("the model was gone".to_owned());
        assert!(broken_off.passed_once() && !broken_off.passed_always());
        let none = case(&[]);
        assert!(!none.passed_once() && !none.passed_always());
        assert!(none.mean(|_| 1.0).is_sign_positive());
    }
}
