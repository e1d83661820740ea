//! The `[model]` section of `sopwright.toml`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{ModelLimits, Price};

/// Which model to use, as the user wrote it; everything may be left out.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ModelConfig {
    /// Who serves the model.
    pub provider: Option<Provider>,
    /// The model's name at its provider.
    pub model: Option<String>,
    /// Where the provider answers, if not at its usual address.
    pub base_url: Option<String>,
    /// Where the key is, written `env:NAME`.
    pub key: Option<KeySource>,
    /// The most tokens that an answer may have.
    pub max_tokens: Option<u32>,
    /// How many seconds an answer may take to begin; 300 without it. Slow local models need more.
    pub patience_seconds: Option<u64>,
    /// How fast it may be asked by `llm` steps.
    pub limits: ModelLimits,
    /// Who is asked by `llm` steps where it cannot be reached or has no room, in order.
    pub then: Vec<StandIn>,
    /// How long the answers of `llm` steps are kept for the next run, such as `30d`, which is also
    /// the default; `never` keeps none.
    pub keep_answers: Option<String>,
    /// Prices by the model's name, for models that are not on the list or have another price.
    pub prices: BTreeMap<String, Price>,
}

/// A model that stands in for another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StandIn {
    /// Who serves it.
    pub provider: Provider,
    /// Its name at its provider.
    pub model: Option<String>,
    /// Where the provider answers, if not at its usual address.
    pub base_url: Option<String>,
    /// Where the key is, written `env:NAME`.
    pub key: Option<KeySource>,
    /// The most tokens that an answer may have.
    pub max_tokens: Option<u32>,
    /// How many seconds an answer may take to begin.
    pub patience_seconds: Option<u64>,
    /// How fast it may be asked.
    #[serde(default)]
    pub limits: ModelLimits,
}

impl ModelConfig {
    /// Returns the settings of a model that stands in for this one, as if they were the only ones;
    /// prices are known by name for all.
    pub fn of_stand_in(&self, other: &StandIn) -> ModelConfig {
        ModelConfig {
            provider: Some(other.provider),
            model: other.model.clone(),
            base_url: other.base_url.clone(),
            key: other.key.clone(),
            max_tokens: other.max_tokens,
            patience_seconds: other.patience_seconds,
            limits: other.limits,
            prices: self.prices.clone(),
            ..ModelConfig::default()
        }
    }
}

/// Who serves a model, and so in which wire format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// Anthropic, or a server that speaks its Messages API.
    Anthropic,
    /// OpenAI, or a server that speaks its chat completions.
    OpenAi,
    /// Ollama.
    Ollama,
    /// The server of llama.cpp.
    LlamaCpp,
}

impl Provider {
    /// Every provider.
    pub const ALL: [Provider; 4] = [
        Provider::Anthropic,
        Provider::OpenAi,
        Provider::Ollama,
        Provider::LlamaCpp,
    ];

    /// Returns its name in settings and flags.
    pub fn name(self) -> &'static str {
        match self {
            Provider::Anthropic => "anthropic",
            Provider::OpenAi => "openai",
            Provider::Ollama => "ollama",
            Provider::LlamaCpp => "llamacpp",
        }
    }

    /// Returns the provider of that name.
    pub fn named(name: &str) -> Option<Provider> {
        Provider::ALL.into_iter().find(|p| p.name() == name)
    }
}

/// Where a key is: in an environment variable, never in the file itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct KeySource {
    /// The variable.
    pub variable: String,
}

impl TryFrom<String> for KeySource {
    type Error = &'static str;

    fn try_from(written: String) -> Result<Self, Self::Error> {
        match written.strip_prefix("env:").map(str::trim) {
            Some(variable) if !variable.is_empty() => Ok(KeySource {
                variable: variable.to_owned(),
            }),
            // The text may be a key, so the message does not repeat it.
            _ => Err("write `env:NAME`, and put the key in that environment variable"),
        }
    }
}

impl From<KeySource> for String {
    fn from(source: KeySource) -> String {
        format!("env:{}", source.variable)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_whole_section_reads() {
        let text = r#"
            provider = "openai"
            model = "gpt-5.1"
            base_url = "https://gateway.example/v1"
            key = "env:GATEWAY_KEY"
            max_tokens = 4000
            limits = { per_minute = 500, tokens_per_minute = 90000, at_once = 8 }
            then = [{ provider = "ollama", model = "qwen3" }]
            [prices."my-model"]
            input = 1.0
            output = 2.0
        "#;
        let config: ModelConfig = toml::from_str(text).unwrap();
        assert_eq!(config.provider, Some(Provider::OpenAi));
        assert_eq!(config.limits.per_minute, Some(500.0));
        let other = config.of_stand_in(&config.then[0]);
        assert_eq!(other.provider, Some(Provider::Ollama));
        assert_eq!(other.prices["my-model"].output, 2.0);
        assert_eq!(config.key.unwrap().variable, "GATEWAY_KEY");
        assert_eq!(config.prices["my-model"].cache_write, 1.0);
    }

    #[test]
    fn mistakes_are_named_and_keys_are_not_repeated() {
        let said = |text: &str| toml::from_str::<ModelConfig>(text).unwrap_err();
        assert!(said("modle = \"x\"").message().contains("modle"));
        assert!(said("provider = \"acme\"").message().contains("acme"));
        assert!(
            said("then = [{ provider = 'ollama', then = [] }]")
                .message()
                .contains("then")
        );
        let key = said("key = \"sk-secret\"");
        assert!(key.message().contains("env:NAME") && !key.message().contains("sk-secret"));
    }
}
