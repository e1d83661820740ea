//! What models are going to cost in a run, before it begins.

use serde_json::json;

use crate::diag::count;
use crate::model::{Price, Usage};
use crate::rehearse::LlmAnswers;
use crate::spec::{Llm, StepKind, Workflow};
use crate::store::journal::Used;

/// What models are going to be asked in a run, about.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// The model that is asked.
    pub model: String,
    /// Cases, where their number is known.
    pub cases: Option<u64>,
    /// Calls for a case.
    pub calls: f64,
    /// Tokens that a case gives to the model.
    pub input: f64,
    /// Tokens of the answers for a case.
    pub output: f64,
    /// US dollars for a case, where the price is known.
    pub cost: Option<f64>,
    /// Was it so in earlier runs? Else it is reckoned from what the steps say.
    pub is_measured: bool,
}

/// Tokens of the facts that a step is given, where none were counted yet.
const FACTS: f64 = 150.0;
/// Tokens of a field of an answer, where none were counted yet.
const FIELD: f64 = 40.0;
/// Tokens of what holds for every step.
const FRAME: f64 = 250.0;

impl Estimate {
    /// Returns what is to be expected of a run over so many cases; nothing where no model is asked.
    /// `lately` is what the last runs of the workflow have used.
    pub fn of(
        workflow: &Workflow,
        llm: &LlmAnswers,
        cases: Option<u64>,
        lately: &Used,
    ) -> Option<Self> {
        let model = llm.model()?.to_owned();
        let steps: Vec<&Llm> = workflow
            .all_steps()
            .into_iter()
            .filter_map(|step| match &step.kind {
                StepKind::Llm(llm) => Some(llm),
                _ => None,
            })
            .collect();
        if steps.is_empty() {
            return None;
        }
        let is_measured = lately.calls > 0 && lately.cases > 0;
        let (calls, input, output) = if is_measured {
            let each = |n: u64| n as f64 / lately.cases as f64;
            (each(lately.calls), each(lately.input), each(lately.output))
        } else {
            let input = steps.iter().map(|step| tokens_of(step)).sum();
            let fields: usize = steps.iter().map(|step| step.returns.len()).sum();
            (steps.len() as f64, input, fields as f64 * FIELD)
        };
        Some(Estimate {
            cost: llm.price().map(|price| cost(&price, input, output)),
            model,
            cases,
            calls,
            input,
            output,
            is_measured,
        })
    }

    /// Returns what it is going to cost in all, where both are known.
    pub fn total(&self) -> Option<f64> {
        Some(self.cost? * self.cases? as f64)
    }

    /// Does the model run on this machine, so that it costs nothing?
    pub fn is_free(&self) -> bool {
        let local = ["ollama/", "llamacpp/"];
        self.cost.is_none() && local.iter().any(|name| self.model.starts_with(name))
    }

    /// Returns it in a sentence.
    pub fn words(&self) -> String {
        let how = match self.is_measured {
            true => "as in earlier runs",
            false => "reckoned from its steps",
        };
        let (asked, each) = match self.cases {
            Some(cases) => {
                let calls = (self.calls * cases as f64).ceil() as usize;
                let cases = usize::try_from(cases).unwrap_or(usize::MAX);
                let asked = format!(
                    "about {} for {}",
                    count(calls, "time"),
                    count(cases, "case")
                );
                (asked, "a case")
            }
            None => (
                format!("about {:.1} times for each case", self.calls),
                "a case",
            ),
        };
        let cost = match (self.cost, self.total()) {
            _ if self.is_free() => "it runs on this machine and costs nothing".to_owned(),
            (Some(_), Some(total)) => format!("about ${total:.2} in all"),
            (Some(each), None) => format!("about ${each:.4} for each case"),
            (None, _) => {
                "its price is not known: say it in [model.prices] of sopwright.toml".to_owned()
            }
        };
        format!(
            "This run asks {} {asked}, with {:.0} tokens in and {:.0} out {each} ({how}): {cost}",
            self.model, self.input, self.output
        )
    }
}

/// Returns about how many tokens a step gives to a model: four characters are about one.
fn tokens_of(step: &Llm) -> f64 {
    let said = json!([step.instructions, step.returns, step.examples]).to_string();
    said.len() as f64 / 4.0 + FACTS + FRAME
}

fn cost(price: &Price, input: f64, output: f64) -> f64 {
    // Prices are for whole tokens; a million cases keep the fraction in sight.
    const MANY: f64 = 1_000_000.0;
    let usage = Usage {
        input: (input * MANY) as u64,
        output: (output * MANY) as u64,
        ..Usage::default()
    };
    price.cost(&usage) / MANY
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Arc;

    use super::*;
    use crate::model::ScriptedModel;

    fn workflow() -> Workflow {
        let document = json!({
            "workflow": 1, "name": "notes", "title": "Notes", "objective": "o",
            "sop": {"file": "sop.md", "statements": 1}, "trigger": {"kind": "manual"},
            "steps": [{"id": "judge", "kind": "llm", "sop": [1], "instructions": "Say how it sounds.",
                "input": {}, "returns": {"tone": {"type": "string"}}}]
        });
        serde_json::from_value(document).unwrap()
    }

    fn llm(price: Option<Price>) -> LlmAnswers {
        let model = ScriptedModel::new([]);
        let model = match price {
            Some(price) => model.priced(price),
            None => model,
        };
        LlmAnswers::by(Arc::new(model), None)
    }

    #[test]
    fn earlier_runs_tell_best() {
        let price: Price = toml::from_str("input = 1.0\noutput = 10.0").unwrap();
        let lately = Used {
            cases: 100,
            calls: 110,
            input: 50_000,
            output: 2_000,
            ..Used::default()
        };
        let priced = llm(Some(price));
        let told = Estimate::of(&workflow(), &priced, Some(2_000), &lately).unwrap();
        assert!((told.total().unwrap() - 1.4).abs() < 1e-9, "{told:?}");
        assert_eq!(
            told.words(),
            "This run asks scripted about 2200 times for 2000 cases, with 500 tokens in and 20 out a case (as in earlier runs): about $1.40 in all"
        );
        let reckoned = Estimate::of(&workflow(), &priced, None, &Used::default()).unwrap();
        assert!(
            !reckoned.is_measured && reckoned.input > FACTS,
            "{reckoned:?}"
        );
        assert!(reckoned.words().contains("for each case"));
    }

    #[test]
    fn a_price_that_is_not_known_is_said_and_nothing_where_no_model_is_asked() {
        let told = Estimate::of(&workflow(), &llm(None), Some(5), &Used::default()).unwrap();
        assert!(told.words().contains("its price is not known"), "{told:?}");
        assert!(!told.is_free());
        let nobody = LlmAnswers::placeholders();
        assert_eq!(
            Estimate::of(&workflow(), &nobody, Some(5), &Used::default()),
            None
        );
        let mut rules = workflow();
        rules.steps.clear();
        assert_eq!(
            Estimate::of(&rules, &llm(None), Some(5), &Used::default()),
            None
        );
    }
}
