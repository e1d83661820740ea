//! The order of precedence, and what each place says about a model.

use super::wish::Wish;
use super::{Candidate, DEFAULT_ANTHROPIC, DEFAULT_OPENAI, Places, local};
use crate::diag;
use crate::model::config::{ModelConfig, Provider};
use crate::model::{ModelError, ModelErrorKind, Secret, anthropic, openai, price_of};

/// What is searched.
pub(super) struct Search<'a> {
    pub(super) config: &'a ModelConfig,
    pub(super) env: &'a (dyn Fn(&str) -> Option<String> + Sync),
    pub(super) places: &'a Places,
}

impl Search<'_> {
    /// Returns all candidates, in the order of precedence.
    pub(super) async fn all(&self) -> diag::Result<Vec<Candidate>> {
        let mut found = Vec::new();
        match self.configured()? {
            Some(Wish::BuiltIn) => return Ok(found),
            Some(Wish::Model(provider, model)) => {
                found.push(self.named(provider, model, "sopwright.toml").await);
            }
            None => {}
        }
        let has_openai = self.is_set("OPENAI_API_KEY") || self.is_set("OPENAI_BASE_URL");
        if let Some(wish) = self.var("SOPWRIGHT_MODEL") {
            let other = if has_openai {
                Provider::OpenAi
            } else if self.is_set("ANTHROPIC_API_KEY") {
                Provider::Anthropic
            } else {
                Provider::Ollama
            };
            match Wish::read(&wish, Some(other))? {
                Wish::BuiltIn => return Ok(found),
                Wish::Model(provider, model) => {
                    found.push(self.named(provider, model, "SOPWRIGHT_MODEL").await);
                }
            }
        }
        if self.is_set("ANTHROPIC_API_KEY") {
            let from = "ANTHROPIC_API_KEY";
            found.push(self.named(Provider::Anthropic, None, from).await);
        }
        if has_openai {
            let from = match self.is_set("OPENAI_API_KEY") {
                true => "OPENAI_API_KEY",
                false => "OPENAI_BASE_URL",
            };
            found.push(self.named(Provider::OpenAi, None, from).await);
        }
        found.extend(self.running().await);
        let mut seen = Vec::new();
        found.retain(|candidate: &Candidate| {
            let same = (candidate.wire_url(), candidate.model.clone());
            let is_new = !seen.contains(&same);
            seen.push(same);
            is_new
        });
        Ok(found)
    }

    /// Returns the model of the settings.
    fn configured(&self) -> diag::Result<Option<Wish>> {
        let ModelConfig {
            provider,
            model,
            base_url,
            ..
        } = self.config;
        match (provider, model) {
            (Some(provider), model) => Ok(Some(Wish::Model(*provider, model.clone()))),
            // At an address of one's own, a name may look like anything.
            (None, model) if base_url.is_some() => {
                Ok(Some(Wish::Model(Provider::OpenAi, model.clone())))
            }
            (None, Some(model)) => match Wish::read(model, None) {
                Ok(wish) => Ok(Some(wish)),
                Err(error) => Err(diag::Error {
                    kind: diag::Kind::Input,
                    message: format!("in the [model] section of sopwright.toml, {error}"),
                    ..error
                }),
            },
            (None, None) => Ok(None),
        }
    }

    /// Returns the candidate for a model that was named, with what is wrong with it if anything.
    pub(super) async fn named(
        &self,
        provider: Provider,
        model: Option<String>,
        from: &str,
    ) -> Candidate {
        let base_url = self.base_url(provider);
        let (key, mut trouble) = match self.key(provider, &base_url) {
            Ok(key) => (key, None),
            Err(error) => (None, Some(error)),
        };
        let wanted = model.or_else(|| default_model(provider, &base_url));
        let is_local = matches!(provider, Provider::Ollama | Provider::LlamaCpp);
        let model = match wanted {
            Some(model) if !is_local => model,
            // Asking now tells a server that is not running, or a model that it does not have,
            // before anyone waits for an answer.
            wanted => match self
                .offered(provider, &base_url, key.as_ref(), wanted.as_deref())
                .await
            {
                Ok(model) => model,
                Err(error) => {
                    trouble = trouble.or(Some(error));
                    wanted.unwrap_or_else(|| "?".to_owned())
                }
            },
        };
        Candidate {
            trouble,
            ..self.candidate(provider, model, base_url, key, from)
        }
    }

    /// Returns a candidate for each model that a server on this machine offers.
    async fn running(&self) -> Vec<Candidate> {
        let look = async |provider: Provider| {
            let base_url = self.base_url_of_server(provider);
            let names = local::list(provider, &base_url, None, self.places.glance).await;
            let names = names.unwrap_or_default();
            let from = format!("{} at {base_url}", provider.name());
            let candidate = |name| self.candidate(provider, name, base_url.clone(), None, &from);
            names.into_iter().map(candidate).collect::<Vec<_>>()
        };
        let (ollama, llama_cpp) = tokio::join!(look(Provider::Ollama), look(Provider::LlamaCpp));
        [ollama, llama_cpp].concat()
    }

    fn candidate(
        &self,
        provider: Provider,
        model: String,
        base_url: String,
        key: Option<Secret>,
        from: &str,
    ) -> Candidate {
        let price = match provider {
            Provider::Anthropic | Provider::OpenAi => price_of(&model, &self.config.prices),
            Provider::Ollama | Provider::LlamaCpp => self.config.prices.get(&model).copied(),
        };
        Candidate {
            provider,
            base_url,
            key,
            from: from.to_owned(),
            max_tokens: self.config.max_tokens,
            patience: patience(self.config),
            price,
            trouble: None,
            model,
        }
    }

    /// Returns the wanted model, or the first one, if the server offers it.
    async fn offered(
        &self,
        provider: Provider,
        base_url: &str,
        key: Option<&Secret>,
        wanted: Option<&str>,
    ) -> Result<String, ModelError> {
        let names = local::list(provider, base_url, key, self.places.listing).await?;
        let lacks = |what: &str, help: String| {
            let message = format!("{} at {base_url} has {what}", provider.name());
            Err(ModelError::new(ModelErrorKind::BadRequest, message).help(help))
        };
        match (wanted, names.first(), provider) {
            (Some(name), _, Provider::Ollama) => {
                let latest = format!("{name}:latest");
                if names.iter().any(|known| known == name || *known == latest) {
                    return Ok(name.to_owned());
                }
                let known = diag::did_you_mean(name, names.iter().map(String::as_str));
                let pull = format!("Get it with `ollama pull {name}`.");
                let help = known.map_or(pull.clone(), |known| format!("{pull} {known}"));
                lacks(&format!("no model `{name}`"), help)
            }
            // Other servers take any name for the model that they run.
            (Some(name), ..) => Ok(name.to_owned()),
            (None, Some(first), _) => Ok(first.clone()),
            (None, None, Provider::Ollama) => {
                lacks("no model", "Get one with `ollama pull NAME`.".to_owned())
            }
            (None, None, _) => lacks(
                "no model",
                "Name a model with --model or SOPWRIGHT_MODEL.".to_owned(),
            ),
        }
    }

    fn base_url(&self, provider: Provider) -> String {
        match &self.config.base_url {
            Some(base_url) if self.is_configured(provider) => base_url.clone(),
            _ => self.base_url_of_server(provider),
        }
    }

    fn base_url_of_server(&self, provider: Provider) -> String {
        let var = |name: &str, usual: &str| self.var(name).unwrap_or_else(|| usual.to_owned());
        match provider {
            Provider::Anthropic => var("ANTHROPIC_BASE_URL", anthropic::BASE_URL),
            Provider::OpenAi => var("OPENAI_BASE_URL", openai::BASE_URL),
            Provider::Ollama => match self.var("OLLAMA_HOST") {
                Some(host) => local::ollama_url(&host),
                None => self.places.ollama.clone(),
            },
            Provider::LlamaCpp => self.places.llama_cpp.clone(),
        }
    }

    fn key(&self, provider: Provider, base_url: &str) -> Result<Option<Secret>, ModelError> {
        let usual = match provider {
            Provider::Anthropic => Some("ANTHROPIC_API_KEY"),
            Provider::OpenAi => Some("OPENAI_API_KEY"),
            Provider::Ollama | Provider::LlamaCpp => None,
        };
        let own = self
            .config
            .key
            .as_ref()
            .filter(|_| self.is_configured(provider));
        let own = own.map(|key| key.variable.as_str());
        let Some(variable) = own.or(usual) else {
            return Ok(None);
        };
        // A server of one's own may want no key.
        let is_required =
            own.is_some() || [anthropic::BASE_URL, openai::BASE_URL].contains(&base_url);
        match self.var(variable) {
            Some(key) => Ok(Some(Secret::new(key))),
            None if is_required => Err(ModelError::new(
                ModelErrorKind::RefusedKey,
                format!("the environment variable {variable} is not set"),
            )
            .help(format!("Put the key for {base_url} in {variable}."))),
            None => Ok(None),
        }
    }

    /// Are address and key of the settings meant for this provider?
    fn is_configured(&self, provider: Provider) -> bool {
        matches!(self.configured(), Ok(Some(Wish::Model(named, _))) if named == provider)
    }

    fn is_set(&self, name: &str) -> bool {
        self.var(name).is_some()
    }

    fn var(&self, name: &str) -> Option<String> {
        (self.env)(name)
            .map(|value| value.trim().to_owned())
            .filter(|value| !value.is_empty())
    }
}

fn default_model(provider: Provider, base_url: &str) -> Option<String> {
    match provider {
        Provider::Anthropic => Some(DEFAULT_ANTHROPIC.to_owned()),
        Provider::OpenAi if base_url.contains("api.openai.com") => Some(DEFAULT_OPENAI.to_owned()),
        _ => None,
    }
}

/// Returns how long the settings let an answer take.
fn patience(config: &crate::model::ModelConfig) -> crate::model::Patience {
    let usual = crate::model::Patience::default();
    match config.patience_seconds.map(std::time::Duration::from_secs) {
        Some(first_byte) => crate::model::Patience {
            first_byte,
            between: usual.between.max(first_byte / 2),
        },
        None => usual,
    }
}
