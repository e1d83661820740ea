//! Which model to use: the flag, the settings, the environment, and what runs on this machine.

mod candidate;
mod local;
mod search;
#[cfg(test)]
mod tests;
mod wish;

use std::time::Duration;

pub use candidate::Candidate;

use super::config::ModelConfig;
use crate::diag;
use search::Search;
use wish::Wish;

/// The Anthropic model that is used when none is named.
pub const DEFAULT_ANTHROPIC: &str = "claude-sonnet-4-6";
/// The OpenAI model that is used when none is named.
pub const DEFAULT_OPENAI: &str = "gpt-5.1";

/// Where local servers are looked for, and how long.
#[derive(Debug, Clone)]
pub struct Places {
    /// Ollama's address, unless `OLLAMA_HOST` says otherwise.
    pub ollama: String,
    /// The address of llama.cpp's server.
    pub llama_cpp: String,
    /// How long a server that may not be there gets to answer.
    pub glance: Duration,
    /// How long a server that the user named gets to list its models.
    pub listing: Duration,
}

impl Default for Places {
    fn default() -> Self {
        Places {
            ollama: "http://127.0.0.1:11434".to_owned(),
            llama_cpp: "http://127.0.0.1:8080".to_owned(),
            glance: Duration::from_millis(150),
            listing: Duration::from_secs(5),
        }
    }
}

/// Returns the models that can be used, the one to use first.
///
/// In order: the `--model` flag, which stands alone; the settings; `SOPWRIGHT_MODEL`;
/// `ANTHROPIC_API_KEY`; `OPENAI_API_KEY` or `OPENAI_BASE_URL`; Ollama and llama.cpp on this
/// machine. An empty list means the built-in drafter, by wish or for want of a model.
///
/// # Errors
/// A flag, or a `SOPWRIGHT_MODEL`, that names no model. A model that was named but cannot be used
/// is no error here: its candidate says what is wrong.
pub async fn discover(
    config: &ModelConfig,
    flag: Option<&str>,
    env: &(dyn Fn(&str) -> Option<String> + Sync),
    places: &Places,
) -> diag::Result<Vec<Candidate>> {
    let search = Search {
        config,
        env,
        places,
    };
    if let Some(flag) = flag {
        return match Wish::read(flag, None)? {
            Wish::BuiltIn => Ok(Vec::new()),
            Wish::Model(provider, model) => {
                Ok(vec![search.named(provider, model, "--model").await])
            }
        };
    }
    search.all().await
}
