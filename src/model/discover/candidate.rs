//! A model that may be used.

use crate::model::config::Provider;
use crate::model::{
    Anthropic, ChatModel, ModelError, OpenAi, Patience, Price, Retrying, Secret, openai,
};

/// A model that was named or found, and what is needed to talk to it.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// Who serves it.
    pub provider: Provider,
    /// Its name at the provider; `?` where it could not be found out.
    pub model: String,
    /// Where it answers.
    pub base_url: String,
    /// The key, if it needs one.
    pub key: Option<Secret>,
    /// What named or showed it, such as `--model` or `ANTHROPIC_API_KEY`.
    pub from: String,
    /// The most tokens that an answer may have, where the settings say so.
    pub max_tokens: Option<u32>,
    /// How long an answer may take to begin and to go on.
    pub patience: Patience,
    /// Its prices, where they are known.
    pub price: Option<Price>,
    /// Why it cannot be used.
    pub trouble: Option<ModelError>,
}

impl Candidate {
    /// Returns its name as shown to people, such as `ollama/qwen3:8b`.
    pub fn name(&self) -> String {
        let file = self.model.rsplit('/').next().unwrap_or_default();
        let model = match self.provider {
            Provider::LlamaCpp => file.strip_suffix(".gguf").unwrap_or(file),
            _ => &self.model,
        };
        format!("{}/{model}", self.provider.name())
    }

    /// Returns the model, ready to be asked, with retries.
    ///
    /// # Errors
    /// What is wrong with the candidate.
    pub fn connect(&self) -> Result<Box<dyn ChatModel>, ModelError> {
        if let Some(trouble) = &self.trouble {
            return Err(trouble.clone());
        }
        let (url, key, model) = (self.wire_url(), self.key.as_ref(), &self.model);
        Ok(match self.provider {
            Provider::Anthropic => {
                let model = Anthropic::new(&url, key, model)?.priced(self.price);
                Box::new(Retrying::new(model.patience(self.patience)))
            }
            Provider::OpenAi | Provider::Ollama | Provider::LlamaCpp => {
                let model = OpenAi::new(&url, key, model)?;
                let model = model.named(self.name()).priced(self.price);
                Box::new(Retrying::new(model.patience(self.patience)))
            }
        })
    }

    /// Returns the address that is spoken to.
    pub(super) fn wire_url(&self) -> String {
        match self.provider {
            Provider::Anthropic => self.base_url.clone(),
            _ => openai::with_version(&self.base_url),
        }
    }
}
